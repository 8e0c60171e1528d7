//! Parser of Python 2.7's regular expression syntax: pattern text to [`Node`]s, with the messages of Python 2's
//! `sre_parse`. Works on code points, so that byte strings and unicode patterns are read alike.

use std::collections::HashMap;

use bitflags::bitflags;

/// "No upper limit" of a repetition.
pub const MAXREPEAT: u32 = u32::MAX;
/// Deeper nested groups are refused: the compiler recurses.
const MAX_DEPTH: usize = 250;

bitflags! {
    /// The flags of the `re` module, with Python 2's values.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Flags: u32 {
        const TEMPLATE = 1;
        const IGNORECASE = 2;
        const LOCALE = 4;
        const MULTILINE = 8;
        const DOTALL = 16;
        const UNICODE = 32;
        const VERBOSE = 64;
        const DEBUG = 128;
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    Digit,
    NotDigit,
    Space,
    NotSpace,
    Word,
    NotWord,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Beginning,
    BeginningString,
    Boundary,
    NonBoundary,
    End,
    EndString,
}

#[derive(Clone, Debug, PartialEq)]
pub enum SetItem {
    Literal(u32),
    Range(u32, u32),
    Category(Category),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Literal(u32),
    NotLiteral(u32),
    Any,
    In {
        negate: bool,
        items: Vec<SetItem>,
    },
    Branch(Vec<Vec<Node>>),
    /// `group` is None for `(?:…)`.
    Subpattern {
        group: Option<u32>,
        body: Vec<Node>,
    },
    Repeat {
        min: u32,
        max: u32,
        greedy: bool,
        body: Vec<Node>,
    },
    Assert {
        ahead: bool,
        negate: bool,
        body: Vec<Node>,
    },
    At(At),
    /// A back reference; groups count from 1.
    GroupRef(u32),
    GroupRefExists {
        group: u32,
        yes: Vec<Node>,
        no: Option<Vec<Node>>,
    },
}

