//! The symbol table: which names a scope binds, uses and declares global, by Python 2's rules, and the errors that
//! CPython 2 finds at this stage.
//!
//! The compiler below makes its own symbol table of what the lowering gives it. This one answers what the lowering has
//! to know before: where list comprehensions must leak their targets, where names are dynamic because of `exec`, which
//! names a class body shares with its comprehensions.

use std::collections::{HashMap, HashSet};

use crate::syntax::ast::{
    Arguments, Comprehension, ExceptHandler, Expr, ExprContext, ExprKind, Mod, Slice, Span, Stmt, StmtKind,
};

use super::Failure;

/// Names whose use shows all local variables.
const LOOKS_AT_LOCALS: &[&str] = &["locals", "vars", "dir", "eval", "execfile", "input"];

/// Function scopes nested deeper than this are an error instead of a stack overflow.
pub const MAX_SCOPES: usize = 100;

const RETURN_IN_GENERATOR: &str = "'return' with argument inside generator";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    Module,
    Class,
    /// Functions, lambdas, and the comprehensions that are functions.
    Function,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Symbol {
    pub param: bool,
    pub bound: bool,
    /// Bound otherwise than by an import.
    assigned: bool,
    pub used: bool,
    pub global: bool,
    /// References in this scope and in inner ones that mean this scope's variable.
    total: u32,
    /// Those of them inside list comprehensions that bind the name.
    covered: u32,
    pub cell: bool,
    pub free: bool,
}

pub struct Scope<'a> {
    pub kind: ScopeKind,
    pub name: &'a str,
    pub span: Span,
    pub parent: Option<usize>,
    pub symbols: HashMap<&'a str, Symbol>,
    /// Declared global, in order.
    pub globals: Vec<&'a str>,
    pub generator: bool,
    pub bare_exec: bool,
    pub qualified_exec: bool,
    pub import_star: bool,
    looks_at_locals: bool,
    opt_span: Span,
    returns_value: bool,
    nested: bool,
    has_free: bool,
    child_free: bool,
    children: Vec<usize>,
    /// Targets of the list comprehensions being walked, with their nesting.
    active: HashMap<&'a str, u32>,
}

impl Scope<'_> {
    /// Names that are not local are looked up in the frame first.
    pub fn is_dynamic(&self) -> bool {
        self.kind == ScopeKind::Function && (self.bare_exec || self.qualified_exec || self.import_star)
    }

    /// Must the target of a list comprehension stay bound after it?
    pub fn leak_is_seen(&self, name: &str) -> bool {
        self.looks_at_locals
            || self.bare_exec
            || self.symbols.get(name).is_none_or(|symbol| symbol.global || symbol.total != symbol.covered)
    }
}

/// The scopes of a module; the first is the module's own.
pub struct Scopes<'a> {
    pub scopes: Vec<Scope<'a>>,
    by_node: HashMap<usize, usize>,
    /// Somebody assigns to `True`, `False` or (where that is allowed) `None`.
    pub constants_assigned: bool,
    /// What CPython warns of at this stage.
    pub warnings: Vec<(Span, String)>,
    /// What it warns of at the next.
    pub later_warnings: Vec<(Span, String)>,
}

impl<'a> Scopes<'a> {
    /// Walks the module and resolves its names.
    pub fn of(module: &'a Mod) -> Result<Self, Failure> {
        let mut walker = Walker {
            scopes: Scopes {
                scopes: Vec::new(),
                by_node: HashMap::new(),
                constants_assigned: false,
                warnings: Vec::new(),
                later_warnings: Vec::new(),
            },
            current: 0,
            class: Vec::new(),
        };
        walker.enter(ScopeKind::Module, "<module>", Span::default(), None);
        match module {
            Mod::Module { body } | Mod::Interactive { body } => walker.body(body)?,
            Mod::Expression { body } => walker.expr(body)?,
        }
        let mut scopes = walker.scopes;
        let mut free = HashSet::new();
        scopes.analyze(0, &HashSet::new(), &mut free, &HashSet::new())?;
        Ok(scopes)
    }

    /// The scope that a node opens.
    pub fn opened_by<T>(&self, node: &T) -> usize {
        self.by_node.get(&(std::ptr::from_ref(node) as usize)).copied().unwrap_or_default()
    }

