//! Dates in headers and in files of cookies.

use rustpython_vm::{PyObject, PyObjectRef, PyResult};

use super::NONE;
use crate::body;
use crate::modules::python_function::{Function, function, with_defaults};
use crate::modules::scope::Scope;

pub const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
pub const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
pub const UTC_ZONES: [&str; 4] = ["GMT", "UTC", "UT", "Z"];
pub const EPOCH_YEAR: i32 = 1970;

/// What servers should send.
pub const STRICT: &str = r"^[SMTWF][a-z][a-z], (\d\d) ([JFMASOND][a-z][a-z]) (\d\d\d\d) (\d\d):(\d\d):(\d\d) GMT$";
/// What they send: day, month, year, then perhaps hour, minute, second, zone, and something in brackets.
pub const LOOSE: &str = concat!(
    r"^(\d\d?)(?:\s+|[-\/])(\w+)(?:\s+|[-\/])(\d+)(?:(?:\s+|:)(\d\d?):(\d\d)(?::(\d\d))?)?\s*",
    r"(?:([-+]?\d{2,4}|(?![APap][Mm]\b)[A-Za-z]+)\s*)?(?:\(\w+\)\s*)?$"
);
/// Year, month, day, then perhaps hour, minute, second, zone.
pub const ISO: &str = concat!(
    r"^(\d{4})[-\/]?(\d\d?)[-\/]?(\d\d?)(?:(?:\s+|[-:Tt])(\d\d?):?(\d\d)(?::?(\d\d(?:\.\d*)?))?)?\s*",
    r"(?:([-+]?\d\d?:?(:?\d\d)?|Z|z)\s*)?$"
);

pub static FUNCTIONS: &[Function] = &[
    with_defaults(
        "time2isoz",
        &["t"],
        &[NONE],
        body!(|x, moment| {
            let parts = utc(x, moment)?;
            x.format("%04d-%02d-%02d %02d:%02d:%02dZ", parts.get(..6).unwrap_or_default())
        }),
    ),
    with_defaults("time2netscape", &["t"], &[NONE], body!(|x, moment| netscape(x, moment))),
    function(
        "offset_from_tz_string",
        &["tz"],
        body!(|x, zone| Ok(zone_offset(&x.peek(zone)).map_or_else(|| x.none(), |offset| x.int(offset)))),
    ),
    function(
        "_timegm",
        &["tt"],
        body!(|x, parts| {
            let parts = x.each(parts)?;
            let [year, month, day, hour, minute, second, ..] = parts.as_slice() else {
                return Err(x.vm.new_value_error(format!("need more than {} values to unpack", parts.len())));
            };
            let whole = [year, month, day, hour, minute].map(|part| x.number(part));
            let [year, month, day, hour, minute] = whole;
            let minutes = epoch_minutes(x, [year?, month?, day?, hour?, minute?], second)?;
            minutes.map_or_else(|| Ok(x.none()), |minutes| x.add(&x.int(minutes * 60), second))
        }),
    ),
    function(
        "_str2time",
        &["day", "mon", "yr", "hr", "min", "sec", "tz"],
        body!(|x, day, mon, yr, hr, min, sec, tz| moment_of(x, [day, mon, yr, hr, min, sec], tz)),
    ),
    function("http2time", &["text"], body!(|x, text| http2time(x, text))),
    function("iso2time", &["text"], body!(|x, text| iso2time(x, text))),
];

/// The parts of a moment in UTC; now for None.
fn utc(x: Scope<'_>, moment: &PyObjectRef) -> PyResult<Vec<PyObjectRef>> {
    let time = x.global("time")?;
    let moment = if x.is_none(moment) { x.ask(&time, "time")? } else { moment.clone() };
    x.each(&*x.call(&time, "gmtime", [moment])?)
}

