//! `Calendar`: the days and weeks of months and years as data.

use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::dates::{self, month_range, number};
use crate::modules::objects::{call, get, set};
use crate::modules::python_function::{Body, Function, Given, Home, function, with_defaults};

const MONTH: &[&str] = &["self", "year", "month"];
const YEAR: &[&str] = &["self", "year", "width"];

/// The methods of `Calendar`; `firstweekday` is a property made of two of them.
pub const CALENDAR: &[Function] = &[
    with_defaults("__init__", &["self", "firstweekday"], &[Given::Int(0)], Body::Run(init)),
    function("getfirstweekday", &["self"], Body::Run(first)),
    function("setfirstweekday", &["self", "firstweekday"], Body::Run(set_first)),
    function("iterweekdays", &["self"], Body::Run(weekdays)),
    function("itermonthdates", MONTH, Body::Run(month_dates)),
    function("itermonthdays2", MONTH, Body::Run(month_days2)),
    function("itermonthdays", MONTH, Body::Run(month_days)),
    function("monthdatescalendar", MONTH, Body::Run(|_, values, vm| weeks(values, "itermonthdates", vm))),
    function("monthdays2calendar", MONTH, Body::Run(|_, values, vm| weeks(values, "itermonthdays2", vm))),
    function("monthdayscalendar", MONTH, Body::Run(|_, values, vm| weeks(values, "itermonthdays", vm))),
    with_defaults(
        "yeardatescalendar",
        YEAR,
        &[Given::Int(3)],
        Body::Run(|_, values, vm| year(values, "monthdatescalendar", vm)),
    ),
    with_defaults(
        "yeardays2calendar",
        YEAR,
        &[Given::Int(3)],
        Body::Run(|_, values, vm| year(values, "monthdays2calendar", vm)),
    ),
    with_defaults(
        "yeardayscalendar",
        YEAR,
        &[Given::Int(3)],
        Body::Run(|_, values, vm| year(values, "monthdayscalendar", vm)),
    ),
];

fn init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    if let [this, first] = values {
        set(vm, this, "firstweekday", first.clone())?;
    }
    Ok(vm.ctx.none())
}

fn first(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    vm._mod(&*get(vm, this, "_firstweekday")?, vm.ctx.new_int(7).as_object())
}

fn set_first(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    if let [this, first] = values {
        set(vm, this, "_firstweekday", first.clone())?;
    }
    Ok(vm.ctx.none())
}

fn first_of(vm: &VirtualMachine, this: &PyObject) -> PyResult<i64> {
    number(vm, &get(vm, this, "firstweekday")?)
}

/// An iterator over values.
fn iterated(vm: &VirtualMachine, values: Vec<PyObjectRef>) -> PyResult {
    Ok(vm.ctx.new_list(values).as_object().get_iter(vm)?.into())
}

fn int(vm: &VirtualMachine, value: i64) -> PyObjectRef {
    vm.ctx.new_int(value).into()
}

fn weekdays(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    let first = first_of(vm, this)?;
    iterated(vm, (first..first + 7).map(|day| int(vm, day.rem_euclid(7))).collect())
}

fn month_dates(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, year, month] = values else { return Ok(vm.ctx.none()) };
    let mut date = dates::date(vm, year, month, &int(vm, 1))?;
    let (first, wanted) = (first_of(vm, this)?, number(vm, month)?);
    let weekday = |date: &PyObject| -> PyResult<i64> { call(vm, date, "weekday", ())?.try_to_value(vm) };
    let difference = crate::import::module(vm, "datetime")?.get_attr("timedelta", vm)?;
    let before = (weekday(&date)? - first).rem_euclid(7);
    date = vm._sub(&date, &*difference.call((int(vm, before),), vm)?)?;
    let day = difference.call((int(vm, 1),), vm)?;
    let mut found = Vec::new();
    loop {
        found.push(date.clone());
        date = match vm._add(&date, &day) {
            Ok(date) => date,
            // The last day that there is.
            Err(error) if error.fast_isinstance(vm.ctx.exceptions.overflow_error) => break,
            Err(error) => return Err(error),
        };
        if number(vm, &get(vm, &date, "month")?)? != wanted && weekday(&date)? == first {
            break;
        }
    }
    iterated(vm, found)
}

/// The days of a month in whole weeks; 0 where they are another month's.
fn days(
    home: &Home,
    this: &PyObject,
    year: &PyObjectRef,
    month: &PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult<Vec<i64>> {
    let (weekday, length) = month_range(home, vm, year, month)?;
    let first = first_of(vm, this)?;
    let blank = |count: i64| std::iter::repeat_n(0, usize::try_from(count.rem_euclid(7)).unwrap_or_default());
    Ok(blank(weekday - first).chain(1..=length).chain(blank(first - weekday - length)).collect())
}

fn month_days(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, year, month] = values else { return Ok(vm.ctx.none()) };
    let days = days(home, this, year, month, vm)?;
    iterated(vm, days.into_iter().map(|day| int(vm, day)).collect())
}

fn month_days2(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, year, month] = values else { return Ok(vm.ctx.none()) };
    let days = call(vm, this, "itermonthdays", (year.clone(), month.clone()))?;
    let first = first_of(vm, this)?;
    let days = vm.extract_elements_with(&days, Ok)?;
    let pairs = days.into_iter().zip(first..);
    iterated(vm, pairs.map(|(day, at)| vm.ctx.new_tuple(vec![day, int(vm, at.rem_euclid(7))]).into()).collect())
}

/// Lists of so many.
fn grouped(vm: &VirtualMachine, values: &[PyObjectRef], size: usize) -> PyObjectRef {
    let groups = values.chunks(size.max(1)).map(|group| vm.ctx.new_list(group.to_vec()).into());
    vm.ctx.new_list(groups.collect()).into()
}

fn weeks(values: &[PyObjectRef], days: &'static str, vm: &VirtualMachine) -> PyResult {
    let [this, year, month] = values else { return Ok(vm.ctx.none()) };
    let days = call(vm, this, days, (year.clone(), month.clone()))?;
    Ok(grouped(vm, &vm.extract_elements_with(&days, Ok)?, 7))
}

fn year(values: &[PyObjectRef], month: &'static str, vm: &VirtualMachine) -> PyResult {
    let [this, year, width] = values else { return Ok(vm.ctx.none()) };
    let months = (1..=12).map(|at| call(vm, this, month, (year.clone(), int(vm, at)))).collect::<PyResult<Vec<_>>>()?;
    let width = match number(vm, width)? {
        0 => return Err(vm.new_value_error("range() arg 3 must not be zero")),
        width => usize::try_from(width),
    };
    // A negative width counts down from nothing.
    Ok(width.map_or_else(|_| vm.ctx.new_list(Vec::new()).into(), |width| grouped(vm, &months, width)))
}