    fn analyze(
        &mut self,
        at: usize,
        bound: &HashSet<&'a str>,
        free: &mut HashSet<&'a str>,
        global: &HashSet<&'a str>,
    ) -> Result<(), Failure> {
        let kind = self.scopes[at].kind;
        let mut bound = bound.clone();
        let mut global = global.clone();
        let (outer_bound, outer_global) = (bound.clone(), global.clone());
        let mut local = HashSet::new();
        let scope = &mut self.scopes[at];
        let mut names: Vec<&'a str> = scope.symbols.keys().copied().collect();
        names.sort_unstable();
        for name in names {
            let nested = scope.nested;
            let Some(symbol) = scope.symbols.get_mut(name) else { continue };
            if !(symbol.param || symbol.bound || symbol.used || symbol.global) {
                // Only counted for inner scopes.
                continue;
            }
            if symbol.global {
                if symbol.param {
                    return Err(Failure::of_symbols(scope.span, format!("name '{name}' is local and global")));
                }
                global.insert(name);
                bound.remove(name);
            } else if symbol.bound || symbol.param {
                local.insert(name);
                global.remove(name);
            } else if bound.contains(name) {
                symbol.free = true;
                scope.has_free = true;
                free.insert(name);
            } else if !global.contains(name) && nested {
                scope.has_free = true;
            }
        }
        let (inner_bound, inner_global) = if kind == ScopeKind::Class {
            (outer_bound, outer_global)
        } else {
            if kind == ScopeKind::Function {
                bound.extend(local.iter().copied());
            }
            (bound, global)
        };
        let mut inner_free = HashSet::new();
        for child in self.scopes[at].children.clone() {
            self.analyze(child, &inner_bound, &mut inner_free, &inner_global)?;
            let child = &self.scopes[child];
            self.scopes[at].child_free |= child.has_free || child.child_free;
        }
        let scope = &mut self.scopes[at];
        if kind == ScopeKind::Function {
            for name in &local {
                if inner_free.remove(name)
                    && let Some(symbol) = scope.symbols.get_mut(name)
                {
                    symbol.cell = true;
                }
            }
        }
        for name in &inner_free {
            // Passed through to an inner scope.
            if kind == ScopeKind::Function {
                scope.symbols.entry(name).or_default().free = true;
            }
        }
        scope.check_unoptimized()?;
        free.extend(inner_free);
        Ok(())
    }
}

impl Scope<'_> {
    fn check_unoptimized(&self) -> Result<(), Failure> {
        let free = self.has_free || self.child_free;
        if self.kind != ScopeKind::Function || !free || !(self.bare_exec || self.import_star) {
            return Ok(());
        }
        let why =
            if self.child_free { "contains a nested function with free variables" } else { "is a nested function" };
        let name: String = self.name.chars().take(100).collect();
        let message = match (self.import_star, self.bare_exec, self.qualified_exec) {
            (true, false, false) => format!("import * is not allowed in function '{name}' because it {why}"),
            (false, true, false) => format!("unqualified exec is not allowed in function '{name}' because it {why}"),
            _ => format!("function '{name}' uses import * and bare exec, which are illegal because it {why}"),
        };
        Err(Failure::of_symbols(self.opt_span, message))
    }
}

struct Walker<'a> {
    scopes: Scopes<'a>,
    current: usize,
    class: Vec<&'a str>,
}

impl<'a> Walker<'a> {
    fn enter(&mut self, kind: ScopeKind, name: &'a str, span: Span, node: Option<usize>) -> usize {
        let parent = (!self.scopes.scopes.is_empty()).then_some(self.current);
        let nested = parent.is_some_and(|parent| {
            let parent = &self.scopes.scopes[parent];
            parent.nested || parent.kind == ScopeKind::Function
        });
        let at = self.scopes.scopes.len();
        self.scopes.scopes.push(Scope {
            kind,
            name,
            span,
            parent,
            symbols: HashMap::new(),
            globals: Vec::new(),
            generator: false,
            bare_exec: false,
            qualified_exec: false,
            import_star: false,
            looks_at_locals: false,
            opt_span: Span::default(),
            returns_value: false,
            nested,
            has_free: false,
            child_free: false,
            children: Vec::new(),
            active: HashMap::new(),
        });
        if let Some(parent) = parent {
            self.scopes.scopes[parent].children.push(at);
        }
        if let Some(node) = node {
            self.scopes.by_node.insert(node, at);
        }
        self.current = at;
        at
    }

