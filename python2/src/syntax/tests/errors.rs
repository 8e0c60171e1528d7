//! Syntax errors: class, message, line, offset and text as CPython 2.7.18 gives them.

use super::super::{FutureFlags, Mode, ParseOptions, SourceRules, SourceText, SyntaxErrorKind, future_flags, parse};
use super::{parse_as, source};

type Expected = (&'static str, &'static str, u32, u32, &'static str);

fn check(mode: Mode, cases: &[(&str, Expected)]) {
    for (text, (kind, message, line, offset, shown)) in cases {
        let error = parse_as(text, mode).expect_err(text);
        let got = (error.kind.name(), error.message.as_str(), error.line, error.offset, error.source_line.as_deref());
        assert_eq!(got, (*kind, *message, *line, Some(*offset), Some(*shown)), "{text:?}");
    }
}

#[test]
fn of_the_grammar() {
    let invalid = |line, offset, text| ("SyntaxError", "invalid syntax", line, offset, text);
    check(
        Mode::Exec,
        &[
            ("x = = 1\n", invalid(1, 5, "x = = 1\n")),
            ("x = 1\ny = (\n", invalid(2, 6, "y = (\n")),
            ("print \"x\" y", invalid(1, 11, "print \"x\" y\n")),
            ("1 +\n", invalid(1, 4, "1 +\n")),
            ("x = \"\"\"a\nb\"\"\" +\n", invalid(2, 16, "x = \"\"\"a\nb\"\"\" +\n")),
            ("x\n\"\"\"a\nb\"\"\" y", invalid(3, 11, "\"\"\"a\nb\"\"\" y\n")),
            ("try:\n  pass\n", invalid(2, 7, "  pass\n")),
            ("x $ y", invalid(1, 3, "x $ y\n")),
            ("a ! b", invalid(1, 3, "a ! b\n")),
            ("x = )", invalid(1, 5, "x = )\n")),
            ("f(**a, *b)", invalid(1, 6, "f(**a, *b)\n")),
            ("yield = 1", invalid(1, 7, "yield = 1\n")),
            ("print >>a,", invalid(1, 11, "print >>a,\n")),
            ("exec a in", invalid(1, 10, "exec a in\n")),
            ("a\r\nb\rc d", invalid(3, 3, "c d\n")),
            ("a not b", invalid(1, 7, "a not b\n")),
            ("x is", invalid(1, 5, "x is\n")),
            ("x = 1; y = (2,\n\n 3", ("SyntaxError", "invalid syntax", 3, 3, " 3\n")),
        ],
    );
}

#[test]
fn of_indentation() {
    check(
        Mode::Exec,
        &[
            ("if 1:\npass\n", ("IndentationError", "expected an indented block", 2, 4, "pass\n")),
            ("x\nif 1:\n", ("IndentationError", "expected an indented block", 2, 6, "if 1:\n")),
            ("x\nif 1:\n\n\n# c\n", ("IndentationError", "expected an indented block", 5, 4, "# c\n")),
            ("if 1:\n$", ("SyntaxError", "invalid syntax", 2, 1, "$\n")),
            ("\tx = 1\n", ("IndentationError", "unexpected indent", 1, 1, "\tx = 1\n")),
            ("if 1:\n  try:\n    x\ny", ("IndentationError", "unexpected unindent", 4, 0, "y\n")),
            ("class A:\n  @x\ny", ("IndentationError", "unexpected unindent", 3, 0, "y\n")),
            (
                "if 1:\n    a\n  b\n",
                ("IndentationError", "unindent does not match any outer indentation level", 3, 4, "  b\n"),
            ),
        ],
    );
    // Tabs go to columns of eight, or as far as an editor's line says.
    assert!(parse_as("if 1:\n        a\n\tb\n", Mode::Exec).is_ok());
    assert!(parse_as("if 1:\n    a\n\tb\n", Mode::Exec).is_err());
    assert!(parse_as("# vim:ts=4\nif 1:\n    a\n\tb\n", Mode::Exec).is_ok());
    assert!(parse_as("if 1:\n  a\n\u{c}  b\n", Mode::Exec).is_ok());
}

#[test]
fn of_the_lexer() {
    check(
        Mode::Exec,
        &[
            ("\"abc\n", ("SyntaxError", "EOL while scanning string literal", 1, 4, "\"abc\n")),
            ("x\n\"abc", ("SyntaxError", "EOL while scanning string literal", 2, 4, "\"abc\n")),
            ("'''a\nb", ("SyntaxError", "EOF while scanning triple-quoted string literal", 2, 7, "'''a\nb\n")),
            (
                "x = 1 \\ \n",
                ("SyntaxError", "unexpected character after line continuation character", 1, 9, "x = 1 \\ \n"),
            ),
            ("0xg", ("SyntaxError", "invalid token", 1, 2, "0xg\n")),
            ("08", ("SyntaxError", "invalid token", 1, 2, "08\n")),
            ("1e+", ("SyntaxError", "invalid token", 1, 3, "1e+\n")),
        ],
    );
    assert!(parse_as("x = 1 \\", Mode::Exec).is_ok());
}

#[test]
fn at_the_end_of_one_line() {
    let end = |offset, text| ("SyntaxError", "unexpected EOF while parsing", 1, offset, text);
    check(Mode::Exec, &[("if 1:\n", end(6, "if 1:\n")), ("x = (", end(6, "x = (\n"))]);
    check(
        Mode::Eval,
        &[
            ("", ("SyntaxError", "unexpected EOF while parsing", 0, 0, "")),
            ("1 +", end(3, "1 +")),
            ("(", end(1, "(")),
            ("# c", end(3, "# c")),
            ("a b", end(3, "a b")),
            ("a 'b'", ("SyntaxError", "invalid syntax", 1, 5, "a 'b'")),
            (" 1", ("IndentationError", "unexpected indent", 1, 1, " 1")),
            ("1\n2", ("SyntaxError", "invalid syntax", 2, 1, "2")),
            ("a=1", ("SyntaxError", "invalid syntax", 1, 2, "a=1")),
            ("1 \\", ("SyntaxError", "unexpected character after line continuation character", 1, 3, "1 \\")),
        ],
    );
    check(
        Mode::Single,
        &[
            ("if 1: x", end(7, "if 1: x")),
            ("if 1: x\ny", ("SyntaxError", "invalid syntax", 2, 1, "y")),
            ("if 1:\n  x\ny", ("SyntaxError", "invalid syntax", 3, 1, "y")),
        ],
    );
    for fine in ["1\n\n", "a;b\nc", "\n\na", "if 1:\n  x\n", "if 1:\n  x", "1\n2"] {
        assert!(parse_as(fine, Mode::Single).is_ok(), "{fine:?}");
    }
}

#[test]
fn of_the_tree() {
    for (text, line, message) in [
        ("(a for a in b) += 1", 1, "can't assign to generator expression"),
        ("\n(yield) += 1", 2, "can't assign to yield expression"),
        ("(a,b) += 1", 1, "illegal expression for augmented assignment"),
        ("f() += 1", 1, "can't assign to function call"),
        ("def f((a)=1): pass", 1, "parenthesized arg with default"),
        ("from a import b,", 1, "trailing comma not allowed without surrounding parentheses"),
        ("import None", 1, "cannot assign to None"),
        ("def f(a=1,b): pass", 1, "non-default argument follows default argument"),
        ("f(a for a in b, c)", 1, "Generator expression must be parenthesized if not sole argument"),
        ("f(a=1,a=2)", 1, "keyword argument repeated"),
        ("f(a=1,2)", 1, "non-keyword arg after keyword arg"),
        ("f(*a, 2)", 1, "only named arguments may follow *expression"),
        ("a.None = 1", 1, "cannot assign to None"),
        ("a = __debug__ = 1", 1, "cannot assign to __debug__"),
        ("del f()", 1, "can't delete function call"),
        ("del 1", 1, "can't delete literal"),
        ("() = 1", 1, "can't assign to ()"),
        ("[f()] = 1", 1, "can't assign to function call"),
        ("with a as f(): pass", 1, "can't assign to function call"),
        ("for 1 in x: pass", 1, "can't assign to literal"),
        ("x = yield = 1", 1, "assignment to yield expression not possible"),
        ("f(lambda x: 1 = 2)", 1, "lambda cannot contain assignment"),
        ("f(1=2)", 1, "keyword can't be an expression"),
        ("def None(): pass", 1, "cannot assign to None"),
        ("class None: pass", 1, "cannot assign to None"),
        ("lambda None: 1", 1, "cannot assign to None"),
        ("a + b = 1", 1, "can't assign to operator"),
        ("a < b = 1", 1, "can't assign to comparison"),
        ("`a` = 1", 1, "can't assign to repr"),
        ("(a if b else c) = 1", 1, "can't assign to conditional expression"),
        ("[x for x in y] = 1", 1, "can't assign to list comprehension"),
        ("{x for x in y} = 1", 1, "can't assign to set comprehension"),
        ("{x:x for x in y} = 1", 1, "can't assign to dict comprehension"),
        // In the order in which CPython builds the nodes, not in that of the text.
        ("for x in 1: 1 = 2\nelse: f() = 3\n", 2, "can't assign to function call"),
        ("if a: 1 = 2\nelif b: f() = 3\nelif c: `x` = 4\nelse: a + b = 5\n", 3, "can't assign to repr"),
        ("try: pass\nexcept a: 1 = 2\nelse: f() = 3\n", 3, "can't assign to function call"),
        ("with a as 1:\n  f() = 3\n", 2, "can't assign to function call"),
        ("(f(1=2) <\nf(a=1,2))", 2, "non-keyword arg after keyword arg"),
        ("(f(1=2) if\nf(a=1,2) else 1)", 1, "keyword can't be an expression"),
        ("f(1=2, a for a in b)\n", 1, "Generator expression must be parenthesized if not sole argument"),
    ] {
        let error = parse_as(text, Mode::Exec).expect_err(text);
        let got = (error.kind, error.message.as_str(), error.line, error.offset, error.source_line);
        assert_eq!(got, (SyntaxErrorKind::SyntaxError, message, line, None, None), "{text:?}");
    }
    // An error of the grammar anywhere in the file comes first.
    let error = parse_as("1 = 2\nx = = 3\n", Mode::Exec).expect_err("two errors");
    assert_eq!((error.message.as_str(), error.line), ("invalid syntax", 2));
    for fine in ["del None", "global None", "[] = 1", "f((a)=1)", "import None.x", "def f(((a, b), c)=1): pass"] {
        assert!(parse_as(fine, Mode::Exec).is_ok(), "{fine}");
    }
}

#[test]
fn the_framework_assigns_to_none() {
    let options = ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() };
    let source =
        SourceText::decode("x.py", b"None = 1\ndef f(None): pass\n", SourceRules::Framework).expect("a source");
    assert!(parse(&source, options).is_ok());
}

