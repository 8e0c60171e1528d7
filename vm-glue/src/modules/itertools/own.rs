//! The iterators that Python 2's `itertools` has and the machine's has not, or has under other names.

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyComplex, PyInt, PyType, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::{PyIter, PyIterReturn};
use rustpython_vm::types::{Constructor, IterNext, Representable, SelfIter};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::runtime::{arguments, text};

/// Names are refused by the class itself; classes that are derived from it may take some.
fn keywords<T: PyPayload>(vm: &VirtualMachine, name: &str, class: &Py<PyType>, args: &FuncArgs) -> PyResult<()> {
    match args.kwargs.is_empty() || !class.is(T::class(&vm.ctx)) {
        true => Ok(()),
        false => Err(vm.new_type_error(format!("{name}() does not take keyword arguments"))),
    }
}

/// The iterators of all arguments.
fn iterators(vm: &VirtualMachine, name: &str, args: Vec<PyObjectRef>) -> PyResult<Vec<PyIter>> {
    let iterator = |(at, object): (usize, PyObjectRef)| {
        object.get_iter(vm).map_err(|error| match error.fast_isinstance(vm.ctx.exceptions.type_error) {
            true => vm.new_type_error(format!("{name} argument #{} must support iteration", at + 1)),
            false => error,
        })
    };
    args.into_iter().enumerate().map(iterator).collect()
}

/// The next value of each, or nothing when the first of them ends.
fn step(vm: &VirtualMachine, iterators: &[PyIter]) -> PyResult<Option<Vec<PyObjectRef>>> {
    let mut values = Vec::with_capacity(iterators.len());
    for iterator in iterators {
        match iterator.next(vm)? {
            PyIterReturn::Return(value) => values.push(value),
            PyIterReturn::StopIteration(_) => return Ok(None),
        }
    }
    Ok(Some(values))
}

/// `izip`
#[pyclass(module = "itertools", name = "izip")]
#[derive(Debug, PyPayload)]
pub struct Izip {
    iterators: Vec<PyIter>,
}

impl Constructor for Izip {
    type Args = FuncArgs;

    fn py_new(class: &Py<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        keywords::<Self>(vm, "izip", class, &args)?;
        Ok(Self { iterators: iterators(vm, "izip", args.args)? })
    }
}

#[pyclass(with(IterNext, Constructor), flags(BASETYPE))]
impl Izip {}

impl SelfIter for Izip {}

impl IterNext for Izip {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        if zelf.iterators.is_empty() {
            return Ok(PyIterReturn::StopIteration(None));
        }
        Ok(match step(vm, &zelf.iterators)? {
            Some(values) => PyIterReturn::Return(vm.ctx.new_tuple(values).into()),
            None => PyIterReturn::StopIteration(None),
        })
    }
}

/// `izip_longest`
#[pyclass(module = "itertools", name = "izip_longest")]
#[derive(Debug, PyPayload)]
pub struct IzipLongest {
    /// Those that have ended are none.
    iterators: Mutex<Vec<Option<PyIter>>>,
    fill: PyObjectRef,
}

impl Constructor for IzipLongest {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        let mut args = args;
        let fill = args.kwargs.swap_remove("fillvalue").unwrap_or_else(|| vm.ctx.none());
        if !args.kwargs.is_empty() {
            return Err(vm.new_type_error("izip_longest() got an unexpected keyword argument"));
        }
        let iterators = iterators(vm, "izip_longest", args.args)?.into_iter().map(Some).collect();
        Ok(Self { iterators: Mutex::new(iterators), fill })
    }
}

#[pyclass(with(IterNext, Constructor), flags(BASETYPE))]
impl IzipLongest {}

impl SelfIter for IzipLongest {}

impl IterNext for IzipLongest {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let all: Vec<Option<PyObjectRef>> = zelf
            .iterators
            .lock()
            .iter()
            .map(|iterator| iterator.as_ref().map(|one| one.as_object().to_owned()))
            .collect();
        let mut active = all.iter().flatten().count();
        let mut values = Vec::with_capacity(all.len());
        for (at, iterator) in all.into_iter().enumerate() {
            let next = match iterator {
                Some(iterator) => PyIter::new(iterator).next(vm)?,
                None => {
                    values.push(zelf.fill.clone());
                    continue;
                }
            };
            match next {
                PyIterReturn::Return(value) => values.push(value),
                PyIterReturn::StopIteration(_) => {
                    if let Some(ended) = zelf.iterators.lock().get_mut(at) {
                        *ended = None;
                    }
                    active -= 1;
                    values.push(zelf.fill.clone());
                }
            }
        }
        Ok(match active {
            0 => PyIterReturn::StopIteration(None),
            _ => PyIterReturn::Return(vm.ctx.new_tuple(values).into()),
        })
    }
}

/// `imap`
#[pyclass(module = "itertools", name = "imap")]
#[derive(Debug, PyPayload)]
pub struct Imap {
    function: PyObjectRef,
    iterators: Vec<PyIter>,
}

impl Constructor for Imap {
    type Args = FuncArgs;

    fn py_new(class: &Py<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        keywords::<Self>(vm, "imap", class, &args)?;
        let mut args = args.args.into_iter();
        let function = args.next().filter(|_| args.len() > 0);
        let Some(function) = function else {
            return Err(vm.new_type_error("imap() must have at least two arguments."));
        };
        let iterators = args.map(|object| object.get_iter(vm)).collect::<PyResult<Vec<_>>>()?;
        Ok(Self { function, iterators })
    }
}

#[pyclass(with(IterNext, Constructor), flags(BASETYPE))]
impl Imap {}

impl SelfIter for Imap {}

