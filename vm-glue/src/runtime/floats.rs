//! Texts of floats as C's `printf` and Python 2's `format` write them.

/// How a float is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `%e`.
    Exponent,
    /// `%f`.
    Fixed,
    /// `%g`.
    General,
}

/// A float with a number of digits; `alternate` keeps the point and the zeros (`#`).
pub fn format(value: f64, style: Style, precision: usize, alternate: bool) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    match style {
        Style::Exponent => exponent(value, precision, alternate),
        Style::Fixed => fixed(value, precision, alternate),
        Style::General => general(value, precision.max(1), alternate),
    }
}

fn fixed(value: f64, precision: usize, alternate: bool) -> String {
    // The standard library writes at most 65535 digits; no float has more than 1100 that are not zero.
    let exact = precision.min(1100);
    let mut text = format!("{value:.exact$}");
    text.extend(std::iter::repeat_n('0', precision - exact));
    if alternate && precision == 0 {
        text.push('.');
    }
    text
}

fn split_exponent(value: f64, precision: usize) -> (String, i32) {
    let exact = precision.min(1100);
    let text = format!("{value:.exact$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mut mantissa = mantissa.to_owned();
    mantissa.extend(std::iter::repeat_n('0', precision - exact));
    (mantissa, exponent.parse().unwrap_or(0))
}

fn write_exponent(mantissa: &str, exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

fn exponent(value: f64, precision: usize, alternate: bool) -> String {
    let (mut mantissa, exponent) = split_exponent(value, precision);
    if alternate && precision == 0 {
        mantissa.push('.');
    }
    write_exponent(&mantissa, exponent)
}

fn general(value: f64, precision: usize, alternate: bool) -> String {
    let (mantissa, exponent) = split_exponent(value, precision - 1);
    let digits = i64::try_from(precision).unwrap_or(i64::MAX);
    let trim = |text: String| -> String {
        if alternate {
            if text.contains('.') { text } else { text + "." }
        } else if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text
        }
    };
    if exponent < -4 || i64::from(exponent) >= digits {
        return write_exponent(&trim(mantissa), exponent);
    }
    let decimals = usize::try_from(digits - 1 - i64::from(exponent)).unwrap_or(0);
    trim(fixed(value, decimals, false))
}

/// A float as `str` shows it: `%g` that always has a point or an exponent.
pub fn shown(value: f64, precision: usize) -> String {
    if !value.is_finite() {
        return format(value, Style::General, precision, false);
    }
    let precision = precision.max(1);
    let (mantissa, exponent) = split_exponent(value, precision - 1);
    // One digit goes to the zero behind the point.
    let limit = i64::try_from(precision).unwrap_or(i64::MAX) - 1;
    if exponent < -4 || i64::from(exponent) >= limit {
        let mantissa = if mantissa.contains('.') {
            mantissa.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            mantissa
        };
        return write_exponent(&mantissa, exponent);
    }
    let text = general(value, precision, false);
    if text.contains('.') { text } else { text + ".0" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_in_c() {
        assert_eq!(format(1234.5, Style::Exponent, 6, false), "1.234500e+03");
        assert_eq!(format(0.0001, Style::General, 6, false), "0.0001");
        assert_eq!(format(1e20, Style::General, 6, false), "1e+20");
        assert_eq!(format(3.0, Style::Fixed, 0, true), "3.");
        assert_eq!(format(100.0, Style::General, 3, false), "100");
        assert_eq!(format(100.0, Style::General, 6, true), "100.000");
        assert_eq!(format(-0.0, Style::General, 6, false), "-0");
        assert_eq!(shown(100.0, 3), "1e+02");
        assert_eq!(shown(10.0, 3), "10.0");
        assert_eq!(shown(123456789012.5, 12), "1.23456789012e+11");
    }
}
