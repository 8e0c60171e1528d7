//! Hosting a plug-in of framework 0 or 1: a pipe, one request at a time, and no HTTP (`spec/legacy-v1.md` §3).

use std::io::{self, Write};
use std::sync::Arc;

use reprise_bundles::{Bundle, Config};
use reprise_kits::plugin::StartError;
use reprise_legacy_v0::{OlderPlugin, pipe};

use super::workers::Workers;
use super::{HostError, Never, end};

/// Hosts the plug-in until standard input ends or a signal asks for the end. Its log goes to standard error too unless
/// `quiet`.
pub(super) fn host(
    bundle: Bundle,
    config: Config,
    quiet: bool,
    workers: &Workers,
    output: &mut impl Write,
) -> Result<Never, HostError> {
    let system = |what| move |error| HostError::System { what, error };
    let framework = bundle.framework;
    let started = workers.run(move || {
        let broken = bundle.clone();
        let failed = |error: StartError| HostError::Start { line: error.stderr_line(&broken), error };
        let older = OlderPlugin::open(bundle, config, !quiet).map_err(failed)?;
        let interpreter = older.interpreter();
        interpreter.enter(|vm| older.start(vm)).map_err(failed)?;
        Ok((older, Arc::new(interpreter)))
    });
    let (older, interpreter) = started.unwrap_or(Err(HostError::Panic))?;
    end::on_signals(&older.plugin, &interpreter, workers).map_err(system("signals cannot be received"))?;
    crate::memory::forget_the_start();
    let mut input = io::stdin().lock();
    loop {
        let request = match pipe::read(&mut input, framework) {
            Ok(Some(request)) => request,
            Ok(None) => break,
            Err(error) => {
                tracing::error!("Exception in pipe interface: {error}");
                break;
            }
        };
        let answer = {
            let (older, interpreter) = (Arc::clone(&older), Arc::clone(&interpreter));
            workers.run(move || interpreter.enter(|vm| older.answer(vm, &request)))
        };
        let answer = answer.unwrap_or_else(|| b"500 Internal Server Error\r\n\r\n".to_vec());
        if let Err(error) = output.write_all(&answer).and_then(|()| output.flush()) {
            tracing::error!("Exception in pipe interface: {error}");
        }
    }
    end::stop(&older.plugin, &interpreter, workers)
}
