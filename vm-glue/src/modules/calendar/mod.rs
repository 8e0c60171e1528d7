//! The module `calendar`: weeks, months and years as data, text and HTML.

mod command;
pub mod dates;
mod html;
mod names;
mod text;
mod weeks;

use std::sync::Arc;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::python_function::{Body, Class, Function, Given, Home, function, object_of, publish, with_defaults};
use crate::import;
use crate::modules::objects::{format, get, global, set};
use crate::modules::{self};
use crate::runtime::print;

const ALL: &[&str] = &[
    "IllegalMonthError",
    "IllegalWeekdayError",
    "setfirstweekday",
    "firstweekday",
    "isleap",
    "leapdays",
    "weekday",
    "monthrange",
    "monthcalendar",
    "prmonth",
    "month",
    "prcal",
    "calendar",
    "timegm",
    "month_name",
    "month_abbr",
    "day_name",
    "day_abbr",
];

const WEEKDAYS: &[&str] = &["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];

/// Numbers of the module.
const NUMBERS: &[(&str, i32)] =
    &[("January", 1), ("February", 2), ("_colwidth", 20), ("_spacing", 6), ("EPOCH", 1970), ("_EPOCH_ORD", 719_163)];

/// Functions of the module that are methods of its calendar `c`.
const OF_CALENDAR: &[(&str, &str)] = &[
    ("firstweekday", "getfirstweekday"),
    ("monthcalendar", "monthdayscalendar"),
    ("prweek", "prweek"),
    ("week", "formatweek"),
    ("weekheader", "formatweekheader"),
    ("prmonth", "prmonth"),
    ("month", "formatmonth"),
    ("calendar", "formatyear"),
    ("prcal", "pryear"),
];

const FUNCTIONS: &[Function] = &[
    function(
        "isleap",
        &["year"],
        Body::Run(|_, values, vm| match values.first() {
            Some(year) => Ok(vm.ctx.new_bool(is_leap(vm, year)?).into()),
            None => Ok(vm.ctx.none()),
        }),
    ),
    function("leapdays", &["y1", "y2"], Body::Run(leap_days)),
    function(
        "weekday",
        &["year", "month", "day"],
        Body::Run(|_, values, vm| match values {
            [year, month, day] => Ok(vm.ctx.new_int(dates::weekday(vm, year, month, day)?).into()),
            _ => Ok(vm.ctx.none()),
        }),
    ),
    function("monthrange", &["year", "month"], Body::Run(month_range)),
    function("setfirstweekday", &["firstweekday"], Body::Run(command::set_first_weekday)),
    with_defaults(
        "format",
        &["cols", "colwidth", "spacing"],
        &[Given::Int(20), Given::Int(6)],
        Body::Run(|_, values, vm| {
            print::print(columns(values, vm)?, true, vm)?;
            Ok(vm.ctx.none())
        }),
    ),
    with_defaults(
        "formatstring",
        &["cols", "colwidth", "spacing"],
        &[Given::Int(20), Given::Int(6)],
        Body::Run(|_, values, vm| columns(values, vm)),
    ),
    function("timegm", &["tuple"], Body::Run(timegm)),
    function("main", &["args"], Body::Run(command::main)),
];

fn columns(values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [columns, width, spacing] = values else { return Ok(vm.ctx.none()) };
    text::columns(vm, vm.extract_elements_with(columns, Ok)?, width, spacing)
}

/// The rule of leap years as Python computes it: with what can be divided at all.
fn is_leap(vm: &VirtualMachine, year: &PyObjectRef) -> PyResult<bool> {
    if let Ok(year) = dates::number(vm, year) {
        return Ok(dates::is_leap(year));
    }
    let divides = |by: i64| -> PyResult<bool> {
        let rest = vm._mod(year, vm.ctx.new_int(by).as_object())?;
        vm.bool_eq(&rest, vm.ctx.new_int(0).as_object())
    };
    Ok(divides(4)? && (!divides(100)? || divides(400)?))
}

fn leap_days(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [from, to] = values else { return Ok(vm.ctx.none()) };
    let before = |year: i64| (year - 1).div_euclid(4) - (year - 1).div_euclid(100) + (year - 1).div_euclid(400);
    Ok(vm.ctx.new_int(before(dates::number(vm, to)?) - before(dates::number(vm, from)?)).into())
}

fn month_range(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [year, month] = values else { return Ok(vm.ctx.none()) };
    let (first, length) = dates::month_range(home, vm, year, month)?;
    Ok(vm.ctx.new_tuple(vec![vm.ctx.new_int(first).into(), vm.ctx.new_int(length).into()]).into())
}

/// Seconds since 1970 of a time in UTC; hours, minutes and seconds may be any numbers.
fn timegm(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(time) = values.first() else { return Ok(vm.ctx.none()) };
    let fields = vm.extract_elements_with(time, Ok)?;
    let [year, month, day, hour, minute, second, ..] = fields.as_slice() else {
        let count = fields.len();
        let plural = if count == 1 { "" } else { "s" };
        return Err(vm.new_value_error(format!("need more than {count} value{plural} to unpack")));
    };
    let int = |value: i64| PyObjectRef::from(vm.ctx.new_int(value));
    // The date's own errors.
    let one = int(1);
    dates::weekday(vm, year, month, &one)?;
    let start = dates::ordinal(dates::number(vm, year)?, dates::number(vm, month)?, 1) - 719_163;
    let mut total = vm._sub(&*vm._add(&int(start), day)?, &one)?;
    for (size, part) in [(24, hour), (60, minute), (60, second)] {
        total = vm._add(&*vm._mul(&total, &int(size))?, part)?;
    }
    Ok(total)
}

/// Name, attribute and text of the exceptions.
const ERRORS: &[(&str, &[Function], &str)] = &[
    (
        "IllegalMonthError",
        &[
            function("__init__", &["self", "month"], Body::Run(|_, values, vm| keep(values, "month", vm))),
            function(
                "__str__",
                &["self"],
                Body::Run(|_, values, vm| shown(values, "month", "bad month number %r; must be 1-12", vm)),
            ),
        ],
        "A month that does not exist.",
    ),
    (
        "IllegalWeekdayError",
        &[
            function("__init__", &["self", "weekday"], Body::Run(|_, values, vm| keep(values, "weekday", vm))),
            function(
                "__str__",
                &["self"],
                Body::Run(|_, values, vm| {
                    shown(values, "weekday", "bad weekday number %r; must be 0 (Monday) to 6 (Sunday)", vm)
                }),
            ),
        ],
        "A day of the week that does not exist.",
    ),
];

fn keep(values: &[PyObjectRef], name: &'static str, vm: &VirtualMachine) -> PyResult {
    if let [this, value] = values {
        set(vm, this, name, value.clone())?;
    }
    Ok(vm.ctx.none())
}

fn shown(values: &[PyObjectRef], name: &'static str, words: &str, vm: &VirtualMachine) -> PyResult {
    match values.first() {
        Some(this) => format(vm, words, vec![get(vm, this, name)?]),
        None => Ok(vm.ctx.none()),
    }
}

/// Classes with their bases and methods, bases first.
const CLASSES: &[(&str, &[&str], &[Function], &str)] = &[
    ("Calendar", &[], weeks::CALENDAR, "Days and weeks of months and years."),
    ("TextCalendar", &["Calendar"], text::TEXT, "A calendar as plain text."),
    ("HTMLCalendar", &["Calendar"], html::HTML, "A calendar as HTML."),
    ("TimeEncoding", &[], text::TIME_ENCODING, "Sets the locale of times for a while."),
    ("LocaleTextCalendar", &["TextCalendar"], text::LOCAL, "A calendar as text in a locale's words."),
    ("LocaleHTMLCalendar", &["HTMLCalendar"], html::LOCAL, "A calendar as HTML in a locale's words."),
];

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    let put = |name: &'static str, value: PyObjectRef| modules::set(vm, module, name, value);
    let texts = |names: &[&str]| vm.ctx.new_list(names.iter().map(|name| vm.ctx.new_str(*name).into()).collect());
    put("__all__", texts(ALL).into());
    put("mdays", vm.ctx.new_list(dates::LENGTHS.iter().map(|days| vm.ctx.new_int(*days).into()).collect()).into());
    for (day, name) in WEEKDAYS.iter().enumerate() {
        put(name, vm.ctx.new_int(day).into());
    }
    for (name, number) in NUMBERS {
        put(name, vm.ctx.new_int(*number).into());
    }
    for (name, module_name) in [("datetime", "datetime"), ("sys", "sys"), ("_locale", "locale")] {
        put(name, import::module(vm, module_name)?);
    }
    put("error", vm.ctx.exceptions.value_error.as_object().to_owned());
    for (name, functions, doc) in ERRORS {
        let bases = vec![vm.ctx.exceptions.value_error.as_object().to_owned()];
        let class = Class { name, module: "calendar", bases, functions, values: Vec::new(), doc: Some(doc) };
        put(name, class.make(&home, true, vm)?);
    }
    names::fill(vm, module, &home)?;
    for (name, bases, functions, doc) in CLASSES {
        let mut values = Vec::new();
        let new_style = *name != "TimeEncoding";
        let mut bases = bases.iter().map(|base| global(vm, &home, base)).collect::<PyResult<Vec<_>>>()?;
        match *name {
            "Calendar" => {
                bases.push(vm.ctx.types.object_type.as_object().to_owned());
                let method = |wanted: &str| weeks::CALENDAR.iter().find(|function| function.name == wanted);
                let method = |wanted| method(wanted).map(|function| object_of(vm, function, &home, "calendar"));
                if let (Some(getter), Some(setter)) = (method("getfirstweekday"), method("setfirstweekday")) {
                    let property = vm.ctx.types.property_type.as_object().call((getter, setter), vm)?;
                    values.push(("firstweekday", property));
                }
            }
            "HTMLCalendar" => values.push(("cssclasses", texts(html::CSS).into())),
            _ => {}
        }
        let class = Class { name, module: "calendar", bases, functions, values, doc: Some(doc) };
        put(name, class.make(&home, new_style, vm)?);
    }
    publish(vm, module, &home, FUNCTIONS, "calendar");
    let calendar = global(vm, &home, "TextCalendar")?.call((), vm)?;
    for (name, method) in OF_CALENDAR {
        put(name, calendar.get_attr(vm.ctx.intern_str(*method), vm)?);
    }
    put("c", calendar);
    Ok(())
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "calendar");
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
