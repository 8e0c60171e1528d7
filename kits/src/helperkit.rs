//! `Helper` and `Stream` (`spec/kits.md` §17, `spec/environment.md` §5.11): programs that come with an Elevated plug-in,
//! and files that the media server hands out for it.
//!
//! Their behaviour is written in Python 2 (`python/helperkit.py`), loaded when one of them is used for the first time.

use std::sync::Arc;

use reprise_bundles::LogLevel;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use crate::errors;
use crate::kit::{Entry, Kit, Status, Visibility};
use crate::lazy_kit::{self, Part};
use crate::limits;
use crate::messaging;
use crate::sandbox::{self, Sandbox};

/// Programs of the bundle.
pub static HELPER: Kit = Kit {
    name: "Helper",
    entries: &[entry(
        "Helper",
        "Runs programs of Contents/Helpers: Run waits for the output, Process gives pipes.",
        |vm, s| lazy_kit::object(vm, s, &PART, "HelperKit"),
    )],
};

/// Files for clients.
pub static STREAM: Kit = Kit {
    name: "Stream",
    entries: &[entry("Stream", "LocalFile: the address at which clients get a file of this machine.", |vm, s| {
        lazy_kit::object(vm, s, &PART, "StreamKit")
    })],
};

type Make = fn(&VirtualMachine, &Arc<Sandbox>) -> PyResult<PyObjectRef>;

const fn entry(name: &'static str, doc: &'static str, make: Make) -> Entry {
    Entry { name, visible: Visibility::Elevated, doc, status: Status::Implemented, make }
}

static PART: Part = Part { name: "helperkit", source: include_str!("python/helperkit.py"), prepare };

/// Puts `native` into the namespace of the Python part.
fn prepare(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, globals: &PyDictRef) -> PyResult<()> {
    let native = vm.ctx.new_dict();
    let helpers = sandbox.plugin.bundle.contents().join("Helpers");
    native.set_item("helpers_path", text::new_str(vm, helpers.as_os_str().as_encoded_bytes()), vm)?;
    native.set_item("os", text::native(vm, sandbox::platform_os()), vm)?;
    native.set_item("cpu", text::native(vm, sandbox::platform_cpu()), vm)?;
    let its = Arc::clone(sandbox);
    let check = move |vm: &VirtualMachine| limits::check_process(vm, &its);
    native.set_item("check_process", vm.new_function("check_process", check).into(), vm)?;
    let log = Arc::clone(&sandbox.plugin.log);
    let write = move |level: PyObjectRef, message: PyObjectRef, vm: &VirtualMachine| -> PyResult<()> {
        let level = LogLevel::by_name(&text::unicode_of(vm, &level)?);
        log.write(level, "helperkit", 0, &text::unicode_of(vm, &message)?);
        Ok(())
    };
    native.set_item("log", vm.new_function("log", write).into(), vm)?;
    let plugin = Arc::clone(&sandbox.plugin);
    let call = move |name: PyObjectRef, kwargs: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let args: PyObjectRef = vm.ctx.new_list(Vec::new()).into();
        messaging::call(vm, &plugin, "..system", &text::unicode_of(vm, &name)?, &args, &kwargs)
    };
    native.set_item("call", vm.new_function("call", call).into(), vm)?;
    if let Some(network) = sandbox.published(vm, "Network")? {
        native.set_item("network", network, vm)?;
    }
    globals.set_item("native", native.into(), vm)?;
    globals.set_item("FrameworkException", errors::class_object(vm, "FrameworkException").into(), vm)
}

#[cfg(all(test, unix))]
mod tests {
    use crate::plugin::testing::result_of;

    const ELEVATED: &str = "<key>PlexPluginCodePolicy</key><string>Elevated</string>";

    #[test]
    fn programs_of_the_bundle_run() {
        let code = "\
import os
folder = Core.storage.join_path(Core.bundle_path, 'Contents', 'Helpers', Platform.OS, Platform.CPU)
os.makedirs(folder)
Core.storage.save(Core.storage.join_path(folder, 'greet'), '#!/bin/sh\\necho \"hello $1\"\\n')
Core.storage.save(Core.storage.join_path(folder, 'echo'), '#!/bin/sh\\nread line\\necho \"got $line\"\\n')
process = Helper.Process('echo')
process.send('x y\\n')
process.wait()
result = '%s|%s|%s' % (Helper.Run('greet', 'you & me'), Helper.Run('../greet'), process.recv_wait())
";
        assert_eq!(result_of(ELEVATED, code, "compatible").unwrap(), "hello you & me|None|got x y\n");
    }
}
