//! What stands before the first element: the XML declaration and the document type with its declarations.

use std::collections::HashMap;
use std::sync::Arc;

use super::failures::Failure;
use super::namespaces::tokenized;
use super::scanner::{EntityDeclaration, Kind, Model, Scanner, Stage, Step, char_of};
use super::tokens::{Scan, Token, Tokens, is_space};

/// An entity as it was declared.
#[derive(Clone, Debug, Default)]
pub struct Entity {
    /// The text of one that is defined within the document.
    pub text: Option<Arc<str>>,
    pub system: Option<String>,
    pub public: Option<String>,
    pub base: Option<String>,
    pub notation: Option<String>,
    /// Its text is being read.
    pub open: bool,
    /// Declared outside the document itself.
    pub outside: bool,
}

/// An attribute as it was declared.
#[derive(Clone, Debug)]
pub struct AttributeRule {
    pub name: String,
    /// Its value is a name or a list of names.
    pub tokenized: bool,
    pub value: Option<String>,
}

/// What a document type declares. External entities share it with their document.
#[derive(Debug, Default)]
pub struct Dtd {
    pub entities: HashMap<String, Entity>,
    pub parameters: HashMap<String, Entity>,
    pub attlists: HashMap<String, Vec<AttributeRule>>,
    /// Some declarations may be elsewhere.
    pub outer: bool,
    pub standalone: bool,
    /// A reference was passed over: declarations behind it do not count.
    ignoring: bool,
}

impl Dtd {
    pub fn close(&mut self, name: &str, parameter: bool) {
        let entities = if parameter { &mut self.parameters } else { &mut self.entities };
        if let Some(entity) = entities.get_mut(name) {
            entity.open = false;
        }
    }
}

/// Where the reader is in the prolog: each place knows which tokens may come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// The very start.
    #[default]
    Start,
    /// The start of an external entity's content.
    TextStart,
    /// The start of an outer document type.
    OuterStart,
    Before,
    After,
    Name,
    Named,
    Public,
    System,
    Identified,
    Subset,
    SubsetEnd,
    EntityStart,
    EntityPercent,
    EntityName,
    EntityPublic,
    EntitySystem,
    EntityIdentified,
    EntityNotation,
    NotationName,
    NotationKind,
    NotationPublic,
    NotationSystem,
    NotationIdentified,
    AttlistElement,
    AttlistName,
    AttlistType,
    AttlistChoice,
    AttlistChosen,
    AttlistNotation,
    AttlistDefault,
    AttlistFixed,
    ElementName,
    ElementModel,
    ElementFirst,
    MixedNext,
    MixedName,
    MixedNamed,
    GroupItem,
    GroupNext,
    /// Only `>` may come.
    Close,
}

/// What was read of the document type so far.
#[derive(Debug, Default)]
pub struct Doctype {
    place: Place,
    /// An outer document type or parameter entity: conditions and references within declarations are allowed.
    outer: bool,
    name: String,
    system: Option<String>,
    public: Option<String>,
    told: bool,
    entity: EntityDeclaration,
    element: String,
    attribute: String,
    kind: String,
    /// Groups of a content model that are open, with what separates their items.
    groups: Vec<(Model, u8)>,
}

impl Doctype {
    /// For an external entity: content, or an outer document type.
    pub fn external(content: bool) -> Self {
        let place = if content { Place::TextStart } else { Place::OuterStart };
        Doctype { place, outer: !content, ..Doctype::default() }
    }

    /// Between `<!DOCTYPE` and its declarations.
    pub fn in_head(&self) -> bool {
        matches!(self.place, Place::Name | Place::Named | Place::Public | Place::System | Place::Identified)
    }
}

/// A word of the source as its own string.
fn owned(text: &str, from: usize, to: usize) -> String {
    text.get(from..to).unwrap_or_default().to_owned()
}

fn unquoted(text: &str, at: usize, end: usize) -> &str {
    text.get(at + 1..end - 1).unwrap_or_default()
}

fn quantifier(suffix: u8) -> u8 {
    match suffix {
        b'?' => 1,
        b'*' => 2,
        b'+' => 3,
        _ => 0,
    }
}

/// A public identifier with its spaces collapsed, or where the first character is that is not allowed.
fn public_id(text: &str) -> Result<String, usize> {
    match text.find(|c: char| !c.is_ascii_alphanumeric() && !is_public_sign(c)) {
        Some(place) => Err(place),
        None => Ok(tokenized(&text.replace(['\r', '\n'], " "))),
    }
}

