//! The plug-in's log file: line format, levels, rotation (`spec/core.md` §10).
//!
//! The `Log` kit writes through [`Logger::write`]; everything else in the program uses the macros of `tracing`, which
//! [`install`] leads to the log of the plug-in at hand. `error!(critical = true, …)` is the level CRITICAL.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use parking_lot::{Mutex, RwLock};
use reprise_bundles::LogLevel;
use reprise_vm_glue::clock;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, span};

use crate::{context, sandbox};

/// A file that would grow beyond this is rotated.
const SIZE_LIMIT: u64 = 1_048_576;
/// Old files kept, `.1` to `.5`.
const BACKUPS: u32 = 5;

/// How lines look and what becomes of the file of an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Framework 2: time, thread, level and place; five old files.
    Current,
    /// Frameworks 0 and 1: time, identifier (filled up to a width) and message; one old file, `X.log.old`
    /// (`spec/legacy-v1.md` §2).
    Older { width: usize },
}

/// One plug-in's log.
#[derive(Debug)]
pub struct Logger {
    path: PathBuf,
    style: Style,
    identifier: String,
    level: RwLock<LogLevel>,
    /// Write to standard error too.
    console: bool,
    file: Mutex<Option<Open>>,
}

#[derive(Debug)]
struct Open {
    file: File,
    size: u64,
}

impl Logger {
    /// Opens the log; a file of an earlier run is rotated away first. Without a file (no right to write, say) lines go
    /// nowhere but the console.
    pub fn open(path: &Path, identifier: &str, level: LogLevel, console: bool) -> Self {
        Self::open_as(path, identifier, level, console, Style::Current)
    }

    /// As [`open`](Self::open), in a given style.
    pub fn open_as(path: &Path, identifier: &str, level: LogLevel, console: bool, style: Style) -> Self {
        let identifier = identifier.to_owned();
        let file = Mutex::new(None);
        let logger = Self { path: path.to_owned(), style, identifier, level: RwLock::new(level), console, file };
        let opened = logger.start_file();
        match opened {
            Ok(open) => *logger.file.lock() = Some(open),
            Err(error) => {
                let _ = writeln!(io::stderr(), "Cannot write the log file {}: {error}", path.display());
            }
        }
        logger
    }

    /// The log file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The least important kind of line that is written.
    pub fn level(&self) -> LogLevel {
        *self.level.read()
    }

    pub fn set_level(&self, level: LogLevel) {
        *self.level.write() = level;
    }

    fn start_file(&self) -> io::Result<Open> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        if fs::metadata(&self.path).is_ok() {
            match self.style {
                Style::Current => self.rotate(),
                // What cannot be renamed is written on.
                Style::Older { .. } => drop(fs::rename(&self.path, format!("{}.old", self.path.display()))),
            }
        }
        let file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        Ok(Open { file, size: 0 })
    }

    /// `X.log` → `X.log.1` → … → `X.log.5`.
    fn rotate(&self) {
        let name = |number: u32| match number {
            0 => self.path.clone(),
            n => PathBuf::from(format!("{}.{n}", self.path.display())),
        };
        for number in (0..BACKUPS).rev() {
            // Missing ones are no error; what cannot be renamed is overwritten by the next rotation.
            let _ = fs::rename(name(number), name(number + 1));
        }
    }

    /// Writes a line. `module` and `line` say where the message comes from.
    pub fn write(&self, level: LogLevel, module: &str, line: u32, message: &str) {
        if level > self.level() {
            return;
        }
        if let Style::Older { width } = self.style {
            let text = format!("{}: {:<width$}:   {message}\n", time_of_day(), self.identifier);
            if self.console {
                let _ = io::stderr().write_all(text.as_bytes());
            }
            return self.append(&text);
        }
        let prefix = match context::with(|context| context.transaction.clone()) {
            Some(transaction) => format!("[T:{transaction}] "),
            None => String::new(),
        };
        let time = time_text();
        let thread = thread_number();
        let rest = format!("({thread:x}) :  {} ({module}:{line}) - {prefix}{message}\n", level.name());
        if self.console {
            let _ = write!(io::stderr(), "{time} - {:<32} {rest}", self.identifier);
        }
        self.append(&format!("{time} {rest}"));
    }

    fn append(&self, text: &str) {
        let mut slot = self.file.lock();
        let full = slot.as_ref().is_some_and(|open| open.size > 0 && open.size + text.len() as u64 > SIZE_LIMIT);
        if full {
            *slot = None;
            *slot = self.start_file().ok();
        }
        if let Some(open) = slot.as_mut()
            && open.file.write_all(text.as_bytes()).is_ok()
        {
            open.size += text.len() as u64;
        }
    }
}

