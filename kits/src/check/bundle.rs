//! Checks every file of a bundle, each under its policy.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use reprise_bundles::services as declared;
use reprise_bundles::{Bundle, Config, FrameworkVersion};
use reprise_policies::{ELEVATED, MODEL, Policy, SERVICE, STANDARD, builtins, compiler, level, rules};
use reprise_vm_glue::modules;
use reprise_vm_glue::syntax::ast::Span;
use reprise_vm_glue::syntax::{self, FutureFlags, Mode, ParseOptions, SourceRules, SourceText};

use super::imports::{Places, Target};
use super::names::{Import, Names};
use super::older::{self, Package};
use super::{FileReport, Finding, Kind, Report, Severity};
use crate::kit::{Entry, Status};
use crate::reference::{self, Measured};
use crate::{KITS, libraries, missing, sandbox};

/// The modules that plug-ins of frameworks 0 and 1 can import from the framework.
pub type OlderModules = fn(FrameworkVersion) -> &'static [modules::Entry];

/// Checks the bundle in a folder. `measured`: which members the framework's objects have here, if it is known; `older`:
/// what there is of frameworks 0 and 1.
pub fn check(path: &Path, measured: Option<&Measured>, older: OlderModules) -> Report {
    libraries::register();
    let mut report = Report {
        bundle: path.to_owned(),
        identifier: None,
        framework: None,
        policy: None,
        findings: Vec::new(),
        files: Vec::new(),
    };
    let bundle = match Bundle::open(path) {
        Ok(bundle) => bundle,
        Err(error) => {
            report.findings.push(about(Severity::Fatal, "Info.plist", &error.to_string()));
            return report;
        }
    };
    report.identifier = Some(bundle.identifier.clone());
    report.framework = Some(bundle.framework.number());
    let is_v2 = bundle.framework == FrameworkVersion::V2;
    let policy = Policy::by_name(&bundle.info.code_policy);
    report.policy = is_v2.then_some(policy.name);
    let known = [STANDARD.name, ELEVATED.name, "Cloud"];
    if is_v2 && !known.contains(&bundle.info.code_policy.as_str()) {
        let message = format!("PlexPluginCodePolicy is \"{}\": Standard is used", bundle.info.code_policy);
        report.findings.push(about(Severity::Note, "PlexPluginCodePolicy", &message));
    }
    let configured = Config::default().list("module_whitelist");
    let whitelist = level::whitelist(configured, policy, &bundle.info.module_whitelist);
    let older = (!is_v2).then(|| Package::of(older(bundle.framework)));
    let mut checker = Checker { bundle: &bundle, measured, older, whitelist, files: BTreeMap::new() };
    checker.collect(is_v2.then_some(policy), &mut report.findings);
    report.files = checker.finish();
    report
}

/// A finding about the bundle as a whole.
fn about(severity: Severity, subject: &str, message: &str) -> Finding {
    Finding {
        severity,
        kind: Kind::Bundle,
        subject: subject.to_owned(),
        message: message.to_owned(),
        help: None,
        line: 0,
        span: None,
    }
}

/// What a file is.
#[derive(Clone)]
struct Role {
    /// None for libraries and frameworks 0 and 1.
    policy: Option<&'static Policy>,
    /// The sandbox's main file.
    main: bool,
    /// A library of the bundle.
    library: bool,
    places: Places,
}

struct File {
    report: FileReport,
    role: Role,
    names: Names,
    /// Cannot be compiled: why, by its finding.
    broken: bool,
    /// Where the imports of the file's top level lead that it cannot do without.
    needs: Vec<PathBuf>,
    /// Numbers of the findings that keep the top level of the file from running.
    stops: Vec<usize>,
}

struct Checker<'a> {
    bundle: &'a Bundle,
    measured: Option<&'a Measured>,
    /// Of frameworks 0 and 1.
    older: Option<Package>,
    /// What the strict level lets the plug-in's code import.
    whitelist: Vec<String>,
    files: BTreeMap<PathBuf, File>,
}

