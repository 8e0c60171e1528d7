//! Large displays of nothing but constants: tables of data.
//!
//! The compiler looks for each constant among all others of its code object, so a table of 100,000 entries would take it
//! minutes. Such a display is written in parts, each in a function of its own: `[*(lambda: [1, 2, …])(), …]`.

use ruff_python_ast as out;

use crate::syntax::ast::{Expr, ExprKind};

use super::build::{self, Pos};
use super::scopes::ScopeKind;
use super::{Failure, Lowerer};

/// Displays with fewer constants stay as they are.
const SMALL: usize = 500;
/// The same in a function, which may run often.
const SMALL_IN_FUNCTION: usize = 4000;
/// Constants a part.
const PART: usize = 250;

/// What is displayed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Display {
    List,
    Tuple,
    Set,
}

/// The constants in an expression; None if it has anything else in it.
fn weight(expr: &Expr, constants_assigned: bool) -> Option<usize> {
    let all = |exprs: &[Expr]| exprs.iter().try_fold(0, |sum, expr| Some(sum + weight(expr, constants_assigned)?));
    match &expr.node {
        ExprKind::Num { .. } | ExprKind::Str { .. } => Some(1),
        ExprKind::Name { id, .. } if !constants_assigned && matches!(&**id, "None" | "True" | "False") => Some(1),
        ExprKind::UnaryOp { operand, .. } => weight(operand, constants_assigned),
        ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } | ExprKind::Set { elts } => Some(1 + all(elts)?),
        ExprKind::Dict { keys, values } => Some(1 + all(keys)? + all(values)?),
        _ => None,
    }
}

/// Where the parts end.
fn ends(weights: &[usize]) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut sum = 0;
    for (at, weight) in weights.iter().enumerate() {
        sum += weight;
        if sum >= PART {
            ends.push(at + 1);
            sum = 0;
        }
    }
    if sum > 0 {
        ends.push(weights.len());
    }
    ends
}

/// `(lambda: body)()`
fn part(body: out::Expr, pos: Pos) -> out::Expr {
    build::call(build::lambda(build::parameters(Vec::new(), None, None, pos), body, pos), Vec::new(), pos)
}

impl<'a> Lowerer<'a> {
    /// The weights of the elements if they are to be written in parts.
    fn weights<'e>(&self, elements: impl ExactSizeIterator<Item = (&'e Expr, Option<&'e Expr>)>) -> Option<Vec<usize>> {
        let assigned = self.scopes.constants_assigned;
        let small = if self.scope().kind == ScopeKind::Function { SMALL_IN_FUNCTION } else { SMALL };
        let mut weights = Vec::with_capacity(elements.len());
        for (first, second) in elements {
            weights.push(weight(first, assigned)? + second.map_or(Some(0), |second| weight(second, assigned))?);
        }
        (weights.iter().sum::<usize>() > small).then_some(weights)
    }

    /// A list, tuple or set that is read.
    pub fn display(&mut self, kind: Display, elts: &'a [Expr], pos: Pos) -> Result<out::Expr, Failure> {
        let load = out::ExprContext::Load;
        let whole = |elements: Vec<out::Expr>| match kind {
            Display::List => build::list(elements, load, pos),
            Display::Tuple => build::tuple(elements, load, pos),
            Display::Set => build::set(elements, pos),
        };
        let Some(weights) = self.weights(elts.iter().map(|elt| (elt, None))) else {
            return Ok(whole(self.exprs(elts)?));
        };
        let mut parts = Vec::new();
        let mut start = 0;
        for end in ends(&weights) {
            let elements = self.exprs(elts.get(start..end).unwrap_or_default())?;
            parts.push(part(whole(elements), pos));
            start = end;
        }
        Ok(match parts.len() {
            1 => parts.swap_remove(0),
            _ => whole(parts.into_iter().map(|part| build::starred(part, pos)).collect()),
        })
    }

    /// A dict.
    pub fn dict_display(&mut self, keys: &'a [Expr], values: &'a [Expr]) -> Result<out::Expr, Failure> {
        let mut items = Vec::with_capacity(keys.len());
        let Some(weights) = self.weights(keys.iter().zip(values).map(|(key, value)| (key, Some(value)))) else {
            for (key, value) in keys.iter().zip(values) {
                let key = self.expr(key)?;
                items.push((key, self.expr(value)?));
            }
            return Ok(build::dict(items, self.pos));
        };
        let mut parts = Vec::new();
        let mut ends = ends(&weights).into_iter().peekable();
        for (at, (key, value)) in keys.iter().zip(values).enumerate() {
            let key = self.expr(key)?;
            items.push((key, self.expr(value)?));
            if ends.next_if_eq(&(at + 1)).is_some() {
                parts.push(part(build::dict(std::mem::take(&mut items), self.pos), self.pos));
            }
        }
        Ok(match parts.len() {
            1 => parts.swap_remove(0),
            _ => build::merged_dict(parts, self.pos),
        })
    }
}
