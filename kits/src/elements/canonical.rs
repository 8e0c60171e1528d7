//! Canonical XML (C14N 1.0, inclusive and exclusive): one way of writing for trees that mean the same.

use std::collections::BTreeMap;

use super::tree::{EMPTY, Kind, NodeId, Tree};

/// How to write.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub comments: bool,
    /// Only the namespaces that names use are declared.
    pub exclusive: bool,
    /// Prefixes that are declared wherever they are known, though `exclusive`.
    pub inclusive_prefixes: Vec<String>,
    /// Take the blanks off both ends of texts (C14N 2.0).
    pub strip_text: bool,
}

/// What is left to write.
enum Work {
    Node(NodeId),
    End(NodeId),
}

/// Writes a node and what is below it; `whole` adds the comments and instructions around the top element.
pub fn write(tree: &Tree, top: NodeId, whole: bool, options: &Options) -> String {
    let mut writer = Writer { tree, options, out: String::new(), scopes: vec![BTreeMap::new()], top };
    let mut before = Vec::new();
    let mut after = Vec::new();
    if whole {
        let mut at = tree.prev(top);
        while let Some(node) = at {
            before.push(node);
            at = tree.prev(node);
        }
        before.reverse();
        let mut at = tree.next(top);
        while let Some(node) = at {
            after.push(node);
            at = tree.next(node);
        }
    }
    for node in before {
        if writer.outside(node) {
            writer.out.push('\n');
        }
    }
    writer.run(top);
    for node in after {
        let length = writer.out.len();
        writer.out.push('\n');
        if !writer.outside(node) {
            writer.out.truncate(length);
        }
    }
    writer.out
}

struct Writer<'a> {
    tree: &'a Tree,
    options: &'a Options,
    out: String,
    /// The declarations that are in force, an element each.
    scopes: Vec<BTreeMap<&'a str, &'a str>>,
    top: NodeId,
}

impl<'a> Writer<'a> {
    /// Writes a node beside the top element; false for what is left out.
    fn outside(&mut self, node: NodeId) -> bool {
        let kind = self.tree.kind(node);
        let written = kind == Kind::Instruction || (kind == Kind::Comment && self.options.comments);
        if written {
            self.leaf(node);
        }
        written
    }

    fn run(&mut self, top: NodeId) {
        let mut work = vec![Work::Node(top)];
        while let Some(next) = work.pop() {
            match next {
                Work::End(node) => {
                    self.out.push_str("</");
                    self.name(node);
                    self.out.push('>');
                    self.scopes.pop();
                }
                Work::Node(node) if self.tree.kind(node) == Kind::Element => {
                    self.start_tag(node);
                    work.push(Work::End(node));
                    let children: Vec<NodeId> = self.tree.children(node).collect();
                    work.extend(children.into_iter().rev().map(Work::Node));
                }
                Work::Node(node) => self.leaf(node),
            }
        }
    }

    fn leaf(&mut self, node: NodeId) {
        let text = self.tree.text(node);
        match self.tree.kind(node) {
            Kind::Text if self.options.strip_text => escape_text(text.trim(), &mut self.out),
            Kind::Text => escape_text(text, &mut self.out),
            Kind::Comment if self.options.comments => {
                self.out.push_str("<!--");
                self.out.push_str(&text.replace('\r', "&#xD;"));
                self.out.push_str("-->");
            }
            Kind::Instruction => {
                self.out.push_str("<?");
                self.out.push_str(self.tree.local_name(node));
                if !text.is_empty() {
                    self.out.push(' ');
                    self.out.push_str(&text.replace('\r', "&#xD;"));
                }
                self.out.push_str("?>");
            }
            _ => {}
        }
    }

    fn name(&mut self, node: NodeId) {
        let name = self.tree.written_name(self.tree.node(node).name);
        self.out.push_str(&name);
    }

    fn start_tag(&mut self, node: NodeId) {
        let tree = self.tree;
        self.out.push('<');
        self.name(node);
        let mut known: BTreeMap<&str, &str> = BTreeMap::new();
        let declared = if node == self.top || self.options.exclusive {
            tree.namespaces_in_scope(node)
        } else {
            tree.declarations(node)
        };
        for (prefix, uri) in declared {
            known.insert(tree.atom_text(prefix), tree.atom_text(uri));
        }
        let own = tree.node(node).name;
        if self.options.exclusive {
            let mut used = vec![tree.atom_text(own.prefix)];
            used.extend(
                tree.attrs(node).filter(|(_, a)| a.name.prefix != EMPTY).map(|(_, a)| tree.atom_text(a.name.prefix)),
            );
            let inclusive = &self.options.inclusive_prefixes;
            known.retain(|prefix, _| {
                used.contains(prefix)
                    || inclusive.iter().any(|wanted| wanted == prefix || (wanted == "#default" && prefix.is_empty()))
            });
        }
        if own.prefix == EMPTY && own.uri == EMPTY {
            known.entry("").or_insert("");
        }
        let mut scope = self.scopes.last().cloned().unwrap_or_default();
        for (prefix, uri) in known {
            let standing = scope.get(prefix).copied().unwrap_or("");
            if prefix == "xml" || standing == uri {
                continue;
            }
            self.out.push_str(" xmlns");
            if !prefix.is_empty() {
                self.out.push(':');
                self.out.push_str(prefix);
            }
            self.out.push_str("=\"");
            escape_attribute(uri, &mut self.out);
            self.out.push('"');
            scope.insert(prefix, uri);
        }
        self.scopes.push(scope);
        let mut attributes: Vec<(&str, &str, String, &str)> = tree
            .attrs(node)
            .map(|(_, attribute)| {
                let name = attribute.name;
                let value = tree.attr_value(attribute);
                (tree.atom_text(name.uri), tree.atom_text(name.local), tree.written_name(name), value)
            })
            .collect();
        attributes.sort();
        for (_, _, name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(&name);
            self.out.push_str("=\"");
            escape_attribute(value, &mut self.out);
            self.out.push('"');
        }
        self.out.push('>');
    }
}

fn escape_text(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#xD;"),
            c => out.push(c),
        }
    }
}

fn escape_attribute(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::{ROOT, XML_NAMESPACE};
    use super::super::xml_parser::{XmlOptions, parse_xml};
    use super::*;

    fn canonical(source: &str, options: &Options) -> String {
        let tree = parse_xml(source, XmlOptions::default()).unwrap();
        write(&tree, tree.top_element(ROOT).unwrap(), true, options)
    }

    #[test]
    fn forms() {
        let source = "<!--c--><r xmlns='u' xmlns:q='v' b='2' a='1\"\t'><x/>&#13;&gt;<?p d?></r><?e?>";
        let plain = Options::default();
        assert_eq!(
            canonical(source, &plain),
            "<r xmlns=\"u\" xmlns:q=\"v\" a=\"1&quot; \" b=\"2\"><x></x>&#xD;&gt;<?p d?></r>\n<?e?>"
        );
        let exclusive = Options { comments: true, exclusive: true, ..Options::default() };
        assert_eq!(
            canonical("<!--c--><r xmlns:q='v'><q:x/><y q:a=''/></r>", &exclusive),
            "<!--c-->\n<r><q:x xmlns:q=\"v\"></q:x><y xmlns:q=\"v\" q:a=\"\"></y></r>"
        );
        assert_eq!(
            canonical(&format!("<r xmlns:xml='{XML_NAMESPACE}' xml:lang='x'/>"), &plain),
            "<r xml:lang=\"x\"></r>"
        );
    }
}
