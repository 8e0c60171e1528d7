//! The run-time guards of restricted code (`spec/sandbox.md` §4): functions in the globals under names that plug-in code
//! cannot spell, called by what `policies::rewrite` puts into the code.

use std::sync::{Arc, OnceLock};

use reprise_policies::level::Level;
use reprise_policies::rewrite::guards as names;
use reprise_vm_glue::runtime::names as names_of;
use reprise_vm_glue::runtime::{attributes, dialect, restricted, text};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict, PyDictRef, PyTuple, PyType, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::agents::stand_in::StandIn;
use crate::errors;
use crate::sandbox::Sandbox;

/// The exception by which a `return` on the top level leaves a module.
fn leave_class(vm: &VirtualMachine) -> &'static Py<PyType> {
    static CLASS: OnceLock<PyTypeRef> = OnceLock::new();
    CLASS.get_or_init(|| {
        let bases = vec![vm.ctx.exceptions.base_exception_type.to_owned()];
        vm.ctx.new_exception_type("Framework.code.sandbox", "ModuleReturn", Some(bases))
    })
}

/// Whether an exception is a `return` on the top level of a module.
pub fn is_leave(vm: &VirtualMachine, exception: &PyBaseExceptionRef) -> bool {
    exception.class().is(leave_class(vm))
}

