//! Results of XPath that are texts: strings that know where they come from.

use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::{PyObjectRef, VirtualMachine};

use super::document::Document;
use super::tree::NodeId;

/// Where a text stands in its tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The element that has the text, the tail or the attribute.
    pub node: Option<NodeId>,
    pub is_text: bool,
    pub is_tail: bool,
    pub attribute: Option<String>,
}

impl Origin {
    pub fn text(node: NodeId) -> Origin {
        Origin { node: Some(node), is_text: true, ..Origin::default() }
    }

    pub fn tail(node: NodeId) -> Origin {
        Origin { node: Some(node), is_tail: true, ..Origin::default() }
    }

    pub fn attribute(node: NodeId, name: String) -> Origin {
        Origin { node: Some(node), attribute: Some(name), ..Origin::default() }
    }
}

/// A string with its origin.
pub fn string(vm: &VirtualMachine, content: &str, _document: &Arc<Document>, _origin: Origin) -> PyObjectRef {
    text::native(vm, content)
}
