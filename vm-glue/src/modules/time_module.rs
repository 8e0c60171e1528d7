//! The machine's module `time` follows the program's clock, where that was set.
//!
//! The machine's own module is changed, not copied: `datetime`, `logging`, `random` and `threading` take their time
//! from it.

use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use crate::clock;

/// Functions that mean "now" when they get nothing but `given` arguments: their name, and what stands for now.
const DEFAULT_TO_NOW: &[(&str, usize, Now)] = &[
    ("gmtime", 0, Now::Seconds),
    ("localtime", 0, Now::Seconds),
    ("ctime", 0, Now::Seconds),
    ("asctime", 0, Now::LocalTime),
    ("strftime", 1, Now::LocalTime),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Now {
    Seconds,
    LocalTime,
}

/// Changes the machine's module `time`.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    if !clock::is_set() {
        return Ok(());
    }
    let time = vm.import("time", 0)?;
    let set = |name: &'static str, value: PyObjectRef| time.set_attr(vm.ctx.intern_str(name), value, vm);
    set("time", vm.new_function("time", clock::seconds).into())?;
    for &(name, given, now) in DEFAULT_TO_NOW {
        let original = time.get_attr(name, vm)?;
        let localtime = time.get_attr("localtime", vm)?;
        let function = vm.new_function(name, move |mut args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            let none_given = args.args.len() == given || args.args.get(given).is_some_and(|arg| vm.is_none(arg));
            if none_given && args.kwargs.is_empty() {
                args.args.truncate(given);
                args.args.push(match now {
                    Now::Seconds => vm.ctx.new_float(clock::seconds()).into(),
                    Now::LocalTime => localtime.call((), vm)?,
                });
            }
            original.call(args, vm)
        });
        set(name, function.into())?;
    }
    Ok(())
}
