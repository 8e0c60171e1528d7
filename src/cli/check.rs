//! `reprise check`: looks at plug-ins without running them, and says what in them will not work.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource};
use reprise_kits::check::{self as checks, FileReport, Finding, Kind, Report, Severity};
use reprise_kits::reference::Measured;
use serde_json::{Value, json};

use super::check_syntax;

/// Stack of the thread that walks over the trees.
const STACK_SIZE: usize = 16 << 20;

/// Says what in plug-ins will not work, without running them.
///
/// For each file: what is no Python 2.7, rules of the code policy that it breaks, imports that find nothing, names of the
/// framework that are not there. Exit status: 0 where nothing was found, 1 where a plug-in runs with gaps, 2 where one will
/// not load.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only parse: report every file that is no Python 2.7.
    #[arg(long)]
    pub syntax: bool,

    /// How to report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// With --syntax: read all files as the plug-in framework reads plug-ins' own code (Contents/Code, services, models):
    /// bytes beyond ASCII need no declared encoding.
    #[arg(long, requires = "syntax")]
    pub framework: bool,

    /// Print the tree of each file as CPython 2.7's `ast.dump` does, one a line.
    #[arg(long, hide = true)]
    pub dump_ast: bool,

    /// Plug-in bundles or folders of them; with --syntax, files too.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

/// Runs the subcommand.
pub fn run(arguments: Arguments) -> ExitCode {
    let work = move || {
        if arguments.syntax || arguments.dump_ast { check_syntax::check(&arguments) } else { check_bundles(&arguments) }
    };
    let worker = std::thread::Builder::new().stack_size(STACK_SIZE).spawn(work);
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(code))) => code,
        // Nobody reads the report any more.
        Ok(Ok(Err(error))) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Ok(Ok(Err(error))) | Err(error) => {
            anstream::eprintln!("reprise check: {error}");
            ExitCode::from(2)
        }
        Ok(Err(_)) => ExitCode::from(2),
    }
}

fn check_bundles(arguments: &Arguments) -> io::Result<ExitCode> {
    let mut bundles = Vec::new();
    for path in &arguments.paths {
        find_bundles(path, &mut bundles)?;
    }
    let mut out = io::BufWriter::new(anstream::stdout().lock());
    let measured = Measured::now().inspect_err(|error| tracing::debug!("{error}")).ok();
    let mut worst = None;
    let mut all = Vec::new();
    for bundle in &bundles {
        let report = checks::check(bundle, measured.as_ref(), reprise_legacy_v0::packages::of);
        worst = worst.max(report.worst());
        match arguments.format {
            Format::Text => write_text(&report, &mut out)?,
            Format::Json => all.push(as_json(&report)),
        }
    }
    if arguments.format == Format::Json {
        writeln!(out, "{:#}", Value::Array(all))?;
    }
    out.flush()?;
    Ok(match worst {
        Some(Severity::Fatal) => ExitCode::from(2),
        Some(Severity::Gap) => ExitCode::from(1),
        Some(Severity::Note) | None => ExitCode::SUCCESS,
    })
}

/// A bundle, or the bundles in a folder.
fn find_bundles(path: &Path, bundles: &mut Vec<PathBuf>) -> io::Result<()> {
    let metadata = std::fs::metadata(path).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))?;
    let is_bundle = |path: &Path| path.join("Contents").is_dir();
    if is_bundle(path) {
        bundles.push(path.to_owned());
        return Ok(());
    }
    let before = bundles.len();
    if metadata.is_dir() {
        let mut found: Vec<PathBuf> = std::fs::read_dir(path)?.flatten().map(|entry| entry.path()).collect();
        found.retain(|path| is_bundle(path));
        found.sort();
        bundles.extend(found);
    }
    if bundles.len() == before {
        let message = format!("{} is no plug-in bundle, and there is none in it", path.display());
        return Err(io::Error::other(message));
    }
    Ok(())
}

fn write_text(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let name = report.bundle.file_name().unwrap_or(report.bundle.as_os_str()).to_string_lossy();
    let policy = report.policy.map(|policy| format!(", {policy}")).unwrap_or_default();
    let framework = report.framework.map(|number| format!(" (framework {number}{policy})")).unwrap_or_default();
    writeln!(out, "{name}{framework}: {}", verdict(report))?;
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode()).with_width(120);
    for (file, finding) in report.all().filter(|(_, finding)| finding.severity > Severity::Note) {
        writeln!(out, "\n{}", excerpt(&handler, file, finding))?;
    }
    let notes = notes(report);
    if !notes.is_empty() {
        writeln!(out)?;
    }
    for note in notes {
        writeln!(out, "  {note}")?;
    }
    writeln!(out)
}