impl IterNext for Imap {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let Some(values) = step(vm, &zelf.iterators)? else { return Ok(PyIterReturn::StopIteration(None)) };
        if vm.is_none(&zelf.function) {
            return Ok(PyIterReturn::Return(vm.ctx.new_tuple(values).into()));
        }
        zelf.function.call(values, vm).map(PyIterReturn::Return)
    }
}

/// The function of a filter; nothing where truth itself decides.
fn predicate(vm: &VirtualMachine, function: PyObjectRef) -> Option<PyObjectRef> {
    let plain = vm.is_none(&function) || function.is(vm.ctx.types.bool_type);
    (!plain).then_some(function)
}

/// The next value for which the function says what is wanted.
fn filtered(
    vm: &VirtualMachine,
    function: Option<&PyObjectRef>,
    iterator: &PyIter,
    wanted: bool,
) -> PyResult<PyIterReturn> {
    loop {
        let value = match iterator.next(vm)? {
            PyIterReturn::Return(value) => value,
            end => return Ok(end),
        };
        let says = match function {
            Some(function) => function.call((value.clone(),), vm)?,
            None => value.clone(),
        };
        if says.try_to_bool(vm)? == wanted {
            return Ok(PyIterReturn::Return(value));
        }
    }
}

/// Function and iterator of a filter.
fn filter_parts<T: PyPayload>(
    vm: &VirtualMachine,
    name: &str,
    class: &Py<PyType>,
    args: FuncArgs,
) -> PyResult<(Option<PyObjectRef>, PyIter)> {
    keywords::<T>(vm, name, class, &args)?;
    let args = FuncArgs::from(args.args);
    arguments::unpack(vm, name, &args, 2, 2)?;
    let mut args = args.args.into_iter();
    match (args.next(), args.next()) {
        (Some(function), Some(source)) => Ok((predicate(vm, function), source.get_iter(vm)?)),
        _ => Err(vm.new_type_error(format!("{name} expected 2 arguments"))),
    }
}

/// `ifilter`
#[pyclass(module = "itertools", name = "ifilter")]
#[derive(Debug, PyPayload)]
pub struct Ifilter {
    function: Option<PyObjectRef>,
    iterator: PyIter,
}

impl Constructor for Ifilter {
    type Args = FuncArgs;

    fn py_new(class: &Py<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        let (function, iterator) = filter_parts::<Self>(vm, "ifilter", class, args)?;
        Ok(Self { function, iterator })
    }
}

#[pyclass(with(IterNext, Constructor), flags(BASETYPE))]
impl Ifilter {}

impl SelfIter for Ifilter {}

impl IterNext for Ifilter {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        filtered(vm, zelf.function.as_ref(), &zelf.iterator, true)
    }
}

/// `ifilterfalse`
#[pyclass(module = "itertools", name = "ifilterfalse")]
#[derive(Debug, PyPayload)]
pub struct IfilterFalse {
    function: Option<PyObjectRef>,
    iterator: PyIter,
}

impl Constructor for IfilterFalse {
    type Args = FuncArgs;

    fn py_new(class: &Py<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        let (function, iterator) = filter_parts::<Self>(vm, "ifilterfalse", class, args)?;
        Ok(Self { function, iterator })
    }
}

#[pyclass(with(IterNext, Constructor), flags(BASETYPE))]
impl IfilterFalse {}

impl SelfIter for IfilterFalse {}

impl IterNext for IfilterFalse {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        filtered(vm, zelf.function.as_ref(), &zelf.iterator, false)
    }
}

/// `count`
#[pyclass(module = "itertools", name = "count")]
#[derive(Debug, PyPayload)]
pub struct Count {
    next: Mutex<PyObjectRef>,
    step: PyObjectRef,
}

fn is_number(object: &PyObject) -> bool {
    let numbers = &object.class().slots().as_number;
    !text::is_basestring(object)
        && (numbers.int.load().is_some()
            || numbers.float.load().is_some()
            || numbers.index.load().is_some()
            || object.downcastable::<PyComplex>())
}

impl Constructor for Count {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        let values = arguments::named(vm, "count", args, &["start", "step"], 0)?;
        if values.iter().flatten().any(|value| !is_number(value)) {
            return Err(vm.new_type_error("a number is required"));
        }
        let mut values = values.into_iter();
        let mut value = |default: i32| values.next().flatten().unwrap_or_else(|| vm.ctx.new_int(default).into());
        Ok(Self { next: Mutex::new(value(0)), step: value(1) })
    }
}

#[pyclass(with(IterNext, Constructor, Representable), flags(BASETYPE))]
impl Count {
    fn is_plain(&self) -> bool {
        self.step.downcast_ref::<PyInt>().is_some_and(|step| step.as_bigint() == &1.into())
    }

    #[pymethod]
    fn __reduce__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let mut state = vec![zelf.next.lock().clone()];
        if !zelf.is_plain() {
            state.push(zelf.step.clone());
        }
        let class: PyTypeRef = zelf.class().to_owned();
        vm.ctx.new_tuple(vec![class.into(), vm.ctx.new_tuple(state).into()]).into()
    }
}

impl SelfIter for Count {}

impl IterNext for Count {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let now = zelf.next.lock().clone();
        let later = vm._add(&now, &zelf.step)?;
        *zelf.next.lock() = later;
        Ok(PyIterReturn::Return(now))
    }
}

impl Representable for Count {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let next = zelf.next.lock().clone();
        let shown = |object: &PyObject| -> PyResult<String> {
            Ok(String::from_utf8_lossy(&text::repr_of(vm, object)?).into_owned())
        };
        Ok(match zelf.is_plain() {
            true => format!("count({})", shown(&next)?),
            false => format!("count({}, {})", shown(&next)?, shown(&zelf.step)?),
        })
    }
}
