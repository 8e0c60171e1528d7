//! Namespaces of code that are no plain dicts: `exec code in globals, mapping`, `eval(code, {}, defaultdict(int))`.
//!
//! The lowering's [intrinsics](super::intrinsics) are names as well, and a mapping that makes up a value for every name
//! must not be asked for those. So code runs with a [`Namespace`] around such a mapping.

use rustpython_vm::builtins::{PyDict, PyStr};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::protocol::PyMappingMethods;
use rustpython_vm::types::AsMapping;
use rustpython_vm::{PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};
use std::sync::LazyLock;

/// A mapping without the names of intrinsics.
#[pyclass(module = false, name = "namespace")]
#[derive(Debug, PyPayload)]
pub struct Namespace {
    mapping: PyObjectRef,
}

impl Namespace {
    /// What code can run in: a plain dict as it is, anything else in a namespace.
    pub fn around(mapping: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
        if mapping.downcast_ref_if_exact::<PyDict>(vm).is_some() || super::frames::is_namespace(&mapping) {
            return mapping;
        }
        Self { mapping }.into_ref(&vm.ctx).into()
    }

    /// The mapping that a program knows.
    pub fn inside(object: PyObjectRef) -> PyObjectRef {
        match object.downcast_ref::<Self>() {
            Some(namespace) => namespace.mapping.clone(),
            None => object,
        }
    }
}

fn is_intrinsic(name: &PyObject) -> bool {
    name.downcast_ref::<PyStr>().is_some_and(|name| name.as_bytes().first() == Some(&b'<'))
}

#[pyclass(with(AsMapping))]
impl Namespace {}

impl AsMapping for Namespace {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: LazyLock<PyMappingMethods> = LazyLock::new(|| PyMappingMethods {
            length: Some(|mapping, vm| Namespace::mapping_downcast(mapping).mapping.length(vm)),
            subscript: Some(|mapping, key, vm| match is_intrinsic(key) {
                true => Err(vm.new_key_error(key.to_owned())),
                false => Namespace::mapping_downcast(mapping).mapping.get_item(key, vm),
            }),
            ass_subscript: Some(|mapping, key, value, vm| {
                let mapping = &Namespace::mapping_downcast(mapping).mapping;
                match value {
                    Some(value) => mapping.set_item(key, value, vm),
                    None => mapping.del_item(key, vm),
                }
            }),
        });
        &METHODS
    }
}

/// Makes the type.
pub fn install(_vm: &VirtualMachine) -> PyResult<()> {
    let _ = Namespace::make_static_type();
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::runtime::testing::run_python_2 as run;

    #[test]
    fn mappings_are_asked_for_names_of_the_source_only() {
        let code = "import collections\nclass M(object):\n  seen = []\n  \
                    def __getitem__(self, name):\n    self.seen.append(name)\n    raise KeyError(name)\n  \
                    def __setitem__(self, name, value): pass\n\
                    exec 'a = len([1]) / 2\\nprint >>out, 5,' in {'out': None}, M()\n\
                    result = M.seen, eval('a.keys + b.items' if 0 else 'a + b / 2', {}, collections.defaultdict(int))";
        assert_eq!(run(code), "(['len', 'out'], 0)");
    }
}