/// What is wrong with a pattern.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ParseError {
    /// `sre_constants.error` with Python 2's text.
    #[error("{0}")]
    Syntax(String),
    /// OverflowError.
    #[error("{0}")]
    Overflow(&'static str),
    /// RuntimeError: nested too deeply.
    #[error("{0}")]
    Recursion(&'static str),
}

/// A parsed pattern.
#[derive(Debug)]
pub struct Parsed {
    pub nodes: Vec<Node>,
    /// The given flags and those set inline, as in `(?i)`.
    pub flags: Flags,
    /// Number of capturing groups.
    pub groups: u32,
    /// Group names in the order of their numbers.
    pub names: Vec<(String, u32)>,
}

/// Parses a pattern given as code points; `unicode` where it was a unicode string, which errors then show as such.
pub fn parse(pattern: &[u32], flags: Flags, unicode: bool) -> Result<Parsed, ParseError> {
    let parsed = parse_once(pattern, flags, unicode)?;
    // (?x) anywhere makes the whole pattern verbose: read it again with that knowledge.
    if !flags.contains(Flags::VERBOSE) && parsed.flags.contains(Flags::VERBOSE) {
        return parse_once(pattern, parsed.flags, unicode);
    }
    Ok(parsed)
}

fn parse_once(pattern: &[u32], flags: Flags, unicode: bool) -> Result<Parsed, ParseError> {
    if pattern.last() == Some(&BACKSLASH) {
        let trailing = pattern.iter().rev().take_while(|c| **c == BACKSLASH).count();
        if trailing % 2 == 1 {
            return fail("bogus escape (end of line)");
        }
    }
    let mut parser =
        Parser { text: pattern, unicode, at: 0, flags, groups: 0, open: Vec::new(), names: HashMap::new(), depth: 0 };
    let nodes = parser.alternatives()?;
    match parser.take() {
        None => {}
        Some(c) if c == ch(')') => return fail("unbalanced parenthesis"),
        Some(_) => return fail("bogus characters at end of regular expression"),
    }
    let mut names: Vec<(String, u32)> = parser.names.into_iter().collect();
    names.sort_by_key(|(_, group)| *group);
    Ok(Parsed { nodes, flags: parser.flags, groups: parser.groups, names })
}

const BACKSLASH: u32 = '\\' as u32;

const fn ch(c: char) -> u32 {
    c as u32
}

fn fail<T>(message: impl Into<String>) -> Result<T, ParseError> {
    Err(ParseError::Syntax(message.into()))
}

fn digit(c: u32, radix: u32) -> Option<u32> {
    char::from_u32(c).filter(char::is_ascii).and_then(|c| c.to_digit(radix))
}

/// A text as Python 2's `repr` of a byte string shows it.
pub fn shown(text: &[u32]) -> String {
    let inner: String = text
        .iter()
        .map(|&c| match char::from_u32(c) {
            Some('\\') => "\\\\".to_owned(),
            Some('\'') => "\\'".to_owned(),
            Some('\n') => "\\n".to_owned(),
            Some('\t') => "\\t".to_owned(),
            Some('\r') => "\\r".to_owned(),
            Some(c @ ' '..='~') => c.to_string(),
            _ if c < 0x100 => format!("\\x{c:02x}"),
            _ if c < 0x10000 => format!("\\u{c:04x}"),
            _ => format!("\\U{c:08x}"),
        })
        .collect();
    format!("'{inner}'")
}

/// Is this a valid group name?
pub fn is_name(name: &[u32]) -> bool {
    let ascii = |c: &u32| char::from_u32(*c).filter(char::is_ascii);
    let mut chars = name.iter().map(ascii);
    matches!(chars.next(), Some(Some(c)) if c == '_' || c.is_ascii_alphabetic())
        && chars.all(|c| c.is_some_and(|c| c == '_' || c.is_ascii_alphanumeric()))
}

/// The single-letter escapes that stand for one character, alike in patterns, sets and templates.
pub fn simple_escape(letter: u32) -> Option<u32> {
    Some(match char::from_u32(letter)? {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => 10,
        'r' => 13,
        't' => 9,
        'v' => 11,
        '\\' => BACKSLASH,
        _ => return None,
    })
}

fn category(letter: u32) -> Option<Category> {
    Some(match char::from_u32(letter)? {
        'd' => Category::Digit,
        'D' => Category::NotDigit,
        's' => Category::Space,
        'S' => Category::NotSpace,
        'w' => Category::Word,
        'W' => Category::NotWord,
        _ => return None,
    })
}

struct Parser<'a> {
    /// The pattern was a unicode string.
    unicode: bool,
    text: &'a [u32],
    at: usize,
    flags: Flags,
    groups: u32,
    /// Groups whose parenthesis is not closed yet.
    open: Vec<u32>,
    names: HashMap<String, u32>,
    depth: usize,
}

