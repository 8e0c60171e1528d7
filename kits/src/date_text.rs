//! Dates in free text: the forms of mail headers, and everything else that people write (`spec/kits.md` §13).

/// A date as read; missing parts have been filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    pub year: i32,
    pub month: u32,
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub microsecond: u32,
    /// Seconds east of Greenwich, where the text names a zone.
    pub zone: Option<i32>,
}

impl Date {
    /// Midnight of a day.
    pub fn day(year: i32, month: u32, day: u32) -> Self {
        Self { year, month, day, hour: 0, minute: 0, second: 0, microsecond: 0, zone: None }
    }

    /// Whether the parts make a date.
    fn checked(self) -> Option<Self> {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let days = match self.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        let good = (1..=9999).contains(&self.year) && (1..=days).contains(&self.day);
        let good = good && self.hour < 24 && self.minute < 60 && self.second < 60;
        good.then_some(self)
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

/// Words that say nothing in a date.
const FILLERS: &[&str] = &["at", "on", "and", "of", "st", "nd", "rd", "th", "t", "m", "ad"];

/// Zones by name, seconds east of Greenwich.
const ZONES: &[(&str, i32)] = &[("utc", 0), ("gmt", 0), ("z", 0)];

/// A month by its name or the first three letters of it.
fn month(word: &str) -> Option<u32> {
    numbered(MONTHS, word).or_else(|| (word == "sept").then_some(9))
}

fn numbered(names: &[&str], word: &str) -> Option<u32> {
    let found = names.iter().position(|name| *name == word || name.get(..3) == Some(word))?;
    u32::try_from(found + 1).ok()
}

/// `Mon, 20 Feb 2012 10:11:12 +0000` and what passes for it. The zone is dropped. Day and month may be swapped.
pub fn parse_mail(text: &str) -> Option<Date> {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let first = words.first()?;
    if first.ends_with(',') || numbered(DAYS, &first.to_lowercase()).is_some() {
        words.remove(0);
    } else if let Some(at) = first.rfind(',') {
        let rest = first.get(at + 1..)?;
        *words.first_mut()? = rest;
    }
    // `20-Feb-2012`
    if words.len() == 3 {
        let parts: Vec<&str> = words.first()?.split('-').collect();
        if parts.len() == 3 {
            words.splice(0..1, parts);
        }
    }
    let [one, two, year, time, ..] = words.as_slice() else { return None };
    let strip = |word: &str| word.trim_end_matches(',').to_lowercase();
    let (mut day, mut name) = (strip(one), strip(two));
    if month(&name).is_none() {
        std::mem::swap(&mut day, &mut name);
    }
    let month = month(&name)?;
    let (mut year, mut time) = ((*year).to_owned(), (*time).to_owned());
    if year.contains(':') {
        std::mem::swap(&mut year, &mut time);
    }
    let year = year.trim_end_matches(',').to_owned();
    let clock: Vec<u32> = time.trim_end_matches(',').split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (hour, minute, second) = match clock.as_slice() {
        [hour, minute] => (*hour, *minute, 0),
        [hour, minute, second] => (*hour, *minute, *second),
        _ => return None,
    };
    let mut number: i32 = year.parse().ok()?;
    if number < 100 {
        number += if number > 68 { 1900 } else { 2000 };
    }
    let date = Date { hour, minute, second, ..Date::day(number, month, day.parse().ok()?) };
    date.checked()
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(String),
    Word(String),
    Mark(char),
}

fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_ascii_digit() {
            let mut number = String::from(c);
            while let Some(next) = chars.peek().filter(|next| next.is_ascii_digit()) {
                number.push(*next);
                chars.next();
            }
            found.push(Token::Number(number));
        } else if c.is_alphabetic() {
            let mut word = c.to_lowercase().to_string();
            while let Some(next) = chars.peek().filter(|next| next.is_alphabetic()) {
                word.extend(next.to_lowercase());
                chars.next();
            }
            found.push(Token::Word(word));
        } else if !c.is_whitespace() && c != ',' {
            found.push(Token::Mark(c));
        }
    }
    found
}

/// What a general text has said so far.
#[derive(Default)]
struct Reading {
    /// Numbers that are a day, a month or a year, in order.
    numbers: Vec<(i32, usize)>,
    month: Option<u32>,
    weekday: Option<u32>,
    time: Option<(u32, u32, u32, u32)>,
    zone: Option<i32>,
}

