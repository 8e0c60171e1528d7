//! Python 2 on the RustPython virtual machine. Knows nothing of Plex and would be useful on its own.
//!
//! * [`syntax`]: lexer, parser and AST of Python 2.7
//! * [`lower`]: Python 2 AST to code objects
//! * [`import`]: importing by Python 2's rules
//! * [`interpreter`]: the virtual machine with the dialect installed; [`threads`]: threads that run Python
//! * [`runtime`]: the byte-string `str`, `unicode`, dialect builtins, classes, comparison, exceptions
//! * [`modules`]: standard modules under their Python 2 names
//! * [`library`]: the Python 3 library modules brought along
//! * [`web`]: the one HTTP client of the program, with record and replay
//! * [`code_cache`]: compiled code kept on disk
//! * [`clock`]: the program's clock
//!
//! May depend on the VM crates and general libraries, never on another crate of this workspace.

pub mod clock;
pub mod code_cache;
pub mod gate;
pub mod import;
pub mod interpreter;
pub mod library;
pub mod lower;
pub mod modules;
pub mod runtime;
pub mod syntax;
pub mod threads;
pub mod web;