    fn leave(&mut self) -> Result<(), Failure> {
        let scope = &self.scopes.scopes[self.current];
        let Some(parent) = scope.parent else { return Ok(()) };
        // A reference that this scope does not satisfy counts as one of the scope around it.
        let passed: Vec<(&'a str, u32)> = scope
            .symbols
            .iter()
            .filter(|(_, symbol)| !symbol.bound && !symbol.param)
            .map(|(name, symbol)| (*name, symbol.total))
            .collect();
        let looks = scope.looks_at_locals && scope.kind == ScopeKind::Class;
        self.current = parent;
        let outer = &mut self.scopes.scopes[parent];
        outer.looks_at_locals |= looks;
        for (name, total) in passed {
            if let Some(symbol) = outer.symbols.get_mut(name) {
                symbol.total += total;
            } else {
                // Not a symbol of the outer scope by itself, but counted in case it becomes one.
                outer.symbols.insert(name, Symbol { total, ..Symbol::default() });
            }
        }
        Ok(())
    }

    fn scope(&mut self) -> &mut Scope<'a> {
        &mut self.scopes.scopes[self.current]
    }

    fn symbol(&mut self, name: &'a str) -> &mut Symbol {
        let symbol = self.scope().symbols.entry(name).or_default();
        symbol.total += 1;
        symbol
    }

    fn bind(&mut self, name: &'a str) {
        if matches!(name, "True" | "False" | "None") {
            self.scopes.constants_assigned = true;
        }
        let symbol = self.symbol(name);
        symbol.bound = true;
        symbol.assigned = true;
    }

    fn import(&mut self, name: &'a str) {
        let assigned = self.scope().symbols.get(name).is_some_and(|symbol| symbol.assigned);
        self.bind(name);
        self.scope().symbols.entry(name).or_default().assigned = assigned;
    }

