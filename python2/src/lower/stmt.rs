//! Statements.

use ruff_python_ast as out;

use super::intrinsics;
use crate::syntax::ast::{ExceptHandler, Expr, ExprKind, Operator, Span, Stmt, StmtKind};

use super::build::{self, Pos};
use super::{Block, Failure, Lowerer, expr};

/// Exceptions that mean the same to the machine, so that `except` needs no help with them unless somebody rebinds them.
/// (Not AttributeError and TypeError: in restricted code one can stand for the other.)
const PLAIN_EXCEPTIONS: &[&str] = &[
    "ArithmeticError",
    "AssertionError",
    "ImportError",
    "IndexError",
    "KeyError",
    "LookupError",
    "NameError",
    "StopIteration",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeError",
    "ValueError",
    "ZeroDivisionError",
];

/// `try` statements with `finally` inside a `finally` clause, at most.
const MAX_NESTED_FINALLY: usize = 8;

impl<'a> Lowerer<'a> {
    /// A body that the compiler wants to be non-empty.
    pub fn body(&mut self, body: &'a [Stmt]) -> Result<Vec<out::Stmt>, Failure> {
        let mut lowered = self.statements(body)?;
        if lowered.is_empty() {
            lowered.push(build::pass(self.pos));
        }
        Ok(lowered)
    }

    pub fn statements(&mut self, body: &'a [Stmt]) -> Result<Vec<out::Stmt>, Failure> {
        let mut lowered = Vec::with_capacity(body.len());
        for stmt in body {
            self.pos = stmt.span.start;
            let outer = std::mem::take(&mut self.before);
            let own = self.deeper(1, stmt.span, |lowerer| lowerer.stmt(stmt))?;
            lowered.append(&mut self.before);
            self.before = outer;
            lowered.extend(own);
        }
        Ok(lowered)
    }

    fn stmt(&mut self, stmt: &'a Stmt) -> Result<Vec<out::Stmt>, Failure> {
        let pos = stmt.span.start;
        Ok(vec![match &stmt.node {
            StmtKind::FunctionDef { name, args, body, decorator_list, .. } => {
                self.function_def(stmt, name, args, body, decorator_list)?
            }
            StmtKind::ClassDef { name, bases, body, decorator_list, .. } => {
                self.class_def(stmt, name, bases, body, decorator_list)?
            }
            StmtKind::Return { value } => build::return_(self.optional(value.as_deref())?, pos),
            StmtKind::Delete { targets } => build::delete(self.exprs(targets)?, pos),
            StmtKind::Assign { targets, value } => {
                let value = self.expr(value)?;
                build::assign(self.exprs(targets)?, value, pos)
            }
            StmtKind::AugAssign { target, op, value } => return self.aug_assign(target, *op, value, pos),
            StmtKind::Print { dest, values, nl } => self.print(dest.as_deref(), values, *nl, pos)?,
            StmtKind::For { target, iter, body, orelse } => {
                let iter = self.expr(iter)?;
                let target = self.expr(target)?;
                let before = std::mem::take(&mut self.before);
                let body = self.block(Block::Loop, body)?;
                let orelse = self.statements(orelse)?;
                self.before = before;
                build::for_(target, iter, body, orelse, pos)
            }
            StmtKind::While { test, body, orelse } => {
                let test = self.expr(test)?;
                let before = std::mem::take(&mut self.before);
                let body = self.block(Block::Loop, body)?;
                let orelse = self.statements(orelse)?;
                self.before = before;
                build::while_(test, body, orelse, pos)
            }
            StmtKind::If { .. } => self.if_chain(stmt)?,
            StmtKind::With { context_expr, optional_vars, body } => {
                let context_expr = self.expr(context_expr)?;
                let context_expr = build::intrinsic(intrinsics::MANAGER, vec![context_expr], self.pos);
                let optional_vars = self.optional(optional_vars.as_deref())?;
                let before = std::mem::take(&mut self.before);
                let body = self.block(Block::FinallyTry, body)?;
                self.before = before;
                build::with(context_expr, optional_vars, body, pos)
            }
            StmtKind::Raise { r#type, inst, tback } => {
                self.raise(r#type.as_deref(), inst.as_deref(), tback.as_deref(), pos)?
            }
            StmtKind::TryExcept { body, handlers, orelse } => {
                let body = self.block(Block::Except, body)?;
                let last = handlers.len().saturating_sub(1);
                let mut lowered = Vec::with_capacity(handlers.len());
                for (at, handler) in handlers.iter().enumerate() {
                    if handler.r#type.is_none() && at < last {
                        // CPython names the line that it has come to.
                        let reached = Span { start: self.pos, end: self.pos };
                        return self.fail(reached, "default 'except:' must be last");
                    }
                    lowered.push(self.handler(handler)?);
                }
                let orelse = self.statements(orelse)?;
                build::try_(body, lowered, orelse, Vec::new(), pos)
            }
            StmtKind::TryFinally { body, finalbody } => {
                // The compiler writes a `finally` out for every way that leads to it: each level at least doubles it.
                let around = self.blocks.iter().filter(|block| **block == Block::FinallyEnd).count();
                if around >= MAX_NESTED_FINALLY {
                    return self.fail(stmt.span, "too many statically nested blocks");
                }
                let body = self.block(Block::FinallyTry, body)?;
                let finalbody = self.block(Block::FinallyEnd, finalbody)?;
                build::try_(body, Vec::new(), Vec::new(), finalbody, pos)
            }
            StmtKind::Assert { test, msg } => {
                let test = self.expr(test)?;
                build::assert(test, self.optional(msg.as_deref())?, pos)
            }
            StmtKind::Import { names } => return Ok(self.import(names, pos)),
            StmtKind::ImportFrom { module, names, level } => {
                return Ok(self.import_from(module.as_deref(), names, *level, pos));
            }
            StmtKind::Exec { body, globals, locals } => self.exec(body, globals.as_deref(), locals.as_deref(), pos)?,
            // Declared at the start of the scope.
            StmtKind::Global { .. } => return Ok(Vec::new()),
            StmtKind::Expr { value } => {
                let value = self.expr(value)?;
                let value = if self.interactive && self.scope == 0 {
                    build::intrinsic(intrinsics::DISPLAY, vec![value], pos)
                } else {
                    value
                };
                build::expr_stmt(value, pos)
            }
            StmtKind::Pass => build::pass(pos),
            StmtKind::Break => {
                if !self.blocks.contains(&Block::Loop) {
                    return self.fail(stmt.span, "'break' outside loop");
                }
                build::break_(pos)
            }
            StmtKind::Continue => {
                self.check_continue(stmt.span)?;
                build::continue_(pos)
            }
        }])
    }

