//! The front end: Python 2.7 source to code for the RustPython virtual machine, without that machine.
//!
//! * [`syntax`]: lexer, parser and AST of Python 2.7
//! * [`lower`]: its AST to the compiler's own, and that to code
//! * [`embed`]: for build scripts that compile a crate's embedded Python 2 sources
//!
//! The interpreter (`vm-glue`) uses it at run time, and the build scripts of the crates that bring Python 2 sources along
//! do while they are built. May depend on the compiler's crates and general libraries only.

pub mod embed;
pub mod lower;
pub mod syntax;
