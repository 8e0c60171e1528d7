//! The parser: recursive descent over the grammar of Python 2.7, one token ahead.
//!
//! CPython parses a whole file before it builds the first node, so errors of its AST stage (`can't assign to literal`)
//! come only where the file has no other: the parser keeps the first of them and goes on.
//!
//! Spans begin where CPython 2.7 places a node, which is not always its first character: an `a + b + c` begins at the
//! second `+`, a `with` item at the item, a comprehension behind its bracket.

mod atoms;
mod calls;
mod compound;
mod expressions;
mod parameters;
mod simple;
mod targets;

use std::borrow::Cow;
use std::path::Path;

use super::ast::{Expr, ExprKind, Identifier, Mod, Span, Stmt, StmtKind};
use super::lexer::{LexError, Lexer};
use super::token::{Token, TokenKind};
use super::{FutureFlags, Mode, ParseOptions, SourceRules, SourceText, SyntaxError, SyntaxErrorKind};

/// How deep a tree that the parser returns can be (a long chain of operators is a deep tree): what walks over it may
/// recurse that far. CPython has no such limit for chains but crashes somewhere beyond.
pub const MAX_DEPTH: u32 = 3000;

/// How deep brackets, lambdas and conditional expressions may nest (CPython: about 93).
const MAX_NESTING: u32 = 500;

/// Stack that the deepest nesting is sure to find, also in a build without optimisation.
const STACK_NEEDED: usize = 6 << 20;

/// Parses a source file. Errors have CPython 2.7's text, line and offset.
pub fn parse(source: &SourceText, options: ParseOptions) -> Result<Mod, SyntaxError> {
    stacker::maybe_grow(STACK_NEEDED, STACK_NEEDED, || {
        let (result, again) = parse_once(source, options, false);
        if again { parse_once(source, options, true).0 } else { result }
    })
}

/// Parses; also tells whether string literals were read before `unicode_literals`, which counts for the whole file, was
/// turned on.
fn parse_once(source: &SourceText, options: ParseOptions, unicode: bool) -> (Result<Mod, SyntaxError>, bool) {
    // CPython adds a newline to the end of a file or a string to execute.
    let text = match options.mode {
        Mode::Exec if !source.text.ends_with('\n') => Cow::Owned(format!("{}\n", source.text)),
        _ => Cow::Borrowed(source.text.as_str()),
    };
    let mut parser = Parser::new(source, &text, options);
    parser.flags.unicode_literals |= unicode;
    let result = match options.mode {
        Mode::Exec => parser.file_input(),
        Mode::Eval => parser.eval_input(),
        Mode::Single => parser.single_input(),
    };
    let result = match (result, parser.failure.take(), parser.deferred.take()) {
        (Ok(module), None, None) => Ok(module),
        (_, Some(error), _) | (_, None, Some(error)) => Err(*error),
        (Err(Stop), None, None) => Err(parser.syntax_error(SyntaxErrorKind::SyntaxError, "invalid syntax".to_owned())),
    };
    (result, parser.literals_came_early)
}

/// The parser has stopped; the reason is in [`Parser::failure`].
struct Stop;

type Parsed<T> = Result<T, Stop>;

struct Parser<'a> {
    source: &'a SourceText,
    text: &'a str,
    lexer: Lexer<'a>,
    /// The token that comes next.
    token: Token,
    /// Where the last token taken ends (newlines and indentation do not count).
    previous_end: u32,
    flags: FutureFlags,
    failure: Option<Box<SyntaxError>>,
    /// The first error of the AST stage.
    deferred: Option<Box<SyntaxError>>,
    /// Nesting of calls of the parser.
    nesting: u32,
    /// Depth in the tree of the statement at hand.
    depth: u32,
    /// Height of the expression parsed last.
    height: u32,
    seen_string: bool,
    literals_came_early: bool,
}

impl<'a> Parser<'a> {
    fn new(source: &'a SourceText, text: &'a str, options: ParseOptions) -> Self {
        let mut lexer = Lexer::new(text);
        lexer.print_function = options.flags.print_function;
        let token = lexer.next_token();
        Self {
            source,
            text,
            lexer,
            token,
            previous_end: 0,
            flags: options.flags,
            failure: None,
            deferred: None,
            nesting: 0,
            depth: 0,
            height: 0,
            seen_string: false,
            literals_came_early: false,
        }
    }

