//! What runs for each object of each menu of framework 1 (`spec/legacy-v1.md` §5): defaults of its class, attributes
//! from keywords, attributes of its element. The classes themselves are those of `PMS.Objects`, in Python: plug-ins
//! subclass them.

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyClassMethod, PyDict, PyDictRef, PyFunction, PyProperty, PyStaticMethod, PyStr};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

/// Attributes that follow the others: mostly the order that the original had; no reader depends on it.
const WRITTEN_LAST: &[&str] = &["viewGroup", "noHistory", "title1", "title2", "replaceParent", "name", "key"];
/// Attributes that are no part of an element.
const NOT_WRITTEN: &[&str] = &["tagName", "contextMenu", "contextKey", "contextArgs"];

fn is_public(name: &PyObject) -> bool {
    name.downcast_ref::<PyStr>().and_then(|name| name.to_str()).is_some_and(|name| !name.starts_with('_'))
}

fn dict_of(vm: &VirtualMachine, object: &PyObject) -> PyResult<PyDictRef> {
    object.dict().ok_or_else(|| vm.new_type_error("an object with attributes is expected"))
}

/// Attributes of the object's own class become the object's.
pub fn take_defaults(vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
    let is_default = |value: &PyObject| {
        !value.downcastable::<PyFunction>()
            && !value.downcastable::<PyClassMethod>()
            && !value.downcastable::<PyStaticMethod>()
            && !value.downcastable::<PyProperty>()
    };
    for (name, value) in object.class().attributes().entries() {
        if let Some(name) =
            name.downcast_ref::<PyStr>().filter(|name| is_public(name.as_object()) && is_default(&value))
        {
            object.set_attr(name, value.clone(), vm)?;
        }
    }
    Ok(())
}

/// Keywords become attributes; None does not take the place of a default.
pub fn assign(vm: &VirtualMachine, object: &PyObject, values: &PyObject) -> PyResult<()> {
    let values = values.downcast_ref::<PyDict>().ok_or_else(|| vm.new_type_error("keywords are expected"))?;
    for (name, value) in values.to_owned() {
        let name = name.downcast::<PyStr>().map_err(|_| vm.new_type_error("attribute name must be string"))?;
        let keeps = vm.is_none(&value) && vm.get_attribute_opt(object, &name)?.is_some_and(|there| !vm.is_none(&there));
        if !keeps {
            object.set_attr(&name, value, vm)?;
        }
    }
    Ok(())
}

/// The public attributes of an object become those of another, without its knowledge.
pub fn copy_public(vm: &VirtualMachine, from: &PyObject, to: &PyObject) -> PyResult<()> {
    let to = dict_of(vm, to)?;
    for (name, value) in dict_of(vm, from)? {
        if is_public(&name) {
            to.set_item(&*name, value, vm)?;
        }
    }
    Ok(())
}

/// Writes an object's attributes to its element, the one named `first` before the others. `to_text` gives the text of
/// what is neither text nor number.
pub fn write_attributes(
    vm: &VirtualMachine,
    object: &PyObject,
    element: &PyObject,
    first: &PyObject,
    to_text: &PyObject,
) -> PyResult<()> {
    let own = dict_of(vm, object)?;
    let first = first.downcast_ref::<PyStr>();
    let mut last: [Option<(PyObjectRef, PyObjectRef)>; WRITTEN_LAST.len()] = Default::default();
    let write = |name: PyObjectRef, value: PyObjectRef| -> PyResult<()> {
        let value = attribute_text(vm, &name, &value, to_text)?;
        vm.call_method(element, "set", (name, value)).map(drop)
    };
    if let Some(first) = first {
        write(first.to_owned().into(), own.get_item(first, vm)?)?;
    }
    for (name, value) in own {
        let Some(key) = name.downcast_ref::<PyStr>().and_then(|name| name.to_str()) else { continue };
        let skipped = vm.is_none(&value) || key.starts_with('_') || NOT_WRITTEN.contains(&key);
        if skipped || first.is_some_and(|first| first.to_str() == Some(key)) {
            continue;
        }
        match WRITTEN_LAST.iter().position(|known| *known == key).and_then(|at| last.get_mut(at)) {
            Some(place) => *place = Some((name, value)),
            None => write(name, value)?,
        }
    }
    last.into_iter().flatten().try_for_each(|(name, value)| write(name, value))
}

/// The text of an attribute.
fn attribute_text(vm: &VirtualMachine, name: &PyObject, value: &PyObject, to_text: &PyObject) -> PyResult {
    let types = &vm.ctx.types;
    let class: &Py<_> = value.class();
    let is_plain = class.is(types.str_type) || class.is(types.int_type) || class.is(text::unicode_type(vm));
    let is_rating = name.downcast_ref::<PyStr>().is_some_and(|name| name.to_str() == Some("ratingKey"));
    if class.is(types.bool_type) {
        return Ok(text::new_unicode(vm, if value.is(&vm.ctx.true_value) { "1" } else { "0" }));
    }
    if is_plain && !is_rating {
        return Ok(text::new_unicode(vm, &text::unicode_of(vm, value)?));
    }
    to_text.call((name.to_owned(), value.to_owned()), vm)
}
