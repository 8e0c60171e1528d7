//! The serialisation of packed values, "cereal1" (`spec/messaging-services.md` §1), as a graph of plain nodes.
//! Turning Python objects into a graph and back is `pack`'s part.

use base64::Engine;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::{GeneralPurposeConfig, STANDARD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stays as it is when a packed value is percent-encoded.
const QUOTED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'.').remove(b'-').remove(b'/');

/// A value written in place, or the number of a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Ref {
    None,
    Bool(bool),
    /// Decimal digits.
    Int(String),
    /// Decimal digits, without the `L`.
    Long(String),
    /// As Python's `repr` writes it.
    Float(String),
    Complex(String),
    Bytes(Vec<u8>),
    /// UTF-8 (surrogates encoded like other characters).
    Text(Vec<u8>),
    Node(usize),
}

/// An object that can be referred to more than once.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    List(Vec<Ref>),
    Set(Vec<Ref>),
    /// Key and value of each entry.
    Dict(Vec<(Ref, Ref)>),
    Tuple(Vec<Ref>),
    FrozenSet(Vec<Ref>),
    /// The ten state bytes of a naive `datetime`.
    DateTime([u8; 10]),
    /// Dotted class path and the attributes.
    Instance {
        class: String,
        state: Ref,
    },
}

/// A packed value: nodes, and the root.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub root: Ref,
}

/// Text that is no packed value.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CerealError {
    #[error("the packed value does not start with \"cereal1\"")]
    Header,
    #[error("the packed value is not Base64")]
    Base64,
    #[error("the packed value ends early")]
    End,
    #[error("the packed value has a wrong number at byte {0}")]
    Number(usize),
    #[error("the packed value has an unknown reference at byte {0}")]
    Reference(usize),
    #[error("the packed value refers to object {0}, which it does not have")]
    Missing(usize),
}

/// Base64 that tolerates missing padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
);

/// Base64 whose special characters are safe in URLs: `/`→`@`, `+`→`*`, `=`→`_`.
pub fn safe_encode(bytes: &[u8]) -> String {
    STANDARD
        .encode(bytes)
        .chars()
        .map(|c| match c {
            '/' => '@',
            '+' => '*',
            '=' => '_',
            c => c,
        })
        .collect()
}

/// Undoes [`safe_encode`]; missing or surplus padding does not matter.
pub fn safe_decode(text: &[u8]) -> Result<Vec<u8>, CerealError> {
    let plain: Vec<u8> = text
        .iter()
        .filter(|c| !c.is_ascii_whitespace())
        .map(|c| match c {
            b'@' => b'/',
            b'*' => b'+',
            b'_' => b'=',
            c => *c,
        })
        .collect();
    let end = plain.iter().rposition(|c| *c != b'=').map_or(0, |i| i + 1);
    LENIENT.decode(plain.get(..end).unwrap_or_default()).map_err(|_| CerealError::Base64)
}

/// A graph as it is put into URLs and answers.
pub fn pack(graph: &Graph) -> String {
    utf8_percent_encode(&safe_encode(&encode(graph)), QUOTED).to_string()
}

/// Undoes [`pack`].
pub fn unpack(text: &str) -> Result<Graph, CerealError> {
    let plain: Vec<u8> = percent_decode_str(text).collect();
    decode(&safe_decode(&plain)?)
}

// ---- writing ---------------------------------------------------------------------------------------------------

/// The order in which nodes are written: lists, dicts, sets and dates as they are discovered, then instances,
/// then tuples and frozensets by nesting depth, inner first.
fn order(graph: &Graph) -> Vec<usize> {
    let mut found = Vec::new();
    let mut seen = vec![false; graph.nodes.len()];
    let mut waiting = Vec::new();
    let visit = |reference: &Ref, waiting: &mut Vec<usize>| {
        if let Ref::Node(index) = reference {
            waiting.push(*index);
        }
    };
    visit(&graph.root, &mut waiting);
    while let Some(index) = waiting.pop() {
        let Some(node) = graph.nodes.get(index) else { continue };
        match seen.get_mut(index) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        found.push(index);
        let mut children = Vec::new();
        match node {
            Node::List(items) | Node::Set(items) | Node::Tuple(items) | Node::FrozenSet(items) => {
                items.iter().for_each(|item| visit(item, &mut children));
            }
            Node::Dict(entries) => {
                entries.iter().for_each(|(key, _)| visit(key, &mut children));
                entries.iter().for_each(|(_, value)| visit(value, &mut children));
            }
            Node::Instance { state, .. } => visit(state, &mut children),
            Node::DateTime(_) => {}
        }
        waiting.extend(children.into_iter().rev());
    }
    let mut depths = vec![None; graph.nodes.len()];
    for index in &found {
        depth(graph, *index, &mut depths, 0);
    }
    let rank = |index: &usize| match graph.nodes.get(*index) {
        Some(Node::Instance { .. }) => 1,
        Some(Node::Tuple(_) | Node::FrozenSet(_)) => 2 + depths.get(*index).copied().flatten().unwrap_or(0),
        _ => 0,
    };
    found.sort_by_key(rank);
    found
}

