//! Names in the code of frameworks 0 and 1: what the `PMS` package has (`spec/legacy-v1.md` §4, `spec/legacy-v0.md` §4),
//! and what a plug-in uses of it.

use std::collections::{BTreeMap, HashMap, HashSet};

use reprise_vm_glue::modules::{self, Entry, Source};
use reprise_vm_glue::syntax::ast::{Alias, ExceptHandler, Expr, ExprKind, Mod, Span, Stmt, StmtKind};
use reprise_vm_glue::syntax::{self, FutureFlags, Mode, ParseOptions, SourceRules, SourceText};

use super::names::{Import, Names};

/// The package's own name.
const PACKAGE: &str = "PMS";

/// Whether an import is one of the framework.
pub fn is_framework(import: &Import) -> bool {
    import.level == 0 && (import.name == PACKAGE || import.name.starts_with("PMS."))
}

/// The modules of the package with the names that their top levels bind.
#[derive(Debug, Default)]
pub struct Package {
    modules: BTreeMap<String, HashSet<String>>,
}

impl Package {
    /// Reads the modules' sources, which this program brings along.
    pub fn of(entries: &[Entry]) -> Self {
        let mut package = Self::default();
        let mut stars: Vec<(String, String)> = Vec::new();
        for entry in entries {
            let Source::Python { source, .. } = entry.source else { continue };
            let Some(tree) = tree(entry.name, source) else { continue };
            let mut bound = Bound::default();
            bound.statements(&tree);
            stars.extend(bound.stars.into_iter().map(|from| (entry.name.to_owned(), from)));
            package.modules.insert(entry.name.to_owned(), bound.names);
        }
        // Submodules are attributes of the package.
        let submodules: Vec<String> =
            package.modules.keys().filter_map(|name| name.strip_prefix("PMS.")).map(str::to_owned).collect();
        if let Some(names) = package.modules.get_mut(PACKAGE) {
            names.extend(submodules);
        }
        // As often as names can pass from one module to the next.
        for _ in 0..stars.len() {
            for (into, from) in &stars {
                let passed = package.modules.get(from).cloned().unwrap_or_default();
                package.modules.entry(into.clone()).or_default().extend(passed);
            }
        }
        package
    }

    fn has(&self, module: &str, name: &str) -> bool {
        self.modules.get(module).is_some_and(|names| names.contains(name))
    }

    /// The module that a name of a module is, if it is one.
    fn submodule(&self, module: &str, name: &str) -> Option<String> {
        let full = format!("{PACKAGE}.{name}");
        (self.has(module, name) && self.modules.contains_key(&full)).then_some(full)
    }
}

fn tree(name: &str, source: &str) -> Option<Vec<Stmt>> {
    let text = SourceText::decode(name, source.as_bytes(), SourceRules::CPythonString).ok()?;
    let options = ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() };
    match syntax::parse(&text, options).ok()? {
        Mod::Module { body } => Some(body),
        _ => None,
    }
}

/// What the top level of a module binds.
#[derive(Default)]
struct Bound {
    names: HashSet<String>,
    /// Modules all of whose names it takes.
    stars: Vec<String>,
}

