//! The abstract syntax tree of Python 2.7, with the grammar's own names (the `ast` module of CPython 2.7).
//!
//! Every node carries a [`Span`] of byte offsets into the decoded source text
//! ([`SourceText::text`](super::SourceText)); lines and columns are computed from it only where somebody asks.
//! Where CPython's `ast` distinguishes `Load`, `Store`, `Del`, `Param`, so does [`ExprContext`].

use malachite_bigint::BigInt;
use rustpython_wtf8::Wtf8Buf;

/// A half-open range of byte offsets into the decoded source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

/// An identifier (ASCII in Python 2).
pub type Identifier = Box<str>;

/// What [`parse`](super::parse) returns: `Module`, `Interactive` or `Expression`.
#[derive(Clone, Debug, PartialEq)]
pub enum Mod {
    Module { body: Vec<Stmt> },
    Interactive { body: Vec<Stmt> },
    Expression { body: Box<Expr> },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    pub node: StmtKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    FunctionDef {
        name: Identifier,
        name_span: Span,
        args: Box<Arguments>,
        body: Vec<Stmt>,
        decorator_list: Vec<Expr>,
    },
    ClassDef {
        name: Identifier,
        name_span: Span,
        bases: Vec<Expr>,
        body: Vec<Stmt>,
        decorator_list: Vec<Expr>,
    },
    Return {
        value: Option<Box<Expr>>,
    },
    Delete {
        targets: Vec<Expr>,
    },
    Assign {
        targets: Vec<Expr>,
        value: Box<Expr>,
    },
    AugAssign {
        target: Box<Expr>,
        op: Operator,
        value: Box<Expr>,
    },
    /// `print [>>dest,] values[,]`; `nl` is false when the statement ends with a comma.
    Print {
        dest: Option<Box<Expr>>,
        values: Vec<Expr>,
        nl: bool,
    },
    For {
        target: Box<Expr>,
        iter: Box<Expr>,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    While {
        test: Box<Expr>,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    If {
        test: Box<Expr>,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    /// One context manager; several in one statement nest, as in CPython 2.7.
    With {
        context_expr: Box<Expr>,
        optional_vars: Option<Box<Expr>>,
        body: Vec<Stmt>,
    },
    /// `raise [type[, inst[, tback]]]`
    Raise {
        r#type: Option<Box<Expr>>,
        inst: Option<Box<Expr>>,
        tback: Option<Box<Expr>>,
    },
    TryExcept {
        body: Vec<Stmt>,
        handlers: Vec<ExceptHandler>,
        orelse: Vec<Stmt>,
    },
    TryFinally {
        body: Vec<Stmt>,
        finalbody: Vec<Stmt>,
    },
    Assert {
        test: Box<Expr>,
        msg: Option<Box<Expr>>,
    },
    Import {
        names: Vec<Alias>,
    },
    /// `level` counts the leading dots; `module` is None for `from . import x`. `from m import *` has one alias `*`.
    ImportFrom {
        module: Option<Identifier>,
        names: Vec<Alias>,
        level: u32,
    },
    Exec {
        body: Box<Expr>,
        globals: Option<Box<Expr>>,
        locals: Option<Box<Expr>>,
    },
    Global {
        names: Vec<Identifier>,
    },
    Expr {
        value: Box<Expr>,
    },
    Pass,
    Break,
    Continue,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ExceptHandler {
    pub r#type: Option<Box<Expr>>,
    /// Any assignment target is allowed: `except E, self.x:`.
    pub name: Option<Box<Expr>>,
    pub body: Vec<Stmt>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    /// Dotted name as written.
    pub name: Identifier,
    pub asname: Option<Identifier>,
    pub span: Span,
}

/// Parameters of a function or lambda. A tuple parameter is an [`ExprKind::Tuple`] with context `Store`;
/// a plain one an [`ExprKind::Name`] with context `Param`. `defaults` belong to the last parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    pub args: Vec<Expr>,
    pub vararg: Option<Identifier>,
    pub kwarg: Option<Identifier>,
    pub defaults: Vec<Expr>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Keyword {
    pub arg: Identifier,
    pub value: Expr,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Comprehension {
    pub target: Expr,
    pub iter: Expr,
    pub ifs: Vec<Expr>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub node: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    BoolOp {
        op: BoolOp,
        values: Vec<Expr>,
    },
    BinOp {
        left: Box<Expr>,
        op: Operator,
        right: Box<Expr>,
    },
    UnaryOp {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    Lambda {
        args: Box<Arguments>,
        body: Box<Expr>,
    },
    IfExp {
        test: Box<Expr>,
        body: Box<Expr>,
        orelse: Box<Expr>,
    },
    Dict {
        keys: Vec<Expr>,
        values: Vec<Expr>,
    },
    Set {
        elts: Vec<Expr>,
    },
    ListComp {
        elt: Box<Expr>,
        generators: Vec<Comprehension>,
    },
    SetComp {
        elt: Box<Expr>,
        generators: Vec<Comprehension>,
    },
    DictComp {
        key: Box<Expr>,
        value: Box<Expr>,
        generators: Vec<Comprehension>,
    },
    GeneratorExp {
        elt: Box<Expr>,
        generators: Vec<Comprehension>,
    },
    Yield {
        value: Option<Box<Expr>>,
    },
    Compare {
        left: Box<Expr>,
        ops: Vec<CmpOp>,
        comparators: Vec<Expr>,
    },
    Call {
        func: Box<Expr>,
        args: Vec<Expr>,
        keywords: Vec<Keyword>,
        starargs: Option<Box<Expr>>,
        kwargs: Option<Box<Expr>>,
    },
    /// Backticks.
    Repr {
        value: Box<Expr>,
    },
    Num {
        n: Number,
    },
    Str {
        s: Str,
    },
    Attribute {
        value: Box<Expr>,
        attr: Identifier,
        ctx: ExprContext,
    },
    Subscript {
        value: Box<Expr>,
        slice: Box<Slice>,
        ctx: ExprContext,
    },
    Name {
        id: Identifier,
        ctx: ExprContext,
    },
    List {
        elts: Vec<Expr>,
        ctx: ExprContext,
    },
    Tuple {
        elts: Vec<Expr>,
        ctx: ExprContext,
    },
}

/// A number literal. A literal that ends in `l`/`L`, or does not fit 64 bits signed, is a `Long`.
#[derive(Clone, Debug, PartialEq)]
pub enum Number {
    Int(i64),
    Long(BigInt),
    Float(f64),
    /// Imaginary part.
    Complex(f64),
}

/// A string literal after joining adjacent ones; one `u''` among them makes the whole `Unicode`
/// (byte parts are then decoded as ASCII by CPython; here as the source encoding gave them).
#[derive(Clone, Debug, PartialEq)]
pub enum Str {
    /// `'…'`: the bytes, in the encoding of the source file.
    Bytes(Vec<u8>),
    /// `u'…'` (or any literal under `from __future__ import unicode_literals`); may hold lone surrogates.
    Unicode(Wtf8Buf),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExprContext {
    Load,
    Store,
    Del,
    Param,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Slice {
    Ellipsis,
    /// `step` is `Some(Name None)` for `a[x:y:]`, `None` when there is only one colon.
    Slice {
        lower: Option<Box<Expr>>,
        upper: Option<Box<Expr>>,
        step: Option<Box<Expr>>,
    },
    ExtSlice {
        dims: Vec<Slice>,
    },
    Index {
        value: Box<Expr>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoolOp {
    And,
    Or,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Add,
    Sub,
    Mult,
    Div,
    Mod,
    Pow,
    LShift,
    RShift,
    BitOr,
    BitXor,
    BitAnd,
    FloorDiv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Invert,
    Not,
    UAdd,
    USub,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CmpOp {
    Eq,
    /// `!=` and `<>`.
    NotEq,
    Lt,
    LtE,
    Gt,
    GtE,
    Is,
    IsNot,
    In,
    NotIn,
}
