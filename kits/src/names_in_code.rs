//! The names that a function's code uses, in the order in which the original's compiler met them
//! (`spec/objects.md` §7.5). Only argument conversion needs them: the original takes the tail of this list for the
//! names of the parameters with defaults, and plug-ins are written against what follows from that.

use std::collections::HashMap;

use parking_lot::{Mutex, RwLock};
use reprise_vm_glue::code_cache::Entry;
use reprise_vm_glue::syntax::ast::{
    Arguments, Comprehension, ExceptHandler, Expr, ExprContext, ExprKind, Mod, Slice, Stmt, StmtKind,
};
use reprise_vm_glue::syntax::{self, FutureFlags, Mode, ParseOptions, SourceRules, SourceText};

/// Name, file and line of a function.
type Key = (String, String, u32);

/// The names of every function of a plug-in's code.
#[derive(Debug, Default)]
pub struct NamesInCode {
    functions: RwLock<HashMap<Key, Vec<String>>>,
    /// Files whose code came compiled, and where the names were kept with it: read when one of them is asked for.
    unread: Mutex<HashMap<String, Entry>>,
}

impl NamesInCode {
    /// Records the functions of a file. `text` is the source that the tree's spans refer to.
    pub fn record(&self, file: &str, text: &str, module: &Mod) {
        self.add(file, functions(text, module));
    }

    fn add(&self, file: &str, found: Vec<Recorded>) {
        let found = found.into_iter().map(|(name, line, names)| ((name, file.to_owned(), line), names));
        self.functions.write().extend(found);
    }

    /// Records the functions of a file when they are first asked for.
    pub fn record_later(&self, file: &str, entry: Entry) {
        self.unread.lock().insert(file.to_owned(), entry);
    }

    fn read(&self, file: &str, entry: &Entry) {
        let kept = entry.notes().and_then(|notes| serde_json::from_slice(&notes).ok());
        if let Some(found) = kept.or_else(|| parsed(file)) {
            self.add(file, found);
        }
    }

    /// The names of a function, its parameters first; None for code that was not recorded.
    pub fn get(&self, name: &str, file: &str, line: u32) -> Option<Vec<String>> {
        let unread = self.unread.lock().remove(file);
        if let Some(entry) = unread {
            self.read(file, &entry);
        }
        self.functions.read().get(&(name.to_owned(), file.to_owned(), line)).cloned()
    }
}

/// A function's name, its line and the names in it.
type Recorded = (String, u32, Vec<String>);

fn functions(text: &str, module: &Mod) -> Vec<Recorded> {
    let body = match module {
        Mod::Module { body } | Mod::Interactive { body } => body,
        Mod::Expression { .. } => return Vec::new(),
    };
    let lines = LineStarts::new(text);
    let mut found = Vec::new();
    statements(body, &mut |function| {
        let names = Collector::of(function.args, function.body);
        for offset in function.offsets {
            found.push((function.name.to_owned(), lines.line(offset), names.clone()));
        }
    });
    found
}

/// The names as notes of the code cache.
pub fn notes(text: &str, module: &Mod) -> Vec<u8> {
    serde_json::to_vec(&functions(text, module)).unwrap_or_default()
}

/// The names of a file's source.
fn parsed(file: &str) -> Option<Vec<Recorded>> {
    let bytes = std::fs::read(file).ok()?;
    let text = SourceText::decode(file, &bytes, SourceRules::Framework).ok()?;
    let options = ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() };
    let module = syntax::parse(&text, options).ok()?;
    Some(functions(&text.text, &module))
}

/// Where the lines of a text start.
struct LineStarts {
    starts: Vec<u32>,
}

impl LineStarts {
    fn new(text: &str) -> Self {
        let starts = text.bytes().zip(1u32..).filter(|(byte, _)| *byte == b'\n').map(|(_, next)| next);
        Self { starts: starts.collect() }
    }

    /// From 1.
    fn line(&self, offset: u32) -> u32 {
        u32::try_from(self.starts.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX).saturating_add(1)
    }
}

struct Function<'a> {
    name: &'a str,
    args: &'a Arguments,
    body: &'a [Stmt],
    /// Offsets whose lines a code object may give as its first line.
    offsets: Vec<u32>,
}

