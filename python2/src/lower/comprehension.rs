//! Comprehensions. Python 2's list comprehensions run in the scope around them and leave their targets bound; the
//! machine's compiler inlines them, but keeps the targets apart.
//!
//! * In a function, a target that is used nowhere else needs nothing. Another one gets a hidden name, and a condition
//!   that is always true assigns the real one.
//! * In a module or class, such a condition calls an intrinsic that stores the target in the frame's namespace, and
//!   names of the scope are read from there.
//!
//! The compiler takes twice as long for every level of inlined comprehensions inside each other's elements. From
//! [`MAX_INLINED`] levels on they are written as generator expressions (`[*(…)]`), which it does not inline; the targets
//! of those do not stay bound.

use ruff_python_ast as out;

use super::intrinsics;
use crate::syntax::ast::{Comprehension, Expr, ExprContext, ExprKind};

use super::build::{self, Pos};
use super::scopes::{self, ScopeKind};
use super::{Failure, Lowerer, Open};

/// List, set and dict comprehensions nest this deep before they are written otherwise.
const MAX_INLINED: usize = 6;

impl<'a> Lowerer<'a> {
    /// Runs for a comprehension that the compiler may inline; the closure is told whether it still should.
    pub fn inlined<T>(&mut self, work: impl FnOnce(&mut Self, bool) -> Result<T, Failure>) -> Result<T, Failure> {
        self.inlined += 1;
        let result = work(self, self.inlined <= MAX_INLINED);
        self.inlined -= 1;
        result
    }

    pub fn list_comprehension(
        &mut self,
        elt: &'a Expr,
        generators: &'a [Comprehension],
        pos: Pos,
    ) -> Result<out::Expr, Failure> {
        self.inlined(|lowerer, inline| match inline {
            true => lowerer.inlined_list(elt, generators, pos),
            false => lowerer.deep_list(elt, generators, pos),
        })
    }

    /// `[*(elt for …)]`.
    fn deep_list(&mut self, elt: &'a Expr, generators: &'a [Comprehension], pos: Pos) -> Result<out::Expr, Failure> {
        let mut lowered = Vec::with_capacity(generators.len());
        for generator in generators {
            let outer = std::mem::replace(&mut self.in_iterable, true);
            let iter = self.expr(&generator.iter)?;
            self.in_iterable = outer;
            let target = self.expr(&generator.target)?;
            let ifs = self.exprs(&generator.ifs)?;
            lowered.push(build::comprehension(target, iter, ifs, pos));
        }
        let elements = build::generator(self.expr(elt)?, lowered, pos);
        Ok(build::list(vec![build::starred(elements, pos)], out::ExprContext::Load, pos))
    }

    fn inlined_list(&mut self, elt: &'a Expr, generators: &'a [Comprehension], pos: Pos) -> Result<out::Expr, Failure> {
        let yields = |at: usize, generator: &Comprehension| {
            generator.ifs.iter().any(contains_yield) || at > 0 && contains_yield(&generator.iter)
        };
        if contains_yield(elt) || generators.iter().enumerate().any(|(at, generator)| yields(at, generator)) {
            return self.statement_comprehension(elt, generators, pos);
        }
        let mut targets = Vec::new();
        for generator in generators {
            scopes::target_names(&generator.target, &mut targets);
        }
        let in_function = self.scope().kind == ScopeKind::Function;
        let mut lowered = Vec::with_capacity(generators.len());
        let mut open = false;
        for generator in generators {
            let outer = self.in_iterable;
            self.in_iterable = true;
            let iter = self.expr(&generator.iter)?;
            self.in_iterable = outer;
            if !in_function && !open {
                let mut names = targets.clone();
                if let Some(around) = self.comprehensions.last().filter(|around| around.scope == self.scope) {
                    names.extend(&around.targets);
                }
                self.comprehensions.push(Open { scope: self.scope, targets: names });
                open = true;
            }
            let mut ifs = Vec::new();
            let mut names = Vec::new();
            scopes::target_names(&generator.target, &mut names);
            let target = if in_function {
                let seen: Vec<&str> =
                    names.into_iter().filter(|name| !self.in_iterable && self.scope().leak_is_seen(name)).collect();
                ifs.extend(seen.iter().map(|name| leak_by_assignment(name, pos)));
                self.hidden_target(&generator.target, &seen)?
            } else {
                ifs.extend(names.iter().map(|name| {
                    let args = vec![build::string(self.mangled(name).into_owned(), pos), build::load(name, pos)];
                    build::intrinsic(intrinsics::STORE_NAME, args, pos)
                }));
                self.expr(&generator.target)?
            };
            ifs.extend(self.exprs(&generator.ifs)?);
            lowered.push(build::comprehension(target, iter, ifs, pos));
        }
        let elt = self.expr(elt)?;
        if open {
            self.comprehensions.pop();
        }
        Ok(build::list_comp(elt, lowered, pos))
    }

    /// The target with the given names replaced by hidden ones.
    fn hidden_target(&mut self, target: &'a Expr, hide: &[&str]) -> Result<out::Expr, Failure> {
        let pos = self.pos;
        Ok(match &target.node {
            ExprKind::Name { id, .. } if hide.contains(&&**id) => build::store(&hidden(id), pos),
            ExprKind::Tuple { elts, .. } | ExprKind::List { elts, .. } => {
                let elts: Result<Vec<_>, _> = elts.iter().map(|elt| self.hidden_target(elt, hide)).collect();
                build::tuple(elts?, out::ExprContext::Store, pos)
            }
            _ => self.expr(target)?,
        })
    }

