//! The conformance harness: runs every recorded case below `cases/` as a test of its own name against the built
//! executable, over the real protocol. `cases/FORMAT.md` describes the cases.
//!
//! A case that does not pass yet stands in `known_failures/AREA.txt` with a reason; the harness fails when a listed
//! one starts to pass, so that the list never grows stale. No root and no network is needed: outgoing requests are
//! answered from the case's `web/` folder by the program's own replay, and the media server is a stand-in on a
//! loopback port.
//!
//! `cargo test --test conformance -- v2-routes` runs one area, `-- v2-routes/small-channel` one case.

mod canonical;
mod case;
mod known_failures;
mod media_server;
mod packing;
mod plugin_process;
mod python_script;
mod wire;

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};

/// The folder that holds this harness.
fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

/// The executable under test.
fn executable() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_reprise"))
}

/// What became of a case: how many checks passed, and the first difference.
#[derive(Debug, Default)]
pub struct Outcome {
    passed: usize,
    total: usize,
    first_difference: Option<String>,
}

impl Outcome {
    /// Records one check.
    pub fn check<T: PartialEq + std::fmt::Debug>(&mut self, label: &str, want: &T, got: &T) {
        self.total += 1;
        if want == got {
            self.passed += 1;
        } else if self.first_difference.is_none() {
            self.first_difference = Some(format!("{label}\n{}", difference(&lines(want), &lines(got))));
        }
    }

    /// Records that the case could not be run to its end.
    pub fn fail(&mut self, message: String) {
        self.total += 1;
        self.first_difference.get_or_insert(message);
    }
}

fn lines<T: std::fmt::Debug>(value: &T) -> String {
    let text = format!("{value:#?}");
    // A plain text shows better as its own lines than as one escaped string.
    if text.starts_with('"') { text.replace("\\n", "\n") } else { text }
}

/// The first lines of a line-by-line difference.
pub fn difference(want: &str, got: &str) -> String {
    let diff = similar::TextDiff::from_lines(want, got);
    let text = diff.unified_diff().context_radius(1).header("expected", "got").to_string();
    text.lines().take(24).collect::<Vec<_>>().join("\n")
}

fn judge(name: &str, known: Option<&str>, outcome: Outcome) -> Result<(), Failed> {
    let passes = outcome.first_difference.is_none();
    match (passes, known) {
        (true, None) => Ok(()),
        (false, Some(_)) => Ok(()),
        (true, Some(_)) => Err(Failed::from(format!(
            "{name} passes now: take it off the list of known failures in tests/conformance/known_failures"
        ))),
        (false, None) => Err(Failed::from(format!(
            "{} of {} checks pass; first difference:\n{}",
            outcome.passed,
            outcome.total,
            outcome.first_difference.unwrap_or_default()
        ))),
    }
}

fn main() -> std::process::ExitCode {
    let mut arguments = Arguments::from_args();
    // Cases mostly wait for the process under test, so more of them than cores may run at a time.
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    arguments.test_threads.get_or_insert(cores * 2);
    let known = known_failures::read(&here().join("known_failures"));
    let mut trials = Vec::new();
    let mut names = std::collections::HashSet::new();
    for (name, path) in case::find(&here().join("cases")) {
        names.insert(name.clone());
        let reason = known.get(&name).cloned();
        trials
            .push(Trial::test(name.clone(), move || judge(&name, reason.as_deref(), plugin_process::run_case(&path))));
    }
    for (name, path) in python_script::find(&here().join("cases/python2")) {
        names.insert(name.clone());
        let reason = known.get(&name).cloned();
        trials.push(Trial::test(name.clone(), move || judge(&name, reason.as_deref(), python_script::run(&path))));
    }
    let mut stale: Vec<String> = known.keys().filter(|name| !names.contains(*name)).cloned().collect();
    stale.sort();
    trials.push(Trial::test("known_failures_name_cases", move || {
        if stale.is_empty() { Ok(()) } else { Err(Failed::from(format!("no such case: {}", stale.join(", ")))) }
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}
