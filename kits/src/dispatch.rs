//! From a request to its answer (`spec/protocol.md` §2, `spec/objects.md` §7.6).

use std::sync::Arc;

use rustpython_vm::VirtualMachine;

pub use crate::message::{Interface, Request, Response};
use crate::plugin::Plugin;
use crate::query::Target;

/// Answers one request.
pub fn handle(_plugin: &Arc<Plugin>, _vm: &VirtualMachine, request: Request) -> Response {
    let target = Target::parse(&request.uri);
    match target.path.as_deref() {
        None => Response::empty(500),
        Some("/") => Response::text("OK\n"),
        Some(_) => Response::empty(404),
    }
}