fn is_public_sign(c: char) -> bool {
    " \r\n-'()+,./:=?;!*#@$_%".contains(c)
}

/// One `name="value"` of an XML declaration.
fn pseudo_attribute(text: &str, at: usize, end: usize) -> Result<Option<(&str, &str, usize, usize)>, usize> {
    let byte = |place: usize| text.as_bytes().get(place).copied().filter(|_| place < end);
    let spaced = byte(at).is_some_and(is_space);
    let mut here = at;
    while byte(here).is_some_and(is_space) {
        here += 1;
    }
    if here >= end {
        return Ok(None);
    }
    if !spaced {
        return Err(here);
    }
    let start = here;
    while byte(here).is_some_and(|byte| byte.is_ascii() && byte != b'=' && !is_space(byte)) {
        here += 1;
    }
    let name = text.get(start..here).unwrap_or_default();
    while byte(here).is_some_and(is_space) {
        here += 1;
    }
    if byte(here) != Some(b'=') || name.is_empty() {
        return Err(here);
    }
    here += 1;
    while byte(here).is_some_and(is_space) {
        here += 1;
    }
    let quote = byte(here).filter(|byte| matches!(byte, b'"' | b'\'')).ok_or(here)?;
    here += 1;
    let value = here;
    loop {
        match byte(here) {
            Some(byte) if byte == quote => break,
            Some(byte) if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') => here += 1,
            _ => return Err(here),
        }
    }
    Ok(Some((name, text.get(value..here).unwrap_or_default(), value, here + 1)))
}

impl Scanner {
    pub fn prolog_step(&mut self, text: &str, at: usize, inner: bool) -> Step {
        if self.doctype.place == Place::TextStart {
            return self.text_start(text, at);
        }
        let tokens = Tokens { text, namespaces: self.scope.is_on() };
        let outer = self.doctype.outer;
        let (token, end) = match tokens.prolog(at) {
            Scan::Found(Token::Conditional, _) if outer => return self.conditional(text, at, inner),
            Scan::Invalid(place) => return Err(self.fault_at(inner, place, Failure::INVALID_TOKEN)),
            Scan::Partial => return self.short(text, at, inner, Failure::UNCLOSED_TOKEN),
            Scan::Nothing if inner => return self.leave_parameter(),
            Scan::Nothing if outer && !self.may_grow(false) => {
                return match self.doctype.place {
                    Place::Subset | Place::OuterStart => Ok(Some(Kind::Wait)),
                    _ => Err(self.fault_at(inner, at, Failure::SYNTAX)),
                };
            }
            Scan::Nothing => return self.short(text, at, inner, Failure::NO_ELEMENTS),
            Scan::AtEnd(..) if self.may_grow(inner) => return self.short(text, at, inner, Failure::NO_ELEMENTS),
            Scan::AtEnd(token, end) | Scan::Found(token, end) => (token, end),
        };
        self.take(inner, at, end);
        match token {
            Token::Instance => return self.instance(at),
            Token::Space => {
                if self.doctype.place == Place::Start {
                    self.doctype.place = Place::Before;
                }
                return Ok(Some(Kind::Other));
            }
            _ => {}
        }
        self.role(text, at, end, token, inner)
    }

    /// The first element begins.
    fn instance(&mut self, at: usize) -> Step {
        if !matches!(self.doctype.place, Place::Start | Place::Before | Place::After) {
            return Err(Failure::SYNTAX);
        }
        self.event = (at, at);
        self.stage = Stage::Content;
        if self.options.foreign_doctype && !self.doctype.told {
            return self.outer_doctype();
        }
        Ok(None)
    }

    /// The outer part of the document type may be read now.
    fn outer_doctype(&mut self) -> Step {
        self.dtd.lock().outer = true;
        let wanted = match self.options.parameter_entities {
            0 => false,
            1 => !self.dtd.lock().standalone,
            _ => true,
        };
        if wanted && self.options.external {
            let (system, public) = (self.doctype.system.clone(), self.doctype.public.clone());
            return Ok(Some(Kind::External { context: None, system, public, base: self.options.base.clone() }));
        }
        Ok(None)
    }

