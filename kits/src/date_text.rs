//! Dates in free text: the forms of mail headers, and everything else that people write (`spec/kits.md` §13).

/// A date as read; missing parts have been filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Date {
    pub year: i32,
    pub month: u32,
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub microsecond: u32,
    pub zone: Option<Zone>,
}

/// The zone that a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    pub name: Option<String>,
    /// Seconds east of Greenwich, where it is known.
    pub offset: Option<i32>,
}

/// Why a text is no date; the messages are those of Python's datetime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    #[error("unknown string format")]
    Unknown,
    #[error("year is out of range")]
    Year,
    #[error("month must be in 1..12")]
    Month,
    #[error("day is out of range for month")]
    Day,
    #[error("hour must be in 0..23")]
    Hour,
    #[error("minute must be in 0..59")]
    Minute,
    #[error("second must be in 0..59")]
    Second,
}

type Read<T> = Result<T, DateError>;

impl Date {
    /// Midnight of a day.
    pub fn day(year: i32, month: u32, day: u32) -> Self {
        Self { year, month, day, hour: 0, minute: 0, second: 0, microsecond: 0, zone: None }
    }

    /// The date, if its parts make one.
    pub fn checked(self) -> Read<Self> {
        if !(1..=9999).contains(&self.year) {
            return Err(DateError::Year);
        }
        if !(1..=12).contains(&self.month) {
            return Err(DateError::Month);
        }
        if !(1..=month_days(self.year, self.month)).contains(&self.day) {
            return Err(DateError::Day);
        }
        match self {
            Self { hour: 24.., .. } => Err(DateError::Hour),
            Self { minute: 60.., .. } => Err(DateError::Minute),
            Self { second: 60.., .. } => Err(DateError::Second),
            good => Ok(good),
        }
    }

    /// Days since the first of March of the year 0.
    fn number(&self) -> i64 {
        let (year, month) = match self.month {
            0..=2 => (i64::from(self.year) - 1, i64::from(self.month) + 9),
            month => (i64::from(self.year), i64::from(month) - 3),
        };
        year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + i64::from(self.day) - 1
    }

    /// 0 for Monday.
    fn weekday(&self) -> u32 {
        // The first of March of the year 0 was a Wednesday.
        u32::try_from((self.number() + 2).rem_euclid(7)).unwrap_or(0)
    }

    /// The same time some days later.
    fn later(mut self, days: u32) -> Self {
        self.day += days;
        while self.day > month_days(self.year, self.month) {
            self.day -= month_days(self.year, self.month);
            self.month += 1;
            if self.month > 12 {
                self.month = 1;
                self.year += 1;
            }
        }
        self
    }
}

fn month_days(year: i32, month: u32) -> u32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    }
}

