//! Evaluates compiled expressions.

use std::borrow::Cow;

use super::super::tree::{Atom, EMPTY, Kind, NIL, Node, NodeId, Tree, XML_NAMESPACE};
use super::parse::may_count;
use super::{Arithmetic, Axis, Comparison, Expr, Step, Test, Value, XNode, XPath, XPathError, exslt, functions};
use super::{number_text, parse_number};

/// What an expression can refer to outside the tree.
pub trait Environment {
    /// The namespace that a prefix of the expression stands for.
    fn namespace(&self, prefix: &str) -> Option<&str>;
    fn variable(&self, name: &str) -> Option<Value>;
    /// Calls a function of a namespace at a node; None if it is unknown.
    fn call(&self, called: Called, arguments: &[Value], tree: &Tree) -> Option<Result<Value, XPathError>>;
}

/// A function that is none of XPath's own, and the node at which it is called.
#[derive(Clone, Copy)]
pub struct Called<'n> {
    pub uri: &'n str,
    pub name: &'n str,
    pub node: XNode,
}

/// Evaluates expressions over one tree.
pub struct Evaluator<'a> {
    pub(super) tree: &'a Tree,
    environment: &'a dyn Environment,
}

/// Where an expression is evaluated.
#[derive(Clone, Copy)]
pub(super) struct Context {
    pub(super) node: XNode,
    /// Position and size of the node list; None outside predicates.
    pub(super) place: Option<(usize, usize)>,
}

/// A node test with its names looked up.
enum Resolved<'t> {
    Any,
    Text,
    Comment,
    Instruction(Option<&'t str>),
    Star,
    Namespace(Atom),
    Name(Atom, Atom),
    /// A name that the tree does not have.
    Nothing,
}

/// A node list and what is known of its order.
struct NodeList {
    nodes: Vec<XNode>,
    /// No node is below another one.
    flat: bool,
}

