//! Deep nesting and long chains: never a stack overflow.

use super::super::SyntaxErrorKind;
use super::super::ast::{ExprKind, Mod, StmtKind};
use super::super::{MAX_DEPTH, Mode};
use super::parse_as;

/// Enough stack to drop the deepest tree, which threads that run Python have.
fn with_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(16 << 20).spawn(test).expect("a thread");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

fn is_too_deep(text: &str) -> bool {
    matches!(parse_as(text, Mode::Exec), Err(error) if error.kind == SyntaxErrorKind::MemoryError)
}

#[test]
fn brackets() {
    with_stack(|| {
        for (open, close) in
            [("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("a[", "]"), ("{1:", "}"), ("(lambda: ", ")")]
        {
            let nested = |count: usize| format!("x = {}1{}", open.repeat(count), close.repeat(count));
            assert!(parse_as(&nested(200), Mode::Exec).is_ok(), "{open}");
            assert!(is_too_deep(&nested(20_000)), "{open}");
            assert!(is_too_deep(&format!("x = {}", open.repeat(100_000))), "{open}");
        }
        for prefix in ["lambda: ", "1 if 1 else ", "2 ** ", "x[a:", "f(**"] {
            assert!(is_too_deep(&format!("x = {}1", prefix.repeat(20_000))), "{prefix}");
        }
        assert!(is_too_deep(&format!("def f{}x", "(".repeat(20_000))));
        assert!(is_too_deep(&format!("print {}", "`1,".repeat(20_000))));
    });
}

#[test]
fn on_a_small_stack() {
    // The parser sees to its own stack.
    let result = parse_as(&"(".repeat(10_000), Mode::Exec);
    assert_eq!(result.map_err(|error| error.kind), Err(SyntaxErrorKind::MemoryError));
}

#[test]
fn chains() {
    with_stack(|| {
        let chain = format!("x = 1{}", " + a".repeat(2500));
        let Ok(Mod::Module { body }) = parse_as(&chain, Mode::Exec) else { panic!("no module") };
        assert!(
            matches!(&body[0].node, StmtKind::Assign { value, .. } if matches!(value.node, ExprKind::BinOp { .. }))
        );
        assert!(parse_as(&format!("x = {}1", "not ".repeat(2500)), Mode::Exec).is_ok());
        assert!(parse_as(&format!("x = {}a", "- ".repeat(2500)), Mode::Exec).is_ok());
        assert!(parse_as(&format!("x = a{}", ".b(1)".repeat(1200)), Mode::Exec).is_ok());
        assert!(parse_as(&format!("if a: b\n{}else: c\n", "elif d: e\n".repeat(2000)), Mode::Exec).is_ok());
        // What makes no deep tree may be as long as it likes.
        assert!(parse_as(&format!("x = a{}", " or a".repeat(50_000)), Mode::Exec).is_ok());
        assert!(parse_as(&format!("x = [{}]", "a,".repeat(50_000)), Mode::Exec).is_ok());
        assert!(parse_as(&format!("x = {}", "'a' ".repeat(50_000)), Mode::Exec).is_ok());
        let too_many = MAX_DEPTH as usize + 10;
        for text in [
            format!("x = 1{}", " + a".repeat(too_many)),
            format!("x = {}1", "not ".repeat(too_many)),
            format!("x = a{}", ".b".repeat(too_many)),
            format!("x = a{}", "()".repeat(too_many)),
            format!("if a: b\n{}", "elif d: e\n".repeat(too_many)),
            format!("with {}a: b\n", "a, ".repeat(too_many)),
            format!("@a{}\ndef f(): pass\n", ".b".repeat(too_many)),
        ] {
            assert!(is_too_deep(&text), "{}", &text[..30]);
        }
    });
}

#[test]
fn blocks() {
    let nested = |count: usize| {
        let mut text = String::new();
        for level in 0..count {
            text.push_str(&format!("{}if 1:\n", " ".repeat(level)));
        }
        text + &" ".repeat(count) + "pass\n"
    };
    assert!(parse_as(&nested(99), Mode::Exec).is_ok());
    let error = parse_as(&nested(100), Mode::Exec).expect_err("too deep");
    assert_eq!(
        (error.kind, error.message.as_str()),
        (SyntaxErrorKind::IndentationError, "too many levels of indentation")
    );
}