/// How deep tuples and frozensets are nested inside the one at `index`.
fn depth(graph: &Graph, index: usize, depths: &mut Vec<Option<usize>>, level: usize) -> usize {
    if let Some(known) = depths.get(index).copied().flatten() {
        return known;
    }
    let (Some(Node::Tuple(items) | Node::FrozenSet(items)), true) = (graph.nodes.get(index), level < 1000) else {
        return 0;
    };
    let inner = items
        .iter()
        .filter_map(|item| match item {
            Ref::Node(child) if matches!(graph.nodes.get(*child), Some(Node::Tuple(_) | Node::FrozenSet(_))) => {
                Some(depth(graph, *child, depths, level + 1) + 1)
            }
            _ => None,
        })
        .max()
        .unwrap_or(0);
    if let Some(slot) = depths.get_mut(index) {
        *slot = Some(inner);
    }
    inner
}

/// Writes a graph.
pub fn encode(graph: &Graph) -> Vec<u8> {
    let order = order(graph);
    let mut numbers = vec![0; graph.nodes.len()];
    for (number, index) in order.iter().enumerate() {
        if let Some(slot) = numbers.get_mut(*index) {
            *slot = number;
        }
    }
    let mut out = format!("cereal1\n{}\n", order.len()).into_bytes();
    for node in order.iter().filter_map(|index| graph.nodes.get(*index)) {
        match node {
            Node::List(_) => out.extend(b"list\n"),
            Node::Set(_) => out.extend(b"set\n"),
            Node::Dict(_) => out.extend(b"dict\n"),
            Node::Tuple(items) => write_items(&mut out, "tuple\n", items, &numbers),
            Node::FrozenSet(items) => write_items(&mut out, "frozenset\n", items, &numbers),
            Node::DateTime(state) => {
                out.extend(b"datetime\n");
                escape(&mut out, state);
                out.push(b'\n');
            }
            Node::Instance { class, .. } => out.extend(format!("{class}\n").bytes()),
        }
    }
    for node in order.iter().filter_map(|index| graph.nodes.get(*index)) {
        match node {
            Node::List(items) | Node::Set(items) => write_items(&mut out, "", items, &numbers),
            Node::Dict(entries) => {
                out.extend(format!("{}\n", entries.len()).bytes());
                for (key, value) in entries {
                    write_ref(&mut out, value, &numbers);
                    write_ref(&mut out, key, &numbers);
                }
            }
            Node::Instance { state, .. } => write_ref(&mut out, state, &numbers),
            Node::Tuple(_) | Node::FrozenSet(_) | Node::DateTime(_) => {}
        }
    }
    write_ref(&mut out, &graph.root, &numbers);
    out
}

fn write_items(out: &mut Vec<u8>, head: &str, items: &[Ref], numbers: &[usize]) {
    out.extend(format!("{head}{}\n", items.len()).bytes());
    items.iter().for_each(|item| write_ref(out, item, numbers));
}

fn write_ref(out: &mut Vec<u8>, reference: &Ref, numbers: &[usize]) {
    match reference {
        Ref::None => out.push(b'n'),
        Ref::Bool(value) => out.extend(if *value { b"b1" } else { b"b0" }),
        Ref::Int(digits) => out.extend(format!("i{digits}\n").bytes()),
        Ref::Long(digits) => out.extend(format!("l{digits}L\n").bytes()),
        Ref::Float(text) => out.extend(format!("f{text}\n").bytes()),
        Ref::Complex(text) => out.extend(format!("c{text}\n").bytes()),
        Ref::Bytes(bytes) => {
            out.extend(format!("s{}\n", bytes.len()).bytes());
            out.extend(bytes);
        }
        Ref::Text(bytes) => {
            out.extend(format!("u{}\n", bytes.len()).bytes());
            out.extend(bytes);
        }
        Ref::Node(index) => out.extend(format!("r{}\n", numbers.get(*index).copied().unwrap_or(0)).bytes()),
    }
}

