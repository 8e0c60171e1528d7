//! `reprise python`: runs a Python 2 script outside of any plug-in.

use std::path::PathBuf;
use std::process::ExitCode;

use reprise_vm_glue::runtime::script::{self, Program};

/// Runs a Python 2 script.
///
/// The script gets plain Python 2.7: its own `sys.argv`, its folder first in `sys.path`, ASCII as default encoding, and
/// no framework.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// `FILE [ARGUMENTS]`, `-c CODE [ARGUMENTS]`, or `- [ARGUMENTS]` to read the script from standard input.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true, value_name = "FILE")]
    words: Vec<String>,
}

/// Runs the subcommand.
pub fn run(arguments: Arguments) -> ExitCode {
    let mut words = arguments.words.into_iter();
    let program = match words.next().as_deref() {
        None | Some("-") => Program::Stdin,
        Some("-c") => match words.next() {
            Some(code) => Program::Command(code.into_bytes()),
            None => {
                anstream::eprintln!("reprise python: -c needs code");
                return ExitCode::from(2);
            }
        },
        Some("--help" | "-h") => {
            anstream::println!(
                "Run a Python 2 script\n\nUsage: reprise python FILE [ARGUMENTS]\n       \
                 reprise python -c CODE [ARGUMENTS]\n       reprise python - [ARGUMENTS]"
            );
            return ExitCode::SUCCESS;
        }
        Some(option) if option.starts_with('-') => {
            anstream::eprintln!("reprise python: unknown option {option}");
            return ExitCode::from(2);
        }
        Some(file) => Program::File(PathBuf::from(file)),
    };
    let status = script::run(program, words.collect());
    ExitCode::from(u8::try_from(status & 0xff).unwrap_or(1))
}
