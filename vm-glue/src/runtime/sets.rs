//! Sets: Python 2's reprs, and results of the class that the method or operator is called on.

use super::{arguments, names};
use rustpython_vm::builtins::{PyFrozenSet, PySet, PyStr, PyType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine};
use std::sync::OnceLock;

fn repr(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let items = match (object.downcast_ref::<PySet>(), object.downcast_ref::<PyFrozenSet>()) {
        (Some(set), _) => set.elements(),
        (_, Some(set)) => set.elements(),
        _ => Vec::new(),
    };
    let items = super::order::set_elements(object, vm).unwrap_or(items);
    let name = names::type_name_of(object);
    if items.is_empty() {
        return Ok(vm.ctx.new_str(format!("{name}([])")));
    }
    let Some(_guard) = rustpython_vm::recursion::ReprGuard::enter(vm, object) else {
        return Ok(vm.ctx.new_str(format!("{name}(...)")));
    };
    let list: PyObjectRef = vm.ctx.new_list(items).into();
    Ok(vm.ctx.new_str(format!("{name}({})", list.repr(vm)?)))
}

type Binary = fn(&PyObject, &PyObject, &VirtualMachine) -> PyResult;
static SET_OPERATORS: [OnceLock<Binary>; 4] = [const { OnceLock::new() }; 4];
static FROZENSET_OPERATORS: [OnceLock<Binary>; 4] = [const { OnceLock::new() }; 4];

fn set_operator<const INDEX: usize>(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    operator(SET_OPERATORS[INDEX].get(), a, b, vm)
}

fn frozenset_operator<const INDEX: usize>(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    operator(FROZENSET_OPERATORS[INDEX].get(), a, b, vm)
}

/// In Python 2 the operators of a class derived from a set give that class.
fn operator(original: Option<&Binary>, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    let Some(original) = original else { return Ok(vm.ctx.not_implemented()) };
    let value = original(a, b, vm)?;
    of_class(value, a, vm)
}

/// A set of the class of another one; no `__init__` runs.
fn of_class(value: PyObjectRef, like: &PyObject, vm: &VirtualMachine) -> PyResult {
    let class = like.class();
    if value.class().is(class) || class.heaptype_ext().is_none() || !super::classes::is_dialect(class) {
        return Ok(value);
    }
    if let Some(set) = value.downcast_ref_if_exact::<PySet>(vm)
        && class.fast_issubclass(vm.ctx.types.set_type)
    {
        let made = PySet::default().into_ref_with_type(vm, class.to_owned())?;
        for element in set.elements() {
            made.add(element, vm)?;
        }
        return Ok(made.into());
    }
    if let Some(set) = value.downcast_ref::<PyFrozenSet>()
        && class.fast_issubclass(vm.ctx.types.frozenset_type)
    {
        return Ok(PyFrozenSet::from_iter(vm, set.elements())?.into_ref_with_type(vm, class.to_owned())?.into());
    }
    Ok(value)
}

/// Methods that return another set.
const MAKERS: &[&str] = &["copy", "difference", "intersection", "symmetric_difference", "union"];

fn replace_methods(class: &'static Py<PyType>, vm: &VirtualMachine) {
    for name in MAKERS {
        let interned = vm.ctx.intern_str(*name);
        let Some(original) = class.get_attr(interned) else { continue };
        let method = move |set: PyObjectRef, mut args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            args.prepend_arg(set.clone());
            let value = original.call(args, vm)?;
            of_class(value, &set, vm)
        };
        class.set_attr(interned, vm.new_method(name, class, method).into());
    }
    let cmp = |set: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let other = arguments::only(vm, "__cmp__", args)?;
        // Sets have a partial order only.
        if other.downcast_ref::<PySet>().is_some() || other.downcast_ref::<PyFrozenSet>().is_some() {
            return Err(vm.new_type_error("cannot compare sets using cmp()"));
        }
        let (got, own) = (names::type_name_of(&other).into_owned(), names::type_name_of(&set).into_owned());
        Err(vm.new_type_error(format!("{own}.__cmp__(x,y) requires y to be a '{own}', not a '{got}'")))
    };
    class.set_attr(vm.ctx.intern_str("__cmp__"), vm.new_method("__cmp__", class, cmp).into());
}

macro_rules! replace_operators {
    ($class:expr, $kept:ident, $function:ident, $vm:expr) => {{
        let number = &$class.slots().as_number;
        let originals = [number.or.load(), number.and.load(), number.subtract.load(), number.xor.load()];
        let mut first = true;
        for (kept, original) in $kept.iter().zip(originals) {
            first &= original.is_some_and(|original| kept.set(original).is_ok());
        }
        if first {
            number.or.store(Some($function::<0>));
            number.and.store(Some($function::<1>));
            number.subtract.store(Some($function::<2>));
            number.xor.store(Some($function::<3>));
            names::rewrap($class, &["__or__", "__and__", "__sub__", "__xor__"], $vm);
            replace_methods($class, $vm);
        }
    }};
}

/// Changes the native types.
pub fn patch(vm: &VirtualMachine) {
    let types = &vm.ctx.types;
    replace_operators!(types.set_type, SET_OPERATORS, set_operator, vm);
    replace_operators!(types.frozenset_type, FROZENSET_OPERATORS, frozenset_operator, vm);
    for class in [types.set_type, types.frozenset_type] {
        class.slots().repr.store(Some(repr));
        names::rewrap(class, &["__repr__"], vm);
    }
}

#[cfg(test)]
mod tests {
    use crate::runtime::testing::run_python_2 as run;

    #[test]
    fn results_have_the_class_of_the_left_operand() {
        let classes = "class S(set): pass\nclass F(frozenset): pass\n";
        let shown = |expression: &str| run(&format!("{classes}result = {expression}"));
        assert_eq!(
            shown("S([1]) | set([2]), S([1]).union([2]), F([1]) & set([1]), F([1]).copy()"),
            "(S([1, 2]), S([1, 2]), F([1]), F([1]))"
        );
        assert_eq!(shown("type(set([1]) | S([2])).__name__, type(S([1]) - F([1])).__name__"), "('set', 'S')");
    }
}