    /// An external entity may begin with a declaration of its own.
    fn text_start(&mut self, text: &str, at: usize) -> Step {
        let rest = text.get(at..).unwrap_or_default();
        if self.may_grow(false) && rest.len() < 6 && "<?xml ".starts_with(rest) {
            return Ok(Some(Kind::Wait));
        }
        if let Scan::Found(Token::Declaration, end) = (Tokens { text, namespaces: false }).prolog(at) {
            self.take(false, at, end);
            self.doctype.place = Place::Before;
            self.stage = Stage::Content;
            return self.declaration(text, at, end, true);
        }
        self.stage = Stage::Content;
        Ok(None)
    }

    fn leave_parameter(&mut self) -> Step {
        if !matches!(self.doctype.place, Place::Subset) {
            return Err(Failure(29));
        }
        self.leave()
    }

    /// `<![INCLUDE[` and `<![IGNORE[` of outer document types.
    fn conditional(&mut self, text: &str, at: usize, inner: bool) -> Step {
        let rest = text.get(at + 3..).unwrap_or_default();
        let word = rest.trim_start();
        let (skip, body) = if let Some(body) = word.strip_prefix("IGNORE") {
            (true, body)
        } else if let Some(body) = word.strip_prefix("INCLUDE") {
            (false, body)
        } else {
            return Err(self.fault_at(inner, at, Failure::SYNTAX));
        };
        let Some(body) = body.trim_start().strip_prefix('[') else {
            return Err(self.fault_at(inner, at, Failure::SYNTAX));
        };
        let Some(length) = conditional_length(body) else {
            return self.short(text, at, inner, Failure::UNCLOSED_TOKEN);
        };
        let end = text.len() - body.len() + length;
        self.take(inner, at, end + 3);
        self.doctype.place = Place::Subset;
        if skip {
            return Ok(Some(Kind::Other));
        }
        let included: Arc<str> = Arc::from(body.get(..length).unwrap_or_default());
        self.enter("", included, true)
    }

    /// What a token means where it stands.
    fn role(&mut self, text: &str, at: usize, end: usize, token: Token, inner: bool) -> Step {
        use Place as P;
        let place = self.doctype.place;
        let word = text.get(at..end).unwrap_or_default();
        let go = |scanner: &mut Self, place: Place| {
            scanner.doctype.place = place;
            Ok(Some(Kind::Other))
        };
        match (place, token) {
            (P::Start | P::OuterStart, Token::Declaration) => {
                self.doctype.place = if place == P::Start { P::Before } else { P::Subset };
                self.declaration(text, at, end, place == P::OuterStart)
            }
            (_, Token::Declaration) => Err(Failure::MISPLACED_DECLARATION),
            (P::Start | P::Before | P::After | P::Subset | P::OuterStart, Token::Comment) => {
                self.begun(place);
                Ok(Some(self.comment(text, at, end)))
            }
            (P::Start | P::Before | P::After | P::Subset | P::OuterStart, Token::Instruction { target_end }) => {
                self.begun(place);
                Ok(Some(self.instruction(text, at, target_end, end)))
            }
            (P::Start | P::Before, Token::DeclarationOpen) if word == "<!DOCTYPE" => go(self, P::Name),
            (P::Name, Token::Name(0)) => {
                self.doctype.name = word.to_owned();
                go(self, P::Named)
            }
            (P::Named, Token::Name(0)) if word == "SYSTEM" => go(self, P::System),
            (P::Named, Token::Name(0)) if word == "PUBLIC" => go(self, P::Public),
            (P::Public, Token::Literal) => {
                self.doctype.public = Some(self.read_public_id(text, at, end, inner)?);
                go(self, P::System)
            }
            (P::System, Token::Literal) => {
                self.doctype.system = Some(unquoted(text, at, end).to_owned());
                self.dtd.lock().outer = true;
                go(self, P::Identified)
            }
            (P::Named | P::Identified, Token::BracketOpen) => {
                self.doctype.place = P::Subset;
                Ok(Some(self.start_doctype(true)))
            }
            (P::Named | P::Identified | P::SubsetEnd, Token::DeclarationClose) => self.end_doctype(place),
            (P::Subset, Token::BracketClose) if !self.doctype.outer && !inner => go(self, P::SubsetEnd),
            (P::Subset, Token::Parameter) => self.parameter_entity(text.get(at + 1..end - 1).unwrap_or_default()),
            (P::Subset | P::OuterStart, Token::DeclarationOpen) => {
                self.doctype.entity = EntityDeclaration::default();
                go(
                    self,
                    match word {
                        "<!ENTITY" => P::EntityStart,
                        "<!ATTLIST" => P::AttlistElement,
                        "<!ELEMENT" => P::ElementName,
                        "<!NOTATION" => P::NotationName,
                        _ => return Err(Failure::SYNTAX),
                    },
                )
            }
            (P::Close | P::AttlistName, Token::DeclarationClose) => go(self, P::Subset),
            (
                P::EntityStart
                | P::EntityPercent
                | P::EntityName
                | P::EntityPublic
                | P::EntitySystem
                | P::EntityIdentified
                | P::EntityNotation,
                _,
            ) => self.entity_role(text, at, end, token, inner),
            (P::NotationName | P::NotationKind | P::NotationPublic | P::NotationSystem | P::NotationIdentified, _) => {
                self.notation_role(text, at, end, token, inner)
            }
            (
                P::AttlistElement
                | P::AttlistName
                | P::AttlistType
                | P::AttlistChoice
                | P::AttlistChosen
                | P::AttlistNotation
                | P::AttlistDefault
                | P::AttlistFixed,
                _,
            ) => self.attlist_role(text, at, end, token),
            (
                P::ElementName
                | P::ElementModel
                | P::ElementFirst
                | P::MixedNext
                | P::MixedName
                | P::MixedNamed
                | P::GroupItem
                | P::GroupNext,
                _,
            ) => self.element_role(text, at, end, token),
            (_, Token::Parameter) if !self.doctype.outer => Err(Failure::PARAMETER_ENTITY),
            _ => Err(Failure::SYNTAX),
        }
    }