fn netscape(x: Scope<'_>, moment: &PyObjectRef) -> PyResult {
    let parts = utc(x, moment)?;
    let part = |at: usize| parts.get(at).map_or(Ok(0), |part| x.number(part));
    let name = |names: &[&str], at: i64| {
        let name = usize::try_from(at).ok().and_then(|at| names.get(at).copied());
        x.text(name.unwrap_or_default())
    };
    let values = [
        name(&DAYS, part(6)?),
        x.int(part(2)?),
        name(&MONTHS, part(1)? - 1),
        x.int(part(0)?),
        x.int(part(3)?),
        x.int(part(4)?),
        x.int(part(5)?),
    ];
    x.format("%s, %02d-%s-%04d %02d:%02d:%02d GMT", values)
}

/// The seconds of a zone such as `GMT` or `-07:30`.
fn zone_offset(zone: &str) -> Option<i64> {
    if UTC_ZONES.contains(&zone) {
        return Some(0);
    }
    let (sign, rest) = match zone.as_bytes().first()? {
        b'-' => (-1, zone.get(1..)?),
        b'+' => (1, zone.get(1..)?),
        _ => (1, zone),
    };
    let rest = rest.strip_suffix('\n').unwrap_or(rest);
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if rest.len() <= 2 => (rest, ""),
        None => rest.split_at_checked(rest.len() - 2)?,
    };
    if !matches!(hours.len(), 1 | 2) || !matches!(minutes.len(), 0 | 2) || !digits(hours) || !digits(minutes) {
        return None;
    }
    let minutes = if minutes.is_empty() { 0 } else { minutes.parse::<i64>().ok()? };
    Some(sign * (3600 * hours.parse::<i64>().ok()? + 60 * minutes))
}

/// Days from the epoch to a day of the calendar that is used today, however long ago.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The minutes since the epoch; None for what is no time.
fn epoch_minutes(x: Scope<'_>, [year, month, day, hour, minute]: [i64; 5], second: &PyObject) -> PyResult<Option<i64>> {
    let is_time = year >= i64::from(EPOCH_YEAR)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..=24).contains(&hour)
        && (0..=59).contains(&minute)
        && !x.less(second, &x.int(0))?
        && !x.above(second, 61)?;
    if !is_time {
        return Ok(None);
    }
    if year > 9999 {
        return Err(x.vm.new_value_error("year is out of range"));
    }
    Ok(Some((days(year, month, day) * 24 + hour) * 60 + minute))
}

/// The number of a month by its English name.
fn month_number(name: &str) -> Option<i64> {
    let at = MONTHS.iter().position(|month| month.eq_ignore_ascii_case(name))?;
    i64::try_from(at + 1).ok()
}

/// `_str2time(day, mon, yr, hr, min, sec, tz)`
fn moment_of(x: Scope<'_>, [day, month, year, hour, minute, second]: [&PyObjectRef; 6], zone: &PyObject) -> PyResult {
    let month = match month_number(&x.peek(&*x.ask(month, "lower")?)) {
        Some(month) => month,
        None => match x.made("int", [month.clone()]) {
            Err(error) if x.is_error(&error, "ValueError") => return Ok(x.none()),
            other => match x.number(&*other?) {
                Ok(month @ 1..=12) => month,
                _ => return Ok(x.none()),
            },
        },
    };
    let whole = |part: &PyObjectRef| -> PyResult<i64> {
        if x.is_none(part) { Ok(0) } else { x.number(&*x.made("int", [part.clone()])?) }
    };
    let (mut year, day, hour, minute, second) =
        (whole(year)?, whole(day)?, whole(hour)?, whole(minute)?, whole(second)?);
    if year < 1000 {
        // Two digits: the year nearest to this one.
        let time = x.global("time")?;
        let this = x.number(&*x.nth(&*x.call(&time, "localtime", [x.ask(&time, "time")?])?, 0)?)?;
        let lost = this % 100 - year;
        year += this - this % 100;
        if lost.abs() > 50 {
            year += if lost > 0 { 100 } else { -100 };
        }
    }
    let Some(minutes) = epoch_minutes(x, [year, month, day, hour, minute], &x.int(second))? else {
        return Ok(x.none());
    };
    let offset = if x.is_none(zone) { Some(0) } else { zone_offset(&x.peek(&*x.ask(zone, "upper")?)) };
    Ok(offset.map_or_else(|| x.none(), |offset| x.int(minutes * 60 + second - offset)))
}

