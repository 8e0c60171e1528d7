//! Compiled patterns, matches and scanners: the types behind the `re` module, over the machine's matching engine.
//!
//! A subject is always a string of the machine; what is cut out of it has the type of the subject (`str` or
//! `unicode`). Searching repeats by Python 2.7's rules, where they differ from Python 3's (empty matches).

use rustpython_sre_engine::{Request, State, StrDrive, StringCursor};
use rustpython_vm::builtins::{PyDictRef, PyInt, PyStr, PyStrRef, PyTuple, PyTupleRef};
use rustpython_vm::function::{OptionalArg, PosArgs};
use rustpython_vm::protocol::{BufferFlags, PyBuffer, PyIterReturn};
use rustpython_vm::types::{IterNext, Iterable, SelfIter};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};

use super::parse::Flags;
use super::template::{self, Piece, TemplateError};
use crate::runtime::text;

/// A subject driven through the string's own table of character positions, so that no position has to be counted
/// from the start again.
#[derive(Clone, Copy)]
struct Indexed<'a>(&'a PyStr);

impl StrDrive for Indexed<'_> {
    fn count(&self) -> usize {
        self.0.char_len()
    }

    fn create_cursor(&self, n: usize) -> StringCursor {
        let suffix = &self.0.as_wtf8()[self.0.char_index_to_byte(n)..];
        let mut cursor = <&Wtf8 as StrDrive>::create_cursor(&suffix, 0);
        cursor.position = n;
        cursor
    }

    fn adjust_cursor(&self, cursor: &mut StringCursor, n: usize) {
        *cursor = self.create_cursor(n);
    }

    fn advance(cursor: &mut StringCursor) -> u32 {
        <&Wtf8 as StrDrive>::advance(cursor)
    }

    fn peek(cursor: &StringCursor) -> u32 {
        <&Wtf8 as StrDrive>::peek(cursor)
    }

    fn skip(cursor: &mut StringCursor, n: usize) {
        <&Wtf8 as StrDrive>::skip(cursor, n)
    }

    fn back_advance(cursor: &mut StringCursor) -> u32 {
        <&Wtf8 as StrDrive>::back_advance(cursor)
    }

    fn back_peek(cursor: &StringCursor) -> u32 {
        <&Wtf8 as StrDrive>::back_peek(cursor)
    }

    fn back_skip(cursor: &mut StringCursor, n: usize) {
        <&Wtf8 as StrDrive>::back_skip(cursor, n)
    }
}

/// What type the pieces of a subject have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Str,
    Unicode,
    ByteArray,
}

/// What is searched: the object as it was given, and its text.
#[derive(Clone, Debug)]
pub struct Subject {
    original: PyObjectRef,
    text: PyStrRef,
    kind: Kind,
}

impl Subject {
    fn new(vm: &VirtualMachine, original: PyObjectRef) -> PyResult<Self> {
        let unicode = text::is_unicode(&original);
        match original.clone().downcast::<PyStr>() {
            Ok(text) => Ok(Self { original, text, kind: if unicode { Kind::Unicode } else { Kind::Str } }),
            Err(_) => {
                let buffer = PyBuffer::from_object(vm, &original, BufferFlags::SIMPLE)
                    .map_err(|_| vm.new_type_error("expected string or buffer"))?;
                let bytes = buffer.contiguous_or_collect(<[u8]>::to_vec);
                let text = text::new_str(vm, &bytes);
                let text = text.downcast::<PyStr>().map_err(|_| vm.new_type_error("expected string or buffer"))?;
                let kind = if original.class().name().to_string() == "bytearray" { Kind::ByteArray } else { Kind::Str };
                Ok(Self { original, text, kind })
            }
        }
    }

    fn length(&self) -> usize {
        self.text.char_len()
    }

    fn piece(&self, vm: &VirtualMachine, start: usize, end: usize) -> PyObjectRef {
        let end = end.min(self.length());
        let start = start.min(end);
        if start == 0 && end == self.length() && self.kind != Kind::ByteArray && self.is_exact(vm) {
            return self.original.clone();
        }
        let from = self.text.char_index_to_byte(start);
        let to = self.text.char_index_to_byte(end);
        self.make(vm, self.text.as_wtf8()[from..to].to_owned())
    }

