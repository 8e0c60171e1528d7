//! The builtins that return lists (`range`, `map`, `filter`, `zip`), `xrange`, and those over any iterable (`reduce`,
//! `sum`, `min`, `max`, `sorted`), and `list.sort` with `cmp`.

use super::{arguments, compare, dialect, names, numbers, text};
use malachite_bigint::{BigInt, Sign};
use rustpython_vm::builtins::{PyFloat, PyInt, PyList, PyStr, PyTuple, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, PyComparisonValue};
use rustpython_vm::protocol::{PyIter, PyIterReturn, PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsSequence, Comparable, Constructor, Iterable, PyComparisonOp, Representable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::cmp::Ordering;
use std::sync::OnceLock;

// ---- range, xrange ----------------------------------------------------------------------------------------------

fn range_argument(value: &PyObject, which: &str, vm: &VirtualMachine) -> PyResult<BigInt> {
    if let Some(value) = numbers::integer(value) {
        return Ok(value.clone());
    }
    if value.downcast_ref::<rustpython_vm::builtins::PyComplex>().is_some() {
        return Err(vm.new_type_error("can't convert complex to int"));
    }
    let wrong = || {
        let name = names::type_name_of(value);
        vm.new_type_error(format!("range() integer {which} argument expected, got {name}."))
    };
    if value.downcast_ref::<PyFloat>().is_some() || value.class().slots().as_number.int.load().is_none() {
        return Err(wrong());
    }
    let converted = value.try_int(vm)?;
    Ok(converted.as_bigint().clone())
}

fn range(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let args = arguments::unpacked(vm, "range", args, 1, 3)?;
    let (start, stop, step) = match args.as_slice() {
        [stop] => (BigInt::default(), range_argument(stop, "end", vm)?, BigInt::from(1)),
        [start, stop] => (range_argument(start, "start", vm)?, range_argument(stop, "end", vm)?, BigInt::from(1)),
        [start, stop, step, ..] => {
            (range_argument(start, "start", vm)?, range_argument(stop, "end", vm)?, range_argument(step, "step", vm)?)
        }
        [] => return Ok(vm.ctx.new_list(Vec::new()).into()),
    };
    if step.sign() == Sign::NoSign {
        return Err(vm.new_value_error("range() step argument must not be zero"));
    }
    let length = range_length(&start, &stop, &step);
    let Some(length) = usize::try_from(&length).ok().filter(|length| *length <= isize::MAX as usize / 8) else {
        return Err(vm.new_overflow_error("range() result has too many items"));
    };
    let mut items: Vec<PyObjectRef> = Vec::new();
    items.try_reserve_exact(length).map_err(|_| vm.no_memory_error())?;
    match (i64::try_from(&start), i64::try_from(&step)) {
        (Ok(start), Ok(step)) if i64::try_from(&stop).is_ok() => {
            items.extend((0..length).map(|index| -> PyObjectRef {
                vm.ctx.new_int(start.wrapping_add(step.wrapping_mul(index as i64))).into()
            }));
        }
        _ => {
            let mut value = start;
            for _ in 0..length {
                items.push(numbers::new_int_or_long(vm, value.clone()));
                value += &step;
            }
        }
    }
    Ok(vm.ctx.new_list(items).into())
}

fn range_length(start: &BigInt, stop: &BigInt, step: &BigInt) -> BigInt {
    let (distance, step) =
        if step.sign() == Sign::Minus { (start - stop, -step) } else { (stop - start, step.clone()) };
    if distance.sign() != Sign::Plus {
        return BigInt::default();
    }
    (distance + &step - 1) / step
}

/// `xrange`.
#[pyclass(module = false, name = "xrange")]
#[derive(Debug, PyPayload)]
pub struct XRange {
    start: i64,
    step: i64,
    length: i64,
}

#[pyclass(with(Constructor, AsSequence, AsMapping, Iterable, Representable))]
impl XRange {
    fn item(&self, index: i64) -> Option<i64> {
        let index = if index < 0 { index.checked_add(self.length)? } else { index };
        (0..self.length).contains(&index).then(|| self.start.wrapping_add(self.step.wrapping_mul(index)))
    }

    /// One past the last value, in the form of the constructor's argument.
    fn end(&self) -> i64 {
        self.start.saturating_add(self.step.saturating_mul(self.length))
    }

    fn get(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult {
        let Some(index) = numbers::integer(key) else {
            if key.class().slots().as_number.index.load().is_some() {
                let index = super::slices::saturated(key, vm)?;
                return match self.item(index) {
                    Some(value) => Ok(vm.ctx.new_int(value).into()),
                    None => Err(vm.new_index_error("xrange object index out of range")),
                };
            }
            let name = names::type_name_of(key);
            return Err(vm.new_type_error(format!("sequence index must be integer, not '{name}'")));
        };
        match i64::try_from(index).ok().and_then(|index| self.item(index)) {
            Some(value) => Ok(vm.ctx.new_int(value).into()),
            None => Err(vm.new_index_error("xrange object index out of range")),
        }
    }

    #[pymethod]
    fn __reversed__(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let last = zelf.start.wrapping_add(zelf.step.wrapping_mul(zelf.length - 1));
        machine_range(last, zelf.start.wrapping_sub(zelf.step), zelf.step.wrapping_neg(), vm)
    }

    #[pymethod]
    fn __reduce__(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let class: PyObjectRef = zelf.class().to_owned().into();
        let number = |value: i64| -> PyObjectRef { vm.ctx.new_int(value).into() };
        let args = vm.ctx.new_tuple(vec![number(zelf.start), number(zelf.end()), number(zelf.step)]);
        vm.ctx.new_tuple(vec![class, args.into()]).into()
    }
}

fn machine_range(start: i64, stop: i64, step: i64, vm: &VirtualMachine) -> PyResult {
    let number = |value: i64| -> PyObjectRef { vm.ctx.new_int(value).into() };
    let range = vm.ctx.types.range_type.as_object().call((number(start), number(stop), number(step)), vm)?;
    Ok(range.get_iter(vm)?.into())
}

impl Constructor for XRange {
    type Args = FuncArgs;

    fn py_new(_class: &Py<rustpython_vm::builtins::PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        if !args.kwargs.is_empty() {
            return Err(vm.new_type_error("xrange() does not take keyword arguments"));
        }
        if !(1..=3).contains(&args.args.len()) {
            return Err(vm.new_type_error("xrange() requires 1-3 int arguments"));
        }
        let args = args.args;
        let number = |value: &PyObject| -> PyResult<i64> {
            let int = match numbers::integer(value) {
                Some(int) => int.clone(),
                None if value.downcast_ref::<PyFloat>().is_some() => {
                    return Err(vm.new_type_error("integer argument expected, got float"));
                }
                None if value.class().slots().as_number.int.load().is_some() => value.try_int(vm)?.as_bigint().clone(),
                None => return Err(vm.new_type_error("an integer is required")),
            };
            i64::try_from(&int).map_err(|_| vm.new_overflow_error("Python int too large to convert to C long"))
        };
        let (start, stop, step) = match args.as_slice() {
            [stop] => (0, number(stop)?, 1),
            [start, stop] => (number(start)?, number(stop)?, 1),
            [start, stop, step, ..] => (number(start)?, number(stop)?, number(step)?),
            [] => (0, 0, 1),
        };
        if step == 0 {
            return Err(vm.new_value_error("xrange() arg 3 must not be zero"));
        }
        let length = range_length(&BigInt::from(start), &BigInt::from(stop), &BigInt::from(step));
        let length = i64::try_from(&length).map_err(|_| vm.new_overflow_error("xrange() result has too many items"))?;
        Ok(Self { start, step, length })
    }
}

impl Iterable for XRange {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        machine_range(zelf.start, zelf.end(), zelf.step, vm)
    }
}

impl AsSequence for XRange {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: OnceLock<PySequenceMethods> = OnceLock::new();
        METHODS.get_or_init(|| PySequenceMethods {
            length: Some(|sequence, _vm| Ok(XRange::sequence_downcast(sequence).length as usize)),
            item: Some(|sequence, index, vm| {
                XRange::sequence_downcast(sequence).get(vm.ctx.new_int(index).as_object(), vm)
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        })
    }
}

impl AsMapping for XRange {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: OnceLock<PyMappingMethods> = OnceLock::new();
        METHODS.get_or_init(|| PyMappingMethods {
            length: Some(|mapping, _vm| Ok(XRange::mapping_downcast(mapping).length as usize)),
            subscript: Some(|mapping, key, vm| XRange::mapping_downcast(mapping).get(key, vm)),
            ..PyMappingMethods::NOT_IMPLEMENTED
        })
    }
}

impl Representable for XRange {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        let (start, stop, step) = (zelf.start, zelf.end(), zelf.step);
        Ok(match (start, step) {
            (0, 1) => format!("xrange({stop})"),
            (_, 1) => format!("xrange({start}, {stop})"),
            _ => format!("xrange({start}, {stop}, {step})"),
        })
    }
}