    /// A list comprehension with `yield` in it: loops in front of the statement.
    fn statement_comprehension(
        &mut self,
        elt: &'a Expr,
        generators: &'a [Comprehension],
        pos: Pos,
    ) -> Result<out::Expr, Failure> {
        let list = self.temporary();
        let start =
            build::assign(vec![build::store(&list, pos)], build::list(Vec::new(), out::ExprContext::Load, pos), pos);
        self.before.push(start);
        let outer = std::mem::take(&mut self.before);
        let loops = self.nested_loops(elt, generators, &list, pos)?;
        self.before = outer;
        self.before.extend(loops);
        Ok(build::load(&list, pos))
    }

    fn nested_loops(
        &mut self,
        elt: &'a Expr,
        generators: &'a [Comprehension],
        list: &str,
        pos: Pos,
    ) -> Result<Vec<out::Stmt>, Failure> {
        let mut body = Vec::new();
        let Some((first, rest)) = generators.split_first() else {
            let value = self.expr(elt)?;
            body.append(&mut self.before);
            let append = build::attribute(build::load(list, pos), "append", out::ExprContext::Load, pos);
            body.push(build::expr_stmt(build::call(append, vec![value], pos), pos));
            return Ok(body);
        };
        let iter = self.expr(&first.iter)?;
        body.append(&mut self.before);
        let target = self.expr(&first.target)?;
        let mut inner = Vec::new();
        let mut tests = Vec::new();
        for test in &first.ifs {
            tests.push(self.expr(test)?);
            inner.append(&mut self.before);
        }
        let innermost = self.nested_loops(elt, rest, list, pos)?;
        let guarded =
            tests.into_iter().rev().fold(innermost, |body, test| vec![build::if_(test, body, Vec::new(), pos)]);
        inner.extend(guarded);
        body.push(build::for_(target, iter, inner, Vec::new(), pos));
        Ok(body)
    }

    /// The parts of a comprehension that is a function of its own in Python 2 too.
    pub fn own_scope(
        &mut self,
        node: &'a Expr,
        elt: &'a Expr,
        value: Option<&'a Expr>,
        generators: &'a [Comprehension],
    ) -> Result<(out::Expr, Option<out::Expr>, Vec<out::Comprehension>), Failure> {
        let Some((first, rest)) = generators.split_first() else {
            return Err(Failure::at(node.span, "invalid syntax".to_owned()));
        };
        let pos = self.pos;
        let outer_iterable = std::mem::replace(&mut self.in_iterable, true);
        let first_iter = self.expr(&first.iter)?;
        let outer = std::mem::replace(&mut self.scope, self.scopes.opened_by(node));
        let comprehensions = std::mem::take(&mut self.comprehensions);
        let mut lowered = Vec::with_capacity(generators.len());
        let target = self.expr(&first.target)?;
        let ifs = self.exprs(&first.ifs)?;
        lowered.push(build::comprehension(target, first_iter, ifs, pos));
        for generator in rest {
            let iter = self.expr(&generator.iter)?;
            let target = self.expr(&generator.target)?;
            let ifs = self.exprs(&generator.ifs)?;
            lowered.push(build::comprehension(target, iter, ifs, pos));
        }
        let elt = self.expr(elt)?;
        let value = self.optional(value)?;
        self.comprehensions = comprehensions;
        self.scope = outer;
        self.in_iterable = outer_iterable;
        Ok((elt, value, lowered))
    }
}

fn hidden(name: &str) -> String {
    format!("<{name}>")
}

/// `(name := hidden) is hidden`: always true.
fn leak_by_assignment(name: &str, pos: Pos) -> out::Expr {
    let hidden = hidden(name);
    let assignment = build::named(name, build::load(&hidden, pos), pos);
    build::compare(assignment, vec![out::CmpOp::Is], vec![build::load(&hidden, pos)], pos)
}

fn contains_yield(expr: &Expr) -> bool {
    let any = |exprs: &[Expr]| exprs.iter().any(contains_yield);
    let maybe = |expr: &Option<Box<Expr>>| expr.as_deref().is_some_and(contains_yield);
    match &expr.node {
        ExprKind::Yield { .. } => true,
        ExprKind::BoolOp { values, .. } => any(values),
        ExprKind::BinOp { left, right, .. } => contains_yield(left) || contains_yield(right),
        ExprKind::UnaryOp { operand, .. } => contains_yield(operand),
        ExprKind::IfExp { test, body, orelse } => [test, body, orelse].into_iter().any(|expr| contains_yield(expr)),
        ExprKind::Dict { keys, values } => any(keys) || any(values),
        ExprKind::Set { elts } | ExprKind::List { elts, ctx: ExprContext::Load } => any(elts),
        ExprKind::Tuple { elts, ctx: ExprContext::Load } => any(elts),
        ExprKind::Compare { left, comparators, .. } => contains_yield(left) || any(comparators),
        ExprKind::Call { func, args, keywords, starargs, kwargs } => {
            contains_yield(func)
                || any(args)
                || keywords.iter().any(|keyword| contains_yield(&keyword.value))
                || maybe(starargs)
                || maybe(kwargs)
        }
        ExprKind::Repr { value } | ExprKind::Attribute { value, .. } | ExprKind::Subscript { value, .. } => {
            contains_yield(value)
        }
        _ => false,
    }
}
