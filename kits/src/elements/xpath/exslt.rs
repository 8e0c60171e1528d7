//! The extension functions that libexslt brings to every expression: mathematics, sets, strings and dates. (Regular
//! expressions are Python's, see `xpath_call.rs`.)

use std::collections::HashSet;

use jiff::civil;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use reprise_vm_glue::clock;

use super::eval::Evaluator;
use super::{Value, XNode, XPathError, parse_number};

const MATH: &str = "http://exslt.org/math";
const SETS: &str = "http://exslt.org/sets";
const STRINGS: &str = "http://exslt.org/strings";
const DATES: &str = "http://exslt.org/dates-and-times";

/// Calls a function of EXSLT; None if there is none of that name.
pub(super) fn call(
    evaluator: &Evaluator<'_>,
    uri: &str,
    name: &str,
    values: &[Value],
) -> Option<Result<Value, XPathError>> {
    let arguments = Arguments { evaluator, values };
    match uri {
        MATH => math(&arguments, name),
        SETS => sets(&arguments, name),
        STRINGS => strings(&arguments, name),
        DATES => dates(&arguments, name),
        _ => None,
    }
}

struct Arguments<'a, 'e> {
    evaluator: &'a Evaluator<'e>,
    values: &'a [Value],
}

impl Arguments<'_, '_> {
    fn count(&self, least: usize, most: usize) -> Result<(), XPathError> {
        if (least..=most).contains(&self.values.len()) { Ok(()) } else { Err(XPathError::Arguments) }
    }

    fn nodes(&self, at: usize) -> Result<&[XNode], XPathError> {
        match self.values.get(at) {
            Some(Value::Nodes(nodes)) => Ok(nodes),
            _ => Err(XPathError::Type),
        }
    }

    fn number(&self, at: usize) -> f64 {
        self.values.get(at).map_or(f64::NAN, |value| self.evaluator.number(value))
    }

    fn text(&self, at: usize) -> String {
        self.values.get(at).map(|value| self.evaluator.string(value)).unwrap_or_default()
    }
}

// ---- mathematics -----------------------------------------------------------------------------------------------------

/// Names and digits of the constants.
const CONSTANTS: [(&str, &str); 6] = [
    ("E", "2.71828182845904523536028747135266249775724709369996"),
    ("LN10", "2.30258509299404568402"),
    ("LN2", "0.69314718055994530942"),
    ("LOG2E", "1.4426950408889634074"),
    ("PI", "3.1415926535897932384626433832795028841971693993751"),
    ("SQRRT2", "1.41421356237309504880"),
];

fn math(arguments: &Arguments<'_, '_>, name: &str) -> Option<Result<Value, XPathError>> {
    let of_one = |f: fn(f64) -> f64| arguments.count(1, 1).map(|()| Value::Number(f(arguments.number(0))));
    let of_two = |f: fn(f64, f64) -> f64| {
        arguments.count(2, 2).map(|()| Value::Number(f(arguments.number(0), arguments.number(1))))
    };
    Some(match name {
        "max" => extreme(arguments, f64::gt).map(|(best, _)| Value::Number(best)),
        "min" => extreme(arguments, f64::lt).map(|(best, _)| Value::Number(best)),
        "highest" => extreme(arguments, f64::gt).map(|(_, nodes)| Value::Nodes(nodes)),
        "lowest" => extreme(arguments, f64::lt).map(|(_, nodes)| Value::Nodes(nodes)),
        "abs" => of_one(f64::abs),
        "sqrt" => of_one(f64::sqrt),
        "log" => of_one(f64::ln),
        "exp" => of_one(f64::exp),
        "sin" => of_one(f64::sin),
        "cos" => of_one(f64::cos),
        "tan" => of_one(f64::tan),
        "asin" => of_one(f64::asin),
        "acos" => of_one(f64::acos),
        "atan" => of_one(f64::atan),
        "atan2" => of_two(f64::atan2),
        "power" => of_two(f64::powf),
        "random" => arguments.count(0, 0).map(|()| Value::Number(random())),
        "constant" => arguments.count(2, 2).map(|()| Value::Number(constant(&arguments.text(0), arguments.number(1)))),
        _ => return None,
    })
}

