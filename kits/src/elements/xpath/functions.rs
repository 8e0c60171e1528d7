//! The functions of XPath 1.0.

use super::eval::{Context, Evaluator};
use super::{Expr, Value, XNode, XPathError};
use crate::elements::tree::{EMPTY, Flavour, Kind, NodeId, Tree, XML_NAMESPACE};

/// Names with the least and the largest number of arguments.
const FUNCTIONS: [(&str, usize, usize); 27] = [
    ("last", 0, 0),
    ("position", 0, 0),
    ("count", 1, 1),
    ("id", 1, 1),
    ("local-name", 0, 1),
    ("namespace-uri", 0, 1),
    ("name", 0, 1),
    ("string", 0, 1),
    ("concat", 2, usize::MAX),
    ("starts-with", 2, 2),
    ("contains", 2, 2),
    ("substring-before", 2, 2),
    ("substring-after", 2, 2),
    ("substring", 2, 3),
    ("string-length", 0, 1),
    ("normalize-space", 0, 1),
    ("translate", 3, 3),
    ("boolean", 1, 1),
    ("not", 1, 1),
    ("true", 0, 0),
    ("false", 0, 0),
    ("lang", 1, 1),
    ("number", 0, 1),
    ("sum", 1, 1),
    ("floor", 1, 1),
    ("ceiling", 1, 1),
    ("round", 1, 1),
];

pub(super) fn call(
    evaluator: &Evaluator,
    name: &str,
    arguments: &[Expr],
    context: Context,
) -> Result<Value, XPathError> {
    let Some((_, least, most)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
        return Err(XPathError::Function);
    };
    // Faulty arguments come before a wrong number of them.
    if name == "boolean" || name == "not" {
        let [argument] = arguments else { return Err(XPathError::Arguments) };
        return Ok(Value::Boolean(evaluator.truth(argument, context)? == (name == "boolean")));
    }
    let values = arguments.iter().map(|a| evaluator.value(a, context)).collect::<Result<Vec<_>, _>>()?;
    if values.len() < *least || values.len() > *most {
        return Err(XPathError::Arguments);
    }
    let text = |at: usize| match values.get(at) {
        Some(value) => evaluator.string(value),
        None => evaluator.text(context.node).into_owned(),
    };
    let number = |at: usize| match values.get(at) {
        Some(value) => evaluator.number(value),
        None => super::parse_number(&evaluator.text(context.node)),
    };
    Ok(match name {
        "last" => Value::Number(context.place.ok_or(XPathError::Size)?.1 as f64),
        "position" => Value::Number(context.place.ok_or(XPathError::Position)?.0 as f64),
        "count" => Value::Number(match values.first() {
            Some(Value::Nodes(nodes)) => nodes.len() as f64,
            Some(Value::Made(texts)) => texts.len() as f64,
            _ => return Err(XPathError::Type),
        }),
        "id" => id(evaluator, values.first(), context),
        "local-name" | "namespace-uri" | "name" => {
            let node = match values.first() {
                None => Some(context.node),
                Some(Value::Nodes(nodes)) => nodes.first().copied(),
                Some(_) => return Err(XPathError::Type),
            };
            Value::Text(node.map(|node| node_name(evaluator, name, node)).unwrap_or_default())
        }
        "string" => Value::Text(text(0)),
        "concat" => Value::Text(values.iter().map(|v| evaluator.string(v)).collect()),
        "starts-with" => Value::Boolean(text(0).starts_with(&text(1))),
        "contains" => Value::Boolean(text(0).contains(&text(1))),
        "substring-before" => {
            let (whole, part) = (text(0), text(1));
            Value::Text(whole.split_once(&part).map(|(before, _)| before.to_owned()).unwrap_or_default())
        }
        "substring-after" => {
            let (whole, part) = (text(0), text(1));
            Value::Text(whole.split_once(&part).map(|(_, after)| after.to_owned()).unwrap_or_default())
        }
        "substring" => Value::Text(substring(&text(0), number(1), values.get(2).map(|v| evaluator.number(v)))),
        "string-length" => Value::Number(text(0).chars().count() as f64),
        "normalize-space" => {
            let text = text(0);
            let words: Vec<&str> = text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()).collect();
            Value::Text(words.join(" "))
        }
        "translate" => Value::Text(translate(&text(0), &text(1), &text(2))),
        "true" => Value::Boolean(true),
        "false" => Value::Boolean(false),
        "lang" => Value::Boolean(lang(evaluator, &text(0), context)),
        "number" => Value::Number(number(0)),
        "sum" => match values.first() {
            Some(Value::Nodes(nodes)) => {
                Value::Number(nodes.iter().map(|n| super::parse_number(&evaluator.text(*n))).fold(0.0, |a, b| a + b))
            }
            _ => return Err(XPathError::Type),
        },
        "floor" => Value::Number(number(0).floor()),
        "ceiling" => Value::Number(number(0).ceil()),
        "round" => Value::Number(round(number(0))),
        _ => return Err(XPathError::Function),
    })
}

