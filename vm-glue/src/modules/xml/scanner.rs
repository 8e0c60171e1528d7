//! Reads an XML document piece by piece and tells what is in it, one thing after the other, as expat does: the same
//! things in the same order, the same errors at the same places. Nothing is ever fetched from outside.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;

use super::decoder::{Charset, Decoder, Tail};
use super::doctype::{Doctype, Dtd};
use super::failures::Failure;
use super::namespaces::Scope;
use super::tokens::{self, Attribute, Scan, Token, Tokens};

/// Text that entities may grow to in all.
const MAX_EXPANSION: usize = 8 << 20;
/// Entities inside entities.
pub const MAX_ENTITY_DEPTH: usize = 100;
/// So much text that is not UTF-8 is converted at once.
const CONVERTED: usize = 1024;
/// Elements inside elements.
const MAX_DEPTH: usize = 1_000_000;

/// What is found. Names and texts are in [`Found`] where they are not here.
#[derive(Debug, PartialEq)]
pub enum Kind {
    /// All that is there has been read.
    Wait,
    /// Nothing that has a handler of its own.
    Other,
    /// The name and the attributes are found.
    Start,
    /// The name is found.
    End,
    /// The text is found.
    Text,
    /// The text is found.
    Comment,
    /// The name is the target, the text its data.
    Instruction,
    StartCdata,
    EndCdata,
    StartNamespace {
        prefix: Option<String>,
        uri: Option<String>,
    },
    EndNamespace {
        prefix: Option<String>,
    },
    Declaration {
        version: Option<String>,
        encoding: Option<String>,
        standalone: i32,
    },
    /// The document names an encoding that only its reader may know.
    UnknownEncoding {
        name: String,
        at: usize,
    },
    StartDoctype {
        name: String,
        system: Option<String>,
        public: Option<String>,
        internal: bool,
    },
    EndDoctype,
    /// An entity that only an outer document type could define.
    Skipped {
        name: String,
        parameter: bool,
    },
    External {
        context: Option<String>,
        system: Option<String>,
        public: Option<String>,
        base: Option<String>,
    },
    NotStandalone,
    Element {
        name: String,
        model: Model,
    },
    Attlist {
        element: String,
        name: String,
        kind: String,
        default: Option<String>,
        required: bool,
    },
    Entity(EntityDeclaration),
    Notation {
        name: String,
        base: Option<String>,
        system: Option<String>,
        public: Option<String>,
    },
}

/// `<!ENTITY …>`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntityDeclaration {
    pub name: String,
    pub parameter: bool,
    pub value: Option<String>,
    pub base: Option<String>,
    pub system: Option<String>,
    pub public: Option<String>,
    pub notation: Option<String>,
}

/// What an element may contain: the numbers of expat's content types and quantifiers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    pub kind: u8,
    pub quantifier: u8,
    pub name: Option<String>,
    pub children: Vec<Model>,
}

/// The words of what was found last.
#[derive(Debug, Default)]
pub struct Found {
    pub name: String,
    pub text: String,
    /// Names and values; only `count` of them belong to this element.
    pub attributes: Vec<(String, String)>,
    pub count: usize,
    /// So many of them stand in the tag; the others are defaults.
    pub specified: usize,
}

impl Found {
    pub fn attributes(&self) -> &[(String, String)] {
        self.attributes.get(..self.count).unwrap_or_default()
    }

    pub fn add_attribute(&mut self) -> Option<&mut (String, String)> {
        if self.attributes.len() <= self.count {
            self.attributes.push((String::new(), String::new()));
        }
        self.count += 1;
        let pair = self.attributes.get_mut(self.count - 1)?;
        pair.0.clear();
        pair.1.clear();
        Some(pair)
    }
}

/// What depends on the handlers that are set.
#[derive(Clone, Debug)]
pub struct Options {
    /// Entities with a known text are replaced by it.
    pub expand: bool,
    /// Somebody hears of starts of elements: the end of an empty one is then behind it.
    pub starts: bool,
    /// A name is followed by its prefix.
    pub triplets: bool,
    pub foreign_doctype: bool,
    /// 0 never, 1 unless standalone, 2 always.
    pub parameter_entities: u8,
    /// Somebody reads external entities.
    pub external: bool,
    /// What system identifiers are relative to.
    pub base: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            expand: true,
            starts: true,
            triplets: false,
            foreign_doctype: false,
            parameter_entities: 0,
            external: false,
            base: None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Prolog,
    Content,
    Cdata,
    Epilog,
}

