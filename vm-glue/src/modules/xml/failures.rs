//! The errors of expat 2.2: their numbers, the names of their constants and their texts.

/// One of expat's errors, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure(pub u8);

impl Failure {
    pub const SYNTAX: Self = Self(2);
    pub const NO_ELEMENTS: Self = Self(3);
    pub const INVALID_TOKEN: Self = Self(4);
    pub const UNCLOSED_TOKEN: Self = Self(5);
    pub const PARTIAL_CHAR: Self = Self(6);
    pub const TAG_MISMATCH: Self = Self(7);
    pub const DUPLICATE_ATTRIBUTE: Self = Self(8);
    pub const JUNK_AFTER_DOCUMENT: Self = Self(9);
    pub const PARAMETER_ENTITY: Self = Self(10);
    pub const UNDEFINED_ENTITY: Self = Self(11);
    pub const RECURSIVE_ENTITY: Self = Self(12);
    pub const ASYNC_ENTITY: Self = Self(13);
    pub const BAD_CHAR_REF: Self = Self(14);
    pub const BINARY_ENTITY: Self = Self(15);
    pub const EXTERNAL_IN_ATTRIBUTE: Self = Self(16);
    pub const MISPLACED_DECLARATION: Self = Self(17);
    pub const UNKNOWN_ENCODING: Self = Self(18);
    pub const INCORRECT_ENCODING: Self = Self(19);
    pub const UNCLOSED_CDATA: Self = Self(20);
    pub const EXTERNAL_HANDLING: Self = Self(21);
    pub const NOT_STANDALONE: Self = Self(22);
    pub const DECLARED_IN_PE: Self = Self(24);
    pub const STARTED: Self = Self(26);
    pub const UNBOUND_PREFIX: Self = Self(27);
    pub const UNDECLARED_PREFIX: Self = Self(28);
    pub const DECLARATION: Self = Self(30);
    pub const TEXT_DECLARATION: Self = Self(31);
    pub const PUBLIC_ID: Self = Self(32);
    pub const FINISHED: Self = Self(36);
    pub const RESERVED_XML: Self = Self(38);
    pub const RESERVED_XMLNS: Self = Self(39);
    pub const RESERVED_NAMESPACE: Self = Self(40);
    /// A limit against hostile documents, which later versions of expat have.
    pub const AMPLIFICATION: Self = Self(43);
}

/// Number, constant (empty for those that `pyexpat.errors` does not have) and text.
pub const FAILURES: &[(i64, &str, &str)] = &[
    (1, "XML_ERROR_NO_MEMORY", "out of memory"),
    (2, "XML_ERROR_SYNTAX", "syntax error"),
    (3, "XML_ERROR_NO_ELEMENTS", "no element found"),
    (4, "XML_ERROR_INVALID_TOKEN", "not well-formed (invalid token)"),
    (5, "XML_ERROR_UNCLOSED_TOKEN", "unclosed token"),
    (6, "XML_ERROR_PARTIAL_CHAR", "partial character"),
    (7, "XML_ERROR_TAG_MISMATCH", "mismatched tag"),
    (8, "XML_ERROR_DUPLICATE_ATTRIBUTE", "duplicate attribute"),
    (9, "XML_ERROR_JUNK_AFTER_DOC_ELEMENT", "junk after document element"),
    (10, "XML_ERROR_PARAM_ENTITY_REF", "illegal parameter entity reference"),
    (11, "XML_ERROR_UNDEFINED_ENTITY", "undefined entity"),
    (12, "XML_ERROR_RECURSIVE_ENTITY_REF", "recursive entity reference"),
    (13, "XML_ERROR_ASYNC_ENTITY", "asynchronous entity"),
    (14, "XML_ERROR_BAD_CHAR_REF", "reference to invalid character number"),
    (15, "XML_ERROR_BINARY_ENTITY_REF", "reference to binary entity"),
    (16, "XML_ERROR_ATTRIBUTE_EXTERNAL_ENTITY_REF", "reference to external entity in attribute"),
    (17, "XML_ERROR_MISPLACED_XML_PI", "XML or text declaration not at start of entity"),
    (18, "XML_ERROR_UNKNOWN_ENCODING", "unknown encoding"),
    (19, "XML_ERROR_INCORRECT_ENCODING", "encoding specified in XML declaration is incorrect"),
    (20, "XML_ERROR_UNCLOSED_CDATA_SECTION", "unclosed CDATA section"),
    (21, "XML_ERROR_EXTERNAL_ENTITY_HANDLING", "error in processing external entity reference"),
    (22, "XML_ERROR_NOT_STANDALONE", "document is not standalone"),
    (23, "XML_ERROR_UNEXPECTED_STATE", "unexpected parser state - please send a bug report"),
    (24, "XML_ERROR_ENTITY_DECLARED_IN_PE", "entity declared in parameter entity"),
    (25, "XML_ERROR_FEATURE_REQUIRES_XML_DTD", "requested feature requires XML_DTD support in Expat"),
    (26, "XML_ERROR_CANT_CHANGE_FEATURE_ONCE_PARSING", "cannot change setting once parsing has begun"),
    (27, "XML_ERROR_UNBOUND_PREFIX", "unbound prefix"),
    (28, "XML_ERROR_UNDECLARING_PREFIX", "must not undeclare prefix"),
    (29, "XML_ERROR_INCOMPLETE_PE", "incomplete markup in parameter entity"),
    (30, "XML_ERROR_XML_DECL", "XML declaration not well-formed"),
    (31, "XML_ERROR_TEXT_DECL", "text declaration not well-formed"),
    (32, "XML_ERROR_PUBLICID", "illegal character(s) in public id"),
    (33, "XML_ERROR_SUSPENDED", "parser suspended"),
    (34, "XML_ERROR_NOT_SUSPENDED", "parser not suspended"),
    (35, "XML_ERROR_ABORTED", "parsing aborted"),
    (36, "XML_ERROR_FINISHED", "parsing finished"),
    (37, "XML_ERROR_SUSPEND_PE", "cannot suspend in external parameter entity"),
    (38, "", "reserved prefix (xml) must not be undeclared or bound to another namespace name"),
    (39, "", "reserved prefix (xmlns) must not be declared or undeclared"),
    (40, "", "prefix must not be bound to one of the reserved namespace names"),
    (41, "", "invalid argument"),
    (43, "", "limit on input amplification factor (from DTD and entities) breached"),
];

/// The text of an error, by its number.
pub fn text_of(code: i64) -> Option<&'static str> {
    FAILURES.iter().find(|(known, ..)| *known == code).map(|(.., text)| *text)
}
