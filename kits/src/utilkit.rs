//! `Util` and `Regex`: rounding, sorting, random choices, regular expressions (`spec/kits.md` §14 and §15).

use reprise_vm_glue::import;
use reprise_vm_glue::runtime::{dialect, text};
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::types::Callable;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::kit_call::{method, no_attribute};
use crate::objects::signature::Parameter;
use crate::stringkit;

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Util",
    entries: &[
        Entry {
            name: "Util",
            visible: Visibility::All,
            doc: "Rounding, sorting, random choices.",
            status: Status::Implemented,
            make: |vm, _| {
                native_class::<UtilKit>(vm, "Framework.api.utilkit");
                Ok(UtilKit.into_pyobject(vm))
            },
        },
        Entry {
            name: "Regex",
            visible: Visibility::All,
            doc: "Compiles a regular expression.",
            status: Status::Implemented,
            make: |vm, _| {
                native_class::<RegexKit>(vm, "Framework.api.utilkit");
                Ok(RegexKit.into_pyobject(vm))
            },
        },
    ],
};

const NUMBER: &[Parameter] = &[Parameter::required("x")];
const LIST: &[Parameter] = &[Parameter::required("l")];
const LIST_AND_KEY: &[Parameter] = &[Parameter::required("l"), Parameter::required("key")];
const LIST_AND_ATTR: &[Parameter] = &[Parameter::required("l"), Parameter::required("attr")];
const RANGE: &[Parameter] = &[Parameter::required("a"), Parameter::required("b")];
const SAMPLE: &[Parameter] = &[Parameter::required("l"), Parameter::required("count")];

/// A float argument.
fn number(vm: &VirtualMachine, name: &'static str, args: FuncArgs) -> PyResult<f64> {
    let bound = method(name, NUMBER).bind(vm, args)?;
    let value = bound.get(0);
    match value.to_owned().try_float_opt(vm) {
        Some(Ok(float)) if !text::is_basestring(value) => Ok(float.to_f64()),
        _ => Err(vm.new_type_error("a float is required")),
    }
}

/// What items are sorted by: an item of each, or an attribute.
#[derive(Clone, Copy)]
enum By {
    Item,
    Attribute,
}

/// The list and the key function of a sort.
fn sorting(vm: &VirtualMachine, name: &'static str, by: By, args: FuncArgs) -> PyResult<(PyObjectRef, PyObjectRef)> {
    let parameters = match by {
        By::Item => LIST_AND_KEY,
        By::Attribute => LIST_AND_ATTR,
    };
    let bound = method(name, parameters).bind(vm, args)?;
    let (list, key) = (bound.get(0).to_owned(), bound.get(1).to_owned());
    let function = match by {
        By::Item => vm.new_function("key", move |item: PyObjectRef, vm: &VirtualMachine| item.get_item(&*key, vm)),
        By::Attribute => {
            let getattr = dialect::get(vm, "getattr")?;
            vm.new_function("key", move |item: PyObjectRef, vm: &VirtualMachine| getattr.call((item, key.clone()), vm))
        }
    };
    Ok((list, function.into()))
}

fn sort_copy(vm: &VirtualMachine, name: &'static str, by: By, args: FuncArgs) -> PyResult {
    let (list, key) = sorting(vm, name, by, args)?;
    let kwargs: KwArgs = [("key", key)].into_iter().collect();
    dialect::get(vm, "sorted")?.call(FuncArgs::new(vec![list], kwargs), vm)
}

fn sort_in_place(vm: &VirtualMachine, name: &'static str, by: By, args: FuncArgs) -> PyResult {
    let (list, key) = sorting(vm, name, by, args)?;
    let kwargs: KwArgs = [("key", key)].into_iter().collect();
    list.get_attr("sort", vm)?.call(FuncArgs::new(Vec::<PyObjectRef>::new(), kwargs), vm)
}

/// A function of the module `random`.
fn random(vm: &VirtualMachine, function: &'static str, args: Vec<PyObjectRef>) -> PyResult {
    import::module(vm, "random")?.get_attr(function, vm)?.call(args, vm)
}

fn random_int(vm: &VirtualMachine, first: i64, last: i64) -> PyResult {
    if last < first {
        let (end, width) = (last + 1, last + 1 - first);
        return Err(vm.new_value_error(format!("empty range for randrange() ({first},{end}, {width})")));
    }
    random(vm, "randint", vec![vm.ctx.new_int(first).into(), vm.ctx.new_int(last).into()])
}

fn item(vm: &VirtualMachine, list: &PyObject, at: PyObjectRef) -> PyResult {
    list.get_item(&*at, vm)
}

/// `Util`.
#[pyclass(module = false, name = "UtilKit")]
#[derive(Debug, PyPayload)]
pub struct UtilKit;