    fn is_exact(&self, vm: &VirtualMachine) -> bool {
        self.kind == Kind::Str && self.original.class().is(vm.ctx.types.str_type)
    }

    /// A string of the subject's type.
    fn make(&self, vm: &VirtualMachine, piece: Wtf8Buf) -> PyObjectRef {
        match self.kind {
            Kind::Unicode => text::new_unicode_wtf8(vm, &piece),
            Kind::Str => vm.ctx.new_str(piece).into(),
            Kind::ByteArray => {
                let bytes = piece.code_points().map(|c| c.to_u32() as u8).collect::<Vec<u8>>();
                vm.ctx.new_bytearray(bytes).into()
            }
        }
    }
}

/// The matches of a pattern in a subject, one after the other.
struct Search<'a> {
    pattern: &'a Pattern,
    subject: &'a Subject,
    start: usize,
    end: usize,
    state: State,
}

impl<'a> Search<'a> {
    fn new(pattern: &'a Pattern, subject: &'a Subject, pos: isize, endpos: isize) -> Self {
        let length = subject.length();
        let end = usize::try_from(endpos).unwrap_or(0).min(length);
        // As in CPython: a start behind the end is the end.
        let start = usize::try_from(pos).unwrap_or(0).min(length);
        Self { pattern, subject, start, end, state: State::default() }
    }

    /// Runs the engine once; the span of the match.
    fn run(&mut self, search: bool) -> Option<(usize, usize)> {
        if self.start > self.end {
            return None;
        }
        let codes = &self.pattern.codes;
        let subject = &*self.subject.text;
        let found = if subject.kind().is_ascii() {
            let request = Request::new(subject.as_bytes(), self.start, self.end, codes, false);
            self.state.reset(&request, self.start);
            if search { self.state.search(request) } else { self.state.py_match(&request) }
        } else {
            let request = Request::new(Indexed(subject), self.start, self.end, codes, false);
            self.state.reset(&request, self.start);
            if search { self.state.search(request) } else { self.state.py_match(&request) }
        };
        found.then_some((self.state.start, self.state.cursor.position))
    }

    /// The next match; afterwards the search goes on behind it.
    fn next(&mut self, search: bool) -> Option<(usize, usize)> {
        let (start, end) = self.run(search)?;
        self.start = if start == end { end + 1 } else { end };
        Some((start, end))
    }

    /// Spans of the whole match and of each group.
    fn spans(&self, span: (usize, usize)) -> Vec<Option<(usize, usize)>> {
        let mut spans = vec![Some(span)];
        for group in 0..self.pattern.groups {
            let (start, end) = self.state.marks.get(group);
            spans.push(match (start.into_option(), end.into_option()) {
                (Some(start), Some(end)) if start <= end => Some((start, end)),
                _ => None,
            });
        }
        spans
    }
}

/// A compiled pattern: `_sre.SRE_Pattern`.
#[pyclass(module = "_sre", name = "SRE_Pattern")]
#[derive(Debug, PyPayload)]
pub struct Pattern {
    pub(super) pattern: PyObjectRef,
    pub(super) flags: Flags,
    pub(super) codes: Vec<u32>,
    pub(super) groups: usize,
    pub(super) names: Vec<(String, u32)>,
    pub(super) groupindex: PyDictRef,
}

#[derive(rustpython_vm::FromArgs)]
struct SubjectArgs {
    #[pyarg(any)]
    string: PyObjectRef,
    #[pyarg(any, default = 0)]
    pos: isize,
    #[pyarg(any, default = isize::MAX)]
    endpos: isize,
}

#[derive(rustpython_vm::FromArgs)]
struct SubArgs {
    #[pyarg(any)]
    repl: PyObjectRef,
    #[pyarg(any)]
    string: PyObjectRef,
    #[pyarg(any, default = 0)]
    count: isize,
}

#[derive(rustpython_vm::FromArgs)]
struct SplitArgs {
    #[pyarg(any)]
    string: PyObjectRef,
    #[pyarg(any, default = 0)]
    maxsplit: isize,
}

