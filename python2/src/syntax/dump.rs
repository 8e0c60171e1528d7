//! The tree as text: exactly what CPython 2.7's `ast.dump(tree, annotate_fields=True, include_attributes=True)` prints.

use std::fmt::{Display, Write};

use super::SourceText;
use super::ast::{
    Alias, Arguments, BoolOp, CmpOp, Comprehension, ExceptHandler, Expr, ExprContext, ExprKind, Keyword, Mod, Number,
    Operator, Slice, Span, Stmt, StmtKind, Str, UnaryOp,
};

/// The tree in the notation of CPython 2.7's `ast.dump`, with `lineno` and `col_offset`.
pub fn dump(source: &SourceText, module: &Mod) -> String {
    let mut dumper = Dumper { source, out: String::with_capacity(source.text.len() * 20), fields: 0 };
    match module {
        Mod::Module { body } => dumper.node("Module", |d| d.list("body", body, Dumper::stmt)),
        Mod::Interactive { body } => dumper.node("Interactive", |d| d.list("body", body, Dumper::stmt)),
        Mod::Expression { body } => dumper.node("Expression", |d| d.one("body", &**body, Dumper::expr)),
    }
    dumper.out
}

struct Dumper<'a> {
    source: &'a SourceText,
    out: String,
    /// Fields written so far of the node at hand.
    fields: usize,
}