const MONTHS: &[&str] = &[
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

const DAYS: &[&str] = &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Words and marks that say nothing in a date.
const FILLERS: &[&str] =
    &[" ", ".", ",", ";", "-", "/", "'", "at", "on", "and", "ad", "m", "t", "of", "st", "nd", "rd", "th"];

/// Units of a time of day.
const UNITS: &[(&str, Unit)] = &[
    ("h", Unit::Hour),
    ("hour", Unit::Hour),
    ("hours", Unit::Hour),
    ("m", Unit::Minute),
    ("minute", Unit::Minute),
    ("minutes", Unit::Minute),
    ("s", Unit::Second),
    ("second", Unit::Second),
    ("seconds", Unit::Second),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Hour,
    Minute,
    Second,
}

/// A name by its place, from 1; the first three letters are enough.
fn numbered(names: &[&str], word: &str) -> Option<u32> {
    let found = names.iter().position(|name| *name == word || name.get(..3) == Some(word))?;
    u32::try_from(found + 1).ok()
}

// ---- mail headers ----------------------------------------------------------------------------------------------------

/// `Mon, 20 Feb 2012 10:11:12 +0000` and what passes for it. The zone is dropped. Day and month, year and time, and
/// year and zone may be swapped.
pub fn parse_mail(text: &str) -> Option<Date> {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let first = words.first()?;
    if first.ends_with(',') || numbered(DAYS, &first.to_lowercase()).is_some() {
        words.remove(0);
    } else if let Some(at) = first.rfind(',') {
        *words.first_mut()? = first.get(at + 1..)?;
    }
    // `20-Feb-2012 …`
    if words.len() == 3 {
        let parts: Vec<&str> = words.first()?.split('-').collect();
        if parts.len() == 3 {
            words.splice(0..1, parts);
        }
    }
    if words.len() == 4 {
        match words.last().and_then(|time| time.find('+').filter(|at| *at > 0).map(|at| time.split_at(at))) {
            Some((time, zone)) => {
                words.pop();
                words.extend([time, zone.get(1..).unwrap_or("")]);
            }
            None => words.push(""),
        }
    }
    let [one, two, year, time, zone, ..] = words.as_slice() else { return None };
    let (mut day, mut name) = (*one, (*two).to_lowercase());
    if numbered(MONTHS, &name).is_none() {
        (day, name) = (two, one.to_lowercase());
    }
    let month = numbered(MONTHS, &name)?;
    let (mut year, mut time) = (*year, *time);
    if year.find(':').is_some_and(|at| at > 0) {
        std::mem::swap(&mut year, &mut time);
    }
    if !year.starts_with(|c: char| c.is_ascii_digit()) {
        year = zone;
    }
    let trimmed = |word: &str| word.strip_suffix(',').unwrap_or(word).to_owned();
    let clock: Vec<u32> = trimmed(time).split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (hour, minute, second) = match clock.as_slice() {
        [hour, minute] => (*hour, *minute, 0),
        [hour, minute, second] => (*hour, *minute, *second),
        _ => return None,
    };
    let mut number: i32 = trimmed(year).parse().ok()?;
    if number < 100 {
        number += if number > 68 { 1900 } else { 2000 };
    }
    let date = Date { hour, minute, second, ..Date::day(number, month, trimmed(day).parse().ok()?) };
    date.checked().ok()
}

// ---- free text -------------------------------------------------------------------------------------------------------

/// Words, numbers (with a fraction), single marks; blanks are tokens too.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut found: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let run = |test: fn(&char) -> bool, from: usize| chars.iter().skip(from).take_while(|c| test(c)).count();
        let digit: fn(&char) -> bool = char::is_ascii_digit;
        let length = if c.is_ascii_digit() {
            let whole = run(digit, at);
            let fraction = run(digit, at + whole + 1);
            let point = chars.get(at + whole) == Some(&'.') && fraction > 0;
            // More than one point: a date, not a fraction.
            let after = at + whole + 1 + fraction;
            let dotted = chars.get(after) == Some(&'.') && run(digit, after + 1) > 0;
            let before = at > 1 && chars.get(at - 1) == Some(&'.') && chars.get(at - 2).is_some_and(digit);
            if point && !dotted && !before { whole + 1 + fraction } else { whole }
        } else if c.is_alphabetic() {
            run(|c| c.is_alphabetic(), at)
        } else {
            1
        };
        let token: String = chars.iter().skip(at).take(length).collect();
        found.push(if token.trim().is_empty() { " ".to_owned() } else { token });
        at += length;
    }
    found
}

/// What a text has said so far.
#[derive(Default)]
struct Reading {
    style: Style,
    /// Day, month and year in the order of the text.
    parts: Vec<i64>,
    /// Which of them was the name of a month.
    named: Option<usize>,
    weekday: Option<u32>,
    hour: Option<u32>,
    minute: Option<u32>,
    second: Option<u32>,
    microsecond: Option<u32>,
    zone_name: Option<String>,
    offset: Option<i32>,
    /// The next offset's sign means its opposite.
    turned: bool,
}

/// How doubtful texts are read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// `4/5/2012` is in May.
    pub day_first: bool,
    /// `10/11/12` is in 2010.
    pub year_first: bool,
    /// Words that mean nothing are passed over.
    pub fuzzy: bool,
}

/// Any date text; parts that it does not name are those of `today`. Month first where that is possible.
pub fn parse_general(text: &str, today: &Date, style: Style) -> Read<Date> {
    let tokens = tokens(text);
    let mut reading = Reading { style, ..Reading::default() };
    let mut at = 0;
    while at < tokens.len() {
        at += reading.step(&tokens, at, today.year).ok_or(DateError::Unknown)?;
    }
    reading.finish(today)
}