/// What replaces a match.
enum Replacement {
    /// The same text each time.
    Fixed(PyObjectRef),
    Function(PyObjectRef),
    Template {
        pieces: Vec<Piece>,
        like: PyObjectRef,
    },
}

impl Pattern {
    fn one(zelf: &PyRef<Self>, args: SubjectArgs, search: bool, vm: &VirtualMachine) -> PyResult<Option<PyRef<Match>>> {
        let subject = Subject::new(vm, args.string)?;
        let mut run = Search::new(zelf, &subject, args.pos, args.endpos);
        let (pos, endpos) = (run.start, run.end);
        let span = run.run(search);
        Ok(span.map(|span| Match::new(zelf, &subject, &run, span, pos, endpos).into_ref(&vm.ctx)))
    }

    /// Where the pattern matches at a position (in characters) or behind it: the spans of the match and of its groups.
    pub fn spans_from(
        &self,
        vm: &VirtualMachine,
        subject: PyObjectRef,
        at: usize,
        search: bool,
    ) -> PyResult<Option<Vec<Option<(usize, usize)>>>> {
        let subject = Subject::new(vm, subject)?;
        let start = isize::try_from(at).unwrap_or(isize::MAX);
        let mut run = Search::new(self, &subject, start, isize::MAX);
        Ok(run.run(search).map(|span| run.spans(span)))
    }

    fn group_named(&self, name: &str) -> Option<usize> {
        self.names.iter().find(|(known, _)| known == name).map(|(_, group)| *group as usize)
    }

    fn replacement(&self, vm: &VirtualMachine, repl: PyObjectRef) -> PyResult<Replacement> {
        if repl.is_callable() {
            return Ok(Replacement::Function(repl));
        }
        let Some(content) = repl.downcast_ref::<PyStr>() else {
            let name = repl.class().name().to_string();
            return Err(vm.new_type_error(format!("object of type '{name}' has no len()")));
        };
        if !content.as_wtf8().code_points().any(|c| c.to_u32() == '\\' as u32) {
            return Ok(Replacement::Fixed(repl));
        }
        let pieces = self.template(vm, content.as_wtf8())?;
        Ok(Replacement::Template { pieces, like: repl })
    }

    fn template(&self, vm: &VirtualMachine, content: &Wtf8) -> PyResult<Vec<Piece>> {
        let points: Vec<u32> = content.code_points().map(CodePoint::to_u32).collect();
        let pieces = template::parse(&points, |name| self.group_named(name)).map_err(|error| match error {
            TemplateError::Syntax(message) => super::error(vm, &message),
            TemplateError::Index(message) => vm.new_index_error(message),
        })?;
        if pieces.iter().any(|piece| matches!(piece, Piece::Group(group) if *group > self.groups)) {
            return Err(super::error(vm, "invalid group reference"));
        }
        Ok(pieces)
    }

    /// `sub` and `subn`: the new text and the number of replacements.
    fn substitute(zelf: &PyRef<Self>, args: SubArgs, vm: &VirtualMachine) -> PyResult<(PyObjectRef, usize)> {
        let subject = Subject::new(vm, args.string)?;
        let replacement = zelf.replacement(vm, args.repl)?;
        // None at all if the count is negative.
        let more = |done: usize| args.count == 0 || isize::try_from(done).is_ok_and(|done| done < args.count);
        let mut search = Search::new(zelf, &subject, 0, isize::MAX);
        let mut pieces = Vec::new();
        let (mut last, mut count) = (0, 0);
        while more(count) {
            let Some((start, end)) = search.next(true) else { break };
            if last < start {
                pieces.push(subject.piece(vm, last, start));
            } else if last == start && last == end && count > 0 {
                // An empty match right behind the previous one is none.
                continue;
            }
            match &replacement {
                Replacement::Fixed(text) => pieces.push(text.clone()),
                Replacement::Function(function) => {
                    let found = Match::new(zelf, &subject, &search, (start, end), 0, subject.length());
                    let text = function.call((found.into_ref(&vm.ctx),), vm)?;
                    if !vm.is_none(&text) {
                        pieces.push(text);
                    }
                }
                Replacement::Template { pieces: template, like } => {
                    let spans = search.spans((start, end));
                    expand(vm, template, like, &subject, &spans, &mut pieces)?;
                }
            }
            last = end;
            count += 1;
        }
        if count == 0 && subject.is_exact(vm) {
            return Ok((subject.original.clone(), 0));
        }
        if last < subject.length() {
            pieces.push(subject.piece(vm, last, subject.length()));
        }
        Ok((join(vm, &subject, pieces)?, count))
    }
}

