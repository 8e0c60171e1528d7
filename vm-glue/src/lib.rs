//! Python 2 on the RustPython virtual machine. Knows nothing of Plex and would be useful on its own.
//!
//! * [`syntax`] and [`lower`]: the front end, a crate of its own (`python2/`); [`code`]: its code as code objects
//! * [`import`]: importing by Python 2's rules
//! * [`interpreter`]: the virtual machine with the dialect installed; [`threads`]: threads that run Python
//! * [`runtime`]: the byte-string `str`, `unicode`, dialect builtins, classes, comparison, exceptions
//! * [`modules`]: standard modules under their Python 2 names
//! * [`embedded`]: the Python 2 sources that are part of the program, compiled when it was built
//! * [`library`]: the Python 3 library modules brought along
//! * [`web`]: the one HTTP client of the program, with record and replay
//! * [`code_cache`]: compiled code kept on disk
//! * [`clock`]: the program's clock
//!
//! May depend on the VM crates, general libraries and the front end, on no other crate of this workspace.

pub mod clock;
pub mod code;
pub mod code_cache;
pub mod embedded;
pub mod gate;
pub mod import;
pub mod interpreter;
pub mod library;
pub mod modules;
pub mod runtime;
pub mod threads;
pub mod web;

pub use reprise_python2::{lower, syntax};