impl Parser<'_> {
    /// A part of the pattern as Python 2's `repr` shows it.
    fn shown(&self, text: &[u32]) -> String {
        let prefix = if self.unicode { "u" } else { "" };
        format!("{prefix}{}", shown(text))
    }

    fn peek(&self) -> Option<u32> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self) -> Option<u32> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    fn accept(&mut self, c: char) -> bool {
        let found = self.peek() == Some(ch(c));
        self.at += usize::from(found);
        found
    }

    fn next_is(&self, set: &str) -> bool {
        self.peek().and_then(char::from_u32).is_some_and(|c| set.contains(c))
    }

    /// At most `most` digits of a radix.
    fn digits(&mut self, radix: u32, most: usize) -> Vec<u32> {
        let mut found = Vec::new();
        while found.len() < most
            && let Some(c) = self.peek().filter(|c| digit(*c, radix).is_some())
        {
            found.push(c);
            self.at += 1;
        }
        found
    }

    fn close(&mut self) -> Result<(), ParseError> {
        if self.accept(')') { Ok(()) } else { fail("unbalanced parenthesis") }
    }

    /// `a|b|c`
    fn alternatives(&mut self) -> Result<Vec<Node>, ParseError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ParseError::Recursion("maximum recursion depth exceeded"));
        }
        let mut branches = vec![self.sequence()?];
        while self.accept('|') {
            branches.push(self.sequence()?);
        }
        self.depth -= 1;
        if branches.len() == 1 {
            return Ok(branches.pop().unwrap_or_default());
        }
        // Alternatives of single characters are a set.
        let set: Option<Vec<SetItem>> = branches
            .iter()
            .map(|branch| match branch.as_slice() {
                [Node::Literal(c)] => Some(vec![SetItem::Literal(*c)]),
                [Node::In { negate: false, items }] => Some(items.clone()),
                _ => None,
            })
            .collect::<Option<Vec<_>>>()
            .map(|sets| sets.concat());
        Ok(vec![match set {
            Some(items) => Node::In { negate: false, items },
            None => Node::Branch(branches),
        }])
    }

    fn sequence(&mut self) -> Result<Vec<Node>, ParseError> {
        let mut nodes: Vec<Node> = Vec::new();
        loop {
            if self.next_is("|)") {
                break;
            }
            let Some(c) = self.take() else { break };
            let verbose = self.flags.contains(Flags::VERBOSE);
            match char::from_u32(c) {
                Some(' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c') if verbose => {}
                Some('#') if verbose => while self.take().is_some_and(|c| c != ch('\n')) {},
                Some('[') => nodes.push(self.set()?),
                Some('*') => self.repeat(&mut nodes, 0, MAXREPEAT)?,
                Some('+') => self.repeat(&mut nodes, 1, MAXREPEAT)?,
                Some('?') => self.repeat(&mut nodes, 0, 1)?,
                Some('{') => match self.interval()? {
                    Some((min, max)) => self.repeat(&mut nodes, min, max)?,
                    None => nodes.push(Node::Literal(c)),
                },
                Some('.') => nodes.push(Node::Any),
                Some('(') => nodes.extend(self.parenthesis()?),
                Some('^') => nodes.push(Node::At(At::Beginning)),
                Some('$') => nodes.push(Node::At(At::End)),
                Some('\\') => nodes.push(self.escape()?),
                _ => nodes.push(Node::Literal(c)),
            }
        }
        Ok(nodes)
    }

    /// What follows `{`: an interval, or None when the brace is an ordinary character.
    fn interval(&mut self) -> Result<Option<(u32, u32)>, ParseError> {
        let here = self.at;
        if self.next_is("}") {
            return Ok(None);
        }
        let low = self.digits(10, usize::MAX);
        let high = if self.accept(',') { self.digits(10, usize::MAX) } else { low.clone() };
        if !self.accept('}') {
            self.at = here;
            return Ok(None);
        }
        let number = |digits: &[u32], default| {
            if digits.is_empty() {
                return Ok(default);
            }
            digits
                .iter()
                .try_fold(0u32, |n, c| n.checked_mul(10)?.checked_add(digit(*c, 10)?))
                .filter(|n| *n < MAXREPEAT)
                .ok_or(ParseError::Overflow("the repetition number is too large"))
        };
        let (min, max) = (number(&low, 0)?, number(&high, MAXREPEAT)?);
        if max < min {
            return fail("bad repeat interval");
        }
        Ok(Some((min, max)))
    }

    fn repeat(&mut self, nodes: &mut Vec<Node>, min: u32, max: u32) -> Result<(), ParseError> {
        let item = match nodes.pop() {
            None | Some(Node::At(_)) => return fail("nothing to repeat"),
            Some(Node::Repeat { .. }) => return fail("multiple repeat"),
            Some(item) => item,
        };
        let greedy = !self.accept('?');
        nodes.push(Node::Repeat { min, max, greedy, body: vec![item] });
        Ok(())
    }

    /// `[…]`, after the bracket.
    fn set(&mut self) -> Result<Node, ParseError> {
        let negate = self.accept('^');
        let mut items: Vec<SetItem> = Vec::new();
        let end = || ParseError::Syntax("unexpected end of regular expression".to_owned());
        loop {
            let c = self.take().ok_or_else(end)?;
            if c == ch(']') && !items.is_empty() {
                break;
            }
            let first = if c == BACKSLASH { self.set_escape()? } else { SetItem::Literal(c) };
            if !self.accept('-') {
                items.push(first);
                continue;
            }
            let c = self.take().ok_or_else(end)?;
            if c == ch(']') {
                items.push(first);
                items.push(SetItem::Literal(ch('-')));
                break;
            }
            let last = if c == BACKSLASH { self.set_escape()? } else { SetItem::Literal(c) };
            match (first, last) {
                (SetItem::Literal(low), SetItem::Literal(high)) if low <= high => items.push(SetItem::Range(low, high)),
                _ => return fail("bad character range"),
            }
        }
        Ok(match (negate, items.as_slice()) {
            (false, [SetItem::Literal(c)]) => Node::Literal(*c),
            (true, [SetItem::Literal(c)]) => Node::NotLiteral(*c),
            _ => Node::In { negate, items },
        })
    }

    fn bogus<T>(&self, from: usize) -> Result<T, ParseError> {
        fail(format!("bogus escape: {}", self.shown(self.text.get(from..self.at).unwrap_or_default())))
    }

    fn hexadecimal(&mut self, from: usize) -> Result<u32, ParseError> {
        let digits = self.digits(16, 2);
        if digits.len() != 2 {
            return self.bogus(from);
        }
        Ok(digits.iter().filter_map(|c| digit(*c, 16)).fold(0, |n, d| n * 16 + d))
    }

    /// An escape within a set, after the backslash.
    fn set_escape(&mut self) -> Result<SetItem, ParseError> {
        let from = self.at - 1;
        let Some(c) = self.take() else { return fail("bogus escape (end of line)") };
        if let Some(plain) = simple_escape(c) {
            return Ok(SetItem::Literal(plain));
        }
        if let Some(category) = category(c) {
            return Ok(SetItem::Category(category));
        }
        if c == ch('x') {
            return Ok(SetItem::Literal(self.hexadecimal(from)?));
        }
        if let Some(first) = digit(c, 8) {
            let value = self.digits(8, 2).iter().filter_map(|c| digit(*c, 8)).fold(first, |n, d| n * 8 + d);
            return Ok(SetItem::Literal(value & 0xff));
        }
        if digit(c, 10).is_some() {
            return self.bogus(from);
        }
        Ok(SetItem::Literal(c))
    }

    /// An escape outside of sets, after the backslash.
    fn escape(&mut self) -> Result<Node, ParseError> {
        let from = self.at - 1;
        let Some(c) = self.take() else { return fail("bogus escape (end of line)") };
        match char::from_u32(c) {
            Some('A') => return Ok(Node::At(At::BeginningString)),
            Some('b') => return Ok(Node::At(At::Boundary)),
            Some('B') => return Ok(Node::At(At::NonBoundary)),
            Some('Z') => return Ok(Node::At(At::EndString)),
            _ => {}
        }
        if let Some(category) = category(c) {
            return Ok(Node::In { negate: false, items: vec![SetItem::Category(category)] });
        }
        if let Some(plain) = simple_escape(c) {
            return Ok(Node::Literal(plain));
        }
        if c == ch('x') {
            return Ok(Node::Literal(self.hexadecimal(from)?));
        }
        if c == ch('0') {
            let value = self.digits(8, 2).iter().filter_map(|c| digit(*c, 8)).fold(0, |n, d| n * 8 + d);
            return Ok(Node::Literal(value & 0xff));
        }
        let Some(first) = digit(c, 10) else { return Ok(Node::Literal(c)) };
        let mut group = first;
        if let Some(second) = self.peek().and_then(|c| digit(c, 10)) {
            self.at += 1;
            if let Some(third) = self.peek().and_then(|c| digit(c, 8)).filter(|_| first < 8 && second < 8) {
                self.at += 1;
                return Ok(Node::Literal((first * 64 + second * 8 + third) & 0xff));
            }
            group = first * 10 + second;
        }
        if group > self.groups {
            return self.bogus(from);
        }
        if self.open.contains(&group) {
            return fail("cannot refer to open group");
        }
        Ok(Node::GroupRef(group))
    }

    /// A name up to `end`.
    fn name(&mut self, end: char) -> Result<Vec<u32>, ParseError> {
        let mut name = Vec::new();
        loop {
            match self.take() {
                None => return fail("unterminated name"),
                Some(c) if c == ch(end) => break,
                Some(c) => name.push(c),
            }
        }
        if name.is_empty() {
            return fail("missing group name");
        }
        Ok(name)
    }

    fn group_named(&self, name: &[u32]) -> Result<u32, ParseError> {
        let text: String = name.iter().filter_map(|c| char::from_u32(*c)).collect();
        match self.names.get(&text) {
            Some(group) => Ok(*group),
            None => fail(format!("unknown group name: {}", self.shown(name))),
        }
    }

    /// `(…)`, after the parenthesis; None for comments and flags.
    fn parenthesis(&mut self) -> Result<Option<Node>, ParseError> {
        if !self.accept('?') {
            return self.group(None).map(Some);
        }
        if self.accept('P') {
            if self.accept('<') {
                let name = self.name('>')?;
                if !is_name(&name) {
                    return fail(format!("bad character in group name {}", self.shown(&name)));
                }
                return self.group(Some(name)).map(Some);
            }
            if self.accept('=') {
                let name = self.name(')')?;
                if !is_name(&name) {
                    return fail(format!("bad character in group name {}", self.shown(&name)));
                }
                return self.group_named(&name).map(|group| Some(Node::GroupRef(group)));
            }
            return match self.take().and_then(char::from_u32) {
                None => fail("unexpected end of pattern"),
                Some(c) => fail(format!("unknown specifier: ?P{c}")),
            };
        }
        if self.accept(':') {
            let body = self.alternatives()?;
            self.close()?;
            return Ok(Some(Node::Subpattern { group: None, body }));
        }
        if self.accept('#') {
            while self.peek().is_some_and(|c| c != ch(')')) {
                self.at += 1;
            }
            self.close()?;
            return Ok(None);
        }
        if self.next_is("=!<") {
            let behind = self.accept('<');
            if behind && !self.next_is("=!") {
                return fail("syntax error");
            }
            let negate = self.take() == Some(ch('!'));
            let body = self.alternatives()?;
            self.close()?;
            return Ok(Some(Node::Assert { ahead: !behind, negate, body }));
        }
        if self.accept('(') {
            return self.conditional().map(Some);
        }
        self.inline_flags().map(|()| None)
    }

    fn group(&mut self, name: Option<Vec<u32>>) -> Result<Node, ParseError> {
        self.groups += 1;
        let group = self.groups;
        if let Some(name) = name {
            let text: String = name.iter().filter_map(|c| char::from_u32(*c)).collect();
            if let Some(other) = self.names.insert(text, group) {
                let name = self.shown(&name);
                return fail(format!("redefinition of group name {name} as group {group}; was group {other}"));
            }
        }
        self.open.push(group);
        let body = self.alternatives()?;
        self.close()?;
        self.open.pop();
        Ok(Node::Subpattern { group: Some(group), body })
    }

    /// `(?(group)yes|no)`, after the second parenthesis.
    fn conditional(&mut self) -> Result<Node, ParseError> {
        let name = self.name(')')?;
        let group = if is_name(&name) {
            self.group_named(&name)?
        } else {
            let number = name.iter().try_fold(0u32, |n, c| n.checked_mul(10)?.checked_add(digit(*c, 10)?));
            match number {
                // The recording of a group that does not exist at all never matches; zero would be no group.
                Some(number @ 1..) => number,
                Some(0) => return fail("bad group number"),
                _ => return fail("bad character in group name"),
            }
        };
        let yes = self.sequence()?;
        let no = if self.accept('|') { Some(self.sequence()?) } else { None };
        if self.next_is("|") {
            return fail("conditional backref with more than two branches");
        }
        if self.peek().is_some_and(|c| c != ch(')')) {
            return fail("pattern not properly closed");
        }
        self.close()?;
        Ok(Node::Subpattern { group: None, body: vec![Node::GroupRefExists { group, yes, no }] })
    }

    /// `(?imsx)`, after the question mark.
    fn inline_flags(&mut self) -> Result<(), ParseError> {
        let flag = |c: u32| {
            Some(match char::from_u32(c)? {
                'i' => Flags::IGNORECASE,
                'L' => Flags::LOCALE,
                'm' => Flags::MULTILINE,
                's' => Flags::DOTALL,
                'u' => Flags::UNICODE,
                'x' => Flags::VERBOSE,
                't' => Flags::TEMPLATE,
                _ => return None,
            })
        };
        if self.peek().and_then(flag).is_none() {
            return fail("unexpected end of pattern");
        }
        while let Some(found) = self.peek().and_then(flag) {
            self.flags |= found;
            self.at += 1;
        }
        match self.take() {
            None => fail("unexpected end of pattern"),
            Some(c) if c == ch(')') => Ok(()),
            Some(_) => fail("unknown extension"),
        }
    }
}
