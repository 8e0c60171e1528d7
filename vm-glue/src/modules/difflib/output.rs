//! Differences as text: `unified_diff`, `context_diff`, `Differ` and `ndiff`, `restore`; `HtmlDiff`.

use rustpython_vm::builtins::PyStr;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::matching::{self, Change};
use super::sequences::{self, Sequences};
use crate::import;
use crate::modules::bridge;
use crate::modules::python_function::{Body, Function, Given, Home, function, with_defaults};
use crate::runtime::text;

const RANGE: &[&str] = &["start", "stop"];
const DIFF: &[&str] = &["a", "b", "fromfile", "tofile", "fromfiledate", "tofiledate", "n", "lineterm"];
const DIFF_DEFAULTS: &[Given] =
    &[Given::Text(""), Given::Text(""), Given::Text(""), Given::Text(""), Given::Int(3), Given::Text("\n")];
/// Lines less similar than this are not compared letter by letter.
const CLOSE: f64 = 0.75;
const ALMOST_CLOSE: f64 = 0.74;

pub static FUNCTIONS: &[Function] = &[
    with_defaults(
        "get_close_matches",
        &["word", "possibilities", "n", "cutoff"],
        &[Given::Int(3), Given::None],
        Body::Run(|home, values, vm| {
            let mut values = values.to_vec();
            if let Some(cutoff) = values.get_mut(3).filter(|cutoff| vm.is_none(cutoff)) {
                *cutoff = vm.ctx.new_float(0.6).into();
            }
            sequences::close_matches(home, &values, vm)
        }),
    ),
    function(
        "_calculate_ratio",
        &["matches", "length"],
        Body::Run(|_, values, vm| match values {
            [matches, length] => {
                let ratio = matching::ratio(matches.clone().try_to_value(vm)?, length.clone().try_to_value(vm)?);
                Ok(vm.ctx.new_float(ratio).into())
            }
            _ => Ok(vm.ctx.none()),
        }),
    ),
    function("_format_range_unified", RANGE, Body::Run(|_, values, vm| shown_range(values, unified_range, vm))),
    function("_format_range_context", RANGE, Body::Run(|_, values, vm| shown_range(values, context_range, vm))),
    with_defaults("unified_diff", DIFF, DIFF_DEFAULTS, Body::Run(unified)),
    with_defaults("context_diff", DIFF, DIFF_DEFAULTS, Body::Run(context)),
    with_defaults("ndiff", &["a", "b", "linejunk", "charjunk"], &[Given::None, Given::Bool(true)], Body::Run(ndiff)),
    function("restore", &["delta", "which"], Body::Run(restore)),
    with_defaults(
        "IS_LINE_JUNK",
        &["line", "pat"],
        &[Given::None],
        Body::Run(|_, values, vm| {
            let line = values.first().and_then(|line| line.downcast_ref::<PyStr>());
            let Some(line) = line else { return Err(vm.new_type_error("expected string or buffer")) };
            let line = line.as_wtf8().to_string_lossy();
            let rest = line.trim();
            Ok(vm.ctx.new_bool(rest.is_empty() || rest == "#").into())
        }),
    ),
    with_defaults(
        "IS_CHARACTER_JUNK",
        &["ch", "ws"],
        &[Given::Text(" \t")],
        Body::Run(|_, values, vm| match values {
            [letter, blanks] => Ok(vm.ctx.new_bool(vm._contains(blanks, letter)?).into()),
            _ => Ok(vm.ctx.none()),
        }),
    ),
];

/// The elements of a sequence.
fn elements(sequence: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    vm.extract_elements_with(sequence, Ok)
}

fn iterator(lines: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    let lines: PyObjectRef = vm.ctx.new_list(lines).into();
    Ok(lines.get_iter(vm)?.into())
}

fn with_prefix(prefix: &str, line: &PyObject, vm: &VirtualMachine) -> PyResult {
    vm._add(vm.ctx.new_str(prefix).as_object(), line)
}

