//! Deep and large sources: compiled in linear time or refused with an error, never a crash or a hang.

use std::time::{Duration, Instant};

use super::{CompileOptions, compile_unloaded};
use crate::syntax::{self, FutureFlags, Mode, ParseOptions, SourceRules, SourceText, SyntaxErrorKind};

/// Far more than any of these takes in an unoptimised build on a busy machine.
const LONG: Duration = Duration::from_secs(60);

/// Compiles on a stack like that of threads that run Python; the error, if there was one.
fn compile(text: String) -> Option<(SyntaxErrorKind, String)> {
    let start = Instant::now();
    let compile = || {
        let source = SourceText::decode("a.py", text.as_bytes(), SourceRules::CPythonString)?;
        let module = syntax::parse(&source, ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() })?;
        compile_unloaded(&source, &module, &CompileOptions::default()).map(drop)
    };
    let compiled = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(16 << 20).spawn_scoped(scope, compile);
        thread.expect("a thread").join()
    });
    assert!(start.elapsed() < LONG, "{}", &text[..60.min(text.len())]);
    compiled.expect("no crash").err().map(|error| (error.kind, error.message))
}

fn nested(open: &str, inner: &str, close: &str, count: usize) -> String {
    format!("x = {}{inner}{}\n", open.repeat(count), close.repeat(count))
}

fn blocks(head: &str, tail: &str, count: usize) -> String {
    let mut text = String::new();
    for level in 0..count {
        text.push_str(&format!("{}{head}\n", " ".repeat(level)));
    }
    text.push_str(&format!("{}pass\n", " ".repeat(count)));
    for level in (0..count).rev().filter(|_| !tail.is_empty()) {
        text.push_str(&format!("{}{tail}\n", " ".repeat(level)));
    }
    text
}

#[test]
fn nested_comprehensions() {
    for (open, inner, close) in [
        ("[", "1", " for a in b]"),
        ("(", "1", " for a in b)"),
        ("{", "1", " for a in b}"),
        ("{1: ", "1", " for a in b}"),
        ("[a for a in b if ", "c", "]"),
        ("[lambda: ", "1", " for a in b]"),
        ("[a for a in ", "b", "]"),
    ] {
        assert_eq!(compile(nested(open, inner, close, 90)), None, "{open}");
        assert_eq!(compile(format!("def f():\n  {}", nested(open, inner, close, 30))), None, "{open}");
    }
}

#[test]
fn comprehensions_as_targets() {
    let error = |count: usize| compile(nested("[a for ", "b", " in c]", count)).map(|error| error.0);
    assert_eq!(error(2), Some(SyntaxErrorKind::SyntaxError));
    for count in [200, 2000] {
        assert_eq!(error(count), Some(SyntaxErrorKind::MemoryError));
    }
}

#[test]
fn brackets_and_operators() {
    assert_eq!(compile(nested("(", "1", ")", 90)), None);
    assert_eq!(compile(nested("f(", "1", ")", 90)), None);
    assert_eq!(compile(format!("x = a{}", " + a".repeat(2500))), None);
    assert_eq!(compile(format!("x = 'a'{}", " + 'a'".repeat(2500))), None);
    assert_eq!(compile(format!("x = a{}", " and a".repeat(10_000))), None);
    assert_eq!(compile(format!("x = a{}", " < a".repeat(10_000))), None);
    let error = compile(format!("x = a{}", " + a".repeat(10_000)));
    assert_eq!(error.map(|(kind, _)| kind), Some(SyntaxErrorKind::MemoryError));
}

#[test]
fn nested_blocks() {
    let too_many = Some((SyntaxErrorKind::SyntaxError, "too many statically nested blocks".to_owned()));
    for (head, tail) in [("for x in y:", ""), ("while y:", ""), ("with y:", ""), ("try:", "finally: pass")] {
        assert_eq!(compile(blocks(head, tail, 18)), None, "{head}");
        assert_eq!(compile(blocks(head, tail, 60)), too_many, "{head}");
    }
    let finally = |count| blocks("try: pass\nfinally:", "", count).replace("\nfinally", "\n{}finally");
    let indented = |count: usize| {
        let text = finally(count);
        let mut level = 0;
        let mut lines = Vec::new();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("{}") {
                lines.push(format!("{}{rest}", " ".repeat(level)));
                level += 1;
            } else {
                lines.push(line.to_owned());
            }
        }
        lines.join("\n") + "\n"
    };
    assert_eq!(compile(indented(8)), None);
    assert_eq!(compile(indented(9)), too_many);
    assert_eq!(compile(blocks("if x:", "", 90)), None);
    assert_eq!(compile(format!("if a: b\n{}else: c\n", "elif d: e\n".repeat(2500))), None);
}

#[test]
fn large_displays() {
    let numbers = |count: u32| (0..count).map(|number| number.to_string()).collect::<Vec<_>>();
    assert_eq!(compile(format!("x = [{}]", numbers(200_000).join(","))), None);
    assert_eq!(compile(format!("x = ({},)", numbers(50_000).join(","))), None);
    let pairs: Vec<String> = numbers(50_000).iter().map(|number| format!("{number}: '{number}'")).collect();
    assert_eq!(compile(format!("x = {{{}}}", pairs.join(","))), None);
    assert_eq!(compile(format!("x = [{}]", "n,".repeat(100_000))), None);
}

#[test]
fn large_modules() {
    let lines = |line: fn(u32) -> String| (0..5000).map(line).collect::<String>();
    assert_eq!(compile(lines(|n| format!("def f{n}(a=1):\n  return a + {n}\n"))), None);
    assert_eq!(compile(lines(|n| format!("class C{n}:\n  def m(self): return {n}\n"))), None);
    assert_eq!(compile(lines(|n| format!("'text {n}'\nx{n} = {n}\n"))), None);
}