fn integer<T: std::str::FromStr>(digits: &str) -> Option<T> {
    digits.parse().ok()
}

/// Seconds with a fraction, as whole seconds and microseconds.
fn seconds(digits: &str) -> Option<(u32, u32)> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let padded = format!("{fraction:0<6}");
    Some((integer(whole)?, integer(padded.get(..6)?)?))
}

fn half_of_day(word: &str) -> Option<bool> {
    match word.to_lowercase().as_str() {
        "am" | "a" => Some(false),
        "pm" | "p" => Some(true),
        _ => None,
    }
}

fn unit(word: &str) -> Option<Unit> {
    let word = word.to_lowercase();
    UNITS.iter().find(|(name, _)| *name == word).map(|(_, unit)| *unit)
}

fn in_half(hour: u32, afternoon: bool) -> u32 {
    match (afternoon, hour) {
        (true, 0..=11) => hour + 12,
        (false, 12) => 0,
        _ => hour,
    }
}

/// A year of two digits is one of the hundred years around this one.
fn full_year(year: i64, now: i32) -> i64 {
    if year >= 100 {
        return year;
    }
    let now = i64::from(now);
    let year = year + now / 100 * 100;
    if year >= now + 50 {
        year - 100
    } else if year < now - 50 {
        year + 100
    } else {
        year
    }
}

impl Reading {
    /// Reads what stands at a place; how many tokens that were.
    fn step(&mut self, tokens: &[String], at: usize, now: i32) -> Option<usize> {
        let token = tokens.get(at)?;
        if token.starts_with(|c: char| c.is_ascii_digit()) {
            return self.number(tokens, at, now);
        }
        let word = token.to_lowercase();
        if let Some(day) = numbered(DAYS, &word) {
            self.weekday = Some(day - 1);
            return Some(1);
        }
        if let Some(month) = numbered(MONTHS, &word) {
            return self.month(tokens, at, month, now);
        }
        if let (Some(hour), Some(afternoon)) = (self.hour, half_of_day(&word)) {
            self.hour = Some(in_half(hour, afternoon));
            return Some(1);
        }
        let capital = |word: &str| word.len() <= 5 && word.chars().all(|c| c.is_ascii_uppercase());
        if self.hour.is_some() && self.zone_name.is_none() && self.offset.is_none() && capital(token) {
            self.offset = matches!(word.as_str(), "utc" | "gmt" | "z").then_some(0);
            self.zone_name = Some(token.clone());
            // `GMT+3` is how far Greenwich is ahead: the sign turns round.
            self.turned = matches!(tokens.get(at + 1).map(String::as_str), Some("+" | "-"));
            if self.turned && self.offset.take().is_some() {
                self.zone_name = None;
            }
            return Some(1);
        }
        if self.hour.is_some() && matches!(token.as_str(), "+" | "-") && self.offset.is_none_or(|offset| offset == 0) {
            return self.offset(tokens, at);
        }
        (self.style.fuzzy || FILLERS.contains(&word.as_str())).then_some(1)
    }

