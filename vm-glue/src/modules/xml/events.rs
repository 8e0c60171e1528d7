//! What the XML reader reports: events in the order of the document, and errors with expat's codes and texts.

/// A place in the document: lines from one, columns (in chars) from zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// Something in the document and where it starts.
#[derive(Debug, PartialEq, Eq)]
pub struct Event {
    pub kind: Kind,
    pub position: Position,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    Start {
        name: String,
        attributes: Vec<(String, String)>,
    },
    End {
        name: String,
    },
    Text(String),
    Comment(String),
    Instruction {
        target: String,
        data: String,
    },
    StartCdata,
    EndCdata,
    Doctype {
        name: String,
        system: Option<String>,
        public: Option<String>,
        internal: bool,
    },
    EndDoctype,
    Declaration {
        version: String,
        encoding: Option<String>,
        standalone: i32,
    },
    StartNamespace {
        prefix: Option<String>,
        uri: Option<String>,
    },
    EndNamespace {
        prefix: Option<String>,
    },
    /// An entity that only an outer document type could define.
    Undefined {
        name: String,
    },
}

impl Kind {
    /// The number that embedded Python knows the kind by.
    pub fn number(&self) -> usize {
        match self {
            Self::Start { .. } => 0,
            Self::End { .. } => 1,
            Self::Text(_) => 2,
            Self::Comment(_) => 3,
            Self::Instruction { .. } => 4,
            Self::StartCdata => 5,
            Self::EndCdata => 6,
            Self::Doctype { .. } => 7,
            Self::EndDoctype => 8,
            Self::Declaration { .. } => 9,
            Self::StartNamespace { .. } => 10,
            Self::EndNamespace { .. } => 11,
            Self::Undefined { .. } => 12,
        }
    }
}

/// Expat's errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    Syntax,
    NoElements,
    InvalidToken,
    UnclosedToken,
    TagMismatch,
    DuplicateAttribute,
    JunkAfterDocument,
    UndefinedEntity,
    RecursiveEntity,
    BadCharacter,
    UnclosedCdata,
    MisplacedDeclaration,
    UnboundPrefix,
    Amplification,
}

impl Failure {
    /// Expat's number.
    pub fn code(self) -> i32 {
        self.entry().0
    }

    /// Expat's text.
    pub fn text(self) -> &'static str {
        self.entry().1
    }

    fn entry(self) -> (i32, &'static str) {
        match self {
            Self::Syntax => (2, "syntax error"),
            Self::NoElements => (3, "no element found"),
            Self::InvalidToken => (4, "not well-formed (invalid token)"),
            Self::UnclosedToken => (5, "unclosed token"),
            Self::TagMismatch => (7, "mismatched tag"),
            Self::DuplicateAttribute => (8, "duplicate attribute"),
            Self::JunkAfterDocument => (9, "junk after document element"),
            Self::UndefinedEntity => (11, "undefined entity"),
            Self::RecursiveEntity => (12, "recursive entity reference"),
            Self::BadCharacter => (14, "reference to invalid character number"),
            Self::UnclosedCdata => (20, "unclosed CDATA section"),
            Self::UnboundPrefix => (27, "unbound prefix"),
            Self::MisplacedDeclaration => (30, "XML or text declaration not at start of entity"),
            Self::Amplification => (43, "limit on input amplification factor (from DTD and entities) breached"),
        }
    }
}
