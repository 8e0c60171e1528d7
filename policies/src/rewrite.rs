//! What the original's compiler changes in restricted code (`spec/sandbox.md` §3.2, §4). Guards that are identities in
//! the original are left out: attribute reads, subscripts, writes and plain calls stay as they are.

use reprise_vm_glue::syntax::ast::{
    Arguments, Comprehension, Expr, ExprContext, ExprKind, Mod, Operator, Slice, Span, Stmt, StmtKind, Str,
};

/// The names of the guards in the globals. Plug-in code cannot spell them.
pub mod guards {
    /// `_getiter_(x)`: x if it can be iterated in restricted code.
    pub const ITERATE: &str = "_getiter_";
    /// `_apply_(f, (a, b), {k: v}, star, double star)`: calls with star arguments.
    pub const APPLY: &str = "_apply_";
    /// `_inplacevar_(operator, n, x)`: raises for all operators but `+=`.
    pub const IN_PLACE: &str = "_inplacevar_";
    /// `_getattr_(x, name)`: reads of the few attributes whose presence differs.
    pub const ATTRIBUTE: &str = "_getattr_";
    /// `_printed_()`: the name `printed`, which is no value.
    pub const PRINTED: &str = "_printed_";
    /// The exception by which a `return` on the top level leaves a module.
    pub const LEAVE: &str = "_leave_";
}

/// Attributes that more of the machine's objects have than Python 2's.
pub static LATE_ATTRIBUTES: &[&str] = &["__eq__", "__ne__"];

/// Rewrites a module of restricted code.
pub fn restrict(module: &mut Mod) {
    let mut rewriter = Rewriter { in_function: false };
    match module {
        Mod::Module { body } | Mod::Interactive { body } => rewriter.body(body),
        Mod::Expression { body } => rewriter.expression(body),
    }
}

struct Rewriter {
    in_function: bool,
}

fn name(id: &str, span: Span) -> Expr {
    Expr { node: ExprKind::Name { id: id.into(), ctx: ExprContext::Load }, span }
}

fn text(value: &str, span: Span) -> Expr {
    Expr { node: ExprKind::Str { s: Str::Bytes(value.as_bytes().to_vec()) }, span }
}

fn call(function: &str, args: Vec<Expr>, span: Span) -> Expr {
    let func = Box::new(name(function, span));
    Expr { node: ExprKind::Call { func, args, keywords: Vec::new(), starargs: None, kwargs: None }, span }
}

/// A call with star arguments as a call of the guard.
fn apply(node: &mut Expr, span: Span) -> Expr {
    let ExprKind::Call { func, args, keywords, starargs, kwargs } = &mut node.node else { return take(node) };
    let or = |part: &mut Option<Box<Expr>>, empty: ExprKind| {
        part.take().map_or_else(|| Expr { node: empty, span }, |part| *part)
    };
    let tuple = |elts| ExprKind::Tuple { elts, ctx: ExprContext::Load };
    let (keys, values) = std::mem::take(keywords).into_iter().map(|k| (text(&k.arg, span), k.value)).unzip();
    let parts = vec![
        take(func),
        Expr { node: tuple(std::mem::take(args)), span },
        Expr { node: ExprKind::Dict { keys, values }, span },
        or(starargs, tuple(Vec::new())),
        or(kwargs, ExprKind::Dict { keys: Vec::new(), values: Vec::new() }),
    ];
    call(guards::APPLY, parts, span)
}

/// Takes an expression out, to be wrapped.
fn take(node: &mut Expr) -> Expr {
    let span = node.span;
    std::mem::replace(node, name("None", span))
}