impl Dumper<'_> {
    fn write(&mut self, value: impl Display) {
        // Writing to a string cannot fail.
        let _ = write!(self.out, "{value}");
    }

    fn node(&mut self, name: &str, fields: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.fields, 0);
        self.write(format_args!("{name}("));
        fields(self);
        self.write(')');
        self.fields = outer;
    }

    /// A node with a position.
    fn placed(&mut self, name: &str, span: Span, fields: impl FnOnce(&mut Self)) {
        self.node(name, |dumper| {
            fields(dumper);
            let (line, column) = dumper.source.node_position(span.start);
            let separator = if dumper.fields == 0 { " " } else { ", " };
            dumper.write(format_args!("{separator}lineno={line}, col_offset={column}"));
        });
    }

    fn field(&mut self, name: &str) {
        if self.fields > 0 {
            self.out.push_str(", ");
        }
        self.fields += 1;
        self.out.push_str(name);
        self.out.push('=');
    }

    fn text(&mut self, name: &str, value: impl Display) {
        self.field(name);
        self.write(value);
    }

    fn one<T>(&mut self, name: &str, value: &T, write: fn(&mut Self, &T)) {
        self.field(name);
        write(self, value);
    }

    fn option<T>(&mut self, name: &str, value: Option<&T>, write: fn(&mut Self, &T)) {
        self.field(name);
        match value {
            Some(value) => write(self, value),
            None => self.out.push_str("None"),
        }
    }

    fn list<T>(&mut self, name: &str, values: &[T], write: fn(&mut Self, &T)) {
        self.field(name);
        self.out.push('[');
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            write(self, value);
        }
        self.out.push(']');
    }

    fn name(&mut self, name: &str, value: &str) {
        self.text(name, format_args!("'{value}'"));
    }

    fn optional_name(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.name(name, value),
            None => self.text(name, "None"),
        }
    }

    fn context(&mut self, context: ExprContext) {
        self.text("ctx", format_args!("{context:?}()"));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let span = stmt.span;
        match &stmt.node {
            StmtKind::FunctionDef { name, args, body, decorator_list, .. } => {
                self.placed("FunctionDef", span, |d| {
                    d.name("name", name);
                    d.one("args", &**args, Self::arguments);
                    d.list("body", body, Self::stmt);
                    d.list("decorator_list", decorator_list, Self::expr);
                });
            }
            StmtKind::ClassDef { name, bases, body, decorator_list, .. } => {
                self.placed("ClassDef", span, |d| {
                    d.name("name", name);
                    d.list("bases", bases, Self::expr);
                    d.list("body", body, Self::stmt);
                    d.list("decorator_list", decorator_list, Self::expr);
                });
            }
            StmtKind::Return { value } => {
                self.placed("Return", span, |d| d.option("value", value.as_deref(), Self::expr));
            }
            StmtKind::Delete { targets } => self.placed("Delete", span, |d| d.list("targets", targets, Self::expr)),
            StmtKind::Assign { targets, value } => self.placed("Assign", span, |d| {
                d.list("targets", targets, Self::expr);
                d.one("value", &**value, Self::expr);
            }),
            StmtKind::AugAssign { target, op, value } => self.placed("AugAssign", span, |d| {
                d.one("target", &**target, Self::expr);
                d.one("op", op, Self::operator);
                d.one("value", &**value, Self::expr);
            }),
            StmtKind::Print { dest, values, nl } => self.placed("Print", span, |d| {
                d.option("dest", dest.as_deref(), Self::expr);
                d.list("values", values, Self::expr);
                d.text("nl", if *nl { "True" } else { "False" });
            }),
            StmtKind::For { target, iter, body, orelse } => self.placed("For", span, |d| {
                d.one("target", &**target, Self::expr);
                d.one("iter", &**iter, Self::expr);
                d.list("body", body, Self::stmt);
                d.list("orelse", orelse, Self::stmt);
            }),
            StmtKind::While { test, body, orelse } => self.placed("While", span, |d| {
                d.one("test", &**test, Self::expr);
                d.list("body", body, Self::stmt);
                d.list("orelse", orelse, Self::stmt);
            }),
            StmtKind::If { test, body, orelse } => self.placed("If", span, |d| {
                d.one("test", &**test, Self::expr);
                d.list("body", body, Self::stmt);
                d.list("orelse", orelse, Self::stmt);
            }),
            StmtKind::With { context_expr, optional_vars, body } => self.placed("With", span, |d| {
                d.one("context_expr", &**context_expr, Self::expr);
                d.option("optional_vars", optional_vars.as_deref(), Self::expr);
                d.list("body", body, Self::stmt);
            }),
            _ => self.simple(stmt),
        }
    }

    fn simple(&mut self, stmt: &Stmt) {
        let span = stmt.span;
        match &stmt.node {
            StmtKind::Raise { r#type, inst, tback } => self.placed("Raise", span, |d| {
                d.option("type", r#type.as_deref(), Self::expr);
                d.option("inst", inst.as_deref(), Self::expr);
                d.option("tback", tback.as_deref(), Self::expr);
            }),
            StmtKind::TryExcept { body, handlers, orelse } => self.placed("TryExcept", span, |d| {
                d.list("body", body, Self::stmt);
                d.list("handlers", handlers, Self::handler);
                d.list("orelse", orelse, Self::stmt);
            }),
            StmtKind::TryFinally { body, finalbody } => self.placed("TryFinally", span, |d| {
                d.list("body", body, Self::stmt);
                d.list("finalbody", finalbody, Self::stmt);
            }),
            StmtKind::Assert { test, msg } => self.placed("Assert", span, |d| {
                d.one("test", &**test, Self::expr);
                d.option("msg", msg.as_deref(), Self::expr);
            }),
            StmtKind::Import { names } => self.placed("Import", span, |d| d.list("names", names, Self::alias)),
            StmtKind::ImportFrom { module, names, level } => self.placed("ImportFrom", span, |d| {
                d.optional_name("module", module.as_deref());
                d.list("names", names, Self::alias);
                d.text("level", level);
            }),
            StmtKind::Exec { body, globals, locals } => self.placed("Exec", span, |d| {
                d.one("body", &**body, Self::expr);
                d.option("globals", globals.as_deref(), Self::expr);
                d.option("locals", locals.as_deref(), Self::expr);
            }),
            StmtKind::Global { names } => self.placed("Global", span, |d| {
                d.list("names", names, |d, name| d.write(format_args!("'{name}'")));
            }),
            StmtKind::Expr { value } => self.placed("Expr", span, |d| d.one("value", &**value, Self::expr)),
            StmtKind::Pass => self.placed("Pass", span, |_| {}),
            StmtKind::Break => self.placed("Break", span, |_| {}),
            StmtKind::Continue => self.placed("Continue", span, |_| {}),
            _ => self.stmt(stmt),
        }
    }

    fn handler(&mut self, handler: &ExceptHandler) {
        self.placed("ExceptHandler", handler.span, |d| {
            d.option("type", handler.r#type.as_deref(), Self::expr);
            d.option("name", handler.name.as_deref(), Self::expr);
            d.list("body", &handler.body, Self::stmt);
        });
    }

    fn alias(&mut self, alias: &Alias) {
        self.node("alias", |d| {
            d.name("name", &alias.name);
            d.optional_name("asname", alias.asname.as_deref());
        });
    }

    fn arguments(&mut self, arguments: &Arguments) {
        self.node("arguments", |d| {
            d.list("args", &arguments.args, Self::expr);
            d.optional_name("vararg", arguments.vararg.as_deref());
            d.optional_name("kwarg", arguments.kwarg.as_deref());
            d.list("defaults", &arguments.defaults, Self::expr);
        });
    }

    fn keyword(&mut self, keyword: &Keyword) {
        self.node("keyword", |d| {
            d.name("arg", &keyword.arg);
            d.one("value", &keyword.value, Self::expr);
        });
    }

    fn comprehension(&mut self, clause: &Comprehension) {
        self.node("comprehension", |d| {
            d.one("target", &clause.target, Self::expr);
            d.one("iter", &clause.iter, Self::expr);
            d.list("ifs", &clause.ifs, Self::expr);
        });
    }

    fn operator(&mut self, op: &Operator) {
        self.write(format_args!("{op:?}()"));
    }

    fn comparison(&mut self, op: &CmpOp) {
        self.write(format_args!("{op:?}()"));
    }

    fn expr(&mut self, expr: &Expr) {
        let span = expr.span;
        match &expr.node {
            ExprKind::BoolOp { op, values } => self.placed("BoolOp", span, |d| {
                d.text("op", if *op == BoolOp::And { "And()" } else { "Or()" });
                d.list("values", values, Self::expr);
            }),
            ExprKind::BinOp { left, op, right } => self.placed("BinOp", span, |d| {
                d.one("left", &**left, Self::expr);
                d.one("op", op, Self::operator);
                d.one("right", &**right, Self::expr);
            }),
            ExprKind::UnaryOp { op, operand } => self.placed("UnaryOp", span, |d| {
                d.one("op", op, |d, op: &UnaryOp| d.write(format_args!("{op:?}()")));
                d.one("operand", &**operand, Self::expr);
            }),
            ExprKind::Lambda { args, body } => self.placed("Lambda", span, |d| {
                d.one("args", &**args, Self::arguments);
                d.one("body", &**body, Self::expr);
            }),
            ExprKind::IfExp { test, body, orelse } => self.placed("IfExp", span, |d| {
                d.one("test", &**test, Self::expr);
                d.one("body", &**body, Self::expr);
                d.one("orelse", &**orelse, Self::expr);
            }),
            ExprKind::Dict { keys, values } => self.placed("Dict", span, |d| {
                d.list("keys", keys, Self::expr);
                d.list("values", values, Self::expr);
            }),
            ExprKind::Set { elts } => self.placed("Set", span, |d| d.list("elts", elts, Self::expr)),
            ExprKind::ListComp { elt, generators } => self.comprehended("ListComp", span, elt, generators),
            ExprKind::SetComp { elt, generators } => self.comprehended("SetComp", span, elt, generators),
            ExprKind::GeneratorExp { elt, generators } => self.comprehended("GeneratorExp", span, elt, generators),
            ExprKind::DictComp { key, value, generators } => self.placed("DictComp", span, |d| {
                d.one("key", &**key, Self::expr);
                d.one("value", &**value, Self::expr);
                d.list("generators", generators, Self::comprehension);
            }),
            ExprKind::Yield { value } => {
                self.placed("Yield", span, |d| d.option("value", value.as_deref(), Self::expr));
            }
            ExprKind::Compare { left, ops, comparators } => self.placed("Compare", span, |d| {
                d.one("left", &**left, Self::expr);
                d.list("ops", ops, Self::comparison);
                d.list("comparators", comparators, Self::expr);
            }),
            ExprKind::Call { func, args, keywords, starargs, kwargs } => self.placed("Call", span, |d| {
                d.one("func", &**func, Self::expr);
                d.list("args", args, Self::expr);
                d.list("keywords", keywords, Self::keyword);
                d.option("starargs", starargs.as_deref(), Self::expr);
                d.option("kwargs", kwargs.as_deref(), Self::expr);
            }),
            _ => self.primary(expr),
        }
    }

    fn comprehended(&mut self, name: &str, span: Span, elt: &Expr, generators: &[Comprehension]) {
        self.placed(name, span, |d| {
            d.one("elt", elt, Self::expr);
            d.list("generators", generators, Self::comprehension);
        });
    }

    fn primary(&mut self, expr: &Expr) {
        let span = expr.span;
        match &expr.node {
            ExprKind::Repr { value } => self.placed("Repr", span, |d| d.one("value", &**value, Self::expr)),
            ExprKind::Num { n } => self.placed("Num", span, |d| d.text("n", number_repr(n))),
            ExprKind::Str { s } => self.placed("Str", span, |d| d.text("s", string_repr(s))),
            ExprKind::Attribute { value, attr, ctx } => self.placed("Attribute", span, |d| {
                d.one("value", &**value, Self::expr);
                d.name("attr", attr);
                d.context(*ctx);
            }),
            ExprKind::Subscript { value, slice, ctx } => self.placed("Subscript", span, |d| {
                d.one("value", &**value, Self::expr);
                d.one("slice", &**slice, Self::slice);
                d.context(*ctx);
            }),
            ExprKind::Name { id, ctx } => self.placed("Name", span, |d| {
                d.name("id", id);
                d.context(*ctx);
            }),
            ExprKind::List { elts, ctx } => self.placed("List", span, |d| {
                d.list("elts", elts, Self::expr);
                d.context(*ctx);
            }),
            ExprKind::Tuple { elts, ctx } => self.placed("Tuple", span, |d| {
                d.list("elts", elts, Self::expr);
                d.context(*ctx);
            }),
            _ => self.expr(expr),
        }
    }

    fn slice(&mut self, slice: &Slice) {
        match slice {
            Slice::Ellipsis => self.write("Ellipsis()"),
            Slice::Slice { lower, upper, step } => self.node("Slice", |d| {
                d.option("lower", lower.as_deref(), Self::expr);
                d.option("upper", upper.as_deref(), Self::expr);
                d.option("step", step.as_deref(), Self::expr);
            }),
            Slice::ExtSlice { dims } => self.node("ExtSlice", |d| d.list("dims", dims, Self::slice)),
            Slice::Index { value } => self.node("Index", |d| d.one("value", &**value, Self::expr)),
        }
    }
}

