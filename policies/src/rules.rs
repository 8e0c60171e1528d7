//! The compile-time rules (`spec/sandbox.md` §3): which names plug-in code may not use and which statements it may
//! not contain. All violations are collected; the first one becomes the SyntaxError.

use reprise_vm_glue::syntax::SourceText;
use reprise_vm_glue::syntax::ast::{Arguments, Expr, ExprContext, ExprKind, Mod, Span, Stmt, StmtKind};

use crate::policy::Policy;
use crate::visit::{self, Visitor};

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// From 1.
    pub line: u32,
    pub message: String,
    /// Constructs on which the original's checker itself fails: the message is that of an AttributeError, and wins over
    /// broken rules.
    pub crash: bool,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.crash { f.write_str(&self.message) } else { write!(f, "Line {}: {}", self.line, self.message) }
    }
}

/// Names with leading underscores that all code may use.
static SAFE: &[&str] = &["__init__", "__call__", "__str__", "__repr__"];

/// Those that modules of Elevated plug-ins may use besides (`__init__.py` may not).
static ELEVATED_SAFE: &[&str] = &[
    "__getitem__",
    "__getattr__",
    "__getattribute__",
    "__setitem__",
    "__setattr__",
    "__delitem__",
    "__delattr__",
    "__iter__",
    "__len__",
    "__name__",
    "__eq__",
    "__ne__",
    "__enter__",
    "__exit__",
];

/// Checks a module's source. `elevated_names`: the longer list of special names, for modules of Elevated plug-ins.
pub fn check(source: &SourceText, module: &Mod, policy: &Policy, elevated_names: bool) -> Vec<Violation> {
    let line_starts = std::iter::once(0)
        .chain(source.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1))
        .collect();
    let mut checker = Checker { line_starts, elevated: elevated_names && policy.elevated, found: Vec::new() };
    match module {
        Mod::Module { body } | Mod::Interactive { body } => visit::body(&mut checker, body),
        Mod::Expression { body } => checker.visit_expression(body),
    }
    checker.found
}

struct Checker {
    line_starts: Vec<u32>,
    elevated: bool,
    found: Vec<Violation>,
}

impl Checker {
    fn line(&self, offset: u32) -> u32 {
        self.line_starts.partition_point(|start| *start <= offset) as u32
    }

    fn report(&mut self, offset: u32, message: impl Into<String>) {
        let line = self.line(offset);
        self.found.push(Violation { line, message: message.into(), crash: false });
    }

    fn is_safe(&self, name: &str) -> bool {
        SAFE.contains(&name) || (self.elevated && ELEVATED_SAFE.contains(&name))
    }

    /// A name that is read, bound or deleted.
    fn name(&mut self, name: &str, offset: u32, bound: bool) {
        if name.starts_with('_') && name != "_" && !self.is_safe(name) {
            self.report(offset, format!("\"{name}\" is an invalid variable name because it starts with \"_\""));
        } else if name.ends_with("__roles__") {
            self.report(offset, format!("\"{name}\" is an invalid variable name because it ends with \"__roles__\"."));
        } else if bound && name == "printed" {
            self.report(offset, "\"printed\" is a reserved name.");
        }
    }

    fn attribute(&mut self, name: &str, offset: u32) {
        if name.starts_with('_') && name != "_" && !self.is_safe(name) {
            self.report(offset, format!("\"{name}\" is an invalid attribute name because it starts with \"_\"."));
        } else if name.ends_with("__roles__") {
            self.report(offset, format!("\"{name}\" is an invalid attribute name because it ends with \"__roles__\"."));
        }
    }

    /// `nested`: how many levels of tuple parameters the original can take.
    fn parameters(&mut self, args: &Arguments, offset: u32, nested: usize) {
        for parameter in &args.args {
            self.parameter(parameter, offset, nested);
        }
        for name in args.vararg.iter().chain(&args.kwarg) {
            self.name(name, offset, true);
        }
        for default in &args.defaults {
            self.visit_expression(default);
        }
    }

    fn parameter(&mut self, parameter: &Expr, offset: u32, nested: usize) {
        match &parameter.node {
            ExprKind::Name { id, .. } => self.name(id, offset, true),
            ExprKind::Tuple { elts, .. } => match nested.checked_sub(1) {
                Some(left) => elts.iter().for_each(|inner| self.parameter(inner, offset, left)),
                None => {
                    let message = "'tuple' object has no attribute 'startswith'".to_owned();
                    self.found.push(Violation { line: self.line(offset), message, crash: true });
                }
            },
            _ => {}
        }
    }
}

fn end(span: Span) -> u32 {
    span.end.saturating_sub(1)
}