    fn block(&mut self, block: Block, body: &'a [Stmt]) -> Result<Vec<out::Stmt>, Failure> {
        self.blocks.push(block);
        let lowered = self.body(body);
        self.blocks.pop();
        lowered
    }

    /// Python 2 has no `continue` inside a `finally`.
    fn check_continue(&self, span: Span) -> Result<(), Failure> {
        for block in self.blocks.iter().rev() {
            match block {
                Block::Loop => return Ok(()),
                Block::FinallyEnd => {
                    return self.fail(span, "'continue' not supported inside 'finally' clause");
                }
                Block::Except | Block::FinallyTry => {}
            }
        }
        self.fail(span, "'continue' not properly in loop")
    }

    /// `if` with its `elif`s, which the tree nests.
    fn if_chain(&mut self, stmt: &'a Stmt) -> Result<out::Stmt, Failure> {
        let mut links = Vec::new();
        let mut current = stmt;
        let last = loop {
            let StmtKind::If { test, body, orelse } = &current.node else { break &[][..] };
            links.push((test, body, current.span.start));
            match orelse.as_slice() {
                [next] if matches!(next.node, StmtKind::If { .. }) => current = next,
                orelse => break orelse,
            }
        };
        let mut lowered = Vec::with_capacity(links.len());
        for (test, body, pos) in links {
            self.pos = pos;
            let test = self.expr(test)?;
            let before = std::mem::take(&mut self.before);
            let body = self.body(body)?;
            self.before = before;
            lowered.push((test, body, pos));
        }
        let mut lowered = lowered.into_iter();
        let Some((test, body, pos)) = lowered.next() else { return Ok(build::pass(stmt.span.start)) };
        let mut clauses: Vec<_> = lowered.map(|(test, body, pos)| (Some(test), body, pos)).collect();
        if !last.is_empty() {
            let before = std::mem::take(&mut self.before);
            let body = self.body(last)?;
            self.before = before;
            clauses.push((None, body, self.pos));
        }
        Ok(build::if_(test, body, clauses, pos))
    }

    fn aug_assign(
        &mut self,
        target: &'a Expr,
        op: Operator,
        value: &'a Expr,
        pos: Pos,
    ) -> Result<Vec<out::Stmt>, Failure> {
        let old_division = op == Operator::Div && !self.flags.division;
        let op = if old_division { expr::OLD_DIVISION } else { expr::operator(op) };
        let target = self.store_target(target)?;
        let value = self.expr(value)?;
        Ok(vec![build::aug_assign(target, op, value, pos)])
    }

    /// The target of an augmented assignment; the tree may say that it is read.
    fn store_target(&mut self, target: &'a Expr) -> Result<out::Expr, Failure> {
        let pos = self.reach(target.span);
        Ok(match &target.node {
            ExprKind::Name { id, .. } => build::store(id, pos),
            ExprKind::Attribute { value, attr, .. } => {
                let value = self.expr(value)?;
                build::attribute(value, attr, out::ExprContext::Store, pos)
            }
            ExprKind::Subscript { value, slice, .. } => {
                let value = self.expr(value)?;
                let slice = self.slice(slice)?;
                build::subscript(value, slice, out::ExprContext::Store, pos)
            }
            _ => return self.fail(target.span, "illegal expression for augmented assignment"),
        })
    }