/// All files below a folder with an ending, in order.
fn files_below(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let is_folder = std::fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir());
        if is_folder {
            files_below(&path, ending, found);
        } else if path.extension().is_some_and(|there| there == ending) && path.is_file() {
            found.push(path);
        }
    }
}

fn below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    files_below(folder, ending, &mut found);
    found
}

impl Checker<'_> {
    /// Reads and checks all files. `policy`: that of the plug-in's own code; None for frameworks 0 and 1.
    fn collect(&mut self, policy: Option<&'static Policy>, findings: &mut Vec<Finding>) {
        let contents = self.bundle.contents();
        let libraries = contents.join("Libraries");
        let code = self.bundle.code();
        let main = self.bundle.main_file();
        let places = Places {
            code: Some(code.clone()),
            more: Vec::new(),
            libraries: match policy {
                Some(_) => {
                    vec![libraries.join("Shared"), libraries.join(sandbox::platform_os()).join(sandbox::platform_cpu())]
                }
                // Frameworks 0 and 1; `import Code.x` works there.
                None => vec![libraries.clone(), contents.clone()],
            },
            libraries_usable: policy.is_none_or(|policy| policy.bundled_libraries),
        };
        for file in below(&code, "py") {
            let main = file == main;
            self.add(&file, Role { policy, main, library: false, places: places.clone() });
        }
        if policy.is_none() {
            for file in below(&libraries, "py") {
                self.add(&file, Role { policy: None, main: false, library: true, places: places.clone() });
            }
            return;
        }
        for file in below(&contents.join("Models"), "pym") {
            let places = Places { code: Some(contents.join("Models")), ..Places::default() };
            self.add(&file, Role { policy: Some(&MODEL), main: true, library: false, places });
        }
        self.services(&places, findings);
        if policy.is_some_and(|policy| policy.bundled_libraries) {
            for file in places.libraries.iter().flat_map(|folder| below(folder, "py")) {
                self.add(&file, Role { policy: None, main: false, library: true, places: places.clone() });
            }
        }
    }

    fn services(&mut self, plugin: &Places, findings: &mut Vec<Finding>) {
        let (entry, problems) = declared::entry(self.bundle);
        let (services, more) = declared::declarations(&self.bundle.identifier, &entry);
        for problem in problems.into_iter().chain(more) {
            findings.push(about(Severity::Gap, "services", &problem));
        }
        for service in services {
            let shared = service.root(&self.bundle.path).join("Shared Code");
            let file = service.folder(&self.bundle.path).join("ServiceCode.pys");
            let places = Places { code: None, more: vec![shared.clone()], ..plugin.clone() };
            if file.is_file() {
                self.add(&file, Role { policy: Some(&SERVICE), main: true, library: false, places: places.clone() });
            } else {
                let message = format!("{} is missing", self.relative(&file).display());
                findings.push(about(Severity::Gap, &service.name, &message));
            }
            for file in below(&shared, "pys") {
                self.add(&file, Role { policy: Some(&SERVICE), main: false, library: false, places: places.clone() });
            }
        }
    }

    fn relative(&self, file: &Path) -> PathBuf {
        file.strip_prefix(&self.bundle.path).unwrap_or(file).to_owned()
    }

    /// Reads a file: syntax, rules, imports.
    fn add(&mut self, path: &Path, role: Role) {
        if self.files.contains_key(path) {
            return;
        }
        let report = FileReport {
            path: self.relative(path),
            policy: role.policy.map(|policy| policy.name),
            text: String::new(),
            findings: Vec::new(),
        };
        let mut file =
            File { report, role, names: Names::default(), broken: false, needs: Vec::new(), stops: Vec::new() };
        self.read(path, &mut file);
        self.files.insert(path.to_owned(), file);
    }

    fn read(&self, path: &Path, file: &mut File) {
        let shown = file.report.path.to_string_lossy().into_owned();
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                file.stop(Finding { message: error.to_string(), ..finding(Kind::Syntax, &shown, Span::default()) });
                return;
            }
        };
        let rules = if file.role.library { SourceRules::CPython } else { SourceRules::Framework };
        let broken = |file: &mut File, error: syntax::SyntaxError| {
            let message = format!("{}: {}", error.kind.name(), error.message);
            let start = line_start(&file.report.text, error.line);
            let offset = error.offset.map_or(0, |offset| offset.saturating_sub(1) as usize);
            let at = (start + offset).min(file.report.text.len());
            let span = (!file.report.text.is_empty()).then_some((at, at));
            let finding = finding(Kind::Syntax, &shown, Span::default());
            file.stop(Finding { message, line: error.line, span, ..finding });
            file.broken = true;
        };
        let source = match SourceText::decode(&shown, &bytes, rules) {
            Ok(source) => source,
            Err(error) => {
                file.report.text = String::from_utf8_lossy(&bytes).into_owned();
                return broken(file, error);
            }
        };
        file.report.text = source.text.to_string();
        let options = ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() };
        let module = match syntax::parse(&source, options) {
            Ok(module) => module,
            Err(error) => return broken(file, error),
        };
        if let Some(policy) = file.role.policy {
            for violation in rules::check(&source, &module, policy, !file.role.main) {
                let start = line_start(&file.report.text, violation.line);
                let length = source.line_text(violation.line).trim_end().len();
                file.stop(Finding {
                    message: violation.message.clone(),
                    help: Some(format!("the {} policy does not allow it", policy.name)),
                    line: violation.line,
                    span: Some((start, start + length)),
                    ..finding(Kind::Rule, policy.name, Span::default())
                });
                file.broken = true;
            }
            if let Some(misplaced) = compiler::misplaced(&source, &module) {
                file.stop(Finding { message: misplaced, ..finding(Kind::Syntax, &shown, Span::default()) });
                file.broken = true;
            }
        }
        file.names = Names::of(&module);
        self.imports(path, file, &source);
    }

    fn imports(&self, path: &Path, file: &mut File, source: &SourceText) {
        for import in file.names.imports.clone() {
            if import.name == "__future__" || older::is_framework(&import) {
                continue;
            }
            let target = match file.role.policy {
                Some(policy) => file.role.places.restricted(policy, path, file.role.main, &import),
                None => file.role.places.ordinary(path, &import),
            };
            let at_start = !import.in_function && !import.optional;
            let line = source.line(import.span.start);
            match target {
                Target::File(found) if at_start => file.needs.push(found),
                Target::File(_) => {}
                Target::Host => {
                    if file.role.policy.is_some() && !level::is_listed(&self.whitelist, &import.name) {
                        let message = format!("the strict level refuses to import {}", import.name);
                        let finding = finding(Kind::Strict, &import.name, import.span);
                        file.report.findings.push(Finding { severity: Severity::Note, message, line, ..finding });
                    }
                }
                Target::Missing(reason) => {
                    let (why, help) = reason.explain(&self.bundle.path);
                    let dots = ".".repeat(import.level as usize);
                    let message = format!("{dots}{} cannot be imported: {why}", import.name);
                    let finding = Finding { message, help, line, ..finding(Kind::Import, &import.name, import.span) };
                    if import.optional {
                        file.report.findings.push(Finding { severity: Severity::Note, ..finding });
                    } else if import.in_function {
                        file.report.findings.push(finding);
                    } else {
                        file.stop(finding);
                    }
                }
            }
        }
    }

    /// Adds what needs all files: names that nobody binds, and what keeps the plug-in from loading.
    fn finish(mut self) -> Vec<FileReport> {
        // Modules see what the main file has bound before; names are looked for in all code under one policy.
        let mut bound: BTreeMap<&'static str, HashSet<String>> = BTreeMap::new();
        for file in self.files.values() {
            if let Some(policy) = file.role.policy {
                bound.entry(policy.name).or_default().extend(file.names.bound.iter().cloned());
            }
        }
        self.older_names();
        let exclusions = self.bundle.info.api_exclusions.clone();
        for file in self.files.values_mut() {
            if let Some(policy) = file.role.policy {
                let bound = bound.get(policy.name).cloned().unwrap_or_default();
                framework_names(file, policy, &bound, &exclusions, self.measured);
            }
        }
        self.mark_fatal();
        self.files.into_values().map(|file| file.report).collect()
    }

    /// What code of frameworks 0 and 1 wants of the framework and is not there.
    fn older_names(&mut self) {
        let Some(package) = &self.older else { return };
        let mut found = Vec::new();
        for (path, file) in self.files.iter().filter(|(_, file)| !file.role.library && !file.broken) {
            let others = |import: &Import| match file.role.places.ordinary(path, import) {
                Target::File(module) => self.files.get(&module).map(|other| other.names.bound.clone()),
                Target::Host => {
                    modules::names::of(&import.name).map(|all| all.into_iter().map(str::to_owned).collect())
                }
                Target::Missing(_) => None,
            };
            found.push((path.clone(), older::gaps(package, &file.names, others)));
        }
        for (path, gaps) in found {
            let Some(file) = self.files.get_mut(&path) else { continue };
            let lines = syntax::LineIndex::new(&file.report.text);
            for gap in gaps {
                let line = lines.line(gap.span.start);
                let finding = Finding { message: gap.message, line, ..finding(Kind::Name, &gap.subject, gap.span) };
                match (gap.optional, gap.stops) {
                    (true, _) => file.report.findings.push(Finding { severity: Severity::Note, ..finding }),
                    (false, true) => file.stop(finding),
                    (false, false) => file.report.findings.push(finding),
                }
            }
        }
    }

    /// What stops the main file, or a module that it needs, keeps the plug-in from loading; a library that nobody
    /// needs is nobody's gap.
    fn mark_fatal(&mut self) {
        let main = self.bundle.main_file();
        let fatal = self.needed_by(vec![main]);
        let code: Vec<PathBuf> =
            self.files.iter().filter(|(_, file)| !file.role.library).map(|(path, _)| path.clone()).collect();
        let used = self.needed_by(code);
        for (path, file) in &mut self.files {
            for at in std::mem::take(&mut file.stops) {
                if let Some(finding) = file.report.findings.get_mut(at) {
                    finding.severity = if fatal.contains(path) {
                        Severity::Fatal
                    } else if used.contains(path) {
                        Severity::Gap
                    } else {
                        Severity::Note
                    };
                }
            }
            if file.role.library && !used.contains(path) {
                file.report.findings.iter_mut().for_each(|finding| finding.severity = Severity::Note);
            }
        }
    }

    /// Files, and all that their top level needs.
    fn needed_by(&self, mut waiting: Vec<PathBuf>) -> HashSet<PathBuf> {
        let mut seen = HashSet::new();
        while let Some(path) = waiting.pop() {
            if !seen.insert(path.clone()) {
                continue;
            }
            if let Some(file) = self.files.get(&path) {
                waiting.extend(file.needs.iter().cloned());
            }
        }
        seen
    }
}