#[pyclass(flags(HAS_DICT))]
impl UtilKit {
    /// The largest whole number not above x, as a float.
    #[pymethod(name = "Floor")]
    fn floor(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<f64> {
        Ok(number(vm, "Floor", args)?.floor())
    }

    /// The smallest whole number not below x, as a float.
    #[pymethod(name = "Ceiling")]
    fn ceiling(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<f64> {
        Ok(number(vm, "Ceiling", args)?.ceil())
    }

    /// Whether a version text is at least the version of the given numbers.
    #[pymethod(name = "VersionAtLeast")]
    fn version_at_least(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let mut given = args.args.into_iter();
        let version = given.next().or_else(|| args.kwargs.get("version_string").cloned());
        let Some(version) = version else {
            return Err(vm.new_type_error("VersionAtLeast() takes at least 2 arguments (1 given)"));
        };
        if vm.is_none(&version) {
            return Ok(vm.ctx.new_bool(false).into());
        }
        let Some(version) = text::text_of(vm, &version)? else { return Err(no_attribute(vm, &version, "split")) };
        let known = version.split('-').next().unwrap_or_default();
        let numbers = known.split('.').map(|part| vm.ctx.new_int(part.trim().parse::<i64>().unwrap_or(0)).into());
        let numbers: PyObjectRef = vm.ctx.new_tuple(numbers.collect()).into();
        let wanted: PyObjectRef = vm.ctx.new_tuple(given.collect()).into();
        let at_least = numbers.rich_compare_bool(&wanted, rustpython_vm::types::PyComparisonOp::Ge, vm)?;
        Ok(vm.ctx.new_bool(at_least).into())
    }

    /// A new list, sorted by an item of each element.
    #[pymethod(name = "ListSortedByKey")]
    fn list_sorted_by_key(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        sort_copy(vm, "ListSortedByKey", By::Item, args)
    }

    /// A new list, sorted by an attribute of each element.
    #[pymethod(name = "ListSortedByAttr")]
    fn list_sorted_by_attr(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        sort_copy(vm, "ListSortedByAttr", By::Attribute, args)
    }

    /// Sorts a list in place by an item of each element.
    #[pymethod(name = "SortListByKey")]
    fn sort_list_by_key(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        sort_in_place(vm, "SortListByKey", By::Item, args)
    }

    /// Sorts a list in place by an attribute of each element.
    #[pymethod(name = "SortListByAttr")]
    fn sort_list_by_attr(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        sort_in_place(vm, "SortListByAttr", By::Attribute, args)
    }

    /// As `String.LevenshteinDistance`.
    #[pymethod(name = "LevenshteinDistance")]
    fn levenshtein_distance(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<usize> {
        stringkit::levenshtein_distance(vm, args)
    }

    /// As `String.LongestCommonSubstring`.
    #[pymethod(name = "LongestCommonSubstring")]
    fn longest_common_substring(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        stringkit::longest_common_substring(vm, args)
    }

    /// A random number from 0 up to 1.
    #[pymethod(name = "Random")]
    fn random(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        random(vm, "random", Vec::new())
    }

    /// A random whole number, both ends included.
    #[pymethod(name = "RandomInt")]
    fn random_int(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("RandomInt", RANGE).bind(vm, args)?;
        let end = |at: usize| bound.get(at).to_owned().try_into_value::<i64>(vm);
        random_int(vm, end(0)?, end(1)?)
    }

    /// A random element of a list.
    #[pymethod(name = "RandomItemFromList")]
    fn random_item_from_list(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("RandomItemFromList", LIST).bind(vm, args)?;
        let length = bound.get(0).length(vm)? as i64;
        item(vm, bound.get(0), random_int(vm, 0, length - 1)?)
    }

    /// A random element of a list.
    #[pymethod(name = "RandomChoice")]
    fn random_choice(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("RandomChoice", LIST).bind(vm, args)?;
        let length = bound.get(0).length(vm)? as i64;
        let at = if length == 0 { vm.ctx.new_int(0).into() } else { random_int(vm, 0, length - 1)? };
        item(vm, bound.get(0), at)
    }

    /// Some elements of a list in random order, none of them twice.
    #[pymethod(name = "RandomSample")]
    fn random_sample(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = method("RandomSample", SAMPLE).bind(vm, args)?.into_values();
        random(vm, "sample", values)
    }
}

/// `Regex`.
#[pyclass(module = false, name = "RegexKit")]
#[derive(Debug, PyPayload)]
pub struct RegexKit;

#[pyclass(with(Callable), flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl RegexKit {
    #[pygetset(name = "IGNORECASE")]
    fn ignore_case(_zelf: &Py<Self>) -> i32 {
        2
    }

    #[pygetset(name = "MULTILINE")]
    fn multi_line(_zelf: &Py<Self>) -> i32 {
        8
    }

    #[pygetset(name = "DOTALL")]
    fn dot_all(_zelf: &Py<Self>) -> i32 {
        16
    }
}

impl Callable for RegexKit {
    type Args = FuncArgs;

    fn call(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        import::module(vm, "re")?.get_attr("compile", vm)?.call(args, vm)
    }
}