    fn file_input(&mut self) -> Parsed<Mod> {
        let mut body = Vec::new();
        loop {
            match self.token.kind {
                TokenKind::EndMarker => return Ok(Mod::Module { body }),
                TokenKind::Newline => self.advance(),
                _ => {
                    self.statement(&mut body)?;
                }
            }
        }
    }

    fn eval_input(&mut self) -> Parsed<Mod> {
        let body = Box::new(self.testlist()?);
        while self.token.kind == TokenKind::Newline {
            self.advance();
        }
        if self.token.kind != TokenKind::EndMarker {
            return Err(self.unexpected());
        }
        Ok(Mod::Expression { body })
    }

    /// One statement; CPython 2.7 does not look at what follows it.
    fn single_input(&mut self) -> Parsed<Mod> {
        let mut body = Vec::new();
        if self.token.kind == TokenKind::Newline {
            let start = self.token.start;
            body.push(Stmt { node: StmtKind::Pass, span: Span { start, end: start } });
        } else if self.statement(&mut body)? && self.token.kind != TokenKind::Newline {
            return Err(self.unexpected());
        }
        Ok(Mod::Interactive { body })
    }

    #[inline]
    fn advance(&mut self) {
        if !matches!(self.token.kind, TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent) {
            self.previous_end = self.token.end;
        }
        self.token = self.lexer.next_token();
    }

    /// Takes the next token if it is of this kind.
    #[inline]
    fn accept(&mut self, kind: TokenKind) -> bool {
        let found = self.token.kind == kind;
        if found {
            self.advance();
        }
        found
    }

    #[inline]
    fn expect(&mut self, kind: TokenKind) -> Parsed<()> {
        if self.accept(kind) { Ok(()) } else { Err(self.unexpected()) }
    }

