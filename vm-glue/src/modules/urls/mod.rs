//! Quoting and queries for `urllib`, and the module `urlparse`.
//!
//! The delimiters of URLs are ASCII, and ASCII is the same byte in both string types: everything here cuts the machine's
//! own text into pieces, which keep the type of what they are cut from.

mod parts;
pub mod queries;
pub mod quoting;
mod results;

pub use results::module;

use rustpython_vm::builtins::PyStr;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyResult, VirtualMachine};
use rustpython_wtf8::Wtf8;

use crate::runtime::{arguments, names, text};

/// A string of either type.
#[derive(Clone, Copy)]
struct Text<'a> {
    object: &'a PyObject,
    content: &'a Wtf8,
    unicode: bool,
}

impl<'a> Text<'a> {
    /// The string; `attribute` is what Python 2 would have looked for first, for the error of other types.
    fn of(vm: &VirtualMachine, object: &'a PyObject, attribute: &str) -> PyResult<Self> {
        match object.downcast_ref::<PyStr>() {
            Some(string) => Ok(Self::from_string(object, string)),
            None => {
                let kind = names::type_name_of(object);
                Err(vm.new_attribute_error(format!("'{kind}' object has no attribute '{attribute}'")))
            }
        }
    }

    fn from_string(object: &'a PyObject, string: &'a Py<PyStr>) -> Self {
        Self { object, content: string.as_wtf8(), unicode: text::is_unicode(object) }
    }

    fn bytes(&self) -> &'a [u8] {
        self.content.as_bytes()
    }

    /// The string itself.
    fn whole(&self) -> PyObjectRef {
        self.object.to_owned()
    }

    /// A piece of it, cut at ASCII characters.
    fn piece(&self, vm: &VirtualMachine, start: usize, end: usize) -> PyObjectRef {
        if start == 0 && end == self.content.len() {
            return self.whole();
        }
        self.same_type(vm, self.content.get(start..end).unwrap_or_default())
    }

    /// Other text of the same type.
    fn same_type(&self, vm: &VirtualMachine, content: &Wtf8) -> PyObjectRef {
        if self.unicode { text::new_unicode_wtf8(vm, content) } else { vm.ctx.new_str(content).into() }
    }
}

/// Arguments of a function that Python 2's library wrote in Python, with the messages that such a function has.
fn parameters<const COUNT: usize>(
    vm: &VirtualMachine,
    function: &str,
    args: FuncArgs,
    names: [&str; COUNT],
    required: usize,
) -> PyResult<[Option<PyObjectRef>; COUNT]> {
    let values = arguments::of_python(vm, function, args, &names, required)?;
    Ok(<[Option<PyObjectRef>; COUNT]>::try_from(values).unwrap_or([const { None }; COUNT]))
}

/// Joins strings as `+` does: with a unicode among them the others are decoded.
fn concatenated(vm: &VirtualMachine, parts: &[&PyObject]) -> PyResult {
    let Some((first, rest)) = parts.split_first() else { return Ok(vm.ctx.empty_str.to_owned().into()) };
    let mut whole: PyObjectRef = (*first).to_owned();
    for part in rest {
        whole = vm._add(&whole, part)?;
    }
    Ok(whole)
}

/// A plain ASCII `str`.
fn plain(vm: &VirtualMachine, content: &'static str) -> PyObjectRef {
    vm.ctx.new_str(content).into()
}

/// Whether it is the empty string, or false in another way.
fn is_true(vm: &VirtualMachine, object: &PyObject) -> PyResult<bool> {
    match object.downcast_ref::<PyStr>() {
        Some(string) => Ok(!string.as_wtf8().is_empty()),
        None => object.to_owned().try_to_bool(vm),
    }
}
