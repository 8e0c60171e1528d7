//! The tree behind elements: one arena a document, nodes as in libxml2 (text is a node of its own), names interned,
//! text in one buffer. Knows nothing of Python.
//!
//! A subtree that is taken out of its document hangs below a root node of its own in the same arena, so that every
//! node has a root at all times.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Index of a node.
pub type NodeId = u32;
/// Index of an interned string; [`EMPTY`] is the empty one.
pub type Atom = u32;
/// Index of an attribute.
pub type AttrId = u32;

/// No node, no attribute.
pub const NIL: u32 = u32::MAX;
/// The interned empty string: no namespace, no prefix.
pub const EMPTY: Atom = 0;
/// The node that stands for the whole document of a freshly made tree.
pub const ROOT: NodeId = 0;
/// Namespace of the `xml` prefix.
pub const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The parent of a top element; never seen by users.
    Root,
    Element,
    Text,
    Comment,
    Instruction,
}

/// A piece of the text buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    start: u32,
    len: u32,
}

/// A name with its namespace; `prefix` is only how it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Name {
    pub uri: Atom,
    pub prefix: Atom,
    pub local: Atom,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub kind: Kind,
    /// Of an element; of an instruction, its target.
    pub name: Name,
    text: Span,
    pub parent: NodeId,
    pub prev: NodeId,
    pub next: NodeId,
    pub first: NodeId,
    pub last: NodeId,
    pub attrs: AttrId,
    declarations: u32,
    pub line: u32,
}

#[derive(Clone, Debug)]
pub struct Attr {
    pub name: Name,
    value: Span,
    /// False for an HTML attribute that was written without a value.
    pub has_value: bool,
    pub next: AttrId,
}

/// A namespace declaration on an element.
#[derive(Clone, Copy, Debug)]
struct Declaration {
    prefix: Atom,
    uri: Atom,
    next: u32,
}

/// How a tree came about; decides how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    Xml,
    Html,
}

/// One document and everything that was made for it.
#[derive(Clone, Debug)]
pub struct Tree {
    pub flavour: Flavour,
    /// Encoding that the document declares.
    pub encoding: Option<String>,
    /// Address that the document came from.
    pub base_url: Option<String>,
    /// `<!DOCTYPE …>`: name, public and system identifier.
    pub doctype: Option<(String, Option<String>, Option<String>)>,
    nodes: Vec<Node>,
    attrs: Vec<Attr>,
    declarations: Vec<Declaration>,
    /// The attribute that was added last, and its element.
    newest_attr: Option<(NodeId, AttrId)>,
    heap: String,
    atoms: Vec<Box<str>>,
    atom_ids: HashMap<Box<str>, Atom>,
    /// True once nodes were moved: their numbers are no longer in document order.
    shuffled: bool,
    order: OnceLock<Vec<u32>>,
}

impl Tree {
    /// The document type as it is written.
    pub fn doctype_text(&self) -> Option<String> {
        let (name, public, system) = self.doctype.as_ref()?;
        Some(match (public, system) {
            (Some(public), Some(system)) => format!("<!DOCTYPE {name} PUBLIC \"{public}\" \"{system}\">"),
            (Some(public), None) => format!("<!DOCTYPE {name} PUBLIC \"{public}\">"),
            (None, Some(system)) => format!("<!DOCTYPE {name} SYSTEM \"{system}\">"),
            (None, None) => format!("<!DOCTYPE {name}>"),
        })
    }

    pub fn new(flavour: Flavour) -> Tree {
        let mut tree = Tree {
            flavour,
            encoding: None,
            base_url: None,
            doctype: None,
            nodes: Vec::new(),
            attrs: Vec::new(),
            declarations: Vec::new(),
            newest_attr: None,
            heap: String::new(),
            atoms: Vec::new(),
            atom_ids: HashMap::new(),
            shuffled: false,
            order: OnceLock::new(),
        };
        tree.atom("");
        tree.create(Kind::Root);
        tree
    }

    // ---- names and text ------------------------------------------------------------------------------------------

    /// The number of a string, interning it if need be.
    pub fn atom(&mut self, text: &str) -> Atom {
        if let Some(id) = self.atom_ids.get(text) {
            return *id;
        }
        let id = self.atoms.len() as Atom;
        self.atoms.push(text.into());
        self.atom_ids.insert(text.into(), id);
        id
    }