/// A place in the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
    pub byte: usize,
}

/// An entity whose text is being read.
#[derive(Debug)]
struct Inner {
    text: Arc<str>,
    at: usize,
    name: String,
    parameter: bool,
    /// So many elements were open before it.
    level: usize,
}

/// An element that is open. Its names are in the pool.
#[derive(Debug)]
struct Open {
    start: usize,
    raw_end: usize,
    bindings: usize,
}

/// What else is to be told of a tag.
#[derive(Debug)]
enum Queued {
    StartNamespace { prefix: Option<String>, uri: Option<String> },
    Start,
    EndEmpty,
    EndNamespace { prefix: Option<String> },
    Later(Kind),
}

/// A step found something, or there is more to do.
pub type Step = Result<Option<Kind>, Failure>;

#[derive(Debug)]
pub struct Scanner {
    pub options: Options,
    pub found: Found,
    pub dtd: Arc<Mutex<Dtd>>,
    pub doctype: Doctype,
    pub scope: Scope,
    pub stage: Stage,
    decoder: Decoder,
    text: String,
    /// Where the next token begins.
    at: usize,
    last: bool,
    fed: bool,
    /// Where the thing that is told begins and ends in the text.
    pub event: (usize, usize),
    /// How it is written, and where it is in it.
    raw: (Option<Arc<str>>, usize, usize),
    /// What the position was at this place of the text.
    mark: (usize, Position, bool),
    attributes: Vec<Attribute>,
    inner: Vec<Inner>,
    open: Vec<Open>,
    /// An external entity's content: so many elements count as open.
    floor: bool,
    pool: String,
    queue: VecDeque<Queued>,
    failed: Option<Failure>,
    expanded: usize,
    /// The encoding that a declaration named.
    settled: Option<Option<Charset>>,
    given_encoding: bool,
}

impl Scanner {
    /// `separator` is what joins a namespace and a name; without one, namespaces are left alone.
    pub fn new(separator: Option<String>, given: Option<Charset>) -> Self {
        Scanner {
            options: Options::default(),
            found: Found::default(),
            dtd: Arc::default(),
            doctype: Doctype::default(),
            scope: Scope::new(separator),
            stage: Stage::Prolog,
            given_encoding: given.is_some(),
            decoder: Decoder::new(given),
            text: String::new(),
            at: 0,
            last: false,
            fed: false,
            event: (0, 0),
            raw: (None, 0, 0),
            mark: (0, Position { line: 1, column: 0, byte: 0 }, false),
            attributes: Vec::new(),
            inner: Vec::new(),
            open: Vec::new(),
            floor: false,
            pool: String::new(),
            queue: VecDeque::new(),
            failed: None,
            expanded: 0,
            settled: None,
        }
    }

    /// A reader of an external entity of this document: of content, or of an outer document type.
    pub fn external(&self, content: bool, given: Option<Charset>) -> Self {
        let mut made = Scanner::new(None, given);
        made.scope = self.scope.inherited();
        made.dtd = Arc::clone(&self.dtd);
        made.options = self.options.clone();
        made.doctype = Doctype::external(content);
        made.floor = content;
        made.expanded = self.expanded;
        made
    }

    /// Takes more bytes.
    pub fn feed(&mut self, bytes: &[u8], last: bool) {
        self.settle_position();
        self.advance(self.at);
        self.text.drain(..self.at);
        self.mark.0 = 0;
        self.at = 0;
        self.event = (0, 0);
        self.raw = (None, 0, 0);
        self.last = last;
        self.fed |= !bytes.is_empty();
        self.decoder.feed(bytes, last, &mut self.text);
        self.skip_mark();
    }

    fn skip_mark(&mut self) {
        if self.mark.1.byte == 0 && self.at == 0 && self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
    }

    /// What comes next. After an error, the same one again.
    pub fn next(&mut self) -> Result<Kind, Failure> {
        loop {
            if let Some(queued) = self.queue.pop_front() {
                return Ok(self.told(queued));
            }
            if let Some(failure) = self.failed {
                return Err(failure);
            }
            let step = match self.inner.last() {
                Some(inner) => {
                    let (text, at) = (Arc::clone(&inner.text), inner.at);
                    self.step(&text, at, true)
                }
                None => {
                    let text = std::mem::take(&mut self.text);
                    let step = self.step(&text, self.at, false);
                    self.text = text;
                    if let Some(charset) = self.settled.take() {
                        self.decoder.settle(charset, &mut self.text);
                    }
                    step
                }
            };
            match step {
                Ok(Some(kind)) => return Ok(kind),
                Ok(None) => {}
                Err(failure) => {
                    self.failed = Some(failure);
                    return Err(failure);
                }
            }
        }
    }

