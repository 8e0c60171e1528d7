//! Descriptions of the builtins (`len.__doc__`, `str.__doc__`, `help(len)`): the machine is built without any.

use rustpython_vm::builtins::{PyStr, PyType};
use rustpython_vm::function::PySetterValue;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyResult, VirtualMachine};

use super::{dialect, numbers, text};

/// Builtin functions.
const FUNCTIONS: &[(&str, &str)] = &[
    ("__import__", "__import__(name, globals={}, locals={}, fromlist=[], level=-1): imports a module."),
    ("abs", "abs(number): its absolute value."),
    ("all", "all(iterable): True unless one of the elements is false."),
    ("any", "any(iterable): True if one of the elements is true."),
    ("apply", "apply(function[, args[, keywords]]): calls the function with a sequence and a dict of arguments."),
    ("bin", "bin(number): the text of an integer to base 2."),
    ("callable", "callable(object): can it be called?"),
    ("chr", "chr(i): the string of the one byte i."),
    ("cmp", "cmp(x, y): a negative number, zero or a positive one for x < y, x == y, x > y."),
    ("coerce", "coerce(x, y): a tuple of both numbers in a common type."),
    ("compile", "compile(source, filename, mode[, flags[, dont_inherit]]): makes a code object."),
    ("delattr", "delattr(object, name): del object.name."),
    ("dir", "dir([object]): a sorted list of the names of an object, or of those in scope."),
    ("divmod", "divmod(x, y): the tuple (x // y, x % y)."),
    ("eval", "eval(source[, globals[, locals]]): the value of an expression."),
    ("execfile", "execfile(filename[, globals[, locals]]): runs a script."),
    ("filter", "filter(function, sequence): the elements for which the function (or the element itself) is true."),
    ("format", "format(value[, spec]): the text of value.__format__(spec)."),
    ("getattr", "getattr(object, name[, default]): object.name."),
    ("globals", "globals(): the dict of the module's variables."),
    ("hasattr", "hasattr(object, name): does reading object.name work?"),
    ("hash", "hash(object): an integer, the same for equal objects."),
    ("hex", "hex(number): the text of an integer to base 16."),
    ("id", "id(object): an integer that no other living object has."),
    ("input", "input([prompt]): the value of the expression in a line of standard input."),
    ("intern", "intern(string): the one string object with this text."),
    ("isinstance", "isinstance(object, class): is it an instance of the class (or of one in a tuple)?"),
    ("issubclass", "issubclass(class, base): is it derived from the base (or from one in a tuple)?"),
    ("iter", "iter(collection) or iter(callable, sentinel): an iterator."),
    ("len", "len(object): the number of its elements."),
    ("locals", "locals(): a dict of the variables in scope."),
    ("map", "map(function, sequence[, sequence...]): a list of the function's results."),
    ("max", "max(iterable[, key=function]) or max(a, b, c, ...[, key=function]): the largest."),
    ("min", "min(iterable[, key=function]) or min(a, b, c, ...[, key=function]): the smallest."),
    ("next", "next(iterator[, default]): its next element."),
    ("oct", "oct(number): the text of an integer to base 8."),
    ("open", "open(name[, mode[, buffering]]): an open file."),
    ("ord", "ord(c): the number of a character."),
    ("pow", "pow(x, y[, z]): x ** y, or x ** y % z."),
    ("print", "print(value, ..., sep=' ', end='\\n', file=sys.stdout): writes the values."),
    ("range", "range([start,] stop[, step]): a list of integers."),
    ("raw_input", "raw_input([prompt]): a line of standard input without its end."),
    ("reduce", "reduce(function, sequence[, initial]): one value, from left to right."),
    ("reload", "reload(module): imports a module again."),
    ("repr", "repr(object): its text for programmers."),
    ("round", "round(number[, ndigits]): a float rounded half away from zero."),
    ("setattr", "setattr(object, name, value): object.name = value."),
    ("sorted", "sorted(iterable, cmp=None, key=None, reverse=False): a sorted list."),
    ("sum", "sum(sequence[, start]): the sum of numbers."),
    ("unichr", "unichr(i): the unicode string of one character."),
    ("vars", "vars([object]): its __dict__, or the variables in scope."),
    ("zip", "zip(sequence[, sequence...]): a list of tuples of the elements at the same place."),
];