/// Local time, `YYYY-MM-DD HH:MM:SS,mmm`.
fn time_text() -> String {
    /// The last second that was written out, and its text: lines come in flocks.
    static LAST: Mutex<(i64, String)> = Mutex::new((i64::MIN, String::new()));
    let milliseconds = (clock::seconds() * 1000.0).floor() as i64;
    let (second, rest) = (milliseconds.div_euclid(1000), milliseconds.rem_euclid(1000));
    let mut last = LAST.lock();
    if last.0 != second {
        let time = jiff::Timestamp::from_second(second).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let local = time.to_zoned(clock::zone().clone());
        *last = (second, local.strftime("%Y-%m-%d %H:%M:%S").to_string());
    }
    format!("{},{rest:03}", last.1)
}

/// Local time, `HH:MM:SS.ffffff`.
fn time_of_day() -> String {
    let microseconds = (clock::seconds() * 1e6).floor();
    let time = jiff::Timestamp::from_microsecond(microseconds as i64).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let local = time.to_zoned(clock::zone().clone());
    format!("{}.{:06}", local.strftime("%H:%M:%S"), time.subsec_nanosecond() / 1000)
}

/// A number that tells threads apart.
fn thread_number() -> usize {
    thread_local! {
        static MARK: u8 = const { 0 };
    }
    MARK.with(|mark| std::ptr::from_ref(mark).addr())
}

static CURRENT: RwLock<Option<Arc<Logger>>> = RwLock::new(None);

/// Makes `logger` the one that `tracing`'s messages go to where no sandbox says otherwise.
pub fn install(logger: &Arc<Logger>) {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    *CURRENT.write() = Some(Arc::clone(logger));
    INSTALLED.get_or_init(|| {
        // A subscriber that is already there (in a test, say) is left alone.
        let _ = tracing::subscriber::set_global_default(ToLog);
    });
}

/// Whether a message comes from this program's code. Its target does not say so: that may be the original's name of the
/// place (`target: "caching"`).
fn is_own(module_path: Option<&str>) -> bool {
    module_path.is_some_and(|path| path.starts_with("reprise"))
}

/// The place that the log shows for a target, which is the path of the module unless the message names another.
fn place(target: &str) -> &str {
    target.rsplit("::").next().unwrap_or(target)
}

/// Leads the program's own messages to the log.
struct ToLog;

impl Subscriber for ToLog {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && is_own(metadata.module_path())
    }

    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}

    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let logger = match sandbox::current() {
            Some(sandbox) => Some(Arc::clone(&sandbox.plugin.log)),
            None => CURRENT.read().clone(),
        };
        let Some(logger) = logger else { return };
        let metadata = event.metadata();
        let mut fields = Fields::default();
        event.record(&mut fields);
        let level = match *metadata.level() {
            Level::ERROR if fields.critical => LogLevel::Critical,
            Level::ERROR => LogLevel::Error,
            Level::WARN => LogLevel::Warning,
            Level::INFO => LogLevel::Info,
            _ => LogLevel::Debug,
        };
        logger.write(level, place(metadata.target()), metadata.line().unwrap_or(0), &fields.message);
    }

    fn enter(&self, _span: &span::Id) {}

    fn exit(&self, _span: &span::Id) {}
}

/// The parts of an event that the log shows.
#[derive(Default)]
struct Fields {
    message: String,
    critical: bool,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message = value.to_owned();
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        if field.name() == "critical" {
            self.critical = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_with_a_name_of_their_own_are_kept() {
        assert!(is_own(Some("reprise_kits::http_cache")) && is_own(Some("reprise")));
        assert!(!is_own(Some("rustls::client")) && !is_own(None));
        assert_eq!((place("networking"), place("reprise_kits::logkit")), ("networking", "logkit"));
    }

    #[test]
    fn lines_and_rotation() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("PMS Plugin Logs/x.log");
        let open = |level| Logger::open(&path, "x", level, false);
        let logger = open(LogLevel::Info);
        logger.write(LogLevel::Info, "logkit", 22, "café");
        logger.write(LogLevel::Debug, "logkit", 22, "hidden");
        let text = fs::read_to_string(&path).unwrap();
        let pattern = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \([0-9a-f]+\) :  INFO \(logkit:22\) - café\n$";
        assert!(regex::Regex::new(pattern).unwrap().is_match(&text), "{text}");
        for _ in 0..7 {
            open(LogLevel::Debug).write(LogLevel::Error, "a", 1, "b");
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 6);
        let logger = open(LogLevel::Debug);
        let long = "x".repeat(600_000);
        logger.write(LogLevel::Error, "a", 1, &long);
        logger.write(LogLevel::Error, "a", 1, &long);
        assert!(fs::metadata(&path).unwrap().len() < SIZE_LIMIT);
        assert!(fs::metadata(folder.path().join("PMS Plugin Logs/x.log.1")).unwrap().len() > 600_000);
    }
}