/// The extreme number of a node list and the nodes that have it; NaN and no nodes where one is no number.
fn extreme(arguments: &Arguments<'_, '_>, better: fn(&f64, &f64) -> bool) -> Result<(f64, Vec<XNode>), XPathError> {
    arguments.count(1, 1)?;
    let nodes = arguments.nodes(0)?;
    let mut best = f64::NAN;
    let mut found = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        let number = parse_number(&arguments.evaluator.text(*node));
        if number.is_nan() {
            return Ok((f64::NAN, Vec::new()));
        }
        if at == 0 || better(&number, &best) {
            best = number;
            found.clear();
        }
        if number == best {
            found.push(*node);
        }
    }
    Ok((best, found))
}

/// A constant cut to some characters.
fn constant(name: &str, precision: f64) -> f64 {
    let digits = CONSTANTS.iter().find(|(known, _)| *known == name).map(|(_, digits)| *digits);
    match digits {
        Some(digits) if precision >= 1.0 => {
            let length = (precision as usize).min(digits.len());
            digits.get(..length).and_then(|digits| digits.parse().ok()).unwrap_or(f64::NAN)
        }
        _ => f64::NAN,
    }
}

fn random() -> f64 {
    use std::hash::{BuildHasher as _, Hasher as _};
    // Each state of a hash map's hasher starts at random.
    let bits = std::collections::hash_map::RandomState::new().build_hasher().finish();
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

// ---- sets ------------------------------------------------------------------------------------------------------------

fn sets(arguments: &Arguments<'_, '_>, name: &str) -> Option<Result<Value, XPathError>> {
    let known = ["difference", "intersection", "distinct", "has-same-node", "leading", "trailing"];
    known.contains(&name).then(|| set(arguments, name))
}

fn set(arguments: &Arguments<'_, '_>, name: &str) -> Result<Value, XPathError> {
    if name == "distinct" {
        arguments.count(1, 1)?;
        let mut seen = HashSet::new();
        let nodes = arguments.nodes(0)?;
        let kept = nodes.iter().filter(|node| seen.insert(arguments.evaluator.text(**node).into_owned()));
        return Ok(Value::Nodes(kept.copied().collect()));
    }
    arguments.count(2, 2)?;
    let (left, right) = (arguments.nodes(0)?, arguments.nodes(1)?);
    let others: HashSet<XNode> = right.iter().copied().collect();
    // Where the first node of the other list stands in this one.
    let place = right.first().map(|first| left.iter().position(|node| node == first));
    let nodes: Vec<XNode> = match (name, place) {
        ("difference", _) => left.iter().filter(|node| !others.contains(node)).copied().collect(),
        ("intersection", _) => left.iter().filter(|node| others.contains(node)).copied().collect(),
        ("has-same-node", _) => return Ok(Value::Boolean(left.iter().any(|node| others.contains(node)))),
        (_, None) => left.to_vec(),
        (_, Some(None)) => Vec::new(),
        ("leading", Some(Some(place))) => left.get(..place).unwrap_or_default().to_vec(),
        (_, Some(Some(place))) => left.get(place + 1..).unwrap_or_default().to_vec(),
    };
    Ok(Value::Nodes(nodes))
}

// ---- strings ---------------------------------------------------------------------------------------------------------

/// Longest text that `padding` makes.
const LONGEST_PADDING: usize = 100_000;
/// What stays as it is in a part of an address.
const PART: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');
/// What stays as it is in a whole address: the letters between its parts, too.
const ADDRESS: &AsciiSet = &PART
    .remove(b';')
    .remove(b'/')
    .remove(b'?')
    .remove(b':')
    .remove(b'@')
    .remove(b'&')
    .remove(b'=')
    .remove(b'+')
    .remove(b'$')
    .remove(b',')
    .remove(b'[')
    .remove(b']');

fn strings(arguments: &Arguments<'_, '_>, name: &str) -> Option<Result<Value, XPathError>> {
    let text = match name {
        "concat" => arguments.count(1, 1).and_then(|()| {
            let nodes = arguments.nodes(0)?;
            Ok(nodes.iter().map(|node| arguments.evaluator.text(*node)).collect::<String>())
        }),
        "padding" => arguments.count(1, 2).map(|()| {
            let filler = if arguments.values.len() > 1 { arguments.text(1) } else { String::new() };
            let filler = if filler.is_empty() { " " } else { &filler };
            let length = (arguments.number(0).max(0.0) as usize).min(LONGEST_PADDING);
            filler.chars().cycle().take(length).collect()
        }),
        "align" => arguments.count(2, 3).map(|()| align(&arguments.text(0), &arguments.text(1), &arguments.text(2))),
        "encode-uri" => arguments.count(2, 3).map(|()| {
            let all = arguments.values.get(1).is_some_and(|value| arguments.evaluator.boolean(value));
            utf8_percent_encode(&arguments.text(0), if all { PART } else { ADDRESS }).to_string()
        }),
        "decode-uri" => arguments
            .count(1, 2)
            .map(|()| percent_decode_str(&arguments.text(0)).decode_utf8().unwrap_or_default().into_owned()),
        _ => return None,
    };
    Some(text.map(Value::Text))
}

/// A text laid over a pattern, cut to its length.
fn align(text: &str, pattern: &str, side: &str) -> String {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    let Some(free) = pattern.len().checked_sub(text.len()) else {
        return text.into_iter().take(pattern.len()).collect();
    };
    let before = match side {
        "right" => free,
        "center" => free / 2,
        _ => 0,
    };
    let head = pattern.iter().take(before);
    let tail = pattern.iter().skip(before + text.len());
    head.chain(&text).chain(tail).collect()
}

// ---- dates -----------------------------------------------------------------------------------------------------------

const MONTHS: [&str; 12] = [
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
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// A date, a time, or both, with its zone.
#[derive(Default)]
struct Moment {
    year: Option<i64>,
    date: Option<civil::Date>,
    /// Hours, minutes, seconds.
    time: Option<(f64, f64, f64)>,
    /// As written, and in seconds.
    zone: String,
    offset: f64,
}

impl Moment {
    fn parse(text: &str) -> Option<Moment> {
        let mut text = text.trim();
        let mut moment = Moment::default();
        if let Some(rest) = text.strip_suffix('Z') {
            moment.zone = "Z".to_owned();
            text = rest;
        } else if let Some(at) = text.len().checked_sub(6)
            && let Some(zone) = text.get(at..)
            && zone.starts_with(['+', '-'])
            && zone.get(3..4) == Some(":")
        {
            let (hours, minutes): (f64, f64) = (zone.get(1..3)?.parse().ok()?, zone.get(4..)?.parse().ok()?);
            let sign = if zone.starts_with('-') { -1.0 } else { 1.0 };
            moment.offset = sign * (hours * 3600.0 + minutes * 60.0);
            moment.zone = zone.to_owned();
            text = text.get(..at)?;
        }
        let (date, time) = match text.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None if text.contains(':') => ("", Some(text)),
            None => (text, None),
        };
        if let Some(time) = time {
            let parts: Vec<&str> = time.split(':').collect();
            let [hours, minutes, seconds] = parts.as_slice() else { return None };
            moment.time = Some((hours.parse().ok()?, minutes.parse().ok()?, seconds.parse().ok()?));
        }
        if !date.is_empty() {
            let parts: Vec<&str> = date.split('-').collect();
            match parts.as_slice() {
                [year] if year.len() >= 4 => moment.year = Some(year.parse().ok()?),
                [year, month] if year.len() >= 4 => {
                    moment.date = civil::Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok();
                    moment.date?;
                }
                [year, month, day] if year.len() >= 4 => {
                    let date = civil::Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
                    moment.date = Some(date.ok()?);
                }
                _ => return None,
            }
            moment.year = moment.year.or(moment.date.map(|date| i64::from(date.year())));
        }
        Some(moment)
    }

    fn now() -> Option<Moment> {
        let now = jiff::Timestamp::from_second(clock::seconds() as i64).ok()?;
        let now = now.to_zoned(jiff::tz::TimeZone::system());
        Moment::parse(&now.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string().replace("+00:00", "Z"))
    }

    fn show_date(&self) -> Option<String> {
        Some(format!("{}{}", self.date?, self.zone))
    }

    fn show_time(&self) -> Option<String> {
        let (hours, minutes, seconds) = self.time?;
        let seconds = if seconds < 10.0 { format!("0{seconds}") } else { seconds.to_string() };
        Some(format!("{hours:02}:{minutes:02}:{seconds}{}", self.zone))
    }

    /// Seconds since 1970.
    fn seconds(&self) -> Option<f64> {
        let date = self.date.or_else(|| civil::Date::new(i16::try_from(self.year?).ok()?, 1, 1).ok())?;
        let days = date.since(civil::Date::constant(1970, 1, 1)).ok()?.get_days();
        let (hours, minutes, seconds) = self.time.unwrap_or_default();
        Some(f64::from(days) * 86400.0 + hours * 3600.0 + minutes * 60.0 + seconds - self.offset)
    }
}

fn dates(arguments: &Arguments<'_, '_>, name: &str) -> Option<Result<Value, XPathError>> {
    let moment = match arguments.values.is_empty() {
        true => Moment::now(),
        false => Moment::parse(&arguments.text(0)),
    };
    let moment = moment.unwrap_or_default();
    let date = moment.date;
    let weekday = date.map(|date| date.weekday().to_sunday_zero_offset() as usize);
    let month = date.and_then(|date| MONTHS.get(usize::from(date.month().unsigned_abs()) - 1)).copied();
    let day = weekday.and_then(|day| DAYS.get(day)).copied();
    let number = |value: Option<f64>| Value::Number(value.unwrap_or(f64::NAN));
    let text = |value: Option<String>| Value::Text(value.unwrap_or_default());
    let short = |name: Option<&str>| name.and_then(|name| name.get(..3)).map(str::to_owned);
    let value = match name {
        "date-time" => text(moment.show_date().zip(moment.show_time()).map(|(date, time)| {
            let date = date.strip_suffix(moment.zone.as_str()).unwrap_or(&date).to_owned();
            format!("{date}T{time}")
        })),
        "date" => text(moment.show_date()),
        "time" => text(moment.show_time()),
        "year" => number(moment.year.map(|year| year as f64)),
        "leap-year" => match moment.year {
            Some(year) => Value::Boolean(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)),
            None => number(None),
        },
        "month-in-year" => number(date.map(|date| f64::from(date.month()))),
        "month-name" => text(month.map(str::to_owned)),
        "month-abbreviation" => text(short(month)),
        "week-in-year" => number(date.map(|date| f64::from(date.iso_week_date().week()))),
        "week-in-month" => number(date.map(|date| {
            let first = date.first_of_month().weekday().to_monday_zero_offset();
            f64::from((i32::from(date.day()) - 1 + i32::from(first)) / 7 + 1)
        })),
        "day-in-year" => number(date.map(|date| f64::from(date.day_of_year()))),
        "day-in-month" => number(date.map(|date| f64::from(date.day()))),
        "day-of-week-in-month" => number(date.map(|date| f64::from((date.day() - 1) / 7 + 1))),
        "day-in-week" => number(weekday.map(|day| day as f64 + 1.0)),
        "day-name" => text(day.map(str::to_owned)),
        "day-abbreviation" => text(short(day)),
        "hour-in-day" => number(moment.time.map(|(hours, ..)| hours)),
        "minute-in-hour" => number(moment.time.map(|(_, minutes, _)| minutes)),
        "second-in-minute" => number(moment.time.map(|(.., seconds)| seconds)),
        "seconds" => number(moment.seconds()),
        _ => return None,
    };
    Some(arguments.count(0, 1).map(|()| value))
}
