//! Trees and positions as `ast.dump` of CPython 2.7.18 shows them.

use super::dumped;

fn check(text: &str, expected: &str) {
    assert_eq!(dumped(text), format!("Module(body=[{expected}])"), "{text:?}");
}

#[test]
fn chains_of_operators_stand_at_the_operator() {
    check(
        "a+b-\\\nc*d*e",
        "Expr(value=BinOp(left=BinOp(left=Name(id='a', ctx=Load(), lineno=1, col_offset=0), op=Add(), \
         right=Name(id='b', ctx=Load(), lineno=1, col_offset=2), lineno=1, col_offset=0), op=Sub(), \
         right=BinOp(left=BinOp(left=Name(id='c', ctx=Load(), lineno=2, col_offset=0), op=Mult(), \
         right=Name(id='d', ctx=Load(), lineno=2, col_offset=2), lineno=2, col_offset=0), op=Mult(), \
         right=Name(id='e', ctx=Load(), lineno=2, col_offset=4), lineno=2, col_offset=3), lineno=1, col_offset=3), \
         lineno=1, col_offset=0)",
    );
}

#[test]
fn strings_over_several_lines_stand_on_the_last() {
    check(
        "x = \"\"\"a\nb\"\"\" \"c\" % d",
        "Assign(targets=[Name(id='x', ctx=Store(), lineno=1, col_offset=0)], \
         value=BinOp(left=Str(s='a\\nbc', lineno=2, col_offset=-1), op=Mod(), \
         right=Name(id='d', ctx=Load(), lineno=2, col_offset=11), lineno=2, col_offset=-1), lineno=1, col_offset=0)",
    );
}

#[test]
fn brackets_do_not_count_but_for_what_holds_them() {
    check(
        "(a)+(b)",
        "Expr(value=BinOp(left=Name(id='a', ctx=Load(), lineno=1, col_offset=1), op=Add(), \
         right=Name(id='b', ctx=Load(), lineno=1, col_offset=5), lineno=1, col_offset=0), lineno=1, col_offset=0)",
    );
    check(
        "for (a), b in c: pass",
        "For(target=Tuple(elts=[Name(id='a', ctx=Store(), lineno=1, col_offset=5), \
         Name(id='b', ctx=Store(), lineno=1, col_offset=9)], ctx=Store(), lineno=1, col_offset=5), \
         iter=Name(id='c', ctx=Load(), lineno=1, col_offset=14), body=[Pass( lineno=1, col_offset=17)], orelse=[], \
         lineno=1, col_offset=0)",
    );
}

#[test]
fn parameters() {
    check(
        "lambda (a,b), (c), (d,): 1",
        "Expr(value=Lambda(args=arguments(args=[Tuple(elts=[Name(id='a', ctx=Store(), lineno=1, col_offset=8), \
         Name(id='b', ctx=Store(), lineno=1, col_offset=10)], ctx=Store(), lineno=1, col_offset=8), \
         Name(id='c', ctx=Param(), lineno=1, col_offset=15), Tuple(elts=[Name(id='d', ctx=Store(), lineno=1, \
         col_offset=20)], ctx=Store(), lineno=1, col_offset=20)], vararg=None, kwarg=None, defaults=[]), \
         body=Num(n=1, lineno=1, col_offset=25), lineno=1, col_offset=0), lineno=1, col_offset=0)",
    );
}

#[test]
fn subscripts() {
    check(
        "x[1,...,2:3]",
        "Expr(value=Subscript(value=Name(id='x', ctx=Load(), lineno=1, col_offset=0), \
         slice=ExtSlice(dims=[Index(value=Num(n=1, lineno=1, col_offset=2)), Ellipsis(), \
         Slice(lower=Num(n=2, lineno=1, col_offset=8), upper=Num(n=3, lineno=1, col_offset=10), step=None)]), \
         ctx=Load(), lineno=1, col_offset=0), lineno=1, col_offset=0)",
    );
    check(
        "x[::]",
        "Expr(value=Subscript(value=Name(id='x', ctx=Load(), lineno=1, col_offset=0), slice=Slice(lower=None, \
         upper=None, step=Name(id='None', ctx=Load(), lineno=1, col_offset=3)), ctx=Load(), lineno=1, col_offset=0), \
         lineno=1, col_offset=0)",
    );
}

