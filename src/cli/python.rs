//! `reprise python`: runs a Python 2 script outside of any plug-in.

use std::path::PathBuf;
use std::process::ExitCode;

use reprise_vm_glue::code_cache;
use reprise_vm_glue::runtime::script::{self, Program};

/// Runs a Python 2 script.
///
/// The script gets plain Python 2.7: its own `sys.argv`, its folder first in `sys.path`, ASCII as default encoding, and
/// no framework.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// `FILE [ARGUMENTS]`, `-c CODE [ARGUMENTS]`, `-m MODULE [ARGUMENTS]`, or `- [ARGUMENTS]` to read the script from
    /// standard input. CPython's flags (`-u -E -s -S -O -B -t …`) are accepted before it.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true, value_name = "FILE")]
    words: Vec<String>,
}

/// Flags of CPython that change nothing here.
const FLAGS: &str = "uEsSOBtvdiR3xb";
/// The same, with a value. That of `-W` is a filter of warnings.
const FLAGS_WITH_VALUE: &str = "WQ";

/// What the words before the program say.
struct Options {
    /// Whether compiled code is kept.
    kept: bool,
    /// `sys.warnoptions`.
    warnings: Vec<String>,
}

impl Options {
    fn new() -> Self {
        Self { kept: true, warnings: Vec::new() }
    }

    /// Those of the environment come last, as in CPython.
    fn add_environment(&mut self) {
        if let Ok(list) = std::env::var("PYTHONWARNINGS") {
            self.warnings.extend(list.split(',').filter(|filter| !filter.is_empty()).map(str::to_owned));
        }
    }
}

/// Whether a word is one that only the Python command has: programs start themselves as `sys.executable -c CODE`.
pub fn is_meant(word: &str) -> bool {
    match word.strip_prefix('-') {
        Some("") => true,
        Some(letters) => {
            letters.starts_with(|letter| FLAGS.contains(letter) || matches!(letter, 'c' | 'm' | 'W' | 'Q'))
        }
        None => word.ends_with(".py"),
    }
}

/// Where the compiled code of modules is kept between runs, as CPython keeps its `.pyc` files.
fn cache_folder() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if folder("PYTHONDONTWRITEBYTECODE").is_some() {
        return None;
    }
    let caches = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
    caches.is_absolute().then(|| caches.join("reprise").join("python"))
}

/// The program that the words name; an error message if they name none.
fn program(words: &mut dyn Iterator<Item = String>, options: &mut Options) -> Result<Program, String> {
    let needs = |option: char| format!("Argument expected for the -{option} option");
    while let Some(word) = words.next() {
        let Some(letters) = word.strip_prefix('-') else { return Ok(Program::File(PathBuf::from(word))) };
        if letters.is_empty() {
            return Ok(Program::Stdin);
        }
        for (at, letter) in letters.char_indices() {
            // What follows the letter in the same word belongs to it.
            let rest = letters.get(at + letter.len_utf8()..).unwrap_or_default().to_owned();
            let mut value =
                || if rest.is_empty() { words.next().ok_or_else(|| needs(letter)) } else { Ok(rest.clone()) };
            match letter {
                'c' => return Ok(Program::Command(value()?.into_bytes())),
                'm' => return Ok(Program::Module(value()?)),
                _ if FLAGS_WITH_VALUE.contains(letter) => {
                    let value = value()?;
                    if letter == 'W' {
                        options.warnings.push(value);
                    }
                    break;
                }
                'B' => options.kept = false,
                _ if FLAGS.contains(letter) => {}
                _ => return Err(format!("unknown option {word}")),
            }
        }
    }
    Ok(Program::Stdin)
}

/// Runs the subcommand.
pub fn run(arguments: Arguments) -> ExitCode {
    if matches!(arguments.words.first().map(String::as_str), Some("--help" | "-h")) {
        anstream::println!(
            "Run a Python 2 script\n\nUsage: reprise python FILE [ARGUMENTS]\n       \
             reprise python -c CODE [ARGUMENTS]\n       reprise python -m MODULE [ARGUMENTS]\n       \
             reprise python - [ARGUMENTS]"
        );
        return ExitCode::SUCCESS;
    }
    let mut words = arguments.words.into_iter();
    let mut options = Options::new();
    match program(&mut words, &mut options) {
        Ok(program) => {
            code_cache::set_folder(cache_folder().filter(|_| options.kept));
            options.add_environment();
            let status = script::run(program, words.collect(), options.warnings);
            ExitCode::from(u8::try_from(status & 0xff).unwrap_or(1))
        }
        Err(message) => {
            anstream::eprintln!("reprise python: {message}");
            ExitCode::from(2)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        let mut words = text.split(' ').map(str::to_owned);
        match program(&mut words, &mut Options::new()) {
            Ok(program) => format!("{program:?} {:?}", words.collect::<Vec<_>>()),
            Err(message) => message,
        }
    }

    #[test]
    fn options_come_as_cpython_takes_them() {
        assert_eq!(parsed("-u -Es x.py -c a"), r#"File("x.py") ["-c", "a"]"#);
        assert_eq!(parsed("-uc 1 a"), "Command([49]) [\"a\"]");
        assert_eq!(parsed("-W ignore -m pkg.mod a"), r#"Module("pkg.mod") ["a"]"#);
        assert_eq!(parsed("- a"), r#"Stdin ["a"]"#);
        assert_eq!(parsed("-c"), "Argument expected for the -c option");
        assert_eq!(parsed("-y x.py"), "unknown option -y");
        assert!(is_meant("-c") && is_meant("-") && is_meant("a.py") && !is_meant("--version") && !is_meant("run"));
    }
}
