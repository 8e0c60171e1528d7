//! The small path language of `find`, `findall`, `findtext` and `iterfind`.

use super::tree::{NodeId, Tree};

/// Why a path is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    #[error("cannot use absolute path on element")]
    Absolute,
    #[error("empty path expression")]
    Empty,
    #[error("invalid descendant")]
    Descendant,
    #[error("invalid predicate")]
    Predicate,
    #[error("invalid path")]
    Path,
    #[error("prefix '{0}' not found in prefix map")]
    Prefix(String),
    #[error("XPath offset from last() must be positive")]
    Offset,
}

/// A name to compare with: `*`, `{*}local`, `{uri}*` or `{uri}local`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameTest {
    Any,
    AnyNamespace(String),
    Namespace(String),
    Name(String, String),
}

impl NameTest {
    /// From the `{uri}local` form.
    pub fn new(tag: &str) -> NameTest {
        match tag.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            Some(("*", "*")) => NameTest::Any,
            Some(("*", local)) => NameTest::AnyNamespace(local.to_owned()),
            Some((uri, "*")) => NameTest::Namespace(uri.to_owned()),
            Some((uri, local)) => NameTest::Name(uri.to_owned(), local.to_owned()),
            None if tag == "*" => NameTest::Any,
            None => NameTest::Name(String::new(), tag.to_owned()),
        }
    }

    /// Whether an element (no comment, no instruction) has such a name.
    pub fn matches(&self, tree: &Tree, id: NodeId) -> bool {
        if !tree.is_element(id) {
            return false;
        }
        let name = tree.node(id).name;
        match self {
            NameTest::Any => true,
            NameTest::AnyNamespace(local) => tree.atom_text(name.local) == local,
            NameTest::Namespace(uri) => tree.atom_text(name.uri) == uri,
            NameTest::Name(uri, local) => tree.atom_text(name.local) == local && tree.atom_text(name.uri) == uri,
        }
    }
}

#[derive(Debug)]
enum Step {
    Child(NameTest),
    Descendant(NameTest),
    Itself,
    Parent,
    HasAttribute(String),
    AttributeIs(String, String, bool),
    HasChild(NameTest),
    ChildIs(Option<NameTest>, String, bool),
    /// Counted from the front, or from the back.
    Index(i64),
}

/// A compiled path.
#[derive(Debug)]
pub struct ElementPath {
    steps: Vec<Step>,
}

/// A token: an operator, or a name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Operator(&'static str),
    Quoted(String),
    Name(String),
}

const OPERATORS: [&str; 14] = ["::", "//", "/", "..", "()", "!=", ".", "*", ":", "[", "]", "(", ")", "="];

fn tokens(path: &str, namespaces: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Token>, PathError> {
    let mut found = Vec::new();
    let mut rest = path;
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() {
            rest = rest.trim_start();
            continue;
        }
        if (first == '\'' || first == '"')
            && let Some(end) = rest.get(1..).and_then(|r| r.find(first))
        {
            found.push(Token::Quoted(rest.get(1..=end).unwrap_or("").to_owned()));
            rest = rest.get(end + 2..).unwrap_or("");
            continue;
        }
        if first == '@' {
            found.push(Token::Operator("@"));
            rest = rest.get(1..).unwrap_or("");
            continue;
        }
        if let Some(operator) = OPERATORS.iter().find(|o| rest.starts_with(**o)) {
            found.push(Token::Operator(operator));
            rest = rest.get(operator.len()..).unwrap_or("");
            continue;
        }
        let head = if first == '{' { rest.find('}').map_or(0, |at| at + 1) } else { 0 };
        let tail = rest.get(head..).unwrap_or("");
        let end = head
            + tail
                .find(|c: char| c.is_whitespace() || matches!(c, '/' | '[' | ']' | '(' | ')' | '@' | '!' | '='))
                .unwrap_or(tail.len());
        let end = if end == 0 { first.len_utf8() } else { end };
        let name = rest.get(..end).unwrap_or("");
        rest = rest.get(end..).unwrap_or("");
        let name = match name.split_once(':') {
            Some((prefix, local)) if !name.starts_with('{') => match namespaces(prefix) {
                Some(uri) => format!("{{{uri}}}{local}"),
                None => return Err(PathError::Prefix(prefix.to_owned())),
            },
            _ => name.to_owned(),
        };
        found.push(Token::Name(name));
    }
    Ok(found)
}

impl ElementPath {
    /// Compiles a path; `namespaces` gives the address of a prefix.
    pub fn new(path: &str, namespaces: &dyn Fn(&str) -> Option<String>) -> Result<ElementPath, PathError> {
        if path.starts_with('/') {
            return Err(PathError::Absolute);
        }
        let path = if path.ends_with('/') { format!("{path}*") } else { path.to_owned() };
        let list = tokens(&path, namespaces)?;
        let mut tokens = list.into_iter().peekable();
        let mut steps = Vec::new();
        let Some(mut token) = tokens.next() else { return Err(PathError::Empty) };
        loop {
            match token {
                Token::Name(name) => steps.push(Step::Child(NameTest::new(&name))),
                Token::Operator("*") => steps.push(Step::Child(NameTest::Any)),
                Token::Operator(".") => steps.push(Step::Itself),
                Token::Operator("..") => steps.push(Step::Parent),
                Token::Operator("//") => match tokens.next() {
                    Some(Token::Name(name)) => steps.push(Step::Descendant(NameTest::new(&name))),
                    Some(Token::Operator("*")) => steps.push(Step::Descendant(NameTest::Any)),
                    Some(_) => return Err(PathError::Descendant),
                    None => return Err(PathError::Path),
                },
                Token::Operator("[") => steps.push(predicate(&mut tokens)?),
                _ => return Err(PathError::Path),
            }
            match tokens.next() {
                None => return Ok(ElementPath { steps }),
                Some(Token::Operator("/")) => match tokens.next() {
                    Some(next) => token = next,
                    None => return Err(PathError::Path),
                },
                Some(next) => token = next,
            }
        }
    }

