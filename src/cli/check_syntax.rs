//! `reprise check --syntax`: parses every source file below the given places.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use reprise_vm_glue::syntax::{
    self, FutureFlags, Mode, ParseOptions, SourceRules, SourceText, SyntaxError, SyntaxErrorKind, future_flags,
};
use serde_json::json;

use super::check::{Arguments, Format};

/// Endings of the files that hold Python: modules, services, models.
const ENDINGS: [&str; 3] = ["py", "pys", "pym"];

/// What became of one file.
enum Outcome {
    Fine(usize),
    Unreadable(io::Error),
    Wrong(usize, SyntaxError, Option<Box<SourceText>>),
}

/// Parses what the arguments name, or prints its trees.
pub fn check(arguments: &Arguments) -> io::Result<ExitCode> {
    let mut out = io::BufWriter::new(anstream::stdout().lock());
    if arguments.dump_ast {
        for file in listed_files(&arguments.paths)? {
            writeln!(out, "{}", dump_file(&file)?)?;
        }
        out.flush()?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut files = Vec::new();
    for path in &arguments.paths {
        collect(path, &mut files)?;
    }
    let mut report = Report::default();
    for file in &files {
        let framework = arguments.framework || is_restricted(file);
        let rules = if framework { SourceRules::Framework } else { SourceRules::CPython };
        let outcome = check_file(file, rules, &mut report.time);
        report.add(file, outcome, arguments.format, &mut out)?;
    }
    report.finish(arguments.format, &mut out)?;
    out.flush()?;
    Ok(if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether a file is one that the framework reads itself: a plug-in's code, its services and models. What it imports from
/// `Contents/Libraries` is ordinary Python.
fn is_restricted(file: &Path) -> bool {
    let parts: Vec<&std::ffi::OsStr> = file.components().map(std::path::Component::as_os_str).collect();
    let below = parts.windows(2).find(|pair| pair.first().is_some_and(|part| *part == "Contents"));
    let code = below.and_then(|pair| pair.last()).is_some_and(|folder| *folder == "Code");
    code || file.extension().is_some_and(|ending| ending == "pys" || ending == "pym")
}

/// All source files below a path, in order; a file that is named itself is one, whatever its ending.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let metadata = std::fs::metadata(path).map_err(|error| named(path, error))?;
    if !metadata.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|error| named(path, error))? {
        entries.push(entry?.path());
    }
    entries.sort();
    for entry in entries {
        let is_folder = std::fs::symlink_metadata(&entry).is_ok_and(|metadata| metadata.is_dir());
        let is_source = entry.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
        if is_folder || (is_source && entry.is_file()) {
            collect(&entry, files)?;
        }
    }
    Ok(())
}

fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn check_file(file: &Path, rules: SourceRules, time: &mut Duration) -> Outcome {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) => return Outcome::Unreadable(error),
    };
    let begin = Instant::now();
    let source = match SourceText::decode(&file.to_string_lossy(), &bytes, rules) {
        Ok(source) => source,
        Err(error) => return Outcome::Wrong(bytes.len(), error, None),
    };
    let result = syntax::parse(&source, ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() });
    *time += begin.elapsed();
    let result = result.and_then(|module| future_flags(&source, &module, FutureFlags::default()));
    match result {
        Ok(_) => Outcome::Fine(bytes.len()),
        Err(error) => Outcome::Wrong(bytes.len(), error, Some(Box::new(source))),
    }
}

/// The files to print the trees of; `-` stands for the names on standard input, one a line.
fn listed_files(paths: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    if paths == [Path::new("-")] {
        return io::stdin().lines().map(|line| line.map(PathBuf::from)).collect();
    }
    Ok(paths.to_vec())
}

/// The tree of a file or, behind a `!`, its error.
fn dump_file(file: &Path) -> io::Result<String> {
    let bytes = std::fs::read(file).map_err(|error| named(file, error))?;
    let options = ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() };
    let tree = SourceText::decode(&file.to_string_lossy(), &bytes, SourceRules::CPythonString)
        .and_then(|source| syntax::parse(&source, options).map(|module| syntax::dump(&source, &module)));
    Ok(tree.unwrap_or_else(|error| {
        let (kind, message) = (error.kind.name(), &error.message);
        if matches!(error.kind, SyntaxErrorKind::ValueError | SyntaxErrorKind::MemoryError) {
            return format!("!{kind}\t{message}");
        }
        let offset = error.offset.map_or_else(|| "None".to_owned(), |offset| offset.to_string());
        format!("!{kind}\t{message}\t{}\t{offset}", error.line)
    }))
}

#[derive(Default)]
struct Report {
    files: usize,
    bytes: usize,
    time: Duration,
    failures: Vec<serde_json::Value>,
}

impl Report {
    fn add(&mut self, file: &Path, outcome: Outcome, format: Format, out: &mut impl Write) -> io::Result<()> {
        self.files += 1;
        let failure = match &outcome {
            Outcome::Fine(bytes) => {
                self.bytes += bytes;
                return Ok(());
            }
            Outcome::Unreadable(error) => {
                if format == Format::Text {
                    writeln!(out, "{}: {error}\n", file.display())?;
                }
                json!({ "file": file.to_string_lossy(), "kind": "unreadable", "message": error.to_string() })
            }
            Outcome::Wrong(bytes, error, source) => {
                self.bytes += bytes;
                if format == Format::Text {
                    writeln!(out, "{}\n", error.render(source.as_deref()))?;
                }
                json!({
                    "file": error.file,
                    "kind": error.kind.name(),
                    "message": error.message,
                    "line": error.line,
                    "offset": error.offset,
                    "text": error.source_line,
                })
            }
        };
        self.failures.push(failure);
        Ok(())
    }

    fn finish(&self, format: Format, out: &mut impl Write) -> io::Result<()> {
        let seconds = self.time.as_secs_f64().max(1e-9);
        let (files, bytes, failed) = (self.files, self.bytes, self.failures.len());
        let bytes_per_second = bytes as f64 / seconds;
        match format {
            Format::Text => {
                let failures = if failed == 1 { "1 failure".to_owned() } else { format!("{failed} failures") };
                let megabytes = bytes as f64 / 1e6;
                let speed = bytes_per_second / 1e6;
                let per_second = files as f64 / seconds;
                writeln!(
                    out,
                    "{files} files, {megabytes:.1} MB, {failures}; {seconds:.2} s ({speed:.1} MB/s, {per_second:.0} files/s)"
                )
            }
            Format::Json => {
                let report = json!({
                    "files": files,
                    "bytes": bytes,
                    "seconds": seconds,
                    "bytes_per_second": bytes_per_second,
                    "failures": self.failures,
                });
                writeln!(out, "{report:#}")
            }
        }
    }
}