/// A heading line: sign, name, date, and what ends lines.
fn heading(sign: &str, name: &PyObject, date: &PyObject, end: &PyObject, vm: &VirtualMachine) -> PyResult {
    let mut line = sign.as_bytes().to_vec();
    line.extend(text::str_of(vm, name)?);
    if date.to_owned().try_to_bool(vm)? {
        line.push(b'\t');
        line.extend(text::str_of(vm, date)?);
    }
    line.extend(text::str_of(vm, end)?);
    Ok(text::new_str(vm, &line))
}

/// The lines that changes are about, for a sign; none if the change has no such side.
fn lines_of(lines: &[PyObjectRef], (start, end): (usize, usize)) -> &[PyObjectRef] {
    lines.get(start.min(lines.len())..end.min(lines.len())).unwrap_or_default()
}

/// The groups of changes of two texts.
fn groups_of(values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<Vec<Vec<Change>>> {
    let [a, b, _, _, _, _, around, _] = values else { return Ok(Vec::new()) };
    let changes = Sequences::new(a, b, None, true, vm)?.changes();
    Ok(matching::grouped(changes, around.clone().try_to_value(vm)?))
}

/// The whole range of a group.
fn range_of(group: &[Change], side: fn(&Change) -> (usize, usize)) -> (usize, usize) {
    let (first, last) = (group.first().map(side), group.last().map(side));
    (first.map_or(0, |first| first.0), last.map_or(0, |last| last.1))
}

/// A range for Python code.
fn shown_range(values: &[PyObjectRef], show: fn((usize, usize)) -> String, vm: &VirtualMachine) -> PyResult {
    let [start, stop] = values else { return Ok(vm.ctx.none()) };
    let range = (start.clone().try_to_value(vm)?, stop.clone().try_to_value(vm)?);
    Ok(vm.ctx.new_str(show(range)).into())
}

fn unified_range((start, end): (usize, usize)) -> String {
    match end.saturating_sub(start) {
        1 => format!("{}", start + 1),
        0 => format!("{start},0"),
        length => format!("{},{length}", start + 1),
    }
}

fn context_range((start, end): (usize, usize)) -> String {
    match end.saturating_sub(start) {
        0 => format!("{start}"),
        1 => format!("{}", start + 1),
        _ => format!("{},{end}", start + 1),
    }
}

fn plain(line: String, end: &PyObject, vm: &VirtualMachine) -> PyResult {
    let mut line = line.into_bytes();
    line.extend(text::str_of(vm, end)?);
    Ok(text::new_str(vm, &line))
}

fn unified(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [a, b, from, to, from_date, to_date, _, end] = values else { return Ok(vm.ctx.none()) };
    let (old, new) = (elements(a, vm)?, elements(b, vm)?);
    let mut out = Vec::new();
    for group in groups_of(values, vm)? {
        if out.is_empty() {
            out.push(heading("--- ", from, from_date, end, vm)?);
            out.push(heading("+++ ", to, to_date, end, vm)?);
        }
        let ranges = (unified_range(range_of(&group, |c| c.a)), unified_range(range_of(&group, |c| c.b)));
        out.push(plain(format!("@@ -{} +{} @@", ranges.0, ranges.1), end, vm)?);
        for change in &group {
            let sides: &[(&str, &[PyObjectRef])] = match change.tag {
                "equal" => &[(" ", lines_of(&old, change.a))],
                _ => &[("-", lines_of(&old, change.a)), ("+", lines_of(&new, change.b))],
            };
            for (sign, lines) in sides {
                for line in *lines {
                    out.push(with_prefix(sign, line, vm)?);
                }
            }
        }
    }
    iterator(out, vm)
}

fn context(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [a, b, from, to, from_date, to_date, _, end] = values else { return Ok(vm.ctx.none()) };
    let (old, new) = (elements(a, vm)?, elements(b, vm)?);
    let sign_of = |tag: &str| match tag {
        "insert" => "+ ",
        "delete" => "- ",
        "replace" => "! ",
        _ => "  ",
    };
    let mut out = Vec::new();
    for group in groups_of(values, vm)? {
        if out.is_empty() {
            out.push(heading("*** ", from, from_date, end, vm)?);
            out.push(heading("--- ", to, to_date, end, vm)?);
        }
        out.push(plain("*".repeat(15), end, vm)?);
        out.push(plain(format!("*** {} ****", context_range(range_of(&group, |c| c.a))), end, vm)?);
        if group.iter().any(|change| matches!(change.tag, "replace" | "delete")) {
            for change in group.iter().filter(|change| change.tag != "insert") {
                for line in lines_of(&old, change.a) {
                    out.push(with_prefix(sign_of(change.tag), line, vm)?);
                }
            }
        }
        out.push(plain(format!("--- {} ----", context_range(range_of(&group, |c| c.b))), end, vm)?);
        if group.iter().any(|change| matches!(change.tag, "replace" | "insert")) {
            for change in group.iter().filter(|change| change.tag != "delete") {
                for line in lines_of(&new, change.b) {
                    out.push(with_prefix(sign_of(change.tag), line, vm)?);
                }
            }
        }
    }
    iterator(out, vm)
}

fn ndiff(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [a, b, line_junk, letter_junk] = values else { return Ok(vm.ctx.none()) };
    let letter_junk = match letter_junk.is(&vm.ctx.true_value) {
        true => home.globals.get_item("IS_CHARACTER_JUNK", vm)?,
        false => letter_junk.clone(),
    };
    let differ = home.globals.get_item("Differ", vm)?.call((line_junk.clone(), letter_junk), vm)?;
    vm.call_method(&differ, "compare", (a.clone(), b.clone()))
}

fn restore(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [delta, which] = values else { return Ok(vm.ctx.none()) };
    let sign = match vm.ctx.types.int_type.as_object().call((which.clone(),), vm)?.try_to_value::<i64>(vm)? {
        1 => "- ",
        2 => "+ ",
        _ => {
            let shown = which.repr(vm)?;
            return Err(vm.new_value_error(format!("unknown delta choice (must be 1 or 2): {shown}")));
        }
    };
    let mut out = Vec::new();
    let delta = delta.get_iter(vm)?;
    while let PyIterReturn::Return(line) = delta.next(vm)? {
        let Some(string) = line.downcast_ref::<PyStr>() else { continue };
        let kept = string.as_wtf8().to_string_lossy();
        if kept.starts_with(sign) || kept.starts_with("  ") {
            let rest: rustpython_wtf8::Wtf8Buf = string.as_wtf8().code_points().skip(2).collect();
            out.push(match text::is_unicode(&line) {
                true => text::new_unicode_buf(vm, rest),
                false => vm.ctx.new_str(rest).into(),
            });
        }
    }
    iterator(out, vm)
}

// ---- Differ -----------------------------------------------------------------------------------------------------

pub static DIFFER: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "linejunk", "charjunk"],
        &[Given::None, Given::None],
        Body::Run(|_, values, vm| {
            if let [this, line_junk, letter_junk] = values {
                this.set_attr("linejunk", line_junk.clone(), vm)?;
                this.set_attr("charjunk", letter_junk.clone(), vm)?;
            }
            Ok(vm.ctx.none())
        }),
    ),
    function("compare", &["self", "a", "b"], Body::Run(compare)),
    function(
        "_qformat",
        &["self", "aline", "bline", "atags", "btags"],
        Body::Run(|_, values, vm| {
            let [_, a, b, a_tags, b_tags] = values else { return Ok(vm.ctx.none()) };
            let tags = |tags: &PyObject| text::text_of(vm, tags).map(Option::unwrap_or_default);
            let mut out = Vec::new();
            question(&mut out, a, b, &tags(a_tags)?, &tags(b_tags)?, vm)?;
            iterator(out, vm)
        }),
    ),
];

