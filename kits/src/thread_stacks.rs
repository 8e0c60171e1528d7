//! What every thread of the process is doing, as text: written to standard error on SIGUSR1, answered under the flag
//! `EnableDebugging` (`spec/protocol.md` §1.4 and §3.3).

use rustpython_vm::builtins::PyDict;
use rustpython_vm::frame::{FrameObject, FrameObjectRef};
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};

use crate::builtin::{Call, Outcome};
use crate::dispatch::Response;

/// The stacks of all threads that run Python code, outermost call first.
pub fn text(vm: &VirtualMachine) -> PyResult<String> {
    let frames = vm.sys_module.get_attr("_current_frames", vm)?.call((), vm)?;
    let mut text = String::new();
    let Some(frames) = frames.downcast_ref::<PyDict>() else { return Ok(text) };
    let mut threads: Vec<(PyObjectRef, PyObjectRef)> = frames.to_owned().into_iter().collect();
    threads.reverse();
    for (thread, frame) in threads {
        text.push_str(&format!("\n# Thread: {}\n", thread.str(vm)?));
        let Some(frame) = frame.downcast_ref::<FrameObject>() else { continue };
        for frame in calls(vm, frame) {
            text.push_str(&line_of(vm, &frame));
        }
    }
    Ok(text)
}

/// The stack of the running thread, outermost call first.
pub fn current(vm: &VirtualMachine) -> String {
    match vm.current_frame() {
        Some(innermost) => calls(vm, &innermost).iter().map(|frame| line_of(vm, frame)).collect(),
        None => String::new(),
    }
}

fn calls(vm: &VirtualMachine, innermost: &Py<FrameObject>) -> Vec<FrameObjectRef> {
    let mut frames = vec![innermost.to_owned()];
    while let Some(outer) = frames.last().and_then(|frame| frame.f_back(vm)) {
        frames.push(outer);
    }
    frames.reverse();
    frames
}

fn line_of(vm: &VirtualMachine, frame: &FrameObjectRef) -> String {
    let code = frame.f_code();
    let (file, name) = (code.source_path().as_str(), code.obj_name.as_str());
    let line: usize = rustpython_vm::AsObject::as_object(frame)
        .get_attr("f_lineno", vm)
        .and_then(|line| line.try_into_value(vm))
        .unwrap_or(0);
    let source = std::fs::read(file).ok().and_then(|bytes| {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        text.lines().nth(line.checked_sub(1)?).map(|line| line.trim().to_owned())
    });
    let source = source.map(|source| format!("  {source}\n")).unwrap_or_default();
    format!("File: \"{file}\", line {line}, in {name}\n{source}")
}

/// `/debugging/thread_stacks`.
pub fn answer(call: Call<'_>) -> PyResult<Outcome> {
    if !call.plugin.has_flag("EnableDebugging") {
        return Outcome::not_found();
    }
    Ok(Outcome::Ready(Response::text(text(call.vm)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::testing;

    #[test]
    fn the_running_thread_is_shown() {
        let shown = testing::with_sandbox(|vm, _| text(vm));
        assert!(shown.is_ok_and(|text| text.is_empty() || text.contains("# Thread: ")));
    }
}