impl Bound {
    fn statements(&mut self, body: &[Stmt]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn handlers(&mut self, handlers: &[ExceptHandler]) {
        for handler in handlers {
            self.statements(&handler.body);
        }
    }

    fn aliases(&mut self, aliases: &[Alias]) {
        for alias in aliases {
            let first = alias.name.split('.').next().unwrap_or_default();
            self.names.insert(alias.asname.as_deref().unwrap_or(first).to_owned());
        }
    }

    fn target(&mut self, target: &Expr) {
        match &target.node {
            ExprKind::Name { id, .. } => {
                self.names.insert(id.to_string());
            }
            ExprKind::Tuple { elts, .. } | ExprKind::List { elts, .. } => elts.iter().for_each(|one| self.target(one)),
            _ => {}
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match &statement.node {
            StmtKind::FunctionDef { name, .. } | StmtKind::ClassDef { name, .. } => {
                self.names.insert(name.to_string());
            }
            StmtKind::Assign { targets, .. } => targets.iter().for_each(|target| self.target(target)),
            StmtKind::For { target, body, orelse, .. } => {
                self.target(target);
                self.statements(body);
                self.statements(orelse);
            }
            StmtKind::If { body, orelse, .. } | StmtKind::While { body, orelse, .. } => {
                self.statements(body);
                self.statements(orelse);
            }
            StmtKind::With { body, .. } => self.statements(body),
            StmtKind::TryExcept { body, handlers, orelse } => {
                self.statements(body);
                self.handlers(handlers);
                self.statements(orelse);
            }
            StmtKind::TryFinally { body, finalbody } => {
                self.statements(body);
                self.statements(finalbody);
            }
            StmtKind::Import { names } => self.aliases(names),
            StmtKind::ImportFrom { module, names, .. } => match names.as_slice() {
                [star] if &*star.name == "*" => self.stars.push(module.as_deref().unwrap_or_default().to_owned()),
                names => self.aliases(names),
            },
            _ => {}
        }
    }
}

/// Something that the package has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The dotted name.
    pub subject: String,
    pub message: String,
    pub span: Span,
    /// The import fails: the file's top level ends there.
    pub stops: bool,
    /// The code can do without.
    pub optional: bool,
}

/// What a file of the plug-in wants and nobody has. `others`: the names that star imports from the plug-in's own modules
/// bring, None where they are not known.
pub fn gaps(package: &Package, names: &Names, others: impl Fn(&Import) -> Option<HashSet<String>>) -> Vec<Gap> {
    let mut gaps = Vec::new();
    // Names of modules of the package, as the file calls them.
    let mut called: HashMap<String, String> = HashMap::new();
    let mut known: HashSet<String> =
        modules::names::of("__builtin__").unwrap_or_default().into_iter().map(str::to_owned).collect();
    known.extend(
        ["__name__", "__file__", "__doc__", "__path__", "__package__", "__builtins__", "__import__", "__debug__"]
            .map(str::to_owned),
    );
    let mut all_known = true;
    for import in &names.imports {
        if !is_framework(import) {
            if import.star {
                match others(import) {
                    Some(more) => known.extend(more),
                    None => all_known = false,
                }
            }
            continue;
        }
        let gap = |subject: String, message: String| Gap {
            subject,
            message,
            span: import.span,
            stops: !import.in_function,
            optional: import.optional,
        };
        let Some(there) = package.modules.get(&import.name) else {
            let message = format!("{} cannot be imported: the framework has no such module here", import.name);
            gaps.push(gap(import.name.clone(), message));
            all_known &= !import.star;
            continue;
        };
        if import.star {
            known.extend(there.iter().cloned());
            called.extend(there.iter().filter_map(|name| Some((name.clone(), package.submodule(&import.name, name)?))));
        }
        for (name, bound) in &import.names {
            if there.contains(name) {
                called.extend(package.submodule(&import.name, name).map(|module| (bound.clone(), module)));
            } else {
                let subject = format!("{}.{name}", import.name);
                gaps.push(gap(subject, format!("{name} cannot be imported: {} has no such name here", import.name)));
            }
        }
    }
    let mut reported: HashSet<String> = HashSet::new();
    for one in &names.uses {
        let module = called.get(&one.name).filter(|_| !names.assigned.contains(&one.name));
        let (subject, message) = match (module, &one.member) {
            (Some(module), Some(member)) if !package.has(module, member) && !member.starts_with("__") => {
                let subject = format!("{}.{member}", one.name);
                (subject.clone(), format!("{subject} is missing: {module} has no such name here"))
            }
            _ if all_known && !names.bound.contains(&one.name) && !known.contains(&one.name) => {
                (one.name.clone(), format!("{} is not there: neither the framework nor Python has it", one.name))
            }
            _ => continue,
        };
        if reported.insert(subject.clone()) {
            gaps.push(Gap { subject, message, span: one.span, stops: false, optional: false });
        }
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    static ENTRIES: &[Entry] = &[
        modules::package("PMS", "import HTTP\nfrom PMS.Objects import *\nfrom PMS._Log import Log\n"),
        modules::python("PMS.HTTP", "def Request(url): page = url\nCacheTime = 0\n"),
        modules::python("PMS.Objects", "class MediaContainer(object): pass\nA, B = 1, 2\n"),
        modules::python("PMS._Log", "def Log(text): pass\n"),
    ];

    fn found(text: &str) -> Vec<(String, bool)> {
        let body = tree("t.py", text).expect("Python");
        let names = Names::of(&Mod::Module { body });
        let gaps = gaps(&Package::of(ENTRIES), &names, |_| None);
        gaps.into_iter().map(|gap| (gap.subject, gap.stops)).collect()
    }

    #[test]
    fn what_is_there() {
        assert_eq!(found("from PMS import *\nLog(HTTP.Request(A, len(B)))\nMediaContainer().x\n"), []);
        assert_eq!(found("from PMS import HTTP as Web, Log\nWeb.CacheTime = 3\nlocal = 1\nlocal.x\n"), []);
    }

    #[test]
    fn what_is_missing() {
        assert_eq!(
            found("from PMS import *\nHTTP.page\nMissing()\n"),
            [("HTTP.page".to_owned(), false), ("Missing".to_owned(), false)]
        );
        assert_eq!(
            found("from PMS.HTTP import Get\nimport PMS.Feeds\n"),
            [("PMS.HTTP.Get".to_owned(), true), ("PMS.Feeds".to_owned(), true)]
        );
        // Somebody else's star may bring any name.
        assert_eq!(found("from PMS import *\nfrom elsewhere import *\nMissing()\n"), []);
        assert_eq!(found("from PMS import *\nHTTP = other()\nHTTP.page\n"), [("other".to_owned(), false)]);
    }
}
