//! Writing to one pipe and reading from others at the same time, so that nobody waits for somebody who waits.

use rustpython_vm::builtins::PyBytes;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use super::{EINTR, EPIPE, number_of};
use crate::import::machine_module;

/// Bytes that a pipe takes at once without blocking, when the system says that it can be written to.
const PIPE_BUFFER: usize = 512;
/// Bytes read at once.
const READ_AT_ONCE: usize = 65536;

const POLLIN: i32 = 1;
const POLLPRI: i32 = 2;
const POLLOUT: i32 = 4;

/// Writes the input to a descriptor and reads others to their ends: what each had. `written` is called when nothing more
/// is written.
pub fn exchange(
    vm: &VirtualMachine,
    mut writing: Option<(i32, &[u8])>,
    reading: &[i32],
    written: impl Fn() -> PyResult<()>,
) -> PyResult<Vec<Vec<u8>>> {
    let posix = machine_module(vm, "posix")?;
    let poll = vm.call_method(&*machine_module(vm, "select")?, "poll", ())?;
    let mut texts = vec![Vec::new(); reading.len()];
    let mut open: Vec<i32> = reading.to_vec();
    for fd in reading {
        vm.call_method(&poll, "register", (*fd, POLLIN | POLLPRI))?;
    }
    if let Some((fd, _)) = writing {
        vm.call_method(&poll, "register", (fd, POLLOUT))?;
    }
    while !open.is_empty() || writing.is_some() {
        let ready = match vm.call_method(&poll, "poll", ()) {
            Err(error) if number_of(&error, vm) == Some(EINTR) => continue,
            other => other?,
        };
        for event in vm.extract_elements_with(&ready, Ok)? {
            let [fd, event]: [PyObjectRef; 2] = vm
                .extract_elements_with(&event, Ok)?
                .try_into()
                .map_err(|_| vm.new_value_error("an event has two parts"))?;
            let (fd, event): (i32, i32) = (fd.try_to_value(vm)?, event.try_to_value(vm)?);
            if let Some((own, left)) = writing.filter(|(own, _)| *own == fd) {
                let rest = write_some(vm, &posix, own, left, event)?;
                writing = Some((own, rest)).filter(|(_, rest)| !rest.is_empty());
                if writing.is_none() {
                    vm.call_method(&poll, "unregister", (fd,))?;
                    written()?;
                }
                continue;
            }
            let data = read_some(vm, &posix, fd)?;
            if data.is_empty() {
                vm.call_method(&poll, "unregister", (fd,))?;
                open.retain(|other| *other != fd);
            } else if let Some(text) = reading.iter().position(|other| *other == fd).and_then(|at| texts.get_mut(at)) {
                text.extend(data);
            }
        }
    }
    Ok(texts)
}

/// What is left after the descriptor has taken some bytes; nothing if nobody reads them any more.
fn write_some<'a>(vm: &VirtualMachine, posix: &PyObjectRef, fd: i32, left: &'a [u8], event: i32) -> PyResult<&'a [u8]> {
    if event & POLLOUT == 0 {
        return Ok(&[]);
    }
    let part = left.get(..PIPE_BUFFER).unwrap_or(left);
    match vm.call_method(posix, "write", (fd, vm.ctx.new_bytes(part.to_vec()))) {
        Ok(count) => Ok(left.get(count.try_to_value::<usize>(vm)?..).unwrap_or_default()),
        Err(error) if number_of(&error, vm) == Some(EPIPE) => Ok(&[]),
        Err(error) if number_of(&error, vm) == Some(EINTR) => Ok(left),
        Err(error) => Err(error),
    }
}

fn read_some(vm: &VirtualMachine, posix: &PyObjectRef, fd: i32) -> PyResult<Vec<u8>> {
    loop {
        match vm.call_method(posix, "read", (fd, READ_AT_ONCE)) {
            Ok(data) => {
                return Ok(data.downcast_ref::<PyBytes>().map(|data| data.as_bytes().to_vec()).unwrap_or_default());
            }
            Err(error) if number_of(&error, vm) == Some(EINTR) => {}
            Err(error) => return Err(error),
        }
    }
}
