//! The original's list of a function's "local variables", from whose tail the implicit conversion of arguments takes
//! its names (`spec/objects.md` §7.5). Its compiler puts every plain name that the body uses into that list, in the
//! order of the instructions, guards included; attribute names are no instructions of their own there.

use std::collections::HashMap;

use reprise_vm_glue::syntax::SourceText;
use reprise_vm_glue::syntax::ast::{Arguments, Expr, ExprContext, ExprKind, Mod, Stmt, StmtKind};

use crate::visit::{self, Visitor};

/// The variables of each function of a module, by the function's name and the line of its `def` and of its first decorator.
pub type Table = HashMap<(u32, String), Vec<String>>;

/// Collects the variables of every function in a module.
pub fn collect(source: &SourceText, module: &Mod) -> Table {
    struct Functions {
        line_starts: Vec<u32>,
        table: Table,
    }
    impl Functions {
        fn line(&self, offset: u32) -> u32 {
            self.line_starts.partition_point(|start| *start <= offset) as u32
        }
    }
    impl Visitor for Functions {
        fn visit_statement(&mut self, node: &Stmt) {
            if let StmtKind::FunctionDef { name, name_span, args, body, decorator_list } = &node.node {
                let names = of_function(args, body);
                self.table.insert((self.line(name_span.start), name.to_string()), names.clone());
                if let Some(first) = decorator_list.first() {
                    self.table.insert((self.line(first.span.start), name.to_string()), names);
                }
            }
            visit::statement(self, node);
        }
    }
    let line_starts = std::iter::once(0)
        .chain(source.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1))
        .collect();
    let mut functions = Functions { line_starts, table: Table::new() };
    if let Mod::Module { body } = module {
        visit::body(&mut functions, body);
    }
    functions.table
}

/// The variables of one function.
pub fn of_function(args: &Arguments, body: &[Stmt]) -> Vec<String> {
    let mut names = Names { list: Vec::new() };
    for (index, parameter) in args.args.iter().enumerate() {
        match &parameter.node {
            ExprKind::Name { id, .. } => names.add(id),
            _ => names.add(&format!(".{}", index * 2)),
        }
    }
    for name in args.vararg.iter().chain(&args.kwarg) {
        names.add(name);
    }
    for parameter in &args.args {
        if let ExprKind::Tuple { .. } = parameter.node {
            names.add("_getiter_");
            names.visit_expression(parameter);
        }
    }
    if prints(body) {
        names.add("_print_");
        names.add("_print");
    }
    // A docstring is not executed; every other statement is.
    visit::body(&mut names, body);
    names.list
}

/// Whether a `print` statement belongs to this function itself.
fn prints(body: &[Stmt]) -> bool {
    struct Finder(bool);
    impl Visitor for Finder {
        fn visit_statement(&mut self, node: &Stmt) {
            match &node.node {
                StmtKind::Print { .. } => self.0 = true,
                StmtKind::FunctionDef { .. } | StmtKind::ClassDef { .. } => {}
                _ => visit::statement(self, node),
            }
        }
    }
    let mut finder = Finder(false);
    visit::body(&mut finder, body);
    finder.0
}

/// What is left of the list for the conversion: names with leading underscores at the end do not count.
pub fn without_private_tail(names: &[String]) -> &[String] {
    let kept = names.iter().rposition(|name| !name.starts_with('_')).map_or(0, |last| last + 1);
    names.get(..kept).unwrap_or(names)
}

struct Names {
    list: Vec<String>,
}

impl Names {
    fn add(&mut self, name: &str) {
        if !self.list.iter().any(|known| known == name) {
            self.list.push(name.to_owned());
        }
    }

    fn unpacking(&mut self, target: &Expr) {
        if matches!(target.node, ExprKind::Tuple { .. } | ExprKind::List { .. }) {
            self.add("_getiter_");
        }
    }
}

