//! The framework's package as code can import it or reach it as the global `Framework`: modules that hold what the kits
//! publish, each made when it is asked for (`spec/environment.md` §4, §8).

use std::sync::Arc;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use reprise_vm_glue::runtime::text;

use super::component::{Component, Table, component, value};
use super::policies;
use crate::libraries;
use crate::models::attribute_classes;
use crate::objects::legacy;
use crate::objects::legacy_tables;
use crate::sandbox::{self, Sandbox};
use crate::{errors, localekit, missing};

/// One module: its dotted name, and the kits of the original whose published names it holds.
struct Part {
    name: &'static str,
    kits: &'static [&'static str],
}

const fn part(name: &'static str, kits: &'static [&'static str]) -> Part {
    Part { name, kits }
}

/// Every module below `Framework`, packages before what is in them.
static PARTS: &[Part] = &[
    part("Framework.exceptions", &[]),
    part("Framework.policies", &[]),
    part("Framework.constants", &["Const"]),
    part("Framework.objects", &[]),
    part("Framework.base", &[]),
    part("Framework.utils", &[]),
    part("Framework.modelling", &[]),
    part("Framework.modelling.attributes", &[]),
    part("Framework.modelling.objects", &["Object"]),
    part("Framework.code", &[]),
    part("Framework.code.sandbox", &[]),
    part("Framework.components", &[]),
    part("Framework.components.localization", &[]),
    part("Framework.api", &[]),
    part("Framework.api.agentkit", &["Agent"]),
    part("Framework.api.constkit", &["Const"]),
    part("Framework.api.datakit", &["Data"]),
    part("Framework.api.localekit", &["Locale"]),
    part("Framework.api.logkit", &["Log"]),
    part("Framework.api.messagekit", &["Message"]),
    part("Framework.api.modelkit", &["Model"]),
    part("Framework.api.networkkit", &["Network"]),
    part("Framework.api.objectkit", &["Object"]),
    part("Framework.api.parsekit", &["Parse"]),
    part("Framework.api.resourcekit", &["Resource"]),
    part("Framework.api.runtimekit", &["Runtime"]),
    part("Framework.api.servicekit", &["Service"]),
    part("Framework.api.threadkit", &["Thread"]),
    part("Framework.api.utilkit", &["Util"]),
];

/// The global `Framework`: a module whose members are made when they are asked for.
pub fn object(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult {
    let module = vm.new_module("Framework", vm.ctx.new_dict(), None);
    module.dict().set_item("exceptions", errors::module(vm), vm)?;
    let sandbox = Arc::clone(sandbox);
    let find = move |name: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let name = text::unicode_of(vm, &name)?;
        let members = component(vm, &sandbox, &PACKAGE);
        if !members.downcast_ref::<Component>().is_some_and(|members| members.has(&name)) {
            return Err(vm.new_attribute_error(format!("'module' object has no attribute '{name}'")));
        }
        members.get_attr(vm.ctx.intern_str(name), vm)
    };
    module.dict().set_item("__getattr__", vm.new_function("__getattr__", find).into(), vm)?;
    Ok(module.into())
}

static PACKAGE: Table = Table {
    path: "Framework",
    members: &[
        value("exceptions", |vm, _| Ok(errors::module(vm))),
        value("policies", |vm, _| policies::module(vm)),
        value("constants", |vm, _| libraries::module(vm, "Framework.constants")),
        value("objects", |vm, _| libraries::module(vm, "Framework.objects")),
        value("base", |vm, _| libraries::module(vm, "Framework.base")),
        value("utils", |vm, _| libraries::module(vm, "Framework.utils")),
        value("modelling", |vm, _| libraries::module(vm, "Framework.modelling")),
        value("code", |vm, _| libraries::module(vm, "Framework.code")),
        value("components", |vm, _| libraries::module(vm, "Framework.components")),
        value("api", |vm, _| libraries::module(vm, "Framework.api")),
    ],
};

/// What the package's Python part asks: which modules there are, and what is in one.
pub fn natives(vm: &VirtualMachine) -> PyRef<PyModule> {
    let names: Vec<PyObjectRef> = PARTS.iter().map(|part| text::native(vm, part.name)).collect();
    let names: PyObjectRef = vm.ctx.new_list(names).into();
    let fill = |name: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let name = text::unicode_of(vm, &name)?;
        if name == "Framework.exceptions" {
            return Ok(errors::module(vm));
        }
        let module = vm.new_module(&name, vm.ctx.new_dict(), None);
        for (member, value) in members(vm, &name)? {
            module.as_object().set_attr(vm.ctx.intern_str(member), value, vm)?;
        }
        Ok(module.into())
    };
    libraries::make_module(
        vm,
        "_framework_parts",
        vec![("names", names), ("make", vm.new_function("make", fill).into())],
    )
}

fn members(vm: &VirtualMachine, module: &str) -> PyResult<Vec<(String, PyObjectRef)>> {
    let mut found: Vec<(String, PyObjectRef)> = Vec::new();
    match module {
        "Framework.policies" => found.extend(policies::members(vm)),
        "Framework.base" => found.push(("Object".to_owned(), crate::base::object_class(vm)?)),
        "Framework.code.sandbox" => {
            found.push(("RestrictedModule".to_owned(), crate::base::module_class(vm).into()));
        }
        "Framework.modelling.attributes" => found.extend(attribute_classes::members(vm)),
        "Framework.components.localization" => {
            // One class here for the results of `L()` and of `F()`.
            for name in ["LocalString", "LocalStringFormatter"] {
                found.push((name.to_owned(), localekit::class(vm).into()));
            }
        }
        "Framework.utils" => {
            if let Some(sandbox) = sandbox::current() {
                let util = super::component::kit(vm, &sandbox, "Util")?;
                found.push(("version_at_least".to_owned(), util.get_attr("VersionAtLeast", vm)?));
            }
        }
        _ => {}
    }
    let Some(sandbox) = sandbox::current() else { return Ok(found) };
    if module == "Framework.objects" {
        for name in legacy_tables::names() {
            if let Some(class) = legacy_tables::legacy_class(name) {
                found.push((name.to_owned(), legacy::python_class(vm, &sandbox, class)?.into()));
            }
        }
    }
    let kits = PARTS.iter().find(|part| part.name == module).map_or(&[][..], |part| part.kits);
    for group in missing::PUBLISHED.iter().filter(|group| kits.contains(&group.kit)) {
        for name in group.names.split(' ').filter(|_| sandbox::sees(sandbox.policy, group.visible)) {
            if let Some(object) = sandbox.published(vm, name)? {
                found.push((name.to_owned(), object));
            }
        }
    }
    Ok(found)
}
