//! What can be assigned to or deleted.

use super::super::ast::{Expr, ExprContext, ExprKind};
use super::{Parsed, Parser};
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// Makes an expression a target. Errors are noted at `at`, the start of the whole target.
    pub(super) fn set_context(&mut self, target: &mut Expr, context: ExprContext, at: u32) {
        let what = match &mut target.node {
            ExprKind::Attribute { attr, ctx, .. } => {
                *ctx = context;
                if context == ExprContext::Store {
                    self.check_bindable(attr, at);
                }
                return;
            }
            ExprKind::Name { id, ctx } => {
                *ctx = context;
                if context == ExprContext::Store {
                    self.check_bindable(id, at);
                }
                return;
            }
            ExprKind::Subscript { ctx, .. } => {
                *ctx = context;
                return;
            }
            ExprKind::Tuple { elts, .. } if elts.is_empty() => "()",
            ExprKind::List { elts, ctx } | ExprKind::Tuple { elts, ctx } => {
                *ctx = context;
                for element in elts {
                    self.set_context(element, context, at);
                }
                return;
            }
            ExprKind::Lambda { .. } => "lambda",
            ExprKind::Call { .. } => "function call",
            ExprKind::BoolOp { .. } | ExprKind::BinOp { .. } | ExprKind::UnaryOp { .. } => "operator",
            ExprKind::GeneratorExp { .. } => "generator expression",
            ExprKind::Yield { .. } => "yield expression",
            ExprKind::ListComp { .. } => "list comprehension",
            ExprKind::SetComp { .. } => "set comprehension",
            ExprKind::DictComp { .. } => "dict comprehension",
            ExprKind::Dict { .. } | ExprKind::Set { .. } | ExprKind::Num { .. } | ExprKind::Str { .. } => "literal",
            ExprKind::Compare { .. } => "comparison",
            ExprKind::Repr { .. } => "repr",
            ExprKind::IfExp { .. } => "conditional expression",
        };
        let verb = if context == ExprContext::Store { "assign to" } else { "delete" };
        self.defer(format!("can't {verb} {what}"), at);
    }

    /// `exprlist: expr (',' expr)* [',']`, each a target; also whether there was a comma.
    pub(super) fn exprlist(&mut self, context: ExprContext) -> Parsed<(Vec<Expr>, bool)> {
        let mut targets = Vec::with_capacity(1);
        let mut comma = false;
        let mut height = 0;
        loop {
            let start = self.token.start;
            let mut target = self.bit_or()?;
            height = height.max(self.height);
            self.set_context(&mut target, context, start);
            targets.push(target);
            if !self.accept(TokenKind::Comma) {
                break;
            }
            comma = true;
            if !self.token.kind.starts_expr() {
                break;
            }
        }
        self.height = height;
        Ok((targets, comma))
    }

    /// The target of a `for`: one expression, or a tuple that CPython places where its first element is.
    pub(super) fn for_target(&mut self) -> Parsed<Expr> {
        let (mut targets, comma) = self.exprlist(ExprContext::Store)?;
        match (comma, targets.len()) {
            (false, 1) => targets.pop().ok_or_else(|| self.unexpected()),
            _ => {
                let start = targets.first().map_or(self.token.start, |first| first.span.start);
                let height = self.height;
                self.expr(ExprKind::Tuple { elts: targets, ctx: ExprContext::Store }, start, height)
            }
        }
    }
}