/// Finds every `def`, nested ones too.
fn statements<'a>(body: &'a [Stmt], found: &mut impl FnMut(Function<'a>)) {
    for statement in body {
        match &statement.node {
            StmtKind::FunctionDef { name, name_span, args, body, decorator_list } => {
                let mut offsets = vec![name_span.start, statement.span.start];
                offsets.extend(decorator_list.first().map(|decorator| decorator.span.start));
                offsets.sort_unstable();
                offsets.dedup();
                found(Function { name, args, body, offsets });
                statements(body, found);
            }
            StmtKind::ClassDef { body, .. } => statements(body, found),
            StmtKind::For { body, orelse, .. }
            | StmtKind::While { body, orelse, .. }
            | StmtKind::If { body, orelse, .. } => {
                statements(body, found);
                statements(orelse, found);
            }
            StmtKind::With { body, .. } => statements(body, found),
            StmtKind::TryExcept { body, handlers, orelse } => {
                statements(body, found);
                for handler in handlers {
                    statements(&handler.body, found);
                }
                statements(orelse, found);
            }
            StmtKind::TryFinally { body, finalbody } => {
                statements(body, found);
                statements(finalbody, found);
            }
            _ => {}
        }
    }
}

/// Walks a function's body in the order of the code that the original compiles from it, guards included.
#[derive(Default)]
struct Collector {
    names: Vec<String>,
    /// `with` statements seen so far: each has a temporary of its own.
    withs: usize,
}

impl Collector {
    fn of(args: &Arguments, body: &[Stmt]) -> Vec<String> {
        let mut collector = Self::default();
        for (index, arg) in args.args.iter().enumerate() {
            match &arg.node {
                ExprKind::Name { id, .. } => collector.name(id),
                // A tuple parameter has a name that source cannot spell; its parts are unpacked at the start.
                _ => collector.name(&format!(".{}", index * 2)),
            }
        }
        for extra in [&args.vararg, &args.kwarg].into_iter().flatten() {
            collector.name(extra);
        }
        for arg in args.args.iter().filter(|arg| !matches!(arg.node, ExprKind::Name { .. })) {
            collector.expression(arg);
        }
        if prints(body) {
            collector.name("_print_");
            collector.name("_print");
        }
        collector.block(body);
        collector.names
    }

    fn name(&mut self, name: &str) {
        if !self.names.iter().any(|known| known == name) {
            self.names.push(name.to_owned());
        }
    }

