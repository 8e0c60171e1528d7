//! `Core.runtime`: the machine, threads and locks, prefixes and paths (`spec/environment.md` §9).

use std::sync::Arc;

use parking_lot::Mutex;
use reprise_vm_glue::runtime::text;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::component::{Member, Table, call_kit, component, function, of_kit, open, value};
use super::task_pool;
use crate::objects::signature::{Bound, Default as Preset, Parameter};
use crate::sandbox::Sandbox;
use crate::{callback, platform, prefixes};

/// `Core.runtime`.
pub fn object(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult {
    Ok(component(vm, sandbox, &TABLE))
}

static TABLE: Table = Table { path: "Framework.components.runtime.Runtime", members: MEMBERS };

const POOL: &[Parameter] =
    &[Parameter::required("threadcount"), Parameter { name: "prioritycount", default: Preset::Zero }];

static MEMBERS: &[Member] = &[
    value("os", |vm, _| Ok(text::native(vm, platform::OS))),
    value("cpu", |vm, _| Ok(text::native(vm, platform::CPU))),
    value("platform", |vm, _| Ok(text::native(vm, &format!("{}-{}", platform::OS, platform::CPU)))),
    value("view_groups", |vm, sandbox| of_kit(vm, sandbox, "Plugin", "ViewGroups")),
    value("taskpool", task_pool_of),
    function("create_taskpool", POOL, |vm, sandbox, bound| {
        let (threads, important) = (count(vm, bound, 0)?, count(vm, bound, 1)?);
        Ok(task_pool::new(vm, sandbox, threads, important))
    }),
    open("create_thread", |vm, sandbox, args| call_kit(vm, sandbox, "Thread", "Create", args)),
    open("create_timer", |vm, sandbox, args| call_kit(vm, sandbox, "Thread", "CreateTimer", args)),
    open("acquire_lock", |vm, sandbox, args| call_kit(vm, sandbox, "Thread", "AcquireLock", args)),
    open("release_lock", |vm, sandbox, args| call_kit(vm, sandbox, "Thread", "ReleaseLock", args)),
    open("lock", |vm, sandbox, args| call_kit(vm, sandbox, "Thread", "Lock", args)),
    open("event", |vm, sandbox, args| call_kit(vm, sandbox, "Thread", "Event", args)),
    open("semaphore", |vm, sandbox, args| call_kit(vm, sandbox, "Thread", "Semaphore", args)),
    value("current_prefix", |vm, sandbox| Ok(text::native(vm, &prefixes::current(&sandbox.plugin)))),
    open("generate_callback_path", |vm, sandbox, args| callback::generate_callback_path(vm, &sandbox.plugin, args)),
    open("external_resource_path", |vm, sandbox, args| call_kit(vm, sandbox, "Resource", "ExternalPath", args)),
    open("hosted_resource_url", |vm, sandbox, args| {
        let hosted = call_kit(vm, sandbox, "Resource", "Hosted", args)?;
        text::str_object(vm, &hosted)
    }),
];

fn count(vm: &VirtualMachine, bound: &Bound, at: usize) -> PyResult<usize> {
    let number: i64 = bound.get(at).to_owned().try_into_value(vm)?;
    usize::try_from(number).map_err(|_| vm.new_value_error("a pool cannot have fewer than no threads".to_owned()))
}

/// The plug-in's own pool.
#[derive(Default)]
struct Own {
    pool: Mutex<Option<PyObjectRef>>,
}

fn task_pool_of(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult {
    let number = |name: &str, default: usize| sandbox.plugin.config.number(name).map_or(default, |n| n as usize);
    let make =
        || task_pool::new(vm, sandbox, number("taskpool_maximum_threads", 8), number("taskpool_priority_threads", 2));
    let own = sandbox.plugin.state::<Own>();
    let mut pool = own.pool.lock();
    let pool: &PyObject = pool.get_or_insert_with(make);
    Ok(pool.to_owned())
}