/// Any date text; parts that it does not name are today's, its time midnight. Month first where that is possible.
pub fn parse_general(text: &str, today: Date) -> Option<Date> {
    let tokens = tokens(text);
    let mut reading = Reading::default();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += match token {
            Token::Number(digits) => reading.number(digits, tokens.get(at + 1..).unwrap_or_default())?,
            Token::Word(word) => {
                reading.word(word)?;
                1
            }
            Token::Mark(sign @ ('+' | '-')) if reading.time.is_some() => {
                reading.offset(*sign, tokens.get(at + 1..)?)?
            }
            Token::Mark('-' | '/' | '.' | '\'') => 1,
            Token::Mark(_) => return None,
        };
    }
    reading.finish(today)
}

impl Reading {
    /// A number and what belongs to it; how many tokens that were.
    fn number(&mut self, digits: &str, rest: &[Token]) -> Option<usize> {
        let value: i64 = digits.parse().ok()?;
        // `10:11`, `10:11:12.5`
        if let [Token::Mark(':'), Token::Number(minute), more @ ..] = rest {
            let mut used = 3;
            let (mut second, mut fraction) = (0, 0);
            if let [Token::Mark(':'), Token::Number(digits), more @ ..] = more {
                second = digits.parse().ok()?;
                used += 2;
                if let [Token::Mark('.'), Token::Number(digits), ..] = more {
                    let padded = format!("{digits:0<6}");
                    fraction = padded.get(..6)?.parse().ok()?;
                    used += 2;
                }
            }
            self.time = Some((u32::try_from(value).ok()?, minute.parse().ok()?, second, fraction));
            return Some(used);
        }
        // `10 PM`
        if let [Token::Word(word), ..] = rest
            && matches!(word.as_str(), "am" | "pm" | "a" | "p")
            && self.time.is_none()
        {
            self.time = Some((u32::try_from(value).ok()?, 0, 0, 0));
            self.word(word)?;
            return Some(2);
        }
        match digits.len() {
            // `20120304`, `20120304101112`, `201203041011`
            8 | 12 | 14 if self.numbers.is_empty() => {
                let part = |from: usize, to: usize| digits.get(from..to)?.parse::<u32>().ok();
                self.numbers.push((i32::try_from(part(0, 4)?).ok()?, 4));
                self.month = part(4, 6);
                self.numbers.push((i32::try_from(part(6, 8)?).ok()?, 2));
                if digits.len() > 8 {
                    let second = if digits.len() == 14 { part(12, 14)? } else { 0 };
                    self.time = Some((part(8, 10)?, part(10, 12)?, second, 0));
                }
            }
            // The time of `20120304T101112`
            4 | 6 if self.time.is_none() && self.numbers.len() + usize::from(self.month.is_some()) >= 3 => {
                let part = |from: usize, to: usize| digits.get(from..to)?.parse::<u32>().ok();
                let second = if digits.len() == 6 { part(4, 6)? } else { 0 };
                self.time = Some((part(0, 2)?, part(2, 4)?, second, 0));
            }
            length => self.numbers.push((i32::try_from(value).ok()?, length)),
        }
        Some(1)
    }

    fn word(&mut self, word: &str) -> Option<()> {
        if let Some(month) = month(word) {
            self.month = Some(month);
        } else if let Some(day) = numbered(DAYS, word) {
            self.weekday = Some(day - 1);
        } else if let (Some((hour, minute, second, fraction)), "am" | "a" | "pm" | "p") = (self.time, word) {
            let hour = match (word.starts_with('p'), hour) {
                (true, 1..=11) => hour + 12,
                (false, 12) => 0,
                _ => hour,
            };
            self.time = Some((hour, minute, second, fraction));
        } else if let Some((_, seconds)) = ZONES.iter().find(|(name, _)| *name == word) {
            self.zone = Some(*seconds);
        } else if !FILLERS.contains(&word) {
            // Names of other zones are read over, as are words only where a time stands before them.
            self.time?;
            if word.len() > 5 {
                return None;
            }
        }
        Some(())
    }

