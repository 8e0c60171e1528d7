//! Regular expression nodes to the codes of the machine's matching engine.

use rustpython_sre_engine::string::{lower_ascii, lower_unicode};
use rustpython_sre_engine::{SreAtCode, SreCatCode, SreInfo, SreOpcode};

use super::parse::{At, Category, Flags, MAXREPEAT, Node, ParseError, Parsed, SetItem};

/// Small letters that have their capital in common (`i` and the dotless one, `s` and the long one …).
static SAME_CAPITAL: &[&[u32]] = &[
    &[0x69, 0x131],
    &[0x73, 0x17f],
    &[0xb5, 0x3bc],
    &[0x345, 0x3b9, 0x1fbe],
    &[0x390, 0x1fd3],
    &[0x3b0, 0x1fe3],
    &[0x3b2, 0x3d0],
    &[0x3b5, 0x3f5],
    &[0x3b8, 0x3d1],
    &[0x3ba, 0x3f0],
    &[0x3c0, 0x3d6],
    &[0x3c1, 0x3f1],
    &[0x3c2, 0x3c3],
    &[0x3c6, 0x3d5],
    &[0x1e61, 0x1e9b],
    &[0xfb05, 0xfb06],
];

/// Compiles a parsed pattern.
pub fn compile(parsed: &Parsed) -> Result<Vec<u32>, ParseError> {
    let mut compiler = Compiler { codes: Vec::new(), flags: parsed.flags };
    compiler.info(&parsed.nodes);
    compiler.nodes(&parsed.nodes)?;
    compiler.op(SreOpcode::SUCCESS);
    Ok(compiler.codes)
}

/// Smallest and largest number of characters that nodes can match.
fn width(nodes: &[Node]) -> (u32, u32) {
    nodes.iter().fold((0, 0), |(low, high): (u32, u32), node| {
        let (l, h) = node_width(node);
        (low.saturating_add(l), high.saturating_add(h))
    })
}

fn node_width(node: &Node) -> (u32, u32) {
    match node {
        Node::Literal(_) | Node::NotLiteral(_) | Node::Any | Node::In { .. } => (1, 1),
        Node::Branch(branches) => branches
            .iter()
            .map(|branch| width(branch))
            .reduce(|(l, h), (low, high)| (l.min(low), h.max(high)))
            .unwrap_or((0, 0)),
        Node::Subpattern { body, .. } => width(body),
        Node::Repeat { min, max, body, .. } => {
            let (low, high) = width(body);
            (low.saturating_mul(*min), high.saturating_mul(*max))
        }
        Node::Assert { .. } | Node::At(_) => (0, 0),
        Node::GroupRef(_) => (0, MAXREPEAT),
        Node::GroupRefExists { yes, no, .. } => {
            let (low, high) = width(yes);
            let (l, h) = no.as_deref().map_or((0, 0), width);
            (low.min(l), high.max(h))
        }
    }
}

struct Compiler {
    codes: Vec<u32>,
    flags: Flags,
}

impl Compiler {
    fn op(&mut self, op: SreOpcode) {
        self.codes.push(op as u32);
    }

    /// Leaves room for a distance; [`Self::land`] fills it in.
    fn skip(&mut self) -> usize {
        self.codes.push(0);
        self.codes.len() - 1
    }

    fn land(&mut self, skip: usize) {
        self.codes[skip] = (self.codes.len() - skip) as u32;
    }

    fn ignores_case(&self) -> bool {
        self.flags.contains(Flags::IGNORECASE)
    }

    fn unicode(&self) -> bool {
        self.flags.contains(Flags::UNICODE)
    }

    fn lower(&self, c: u32) -> u32 {
        if self.unicode() { lower_unicode(c) } else { lower_ascii(c) }
    }

