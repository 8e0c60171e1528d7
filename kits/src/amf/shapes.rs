//! The Python objects that AMF values are read into, and what kinds of objects are written: the classes stand in the module
//! `pyamf` (`python/pyamf/__init__.py`).

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyDict, PyFloat, PyInt, PyList, PyTuple};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::input::Trouble;
use crate::libraries;

/// The module `pyamf`, for those who read and write.
pub struct Shapes<'a> {
    pub vm: &'a VirtualMachine,
    module: PyObjectRef,
}

/// What an object is to a writer.
pub enum Kind {
    Undefined,
    Null,
    Bool(bool),
    /// A whole number that has 32 bits at most.
    Int(i32),
    Number(f64),
    Text(String),
    List(Vec<PyObjectRef>),
    /// Seconds since 1970.
    Date(f64),
    Bytes(Vec<u8>),
    Xml(String),
    /// An array whose items have names; those with numbers come first.
    Mixed(Vec<(String, PyObjectRef)>),
    /// An object: its class's name (empty for none) and what it has.
    Object(String, Vec<(String, PyObjectRef)>),
    /// A list in the shape that Flex gives its collections.
    Collection(PyObjectRef),
}

impl<'a> Shapes<'a> {
    pub fn new(vm: &'a VirtualMachine) -> PyResult<Shapes<'a>> {
        Ok(Shapes { vm, module: libraries::module(vm, "pyamf")? })
    }

    fn call(&self, name: &'static str, arguments: Vec<PyObjectRef>) -> PyResult {
        self.module.get_attr(name, self.vm)?.call(arguments, self.vm)
    }

    pub fn null(&self) -> PyObjectRef {
        self.vm.ctx.none()
    }

    pub fn undefined(&self) -> PyResult {
        self.module.get_attr("Undefined", self.vm)
    }

    pub fn text(&self, content: &str) -> PyObjectRef {
        text::new_unicode(self.vm, content)
    }

    /// A number; a whole one becomes an int, as PyAMF makes it.
    pub fn number(&self, number: f64) -> PyObjectRef {
        if number.fract() == 0.0 && number.abs() < 9e15 {
            return self.vm.ctx.new_int(number as i64).into();
        }
        self.vm.ctx.new_float(number).into()
    }

    /// A date from its milliseconds since 1970.
    pub fn date(&self, milliseconds: f64) -> PyResult {
        self.call("_date", vec![self.vm.ctx.new_float(milliseconds).into()])
    }

    pub fn xml(&self, source: &str) -> PyResult {
        self.call("_xml", vec![text::new_unicode(self.vm, source)])
    }

    pub fn bytes(&self, data: &[u8]) -> PyResult {
        self.call("_byte_array", vec![text::new_str(self.vm, data)])
    }

    pub fn list(&self) -> PyObjectRef {
        self.vm.ctx.new_list(Vec::new()).into()
    }

    pub fn append(&self, list: &PyObject, item: PyObjectRef) -> PyResult<()> {
        match list.downcast_ref::<PyList>() {
            Some(list) => list.borrow_vec_mut().push(item),
            None => {
                self.vm.call_method(list, "append", (item,))?;
            }
        }
        Ok(())
    }

    /// A new object without content: of the class that is registered for the name, else of the general one.
    pub fn object(&self, class: &str) -> PyResult {
        self.call("_new", vec![text::new_unicode(self.vm, class)])
    }

    pub fn mixed_array(&self) -> PyResult {
        self.call("MixedArray", Vec::new())
    }

    /// Gives an object what was read for it.
    pub fn set(&self, object: &PyObject, name: &str, value: PyObjectRef) -> PyResult<()> {
        if object.downcast_ref::<PyDict>().is_some() {
            return object.set_item(&*text::native(self.vm, name), value, self.vm);
        }
        let name = self.vm.ctx.intern_str(name);
        object.set_attr(name, value, self.vm)
    }

    /// Sets an item of an array with names; a number counts as one.
    pub fn set_item(&self, array: &PyObject, name: &str, value: PyObjectRef) -> PyResult<()> {
        let key: PyObjectRef = match name.parse::<i64>() {
            Ok(number) => self.vm.ctx.new_int(number).into(),
            Err(_) => text::native(self.vm, name),
        };
        array.set_item(&*key, value, self.vm)
    }

    /// An object whose class writes itself: PyAMF knows the collections of Flex.
    pub fn collection(&self, class: &str, content: PyObjectRef) -> PyResult {
        self.call("_collection", vec![text::new_unicode(self.vm, class), content])
    }

    pub fn is_collection(class: &str) -> bool {
        COLLECTIONS.contains(&class)
    }

    /// What a value is written as.
    pub fn kind(&self, value: &PyObject) -> Result<Kind, Trouble> {
        let vm = self.vm;
        if vm.is_none(value) {
            return Ok(Kind::Null);
        }
        if value.is(&vm.ctx.true_value) || value.is(&vm.ctx.false_value) {
            return Ok(Kind::Bool(value.is(&vm.ctx.true_value)));
        }
        if let Some(number) = value.downcast_ref::<PyInt>() {
            if let Ok(number) = i32::try_from(number.as_bigint()) {
                return Ok(Kind::Int(number));
            }
            return Ok(Kind::Number(value.try_float(vm)?.to_f64()));
        }
        if let Some(number) = value.downcast_ref::<PyFloat>() {
            return Ok(Kind::Number(number.to_f64()));
        }
        if text::is_basestring(value) && &*value.class().name() != "ByteArray" {
            return Ok(Kind::Text(text::text_of(vm, value)?.unwrap_or_default()));
        }
        // Most of what there is: plain lists and dictionaries.
        let class = value.class();
        if class.is(vm.ctx.types.list_type) || class.is(vm.ctx.types.tuple_type) {
            return Ok(Kind::List(items(value)));
        }
        if class.is(vm.ctx.types.dict_type)
            && let Some(dict) = value.downcast_ref::<PyDict>()
        {
            let named = dict.into_iter().map(|(name, item)| Some((member_name(vm, &name)?, item)));
            if let Some(members) = named.collect() {
                return Ok(Kind::Object(String::new(), members));
            }
        }
        // The module says what the rest is: a tag and what belongs to it.
        let told = self.call("_kind", vec![value.to_owned()])?;
        let Some(told) = told.downcast_ref::<PyTuple>() else {
            return Ok(Kind::Undefined);
        };
        let part = |at: usize| told.as_slice().get(at).cloned().unwrap_or_else(|| vm.ctx.none());
        let words = |object: &PyObject| -> PyResult<String> { Ok(text::text_of(vm, object)?.unwrap_or_default()) };
        Ok(match words(&part(0))?.as_str() {
            "text" => Kind::Text(words(&part(1))?),
            "list" => Kind::List(items(&part(1))),
            "date" => Kind::Date(part(1).try_float(vm)?.to_f64()),
            "bytes" => Kind::Bytes(text::str_of(vm, &part(1))?),
            "xml" => Kind::Xml(words(&part(1))?),
            "mixed" => Kind::Mixed(self.pairs(&part(1))?),
            "object" => Kind::Object(words(&part(1))?, self.pairs(&part(2))?),
            "collection" => Kind::Collection(part(1)),
            _ => Kind::Undefined,
        })
    }

    fn pairs(&self, list: &PyObject) -> PyResult<Vec<(String, PyObjectRef)>> {
        let mut pairs = Vec::new();
        for pair in items(list) {
            if let Some([name, value]) = pair.downcast_ref::<PyTuple>().map(|pair| pair.as_slice()) {
                pairs.push((text::unicode_of(self.vm, name)?, value.clone()));
            }
        }
        Ok(pairs)
    }
}

/// Classes of Flex that stand for a list or an object.
const COLLECTIONS: [&str; 3] =
    ["flex.messaging.io.ArrayCollection", "flex.messaging.io.ArrayList", "flex.messaging.io.ObjectProxy"];

fn items(list: &PyObject) -> Vec<PyObjectRef> {
    match (list.downcast_ref::<PyList>(), list.downcast_ref::<PyTuple>()) {
        (Some(list), _) => list.borrow_vec().to_vec(),
        (None, Some(tuple)) => tuple.as_slice().to_vec(),
        (None, None) => Vec::new(),
    }
}

/// The name of a member; None for what the module has to judge.
fn member_name(vm: &VirtualMachine, name: &PyObject) -> Option<String> {
    match name.downcast_ref::<PyInt>() {
        Some(number) if !name.class().is(vm.ctx.types.bool_type) => Some(number.as_bigint().to_string()),
        _ => text::text_of(vm, name).ok()?,
    }
}

/// Objects that were written before, by identity; equal texts are told apart elsewhere.
#[derive(Default)]
pub struct Written {
    objects: std::collections::HashMap<usize, u32>,
    /// Kept alive, so that no address is used twice.
    kept: Vec<PyObjectRef>,
    next: u32,
}

impl Written {
    /// The number of an object that was written before; else it gets one.
    pub fn number(&mut self, object: &PyObject) -> Option<u32> {
        if let Some(number) = self.objects.get(&object.get_id()) {
            return Some(*number);
        }
        self.objects.insert(object.get_id(), self.next);
        self.kept.push(object.to_owned());
        self.next += 1;
        None
    }
}