    /// All elements that the path leads to from an element.
    pub fn find_all(&self, tree: &Tree, from: NodeId) -> Vec<NodeId> {
        let mut found = vec![from];
        for step in &self.steps {
            found = step.apply(tree, &found);
        }
        found
    }
}

fn predicate(tokens: &mut dyn Iterator<Item = Token>) -> Result<Step, PathError> {
    let mut shape = String::new();
    let mut words: Vec<String> = Vec::new();
    loop {
        match tokens.next() {
            None => return Err(PathError::Path),
            Some(Token::Operator("]")) => break,
            Some(Token::Operator(operator)) => shape.push_str(operator),
            Some(Token::Quoted(text)) => {
                shape.push('\'');
                words.push(text);
            }
            Some(Token::Name(name)) => {
                shape.push('-');
                words.push(name);
            }
        }
    }
    let word = |at: usize| words.get(at).cloned().unwrap_or_default();
    let is_number = words.first().is_some_and(|w| w.parse::<i64>().is_ok());
    match shape.as_str() {
        "@-" => Ok(Step::HasAttribute(word(0))),
        "@-='" => Ok(Step::AttributeIs(word(0), word(1), true)),
        "@-!='" => Ok(Step::AttributeIs(word(0), word(1), false)),
        "-" if !is_number => Ok(Step::HasChild(NameTest::new(&word(0)))),
        ".='" => Ok(Step::ChildIs(None, word(0), true)),
        ".!='" => Ok(Step::ChildIs(None, word(0), false)),
        "-='" if !is_number => Ok(Step::ChildIs(Some(NameTest::new(&word(0))), word(1), true)),
        "-!='" if !is_number => Ok(Step::ChildIs(Some(NameTest::new(&word(0))), word(1), false)),
        "-" => match word(0).parse::<i64>() {
            Ok(index) if index >= 1 => Ok(Step::Index(index - 1)),
            _ => Err(PathError::Predicate),
        },
        "-()" if word(0) == "last" => Ok(Step::Index(-1)),
        "-()-" if word(0) == "last" => match word(1).trim_start_matches('-').parse::<i64>() {
            Ok(offset) if offset > 0 => Ok(Step::Index(-1 - offset)),
            Ok(_) => Err(PathError::Offset),
            Err(_) => Err(PathError::Predicate),
        },
        _ => Err(PathError::Predicate),
    }
}

/// An attribute by its `{uri}local` name.
pub fn attribute<'t>(tree: &'t Tree, id: NodeId, name: &str) -> Option<&'t str> {
    let (uri, local) = match name.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        Some((uri, local)) => (uri, local),
        None => ("", name),
    };
    let (uri, local) = (tree.known_atom(uri)?, tree.known_atom(local)?);
    let (_, attr) = tree.attrs(id).find(|(_, a)| a.name.local == local && a.name.uri == uri)?;
    Some(tree.attr_value(attr))
}

impl Step {
    fn apply(&self, tree: &Tree, from: &[NodeId]) -> Vec<NodeId> {
        let keep = |test: &dyn Fn(NodeId) -> bool| from.iter().copied().filter(|id| test(*id)).collect();
        match self {
            Step::Itself => from.to_vec(),
            Step::Child(name) => {
                from.iter().flat_map(|id| tree.children(*id).filter(|c| name.matches(tree, *c))).collect()
            }
            Step::Descendant(name) => from
                .iter()
                .flat_map(|id| tree.descendants_or_self(*id).skip(1).filter(|c| name.matches(tree, *c)))
                .collect(),
            Step::Parent => {
                let mut parents: Vec<NodeId> = Vec::new();
                for parent in from.iter().filter_map(|id| tree.parent_element(*id)) {
                    if !parents.contains(&parent) {
                        parents.push(parent);
                    }
                }
                parents
            }
            Step::HasAttribute(name) => keep(&|id| attribute(tree, id, name).is_some()),
            Step::AttributeIs(name, value, equal) => {
                keep(&|id| attribute(tree, id, name).is_some_and(|v| (v == value) == *equal))
            }
            Step::HasChild(name) => keep(&|id| tree.children(id).any(|c| name.matches(tree, c))),
            Step::ChildIs(None, value, equal) => keep(&|id| (tree.string_value(id) == *value) == *equal),
            Step::ChildIs(Some(name), value, equal) => keep(&|id| {
                tree.children(id).any(|c| name.matches(tree, c) && (tree.string_value(c) == *value) == *equal)
            }),
            Step::Index(index) => keep(&|id| {
                let Some(parent) = tree.parent_element(id) else { return false };
                let own = tree.node(id).name;
                let same: Vec<NodeId> = tree
                    .children(parent)
                    .filter(|c| {
                        let name = tree.node(*c).name;
                        tree.is_element(*c) && name.local == own.local && name.uri == own.uri
                    })
                    .collect();
                let at = if *index < 0 { same.len() as i64 + index } else { *index };
                usize::try_from(at).ok().and_then(|at| same.get(at)) == Some(&id)
            }),
        }
    }
}
