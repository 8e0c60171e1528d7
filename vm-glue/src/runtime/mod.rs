//! The dialect run time: what Python 2 code finds where the virtual machine alone would be Python 3.
//!
//! Every topic is one file with an install function, listed in the two tables here. [`patch_types`] changes native types
//! before the machine makes its first class (slots are copied when a class is made); [`install`] fills the dialect's
//! builtins and needs a running machine.

pub mod arguments;
pub mod arithmetic;
pub mod attributes;
pub mod buffer;
pub mod builtins;
mod bytearrays;
pub mod bytestr;
pub mod calls;
mod class_attributes;
pub mod class_methods;
pub mod class_names;
pub mod classes;
pub mod classic;
pub mod classic_operators;
pub mod codecs;
pub mod compare;
pub mod compare_strings;
pub mod complex;
mod construction;
pub mod containers;
pub mod dialect;
mod docs;
pub mod exceptions;
pub mod exec;
pub mod files;
pub mod floats;
pub mod format;
mod format_spec;
pub mod frames;
pub mod functions;
pub mod handling;
pub mod hashes;
pub mod intrinsics;
pub mod iterators;
pub mod later_names;
mod machine_streams;
pub mod managers;
pub mod messages;
mod methods;
mod methods_case;
mod methods_split;
mod module_objects;
pub mod names;
mod namespaces;
pub mod number_operators;
pub mod number_texts;
pub mod numbers;
pub mod operand;
pub mod order;
pub mod percent;
pub mod print;
pub mod quote;
pub mod restricted;
pub mod script;
pub mod sequences;
mod sets;
mod site_builtins;
pub mod slices;
pub mod source;
pub mod special_names;
mod string_builtins;
pub mod text;
pub mod traceback;
pub mod unicode;
pub mod unicode_data;
mod unicode_errors;
mod unraisable;
pub mod warning;

use parking_lot::Mutex;
use rustpython_vm::{PyResult, VirtualMachine};

use crate::interpreter::Settings;

/// Changes of native types, in order. They run before any Python class exists and before anything can be imported.
static TYPE_PATCHES: &[fn(&VirtualMachine)] = &[
    construction::patch,
    arithmetic::patch,
    bytestr::patch,
    bytearrays::patch,
    codecs::patch,
    format::patch,
    unicode_errors::patch,
    iterators::install,
    numbers::install,
    functions::install,
    module_objects::install,
    restricted::install,
    containers::patch,
    sequences::patch,
    crate::modules::pickle::reduce::patch,
];

/// Parts that need a running machine, in order: they fill the dialect's builtins with [`dialect::set`] and add
/// intrinsics with [`intrinsics::add`].
static PARTS: &[fn(&VirtualMachine) -> PyResult<()>] = &[
    dialect::install,
    classes::install,
    classic::install,
    exceptions::install,
    compare::install,
    attributes::install,
    builtins::install,
    arithmetic::install,
    string_builtins::install,
    hashes::install,
    buffer::install,
    format::install,
    sequences::install,
    files::install,
    crate::modules::time_module::install,
    special_names::install,
    namespaces::install,
    frames::install,
    handling::install,
    managers::install,
    print::install,
    exec::install,
    calls::install,
    docs::install,
    unraisable::install,
    machine_streams::install,
    site_builtins::install,
];

/// The native types belong to the process: interpreters that start at the same time change them one after another.
static INSTALLING: Mutex<()> = Mutex::new(());

/// Runs [`TYPE_PATCHES`].
pub fn patch_types(vm: &VirtualMachine) {
    let _one_at_a_time = INSTALLING.lock();
    for patch in TYPE_PATCHES {
        patch(vm);
    }
}

/// Runs [`PARTS`].
pub fn install(vm: &VirtualMachine, settings: &Settings) -> PyResult<()> {
    let _one_at_a_time = INSTALLING.lock();
    dialect::create(vm, settings)?;
    text::set_default_codec(vm, settings.default_codec);
    for part in PARTS {
        part(vm)?;
    }
    crate::import::install(vm, settings)
}

