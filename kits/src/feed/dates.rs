//! Dates of feeds: those of mail, of W3C's note, of ISO 8601, and what some servers make of them. All come out as UTC;
//! days and hours beyond the end of a month or day run on into the next.

/// A moment: year, month, day, hour, minute, second.
pub type Parts = [i64; 6];

/// A time tuple: the parts, the day of the week (0 for Monday), the day of the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub parts: Parts,
    pub weekday: i64,
    pub yearday: i64,
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Zones by name, hours and minutes east of Greenwich as one number.
const ZONES: &[(&str, i64)] = &[
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
    ("ET", -500),
    ("CT", -600),
    ("MT", -700),
    ("PT", -800),
    ("AT", -400),
];

/// Days from the start of 1970 to a day, whatever its number.
fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// The day that is some days from the start of 1970.
fn day_from_epoch(days: i64) -> [i64; 3] {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    [year + era * 400 + carry, month, day]
}

/// The moment of parts that may run over, `offset` seconds east of Greenwich.
fn moment(parts: Parts, offset: i64) -> Option<Moment> {
    let [year, month, day, hour, minute, second] = parts;
    if !(1..=12).contains(&month) || !(1..=9999).contains(&year) {
        return None;
    }
    let seconds = days_from_epoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let [year, month, day] = day_from_epoch(days);
    Some(Moment {
        parts: [year, month, day, rest / 3600, rest / 60 % 60, rest % 60],
        weekday: (days + 3).rem_euclid(7),
        yearday: days - days_from_epoch(year, 1, 1) + 1,
    })
}

/// A date of a feed.
pub fn parse(text: &str) -> Option<Moment> {
    let text = text.trim();
    mail(text).or_else(|| w3c(text)).or_else(|| database(text)).or_else(|| basic(text))
}

