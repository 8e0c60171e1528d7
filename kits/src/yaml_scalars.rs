//! What words without quotes stand for in YAML 1.1, as PyYAML reads them (<https://yaml.org/type/>).

use std::sync::LazyLock;

use malachite_bigint::BigInt;
use regex::Regex;

/// The value of a plain word.
#[derive(Clone, Debug, PartialEq)]
pub enum Plain {
    Null,
    Truth(bool),
    Integer(BigInt),
    Number(f64),
    /// Year, month, day.
    Date([i32; 3]),
    /// Year to second, microseconds, and how many seconds the zone is ahead.
    Time([i32; 6], i32, Option<i32>),
    Text,
}

static INTEGER: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r"^([-+]?)(?:0b(?<two>[01_]+)|0x(?<sixteen>[0-9a-fA-F_]+)|0(?<eight>[0-7_]+)|(?<ten>0|[1-9][0-9_]*)|(?<sixty>[1-9][0-9_]*(?::[0-5]?[0-9])+))$",
    )
});
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r"^[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9_]+(?:[eE][-+][0-9]+)?|[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)$",
    )
});
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r"^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(?:(Z)|([-+])(\d\d?)(?::?(\d\d))?))?$",
    )
});
static DATE: LazyLock<Regex> = LazyLock::new(|| expression(r"^(\d{4})-(\d\d)-(\d\d)$"));

fn expression(source: &str) -> Regex {
    Regex::new(source).expect("a fixed expression")
}

/// What a plain word stands for.
pub fn resolve(word: &str) -> Plain {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Plain::Truth(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return Plain::Truth(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Plain::Number(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Plain::Number(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Plain::Number(f64::NAN),
        _ => {}
    }
    if !word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return Plain::Text;
    }
    integer(word).or_else(|| number(word)).or_else(|| moment(word)).unwrap_or(Plain::Text)
}

fn integer(word: &str) -> Option<Plain> {
    let found = INTEGER.captures(word)?;
    let negative = found.get(1).is_some_and(|sign| sign.as_str() == "-");
    let mut value = BigInt::from(0);
    for (name, base) in [("two", 2), ("sixteen", 16), ("eight", 8), ("ten", 10)] {
        if let Some(digits) = found.name(name) {
            let digits = digits.as_str().replace('_', "");
            value = BigInt::parse_bytes(digits.as_bytes(), base)?;
        }
    }
    if let Some(parts) = found.name("sixty") {
        for part in parts.as_str().replace('_', "").split(':') {
            value = value * BigInt::from(60) + BigInt::parse_bytes(part.as_bytes(), 10)?;
        }
    }
    Some(Plain::Integer(if negative { -value } else { value }))
}

fn number(word: &str) -> Option<Plain> {
    if !NUMBER.is_match(word) {
        return None;
    }
    let plain = word.replace('_', "");
    let (sign, plain) = match plain.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, plain.trim_start_matches('+')),
    };
    let mut value = 0.0;
    for part in plain.split(':') {
        value = value * 60.0 + part.parse::<f64>().ok()?;
    }
    Some(Plain::Number(sign * value))
}

fn moment(word: &str) -> Option<Plain> {
    if let Some(found) = DATE.captures(word) {
        let part = |at: usize| found.get(at)?.as_str().parse().ok();
        return Some(Plain::Date([part(1)?, part(2)?, part(3)?]));
    }
    let found = TIME.captures(word)?;
    let part = |at: usize| found.get(at)?.as_str().parse::<i32>().ok();
    let fraction = found.get(7).map_or("", |fraction| fraction.as_str());
    let fraction: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let zone = match (found.get(8), found.get(9)) {
        (Some(_), _) => Some(0),
        (None, Some(sign)) => {
            let seconds = part(10)? * 3600 + part(11).unwrap_or(0) * 60;
            Some(if sign.as_str() == "-" { -seconds } else { seconds })
        }
        (None, None) => None,
    };
    let parts = [part(1)?, part(2)?, part(3)?, part(4)?, part(5)?, part(6)?];
    Some(Plain::Time(parts, fraction.parse().ok()?, zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let int = |number: i64| Plain::Integer(BigInt::from(number));
        for (word, value) in [
            ("~", Plain::Null),
            ("No", Plain::Truth(false)),
            ("nO", Plain::Text),
            ("y", Plain::Text),
            ("12", int(12)),
            ("-0x1F", int(-31)),
            ("010", int(8)),
            ("0o17", Plain::Text),
            ("0b101", int(5)),
            ("1_000", int(1000)),
            ("190:20:30", int(685_230)),
            ("1e3", Plain::Text),
            ("1.5e+3", Plain::Number(1500.0)),
            (".5", Plain::Number(0.5)),
            ("1.", Plain::Number(1.0)),
            ("1:30.5", Plain::Number(90.5)),
            ("-.INF", Plain::Number(f64::NEG_INFINITY)),
            ("2010-01-02", Plain::Date([2010, 1, 2])),
            ("2001-12-14t21:59:43.10-05:00", Plain::Time([2001, 12, 14, 21, 59, 43], 100_000, Some(-18000))),
            ("2001-12-14 21:59:43", Plain::Time([2001, 12, 14, 21, 59, 43], 0, None)),
            ("-", Plain::Text),
            ("+", Plain::Text),
            ("1.2.3", Plain::Text),
            ("08", Plain::Text),
        ] {
            assert_eq!(resolve(word), value, "{word}");
        }
    }
}