// ---- map, filter, zip, reduce -----------------------------------------------------------------------------------

fn iterator(value: &PyObject, problem: impl Fn() -> String, vm: &VirtualMachine) -> PyResult<PyIter> {
    value.get_iter(vm).map_err(|error| {
        if error.class().is(vm.ctx.exceptions.type_error) { vm.new_type_error(problem()) } else { error }
    })
}

fn map(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::no_keywords(vm, "map", &args)?;
    let Some((function, sequences)) = args.args.split_first().filter(|(_, sequences)| !sequences.is_empty()) else {
        return Err(vm.new_type_error("map() requires at least two args"));
    };
    let plain = vm.is_none(function);
    let mut result = Vec::new();
    if let [only] = sequences {
        let source = iterator(only, || "argument 2 to map() must support iteration".to_owned(), vm)?;
        while let PyIterReturn::Return(item) = source.next(vm)? {
            result.push(if plain { item } else { function.call((item,), vm)? });
        }
        return Ok(vm.ctx.new_list(result).into());
    }
    let mut sources = Vec::with_capacity(sequences.len());
    for (index, sequence) in sequences.iter().enumerate() {
        let source = iterator(sequence, || format!("argument {} to map() must support iteration", index + 2), vm)?;
        sources.push(Some(source));
    }
    loop {
        let mut items = Vec::with_capacity(sources.len());
        let mut any = false;
        for source in &mut sources {
            let item = match source {
                Some(iterator) => match iterator.next(vm)? {
                    PyIterReturn::Return(item) => {
                        any = true;
                        item
                    }
                    PyIterReturn::StopIteration(_) => {
                        *source = None;
                        vm.ctx.none()
                    }
                },
                None => vm.ctx.none(),
            };
            items.push(item);
        }
        if !any {
            return Ok(vm.ctx.new_list(result).into());
        }
        result.push(if plain { vm.ctx.new_tuple(items).into() } else { function.call(FuncArgs::from(items), vm)? });
    }
}