    fn read_public_id(&mut self, text: &str, at: usize, end: usize, inner: bool) -> Result<String, Failure> {
        public_id(unquoted(text, at, end)).map_err(|place| self.fault_at(inner, at + 1 + place, Failure::PUBLIC_ID))
    }

    /// Something other than a declaration came first.
    fn begun(&mut self, place: Place) {
        self.doctype.place = match place {
            Place::Start => Place::Before,
            Place::OuterStart => Place::Subset,
            place => place,
        };
    }

    fn start_doctype(&mut self, internal: bool) -> Kind {
        let doctype = &mut self.doctype;
        doctype.told = true;
        Kind::StartDoctype {
            name: doctype.name.clone(),
            system: doctype.system.clone(),
            public: doctype.public.clone(),
            internal,
        }
    }

    /// `>` behind the document type. Its start is told first, if it was not.
    fn end_doctype(&mut self, place: Place) -> Step {
        if !self.doctype.told {
            // The same `>` is met again, behind the start.
            let kind = self.start_doctype(false);
            self.back(1);
            return Ok(Some(kind));
        }
        if place != Place::After && (self.doctype.system.is_some() || self.options.foreign_doctype) {
            self.doctype.place = Place::After;
            self.doctype.told = true;
            if let Some(kind) = self.outer_doctype()? {
                self.later(Kind::EndDoctype);
                return Ok(Some(kind));
            }
        }
        self.doctype.place = Place::After;
        Ok(Some(Kind::EndDoctype))
    }

    /// `%name;` between declarations.
    fn parameter_entity(&mut self, name: &str) -> Step {
        let dtd = Arc::clone(&self.dtd);
        let mut dtd = dtd.lock();
        dtd.outer = true;
        let wanted = match self.options.parameter_entities {
            0 => false,
            1 => !dtd.standalone,
            _ => true,
        };
        let standalone = dtd.standalone;
        if wanted {
            match dtd.parameters.get_mut(name) {
                Some(entity) if entity.open => return Err(Failure::RECURSIVE_ENTITY),
                Some(entity) => match entity.text.clone() {
                    Some(text) => {
                        entity.open = true;
                        drop(dtd);
                        return self.enter(name, text, true);
                    }
                    None if self.options.external => {
                        let (system, public, base) =
                            (entity.system.clone(), entity.public.clone(), entity.base.clone());
                        return Ok(Some(Kind::External { context: None, system, public, base }));
                    }
                    None => {}
                },
                None if standalone => return Err(Failure::UNDEFINED_ENTITY),
                None => {}
            }
        }
        dtd.ignoring = !standalone;
        if self.options.parameter_entities == 0 {
            return Ok(Some(Kind::Other));
        }
        Ok(Some(Kind::Skipped { name: name.to_owned(), parameter: true }))
    }