#[test]
fn statements_with_blocks() {
    check(
        "with a as b, c as d: pass",
        "With(context_expr=Name(id='a', ctx=Load(), lineno=1, col_offset=5), optional_vars=Name(id='b', ctx=Store(), \
         lineno=1, col_offset=10), body=[With(context_expr=Name(id='c', ctx=Load(), lineno=1, col_offset=13), \
         optional_vars=Name(id='d', ctx=Store(), lineno=1, col_offset=18), body=[Pass( lineno=1, col_offset=21)], \
         lineno=1, col_offset=13)], lineno=1, col_offset=5)",
    );
    check(
        "if a: pass\nelif b: pass",
        "If(test=Name(id='a', ctx=Load(), lineno=1, col_offset=3), body=[Pass( lineno=1, col_offset=6)], \
         orelse=[If(test=Name(id='b', ctx=Load(), lineno=2, col_offset=5), body=[Pass( lineno=2, col_offset=8)], \
         orelse=[], lineno=2, col_offset=5)], lineno=1, col_offset=0)",
    );
    check(
        "try: a\nexcept A, b: c\nfinally: d",
        "TryFinally(body=[TryExcept(body=[Expr(value=Name(id='a', ctx=Load(), lineno=1, col_offset=5), lineno=1, \
         col_offset=5)], handlers=[ExceptHandler(type=Name(id='A', ctx=Load(), lineno=2, col_offset=7), \
         name=Name(id='b', ctx=Store(), lineno=2, col_offset=10), body=[Expr(value=Name(id='c', ctx=Load(), lineno=2, \
         col_offset=13), lineno=2, col_offset=13)], lineno=2, col_offset=0)], orelse=[], lineno=1, col_offset=0)], \
         finalbody=[Expr(value=Name(id='d', ctx=Load(), lineno=3, col_offset=9), lineno=3, col_offset=9)], lineno=1, \
         col_offset=0)",
    );
    check(
        "@a()\ndef f(): pass",
        "FunctionDef(name='f', args=arguments(args=[], vararg=None, kwarg=None, defaults=[]), body=[Pass( lineno=2, \
         col_offset=9)], decorator_list=[Call(func=Name(id='a', ctx=Load(), lineno=1, col_offset=1), args=[], \
         keywords=[], starargs=None, kwargs=None, lineno=1, col_offset=1)], lineno=1, col_offset=0)",
    );
}

#[test]
fn what_python_3_lost() {
    check(
        "print >>x, 1,",
        "Print(dest=Name(id='x', ctx=Load(), lineno=1, col_offset=8), values=[Num(n=1, lineno=1, col_offset=11)], \
         nl=False, lineno=1, col_offset=0)",
    );
    check(
        "exec (a, b)",
        "Exec(body=Name(id='a', ctx=Load(), lineno=1, col_offset=6), globals=Name(id='b', ctx=Load(), lineno=1, \
         col_offset=9), locals=None, lineno=1, col_offset=0)",
    );
    check(
        "[i for i in 1,2 if a]",
        "Expr(value=ListComp(elt=Name(id='i', ctx=Load(), lineno=1, col_offset=1), \
         generators=[comprehension(target=Name(id='i', ctx=Store(), lineno=1, col_offset=7), \
         iter=Tuple(elts=[Num(n=1, lineno=1, col_offset=12), Num(n=2, lineno=1, col_offset=14)], ctx=Load(), \
         lineno=1, col_offset=12), ifs=[Name(id='a', ctx=Load(), lineno=1, col_offset=19)])], lineno=1, \
         col_offset=1), lineno=1, col_offset=0)",
    );
    check(
        "`a,b` <> 0777",
        "Expr(value=Compare(left=Repr(value=Tuple(elts=[Name(id='a', ctx=Load(), lineno=1, col_offset=1), \
         Name(id='b', ctx=Load(), lineno=1, col_offset=3)], ctx=Load(), lineno=1, col_offset=1), lineno=1, \
         col_offset=0), ops=[NotEq()], comparators=[Num(n=511, lineno=1, col_offset=9)], lineno=1, col_offset=0), \
         lineno=1, col_offset=0)",
    );
}

#[test]
fn future_features() {
    assert!(dumped("from __future__ import print_function\nprint(1, file=x)\n").contains("keyword(arg='file'"));
    assert!(dumped("from __future__ import print_function; print\n").contains("Name(id='print'"));
    // The literals before the import are unicode too.
    assert!(dumped("'doc'\nfrom __future__ import unicode_literals\nx = b'b' 'u'\n").contains("Str(s=u'doc'"));
    assert!(dumped("from __future__ import unicode_literals\nx = b'b'\n").contains("Str(s='b'"));
}

#[test]
fn spans_cover_their_nodes() {
    use super::super::ast::{Mod, StmtKind};
    use super::super::{FutureFlags, Mode, ParseOptions, parse};
    let source = super::source("def f(a, b=1):\n    return a.b [ 1 ] # c\n\nx = (y)\n");
    let options = ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() };
    let Ok(Mod::Module { body }) = parse(&source, options) else { panic!("no module") };
    let text = |start: u32, end: u32| &source.text[start as usize..end as usize];
    let StmtKind::FunctionDef { name_span, body: inner, .. } = &body[0].node else { panic!("no function") };
    assert_eq!(text(name_span.start, name_span.end), "f");
    assert!(text(body[0].span.start, body[0].span.end).ends_with("a.b [ 1 ]"));
    let StmtKind::Return { value: Some(value) } = &inner[0].node else { panic!("no return") };
    assert_eq!(text(value.span.start, value.span.end), "a.b [ 1 ]");
    assert_eq!(source.position(value.span.start), (2, 11));
    assert_eq!(text(body[1].span.start, body[1].span.end), "x = (y)");
}