/// Two texts that are being compared.
struct Texts<'a> {
    a: Vec<PyObjectRef>,
    b: Vec<PyObjectRef>,
    letter_junk: Option<PyObjectRef>,
    out: Vec<PyObjectRef>,
    vm: &'a VirtualMachine,
}

/// A range of each of them.
type Ranges = ((usize, usize), (usize, usize));

fn compare(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, a, b] = values else { return Ok(vm.ctx.none()) };
    let junk = |name: &'static str| -> PyResult<Option<PyObjectRef>> {
        let junk = this.get_attr(name, vm)?;
        Ok(junk.clone().try_to_bool(vm)?.then_some(junk))
    };
    let changes = Sequences::new(a, b, junk("linejunk")?.as_deref(), true, vm)?.changes();
    let (a, b) = (elements(a, vm)?, elements(b, vm)?);
    let mut texts = Texts { a, b, letter_junk: junk("charjunk")?, out: Vec::new(), vm };
    for change in changes {
        match change.tag {
            "replace" => texts.replace((change.a, change.b))?,
            "delete" => texts.dump("- ", true, change.a)?,
            "insert" => texts.dump("+ ", false, change.b)?,
            _ => texts.dump("  ", true, change.a)?,
        }
    }
    iterator(texts.out, vm)
}