/// Fills a template from the spans of a match.
fn expand(
    vm: &VirtualMachine,
    template: &[Piece],
    like: &PyObjectRef,
    subject: &Subject,
    spans: &[Option<(usize, usize)>],
    pieces: &mut Vec<PyObjectRef>,
) -> PyResult<()> {
    for piece in template {
        match piece {
            Piece::Literal(points) => {
                let text: Wtf8Buf = points.iter().filter_map(|c| CodePoint::from_u32(*c)).collect();
                pieces.push(if text::is_unicode(like) {
                    text::new_unicode_wtf8(vm, &text)
                } else {
                    vm.ctx.new_str(text).into()
                });
            }
            Piece::Group(group) => match spans.get(*group) {
                Some(Some((start, end))) => pieces.push(subject.piece(vm, *start, *end)),
                Some(None) => return Err(super::error(vm, "unmatched group")),
                None => return Err(super::error(vm, "invalid group reference")),
            },
        }
    }
    Ok(())
}

/// Joins pieces as Python 2 does: with the subject's type, and unicode as soon as one of them is.
fn join(vm: &VirtualMachine, subject: &Subject, pieces: Vec<PyObjectRef>) -> PyResult {
    let plain = |piece: &PyObjectRef| piece.class().is(vm.ctx.types.str_type);
    if subject.kind == Kind::Str && pieces.iter().all(plain) {
        let mut joined = Wtf8Buf::new();
        for piece in &pieces {
            if let Some(piece) = piece.downcast_ref::<PyStr>() {
                joined.push_wtf8(piece.as_wtf8());
            }
        }
        return Ok(vm.ctx.new_str(joined).into());
    }
    let empty = subject.make(vm, Wtf8Buf::new());
    vm.call_method(&empty, "join", (vm.ctx.new_list(pieces),))
}

#[pyclass(flags(DISALLOW_INSTANTIATION, HAS_WEAKREF))]
impl Pattern {
    /// Matches at the start of the string (or at `pos`).
    #[pymethod(name = "match")]
    fn py_match(zelf: PyRef<Pattern>, args: SubjectArgs, vm: &VirtualMachine) -> PyResult<Option<PyRef<Match>>> {
        Pattern::one(&zelf, args, false, vm)
    }

    /// Finds the first match.
    #[pymethod]
    fn search(zelf: PyRef<Pattern>, args: SubjectArgs, vm: &VirtualMachine) -> PyResult<Option<PyRef<Match>>> {
        Pattern::one(&zelf, args, true, vm)
    }

    /// All matches: their texts, the text of the only group, or tuples of all groups.
    #[pymethod]
    fn findall(zelf: PyRef<Pattern>, args: SubjectArgs, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let subject = Subject::new(vm, args.string)?;
        let mut search = Search::new(&zelf, &subject, args.pos, args.endpos);
        let mut found = Vec::new();
        let empty = subject.make(vm, Wtf8Buf::new());
        while let Some((start, end)) = search.next(true) {
            if zelf.groups == 0 {
                found.push(subject.piece(vm, start, end));
                continue;
            }
            let mut groups = search.spans((start, end)).into_iter().skip(1).map(|span| match span {
                Some((start, end)) => subject.piece(vm, start, end),
                None => empty.clone(),
            });
            let item = if zelf.groups == 1 { groups.next() } else { None };
            found.push(item.unwrap_or_else(|| vm.ctx.new_tuple(groups.collect()).into()));
        }
        Ok(found)
    }

    /// An iterator over all matches.
    #[pymethod]
    fn finditer(zelf: PyRef<Pattern>, args: SubjectArgs, vm: &VirtualMachine) -> PyResult<PyRef<Scanner>> {
        Self::scanner(zelf, args, vm)
    }

