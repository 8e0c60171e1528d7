//! `pack` and `unpack`: Python values in URLs and messages (`spec/objects.md` §7.7). The format itself is `cereal`'s.

use std::collections::HashMap;

use malachite_bigint::BigInt;
use rustpython_vm::builtins::{PyComplex, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PySet, PyTuple};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use reprise_vm_glue::import;
use reprise_vm_glue::runtime::text;

use crate::cereal::{self, Graph, Node, Ref};

/// A kind of instances that may be packed: the legacy objects, cookies, cloud objects.
pub struct InstanceCodec {
    /// Class path and attribute dict of an instance; None for instances of other kinds.
    pub state_of: fn(&VirtualMachine, &PyObject) -> PyResult<Option<(String, PyObjectRef)>>,
    /// An instance of the class of that path; None for other paths.
    pub restore: fn(&VirtualMachine, &str, PyObjectRef) -> PyResult<Option<PyObjectRef>>,
}

/// Every kind of instances, one line each.
static CODECS: &[&InstanceCodec] = &[
    &InstanceCodec { state_of: crate::objects::legacy::packed_state, restore: crate::objects::legacy::unpacked },
    &InstanceCodec { state_of: crate::user_state::packed_cookie, restore: crate::user_state::unpacked_cookie },
    &InstanceCodec { state_of: crate::cloudkit::packed_state, restore: crate::cloudkit::unpacked },
    &InstanceCodec { state_of: crate::older_objects::packed_state, restore: crate::older_objects::unpacked },
    &crate::cerealizer::CODEC,
];

/// Deepest nesting that is packed.
const DEPTH: usize = 500;

/// Packs a value; TypeError for what cannot be packed.
pub fn pack(vm: &VirtualMachine, value: &PyObject) -> PyResult<String> {
    let mut writer = Writer { vm, nodes: Vec::new(), known: HashMap::new(), made: Vec::new() };
    let root = writer.reference(value, 0)?;
    Ok(cereal::pack(&Graph { nodes: writer.nodes, root }))
}

/// Unpacks a value; ValueError for what is no packed value.
pub fn unpack(vm: &VirtualMachine, packed: &str) -> PyResult {
    let graph = cereal::unpack(packed).map_err(|error| vm.new_value_error(error.to_string()))?;
    restore(vm, &graph)
}

/// A value as the format's bytes, not yet made fit for a URL.
pub fn dumps(vm: &VirtualMachine, value: &PyObject) -> PyResult<Vec<u8>> {
    let mut writer = Writer { vm, nodes: Vec::new(), known: HashMap::new(), made: Vec::new() };
    let root = writer.reference(value, 0)?;
    Ok(cereal::encode(&Graph { nodes: writer.nodes, root }))
}

/// The value of the format's bytes.
pub fn loads(vm: &VirtualMachine, data: &[u8]) -> PyResult {
    let graph = cereal::decode(data).map_err(|error| vm.new_value_error(error.to_string()))?;
    restore(vm, &graph)
}

struct Writer<'vm> {
    vm: &'vm VirtualMachine,
    nodes: Vec<Node>,
    /// Node of each object met so far, by identity. The objects stay alive through the root.
    known: HashMap<usize, usize>,
    /// Attribute dicts made while packing: they must not go, or another object could get their identity.
    made: Vec<PyObjectRef>,
}