fn node_name(evaluator: &Evaluator, which: &str, node: XNode) -> String {
    if which == "local-name" {
        return evaluator.local_name(node).to_owned();
    }
    let tree = evaluator.tree;
    let name = match node {
        XNode::Node(id) if matches!(tree.kind(id), Kind::Element | Kind::Instruction) => Some(tree.node(id).name),
        XNode::Attr(_, attr) => tree.attr(attr).map(|a| a.name),
        _ => None,
    };
    match (which, name) {
        ("name", Some(name)) => tree.written_name(name),
        ("name", None) => evaluator.local_name(node).to_owned(),
        (_, Some(name)) => tree.atom_text(name.uri).to_owned(),
        _ => String::new(),
    }
}

/// What an element is found by: `id` on HTML pages, `name` of their anchors; elsewhere `xml:id`.
fn identity(tree: &Tree, node: NodeId) -> Option<&str> {
    if tree.flavour == Flavour::Html {
        let anchor = || if tree.local_name(node) == "a" { tree.plain_attr(node, "name") } else { None };
        return tree.plain_attr(node, "id").or_else(anchor);
    }
    let uri = tree.known_atom(XML_NAMESPACE)?;
    let mut attrs = tree.attrs(node);
    let found = attrs.find(|(_, a)| a.name.uri == uri && tree.atom_text(a.name.local) == "id");
    found.map(|(_, attr)| tree.attr_value(attr))
}

/// Elements whose identity is one of the given words.
fn id(evaluator: &Evaluator, value: Option<&Value>, context: Context) -> Value {
    let texts: Vec<String> = match value {
        Some(Value::Nodes(nodes)) => nodes.iter().map(|n| evaluator.text(*n).into_owned()).collect(),
        Some(other) => vec![evaluator.string(other)],
        None => Vec::new(),
    };
    let wanted: Vec<&str> = texts.iter().flat_map(|t| t.split_ascii_whitespace()).collect();
    let tree = evaluator.tree;
    let root = tree.root_of(evaluator.element_of(context.node));
    let found = tree
        .descendants_or_self(root)
        .filter(|n| tree.is_element(*n) && identity(tree, *n).is_some_and(|id| wanted.contains(&id)))
        .map(XNode::Node)
        .collect();
    Value::Nodes(found)
}

fn lang(evaluator: &Evaluator, wanted: &str, context: Context) -> bool {
    let tree = evaluator.tree;
    let mut at = Some(evaluator.element_of(context.node));
    let uri = tree.known_atom(XML_NAMESPACE).unwrap_or(EMPTY);
    while let Some(node) = at {
        let found = tree.attrs(node).find(|(_, a)| a.name.uri == uri && tree.atom_text(a.name.local) == "lang");
        if let Some((_, attr)) = found {
            let value = tree.attr_value(attr).to_ascii_lowercase();
            let wanted = wanted.to_ascii_lowercase();
            return value == wanted || value.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with('-'));
        }
        at = tree.parent(node);
    }
    false
}

fn substring(text: &str, start: f64, length: Option<f64>) -> String {
    let from = round(start);
    let until = length.map_or(f64::INFINITY, |length| from + round(length));
    text.chars()
        .enumerate()
        .filter(|(at, _)| {
            let place = (at + 1) as f64;
            place >= from && place < until
        })
        .map(|(_, c)| c)
        .collect()
}

fn translate(text: &str, from: &str, to: &str) -> String {
    let to: Vec<char> = to.chars().collect();
    text.chars()
        .filter_map(|c| match from.chars().position(|f| f == c) {
            None => Some(c),
            Some(at) => to.get(at).copied(),
        })
        .collect()
}

/// Halves go up.
fn round(value: f64) -> f64 {
    match value {
        // What becomes zero keeps its sign.
        -0.5..0.5 => value * 0.0,
        _ if value.is_finite() => (value + 0.5).floor(),
        _ => value,
    }
}