    /// A scanner: `match()` and `search()` go on where the last one ended.
    #[pymethod]
    fn scanner(zelf: PyRef<Pattern>, args: SubjectArgs, vm: &VirtualMachine) -> PyResult<PyRef<Scanner>> {
        let subject = Subject::new(vm, args.string)?;
        let (start, end) = {
            let search = Search::new(&zelf, &subject, args.pos, args.endpos);
            (search.start, search.end)
        };
        let at = parking_lot::Mutex::new(start);
        Ok(Scanner { pattern: zelf, subject, pos: start, end, at }.into_ref(&vm.ctx))
    }

    /// Replaces matches.
    #[pymethod]
    fn sub(zelf: PyRef<Pattern>, args: SubArgs, vm: &VirtualMachine) -> PyResult {
        Ok(Pattern::substitute(&zelf, args, vm)?.0)
    }

    /// Replaces matches; the new string and how many there were.
    #[pymethod]
    fn subn(zelf: PyRef<Pattern>, args: SubArgs, vm: &VirtualMachine) -> PyResult<(PyObjectRef, usize)> {
        Pattern::substitute(&zelf, args, vm)
    }

    /// Splits at the matches that are not empty; groups are kept.
    #[pymethod]
    fn split(zelf: PyRef<Pattern>, args: SplitArgs, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let subject = Subject::new(vm, args.string)?;
        let more = |done: usize| args.maxsplit == 0 || isize::try_from(done).is_ok_and(|done| done < args.maxsplit);
        let mut search = Search::new(&zelf, &subject, 0, isize::MAX);
        let mut parts = Vec::new();
        let (mut last, mut count) = (0, 0);
        while more(count) {
            let Some((start, end)) = search.next(true) else { break };
            if start == end {
                if last == subject.length() {
                    break;
                }
                continue;
            }
            parts.push(subject.piece(vm, last, start));
            for span in search.spans((start, end)).into_iter().skip(1) {
                parts.push(span.map_or_else(|| vm.ctx.none(), |(start, end)| subject.piece(vm, start, end)));
            }
            last = end;
            count += 1;
        }
        parts.push(subject.piece(vm, last, subject.length()));
        Ok(parts)
    }

    #[pygetset]
    fn pattern(zelf: &Py<Self>) -> PyObjectRef {
        zelf.pattern.clone()
    }

    #[pygetset]
    fn flags(zelf: &Py<Self>) -> u32 {
        zelf.flags.bits()
    }

    #[pygetset]
    fn groups(zelf: &Py<Self>) -> usize {
        zelf.groups
    }

    #[pygetset]
    fn groupindex(zelf: &Py<Self>) -> PyDictRef {
        zelf.groupindex.clone()
    }

    /// Pickles call `re._compile`.
    #[pymethod]
    fn __reduce_ex__(zelf: PyRef<Pattern>, _protocol: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let make = crate::import::module(vm, "re")?.get_attr("_compile", vm)?;
        let pattern = zelf.as_object().get_attr("pattern", vm)?;
        let flags = zelf.as_object().get_attr("flags", vm)?;
        let args = vm.ctx.new_tuple(vec![pattern, flags]).into();
        Ok(vm.ctx.new_tuple(vec![make, args]).into())
    }

    #[pymethod]
    fn __copy__(_zelf: PyRef<Pattern>, vm: &VirtualMachine) -> PyResult {
        Err(vm.new_type_error("cannot copy this pattern object"))
    }

    #[pymethod]
    fn __deepcopy__(_zelf: PyRef<Pattern>, _memo: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        Err(vm.new_type_error("cannot deepcopy this pattern object"))
    }
}

/// A match: `_sre.SRE_Match`.
#[pyclass(module = "_sre", name = "SRE_Match")]
#[derive(Debug, PyPayload)]
pub struct Match {
    pattern: PyRef<Pattern>,
    subject: Subject,
    spans: Vec<Option<(usize, usize)>>,
    pos: usize,
    endpos: usize,
    lastindex: isize,
}

