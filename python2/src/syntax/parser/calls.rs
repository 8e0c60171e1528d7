//! Calls and subscripts.

use super::super::ast::{Expr, ExprContext, ExprKind, Keyword, Slice};
use super::super::token::TokenKind;
use super::{Parsed, Parser};

/// CPython's limit, which a call's bytecode sets.
const MAX_ARGUMENTS: usize = 255;

/// The arguments of a call as they are read.
#[derive(Default)]
struct Call {
    args: Vec<Expr>,
    keywords: Vec<Keyword>,
    starargs: Option<Box<Expr>>,
    kwargs: Option<Box<Expr>>,
    generators: usize,
    height: u32,
}

impl Parser<'_> {
    /// `'(' [arglist] ')'`
    pub(super) fn call(&mut self, func: Expr) -> Parsed<Expr> {
        let start = func.span.start;
        let mut call = Call { height: self.height, ..Call::default() };
        self.advance();
        let first = self.token.start;
        let had_error = self.deferred.is_some();
        if self.token.kind != TokenKind::RightParen {
            self.arguments(&mut call)?;
        }
        self.expect(TokenKind::RightParen)?;
        let others = call.args.len() - call.generators + call.keywords.len();
        if call.generators > 1 || (call.generators > 0 && others > 0) {
            let message = "Generator expression must be parenthesized if not sole argument";
            self.defer_before(had_error, message, first);
        } else if others + call.generators > MAX_ARGUMENTS {
            self.defer_before(had_error, "more than 255 arguments", first);
        }
        let Call { args, keywords, starargs, kwargs, height, .. } = call;
        self.expr(ExprKind::Call { func: Box::new(func), args, keywords, starargs, kwargs }, start, height)
    }

    /// Notes an error that CPython finds before those inside the same construct.
    fn defer_before(&mut self, had_error: bool, message: &str, at: u32) {
        if !had_error {
            self.deferred = None;
            self.defer(message, at);
        }
    }

    /// `arglist: (argument ',')* (argument [','] | '*' test (',' argument)* [',' '**' test] | '**' test)`
    fn arguments(&mut self, call: &mut Call) -> Parsed<()> {
        loop {
            match self.token.kind {
                TokenKind::DoubleStar => {
                    self.advance();
                    call.kwargs = Some(Box::new(self.test()?));
                    call.height = call.height.max(self.height);
                    return Ok(());
                }
                TokenKind::Star if call.starargs.is_none() => {
                    self.advance();
                    call.starargs = Some(Box::new(self.test()?));
                    call.height = call.height.max(self.height);
                }
                _ => self.argument(call)?,
            }
            if !self.accept(TokenKind::Comma) {
                return Ok(());
            }
            if self.token.kind == TokenKind::RightParen && call.starargs.is_none() {
                return Ok(());
            }
        }
    }

    /// `argument: test [comp_for] | test '=' test`
    fn argument(&mut self, call: &mut Call) -> Parsed<()> {
        let start = self.token.start;
        let had_error = self.deferred.is_some();
        let value = self.test()?;
        match self.token.kind {
            TokenKind::For => {
                let generator = self.generator(value, start)?;
                call.height = call.height.max(self.height);
                call.generators += 1;
                call.args.push(generator);
            }
            TokenKind::Equal => {
                call.height = call.height.max(self.height);
                self.keyword(value, start, call)?;
            }
            _ => {
                if !call.keywords.is_empty() {
                    self.defer_before(had_error, "non-keyword arg after keyword arg", start);
                } else if call.starargs.is_some() {
                    self.defer_before(had_error, "only named arguments may follow *expression", start);
                }
                call.height = call.height.max(self.height);
                call.args.push(value);
            }
        }
        Ok(())
    }

    fn keyword(&mut self, name: Expr, start: u32, call: &mut Call) -> Parsed<()> {
        self.advance();
        let arg = match name.node {
            ExprKind::Name { id, .. } => {
                self.check_bindable(&id, start);
                if call.keywords.iter().any(|keyword| keyword.arg == id) {
                    self.defer("keyword argument repeated", start);
                }
                id
            }
            ExprKind::Lambda { .. } => {
                self.defer("lambda cannot contain assignment", start);
                Box::default()
            }
            _ => {
                self.defer("keyword can't be an expression", start);
                Box::default()
            }
        };
        let value = self.test()?;
        call.height = call.height.max(self.height);
        call.keywords.push(Keyword { arg, value });
        Ok(())
    }

    /// `'[' subscriptlist ']'`
    pub(super) fn subscript(&mut self, value: Expr) -> Parsed<Expr> {
        let start = value.span.start;
        let mut height = self.height;
        self.advance();
        let inner = self.token.start;
        let first = self.slice()?;
        height = height.max(self.height);
        let slice = if self.token.kind == TokenKind::Comma {
            let mut dims = vec![first];
            while self.accept(TokenKind::Comma) && self.token.kind != TokenKind::RightBracket {
                dims.push(self.slice()?);
                height = height.max(self.height);
            }
            let (slice, level) = self.several(dims, inner, height)?;
            height = level;
            slice
        } else {
            first
        };
        self.expect(TokenKind::RightBracket)?;
        let node = ExprKind::Subscript { value: Box::new(value), slice: Box::new(slice), ctx: ExprContext::Load };
        self.expr(node, start, height + 1)
    }

    /// Several subscripts: a tuple if all are plain expressions.
    fn several(&mut self, dims: Vec<Slice>, start: u32, height: u32) -> Parsed<(Slice, u32)> {
        if dims.iter().any(|slice| !matches!(slice, Slice::Index { .. })) {
            return Ok((Slice::ExtSlice { dims }, height + 1));
        }
        let elts = dims
            .into_iter()
            .filter_map(|slice| match slice {
                Slice::Index { value } => Some(*value),
                _ => None,
            })
            .collect();
        let tuple = self.expr(ExprKind::Tuple { elts, ctx: ExprContext::Load }, start, height)?;
        Ok((Slice::Index { value: Box::new(tuple) }, self.height))
    }

    /// `subscript: '.' '.' '.' | test | [test] ':' [test] [sliceop]`
    fn slice(&mut self) -> Parsed<Slice> {
        self.height = 0;
        if self.accept(TokenKind::Dot) {
            self.expect(TokenKind::Dot)?;
            self.expect(TokenKind::Dot)?;
            return Ok(Slice::Ellipsis);
        }
        let mut lower = None;
        let mut height = 0;
        if self.token.kind != TokenKind::Colon {
            let value = Box::new(self.test()?);
            if self.token.kind != TokenKind::Colon {
                return Ok(Slice::Index { value });
            }
            height = self.height;
            lower = Some(value);
        }
        self.advance();
        let upper = self.slice_part(&mut height)?;
        let at = self.token.start;
        let mut step = None;
        if self.accept(TokenKind::Colon) {
            step = self.slice_part(&mut height)?;
            if step.is_none() {
                let none = ExprKind::Name { id: "None".into(), ctx: ExprContext::Load };
                step = Some(Box::new(self.expr(none, at, 0)?));
            }
        }
        self.height = height + 1;
        Ok(Slice::Slice { lower, upper, step })
    }

    fn slice_part(&mut self, height: &mut u32) -> Parsed<Option<Box<Expr>>> {
        if !self.token.kind.starts_test() {
            return Ok(None);
        }
        let part = self.test()?;
        *height = (*height).max(self.height);
        Ok(Some(Box::new(part)))
    }
}