    /// `+0100`, `-05:00`; how many tokens with the sign.
    fn offset(&mut self, sign: char, rest: &[Token]) -> Option<usize> {
        let (hours, minutes, used) = match rest {
            [Token::Number(hours), Token::Mark(':'), Token::Number(minutes), ..] => {
                (hours.parse::<i32>().ok()?, minutes.parse::<i32>().ok()?, 4)
            }
            [Token::Number(digits), ..] if digits.len() == 4 => {
                (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().ok()?, 2)
            }
            [Token::Number(hours), ..] => (hours.parse().ok()?, 0, 2),
            _ => return None,
        };
        let seconds = (hours * 60 + minutes) * 60;
        self.zone = Some(if sign == '-' { -seconds } else { seconds });
        Some(used)
    }

    fn finish(self, today: Date) -> Option<Date> {
        let (mut year, mut month, mut day) = (None, self.month, None);
        let mut numbers = self.numbers.clone();
        // A number that cannot be a day or month is the year.
        if let Some(at) = numbers.iter().position(|(value, length)| *value > 31 || *length > 2) {
            year = Some(numbers.remove(at));
            // The year first: what follows is month and day.
            if at == 0 && month.is_none() && numbers.len() == 2 {
                month = u32::try_from(numbers.first()?.0).ok();
                numbers.remove(0);
            }
        }
        for (value, length) in numbers {
            let small = u32::try_from(value).ok()?;
            if month.is_none() && day.is_none() && small <= 12 {
                month = Some(small);
            } else if day.is_none() {
                day = Some(small);
            } else if month.is_none() {
                month = Some(small);
            } else if year.is_none() {
                year = Some((value, length));
            } else {
                return None;
            }
        }
        // A lone small number is a day.
        if let (Some(only), None, None, None) = (month, self.month, day, year) {
            (month, day) = (None, Some(only));
        }
        let year = match year {
            Some((value, 1 | 2)) => Some(value + if value > 68 { 1900 } else { 2000 }),
            Some((value, _)) => Some(value),
            None => None,
        };
        let (hour, minute, second, microsecond) = self.time.unwrap_or_default();
        let date = Date {
            year: year.unwrap_or(today.year),
            month: month.unwrap_or(today.month),
            day: day.unwrap_or(today.day),
            hour,
            minute,
            second,
            microsecond,
            zone: self.zone,
        };
        date.checked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date =
        Date { year: 2026, month: 11, day: 21, hour: 0, minute: 0, second: 0, microsecond: 0, zone: None };

    #[test]
    fn mail_dates() {
        let wanted = Some(Date { hour: 10, minute: 11, second: 12, ..Date::day(2012, 2, 20) });
        assert_eq!(parse_mail("Mon, 20 Feb 2012 10:11:12 +0100"), wanted);
        assert_eq!(parse_mail("20 Feb 2012 10:11:12"), wanted);
        let wanted = Some(Date { hour: 10, minute: 11, ..Date::day(2012, 5, 4) });
        assert_eq!(parse_mail("May 4, 2012 10:11 PM"), wanted);
        assert_eq!(parse_mail("4/5/2012"), None);
    }

    #[test]
    fn general_dates() {
        let day = |text| parse_general(text, TODAY).map(|date| (date.year, date.month, date.day));
        assert_eq!(day("02/03/2010"), Some((2010, 2, 3)));
        assert_eq!(day("4/5/2012"), Some((2012, 4, 5)));
        assert_eq!(day("25.12.2011"), Some((2011, 12, 25)));
        assert_eq!(day("February 2010"), Some((2010, 2, 21)));
        assert_eq!(day("March 4, 2012"), Some((2012, 3, 4)));
        assert_eq!(day("20100203"), Some((2010, 2, 3)));
        assert_eq!(day("201"), Some((201, 11, 21)));
        assert_eq!(day(" "), Some((2026, 11, 21)));
        assert_eq!(day("-"), Some((2026, 11, 21)));
        assert_eq!(day("nonsense"), None);
        assert_eq!(day("31 June 2012"), None);
        let moment = parse_general("2012-03-04T10:11:12Z", TODAY);
        assert_eq!(moment, Some(Date { hour: 10, minute: 11, second: 12, zone: Some(0), ..Date::day(2012, 3, 4) }));
    }
}