    fn print(&mut self, dest: Option<&'a Expr>, values: &'a [Expr], nl: bool, pos: Pos) -> Result<out::Stmt, Failure> {
        let dest = match dest {
            Some(dest) => self.expr(dest)?,
            None => build::none(pos),
        };
        // Each value is printed before the next one is evaluated, which shows only where a later one does something.
        let plain = values.iter().skip(1).all(|value| {
            matches!(value.node, ExprKind::Name { .. } | ExprKind::Num { .. } | ExprKind::Str { .. })
                || matches!(&value.node, ExprKind::Attribute { value, .. } if matches!(value.node, ExprKind::Name { .. }))
        });
        if plain {
            let mut args = vec![dest, build::boolean(nl, pos)];
            args.extend(self.exprs(values)?);
            return Ok(build::expr_stmt(build::intrinsic(intrinsics::PRINT, args, self.pos), pos));
        }
        // `<print>` gives back where it printed: `<print>(<print>(dest, False, a), True, b)`.
        let mut chain = dest;
        let last = values.len().saturating_sub(1);
        for (at, value) in values.iter().enumerate() {
            let args = vec![chain, build::boolean(nl && at == last, pos), self.expr(value)?];
            chain = build::intrinsic(intrinsics::PRINT, args, self.pos);
        }
        Ok(build::expr_stmt(chain, pos))
    }

    fn raise(
        &mut self,
        kind: Option<&'a Expr>,
        inst: Option<&'a Expr>,
        tback: Option<&'a Expr>,
        pos: Pos,
    ) -> Result<out::Stmt, Failure> {
        let Some(kind) = kind else {
            if self.handlers.last() == Some(&false) {
                return Ok(build::raise(None, pos));
            }
            return Ok(build::raise(Some(build::intrinsic(intrinsics::RERAISE, Vec::new(), pos)), pos));
        };
        let mut args = vec![self.expr(kind)?];
        if let Some(inst) = inst {
            args.push(self.expr(inst)?);
        }
        if let Some(tback) = tback {
            args.push(self.expr(tback)?);
        }
        let pos = self.pos;
        Ok(build::raise(Some(build::intrinsic(intrinsics::RAISE, args, pos)), pos))
    }

    fn handler(&mut self, handler: &'a ExceptHandler) -> Result<out::ExceptHandler, Failure> {
        let pos = handler.span.start;
        self.pos = pos;
        let wanted = match handler.r#type.as_deref() {
            None => None,
            Some(wanted) => {
                let plain = self.is_plain_exception(wanted);
                let lowered = self.expr(wanted)?;
                Some(if plain { lowered } else { build::intrinsic(intrinsics::CATCH, vec![lowered], pos) })
            }
        };
        let caught = build::intrinsic(intrinsics::CAUGHT, Vec::new(), pos);
        let first = match handler.name.as_deref() {
            Some(target) => build::assign(vec![self.expr(target)?], caught, pos),
            None => build::expr_stmt(caught, pos),
        };
        let mut body = vec![first];
        self.handlers.push(false);
        let lowered = self.statements(&handler.body);
        self.handlers.pop();
        if let Some(handled_inside) = self.handlers.last_mut() {
            *handled_inside = true;
        }
        body.extend(lowered?);
        Ok(build::handler(wanted, body, pos))
    }

    fn is_plain_exception(&self, wanted: &Expr) -> bool {
        match &wanted.node {
            ExprKind::Name { id, .. } => {
                PLAIN_EXCEPTIONS.contains(&&**id)
                    && self.scopes.scopes.iter().all(|scope| {
                        scope.symbols.get(&**id).is_none_or(|symbol| !symbol.bound && !symbol.param)
                            && !scope.bare_exec
                            && !scope.import_star
                    })
            }
            ExprKind::Tuple { elts, .. } => elts.iter().all(|elt| self.is_plain_exception(elt)),
            _ => false,
        }
    }

    fn exec(
        &mut self,
        body: &'a Expr,
        globals: Option<&'a Expr>,
        locals: Option<&'a Expr>,
        pos: Pos,
    ) -> Result<out::Stmt, Failure> {
        let mut args = Vec::with_capacity(3);
        match &body.node {
            ExprKind::Tuple { elts, .. } if globals.is_none() && matches!(elts.len(), 2 | 3) => {
                for (at, elt) in elts.iter().enumerate() {
                    args.push(if at == 0 { self.expr(elt)? } else { self.namespace(elt)? });
                }
            }
            _ => args.push(self.expr(body)?),
        }
        if let Some(globals) = globals {
            args.push(self.namespace(globals)?);
        }
        if let Some(locals) = locals {
            args.push(self.namespace(locals)?);
        }
        Ok(build::expr_stmt(build::intrinsic(intrinsics::EXEC, args, self.pos), pos))
    }

    /// What `exec` runs in; `locals()` itself is no place for that in a function.
    fn namespace(&mut self, expr: &'a Expr) -> Result<out::Expr, Failure> {
        if let ExprKind::Call { func, args, keywords, starargs: None, kwargs: None } = &expr.node
            && args.is_empty()
            && keywords.is_empty()
            && matches!(&func.node, ExprKind::Name { id, .. } if &**id == "locals")
        {
            let function = self.expr(func)?;
            return Ok(build::intrinsic(intrinsics::NAMESPACE, vec![function], self.pos));
        }
        self.expr(expr)
    }
}