impl File {
    /// A finding that keeps the file's top level from running.
    fn stop(&mut self, finding: Finding) {
        self.stops.push(self.report.findings.len());
        self.report.findings.push(finding);
    }
}

fn finding(kind: Kind, subject: &str, span: Span) -> Finding {
    let has_span = span.end > span.start;
    Finding {
        severity: Severity::Gap,
        kind,
        subject: subject.to_owned(),
        message: String::new(),
        help: None,
        line: 0,
        span: has_span.then_some((span.start as usize, span.end as usize)),
    }
}

/// The byte at which a line (from 1) starts.
fn line_start(text: &str, line: u32) -> usize {
    let skipped = text.split_inclusive('\n').take(line.saturating_sub(1) as usize);
    skipped.map(str::len).sum()
}

/// Builtins of Python 2.7 that no sandbox has, or only those of some policies.
static PYTHON_BUILTINS: &[&str] = &[
    "all",
    "any",
    "apply",
    "bin",
    "buffer",
    "bytearray",
    "bytes",
    "coerce",
    "compile",
    "delattr",
    "dir",
    "eval",
    "execfile",
    "exit",
    "file",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "input",
    "intern",
    "iter",
    "locals",
    "memoryview",
    "next",
    "open",
    "print",
    "quit",
    "raw_input",
    "reload",
    "slice",
    "sum",
    "super",
    "type",
    "vars",
    "Ellipsis",
    "NotImplemented",
];