/// Puts the guards into a sandbox's globals.
pub fn publish(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult<()> {
    let globals = &sandbox.globals;
    let set = |name: &'static str, value: PyObjectRef| globals.set_item(name, value, vm);
    set(names::ITERATE, vm.new_function(names::ITERATE, iterate).into())?;
    set(names::APPLY, vm.new_function("_apply", apply).into())?;
    set(names::IN_PLACE, vm.new_function(names::IN_PLACE, in_place).into())?;
    set(names::ATTRIBUTE, vm.new_function(names::ATTRIBUTE, late_attribute).into())?;
    set(names::PRINTED, vm.new_function(names::PRINTED, printed).into())?;
    set(names::LEAVE, leave_class(vm).to_owned().into())?;
    set("FrameworkException", errors::class_object(vm, "FrameworkException").into())?;
    set("Object", crate::base::object_class(vm)?)?;
    set("hexlify", vm.new_function("hexlify", crate::hashkit::hexlify).into())?;
    set("unhexlify", vm.new_function("unhexlify", crate::hashkit::unhexlify).into())?;
    Ok(())
}

/// Puts `setattr` and `delattr` into a sandbox's builtins: they refuse nearly everything.
pub fn publish_writers(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult<()> {
    let builtins = &sandbox.builtins;
    restricted::mark(builtins, vm)?;
    if sandbox.plugin.level == Level::Strict {
        restricted::mark_strict(builtins, vm)?;
    }
    builtins.set_item("setattr", vm.new_function("guarded_setattr", guarded_setattr).into(), vm)?;
    builtins.set_item("delattr", vm.new_function("guarded_delattr", guarded_delattr).into(), vm)
}

/// `_getiter_(x)`: restricted code iterates over what has an `__iter__`; strings have none.
fn iterate(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    // The type may not have been made yet.
    let is_stand_in = || {
        let _ = StandIn::make_static_type();
        object.downcastable::<StandIn>()
    };
    if text::is_basestring(&object) && !is_stand_in() {
        let class = if text::is_unicode(&object) { "unicode" } else { "str" };
        return Err(vm.new_attribute_error(format!("'{class}' object has no attribute '__iter__'")));
    }
    if object.class().slots.iter.load().is_some() && object.class().get_attr(vm.ctx.intern_str("__iter__")).is_some() {
        return Ok(object);
    }
    object.get_attr("__iter__", vm)?.call((), vm)
}

/// `_apply_(f, (a, b), {k: v}, star, double star)`: in the original a function `_apply(f, *a, **k)`, whose name and
/// first parameter show in errors.
fn apply(
    function: PyObjectRef,
    positional: PyRef<PyTuple>,
    keywords: PyDictRef,
    star: PyObjectRef,
    double_star: PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult {
    let mut args = positional.as_slice().to_vec();
    match star.downcast_ref_if_exact::<PyTuple>(vm) {
        Some(tuple) => args.extend_from_slice(tuple.as_slice()),
        None => args.extend(star_arguments(&star, vm)?),
    }
    let named: &PyDictRef = &keywords;
    let mut kwargs = Vec::new();
    for (name, value) in named {
        kwargs.push((text::unicode_of(vm, &name)?, value));
    }
    match double_star.downcast_ref::<PyDict>() {
        Some(dict) if dict.is_empty() => {}
        _ => {
            for (name, value) in named_arguments(&double_star, vm)? {
                let Some(name) = text::text_of(vm, &name)? else {
                    return Err(vm.new_type_error("_apply() keywords must be strings"));
                };
                if kwargs.iter().any(|(known, _)| *known == name) {
                    let problem = format!("_apply() got multiple values for keyword argument '{name}'");
                    return Err(vm.new_type_error(problem));
                }
                kwargs.push((name, value));
            }
        }
    }
    if kwargs.iter().any(|(name, _)| name == "f") {
        return Err(vm.new_type_error("_apply() got multiple values for keyword argument 'f'"));
    }
    function.call(FuncArgs::new(args, kwargs.into_iter().collect::<KwArgs>()), vm)
}

/// What stands behind one star.
fn star_arguments(star: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    let tuple = dialect::get(vm, "tuple")?.call((star.to_owned(),), vm);
    match tuple {
        Ok(tuple) => vm.extract_elements_with(&tuple, Ok),
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.type_error) => {
            let class = names_of::type_name_of(star);
            Err(vm.new_type_error(format!("_apply() argument after * must be an iterable, not {class}")))
        }
        Err(error) => Err(error),
    }
}

/// What stands behind two stars: any mapping.
fn named_arguments(mapping: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<(PyObjectRef, PyObjectRef)>> {
    if let Some(dict) = mapping.downcast_ref::<PyDict>() {
        return Ok(dict.to_owned().into_iter().collect());
    }
    let Some(keys) = vm.get_attribute_opt(mapping, "keys")? else {
        let class = names_of::type_name_of(mapping);
        return Err(vm.new_type_error(format!("_apply() argument after ** must be a mapping, not {class}")));
    };
    let keys = keys.call((), vm)?;
    let keys: Vec<PyObjectRef> = vm.extract_elements_with(&keys, Ok)?;
    keys.into_iter().map(|key| Ok((key.clone(), mapping.get_item(&*key, vm)?))).collect()
}

/// `_inplacevar_(operator, n, x)`: only `+=` is supported, and that is compiled to `+`.
fn in_place(operator: PyObjectRef, _old: PyObjectRef, _value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let operator = text::text_of(vm, &operator)?.unwrap_or_default();
    Err(errors::framework_exception(vm, &format!("Operator '{operator}' is not supported")))
}

/// `_getattr_(x, name)`: reads of attributes that not all objects have that the machine gives them to.
fn late_attribute(object: PyObjectRef, name: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let name = text::text_of(vm, &name)?.unwrap_or_default();
    attributes::read(&object, vm.ctx.intern_str(name), vm)
}

/// `printed`, which has a print handler for its value that cannot be called.
fn printed(vm: &VirtualMachine) -> PyResult {
    Err(vm.new_attribute_error("PrintHandler instance has no __call__ method"))
}

fn is_writable(object: &PyObject, marker: &'static str, vm: &VirtualMachine) -> bool {
    let types = &vm.ctx.types;
    object.class().is(types.dict_type)
        || object.class().is(types.list_type)
        || object.get_attr("_guarded_writes", vm).is_ok()
        || object.class().as_object().get_attr(marker, vm).is_ok()
}

const REFUSED: &str = "attribute-less object (assign or del)";

fn guarded_setattr(object: PyObjectRef, name: PyObjectRef, value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if !is_writable(&object, "__guarded_setattr__", vm) {
        return Err(vm.new_type_error(REFUSED));
    }
    dialect::get(vm, "setattr")?.call((object, name, value), vm)
}

fn guarded_delattr(object: PyObjectRef, name: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if !is_writable(&object, "__guarded_delattr__", vm) {
        return Err(vm.new_type_error(REFUSED));
    }
    dialect::get(vm, "delattr")?.call((object, name), vm)
}

#[cfg(test)]
mod tests {
    use crate::plugin::testing::result_of;

    #[test]
    fn what_has_no_items_has_no_getitem() {
        let code = "\
def kind(f):
    try:
        f()
    except TypeError:
        return 'TypeError'
    except (KeyError, AttributeError), e:
        return str(e)
nothing = None
result = '|'.join([kind(lambda: None[0]), kind(lambda: nothing['a']['b']), kind(lambda: (5)[1:2]), kind(lambda: 'a' + 1)])
";
        let none = "'NoneType' object has no attribute '__getitem__'";
        let wanted = format!("{none}|{none}|'int' object has no attribute '__getitem__'|TypeError");
        assert_eq!(result_of("", code, "compatible").unwrap(), wanted);
    }

    #[test]
    fn members_of_other_policies_are_refused() {
        const CLOUD: &str = "<key>PlexPluginCodePolicy</key><string>Cloud</string>";
        let code = "\
said = []
def attempt(f):
    try:
        f()
        said.append('fine')
    except Ex.APIException, e:
        said.append(e.status.split()[1])
for f in [lambda: Plugin.Prefixes, lambda: Network.Timeout, lambda: HTTP.ClearCache(), lambda: HTTP.SetHeader('a', 'b'),
          lambda: Resource.AddMimeType('a/b', 'c'), lambda: HTTP.CacheTime]:
    attempt(f)
result = ' '.join(said)
";
        let wanted = "PluginKit's NetworkKit's HTTPKit's HTTPKit's ResourceKit's fine";
        assert_eq!(result_of(CLOUD, code, "compatible").unwrap(), wanted);
        assert_eq!(result_of("", code, "compatible").unwrap(), "fine fine fine fine fine fine");
    }
}
