//! The parameters of functions and lambdas.

use super::super::ast::{Arguments, Expr, ExprContext, ExprKind};
use super::super::token::TokenKind;
use super::{Parsed, Parser};

/// `fpdef`: a name, or a tuple of them.
struct Parameter {
    target: Expr,
    /// In brackets that make no tuple, as in `def f((a))`.
    bracketed: bool,
}

impl Parser<'_> {
    /// `[varargslist]`, which ends at a token of the kind `end`. The height left behind is that of the highest part.
    pub(super) fn parameters(&mut self, end: TokenKind) -> Parsed<Arguments> {
        let mut arguments = Arguments::default();
        let first = self.token.start;
        let mut height = 0;
        let mut seen_default = false;
        while self.token.kind != end {
            match self.token.kind {
                TokenKind::Star => {
                    self.advance();
                    arguments.vararg = Some(self.catch_all()?);
                    if self.accept(TokenKind::Comma) {
                        self.expect(TokenKind::DoubleStar)?;
                        arguments.kwarg = Some(self.catch_all()?);
                    }
                    break;
                }
                TokenKind::DoubleStar => {
                    self.advance();
                    arguments.kwarg = Some(self.catch_all()?);
                    break;
                }
                _ => {}
            }
            let parameter = self.parameter()?;
            height = height.max(self.height);
            if self.accept(TokenKind::Equal) {
                arguments.defaults.push(self.test()?);
                height = height.max(self.height);
                seen_default = true;
                if parameter.bracketed {
                    self.defer("parenthesized arg with default", first);
                }
            } else if seen_default {
                self.defer("non-default argument follows default argument", first);
            }
            let mut target = parameter.target;
            if let ExprKind::Name { id, ctx } = &mut target.node {
                *ctx = ExprContext::Param;
                let id = id.clone();
                self.check_bindable(&id, first);
            }
            arguments.args.push(target);
            if !self.accept(TokenKind::Comma) {
                break;
            }
        }
        self.height = height;
        Ok(arguments)
    }

    /// The name behind `*` or `**`.
    fn catch_all(&mut self) -> Parsed<Box<str>> {
        let start = self.token.start;
        let name = self.identifier()?;
        self.check_bindable(&name, start);
        Ok(name)
    }

    /// `fpdef: NAME | '(' fplist ')'`
    fn parameter(&mut self) -> Parsed<Parameter> {
        let start = self.token.start;
        if !self.accept(TokenKind::LeftParen) {
            let id = self.identifier()?;
            let target = self.expr(ExprKind::Name { id, ctx: ExprContext::Store }, start, 0)?;
            return Ok(Parameter { target, bracketed: false });
        }
        let inner = self.token.start;
        let mut elements = Vec::new();
        let mut comma = false;
        let mut height = 0;
        loop {
            elements.push(self.nested(|parser| parser.parameter())?.target);
            height = height.max(self.height);
            if !self.accept(TokenKind::Comma) {
                break;
            }
            comma = true;
            if self.token.kind == TokenKind::RightParen {
                break;
            }
        }
        self.height = height;
        if !comma
            && elements.len() == 1
            && let Some(target) = elements.pop()
        {
            self.expect(TokenKind::RightParen)?;
            return Ok(Parameter { target, bracketed: true });
        }
        for element in &elements {
            if let ExprKind::Name { id, .. } = &element.node {
                self.check_bindable(id, inner);
            }
        }
        let target = self.expr(ExprKind::Tuple { elts: elements, ctx: ExprContext::Store }, inner, height)?;
        self.expect(TokenKind::RightParen)?;
        Ok(Parameter { target, bracketed: false })
    }
}