/// Whether the value is surely something that restricted code can iterate over.
fn iterates(node: &Expr) -> bool {
    matches!(
        node.node,
        ExprKind::List { .. }
            | ExprKind::Tuple { .. }
            | ExprKind::Dict { .. }
            | ExprKind::Set { .. }
            | ExprKind::ListComp { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::DictComp { .. }
            | ExprKind::GeneratorExp { .. }
    )
}

fn guard_iteration(node: &mut Expr) {
    if !iterates(node) {
        let span = node.span;
        *node = call(guards::ITERATE, vec![take(node)], span);
    }
}

fn unpacks(target: &Expr) -> bool {
    matches!(target.node, ExprKind::Tuple { .. } | ExprKind::List { .. })
}

/// Parameters of the same name compile in the original; the first one is what the name means then.
fn rename_duplicates(args: &mut Arguments) {
    let mut seen: Vec<Box<str>> = Vec::new();
    for (number, parameter) in args.args.iter_mut().enumerate() {
        let ExprKind::Name { id, .. } = &mut parameter.node else { continue };
        if seen.iter().any(|known| **known == **id) {
            // No source can spell this name.
            *id = format!("<{number} {id}>").into();
        } else {
            seen.push((**id).into());
        }
    }
}

/// The operator as `_inplacevar_` is told it.
fn sign(op: Operator) -> &'static str {
    match op {
        Operator::Add => "+=",
        Operator::Sub => "-=",
        Operator::Mult => "*=",
        Operator::Div => "/=",
        Operator::Mod => "%=",
        Operator::Pow => "**=",
        Operator::LShift => "<<=",
        Operator::RShift => ">>=",
        Operator::BitOr => "|=",
        Operator::BitXor => "^=",
        Operator::BitAnd => "&=",
        Operator::FloorDiv => "//=",
    }
}

impl Rewriter {
    fn body(&mut self, statements: &mut [Stmt]) {
        for node in statements {
            self.statement(node);
        }
    }

    fn all(&mut self, expressions: &mut [Expr]) {
        for node in expressions {
            self.expression(node);
        }
    }

    fn maybe(&mut self, node: &mut Option<Box<Expr>>) {
        if let Some(node) = node {
            self.expression(node);
        }
    }