    /// Ends the reading with an error.
    pub fn fail(&mut self, failure: Failure) {
        self.queue.clear();
        self.failed = Some(failure);
    }

    /// Ends the reading with an error once everything is told.
    pub fn fail_then(&mut self, failure: Failure) {
        self.failed = Some(failure);
    }

    /// The encoding that [`Kind::UnknownEncoding`] asked for.
    pub fn set_charset(&mut self, charset: Charset) {
        self.decoder.settle(Some(charset), &mut self.text);
    }

    fn step(&mut self, text: &str, at: usize, inner: bool) -> Step {
        match self.stage {
            Stage::Prolog => self.prolog_step(text, at, inner),
            Stage::Content | Stage::Cdata => self.content_step(text, at, inner),
            Stage::Epilog => self.epilog_step(text, at),
        }
    }

    /// Says that a token goes so far.
    pub fn take(&mut self, inner: bool, at: usize, end: usize) {
        if inner {
            if let Some(top) = self.inner.last_mut() {
                top.at = end;
                self.raw = (Some(Arc::clone(&top.text)), at, end);
            }
            return;
        }
        self.at = end;
        self.event = (at, end);
        self.raw = (None, at, end);
    }

    /// The fault is at this place.
    pub fn fault_at(&mut self, inner: bool, at: usize, failure: Failure) -> Failure {
        if !inner {
            self.event = (at, at);
        }
        failure
    }

    /// The text ends too early: within a token, or where more must follow.
    pub fn short(&mut self, text: &str, at: usize, inner: bool, unfinished: Failure) -> Step {
        if inner {
            return Err(unfinished);
        }
        self.event = (at, at);
        match self.decoder.tail() {
            Tail::Invalid => Err(self.fault_at(false, text.len(), Failure::INVALID_TOKEN)),
            _ if !self.last => Ok(Some(Kind::Wait)),
            Tail::Incomplete if self.decoder.charset().is_wide() => Err(Failure::UNCLOSED_TOKEN),
            Tail::Incomplete => Err(Failure::PARTIAL_CHAR),
            Tail::Clean => Err(unfinished),
        }
    }

    /// More text may come.
    pub fn may_grow(&self, inner: bool) -> bool {
        !inner && (!self.last || self.decoder.tail() != Tail::Clean)
    }

    /// The end of an entity's text.
    pub fn leave(&mut self) -> Step {
        if let Some(left) = self.inner.pop() {
            if !left.parameter && self.open.len() != left.level {
                return Err(Failure::ASYNC_ENTITY);
            }
            self.dtd.lock().close(&left.name, left.parameter);
        }
        Ok(None)
    }

    /// Reads the text of an entity before going on.
    pub fn enter(&mut self, name: &str, text: Arc<str>, parameter: bool) -> Step {
        self.count_expansion(text.len())?;
        if self.inner.len() >= MAX_ENTITY_DEPTH {
            return Err(Failure::AMPLIFICATION);
        }
        self.inner.push(Inner { text, at: 0, name: name.to_owned(), parameter, level: self.open.len() });
        Ok(None)
    }

    pub fn count_expansion(&mut self, length: usize) -> Result<(), Failure> {
        // An empty entity costs something too.
        self.expanded += length.max(1);
        if self.expanded > MAX_EXPANSION { Err(Failure::AMPLIFICATION) } else { Ok(()) }
    }

