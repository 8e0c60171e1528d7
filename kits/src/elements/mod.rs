//! Element trees: parsing, XPath, writing, and the element objects that plug-in code sees (`spec/kits.md` §4).
//!
//! * [`tree`]: the arena, without Python
//! * [`html_parser`], [`xml_parser`], [`encoding`]: from bytes to trees
//! * [`xpath`], [`element_path`]: finding nodes
//! * [`writer`]: from trees to text

pub mod encoding;
mod html_entities;
pub mod html_parser;
mod html_rules;
pub mod tree;
pub mod writer;
pub mod xml_parser;
pub mod xpath;