    fn statement(&mut self, node: &mut Stmt) {
        let span = node.span;
        match &mut node.node {
            StmtKind::FunctionDef { args, body, decorator_list, .. } => {
                self.all(decorator_list);
                self.all(&mut args.defaults);
                rename_duplicates(args);
                let outside = std::mem::replace(&mut self.in_function, true);
                self.body(body);
                self.in_function = outside;
            }
            StmtKind::ClassDef { bases, body, decorator_list, .. } => {
                // The original's compiler forgets the decorators of classes.
                decorator_list.clear();
                self.all(bases);
                self.body(body);
            }
            StmtKind::Return { value } => {
                self.maybe(value);
                if !self.in_function {
                    let leave = Box::new(name(guards::LEAVE, span));
                    node.node = StmtKind::Raise { r#type: Some(leave), inst: None, tback: None };
                }
            }
            StmtKind::Delete { targets } => self.all(targets),
            StmtKind::Assign { targets, value } => {
                self.expression(value);
                self.all(targets);
                if targets.iter().all(unpacks) {
                    guard_iteration(value);
                }
            }
            StmtKind::AugAssign { target, op, value } => {
                self.expression(value);
                if let ExprKind::Name { id, .. } = &target.node {
                    let old = name(id, target.span);
                    let new = match op {
                        Operator::Add => {
                            ExprKind::BinOp { left: Box::new(old), op: Operator::Add, right: Box::new(take(value)) }
                        }
                        other => {
                            let args = vec![text(sign(*other), span), old, take(value)];
                            call(guards::IN_PLACE, args, span).node
                        }
                    };
                    let target = Expr { node: ExprKind::Name { id: id.clone(), ctx: ExprContext::Store }, span };
                    node.node = StmtKind::Assign { targets: vec![target], value: Box::new(Expr { node: new, span }) };
                } else {
                    self.expression(target);
                }
            }
            StmtKind::Print { dest, values, .. } => {
                self.maybe(dest);
                self.all(values);
            }
            StmtKind::For { target, iter, body, orelse } => {
                self.expression(iter);
                guard_iteration(iter);
                self.expression(target);
                self.body(body);
                self.body(orelse);
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expression(test);
                self.body(body);
                self.body(orelse);
            }
            StmtKind::With { context_expr, optional_vars, body } => {
                self.expression(context_expr);
                self.maybe(optional_vars);
                self.body(body);
            }
            StmtKind::Raise { r#type, inst, tback } => {
                self.maybe(r#type);
                self.maybe(inst);
                self.maybe(tback);
            }
            StmtKind::TryExcept { body, handlers, orelse } => {
                self.body(body);
                for handler in handlers {
                    self.maybe(&mut handler.r#type);
                    self.maybe(&mut handler.name);
                    self.body(&mut handler.body);
                }
                self.body(orelse);
            }
            StmtKind::TryFinally { body, finalbody } => {
                self.body(body);
                self.body(finalbody);
            }
            StmtKind::Assert { test, msg } => {
                self.expression(test);
                self.maybe(msg);
            }
            StmtKind::Exec { body, globals, locals } => {
                self.expression(body);
                self.maybe(globals);
                self.maybe(locals);
            }
            StmtKind::Expr { value } => self.expression(value),
            StmtKind::Import { .. }
            | StmtKind::ImportFrom { .. }
            | StmtKind::Global { .. }
            | StmtKind::Pass
            | StmtKind::Break
            | StmtKind::Continue => {}
        }
    }

    fn generators(&mut self, list: &mut [Comprehension]) {
        for generator in list {
            self.expression(&mut generator.iter);
            guard_iteration(&mut generator.iter);
            self.expression(&mut generator.target);
            self.all(&mut generator.ifs);
        }
    }

    fn slice(&mut self, node: &mut Slice) {
        match node {
            Slice::Ellipsis => {}
            Slice::Slice { lower, upper, step } => {
                self.maybe(lower);
                self.maybe(upper);
                self.maybe(step);
            }
            Slice::ExtSlice { dims } => dims.iter_mut().for_each(|dim| self.slice(dim)),
            Slice::Index { value } => self.expression(value),
        }
    }

    fn expression(&mut self, node: &mut Expr) {
        let span = node.span;
        match &mut node.node {
            ExprKind::BoolOp { values, .. } => self.all(values),
            ExprKind::BinOp { left, right, .. } => {
                self.expression(left);
                self.expression(right);
            }
            ExprKind::UnaryOp { operand, .. } => self.expression(operand),
            ExprKind::Lambda { args, body } => {
                self.all(&mut args.defaults);
                rename_duplicates(args);
                self.expression(body);
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.expression(test);
                self.expression(body);
                self.expression(orelse);
            }
            ExprKind::Dict { keys, values } => {
                self.all(keys);
                self.all(values);
            }
            ExprKind::Set { elts } | ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => self.all(elts),
            ExprKind::ListComp { elt, generators }
            | ExprKind::SetComp { elt, generators }
            | ExprKind::GeneratorExp { elt, generators } => {
                self.generators(generators);
                self.expression(elt);
            }
            ExprKind::DictComp { key, value, generators } => {
                self.generators(generators);
                self.expression(key);
                self.expression(value);
            }
            ExprKind::Yield { value } => self.maybe(value),
            ExprKind::Compare { left, comparators, .. } => {
                self.expression(left);
                self.all(comparators);
            }
            ExprKind::Call { func, args, keywords, starargs, kwargs } => {
                self.expression(func);
                self.all(args);
                for keyword in keywords.iter_mut() {
                    self.expression(&mut keyword.value);
                }
                self.maybe(starargs);
                self.maybe(kwargs);
                if starargs.is_some() || kwargs.is_some() {
                    *node = apply(node, span);
                }
            }
            ExprKind::Repr { value } => self.expression(value),
            ExprKind::Attribute { value, attr, ctx } => {
                self.expression(value);
                if *ctx == ExprContext::Load && LATE_ATTRIBUTES.contains(&&**attr) {
                    let args = vec![take(value), text(attr, span)];
                    *node = call(guards::ATTRIBUTE, args, span);
                }
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expression(value);
                self.slice(slice);
            }
            ExprKind::Name { id, ctx } if &**id == "printed" && *ctx == ExprContext::Load => {
                *node = call(guards::PRINTED, Vec::new(), span);
            }
            ExprKind::Num { .. } | ExprKind::Str { .. } | ExprKind::Name { .. } => {}
        }
    }
}