    #[inline]
    fn token_text(&self, token: Token) -> &'a str {
        self.text.get(token.start as usize..token.end as usize).unwrap_or_default()
    }

    fn identifier(&mut self) -> Parsed<Identifier> {
        if self.token.kind != TokenKind::Name {
            return Err(self.unexpected());
        }
        let name = self.token_text(self.token).into();
        self.advance();
        Ok(name)
    }

    #[inline]
    fn span_from(&self, start: u32) -> Span {
        Span { start, end: self.previous_end.max(start) }
    }

    /// An expression that ends with the last token taken. `height` is the height of its highest part.
    #[inline]
    fn expr(&mut self, node: ExprKind, start: u32, height: u32) -> Parsed<Expr> {
        self.height = height + 1;
        if self.depth + self.height > MAX_DEPTH {
            return Err(self.too_deep());
        }
        Ok(Expr { node, span: self.span_from(start) })
    }

    /// Runs a rule that can contain itself.
    #[inline]
    fn nested<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(self.too_deep());
        }
        let result = rule(self);
        self.nesting -= 1;
        result
    }

    #[cold]
    fn too_deep(&mut self) -> Stop {
        let error = self.syntax_error(SyntaxErrorKind::MemoryError, "s_push: parser stack overflow".to_owned());
        self.failure = Some(Box::new(error));
        Stop
    }

    /// The next token cannot stand here.
    #[cold]
    fn unexpected(&mut self) -> Stop {
        let (kind, message) = match (self.lexer.error, self.token.kind) {
            (Some(error), TokenKind::Error) => lexer_message(error),
            _ if self.at_first_line_end() => (SyntaxErrorKind::SyntaxError, "unexpected EOF while parsing"),
            (_, TokenKind::Indent) => (SyntaxErrorKind::IndentationError, "unexpected indent"),
            (_, TokenKind::Dedent) => (SyntaxErrorKind::IndentationError, "unexpected unindent"),
            _ => (SyntaxErrorKind::SyntaxError, "invalid syntax"),
        };
        self.stop(kind, message)
    }

    #[cold]
    fn expected_indent(&mut self) -> Stop {
        // CPython does not come to ask what was expected where the token is none.
        if matches!(self.token.kind, TokenKind::Error | TokenKind::Unknown) || self.at_first_line_end() {
            return self.unexpected();
        }
        self.stop(SyntaxErrorKind::IndentationError, "expected an indented block")
    }

    fn stop(&mut self, kind: SyntaxErrorKind, message: &str) -> Stop {
        if self.failure.is_none() {
            self.failure = Some(Box::new(self.syntax_error(kind, message.to_owned())));
        }
        Stop
    }

    /// CPython's rule for `unexpected EOF while parsing`, which never holds for a file.
    fn at_first_line_end(&self) -> bool {
        self.lexer.saw_end && self.lexer.line_start == 0 && self.source.rules != SourceRules::CPython
    }

    /// An error at the token read last.
    fn syntax_error(&self, kind: SyntaxErrorKind, message: String) -> SyntaxError {
        let lexer = &self.lexer;
        let read = self.text.as_bytes().get(lexer.shown_from..lexer.position()).unwrap_or_default();
        let mut line = match self.text.is_empty() {
            true => 0,
            false => 1 + self.text.as_bytes()[..lexer.line_start].iter().filter(|&&byte| byte == b'\n').count() as u32,
        };
        let mut offset = self.source.error_offset(read);
        let mut shown = self.text.get(lexer.shown_from..lexer.line_end()).unwrap_or_default().to_owned();
        // CPython reads a file line by line and counts the attempts to read behind its end.
        if self.source.rules == SourceRules::CPython && lexer.saw_end {
            line += 1;
            match lexer.error {
                Some(LexError::EndOfFileInString) if self.source.text.ends_with('\n') => {
                    line += 1;
                    offset += 1;
                    shown.push('\n');
                }
                Some(LexError::EndOfFileInString) => {}
                Some(LexError::EndOfLineInString) => shown.push('\n'),
                _ => shown.clear(),
            }
        }
        SyntaxError {
            kind,
            message,
            file: self.source.name.clone(),
            line,
            offset: Some(offset),
            source_line: Some(shown),
            message_only: false,
        }
    }

    /// An error of the AST stage at the node that begins at `at`; only the first one counts.
    #[cold]
    fn defer(&mut self, message: impl Into<String>, at: u32) {
        self.defer_kind(SyntaxErrorKind::SyntaxError, message.into(), at);
    }

    fn defer_kind(&mut self, kind: SyntaxErrorKind, message: String, at: u32) {
        if self.deferred.is_none() {
            self.deferred = Some(Box::new(deferred_error(self.source, kind, message, at)));
        }
    }

    /// Runs a rule whose AST-stage errors CPython meets out of the order of the text: they are handed over instead of
    /// being noted.
    fn apart<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<(T, Option<Box<SyntaxError>>)> {
        let before = self.deferred.take();
        let value = rule(self)?;
        let error = std::mem::replace(&mut self.deferred, before);
        Ok((value, error))
    }

    /// Notes errors that [`apart`](Self::apart) handed over, in the order in which CPython meets them.
    fn note(&mut self, errors: impl IntoIterator<Item = Option<Box<SyntaxError>>>) {
        if self.deferred.is_none() {
            self.deferred = errors.into_iter().flatten().next();
        }
    }

    /// Names that cannot be bound.
    fn check_bindable(&mut self, name: &str, at: u32) {
        if self.source.rules != SourceRules::Framework && matches!(name, "None" | "__debug__") {
            self.defer(format!("cannot assign to {name}"), at);
        }
    }
}

/// The error that CPython's AST stage and compiler give at the node that begins at `at`: no offset, and the source line
/// only if the file can be read.
pub(crate) fn deferred_error(source: &SourceText, kind: SyntaxErrorKind, message: String, at: u32) -> SyntaxError {
    let line = source.node_line(at);
    let text = source.line_text(line).trim_start_matches([' ', '\t', '\x0c']);
    let newline = if line < source.lines().count() { "\n" } else { "" };
    SyntaxError {
        kind,
        message,
        file: source.name.clone(),
        line,
        offset: None,
        source_line: Path::new(&source.name).is_file().then(|| format!("{text}{newline}")),
        message_only: false,
    }
}

fn lexer_message(error: LexError) -> (SyntaxErrorKind, &'static str) {
    match error {
        LexError::InvalidToken => (SyntaxErrorKind::SyntaxError, "invalid token"),
        LexError::EndOfLineInString => (SyntaxErrorKind::SyntaxError, "EOL while scanning string literal"),
        LexError::EndOfFileInString => {
            (SyntaxErrorKind::SyntaxError, "EOF while scanning triple-quoted string literal")
        }
        LexError::AfterContinuation => {
            (SyntaxErrorKind::SyntaxError, "unexpected character after line continuation character")
        }
        LexError::Dedent => (SyntaxErrorKind::IndentationError, "unindent does not match any outer indentation level"),
        LexError::TooDeep => (SyntaxErrorKind::IndentationError, "too many levels of indentation"),
    }
}
