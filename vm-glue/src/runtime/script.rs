//! Running a whole program: `__main__`, uncaught exceptions, exit status.

use std::io::Write;
use std::path::Path;

use rustpython_vm::builtins::{PyBaseException, PyInt, PyList, PyModule};
use rustpython_vm::{AsObject, Py, PyRef, PyResult, VirtualMachine};

use super::{dialect, exec, source, text, traceback};
use crate::import;
use crate::interpreter::{Interpreter, Settings};
use crate::modules;
use crate::syntax::{FutureFlags, Mode, SourceRules, SourceText};
use crate::threads;

/// What `reprise python` runs.
#[derive(Clone, Debug)]
pub enum Program {
    File(std::path::PathBuf),
    /// `-c CODE`
    Command(Vec<u8>),
    /// `-m MODULE`
    Module(String),
    /// `-`
    Stdin,
}

impl Program {
    fn name(&self) -> String {
        match self {
            Self::File(file) => file.to_string_lossy().into_owned(),
            Self::Command(_) => "-c".to_owned(),
            Self::Module(name) => name.clone(),
            Self::Stdin => "-".to_owned(),
        }
    }
}

/// Runs a program to its end and returns the exit status. `arguments` follow the program in `sys.argv`; `warnings` are
/// its `sys.warnoptions`.
pub fn run(program: Program, arguments: Vec<String>, warnings: Vec<String>) -> i32 {
    let mut argv = vec![program.name()];
    argv.extend(arguments);
    let folder = match &program {
        Program::File(file) => {
            // The script's own place, behind links.
            let file = std::fs::canonicalize(file).unwrap_or_else(|_| file.clone());
            file.parent().unwrap_or(Path::new("")).to_path_buf()
        }
        Program::Command(_) | Program::Module(_) | Program::Stdin => std::path::PathBuf::new(),
    };
    let settings = Settings { argv, path: vec![folder], signal_handlers: true, ..Settings::default() };
    let finished = threads::on_big_stack("main", move || {
        let interpreter = Interpreter::new(settings);
        let status = interpreter.enter_main(|vm| {
            let result = set_warnings(vm, warnings).and_then(|()| run_main(vm, &program));
            let status = match result {
                Ok(()) => 0,
                Err(error) => report(vm, &error),
            };
            flush(vm);
            status
        });
        let ended = interpreter.finish();
        if status == 0 { i32::try_from(ended).unwrap_or(1) } else { status }
    });
    match finished {
        Ok(status) => status,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "cannot start a thread: {error}");
            1
        }
    }
}

/// Sets `sys.warnoptions`; the module `warnings`, which reads them, tells of bad ones before the program begins.
fn set_warnings(vm: &VirtualMachine, options: Vec<String>) -> PyResult<()> {
    if options.is_empty() {
        return Ok(());
    }
    let options = options.into_iter().map(|option| text::new_str(vm, option.as_bytes())).collect();
    import::sys(vm)?.set_attr("warnoptions", vm.ctx.new_list(options), vm)?;
    import::module(vm, "warnings").map(drop)
}

fn main_module(vm: &VirtualMachine) -> PyResult<PyRef<PyModule>> {
    let module = import::new_module(vm, "__main__", dialect::module(vm)?.into())?;
    Ok(module)
}

