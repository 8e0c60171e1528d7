//! Atoms: names, literals, displays, comprehensions.

use super::super::SyntaxErrorKind;
use super::super::ast::{Comprehension, Expr, ExprContext, ExprKind, Str};
use super::super::literals::{self, LiteralError};
use super::super::token::TokenKind;
use super::{Parsed, Parser};

impl Parser<'_> {
    pub(super) fn atom(&mut self) -> Parsed<Expr> {
        let token = self.token;
        let node = match token.kind {
            TokenKind::Name => {
                let id = self.token_text(token).into();
                self.advance();
                ExprKind::Name { id, ctx: ExprContext::Load }
            }
            TokenKind::Number => {
                let n = literals::number(self.token_text(token), false);
                self.advance();
                ExprKind::Num { n }
            }
            TokenKind::String => ExprKind::Str { s: self.strings()? },
            TokenKind::LeftParen => return self.parenthesised(),
            TokenKind::LeftBracket => return self.list_display(),
            TokenKind::LeftBrace => return self.brace_display(),
            TokenKind::Backquote => return self.backquotes(),
            _ => return Err(self.unexpected()),
        };
        self.expr(node, token.start, 0)
    }

    /// Adjacent string literals.
    fn strings(&mut self) -> Parsed<Str> {
        let start = self.token.start;
        let mut joined: Option<Str> = None;
        while self.token.kind == TokenKind::String {
            let text = self.token_text(self.token);
            self.seen_string = true;
            match literals::string(self.source, text, self.flags.unicode_literals) {
                Ok(part) => {
                    joined = Some(match joined {
                        Some(left) => literals::join(left, part),
                        None => part,
                    });
                }
                Err(LiteralError::Syntax(message)) => self.defer(message, start),
                Err(LiteralError::Value(message)) => self.defer_kind(SyntaxErrorKind::ValueError, message, start),
            }
            self.advance();
        }
        Ok(joined.unwrap_or(Str::Bytes(Vec::new())))
    }

    /// `'(' [yield_expr|testlist_comp] ')'`
    fn parenthesised(&mut self) -> Parsed<Expr> {
        let start = self.token.start;
        self.advance();
        if self.accept(TokenKind::RightParen) {
            return self.expr(ExprKind::Tuple { elts: Vec::new(), ctx: ExprContext::Load }, start, 0);
        }
        let inner = self.token.start;
        let value = match self.token.kind {
            TokenKind::Yield => self.nested(Self::yield_expr)?,
            _ => {
                let first = self.test()?;
                match self.token.kind {
                    TokenKind::For => self.generator(first, inner)?,
                    TokenKind::Comma => self.tuple_from(first, inner)?,
                    _ => first,
                }
            }
        };
        self.expect(TokenKind::RightParen)?;
        Ok(value)
    }

    /// A generator expression whose element has been read.
    pub(super) fn generator(&mut self, elt: Expr, start: u32) -> Parsed<Expr> {
        let generators = self.comprehension(Self::or_test)?;
        let height = self.height;
        self.expr(ExprKind::GeneratorExp { elt: Box::new(elt), generators }, start, height)
    }

    /// `'[' [listmaker] ']'`
    fn list_display(&mut self) -> Parsed<Expr> {
        let start = self.token.start;
        self.advance();
        if self.accept(TokenKind::RightBracket) {
            return self.expr(ExprKind::List { elts: Vec::new(), ctx: ExprContext::Load }, start, 0);
        }
        let inner = self.token.start;
        let first = self.test()?;
        if self.token.kind == TokenKind::For {
            let generators = self.comprehension(Self::testlist_safe)?;
            let height = self.height;
            let list = self.expr(ExprKind::ListComp { elt: Box::new(first), generators }, inner, height)?;
            self.expect(TokenKind::RightBracket)?;
            return Ok(list);
        }
        let elts = self.tests_from(first)?;
        let height = self.height;
        self.expect(TokenKind::RightBracket)?;
        self.expr(ExprKind::List { elts, ctx: ExprContext::Load }, start, height)
    }

    /// `testlist_safe: old_test [(',' old_test)+ [',']]`: what a list comprehension iterates over.
    fn testlist_safe(&mut self) -> Parsed<Expr> {
        let start = self.token.start;
        let first = self.old_test()?;
        if !self.accept(TokenKind::Comma) {
            return Ok(first);
        }
        let mut elts = vec![first];
        let mut height = self.height;
        loop {
            elts.push(self.old_test()?);
            height = height.max(self.height);
            if !self.accept(TokenKind::Comma) || !self.token.kind.starts_test() {
                break;
            }
        }
        self.expr(ExprKind::Tuple { elts, ctx: ExprContext::Load }, start, height)
    }

    /// The `for` and `if` clauses of a comprehension; the element has been read. The height that is left behind is
    /// that of the highest part, element included.
    fn comprehension(&mut self, iterable: fn(&mut Self) -> Parsed<Expr>) -> Parsed<Vec<Comprehension>> {
        let mut height = self.height;
        let mut clauses = Vec::with_capacity(1);
        while self.accept(TokenKind::For) {
            // A bracket inside a target takes four times the stack of one inside an element.
            let target = self.nested(|parser| parser.nested(|parser| parser.nested(Self::for_target)))?;
            height = height.max(self.height);
            self.expect(TokenKind::In)?;
            // Its rules take twice the stack of a bracket's.
            let iter = self.nested(|parser| parser.nested(iterable))?;
            height = height.max(self.height);
            let mut ifs = Vec::new();
            while self.accept(TokenKind::If) {
                ifs.push(self.nested(|parser| parser.nested(Self::old_test))?);
                height = height.max(self.height);
            }
            clauses.push(Comprehension { target, iter, ifs });
        }
        self.height = height;
        Ok(clauses)
    }

    /// `'{' [dictorsetmaker] '}'`
    fn brace_display(&mut self) -> Parsed<Expr> {
        let start = self.token.start;
        self.advance();
        if self.accept(TokenKind::RightBrace) {
            return self.expr(ExprKind::Dict { keys: Vec::new(), values: Vec::new() }, start, 0);
        }
        let inner = self.token.start;
        let first = self.test()?;
        if self.token.kind == TokenKind::Colon {
            return self.dict_display(first, start, inner);
        }
        if self.token.kind == TokenKind::For {
            let generators = self.comprehension(Self::or_test)?;
            let height = self.height;
            let set = self.expr(ExprKind::SetComp { elt: Box::new(first), generators }, inner, height)?;
            self.expect(TokenKind::RightBrace)?;
            return Ok(set);
        }
        let elts = self.tests_from(first)?;
        let height = self.height;
        self.expect(TokenKind::RightBrace)?;
        self.expr(ExprKind::Set { elts }, start, height)
    }

    /// A dictionary whose first key has been read; the next token is its colon.
    fn dict_display(&mut self, first: Expr, start: u32, inner: u32) -> Parsed<Expr> {
        let mut height = self.height;
        self.advance();
        let value = self.test()?;
        height = height.max(self.height);
        if self.token.kind == TokenKind::For {
            self.height = height;
            let generators = self.comprehension(Self::or_test)?;
            let height = self.height;
            let node = ExprKind::DictComp { key: Box::new(first), value: Box::new(value), generators };
            let dict = self.expr(node, inner, height)?;
            self.expect(TokenKind::RightBrace)?;
            return Ok(dict);
        }
        let mut keys = vec![first];
        let mut values = vec![value];
        while self.accept(TokenKind::Comma) && self.token.kind.starts_test() {
            keys.push(self.test()?);
            height = height.max(self.height);
            self.expect(TokenKind::Colon)?;
            values.push(self.test()?);
            height = height.max(self.height);
        }
        self.expect(TokenKind::RightBrace)?;
        self.expr(ExprKind::Dict { keys, values }, start, height)
    }

    /// ``'`' testlist1 '`'``: no comma at the end.
    fn backquotes(&mut self) -> Parsed<Expr> {
        let start = self.token.start;
        self.advance();
        let inner = self.token.start;
        let mut value = self.test()?;
        if self.token.kind == TokenKind::Comma {
            let mut elts = vec![value];
            let mut height = self.height;
            while self.accept(TokenKind::Comma) {
                elts.push(self.test()?);
                height = height.max(self.height);
            }
            value = self.expr(ExprKind::Tuple { elts, ctx: ExprContext::Load }, inner, height)?;
        }
        let height = self.height;
        self.expect(TokenKind::Backquote)?;
        self.expr(ExprKind::Repr { value: Box::new(value) }, start, height)
    }
}