    fn body(&mut self, body: &'a [Stmt]) -> Result<(), Failure> {
        body.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    fn optional(&mut self, expr: Option<&'a Expr>) -> Result<(), Failure> {
        expr.map_or(Ok(()), |expr| self.expr(expr))
    }

    fn exprs(&mut self, exprs: &'a [Expr]) -> Result<(), Failure> {
        exprs.iter().try_for_each(|expr| self.expr(expr))
    }

    fn stmt(&mut self, stmt: &'a Stmt) -> Result<(), Failure> {
        match &stmt.node {
            StmtKind::FunctionDef { name, args, body, decorator_list, .. } => {
                self.bind(name);
                self.exprs(&args.defaults)?;
                self.exprs(decorator_list)?;
                self.function(name, stmt.span, std::ptr::from_ref(stmt) as usize, args)?;
                self.body(body)?;
                self.leave()
            }
            StmtKind::ClassDef { name, bases, body, decorator_list, .. } => {
                self.bind(name);
                self.exprs(bases)?;
                self.exprs(decorator_list)?;
                self.check_depth(stmt.span)?;
                self.enter(ScopeKind::Class, name, stmt.span, Some(std::ptr::from_ref(stmt) as usize));
                self.class.push(name);
                self.body(body)?;
                self.class.pop();
                self.leave()
            }
            StmtKind::Return { value } => {
                if self.scope().kind != ScopeKind::Function {
                    return Err(Failure::at(stmt.span, "'return' outside function".to_owned()));
                }
                self.optional(value.as_deref())?;
                if value.is_some() {
                    if self.scope().generator {
                        return Err(Failure::of_symbols(stmt.span, RETURN_IN_GENERATOR.to_owned()));
                    }
                    self.scope().returns_value = true;
                }
                Ok(())
            }
            StmtKind::Delete { targets } => self.exprs(targets),
            StmtKind::Assign { targets, value } => {
                self.expr(value)?;
                self.exprs(targets)
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target)?;
                if let ExprKind::Name { id, .. } = &target.node {
                    self.bind(id);
                }
                self.expr(value)
            }
            StmtKind::Print { dest, values, .. } => {
                self.optional(dest.as_deref())?;
                self.exprs(values)
            }
            StmtKind::For { target, iter, body, orelse } => {
                self.expr(target)?;
                self.expr(iter)?;
                self.body(body)?;
                self.body(orelse)
            }
            StmtKind::While { test, body, orelse } => {
                self.expr(test)?;
                self.body(body)?;
                self.body(orelse)
            }
            StmtKind::If { .. } => {
                // A long row of `elif`s nests deep.
                let mut current = stmt;
                while let StmtKind::If { test, body, orelse } = &current.node {
                    self.expr(test)?;
                    self.body(body)?;
                    match orelse.as_slice() {
                        [next] if matches!(next.node, StmtKind::If { .. }) => current = next,
                        orelse => return self.body(orelse),
                    }
                }
                Ok(())
            }
            StmtKind::With { context_expr, optional_vars, body } => {
                self.expr(context_expr)?;
                self.optional(optional_vars.as_deref())?;
                self.body(body)
            }
            StmtKind::Raise { r#type, inst, tback } => {
                self.optional(r#type.as_deref())?;
                self.optional(inst.as_deref())?;
                self.optional(tback.as_deref())
            }
            StmtKind::TryExcept { body, handlers, orelse } => {
                self.body(body)?;
                self.body(orelse)?;
                handlers.iter().try_for_each(|handler| self.handler(handler))
            }
            StmtKind::TryFinally { body, finalbody } => {
                self.body(body)?;
                self.body(finalbody)
            }
            StmtKind::Assert { test, msg } => {
                if matches!(&test.node, ExprKind::Tuple { elts, .. } if !elts.is_empty()) {
                    let message = "assertion is always true, perhaps remove parentheses?".to_owned();
                    self.scopes.later_warnings.push((stmt.span, message));
                }
                self.expr(test)?;
                self.optional(msg.as_deref())
            }
            StmtKind::Import { names } => {
                for alias in names {
                    let name = alias.asname.as_deref().unwrap_or(&alias.name);
                    self.import(name.split('.').next().unwrap_or(name));
                }
                Ok(())
            }
            StmtKind::ImportFrom { names, .. } => {
                for alias in names {
                    if &*alias.name == "*" {
                        if self.scope().kind != ScopeKind::Module {
                            let message = "import * only allowed at module level".to_owned();
                            let span = self.scope().span;
                            self.scopes.warnings.push((span, message));
                        }
                        let scope = self.scope();
                        scope.import_star = true;
                        scope.opt_span = stmt.span;
                    } else {
                        self.import(alias.asname.as_deref().unwrap_or(&alias.name));
                    }
                }
                Ok(())
            }
            StmtKind::Exec { body, globals, locals } => {
                self.expr(body)?;
                let scope = self.scope();
                if !scope.bare_exec && !scope.qualified_exec && !scope.import_star {
                    scope.opt_span = stmt.span;
                }
                let tuple_form = matches!(&body.node, ExprKind::Tuple { elts, .. } if matches!(elts.len(), 2 | 3));
                if globals.is_some() || tuple_form {
                    scope.qualified_exec = true;
                } else {
                    scope.bare_exec = true;
                }
                self.optional(globals.as_deref())?;
                self.optional(locals.as_deref())
            }
            StmtKind::Global { names } => {
                for name in names {
                    let known = self.scope().symbols.get(&**name).copied().unwrap_or_default();
                    let before = match known {
                        Symbol { assigned: true, .. } => Some("assigned to before"),
                        Symbol { used: true, .. } => Some("used prior to"),
                        _ => None,
                    };
                    if let Some(before) = before.filter(|_| !known.param) {
                        let name: String = name.chars().take(400).collect();
                        let message = format!("name '{name}' is {before} global declaration");
                        self.scopes.warnings.push((stmt.span, message));
                    }
                    if !std::mem::replace(&mut self.symbol(name).global, true) {
                        self.scope().globals.push(name);
                    }
                }
                Ok(())
            }
            StmtKind::Expr { value } => self.expr(value),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => Ok(()),
        }
    }

    fn handler(&mut self, handler: &'a ExceptHandler) -> Result<(), Failure> {
        self.optional(handler.r#type.as_deref())?;
        self.optional(handler.name.as_deref())?;
        self.body(&handler.body)
    }

    fn check_depth(&self, span: Span) -> Result<(), Failure> {
        let mut depth = 0;
        let mut at = Some(self.current);
        while let Some(scope) = at {
            depth += 1;
            at = self.scopes.scopes[scope].parent;
        }
        if depth > MAX_SCOPES {
            return Err(Failure::at(span, "too many nested scopes".to_owned()));
        }
        Ok(())
    }

    /// Opens a function's scope and binds its parameters.
    fn function(&mut self, name: &'a str, span: Span, node: usize, args: &'a Arguments) -> Result<(), Failure> {
        self.check_depth(span)?;
        self.enter(ScopeKind::Function, name, span, Some(node));
        let mut tuples = Vec::new();
        for arg in &args.args {
            match &arg.node {
                ExprKind::Name { id, .. } => self.param(id, span)?,
                _ => tuples.push(arg),
            }
        }
        if let Some(name) = &args.vararg {
            self.param(name, span)?;
        }
        if let Some(name) = &args.kwarg {
            self.param(name, span)?;
        }
        tuples.into_iter().try_for_each(|tuple| self.tuple_param(tuple, span))
    }

    fn param(&mut self, name: &'a str, span: Span) -> Result<(), Failure> {
        if self.scope().symbols.get(name).is_some_and(|symbol| symbol.param) {
            return Err(Failure::of_symbols(span, format!("duplicate argument '{name}' in function definition")));
        }
        if matches!(name, "True" | "False" | "None") {
            self.scopes.constants_assigned = true;
        }
        self.symbol(name).param = true;
        Ok(())
    }

    fn tuple_param(&mut self, target: &'a Expr, span: Span) -> Result<(), Failure> {
        match &target.node {
            ExprKind::Tuple { elts, .. } | ExprKind::List { elts, .. } => {
                elts.iter().try_for_each(|elt| self.tuple_param(elt, span))
            }
            ExprKind::Name { id, .. } => self.param(id, span),
            _ => self.expr(target),
        }
    }

    fn expr(&mut self, expr: &'a Expr) -> Result<(), Failure> {
        match &expr.node {
            ExprKind::BoolOp { values, .. } => self.exprs(values),
            ExprKind::BinOp { .. } => self.binary(expr),
            ExprKind::UnaryOp { operand, .. } => self.expr(operand),
            ExprKind::Lambda { args, body } => {
                self.exprs(&args.defaults)?;
                self.function("lambda", expr.span, std::ptr::from_ref(expr) as usize, args)?;
                self.expr(body)?;
                self.leave()
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.expr(test)?;
                self.expr(body)?;
                self.expr(orelse)
            }
            ExprKind::Dict { keys, values } => {
                self.exprs(values)?;
                self.exprs(keys)
            }
            ExprKind::Set { elts } | ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => self.exprs(elts),
            ExprKind::ListComp { elt, generators } => self.list_comprehension(elt, generators),
            ExprKind::SetComp { elt, generators } => self.comprehension("setcomp", expr, elt, None, generators),
            ExprKind::GeneratorExp { elt, generators } => self.comprehension("genexpr", expr, elt, None, generators),
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension("dictcomp", expr, key, Some(value), generators)
            }
            ExprKind::Yield { value } => {
                if self.scope().kind != ScopeKind::Function {
                    return Err(Failure::at(expr.span, "'yield' outside function".to_owned()));
                }
                self.optional(value.as_deref())?;
                self.scope().generator = true;
                if self.scope().returns_value {
                    return Err(Failure::of_symbols(expr.span, RETURN_IN_GENERATOR.to_owned()));
                }
                Ok(())
            }
            ExprKind::Compare { left, comparators, .. } => {
                self.expr(left)?;
                self.exprs(comparators)
            }
            ExprKind::Call { func, args, keywords, starargs, kwargs } => {
                self.expr(func)?;
                self.exprs(args)?;
                keywords.iter().try_for_each(|keyword| self.expr(&keyword.value))?;
                self.optional(starargs.as_deref())?;
                self.optional(kwargs.as_deref())
            }
            ExprKind::Repr { value } | ExprKind::Attribute { value, .. } => self.expr(value),
            ExprKind::Num { .. } | ExprKind::Str { .. } => Ok(()),
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value)?;
                self.slice(slice)
            }
            ExprKind::Name { id, ctx } => {
                match ctx {
                    ExprContext::Load => {
                        if LOOKS_AT_LOCALS.contains(&&**id) {
                            self.scope().looks_at_locals = true;
                        }
                        self.symbol(id).used = true;
                    }
                    ExprContext::Store | ExprContext::Del | ExprContext::Param => self.bind(id),
                }
                Ok(())
            }
        }
    }

    /// Long chains of operators nest to the left: walked in a loop.
    fn binary(&mut self, expr: &'a Expr) -> Result<(), Failure> {
        let mut rights = Vec::new();
        let mut expr = expr;
        while let ExprKind::BinOp { left, right, .. } = &expr.node {
            rights.push(&**right);
            expr = left;
        }
        self.expr(expr)?;
        rights.into_iter().rev().try_for_each(|right| self.expr(right))
    }

    fn slice(&mut self, slice: &'a Slice) -> Result<(), Failure> {
        match slice {
            Slice::Ellipsis => Ok(()),
            Slice::Slice { lower, upper, step } => {
                self.optional(lower.as_deref())?;
                self.optional(upper.as_deref())?;
                self.optional(step.as_deref())
            }
            Slice::ExtSlice { dims } => dims.iter().try_for_each(|dim| self.slice(dim)),
            Slice::Index { value } => self.expr(value),
        }
    }

    fn list_comprehension(&mut self, elt: &'a Expr, generators: &'a [Comprehension]) -> Result<(), Failure> {
        let mut targets = Vec::new();
        for generator in generators {
            target_names(&generator.target, &mut targets);
        }
        let mut before = Vec::new();
        for name in targets {
            let scope = self.scope();
            let active = scope.active.entry(name).or_default();
            *active += 1;
            if *active == 1 {
                before.push((name, scope.symbols.get(name).map_or(0, |symbol| symbol.total)));
            }
        }
        for (at, generator) in generators.iter().enumerate() {
            // The first iterable is evaluated before the target is bound, but belongs to the same expression; a use of
            // the name there is one of the surrounding variable.
            if at == 0 {
                let counted: Vec<(&str, u32)> = before
                    .iter()
                    .map(|(name, _)| (*name, self.scope().symbols.get(name).map_or(0, |symbol| symbol.total)))
                    .collect();
                self.expr(&generator.iter)?;
                for ((name, start), (_, counted)) in before.iter_mut().zip(counted) {
                    let now = self.scope().symbols.get(*name).map_or(0, |symbol| symbol.total);
                    *start += now - counted;
                }
            } else {
                self.expr(&generator.iter)?;
            }
            self.expr(&generator.target)?;
            self.exprs(&generator.ifs)?;
        }
        self.expr(elt)?;
        let scope = self.scope();
        for (name, start) in before {
            if let Some(symbol) = scope.symbols.get_mut(name) {
                symbol.covered += symbol.total - start;
            }
        }
        let mut targets = Vec::new();
        for generator in generators {
            target_names(&generator.target, &mut targets);
        }
        for name in targets {
            if let Some(active) = scope.active.get_mut(name) {
                *active -= 1;
            }
        }
        Ok(())
    }

    fn comprehension(
        &mut self,
        name: &'a str,
        expr: &'a Expr,
        elt: &'a Expr,
        value: Option<&'a Expr>,
        generators: &'a [Comprehension],
    ) -> Result<(), Failure> {
        let Some((first, rest)) = generators.split_first() else { return Ok(()) };
        self.expr(&first.iter)?;
        self.check_depth(expr.span)?;
        self.enter(ScopeKind::Function, name, expr.span, Some(std::ptr::from_ref(expr) as usize));
        self.expr(&first.target)?;
        self.exprs(&first.ifs)?;
        for generator in rest {
            self.expr(&generator.target)?;
            self.expr(&generator.iter)?;
            self.exprs(&generator.ifs)?;
        }
        self.optional(value)?;
        self.expr(elt)?;
        self.leave()
    }
}

/// The plain names in an assignment target.
pub fn target_names<'a>(target: &'a Expr, names: &mut Vec<&'a str>) {
    match &target.node {
        ExprKind::Name { id, .. } => names.push(id),
        ExprKind::Tuple { elts, .. } | ExprKind::List { elts, .. } => {
            elts.iter().for_each(|elt| target_names(elt, names));
        }
        _ => {}
    }
}