    fn block(&mut self, body: &[Stmt]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn maybe(&mut self, expression: Option<&Expr>) {
        if let Some(expression) = expression {
            self.expression(expression);
        }
    }

    fn all<'a>(&mut self, expressions: impl IntoIterator<Item = &'a Expr>) {
        for expression in expressions {
            self.expression(expression);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match &statement.node {
            StmtKind::FunctionDef { name, args, decorator_list, .. } => {
                self.all(decorator_list);
                self.all(&args.defaults);
                self.name(name);
            }
            StmtKind::ClassDef { name, bases, .. } => {
                self.all(bases);
                self.name(name);
            }
            StmtKind::Return { value } => self.maybe(value.as_deref()),
            StmtKind::Delete { targets } => self.all(targets),
            StmtKind::Assign { targets, value } => {
                self.expression(value);
                self.all(targets);
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.name("_inplacevar_");
                self.expression(target);
                self.expression(value);
            }
            StmtKind::Print { dest, values, .. } => {
                self.maybe(dest.as_deref());
                self.all(values);
            }
            StmtKind::For { target, iter, body, orelse } => {
                self.name("_getiter_");
                self.expression(iter);
                self.expression(target);
                self.block(body);
                self.block(orelse);
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expression(test);
                self.block(body);
                self.block(orelse);
            }
            StmtKind::With { context_expr, optional_vars, body } => {
                self.withs += 1;
                self.expression(context_expr);
                self.name("__exit__");
                self.name("__enter__");
                self.name(&format!("_[{}]", self.withs));
                self.maybe(optional_vars.as_deref());
                self.block(body);
            }
            StmtKind::Raise { r#type, inst, tback } => {
                self.maybe(r#type.as_deref());
                self.maybe(inst.as_deref());
                self.maybe(tback.as_deref());
            }
            StmtKind::TryExcept { body, handlers, orelse } => {
                self.block(body);
                for ExceptHandler { r#type, name, body, .. } in handlers {
                    self.maybe(r#type.as_deref());
                    self.maybe(name.as_deref());
                    self.block(body);
                }
                self.block(orelse);
            }
            StmtKind::TryFinally { body, finalbody } => {
                self.block(body);
                self.block(finalbody);
            }
            StmtKind::Assert { test, msg } => {
                self.expression(test);
                self.name("AssertionError");
                self.maybe(msg.as_deref());
            }
            StmtKind::Import { names } => {
                for alias in names {
                    self.name(&alias.name);
                    let mut parts = alias.name.split('.');
                    let first = parts.next().unwrap_or_default();
                    match &alias.asname {
                        Some(asname) => {
                            parts.for_each(|part| self.name(part));
                            self.name(asname);
                        }
                        None => self.name(first),
                    }
                }
            }
            StmtKind::ImportFrom { module, names, .. } => {
                self.name(module.as_deref().unwrap_or_default());
                for alias in names.iter().filter(|alias| &*alias.name != "*") {
                    self.name(&alias.name);
                    self.name(alias.asname.as_deref().unwrap_or(&alias.name));
                }
            }
            StmtKind::Exec { body, globals, locals } => {
                self.expression(body);
                self.maybe(globals.as_deref());
                self.maybe(locals.as_deref());
            }
            StmtKind::Expr { value } => self.expression(value),
            StmtKind::Global { .. } | StmtKind::Pass | StmtKind::Break | StmtKind::Continue => {}
        }
    }

    fn expression(&mut self, expression: &Expr) {
        match &expression.node {
            ExprKind::BoolOp { values, .. } => self.all(values),
            ExprKind::BinOp { left, right, .. } => self.all([&**left, &**right]),
            ExprKind::UnaryOp { operand, .. } => self.expression(operand),
            ExprKind::Lambda { args, .. } => self.all(&args.defaults),
            ExprKind::IfExp { test, body, orelse } => self.all([&**test, &**body, &**orelse]),
            ExprKind::Dict { keys, values } => {
                for (key, value) in keys.iter().zip(values) {
                    self.all([key, value]);
                }
            }
            ExprKind::Set { elts } | ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => self.all(elts),
            ExprKind::ListComp { elt, generators } | ExprKind::SetComp { elt, generators } => {
                self.generators(generators);
                self.expression(elt);
            }
            ExprKind::DictComp { key, value, generators } => {
                self.generators(generators);
                self.all([&**key, &**value]);
            }
            // A generator is a function of its own; only its first iterable is evaluated here.
            ExprKind::GeneratorExp { generators, .. } => {
                if let Some(first) = generators.first() {
                    self.name("_getiter_");
                    self.expression(&first.iter);
                }
            }
            ExprKind::Yield { value } => self.maybe(value.as_deref()),
            ExprKind::Compare { left, comparators, .. } => {
                self.expression(left);
                self.all(comparators);
            }
            ExprKind::Call { func, args, keywords, starargs, kwargs } => {
                if starargs.is_some() || kwargs.is_some() {
                    self.name("_apply_");
                }
                self.expression(func);
                self.all(args);
                self.all(keywords.iter().map(|keyword| &keyword.value));
                self.maybe(starargs.as_deref());
                self.maybe(kwargs.as_deref());
            }
            ExprKind::Repr { value } => self.expression(value),
            ExprKind::Num { .. } | ExprKind::Str { .. } => {}
            ExprKind::Attribute { value, attr, ctx } => match ctx {
                ExprContext::Load => {
                    self.name("_getattr_");
                    self.expression(value);
                }
                _ => {
                    self.name("_write_");
                    self.expression(value);
                    self.name(attr);
                }
            },
            ExprKind::Subscript { value, slice, ctx } => {
                self.name(if *ctx == ExprContext::Load { "_getitem_" } else { "_write_" });
                self.expression(value);
                self.slice(slice);
            }
            ExprKind::Name { id, .. } => self.name(id),
        }
    }

    fn generators(&mut self, generators: &[Comprehension]) {
        for generator in generators {
            self.name("_getiter_");
            self.expression(&generator.iter);
            self.expression(&generator.target);
            self.all(&generator.ifs);
        }
    }

    fn slice(&mut self, slice: &Slice) {
        match slice {
            Slice::Ellipsis => {}
            Slice::Slice { lower, upper, step } => {
                for part in [lower, upper, step] {
                    self.maybe(part.as_deref());
                }
            }
            Slice::ExtSlice { dims } => dims.iter().for_each(|dim| self.slice(dim)),
            Slice::Index { value } => self.expression(value),
        }
    }
}

/// Whether a function's own body prints without naming where to.
fn prints(body: &[Stmt]) -> bool {
    body.iter().any(|statement| match &statement.node {
        StmtKind::Print { dest, .. } => dest.is_none(),
        StmtKind::For { body, orelse, .. }
        | StmtKind::While { body, orelse, .. }
        | StmtKind::If { body, orelse, .. } => prints(body) || prints(orelse),
        StmtKind::With { body, .. } => prints(body),
        StmtKind::TryExcept { body, handlers, orelse } => {
            prints(body) || prints(orelse) || handlers.iter().any(|handler| prints(&handler.body))
        }
        StmtKind::TryFinally { body, finalbody } => prints(body) || prints(finalbody),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the only function of a source.
    fn names(source: &str) -> String {
        use reprise_vm_glue::syntax::{self, FutureFlags, Mode, ParseOptions, SourceRules, SourceText};
        let text = SourceText::decode("x.py", source.as_bytes(), SourceRules::Framework).unwrap();
        let options = ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() };
        let module = syntax::parse(&text, options).unwrap();
        let known = NamesInCode::default();
        known.record("x.py", &text.text, &module);
        known.get("f", "x.py", 1).unwrap_or_default().join(" ")
    }

    #[test]
    fn notes_hold_all_functions() {
        let source = "def f(a=1):\n    return x\n\nclass C:\n    @d\n    def g(self): return y\n";
        let text = SourceText::decode("x.py", source.as_bytes(), SourceRules::Framework).unwrap();
        let options = ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() };
        let module = syntax::parse(&text, options).unwrap();
        let found: Vec<Recorded> = serde_json::from_slice(&notes(&text.text, &module)).unwrap();
        assert_eq!(found, functions(&text.text, &module));
        assert_eq!(found.first(), Some(&("f".to_owned(), 1, vec!["a".to_owned(), "x".to_owned()])));
    }

    #[test]
    fn names_in_the_order_of_the_code() {
        assert_eq!(names("def f(a=1, b=False):\n    return repr((a, b))"), "a b repr");
        assert_eq!(names("def f(a=1):\n    return '%r'.strip() % a"), "a _getattr_");
        assert_eq!(names("def f(a=1):\n    return dict(a=a).items()"), "a _getattr_ dict");
        assert_eq!(names("def f(a=1):\n    return (lambda: a)()"), "a");
        assert_eq!(names("def f(a=1):\n    return [y for y in a][0:2]"), "a _getitem_ _getiter_ y");
        assert_eq!(names("def f(a=1):\n    import os.path as p\n    from m import n as k"), "a os.path path p m n k");
        assert_eq!(names("def f(a=1):\n    for i in a:\n        x.y = i"), "a _getiter_ i _write_ x y");
        assert_eq!(
            names("def f(a=1):\n    print a\n    try:\n        g(*a)\n    except E, e:\n        pass"),
            "a _print_ _print _apply_ g E e"
        );
        assert_eq!(
            names("@d\ndef f(a, *b, **c):\n    def g(p=q):\n        return z\n    return None"),
            "a b c q g None"
        );
    }

    #[test]
    fn lines_are_counted() {
        let lines = LineStarts::new("a\nbc\n\nd");
        assert_eq!([0, 1, 2, 4, 5, 6].map(|offset| lines.line(offset)), [1, 1, 2, 2, 3, 4]);
    }
}
