//! How the process ends: at once, with what the plug-in has not stored yet written first.

use std::io::{self, Write};
use std::sync::Arc;

use reprise_kits::plugin::Plugin;
use reprise_vm_glue::interpreter::Interpreter;

use super::workers::Workers;

/// Ends the process. Threads of the plug-in that still run do not hold it up.
pub fn now(code: u8) -> ! {
    // Nobody reads it any more if this fails.
    let _ = io::stderr().flush();
    std::process::exit(i32::from(code))
}

/// Stores the plug-in's data and ends the process.
pub fn stop(plugin: &Arc<Plugin>, interpreter: &Arc<Interpreter>, workers: &Workers) -> ! {
    let (plugin, interpreter) = (Arc::clone(plugin), Arc::clone(interpreter));
    // A panic while storing has been reported; there is nothing left to do about it.
    let _ = workers.run(move || interpreter.enter(|vm| plugin.stop(vm)));
    now(0)
}

/// Makes SIGINT and SIGTERM end the process in order.
#[cfg(unix)]
pub fn on_signals(plugin: &Arc<Plugin>, interpreter: &Arc<Interpreter>, workers: &Workers) -> io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    let (plugin, interpreter, workers) = (Arc::clone(plugin), Arc::clone(interpreter), workers.clone());
    let wait = move || {
        if signals.forever().next().is_some() {
            stop(&plugin, &interpreter, &workers);
        }
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(wait)?;
    Ok(())
}

/// The end of standard input is the only request to end that this system knows.
#[cfg(not(unix))]
pub fn on_signals(_plugin: &Arc<Plugin>, _interpreter: &Arc<Interpreter>, _workers: &Workers) -> io::Result<()> {
    Ok(())
}
