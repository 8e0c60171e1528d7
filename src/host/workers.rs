//! A pool of threads for Python code. Requests of plug-ins may block for as long as they like, so the pool grows when
//! every thread is busy, up to a generous bound; beyond that, work waits in a queue. Idle threads end after a while.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// Python recurses on the native stack.
const STACK: usize = 16 * 1024 * 1024;
/// How long a surplus thread waits for work before it ends.
const PATIENCE: Duration = Duration::from_secs(30);
/// Threads that stay when there is nothing to do.
const KEPT: usize = 2;

type Job = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    threads: usize,
    idle: usize,
}

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
    limit: usize,
}

/// The pool. Cheap to clone.
#[derive(Clone)]
pub struct Workers {
    shared: Arc<Shared>,
}

impl Workers {
    /// An empty pool that grows to at most `limit` threads.
    pub fn new(limit: usize) -> Self {
        Self { shared: Arc::new(Shared { state: Mutex::default(), wake: Condvar::new(), limit: limit.max(1) }) }
    }

    /// Runs `job` on a thread of the pool as soon as one is free. Fails only where no thread at all can be started.
    pub fn submit(&self, job: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let mut state = self.shared.state.lock();
        state.queue.push_back(Box::new(job));
        if state.idle >= state.queue.len() {
            self.shared.wake.notify_one();
            return Ok(());
        }
        if state.threads >= self.shared.limit {
            return Ok(());
        }
        state.threads += 1;
        drop(state);
        let shared = Arc::clone(&self.shared);
        let started =
            std::thread::Builder::new().name("worker".to_owned()).stack_size(STACK).spawn(move || shared.work());
        match started {
            Ok(_) => Ok(()),
            Err(error) => {
                let mut state = self.shared.state.lock();
                state.threads -= 1;
                // Another thread takes the job when it is done with its own; without any there is nobody to wait for.
                if state.threads > 0 {
                    return Ok(());
                }
                state.queue.clear();
                Err(error)
            }
        }
    }

    /// Runs `job` on a thread of the pool and waits for its result; None if it panicked or could not be run.
    pub fn run<R: Send + 'static>(&self, job: impl FnOnce() -> R + Send + 'static) -> Option<R> {
        let (sender, receiver) = std::sync::mpsc::channel();
        self.submit(move || {
            // The receiver is gone only if the caller is: then nobody wants the result.
            let _ = sender.send(job());
        })
        .ok()?;
        receiver.recv().ok()
    }
}

impl Shared {
    fn work(&self) {
        let mut state = self.state.lock();
        loop {
            if let Some(job) = state.queue.pop_front() {
                drop(state);
                // A panic must not take a thread of the pool away; whoever waits for the job sees its channel closed.
                let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
                state = self.state.lock();
                continue;
            }
            state.idle += 1;
            let timed_out = self.wake.wait_for(&mut state, PATIENCE).timed_out();
            state.idle -= 1;
            if timed_out && state.queue.is_empty() && state.threads > KEPT {
                state.threads -= 1;
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_jobs_do_not_block_others() {
        let workers = Workers::new(8);
        let gate = Arc::new((Mutex::new(false), Condvar::new()));
        for _ in 0..4 {
            let gate = Arc::clone(&gate);
            workers
                .submit(move || {
                    let mut open = gate.0.lock();
                    while !*open {
                        gate.1.wait(&mut open);
                    }
                })
                .unwrap();
        }
        assert_eq!(workers.run(|| 5), Some(5));
        *gate.0.lock() = true;
        gate.1.notify_all();
    }

    #[test]
    fn work_beyond_the_bound_waits() {
        let workers = Workers::new(1);
        let results: Vec<_> = (0..20).filter_map(|n| workers.run(move || n)).collect();
        assert_eq!(results, (0..20).collect::<Vec<_>>());
        assert_eq!(workers.run(|| panic!("on purpose")), None::<()>);
        assert_eq!(workers.run(|| 1), Some(1));
    }
}
