//! A mutational fuzzer over the front end, for stable Rust.
//!
//!     cargo run -p reprise-vm-glue --features fuzz --example fuzz_syntax -- SECONDS [FOLDER [SEED]]
//!
//! It changes the Python files below FOLDER (default: the recorded Python 2 scripts of the tests) and a few built-in
//! snippets at random, the same way for the same seed, and runs every check of [`CHECKS`] on each result. A panic, a
//! crash or an input that takes very long is a failure. The input at hand is kept in `target/fuzz_syntax.input`, so that
//! it is there even after the process was killed by a stack overflow.

use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use reprise_vm_glue::code;
use reprise_vm_glue::interpreter::{Interpreter, Settings};
use reprise_vm_glue::lower::{self, CompileOptions};
use reprise_vm_glue::syntax::{self, FutureFlags, Mode, ParseOptions, SourceRules, SourceText, future_flags};

/// What every input has to survive.
const CHECKS: &[Check] = &[("front end", front_end), ("lowering", lowering)];

/// A name and what it does with an input.
type Check = (&'static str, fn(&[u8]));

/// Stack of the threads that run Python.
const STACK_SIZE: usize = 16 << 20;

/// An input of a few kilobytes that takes longer, even on a busy machine, is a failure.
const TOO_LONG: Duration = Duration::from_secs(30);

const LARGEST_INPUT: usize = 20_000;

const SNIPPETS: &[&str] = &[
    "def f((a, b), c=1, *d, **e):\n\treturn lambda x=`a`: x <> 0777L or ur'\\u0041' 'b'\n",
    "@a.b(c, *d)\nclass A(B):\n    '''doc'''\n    x = [y for y in 1, 2 if y if z]\n",
    "try:\n  exec a in b, c\nexcept E, e:\n  print >>f, x,\nelse: pass\nfinally:\n  raise A, b, c\n",
    "with a as (b, c), d: yield x[1:2, ..., ::3]\n",
    "from __future__ import print_function, unicode_literals\nprint('a' b'\\x41', file=-1j ** 2)\n",
    "# coding: cp1252\nx = u'\\N{BULLET}\\U0001F600' if not a < b in c else {1: 2, 3: 4}\n",
    "for (a), b.c in {x: y for x in z}, {x, y}:\n    while 1: continue\n    else: del a, b[0]\n",
    "if a:\n    b += yield\nelif c:\n        d **= (x for x in y)\nelse:\n  global e; import f.g as h, i; from .. import (j as k,)\n",
];

const WORDS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ";",
    ".",
    "=",
    "==",
    "+=",
    "**",
    "//",
    ">>",
    "<>",
    "`",
    "@",
    "\\",
    "\\\n",
    "\n",
    "\n    ",
    "\n\t",
    " ",
    "\x0c",
    "\r",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "u'",
    "ur\"",
    "b'",
    "\\u12",
    "\\x",
    "\\N{",
    "0x",
    "08",
    "1e+",
    "1L",
    "9999999999999999999999",
    "if ",
    " else ",
    " for x in ",
    "lambda ",
    "not ",
    "print ",
    "exec ",
    "yield ",
    "def f(",
    "class A:",
    "try:",
    "except:",
    "finally:",
    "with ",
    "import ",
    "from ",
    " as ",
    "None",
    "-",
    "~",
    "*",
    "# coding: utf-8\n",
    "# coding: gbk\n",
    "# vim:ts=3\n",
    "\u{feff}",
    "\u{e9}",
    "\u{1f600}",
    "\0",
    "from __future__ import unicode_literals\n",
    "elif x:",
    "...",
];

/// A small generator of numbers, the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { (self.next() >> 16) as usize % limit }
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(10);
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = arguments.next().map_or_else(|| manifest.join("../tests/conformance/cases/python2"), PathBuf::from);
    let seed = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(20_260_101);
    let worker = std::thread::Builder::new()
        .stack_size(STACK_SIZE)
        .spawn(move || fuzz(Duration::from_secs(seconds), &folder, seed));
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        _ => ExitCode::FAILURE,
    }
}

