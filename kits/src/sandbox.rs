//! One environment for restricted code (`spec/sandbox.md`): published names, imports, calls by name.

use std::cell::RefCell;
use std::sync::Arc;

use rustpython_vm::builtins::PyDictRef;

use crate::plugin::Plugin;

/// One sandbox: the main code of a plug-in, a service, or the shared code.
pub struct Sandbox {
    pub plugin: Arc<Plugin>,
    /// Identifier of the code in it: the plug-in's, or a service's.
    pub identifier: String,
    /// Globals of the code: the published names and what the code defines.
    pub globals: PyDictRef,
}

thread_local! {
    static CURRENT: RefCell<Vec<Arc<Sandbox>>> = const { RefCell::new(Vec::new()) };
}

/// The sandbox whose code the current thread runs, if any.
pub fn current() -> Option<Arc<Sandbox>> {
    CURRENT.with_borrow(|stack| stack.last().cloned())
}

impl Sandbox {
    /// Runs `f` with this sandbox as the current one of the thread.
    pub fn enter<R>(self: &Arc<Self>, f: impl FnOnce() -> R) -> R {
        struct Leave;
        impl Drop for Leave {
            fn drop(&mut self) {
                CURRENT.with_borrow_mut(|stack| stack.pop());
            }
        }
        CURRENT.with_borrow_mut(|stack| stack.push(Arc::clone(self)));
        let _leave = Leave;
        f()
    }
}