    fn number(&mut self, tokens: &[String], at: usize, now: i32) -> Option<usize> {
        let digits = tokens.get(at)?.as_str();
        let token = |offset: usize| tokens.get(at + offset).map_or("", String::as_str);
        let next = token(1);
        let part = |from: usize, to: usize| digits.get(from..to).and_then(integer::<u32>);
        let plain = !digits.contains('.');
        let whole = digits.split('.').next().unwrap_or(digits);
        // The time of `20120304T1011`
        if self.parts.len() == 3
            && matches!(digits.len(), 2 | 4)
            && self.hour.is_none()
            && next != ":"
            && unit(next).is_none()
        {
            self.hour = part(0, 2);
            self.minute = if digits.len() == 4 { part(2, 4) } else { None };
            return Some(1);
        }
        match whole.len() {
            6 if self.parts.is_empty() && plain => {
                let [year, month, day] = [part(0, 2)?, part(2, 4)?, part(4, 6)?].map(i64::from);
                self.parts.extend([full_year(year, now), month, day]);
                return Some(1);
            }
            6 => {
                let (second, microsecond) = seconds(digits.get(4..)?)?;
                (self.hour, self.minute) = (part(0, 2), part(2, 4));
                (self.second, self.microsecond) = (Some(second), Some(microsecond));
                return Some(1);
            }
            8 if plain => {
                self.parts.extend([part(0, 4)?, part(4, 6)?, part(6, 8)?].map(i64::from));
                return Some(1);
            }
            12 | 14 if plain => {
                self.parts.extend([part(0, 4)?, part(4, 6)?, part(6, 8)?].map(i64::from));
                (self.hour, self.minute) = (part(8, 10), part(10, 12));
                if digits.len() == 14 {
                    self.second = part(12, 14);
                }
                return Some(1);
            }
            _ => {}
        }
        let value: i64 = integer(whole)?;
        let small = || u32::try_from(value).ok();
        // `10h`, `10 minutes`
        let spaced = next == " " && unit(token(2)).is_some() && token(2).len() > 1;
        if let Some(unit) = unit(if spaced { token(2) } else { next }) {
            match unit {
                Unit::Hour => self.hour = small(),
                Unit::Minute => self.minute = small(),
                Unit::Second => {
                    let (second, microsecond) = seconds(digits)?;
                    (self.second, self.microsecond) = (Some(second), Some(microsecond));
                }
            }
            return Some(if spaced { 3 } else { 2 });
        }
        // `10:11`, `10:11:12.5`
        if next == ":" {
            self.hour = small();
            let (minute, fraction) = seconds(token(2))?;
            self.minute = Some(minute);
            if fraction > 0 {
                self.second = Some(fraction * 60 / 1_000_000);
            }
            if token(3) != ":" {
                return Some(3);
            }
            let (second, microsecond) = seconds(token(4))?;
            (self.second, self.microsecond) = (Some(second), Some(microsecond));
            return Some(5);
        }
        // `4/5/2012`, `4-May-2012`
        if matches!(next, "-" | "/" | ".") {
            self.parts.push(value);
            let mut used = 2;
            for place in [2, 4] {
                let part = token(place);
                if part.is_empty() || FILLERS.contains(&part.to_lowercase().as_str()) {
                    break;
                }
                match numbered(MONTHS, &part.to_lowercase()) {
                    Some(month) => {
                        self.named = Some(self.parts.len());
                        self.parts.push(i64::from(month));
                    }
                    None => self.parts.push(integer(part)?),
                }
                used = place + 1;
                if token(place + 1) != next {
                    break;
                }
                used = place + 2;
            }
            return Some(used);
        }
        if next.is_empty() || FILLERS.contains(&next.to_lowercase().as_str()) {
            // `10 pm`
            if let Some(afternoon) = half_of_day(token(2)).filter(|_| next == " ") {
                self.hour = Some(in_half(small()?, afternoon));
                return Some(3);
            }
            self.parts.push(value);
            return Some(1);
        }
        match half_of_day(next) {
            Some(afternoon) => {
                self.hour = Some(in_half(small()?, afternoon));
                Some(2)
            }
            None => self.style.fuzzy.then_some(1),
        }
    }

    fn month(&mut self, tokens: &[String], at: usize, month: u32, now: i32) -> Option<usize> {
        let token = |offset: usize| tokens.get(at + offset).map_or("", String::as_str);
        self.named = Some(self.parts.len());
        self.parts.push(i64::from(month));
        let separator = token(1);
        if matches!(separator, "-" | "/") {
            // `Jan-01-99`
            self.parts.push(integer(token(2))?);
            if token(3) == separator {
                self.parts.push(integer(token(4))?);
                return Some(5);
            }
            return Some(3);
        }
        if token(1) == " " && token(3) == " " && token(2).eq_ignore_ascii_case("of") {
            // `Jan of 01`
            if let Some(year) = integer(token(4)) {
                self.parts.push(full_year(year, now));
                return Some(5);
            }
        }
        Some(1)
    }

