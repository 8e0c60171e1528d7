//! One Python 2 interpreter: the virtual machine with the dialect installed.
//!
//! [`Interpreter::new`] builds it, [`Interpreter::enter`] runs a closure in it from any thread. A thread that calls
//! `enter` for Python code of unknown depth must have been started by [`threads::spawn`](crate::threads::spawn).

use std::path::PathBuf;

use parking_lot::Mutex;
use rustpython_vm::VirtualMachine;
use rustpython_vm::vm::thread;

use crate::modules::Entry;
use crate::{runtime, threads};

/// How byte strings and unicode strings meet where the program names no codec.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Codec {
    /// Plain Python 2.
    #[default]
    Ascii,
    /// Inside the plug-in framework.
    Utf8,
    /// Any other codec of text, by its Python name.
    Named(&'static str),
}

impl Codec {
    /// The codec with this Python name; whether there is one shows when it is used. Names of other codecs than the two
    /// common ones stay in memory for the life of the program.
    pub fn by_name(name: &str) -> Self {
        match name.to_ascii_lowercase().replace('_', "-").as_str() {
            "ascii" | "us-ascii" => Self::Ascii,
            "utf-8" | "utf8" => Self::Utf8,
            _ => Self::Named(Box::leak(name.into())),
        }
    }

    /// As `sys.getdefaultencoding()` gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ascii => "ascii",
            Self::Utf8 => "utf-8",
            Self::Named(name) => name,
        }
    }
}

/// What an interpreter is built with.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `sys.getdefaultencoding()`.
    pub default_codec: Codec,
    /// `sys.argv`.
    pub argv: Vec<String>,
    /// The start of `sys.path`.
    pub path: Vec<PathBuf>,
    /// Whether Ctrl-C raises KeyboardInterrupt in the main thread of Python.
    pub signal_handlers: bool,
    /// Modules of the embedding program that Python 2 code can import.
    pub modules: &'static [Entry],
}

/// A running interpreter; cheap to enter from any thread.
pub struct Interpreter {
    main: Mutex<rustpython_vm::Interpreter>,
    /// Machines of threads that have left, for the next ones.
    idle: Mutex<Vec<thread::ThreadedVirtualMachine>>,
    id: i64,
}

/// Idle machines kept; each holds a data stack.
const MAX_IDLE: usize = 8;

impl Interpreter {
    /// Builds the machine and installs the dialect. The calling thread becomes Python's main thread.
    pub fn new(settings: Settings) -> Self {
        Self::build(settings)
    }

    fn build(settings: Settings) -> Self {
        crate::web::install_tls_provider();
        let mut machine = rustpython_vm::Settings::default();
        machine.import_site = false;
        machine.utf8_mode = 1;
        machine.ignore_environment = true;
        machine.user_site_directory = false;
        machine.write_bytecode = false;
        machine.safe_path = true;
        machine.install_signal_handlers = settings.signal_handlers;
        machine.argv = settings.argv.clone();
        machine.int_max_str_digits = 0;
        let builder = rustpython_vm::Interpreter::builder(machine);
        let modules = rustpython_stdlib::stdlib_module_defs(&builder.ctx);
        let interpreter = builder
            .add_native_modules(&modules)
            .add_frozen_modules(crate::library::modules())
            .init_hook(|vm| {
                vm.state.stacksize.store(threads::STACK_SIZE);
                let vm: &VirtualMachine = vm;
                thread::enter_vm(vm, || runtime::patch_types(vm));
            })
            .build();
        let id = interpreter.id();
        crate::modules::register_in(id, settings.modules);
        interpreter.enter(|vm| {
            silence_deprecations(vm);
            let installed = runtime::install(vm, &settings);
            vm.expect_pyresult(installed, "the dialect's own modules must install");
        });
        Self { main: Mutex::new(interpreter), idle: Mutex::default(), id }
    }

    /// Runs the closure with a machine of the calling thread.
    ///
    /// Objects may leave the closure; they must be dropped inside `enter` again if their class has `__del__`.
    pub fn enter<R>(&self, work: impl FnOnce(&VirtualMachine) -> R) -> R {
        // Inside Python already: the same machine, so that exception state and recursion depth go on.
        let inside = thread::try_with_current_vm(|vm| vm.state.interpreter_id == self.id) == Some(true);
        if inside {
            return thread::with_current_vm(work);
        }
        let machine = self.idle.lock().pop();
        let machine = machine.unwrap_or_else(|| self.main.lock().new_thread());
        let result = machine.run(work);
        let mut idle = self.idle.lock();
        if idle.len() < MAX_IDLE {
            idle.push(machine);
        }
        result
    }

    /// Runs `threading`'s shutdown and the `atexit` functions, flushes the standard streams and ends the machine.
    pub fn finish(self) -> u32 {
        let Self { main, idle, .. } = self;
        drop(idle);
        let main = main.into_inner();
        main.enter(crate::modules::threading::shut_down);
        main.finalize(None)
    }

    /// Runs the closure on the main machine: signals, `signal.signal`, the main thread of `threading`.
    /// Only for the thread that built the interpreter.
    pub fn enter_main<R>(&self, work: impl FnOnce(&VirtualMachine) -> R) -> R {
        self.main.lock().enter(work)
    }
}

/// The machine warns of what is deprecated in Python 3, which is no business of Python 2 code (whose own default
/// ignores such warnings as well).
fn silence_deprecations(vm: &VirtualMachine) {
    let ignore = vm.ctx.new_tuple(vec![
        vm.ctx.new_str("ignore").into(),
        vm.ctx.none(),
        vm.ctx.exceptions.deprecation_warning.to_owned().into(),
        vm.ctx.none(),
        vm.ctx.new_int(0).into(),
    ]);
    vm.state.warnings.filters.borrow_vec_mut().insert(0, ignore.into());
    vm.state.warnings.filters_mutated();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_threads_share_one_interpreter() {
        let seen = threads::on_big_stack("test", || {
            let interpreter = Interpreter::new(Settings::default());
            interpreter.enter(|vm| vm.sys_module.set_attr("shared", vm.ctx.new_int(7), vm)).ok();
            let read = || interpreter.enter(|vm| vm.sys_module.get_attr("shared", vm).is_ok());
            std::thread::scope(|scope| scope.spawn(read).join().is_ok_and(|seen| seen) && read())
        });
        assert!(seen.is_ok_and(|seen| seen));
    }
}