#[cfg(test)]
mod testing;

#[cfg(test)]
mod tests {
    use super::testing::run;

    #[test]
    fn unlike_types_have_an_order() {
        assert_eq!(
            run("result = [None < 0, 1 < 'a', 'a' < (), [] < 'a', {} < [], (1, 'a') < ('a', 1), [None] < [0]]"),
            "[True, True, True, True, True, True, True]"
        );
        assert_eq!(run("result = cmp({'a': 1}, {'a': 2}), cmp(1, 1.0), cmp('b', 'a')"), "(-1, 0, 1)");
        assert_eq!(run("result = sorted(['10', 9, '8', 7.5, None])"), "[None, 7.5, 9, '10', '8']");
        assert_eq!(run("result = sorted([3, 1, 2], lambda a, b: cmp(b, a))"), "[3, 2, 1]");
    }

    #[test]
    fn longs_are_a_type_of_their_own() {
        assert_eq!(
            run("result = long(5) + 1, 2 ** 64, type(long(5)), isinstance(5, long), isinstance(2 ** 64, long)"),
            "(6L, 18446744073709551616L, <type 'long'>, False, True)"
        );
        assert_eq!(run("result = hex(long(255)), oct(8), round(2.5), str(0.1 + 0.2)"), "('0xffL', '010', 3.0, '0.3')");
    }

    #[test]
    fn classic_classes() {
        let class = "class C:\n  a = 1\n  def m(self): return self.a\n";
        let shown = |expression: &str| run(&format!("{class}result = {expression}"));
        assert_eq!(shown("C().m(), type(C), type(C()), C.__bases__"), "(1, <type 'classobj'>, <type 'instance'>, ())");
        assert_eq!(shown("C().nope"), "AttributeError: C instance has no attribute 'nope'");
        assert_eq!(shown("C.nope"), "AttributeError: class C has no attribute 'nope'");
        assert_eq!(
            shown("C.m(1)"),
            "TypeError: unbound method m() must be called with C instance as first argument (got int instance instead)"
        );
        assert_eq!(shown("C(1)"), "TypeError: this constructor takes no arguments");
        assert_eq!(shown("C() + 1"), "TypeError: unsupported operand type(s) for +: 'instance' and 'int'");
    }

    #[test]
    fn new_classes() {
        let class = "class C(object):\n  def m(self, a): return a\n  def next(self): return 5\n  def __nonzero__(self): return 0\n";
        let shown = |expression: &str| run(&format!("{class}result = {expression}"));
        assert_eq!(
            shown("C, type(C), next(C()), bool(C()), C.m"),
            "(<class '__main__.C'>, <type 'type'>, 5, False, <unbound method C.m>)"
        );
        assert_eq!(shown("C().m()"), "TypeError: m() takes exactly 2 arguments (1 given)");
        assert_eq!(shown("C(1)"), "TypeError: object() takes no parameters");
        assert_eq!(shown("isinstance(C, type), isinstance(int, type), type(int)"), "(True, True, <type 'type'>)");
    }

    #[test]
    fn exceptions_read_as_in_python_2() {
        assert_eq!(
            run("result = ValueError('x'), KeyError('k').message, ValueError(1, 2)[1]"),
            "(ValueError('x',), 'k', 2)"
        );
        assert_eq!(
            run("result = IOError(2, 'No such file', 'f'), str(IOError(2, 'x', 'f'))"),
            "(IOError(2, 'No such file'), \"[Errno 2] x: 'f'\")"
        );
        assert_eq!(
            run("result = [c.__name__ for c in IOError.__mro__], issubclass(ValueError, StandardError)"),
            "(['IOError', 'EnvironmentError', 'StandardError', 'Exception', 'BaseException', 'object'], True)"
        );
        assert_eq!(run("a, b = 1,"), "ValueError: need more than 1 value to unpack");
        assert_eq!(run("result = 1 // 0"), "ZeroDivisionError: integer division or modulo by zero");
    }
}
