//! The code policies as classes, as `Core.policy` and `Framework.policies` show them (`spec/sandbox.md` §6).

use std::sync::OnceLock;

use reprise_policies::{CLOUD, ELEVATED, MODEL, Policy, SERVICE, STANDARD};
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyType, PyTypeRef};
use rustpython_vm::types::{AtomicPyTypeFlags, PyTypeFlags, PyTypeSlots};
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};

const MODULE: &str = "Framework.policies";

static ALL: [&Policy; 5] = [&STANDARD, &ELEVATED, &CLOUD, &SERVICE, &MODEL];

fn new_class(vm: &VirtualMachine, name: &str, base: &Py<PyType>) -> PyTypeRef {
    let mut slots = PyTypeSlots::heap_default();
    slots.flags = AtomicPyTypeFlags::from_plain(PyTypeFlags::HEAP_TYPE_WITH_DICT);
    vm.ctx.new_class(Some(MODULE), name, base.to_owned(), slots)
}

/// The marker classes, then one class a policy.
struct Classes {
    markers: Vec<(&'static str, PyTypeRef)>,
    policies: Vec<PyTypeRef>,
}

fn classes(vm: &VirtualMachine) -> &'static Classes {
    static CLASSES: OnceLock<Classes> = OnceLock::new();
    CLASSES.get_or_init(|| {
        let base = new_class(vm, "BasePolicy", vm.ctx.types.object_type);
        let code = new_class(vm, "CodePolicy", &base);
        let bundle = new_class(vm, "BundlePolicy", &code);
        let modern = new_class(vm, "ModernPolicy", &code);
        let of = |policy: &&Policy| {
            let parent = match (policy.is_bundle, policy.is_code, policy.is_modern) {
                (true, _, _) => &bundle,
                (false, true, true) => &modern,
                (false, true, false) => &code,
                _ => &base,
            };
            let class = new_class(vm, &format!("{}Policy", policy.name), parent);
            for (name, value) in attributes(vm, policy) {
                class.set_attr(vm.ctx.intern_str(name), value);
            }
            class
        };
        let policies = ALL.iter().map(of).collect();
        let markers =
            vec![("BasePolicy", base), ("CodePolicy", code), ("BundlePolicy", bundle), ("ModernPolicy", modern)];
        Classes { markers, policies }
    })
}

fn attributes(vm: &VirtualMachine, policy: &Policy) -> Vec<(&'static str, PyObjectRef)> {
    let flag = |value: bool| -> PyObjectRef { vm.ctx.new_bool(value).into() };
    vec![
        ("ext", text::native(vm, policy.extension)),
        ("allow_whitelist_extension", flag(policy.extends_whitelist)),
        ("elevated_execution", flag(policy.elevated)),
        ("allow_bundled_libraries", flag(policy.bundled_libraries)),
        ("block_imports", flag(policy.blocks_imports)),
        ("always_use_session_cookies", flag(policy.always_session_cookies)),
        ("allow_global_cookies", flag(policy.global_cookies)),
        ("enable_http_caching", flag(true)),
        ("allow_global_http_auth", flag(policy.global_passwords)),
        ("synthesize_defaults", flag(policy.synthesizes_defaults)),
        ("enable_auto_generated_routes", flag(policy.function_routes)),
    ]
}

/// The class of a policy.
pub fn class(vm: &VirtualMachine, policy: &Policy) -> PyResult {
    let classes = classes(vm);
    let at = ALL.iter().position(|known| known.name == policy.name);
    match at.and_then(|at| classes.policies.get(at)) {
        Some(class) => Ok(class.clone().into()),
        None => Ok(vm.ctx.none()),
    }
}

/// Names and classes, for a module that holds them.
pub fn members(vm: &VirtualMachine) -> Vec<(String, PyObjectRef)> {
    let classes = classes(vm);
    let markers = classes.markers.iter().map(|(name, class)| ((*name).to_owned(), class.clone().into()));
    let policies = ALL.iter().zip(&classes.policies);
    markers.chain(policies.map(|(policy, class)| (format!("{}Policy", policy.name), class.clone().into()))).collect()
}

/// A module of all of them.
pub fn module(vm: &VirtualMachine) -> PyResult {
    let module = vm.new_module(MODULE, vm.ctx.new_dict(), None);
    for (name, class) in members(vm) {
        module.dict().set_item(name.as_str(), class, vm)?;
    }
    Ok(module.into())
}