fn filter(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let args = arguments::unpacked(vm, "filter", args, 2, 2)?;
    let (function, sequence) = (&args[0], &args[1]);
    let truth_only = vm.is_none(function) || function.is(vm.ctx.types.bool_type);
    let source =
        iterator(sequence, || "argument 2 to filter() must support iteration".to_owned(), vm).map_err(|error| {
            if error.class().is(vm.ctx.exceptions.type_error) {
                let name = names::type_name_of(sequence);
                vm.new_type_error(format!("'{name}' object is not iterable"))
            } else {
                error
            }
        })?;
    let mut kept = Vec::new();
    while let PyIterReturn::Return(item) = source.next(vm)? {
        let keep =
            if truth_only { item.try_to_bool(vm)? } else { function.call((item.clone(),), vm)?.try_to_bool(vm)? };
        if keep {
            kept.push(item);
        }
    }
    if sequence.downcast_ref::<PyTuple>().is_some() {
        return Ok(vm.ctx.new_tuple(kept).into());
    }
    if sequence.downcast_ref::<PyStr>().is_some() {
        let empty = if text::is_unicode(sequence) { text::new_unicode(vm, "") } else { text::new_str(vm, b"") };
        return vm.call_method(&empty, "join", (vm.ctx.new_list(kept),));
    }
    Ok(vm.ctx.new_list(kept).into())
}

fn zip(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::no_keywords(vm, "zip", &args)?;
    let mut sources = Vec::with_capacity(args.args.len());
    for (index, sequence) in args.args.iter().enumerate() {
        sources.push(iterator(sequence, || format!("zip argument #{} must support iteration", index + 1), vm)?);
    }
    let mut result = Vec::new();
    if sources.is_empty() {
        return Ok(vm.ctx.new_list(result).into());
    }
    loop {
        let mut items = Vec::with_capacity(sources.len());
        for source in &sources {
            match source.next(vm)? {
                PyIterReturn::Return(item) => items.push(item),
                PyIterReturn::StopIteration(_) => return Ok(vm.ctx.new_list(result).into()),
            }
        }
        result.push(vm.ctx.new_tuple(items).into());
    }
}

