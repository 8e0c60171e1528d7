//! `SequenceMatcher`, and `get_close_matches` over it.

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyDict, PyDictRef, PyStr};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use super::matching::{self, Block, Change, Index};
use crate::modules::python_function::{Body, Function, Given, Home, function, with_defaults};
use crate::runtime::text;

const SELF: &[&str] = &["self"];
const ONE: &[&str] = &["self", "a"];
const OTHER: &[&str] = &["self", "b"];

pub static FUNCTIONS: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "isjunk", "a", "b", "autojunk"],
        &[Given::None, Given::Text(""), Given::Text(""), Given::Bool(true)],
        Body::Run(init),
    ),
    function(
        "set_seqs",
        &["self", "a", "b"],
        Body::Run(|_, values, vm| {
            if let [this, a, b] = values {
                vm.call_method(this, "set_seq1", (a.clone(),))?;
                vm.call_method(this, "set_seq2", (b.clone(),))?;
            }
            Ok(vm.ctx.none())
        }),
    ),
    function("set_seq1", ONE, Body::Run(|_, values, vm| set_sequence(values, true, vm))),
    function("set_seq2", OTHER, Body::Run(|_, values, vm| set_sequence(values, false, vm))),
    function("find_longest_match", &["self", "alo", "ahi", "blo", "bhi"], Body::Run(find_longest)),
    function("get_matching_blocks", SELF, Body::Run(get_blocks)),
    function("get_opcodes", SELF, Body::Run(get_opcodes)),
    with_defaults("get_grouped_opcodes", &["self", "n"], &[Given::Int(3)], Body::Run(get_grouped)),
    function(
        "ratio",
        SELF,
        Body::Run(|home, values, vm| {
            let this = this(values, vm)?;
            let matches = blocks_of(home, this, vm)?.iter().map(|block| block.2).sum();
            let length = pair(this, vm, |pair| Ok(pair.a.len() + pair.b.elements.len()))?;
            Ok(vm.ctx.new_float(matching::ratio(matches, length)).into())
        }),
    ),
    function(
        "quick_ratio",
        SELF,
        Body::Run(|_, values, vm| {
            let ratio = pair(this(values, vm)?, vm, |pair| {
                let matches = matching::common(&pair.a, &pair.b.elements);
                Ok(matching::ratio(matches, pair.a.len() + pair.b.elements.len()))
            })?;
            Ok(vm.ctx.new_float(ratio).into())
        }),
    ),
    function(
        "real_quick_ratio",
        SELF,
        Body::Run(|_, values, vm| {
            let ratio = pair(this(values, vm)?, vm, |pair| {
                let (a, b) = (pair.a.len(), pair.b.elements.len());
                Ok(matching::ratio(a.min(b), a + b))
            })?;
            Ok(vm.ctx.new_float(ratio).into())
        }),
    ),
    function("isbjunk", &["self", "element"], Body::Run(|_, values, vm| is_one_of(values, Index::is_junk, vm))),
    function("isbpopular", &["self", "element"], Body::Run(|_, values, vm| is_one_of(values, Index::is_popular, vm))),
];

/// Elements as numbers: the same number for equal ones.
#[derive(Debug, Default)]
struct Numbers {
    /// Known elements; None while all sequences were strings, whose letters are their own numbers.
    known: Option<PyDictRef>,
    /// Whether all byte strings and unicode strings so far can be told apart by their letters: none had letters beyond
    /// ASCII, or all were of one type.
    unicode: Option<bool>,
}

