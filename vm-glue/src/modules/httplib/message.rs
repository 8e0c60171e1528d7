//! `httplib.HTTPMessage`: headers of which each may come several times.

use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::errors::error_saying;
use super::{MAX_HEADERS, MAX_LINE, limit};
use crate::modules::headers::lines::{This, bytes};
use crate::modules::headers::{Rules, read};
use crate::modules::python_function::{Body, Function, Home, function};
use crate::runtime::text;

pub static HTTP_MESSAGE: &[Function] = &[
    function("addheader", &["self", "key", "value"], Body::Run(addheader)),
    function("addcontinue", &["self", "key", "more"], Body::Run(addcontinue)),
    function("readheaders", &["self"], Body::Run(readheaders)),
];

fn addheader(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, key, value] = values else { return Ok(vm.ctx.none()) };
    joined(This { object, vm }, key, value, ", ")?;
    Ok(vm.ctx.none())
}

fn addcontinue(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, key, more] = values else { return Ok(vm.ctx.none()) };
    joined(This { object, vm }, key, more, "\n ")?;
    Ok(vm.ctx.none())
}

/// Puts more to a header's value.
fn joined(this: This<'_>, key: &PyObject, value: &PyObject, between: &'static str) -> PyResult<()> {
    let (vm, dict) = (this.vm, this.dict()?);
    let value = match dict.get_item_opt(key, vm)? {
        Some(before) => vm._add(&*vm._add(&before, vm.ctx.new_str(between).as_object())?, value)?,
        None => value.to_owned(),
    };
    dict.set_item(key, value, vm)
}

struct Web<'a>(&'a Home);

impl Rules for Web<'_> {
    const SKIPS_JUNK: bool = true;

    fn line(&self, file: &PyObject, before: usize, vm: &VirtualMachine) -> PyResult {
        let (most, longest) =
            (limit(self.0, "_MAXHEADERS", MAX_HEADERS, vm)?, limit(self.0, "_MAXLINE", MAX_LINE, vm)?);
        if before > most {
            return Err(error_saying(self.0, "HTTPException", &format!("got more than {most} headers"), vm));
        }
        let line = vm.call_method(file, "readline", (longest + 1,))?;
        if bytes(vm, &line)?.len() > longest {
            return Err(error_saying(self.0, "LineTooLong", "header line", vm));
        }
        Ok(line)
    }

    fn add(&self, this: This<'_>, name: PyObjectRef, value: &[u8]) -> PyResult<()> {
        this.call("addheader", (name, text::new_str(this.vm, value))).map(drop)
    }

    fn go_on(&self, this: This<'_>, name: PyObjectRef, more: &[u8]) -> PyResult<()> {
        this.call("addcontinue", (name, text::new_str(this.vm, more))).map(drop)
    }
}

fn readheaders(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    read(This::of(values, vm)?, &Web(home))?;
    Ok(vm.ctx.none())
}