/// Python 2's `string-escape`.
fn escape(out: &mut Vec<u8>, bytes: &[u8]) {
    for byte in bytes {
        match byte {
            b'\\' | b'\'' => out.extend([b'\\', *byte]),
            b'\n' => out.extend(b"\\n"),
            b'\t' => out.extend(b"\\t"),
            b'\r' => out.extend(b"\\r"),
            0x20..=0x7e => out.push(*byte),
            _ => out.extend(format!("\\x{byte:02x}").bytes()),
        }
    }
}

// ---- reading ---------------------------------------------------------------------------------------------------

struct Reader<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn line(&mut self) -> Result<&'a [u8], CerealError> {
        let rest = self.data.get(self.at..).ok_or(CerealError::End)?;
        let end = rest.iter().position(|c| *c == b'\n').ok_or(CerealError::End)?;
        self.at += end + 1;
        rest.get(..end).ok_or(CerealError::End)
    }

    fn text(&mut self) -> Result<String, CerealError> {
        let at = self.at;
        String::from_utf8(self.line()?.to_vec()).map_err(|_| CerealError::Number(at))
    }

    fn count(&mut self) -> Result<usize, CerealError> {
        let at = self.at;
        let count: usize = self.text()?.trim().parse().map_err(|_| CerealError::Number(at))?;
        // Each counted thing takes at least one byte: a larger count is nonsense and must not reserve memory.
        if count > self.data.len() { Err(CerealError::Number(at)) } else { Ok(count) }
    }

    fn byte(&mut self) -> Result<u8, CerealError> {
        let byte = self.data.get(self.at).copied().ok_or(CerealError::End)?;
        self.at += 1;
        Ok(byte)
    }

    fn bytes(&mut self) -> Result<Vec<u8>, CerealError> {
        let count = self.count()?;
        let bytes = self.data.get(self.at..self.at + count).ok_or(CerealError::End)?;
        self.at += count;
        Ok(bytes.to_vec())
    }

    fn reference(&mut self, nodes: usize) -> Result<Ref, CerealError> {
        let at = self.at;
        let number = |digits: String| {
            let plain = digits.strip_prefix('-').unwrap_or(&digits);
            let good = !plain.is_empty() && plain.bytes().all(|c| c.is_ascii_digit());
            if good { Ok(digits) } else { Err(CerealError::Number(at)) }
        };
        Ok(match self.byte()? {
            b'n' => Ref::None,
            b'b' => Ref::Bool(self.byte()? == b'1'),
            b'i' => Ref::Int(number(self.text()?)?),
            b'l' => Ref::Long(number(self.text()?.trim_end_matches('L').to_owned())?),
            b'f' => Ref::Float(self.text()?),
            b'c' => Ref::Complex(self.text()?),
            b's' => Ref::Bytes(self.bytes()?),
            b'u' => Ref::Text(self.bytes()?),
            b'r' => {
                let index: usize = self.text()?.trim().parse().map_err(|_| CerealError::Number(at))?;
                if index >= nodes {
                    return Err(CerealError::Missing(index));
                }
                Ref::Node(index)
            }
            _ => return Err(CerealError::Reference(at)),
        })
    }

    fn items(&mut self, nodes: usize) -> Result<Vec<Ref>, CerealError> {
        let count = self.count()?;
        (0..count).map(|_| self.reference(nodes)).collect()
    }
}