type ClassOf = fn(&VirtualMachine) -> &'static Py<PyType>;

/// Native types.
const TYPES: &[(ClassOf, &str)] = &[
    (|vm| vm.ctx.types.bool_type, "bool(x): True or False."),
    (|vm| vm.ctx.types.bytearray_type, "bytearray([source[, encoding[, errors]]]): a byte string that can be changed."),
    (|vm| vm.ctx.types.complex_type, "complex(real[, imag]): a complex number."),
    (|vm| vm.ctx.types.dict_type, "dict(), dict(mapping), dict(iterable of pairs), dict(**names): a dictionary."),
    (|vm| vm.ctx.types.enumerate_type, "enumerate(iterable[, start]): pairs of a number and an element."),
    (|vm| vm.ctx.types.float_type, "float(x): a floating-point number from a string or number."),
    (|vm| vm.ctx.types.frozenset_type, "frozenset([iterable]): a set that cannot be changed."),
    (|vm| vm.ctx.types.int_type, "int(x=0), int(text, base=10): an integer."),
    (|vm| vm.ctx.types.list_type, "list([iterable]): a list."),
    (numbers::long_type, "long(x=0), long(text, base=10): an integer of any size."),
    (|vm| vm.ctx.types.reverse_iter_type, "reversed(sequence): an iterator from the end."),
    (|vm| vm.ctx.types.set_type, "set([iterable]): a set of different elements."),
    (|vm| vm.ctx.types.slice_type, "slice([start,] stop[, step]): what stands in brackets."),
    (|vm| vm.ctx.types.str_type, "str(object=''): a byte string; the text of an object for people."),
    (
        |vm| vm.ctx.types.super_type,
        "super(type[, object or class]): the attributes of the next class in the order of bases.",
    ),
    (|vm| vm.ctx.types.tuple_type, "tuple([iterable]): a tuple."),
    (text::unicode_type, "unicode(object='', encoding=default, errors='strict'): a unicode string."),
];

fn function_doc(name: &str) -> Option<&'static str> {
    let at = FUNCTIONS.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    FUNCTIONS.get(at).map(|(_, text)| *text)
}

/// Lets the builtins answer `__doc__`.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    for (class, text) in TYPES {
        class(vm).set_attr(vm.ctx.intern_str("__doc__"), vm.ctx.new_str(*text).into());
    }
    let class = vm.ctx.types.builtin_function_or_method_type;
    let name = vm.ctx.intern_str("__doc__");
    let Some(old) = class.get_attr(name) else { return Ok(()) };
    let Some(get) = old.class().slots().descr_get.load() else { return Ok(()) };
    let getter = move |object: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let found = get(&old, Some(&object), Some(object.class().as_object()), vm)?;
        if !vm.is_none(&found) {
            return Ok(found);
        }
        let name = object.get_attr("__name__", vm)?;
        let Some(name) = name.downcast_ref::<PyStr>().and_then(|name| name.to_str()) else { return Ok(found) };
        let own = dialect::builtins(vm)?.get_item_opt(name, vm)?.is_some_and(|builtin| builtin.is(&object));
        Ok(match function_doc(name).filter(|_| own) {
            Some(text) => vm.ctx.new_str(text).into(),
            None => found,
        })
    };
    let setter = |_object: PyObjectRef, _value: PySetterValue, vm: &VirtualMachine| -> PyResult<()> {
        Err(vm.new_attribute_error("attribute '__doc__' of 'builtin_function_or_method' objects is not writable"))
    };
    class.set_attr(name, vm.ctx.new_static_getset("__doc__", class, getter, setter).into());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::FUNCTIONS;
    use crate::runtime::testing::run;

    #[test]
    fn names_are_sorted() {
        assert!(FUNCTIONS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn builtins_have_descriptions() {
        assert_eq!(
            run("result = type(len.__doc__), type(str.__doc__), type(dict.__doc__)"),
            "(<type 'str'>, <type 'str'>, <type 'str'>)"
        );
    }
}
