//! Threads that run Python: every one has a stack big enough for the machine's recursion limit.

use std::io;
use std::thread::{Builder, JoinHandle};

/// Stack of a thread that runs Python, in bytes.
pub const STACK_SIZE: usize = 16 * 1024 * 1024;

/// Starts a named thread with a stack of [`STACK_SIZE`].
pub fn spawn<F, R>(name: &str, work: F) -> io::Result<JoinHandle<R>>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    Builder::new().name(name.to_owned()).stack_size(STACK_SIZE).spawn(work)
}

/// Runs the work on a big stack and waits for it.
///
/// A panic of the work goes on in the calling thread.
pub fn on_big_stack<F, R>(name: &str, work: F) -> io::Result<R>
where
    F: FnOnce() -> R + Send,
    R: Send,
{
    std::thread::scope(|scope| {
        let handle = Builder::new().name(name.to_owned()).stack_size(STACK_SIZE).spawn_scoped(scope, work)?;
        match handle.join() {
            Ok(result) => Ok(result),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