impl<'a> Evaluator<'a> {
    pub fn new(tree: &'a Tree, environment: &'a dyn Environment) -> Evaluator<'a> {
        Evaluator { tree, environment }
    }

    /// The value of an expression at a node.
    pub fn evaluate(&self, xpath: &XPath, node: NodeId) -> Result<Value, XPathError> {
        self.value(&xpath.expr, Context { node: XNode::Node(node), place: None })
    }

    pub(super) fn value(&self, expr: &Expr, context: Context) -> Result<Value, XPathError> {
        Ok(match expr {
            Expr::Or(a, b) => Value::Boolean(self.truth(a, context)? || self.truth(b, context)?),
            Expr::And(a, b) => Value::Boolean(self.truth(a, context)? && self.truth(b, context)?),
            Expr::Compare(operator, a, b) => {
                let (a, b) = (self.value(a, context)?, self.value(b, context)?);
                Value::Boolean(self.compare(*operator, &a, &b))
            }
            Expr::Arithmetic(operator, a, b) => {
                let (a, b) = (self.value(a, context)?, self.value(b, context)?);
                let (a, b) = (self.number(&a), self.number(&b));
                Value::Number(match operator {
                    Arithmetic::Add => a + b,
                    Arithmetic::Subtract => a - b,
                    Arithmetic::Multiply => a * b,
                    Arithmetic::Divide => a / b,
                    Arithmetic::Modulo => a % b,
                })
            }
            Expr::Negate(inner) => Value::Number(-self.number(&self.value(inner, context)?)),
            Expr::Union(a, b) => {
                let mut nodes = self.nodes(a, context)?;
                nodes.extend(self.nodes(b, context)?);
                self.sort(&mut nodes);
                Value::Nodes(nodes)
            }
            Expr::Literal(text) => Value::Text(text.clone()),
            Expr::Number(value) => Value::Number(*value),
            Expr::Variable(name) => self.environment.variable(name).ok_or(XPathError::Variable)?,
            Expr::Call(prefix, name, arguments) => self.call(prefix.as_deref(), name, arguments, context)?,
            Expr::Filter(primary, predicates) => {
                let value = self.value(primary, context)?;
                // As libxml2 has it: the first (or last) of what a function gives is the value itself.
                let picks_one = match predicates.as_slice() {
                    [Expr::Number(number)] => *number == 1.0,
                    [Expr::Call(None, name, _)] => name == "last",
                    _ => false,
                };
                if picks_one
                    && !matches!(**primary, Expr::Literal(_) | Expr::Number(_))
                    && !matches!(value, Value::Nodes(_) | Value::Made(_))
                {
                    return Ok(value);
                }
                if let Value::Made(mut made) = value {
                    for predicate in predicates {
                        if let Expr::Number(n) = predicate {
                            made = made
                                .into_iter()
                                .enumerate()
                                .filter(|(i, _)| (i + 1) as f64 == *n)
                                .map(|(_, m)| m)
                                .collect();
                        }
                    }
                    return Ok(Value::Made(made));
                }
                let Value::Nodes(mut nodes) = value else { return Err(XPathError::Type) };
                for predicate in predicates {
                    nodes = self.filter(nodes, predicate)?;
                }
                Value::Nodes(nodes)
            }
            Expr::Path(start, steps) => {
                let start = match start {
                    None => NodeList { nodes: vec![context.node], flat: true },
                    Some(start) => {
                        let nodes = self.nodes(start, context)?;
                        NodeList { flat: nodes.len() <= 1, nodes }
                    }
                };
                Value::Nodes(self.path(start, steps)?)
            }
            Expr::Root => Value::Nodes(vec![XNode::Node(self.tree.root_of(self.element_of(context.node)))]),
        })
    }

    /// An expression whose value must be a node list.
    fn nodes(&self, expr: &Expr, context: Context) -> Result<Vec<XNode>, XPathError> {
        match self.value(expr, context)? {
            Value::Nodes(nodes) => Ok(nodes),
            _ => Err(XPathError::Type),
        }
    }

    /// Truth of an expression, without building more of its value than that needs.
    pub(super) fn truth(&self, expr: &Expr, context: Context) -> Result<bool, XPathError> {
        if let Some(found) = self.simple_attribute(expr, context.node)? {
            return Ok(found.is_some());
        }
        if let Expr::Compare(operator @ (Comparison::Equal | Comparison::NotEqual), a, b) = expr
            && let Expr::Literal(text) = &**b
            && let Some(found) = self.simple_attribute(a, context.node)?
        {
            return Ok(found.is_some_and(|value| (value == text) == (*operator == Comparison::Equal)));
        }
        Ok(self.boolean(&self.value(expr, context)?))
    }

    /// The value of `@name` at an element, if the expression is just that.
    ///
    /// Outer None: not that expression; inner None: no such attribute.
    fn simple_attribute(&self, expr: &Expr, node: XNode) -> Result<Option<Option<&'a str>>, XPathError> {
        let Expr::Path(None, steps) = expr else { return Ok(None) };
        let [Step { axis: Axis::Attribute, test: Test::Name(None, name), predicates }] = steps.as_slice() else {
            return Ok(None);
        };
        match node {
            XNode::Node(id) if predicates.is_empty() => Ok(Some(self.tree.plain_attr(id, name))),
            _ => Ok(None),
        }
    }

    // ---- paths ---------------------------------------------------------------------------------------------------

    fn path(&self, start: NodeList, steps: &[Step]) -> Result<Vec<XNode>, XPathError> {
        let mut list = start;
        for step in steps {
            list = self.step(list, step)?;
        }
        Ok(list.nodes)
    }

    fn step(&self, list: NodeList, step: &Step) -> Result<NodeList, XPathError> {
        let test = self.resolve(&step.test, step.axis)?;
        let single = list.nodes.len() == 1;
        let counts = step.predicates.iter().any(may_count);
        let mut found = Vec::new();
        let mut covered = None;
        for node in &list.nodes {
            // What is below a node that was done already has been found.
            if !counts && !list.flat && matches!(step.axis, Axis::Descendant | Axis::DescendantOrSelf) {
                if let (Some(top), XNode::Node(id)) = (covered, *node)
                    && self.is_below(id, top)
                {
                    continue;
                }
                if let XNode::Node(id) = node {
                    covered = Some(*id);
                }
            }
            let begin = found.len();
            self.axis(*node, step.axis, &test, &mut found);
            for predicate in &step.predicates {
                let own = found.split_off(begin);
                found.extend(self.filter(own, predicate)?);
            }
            if step.axis.is_reverse() {
                found[begin..].reverse();
            }
        }
        let (ordered, flat) = match step.axis {
            Axis::Child | Axis::Attribute | Axis::Itself | Axis::Namespace => (list.flat, list.flat),
            Axis::Descendant | Axis::DescendantOrSelf => (list.flat || !counts, false),
            Axis::FollowingSibling | Axis::PrecedingSibling | Axis::Parent => (single, single),
            _ => (single, false),
        };
        if !ordered {
            self.sort(&mut found);
        }
        Ok(NodeList { flat: flat || found.len() <= 1, nodes: found })
    }

    fn is_below(&self, mut id: NodeId, top: NodeId) -> bool {
        while let Some(parent) = self.tree.parent(id) {
            if parent == top {
                return true;
            }
            id = parent;
        }
        false
    }

    fn filter(&self, nodes: Vec<XNode>, predicate: &Expr) -> Result<Vec<XNode>, XPathError> {
        let size = nodes.len();
        if let Expr::Number(position) = predicate {
            let wanted = *position;
            return Ok(nodes
                .into_iter()
                .enumerate()
                .filter(|(at, _)| (at + 1) as f64 == wanted)
                .map(|(_, node)| node)
                .collect());
        }
        let counts = may_count(predicate);
        let mut kept = Vec::with_capacity(size.min(64));
        for (at, node) in nodes.into_iter().enumerate() {
            let context = Context { node, place: Some((at + 1, size)) };
            let keep = if counts {
                match self.value(predicate, context)? {
                    Value::Number(position) => position == (at + 1) as f64,
                    other => self.boolean(&other),
                }
            } else {
                self.truth(predicate, context)?
            };
            if keep {
                kept.push(node);
            }
        }
        Ok(kept)
    }

    fn resolve<'t>(&self, test: &'t Test, axis: Axis) -> Result<Resolved<'t>, XPathError> {
        let uri_of = |prefix: &str| {
            if prefix == "xml" {
                return Ok(XML_NAMESPACE);
            }
            self.environment.namespace(prefix).ok_or(XPathError::Prefix)
        };
        Ok(match test {
            Test::Any => Resolved::Any,
            Test::Text => Resolved::Text,
            Test::Comment => Resolved::Comment,
            Test::Instruction(target) => Resolved::Instruction(target.as_deref()),
            Test::Star => Resolved::Star,
            Test::Namespace(prefix) => {
                self.tree.known_atom(uri_of(prefix)?).map_or(Resolved::Nothing, Resolved::Namespace)
            }
            Test::Name(prefix, local) => {
                let uri = match prefix {
                    Some(prefix) => self.tree.known_atom(uri_of(prefix)?),
                    None => Some(EMPTY),
                };
                let local = if axis == Axis::Namespace && local == "xml" {
                    Some(self.tree.known_atom(local).unwrap_or(NIL))
                } else {
                    self.tree.known_atom(local)
                };
                match (uri, local) {
                    (Some(uri), Some(local)) => Resolved::Name(uri, local),
                    _ => Resolved::Nothing,
                }
            }
        })
    }

    fn passes(&self, node: &Node, test: &Resolved) -> bool {
        match test {
            Resolved::Any => true,
            Resolved::Text => node.kind == Kind::Text,
            Resolved::Comment => node.kind == Kind::Comment,
            Resolved::Instruction(target) => {
                node.kind == Kind::Instruction && target.is_none_or(|t| self.tree.atom_text(node.name.local) == t)
            }
            Resolved::Star => node.kind == Kind::Element,
            Resolved::Namespace(uri) => node.kind == Kind::Element && node.name.uri == *uri,
            Resolved::Name(uri, local) => {
                node.kind == Kind::Element && node.name.local == *local && node.name.uri == *uri
            }
            Resolved::Nothing => false,
        }
    }

    fn push_if(&self, id: NodeId, test: &Resolved, out: &mut Vec<XNode>) {
        if self.passes(self.tree.node(id), test) {
            out.push(XNode::Node(id));
        }
    }

    /// Appends what an axis finds from a node, in the axis's own direction.
    fn axis(&self, from: XNode, axis: Axis, test: &Resolved, out: &mut Vec<XNode>) {
        if matches!(test, Resolved::Nothing) {
            return;
        }
        let tree = self.tree;
        let (id, own) = match from {
            XNode::Node(id) => (id, true),
            XNode::Attr(id, _) | XNode::Namespace(id, _) => (id, false),
        };
        match axis {
            Axis::Itself => self.push_itself(from, test, out),
            Axis::Child if own => {
                let mut at = tree.node(id).first;
                while at != NIL {
                    let node = tree.node(at);
                    if self.passes(node, test) {
                        out.push(XNode::Node(at));
                    }
                    at = node.next;
                }
            }
            Axis::Descendant | Axis::DescendantOrSelf if own => {
                if axis == Axis::DescendantOrSelf {
                    self.push_itself(from, test, out);
                }
                let mut at = id;
                while let Some(next) = tree.following(at, id) {
                    self.push_if(next, test, out);
                    at = next;
                }
            }
            Axis::DescendantOrSelf => self.push_itself(from, test, out),
            Axis::Parent => match (own, tree.parent(id)) {
                (false, _) => self.push_if(id, test, out),
                (true, Some(parent)) => self.push_if(parent, test, out),
                (true, None) => {}
            },
            Axis::Ancestor | Axis::AncestorOrSelf => {
                if axis == Axis::AncestorOrSelf {
                    self.push_itself(from, test, out);
                }
                let mut at = if own { tree.parent(id) } else { Some(id) };
                while let Some(node) = at {
                    self.push_if(node, test, out);
                    at = tree.parent(node);
                }
            }
            Axis::FollowingSibling if own => {
                let mut at = tree.next(id);
                while let Some(node) = at {
                    self.push_if(node, test, out);
                    at = tree.next(node);
                }
            }
            Axis::PrecedingSibling if own => {
                let mut at = tree.prev(id);
                while let Some(node) = at {
                    self.push_if(node, test, out);
                    at = tree.prev(node);
                }
            }
            Axis::Following => {
                let top = tree.root_of(id);
                let mut at = if own { tree.following_skipping(id, top) } else { tree.following(id, top) };
                while let Some(node) = at {
                    self.push_if(node, test, out);
                    at = tree.following(node, top);
                }
            }
            Axis::Preceding => {
                let mut at = id;
                loop {
                    while let Some(prev) = tree.prev(at) {
                        self.push_backwards(prev, test, out);
                        at = prev;
                    }
                    match tree.parent(at) {
                        Some(parent) => at = parent,
                        None => break,
                    }
                }
            }
            Axis::Attribute if own && tree.is_element(id) => {
                for (attr_id, attr) in tree.attrs(id) {
                    let passes = match test {
                        Resolved::Any | Resolved::Star => true,
                        Resolved::Namespace(uri) => attr.name.uri == *uri,
                        Resolved::Name(uri, local) => attr.name.local == *local && attr.name.uri == *uri,
                        _ => false,
                    };
                    if passes {
                        out.push(XNode::Attr(id, attr_id));
                    }
                }
            }
            Axis::Namespace if own && tree.is_element(id) => {
                let count = tree.namespaces_in_scope(id).len() as u32;
                for number in 0..=count {
                    let node = XNode::Namespace(id, number);
                    let passes = match test {
                        Resolved::Any | Resolved::Star => true,
                        Resolved::Name(EMPTY, local) => {
                            *local != NIL && self.local_name(node) == tree.atom_text(*local)
                                || *local == NIL && number == 0
                        }
                        _ => false,
                    };
                    if passes {
                        out.push(node);
                    }
                }
            }
            _ => {}
        }
    }

    fn push_itself(&self, from: XNode, test: &Resolved, out: &mut Vec<XNode>) {
        match from {
            XNode::Node(id) => self.push_if(id, test, out),
            _ if matches!(test, Resolved::Any) => out.push(from),
            _ => {}
        }
    }

    /// A subtree in reverse document order.
    fn push_backwards(&self, top: NodeId, test: &Resolved, out: &mut Vec<XNode>) {
        let begin = out.len();
        for node in self.tree.descendants_or_self(top) {
            self.push_if(node, test, out);
        }
        out[begin..].reverse();
    }

    /// Puts nodes into document order, each once.
    fn sort(&self, nodes: &mut Vec<XNode>) {
        let key = |node: &XNode| match node {
            XNode::Node(id) => (self.tree.position(*id), 0, 0),
            XNode::Namespace(id, number) => (self.tree.position(*id), 1, *number),
            XNode::Attr(id, attr) => (self.tree.position(*id), 2, *attr),
        };
        nodes.sort_by_key(key);
        nodes.dedup();
    }

    // ---- values --------------------------------------------------------------------------------------------------

    /// The tree node that a node belongs to.
    pub(super) fn element_of(&self, node: XNode) -> NodeId {
        match node {
            XNode::Node(id) | XNode::Attr(id, _) | XNode::Namespace(id, _) => id,
        }
    }

    /// Prefix and address of a namespace node.
    pub fn namespace(&self, id: NodeId, number: u32) -> (&'a str, &'a str) {
        let Some(at) = number.checked_sub(1) else { return ("xml", XML_NAMESPACE) };
        match self.tree.namespaces_in_scope(id).get(at as usize) {
            Some((prefix, uri)) => (self.tree.atom_text(*prefix), self.tree.atom_text(*uri)),
            None => ("", ""),
        }
    }

    pub(super) fn local_name(&self, node: XNode) -> &'a str {
        match node {
            XNode::Node(id) if matches!(self.tree.kind(id), Kind::Element | Kind::Instruction) => {
                self.tree.local_name(id)
            }
            XNode::Node(_) => "",
            XNode::Attr(_, attr) => self.tree.attr(attr).map_or("", |a| self.tree.atom_text(a.name.local)),
            XNode::Namespace(id, number) => self.namespace(id, number).0,
        }
    }

    /// The string value of a node.
    pub fn text(&self, node: XNode) -> Cow<'a, str> {
        match node {
            XNode::Attr(_, attr) => Cow::Borrowed(self.tree.attr(attr).map_or("", |a| self.tree.attr_value(a))),
            XNode::Namespace(id, number) => Cow::Borrowed(self.namespace(id, number).1),
            XNode::Node(id) => {
                let node = self.tree.node(id);
                match node.kind {
                    Kind::Element | Kind::Root => {
                        let only = node.first;
                        if only == NIL {
                            Cow::Borrowed("")
                        } else if self.tree.kind(only) == Kind::Text && self.tree.node(only).next == NIL {
                            Cow::Borrowed(self.tree.text(only))
                        } else {
                            Cow::Owned(self.tree.string_value(id))
                        }
                    }
                    _ => Cow::Borrowed(self.tree.text(id)),
                }
            }
        }
    }

    /// `string()` of a value.
    pub fn string(&self, value: &Value) -> String {
        match value {
            Value::Nodes(nodes) => nodes.first().map(|n| self.text(*n).into_owned()).unwrap_or_default(),
            Value::Number(number) => number_text(*number),
            Value::Text(text) => text.clone(),
            Value::Boolean(true) => "true".to_owned(),
            Value::Boolean(false) => "false".to_owned(),
            Value::Made(texts) => texts.first().cloned().unwrap_or_default(),
        }
    }

    /// `number()` of a value.
    pub fn number(&self, value: &Value) -> f64 {
        match value {
            Value::Number(number) => *number,
            Value::Boolean(truth) => f64::from(u8::from(*truth)),
            other => parse_number(&self.string(other)),
        }
    }

    /// `boolean()` of a value.
    pub fn boolean(&self, value: &Value) -> bool {
        match value {
            Value::Nodes(nodes) => !nodes.is_empty(),
            Value::Number(number) => *number != 0.0 && !number.is_nan(),
            Value::Text(text) => !text.is_empty(),
            Value::Boolean(truth) => *truth,
            Value::Made(texts) => !texts.is_empty(),
        }
    }

    fn compare(&self, operator: Comparison, a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::Nodes(_) | Value::Made(_), Value::Boolean(_))
            | (Value::Boolean(_), Value::Nodes(_) | Value::Made(_)) => {
                let (a, b) = (f64::from(u8::from(self.boolean(a))), f64::from(u8::from(self.boolean(b))));
                compare_numbers(operator, a, b)
            }
            (Value::Nodes(nodes), b) if !matches!(b, Value::Nodes(_)) => {
                nodes.iter().any(|node| self.compare_text(operator, &self.text(*node), b, false))
            }
            (a, Value::Nodes(nodes)) if !matches!(a, Value::Nodes(_)) => {
                nodes.iter().any(|node| self.compare_text(operator, &self.text(*node), a, true))
            }
            (Value::Nodes(left), Value::Nodes(right)) => {
                if matches!(operator, Comparison::Equal | Comparison::NotEqual) {
                    return self.compare_sets(operator == Comparison::Equal, left, right);
                }
                let numbers: Vec<f64> = right.iter().map(|n| parse_number(&self.text(*n))).collect();
                left.iter().any(|l| {
                    let l = parse_number(&self.text(*l));
                    numbers.iter().any(|r| compare_numbers(operator, l, *r))
                })
            }
            (Value::Made(texts), b) => texts.iter().any(|text| self.compare_text(operator, text, b, false)),
            (a, Value::Made(texts)) => texts.iter().any(|text| self.compare_text(operator, text, a, true)),
            (a, b) => match operator {
                Comparison::Equal | Comparison::NotEqual => {
                    let equal = if matches!(a, Value::Boolean(_)) || matches!(b, Value::Boolean(_)) {
                        self.boolean(a) == self.boolean(b)
                    } else if matches!(a, Value::Number(_)) || matches!(b, Value::Number(_)) {
                        self.number(a) == self.number(b)
                    } else {
                        self.string(a) == self.string(b)
                    };
                    equal == (operator == Comparison::Equal)
                }
                _ => compare_numbers(operator, self.number(a), self.number(b)),
            },
        }
    }

    /// Some text of one list equal (or unequal) to some text of another.
    fn compare_sets(&self, equal: bool, left: &[XNode], right: &[XNode]) -> bool {
        let texts: std::collections::HashSet<Cow<str>> = right.iter().map(|n| self.text(*n)).collect();
        left.iter().any(|node| {
            let text = self.text(*node);
            if equal { texts.contains(&text) } else { texts.iter().any(|other| *other != text) }
        })
    }

    /// Compares the text of a node with a value that is no node list.
    fn compare_text(&self, operator: Comparison, text: &str, value: &Value, swapped: bool) -> bool {
        match (operator, value) {
            (Comparison::Equal, Value::Text(other)) => text == other,
            (Comparison::NotEqual, Value::Text(other)) => text != other,
            _ => {
                let (a, b) = (parse_number(text), self.number(value));
                if swapped { compare_numbers(operator, b, a) } else { compare_numbers(operator, a, b) }
            }
        }
    }

    fn call(
        &self,
        prefix: Option<&str>,
        name: &str,
        arguments: &[Expr],
        context: Context,
    ) -> Result<Value, XPathError> {
        match prefix {
            None => match functions::call(self, name, arguments, context) {
                Err(XPathError::Function) => {
                    let values = arguments.iter().map(|a| self.value(a, context)).collect::<Result<Vec<_>, _>>()?;
                    let called = Called { uri: "", name, node: context.node };
                    self.environment.call(called, &values, self.tree).ok_or(XPathError::Function)?
                }
                known => known,
            },
            Some(prefix) => {
                let uri = self.environment.namespace(prefix).ok_or(XPathError::FunctionPrefix)?;
                let values = arguments.iter().map(|a| self.value(a, context)).collect::<Result<Vec<_>, _>>()?;
                let called = Called { uri, name, node: context.node };
                let own = self.environment.call(called, &values, self.tree);
                own.or_else(|| exslt::call(self, uri, name, &values)).ok_or(XPathError::Function)?
            }
        }
    }
}