impl Texts<'_> {
    fn dump(&mut self, sign: &str, first: bool, range: (usize, usize)) -> PyResult<()> {
        let lines = lines_of(if first { &self.a } else { &self.b }, range).to_vec();
        for line in lines {
            self.out.push(with_prefix(sign, &line, self.vm)?);
        }
        Ok(())
    }

    /// Lines that became other ones. The ranges that wait are kept here and not on the stack: texts are long.
    fn replace(&mut self, whole: Ranges) -> PyResult<()> {
        /// What is to be put out, in order.
        enum Step {
            Replace(Ranges),
            Meet(usize, usize, bool),
        }
        let mut waiting = vec![Step::Replace(whole)];
        while let Some(step) = waiting.pop() {
            match step {
                Step::Meet(i, j, identical) => self.meet(i, j, identical)?,
                Step::Replace((a, b)) if a.0 >= a.1 => self.dump("+ ", false, b)?,
                Step::Replace((a, b)) if b.0 >= b.1 => self.dump("- ", true, a)?,
                Step::Replace((a, b)) => match self.closest(a, b)? {
                    None if b.1 - b.0 < a.1 - a.0 => {
                        self.dump("+ ", false, b)?;
                        self.dump("- ", true, a)?;
                    }
                    None => {
                        self.dump("- ", true, a)?;
                        self.dump("+ ", false, b)?;
                    }
                    Some((i, j, identical)) => {
                        waiting.push(Step::Replace(((i + 1, a.1), (j + 1, b.1))));
                        waiting.push(Step::Meet(i, j, identical));
                        waiting.push(Step::Replace(((a.0, i), (b.0, j))));
                    }
                },
            }
        }
        Ok(())
    }

    /// The most similar lines of two ranges, and whether they are the same; None if there are none.
    fn closest(&self, a: (usize, usize), b: (usize, usize)) -> PyResult<Option<(usize, usize, bool)>> {
        let vm = self.vm;
        let (mut best, mut best_at, mut same) = (ALMOST_CLOSE, None, None);
        for (j, new) in self.b.iter().enumerate().take(b.1).skip(b.0) {
            for (i, old) in self.a.iter().enumerate().take(a.1).skip(a.0) {
                if vm.bool_eq(old, new)? {
                    same.get_or_insert((i, j, true));
                    continue;
                }
                let mut pair = Sequences::new(old, new, self.letter_junk.as_deref(), true, vm)?;
                if let Some(ratio) = pair.similarity(|ratio| ratio > best) {
                    (best, best_at) = (ratio, Some((i, j, false)));
                }
            }
        }
        Ok(if best < CLOSE { same } else { best_at })
    }

    /// A pair of similar lines: what differs in them.
    fn meet(&mut self, i: usize, j: usize, identical: bool) -> PyResult<()> {
        let vm = self.vm;
        let (Some(old), Some(new)) = (self.a.get(i).cloned(), self.b.get(j).cloned()) else { return Ok(()) };
        if identical {
            self.out.push(with_prefix("  ", &old, vm)?);
            return Ok(());
        }
        let (mut old_tags, mut new_tags) = (String::new(), String::new());
        for change in Sequences::new(&old, &new, self.letter_junk.as_deref(), true, vm)?.changes() {
            let (length_a, length_b) = (change.a.1 - change.a.0, change.b.1 - change.b.0);
            let (sign_a, sign_b) = match change.tag {
                "replace" => ("^", "^"),
                "delete" => ("-", ""),
                "insert" => ("", "+"),
                _ => (" ", " "),
            };
            old_tags += &sign_a.repeat(length_a);
            new_tags += &sign_b.repeat(length_b);
        }
        question(&mut self.out, &old, &new, &old_tags, &new_tags, vm)
    }
}