impl Numbers {
    /// The numbers of a sequence, and for each new one the element.
    fn of(&mut self, sequence: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<u32>> {
        if let (None, Some(string)) = (&self.known, sequence.downcast_ref::<PyStr>()) {
            let unicode = text::is_unicode(sequence);
            let plain = string.as_wtf8().is_ascii();
            if plain || self.unicode.is_none_or(|before| before == unicode) {
                if !plain {
                    self.unicode = Some(unicode);
                }
                return Ok(string.as_wtf8().code_points().map(|c| c.to_u32()).collect());
            }
        }
        let known = self.known.get_or_insert_with(|| vm.ctx.new_dict()).clone();
        vm.extract_elements_with(sequence, |element| number_of(&known, &element, vm))
    }
}

fn number_of(known: &Py<PyDict>, element: &PyObject, vm: &VirtualMachine) -> PyResult<u32> {
    if let Some(number) = known.get_item_opt(element, vm)? {
        return number.try_to_value(vm);
    }
    let number = u32::try_from(known.__len__()).unwrap_or(u32::MAX);
    known.set_item(element, vm.ctx.new_int(number).into(), vm)?;
    Ok(number)
}

/// What a matcher compares.
#[derive(Debug, Default)]
pub struct Sequences {
    a: Vec<u32>,
    b: Index,
    blocks: Option<Vec<Block>>,
}

impl Sequences {
    /// Makes the two comparable. Elements are hashed where they are no letters.
    pub fn new(
        a: &PyObject,
        b: &PyObject,
        junk: Option<&PyObject>,
        autojunk: bool,
        vm: &VirtualMachine,
    ) -> PyResult<Self> {
        let mut numbers = Numbers::default();
        let mut second = numbers.of(b, vm)?;
        let first = numbers.of(a, vm)?;
        if numbers.known.is_some() {
            // (The first one was a string whose letters are no numbers of elements.)
            second = numbers.of(b, vm)?;
        }
        let elements = match (junk, &numbers.known) {
            (Some(_), Some(known)) => Some(known.items_vec()),
            _ => None,
        };
        let is_junk = |element: u32| match junk {
            None => Ok(false),
            Some(junk) => {
                let element = match &elements {
                    Some(known) => known.get(element as usize).map(|(element, _)| element.clone()),
                    None => rustpython_wtf8::CodePoint::from_u32(element).map(|c| {
                        let letter: rustpython_wtf8::Wtf8Buf = std::iter::once(c).collect();
                        match text::is_unicode(b) {
                            true => text::new_unicode_buf(vm, letter),
                            false => vm.ctx.new_str(letter).into(),
                        }
                    }),
                };
                match element {
                    Some(element) => junk.call((element,), vm)?.try_to_bool(vm),
                    None => Ok(false),
                }
            }
        };
        Ok(Self { a: first, b: Index::new(second, autojunk, is_junk)?, blocks: None })
    }

    pub fn blocks(&mut self) -> &[Block] {
        let (a, b) = (&self.a, &self.b);
        self.blocks.get_or_insert_with(|| {
            let found = matching::blocks(a.len(), b.elements.len(), |a_range, b_range| {
                Ok::<_, std::convert::Infallible>(b.longest(a, a_range, b_range))
            });
            found.unwrap_or_default()
        })
    }

    pub fn changes(&mut self) -> Vec<Change> {
        matching::changes(self.blocks())
    }

    /// Is the similarity at least so much (or more than that)? Cheap estimates come first.
    pub fn similarity(&mut self, accepted: impl Fn(f64) -> bool) -> Option<f64> {
        let (a, b) = (self.a.len(), self.b.elements.len());
        if !accepted(matching::ratio(a.min(b), a + b)) {
            return None;
        }
        if !accepted(matching::ratio(matching::common(&self.a, &self.b.elements), a + b)) {
            return None;
        }
        let matches = self.blocks().iter().map(|block| block.2).sum();
        Some(matching::ratio(matches, a + b)).filter(|ratio| accepted(*ratio))
    }
}

/// Where an instance keeps its [`Sequences`].
const KEPT_AS: &str = "_sequences";

#[pyclass(module = "difflib", name = "_sequences")]
#[derive(Debug, Default, PyPayload)]
struct Kept {
    sequences: Mutex<Option<Sequences>>,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Kept {}

fn this<'a>(values: &'a [PyObjectRef], vm: &VirtualMachine) -> PyResult<&'a PyObjectRef> {
    values.first().ok_or_else(|| vm.new_type_error("a SequenceMatcher is needed"))
}