    fn entity_role(&mut self, text: &str, at: usize, end: usize, token: Token, inner: bool) -> Step {
        use Place as P;
        let word = text.get(at..end).unwrap_or_default();
        let place = self.doctype.place;
        self.doctype.place = match (place, token) {
            (P::EntityStart, Token::Percent) => {
                self.doctype.entity.parameter = true;
                P::EntityPercent
            }
            (P::EntityStart | P::EntityPercent, Token::Name(0)) => {
                self.doctype.entity.name = word.to_owned();
                P::EntityName
            }
            (P::EntityName, Token::Name(0)) if word == "SYSTEM" => P::EntitySystem,
            (P::EntityName, Token::Name(0)) if word == "PUBLIC" => P::EntityPublic,
            (P::EntityName, Token::Literal) => {
                let mut value = String::new();
                if let Err(failure) = self.entity_value(unquoted(text, at, end), at + 1, inner, &mut value) {
                    // It is told as far as it is good.
                    self.fail_then(failure);
                }
                self.doctype.entity.value = Some(value);
                self.doctype.place = P::Close;
                return Ok(Some(self.define_entity()));
            }
            (P::EntityPublic, Token::Literal) => {
                self.doctype.entity.public = Some(self.read_public_id(text, at, end, inner)?);
                P::EntitySystem
            }
            (P::EntitySystem, Token::Literal) => {
                self.doctype.entity.system = Some(unquoted(text, at, end).to_owned());
                self.doctype.entity.base = self.options.base.clone();
                P::EntityIdentified
            }
            (P::EntityIdentified, Token::DeclarationClose) => {
                self.doctype.place = P::Subset;
                return Ok(Some(self.define_entity()));
            }
            (P::EntityIdentified, Token::Name(0)) if word == "NDATA" && !self.doctype.entity.parameter => {
                P::EntityNotation
            }
            (P::EntityNotation, Token::Name(0)) => {
                self.doctype.entity.notation = Some(word.to_owned());
                self.doctype.place = P::Close;
                return Ok(Some(self.define_entity()));
            }
            (_, Token::Parameter) if !self.doctype.outer => return Err(Failure::PARAMETER_ENTITY),
            _ => return Err(Failure::SYNTAX),
        };
        Ok(Some(Kind::Other))
    }

    /// The text of an entity: characters by number are replaced now, references to entities when it is used.
    fn entity_value(&mut self, literal: &str, start: usize, inner: bool, value: &mut String) -> Result<(), Failure> {
        let mut rest = literal;
        while let Some(at) = rest.find(['&', '%', '\r']) {
            value.push_str(rest.get(..at).unwrap_or_default());
            rest = rest.get(at..).unwrap_or_default();
            let here = start + literal.len() - rest.len();
            let tokens = Tokens { text: rest, namespaces: self.scope.is_on() };
            let length = if rest.starts_with("\r\n") {
                value.push('\n');
                2
            } else if rest.starts_with('\r') {
                value.push('\n');
                1
            } else if rest.starts_with('&') {
                match tokens.reference(0) {
                    Scan::Found(token, end) => {
                        let reference = rest.get(..end).unwrap_or_default();
                        match token {
                            Token::Char => match char_of(reference) {
                                Some(c) => value.push(c),
                                None => return Err(self.fault_at(inner, here, Failure::BAD_CHAR_REF)),
                            },
                            _ => value.push_str(reference),
                        }
                        end
                    }
                    Scan::Invalid(place) => return Err(self.fault_at(inner, here + place, Failure::INVALID_TOKEN)),
                    _ => return Err(self.fault_at(inner, here, Failure::INVALID_TOKEN)),
                }
            } else {
                match tokens.prolog(0) {
                    Scan::Found(Token::Parameter, end) if self.doctype.outer => {
                        let name = rest.get(1..end - 1).unwrap_or_default();
                        let text = self.dtd.lock().parameters.get(name).and_then(|entity| entity.text.clone());
                        if let Some(text) = text {
                            self.count_expansion(text.len())?;
                            value.push_str(&text);
                        }
                        end
                    }
                    Scan::Found(Token::Parameter, _) => {
                        return Err(self.fault_at(inner, here, Failure::PARAMETER_ENTITY));
                    }
                    Scan::Invalid(place) => return Err(self.fault_at(inner, here + place, Failure::INVALID_TOKEN)),
                    _ => return Err(self.fault_at(inner, here, Failure::INVALID_TOKEN)),
                }
            };
            rest = rest.get(length..).unwrap_or_default();
        }
        value.push_str(rest);
        Ok(())
    }