fn fuzz(limit: Duration, folder: &Path, seed: u64) -> ExitCode {
    let mut corpus: Vec<Vec<u8>> = SNIPPETS.iter().map(|text| text.as_bytes().to_vec()).collect();
    collect(folder, &mut corpus);
    println!("{} files, seed {seed}", corpus.len());
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/fuzz_syntax.input");
    let mut random = Random(seed.max(1));
    let begin = Instant::now();
    let mut count = 0u64;
    while begin.elapsed() < limit {
        let input = mutated(&corpus, &mut random);
        if let Err(error) = std::fs::write(&kept, &input) {
            println!("{}: {error}", kept.display());
            return ExitCode::FAILURE;
        }
        for (name, check) in CHECKS {
            let started = Instant::now();
            let outcome = panic::catch_unwind(AssertUnwindSafe(|| check(&input)));
            let took = started.elapsed();
            if outcome.is_err() || took > TOO_LONG {
                println!("{name} fails ({took:?}) on {}", kept.display());
                return ExitCode::FAILURE;
            }
        }
        count += 1;
    }
    println!("{count} inputs without a failure");
    ExitCode::SUCCESS
}

fn collect(folder: &Path, corpus: &mut Vec<Vec<u8>>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, corpus);
        } else if path.extension().is_some_and(|ending| ending == "py" || ending == "pys" || ending == "pym") {
            corpus.extend(std::fs::read(&path));
        }
    }
}

/// A piece of one file with some changes.
fn mutated(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut input = piece(corpus, random, LARGEST_INPUT / 4);
    for _ in 0..=random.below(6) {
        let at = random.below(input.len() + 1);
        let end = (at + random.below(20)).min(input.len());
        match random.below(9) {
            0 => drop(input.drain(at..end)),
            1..=3 => {
                let word = random.pick(WORDS).map_or(&b""[..], |word| word.as_bytes());
                input.splice(at..at, word.iter().copied());
            }
            4 => {
                let word = random.pick(WORDS).map_or(&b""[..], |word| word.as_bytes());
                input.splice(at..end, word.iter().copied());
            }
            5 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
            6 => {
                let other = piece(corpus, random, 200);
                input.splice(at..at, other);
            }
            7 => {
                // Deep nesting and long chains.
                let again = input[at..end].repeat(1 + random.below(2000));
                input.splice(at..at, again);
            }
            _ => input.truncate(at),
        }
        input.truncate(LARGEST_INPUT);
    }
    input
}

fn piece(corpus: &[Vec<u8>], random: &mut Random, most: usize) -> Vec<u8> {
    let Some(file) = random.pick(corpus) else { return Vec::new() };
    let start = random.below(file.len());
    let start = file[..start].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let end = (start + 1 + random.below(most)).min(file.len());
    file[start..end].to_vec()
}

/// Decoding and parsing give a tree that can be printed or an error that can be shown, under all rules and modes.
fn front_end(input: &[u8]) {
    for rules in [SourceRules::CPython, SourceRules::CPythonString, SourceRules::Framework] {
        let source = match SourceText::decode("fuzz.py", input, rules) {
            Ok(source) => source,
            Err(error) => {
                let _ = error.render(None).to_string();
                continue;
            }
        };
        for mode in [Mode::Exec, Mode::Eval, Mode::Single] {
            match syntax::parse(&source, ParseOptions { mode, flags: FutureFlags::default() }) {
                Ok(module) => {
                    let _ = future_flags(&source, &module, FutureFlags::default());
                    assert!(!syntax::dump(&source, &module).is_empty());
                    assert!(module.clone() == module);
                }
                Err(error) => {
                    assert!(!error.message.is_empty());
                    assert!(error.line <= source.lines().count() + 2, "{error}");
                    let _ = error.render(Some(&source)).to_string();
                }
            }
        }
    }
}

/// What parses is compiled to a code object, or has an error that can be shown and that is one of the source, not of the
/// compiler.
fn lowering(input: &[u8]) {
    static INTERPRETER: OnceLock<Interpreter> = OnceLock::new();
    for rules in [SourceRules::CPython, SourceRules::Framework] {
        let Ok(source) = SourceText::decode("fuzz.py", input, rules) else { continue };
        for mode in [Mode::Exec, Mode::Eval, Mode::Single] {
            let Ok(module) = syntax::parse(&source, ParseOptions { mode, flags: FutureFlags::default() }) else {
                continue;
            };
            let Ok(flags) = future_flags(&source, &module, FutureFlags::default()) else { continue };
            match lower::compile_unloaded(&source, &module, &CompileOptions { flags }) {
                Ok(compiled) => {
                    let interpreter = INTERPRETER.get_or_init(|| Interpreter::new(Settings::default()));
                    interpreter.enter(|vm| drop(code::load(vm, compiled)));
                }
                Err(error) => {
                    assert!(!error.message.is_empty());
                    assert!(error.message != lower::COMPILER_FAILED, "{error}");
                    let _ = error.render(Some(&source)).to_string();
                }
            }
        }
    }
}