fn reduce(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let args = arguments::unpacked(vm, "reduce", args, 2, 3)?;
    let source = iterator(&args[1], || "reduce() arg 2 must support iteration".to_owned(), vm)?;
    let mut value = args.get(2).cloned();
    while let PyIterReturn::Return(item) = source.next(vm)? {
        value = Some(match value {
            Some(value) => args[0].call((value, item), vm)?,
            None => item,
        });
    }
    value.ok_or_else(|| vm.new_type_error("reduce() of empty sequence with no initial value"))
}

fn sum(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let args = arguments::unpacked(vm, "sum", args, 1, 2)?;
    let mut total = match args.get(1) {
        Some(start) if text::is_basestring(start) => {
            return Err(vm.new_type_error("sum() can't sum strings [use ''.join(seq) instead]"));
        }
        Some(start) => start.clone(),
        None => vm.ctx.new_int(0).into(),
    };
    let source = args[0].get_iter(vm)?;
    while let PyIterReturn::Return(item) = source.next(vm)? {
        total = vm._add(&total, &item)?;
    }
    Ok(total)
}

fn extreme(args: FuncArgs, name: &str, wanted: PyComparisonOp, vm: &VirtualMachine) -> PyResult {
    let mut args = args;
    let key = args.take_keyword("key").filter(|key| !vm.is_none(key));
    if !args.kwargs.is_empty() {
        return Err(vm.new_type_error(format!("{name}() got an unexpected keyword argument")));
    }
    let items: Vec<PyObjectRef> = match args.args.as_slice() {
        [] => return Err(vm.new_type_error(format!("{name} expected 1 arguments, got 0"))),
        [only] => vm.extract_elements_with(only, Ok)?,
        _ => args.args,
    };
    let mut best: Option<(PyObjectRef, PyObjectRef)> = None;
    for item in items {
        let value = match &key {
            Some(key) => key.call((item.clone(),), vm)?,
            None => item.clone(),
        };
        let better = match &best {
            Some((_, best)) => value.rich_compare_bool(best, wanted, vm)?,
            None => true,
        };
        if better {
            best = Some((item, value));
        }
    }
    match best {
        Some((item, _)) => Ok(item),
        None => Err(vm.new_value_error(format!("{name}() arg is an empty sequence"))),
    }
}

// ---- sorting ----------------------------------------------------------------------------------------------------

/// A sort key that compares by a `cmp` function.
#[pyclass(module = false, name = "sortwrapper")]
#[derive(Debug, PyPayload)]
pub struct CmpKey {
    value: PyObjectRef,
    function: PyObjectRef,
}

#[pyclass(with(Comparable))]
impl CmpKey {}

impl Comparable for CmpKey {
    fn cmp(zelf: &Py<Self>, other: &PyObject, op: PyComparisonOp, vm: &VirtualMachine) -> PyResult<PyComparisonValue> {
        let Some(other) = other.downcast_ref::<Self>() else { return Ok(PyComparisonValue::NotImplemented) };
        let result = zelf.function.call((zelf.value.clone(), other.value.clone()), vm)?;
        let Some(int) = result.downcast_ref::<PyInt>() else {
            let name = names::type_name_of(&result);
            return Err(vm.new_type_error(format!("comparison function must return int, not {name}")));
        };
        let order = int.as_bigint().sign().cmp(&Sign::NoSign);
        Ok(PyComparisonValue::Implemented(op.eval_ord(order)))
    }
}

static SORT: OnceLock<PyObjectRef> = OnceLock::new();

/// Sorts a list in place with Python 2's three arguments.
pub fn sort_list(
    list: &PyObjectRef,
    cmp: Option<PyObjectRef>,
    key: Option<PyObjectRef>,
    reverse: bool,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let Some(sort) = SORT.get() else { return Err(vm.new_system_error("list.sort is not installed")) };
    let cmp = cmp.filter(|cmp| !vm.is_none(cmp));
    let key = key.filter(|key| !vm.is_none(key));
    let key: Option<PyObjectRef> = match cmp {
        None => key,
        Some(function) => Some(
            vm.new_function("sortwrapper", move |item: PyObjectRef, vm: &VirtualMachine| -> PyResult {
                let value = match &key {
                    Some(key) => key.call((item,), vm)?,
                    None => item,
                };
                Ok(CmpKey { value, function: function.clone() }.into_ref(&vm.ctx).into())
            })
            .into(),
        ),
    };
    let mut args = FuncArgs::from(vec![list.clone()]);
    args.kwargs.insert("key".into(), key.unwrap_or_else(|| vm.ctx.none()));
    // Backwards before and after, as CPython does it: mixed lists have no total order, so the steps show.
    let turn = || {
        if reverse && let Some(list) = list.downcast_ref::<PyList>() {
            list.borrow_vec_mut().reverse();
        }
    };
    turn();
    let result = sort.call(args, vm).map(drop);
    turn();
    result
}

