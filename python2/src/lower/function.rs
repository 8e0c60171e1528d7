//! Functions, lambdas and classes: parameters, docstrings, the statements a body starts with.

use ruff_python_ast as out;

use super::intrinsics;
use crate::syntax::ast::{Arguments, Expr, ExprKind, Span, Stmt, StmtKind};

use super::build::{self, Pos};
use super::{Failure, Lowerer, docstring};

/// `<keywords>(kwargs)`
fn unicode_keywords(kwarg: &str, pos: Pos) -> out::Expr {
    build::intrinsic(intrinsics::KEYWORDS, vec![build::load(kwarg, pos)], pos)
}

impl<'a> Lowerer<'a> {
    /// The body of a module: a docstring, then the statements.
    pub fn module_body(&mut self, body: &'a [Stmt]) -> Result<Vec<out::Stmt>, Failure> {
        // `exec` runs modules with variables apart from the globals.
        let start = self.declarations(0);
        self.body_with(body, start)
    }

    /// A body whose first string is a docstring; `start` goes behind it.
    fn body_with(&mut self, body: &'a [Stmt], start: Vec<out::Stmt>) -> Result<Vec<out::Stmt>, Failure> {
        let mut lowered = Vec::with_capacity(body.len() + start.len() + 1);
        let mut rest = body;
        if let Some((first, after)) = body.split_first()
            && let StmtKind::Expr { value } = &first.node
            && let ExprKind::Str { s } = &value.node
        {
            let pos = first.span.start;
            lowered.push(build::expr_stmt(build::string(docstring::carry(s), pos), pos));
            rest = after;
        }
        lowered.extend(start);
        lowered.extend(self.statements(rest)?);
        if lowered.is_empty() {
            lowered.push(build::pass(self.pos));
        }
        Ok(lowered)
    }

    /// Runs with the scope that a node opens, outside of the blocks and comprehensions around it.
    fn inside<T>(
        &mut self,
        scope: usize,
        pos: Pos,
        work: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let outer_scope = std::mem::replace(&mut self.scope, scope);
        let outer_pos = std::mem::replace(&mut self.pos, pos);
        let blocks = std::mem::take(&mut self.blocks);
        let handlers = std::mem::take(&mut self.handlers);
        let comprehensions = std::mem::take(&mut self.comprehensions);
        let before = std::mem::take(&mut self.before);
        let in_iterable = std::mem::take(&mut self.in_iterable);
        let constants = std::mem::take(&mut self.constants);
        let result = work(self);
        self.constants = constants;
        self.scope = outer_scope;
        self.pos = outer_pos;
        self.blocks = blocks;
        self.handlers = handlers;
        self.comprehensions = comprehensions;
        self.before = before;
        self.in_iterable = in_iterable;
        result
    }

    /// Names declared global come first in the body: Python 2 allows the statement after their use.
    pub fn declarations(&self, pos: Pos) -> Vec<out::Stmt> {
        let globals = &self.scope().globals;
        if globals.is_empty() { Vec::new() } else { vec![build::global(globals, pos)] }
    }

    pub fn function_def(
        &mut self,
        stmt: &'a Stmt,
        name: &str,
        args: &'a Arguments,
        body: &'a [Stmt],
        decorator_list: &'a [Expr],
    ) -> Result<out::Stmt, Failure> {
        let pos = self.reach(stmt.span);
        let decorators = self.decorators(decorator_list)?;
        let (parameters, unpack) = self.parameters(args, pos)?;
        let scope = self.scopes.opened_by(stmt);
        let body = self.inside(scope, pos, |lowerer| {
            let mut start = lowerer.declarations(pos);
            if let Some(kwarg) = &args.kwarg {
                start.push(build::expr_stmt(unicode_keywords(&lowerer.mangled(kwarg), pos), pos));
            }
            for (tuple, hidden) in unpack {
                lowerer.pos = pos;
                let target = lowerer.expr(tuple)?;
                start.push(build::assign(vec![target], build::load(&hidden, pos), pos));
            }
            lowerer.body_with(body, start)
        })?;
        Ok(build::function(name, parameters, body, decorators, pos))
    }

