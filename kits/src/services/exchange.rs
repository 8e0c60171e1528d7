//! The list of services on its way between plug-ins: the exchange dictionary (`spec/messaging-services.md` §5) as a
//! packed value. No virtual machine is needed for it.

use reprise_bundles::Bundle;
use reprise_bundles::services::{entry, is_empty};
use serde_json::{Map, Value};

use crate::cereal::{self, CerealError, Graph, Node, Ref};

/// Deepest nesting that is read.
const DEPTH: usize = 64;

/// Reads a packed exchange dictionary.
pub fn read(packed: &[u8]) -> Result<Value, CerealError> {
    let graph = cereal::unpack(&String::from_utf8_lossy(packed))?;
    Ok(value_of(&graph, &graph.root, 0))
}

/// Packs an exchange dictionary.
pub fn write(value: &Value) -> String {
    let mut nodes = Vec::new();
    let root = reference_to(value, &mut nodes);
    cereal::pack(&Graph { nodes, root })
}

/// What `_BundleService:AllServices` answers for these bundles: one entry for each that has services. Of two bundles
/// with one identifier the first counts.
pub fn all_services<'a>(bundles: impl IntoIterator<Item = &'a Bundle>) -> Value {
    let mut all = Map::new();
    for bundle in bundles {
        let (entry, problems) = entry(bundle);
        for problem in problems {
            tracing::error!("{problem}");
        }
        if !is_empty(&entry) && !all.contains_key(&bundle.identifier) {
            all.insert(bundle.identifier.clone(), entry);
        }
    }
    Value::Object(all)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn value_of(graph: &Graph, reference: &Ref, depth: usize) -> Value {
    if depth > DEPTH {
        return Value::Null;
    }
    let node = match reference {
        Ref::None | Ref::Complex(_) => return Value::Null,
        Ref::Bool(flag) => return Value::Bool(*flag),
        Ref::Int(digits) | Ref::Long(digits) => return digits.parse::<i64>().map_or(Value::Null, Value::from),
        Ref::Float(number) => return number.parse::<f64>().map_or(Value::Null, Value::from),
        Ref::Bytes(bytes) | Ref::Text(bytes) => return Value::String(text(bytes)),
        Ref::Node(index) => graph.nodes.get(*index),
    };
    match node {
        Some(Node::List(items) | Node::Tuple(items) | Node::Set(items) | Node::FrozenSet(items)) => {
            Value::Array(items.iter().map(|item| value_of(graph, item, depth + 1)).collect())
        }
        Some(Node::Dict(entries)) => {
            let mut map = Map::new();
            for (key, value) in entries {
                if let Ref::Bytes(key) | Ref::Text(key) = key {
                    map.insert(text(key), value_of(graph, value, depth + 1));
                }
            }
            Value::Object(map)
        }
        _ => Value::Null,
    }
}

fn reference_to(value: &Value, nodes: &mut Vec<Node>) -> Ref {
    match value {
        Value::Null => Ref::None,
        Value::Bool(flag) => Ref::Bool(*flag),
        Value::Number(number) if number.is_f64() => Ref::Float(number.to_string()),
        Value::Number(number) => Ref::Int(number.to_string()),
        Value::String(text) => string(text),
        Value::Array(items) => {
            let index = nodes.len();
            nodes.push(Node::List(Vec::new()));
            let items = items.iter().map(|item| reference_to(item, nodes)).collect();
            keep(nodes, index, Node::List(items))
        }
        Value::Object(entries) => {
            let index = nodes.len();
            nodes.push(Node::Dict(Vec::new()));
            let entries = entries.iter().map(|(key, value)| (string(key), reference_to(value, nodes))).collect();
            keep(nodes, index, Node::Dict(entries))
        }
    }
}

fn keep(nodes: &mut [Node], index: usize, node: Node) -> Ref {
    if let Some(slot) = nodes.get_mut(index) {
        *slot = node;
    }
    Ref::Node(index)
}

/// As Python 2 has it: bytes for ASCII, else unicode.
fn string(text: &str) -> Ref {
    let bytes = text.as_bytes().to_vec();
    if text.is_ascii() { Ref::Bytes(bytes) } else { Ref::Text(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn there_and_back() {
        let value = json!({
            "org.x": {
                "Path": "/b/é.bundle",
                "Services": {"URL": {"A": {"URLPatterns": ["x", "y"], "Fallback": true, "Priority": 7}}},
                "OldServices": {}, "ServiceSets": {}, "ServiceFlags": {},
            },
        });
        assert_eq!(read(write(&value).as_bytes()).expect("a packed value"), value);
        assert!(read(b"nonsense").is_err());
    }
}
