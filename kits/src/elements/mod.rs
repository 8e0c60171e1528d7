//! Element trees: parsing, XPath, writing, and the element objects that plug-in code sees (`spec/kits.md` §4).
//!
//! * [`tree`]: the arena, without Python
//! * [`html_parser`], [`xml_parser`], [`encoding`]: from bytes to trees
//! * [`xpath`], [`element_path`]: finding nodes
//! * [`writer`]: from trees to text
//! * [`document`], [`element`], [`attributes`], [`iterators`], [`smart`], [`html_element`],
//!   [`element_tree`]: the Python objects over a tree

pub mod attributes;
pub mod canonical;
pub mod css;
mod css_tokens;
pub mod document;
pub mod element;
pub mod element_path;
mod element_slots;
pub mod element_tree;
pub mod encoding;
mod forms;
pub mod html_element;
pub(crate) mod html_entities;
pub mod html_parser;
mod html_rules;
pub mod iterators;
mod links;
pub mod smart;
pub mod tree;
pub mod values;
pub mod walking;
pub mod writer;
mod xml_doctype;
pub mod xml_parser;
mod xml_pieces;
mod xml_references;
pub mod xpath;
pub mod xpath_call;

use rustpython_vm::{PyResult, VirtualMachine};

/// The XPath of a CSS selector.
pub fn selector_path(vm: &VirtualMachine, selector: &str, dialect: css::Dialect) -> PyResult<String> {
    css::to_xpath(selector, dialect).map_err(|error| css::raised(vm, &error))
}
