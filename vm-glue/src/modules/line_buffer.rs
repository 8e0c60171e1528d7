//! What was read of a file and not taken yet, and the methods that files of lines have in common: iterating,
//! `readlines`, `writelines`, and closing at the end of a `with`.

use std::sync::Arc;

use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::python_function::{Body, Function, Given, Home, function, object_of, with_defaults};
use crate::import;
use crate::runtime::{arguments, text};

/// Bytes that were read ahead.
#[derive(Debug, Default)]
pub struct LineBuffer {
    bytes: Vec<u8>,
    start: usize,
}

impl LineBuffer {
    pub fn rest(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    pub fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// Adds bytes behind the others.
    pub fn add(&mut self, more: &[u8]) {
        if self.start > 0 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        self.bytes.extend_from_slice(more);
    }

    /// At most so many bytes.
    pub fn take(&mut self, count: usize) -> Vec<u8> {
        let count = count.min(self.len());
        if self.start == 0 && count == self.bytes.len() {
            return std::mem::take(&mut self.bytes);
        }
        let taken = self.rest().get(..count).unwrap_or_default().to_vec();
        self.start += count;
        taken
    }

    /// How many bytes the next line has with its end, if its end is here; the first bytes are known to have none.
    pub fn line(&self, searched: usize) -> Option<usize> {
        let rest = self.rest().get(searched..)?;
        rest.iter().position(|byte| *byte == b'\n').map(|at| searched + at + 1)
    }

    /// Reads a line of at most so many bytes; `fill` gets more bytes, or says that there are no more.
    pub fn read_line(
        &mut self,
        limit: Option<usize>,
        mut fill: impl FnMut(&mut Self) -> PyResult<bool>,
    ) -> PyResult<Vec<u8>> {
        let mut searched = 0;
        let length = loop {
            if let Some(length) = self.line(searched) {
                break length;
            }
            searched = self.len();
            if limit.is_some_and(|limit| searched >= limit) || !fill(self)? {
                break self.len();
            }
        };
        Ok(self.take(limit.map_or(length, |limit| length.min(limit))))
    }
}

/// A size as files take it: negative or None means all.
pub fn size_of(vm: &VirtualMachine, size: Option<&PyObjectRef>) -> PyResult<Option<usize>> {
    match size.filter(|size| !vm.is_none(size)) {
        Some(size) => Ok(usize::try_from(arguments::c_long(vm, size)?).ok()),
        None => Ok(None),
    }
}

/// The bytes that a method of a file gave.
pub fn read_bytes(vm: &VirtualMachine, file: &PyObject, count: usize) -> PyResult<Vec<u8>> {
    bytes_of(vm, &*vm.call_method(file, "read", (count,))?)
}

/// The bytes of a string or a buffer.
pub fn bytes_of(vm: &VirtualMachine, data: &PyObject) -> PyResult<Vec<u8>> {
    match text::bytes_of(data) {
        Some(bytes) => Ok(bytes),
        None => Ok(arguments::octets(vm, "must be", data)?.into_owned()),
    }
}

fn this<'a>(values: &'a [PyObjectRef], vm: &VirtualMachine) -> PyResult<&'a PyObjectRef> {
    values.first().ok_or_else(|| vm.new_type_error("an instance is needed"))
}

fn itself(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = this(values, vm)?;
    check_open(vm, this)?;
    Ok(this.clone())
}

/// Refuses a closed file.
pub fn check_open(vm: &VirtualMachine, file: &PyObject) -> PyResult<()> {
    if file.get_attr("closed", vm)?.try_to_bool(vm)? {
        return Err(vm.new_value_error("I/O operation on closed file."));
    }
    Ok(())
}

fn next(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let line = vm.call_method(this(values, vm)?, "readline", ())?;
    if line.length(vm)? == 0 { Err(vm.new_stop_iteration(None)) } else { Ok(line) }
}

fn readlines(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = this(values, vm)?;
    let hint = size_of(vm, values.get(1))?.filter(|hint| *hint > 0);
    let (mut lines, mut total) = (Vec::new(), 0);
    let iterator = this.get_iter(vm)?;
    while let PyIterReturn::Return(line) = iterator.next(vm)? {
        total += line.length(vm)?;
        lines.push(line);
        if hint.is_some_and(|hint| total > hint) {
            break;
        }
    }
    Ok(vm.ctx.new_list(lines).into())
}

fn writelines(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = this(values, vm)?;
    check_open(vm, this)?;
    if let Some(lines) = values.get(1) {
        let lines = lines.get_iter(vm)?;
        while let PyIterReturn::Return(line) = lines.next(vm)? {
            vm.call_method(this, "write", (line,))?;
        }
    }
    Ok(vm.ctx.none())
}

fn close(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let _ = home;
    vm.call_method(this(values, vm)?, "close", ())?;
    Ok(vm.ctx.none())
}

/// At the end of an object's life: nobody can be told about an error.
fn end(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let _ = vm.call_method(this(values, vm)?, "close", ());
    Ok(vm.ctx.none())
}

fn no(_home: &Home, _values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    Ok(vm.ctx.new_bool(false).into())
}

const SELF: &[&str] = &["self"];
const LEAVE: &[&str] = &["self", "type", "value", "traceback"];

static SHARED: &[Function] = &[
    function("__iter__", SELF, Body::Run(itself)),
    function("__enter__", SELF, Body::Run(itself)),
    function("__exit__", LEAVE, Body::Run(close)),
    function("__del__", SELF, Body::Run(end)),
    function("next", SELF, Body::Run(next)),
    function("isatty", SELF, Body::Run(no)),
    with_defaults("readlines", &["self", "hint"], &[Given::Int(-1)], Body::Run(readlines)),
    function("writelines", &["self", "lines"], Body::Run(writelines)),
];

/// The methods that classes of files share.
pub fn shared_methods(vm: &VirtualMachine, home: &Arc<Home>, module: &'static str) -> Vec<(&'static str, PyObjectRef)> {
    SHARED.iter().map(|function| (function.name, object_of(vm, function, home, module))).collect()
}

/// Makes a class one of `io`'s streams, if `io` is loaded (it does the same for those that were there before it).
pub fn register_stream(vm: &VirtualMachine, class: &PyObjectRef) -> PyResult<()> {
    match import::modules(vm)?.get_item_opt("io", vm)? {
        Some(io) => vm.call_method(&*io.get_attr("BufferedIOBase", vm)?, "register", (class.clone(),)).map(drop),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::LineBuffer;

    #[test]
    fn lines_that_come_in_pieces() {
        let mut buffer = LineBuffer::default();
        let mut pieces = [&b"on"[..], b"e\ntw", b"o"].into_iter();
        let mut next = |limit| {
            buffer
                .read_line(limit, |buffer| {
                    let piece = pieces.next();
                    buffer.add(piece.unwrap_or_default());
                    Ok(piece.is_some())
                })
                .unwrap_or_default()
        };
        assert_eq!(next(None), b"one\n");
        assert_eq!(next(Some(1)), b"t");
        assert_eq!(next(None), b"wo");
        assert_eq!(next(None), b"");
    }
}