#[test]
fn of_future_imports() {
    for (text, line, message) in [
        ("from __future__ import braces", 1, "not a chance"),
        ("\nfrom __future__ import rested_snopes", 2, "future feature rested_snopes is not defined"),
        ("x\nfrom __future__ import division", 2, "from __future__ imports must occur at the beginning of the file"),
        (
            "'a'\n'b'\nfrom __future__ import division",
            3,
            "from __future__ imports must occur at the beginning of the file",
        ),
        (
            "def f():\n  if x:\n    from __future__ import division",
            3,
            "from __future__ imports must occur at the beginning of the file",
        ),
        (
            "from __future__ import division; import a; from __future__ import division",
            1,
            "from __future__ imports must occur at the beginning of the file",
        ),
    ] {
        let source = source(text);
        let options = ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() };
        let module = parse(&source, options).expect(text);
        let error = future_flags(&source, &module, FutureFlags::default()).expect_err(text);
        assert_eq!((error.message.as_str(), error.line), (message, line), "{text:?}");
    }
    let source =
        source("'doc'\nfrom __future__ import division, with_statement\nfrom __future__ import absolute_import\n");
    let options = ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() };
    let module = parse(&source, options).expect("a module");
    let outside = FutureFlags { print_function: true, ..FutureFlags::default() };
    assert_eq!(
        future_flags(&source, &module, outside).expect("flags"),
        FutureFlags { division: true, absolute_import: true, print_function: true, unicode_literals: false }
    );
}

#[test]
fn for_people() {
    let error = parse_as("if x:\n    b = = 2\n", Mode::Exec).expect_err("an error");
    assert_eq!(
        error.render(None).to_string(),
        "  File \"name.py\", line 2\n    b = = 2\n        ^\nSyntaxError: invalid syntax"
    );
    let text = source("x = 1\n  \ndel f()\n");
    let options = ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() };
    let error = parse(&source("\n  x"), options).expect_err("an error");
    assert_eq!(
        error.render(None).to_string(),
        "  File \"name.py\", line 2\n    x\n    ^\nIndentationError: unexpected indent"
    );
    let error = parse(&text, options).expect_err("an error");
    assert_eq!(
        error.render(Some(&text)).to_string(),
        "  File \"name.py\", line 3\n    del f()\nSyntaxError: can't delete function call"
    );
    let error = parse_as("x = '''a\nb''' y z\n", Mode::Exec).expect_err("an error");
    assert_eq!(
        error.render(None).to_string(),
        "  File \"name.py\", line 2\n    b''' y z\n         ^\nSyntaxError: invalid syntax"
    );
}