impl Visitor for Checker {
    fn visit_statement(&mut self, node: &Stmt) {
        match &node.node {
            StmtKind::FunctionDef { name, name_span, args, body, decorator_list } => {
                self.name(name, name_span.start, true);
                self.parameters(args, name_span.start, 1);
                for decorator in decorator_list {
                    self.visit_expression(decorator);
                }
                visit::body(self, body);
            }
            StmtKind::ClassDef { name, name_span, .. } => {
                self.name(name, name_span.start, true);
                visit::statement(self, node);
            }
            StmtKind::Import { names } => {
                for alias in names {
                    self.name(&alias.name, node.span.start, true);
                    if let Some(asname) = &alias.asname {
                        self.name(asname, node.span.start, true);
                    }
                }
            }
            StmtKind::Exec { .. } => self.report(node.span.start, "Exec statements are not allowed."),
            StmtKind::AugAssign { target, value, .. } => {
                match &target.node {
                    ExprKind::Attribute { .. } => {
                        self.report(node.span.start, "Augmented assignment of attributes is not allowed.");
                    }
                    ExprKind::Subscript { .. } => {
                        self.report(node.span.start, "Augmented assignment of object items and slices is not allowed.");
                    }
                    _ => {}
                }
                self.visit_expression(target);
                self.visit_expression(value);
            }
            _ => visit::statement(self, node),
        }
    }

    fn visit_expression(&mut self, node: &Expr) {
        match &node.node {
            ExprKind::Name { id, ctx } => self.name(id, node.span.start, *ctx != ExprContext::Load),
            ExprKind::Attribute { attr, .. } => {
                self.attribute(attr, end(node.span));
                visit::expression(self, node);
            }
            ExprKind::Lambda { args, body } => {
                self.parameters(args, node.span.start, 0);
                self.visit_expression(body);
            }
            ExprKind::Yield { .. } => self.report(node.span.start, "Yield statements are not allowed."),
            _ => visit::expression(self, node),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{ELEVATED, STANDARD};
    use reprise_vm_glue::syntax::{FutureFlags, Mode, ParseOptions, SourceRules, parse};

    fn broken(text: &str, policy: &Policy, elevated: bool) -> Vec<String> {
        let source = SourceText::decode("test.py", text.as_bytes(), SourceRules::Framework).unwrap();
        let module = parse(&source, ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() }).unwrap();
        check(&source, &module, policy, elevated).iter().map(ToString::to_string).collect()
    }

    fn first(text: &str) -> Option<String> {
        broken(text, &STANDARD, false).into_iter().next()
    }

    #[test]
    fn names() {
        let text = |line: u32, name: &str| {
            Some(format!("Line {line}: \"{name}\" is an invalid variable name because it starts with \"_\""))
        };
        assert_eq!(first("x = 1\ny = _secret\n"), text(2, "_secret"));
        assert_eq!(first("def f(a, *_args): pass\n"), text(1, "_args"));
        assert_eq!(first("f = lambda _x: 1\n"), text(1, "_x"));
        assert_eq!(first("import re as _re\n"), text(1, "_re"));
        assert_eq!(first("import __builtin__ as b\n"), text(1, "__builtin__"));
        assert_eq!(first("try:\n    1\nexcept E, _e:\n    pass\n"), text(3, "_e"));
        assert_eq!(first("class K:\n    __slots__ = []\n"), text(2, "__slots__"));
        assert_eq!(first("@_deco\ndef f(): pass\n"), text(1, "_deco"));
        assert_eq!(first("printed = 1\n").as_deref(), Some("Line 1: \"printed\" is a reserved name."));
        for allowed in [
            "from re import _cache\n",
            "from re import compile as _c\n",
            "def f():\n    global _x\n",
            "f(_a=1)\n",
            "_ = 5\nclass_ = _\n",
            "x = '_private'\n",
            "x = printed\n",
            "class K:\n    def __init__(self): pass\n",
        ] {
            assert_eq!(first(allowed), None, "{allowed}");
        }
    }

    #[test]
    fn attributes() {
        let text = |line: u32, name: &str| {
            Some(format!("Line {line}: \"{name}\" is an invalid attribute name because it starts with \"_\"."))
        };
        assert_eq!(first("x = 'a'\nx._private\n"), text(2, "_private"));
        assert_eq!(first("y = (x\n   ._private)\n"), text(2, "_private"));
        assert_eq!(first("del k._x\n"), text(1, "_x"));
        assert_eq!(first("x.__getitem__(1)\n"), text(1, "__getitem__"));
        assert!(broken("x.__getitem__(1)\nx.__name__\n", &ELEVATED, true).is_empty());
        assert_eq!(broken("x.__getitem__(1)\n", &ELEVATED, false).len(), 1);
        assert_eq!(broken("x.__getitem__(1)\n", &STANDARD, true).len(), 1);
    }

    #[test]
    fn statements() {
        assert_eq!(first("def f():\n    yield 1\n").as_deref(), Some("Line 2: Yield statements are not allowed."));
        assert_eq!(first("exec 'x'\n").as_deref(), Some("Line 1: Exec statements are not allowed."));
        assert_eq!(first("k.a += 1\n").as_deref(), Some("Line 1: Augmented assignment of attributes is not allowed."));
        assert_eq!(
            broken("d['a'] += 1\nexec ''\nn += 1\n", &STANDARD, false),
            [
                "Line 1: Augmented assignment of object items and slices is not allowed.",
                "Line 2: Exec statements are not allowed."
            ]
        );
        assert_eq!(first("def f((a, b)): pass\n"), None);
        let crash = Some("'tuple' object has no attribute 'startswith'");
        assert_eq!(first("def f((a, (b, c))): pass\n").as_deref(), crash);
        assert_eq!(first("f = lambda (a, b): a\n").as_deref(), crash);
    }
}