    /// The first declaration of a name counts.
    fn define_entity(&mut self) -> Kind {
        let declared = std::mem::take(&mut self.doctype.entity);
        let mut dtd = self.dtd.lock();
        if dtd.ignoring {
            return Kind::Other;
        }
        let entity = Entity {
            text: declared.value.as_deref().map(Arc::from),
            system: declared.system.clone(),
            public: declared.public.clone(),
            base: declared.base.clone(),
            notation: declared.notation.clone(),
            open: false,
            outside: self.doctype.outer,
        };
        let entities = if declared.parameter { &mut dtd.parameters } else { &mut dtd.entities };
        if super::scanner::predefined(&declared.name).is_some() || entities.contains_key(&declared.name) {
            return Kind::Other;
        }
        entities.insert(declared.name.clone(), entity);
        Kind::Entity(declared)
    }

    fn notation_role(&mut self, text: &str, at: usize, end: usize, token: Token, inner: bool) -> Step {
        use Place as P;
        let word = text.get(at..end).unwrap_or_default();
        let place = self.doctype.place;
        self.doctype.place = match (place, token) {
            (P::NotationName, Token::Name(0)) => {
                self.doctype.entity.name = word.to_owned();
                P::NotationKind
            }
            (P::NotationKind, Token::Name(0)) if word == "SYSTEM" => P::NotationSystem,
            (P::NotationKind, Token::Name(0)) if word == "PUBLIC" => P::NotationPublic,
            (P::NotationPublic, Token::Literal) => {
                self.doctype.entity.public = Some(self.read_public_id(text, at, end, inner)?);
                P::NotationIdentified
            }
            (P::NotationSystem | P::NotationIdentified, Token::Literal) => {
                self.doctype.entity.system = Some(unquoted(text, at, end).to_owned());
                self.doctype.place = P::Close;
                return Ok(Some(self.notation()));
            }
            (P::NotationIdentified, Token::DeclarationClose) => {
                self.doctype.place = P::Subset;
                return Ok(Some(self.notation()));
            }
            _ => return Err(Failure::SYNTAX),
        };
        Ok(Some(Kind::Other))
    }

    fn notation(&mut self) -> Kind {
        let declared = std::mem::take(&mut self.doctype.entity);
        Kind::Notation {
            name: declared.name,
            base: self.options.base.clone(),
            system: declared.system,
            public: declared.public,
        }
    }

    fn attlist_role(&mut self, text: &str, at: usize, end: usize, token: Token) -> Step {
        use Place as P;
        const TYPES: &[&str] = &["CDATA", "ID", "IDREF", "IDREFS", "ENTITY", "ENTITIES", "NMTOKEN", "NMTOKENS"];
        let word = text.get(at..end).unwrap_or_default();
        let place = self.doctype.place;
        self.doctype.place = match (place, token) {
            (P::AttlistElement, Token::Name(0)) => {
                self.doctype.element = word.to_owned();
                P::AttlistName
            }
            (P::AttlistName, Token::Name(0)) => {
                self.doctype.attribute = word.to_owned();
                P::AttlistType
            }
            (P::AttlistType, Token::Name(0)) if TYPES.contains(&word) => {
                self.doctype.kind = word.to_owned();
                P::AttlistDefault
            }
            (P::AttlistType, Token::Name(0)) if word == "NOTATION" => {
                self.doctype.kind = word.to_owned();
                P::AttlistNotation
            }
            (P::AttlistType, Token::ParenOpen) => {
                self.doctype.kind = "(".to_owned();
                P::AttlistChoice
            }
            (P::AttlistNotation, Token::ParenOpen) => {
                self.doctype.kind.push('(');
                P::AttlistChoice
            }
            (P::AttlistChoice, Token::Name(0) | Token::Nmtoken) => {
                self.doctype.kind.push_str(word);
                P::AttlistChosen
            }
            (P::AttlistChosen, Token::Or) => {
                self.doctype.kind.push('|');
                P::AttlistChoice
            }
            (P::AttlistChosen, Token::ParenClose(0)) => {
                self.doctype.kind.push(')');
                P::AttlistDefault
            }
            (P::AttlistDefault, Token::Pound) if word == "#IMPLIED" => {
                return Ok(Some(self.define_attribute(None, false)));
            }
            (P::AttlistDefault, Token::Pound) if word == "#REQUIRED" => {
                return Ok(Some(self.define_attribute(None, true)));
            }
            (P::AttlistDefault, Token::Pound) if word == "#FIXED" => P::AttlistFixed,
            (P::AttlistDefault | P::AttlistFixed, Token::Literal) => {
                let mut value = String::new();
                self.append_value(unquoted(text, at, end), &mut value, 0, &mut None)?;
                if self.doctype.kind != "CDATA" {
                    value = tokenized(&value);
                }
                return Ok(Some(self.define_attribute(Some(value), place == P::AttlistFixed)));
            }
            (_, Token::Parameter) if !self.doctype.outer => return Err(Failure::PARAMETER_ENTITY),
            _ => return Err(Failure::SYNTAX),
        };
        Ok(Some(Kind::Other))
    }

