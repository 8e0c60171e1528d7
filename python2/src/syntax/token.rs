//! Tokens of Python 2.7 and the table of its keywords.

/// A token and where it stands: byte offsets into the decoded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub start: u32,
    pub end: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    EndMarker,
    Newline,
    Indent,
    Dedent,
    Name,
    Number,
    String,
    /// The lexer gave up; the details are in [`Lexer::error`](super::lexer::Lexer::error).
    Error,
    /// A character that begins no token.
    Unknown,

    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    Colon,
    Comma,
    Semicolon,
    Dot,
    Backquote,
    At,
    Equal,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Ampersand,
    Bar,
    Caret,
    Tilde,
    Less,
    Greater,
    EqualEqual,
    NotEqual,
    LessEqual,
    GreaterEqual,
    LeftShift,
    RightShift,
    DoubleStar,
    DoubleSlash,
    PlusEqual,
    MinusEqual,
    StarEqual,
    SlashEqual,
    PercentEqual,
    AmpersandEqual,
    BarEqual,
    CaretEqual,
    LeftShiftEqual,
    RightShiftEqual,
    DoubleStarEqual,
    DoubleSlashEqual,

    And,
    As,
    Assert,
    Break,
    Class,
    Continue,
    Def,
    Del,
    Elif,
    Else,
    Except,
    Exec,
    Finally,
    For,
    From,
    Global,
    If,
    Import,
    In,
    Is,
    Lambda,
    Not,
    Or,
    Pass,
    Print,
    Raise,
    Return,
    Try,
    While,
    With,
    Yield,
}

impl TokenKind {
    /// The keyword that `name` is, if it is one.
    #[inline]
    pub fn keyword(name: &[u8]) -> Option<Self> {
        // Most names are longer than any keyword or begin with a letter that none begins with.
        if !(2..=8).contains(&name.len()) {
            return None;
        }
        Some(match name {
            b"and" => Self::And,
            b"as" => Self::As,
            b"assert" => Self::Assert,
            b"break" => Self::Break,
            b"class" => Self::Class,
            b"continue" => Self::Continue,
            b"def" => Self::Def,
            b"del" => Self::Del,
            b"elif" => Self::Elif,
            b"else" => Self::Else,
            b"except" => Self::Except,
            b"exec" => Self::Exec,
            b"finally" => Self::Finally,
            b"for" => Self::For,
            b"from" => Self::From,
            b"global" => Self::Global,
            b"if" => Self::If,
            b"import" => Self::Import,
            b"in" => Self::In,
            b"is" => Self::Is,
            b"lambda" => Self::Lambda,
            b"not" => Self::Not,
            b"or" => Self::Or,
            b"pass" => Self::Pass,
            b"print" => Self::Print,
            b"raise" => Self::Raise,
            b"return" => Self::Return,
            b"try" => Self::Try,
            b"while" => Self::While,
            b"with" => Self::With,
            b"yield" => Self::Yield,
            _ => return None,
        })
    }

    /// Can the grammar's `test` begin with this token?
    #[inline]
    pub fn starts_test(self) -> bool {
        matches!(self, Self::Lambda | Self::Not) || self.starts_expr()
    }

    /// Can the grammar's `expr` begin with this token?
    #[inline]
    pub fn starts_expr(self) -> bool {
        matches!(
            self,
            Self::Name
                | Self::Number
                | Self::String
                | Self::LeftParen
                | Self::LeftBracket
                | Self::LeftBrace
                | Self::Backquote
                | Self::Plus
                | Self::Minus
                | Self::Tilde
        )
    }
}
