//! XML: `pyexpat` and what stands on it.
//!
//! [`tokens`] cuts text into tokens, [`scanner`] (with [`doctype`] and [`namespaces`]) tells what they mean, one thing
//! after the other, and [`expat`] calls the handlers of a program with it.

mod decoder;
mod doctype;
pub mod etree;
pub mod expat;
mod failures;
pub mod minidom;
mod names;
mod namespaces;
mod scanner;
mod tokens;