    /// The number of a string that some name in this tree has; None if none has.
    pub fn known_atom(&self, text: &str) -> Option<Atom> {
        self.atom_ids.get(text).copied()
    }

    pub fn atom_text(&self, atom: Atom) -> &str {
        self.atoms.get(atom as usize).map_or("", |s| s)
    }

    fn span_text(&self, span: Span) -> &str {
        self.heap.get(span.start as usize..(span.start + span.len) as usize).unwrap_or("")
    }

    fn store(&mut self, text: &str) -> Span {
        let start = self.heap.len() as u32;
        self.heap.push_str(text);
        Span { start, len: text.len() as u32 }
    }

    /// Bytes of text that the tree holds.
    pub fn text_size(&self) -> usize {
        self.heap.len()
    }

    // ---- reading -------------------------------------------------------------------------------------------------

    pub fn node(&self, id: NodeId) -> &Node {
        // Ids come from this tree; one that does not reads as the root.
        self.nodes.get(id as usize).unwrap_or(&self.nodes[0])
    }

    fn node_mut(&mut self, id: NodeId) -> &mut Node {
        let id = if (id as usize) < self.nodes.len() { id as usize } else { 0 };
        &mut self.nodes[id]
    }

    pub fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    pub fn is_element(&self, id: NodeId) -> bool {
        self.node(id).kind == Kind::Element
    }

    /// Elements, comments and instructions: what element code sees as a child.
    pub fn is_elementish(&self, id: NodeId) -> bool {
        matches!(self.node(id).kind, Kind::Element | Kind::Comment | Kind::Instruction)
    }

    /// The text of a text node, comment or instruction.
    pub fn text(&self, id: NodeId) -> &str {
        self.span_text(self.node(id).text)
    }

    pub fn local_name(&self, id: NodeId) -> &str {
        self.atom_text(self.node(id).name.local)
    }

    /// The name as it is written, with its prefix.
    pub fn written_name(&self, name: Name) -> String {
        if name.prefix == EMPTY {
            self.atom_text(name.local).to_owned()
        } else {
            format!("{}:{}", self.atom_text(name.prefix), self.atom_text(name.local))
        }
    }

    /// The name as `{uri}local`.
    pub fn expanded_name(&self, name: Name) -> String {
        if name.uri == EMPTY {
            self.atom_text(name.local).to_owned()
        } else {
            format!("{{{}}}{}", self.atom_text(name.uri), self.atom_text(name.local))
        }
    }