fn init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, junk, a, b, autojunk] = values else { return Ok(vm.ctx.none()) };
    this.set_attr("isjunk", junk.clone(), vm)?;
    this.set_attr("a", vm.ctx.none(), vm)?;
    this.set_attr("b", vm.ctx.none(), vm)?;
    this.set_attr("autojunk", autojunk.clone(), vm)?;
    vm.call_method(this, "set_seqs", (a.clone(), b.clone()))?;
    Ok(vm.ctx.none())
}

fn set_sequence(values: &[PyObjectRef], first: bool, vm: &VirtualMachine) -> PyResult {
    let [this, sequence] = values else { return Ok(vm.ctx.none()) };
    let name = if first { "a" } else { "b" };
    if this.get_attr(name, vm)?.is(sequence) {
        return Ok(vm.ctx.none());
    }
    this.set_attr(name, sequence.clone(), vm)?;
    for name in ["matching_blocks", "opcodes"] {
        this.set_attr(name, vm.ctx.none(), vm)?;
    }
    if !first {
        this.set_attr("fullbcount", vm.ctx.none(), vm)?;
    }
    let _ = Kept::make_static_type();
    this.set_attr(KEPT_AS, Kept::default().into_ref(&vm.ctx), vm)?;
    Ok(vm.ctx.none())
}

/// Runs some work on the sequences of a matcher; they are looked over at the first time.
fn pair<R>(this: &PyObject, vm: &VirtualMachine, work: impl FnOnce(&mut Sequences) -> PyResult<R>) -> PyResult<R> {
    let kept = this.get_attr(KEPT_AS, vm)?;
    let Some(kept) = kept.downcast_ref::<Kept>() else { return Err(vm.new_attribute_error("b2j")) };
    let known = kept.sequences.lock().take();
    let mut sequences = match known {
        Some(known) => known,
        None => {
            let (a, b) = (this.get_attr("a", vm)?, this.get_attr("b", vm)?);
            let junk = this.get_attr("isjunk", vm)?;
            let junk = if junk.clone().try_to_bool(vm)? { Some(junk) } else { None };
            let autojunk = this.get_attr("autojunk", vm)?.try_to_bool(vm)?;
            Sequences::new(&a, &b, junk.as_deref(), autojunk, vm)?
        }
    };
    let result = work(&mut sequences);
    *kept.sequences.lock() = Some(sequences);
    result
}

fn is_one_of(values: &[PyObjectRef], test: fn(&Index, u32) -> bool, vm: &VirtualMachine) -> PyResult {
    let [this, element] = values else { return Ok(vm.ctx.none()) };
    let b: Vec<PyObjectRef> = vm.extract_elements_with(&*this.get_attr("b", vm)?, Ok)?;
    for (at, other) in b.iter().enumerate() {
        if vm.bool_eq(element, other)? {
            let found =
                pair(this, vm, |pair| Ok(pair.b.elements.get(at).is_some_and(|number| test(&pair.b, *number))))?;
            return Ok(vm.ctx.new_bool(found).into());
        }
    }
    Ok(vm.ctx.new_bool(false).into())
}

fn block_object(home: &Home, block: Block, vm: &VirtualMachine) -> PyResult {
    let make = home.globals.get_item("Match", vm)?;
    make.call((block.0, block.1, block.2), vm)
}

fn find_longest(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, limits @ ..] = values else { return Ok(vm.ctx.none()) };
    let limits = limits.iter().map(|limit| limit.clone().try_to_value(vm)).collect::<PyResult<Vec<usize>>>()?;
    let [alo, ahi, blo, bhi] = limits.as_slice() else { return Ok(vm.ctx.none()) };
    let block = pair(this, vm, |pair| Ok(pair.b.longest(&pair.a, (*alo, *ahi), (*blo, *bhi))))?;
    block_object(home, block, vm)
}

