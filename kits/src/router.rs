//! A plug-in's routes: what `@route`, `@handler` and the framework itself connect.

use parking_lot::RwLock;
use rustpython_vm::PyObjectRef;

use crate::routes::RouteTable;

/// What kind of function a route leads to.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `@route`: declared types of arguments, and fixed values that a request without them gets.
    Route { types: Vec<(String, PyObjectRef)>, defaults: Vec<(String, String)> },
    /// `@handler`: the number of the prefix in the plug-in's list.
    Prefix(usize),
}

/// Where a route leads.
#[derive(Clone, Debug)]
pub struct Target {
    /// The function without the wrapper of `@indirect`.
    pub function: PyObjectRef,
    pub allow_sync: bool,
    pub kind: Kind,
}

/// The routes that the plug-in's code has connected so far.
#[derive(Debug, Default)]
pub struct Router {
    pub table: RwLock<RouteTable<Target>>,
}
