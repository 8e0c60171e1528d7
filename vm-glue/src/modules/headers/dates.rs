//! Dates of messages: `parsedate_tz`, `mktime_tz` and `formatdate`, as leniently as Python 2 reads them.

use rustpython_vm::builtins::PyTuple;
use rustpython_vm::function::OptionalOption;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::lines;
use crate::import;

pub const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
pub const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const LONG_MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
/// Zones by name, in hours and minutes east of Greenwich: -500 is five hours west.
pub const ZONES: [(&str, i64); 14] = [
    ("UT", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("Z", 0),
    ("AST", -400),
    ("ADT", -300),
    ("EST", -500),
    ("EDT", -400),
    ("CST", -600),
    ("CDT", -500),
    ("MST", -700),
    ("MDT", -600),
    ("PST", -800),
    ("PDT", -700),
];

/// What a date says: year, month, day, hour, minute, second, and the seconds east of Greenwich if it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub fields: [i64; 6],
    pub offset: Option<i64>,
}

fn month(name: &str) -> Option<i64> {
    let at = MONTHS
        .iter()
        .position(|month| month.eq_ignore_ascii_case(name))
        .or_else(|| LONG_MONTHS.iter().position(|month| month.eq_ignore_ascii_case(name)))?;
    i64::try_from(at + 1).ok()
}

/// Reads a date; None if it is none.
pub fn parse(date: &str) -> Option<Stamp> {
    let mut parts: Vec<String> = date.split_whitespace().map(str::to_owned).collect();
    let first = parts.first()?.clone();
    if first.ends_with([',', '.']) || DAYS.iter().any(|day| day.eq_ignore_ascii_case(&first)) {
        parts.remove(0);
    } else if let Some((_, rest)) = first.rsplit_once(',') {
        *parts.first_mut()? = rest.to_owned();
    }
    if let [day, _, _] = parts.as_slice() {
        let pieces: Vec<String> = day.split('-').map(str::to_owned).collect();
        if pieces.len() == 3 {
            parts.splice(0..1, pieces);
        }
    }
    if let [_, _, _, time] = parts.as_slice() {
        match time.split_once('+').map(|(time, zone)| (time.to_owned(), zone.to_owned())) {
            Some((time, zone)) if !time.is_empty() => {
                parts.truncate(3);
                parts.extend([time, zone]);
            }
            _ => parts.push(String::new()),
        }
    }
    parts.truncate(5);
    let [mut day, mut month_name, mut year, mut time, mut zone] = <[String; 5]>::try_from(parts).ok()?;
    let month = match month(&month_name) {
        Some(month) => month,
        None => {
            std::mem::swap(&mut day, &mut month_name);
            month(&month_name)?
        }
    };
    let trimmed = |text: &mut String| {
        if text.ends_with(',') {
            text.pop();
        }
    };
    trimmed(&mut day);
    if year.find(':').is_some_and(|at| at > 0) {
        std::mem::swap(&mut year, &mut time);
    }
    trimmed(&mut year);
    if !year.starts_with(|c: char| c.is_ascii_digit()) {
        std::mem::swap(&mut year, &mut zone);
    }
    trimmed(&mut time);
    let clock: Vec<&str> = time.split(':').collect();
    let (hour, minute, second) = match clock.as_slice() {
        [hour, minute] => (*hour, *minute, "0"),
        [hour, minute, second] => (*hour, *minute, *second),
        _ => return None,
    };
    let number = |text: &str| text.trim().parse::<i64>().ok();
    let fields = [number(&year)?, month, number(&day)?, number(hour)?, number(minute)?, number(second)?];
    let zone = zone.to_ascii_uppercase();
    let offset = ZONES.iter().find(|(name, _)| *name == zone).map(|(_, offset)| *offset).or_else(|| number(&zone));
    let offset = offset.map(|offset| offset.signum() * (offset.abs() / 100 * 3600 + offset.abs() % 100 * 60));
    Some(Stamp { fields, offset })
}

