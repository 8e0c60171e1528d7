//! What a file imports, binds and uses.

use std::collections::HashSet;

use reprise_policies::visit::{self, Visitor};
use reprise_vm_glue::syntax::ast::{Arguments, ExceptHandler, Expr, ExprContext, ExprKind, Mod, Span, Stmt, StmtKind};

/// One imported module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Dotted, as written; empty for `from . import x`.
    pub name: String,
    /// Leading dots.
    pub level: u32,
    pub span: Span,
    /// Inside a function: it runs when the function is called.
    pub in_function: bool,
    /// Below an `if` or in a `try` that takes an ImportError: the file goes on without it.
    pub optional: bool,
    /// `from NAME import *`.
    pub star: bool,
    /// `from NAME import name as bound`.
    pub names: Vec<(String, String)>,
}

/// A name that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    pub name: String,
    pub span: Span,
    /// `NAME.member`.
    pub member: Option<String>,
}

/// What one file says.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub imports: Vec<Import>,
    /// Names that are bound anywhere in the file, in any scope.
    pub bound: HashSet<String>,
    /// Those of them that are bound otherwise than by imports.
    pub assigned: HashSet<String>,
    pub uses: Vec<Use>,
}

impl Names {
    /// Collects from a module's tree.
    pub fn of(module: &Mod) -> Self {
        let mut collector = Collector::default();
        match module {
            Mod::Module { body } | Mod::Interactive { body } => visit::body(&mut collector, body),
            Mod::Expression { body } => collector.visit_expression(body),
        }
        collector.names
    }
}

#[derive(Default)]
struct Collector {
    names: Names,
    functions: usize,
    optional: usize,
}

impl Collector {
    fn bind(&mut self, name: &str) {
        self.names.bound.insert(name.to_owned());
        self.names.assigned.insert(name.to_owned());
    }

    fn bind_import(&mut self, name: &str) {
        self.names.bound.insert(name.to_owned());
    }

    fn bind_parameters(&mut self, args: &Arguments) {
        for name in args.vararg.iter().chain(&args.kwarg) {
            self.bind(name);
        }
    }

    fn import(&mut self, name: &str, level: u32, span: Span, star: bool, names: Vec<(String, String)>) {
        self.names.imports.push(Import {
            name: name.to_owned(),
            level,
            span,
            in_function: self.functions > 0,
            optional: self.optional > 0,
            star,
            names,
        });
    }

    fn optional(&mut self, body: &[Stmt]) {
        self.optional += 1;
        visit::body(self, body);
        self.optional -= 1;
    }
}

/// Whether a handler takes an ImportError.
fn takes_import_errors(handler: &ExceptHandler) -> bool {
    const NAMES: &[&str] = &["ImportError", "Exception", "StandardError", "BaseException"];
    let takes = |node: &Expr| matches!(&node.node, ExprKind::Name { id, .. } if NAMES.contains(&&**id));
    match handler.r#type.as_deref() {
        None => true,
        Some(Expr { node: ExprKind::Tuple { elts, .. }, .. }) => elts.iter().any(takes),
        Some(one) => takes(one),
    }
}

impl Visitor for Collector {
    fn visit_statement(&mut self, node: &Stmt) {
        match &node.node {
            StmtKind::FunctionDef { name, args, body, decorator_list, .. } => {
                self.bind(name);
                self.bind_parameters(args);
                for decorator in decorator_list {
                    self.visit_expression(decorator);
                }
                visit::arguments(self, args);
                self.functions += 1;
                visit::body(self, body);
                self.functions -= 1;
            }
            StmtKind::ClassDef { name, .. } => {
                self.bind(name);
                visit::statement(self, node);
            }
            StmtKind::Import { names } => {
                for alias in names {
                    let first = alias.name.split('.').next().unwrap_or_default();
                    self.bind_import(alias.asname.as_deref().unwrap_or(first));
                    self.import(&alias.name, 0, alias.span, false, Vec::new());
                }
            }
            StmtKind::ImportFrom { module, names, level } => {
                let star = names.iter().any(|alias| &*alias.name == "*");
                let taken: Vec<(String, String)> = names
                    .iter()
                    .filter(|alias| &*alias.name != "*")
                    .map(|alias| (alias.name.to_string(), alias.asname.as_deref().unwrap_or(&alias.name).to_owned()))
                    .collect();
                for (_, bound) in &taken {
                    self.bind_import(bound);
                }
                self.import(module.as_deref().unwrap_or(""), *level, node.span, star, taken);
            }
            StmtKind::Global { names } => names.iter().for_each(|name| self.bind(name)),
            StmtKind::If { test, body, orelse } => {
                self.visit_expression(test);
                self.optional(body);
                self.optional(orelse);
            }
            StmtKind::TryExcept { body, handlers, orelse } if handlers.iter().any(takes_import_errors) => {
                self.optional(body);
                for handler in handlers {
                    for part in handler.r#type.iter().chain(&handler.name) {
                        self.visit_expression(part);
                    }
                    self.optional(&handler.body);
                }
                self.optional(orelse);
            }
            _ => visit::statement(self, node),
        }
    }

    fn visit_expression(&mut self, node: &Expr) {
        match &node.node {
            ExprKind::Name { id, ctx } => {
                if *ctx == ExprContext::Load {
                    self.names.uses.push(Use { name: id.to_string(), span: node.span, member: None });
                } else {
                    self.bind(id);
                }
            }
            ExprKind::Attribute { value, attr, .. } => match &value.node {
                ExprKind::Name { id, ctx: ExprContext::Load } => {
                    let member = Some(attr.to_string());
                    self.names.uses.push(Use { name: id.to_string(), span: node.span, member });
                }
                _ => self.visit_expression(value),
            },
            ExprKind::Lambda { args, .. } => {
                self.bind_parameters(args);
                visit::expression(self, node);
            }
            _ => visit::expression(self, node),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reprise_vm_glue::syntax::{FutureFlags, Mode, ParseOptions, SourceRules, SourceText, parse};

    fn names(text: &str) -> Names {
        let source = SourceText::decode("t.py", text.as_bytes(), SourceRules::Framework).expect("text");
        let options = ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() };
        Names::of(&parse(&source, options).expect("a tree"))
    }

    #[test]
    fn imports_and_where_they_are() {
        let found = names(
            "import a.b, c as d\ntry:\n    import e\nexcept ImportError:\n    import f\ndef g():\n    from h import *\n\
             if x:\n    import i\n",
        );
        let shown: Vec<_> =
            found.imports.iter().map(|i| (i.name.as_str(), i.in_function, i.optional, i.star)).collect();
        assert_eq!(
            shown,
            [
                ("a.b", false, false, false),
                ("c", false, false, false),
                ("e", false, true, false),
                ("f", false, true, false),
                ("h", true, false, true),
                ("i", false, true, false)
            ]
        );
        assert!(["a", "d", "g"].iter().all(|name| found.bound.contains(*name)) && !found.bound.contains("c"));
    }

    #[test]
    fn uses() {
        let found = names("def f(a, *b):\n    return HTTP.Request(a).content, [Log for Log in b], lambda **k: k\n");
        let http = found.uses.iter().find(|one| one.name == "HTTP").expect("a use");
        assert_eq!(http.member.as_deref(), Some("Request"));
        assert!(["a", "b", "k", "Log", "f"].iter().all(|name| found.bound.contains(*name)));
    }
}
