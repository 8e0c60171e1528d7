//! Expressions above the level of atoms: conditional expressions, lambdas, operators.

use super::super::ast::{BoolOp, CmpOp, Expr, ExprContext, ExprKind, Operator, UnaryOp};
use super::super::literals;
use super::super::token::TokenKind;
use super::{Parsed, Parser};

impl Parser<'_> {
    /// `testlist: test (',' test)* [',']`
    pub(super) fn testlist(&mut self) -> Parsed<Expr> {
        let start = self.token.start;
        let first = self.test()?;
        if self.token.kind != TokenKind::Comma {
            return Ok(first);
        }
        self.tuple_from(first, start)
    }

    /// The rest of a tuple whose first element has been read; the next token is a comma.
    pub(super) fn tuple_from(&mut self, first: Expr, start: u32) -> Parsed<Expr> {
        let elts = self.tests_from(first)?;
        let height = self.height;
        self.expr(ExprKind::Tuple { elts, ctx: ExprContext::Load }, start, height)
    }

    /// `(',' test)* [',']` behind a first one.
    pub(super) fn tests_from(&mut self, first: Expr) -> Parsed<Vec<Expr>> {
        let mut elements = vec![first];
        let mut height = self.height;
        while self.accept(TokenKind::Comma) && self.token.kind.starts_test() {
            elements.push(self.test()?);
            height = height.max(self.height);
        }
        self.height = height;
        Ok(elements)
    }

    /// `yield_expr | testlist`
    pub(super) fn yield_or_testlist(&mut self) -> Parsed<Expr> {
        if self.token.kind == TokenKind::Yield { self.yield_expr() } else { self.testlist() }
    }

    /// `yield_expr: 'yield' [testlist]`
    pub(super) fn yield_expr(&mut self) -> Parsed<Expr> {
        let start = self.token.start;
        self.advance();
        self.height = 0;
        let value = match self.token.kind.starts_test() {
            true => Some(Box::new(self.testlist()?)),
            false => None,
        };
        let height = self.height;
        self.expr(ExprKind::Yield { value }, start, height)
    }

    /// `test: or_test ['if' or_test 'else' test] | lambdef`
    pub(super) fn test(&mut self) -> Parsed<Expr> {
        self.nested(|parser| {
            if parser.token.kind == TokenKind::Lambda {
                return parser.lambda(Self::test);
            }
            let start = parser.token.start;
            let body = parser.or_test()?;
            if parser.token.kind != TokenKind::If {
                return Ok(body);
            }
            parser.conditional(body, start)
        })
    }

    /// `'if' or_test 'else' test` behind a body.
    fn conditional(&mut self, body: Expr, start: u32) -> Parsed<Expr> {
        let mut height = self.height;
        self.advance();
        let test = self.or_test()?;
        height = height.max(self.height);
        self.expect(TokenKind::Else)?;
        let orelse = self.test()?;
        height = height.max(self.height);
        let node = ExprKind::IfExp { test: Box::new(test), body: Box::new(body), orelse: Box::new(orelse) };
        self.expr(node, start, height)
    }

    /// `old_test: or_test | old_lambdef`
    pub(super) fn old_test(&mut self) -> Parsed<Expr> {
        match self.token.kind {
            TokenKind::Lambda => self.nested(|parser| parser.lambda(Self::old_test)),
            _ => self.or_test(),
        }
    }

    fn lambda(&mut self, body: fn(&mut Self) -> Parsed<Expr>) -> Parsed<Expr> {
        let start = self.token.start;
        self.advance();
        let args = Box::new(self.parameters(TokenKind::Colon)?);
        let height = self.height;
        self.expect(TokenKind::Colon)?;
        let body = Box::new(body(self)?);
        let height = height.max(self.height);
        self.expr(ExprKind::Lambda { args, body }, start, height)
    }

    /// `or_test: and_test ('or' and_test)*`
    pub(super) fn or_test(&mut self) -> Parsed<Expr> {
        let start = self.token.start;
        let first = self.and_test()?;
        match self.token.kind {
            TokenKind::Or => self.boolean(BoolOp::Or, TokenKind::Or, first, start, Self::and_test),
            _ => Ok(first),
        }
    }

    fn and_test(&mut self) -> Parsed<Expr> {
        let start = self.token.start;
        let first = self.not_test()?;
        match self.token.kind {
            TokenKind::And => self.boolean(BoolOp::And, TokenKind::And, first, start, Self::not_test),
            _ => Ok(first),
        }
    }

    fn boolean(
        &mut self,
        op: BoolOp,
        token: TokenKind,
        first: Expr,
        start: u32,
        operand: fn(&mut Self) -> Parsed<Expr>,
    ) -> Parsed<Expr> {
        let mut values = vec![first];
        let mut height = self.height;
        while self.accept(token) {
            values.push(operand(self)?);
            height = height.max(self.height);
        }
        self.expr(ExprKind::BoolOp { op, values }, start, height)
    }

    /// `not_test: 'not' not_test | comparison`
    fn not_test(&mut self) -> Parsed<Expr> {
        if self.token.kind != TokenKind::Not {
            return self.comparison();
        }
        let mut starts = Vec::new();
        while self.token.kind == TokenKind::Not {
            starts.push(self.token.start);
            self.advance();
        }
        let mut value = self.comparison()?;
        for start in starts.into_iter().rev() {
            let height = self.height;
            value = self.expr(ExprKind::UnaryOp { op: UnaryOp::Not, operand: Box::new(value) }, start, height)?;
        }
        Ok(value)
    }

    /// `comparison: expr (comp_op expr)*`
    fn comparison(&mut self) -> Parsed<Expr> {
        let start = self.token.start;
        let had_error = self.deferred.is_some();
        let left = self.bit_or()?;
        let Some(first) = self.comparison_operator()? else {
            return Ok(left);
        };
        // CPython builds the left operand last.
        let left_error = if had_error { None } else { self.deferred.take() };
        let mut height = self.height;
        let mut ops = vec![first];
        let mut comparators = Vec::with_capacity(1);
        loop {
            comparators.push(self.bit_or()?);
            height = height.max(self.height);
            match self.comparison_operator()? {
                Some(op) => ops.push(op),
                None => break,
            }
        }
        self.note([left_error]);
        self.expr(ExprKind::Compare { left: Box::new(left), ops, comparators }, start, height)
    }

    fn comparison_operator(&mut self) -> Parsed<Option<CmpOp>> {
        let op = match self.token.kind {
            TokenKind::EqualEqual => CmpOp::Eq,
            TokenKind::NotEqual => CmpOp::NotEq,
            TokenKind::Less => CmpOp::Lt,
            TokenKind::LessEqual => CmpOp::LtE,
            TokenKind::Greater => CmpOp::Gt,
            TokenKind::GreaterEqual => CmpOp::GtE,
            TokenKind::In => CmpOp::In,
            TokenKind::Is => {
                self.advance();
                return Ok(Some(if self.accept(TokenKind::Not) { CmpOp::IsNot } else { CmpOp::Is }));
            }
            TokenKind::Not => {
                self.advance();
                self.expect(TokenKind::In)?;
                return Ok(Some(CmpOp::NotIn));
            }
            _ => return Ok(None),
        };
        self.advance();
        Ok(Some(op))
    }

    /// `expr: xor_expr ('|' xor_expr)*`
    #[inline]
    pub(super) fn bit_or(&mut self) -> Parsed<Expr> {
        self.binary(1)
    }

    /// Binary operators of a level and above. The first operator of a chain (`a + b`) is placed at its first operand,
    /// the further ones at the operator itself, as in CPython 2.7.
    fn binary(&mut self, minimum: u8) -> Parsed<Expr> {
        let start = self.token.start;
        let mut left = self.factor()?;
        let mut previous_level = 0;
        while let Some((op, level)) = binary_operator(self.token.kind).filter(|(_, level)| *level >= minimum) {
            let at = if level == previous_level { self.token.start } else { start };
            let left_height = self.height;
            self.advance();
            let right = self.binary(level + 1)?;
            let height = left_height.max(self.height);
            let node = ExprKind::BinOp { left: Box::new(left), op, right: Box::new(right) };
            left = self.expr(node, at, height)?;
            previous_level = level;
        }
        Ok(left)
    }

    /// `factor: ('+'|'-'|'~') factor | power`
    fn factor(&mut self) -> Parsed<Expr> {
        if !matches!(self.token.kind, TokenKind::Plus | TokenKind::Minus | TokenKind::Tilde) {
            return self.power();
        }
        let mut signs = Vec::new();
        loop {
            let op = match self.token.kind {
                TokenKind::Plus => UnaryOp::UAdd,
                TokenKind::Minus => UnaryOp::USub,
                TokenKind::Tilde => UnaryOp::Invert,
                _ => break,
            };
            signs.push((op, self.token.start));
            self.advance();
        }
        let first = self.token;
        let mut value = self.power()?;
        // A minus sign right before a number belongs to it.
        if first.kind == TokenKind::Number
            && self.previous_end == first.end
            && let Some((UnaryOp::USub, start)) = signs.last().copied()
        {
            signs.pop();
            value = self.expr(ExprKind::Num { n: literals::number(self.token_text(first), true) }, start, 0)?;
        }
        for (op, start) in signs.into_iter().rev() {
            let height = self.height;
            value = self.expr(ExprKind::UnaryOp { op, operand: Box::new(value) }, start, height)?;
        }
        Ok(value)
    }

    /// `power: atom trailer* ['**' factor]`
    fn power(&mut self) -> Parsed<Expr> {
        let start = self.token.start;
        let mut value = self.atom()?;
        loop {
            value = match self.token.kind {
                TokenKind::LeftParen => self.call(value)?,
                TokenKind::LeftBracket => self.subscript(value)?,
                TokenKind::Dot => self.attribute(value)?,
                _ => break,
            };
        }
        if self.token.kind != TokenKind::DoubleStar {
            return Ok(value);
        }
        let left_height = self.height;
        self.advance();
        let exponent = self.nested(Self::factor)?;
        let height = left_height.max(self.height);
        let node = ExprKind::BinOp { left: Box::new(value), op: Operator::Pow, right: Box::new(exponent) };
        self.expr(node, start, height)
    }

    fn attribute(&mut self, value: Expr) -> Parsed<Expr> {
        let (start, height) = (value.span.start, self.height);
        self.advance();
        let attr = self.identifier()?;
        self.expr(ExprKind::Attribute { value: Box::new(value), attr, ctx: ExprContext::Load }, start, height)
    }
}

/// Binary operators and how strongly they bind.
#[inline]
fn binary_operator(token: TokenKind) -> Option<(Operator, u8)> {
    Some(match token {
        TokenKind::Bar => (Operator::BitOr, 1),
        TokenKind::Caret => (Operator::BitXor, 2),
        TokenKind::Ampersand => (Operator::BitAnd, 3),
        TokenKind::LeftShift => (Operator::LShift, 4),
        TokenKind::RightShift => (Operator::RShift, 4),
        TokenKind::Plus => (Operator::Add, 5),
        TokenKind::Minus => (Operator::Sub, 5),
        TokenKind::Star => (Operator::Mult, 6),
        TokenKind::Slash => (Operator::Div, 6),
        TokenKind::Percent => (Operator::Mod, 6),
        TokenKind::DoubleSlash => (Operator::FloorDiv, 6),
        _ => return None,
    })
}