/// Takes `cmp`, `key`, `reverse` by position or name.
fn sort_arguments(
    args: FuncArgs,
    name: &str,
    skip: usize,
    vm: &VirtualMachine,
) -> PyResult<(Option<PyObjectRef>, Option<PyObjectRef>, bool)> {
    let mut args = args;
    let given = args.args.len() + skip + args.kwargs.len();
    if args.args.len() > 3 {
        let most = 3 + skip;
        return Err(vm.new_type_error(format!("{name}() takes at most {most} arguments ({given} given)")));
    }
    let mut positional = std::mem::take(&mut args.args).into_iter();
    let mut take = |keyword: &str| positional.next().or_else(|| args.take_keyword(keyword));
    let cmp = take("cmp");
    let key = take("key");
    let reverse = take("reverse");
    if let Some(unknown) = args.kwargs.keys().next() {
        return Err(vm.new_type_error(format!("'{unknown}' is an invalid keyword argument for this function")));
    }
    let reverse = match reverse {
        Some(value) if value.downcast_ref::<PyInt>().is_some() => value.try_to_bool(vm)?,
        Some(_) => return Err(vm.new_type_error("an integer is required")),
        None => false,
    };
    Ok((cmp, key, reverse))
}

fn sorted(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let iterable = match args.take_positional().or_else(|| args.take_keyword("iterable")) {
        Some(iterable) => iterable,
        None => return Err(vm.new_type_error("Required argument 'iterable' (pos 1) not found")),
    };
    let (cmp, key, reverse) = sort_arguments(args, "sorted", 1, vm)?;
    let items = vm.extract_elements_with(&iterable, Ok)?;
    let list: PyObjectRef = vm.ctx.new_list(items).into();
    sort_list(&list, cmp, key, reverse, vm)?;
    Ok(list)
}

// ---- install ----------------------------------------------------------------------------------------------------

/// Makes the types of this file and replaces `list.sort`.
pub fn patch(vm: &VirtualMachine) {
    let _: PyTypeRef = XRange::make_static_type();
    let _: PyTypeRef = CmpKey::make_static_type();
    let list = vm.ctx.types.list_type;
    if SORT.get().is_none()
        && let Some(original) = list.get_attr(vm.ctx.intern_str("sort"))
    {
        let _ = SORT.set(original);
        let method = vm.new_method("sort", list, |list: PyRef<PyList>, args: FuncArgs, vm: &VirtualMachine| {
            let (cmp, key, reverse) = sort_arguments(args, "sort", 0, vm)?;
            sort_list(&list.into(), cmp, key, reverse, vm)
        });
        list.set_attr(vm.ctx.intern_str("sort"), method.into());
    }
}

/// Sets the builtins.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    dialect::set_function(vm, "range", range)?;
    dialect::set(vm, "xrange", XRange::make_static_type())?;
    dialect::set_function(vm, "map", map)?;
    dialect::set_function(vm, "filter", filter)?;
    dialect::set_function(vm, "zip", zip)?;
    dialect::set_function(vm, "reduce", reduce)?;
    dialect::set_function(vm, "sum", sum)?;
    dialect::set_function(vm, "sorted", sorted)?;
    dialect::set_function(vm, "min", |args: FuncArgs, vm: &VirtualMachine| {
        extreme(args, "min", PyComparisonOp::Lt, vm)
    })?;
    dialect::set_function(vm, "max", |args: FuncArgs, vm: &VirtualMachine| {
        extreme(args, "max", PyComparisonOp::Gt, vm)
    })?;
    dialect::set_function(vm, "cmp", |args: FuncArgs, vm: &VirtualMachine| -> PyResult<i32> {
        let args = arguments::unpacked(vm, "cmp", args, 2, 2)?;
        Ok(match compare::three_way(&args[0], &args[1], vm)? {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        })
    })
}
