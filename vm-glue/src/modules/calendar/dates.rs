//! What `calendar` knows of days: leap years, weekdays and lengths of months.

use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use crate::import;
use crate::modules::objects::{call, error};
use crate::modules::python_function::Home;

/// Days of the months; the first is none.
pub const LENGTHS: [i64; 13] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// A number, where Python's arithmetic would take one.
pub fn number(vm: &VirtualMachine, object: &PyObjectRef) -> PyResult<i64> {
    object.try_index(vm)?.try_to_primitive(vm)
}

/// Whether a year has 366 days.
pub fn is_leap(year: i64) -> bool {
    year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
}

/// Days of a month of a year.
pub fn length(year: i64, month: i64) -> i64 {
    let days = usize::try_from(month).ok().and_then(|month| LENGTHS.get(month)).copied().unwrap_or_default();
    days + i64::from(month == 2 && is_leap(year))
}

/// The number of a day: 1 is the first of January of the year 1.
pub fn ordinal(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let years = before * 365 + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    years + (1..month).map(|month| length(year, month)).sum::<i64>() + day
}

/// `datetime.date(…)`, with its errors.
pub fn date(vm: &VirtualMachine, year: &PyObjectRef, month: &PyObjectRef, day: &PyObjectRef) -> PyResult {
    let class = import::module(vm, "datetime")?.get_attr("date", vm)?;
    class.call((year.clone(), month.clone(), day.clone()), vm)
}

/// The weekday of a date, Monday 0.
pub fn weekday(vm: &VirtualMachine, year: &PyObjectRef, month: &PyObjectRef, day: &PyObjectRef) -> PyResult<i64> {
    if let (Ok(y), Ok(m), Ok(d)) = (number(vm, year), number(vm, month), number(vm, day))
        && (1..=9999).contains(&y)
        && (1..=length(y, m)).contains(&d)
    {
        return Ok((ordinal(y, m, d) + 6).rem_euclid(7));
    }
    call(vm, &*date(vm, year, month, day)?, "weekday", ())?.try_to_value(vm)
}

/// The weekday of a month's first day, and the month's length.
pub fn month_range(home: &Home, vm: &VirtualMachine, year: &PyObjectRef, month: &PyObjectRef) -> PyResult<(i64, i64)> {
    let wanted = number(vm, month)?;
    if !(1..=12).contains(&wanted) {
        return Err(error(vm, home, "IllegalMonthError", vec![month.clone()]));
    }
    let first = weekday(vm, year, month, &vm.ctx.new_int(1).into())?;
    Ok((first, length(number(vm, year)?, wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        assert_eq!(ordinal(1970, 1, 1), 719_163);
        assert_eq!(ordinal(1, 1, 1), 1);
        assert_eq!(length(2000, 2), 29);
        assert_eq!(length(1900, 2), 28);
    }
}