/// Names of the framework, and of Python, that a file uses and that are not there for it.
fn framework_names(
    file: &mut File,
    policy: &'static Policy,
    bound: &HashSet<String>,
    exclusions: &[String],
    measured: Option<&Measured>,
) {
    let mut reported: HashSet<String> = HashSet::new();
    let lines = syntax::LineIndex::new(&file.report.text);
    for one in &file.names.uses {
        if bound.contains(&one.name) || reported.contains(&one.name) {
            continue;
        }
        let judged = judge(&one.name, policy, exclusions);
        let member =
            one.member.as_deref().filter(|_| judged.as_ref().is_none_or(|(_, kind, ..)| *kind == Kind::Partial));
        if let (Some(member), Some(measured)) = (member, measured)
            && reference::members::of(&one.name).iter().any(|known| known.name == member)
            && !measured.has(&one.name, member)
        {
            let subject = format!("{}.{member}", one.name);
            if reported.insert(subject.clone()) {
                file.report.findings.push(Finding {
                    message: format!("{subject} is missing here"),
                    line: lines.line(one.span.start),
                    ..finding(Kind::Name, &subject, one.span)
                });
            }
            continue;
        }
        let Some((severity, kind, message, help)) = judged else { continue };
        reported.insert(one.name.clone());
        let count = file.names.uses.iter().filter(|other| other.name == one.name).count();
        let message =
            if count > 1 && severity > Severity::Note { format!("{message} (used {count} times)") } else { message };
        let end = one.span.start + one.name.len() as u32;
        file.report.findings.push(Finding {
            severity,
            message,
            help,
            line: lines.line(one.span.start),
            ..finding(kind, &one.name, Span { start: one.span.start, end })
        });
    }
}