fn verdict(report: &Report) -> String {
    let count = |severity| report.all().filter(|(_, finding)| finding.severity == severity).count();
    let files = match report.files.len() {
        1 => "1 file".to_owned(),
        n => format!("{n} files"),
    };
    let gaps = |n: usize| if n == 1 { "1 gap".to_owned() } else { format!("{n} gaps") };
    match (count(Severity::Fatal), count(Severity::Gap)) {
        (0, 0) => format!("{files}, nothing found"),
        (0, n) => format!("{files}, runs with {}", gaps(n)),
        (n, more) => format!("{files}, will not load ({})", gaps(n + more)),
    }
}

/// A finding with the place in the source.
fn excerpt(handler: &GraphicalReportHandler, file: Option<&FileReport>, finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Fatal => miette::Severity::Error,
        _ => miette::Severity::Warning,
    };
    let mut diagnostic = MietteDiagnostic::new(finding.message.clone()).with_severity(severity);
    if let Some(help) = &finding.help {
        diagnostic = diagnostic.with_help(help.clone());
    }
    let mut text = String::new();
    let rendered = match (file, finding.span) {
        (Some(file), Some((start, end))) if end <= file.text.len() => {
            let label = LabeledSpan::new(None, start, end - start);
            let source = NamedSource::new(file.path.to_string_lossy(), file.text.clone());
            let report = miette::Report::new(diagnostic.with_label(label)).with_source_code(source);
            handler.render_report(&mut text, report.as_ref())
        }
        _ => {
            if let Some(file) = file {
                diagnostic.message = format!("{}: {}", file.path.display(), diagnostic.message);
            }
            handler.render_report(&mut text, &diagnostic)
        }
    };
    match rendered {
        Ok(()) => text.trim_end().to_owned(),
        // Writing to a String does not fail; a fault of the excerpt must not hide the finding.
        Err(_) => finding.message.clone(),
    }
}

/// What is worth knowing, a line a subject.
fn notes(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    let of_kind = |kind: Kind| {
        let mut places: Vec<(String, Vec<String>)> = Vec::new();
        for (file, finding) in report.all() {
            // What libraries can do without is nobody's business.
            let here = |file: &&FileReport| file.policy.is_some() && finding.kind == kind;
            let Some(file) = file.filter(here).filter(|_| finding.severity == Severity::Note) else {
                continue;
            };
            let place = format!("{}:{}", file.path.display(), finding.line);
            match places.iter_mut().find(|(subject, _)| *subject == finding.subject) {
                Some((_, there)) => there.push(place),
                None => places.push((finding.subject.clone(), vec![place])),
            }
        }
        places
    };
    let shown = |places: &[String]| match places {
        [first, .., _] => format!("{first} and {} more", places.len() - 1),
        [only] => only.clone(),
        [] => String::new(),
    };
    for finding in report.findings.iter().filter(|finding| finding.severity == Severity::Note) {
        lines.push(format!("note: {}", finding.message));
    }
    let mut partial: Vec<&str> = Vec::new();
    for (_, finding) in report.all().filter(|(_, finding)| finding.kind == Kind::Partial) {
        if !partial.contains(&finding.message.as_str()) {
            partial.push(&finding.message);
        }
    }
    lines.extend(partial.iter().map(|message| format!("note: {message}")));
    for (module, places) in of_kind(Kind::Strict) {
        lines.push(format!("note: --policy strict would refuse import {module} ({})", shown(&places)));
    }
    for (module, places) in of_kind(Kind::Import) {
        lines.push(format!("note: {module} cannot be imported, the code goes on without it ({})", shown(&places)));
    }
    let broken: Vec<(String, Vec<String>)> = of_kind(Kind::Syntax).into_iter().chain(of_kind(Kind::Rule)).collect();
    if !broken.is_empty() {
        let files = if broken.len() == 1 { "a file".to_owned() } else { format!("{} files", broken.len()) };
        let first = broken.first().map(|(_, places)| shown(places)).unwrap_or_default();
        lines.push(format!("note: {files} that nothing imports cannot be compiled ({first})"));
    }
    lines
}

fn as_json(report: &Report) -> Value {
    let finding = |finding: &Finding| {
        json!({
            "severity": finding.severity.word(),
            "kind": finding.kind.word(),
            "subject": finding.subject,
            "message": finding.message,
            "help": finding.help,
            "line": finding.line,
        })
    };
    let files: Vec<Value> = report
        .files
        .iter()
        .map(|file| {
            json!({
                "path": file.path.to_string_lossy(),
                "policy": file.policy,
                "findings": file.findings.iter().map(finding).collect::<Vec<_>>(),
            })
        })
        .collect();
    let status = match report.worst() {
        Some(Severity::Fatal) => 2,
        Some(Severity::Gap) => 1,
        _ => 0,
    };
    json!({
        "bundle": report.bundle.to_string_lossy(),
        "identifier": report.identifier,
        "framework": report.framework,
        "policy": report.policy,
        "status": status,
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "files": files,
    })
}
