//! Numbers and strings.

use malachite_bigint::BigInt;
use proptest::prelude::*;
use rustpython_wtf8::{CodePoint, Wtf8Buf};

use super::super::ast::{Expr, ExprKind, Mod, Number, Str};
use super::super::{Mode, number_repr, string_repr};
use super::parse_as;

fn literal(text: &str) -> ExprKind {
    match parse_as(text, Mode::Eval) {
        Ok(Mod::Expression { body }) => body.node,
        other => panic!("{text:?}: {other:?}"),
    }
}

/// Python 2's repr of a literal's value.
fn repr(text: &str) -> String {
    match literal(text) {
        ExprKind::Num { n } => number_repr(&n),
        ExprKind::Str { s } => string_repr(&s),
        other => panic!("{other:?}"),
    }
}

fn error(text: &str) -> String {
    match parse_as(text, Mode::Eval) {
        Err(error) => format!("{}: {}", error.kind.name(), error.message),
        Ok(module) => panic!("{text:?}: {module:?}"),
    }
}

#[test]
fn numbers() {
    for (text, expected) in [
        ("0", "0"),
        ("00", "0"),
        ("0777", "511"),
        ("0o17", "15"),
        ("0O17", "15"),
        ("0b101", "5"),
        ("0B1", "1"),
        ("0xfF", "255"),
        ("0XfL", "15L"),
        ("07L", "7L"),
        ("0l", "0L"),
        ("10L", "10L"),
        ("9223372036854775807", "9223372036854775807"),
        ("9223372036854775808", "9223372036854775808L"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("-9223372036854775809", "-9223372036854775809L"),
        ("-0x8000000000000000", "-9223372036854775808"),
        ("0xffffffffffffffff", "18446744073709551615L"),
        ("01777777777777777777777", "18446744073709551615L"),
        ("1.", "1.0"),
        (".5", "0.5"),
        ("08.5", "8.5"),
        ("09e1", "90.0"),
        ("1e16", "1e+16"),
        ("1e15", "1000000000000000.0"),
        ("0.0001", "0.0001"),
        ("0.00001", "1e-05"),
        ("1e400", "inf"),
        ("1e-400", "0.0"),
        ("-0.0", "-0.0"),
        ("1j", "1j"),
        ("0777j", "777j"),
        ("1.5E+3J", "1500j"),
        ("-1j", "-1j"),
        ("1e100j", "1e+100j"),
    ] {
        assert_eq!(repr(text), expected, "{text}");
    }
    assert_eq!(literal("-5"), ExprKind::Num { n: Number::Int(-5) });
    assert!(matches!(literal("-(5)"), ExprKind::UnaryOp { .. }));
    assert!(matches!(literal("-5**2"), ExprKind::UnaryOp { .. }));
    assert!(matches!(literal("1if 1else 2"), ExprKind::IfExp { .. }));
    assert!(matches!(literal("0xfor 1"), ExprKind::BoolOp { .. }));
    for wrong in ["08", "0x", "0xg", "0o8", "0b2", "1e+", "0b"] {
        assert_eq!(error(wrong), "SyntaxError: invalid token", "{wrong}");
    }
}

#[test]
fn strings() {
    for (text, expected) in [
        (r"'a\n\t\\\'\x41\101\0'", r#""a\n\t\\'AA\x00""#),
        (r"'\q\N{DASH}\u1234'", r"'\\q\\N{DASH}\\u1234'"),
        (r"'\400\8'", r"'\x00\\8'"),
        ("'a\\\nb'", "'ab'"),
        (r"r'\n\''", r#""\\n\\'""#),
        (r"bR'\x'", r"'\\x'"),
        (r"B'x' 'y'", "'xy'"),
        ("'''a\n\"b'''", "'a\\n\"b'"),
        ("\"\"\"a\"\"b\\\"\"\"\"", "'a\"\"b\"'"),
        ("''''a'''", "\"'a\""),
        ("''", "''"),
        ("''''''", "''"),
        (r"u'\u1234\x41\U0001f600'", r"u'\u1234A\U0001f600'"),
        (r"u'\777\18'", r"u'\u01ff\x018'"),
        (r"u'\ud800\q'", r"u'\ud800\\q'"),
        (r"u'\N{BULLET}\N{em dash}'", r"u'\u2022\u2014'"),
        (r"ur'\u0041\\u0041\n'", r"u'A\\\\u0041\\n'"),
        (r"UR'\U0001F600'", r"u'\U0001f600'"),
        (r"'a' u'\xe9' 'b'", r"u'a\xe9b'"),
    ] {
        assert_eq!(repr(text), expected, "{text}");
    }
}

#[test]
fn wrong_strings() {
    let unicode = |reason: &str| format!("SyntaxError: (unicode error) 'unicodeescape' codec can't decode {reason}");
    for (text, expected) in [
        (r#""\x4""#, "ValueError: invalid \\x escape".to_owned()),
        (r#"u"\x4""#, unicode(r"bytes in position 0-2: truncated \xXX escape")),
        (r#"u"ab\u12""#, unicode(r"bytes in position 2-5: truncated \uXXXX escape")),
        (r#"u"\U0011""#, unicode(r"bytes in position 0-5: truncated \UXXXXXXXX escape")),
        (r#"u"\U00110000""#, unicode("bytes in position 0-9: illegal Unicode character")),
        (r#"u"\N{foo}""#, unicode("bytes in position 0-6: unknown Unicode character name")),
        (r#"u"\N{emdash}""#, unicode("bytes in position 0-9: unknown Unicode character name")),
        (r#"u"\N""#, unicode(r"bytes in position 0-1: malformed \N character escape")),
        (r#"u"\N{a""#, unicode(r"bytes in position 0-3: malformed \N character escape")),
        (
            r#"ur"\u12xy""#,
            "SyntaxError: (unicode error) 'rawunicodeescape' codec can't decode bytes in position 0-3: truncated \\uXXXX"
                .to_owned(),
        ),
        ("'abc", "SyntaxError: EOL while scanning string literal".to_owned()),
        ("'''abc", "SyntaxError: EOF while scanning triple-quoted string literal".to_owned()),
    ] {
        assert_eq!(error(text), expected, "{text}");
    }
}

fn number(value: Number) -> ExprKind {
    ExprKind::Num { n: value }
}

proptest! {
    #[test]
    fn whole_numbers_come_back(value: i64) {
        prop_assert_eq!(literal(&value.to_string()), number(Number::Int(value)));
        prop_assert_eq!(literal(&format!("{value}L")), number(Number::Long(BigInt::from(value))));
        let magnitude = value.unsigned_abs() >> 1;
        for text in [format!("{magnitude:#x}"), format!("{magnitude:#o}"), format!("{magnitude:#b}"), format!("0{magnitude:o}")] {
            prop_assert_eq!(literal(&text), number(Number::Int(magnitude as i64)));
        }
    }

    #[test]
    fn floats_come_back(value in any::<f64>().prop_filter("finite", |value| value.is_finite())) {
        prop_assert_eq!(literal(&number_repr(&Number::Float(value))), number(Number::Float(value)));
        let imaginary = literal(&number_repr(&Number::Complex(value.abs())));
        prop_assert_eq!(imaginary, number(Number::Complex(value.abs())));
    }

    #[test]
    fn byte_strings_come_back(bytes: Vec<u8>) {
        let value = Str::Bytes(bytes);
        prop_assert_eq!(literal(&string_repr(&value)), ExprKind::Str { s: value });
    }

    #[test]
    fn unicode_strings_come_back(points in prop::collection::vec(0u32..0x11_0000, 0..40)) {
        // A surrogate pair in a literal becomes one character; the parts of a pair are kept apart here.
        let text: Wtf8Buf = points.into_iter().flat_map(CodePoint::from_u32).flat_map(|p| [p, 'x'.into()]).collect();
        let value = Str::Unicode(text);
        prop_assert_eq!(literal(&string_repr(&value)), ExprKind::Str { s: value });
    }

    #[test]
    fn any_text_gives_a_tree_or_an_error(text in "\\PC*") {
        let _ = parse_as(&text, Mode::Exec);
    }

    #[test]
    fn any_tokens_give_a_tree_or_an_error(words in prop::collection::vec("if|for|in|x|1|'s'|\\(|\\)|\\[|\\]|:|\n|\n  |=|lambda|print|,|\\.|def|class|\\*|yield|`", 0..30)) {
        for mode in [Mode::Exec, Mode::Eval, Mode::Single] {
            if let Ok(module) = parse_as(&words.join(" "), mode) {
                let _: Option<Expr> = match module {
                    Mod::Expression { body } => Some(*body),
                    _ => None,
                };
            }
        }
    }
}
