//! `day_name`, `month_abbr` and their kin: sequences of names.

use std::sync::Arc;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyResult, VirtualMachine};

use crate::modules;
use crate::modules::objects::{call, get, set};
use crate::modules::python_function::{Body, Class, Function, Home, function};
use crate::runtime::arguments;

use super::dates;

/// Full names of the days, Monday first.
pub const DAYS: &[&str] = &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// Full names of the months.
pub const MONTHS: &[&str] = &[
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const DAY: &[Function] = &[
    function("__init__", &["self", "format"], Body::Run(init)),
    function("__getitem__", &["self", "i"], Body::Run(|_, values, vm| item(values, false, vm))),
    function("__len__", &["self"], Body::Run(|_, _, vm| Ok(vm.ctx.new_int(7).into()))),
];
const MONTH: &[Function] = &[
    function("__init__", &["self", "format"], Body::Run(init)),
    function("__getitem__", &["self", "i"], Body::Run(|_, values, vm| item(values, true, vm))),
    function("__len__", &["self"], Body::Run(|_, _, vm| Ok(vm.ctx.new_int(13).into()))),
];

fn init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    if let [this, format] = values {
        set(vm, this, "format", format.clone())?;
    }
    Ok(vm.ctx.none())
}

/// All names in a format; the first month is none.
fn all(vm: &VirtualMachine, format: &PyObjectRef, months: bool) -> PyResult<Vec<PyObjectRef>> {
    let short = |name: &str| -> String { name.chars().take(3).collect() };
    let names: Option<Vec<String>> = match (arguments::plain(format), months) {
        (Some("%A"), false) => Some(DAYS.iter().map(|name| (*name).to_owned()).collect()),
        (Some("%a"), false) => Some(DAYS.iter().copied().map(short).collect()),
        (Some("%B"), true) => Some(MONTHS.iter().map(|name| (*name).to_owned()).collect()),
        (Some("%b"), true) => Some(MONTHS.iter().copied().map(short).collect()),
        _ => None,
    };
    let mut found: Vec<PyObjectRef> = if months { vec![vm.ctx.new_str("").into()] } else { Vec::new() };
    match names {
        Some(names) => found.extend(names.into_iter().map(|name| PyObjectRef::from(vm.ctx.new_str(name)))),
        None => {
            let int = |value: i32| PyObjectRef::from(vm.ctx.new_int(value));
            for at in 1..=(if months { 12 } else { 7 }) {
                let (month, day) = if months { (at, 1) } else { (1, at) };
                let date = dates::date(vm, &int(2001), &int(month), &int(day))?;
                found.push(call(vm, &date, "strftime", (format.clone(),))?);
            }
        }
    }
    Ok(found)
}

fn item(values: &[PyObjectRef], months: bool, vm: &VirtualMachine) -> PyResult {
    let [this, at] = values else { return Ok(vm.ctx.none()) };
    let all = all(vm, &get(vm, this, "format")?, months)?;
    vm.ctx.new_list(all).as_object().get_item(&**at, vm)
}

/// Puts the four sequences and their classes into the module.
pub fn fill(vm: &VirtualMachine, module: &Py<PyModule>, home: &Arc<Home>) -> PyResult<()> {
    type Sequences = &'static [(&'static str, &'static str)];
    let kinds: [(&'static str, &'static [Function], Sequences); 2] = [
        ("_localized_month", MONTH, &[("month_name", "%B"), ("month_abbr", "%b")]),
        ("_localized_day", DAY, &[("day_name", "%A"), ("day_abbr", "%a")]),
    ];
    for (name, functions, sequences) in kinds {
        let class = Class { name, module: "calendar", bases: Vec::new(), functions, values: Vec::new(), doc: None };
        let class = class.make(home, false, vm)?;
        for (sequence, format) in sequences {
            modules::set(vm, module, sequence, class.call((vm.ctx.new_str(*format),), vm)?);
        }
        modules::set(vm, module, name, class);
    }
    Ok(())
}