    fn define_attribute(&mut self, default: Option<String>, required: bool) -> Kind {
        self.doctype.place = Place::AttlistName;
        let doctype = &self.doctype;
        let mut dtd = self.dtd.lock();
        if dtd.ignoring {
            return Kind::Other;
        }
        let known = dtd.attlists.entry(doctype.element.clone()).or_default();
        if !known.iter().any(|one| one.name == doctype.attribute) {
            known.push(AttributeRule {
                name: doctype.attribute.clone(),
                tokenized: doctype.kind != "CDATA",
                value: default.clone(),
            });
        }
        Kind::Attlist {
            element: doctype.element.clone(),
            name: doctype.attribute.clone(),
            kind: doctype.kind.clone(),
            default,
            required,
        }
    }

    fn element_role(&mut self, text: &str, at: usize, end: usize, token: Token) -> Step {
        use Place as P;
        const EMPTY: u8 = 1;
        const ANY: u8 = 2;
        const MIXED: u8 = 3;
        const NAME: u8 = 4;
        const CHOICE: u8 = 5;
        const SEQUENCE: u8 = 6;
        let word = text.get(at..end).unwrap_or_default();
        let doctype = &mut self.doctype;
        let place = doctype.place;
        doctype.place = match (place, token) {
            (P::ElementName, Token::Name(0)) => {
                doctype.element = word.to_owned();
                doctype.groups.clear();
                P::ElementModel
            }
            (P::ElementModel, Token::Name(0)) if word == "EMPTY" || word == "ANY" => {
                let kind = if word == "EMPTY" { EMPTY } else { ANY };
                return Ok(Some(self.define_element(Model { kind, ..Model::default() })));
            }
            (P::ElementModel, Token::ParenOpen) => {
                doctype.groups.push((Model { kind: SEQUENCE, ..Model::default() }, 0));
                P::ElementFirst
            }
            (P::ElementFirst, Token::Pound) if word == "#PCDATA" => {
                if let Some((group, _)) = doctype.groups.last_mut() {
                    group.kind = MIXED;
                }
                P::MixedNext
            }
            (P::MixedNext, Token::ParenClose(suffix @ (0 | b'*'))) => return Ok(Some(self.close_group(suffix))),
            (P::MixedNext | P::MixedNamed, Token::Or) => P::MixedName,
            (P::MixedNamed, Token::ParenClose(b'*')) => return Ok(Some(self.close_group(b'*'))),
            (P::MixedName, Token::Name(0)) | (P::ElementFirst | P::GroupItem, Token::Name(_)) => {
                let suffix = if let Token::Name(suffix) = token { suffix } else { 0 };
                let name_end = if suffix == 0 { end } else { end - 1 };
                let name = Some(owned(text, at, name_end));
                let item = Model { kind: NAME, quantifier: quantifier(suffix), name, children: Vec::new() };
                if let Some((group, _)) = doctype.groups.last_mut() {
                    group.children.push(item);
                }
                if place == P::MixedName { P::MixedNamed } else { P::GroupNext }
            }
            (P::ElementFirst | P::GroupItem, Token::ParenOpen) => {
                if doctype.groups.len() >= 1000 {
                    return Err(Failure::AMPLIFICATION);
                }
                doctype.groups.push((Model { kind: SEQUENCE, ..Model::default() }, 0));
                P::GroupItem
            }
            (P::GroupNext, Token::Comma | Token::Or) => {
                let sign = if token == Token::Comma { b',' } else { b'|' };
                if let Some((group, separator)) = doctype.groups.last_mut() {
                    if *separator != 0 && *separator != sign {
                        return Err(Failure::SYNTAX);
                    }
                    *separator = sign;
                    group.kind = if sign == b',' { SEQUENCE } else { CHOICE };
                }
                P::GroupItem
            }
            (P::GroupNext, Token::ParenClose(suffix)) => {
                if doctype.groups.len() > 1 {
                    if let Some((mut group, _)) = doctype.groups.pop() {
                        group.quantifier = quantifier(suffix);
                        if let Some((outer, _)) = doctype.groups.last_mut() {
                            outer.children.push(group);
                        }
                    }
                    P::GroupNext
                } else {
                    return Ok(Some(self.close_group(suffix)));
                }
            }
            (_, Token::Parameter) if !doctype.outer => return Err(Failure::PARAMETER_ENTITY),
            _ => return Err(Failure::SYNTAX),
        };
        Ok(Some(Kind::Other))
    }

