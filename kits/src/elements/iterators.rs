//! Iterators over nodes and over ready objects.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::types::{IterNext, Iterable, SelfIter};
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use super::document::Document;
use super::tree::NodeId;

/// Hands out objects; those of nodes are made when they are asked for.
#[pyclass(module = "lxml.etree", name = "ElementIterator")]
#[derive(Debug, PyPayload)]
pub struct NodeIterator {
    left: Mutex<Left>,
}

#[derive(Debug)]
enum Left {
    Nodes(Arc<Document>, VecDeque<NodeId>),
    Objects(VecDeque<PyObjectRef>),
}

impl NodeIterator {
    pub fn over_nodes(document: Arc<Document>, nodes: Vec<NodeId>) -> NodeIterator {
        NodeIterator { left: Mutex::new(Left::Nodes(document, nodes.into())) }
    }

    pub fn over_objects(objects: Vec<PyObjectRef>) -> NodeIterator {
        NodeIterator { left: Mutex::new(Left::Objects(objects.into())) }
    }
}

#[pyclass(with(Iterable, IterNext), flags(DISALLOW_INSTANTIATION))]
impl NodeIterator {}

impl SelfIter for NodeIterator {}

impl IterNext for NodeIterator {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let node = match &mut *zelf.left.lock() {
            Left::Nodes(document, nodes) => nodes.pop_front().map(|node| (Arc::clone(document), node)),
            Left::Objects(objects) => {
                return Ok(objects.pop_front().map_or(PyIterReturn::StopIteration(None), PyIterReturn::Return));
            }
        };
        Ok(match node {
            Some((document, node)) => PyIterReturn::Return(document.object(vm, node)),
            None => PyIterReturn::StopIteration(None),
        })
    }
}