impl Match {
    fn new(
        pattern: &PyRef<Pattern>,
        subject: &Subject,
        search: &Search<'_>,
        span: (usize, usize),
        pos: usize,
        endpos: usize,
    ) -> Self {
        Self {
            pattern: pattern.clone(),
            subject: subject.clone(),
            spans: search.spans(span),
            pos,
            endpos,
            lastindex: search.state.marks.last_index(),
        }
    }

    fn index(&self, vm: &VirtualMachine, group: &PyObject) -> PyResult<usize> {
        let number = match group.downcast_ref::<PyInt>() {
            Some(number) => usize::try_from(number.as_bigint()).ok(),
            None => group
                .downcast_ref::<PyStr>()
                .and_then(|name| name.to_str())
                .and_then(|name| self.pattern.group_named(name)),
        };
        number.filter(|n| *n < self.spans.len()).ok_or_else(|| vm.new_index_error("no such group"))
    }

    fn text(&self, vm: &VirtualMachine, group: usize) -> Option<PyObjectRef> {
        let (start, end) = self.spans.get(group).copied().flatten()?;
        Some(self.subject.piece(vm, start, end))
    }

    fn span_of(&self, group: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<(isize, isize)> {
        let group = group.map_or(Ok(0), |group| self.index(vm, &group))?;
        Ok(positions(self.spans.get(group).copied().flatten()))
    }
}

fn positions(span: Option<(usize, usize)>) -> (isize, isize) {
    span.map_or((-1, -1), |(start, end)| (start as isize, end as isize))
}

#[derive(rustpython_vm::FromArgs)]
struct DefaultArg {
    #[pyarg(any, optional)]
    default: OptionalArg<PyObjectRef>,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Match {
    /// The text of one group, or a tuple of several.
    #[pymethod]
    fn group(zelf: &Py<Self>, groups: PosArgs<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let groups = groups.into_vec();
        let one = |group: &PyObjectRef| -> PyResult {
            let group = zelf.index(vm, group)?;
            Ok(zelf.text(vm, group).unwrap_or_else(|| vm.ctx.none()))
        };
        match groups.as_slice() {
            [] => Ok(zelf.text(vm, 0).unwrap_or_else(|| vm.ctx.none())),
            [group] => one(group),
            groups => Ok(vm.ctx.new_tuple(groups.iter().map(one).collect::<PyResult<_>>()?).into()),
        }
    }

    /// The texts of all groups.
    #[pymethod]
    fn groups(zelf: &Py<Self>, args: DefaultArg, vm: &VirtualMachine) -> PyTupleRef {
        let default = args.default.unwrap_or_none(vm);
        let texts = (1..zelf.spans.len()).map(|group| zelf.text(vm, group).unwrap_or_else(|| default.clone()));
        PyTuple::new_ref(texts.collect(), &vm.ctx)
    }

    /// The texts of the named groups.
    #[pymethod]
    fn groupdict(zelf: &Py<Self>, args: DefaultArg, vm: &VirtualMachine) -> PyResult<PyDictRef> {
        let default = args.default.unwrap_or_none(vm);
        let dict = vm.ctx.new_dict();
        for (name, group) in &zelf.pattern.names {
            let text = zelf.text(vm, *group as usize).unwrap_or_else(|| default.clone());
            dict.set_item(name.as_str(), text, vm)?;
        }
        Ok(dict)
    }

    #[pymethod]
    fn start(zelf: &Py<Self>, group: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<isize> {
        Ok(zelf.span_of(group, vm)?.0)
    }

    #[pymethod]
    fn end(zelf: &Py<Self>, group: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<isize> {
        Ok(zelf.span_of(group, vm)?.1)
    }

    #[pymethod]
    fn span(zelf: &Py<Self>, group: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<(isize, isize)> {
        zelf.span_of(group, vm)
    }

    /// Fills a template with the groups.
    #[pymethod]
    fn expand(zelf: &Py<Self>, template: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let Some(content) = template.downcast_ref::<PyStr>() else {
            return Err(vm.new_type_error("expected string or buffer"));
        };
        let pieces = zelf.pattern.template(vm, content.as_wtf8())?;
        let mut texts = Vec::new();
        expand(vm, &pieces, &template, &zelf.subject, &zelf.spans, &mut texts)?;
        join(vm, &zelf.subject, texts)
    }

    #[pygetset]
    fn pos(zelf: &Py<Self>) -> usize {
        zelf.pos
    }

    #[pygetset]
    fn endpos(zelf: &Py<Self>) -> usize {
        zelf.endpos
    }

    #[pygetset]
    fn lastindex(zelf: &Py<Self>) -> Option<isize> {
        (zelf.lastindex > 0).then_some(zelf.lastindex)
    }

    #[pygetset]
    fn lastgroup(zelf: &Py<Self>) -> Option<String> {
        let last = u32::try_from(zelf.lastindex).ok()?;
        zelf.pattern.names.iter().find(|(_, group)| *group == last).map(|(name, _)| name.clone())
    }

    #[pygetset]
    fn re(zelf: &Py<Self>) -> PyRef<Pattern> {
        zelf.pattern.clone()
    }

    #[pygetset]
    fn string(zelf: &Py<Self>) -> PyObjectRef {
        zelf.subject.original.clone()
    }

    #[pygetset]
    fn regs(zelf: &Py<Self>, vm: &VirtualMachine) -> PyTupleRef {
        let pair = |span: &Option<(usize, usize)>| {
            let (start, end) = positions(*span);
            vm.ctx.new_tuple(vec![vm.ctx.new_int(start).into(), vm.ctx.new_int(end).into()]).into()
        };
        PyTuple::new_ref(zelf.spans.iter().map(pair).collect(), &vm.ctx)
    }

    #[pymethod]
    fn __copy__(_zelf: PyRef<Match>, vm: &VirtualMachine) -> PyResult {
        Err(vm.new_type_error("cannot copy this match object"))
    }

    #[pymethod]
    fn __deepcopy__(_zelf: PyRef<Match>, _memo: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        Err(vm.new_type_error("cannot deepcopy this match object"))
    }
}

/// A search that goes on: `_sre.SRE_Scanner`, and the iterator that `finditer` returns.
#[pyclass(module = "_sre", name = "SRE_Scanner")]
#[derive(Debug, PyPayload)]
pub struct Scanner {
    pattern: PyRef<Pattern>,
    subject: Subject,
    pos: usize,
    end: usize,
    at: parking_lot::Mutex<usize>,
}

impl Scanner {
    fn step(&self, search: bool) -> Option<Match> {
        let mut at = self.at.lock();
        let mut run = Search {
            pattern: &self.pattern,
            subject: &self.subject,
            start: *at,
            end: self.end,
            state: State::default(),
        };
        let span = run.next(search);
        *at = if span.is_some() { run.start } else { self.end + 1 };
        span.map(|span| Match::new(&self.pattern, &self.subject, &run, span, self.pos, self.end))
    }
}

#[pyclass(with(IterNext, Iterable), flags(DISALLOW_INSTANTIATION))]
impl Scanner {
    #[pymethod(name = "match")]
    fn py_match(zelf: &Py<Self>, vm: &VirtualMachine) -> Option<PyRef<Match>> {
        zelf.step(false).map(|found| found.into_ref(&vm.ctx))
    }

    #[pymethod]
    fn search(zelf: &Py<Self>, vm: &VirtualMachine) -> Option<PyRef<Match>> {
        zelf.step(true).map(|found| found.into_ref(&vm.ctx))
    }

    #[pymethod]
    fn next(zelf: &Py<Scanner>, vm: &VirtualMachine) -> PyResult {
        match zelf.step(true) {
            Some(found) => Ok(found.into_ref(&vm.ctx).into()),
            None => Err(vm.new_stop_iteration(None)),
        }
    }

    #[pygetset]
    fn pattern(zelf: &Py<Self>) -> PyRef<Pattern> {
        zelf.pattern.clone()
    }
}

impl SelfIter for Scanner {}

impl IterNext for Scanner {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        Ok(match zelf.step(true) {
            Some(found) => PyIterReturn::Return(found.into_ref(&vm.ctx).into()),
            None => PyIterReturn::StopIteration(None),
        })
    }
}