fn compare_numbers(operator: Comparison, a: f64, b: f64) -> bool {
    match operator {
        Comparison::Equal => a == b,
        Comparison::NotEqual => a != b,
        Comparison::Less => a < b,
        Comparison::LessOrEqual => a <= b,
        Comparison::Greater => a > b,
        Comparison::GreaterOrEqual => a >= b,
    }
}

#[cfg(test)]
mod tests {
    use super::super::XPath;
    use super::*;
    use crate::elements::tree::ROOT;
    use crate::elements::xml_parser::{XmlOptions, parse_xml};

    struct Nothing;

    impl Environment for Nothing {
        fn namespace(&self, _: &str) -> Option<&str> {
            None
        }

        fn variable(&self, _: &str) -> Option<Value> {
            None
        }

        fn call(&self, _: Called, _: &[Value], _: &Tree) -> Option<Result<Value, XPathError>> {
            None
        }
    }

    const SOURCE: &str = "<lib v='2'><t>Top</t><books><book id='b1' p='9.5'><t>A</t><au>x</au><y>1999</y></book>\
        <book id='b2' p='12'><t>B</t><au>y</au><au>z</au><y>2005</y></book><book id='b3'><t>C</t>mixed<n/>after</book>\
        </books><nested><a><b><c>bottom</c></b></a></nested></lib>";