    fn content_step(&mut self, text: &str, at: usize, inner: bool) -> Step {
        let tokens = Tokens { text, namespaces: self.scope.is_on() };
        let cdata = self.stage == Stage::Cdata;
        let mut attributes = std::mem::take(&mut self.attributes);
        let scan = if cdata { tokens.cdata(at) } else { tokens.content(at, &mut attributes) };
        let step = match scan {
            Scan::Invalid(place) => {
                self.event = if inner { self.event } else { (at, at) };
                Err(self.fault_at(inner, place, Failure::INVALID_TOKEN))
            }
            Scan::Partial if cdata => self.short(text, at, inner, Failure::UNCLOSED_CDATA),
            Scan::Partial => self.short(text, at, inner, Failure::UNCLOSED_TOKEN),
            Scan::Nothing if cdata => self.short(text, at, inner, Failure::UNCLOSED_CDATA),
            Scan::Nothing if inner => self.leave(),
            Scan::Nothing if self.floor && !self.may_grow(false) => {
                self.event = (at, at);
                if self.open.is_empty() { Ok(Some(Kind::Wait)) } else { Err(Failure::ASYNC_ENTITY) }
            }
            Scan::Nothing => self.short(text, at, inner, Failure::NO_ELEMENTS),
            Scan::AtEnd(..) if self.may_grow(inner) => Ok(Some(Kind::Wait)),
            Scan::AtEnd(token, end) | Scan::Found(token, end) => {
                let end = if token == Token::Data && !inner { self.converted(text, at, end) } else { end };
                self.take(inner, at, end);
                self.token(text, at, end, token, &attributes, inner)
            }
        };
        self.attributes = attributes;
        step
    }

    /// Text that is not UTF-8 is converted, and told, in pieces.
    fn converted(&self, text: &str, at: usize, end: usize) -> usize {
        if end - at <= CONVERTED || *self.decoder.charset() == Charset::Utf8 {
            return end;
        }
        let mut end = at + CONVERTED;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        end
    }

    fn token(
        &mut self,
        text: &str,
        at: usize,
        end: usize,
        token: Token,
        attributes: &[Attribute],
        inner: bool,
    ) -> Step {
        match token {
            Token::Data => {
                self.found.text.clear();
                self.found.text.push_str(text.get(at..end).unwrap_or_default());
                Ok(Some(Kind::Text))
            }
            Token::LineEnd => Ok(Some(self.character('\n'))),
            Token::Start { name_end } => self.start(text, at, name_end, attributes, inner, false),
            Token::Empty { name_end } => self.start(text, at, name_end, attributes, inner, true),
            Token::End { name } => self.end(text, name, inner),
            Token::Char => {
                let c = char_of(text.get(at..end).unwrap_or_default()).ok_or(Failure::BAD_CHAR_REF)?;
                Ok(Some(self.character(c)))
            }
            Token::Entity => {
                let name = text.get(at + 1..end - 1).unwrap_or_default();
                match predefined(name) {
                    Some(c) => Ok(Some(self.character(c))),
                    None => self.general_entity(name),
                }
            }
            Token::Comment => Ok(Some(self.comment(text, at, end))),
            Token::Instruction { target_end } => Ok(Some(self.instruction(text, at, target_end, end))),
            Token::Declaration => Err(Failure::MISPLACED_DECLARATION),
            Token::CdataOpen => {
                self.stage = Stage::Cdata;
                Ok(Some(Kind::StartCdata))
            }
            Token::CdataClose => {
                self.stage = Stage::Content;
                Ok(Some(Kind::EndCdata))
            }
            _ => Err(Failure::SYNTAX),
        }
    }

    fn character(&mut self, c: char) -> Kind {
        self.found.text.clear();
        self.found.text.push(c);
        Kind::Text
    }

    pub fn comment(&mut self, text: &str, at: usize, end: usize) -> Kind {
        self.found.text.clear();
        push_lines(&mut self.found.text, text.get(at + 4..end - 3).unwrap_or_default());
        Kind::Comment
    }

    pub fn instruction(&mut self, text: &str, at: usize, target_end: usize, end: usize) -> Kind {
        self.found.name.clear();
        self.found.name.push_str(text.get(at + 2..target_end).unwrap_or_default());
        self.found.text.clear();
        let data = text.get(target_end..end - 2).unwrap_or_default();
        push_lines(&mut self.found.text, data.trim_start_matches([' ', '\t', '\r', '\n']));
        Kind::Instruction
    }