/// Undoes [`escape`].
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.iter().copied();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match rest.next() {
            Some(b'n') => out.push(b'\n'),
            Some(b't') => out.push(b'\t'),
            Some(b'r') => out.push(b'\r'),
            Some(b'x') => {
                let digit = |d: Option<u8>| d.and_then(|d| char::from(d).to_digit(16)).unwrap_or(0);
                let (high, low) = (digit(rest.next()), digit(rest.next()));
                out.push(u8::try_from(high * 16 + low).unwrap_or(0));
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

/// Reads what [`encode`] wrote, in any order of objects.
pub fn decode(data: &[u8]) -> Result<Graph, CerealError> {
    let mut reader = Reader { data, at: 0 };
    if reader.line()? != b"cereal1" {
        return Err(CerealError::Header);
    }
    let count = reader.count()?;
    let mut nodes = Vec::new();
    for _ in 0..count {
        nodes.push(match reader.line()? {
            b"list" => Node::List(Vec::new()),
            b"set" => Node::Set(Vec::new()),
            b"dict" => Node::Dict(Vec::new()),
            b"tuple" => Node::Tuple(reader.items(count)?),
            b"frozenset" => Node::FrozenSet(reader.items(count)?),
            b"datetime" => {
                let at = reader.at;
                let state = unescape(reader.line()?);
                Node::DateTime(state.try_into().map_err(|_| CerealError::Number(at))?)
            }
            class => Node::Instance { class: String::from_utf8_lossy(class).into_owned(), state: Ref::None },
        });
    }
    for node in &mut nodes {
        match node {
            Node::List(items) | Node::Set(items) => *items = reader.items(count)?,
            Node::Dict(entries) => {
                for _ in 0..reader.count()? {
                    let value = reader.reference(count)?;
                    entries.push((reader.reference(count)?, value));
                }
            }
            Node::Instance { state, .. } => *state = reader.reference(count)?,
            Node::Tuple(_) | Node::FrozenSet(_) | Node::DateTime(_) => {}
        }
    }
    let root = reader.reference(count)?;
    Ok(Graph { nodes, root })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(value: i64) -> Ref {
        Ref::Int(value.to_string())
    }

    fn text(value: &str) -> Ref {
        Ref::Bytes(value.as_bytes().to_vec())
    }

    fn check(nodes: Vec<Node>, root: Ref, written: &str) {
        let graph = Graph { nodes, root };
        let bytes = encode(&graph);
        assert_eq!(String::from_utf8_lossy(&bytes), written);
        let read = decode(&bytes).unwrap();
        assert_eq!(encode(&read), bytes);
        assert_eq!(unpack(&pack(&graph)).map(|g| encode(&g)), Ok(bytes));
    }

    #[test]
    fn the_vectors_of_the_specification() {
        check(vec![Node::List(vec![])], Ref::Node(0), "cereal1\n1\nlist\n0\nr0\n");
        check(vec![Node::Tuple(vec![])], Ref::Node(0), "cereal1\n1\ntuple\n0\nr0\n");
        check(vec![], Ref::None, "cereal1\n0\nn");
        check(vec![], Ref::Bool(true), "cereal1\n0\nb1");
        check(vec![], Ref::Float("1.5".to_owned()), "cereal1\n0\nf1.5\n");
        check(vec![], Ref::Text("é".as_bytes().to_vec()), "cereal1\n0\nu2\né");
        check(
            vec![Node::List(vec![int(1), text("a"), Ref::Node(1)]), Node::List(vec![int(2)])],
            Ref::Node(0),
            "cereal1\n2\nlist\nlist\n3\ni1\ns1\nar1\n1\ni2\nr0\n",
        );
        check(
            vec![Node::Tuple(vec![Ref::Node(1), int(2)]), Node::Tuple(vec![int(1)])],
            Ref::Node(0),
            "cereal1\n2\ntuple\n1\ni1\ntuple\n2\nr0\ni2\nr1\n",
        );
        check(
            vec![
                Node::Dict(vec![(text("k"), Ref::Node(1))]),
                Node::Tuple(vec![int(1), Ref::Node(2)]),
                Node::List(vec![int(2)]),
            ],
            Ref::Node(0),
            "cereal1\n3\ndict\nlist\ntuple\n2\ni1\nr1\n1\nr2\ns1\nk1\ni2\nr0\n",
        );
        check(
            vec![Node::DateTime([7, 0xe4, 1, 2, 3, 4, 5, 0, 0, 0])],
            Ref::Node(0),
            "cereal1\n1\ndatetime\n\\x07\\xe4\\x01\\x02\\x03\\x04\\x05\\x00\\x00\\x00\nr0\n",
        );
    }

    #[test]
    fn packed_text() {
        let empty = Graph { nodes: vec![Node::Dict(vec![])], root: Ref::Node(0) };
        assert_eq!(pack(&empty), "Y2VyZWFsMQoxCmRpY3QKMApyMAo_");
        assert_eq!(unpack("Y2VyZWFsMQoxCmRpY3QKMApyMAo"), Ok(empty));
        assert_eq!(safe_encode(b"_BundleService:AllServices"), "X0J1bmRsZVNlcnZpY2U6QWxsU2VydmljZXM_");
    }

    #[test]
    fn nonsense_is_an_error() {
        assert_eq!(decode(b"cereal2\n0\nn"), Err(CerealError::Header));
        assert_eq!(decode(b"cereal1\n99999999999\n"), Err(CerealError::Number(8)));
        assert_eq!(decode(b"cereal1\n1\nlist\n1\nr5\nr0\n"), Err(CerealError::Missing(5)));
        assert!(decode(b"cereal1\n1\nlist\n3\n").is_err());
        assert!(unpack("broken!").is_err());
    }
}