    fn decorators(&mut self, list: &'a [Expr]) -> Result<Vec<(out::Expr, Pos)>, Failure> {
        list.iter()
            .map(|decorator| {
                let pos = decorator.span.start;
                Ok((self.expr(decorator)?, pos))
            })
            .collect()
    }

    /// The parameters, and the tuples among them with the hidden names that stand for them.
    #[expect(clippy::type_complexity, reason = "a pair of lists")]
    fn parameters(
        &mut self,
        args: &'a Arguments,
        pos: Pos,
    ) -> Result<(out::Parameters, Vec<(&'a Expr, String)>), Failure> {
        let first_default = args.args.len().saturating_sub(args.defaults.len());
        let mut defaults = self.exprs(&args.defaults)?.into_iter();
        let mut tuples = Vec::new();
        let mut parameters = Vec::with_capacity(args.args.len());
        for (at, arg) in args.args.iter().enumerate() {
            let default = if at >= first_default { defaults.next() } else { None };
            let name = match &arg.node {
                ExprKind::Name { id, .. } => id.to_string(),
                _ => {
                    let hidden = format!(".{at}");
                    tuples.push((arg, hidden.clone()));
                    hidden
                }
            };
            parameters.push(build::parameter(&name, default, pos));
        }
        let vararg = args.vararg.as_deref().map(|name| build::rest_parameter(name, pos));
        let kwarg = args.kwarg.as_deref().map(|name| build::rest_parameter(name, pos));
        Ok((build::parameters(parameters, vararg, kwarg, pos), tuples))
    }

    pub fn lambda(&mut self, node: &'a Expr, args: &'a Arguments, body: &'a Expr) -> Result<out::Expr, Failure> {
        let pos = node.span.start;
        let (parameters, unpack) = self.parameters(args, pos)?;
        let scope = self.scopes.opened_by(node);
        let body = self.inside(scope, pos, |lowerer| {
            if unpack.is_empty() {
                let body = lowerer.expr(body)?;
                return Ok(match &args.kwarg {
                    Some(kwarg) => build::if_exp(unicode_keywords(kwarg, pos), body, build::none(pos), pos),
                    None => body,
                });
            }
            // `[body for ((a, b), c) in [(.0, .1)]][0]`: unpacks without statements, in the lambda's own frame.
            let mut targets = Vec::new();
            let mut values = Vec::new();
            for (tuple, hidden) in unpack {
                targets.push(lowerer.expr(tuple)?);
                values.push(build::load(&hidden, pos));
            }
            let target = build::tuple(targets, out::ExprContext::Store, pos);
            let values = build::tuple(values, out::ExprContext::Load, pos);
            let iter = build::list(vec![values], out::ExprContext::Load, pos);
            let body = lowerer.expr(body)?;
            let list = build::list_comp(body, vec![build::comprehension(target, iter, Vec::new(), pos)], pos);
            Ok(build::subscript(list, build::int(0, pos), out::ExprContext::Load, pos))
        })?;
        Ok(build::lambda(parameters, body, pos))
    }

    pub fn class_def(
        &mut self,
        stmt: &'a Stmt,
        name: &str,
        bases: &'a [Expr],
        body: &'a [Stmt],
        decorator_list: &'a [Expr],
    ) -> Result<out::Stmt, Failure> {
        let pos = self.reach(stmt.span);
        let decorators = self.decorators(decorator_list)?;
        let bases = if bases.is_empty() { None } else { Some(self.exprs(bases)?) };
        let scope = self.scopes.opened_by(stmt);
        let body = self.inside(scope, pos, |lowerer| {
            let start = lowerer.declarations(pos);
            lowerer.body_with(body, start)
        })?;
        Ok(build::class(name, bases, body, decorators, pos))
    }

    /// An error at a place.
    pub fn fail<T>(&self, span: Span, message: &str) -> Result<T, Failure> {
        Err(Failure::at(span, message.to_owned()))
    }
}