    fn general_entity(&mut self, name: &str) -> Step {
        let dtd = Arc::clone(&self.dtd);
        let mut dtd = dtd.lock();
        let lenient = dtd.outer && !dtd.standalone;
        let Some(entity) = dtd.entities.get_mut(name) else {
            if lenient {
                return Ok(Some(Kind::Skipped { name: name.to_owned(), parameter: false }));
            }
            return Err(Failure::UNDEFINED_ENTITY);
        };
        if !lenient && entity.outside {
            return Err(Failure::DECLARED_IN_PE);
        }
        if entity.open {
            return Err(Failure::RECURSIVE_ENTITY);
        }
        if entity.notation.is_some() {
            return Err(Failure::BINARY_ENTITY);
        }
        match &entity.text {
            Some(text) if self.options.expand => {
                entity.open = true;
                let text = Arc::clone(text);
                drop(dtd);
                self.enter(name, text, false)
            }
            Some(_) => Ok(Some(Kind::Skipped { name: name.to_owned(), parameter: false })),
            None if self.options.external => {
                let (system, public, base) = (entity.system.clone(), entity.public.clone(), entity.base.clone());
                drop(dtd);
                Ok(Some(Kind::External { context: Some(self.scope.context(name)), system, public, base }))
            }
            None => Ok(Some(Kind::Other)),
        }
    }

    fn start(
        &mut self,
        text: &str,
        at: usize,
        name_end: usize,
        attributes: &[Attribute],
        inner: bool,
        empty: bool,
    ) -> Step {
        if self.open.len() >= MAX_DEPTH {
            return Err(Failure::AMPLIFICATION);
        }
        let raw = text.get(at + 1..name_end).unwrap_or_default();
        self.read_attributes(text, raw, attributes, inner)?;
        let mut bindings = 0;
        if let Err(failure) = self.resolve(raw, &mut bindings) {
            // The namespaces are told all the same.
            self.tell_namespaces(bindings);
            for prefix in self.scope.leave(bindings).into_iter().filter(|_| empty) {
                self.queue.push_back(Queued::EndNamespace { prefix });
            }
            self.fail_then(failure);
            return Ok(None);
        }
        let start = self.pool.len();
        self.pool.push_str(raw);
        let raw_end = self.pool.len();
        self.pool.push_str(&self.found.name);
        self.open.push(Open { start, raw_end, bindings });
        if empty {
            self.queue.push_back(Queued::EndEmpty);
        }
        if bindings > 0 {
            // The namespaces are told first.
            self.queue.push_front(Queued::Start);
            self.tell_namespaces(bindings);
            return Ok(None);
        }
        Ok(Some(Kind::Start))
    }

    /// Replaces the prefixes of a tag.
    fn resolve(&mut self, raw: &str, bindings: &mut usize) -> Result<(), Failure> {
        if self.scope.is_on() {
            self.bind_namespaces(bindings)?;
            self.qualify_attributes(*bindings)?;
        }
        self.scope.element_name(raw, self.options.triplets, &mut self.found.name)
    }

    fn tell_namespaces(&mut self, bindings: usize) {
        let starts: Vec<_> = self.scope.newest(bindings).map(|(prefix, uri)| (prefix.clone(), uri)).collect();
        for (prefix, uri) in starts.into_iter().rev() {
            self.queue.push_front(Queued::StartNamespace { prefix, uri });
        }
    }

    fn end(&mut self, text: &str, name: (usize, usize), inner: bool) -> Step {
        if self.inner.last().is_some_and(|top| self.open.len() <= top.level) || self.floor && self.open.is_empty() {
            return Err(Failure::ASYNC_ENTITY);
        }
        let raw = text.get(name.0..name.1).unwrap_or_default();
        let matches = |open: &Open| self.pool.get(open.start..open.raw_end) == Some(raw);
        if !self.open.last().is_some_and(matches) {
            return Err(self.fault_at(inner, name.0, Failure::TAG_MISMATCH));
        }
        Ok(Some(self.close()))
    }

    /// The innermost open element ends.
    fn close(&mut self) -> Kind {
        if let Some(open) = self.open.pop() {
            self.found.name.clear();
            self.found.name.push_str(self.pool.get(open.raw_end..).unwrap_or_default());
            self.pool.truncate(open.start);
            for prefix in self.scope.leave(open.bindings) {
                self.queue.push_back(Queued::EndNamespace { prefix });
            }
        }
        if self.open.is_empty() && !self.floor {
            self.stage = Stage::Epilog;
        }
        Kind::End
    }

    fn told(&mut self, queued: Queued) -> Kind {
        match queued {
            Queued::StartNamespace { prefix, uri } => Kind::StartNamespace { prefix, uri },
            Queued::Start => Kind::Start,
            Queued::EndEmpty => {
                if self.options.starts && self.inner.is_empty() {
                    self.event.0 = self.event.1;
                }
                // It was told as it is written with the start.
                self.raw.1 = self.raw.2;
                self.close()
            }
            Queued::EndNamespace { prefix } => Kind::EndNamespace { prefix },
            Queued::Later(kind) => kind,
        }
    }