    fn run(expression: &str) -> String {
        let tree = parse_xml(SOURCE, XmlOptions::default()).unwrap();
        let evaluator = Evaluator::new(&tree, &Nothing);
        let top = tree.top_element(ROOT).unwrap();
        let value = XPath::new(expression).and_then(|xpath| evaluator.evaluate(&xpath, top));
        match value {
            Err(error) => error.to_string(),
            Ok(Value::Nodes(nodes)) => {
                let texts: Vec<String> = nodes
                    .iter()
                    .map(|n| match n {
                        XNode::Node(id) if tree.is_element(*id) => {
                            let id_text = tree.plain_attr(*id, "id").map(str::to_owned);
                            let text = tree.leading_text(*id).unwrap_or_default();
                            format!("{}#{}", tree.local_name(*id), id_text.unwrap_or(text))
                        }
                        other => evaluator.text(*other).into_owned(),
                    })
                    .collect();
                texts.join(" ")
            }
            Ok(other) => evaluator.string(&other),
        }
    }

    #[test]
    fn paths() {
        for (expression, expected) in [
            ("//book[1]/following-sibling::book", "book#b2 book#b3"),
            ("//book[3]/preceding-sibling::*[1]", "book#b2"),
            ("//y/..", "book#b1 book#b2"),
            ("//c/ancestor::*", "lib# nested# a# b#"),
            ("//c/ancestor-or-self::*[2]", "b#"),
            ("//nested/preceding::book", "book#b1 book#b2 book#b3"),
            ("//books/following::*[1]", "nested#"),
            ("(//au)[last()]", "au#z"),
            ("//au[last()]", "au#x au#z"),
            ("//au[1]", "au#x au#y"),
            ("//y | //t", "t#Top t#A y#1999 t#B y#2005 t#C"),
            ("//book[position() mod 2 = 1]", "book#b1 book#b3"),
            ("//book[y > 2000]/@id", "b2"),
            ("//book[not(au)]/text()", "mixed after"),
            ("//*[. = 'bottom']", "nested# a# b# c#bottom"),
            ("//book[@p][last()]/@p", "12"),
            ("/lib/@v", "2"),
            ("///book[2]", "book#b2"),
            ("//book[-1] | //book[1.5]", ""),
            ("count(//book) + 1", "4"),
            ("sum(//@p)", "21.5"),
            ("string(//nothing)", ""),
            ("normalize-space('  a  b ')", "a b"),
            ("substring('12345', 2, 3)", "234"),
            ("translate('bar', 'abc', 'AB')", "BAr"),
            ("concat(name(//n), '-', 7 mod 3, -7 mod 3)", "n-1-1"),
            ("div.class", ""),
            ("../..", ""),
        ] {
            assert_eq!(run(expression), expected, "{expression}");
        }
    }

    #[test]
    fn errors() {
        for (expression, expected) in [
            ("", "Invalid expression"),
            ("//book[", "Invalid expression"),
            ("//book]", "Invalid expression"),
            ("//book[@id='b1\"]", "Unfinished literal"),
            ("//book[text()='it's']", "Invalid predicate"),
            ("foo()", "Unregistered function"),
            ("bad(", "Unregistered function"),
            ("contains(1)", "Invalid number of arguments"),
            ("count(1)", "Invalid type"),
            ("//x:y", "Undefined namespace prefix"),
            ("$u", "Undefined variable"),
            ("//re:test(a)", "Invalid expression"),
            ("(//book", "Invalid expression"),
            ("position()", "Invalid context position"),
            ("last()", "Invalid context size"),
            ("//book/following-siblings::a", "Invalid expression"),
            ("@@id", "Invalid expression"),
            ("1 +", "Invalid expression"),
        ] {
            assert_eq!(run(expression), expected, "{expression}");
        }
        assert_eq!(run(&"(".repeat(2000)), "Recursion limit exceeded");
    }
}