fn run_main(vm: &VirtualMachine, program: &Program) -> PyResult<()> {
    let module = main_module(vm)?;
    let dict = module.dict();
    let found;
    let program = match program {
        Program::Module(name) => {
            let Some(file) = import::program_of(vm, name)? else {
                if run_native(vm, name)? {
                    return Ok(());
                }
                let executable = std::env::current_exe().unwrap_or_default();
                let _ = writeln!(std::io::stderr(), "{}: No module named {name}", executable.display());
                return Err(vm.new_system_exit(vec![vm.ctx.new_int(1).into()].into()));
            };
            let argv = import::sys(vm)?.get_attr("argv", vm)?;
            if let Some(argv) = argv.downcast_ref::<PyList>() {
                let shown = text::new_str(vm, file.as_os_str().as_encoded_bytes());
                if let Some(first) = argv.borrow_vec_mut().first_mut() {
                    *first = shown;
                }
            }
            found = Program::File(file);
            &found
        }
        other => other,
    };
    let (name, bytes, rules) = match program {
        Program::Module(_) => return Err(vm.new_system_error("a module was looked up")),
        Program::File(file) => {
            let bytes = std::fs::read(file).map_err(|error| {
                let name = file.display();
                let number = error.raw_os_error().unwrap_or(2);
                let message = error.to_string();
                let message = message.split(" (os error").next().unwrap_or_default();
                let _ =
                    writeln!(std::io::stderr(), "reprise python: can't open file '{name}': [Errno {number}] {message}");
                vm.new_system_exit(vec![vm.ctx.new_int(2).into()].into())
            })?;
            let name = file.to_string_lossy().into_owned();
            dict.set_item("__file__", text::new_str(vm, name.as_bytes()), vm)?;
            (name, bytes, SourceRules::CPython)
        }
        Program::Command(code) => ("<string>".to_owned(), code.clone(), SourceRules::CPython),
        Program::Stdin => {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes)
                .map_err(|error| vm.new_os_error(error.to_string()))?;
            ("<stdin>".to_owned(), bytes, SourceRules::CPython)
        }
    };
    // The program itself is not kept in the cache: another one of that name may be run next.
    let text = vm.allow_threads(|| SourceText::decode(&name, &bytes, rules));
    let text = text.map_err(|error| source::exception(vm, &error))?;
    let code = source::compile_source(vm, &text, Mode::Exec, FutureFlags::default())?;
    exec::run(code, dict.clone(), dict.into(), vm).map(drop)
}

/// Runs a module of our own that is a command too (`-m calendar`): its `main(argv)`.
fn run_native(vm: &VirtualMachine, name: &str) -> PyResult<bool> {
    let native = |entry: &&modules::Entry| matches!(entry.source, modules::Source::Native(_));
    if modules::find_everywhere(name).filter(native).is_none() {
        return Ok(false);
    }
    let Some(main) = vm.get_attribute_opt(&*import::module(vm, name)?, "main")? else { return Ok(false) };
    let argv = import::sys(vm)?.get_attr("argv", vm)?;
    if let Some(argv) = argv.downcast_ref::<PyList>()
        && let Some(first) = argv.borrow_vec_mut().first_mut()
    {
        *first = vm.ctx.new_str(format!("{name}.py")).into();
    }
    main.call((argv.clone(),), vm)?;
    Ok(true)
}

fn flush(vm: &VirtualMachine) {
    if let Ok(sys) = import::sys(vm) {
        for name in ["stdout", "stderr"] {
            if let Ok(file) = sys.get_attr(name, vm)
                && let Ok(Some(flush)) = vm.get_attribute_opt(&file, "flush")
            {
                let _ = flush.call((), vm);
            }
        }
    }
    let _ = std::io::stdout().flush();
}

/// Writes what Python 2 writes about an exception that nobody caught, and returns the exit status.
pub fn report(vm: &VirtualMachine, error: &Py<PyBaseException>) -> i32 {
    flush(vm);
    if error.fast_isinstance(vm.ctx.exceptions.system_exit) {
        return exit_status(vm, error);
    }
    let hook = import::sys(vm).and_then(|sys| sys.get_attr("excepthook", vm));
    let called = hook.and_then(|hook| {
        let traceback = error.__traceback__().map_or_else(|| vm.ctx.none(), Into::into);
        hook.call((error.class().to_owned(), super::exceptions::value_of(error, vm), traceback), vm)
    });
    if called.is_err() {
        let _ = std::io::stderr().write_all(traceback::format_exc(vm, error).as_bytes());
    }
    1
}

fn exit_status(vm: &VirtualMachine, error: &Py<PyBaseException>) -> i32 {
    let code = match error.as_object().get_attr("code", vm) {
        Ok(code) => code,
        Err(_) => return 1,
    };
    if vm.is_none(&code) {
        return 0;
    }
    if let Some(number) = code.downcast_ref::<PyInt>() {
        return i32::try_from(number.as_bigint()).unwrap_or(-1) & 0xff;
    }
    if let Ok(mut shown) = text::str_of(vm, &code) {
        shown.push(b'\n');
        let _ = std::io::stderr().write_all(&shown);
    }
    1
}