    /// Tells this next.
    pub fn later(&mut self, kind: Kind) {
        self.queue.push_back(Queued::Later(kind));
    }

    /// Reads the last bytes of a token once more.
    pub fn back(&mut self, length: usize) {
        match self.inner.last_mut() {
            Some(top) => top.at -= length,
            None => self.at -= length,
        }
    }

    fn epilog_step(&mut self, text: &str, at: usize) -> Step {
        if !self.inner.is_empty() {
            // The element of the document can only end in the text where it began.
            return Err(Failure::ASYNC_ENTITY);
        }
        let tokens = Tokens { text, namespaces: self.scope.is_on() };
        self.event = (at, at);
        match tokens.prolog(at) {
            Scan::Invalid(place) => Err(self.fault_at(false, place, Failure::INVALID_TOKEN)),
            Scan::Nothing => {
                if self.may_grow(false) {
                    return self.short(text, at, false, Failure::PARTIAL_CHAR);
                }
                Ok(Some(Kind::Wait))
            }
            Scan::Partial => self.short(text, at, false, Failure::UNCLOSED_TOKEN),
            Scan::AtEnd(..) if self.may_grow(false) => Ok(Some(Kind::Wait)),
            Scan::AtEnd(Token::Space, end) | Scan::Found(Token::Space, end) => {
                self.take(false, at, end);
                Ok(Some(Kind::Other))
            }
            Scan::Found(Token::Comment, end) => {
                self.take(false, at, end);
                Ok(Some(self.comment(text, at, end)))
            }
            Scan::Found(Token::Instruction { target_end }, end) => {
                self.take(false, at, end);
                Ok(Some(self.instruction(text, at, target_end, end)))
            }
            Scan::AtEnd(..) | Scan::Found(..) => Err(Failure::JUNK_AFTER_DOCUMENT),
        }
    }

    /// The declaration was read: the rest is in this encoding. An unknown one is asked for.
    pub fn declared(&mut self, encoding: Option<&str>) -> Result<Option<Kind>, Failure> {
        let Some(name) = encoding.filter(|_| !self.given_encoding) else {
            self.settled = Some(None);
            return Ok(None);
        };
        match Charset::by_name(name) {
            Some(charset) if charset.is_wide() != self.decoder.charset().is_wide() => Err(Failure::INCORRECT_ENCODING),
            Some(charset) if charset.is_wide() => {
                self.settled = Some(None);
                Ok(None)
            }
            Some(charset) => {
                self.settled = Some(Some(charset));
                Ok(None)
            }
            None => Ok(Some(Kind::UnknownEncoding { name: name.to_owned(), at: 0 })),
        }
    }

    /// Within the parts of a document type that its handler hears of.
    pub fn in_doctype_head(&self) -> bool {
        self.stage == Stage::Prolog && self.doctype.in_head()
    }

    /// How the thing that is told is written.
    pub fn raw(&self) -> &str {
        let (inner, start, end) = &self.raw;
        inner.as_deref().unwrap_or(&self.text).get(*start..*end).unwrap_or_default()
    }

    /// The text from the thing that is told on.
    pub fn context(&self) -> &str {
        self.text.get(self.event.0..).unwrap_or_default()
    }

    /// After everything was read: the position is the end.
    pub fn settle_position(&mut self) {
        if self.failed.is_none() {
            self.event = (self.at, self.at);
        }
    }

    /// Nothing at all has come.
    pub fn is_untouched(&self) -> bool {
        !self.fed
    }

    /// Where the thing that is told begins.
    pub fn position(&mut self) -> Position {
        self.advance(self.event.0);
        self.mark.1
    }

    fn advance(&mut self, to: usize) {
        let (from, position, after_return) = &mut self.mark;
        let Some(passed) = self.text.get(*from..to) else { return };
        let charset = self.decoder.charset();
        for c in passed.chars() {
            match c {
                '\n' if *after_return => {}
                '\n' | '\r' => {
                    position.line += 1;
                    position.column = 0;
                }
                _ => position.column += 1,
            }
            *after_return = c == '\r';
            position.byte += charset.width(c);
        }
        *from = to;
    }
}

