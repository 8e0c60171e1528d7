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

/// Makes SIGINT and SIGTERM end the process in order, and SIGUSR1 show what it is doing.
#[cfg(unix)]
pub fn on_signals(plugin: &Arc<Plugin>, interpreter: &Arc<Interpreter>, workers: &Workers) -> io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM, SIGUSR1};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGUSR1])?;
    let (plugin, interpreter, workers) = (Arc::clone(plugin), Arc::clone(interpreter), workers.clone());
    let wait = move || {
        for signal in signals.forever() {
            if signal != SIGUSR1 {
                stop(&plugin, &interpreter, &workers);
            }
            write_stacks(&interpreter);
        }
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(wait)?;
    Ok(())
}

/// Writes what every thread is doing to standard error.
#[cfg(unix)]
fn write_stacks(interpreter: &Arc<Interpreter>) {
    let interpreter = Arc::clone(interpreter);
    let text = reprise_vm_glue::threads::on_big_stack("stacks", move || {
        interpreter.enter(|vm| reprise_kits::thread_stacks::text(vm).unwrap_or_else(|_| "no stacks\n".to_owned()))
    });
    // Nobody reads it if this fails.
    let _ = io::stderr().write_all(text.unwrap_or_default().as_bytes());
}

/// The end of standard input is the only request to end that this system knows.
#[cfg(not(unix))]
pub fn on_signals(_plugin: &Arc<Plugin>, _interpreter: &Arc<Interpreter>, _workers: &Workers) -> io::Result<()> {
    Ok(())
}
