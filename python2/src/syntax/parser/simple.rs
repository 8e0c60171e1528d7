//! Simple statements.

use super::super::ast::{Alias, Expr, ExprContext, ExprKind, Identifier, Operator, Stmt, StmtKind};
use super::super::token::TokenKind;
use super::{Parsed, Parser};

impl Parser<'_> {
    /// `simple_stmt: small_stmt (';' small_stmt)* [';'] NEWLINE`
    pub(super) fn simple_statement(&mut self, body: &mut Vec<Stmt>) -> Parsed<()> {
        loop {
            let start = self.token.start;
            let node = self.small_statement()?;
            body.push(Stmt { node, span: self.span_from(start) });
            if !self.accept(TokenKind::Semicolon) || self.token.kind == TokenKind::Newline {
                break;
            }
        }
        self.expect(TokenKind::Newline)
    }

    fn small_statement(&mut self) -> Parsed<StmtKind> {
        match self.token.kind {
            TokenKind::Print => self.print_statement(),
            TokenKind::Del => {
                self.advance();
                Ok(StmtKind::Delete { targets: self.exprlist(ExprContext::Del)?.0 })
            }
            TokenKind::Pass => {
                self.advance();
                Ok(StmtKind::Pass)
            }
            TokenKind::Break => {
                self.advance();
                Ok(StmtKind::Break)
            }
            TokenKind::Continue => {
                self.advance();
                Ok(StmtKind::Continue)
            }
            TokenKind::Return => {
                self.advance();
                let value = match self.token.kind.starts_test() {
                    true => Some(Box::new(self.testlist()?)),
                    false => None,
                };
                Ok(StmtKind::Return { value })
            }
            TokenKind::Raise => self.raise_statement(),
            TokenKind::Yield => Ok(StmtKind::Expr { value: Box::new(self.yield_expr()?) }),
            TokenKind::Import => self.import_name(),
            TokenKind::From => self.import_from(),
            TokenKind::Global => {
                self.advance();
                let mut names = vec![self.identifier()?];
                while self.accept(TokenKind::Comma) {
                    names.push(self.identifier()?);
                }
                Ok(StmtKind::Global { names })
            }
            TokenKind::Exec => self.exec_statement(),
            TokenKind::Assert => {
                self.advance();
                let test = Box::new(self.test()?);
                let msg = self.test_behind(TokenKind::Comma)?;
                Ok(StmtKind::Assert { test, msg })
            }
            _ => self.expression_statement(),
        }
    }

    /// A `test` if the next token is of this kind, which is taken.
    fn test_behind(&mut self, kind: TokenKind) -> Parsed<Option<Box<Expr>>> {
        if self.accept(kind) { Ok(Some(Box::new(self.test()?))) } else { Ok(None) }
    }

    /// `expr_stmt: testlist (augassign (yield_expr|testlist) | ('=' (yield_expr|testlist))*)`
    fn expression_statement(&mut self) -> Parsed<StmtKind> {
        let start = self.token.start;
        let mut value = self.testlist()?;
        if let Some(op) = augmented(self.token.kind) {
            self.set_context(&mut value, ExprContext::Store, start);
            if !matches!(value.node, ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. }) {
                self.defer("illegal expression for augmented assignment", start);
            }
            self.advance();
            let right = Box::new(self.yield_or_testlist()?);
            return Ok(StmtKind::AugAssign { target: Box::new(value), op, value: right });
        }
        if self.token.kind != TokenKind::Equal {
            return Ok(StmtKind::Expr { value: Box::new(value) });
        }
        let mut targets = Vec::with_capacity(1);
        let mut start = start;
        let mut is_yield = false;
        while self.token.kind == TokenKind::Equal {
            if is_yield {
                self.defer("assignment to yield expression not possible", start);
            } else {
                self.set_context(&mut value, ExprContext::Store, start);
            }
            self.advance();
            start = self.token.start;
            is_yield = self.token.kind == TokenKind::Yield;
            let next = self.yield_or_testlist()?;
            targets.push(std::mem::replace(&mut value, next));
        }
        Ok(StmtKind::Assign { targets, value: Box::new(value) })
    }

    /// `print_stmt: 'print' ([test (',' test)* [',']] | '>>' test [(',' test)+ [',']])`
    fn print_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let mut dest = None;
        let mut values = Vec::new();
        if self.accept(TokenKind::RightShift) {
            dest = Some(Box::new(self.test()?));
            if !self.accept(TokenKind::Comma) {
                return Ok(StmtKind::Print { dest, values, nl: true });
            }
        } else if !self.token.kind.starts_test() {
            return Ok(StmtKind::Print { dest, values, nl: true });
        }
        loop {
            values.push(self.test()?);
            if !self.accept(TokenKind::Comma) {
                return Ok(StmtKind::Print { dest, values, nl: true });
            }
            if !self.token.kind.starts_test() {
                return Ok(StmtKind::Print { dest, values, nl: false });
            }
        }
    }

    /// `raise_stmt: 'raise' [test [',' test [',' test]]]`
    fn raise_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let mut inst = None;
        let mut tback = None;
        let r#type = match self.token.kind.starts_test() {
            true => Some(Box::new(self.test()?)),
            false => None,
        };
        if r#type.is_some() {
            inst = self.test_behind(TokenKind::Comma)?;
            if inst.is_some() {
                tback = self.test_behind(TokenKind::Comma)?;
            }
        }
        Ok(StmtKind::Raise { r#type, inst, tback })
    }

    /// `exec_stmt: 'exec' expr ['in' test [',' test]]`; `exec (code, globals)` is the same as `exec code in globals`.
    fn exec_statement(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let body = self.bit_or()?;
        if self.accept(TokenKind::In) {
            let globals = Some(Box::new(self.test()?));
            let locals = self.test_behind(TokenKind::Comma)?;
            return Ok(StmtKind::Exec { body: Box::new(body), globals, locals });
        }
        match body {
            Expr { node: ExprKind::Tuple { elts, .. }, .. } if matches!(elts.len(), 2 | 3) => {
                let mut parts = elts.into_iter().map(Box::new);
                match (parts.next(), parts.next(), parts.next()) {
                    (Some(body), globals, locals) => Ok(StmtKind::Exec { body, globals, locals }),
                    _ => Err(self.unexpected()),
                }
            }
            body => Ok(StmtKind::Exec { body: Box::new(body), globals: None, locals: None }),
        }
    }

    /// `dotted_name: NAME ('.' NAME)*`
    fn dotted_name(&mut self) -> Parsed<Identifier> {
        let first = self.identifier()?;
        if self.token.kind != TokenKind::Dot {
            return Ok(first);
        }
        let mut name = String::from(first);
        while self.accept(TokenKind::Dot) {
            name.push('.');
            name.push_str(&self.identifier()?);
        }
        Ok(name.into())
    }

    /// `['as' NAME]`, or else the name that is bound is checked.
    fn bound_as(&mut self, name: &str, start: u32) -> Parsed<Option<Identifier>> {
        if !self.accept(TokenKind::As) {
            self.check_bindable(name, start);
            return Ok(None);
        }
        let at = self.token.start;
        let bound = self.identifier()?;
        self.check_bindable(&bound, at);
        Ok(Some(bound))
    }

    /// `import_name: 'import' dotted_as_name (',' dotted_as_name)*`
    fn import_name(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let mut names = Vec::with_capacity(1);
        loop {
            let start = self.token.start;
            let name = self.dotted_name()?;
            let asname = self.bound_as(&name, start)?;
            names.push(Alias { name, asname, span: self.span_from(start) });
            if !self.accept(TokenKind::Comma) {
                return Ok(StmtKind::Import { names });
            }
        }
    }

    /// `import_from: 'from' ('.'* dotted_name | '.'+) 'import' ('*' | '(' import_as_names ')' | import_as_names)`
    fn import_from(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let mut level = 0;
        while self.accept(TokenKind::Dot) {
            level += 1;
        }
        let module = match self.token.kind {
            TokenKind::Import if level > 0 => None,
            _ => Some(self.dotted_name()?),
        };
        self.expect(TokenKind::Import)?;
        let start = self.token.start;
        if self.accept(TokenKind::Star) {
            let alias = Alias { name: "*".into(), asname: None, span: self.span_from(start) };
            return Ok(StmtKind::ImportFrom { module, names: vec![alias], level });
        }
        let names = if self.accept(TokenKind::LeftParen) {
            let names = self.import_as_names(true)?;
            self.expect(TokenKind::RightParen)?;
            names
        } else {
            self.import_as_names(false)?
        };
        if module.as_deref() == Some("__future__") {
            self.future_import(&names);
        }
        Ok(StmtKind::ImportFrom { module, names, level })
    }

    fn import_as_names(&mut self, bracketed: bool) -> Parsed<Vec<Alias>> {
        let first = self.token.start;
        let had_error = self.deferred.is_some();
        let mut names = Vec::with_capacity(1);
        loop {
            let start = self.token.start;
            let name = self.identifier()?;
            let asname = self.bound_as(&name, start)?;
            names.push(Alias { name, asname, span: self.span_from(start) });
            if !self.accept(TokenKind::Comma) {
                return Ok(names);
            }
            if self.token.kind != TokenKind::Name {
                if bracketed {
                    // Only the bracket can follow; anything else is found where it is expected.
                    return Ok(names);
                }
                if self.token.kind == TokenKind::Newline || self.token.kind == TokenKind::Semicolon {
                    if !had_error {
                        self.deferred = None;
                    }
                    self.defer("trailing comma not allowed without surrounding parentheses", first);
                }
                return Ok(names);
            }
        }
    }

    /// CPython's parser itself heeds some features, wherever in the file they are imported.
    fn future_import(&mut self, names: &[Alias]) {
        for alias in names {
            match &*alias.name {
                "print_function" => {
                    self.flags.print_function = true;
                    self.lexer.print_function = true;
                }
                "unicode_literals" if !self.flags.unicode_literals => {
                    self.flags.unicode_literals = true;
                    self.literals_came_early = self.seen_string;
                }
                _ => {}
            }
        }
    }
}

/// The operator of an augmented assignment.
fn augmented(token: TokenKind) -> Option<Operator> {
    Some(match token {
        TokenKind::PlusEqual => Operator::Add,
        TokenKind::MinusEqual => Operator::Sub,
        TokenKind::StarEqual => Operator::Mult,
        TokenKind::SlashEqual => Operator::Div,
        TokenKind::PercentEqual => Operator::Mod,
        TokenKind::AmpersandEqual => Operator::BitAnd,
        TokenKind::BarEqual => Operator::BitOr,
        TokenKind::CaretEqual => Operator::BitXor,
        TokenKind::LeftShiftEqual => Operator::LShift,
        TokenKind::RightShiftEqual => Operator::RShift,
        TokenKind::DoubleStarEqual => Operator::Pow,
        TokenKind::DoubleSlashEqual => Operator::FloorDiv,
        _ => return None,
    })
}
