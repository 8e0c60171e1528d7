//! EXSLT's functions of dates and times, as libexslt computes them: dates of XML Schema in the Gregorian calendar, in the
//! past and the future without end, and durations.

use reprise_vm_glue::clock;

use super::exslt::Arguments;
use super::{Value, XPathError};

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
const DAY: f64 = 86400.0;
/// Years and days beyond this are out of reach.
const FARTHEST: i64 = 1_000_000_000_000_000;

// ---- the calendar ----------------------------------------------------------------------------------------------------

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to the first of a year.
fn days_to_year(year: i64) -> i64 {
    let before = year - 1;
    before * 365 + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400) - 719_162
}

/// A day; years count with a year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Date {
    year: i64,
    month: i64,
    day: i64,
}

impl Date {
    fn day_of_year(self) -> i64 {
        (1..self.month).map(|month| days_in_month(self.year, month)).sum::<i64>() + self.day
    }

    /// Days since 1970-01-01.
    fn days(self) -> i64 {
        days_to_year(self.year) + self.day_of_year() - 1
    }

    fn of_days(days: i64) -> Date {
        // 400 years have 146097 days.
        let mut year = 1970 + days.div_euclid(146_097) * 400 + days.rem_euclid(146_097) / 366;
        while days_to_year(year + 1) <= days {
            year += 1;
        }
        let mut left = days - days_to_year(year);
        let mut month = 1;
        while left >= days_in_month(year, month) {
            left -= days_in_month(year, month);
            month += 1;
        }
        Date { year, month, day: left + 1 }
    }

    /// 0 for Sunday.
    fn weekday(self) -> i64 {
        (self.days() + 4).rem_euclid(7)
    }

    /// The week of the year; the first one has most of its days in it.
    fn week(self) -> i64 {
        // Thursday decides.
        let thursday = self.days() - (self.weekday() + 6).rem_euclid(7) + 3;
        (thursday - days_to_year(Date::of_days(thursday).year)) / 7 + 1
    }

    /// The week of the month; weeks begin with Monday.
    fn week_of_month(self) -> i64 {
        let first = Date { day: 1, ..self };
        (self.day - 1 + (first.weekday() + 6).rem_euclid(7)) / 7 + 1
    }
}

// ---- reading ---------------------------------------------------------------------------------------------------------

