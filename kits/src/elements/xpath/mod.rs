//! XPath 1.0 over [`Tree`](super::tree::Tree).

mod eval;
mod exslt;
mod exslt_dates;
mod functions;
mod numbers;
mod parse;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::LazyLock;

use parking_lot::Mutex;

use super::tree::{AttrId, NodeId};

pub use eval::{Called, Environment, Evaluator};
pub use numbers::{number_text, parse_number};

/// Most expressions that are kept compiled.
const KEPT: usize = 512;
/// Longest expression that is kept.
const LONGEST_KEPT: usize = 1024;

/// What an expression can go wrong with; the texts are libxml2's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XPathError {
    #[error("Invalid expression")]
    Expression,
    #[error("Unfinished literal")]
    Literal,
    #[error("Invalid predicate")]
    Predicate,
    #[error("Undefined variable")]
    Variable,
    #[error("Unregistered function")]
    Function,
    #[error("Undefined namespace prefix")]
    Prefix,
    /// A function of a prefix that stands for nothing: libxml2 has no words for that.
    #[error("Error in xpath expression")]
    FunctionPrefix,
    #[error("Missing closing curly brace")]
    Unclosed,
    #[error("Start of literal")]
    LiteralStart,
    #[error("Invalid number of arguments")]
    Arguments,
    #[error("Invalid type")]
    Type,
    #[error("Invalid context position")]
    Position,
    #[error("Invalid context size")]
    Size,
    #[error("Recursion limit exceeded")]
    Depth,
    /// An extension function failed; it keeps the reason itself.
    #[error("Extension function failed")]
    Extension,
}

/// A node of the data model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum XNode {
    Node(NodeId),
    Attr(NodeId, AttrId),
    /// A namespace in scope at an element, by its number there; 0 is `xml`.
    Namespace(NodeId, u32),
}

/// The result of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Nodes(Vec<XNode>),
    Number(f64),
    Text(String),
    Boolean(bool),
    /// Elements that an extension function made: their texts.
    Made(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Axis {
    Child,
    Descendant,
    Parent,
    Ancestor,
    FollowingSibling,
    PrecedingSibling,
    Following,
    Preceding,
    Attribute,
    Namespace,
    Itself,
    DescendantOrSelf,
    AncestorOrSelf,
}

impl Axis {
    const NAMES: [(&'static str, Axis); 13] = [
        ("child", Axis::Child),
        ("descendant", Axis::Descendant),
        ("parent", Axis::Parent),
        ("ancestor", Axis::Ancestor),
        ("following-sibling", Axis::FollowingSibling),
        ("preceding-sibling", Axis::PrecedingSibling),
        ("following", Axis::Following),
        ("preceding", Axis::Preceding),
        ("attribute", Axis::Attribute),
        ("namespace", Axis::Namespace),
        ("self", Axis::Itself),
        ("descendant-or-self", Axis::DescendantOrSelf),
        ("ancestor-or-self", Axis::AncestorOrSelf),
    ];

    fn is_reverse(self) -> bool {
        matches!(self, Axis::Ancestor | Axis::AncestorOrSelf | Axis::Preceding | Axis::PrecedingSibling)
    }
}

#[derive(Debug)]
enum Test {
    /// `node()`
    Any,
    Text,
    Comment,
    Instruction(Option<String>),
    /// `*`
    Star,
    /// `prefix:*`
    Namespace(String),
    Name(Option<String>, String),
}

#[derive(Debug)]
struct Step {
    axis: Axis,
    test: Test,
    predicates: Vec<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

#[derive(Debug)]
enum Expr {
    Or(Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    Negate(Box<Expr>),
    Union(Box<Expr>, Box<Expr>),
    Literal(String),
    Number(f64),
    Variable(String),
    Call(Option<String>, String, Vec<Expr>),
    Filter(Box<Expr>, Vec<Expr>),
    /// A location path from the context node (None), or from the result of an expression.
    Path(Option<Box<Expr>>, Vec<Step>),
    /// The root that the context node hangs below.
    Root,
}

/// A compiled expression.
#[derive(Debug)]
pub struct XPath {
    expr: Expr,
}

static COMPILED: LazyLock<Mutex<HashMap<String, Arc<XPath>>>> = LazyLock::new(Mutex::default);

impl XPath {
    /// Compiles an expression, or takes it from those compiled before.
    pub fn new(source: &str) -> Result<Arc<XPath>, XPathError> {
        if let Some(found) = COMPILED.lock().get(source) {
            return Ok(Arc::clone(found));
        }
        let compiled = Arc::new(XPath { expr: parse::parse(source)? });
        if source.len() <= LONGEST_KEPT {
            let mut kept = COMPILED.lock();
            if kept.len() >= KEPT {
                kept.clear();
            }
            kept.insert(source.to_owned(), Arc::clone(&compiled));
        }
        Ok(compiled)
    }
}