    /// The small letters that count as the same as this one, itself among them, where the case is ignored.
    fn siblings(&self, c: u32) -> Option<&'static [u32]> {
        if !self.ignores_case() || !self.unicode() {
            return None;
        }
        let lower = self.lower(c);
        SAME_CAPITAL.iter().copied().find(|letters| letters.contains(&lower))
    }

    /// One of three codes: plain, ignoring the case of ASCII letters, ignoring case.
    fn cased(&mut self, plain: SreOpcode, ascii: SreOpcode, unicode: SreOpcode) {
        self.op(match (self.ignores_case(), self.unicode()) {
            (false, _) => plain,
            (true, false) => ascii,
            (true, true) => unicode,
        });
    }

    /// The head that lets a search skip quickly: least width, and the literal that every match starts with.
    fn info(&mut self, nodes: &[Node]) {
        let (low, high) = width(nodes);
        let mut prefix = Vec::new();
        let mut whole = true;
        if !self.ignores_case() {
            for node in nodes {
                match node {
                    Node::Literal(c) => prefix.push(*c),
                    _ => {
                        whole = false;
                        break;
                    }
                }
            }
        }
        if low == 0 && prefix.is_empty() {
            return;
        }
        self.op(SreOpcode::INFO);
        let skip = self.skip();
        let mut mask = SreInfo::empty();
        if !prefix.is_empty() {
            mask |= SreInfo::PREFIX;
            if whole {
                mask |= SreInfo::LITERAL;
            }
        }
        self.codes.extend([mask.bits(), low, high]);
        if !prefix.is_empty() {
            let length = prefix.len() as u32;
            self.codes.extend([length, length]);
            self.codes.extend(&prefix);
            self.codes.extend(overlap(&prefix));
        }
        self.land(skip);
    }

    fn nodes(&mut self, nodes: &[Node]) -> Result<(), ParseError> {
        nodes.iter().try_for_each(|node| self.node(node))
    }

    fn node(&mut self, node: &Node) -> Result<(), ParseError> {
        match node {
            Node::Literal(c) | Node::NotLiteral(c) if self.siblings(*c).is_some() => {
                self.op(SreOpcode::IN_UNI_IGNORE);
                let skip = self.skip();
                self.set(matches!(node, Node::NotLiteral(_)), &[SetItem::Literal(*c)]);
                self.land(skip);
            }
            Node::Literal(c) => {
                self.cased(SreOpcode::LITERAL, SreOpcode::LITERAL_IGNORE, SreOpcode::LITERAL_UNI_IGNORE);
                let c = if self.ignores_case() { self.lower(*c) } else { *c };
                self.codes.push(c);
            }
            Node::NotLiteral(c) => {
                self.cased(SreOpcode::NOT_LITERAL, SreOpcode::NOT_LITERAL_IGNORE, SreOpcode::NOT_LITERAL_UNI_IGNORE);
                let c = if self.ignores_case() { self.lower(*c) } else { *c };
                self.codes.push(c);
            }
            Node::Any => {
                let all = self.flags.contains(Flags::DOTALL);
                self.op(if all { SreOpcode::ANY_ALL } else { SreOpcode::ANY });
            }
            Node::In { negate, items } => {
                self.cased(SreOpcode::IN, SreOpcode::IN_IGNORE, SreOpcode::IN_UNI_IGNORE);
                let skip = self.skip();
                self.set(*negate, items);
                self.land(skip);
            }
            Node::Branch(branches) => {
                self.op(SreOpcode::BRANCH);
                let mut tails = Vec::new();
                for branch in branches {
                    let skip = self.skip();
                    self.nodes(branch)?;
                    self.op(SreOpcode::JUMP);
                    tails.push(self.skip());
                    self.land(skip);
                }
                self.op(SreOpcode::FAILURE);
                for tail in tails {
                    self.land(tail);
                }
            }
            Node::Subpattern { group, body } => {
                if let Some(group) = group {
                    self.op(SreOpcode::MARK);
                    self.codes.push((group - 1) * 2);
                }
                self.nodes(body)?;
                if let Some(group) = group {
                    self.op(SreOpcode::MARK);
                    self.codes.push((group - 1) * 2 + 1);
                }
            }
            Node::Repeat { min, max, greedy, body } => self.repeat(*min, *max, *greedy, body)?,
            Node::Assert { ahead, negate, body } => {
                self.op(if *negate { SreOpcode::ASSERT_NOT } else { SreOpcode::ASSERT });
                let skip = self.skip();
                let (low, high) = width(body);
                if !ahead && low != high {
                    return Err(ParseError::Syntax("look-behind requires fixed-width pattern".to_owned()));
                }
                self.codes.push(if *ahead { 0 } else { low });
                self.nodes(body)?;
                self.op(SreOpcode::SUCCESS);
                self.land(skip);
            }
            Node::At(at) => {
                self.op(SreOpcode::AT);
                let multiline = self.flags.contains(Flags::MULTILINE);
                let code = match (at, self.unicode()) {
                    (At::Beginning, _) if multiline => SreAtCode::BEGINNING_LINE,
                    (At::Beginning, _) => SreAtCode::BEGINNING,
                    (At::End, _) if multiline => SreAtCode::END_LINE,
                    (At::End, _) => SreAtCode::END,
                    (At::BeginningString, _) => SreAtCode::BEGINNING_STRING,
                    (At::EndString, _) => SreAtCode::END_STRING,
                    (At::Boundary, false) => SreAtCode::BOUNDARY,
                    (At::Boundary, true) => SreAtCode::UNI_BOUNDARY,
                    (At::NonBoundary, false) => SreAtCode::NON_BOUNDARY,
                    (At::NonBoundary, true) => SreAtCode::UNI_NON_BOUNDARY,
                };
                self.codes.push(code as u32);
            }
            Node::GroupRef(group) => {
                self.cased(SreOpcode::GROUPREF, SreOpcode::GROUPREF_IGNORE, SreOpcode::GROUPREF_UNI_IGNORE);
                self.codes.push(group - 1);
            }
            Node::GroupRefExists { group, yes, no } => {
                self.op(SreOpcode::GROUPREF_EXISTS);
                self.codes.push(group - 1);
                let to_no = self.skip();
                self.nodes(yes)?;
                match no {
                    None => self.codes[to_no] = (self.codes.len() - to_no + 1) as u32,
                    Some(no) => {
                        self.op(SreOpcode::JUMP);
                        let to_end = self.skip();
                        self.codes[to_no] = (self.codes.len() - to_no + 1) as u32;
                        self.nodes(no)?;
                        self.land(to_end);
                    }
                }
            }
        }
        Ok(())
    }

    fn repeat(&mut self, min: u32, max: u32, greedy: bool, body: &[Node]) -> Result<(), ParseError> {
        // A single character that sets no group runs in the engine's tight loop.
        let simple = matches!(body, [Node::Literal(_) | Node::NotLiteral(_) | Node::Any | Node::In { .. }]);
        self.op(match (simple, greedy) {
            (true, true) => SreOpcode::REPEAT_ONE,
            (true, false) => SreOpcode::MIN_REPEAT_ONE,
            (false, _) => SreOpcode::REPEAT,
        });
        let skip = self.skip();
        self.codes.extend([min, max]);
        self.nodes(body)?;
        if simple {
            self.op(SreOpcode::SUCCESS);
            self.land(skip);
        } else {
            self.land(skip);
            self.op(if greedy { SreOpcode::MAX_UNTIL } else { SreOpcode::MIN_UNTIL });
        }
        Ok(())
    }

    /// The inside of a set, up to its FAILURE.
    fn set(&mut self, negate: bool, items: &[SetItem]) {
        if negate {
            self.op(SreOpcode::NEGATE);
        }
        let mut ranges = Vec::new();
        for item in items {
            match item {
                SetItem::Literal(c) => ranges.push((*c, *c)),
                SetItem::Range(low, high) => ranges.push((*low, *high)),
                SetItem::Category(category) => {
                    self.op(SreOpcode::CATEGORY);
                    let code = category_code(*category, self.unicode());
                    self.codes.push(code as u32);
                }
            }
        }
        if self.ignores_case() && self.unicode() {
            // The engine compares these ranges with the lower and the upper form of a character.
            for (low, high) in ranges {
                if low == high {
                    let lower = self.lower(low);
                    for &c in self.siblings(low).unwrap_or(&[lower]) {
                        self.op(SreOpcode::LITERAL);
                        self.codes.push(c);
                    }
                } else {
                    self.op(SreOpcode::RANGE_UNI_IGNORE);
                    self.codes.extend([low, high]);
                }
            }
        } else {
            if self.ignores_case() {
                ranges = ranges.into_iter().flat_map(|(low, high)| lowered(low, high)).collect();
            }
            self.ranges(ranges);
        }
        self.op(SreOpcode::FAILURE);
    }

    /// Ranges as literals and ranges, or as a bitmap when several lie below 256.
    fn ranges(&mut self, ranges: Vec<(u32, u32)>) {
        let (small, large): (Vec<_>, Vec<_>) = ranges.into_iter().partition(|(_, high)| *high < 256);
        if small.len() > 2 {
            let mut bitmap = [0u32; 8];
            for (low, high) in small {
                for c in low..=high {
                    bitmap[c as usize / 32] |= 1 << (c % 32);
                }
            }
            self.op(SreOpcode::CHARSET);
            self.codes.extend(bitmap);
        } else {
            self.plain_ranges(&small);
        }
        self.plain_ranges(&large);
    }

    fn plain_ranges(&mut self, ranges: &[(u32, u32)]) {
        for (low, high) in ranges {
            if low == high {
                self.op(SreOpcode::LITERAL);
                self.codes.push(*low);
            } else {
                self.op(SreOpcode::RANGE);
                self.codes.extend([*low, *high]);
            }
        }
    }
}

