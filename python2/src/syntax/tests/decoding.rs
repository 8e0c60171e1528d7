//! Coding cookies, byte order marks, line ends.

use super::super::ast::{ExprKind, Mod, StmtKind, Str};
use super::super::{
    FutureFlags, Mode, ParseOptions, SourceRules, SourceText, SyntaxErrorKind, TextForm, parse, string_repr,
};

/// The value of the last statement, `x = '…'`, or the error's message.
fn value_of_x(bytes: &[u8], rules: SourceRules) -> String {
    let options = ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() };
    let module = match SourceText::decode("x.py", bytes, rules).and_then(|source| parse(&source, options)) {
        Ok(module) => module,
        Err(error) => return format!("{}: {}", error.line, error.message),
    };
    let Mod::Module { body } = module else { panic!("no module") };
    match body.last().map(|statement| &statement.node) {
        Some(StmtKind::Assign { value, .. }) => match &value.node {
            ExprKind::Str { s } => string_repr(s),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn string_rules(bytes: &[u8]) -> String {
    value_of_x(bytes, SourceRules::CPythonString)
}

#[test]
fn cookies() {
    let body = b"x = u'\xc3\xa9'\n";
    let with = |cookie: &str| string_rules(&[cookie.as_bytes(), body].concat());
    for utf8 in [
        "# -*- coding: utf-8 -*-\n",
        "# coding=utf-8\n",
        "#coding: utf8\n",
        "# vim: set fileencoding=utf-8 :\n",
        "#!/usr/bin/python\n# coding: utf-8\n",
        "\n# coding: utf-8\n",
        "# encoding: utf-8\n",
        "# -*- coding: UTF_8 -*-\n",
        "# coding: utf-8 trailing words\n",
        "# my coding: utf-8, see above\n",
        "# coding:utf-8-unix\n",
        "# coding:    utf-8\n",
        "# recoding coding=utf-8\n",
        "\u{c} \t# coding: utf-8\n",
        "\u{feff}",
        "\u{feff}# coding: utf-8\n",
    ] {
        assert_eq!(with(utf8), "u'\\xe9'", "{utf8:?}");
    }
    for latin1 in [
        "# coding:latin-1\n",
        "# -*- coding: iso-8859-1 -*-\n",
        "# -*- coding: Latin_1 -*-\n",
        "# coding: iso-8859-1-unix\n",
        "\n\n# coding: utf-8\n",
        "# coding : utf-8\n",
        "# Coding: utf-8\n",
        "y = 1 # coding: utf-8\n",
        "y = 1\n# coding: utf-8\n",
        "",
    ] {
        assert_eq!(with(latin1), "u'\\xc3\\xa9'", "{latin1:?}");
    }
}

#[test]
fn what_the_encodings_give() {
    assert_eq!(string_rules(b"# coding: cp1251\nx = u'\xe0'\n"), "u'\\u0430'");
    assert_eq!(string_rules(b"# coding: cp1251\nx = '\xe0\\x41'\n"), "'\\xe0A'");
    assert_eq!(string_rules(b"# coding: koi8-r\nx = u'\xc1'\n"), "u'\\u0430'");
    assert_eq!(string_rules(b"# coding: cp437\nx = u'\x81'\n"), "u'\\xfc'");
    assert_eq!(string_rules(b"# coding: cp437\nx = r'\x81'\n"), "'\\x81'");
    assert_eq!(string_rules(b"# coding: gbk\nx = u'\xc4\xe3'\n"), "u'\\u4f60'");
    assert_eq!(string_rules(b"# coding: gbk\nx = '\xc4\xe3'\n"), "'\\xc4\\xe3'");
    assert_eq!(string_rules(b"# coding: shift-jis\nx = u'\x82\xa0'\n"), "u'\\u3042'");
    assert_eq!(string_rules(b"# coding: iso8859-15\nx = u'\xa4'\n"), "u'\\u20ac'");
    assert_eq!(string_rules(b"# coding: utf-8\nx = '\xff'\n"), "'\\xff'");
    assert_eq!(string_rules(b"# coding: utf-8\n# \xff\nx = '\xc3\xa9'\n"), "'\\xc3\\xa9'");
    assert_eq!(string_rules(b"# coding: utf-8\n# \xff\nx = u'\xc3\xa9'\n"), "u'\\xe9'");
    assert_eq!(string_rules(b"x = '\xe9'"), "'\\xe9'");
    assert_eq!(string_rules(b"x = u'\xe9'"), "u'\\xe9'");
    assert_eq!(value_of_x(b"x = u'\xc3\xa9'", SourceRules::Framework), "u'\\xc3\\xa9'");
}

#[test]
fn errors_of_compile() {
    assert_eq!(string_rules(b"# coding: no-such-codec\nx = 1\n"), "0: unknown encoding: no-such-codec");
    assert_eq!(
        string_rules(b"# coding: ascii\nx = u'\xc3\xa9'\n"),
        "0: 'ascii' codec can't decode byte 0xc3 in position 22: ordinal not in range(128)"
    );
    assert_eq!(
        string_rules(b"# coding: utf-8\nx = u\"\xff\"\n"),
        "2: (unicode error) 'utf8' codec can't decode byte 0xff in position 0: invalid start byte"
    );
    assert_eq!(string_rules(b"\xef\xbb\xbf# coding: latin-1\nx = 1\n"), "0: encoding problem: iso-8859-1 with BOM");
}

#[test]
fn errors_of_files() {
    let file = |bytes: &[u8]| value_of_x(bytes, SourceRules::CPython);
    let advice = "but no encoding declared; see http://python.org/dev/peps/pep-0263/ for details";
    assert_eq!(file(b"x = '\xc3\xa9'\n"), format!("1: Non-ASCII character '\\xc3' in file x.py on line 1, {advice}"));
    assert_eq!(file(b"y = 1\r\n# \xe9\n"), format!("2: Non-ASCII character '\\xe9' in file x.py on line 2, {advice}"));
    assert_eq!(file(b"# coding: foo\n"), "1: encoding problem: foo");
    assert_eq!(file(b"#\n# coding: foo\n"), "2: encoding problem: foo");
    assert_eq!(file(b"\xef\xbb\xbf# coding: latin-1\n"), "1: encoding problem: iso-8859-1 with BOM");
    assert_eq!(file(b"# coding: utf-8\nx = '\xe9'"), "'\\xe9'");
    assert_eq!(file(b"x = 1\ny = \0\n"), "2: source code cannot contain null bytes");
}

#[test]
fn sources_from_unicode() {
    let rules = SourceRules::CPythonString;
    let source = SourceText::from_unicode("x.py", "x = '\u{e9}'\r\n", rules).expect("a source");
    assert_eq!((source.text.as_str(), source.encoding.as_deref()), ("x = '\u{e9}'\n", Some("utf-8")));
    let error = SourceText::from_unicode("x.py", "# coding: latin-1\n", rules).expect_err("a cookie");
    assert_eq!(error.message, "encoding declaration in Unicode string");
    assert_eq!(error.kind, SyntaxErrorKind::SyntaxError);
}

#[test]
fn line_ends_and_forms() {
    let source = SourceText::decode("x.py", b"a\r\nb\rc\n\rd\xe9", SourceRules::Framework).expect("a source");
    assert_eq!(source.text, "a\nb\nc\n\nd\u{e9}");
    assert_eq!(source.form, TextForm::Bytes);
    assert_eq!(source.encode("d\u{e9}"), b"d\xe9");
    assert_eq!(source.line_text(2), "b");
    let source = SourceText::decode("x.py", b"# coding: cp1252\n'\x80'", SourceRules::Framework).expect("a source");
    assert_eq!(source.form, TextForm::Chars);
    assert_eq!(source.encode("'\u{20ac}'"), b"'\x80'");
}

#[test]
fn literals_of_both_kinds_join() {
    assert_eq!(string_rules(b"x = 'a' u'b' 'c'"), "u'abc'");
    assert_eq!(string_rules(b"# coding: utf-8\nx = '\xc3\xa9' u'b'"), "u'\\xe9b'");
    assert!(matches!(super::super::literals::join(Str::Bytes(vec![1]), Str::Bytes(vec![2])), Str::Bytes(_)));
}

#[test]
fn columns_count_bytes_of_the_source() {
    let column = |bytes: &[u8]| {
        let source = SourceText::decode("x.py", bytes, SourceRules::CPythonString).expect("a source");
        let at = source.text.find(';').expect("a semicolon") as u32;
        source.position(at)
    };
    assert_eq!(column(b"#\xe9\n'\xe9\xe9';"), (2, 4));
    assert_eq!(column(b"# coding: utf-8\n'\xc3\xa9';"), (2, 4));
    // CPython has other encodings as UTF-8 inside.
    assert_eq!(column(b"# coding: cp1252\n'\x80';"), (2, 5));
    assert_eq!(column(b"# coding: utf-8\n'\xff';"), (2, 3));
}