/// Two lines with marks beneath. Tabs that both begin with are kept, so that the marks stand where they belong.
fn question(
    out: &mut Vec<PyObjectRef>,
    old: &PyObject,
    new: &PyObject,
    old_tags: &str,
    new_tags: &str,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let tabs = |line: &PyObject| {
        line.downcast_ref::<PyStr>().map_or(0, |line| line.as_wtf8().code_points().take_while(|c| *c == '\t').count())
    };
    let blanks = |tags: &str| tags.chars().take_while(|c| *c == ' ').count();
    let common = tabs(old).min(tabs(new)).min(blanks(old_tags)).min(blanks(new_tags));
    for (sign, line, tags) in [("- ", old, old_tags), ("+ ", new, new_tags)] {
        out.push(with_prefix(sign, line, vm)?);
        let marks = tags.get(common..).unwrap_or_default().trim_end();
        if !marks.is_empty() {
            out.push(vm.ctx.new_str(format!("? {}{marks}\n", "\t".repeat(common))).into());
        }
    }
    Ok(())
}

// ---- HtmlDiff -----------------------------------------------------------------------------------------------------

/// Where an instance keeps the machine's object.
const KEPT_AS: &str = "_machine";

pub static HTML: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "tabsize", "wrapcolumn", "linejunk", "charjunk"],
        &[Given::Int(8), Given::None, Given::None, Given::Bool(true)],
        Body::Run(|home, values, vm| {
            let [this, rest @ ..] = values else { return Ok(vm.ctx.none()) };
            let mut rest = rest.to_vec();
            if let Some(junk) = rest.get_mut(3).filter(|junk| junk.is(&vm.ctx.true_value)) {
                *junk = home.globals.get_item("IS_CHARACTER_JUNK", vm)?;
            }
            let class = import::machine_module(vm, "difflib")?.get_attr("HtmlDiff", vm)?;
            this.set_attr(KEPT_AS, class.call(rest, vm)?, vm)?;
            Ok(vm.ctx.none())
        }),
    ),
    function("make_file", &[], Body::Raw(|_, args, vm| html(args, "make_file", vm))),
    function("make_table", &[], Body::Raw(|_, args, vm| html(args, "make_table", vm))),
];

fn html(mut args: FuncArgs, method: &'static str, vm: &VirtualMachine) -> PyResult {
    if args.args.is_empty() {
        return Err(vm.new_type_error("an HtmlDiff is needed"));
    }
    let machine = args.args.remove(0).get_attr(KEPT_AS, vm)?;
    bridge::native(vm, vm.call_method(&machine, method, args)?, 0)
}