    fn close_group(&mut self, suffix: u8) -> Kind {
        let mut model = self.doctype.groups.pop().map(|(model, _)| model).unwrap_or_default();
        model.quantifier = quantifier(suffix);
        self.define_element(model)
    }

    fn define_element(&mut self, model: Model) -> Kind {
        self.doctype.place = Place::Close;
        Kind::Element { name: self.doctype.element.clone(), model }
    }

    /// `<?xml …?>` of a document, or of an external entity.
    fn declaration(&mut self, text: &str, at: usize, end: usize, entity: bool) -> Step {
        let failure = if entity { Failure::TEXT_DECLARATION } else { Failure::DECLARATION };
        let mut here = at + 5;
        let stop = end - 2;
        let (mut version, mut encoding, mut standalone) = (None, None, -1);
        let mut encoding_at = at;
        let mut stage = 0;
        loop {
            let (name, value, value_at, after) = match pseudo_attribute(text, here, stop) {
                Ok(Some(found)) => found,
                Ok(None) => break,
                Err(place) => return Err(self.fault_at(false, place, failure)),
            };
            let name_at = here + text.get(here..).and_then(|rest| rest.find(name)).unwrap_or(0);
            match (name, stage) {
                ("version", 0) => {
                    version = Some(value.to_owned());
                    stage = 1;
                }
                ("encoding", 0 | 1) if entity || stage == 1 => {
                    if !value.starts_with(|c: char| c.is_ascii_alphabetic()) {
                        return Err(self.fault_at(false, value_at, failure));
                    }
                    encoding = Some(value.to_owned());
                    encoding_at = value_at;
                    stage = 2;
                }
                ("standalone", 1 | 2) if !entity => {
                    standalone = match value {
                        "yes" => 1,
                        "no" => 0,
                        _ => return Err(self.fault_at(false, value_at, failure)),
                    };
                    stage = 3;
                }
                _ => return Err(self.fault_at(false, name_at, failure)),
            }
            here = after;
        }
        let incomplete = if entity { encoding.is_none() } else { version.is_none() };
        if incomplete {
            return Err(self.fault_at(false, stop, failure));
        }
        if standalone == 1 {
            self.dtd.lock().standalone = true;
        }
        match self.declared(encoding.as_deref()) {
            Ok(Some(Kind::UnknownEncoding { name, .. })) => {
                self.later(Kind::UnknownEncoding { name, at: encoding_at });
            }
            Ok(_) => {}
            Err(failure) => return Err(self.fault_at(false, encoding_at, failure)),
        }
        Ok(Some(Kind::Declaration { version, encoding, standalone }))
    }
}

/// How far the body of a conditional section goes.
fn conditional_length(body: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(rest) = body.get(at..) {
        let close = rest.find("]]>")?;
        match rest.find("<![").filter(|open| *open < close) {
            Some(open) => {
                depth += 1;
                at += open + 3;
            }
            None if depth == 0 => return Some(at + close),
            None => {
                depth -= 1;
                at += close + 3;
            }
        }
    }
    None
}
