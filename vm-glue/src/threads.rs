//! Threads that run Python: every one has a stack big enough for the machine's recursion limit.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SendError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use parking_lot::Mutex;

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

// ---- short work --------------------------------------------------------------------------------------------------

/// Threads that wait for work at most.
const MAX_IDLE: usize = 8;
/// How long they wait.
const PATIENCE: Duration = Duration::from_secs(10);

/// Work, and what its end is reported to.
type Job = (Box<dyn FnOnce() + Send>, Sender<()>);

/// The threads that wait, by their numbers.
static IDLE: Mutex<Vec<(u64, Sender<Job>)>> = Mutex::new(Vec::new());

/// Runs short work on a thread that has done some before, or on a new one; the receiver hears of its end.
///
/// The machine keeps some hundred bytes of every thread that ever ran Python: work that comes again and again must not
/// start a thread each time.
pub fn lend<F: FnOnce() + Send + 'static>(work: F) -> io::Result<Receiver<()>> {
    static NUMBERS: Mutex<u64> = Mutex::new(0);
    let (done, ended) = channel();
    let mut job: Job = (Box::new(work), done);
    loop {
        let Some((_, idle)) = IDLE.lock().pop() else { break };
        match idle.send(job) {
            Ok(()) => return Ok(ended),
            Err(SendError(back)) => job = back,
        }
    }
    let number = {
        let mut numbers = NUMBERS.lock();
        *numbers += 1;
        *numbers
    };
    spawn("task", move || work_on(number, job))?;
    Ok(ended)
}

/// What such a thread does.
fn work_on(number: u64, first: Job) {
    let (sender, jobs) = channel();
    let mut next = first;
    loop {
        let (work, done) = next;
        // A panic has been reported; the thread goes on.
        let _ = catch_unwind(AssertUnwindSafe(work));
        let waits = {
            let mut idle = IDLE.lock();
            let room = idle.len() < MAX_IDLE;
            if room {
                idle.push((number, sender.clone()));
            }
            room
        };
        // Who hears of the end finds the thread idle.
        let _ = done.send(());
        if !waits {
            return;
        }
        next = match jobs.recv_timeout(PATIENCE) {
            Ok(job) => job,
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                let mut idle = IDLE.lock();
                let before = idle.len();
                idle.retain(|(other, _)| *other != number);
                if idle.len() < before {
                    return;
                }
                drop(idle);
                // Somebody has taken the thread at the last moment: the work is on its way.
                match jobs.recv() {
                    Ok(job) => job,
                    Err(_) => return,
                }
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_the_work_only() {
        let ended = lend(|| std::panic::resume_unwind(Box::new(())));
        assert!(ended.is_ok_and(|ended| ended.recv().is_ok()));
    }
}
