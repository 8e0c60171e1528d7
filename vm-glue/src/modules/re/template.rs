//! Replacement templates of `sub` and `expand`: `\1`, `\g<name>` and escapes, as Python 2.7's `sre_parse` reads them.

use super::parse::{is_name, shown, simple_escape};

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    Literal(Vec<u32>),
    Group(usize),
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TemplateError {
    /// `sre_constants.error`
    #[error("{0}")]
    Syntax(String),
    /// IndexError
    #[error("{0}")]
    Index(String),
}

fn fail<T>(message: impl Into<String>) -> Result<T, TemplateError> {
    Err(TemplateError::Syntax(message.into()))
}

/// Reads a template; `group_named` finds the number of a group.
pub fn parse(text: &[u32], group_named: impl Fn(&str) -> Option<usize>) -> Result<Vec<Piece>, TemplateError> {
    let mut pieces = Vec::new();
    let mut literal = Vec::new();
    let digit = |at: usize, radix: u32| {
        text.get(at).and_then(|c| char::from_u32(*c)).filter(char::is_ascii).and_then(|c| c.to_digit(radix))
    };
    let mut at = 0;
    while let Some(&c) = text.get(at) {
        at += 1;
        if c != '\\' as u32 {
            literal.push(c);
            continue;
        }
        let Some(&letter) = text.get(at) else { return fail("bogus escape (end of line)") };
        at += 1;
        if letter == 'g' as u32 {
            let group = named_group(text, &mut at, &group_named)?;
            push_group(&mut pieces, &mut literal, group);
        } else if letter == '0' as u32 {
            let mut value = 0;
            for _ in 0..2 {
                let Some(d) = digit(at, 8) else { break };
                value = value * 8 + d;
                at += 1;
            }
            literal.push(value & 0xff);
        } else if let Some(first) = digit(at - 1, 10) {
            let mut group = first;
            let mut octal = None;
            if let Some(second) = digit(at, 10) {
                at += 1;
                group = first * 10 + second;
                if let Some(third) = digit(at, 8).filter(|_| first < 8 && second < 8) {
                    at += 1;
                    octal = Some((first * 64 + second * 8 + third) & 0xff);
                }
            }
            match octal {
                Some(value) => literal.push(value),
                None => push_group(&mut pieces, &mut literal, group as usize),
            }
        } else if let Some(plain) = simple_escape(letter) {
            literal.push(plain);
        } else {
            literal.extend([c, letter]);
        }
    }
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
}

fn push_group(pieces: &mut Vec<Piece>, literal: &mut Vec<u32>, group: usize) {
    if !literal.is_empty() {
        pieces.push(Piece::Literal(std::mem::take(literal)));
    }
    pieces.push(Piece::Group(group));
}

/// `<name>` after `\g`.
fn named_group(
    text: &[u32],
    at: &mut usize,
    group_named: impl Fn(&str) -> Option<usize>,
) -> Result<usize, TemplateError> {
    let mut name = Vec::new();
    if text.get(*at) == Some(&('<' as u32)) {
        *at += 1;
        loop {
            match text.get(*at) {
                None => return fail("unterminated group name"),
                Some(&c) => {
                    *at += 1;
                    if c == '>' as u32 {
                        break;
                    }
                    name.push(c);
                }
            }
        }
    }
    if name.is_empty() {
        return fail("missing group name");
    }
    let plain: String = name.iter().filter_map(|c| char::from_u32(*c)).collect();
    if let Ok(number) = plain.trim().parse::<i64>() {
        return usize::try_from(number).or_else(|_| fail("negative group number"));
    }
    if !is_name(&name) {
        return fail("bad character in group name");
    }
    group_named(&plain).ok_or_else(|| TemplateError::Index(format!("unknown group name: {}", shown(&name))))
}