fn number(text: &str) -> Option<i64> {
    (!text.is_empty() && text.len() < 10 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn numbered(names: &[&str], word: &str) -> Option<usize> {
    let word = word.trim_end_matches(['.', ',']).to_ascii_lowercase();
    let short = word.get(..3)?;
    names.iter().position(|name| *name == short)
}

/// `+0100` as a number, or a name.
fn offset(word: &str) -> Option<i64> {
    let hundreds = match word.get(..1)? {
        "+" => number(word.get(1..)?.replace(':', "").as_str())?,
        "-" => -number(word.get(1..)?.replace(':', "").as_str())?,
        _ => ZONES.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map_or(0, |(_, zone)| *zone),
    };
    let sign = hundreds.signum();
    Some(sign * ((hundreds.abs() / 100) * 3600 + (hundreds.abs() % 100) * 60))
}

fn clock(word: &str) -> Option<[i64; 3]> {
    let parts: Vec<&str> = word.split([':', '.']).collect();
    match parts.as_slice() {
        [hour, minute] => Some([number(hour)?, number(minute)?, 0]),
        [hour, minute, second, ..] => Some([number(hour)?, number(minute)?, number(second)?]),
        _ => None,
    }
}

/// `Thu, 01 Jan 2004 19:48:21 GMT`; day and month may be swapped, the time may come before the year or be missing.
fn mail(text: &str) -> Option<Moment> {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    if words.first().is_some_and(|word| word.ends_with(',') || DAYS.contains(&word.to_ascii_lowercase().as_str())) {
        words.remove(0);
    }
    let [one, two, rest @ ..] = words.as_slice() else { return None };
    let (month, day) = match numbered(&MONTHS, two) {
        Some(month) => (month, number(one.trim_end_matches(','))?),
        None => (numbered(&MONTHS, one)?, number(two.trim_end_matches(','))?),
    };
    let (mut year, mut time, mut zone) = (None, [0; 3], 0);
    for word in rest {
        let word = word.trim_end_matches(',');
        if word.contains(':') && !word.starts_with(['+', '-']) {
            let (clock_word, joined) = word.split_at(word.find('+').unwrap_or(word.len()));
            time = clock(clock_word)?;
            if !joined.is_empty() {
                zone = offset(joined)?;
            }
        } else if year.is_none() && word.bytes().all(|b| b.is_ascii_digit()) {
            year = Some(number(word)?);
        } else if word.starts_with(['+', '-']) || word.bytes().all(|b| b.is_ascii_alphabetic()) {
            zone = offset(word)?;
        }
    }
    let year = match year? {
        year @ 0..=68 => year + 2000,
        year @ 69..=99 => year + 1900,
        year => year,
    };
    moment([year, month as i64 + 1, day, time[0], time[1], time[2]], zone)
}

/// `2003-12-31T10:14:55.999-08:00` and its beginnings.
fn w3c(text: &str) -> Option<Moment> {
    let (date, time) = text.split_once(['T', 't']).unwrap_or((text, ""));
    let parts: Vec<&str> = date.split('-').collect();
    let (year, month, day) = match parts.as_slice() {
        [year] => (*year, "1", "1"),
        [year, month] => (*year, *month, "1"),
        [year, month, day] => (*year, *month, *day),
        _ => return None,
    };
    if year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    let mut zone = 0;
    let mut at = [0; 3];
    if !time.is_empty() {
        let (clock_text, zone_text) = match time.find(['Z', 'z', '+', '-']) {
            Some(at) => time.split_at(at),
            None => (time, ""),
        };
        at = clock(clock_text)?;
        if zone_text.starts_with(['+', '-']) {
            zone = offset(zone_text)?;
        }
    }
    moment([number(year)?, number(month)?, number(day)?, at[0], at[1], at[2]], zone)
}

/// `2003-12-31 10:14:55`, which one database writes: taken for Korean time.
fn database(text: &str) -> Option<Moment> {
    let (date, time) = text.split_once(char::is_whitespace)?;
    let parts: Vec<i64> = date.split('-').map(number).collect::<Option<_>>()?;
    let [year, month, day] = parts.as_slice() else { return None };
    let [hour, minute, second] = clock(time.trim()).filter(|_| time.matches(':').count() == 2)?;
    moment([*year, *month, *day, hour, minute, second], 9 * 3600)
}

/// `20031231`, `200312`, `2003-365`, each with a time behind it.
fn basic(text: &str) -> Option<Moment> {
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let at = if time.is_empty() { [0; 3] } else { clock(time.trim_end_matches('Z'))? };
    let part = |from: usize, to: usize| number(date.get(from..to)?);
    let (year, month, day) = match date.len() {
        8 if date.as_bytes().get(4) == Some(&b'-') => (part(0, 4)?, 1, part(5, 8)?),
        8 => (part(0, 4)?, part(4, 6)?, part(6, 8)?),
        7 => (part(0, 4)?, 1, part(4, 7)?),
        6 if date.starts_with(['1', '2']) => (part(0, 4)?, part(4, 6)?, 1),
        _ => return None,
    };
    moment([year, month, day, at[0], at[1], at[2]], 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let cases: [(&str, Option<Parts>); 14] = [
            ("Thu, 01 Jan 2004 19:48:21 GMT", Some([2004, 1, 1, 19, 48, 21])),
            ("01 Jan 04 19:48 -0330", Some([2004, 1, 1, 23, 18, 0])),
            ("Thu, 01 Jan 2004 19:48:21 PDT", Some([2004, 1, 2, 2, 48, 21])),
            ("Thu Jan  1 19:48:21 2004", Some([2004, 1, 1, 19, 48, 21])),
            ("Jan 1, 2004", Some([2004, 1, 1, 0, 0, 0])),
            ("Thu, 32 Jan 2004 19:48:21 GMT", Some([2004, 2, 1, 19, 48, 21])),
            ("2003-12-31T10:14:55.999-08:00", Some([2003, 12, 31, 18, 14, 55])),
            ("2003-12", Some([2003, 12, 1, 0, 0, 0])),
            ("20031231", Some([2003, 12, 31, 0, 0, 0])),
            ("2003-12-31 10:14:55", Some([2003, 12, 31, 1, 14, 55])),
            ("2004-02-30", Some([2004, 3, 1, 0, 0, 0])),
            ("Thursday, 01-Jan-04 19:48:21 GMT", None),
            ("31/12/2003", None),
            ("1072986501", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(parse(text).map(|moment| moment.parts), wanted, "{text}");
        }
        let moment = parse("2003-12-31").unwrap();
        assert_eq!((moment.weekday, moment.yearday), (2, 365));
    }
}
