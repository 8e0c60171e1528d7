//! Numbers and their texts, as XPath wants them.

/// A number as text: no exponent for everyday sizes, no fraction for whole numbers.
pub fn number_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    if value.fract() == 0.0 && value.abs() < 1e9 {
        return format!("{value:.0}");
    }
    let size = value.abs();
    if !(1e-5..1e9).contains(&size) {
        let text = format!("{value:.14e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
        let exponent: i32 = exponent.parse().unwrap_or(0);
        if value.fract() == 0.0 && exponent < 15 {
            return format!("{value:.0}");
        }
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let whole_digits = size.log10().floor() as i32 + 1;
    let decimals = (15 - whole_digits).clamp(0, 30) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// XPath's reading of a text as a number: NaN for anything else.
pub fn parse_number(text: &str) -> f64 {
    let text = text.trim_matches(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.contains(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    if plain { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::{number_text, parse_number};

    #[test]
    fn texts() {
        for (value, text) in [
            (3.0, "3"),
            (-1.0, "-1"),
            (9.5, "9.5"),
            (0.1, "0.1"),
            (1e15, "1e+15"),
            (1234567890123.0, "1234567890123"),
            (0.1 + 0.2, "0.3"),
            (21.5, "21.5"),
        ] {
            assert_eq!(number_text(value), text);
        }
        assert_eq!(parse_number(" 12.50\n"), 12.5);
        assert!(parse_number("12a").is_nan() && parse_number("").is_nan() && parse_number("+1").is_nan());
    }
}