    pub fn children(&self, id: NodeId) -> Siblings<'_> {
        Siblings { tree: self, at: self.node(id).first, forward: true }
    }

    pub fn children_reversed(&self, id: NodeId) -> Siblings<'_> {
        Siblings { tree: self, at: self.node(id).last, forward: false }
    }

    /// Children that element code sees.
    pub fn element_children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.children(id).filter(|&c| self.is_elementish(c))
    }

    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        some(self.node(id).parent)
    }

    /// The parent if it is an element.
    pub fn parent_element(&self, id: NodeId) -> Option<NodeId> {
        self.parent(id).filter(|&p| self.is_element(p))
    }

    pub fn next(&self, id: NodeId) -> Option<NodeId> {
        some(self.node(id).next)
    }

    pub fn prev(&self, id: NodeId) -> Option<NodeId> {
        some(self.node(id).prev)
    }

    /// The root that a node hangs below.
    pub fn root_of(&self, mut id: NodeId) -> NodeId {
        while let Some(parent) = self.parent(id) {
            id = parent;
        }
        id
    }

    /// The first element below a root.
    pub fn top_element(&self, root: NodeId) -> Option<NodeId> {
        self.children(root).find(|&c| self.is_element(c))
    }

    /// The next node in document order below `top`, which is not left.
    pub fn following(&self, id: NodeId, top: NodeId) -> Option<NodeId> {
        if let Some(child) = some(self.node(id).first) {
            return Some(child);
        }
        self.following_skipping(id, top)
    }

    /// The next node in document order that is not below `id`, within `top`.
    pub fn following_skipping(&self, mut id: NodeId, top: NodeId) -> Option<NodeId> {
        while id != top {
            if let Some(next) = self.next(id) {
                return Some(next);
            }
            id = self.parent(id)?;
        }
        None
    }

    /// `top` and all nodes below it in document order.
    pub fn descendants_or_self(&self, top: NodeId) -> Descendants<'_> {
        Descendants { tree: self, at: Some(top), top }
    }

    /// The text of all text nodes below (or of the node itself), joined.
    pub fn string_value(&self, id: NodeId) -> String {
        match self.kind(id) {
            Kind::Root | Kind::Element => {
                let mut text = String::new();
                for node in self.descendants_or_self(id) {
                    if self.kind(node) == Kind::Text {
                        text.push_str(self.text(node));
                    }
                }
                text
            }
            _ => self.text(id).to_owned(),
        }
    }

    /// The text nodes from `id` on, joined; None if there is none. (A comment ends the run.)
    fn text_run(&self, mut id: NodeId) -> Option<String> {
        let mut text: Option<String> = None;
        while id != NIL && self.kind(id) == Kind::Text {
            text.get_or_insert_default().push_str(self.text(id));
            id = self.node(id).next;
        }
        text
    }

    /// An element's text up to its first child.
    pub fn leading_text(&self, id: NodeId) -> Option<String> {
        self.text_run(self.node(id).first)
    }

    /// The text between a node and its next sibling.
    pub fn tail(&self, id: NodeId) -> Option<String> {
        self.text_run(self.node(id).next)
    }

    pub fn attrs(&self, id: NodeId) -> Attrs<'_> {
        Attrs { tree: self, at: self.node(id).attrs }
    }

    pub fn attr(&self, id: AttrId) -> Option<&Attr> {
        self.attrs.get(id as usize)
    }

    pub fn attr_value(&self, attr: &Attr) -> &str {
        self.span_text(attr.value)
    }

    /// An attribute without a namespace.
    pub fn plain_attr(&self, id: NodeId, name: &str) -> Option<&str> {
        let local = self.known_atom(name)?;
        let (_, attr) = self.attrs(id).find(|(_, a)| a.name.local == local && a.name.uri == EMPTY)?;
        Some(self.attr_value(attr))
    }

    /// Namespace declarations that stand on the element itself, as (prefix, uri).
    pub fn declarations(&self, id: NodeId) -> Vec<(Atom, Atom)> {
        let mut found = Vec::new();
        let mut at = self.node(id).declarations;
        while let Some(declaration) = self.declarations.get(at as usize) {
            found.push((declaration.prefix, declaration.uri));
            at = declaration.next;
        }
        found.reverse();
        found
    }

    /// The namespace that a prefix stands for at an element.
    pub fn lookup_prefix(&self, id: NodeId, prefix: &str) -> Option<Atom> {
        if prefix == "xml" {
            return self.known_atom(XML_NAMESPACE);
        }
        let prefix = self.known_atom(prefix)?;
        let mut at = Some(id);
        while let Some(node) = at {
            if let Some((_, uri)) = self.declarations(node).into_iter().rev().find(|(p, _)| *p == prefix) {
                return Some(uri);
            }
            at = self.parent(node);
        }
        None
    }

    /// All namespaces in scope at an element, innermost declarations first.
    pub fn namespaces_in_scope(&self, id: NodeId) -> Vec<(Atom, Atom)> {
        let mut found: Vec<(Atom, Atom)> = Vec::new();
        let mut at = Some(id);
        while let Some(node) = at {
            for (prefix, uri) in self.declarations(node) {
                if !found.iter().any(|(p, _)| *p == prefix) {
                    found.push((prefix, uri));
                }
            }
            at = self.parent(node);
        }
        found
    }

    /// Place of a node in document order; comparable within one root.
    pub fn position(&self, id: NodeId) -> u32 {
        if !self.shuffled {
            return id;
        }
        let order = self.order.get_or_init(|| {
            let mut order = vec![0; self.nodes.len()];
            let mut place = 0;
            let roots = (0..self.nodes.len() as NodeId).filter(|&id| self.node(id).parent == NIL);
            for root in roots {
                for node in self.descendants_or_self(root) {
                    order[node as usize] = place;
                    place += 1;
                }
            }
            order
        });
        order.get(id as usize).copied().unwrap_or(u32::MAX)
    }

    // ---- building ------------------------------------------------------------------------------------------------

    /// Makes a node that hangs nowhere yet.
    pub fn create(&mut self, kind: Kind) -> NodeId {
        let id = self.nodes.len() as NodeId;
        self.nodes.push(Node {
            kind,
            name: Name::default(),
            text: Span::default(),
            parent: NIL,
            prev: NIL,
            next: NIL,
            first: NIL,
            last: NIL,
            attrs: NIL,
            declarations: NIL,
            line: 0,
        });
        id
    }

    pub fn create_element(&mut self, name: Name, line: u32) -> NodeId {
        let id = self.create(Kind::Element);
        let node = self.node_mut(id);
        node.name = name;
        node.line = line;
        id
    }

    pub fn create_text(&mut self, kind: Kind, text: &str) -> NodeId {
        let span = self.store(text);
        let id = self.create(kind);
        self.node_mut(id).text = span;
        id
    }

    pub fn set_name(&mut self, id: NodeId, name: Name) {
        self.node_mut(id).name = name;
    }

    /// Makes a text node a CDATA section: it has a name, as no other text.
    pub fn mark_cdata(&mut self, id: NodeId) {
        let local = self.atom("#cdata");
        self.node_mut(id).name.local = local;
    }

    /// Makes a CDATA section all the text before an element's children, or, with `tail`, all the text behind it.
    pub fn set_cdata(&mut self, id: NodeId, text: &str, tail: bool) {
        if tail {
            self.set_tail(id, None);
        } else {
            self.set_leading_text(id, None);
        }
        let (parent, next) = if tail {
            let Some(parent) = self.parent(id) else { return };
            (parent, self.next(id))
        } else {
            (id, self.children(id).next())
        };
        let node = self.create_text(Kind::Text, text);
        self.mark_cdata(node);
        self.link_before(parent, node, next);
    }

    /// Whether a text node is a CDATA section.
    pub fn is_cdata(&self, id: NodeId) -> bool {
        self.kind(id) == Kind::Text && self.node(id).name.local != EMPTY
    }

    pub fn set_line(&mut self, id: NodeId, line: u32) {
        self.node_mut(id).line = line;
    }

    /// Replaces the text of a text node, comment or instruction.
    pub fn set_text(&mut self, id: NodeId, text: &str) {
        let span = self.store(text);
        self.node_mut(id).text = span;
    }

    /// Adds text at the end of an element, joined to a text node that is there already.
    pub fn append_text(&mut self, parent: NodeId, text: &str) {
        if text.is_empty() {
            return;
        }
        let last = self.node(parent).last;
        if last != NIL && self.kind(last) == Kind::Text && !self.is_cdata(last) {
            let span = self.node(last).text;
            let span = if (span.start + span.len) as usize == self.heap.len() {
                self.heap.push_str(text);
                Span { start: span.start, len: span.len + text.len() as u32 }
            } else {
                let joined = format!("{}{text}", self.span_text(span));
                self.store(&joined)
            };
            self.node_mut(last).text = span;
            return;
        }
        let node = self.create_text(Kind::Text, text);
        self.link_last(parent, node);
    }

    /// Hangs a new node below a parent, as parsers do.
    pub fn link_last(&mut self, parent: NodeId, node: NodeId) {
        let last = self.node(parent).last;
        if last == NIL {
            self.node_mut(parent).first = node;
        } else {
            self.node_mut(last).next = node;
        }
        self.node_mut(parent).last = node;
        let it = self.node_mut(node);
        it.parent = parent;
        it.prev = last;
        it.next = NIL;
    }

    /// Hangs a loose node between the children of `parent`, before `before` (or last).
    pub fn link_before(&mut self, parent: NodeId, node: NodeId, before: Option<NodeId>) {
        self.disorder();
        let Some(before) = before else { return self.link_last(parent, node) };
        let prev = self.node(before).prev;
        if prev == NIL {
            self.node_mut(parent).first = node;
        } else {
            self.node_mut(prev).next = node;
        }
        self.node_mut(before).prev = node;
        let it = self.node_mut(node);
        it.parent = parent;
        it.prev = prev;
        it.next = before;
    }

    /// Takes a node (with what is below it) from its place; it hangs nowhere then.
    pub fn unlink(&mut self, id: NodeId) {
        self.disorder();
        let (parent, prev, next) = {
            let node = self.node(id);
            (node.parent, node.prev, node.next)
        };
        if prev != NIL {
            self.node_mut(prev).next = next;
        } else if parent != NIL {
            self.node_mut(parent).first = next;
        }
        if next != NIL {
            self.node_mut(next).prev = prev;
        } else if parent != NIL {
            self.node_mut(parent).last = prev;
        }
        let it = self.node_mut(id);
        it.parent = NIL;
        it.prev = NIL;
        it.next = NIL;
    }

    /// Text nodes that follow a node directly.
    pub fn tail_nodes(&self, id: NodeId) -> Vec<NodeId> {
        let mut found = Vec::new();
        let mut at = self.node(id).next;
        while at != NIL && self.kind(at) == Kind::Text {
            found.push(at);
            at = self.node(at).next;
        }
        found
    }

    /// Takes a node with its tail out of its parent, below a root of its own.
    pub fn detach(&mut self, id: NodeId) {
        let tail = self.tail_nodes(id);
        let root = self.create(Kind::Root);
        self.unlink(id);
        self.link_last(root, id);
        for text in tail {
            self.unlink(text);
            self.link_last(root, text);
        }
    }

    /// Replaces an element's text up to its first child.
    pub fn set_leading_text(&mut self, id: NodeId, text: Option<&str>) {
        while let Some(first) = some(self.node(id).first).filter(|&f| self.kind(f) == Kind::Text) {
            self.unlink(first);
        }
        if let Some(text) = text {
            let node = self.create_text(Kind::Text, text);
            let first = some(self.node(id).first);
            self.link_before(id, node, first);
        }
    }

    /// Replaces the text between a node and its next sibling.
    pub fn set_tail(&mut self, id: NodeId, text: Option<&str>) {
        for node in self.tail_nodes(id) {
            self.unlink(node);
        }
        let (Some(text), Some(parent)) = (text, self.parent(id)) else { return };
        let node = self.create_text(Kind::Text, text);
        let next = self.next(id);
        self.link_before(parent, node, next);
    }

    fn disorder(&mut self) {
        self.shuffled = true;
        self.order = OnceLock::new();
    }

    /// Adds an attribute at the end; the caller makes sure that the name is new.
    pub fn add_attr(&mut self, id: NodeId, name: Name, value: Option<&str>) -> AttrId {
        let span = self.store(value.unwrap_or(""));
        let new = self.attrs.len() as AttrId;
        self.attrs.push(Attr { name, value: span, has_value: value.is_some(), next: NIL });
        let mut at = self.node(id).attrs;
        if at == NIL {
            self.node_mut(id).attrs = new;
            self.newest_attr = Some((id, new));
            return new;
        }
        // Mostly, attributes are added one after the other.
        if let Some((owner, newest)) = self.newest_attr
            && owner == id
        {
            at = newest;
        }
        self.newest_attr = Some((id, new));
        while let Some(attr) = self.attrs.get(at as usize) {
            if attr.next == NIL {
                break;
            }
            at = attr.next;
        }
        if let Some(last) = self.attrs.get_mut(at as usize) {
            last.next = new;
        }
        new
    }

    /// Sets an attribute, in its place if it is there.
    pub fn set_attr(&mut self, id: NodeId, name: Name, value: &str) {
        let found =
            self.attrs(id).find(|(_, a)| a.name.local == name.local && a.name.uri == name.uri).map(|(id, _)| id);
        match found {
            Some(attr) => {
                let span = self.store(value);
                if let Some(attr) = self.attrs.get_mut(attr as usize) {
                    attr.value = span;
                    attr.has_value = true;
                }
            }
            None => {
                self.add_attr(id, name, Some(value));
            }
        }
    }

    /// Removes an attribute; false if there is none of that name.
    pub fn remove_attr(&mut self, id: NodeId, uri: Atom, local: Atom) -> bool {
        self.newest_attr = None;
        let mut before = NIL;
        let mut at = self.node(id).attrs;
        while let Some(attr) = self.attrs.get(at as usize) {
            let next = attr.next;
            if attr.name.local == local && attr.name.uri == uri {
                match self.attrs.get_mut(before as usize) {
                    Some(before) => before.next = next,
                    None => self.node_mut(id).attrs = next,
                }
                return true;
            }
            before = at;
            at = next;
        }
        false
    }

    pub fn clear_attrs(&mut self, id: NodeId) {
        self.newest_attr = None;
        self.node_mut(id).attrs = NIL;
    }

    /// Declares a namespace on an element.
    pub fn declare(&mut self, id: NodeId, prefix: Atom, uri: Atom) {
        let next = self.node(id).declarations;
        let new = self.declarations.len() as u32;
        self.declarations.push(Declaration { prefix, uri, next });
        self.node_mut(id).declarations = new;
    }

    /// Copies a node of another tree (or of this one) with everything below it; the copy hangs nowhere. Gives the pairs
    /// (old id, new id) of all copied nodes.
    pub fn import(&mut self, source: &Tree, top: NodeId) -> Vec<(NodeId, NodeId)> {
        let mut atoms: HashMap<Atom, Atom> = HashMap::from([(EMPTY, EMPTY)]);
        let mut copies: HashMap<NodeId, NodeId> = HashMap::new();
        let mut pairs = Vec::new();
        for old in source.descendants_or_self(top) {
            let mut translate =
                |tree: &mut Tree, atom: Atom| *atoms.entry(atom).or_insert_with(|| tree.atom(source.atom_text(atom)));
            let node = source.node(old);
            let mut name = |tree: &mut Tree, n: Name| Name {
                uri: translate(tree, n.uri),
                prefix: translate(tree, n.prefix),
                local: translate(tree, n.local),
            };
            let new = self.create(node.kind);
            let own_name = name(self, node.name);
            let text = self.store(source.text(old));
            let it = self.node_mut(new);
            it.name = own_name;
            it.text = text;
            it.line = node.line;
            let mut last = NIL;
            for (_, attr) in source.attrs(old) {
                let attr_name = name(self, attr.name);
                let value = self.store(source.attr_value(attr));
                let id = self.attrs.len() as AttrId;
                self.attrs.push(Attr { name: attr_name, value, has_value: attr.has_value, next: NIL });
                match self.attrs.get_mut(last as usize) {
                    Some(before) => before.next = id,
                    None => self.node_mut(new).attrs = id,
                }
                last = id;
            }
            let declarations = if old == top { outermost_declarations(source, top) } else { source.declarations(old) };
            for (prefix, uri) in declarations {
                let (prefix, uri) = (translate(self, prefix), translate(self, uri));
                self.declare(new, prefix, uri);
            }
            if old != top
                && let Some(&parent) = copies.get(&node.parent)
            {
                self.link_last(parent, new);
            }
            copies.insert(old, new);
            pairs.push((old, new));
        }
        pairs
    }
}