/// The parts of a date in the form that servers should send.
fn strict_parts(text: &str) -> Option<([i64; 3], &str, [i64; 2])> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let bytes = text.as_bytes();
    let lower = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_lowercase);
    let shape = bytes.len() == 29
        && bytes.iter().zip(b"???, ?? ??? ???? ??:??:?? GMT").all(|(byte, wanted)| *wanted == b'?' || byte == wanted)
        && b"SMTWF".contains(bytes.first()?)
        && b"JFMASOND".contains(bytes.get(8)?)
        && [1, 2, 9, 10].into_iter().all(lower);
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    };
    if !shape {
        return None;
    }
    let date = [number(12, 16)?, number(5, 7)?, number(17, 19)?];
    Some((date, text.get(8..11)?, [number(20, 22)?, number(23, 25)?]))
}

/// `http2time(text)`: seconds since the epoch, or None for what is no date.
pub fn http2time(x: Scope<'_>, text: &PyObject) -> PyResult {
    if let Some(([year, day, hour], month, [minute, second])) = strict_parts(&x.peek(text)) {
        let Some(month) = month_number(month) else {
            return Err(x.vm.new_value_error(format!("'{}' is not in list", month.to_lowercase())));
        };
        let second = x.float(second as f64);
        let minutes = epoch_minutes(x, [year, month, day, hour, minute], &second)?;
        return minutes.map_or_else(|| Ok(x.none()), |minutes| x.add(&x.int(minutes * 60), &second));
    }
    let bare = x.call(&*x.global("WEEKDAY_RE")?, "sub", [x.text(""), x.ask(text, "lstrip")?, x.int(1)])?;
    let found = x.call(&*x.global("LOOSE_HTTP_DATE_RE")?, "search", [bare])?;
    if x.is_none(&found) {
        return Ok(found);
    }
    let [day, month, year, hour, minute, second, zone] = x.unpack(&*x.ask(&found, "groups")?)?;
    moment_of(x, [&day, &month, &year, &hour, &minute, &second], &zone)
}

/// `iso2time(text)`
pub fn iso2time(x: Scope<'_>, text: &PyObject) -> PyResult {
    let found = x.call(&*x.global("ISO_DATE_RE")?, "search", [x.ask(text, "lstrip")?])?;
    if x.is_none(&found) {
        return Ok(found);
    }
    let [year, month, day, hour, minute, second, zone, _] = x.unpack(&*x.ask(&found, "groups")?)?;
    moment_of(x, [&day, &month, &year, &hour, &minute, &second], &zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_the_epoch() {
        assert_eq!(days(1970, 1, 1), 0);
        assert_eq!(days(2000, 3, 1), 11_017);
        assert_eq!(days(1994, 2, 9), 8_805);
    }

    #[test]
    fn zones_have_signs_hours_and_minutes() {
        assert_eq!(zone_offset("GMT"), Some(0));
        assert_eq!(zone_offset("-0730"), Some(-27_000));
        assert_eq!(zone_offset("+1:30"), Some(5_400));
        assert_eq!(zone_offset("7"), Some(25_200));
        assert_eq!(zone_offset("EST"), None);
        assert_eq!(zone_offset(""), None);
    }

    #[test]
    fn the_strict_form_is_strict() {
        assert!(strict_parts("Wed, 09 Feb 1994 22:23:32 GMT").is_some());
        assert!(strict_parts("Wed, 9 Feb 1994 22:23:32 GMT").is_none());
        assert!(strict_parts("Wed, 09 Feb 1994 22:23:32 gmt").is_none());
    }
}