/// Adds text with line ends as XML sees them.
pub fn push_lines(target: &mut String, text: &str) {
    if text.contains('\r') {
        target.push_str(&text.replace("\r\n", "\n").replace('\r', "\n"));
    } else {
        target.push_str(text);
    }
}

/// The five entities that everyone knows.
pub fn predefined(name: &str) -> Option<char> {
    const KNOWN: &[(&str, char)] = &[("lt", '<'), ("gt", '>'), ("amp", '&'), ("quot", '"'), ("apos", '\'')];
    KNOWN.iter().find(|(known, _)| *known == name).map(|(_, c)| *c)
}

/// The character that `&#…;` means.
pub fn char_of(reference: &str) -> Option<char> {
    let digits = reference.get(2..reference.len().checked_sub(1)?)?;
    let number = match digits.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(number).filter(|c| tokens::is_char(*c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found, and the error with its line and column.
    fn read(pieces: &[&str]) -> (Vec<Kind>, Option<(Failure, usize, usize)>) {
        let mut scanner = Scanner::new(Some(" ".to_owned()), None);
        let mut kinds = Vec::new();
        for (number, piece) in pieces.iter().enumerate() {
            scanner.feed(piece.as_bytes(), number + 1 == pieces.len());
            loop {
                match scanner.next() {
                    Ok(Kind::Wait) => break,
                    Ok(kind) => kinds.push(kind),
                    Err(failure) => {
                        let place = scanner.position();
                        return (kinds, Some((failure, place.line, place.column)));
                    }
                }
            }
        }
        (kinds, None)
    }

    #[test]
    fn faults_are_where_expat_finds_them() {
        for (document, failure, line, column) in [
            ("", Failure::NO_ELEMENTS, 1, 0),
            ("<a>", Failure::NO_ELEMENTS, 1, 3),
            ("<a></b>", Failure::TAG_MISMATCH, 1, 5),
            ("<a b=c/>", Failure::INVALID_TOKEN, 1, 5),
            ("<a>&nope;</a>", Failure::UNDEFINED_ENTITY, 1, 3),
            ("<a/><b/>", Failure::JUNK_AFTER_DOCUMENT, 1, 4),
            ("text", Failure::SYNTAX, 1, 0),
            ("<a b='1' b='2'/>", Failure::DUPLICATE_ATTRIBUTE, 1, 9),
            ("<a xmlns:x='u'><y:z/></a>", Failure::UNBOUND_PREFIX, 1, 15),
            ("\n<?xml version='1.0'?><a/>", Failure::MISPLACED_DECLARATION, 2, 0),
            ("<a", Failure::UNCLOSED_TOKEN, 1, 0),
            ("<a>]]></a>", Failure::INVALID_TOKEN, 1, 5),
            ("<!DOCTYPE a [<!ENTITY e '&e;'>]><a>&e;</a>", Failure::RECURSIVE_ENTITY, 1, 35),
        ] {
            assert_eq!(read(&[document]).1, Some((failure, line, column)), "{document}");
        }
        assert_eq!(read(&["<a>\n<b/></a>"]).1, None);
    }

    #[test]
    fn pieces_make_no_difference() {
        let document = "<?xml version='1.0'?><!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a>t<!-- c --><b x='1'/></a>";
        let whole = read(&[document]);
        let bytes: Vec<String> = document.chars().map(String::from).collect();
        let pieces: Vec<&str> = bytes.iter().map(String::as_str).collect();
        assert_eq!(read(&pieces), whole);
        assert_eq!(whole.1, None);
    }

    #[test]
    fn entities_do_not_explode() {
        let mut document = "<!DOCTYPE a [<!ENTITY e0 'xxxxxxxxxx'>".to_owned();
        for number in 1..12 {
            let before = format!("&e{};", number - 1).repeat(10);
            document += &format!("<!ENTITY e{number} '{before}'>");
        }
        document += "]><a>&e11;</a>";
        assert_eq!(read(&[&document]).1.map(|(failure, ..)| failure), Some(Failure::AMPLIFICATION));
        let in_attribute = document.replace("<a>&e11;</a>", "<a b='&e11;'/>");
        assert_eq!(read(&[&in_attribute]).1.map(|(failure, ..)| failure), Some(Failure::AMPLIFICATION));
        assert_eq!(read(&["<!DOCTYPE a [<!ENTITY e '<b>&amp;</b>'>]><a>&e;</a>"]).1, None);
    }
}