/// A range with its ASCII capitals as small letters: without the UNICODE flag only those have a case.
fn lowered(low: u32, high: u32) -> Vec<(u32, u32)> {
    let (a, z) = ('A' as u32, 'Z' as u32);
    let mut ranges = vec![(low, high)];
    let (first, last) = (low.max(a), high.min(z));
    if first <= last {
        ranges.push((first + 32, last + 32));
    }
    ranges
}

fn category_code(category: Category, unicode: bool) -> SreCatCode {
    match (category, unicode) {
        (Category::Digit, false) => SreCatCode::DIGIT,
        (Category::Digit, true) => SreCatCode::UNI_DIGIT,
        (Category::NotDigit, false) => SreCatCode::NOT_DIGIT,
        (Category::NotDigit, true) => SreCatCode::UNI_NOT_DIGIT,
        (Category::Space, false) => SreCatCode::SPACE,
        (Category::Space, true) => SreCatCode::UNI_SPACE,
        (Category::NotSpace, false) => SreCatCode::NOT_SPACE,
        (Category::NotSpace, true) => SreCatCode::UNI_NOT_SPACE,
        (Category::Word, false) => SreCatCode::WORD,
        (Category::Word, true) => SreCatCode::UNI_WORD,
        (Category::NotWord, false) => SreCatCode::NOT_WORD,
        (Category::NotWord, true) => SreCatCode::UNI_NOT_WORD,
    }
}

/// For each position of a literal, how much of it remains matched when the next character differs.
fn overlap(prefix: &[u32]) -> Vec<u32> {
    let mut table = vec![0u32; prefix.len()];
    for i in 1..prefix.len() {
        let mut index = table[i - 1] as usize;
        while prefix[i] != prefix[index] {
            if index == 0 {
                table[i] = 0;
                break;
            }
            index = table[index - 1] as usize;
        }
        if prefix[i] == prefix[index] {
            table[i] = index as u32 + 1;
        }
    }
    table
}