impl Visitor for Names {
    fn visit_statement(&mut self, node: &Stmt) {
        match &node.node {
            StmtKind::FunctionDef { name, args, decorator_list, .. } => {
                decorator_list.iter().for_each(|decorator| self.visit_expression(decorator));
                args.defaults.iter().for_each(|default| self.visit_expression(default));
                self.add(name);
            }
            StmtKind::ClassDef { name, bases, .. } => {
                bases.iter().for_each(|base| self.visit_expression(base));
                self.add(name);
            }
            StmtKind::Import { names } => {
                for alias in names {
                    self.add(&alias.name);
                    let first = alias.name.split('.').next().unwrap_or_default();
                    self.add(alias.asname.as_deref().unwrap_or(first));
                }
            }
            StmtKind::ImportFrom { module, names, .. } => {
                self.add(module.as_deref().unwrap_or_default());
                for alias in names {
                    self.add(&alias.name);
                    self.add(alias.asname.as_deref().unwrap_or(&alias.name));
                }
            }
            StmtKind::Assign { targets, .. } => {
                targets.iter().for_each(|target| self.unpacking(target));
                visit::statement(self, node);
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.add("_inplacevar_");
                self.visit_expression(target);
                self.visit_expression(value);
            }
            StmtKind::Print { dest: None, .. } => {
                self.add("_print");
                visit::statement(self, node);
            }
            StmtKind::For { target, .. } => {
                self.add("_getiter_");
                self.unpacking(target);
                visit::statement(self, node);
            }
            StmtKind::Expr { value } if matches!(value.node, ExprKind::Str { .. }) => {}
            _ => visit::statement(self, node),
        }
    }

    fn visit_expression(&mut self, node: &Expr) {
        match &node.node {
            ExprKind::Name { id, .. } => self.add(id),
            ExprKind::Attribute { attr, ctx, value } => match ctx {
                ExprContext::Load => {
                    self.add("_getattr_");
                    self.visit_expression(value);
                }
                _ => {
                    self.add("_write_");
                    self.visit_expression(value);
                    self.add(attr);
                }
            },
            ExprKind::Subscript { ctx, .. } => {
                self.add(if *ctx == ExprContext::Load { "_getitem_" } else { "_write_" });
                visit::expression(self, node);
            }
            ExprKind::Call { starargs, kwargs, .. } if starargs.is_some() || kwargs.is_some() => {
                self.add("_apply_");
                visit::expression(self, node);
            }
            ExprKind::Lambda { args, .. } => {
                args.defaults.iter().for_each(|default| self.visit_expression(default));
            }
            ExprKind::ListComp { elt, generators } => {
                for generator in generators {
                    self.add("_getiter_");
                    self.visit_expression(&generator.iter);
                    self.unpacking(&generator.target);
                    self.visit_expression(&generator.target);
                    generator.ifs.iter().for_each(|test| self.visit_expression(test));
                }
                self.visit_expression(elt);
            }
            ExprKind::SetComp { generators, .. }
            | ExprKind::DictComp { generators, .. }
            | ExprKind::GeneratorExp { generators, .. } => {
                // Only the first source is evaluated here; the rest is a function of its own.
                if let Some(first) = generators.first() {
                    self.add("_getiter_");
                    self.visit_expression(&first.iter);
                }
            }
            _ => visit::expression(self, node),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reprise_vm_glue::syntax::{FutureFlags, Mode, ParseOptions, SourceRules, parse};

    /// The names that defaults are paired with, for `def f(a=1, b=False): <body>`.
    fn tail(body: &str) -> Vec<String> {
        let text = format!("def f(a=1, b=False):\n    {}\n", body.replace('\n', "\n    "));
        let source = SourceText::decode("test.py", text.as_bytes(), SourceRules::Framework).unwrap();
        let module = parse(&source, ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() }).unwrap();
        let names = collect(&source, &module).remove(&(1, "f".to_owned())).unwrap();
        let names = without_private_tail(&names);
        names[names.len() - 2..].to_vec()
    }

    #[test]
    fn tails_are_the_originals() {
        for (body, expected) in [
            ("return '%r %r' % (a, b)", ["a", "b"]),
            ("return repr((a, b))", ["b", "repr"]),
            ("return '%r'.strip() % a", ["a", "b"]),
            ("return a, None", ["b", "None"]),
            ("x = 1\nreturn x", ["b", "x"]),
            ("return (lambda: (a, c))()", ["a", "b"]),
            ("return [y for y in (a, b)]", ["_getiter_", "y"]),
            ("print a\nreturn b", ["a", "b"]),
            ("import os\nreturn a", ["b", "os"]),
            ("return dict(a=a).items()", ["_getattr_", "dict"]),
            ("return [a, b][0:2]", ["a", "b"]),
            ("def inner():\n    return 1\nreturn a", ["b", "inner"]),
            ("try:\n    return a\nexcept ValueError, e:\n    return b", ["ValueError", "e"]),
            ("for i in [1]:\n    pass", ["_getiter_", "i"]),
        ] {
            assert_eq!(tail(body), expected, "{body}");
        }
    }
}