/// Reads a text from left to right.
struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn skip(&mut self, prefix: &str) -> bool {
        self.0.strip_prefix(prefix).map(|rest| self.0 = rest).is_some()
    }

    /// A number of as many digits as there are.
    fn digits(&mut self) -> Option<(usize, i64)> {
        let length = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at_checked(length)?;
        let number = digits.parse().ok().filter(|number| *number <= FARTHEST)?;
        self.0 = rest;
        Some((length, number))
    }

    /// A number of two digits.
    fn two(&mut self, least: i64, most: i64) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(2)?;
        let number = digits.parse().ok().filter(|number| (least..=most).contains(number))?;
        self.0 = rest;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(number)
    }

    /// What follows the point of a number.
    fn fraction(&mut self) -> Option<f64> {
        if !self.skip(".") {
            return Some(0.0);
        }
        let length = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at_checked(length).filter(|_| length > 0)?;
        self.0 = rest;
        format!("0.{digits}").parse().ok()
    }

    fn time(&mut self) -> Option<Time> {
        let hours = self.two(0, 23)?;
        let minutes = self.skip(":").then(|| self.two(0, 59)).flatten()?;
        let seconds = self.skip(":").then(|| self.two(0, 59)).flatten()?;
        Some(Time { hours, minutes, seconds: seconds as f64 + self.fraction()? })
    }

    fn zone(&mut self) -> Option<Zone> {
        if self.skip("Z") {
            return Some(Zone { minutes: 0, is_utc: true });
        }
        if self.0.is_empty() {
            return Some(Zone::default());
        }
        let sign = if self.skip("-") {
            -1
        } else if self.skip("+") {
            1
        } else {
            return None;
        };
        let hours = self.two(0, 23)?;
        let minutes = self.skip(":").then(|| self.two(0, 59)).flatten()?;
        Some(Zone { minutes: sign * (hours * 60 + minutes), is_utc: false })
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Time {
    hours: i64,
    minutes: i64,
    seconds: f64,
}

impl Time {
    fn total(self) -> f64 {
        (self.hours * 3600 + self.minutes * 60) as f64 + self.seconds
    }

    fn of_seconds(total: f64) -> Time {
        let whole = total.floor() as i64;
        Time { hours: whole / 3600, minutes: whole / 60 % 60, seconds: total - (whole / 60 * 60) as f64 }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Zone {
    minutes: i64,
    is_utc: bool,
}

impl Zone {
    fn show(self) -> String {
        match self.minutes {
            0 => if self.is_utc { "Z" } else { "" }.to_owned(),
            minutes => {
                let sign = if minutes < 0 { '-' } else { '+' };
                format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        }
    }
}

/// How much of a date is given, from the least on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Grain {
    /// No year.
    Part,
    Year,
    Month,
    Day,
    Time,
}

/// A date, a time, or parts of them.
#[derive(Clone, Copy, Debug)]
struct Moment {
    grain: Grain,
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    time: Option<Time>,
    zone: Zone,
}

impl Moment {
    fn parse(text: &str) -> Option<Moment> {
        let mut moment =
            Moment { grain: Grain::Part, year: None, month: None, day: None, time: None, zone: Zone::default() };
        let mut reader = Reader(text);
        if reader.skip("---") {
            moment.day = Some(reader.two(1, 31)?);
        } else if reader.skip("--") {
            let month = reader.two(1, 12)?;
            moment.month = Some(month);
            if !reader.skip("--") {
                // The longest that the month can be.
                moment.day = Some(reader.skip("-").then(|| reader.two(1, days_in_month(0, month))).flatten()?);
            }
        } else if text.as_bytes().get(2) == Some(&b':') {
            moment.time = Some(reader.time()?);
        } else {
            moment.date(&mut reader)?;
        }
        moment.zone = reader.zone()?;
        reader.0.is_empty().then_some(moment)
    }

    fn date(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let is_before = reader.skip("-");
        let (_, year) = reader.digits().filter(|(length, year)| *length >= 4 && *year != 0)?;
        // There is no year 0 in the text.
        let year = if is_before { 1 - year } else { year };
        (self.year, self.grain) = (Some(year), Grain::Year);
        // A zone can follow at once, but what looks like a month is one.
        let is_zone = |reader: &Reader<'_>| reader.0.as_bytes().get(3) == Some(&b':');
        if is_zone(reader) || !reader.skip("-") {
            return Some(());
        }
        let month = reader.two(1, 12)?;
        (self.month, self.grain) = (Some(month), Grain::Month);
        if is_zone(reader) || !reader.skip("-") {
            return Some(());
        }
        (self.day, self.grain) = (Some(reader.two(1, days_in_month(year, month))?), Grain::Day);
        if reader.skip("T") {
            (self.time, self.grain) = (Some(reader.time()?), Grain::Time);
        }
        Some(())
    }

    fn now() -> Option<Moment> {
        let now = jiff::Timestamp::from_second(clock::seconds() as i64).ok()?;
        let now = now.to_zoned(jiff::tz::TimeZone::system());
        Moment::parse(&now.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string().replace("+00:00", "Z"))
    }

    /// The whole day, if it is given.
    fn whole(&self) -> Option<Date> {
        Some(Date { year: self.year?, month: self.month?, day: self.day? })
    }

    /// The first day of what is given.
    fn first(&self) -> Option<Date> {
        Some(Date { year: self.year?, month: self.month.unwrap_or(1), day: self.day.unwrap_or(1) })
    }

    /// Days since 1970 and seconds of the day, in UTC.
    fn utc(&self, grain: Grain) -> Option<(i64, f64)> {
        let time = self.time.filter(|_| grain == Grain::Time).unwrap_or_default();
        carried(self.first()?.days(), time.total() - (self.zone.minutes * 60) as f64)
    }

    fn show_year(year: i64) -> String {
        if year > 0 { format!("{year:04}") } else { format!("-{:04}", 1 - year) }
    }

    fn show_date(&self) -> Option<String> {
        let date = self.whole()?;
        Some(format!("{}-{:02}-{:02}", Self::show_year(date.year), date.month, date.day))
    }

    fn show_time(&self) -> Option<String> {
        let time = self.time?;
        let seconds = show_seconds(time.seconds);
        let zero = if time.seconds < 10.0 { "0" } else { "" };
        Some(format!("{:02}:{:02}:{zero}{seconds}", time.hours, time.minutes))
    }

    /// As text of as much as is given.
    fn show(&self) -> Option<String> {
        let zone = self.zone.show();
        let year = self.year.map(Self::show_year)?;
        Some(match self.grain {
            Grain::Part => return None,
            Grain::Year => format!("{year}{zone}"),
            Grain::Month => format!("{year}-{:02}{zone}", self.month?),
            Grain::Day => format!("{}{zone}", self.show_date()?),
            Grain::Time => {
                let zone = if zone.is_empty() { "Z" } else { &zone };
                format!("{}T{}{zone}", self.show_date()?, self.show_time()?)
            }
        })
    }

    fn plus(&self, duration: Duration) -> Option<Moment> {
        let first = self.first()?;
        let months = (first.year * 12 + first.month - 1).checked_add(duration.months)?;
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
        let day = first.day.min(days_in_month(year, month));
        let (days, seconds) = carried(
            Date { year, month, day }.days().checked_add(duration.days)?,
            self.time.unwrap_or_default().total() + duration.seconds,
        )?;
        let date = Date::of_days(days);
        // What the sum needs to be said is said.
        let grain = if self.grain == Grain::Time || seconds != 0.0 {
            Grain::Time
        } else if self.grain == Grain::Day || date.day != 1 {
            Grain::Day
        } else if self.grain == Grain::Month || date.month != 1 {
            Grain::Month
        } else {
            Grain::Year
        };
        Some(Moment {
            grain,
            year: Some(date.year),
            month: Some(date.month),
            day: Some(date.day),
            time: Some(Time::of_seconds(seconds)),
            zone: self.zone,
        })
    }

    /// How long it is from here to another moment, as exactly as both are given.
    fn until(&self, other: &Moment) -> Option<Duration> {
        let grain = self.grain.min(other.grain);
        let (from, to) = (self.first()?, other.first()?);
        let months = match grain {
            Grain::Part => return None,
            Grain::Year => Some((to.year - from.year) * 12),
            Grain::Month => Some((to.year - from.year) * 12 + to.month - from.month),
            Grain::Day | Grain::Time => None,
        };
        if let Some(months) = months {
            return Some(Duration { months, ..Duration::default() });
        }
        let ((from_day, from_second), (to_day, to_second)) = (self.utc(grain)?, other.utc(grain)?);
        let (days, seconds) = carried(to_day - from_day, to_second - from_second)?;
        Some(Duration { months: 0, days, seconds })
    }
}

/// Days and seconds with less than a day of seconds.
fn carried(days: i64, seconds: f64) -> Option<(i64, f64)> {
    let more = (seconds / DAY).floor();
    let days = days.checked_add(more as i64).filter(|days| days.abs() < FARTHEST)?;
    Some((days, seconds - more * DAY))
}

/// With as many decimals as they have, nine at most.
fn show_seconds(seconds: f64) -> String {
    let text = format!("{seconds:.9}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

// ---- durations -------------------------------------------------------------------------------------------------------

/// A duration; less than a day of seconds, which are never negative.
#[derive(Clone, Copy, Debug, Default)]
struct Duration {
    months: i64,
    days: i64,
    seconds: f64,
}

impl Duration {
    fn parse(text: &str) -> Option<Duration> {
        let mut reader = Reader(text);
        let is_negative = reader.skip("-");
        if !reader.skip("P") || reader.0.is_empty() {
            return None;
        }
        let (mut months, mut days, mut seconds) = (0_i64, 0_i64, 0.0);
        // Each unit once at most, in this order.
        let units = [('Y', false), ('M', false), ('D', false), ('H', true), ('M', true), ('S', true)];
        let mut next = 0;
        let mut in_time = false;
        while !reader.0.is_empty() {
            if !in_time && reader.skip("T") {
                in_time = true;
                if reader.0.is_empty() {
                    return None;
                }
                continue;
            }
            // Digits on one side of a point are enough.
            let (length, number) = if reader.0.starts_with('.') { (0, 0) } else { reader.digits()? };
            let has_point = reader.0.starts_with('.');
            let fraction = match reader.fraction() {
                None if length > 0 => 0.0,
                fraction => fraction?,
            };
            let unit = reader.0.chars().next()?;
            reader.0 = reader.0.get(unit.len_utf8()..)?;
            let at = units.iter().position(|known| *known == (unit, in_time)).filter(|at| *at >= next)?;
            next = at + 1;
            if has_point && unit != 'S' {
                return None;
            }
            match at {
                0 => months = number.checked_mul(12)?,
                1 => months = months.checked_add(number)?,
                2 => days = number,
                3 => seconds += number as f64 * 3600.0,
                4 => seconds += number as f64 * 60.0,
                _ => seconds += number as f64 + fraction,
            }
        }
        let sign = if is_negative { -1 } else { 1 };
        let (days, seconds) = carried(days * sign, seconds * sign as f64)?;
        Some(Duration { months: months * sign, days, seconds })
    }

    fn of_seconds(seconds: f64) -> Option<Duration> {
        if !seconds.is_finite() || (seconds / DAY).abs() >= FARTHEST as f64 {
            return None;
        }
        let (days, seconds) = carried(0, seconds)?;
        Some(Duration { months: 0, days, seconds })
    }

    /// Both together; None where months and days point into opposite directions.
    fn plus(self, other: Duration) -> Option<Duration> {
        let months = self.months.checked_add(other.months)?;
        let (days, seconds) = carried(self.days.checked_add(other.days)?, self.seconds + other.seconds)?;
        let sum = Duration { months, days, seconds };
        let is_zero = days == 0 && seconds == 0.0;
        (months == 0 || is_zero || (months < 0) == (days < 0)).then_some(sum)
    }

    fn total(self) -> f64 {
        self.days as f64 * DAY + self.seconds
    }

    fn show(self) -> String {
        let is_negative = self.months < 0 || self.days < 0;
        let (days, seconds) = match (self.days < 0, self.seconds > 0.0) {
            (true, true) => (-self.days - 1, DAY - self.seconds),
            (true, false) => (-self.days, 0.0),
            (false, _) => (self.days, self.seconds),
        };
        let months = self.months.abs();
        let mut shown = String::from(if is_negative { "-P" } else { "P" });
        for (number, unit) in [(months / 12, 'Y'), (months % 12, 'M'), (days, 'D')] {
            if number != 0 {
                shown.push_str(&format!("{number}{unit}"));
            }
        }
        if seconds > 0.0 {
            let time = Time::of_seconds(seconds);
            shown.push('T');
            for (number, unit) in [(time.hours, 'H'), (time.minutes, 'M')] {
                if number != 0 {
                    shown.push_str(&format!("{number}{unit}"));
                }
            }
            if time.seconds > 0.0 {
                shown.push_str(&format!("{}S", show_seconds(time.seconds)));
            }
        }
        if shown.ends_with('P') {
            shown.push_str("0D");
        }
        shown
    }
}

// ---- the functions ---------------------------------------------------------------------------------------------------

/// Calls a function; None if there is none of that name.
pub(super) fn call(arguments: &Arguments<'_, '_>, name: &str) -> Option<Result<Value, XPathError>> {
    let text = |value: Option<String>| Value::Text(value.unwrap_or_default());
    let moment = |at| Moment::parse(&arguments.text(at));
    let duration = |at| Duration::parse(&arguments.text(at));
    Some(match name {
        "add" => arguments
            .count(2, 2)
            .map(|()| text(moment(0).zip(duration(1)).and_then(|(moment, duration)| moment.plus(duration)?.show()))),
        "add-duration" => arguments
            .count(2, 2)
            .map(|()| text(duration(0).zip(duration(1)).and_then(|(a, b)| a.plus(b)).map(Duration::show))),
        "difference" => arguments
            .count(2, 2)
            .map(|()| text(moment(0).zip(moment(1)).and_then(|(a, b)| a.until(&b)).map(Duration::show))),
        "duration" => arguments.count(0, 1).map(|()| {
            let seconds = if arguments.values.is_empty() { clock::seconds().floor() } else { arguments.number(0) };
            text(Duration::of_seconds(seconds).map(Duration::show))
        }),
        "sum" => arguments.count(1, 1).and_then(|()| {
            let nodes = arguments.nodes(0)?;
            let mut sum = (!nodes.is_empty()).then(Duration::default);
            for node in nodes {
                let next = Duration::parse(&arguments.evaluator.text(*node));
                sum = sum.zip(next).and_then(|(sum, next)| sum.plus(next));
            }
            Ok(text(sum.map(Duration::show)))
        }),
        "seconds" => arguments.count(0, 1).map(|()| Value::Number(seconds(arguments).unwrap_or(f64::NAN))),
        "date-time" => arguments.count(0, 0).map(|()| text(Moment::now().and_then(|now| now.show()))),
        _ => return part(arguments, name),
    })
}

/// Seconds since 1970, or of a duration without months.
fn seconds(arguments: &Arguments<'_, '_>) -> Option<f64> {
    if arguments.values.is_empty() {
        return Some(clock::seconds().floor());
    }
    let text = arguments.text(0);
    if let Some(moment) = Moment::parse(&text) {
        let (days, seconds) = moment.utc(Grain::Time)?;
        return Some(days as f64 * DAY + seconds);
    }
    Duration::parse(&text).filter(|duration| duration.months == 0).map(Duration::total)
}

/// A part of a date or a time; the present one without an argument.
fn part(arguments: &Arguments<'_, '_>, name: &str) -> Option<Result<Value, XPathError>> {
    let moment = match arguments.values.is_empty() {
        true => Moment::now(),
        false => Moment::parse(&arguments.text(0)),
    };
    let date = moment.and_then(|moment| moment.whole());
    let time = moment.and_then(|moment| moment.time);
    let number = |value: Option<i64>| Value::Number(value.map_or(f64::NAN, |value| value as f64));
    let text = |value: Option<String>| Value::Text(value.unwrap_or_default());
    let name_of = |names: &'static [&'static str], at: Option<i64>| {
        at.and_then(|at| names.get(usize::try_from(at).ok()?)).copied()
    };
    let short = |name: Option<&str>| name.and_then(|name| name.get(..3)).map(str::to_owned);
    let month = moment.and_then(|moment| moment.month);
    let month_name = name_of(&MONTHS, month.map(|month| month - 1));
    let day_name = name_of(&DAYS, date.map(Date::weekday));
    let with_zone = |shown: fn(&Moment) -> Option<String>| {
        moment.and_then(|moment| Some(format!("{}{}", shown(&moment)?, moment.zone.show())))
    };
    let value = match name {
        "date" => text(with_zone(Moment::show_date)),
        "time" => text(with_zone(Moment::show_time)),
        "year" => number(moment.and_then(|moment| moment.year).map(|year| if year > 0 { year } else { year - 1 })),
        "leap-year" => match moment.and_then(|moment| moment.year) {
            Some(year) => Value::Boolean(is_leap(year)),
            None => number(None),
        },
        "month-in-year" => number(month),
        "month-name" => text(month_name.map(str::to_owned)),
        "month-abbreviation" => text(short(month_name)),
        "week-in-year" => number(date.map(Date::week)),
        "week-in-month" => number(date.map(Date::week_of_month)),
        "day-in-year" => number(date.map(Date::day_of_year)),
        "day-in-month" => number(moment.and_then(|moment| moment.day)),
        "day-of-week-in-month" => number(date.map(|date| (date.day - 1) / 7 + 1)),
        "day-in-week" => number(date.map(|date| date.weekday() + 1)),
        "day-name" => text(day_name.map(str::to_owned)),
        "day-abbreviation" => text(short(day_name)),
        "hour-in-day" => number(time.map(|time| time.hours)),
        "minute-in-hour" => number(time.map(|time| time.minutes)),
        "second-in-minute" => Value::Number(time.map_or(f64::NAN, |time| time.seconds)),
        _ => return None,
    };
    Some(arguments.count(0, 1).map(|()| value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_differences() {
        let add = |date: &str, duration: &str| {
            let sum = Moment::parse(date).zip(Duration::parse(duration)).and_then(|(a, b)| a.plus(b)?.show());
            sum.unwrap_or_default()
        };
        assert_eq!(add("2010-01-31", "P1M"), "2010-02-28");
        assert_eq!(add("2010-01-31T23:59:59-05:00", "PT1.5S"), "2010-02-01T00:00:00.5-05:00");
        assert_eq!(add("2010", "P1D"), "2010-01-02");
        assert_eq!(add("-0044-03-15", "P1Y"), "-0043-03-15");
        assert_eq!(add("10:20:30", "P1D"), "");
        let until = |a: &str, b: &str| {
            let (a, b) = (Moment::parse(a).unwrap(), Moment::parse(b).unwrap());
            a.until(&b).map(Duration::show).unwrap_or_default()
        };
        assert_eq!(until("2010-02-28", "2009-12"), "-P2M");
        assert_eq!(until("2010-01-31T23:59:59-05:00", "2010-02-28"), "P27DT19H");
        assert_eq!(until("-0044-03-15", "2010-02-28"), "P749828D");
    }

    #[test]
    fn durations() {
        for (text, shown) in
            [("PT36H", "P1DT12H"), ("-P1D", "-P1D"), ("P13M", "P1Y1M"), ("-PT.5S", "-PT0.5S"), ("PT5.S", "PT5S")]
        {
            assert_eq!(Duration::parse(text).unwrap().show(), shown);
        }
        for bad in [
            "",
            "P",
            "PT",
            "P1",
            "P1S",
            "P1DT",
            "P1M1Y",
            "P1.5D",
            "PT.S",
            " P1D",
            "P-1D",
            "p1d",
            "P99999999999999999999Y",
        ] {
            assert!(Duration::parse(bad).is_none(), "{bad}");
        }
    }
}