    /// `+0100`, `-05:00`; how many tokens with the sign.
    fn offset(&mut self, tokens: &[String], at: usize) -> Option<usize> {
        let token = |offset: usize| tokens.get(at + offset).map_or("", String::as_str);
        let digits = token(1);
        let (hours, minutes, used): (i32, i32, usize) = if digits.len() == 4 {
            (integer(digits.get(..2)?)?, integer(digits.get(2..)?)?, 2)
        } else if token(2) == ":" {
            (integer(digits)?, integer(token(3))?, 4)
        } else if digits.len() <= 2 {
            (integer(digits)?, 0, 2)
        } else {
            return None;
        };
        let seconds = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?;
        let behind = (token(0) == "-") != std::mem::take(&mut self.turned);
        self.offset = Some(if behind { -seconds } else { seconds });
        // `-0300 (BRST)`
        let name = token(used + 2);
        let named = token(used + 1) == "(" && token(used + 3) == ")" && FILLERS.contains(&token(used));
        if named && (3..=5).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_uppercase()) {
            self.zone_name = Some(name.to_owned());
            return Some(used + 4);
        }
        Some(used)
    }

    /// Which part is what: year, month, day.
    fn resolve(&self) -> Option<(Option<i64>, Option<i64>, Option<i64>)> {
        let parts = self.parts.as_slice();
        let Style { day_first, year_first, .. } = self.style;
        Some(match (parts, self.named) {
            ([], _) => (None, None, None),
            ([month], Some(_)) => (None, Some(*month), None),
            ([one], None) if *one > 31 => (Some(*one), None, None),
            ([one], None) => (None, None, Some(*one)),
            ([one, two], Some(at)) => {
                let (month, other) = if at == 0 { (one, two) } else { (two, one) };
                if *other > 31 { (Some(*other), Some(*month), None) } else { (None, Some(*month), Some(*other)) }
            }
            ([year, month], None) if *year > 31 => (Some(*year), Some(*month), None),
            ([month, year], None) if *year > 31 => (Some(*year), Some(*month), None),
            ([day, month], None) if day_first && *month <= 12 => (None, Some(*month), Some(*day)),
            ([month, day], None) => (None, Some(*month), Some(*day)),
            ([month, day, year], Some(0)) => (Some(*year), Some(*month), Some(*day)),
            ([year, month, day], Some(1)) if *year > 31 || year_first && *day <= 31 => {
                (Some(*year), Some(*month), Some(*day))
            }
            ([day, month, year], Some(1)) => (Some(*year), Some(*month), Some(*day)),
            ([day, year, month], Some(_)) if *year > 31 => (Some(*year), Some(*month), Some(*day)),
            ([year, day, month], Some(_)) => (Some(*year), Some(*month), Some(*day)),
            ([year, month, day], None) if *year > 31 || year_first && *month <= 12 && *day <= 31 => {
                (Some(*year), Some(*month), Some(*day))
            }
            ([day, month, year], None) if *day > 12 || day_first && *month <= 12 => {
                (Some(*year), Some(*month), Some(*day))
            }
            ([month, day, year], None) => (Some(*year), Some(*month), Some(*day)),
            _ => return None,
        })
    }

    fn finish(self, today: &Date) -> Read<Date> {
        let (year, month, day) = self.resolve().ok_or(DateError::Unknown)?;
        let year = match year {
            Some(year) => i32::try_from(full_year(year, today.year)).map_err(|_| DateError::Year)?,
            None => today.year,
        };
        let month_of = |month: i64| u32::try_from(month).map_err(|_| DateError::Month);
        let month = month.map_or(Ok(today.month), month_of)?;
        let named_day = day.map(|day| u32::try_from(day).map_err(|_| DateError::Day)).transpose()?;
        // Today's day need not be one of that month.
        let day = named_day.unwrap_or_else(|| today.day.min(month_days(year, month)));
        let zone = match (self.zone_name, self.offset) {
            (None, None) => None,
            // What has no name of its own, but that offset, is UTC.
            (None, Some(0)) => Some(Zone { name: Some("UTC".to_owned()), offset: Some(0) }),
            (Some(name), _) if name == "Z" => Some(Zone { name: Some("UTC".to_owned()), offset: Some(0) }),
            (name, offset) => Some(Zone { name, offset }),
        };
        let date = Date {
            hour: self.hour.unwrap_or(today.hour),
            minute: self.minute.unwrap_or(today.minute),
            second: self.second.unwrap_or(today.second),
            microsecond: self.microsecond.unwrap_or(today.microsecond),
            zone,
            ..Date::day(year, month, day)
        };
        let date = date.checked()?;
        Ok(match self.weekday.filter(|_| named_day.is_none_or(|day| day == 0)) {
            Some(weekday) => {
                let days = (weekday + 7 - date.weekday()) % 7;
                date.later(days)
            }
            None => date,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        Date::day(2026, 11, 21)
    }

    #[test]
    fn mail_dates() {
        let wanted = Some(Date { hour: 10, minute: 11, second: 12, ..Date::day(2012, 2, 20) });
        assert_eq!(parse_mail("Mon, 20 Feb 2012 10:11:12 +0100"), wanted);
        assert_eq!(parse_mail("20 Feb 2012 10:11:12"), wanted);
        assert_eq!(parse_mail("Mon Feb 20 10:11:12 +0000 2012"), wanted);
        let wanted = Some(Date { hour: 10, minute: 11, ..Date::day(2012, 5, 4) });
        assert_eq!(parse_mail("May 4, 2012 10:11 PM"), wanted);
        assert_eq!(parse_mail("4/5/2012"), None);
    }

    #[test]
    fn general_dates() {
        let day = |text| parse_general(text, &today(), Style::default()).map(|date| (date.year, date.month, date.day));
        let good = [
            ("02/03/2010", (2010, 2, 3)),
            ("4/5/2012", (2012, 4, 5)),
            ("25.12.2011", (2011, 12, 25)),
            ("2012.05.04", (2012, 5, 4)),
            ("February 2010", (2010, 2, 21)),
            ("March 4, 2012", (2012, 3, 4)),
            ("4th of May 2012", (2012, 5, 4)),
            ("4-May-12", (2012, 5, 4)),
            ("20100203", (2010, 2, 3)),
            ("201", (201, 11, 21)),
            ("99", (1999, 11, 21)),
            ("Friday", (2026, 11, 27)),
            ("Saturday", (2026, 11, 21)),
            (" ", (2026, 11, 21)),
            ("-", (2026, 11, 21)),
        ];
        for (text, wanted) in good {
            assert_eq!(day(text), Ok(wanted), "{text}");
        }
        let bad = [
            ("nonsense", DateError::Unknown),
            ("31 June 2012", DateError::Day),
            ("2012-125", DateError::Month),
            ("1336126272", DateError::Year),
            ("2012-W18-5", DateError::Unknown),
            ("Sept 4 2012", DateError::Unknown),
            ("25:00", DateError::Hour),
            ("3 days ago", DateError::Unknown),
        ];
        for (text, wanted) in bad {
            assert_eq!(day(text), Err(wanted), "{text}");
        }
    }

    #[test]
    fn times_and_zones() {
        let zone = |name: Option<&str>, offset| Some(Zone { name: name.map(str::to_owned), offset: Some(offset) });
        let date = Date { hour: 10, minute: 11, second: 12, ..Date::day(2012, 3, 4) };
        let with = |zone| Ok(Date { zone, ..date.clone() });
        assert_eq!(parse_general("2012-03-04T10:11:12Z", &today(), Style::default()), with(zone(Some("UTC"), 0)));
        assert_eq!(parse_general("2012-03-04 10:11:12 -0500", &today(), Style::default()), with(zone(None, -18000)));
        assert_eq!(parse_general("2012-03-04T10:11:12+02:00", &today(), Style::default()), with(zone(None, 7200)));
        assert_eq!(parse_general("20120304T101112", &today(), Style::default()), with(None));
        assert_eq!(parse_general("10:11:12 2012-03-04", &today(), Style::default()), with(None));
        let brackets = parse_general("2012-03-04 10:11:12 +0100 (CET)", &today(), Style::default());
        assert_eq!(brackets, with(zone(Some("CET"), 3600)));
        assert_eq!(parse_general("120304 10:11:12", &today(), Style::default()), with(None));
        assert_eq!(parse_general("2012-03-04 10:11:12 GMT+3", &today(), Style::default()), with(zone(None, -10800)));
        let evening = parse_general("May 4, 2012 at 10:11 pm", &today(), Style::default()).map(|date| date.hour);
        assert_eq!(evening, Ok(22));
    }
}