/// Python 2's `repr` of a number.
pub fn number_repr(number: &Number) -> String {
    match number {
        Number::Int(value) => value.to_string(),
        Number::Long(value) => format!("{value}L"),
        Number::Float(value) => rustpython_literal::float::to_string(*value),
        Number::Complex(imaginary) => rustpython_literal::complex::to_string(0.0, *imaginary),
    }
}

/// Python 2's `repr` of a `str` or `unicode`.
pub fn string_repr(text: &Str) -> String {
    match text {
        Str::Bytes(bytes) => {
            let quote = quote_for(bytes);
            let mut out = String::with_capacity(bytes.len() + 2);
            out.push(quote);
            for &byte in bytes {
                push_escaped(&mut out, u32::from(byte), quote);
            }
            out.push(quote);
            out
        }
        Str::Unicode(text) => {
            let quote = quote_for(text.as_bytes());
            let mut out = String::with_capacity(text.len() + 3);
            out.push('u');
            out.push(quote);
            for point in text.code_points() {
                push_escaped(&mut out, point.to_u32(), quote);
            }
            out.push(quote);
            out
        }
    }
}

fn quote_for(bytes: &[u8]) -> char {
    if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' }
}

fn push_escaped(out: &mut String, point: u32, quote: char) {
    let _ = match (point, char::from_u32(point)) {
        (0x0a, _) => write!(out, "\\n"),
        (0x0d, _) => write!(out, "\\r"),
        (0x09, _) => write!(out, "\\t"),
        (0x20..=0x7e, Some(c)) if c == quote || c == '\\' => write!(out, "\\{c}"),
        (0x20..=0x7e, Some(c)) => write!(out, "{c}"),
        (0..=0xff, _) => write!(out, "\\x{point:02x}"),
        (0x100..=0xffff, _) => write!(out, "\\u{point:04x}"),
        _ => write!(out, "\\U{point:08x}"),
    };
}