/// The declarations that the top of a copied subtree needs: its own, and those of its ancestors that names in it use.
fn outermost_declarations(tree: &Tree, top: NodeId) -> Vec<(Atom, Atom)> {
    let mut found = tree.declarations(top);
    if !tree.is_element(top) {
        return found;
    }
    let outer = tree.parent(top).map(|p| tree.namespaces_in_scope(p)).unwrap_or_default();
    if outer.is_empty() {
        return found;
    }
    let mut used: Vec<Atom> = Vec::new();
    for node in tree.descendants_or_self(top).filter(|&n| tree.is_element(n)) {
        let names = std::iter::once(tree.node(node).name).chain(tree.attrs(node).map(|(_, a)| a.name));
        used.extend(names.filter(|n| n.uri != EMPTY).map(|n| n.prefix));
    }
    for (prefix, uri) in outer {
        if used.contains(&prefix) && !found.iter().any(|(p, _)| *p == prefix) {
            found.push((prefix, uri));
        }
    }
    found
}

fn some(id: u32) -> Option<u32> {
    (id != NIL).then_some(id)
}

/// Iterator over siblings.
pub struct Siblings<'a> {
    tree: &'a Tree,
    at: NodeId,
    forward: bool,
}

impl Iterator for Siblings<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        let id = some(self.at)?;
        let node = self.tree.node(id);
        self.at = if self.forward { node.next } else { node.prev };
        Some(id)
    }
}

/// Iterator over a subtree in document order.
pub struct Descendants<'a> {
    tree: &'a Tree,
    at: Option<NodeId>,
    top: NodeId,
}

impl Iterator for Descendants<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        let id = self.at?;
        self.at = self.tree.following(id, self.top);
        Some(id)
    }
}

/// Iterator over an element's attributes.
pub struct Attrs<'a> {
    tree: &'a Tree,
    at: AttrId,
}

impl<'a> Iterator for Attrs<'a> {
    type Item = (AttrId, &'a Attr);

    fn next(&mut self) -> Option<(AttrId, &'a Attr)> {
        let id = some(self.at)?;
        let attr = self.tree.attrs.get(id as usize)?;
        self.at = attr.next;
        Some((id, attr))
    }
}
