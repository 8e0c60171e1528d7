//! What Python 2.7 (Unicode 5.2) knows of each char: case, classes, white space.
//!
//! The tables are the machine's newer ones, without what came after 5.2 where that changes the answer for older chars.

use rustpython_common::wtf8::CodePoint;
use rustpython_unicode::{case, classify};
use unicode_general_category::{GeneralCategory, get_general_category};

/// Capital letters that were added after Unicode 5.2 for older small ones, and the scripts that got case afterwards.
fn is_late_pair(c: u32) -> bool {
    matches!(c, 0xa78d..=0xa7ff | 0x1c90..=0x1cbf | 0x13a0..=0x13ff | 0xab70..=0xabbf | 0x2c2f | 0x2c5f)
}

fn map(c: CodePoint, mapping: impl Fn(char) -> char) -> CodePoint {
    match c.to_char() {
        Some(plain) => {
            let mapped = mapping(plain);
            if mapped != plain && (is_late_pair(mapped as u32) || is_late_pair(plain as u32)) {
                c
            } else {
                CodePoint::from_char(mapped)
            }
        }
        None => c,
    }
}

/// The capital of a char, one to one.
pub fn upper(c: CodePoint) -> CodePoint {
    map(c, case::simple_uppercase)
}

/// The small letter of a char.
pub fn lower(c: CodePoint) -> CodePoint {
    map(c, case::simple_lowercase)
}

/// The title case of a char.
pub fn title(c: CodePoint) -> CodePoint {
    map(c, |c| if c.is_ascii() { c.to_ascii_uppercase() } else { case::simple_titlecase(c) })
}

fn category(c: CodePoint) -> GeneralCategory {
    match c.to_u32() {
        // Small letters until Unicode 6.1.
        0xaa | 0xba => GeneralCategory::LowercaseLetter,
        _ => c.to_char().map_or(GeneralCategory::Surrogate, get_general_category),
    }
}

/// Whether it is a small letter.
pub fn is_lower(c: CodePoint) -> bool {
    category(c) == GeneralCategory::LowercaseLetter
}

/// Whether it is a capital.
pub fn is_upper(c: CodePoint) -> bool {
    category(c) == GeneralCategory::UppercaseLetter
}

/// Whether it is a char in title case (like U+01C5).
pub fn is_title(c: CodePoint) -> bool {
    category(c) == GeneralCategory::TitlecaseLetter
}

/// Whether it is a letter.
pub fn is_alpha(c: CodePoint) -> bool {
    c.is_char_and(classify::is_alpha)
}

/// Whether it is a decimal digit.
pub fn is_decimal(c: CodePoint) -> bool {
    c.is_char_and(classify::is_decimal)
}

/// Whether it is a digit.
pub fn is_digit(c: CodePoint) -> bool {
    c.is_char_and(classify::is_digit)
}

/// Whether it stands for a number.
pub fn is_numeric(c: CodePoint) -> bool {
    c.is_char_and(classify::is_numeric)
}

/// Whether it is a letter or stands for a number.
pub fn is_alnum(c: CodePoint) -> bool {
    is_alpha(c) || is_numeric(c)
}

/// Whether it is white space.
pub fn is_space(c: CodePoint) -> bool {
    match c.to_u32() {
        0x20 | 0x09..=0x0d | 0x1c..=0x1f | 0x85 | 0xa0 | 0x180e => true,
        0..=0x7f => false,
        _ => c.is_char_and(classify::is_space),
    }
}
