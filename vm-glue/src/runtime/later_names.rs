//! Attributes that native types have in the machine, for its own library, and that Python 2's types have not.
//!
//! Libraries written for both versions tell them apart by such names (`str.isidentifier`, `datetime.fold`): `hasattr`,
//! `getattr` and `dir` do not show them, and reads of the unmistakable ones go through the intrinsic of
//! [`special_names`](super::special_names).

use std::collections::HashSet;
use std::sync::LazyLock;

use rustpython_vm::builtins::{PyBaseException, PyType};
use rustpython_vm::{AsObject, Py, PyObject, VirtualMachine};

const STRING: &str =
    "casefold format_map isascii isidentifier isprintable maketrans removeprefix removesuffix __getnewargs_ex__";
const INT: &str = "to_bytes from_bytes bit_count as_integer_ratio is_integer __ceil__ __floor__ __round__";
const TIME: &str = "fold timestamp fromisoformat fromisocalendar __replace__";

/// By the machine's name of the native type that has them.
static LATER: &[(&str, &str)] = &[
    ("str", "isdecimal isnumeric"),
    ("str", STRING),
    ("unicode", STRING),
    ("bytearray", "isascii maketrans removeprefix removesuffix hex clear copy resize"),
    ("memoryview", "cast c_contiguous contiguous f_contiguous hex nbytes obj release toreadonly __enter__ __exit__"),
    ("int", INT),
    ("bool", INT),
    ("float", "from_number __ceil__ __floor__ __round__"),
    ("complex", "from_number __complex__"),
    ("list", "clear copy"),
    ("dict", "__or__ __ror__ __ior__ __reversed__"),
    ("datetime", TIME),
    ("date", "strptime"),
    ("date", TIME),
    ("time", "strptime"),
    ("time", TIME),
    ("function", "__qualname__ __kwdefaults__ __annotations__ __builtins__ __type_params__"),
    ("builtin_function_or_method", "__qualname__ __text_signature__"),
    ("method_descriptor", "__qualname__ __text_signature__"),
    ("method", "__qualname__ __builtins__"),
    ("generator", "__qualname__ gi_yieldfrom"),
    ("type", "__qualname__ __annotations__ __prepare__ __text_signature__ __type_params__ __or__ __ror__"),
    (
        "code",
        "co_kwonlyargcount co_posonlyargcount co_qualname co_lines co_positions co_linetable co_exceptiontable replace",
    ),
    ("BaseException", "__context__ __suppress_context__ __traceback__ add_note with_traceback"),
    ("OSError", "filename2"),
    ("ImportError", "name path name_from"),
    ("AttributeError", "name obj"),
    ("NameError", "name"),
    ("StopIteration", "value"),
    ("SyntaxError", "end_lineno end_offset"),
    ("object", "__getstate__"),
    ("Decimal", "as_integer_ratio __ceil__ __floor__ __round__"),
];

fn is_later(class: &Py<PyType>, name: &str) -> bool {
    let class_name = class.name();
    LATER.iter().any(|(known, names)| *known == &*class_name && names.split(' ').any(|later| later == name))
}

/// Whether an attribute is one that the machine alone knows of.
pub fn is_hidden(object: &PyObject, name: &[u8], vm: &VirtualMachine) -> bool {
    let Ok(name) = std::str::from_utf8(name) else { return false };
    if matches!(name, "__eq__" | "__ne__") {
        // Python 2 compares numbers without fractions, None and functions by other means.
        let class = object.class();
        return class.heaptype_ext().is_none()
            && matches!(&*super::names::type_name_of(object), "int" | "long" | "bool" | "NoneType" | "function");
    }
    if name == "__cause__" {
        // Only programs that set it themselves have one.
        return object
            .downcast_ref::<PyBaseException>()
            .is_some_and(|error| error.__cause__().is_none_or(|cause| vm.is_none(cause.as_object())));
    }
    static ALL: LazyLock<HashSet<&str>> =
        LazyLock::new(|| LATER.iter().flat_map(|(_, names)| names.split_whitespace()).collect());
    if !ALL.contains(name) {
        return false;
    }
    let Some(interned) = vm.ctx.interned_str(name) else { return false };
    let of_unicode = matches!(name, "isdecimal" | "isnumeric");
    let is_unicode = |class: &Py<PyType>| class.mro_collect().iter().any(|base| &*base.name() == "unicode");
    if of_unicode && is_unicode(object.downcast_ref::<PyType>().unwrap_or(object.class())) {
        return false;
    }
    let owner = |class: &Py<PyType>| class.mro_collect().into_iter().find(|base| base.attributes().contains(interned));
    let class_owner = match object.downcast_ref::<PyType>() {
        Some(class) => owner(class),
        None if object.dict().is_some_and(|dict| dict.contains_key(name, vm)) => return false,
        None => None,
    };
    let found = class_owner.or_else(|| owner(object.class()));
    found.is_some_and(|class| class.heaptype_ext().is_none() && is_later(&class, name))
}

/// The native types that have comparison methods in Python 2; the others compare by `__cmp__` or not at all.
const COMPARING: &[&str] = &[
    "str",
    "unicode",
    "list",
    "tuple",
    "dict",
    "set",
    "frozenset",
    "float",
    "complex",
    "bytearray",
    "memoryview",
    "type",
    "builtin_function_or_method",
    "method",
    "weakref",
    "deque",
    "date",
    "datetime",
    "time",
    "timedelta",
    "array",
    "defaultdict",
    "OrderedDict",
    "cell",
    "dict_keys",
    "dict_items",
    "mappingproxy",
];

/// Attributes that the machine gives to every object, and Python 2 to those that have a use for them: the comparison
/// methods, and the module of an object whose class is native.
pub fn is_inherited_by_all(object: &PyObject, name: &[u8], vm: &VirtualMachine) -> bool {
    let class = object.downcast_ref::<PyType>().unwrap_or(object.class());
    match name {
        b"__module__" => {
            object.class().heaptype_ext().is_none()
                && class.heaptype_ext().is_none()
                && object.dict().is_none_or(|dict| !dict.contains_key("__module__", vm))
                && !matches!(&*object.class().name(), "function" | "builtin_function_or_method" | "method" | "classobj")
        }
        b"__eq__" | b"__ne__" | b"__lt__" | b"__le__" | b"__gt__" | b"__ge__" => {
            let Ok(name) = std::str::from_utf8(name) else { return false };
            let Some(interned) = vm.ctx.interned_str(name) else { return true };
            !class.mro_collect().iter().any(|base| match base.heaptype_ext() {
                Some(_) => base.attributes().contains(interned),
                None => {
                    let full = base.name();
                    COMPARING.contains(&full.rsplit('.').next().unwrap_or(&full))
                }
            })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use reprise_python2::lower::special_names::UNMISTAKABLE;

    use super::*;

    #[test]
    fn unmistakable_names_are_in_the_table() {
        for name in UNMISTAKABLE.iter().filter(|name| **name != "__cause__") {
            assert!(LATER.iter().any(|(_, names)| names.split(' ').any(|later| later == *name)), "{name}");
        }
    }
}
