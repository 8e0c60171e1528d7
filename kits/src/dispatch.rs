//! From a request to its answer (`spec/protocol.md` §2, `spec/objects.md` §7.6).

use std::sync::Arc;

use rustpython_vm::VirtualMachine;

use crate::plugin::Plugin;
use crate::query::Target;

/// Which way a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interface {
    /// Standard input; `port` is that of the HTTP server beside it, if there is one.
    Pipe { port: Option<u16> },
    /// The HTTP server on the loopback interface.
    Socket { port: u16 },
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Request {
    pub interface: Interface,
    pub method: String,
    /// Path and query as sent.
    pub uri: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// A finished answer. `Content-Length` is not among the headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }
}

/// Answers one request.
pub fn handle(_plugin: &Arc<Plugin>, _vm: &VirtualMachine, request: Request) -> Response {
    let target = Target::parse(&request.uri);
    match target.path.as_deref() {
        None => Response::empty(500),
        Some("/") => Response {
            status: 200,
            headers: vec![("Content-type".to_owned(), "text/plain".to_owned())],
            body: b"OK\n".to_vec(),
        },
        Some(_) => Response::empty(404),
    }
}
