//! The module `itertools`: iterators over iterators.
//!
//! Those that the machine has as well are the machine's, with Python 2's words for wrong arguments.

mod own;

use std::sync::OnceLock;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyModule, PyType, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::modules;
use crate::runtime::{arguments, text};

/// How a constructor reads its arguments.
#[derive(Clone, Copy)]
enum Taking {
    /// By position or name: the names, of which so many are needed.
    Named(&'static [&'static str], usize),
    /// By position: at least and at most so many.
    Counted(usize, usize),
    /// As they come; names that are not known are named in the error.
    Any,
}

type NewFunc = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;

/// The machine's classes.
const CLASSES: &[(&str, Taking)] = &[
    ("chain", Taking::Any),
    ("combinations", Taking::Named(&["iterable", "r"], 2)),
    ("combinations_with_replacement", Taking::Named(&["iterable", "r"], 2)),
    ("compress", Taking::Named(&["data", "selectors"], 2)),
    ("cycle", Taking::Counted(1, 1)),
    ("dropwhile", Taking::Counted(2, 2)),
    ("groupby", Taking::Named(&["iterable", "key"], 1)),
    ("islice", Taking::Counted(2, 4)),
    ("permutations", Taking::Named(&["iterable", "r"], 1)),
    ("product", Taking::Any),
    ("repeat", Taking::Named(&["object", "times"], 1)),
    ("starmap", Taking::Counted(2, 2)),
    ("takewhile", Taking::Counted(2, 2)),
];

/// The constructors as the machine has them, in the order of [`CLASSES`].
static ORIGINALS: OnceLock<Vec<(usize, Option<NewFunc>)>> = OnceLock::new();

/// A machine's error in Python 2's words.
fn in_old_words(error: PyBaseExceptionRef, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let message = error.args().as_slice().first().and_then(|first| text::text_of(vm, first).ok().flatten());
    let Some(message) = message else { return error };
    if error.fast_isinstance(vm.ctx.exceptions.value_error) && message.contains("sys.maxsize") {
        return vm.new_value_error(message.replace("sys.maxsize", "maxint"));
    }
    if error.fast_isinstance(vm.ctx.exceptions.type_error)
        && let Some((_, name)) = message.split_once(" got an unexpected keyword argument ")
    {
        return vm.new_type_error(format!("{name} is an invalid keyword argument for this function"));
    }
    error
}

/// The arguments as the machine wants them: those that were given, by position.
fn taken(vm: &VirtualMachine, name: &str, taking: Taking, args: FuncArgs, exact: bool) -> PyResult<FuncArgs> {
    let names = match taking {
        Taking::Any => return Ok(args),
        Taking::Counted(least, most) => {
            if exact && !args.kwargs.is_empty() {
                return Err(vm.new_type_error(format!("{name}() does not take keyword arguments")));
            }
            // What a derived class takes by name is its own.
            let args = FuncArgs::from(args.args);
            arguments::unpack(vm, name, &args, least, most)?;
            return Ok(args);
        }
        Taking::Named(names, needed) => (names, needed),
    };
    let (names, needed) = names;
    let given = args.args.len() + args.kwargs.len();
    if given > names.len() {
        let most = names.len();
        return Err(vm.new_type_error(format!("{name}() takes at most {most} arguments ({given} given)")));
    }
    let missing = |at: &usize| {
        names.get(*at).is_some_and(|name| {
            *at >= args.args.len() && !args.kwargs.keys().any(|key| key.as_str().is_ok_and(|key| key == *name))
        })
    };
    if let Some(at) = (0..needed).find(missing) {
        let missing = names.get(at).copied().unwrap_or_default();
        return Err(vm.new_type_error(format!("Required argument '{missing}' (pos {}) not found", at + 1)));
    }
    let values = arguments::named(vm, name, args, names, 0)?;
    let mut found = FuncArgs::default();
    for (name, value) in names.iter().zip(values) {
        if let Some(value) = value {
            found.kwargs.insert((*name).into(), value);
        }
    }
    // The machine takes the first ones by position only, for some.
    for name in names {
        match found.kwargs.shift_remove(name) {
            Some(value) => found.args.push(value),
            None => break,
        }
    }
    Ok(found)
}

/// The constructor that stands in for the machine's.
fn construct(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let originals = ORIGINALS.get().map(Vec::as_slice).unwrap_or_default();
    let found = class.iter_base_chain().find_map(|base| {
        let id = base.as_object().get_id();
        originals.iter().position(|(known, _)| *known == id)
    });
    let known = found.and_then(|at| Some((CLASSES.get(at)?, originals.get(at)?.1?)));
    let Some(((name, taking), original)) = known else {
        return Err(vm.new_system_error("itertools is not installed"));
    };
    let exact = originals.iter().any(|(known, _)| *known == class.as_object().get_id());
    let args = taken(vm, name, *taking, args, exact)?;
    original(class, args, vm).map_err(|error| in_old_words(error, vm))
}

/// `tee(iterable, n=2)`: an iterator that can be copied is the first of the copies.
fn tee(machine: &PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::no_keywords(vm, "tee", &args)?;
    let given = args.args.len();
    let (iterable, count) = match args.args.as_slice() {
        [iterable] => (iterable, 2),
        [iterable, count] => (iterable, arguments::integer(vm, count)?),
        [] => return Err(vm.new_type_error("function takes at least 1 argument (0 given)")),
        _ => return Err(vm.new_type_error(format!("function takes at most 2 arguments ({given} given)"))),
    };
    let count = usize::try_from(count).map_err(|_| vm.new_value_error("n must be >= 0"))?;
    if count == 0 {
        return Ok(vm.ctx.new_tuple(Vec::new()).into());
    }
    let copies = vm.get_attribute_opt(iterable, "__copy__")?.is_some();
    let first = match copies {
        true => iterable.clone(),
        false => {
            machine.call((iterable.clone(), vm.ctx.new_int(1)), vm)?.get_item(vm.ctx.new_int(0).as_object(), vm)?
        }
    };
    let mut all = vec![first.clone()];
    for _ in 1..count {
        all.push(vm.call_method(&first, "__copy__", ())?);
    }
    Ok(vm.ctx.new_tuple(all).into())
}

fn fill(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    let machine = vm.import("itertools", 0)?;
    let mut classes = Vec::with_capacity(CLASSES.len());
    for (name, _) in CLASSES {
        let class = machine.get_attr(vm.ctx.intern_str(*name), vm)?;
        modules::set(vm, module, name, class.clone());
        classes.push(class.downcast::<PyType>().map_err(|_| vm.new_type_error("a class is needed"))?);
    }
    let mut first = false;
    ORIGINALS.get_or_init(|| {
        first = true;
        classes.iter().map(|class| (class.as_object().get_id(), class.slots().new.load())).collect()
    });
    if first {
        for class in &classes {
            class.slots().new.store(Some(construct));
            class.slots().vectorcall.store(None);
            class.modified();
        }
    }
    modules::set(vm, module, "count", own::Count::make_static_type());
    modules::set(vm, module, "ifilter", own::Ifilter::make_static_type());
    modules::set(vm, module, "ifilterfalse", own::IfilterFalse::make_static_type());
    modules::set(vm, module, "imap", own::Imap::make_static_type());
    modules::set(vm, module, "izip", own::Izip::make_static_type());
    modules::set(vm, module, "izip_longest", own::IzipLongest::make_static_type());
    let original = machine.get_attr("tee", vm)?;
    modules::set_function(vm, module, "tee", move |args: FuncArgs, vm: &VirtualMachine| tee(&original, args, vm));
    Ok(())
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "itertools");
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