/// The blocks of a matcher; a class derived from it may find the longest ones in its own way.
fn blocks_of(home: &Home, this: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Vec<Block>> {
    let base = home.globals.get_item("SequenceMatcher", vm)?;
    if this.class().as_object().is(&*base) {
        return pair(this, vm, |pair| Ok(pair.blocks().to_vec()));
    }
    let numbers = |object: &PyObject| -> PyResult<Block> {
        let parts: Vec<usize> = vm.extract_elements_with(object, |part| part.try_to_value(vm))?;
        match parts.as_slice() {
            [a, b, size] => Ok((*a, *b, *size)),
            _ => Err(vm.new_value_error("need three values to unpack")),
        }
    };
    let lengths = pair(this, vm, |pair| Ok((pair.a.len(), pair.b.elements.len())))?;
    matching::blocks(lengths.0, lengths.1, |a, b| {
        numbers(&*vm.call_method(this, "find_longest_match", (a.0, a.1, b.0, b.1))?)
    })
}

fn get_blocks(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = this(values, vm)?;
    let known = this.get_attr("matching_blocks", vm)?;
    if !vm.is_none(&known) {
        return Ok(known);
    }
    let blocks = blocks_of(home, this, vm)?;
    let blocks = blocks.into_iter().map(|block| block_object(home, block, vm)).collect::<PyResult<Vec<_>>>()?;
    let blocks: PyObjectRef = vm.ctx.new_list(blocks).into();
    this.set_attr("matching_blocks", blocks.clone(), vm)?;
    Ok(blocks)
}

/// A change as Python code has it.
fn change_object(change: &Change, vm: &VirtualMachine) -> PyObjectRef {
    let mut parts: Vec<PyObjectRef> = vec![vm.ctx.new_str(change.tag).into()];
    parts.extend([change.a.0, change.a.1, change.b.0, change.b.1].map(|part| PyObjectRef::from(vm.ctx.new_int(part))));
    vm.ctx.new_tuple(parts).into()
}

fn get_opcodes(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = this(values, vm)?;
    let known = this.get_attr("opcodes", vm)?;
    if !vm.is_none(&known) {
        return Ok(known);
    }
    let changes = matching::changes(&blocks_of(home, this, vm)?);
    let changes: PyObjectRef = vm.ctx.new_list(changes.iter().map(|change| change_object(change, vm)).collect()).into();
    this.set_attr("opcodes", changes.clone(), vm)?;
    Ok(changes)
}

fn get_grouped(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let around: usize = match values.get(1) {
        Some(around) => around.clone().try_to_value(vm)?,
        None => 3,
    };
    let groups = matching::grouped(matching::changes(&blocks_of(home, this(values, vm)?, vm)?), around);
    let groups = groups
        .iter()
        .map(|group| vm.ctx.new_list(group.iter().map(|change| change_object(change, vm)).collect()).into());
    Ok(vm.ctx.new_list(groups.collect()).as_object().to_owned().get_iter(vm)?.into())
}

/// `get_close_matches(word, possibilities, n, cutoff)`.
pub fn close_matches(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [word, possibilities, count, cutoff] = values else { return Ok(vm.ctx.none()) };
    let wanted: i64 = count.clone().try_to_value(vm)?;
    if wanted <= 0 {
        let shown = count.repr(vm)?;
        return Err(vm.new_value_error(format!("n must be > 0: {shown}")));
    }
    let cut = cutoff.try_float(vm)?.to_f64();
    if !(0.0..=1.0).contains(&cut) {
        let shown = cutoff.repr(vm)?;
        return Err(vm.new_value_error(format!("cutoff must be in [0.0, 1.0]: {shown}")));
    }
    let mut found: Vec<PyObjectRef> = Vec::new();
    let possibilities = possibilities.get_iter(vm)?;
    while let PyIterReturn::Return(other) = possibilities.next(vm)? {
        let mut sequences = Sequences::new(&other, word, None, true, vm)?;
        if let Some(ratio) = sequences.similarity(|ratio| ratio >= cut) {
            found.push(vm.ctx.new_tuple(vec![vm.ctx.new_float(ratio).into(), other]).into());
        }
    }
    let found: PyRef<_> = vm.ctx.new_list(found);
    vm.call_method(found.as_object(), "sort", ())?;
    let mut found = found.borrow_vec().to_vec();
    found.reverse();
    let one: PyObjectRef = vm.ctx.new_int(1).into();
    let best = found.into_iter().take(usize::try_from(wanted).unwrap_or(usize::MAX));
    Ok(vm.ctx.new_list(best.map(|pair| pair.get_item(&*one, vm)).collect::<PyResult<_>>()?).into())
}