type Judgement = (Severity, Kind, String, Option<String>);

/// What is to be said about a name that the code does not bind itself.
fn judge(name: &str, policy: &'static Policy, exclusions: &[String]) -> Option<Judgement> {
    let entries: Vec<(&'static str, &'static Entry)> = KITS
        .iter()
        .flat_map(|kit| kit.entries.iter().map(|entry| (kit.name, entry)))
        .filter(|(_, entry)| entry.name == name)
        .collect();
    let excluded = |kit: &str| exclusions.iter().any(|there| there == name || there == kit);
    let hidden = || -> Judgement {
        let message = format!("{name} is not there for code under the {} policy", policy.name);
        (Severity::Gap, Kind::Name, message, Some("using it raises NameError".to_owned()))
    };
    if let Some((kit, entry)) = entries.iter().find(|(_, entry)| sandbox::sees(policy, entry.visible)) {
        if excluded(kit) {
            let message = format!("{name} is taken away by PlexPluginAPIExclusions");
            return Some((Severity::Gap, Kind::Name, message, None));
        }
        return match entry.status {
            Status::Implemented => None,
            Status::Partial(what) => {
                Some((Severity::Note, Kind::Partial, format!("{name} works in part: {what}"), None))
            }
            Status::Missing => Some((Severity::Gap, Kind::Name, format!("{name} is missing here"), None)),
        };
    }
    if !entries.is_empty() {
        return Some(hidden());
    }
    if let Some((group, _)) = missing::missing().find(|(_, known)| *known == name) {
        if !sandbox::sees(policy, group.visible) {
            return Some(hidden());
        }
        return Some((Severity::Gap, Kind::Name, format!("{name} is missing here"), None));
    }
    if PYTHON_BUILTINS.contains(&name) && !builtins::sees(policy, name) {
        let message = format!("Python's {name} is not there for code under the {} policy", policy.name);
        return Some((Severity::Gap, Kind::Name, message, Some("using it raises NameError".to_owned())));
    }
    None
}