impl Writer<'_> {
    fn reference(&mut self, value: &PyObject, depth: usize) -> PyResult<Ref> {
        let vm = self.vm;
        if depth > DEPTH {
            return Err(vm.new_value_error("the value is nested too deeply to be packed"));
        }
        if let Some(scalar) = scalar(vm, value)? {
            return Ok(scalar);
        }
        if let Some(index) = self.known.get(&value.get_id()) {
            return Ok(Ref::Node(*index));
        }
        // Its place is taken before its parts are visited: it may contain itself.
        let index = self.nodes.len();
        self.nodes.push(Node::List(Vec::new()));
        self.known.insert(value.get_id(), index);
        let node = self.node(value, depth)?;
        if let Some(slot) = self.nodes.get_mut(index) {
            *slot = node;
        }
        Ok(Ref::Node(index))
    }

    fn node(&mut self, value: &PyObject, depth: usize) -> PyResult<Node> {
        let vm = self.vm;
        let class = value.class();
        let types = &vm.ctx.types;
        for codec in CODECS {
            if let Some((class, state)) = (codec.state_of)(vm, value)? {
                self.made.push(state.clone());
                return Ok(Node::Instance { class, state: self.reference(&state, depth + 1)? });
            }
        }
        if class.is(types.list_type)
            && let Some(list) = value.downcast_ref::<PyList>()
        {
            let items = list.borrow_vec().to_vec();
            return Ok(Node::List(self.items(&items, depth)?));
        }
        if class.is(types.dict_type)
            && let Some(dict) = value.downcast_ref::<PyDict>()
        {
            let entries: Vec<(PyObjectRef, PyObjectRef)> = dict.to_owned().into_iter().collect();
            let keys: PyResult<Vec<Ref>> = entries.iter().map(|(key, _)| self.reference(key, depth + 1)).collect();
            let values: PyResult<Vec<Ref>> =
                entries.iter().map(|(_, value)| self.reference(value, depth + 1)).collect();
            return Ok(Node::Dict(keys?.into_iter().zip(values?).collect()));
        }
        if class.is(types.tuple_type)
            && let Some(tuple) = value.downcast_ref::<PyTuple>()
        {
            return Ok(Node::Tuple(self.items(tuple.as_slice(), depth)?));
        }
        if value.downcastable::<PySet>() {
            let items = vm.extract_elements_with(value, Ok)?;
            return Ok(Node::Set(self.items(&items, depth)?));
        }
        if value.downcastable::<PyFrozenSet>() {
            let items = vm.extract_elements_with(value, Ok)?;
            return Ok(Node::FrozenSet(self.items(&items, depth)?));
        }
        if &*class.name() == "datetime" {
            return datetime_state(vm, value).map(Node::DateTime);
        }
        let repr = String::from_utf8_lossy(&text::repr_of(vm, class.as_object())?).into_owned();
        Err(vm.new_type_error(format!("{repr} cannot be packed")))
    }

    fn items(&mut self, items: &[PyObjectRef], depth: usize) -> PyResult<Vec<Ref>> {
        items.iter().map(|item| self.reference(item, depth + 1)).collect()
    }
}

fn scalar(vm: &VirtualMachine, value: &PyObject) -> PyResult<Option<Ref>> {
    if vm.is_none(value) {
        return Ok(Some(Ref::None));
    }
    let class = value.class();
    if class.is(vm.ctx.types.bool_type) {
        return Ok(Some(Ref::Bool(value.is(&vm.ctx.true_value))));
    }
    if let Some(int) = value.downcast_ref::<PyInt>() {
        let number = int.as_bigint();
        let long = &*class.name() == "long" || i64::try_from(number).is_err();
        return Ok(Some(if long { Ref::Long(number.to_string()) } else { Ref::Int(number.to_string()) }));
    }
    if let Some(bytes) = text::bytes_of(value) {
        return Ok(Some(Ref::Bytes(bytes)));
    }
    if text::is_unicode(value) {
        return Ok(Some(Ref::Text(text::unicode_of(vm, value)?.into_bytes())));
    }
    if value.downcastable::<PyFloat>() || value.downcastable::<PyComplex>() {
        let repr = String::from_utf8_lossy(&text::repr_of(vm, value)?).into_owned();
        return Ok(Some(if value.downcastable::<PyFloat>() { Ref::Float(repr) } else { Ref::Complex(repr) }));
    }
    // Localised strings and results of XML queries are written as the text that they are.
    if matches!(&*class.name(), "LocalString" | "LocalStringWithFormat") {
        return Ok(Some(Ref::Bytes(text::str_of(vm, value)?)));
    }
    Ok(None)
}

fn datetime_state(vm: &VirtualMachine, value: &PyObject) -> PyResult<[u8; 10]> {
    let read = |name: &'static str| -> PyResult<u32> { value.get_attr(name, vm)?.try_into_value(vm) };
    let byte = |number: u32| (number & 0xff) as u8;
    let (year, micro) = (read("year")?, read("microsecond")?);
    Ok([
        byte(year >> 8),
        byte(year),
        byte(read("month")?),
        byte(read("day")?),
        byte(read("hour")?),
        byte(read("minute")?),
        byte(read("second")?),
        byte(micro >> 16),
        byte(micro >> 8),
        byte(micro),
    ])
}

/// Builds the Python values of a graph.
fn restore(vm: &VirtualMachine, graph: &Graph) -> PyResult {
    let count = graph.nodes.len();
    let mut restorer = Restorer { vm, graph, made: vec![None; count] };
    restorer.value(&graph.root, 0)
}

