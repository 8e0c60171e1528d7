//! `XMLRPC` (`spec/kits.md` §1.6): its behaviour is written in Python 2 (`python/xmlrpckit.py`), loaded when it is used
//! for the first time.

use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

use crate::errors;
use crate::http_options::sandbox_headers;
use crate::http_request::USER_AGENT;
use crate::kit::{Entry, Kit, Status, Visibility};
use crate::lazy_kit::{self, Part};
use crate::plistkit::{document, expat_error};
use crate::sandbox::Sandbox;
use crate::sax::{self, Handler, Name, SaxError};

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Network",
    entries: &[Entry {
        name: "XMLRPC",
        visible: Visibility::Code,
        doc: "Calls of functions on XML-RPC servers.",
        status: Status::Implemented,
        make: |vm, sandbox| lazy_kit::object(vm, sandbox, &PART, "XMLRPCKit"),
    }],
};

static PART: Part = Part { name: "xmlrpckit", source: include_str!("python/xmlrpckit.py"), prepare };

fn prepare(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, globals: &PyDictRef) -> PyResult<()> {
    globals.set_item("FrameworkException", errors::class_object(vm, "FrameworkException").into(), vm)?;
    globals.set_item("parse", vm.new_function("parse", parse).into(), vm)?;
    let sandbox = Arc::clone(sandbox);
    let agent = move |vm: &VirtualMachine| -> PyResult {
        let own = sandbox_headers(vm, &sandbox).get_item_opt("User-Agent", vm)?;
        Ok(own.unwrap_or_else(|| text::native(vm, USER_AGENT)))
    };
    globals.set_item("user_agent", vm.new_function("user_agent", agent).into(), vm)
}

/// `parse(data)` → what was met, in order: `(name, None)` for a start tag, `(name, text)` for an end tag with the text
/// right before it.
fn parse(data: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    struct Events<'a> {
        vm: &'a VirtualMachine,
        found: Vec<PyObjectRef>,
        text: String,
    }

    impl Handler for Events<'_> {
        type Error = SaxError;

        fn start(&mut self, name: &Name, _attributes: Vec<(Name, String)>) -> Result<(), SaxError> {
            self.text.clear();
            let parts = vec![text::native(self.vm, &name.local), self.vm.ctx.none()];
            self.found.push(self.vm.ctx.new_tuple(parts).into());
            Ok(())
        }

        fn end(&mut self, name: &Name) -> Result<(), SaxError> {
            let content = text::native(self.vm, &std::mem::take(&mut self.text));
            self.found.push(self.vm.ctx.new_tuple(vec![text::native(self.vm, &name.local), content]).into());
            Ok(())
        }

        fn text(&mut self, text: &str) -> Result<(), SaxError> {
            self.text.push_str(text);
            Ok(())
        }
    }

    let source = document(vm, data.as_object())?;
    let mut events = Events { vm, found: Vec::new(), text: String::new() };
    sax::parse(&source, false, &mut events).map_err(|error| expat_error(vm, &error))?;
    Ok(vm.ctx.new_list(events.found).into())
}
