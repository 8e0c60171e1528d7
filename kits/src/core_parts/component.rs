//! Parts of the framework that Elevated code reaches through `Core`: objects that are made from tables of their members.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyStr, PyStrRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, PySetterValue};
use rustpython_vm::types::{GetAttr, Representable, SetAttr};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use reprise_vm_glue::runtime::text;

use crate::objects::signature::{Bound, Parameter, Signature};
use crate::sandbox::Sandbox;

/// One kind of component.
pub struct Table {
    /// Class path as `repr` shows it.
    pub path: &'static str,
    pub members: &'static [Member],
}

/// One member of a component.
pub struct Member {
    name: &'static str,
    kind: MemberKind,
}

type Read = fn(&VirtualMachine, &Arc<Sandbox>) -> PyResult;
type Write = fn(&VirtualMachine, &Arc<Sandbox>, PyObjectRef) -> PyResult<()>;
type Call = fn(&VirtualMachine, &Arc<Sandbox>, &Bound) -> PyResult;
type CallWithAny = fn(&VirtualMachine, &Arc<Sandbox>, FuncArgs) -> PyResult;

enum MemberKind {
    Value(Read),
    Setting(Read, Write),
    Function(&'static [Parameter], Call),
    Open(CallWithAny),
}

/// A value, read anew each time.
pub const fn value(name: &'static str, read: Read) -> Member {
    Member { name, kind: MemberKind::Value(read) }
}

/// A value that can be assigned.
pub const fn setting(name: &'static str, read: Read, write: Write) -> Member {
    Member { name, kind: MemberKind::Setting(read, write) }
}

/// A function with named parameters.
pub const fn function(name: &'static str, parameters: &'static [Parameter], call: Call) -> Member {
    Member { name, kind: MemberKind::Function(parameters, call) }
}

/// A function that looks at its arguments itself.
pub const fn open(name: &'static str, call: CallWithAny) -> Member {
    Member { name, kind: MemberKind::Open(call) }
}

/// An object with the members of a table. Code may put attributes of its own on it, which come first.
#[pyclass(module = false, name = "Component")]
#[derive(PyPayload)]
pub struct Component {
    table: &'static Table,
    sandbox: Arc<Sandbox>,
}

impl std::fmt::Debug for Component {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.table.path)
    }
}

/// The components that were made, by the addresses of sandbox and table: what code puts on one stays.
#[derive(Default)]
struct Made {
    components: Mutex<HashMap<(usize, usize), PyObjectRef>>,
}

/// The one component of a table for the code of a sandbox.
pub fn component(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, table: &'static Table) -> PyObjectRef {
    let _ = Component::make_static_type();
    let made = sandbox.plugin.state::<Made>();
    let key = (Arc::as_ptr(sandbox).addr(), std::ptr::from_ref(table).addr());
    let make = || Component { table, sandbox: Arc::clone(sandbox) }.into_pyobject(vm);
    made.components.lock().entry(key).or_insert_with(make).clone()
}

/// What code put on a component under a name, if it did.
pub fn put_on(
    vm: &VirtualMachine,
    sandbox: &Arc<Sandbox>,
    table: &'static Table,
    name: &'static str,
) -> PyResult<Option<PyObjectRef>> {
    let key = (Arc::as_ptr(sandbox).addr(), std::ptr::from_ref(table).addr());
    let known = sandbox.plugin.state::<Made>().components.lock().get(&key).cloned();
    match known.and_then(|component| component.dict()) {
        Some(dict) => dict.get_item_opt(name, vm),
        None => Ok(None),
    }
}

impl Component {
    /// Whether the table has a member of that name.
    pub fn has(&self, name: &str) -> bool {
        self.table.members.iter().any(|member| member.name == name)
    }

    fn member(&self, name: &Py<PyStr>) -> Option<&'static Member> {
        let name = name.to_str()?;
        self.table.members.iter().find(|member| member.name == name)
    }

    fn missing(&self, name: &Py<PyStr>, vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
        let class = self.table.path.rsplit('.').next().unwrap_or_default();
        vm.new_attribute_error(format!("'{class}' object has no attribute '{}'", name.to_string_lossy()))
    }
}

#[pyclass(with(GetAttr, SetAttr, Representable), flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl Component {
    #[pymethod]
    fn __dir__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let names = zelf.table.members.iter().map(|member| text::native(vm, member.name));
        vm.ctx.new_list(names.collect()).into()
    }
}

impl GetAttr for Component {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if name.as_bytes().starts_with(b"__") {
            return zelf.as_object().generic_getattr(name, vm);
        }
        if let Some(dict) = zelf.as_object().dict()
            && let Some(own) = dict.get_item_opt(name, vm)?
        {
            return Ok(own);
        }
        let Some(member) = zelf.member(name) else { return Err(zelf.missing(name, vm)) };
        let sandbox = Arc::clone(&zelf.sandbox);
        match &member.kind {
            MemberKind::Value(read) | MemberKind::Setting(read, _) => read(vm, &sandbox),
            MemberKind::Function(parameters, call) => {
                let signature = Signature { name: member.name, hidden: 1, parameters, keywords: false };
                let function = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
                    call(vm, &sandbox, &signature.bind(vm, args)?)
                };
                Ok(vm.new_function(member.name, function).into())
            }
            MemberKind::Open(call) => {
                let function = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult { call(vm, &sandbox, args) };
                Ok(vm.new_function(member.name, function).into())
            }
        }
    }
}

impl SetAttr for Component {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        if let (Some(Member { kind: MemberKind::Setting(_, write), .. }), PySetterValue::Assign(value)) =
            (zelf.member(name), &value)
        {
            return write(vm, &zelf.sandbox, value.clone());
        }
        let Some(dict) = zelf.as_object().dict() else { return Err(zelf.missing(name, vm)) };
        match value {
            PySetterValue::Assign(value) => dict.set_item(name, value, vm),
            PySetterValue::Delete => dict.del_item(name, vm).map_err(|_| zelf.missing(name, vm)),
        }
    }
}

impl Representable for Component {
    fn repr(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
        let shown = format!("<{} object at {:#x}>", zelf.table.path, zelf.as_object().get_id());
        let shown: Result<PyStrRef, _> = text::native(vm, &shown).downcast();
        shown.map_err(|_| vm.new_type_error("a string is needed"))
    }
}

/// One of the kits that plug-in code sees, under its own name whatever the plug-in has made of that.
pub fn kit(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, name: &str) -> PyResult {
    let found = sandbox.published(vm, name)?;
    found.ok_or_else(|| crate::errors::framework_exception(vm, &format!("{name} is not available")))
}

/// Calls a method of one of those kits.
pub fn call_kit(
    vm: &VirtualMachine,
    sandbox: &Arc<Sandbox>,
    name: &str,
    method: &'static str,
    args: impl Into<FuncArgs>,
) -> PyResult {
    kit(vm, sandbox, name)?.get_attr(method, vm)?.call(args.into(), vm)
}

/// Reads a member of one of those kits.
pub fn of_kit(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, name: &str, member: &'static str) -> PyResult {
    kit(vm, sandbox, name)?.get_attr(member, vm)
}

/// A path as Python 2 code has it: a byte string.
pub fn path_text(vm: &VirtualMachine, path: &std::path::Path) -> PyObjectRef {
    text::new_str(vm, path.as_os_str().as_encoded_bytes())
}
