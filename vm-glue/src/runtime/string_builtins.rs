//! Builtin functions on strings: `str`, `unicode`, `basestring`, `chr`, `unichr`, `ord`, `intern`, `repr`, and what hangs
//! on the native string types of other places (`unicode(exception)`, the texts of codec errors).

use super::operand::Kind;
use super::{arguments, dialect, exceptions, names, text, unicode};
use rustpython_common::wtf8::CodePoint;
use rustpython_vm::builtins::{PyBaseException, PyByteArray, PyStr, PyType, PyTypeRef};
use rustpython_vm::function::{FuncArgs, PyMethodFlags};
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

/// Fills the builtins.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    dialect::set(vm, "str", vm.ctx.types.str_type.to_owned())?;
    dialect::set(vm, "bytes", vm.ctx.types.str_type.to_owned())?;
    dialect::set(vm, "unicode", text::unicode_type(vm).to_owned())?;
    dialect::set(vm, "basestring", basestring(vm)?)?;
    dialect::set_function(vm, "chr", chr)?;
    dialect::set_function(vm, "unichr", unichr)?;
    dialect::set_function(vm, "ord", ord)?;
    dialect::set_function(vm, "intern", intern)?;
    dialect::set_function(vm, "repr", |args: FuncArgs, vm: &VirtualMachine| {
        text::repr_object(vm, arguments::one(vm, "repr", &args)?)
    })?;
    let exception = vm.ctx.exceptions.base_exception_type;
    let definition = vm.ctx.new_method_def(
        "__unicode__",
        exception_unicode,
        PyMethodFlags::METHOD | PyMethodFlags::NOARGS,
        rustpython_vm::function::ItemDoc::NONE,
    );
    exception.set_attr(vm.ctx.intern_str("__unicode__"), definition.build_method(exception, vm).into());
    Ok(())
}

/// The abstract base: `isinstance` and `issubclass` know it by name, nothing derives from it in the machine.
fn basestring(vm: &VirtualMachine) -> PyResult<PyTypeRef> {
    let class = PyType::new_simple_heap("basestring", vm.ctx.types.object_type, &vm.ctx)
        .map_err(|error| vm.new_type_error(error))?;
    class.set_attr(vm.ctx.intern_str("__module__"), vm.ctx.new_str("__builtin__").into());
    class.slots().new.store(Some(|class, _args, vm| {
        Err(vm.new_type_error(format!("The {} type cannot be instantiated", class.name())))
    }));
    Ok(class)
}

/// `unicode(exception)` where `__str__` is not overridden: the unicode of the arguments.
fn exception_unicode(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let own = zelf.class().slots().str.load();
    let base = vm.ctx.exceptions.base_exception_type.slots().str.load();
    let plain = match (own, base) {
        (Some(own), Some(base)) => std::ptr::fn_addr_eq(own, base),
        (own, base) => own.is_none() && base.is_none(),
    };
    let Some(error) = zelf.downcast_ref::<PyBaseException>().filter(|_| plain) else {
        let shown = text::stringified(vm, &zelf)?;
        return text::unicode_object(vm, &shown);
    };
    let args = exceptions::args_of(error, vm);
    match args.as_slice() {
        [] => Ok(text::new_unicode(vm, "")),
        [only] => text::unicode_object(vm, only),
        _ => text::unicode_object(vm, args.as_object()),
    }
}

fn chr(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "chr", &args, 1, 1)?;
    let code = arguments::c_long(vm, &args.args[0])?;
    match u8::try_from(code) {
        Ok(byte) => Ok(vm.ctx.new_str(char::from(byte).to_string()).into()),
        Err(_) => Err(vm.new_value_error("chr() arg not in range(256)")),
    }
}

fn unichr(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "unichr", &args, 1, 1)?;
    let code = arguments::c_long(vm, &args.args[0])?;
    let Ok(code) = i32::try_from(code) else {
        let bound = if code < 0 { "less than minimum" } else { "greater than maximum" };
        return Err(vm.new_overflow_error(format!("signed integer is {bound}")));
    };
    match u32::try_from(code).ok().and_then(CodePoint::from_u32) {
        Some(c) => Ok(unicode::one(vm, c)),
        None => Err(vm.new_value_error("unichr() arg not in range(0x110000) (wide Python build)")),
    }
}

fn ord(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let object = arguments::one(vm, "ord", &args)?;
    let wrong_length =
        |length: usize| vm.new_type_error(format!("ord() expected a character, but string of length {length} found"));
    if let Some(string) = object.downcast_ref::<PyStr>() {
        let mut chars = string.as_wtf8().code_points();
        return match (chars.next(), chars.next()) {
            (Some(only), None) => Ok(vm.ctx.new_int(only.to_u32()).into()),
            _ => Err(wrong_length(string.char_len())),
        };
    }
    if let Some(array) = object.downcast_ref::<PyByteArray>() {
        let bytes = array.borrow_buf();
        return match &*bytes {
            [only] => Ok(vm.ctx.new_int(*only).into()),
            other => Err(wrong_length(other.len())),
        };
    }
    let found = names::type_name_of(object);
    Err(vm.new_type_error(format!("ord() expected string of length 1, but {found} found")))
}

fn intern(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "intern", &args, 1, 1)?;
    let object = &args.args[0];
    match object.downcast_ref::<PyStr>() {
        Some(_) if object.class().is(vm.ctx.types.str_type) => {
            let string = object.clone().downcast::<PyStr>().map_err(|_| vm.new_type_error("a string is required"))?;
            Ok(vm.ctx.intern_str(string.as_wtf8()).to_owned().into())
        }
        Some(_) if Kind::of(object) == Kind::Bytes => Err(vm.new_type_error("can't intern subclass of string")),
        _ => {
            let found = names::type_name_of(object);
            Err(vm.new_type_error(format!("intern() argument 1 must be string, not {found}")))
        }
    }
}
