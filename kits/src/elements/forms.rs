//! Attributes that only elements of forms have (`spec/kits.md` §4.3). What they mean is written in Python 2
//! (`python/lxml/html_forms.py`), loaded when one of them is used for the first time.

use std::sync::Once;

use reprise_vm_glue::runtime::text;
use rustpython_vm::class::StaticType;
use rustpython_vm::function::PySetterValue;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use super::element::HtmlElement;
use crate::libraries;

/// The attributes; elements that have not got one say so.
const NAMES: [&str; 16] = [
    "action",
    "checkable",
    "checked",
    "classes",
    "fields",
    "for_element",
    "form",
    "form_values",
    "inputs",
    "label",
    "method",
    "multiple",
    "name",
    "type",
    "value",
    "value_options",
];

/// Puts the attributes into the class of HTML elements.
pub fn install(vm: &VirtualMachine) {
    static DONE: Once = Once::new();
    DONE.call_once(|| {
        let class = HtmlElement::static_type();
        for name in NAMES {
            let read = move |element: PyObjectRef, vm: &VirtualMachine| -> PyResult {
                let function = libraries::module(vm, "lxml.html")?.get_attr("_read_attribute", vm)?;
                function.call((element, text::native(vm, name)), vm)
            };
            let write = move |element: PyObjectRef, value: PySetterValue, vm: &VirtualMachine| -> PyResult<()> {
                let PySetterValue::Assign(value) = value else {
                    return Err(vm.new_attribute_error("can't delete attribute"));
                };
                let function = libraries::module(vm, "lxml.html")?.get_attr("_write_attribute", vm)?;
                function.call((element, text::native(vm, name), value), vm).map(drop)
            };
            let attribute: PyObjectRef = vm.ctx.new_getset(name, class, read, write).into();
            class.set_attr(vm.ctx.intern_str(name), attribute);
        }
    });
}
