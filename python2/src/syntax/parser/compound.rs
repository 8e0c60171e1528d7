//! Compound statements.

use super::super::SyntaxError;
use super::super::ast::{ExceptHandler, Expr, ExprContext, ExprKind, Stmt, StmtKind};
use super::super::token::TokenKind;
use super::{MAX_DEPTH, Parsed, Parser};

/// One `if` or `elif`: its test, its block, where CPython places it and its AST-stage error.
struct Branch {
    test: Expr,
    body: Vec<Stmt>,
    start: u32,
    error: Option<Box<SyntaxError>>,
}

impl Parser<'_> {
    /// `stmt: simple_stmt | compound_stmt`; whether it was a compound one.
    pub(super) fn statement(&mut self, body: &mut Vec<Stmt>) -> Parsed<bool> {
        let start = self.token.start;
        let node = match self.token.kind {
            TokenKind::If => self.if_statement()?,
            TokenKind::While => self.while_statement()?,
            TokenKind::For => self.for_statement()?,
            TokenKind::Try => self.try_statement()?,
            TokenKind::With => {
                body.push(self.with_statement()?);
                return Ok(true);
            }
            TokenKind::Def => self.function(Vec::new())?,
            TokenKind::Class => self.class(Vec::new())?,
            TokenKind::At => self.decorated()?,
            _ => {
                self.simple_statement(body)?;
                return Ok(false);
            }
        };
        body.push(Stmt { node, span: self.span_from(start) });
        Ok(true)
    }

    /// `suite: simple_stmt | NEWLINE INDENT stmt+ DEDENT`
    fn suite(&mut self) -> Parsed<Vec<Stmt>> {
        self.deeper()?;
        let mut body = Vec::new();
        if self.accept(TokenKind::Newline) {
            if !self.accept(TokenKind::Indent) {
                return Err(self.expected_indent());
            }
            loop {
                self.statement(&mut body)?;
                if self.accept(TokenKind::Dedent) {
                    break;
                }
            }
        } else {
            self.simple_statement(&mut body)?;
        }
        self.depth -= 1;
        Ok(body)
    }

    fn deeper(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(self.too_deep()) } else { Ok(()) }
    }

    /// `':' suite`
    fn block(&mut self) -> Parsed<Vec<Stmt>> {
        self.expect(TokenKind::Colon)?;
        self.suite()
    }

    /// `['else' ':' suite]`
    fn else_block(&mut self) -> Parsed<Vec<Stmt>> {
        if self.accept(TokenKind::Else) { self.block() } else { Ok(Vec::new()) }
    }

    /// A chain of `elif` nests, the last one deepest; it is read in a loop.
    fn if_statement(&mut self) -> Parsed<StmtKind> {
        let depth = self.depth;
        let mut branches = Vec::with_capacity(1);
        let mut start = self.token.start;
        loop {
            self.advance();
            if !branches.is_empty() {
                start = self.token.start;
                self.deeper()?;
            }
            let ((test, body), error) = self.apart(|parser| {
                let test = parser.test()?;
                let body = parser.block()?;
                Ok((test, body))
            })?;
            branches.push(Branch { test, body, start, error });
            if self.token.kind != TokenKind::Elif {
                break;
            }
        }
        let (mut orelse, else_error) = self.apart(Self::else_block)?;
        self.depth = depth;
        // CPython builds the nodes from the last `elif` to the first, the `else` block along with the last.
        let mut errors: Vec<_> = branches.iter_mut().rev().map(|branch| branch.error.take()).collect();
        errors.insert(1, else_error);
        self.note(errors);
        while let Some(Branch { test, body, start, .. }) = branches.pop() {
            let node = StmtKind::If { test: Box::new(test), body, orelse };
            if branches.is_empty() {
                return Ok(node);
            }
            orelse = vec![Stmt { node, span: self.span_from(start) }];
        }
        Err(self.unexpected())
    }

    fn while_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let test = Box::new(self.test()?);
        let body = self.block()?;
        let orelse = self.else_block()?;
        Ok(StmtKind::While { test, body, orelse })
    }

    /// `for_stmt: 'for' exprlist 'in' testlist ':' suite ['else' ':' suite]`
    fn for_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let ((target, iter, body), error) = self.apart(|parser| {
            let target = parser.for_target()?;
            parser.expect(TokenKind::In)?;
            let iter = parser.testlist()?;
            let body = parser.block()?;
            Ok((target, iter, body))
        })?;
        let (orelse, else_error) = self.apart(Self::else_block)?;
        self.note([else_error, error]);
        Ok(StmtKind::For { target: Box::new(target), iter: Box::new(iter), body, orelse })
    }

    /// A `try` with both `except` and `finally` is a `TryExcept` in a `TryFinally`.
    fn try_statement(&mut self) -> Parsed<StmtKind> {
        let start = self.token.start;
        self.advance();
        let body = self.block()?;
        if self.accept(TokenKind::Finally) {
            let finalbody = self.block()?;
            return Ok(StmtKind::TryFinally { body, finalbody });
        }
        if self.token.kind != TokenKind::Except {
            return Err(self.unexpected());
        }
        let (handlers, handler_error) = self.apart(|parser| {
            let mut handlers = Vec::with_capacity(1);
            while parser.token.kind == TokenKind::Except {
                handlers.push(parser.except_clause()?);
            }
            Ok(handlers)
        })?;
        let orelse = self.else_block()?;
        let node = StmtKind::TryExcept { body, handlers, orelse };
        if !self.accept(TokenKind::Finally) {
            self.note([handler_error]);
            return Ok(node);
        }
        let body = vec![Stmt { node, span: self.span_from(start) }];
        let finalbody = self.block()?;
        self.note([handler_error]);
        Ok(StmtKind::TryFinally { body, finalbody })
    }

    /// `except_clause: 'except' [test [('as' | ',') test]]` and its block.
    fn except_clause(&mut self) -> Parsed<ExceptHandler> {
        let start = self.token.start;
        self.advance();
        let mut r#type = None;
        let mut name = None;
        if self.token.kind != TokenKind::Colon {
            let (value, type_error) = self.apart(Self::test)?;
            r#type = Some(Box::new(value));
            if self.accept(TokenKind::As) || self.accept(TokenKind::Comma) {
                let at = self.token.start;
                let mut target = self.test()?;
                self.set_context(&mut target, ExprContext::Store, at);
                name = Some(Box::new(target));
            }
            self.note([type_error]);
        }
        let body = self.block()?;
        Ok(ExceptHandler { r#type, name, body, span: self.span_from(start) })
    }

    /// `with_stmt: 'with' with_item (',' with_item)* ':' suite`; CPython places each `With` at its item.
    fn with_statement(&mut self) -> Parsed<Stmt> {
        let depth = self.depth;
        self.advance();
        let mut items = Vec::with_capacity(1);
        loop {
            let start = self.token.start;
            self.deeper()?;
            let (item, error) = self.apart(|parser| {
                let context = parser.test()?;
                if !parser.accept(TokenKind::As) {
                    return Ok((context, None));
                }
                let mut target = parser.bit_or()?;
                parser.set_context(&mut target, ExprContext::Store, start);
                Ok((context, Some(Box::new(target))))
            })?;
            items.push((item, start, error));
            if !self.accept(TokenKind::Comma) {
                break;
            }
        }
        let mut body = self.block()?;
        self.depth = depth;
        let errors: Vec<_> = items.iter_mut().rev().map(|(_, _, error)| error.take()).collect();
        self.note(errors);
        while let Some(((context, optional_vars), start, _)) = items.pop() {
            let node = StmtKind::With { context_expr: Box::new(context), optional_vars, body };
            let statement = Stmt { node, span: self.span_from(start) };
            if items.is_empty() {
                return Ok(statement);
            }
            body = vec![statement];
        }
        Err(self.unexpected())
    }

    /// `funcdef: 'def' NAME parameters ':' suite`
    fn function(&mut self, decorator_list: Vec<Expr>) -> Parsed<StmtKind> {
        let start = self.token.start;
        self.advance();
        let name_at = self.token.start;
        let name = self.identifier()?;
        let name_span = self.span_from(name_at);
        self.check_bindable(&name, start);
        self.expect(TokenKind::LeftParen)?;
        let args = Box::new(self.parameters(TokenKind::RightParen)?);
        self.expect(TokenKind::RightParen)?;
        let body = self.block()?;
        Ok(StmtKind::FunctionDef { name, name_span, args, body, decorator_list })
    }

    /// `classdef: 'class' NAME ['(' [testlist] ')'] ':' suite`
    fn class(&mut self, decorator_list: Vec<Expr>) -> Parsed<StmtKind> {
        let start = self.token.start;
        self.advance();
        let name_at = self.token.start;
        let name = self.identifier()?;
        let name_span = self.span_from(name_at);
        self.check_bindable(&name, start);
        let mut bases = Vec::new();
        if self.accept(TokenKind::LeftParen) {
            if self.token.kind != TokenKind::RightParen {
                let first = self.test()?;
                bases = self.tests_from(first)?;
            }
            self.expect(TokenKind::RightParen)?;
        }
        let body = self.block()?;
        Ok(StmtKind::ClassDef { name, name_span, bases, body, decorator_list })
    }

    /// `decorated: decorator+ (classdef | funcdef)`
    fn decorated(&mut self) -> Parsed<StmtKind> {
        let mut decorators = Vec::with_capacity(1);
        while self.accept(TokenKind::At) {
            decorators.push(self.decorator()?);
            self.expect(TokenKind::Newline)?;
        }
        match self.token.kind {
            TokenKind::Def => self.function(decorators),
            TokenKind::Class => self.class(decorators),
            _ => Err(self.unexpected()),
        }
    }

    /// `dotted_name ['(' [arglist] ')']`
    fn decorator(&mut self) -> Parsed<Expr> {
        let start = self.token.start;
        let id = self.identifier()?;
        let mut value = self.expr(ExprKind::Name { id, ctx: ExprContext::Load }, start, 0)?;
        while self.accept(TokenKind::Dot) {
            let height = self.height;
            let attr = self.identifier()?;
            let node = ExprKind::Attribute { value: Box::new(value), attr, ctx: ExprContext::Load };
            value = self.expr(node, start, height)?;
        }
        if self.token.kind == TokenKind::LeftParen { self.call(value) } else { Ok(value) }
    }
}