struct Restorer<'a> {
    vm: &'a VirtualMachine,
    graph: &'a Graph,
    made: Vec<Option<PyObjectRef>>,
}

impl Restorer<'_> {
    fn values(&mut self, items: &[Ref], depth: usize) -> PyResult<Vec<PyObjectRef>> {
        items.iter().map(|item| self.value(item, depth)).collect()
    }

    fn value(&mut self, reference: &Ref, depth: usize) -> PyResult {
        let vm = self.vm;
        let number =
            |digits: &str| digits.parse::<BigInt>().map_err(|_| vm.new_value_error("a wrong number was packed"));
        let written = |text: &str| text::new_str(vm, text.as_bytes());
        Ok(match reference {
            Ref::None => vm.ctx.none(),
            Ref::Bool(truth) => vm.ctx.new_bool(*truth).into(),
            Ref::Int(digits) => vm.ctx.new_int(number(digits)?).into(),
            Ref::Long(digits) => match vm.builtins.get_attr("long", vm) {
                Ok(long) => long.call((vm.ctx.new_int(number(digits)?),), vm)?,
                Err(_) => vm.ctx.new_int(number(digits)?).into(),
            },
            Ref::Float(text) => vm.ctx.types.float_type.as_object().call((written(text),), vm)?,
            Ref::Complex(text) => vm.ctx.types.complex_type.as_object().call((written(text),), vm)?,
            Ref::Bytes(bytes) => text::new_str(vm, bytes),
            Ref::Text(bytes) => text::new_unicode(vm, &String::from_utf8_lossy(bytes)),
            Ref::Node(index) => self.object(*index, depth)?,
        })
    }

    /// The object of a node, whole.
    fn object(&mut self, index: usize, depth: usize) -> PyResult {
        let vm = self.vm;
        let too_deep = || vm.new_value_error("a packed value is nested too deeply or contains itself");
        let graph = self.graph;
        let node = graph.nodes.get(index).filter(|_| depth <= DEPTH).ok_or_else(too_deep)?;
        if let Some(Some(object)) = self.made.get(index) {
            return Ok(object.clone());
        }
        let types = &vm.ctx.types;
        let object: PyObjectRef = match node {
            Node::List(items) => {
                let list = vm.ctx.new_list(Vec::new());
                self.keep(index, list.clone().into());
                let items = self.values(items, depth + 1)?;
                *list.borrow_vec_mut() = items;
                return Ok(list.into());
            }
            Node::Dict(entries) => {
                let dict = vm.ctx.new_dict();
                self.keep(index, dict.clone().into());
                for (key, value) in entries {
                    let key = self.value(key, depth + 1)?;
                    dict.set_item(&*key, self.value(value, depth + 1)?, vm)?;
                }
                return Ok(dict.into());
            }
            Node::Tuple(items) => vm.ctx.new_tuple(self.values(items, depth + 1)?).into(),
            Node::Set(items) => {
                let items = vm.ctx.new_list(self.values(items, depth + 1)?);
                types.set_type.as_object().call((items,), vm)?
            }
            Node::FrozenSet(items) => {
                let items = vm.ctx.new_list(self.values(items, depth + 1)?);
                types.frozenset_type.as_object().call((items,), vm)?
            }
            Node::DateTime(state) => datetime(vm, state)?,
            Node::Instance { class, state } => {
                let state = self.value(state, depth + 1)?;
                let mut restored = None;
                for codec in CODECS {
                    restored = (codec.restore)(vm, class, state.clone())?;
                    if restored.is_some() {
                        break;
                    }
                }
                restored
                    .ok_or_else(|| vm.new_value_error(format!("objects of the class {class} cannot be unpacked")))?
            }
        };
        self.keep(index, object.clone());
        Ok(object)
    }

    fn keep(&mut self, index: usize, object: PyObjectRef) {
        if let Some(slot) = self.made.get_mut(index) {
            *slot = Some(object);
        }
    }
}

fn datetime(vm: &VirtualMachine, state: &[u8; 10]) -> PyResult {
    let [year_high, year_low, month, day, hour, minute, second, micro_high, micro_middle, micro_low] =
        state.map(u32::from);
    let parts = [
        (year_high << 8) | year_low,
        month,
        day,
        hour,
        minute,
        second,
        (micro_high << 16) | (micro_middle << 8) | micro_low,
    ];
    let parts: Vec<PyObjectRef> = parts.iter().map(|part| vm.ctx.new_int(*part).into()).collect();
    import::module(vm, "datetime")?.get_attr("datetime", vm)?.call(parts, vm)
}