/// The first nine of `parsedate_tz`'s ten values.
fn nine(stamp: Stamp, vm: &VirtualMachine) -> Vec<PyObjectRef> {
    let mut values = stamp.fields.to_vec();
    values.extend([0, 1, 0]);
    values.into_iter().map(|value| vm.ctx.new_int(value).into()).collect()
}

fn read(date: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Stamp>> {
    if !date.to_owned().try_to_bool(vm)? {
        return Ok(None);
    }
    Ok(parse(&String::from_utf8_lossy(&lines::bytes(vm, date)?)))
}

/// `parsedate_tz(data)`
pub fn parsedate_tz(data: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let Some(stamp) = read(&data, vm)? else { return Ok(vm.ctx.none()) };
    let mut values = nine(stamp, vm);
    values.push(stamp.offset.map_or_else(|| vm.ctx.none(), |offset| vm.ctx.new_int(offset).into()));
    Ok(vm.ctx.new_tuple(values).into())
}

/// `parsedate(data)`
pub fn parsedate(data: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let Some(stamp) = read(&data, vm)? else { return Ok(vm.ctx.none()) };
    Ok(vm.ctx.new_tuple(nine(stamp, vm)).into())
}

/// `mktime_tz(data)`: ten values as seconds since 1970.
pub fn mktime_tz(data: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let zone = data.get_item(vm.ctx.new_int(9).as_object(), vm)?;
    let mut values = vm.extract_elements_with(&data, Ok)?;
    values.truncate(8);
    let time = import::module(vm, "time")?;
    let mktime = time.get_attr("mktime", vm)?;
    let local = vm.is_none(&zone);
    values.push(vm.ctx.new_int(if local { -1 } else { 0 }).into());
    let seconds = mktime.call((vm.ctx.new_tuple(values),), vm)?;
    if local {
        return Ok(seconds);
    }
    let east = vm._sub(&seconds, &zone)?;
    vm._sub(&east, &*time.get_attr("timezone", vm)?)
}

/// `formatdate(timeval=None)`: a date of HTTP.
pub fn formatdate(time: OptionalOption<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    let module = import::module(vm, "time")?;
    let time = match time.flatten() {
        Some(time) => time,
        None => module.get_attr("time", vm)?.call((), vm)?,
    };
    let found = module.get_attr("gmtime", vm)?.call((time,), vm)?;
    let fields = match found.downcast_ref::<PyTuple>() {
        Some(tuple) => tuple.as_slice().to_vec(),
        None => vm.extract_elements_with(&found, Ok)?,
    };
    // Behind the nine numbers there may be more.
    let fields: Vec<i64> = fields.into_iter().take(9).map(|field| field.try_to_value(vm)).collect::<PyResult<_>>()?;
    let [year, month, day, hour, minute, second, weekday, ..] = fields.as_slice() else {
        return Err(vm.new_value_error("gmtime() gives nine values"));
    };
    let name = |names: &[&'static str], at: i64| usize::try_from(at).ok().and_then(|at| names.get(at).copied());
    let weekday = name(&DAYS, *weekday).unwrap_or_default();
    let month = name(&MONTHS, month - 1).unwrap_or_default();
    let text = format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT");
    Ok(vm.ctx.new_str(text).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_many_forms() {
        let at = |fields, offset| Some(Stamp { fields, offset });
        for (date, expected) in [
            ("Wed, 13 Jan 1999 23:57:35 -0500", at([1999, 1, 13, 23, 57, 35], Some(-18000))),
            ("Sunday, 06-Nov-94 08:49:37 GMT", at([94, 11, 6, 8, 49, 37], Some(0))),
            ("Sun Nov  6 08:49:37 1994", at([1994, 11, 6, 8, 49, 37], None)),
            ("6 Nov 1994 08:49+0130", at([1994, 11, 6, 8, 49, 0], Some(5400))),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(parse(date), expected, "{date}");
        }
    }
}
