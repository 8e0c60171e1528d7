//! The extension functions that libexslt brings to every expression: mathematics, sets and strings. (Dates are
//! in `exslt_dates.rs`; regular expressions are Python's, see `xpath_call.rs`.)

use std::collections::HashSet;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::eval::Evaluator;
use super::{Value, XNode, XPathError, exslt_dates, parse_number};

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
        DATES => exslt_dates::call(&arguments, name),
        _ => None,
    }
}

pub(super) struct Arguments<'a, 'e> {
    pub(super) evaluator: &'a Evaluator<'e>,
    pub(super) values: &'a [Value],
}

impl Arguments<'_, '_> {
    pub(super) fn count(&self, least: usize, most: usize) -> Result<(), XPathError> {
        if (least..=most).contains(&self.values.len()) { Ok(()) } else { Err(XPathError::Arguments) }
    }

    pub(super) fn nodes(&self, at: usize) -> Result<&[XNode], XPathError> {
        match self.values.get(at) {
            Some(Value::Nodes(nodes)) => Ok(nodes),
            _ => Err(XPathError::Type),
        }
    }

    pub(super) fn number(&self, at: usize) -> f64 {
        self.values.get(at).map_or(f64::NAN, |value| self.evaluator.number(value))
    }

    pub(super) fn text(&self, at: usize) -> String {
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
