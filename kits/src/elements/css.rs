//! CSS selectors by way of XPath, with the texts of errors that plug-ins' libraries know. What the library that lxml uses
//! refuses but CSS has (lists in `:not()`, whole selectors in `:is()`) works.

use reprise_vm_glue::runtime::text;
use rustpython_vm::VirtualMachine;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyTypeRef};

use super::css_tokens::{Kind, Token, tokens};

/// Deepest nesting of `:not(…)` and its like.
const DEEPEST: u32 = 50;

/// Why a selector is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CssError {
    Syntax(String),
    /// It is well formed, but says nothing that can be done.
    Expression(String),
}

/// What a selector is used on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Names count in lower case, and forms have their states.
    Html,
    Xml,
}

/// The XPath that selects what a selector does, from the element on downwards.
pub fn to_xpath(selector: &str, dialect: Dialect) -> Result<String, CssError> {
    let mut parser = Parser { tokens: tokens(selector)?, at: 0, depth: 0, dialect };
    let mut paths = Vec::new();
    loop {
        let complex = parser.complex(false)?;
        paths.push(format!("descendant-or-self::{}", complex.path()));
        match parser.next() {
            Token { kind: Kind::End, .. } => return Ok(paths.join(" | ")),
            token if token.is(',') => {}
            token => return Err(expected("selector", &token)),
        }
    }
}

// ---- errors ----------------------------------------------------------------------------------------------------------

fn expected(what: &str, token: &Token) -> CssError {
    CssError::Syntax(format!("Expected {what}, got {token}"))
}

/// The exceptions of bad selectors.
pub struct Classes {
    pub selector: PyTypeRef,
    pub syntax: PyTypeRef,
    pub expression: PyTypeRef,
}

/// `SelectorError`, `SelectorSyntaxError` and `ExpressionError`.
pub fn error_classes(vm: &VirtualMachine) -> &'static Classes {
    static CLASSES: std::sync::OnceLock<Classes> = std::sync::OnceLock::new();
    CLASSES.get_or_init(|| {
        let zoo = &vm.ctx.exceptions;
        let class = |module, name, bases: Vec<PyTypeRef>| vm.ctx.new_exception_type(module, name, Some(bases));
        let selector = class("cssselect.parser", "SelectorError", vec![zoo.exception_type.to_owned()]);
        let syntax = vec![zoo.syntax_error.to_owned(), selector.clone()];
        let expression = vec![zoo.runtime_error.to_owned(), selector.clone()];
        Classes {
            syntax: class("cssselect.parser", "SelectorSyntaxError", syntax),
            expression: class("cssselect.xpath", "ExpressionError", expression),
            selector,
        }
    })
}

/// The exception for a refusal.
pub fn raised(vm: &VirtualMachine, error: &CssError) -> PyBaseExceptionRef {
    let classes = error_classes(vm);
    let (class, message) = match error {
        CssError::Syntax(message) => (&classes.syntax, message),
        CssError::Expression(message) => (&classes.expression, message),
    };
    vm.invoke_exception(class, vec![text::native(vm, message)]).unwrap_or_else(|error| error)
}

// ---- what selectors mean ---------------------------------------------------------------------------------------------

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Combinator {
    Descendant,
    Child,
    Next,
    Sibling,
}

impl Combinator {
    fn of(token: &Token) -> Option<Combinator> {
        let known = [('>', Combinator::Child), ('+', Combinator::Next), ('~', Combinator::Sibling)];
        known.into_iter().find(|(c, _)| token.is(*c)).map(|(_, combinator)| combinator)
    }
}

/// A compound selector on its way to XPath.
#[derive(Clone, Debug)]
struct Compound {
    /// The test of the element's name: `*`, `a`, `n:a`, `n:*`.
    test: String,
    conditions: Vec<String>,
    /// Only the first of those that are asked.
    is_first: bool,
}

impl Compound {
    fn add(&mut self, condition: String) {
        self.conditions.push(condition);
    }

    fn name_condition(&self) -> Option<String> {
        (self.test != "*").then(|| format!("self::{}", self.test))
    }

    /// As a step of a path.
    fn step(&self) -> String {
        if !self.is_first {
            return with_condition(&self.test, all(&self.conditions));
        }
        let mut conditions: Vec<String> = self.name_condition().into_iter().collect();
        conditions.extend(self.conditions.iter().cloned());
        conditions.push("position() = 1".to_owned());
        with_condition("*", all(&conditions))
    }

    /// As a condition of an element; None if every one fulfils it.
    fn condition(&self, more: Option<String>) -> Option<String> {
        let mut conditions: Vec<String> = self.name_condition().into_iter().collect();
        conditions.extend(self.conditions.iter().cloned());
        if self.is_first {
            conditions.push("position() = 1".to_owned());
        }
        conditions.extend(more);
        all(&conditions)
    }
}

fn with_condition(test: &str, condition: Option<String>) -> String {
    condition.map_or_else(|| test.to_owned(), |condition| format!("{test}[{condition}]"))
}

fn all(conditions: &[String]) -> Option<String> {
    match conditions {
        [] => None,
        [only] => Some(only.clone()),
        several => Some(several.iter().map(|c| format!("({c})")).collect::<Vec<_>>().join(" and ")),
    }
}

/// The condition that one of several is fulfilled; None for one that always is.
fn any(conditions: Vec<Option<String>>) -> Option<String> {
    let conditions: Vec<String> = conditions.into_iter().collect::<Option<_>>()?;
    match conditions.as_slice() {
        [only] => Some(only.clone()),
        several => Some(several.iter().map(|c| format!("({c})")).collect::<Vec<_>>().join(" or ")),
    }
}

/// Compound selectors joined by combinators.
#[derive(Clone, Debug)]
struct Complex {
    first: Compound,
    rest: Vec<(Combinator, Compound)>,
}

impl Complex {
    /// As a path that begins with the test of the first one.
    fn path(&self) -> String {
        let mut path = self.first.step();
        for (combinator, compound) in &self.rest {
            path = match combinator {
                Combinator::Descendant => format!("{path}/descendant::{}", compound.step()),
                Combinator::Child => format!("{path}/{}", compound.step()),
                Combinator::Sibling => format!("{path}/following-sibling::{}", compound.step()),
                Combinator::Next => {
                    let next = Compound { is_first: true, ..compound.clone() };
                    format!("{path}/following-sibling::{}", next.step())
                }
            };
        }
        path
    }

    /// As a condition of the element that the last one selects.
    fn condition(&self) -> Option<String> {
        let mut around = None;
        let mut last = &self.first;
        for (combinator, compound) in &self.rest {
            let axis = match combinator {
                Combinator::Descendant => "ancestor::*",
                Combinator::Child => "parent::*",
                Combinator::Next => "preceding-sibling::*[1]",
                Combinator::Sibling => "preceding-sibling::*",
            };
            around = Some(with_condition(axis, last.condition(around)));
            last = compound;
        }
        last.condition(around)
    }

    /// As a condition of the element that has what is selected.
    fn had(&self, combinator: Combinator) -> String {
        let path = self.path();
        match combinator {
            Combinator::Descendant => format!("descendant::{path}"),
            Combinator::Child => format!("./{path}"),
            Combinator::Next => format!("following-sibling::*[1]/self::{path}"),
            Combinator::Sibling => format!("following-sibling::{path}"),
        }
    }
}

/// A text as an XPath literal.
fn literal(text: &str) -> String {
    match (text.contains('\''), text.contains('"')) {
        (false, _) => format!("'{text}'"),
        (true, false) => format!("\"{text}\""),
        (true, true) => {
            let parts: Vec<String> = text.split('\'').map(|part| format!("'{part}'")).collect();
            format!("concat({})", parts.join(", \"'\", "))
        }
    }
}

/// Whether XPath takes a name as it is.
fn is_plain(name: &str) -> bool {
    let is_start = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(is_start) && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

// ---- reading ---------------------------------------------------------------------------------------------------------

/// Pseudo-elements that one colon is enough for.
const OLD_PSEUDO_ELEMENTS: [&str; 4] = ["first-line", "first-letter", "before", "after"];

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: u32,
    dialect: Dialect,
}

impl Parser {
    fn peek(&self) -> Token {
        let end = Token { kind: Kind::End, text: String::new(), at: 0 };
        self.tokens.get(self.at).or(self.tokens.last()).cloned().unwrap_or(end)
    }

    fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn skip_blanks(&mut self) {
        while self.peek().kind == Kind::Blank {
            self.at += 1;
        }
    }

    fn ident(&mut self) -> Result<String, CssError> {
        match self.next() {
            Token { kind: Kind::Ident, text, .. } => Ok(text),
            token => Err(expected("ident", &token)),
        }
    }

    /// A name, or None for a star.
    fn ident_or_star(&mut self) -> Result<Option<String>, CssError> {
        match self.next() {
            Token { kind: Kind::Ident, text, .. } => Ok(Some(text)),
            token if token.is('*') => Ok(None),
            token => Err(expected("ident or '*'", &token)),
        }
    }

    fn name(&self, name: String) -> String {
        if self.dialect == Dialect::Html { name.to_lowercase() } else { name }
    }

    /// Compound selectors joined by combinators, to the next comma, parenthesis or the end.
    fn complex(&mut self, inside: bool) -> Result<Complex, CssError> {
        let mut complex = Complex { first: self.compound(inside)?, rest: Vec::new() };
        loop {
            self.skip_blanks();
            let token = self.peek();
            if token.kind == Kind::End || token.is(',') || inside && token.is(')') {
                return Ok(complex);
            }
            let combinator = Combinator::of(&token);
            if combinator.is_some() {
                self.at += 1;
                self.skip_blanks();
            }
            let compound = self.compound(inside)?;
            if compound.is_first {
                let message = "Got pseudo-class \":scope\" not at the start of a selector";
                return Err(CssError::Syntax(message.to_owned()));
            }
            complex.rest.push((combinator.unwrap_or(Combinator::Descendant), compound));
        }
    }

    fn compound(&mut self, inside: bool) -> Result<Compound, CssError> {
        self.skip_blanks();
        let start = self.at;
        let mut compound = Compound { test: "*".to_owned(), conditions: Vec::new(), is_first: false };
        let token = self.peek();
        if token.kind == Kind::Ident || token.is('*') || token.is('|') {
            let first = if token.is('|') { None } else { self.ident_or_star()? };
            if self.peek().is('|') {
                self.at += 1;
                let local = self.ident_or_star()?;
                self.element(&mut compound, first, token.is('*'), local);
            } else {
                self.element(&mut compound, None, false, first);
            }
        }
        loop {
            let token = self.peek();
            let is_end = matches!(token.kind, Kind::Blank | Kind::End)
                || [',', '>', '+', '~'].into_iter().any(|c| token.is(c))
                || inside && token.is(')');
            if is_end {
                break;
            }
            if token.kind == Kind::Hash {
                self.at += 1;
                compound.add(format!("@id = {}", literal(&token.text)));
            } else if token.is('.') {
                self.at += 1;
                let name = self.ident()?;
                compound.add(word_in("@class", &name));
            } else if token.is('[') {
                self.at += 1;
                self.attribute(&mut compound)?;
            } else if token.is(':') {
                self.at += 1;
                self.pseudo(&mut compound, inside)?;
            } else {
                return Err(expected("selector", &token));
            }
        }
        if self.at == start {
            return Err(expected("selector", &self.peek()));
        }
        Ok(compound)
    }

    /// The test of an element's name. `any` stands for every namespace.
    fn element(&self, compound: &mut Compound, prefix: Option<String>, any: bool, local: Option<String>) {
        match (prefix, local) {
            (None, None) => {}
            (Some(prefix), None) => compound.test = format!("{prefix}:*"),
            (prefix, Some(local)) => {
                let local = self.name(local);
                match prefix {
                    None if any => compound.add(format!("local-name() = {}", literal(&local))),
                    None if is_plain(&local) => compound.test = local,
                    None => compound.add(format!("name() = {}", literal(&local))),
                    Some(prefix) if is_plain(&local) => compound.test = format!("{prefix}:{local}"),
                    Some(prefix) => compound.add(format!("name() = {}", literal(&format!("{prefix}:{local}")))),
                }
            }
        }
    }

    fn attribute(&mut self, compound: &mut Compound) -> Result<(), CssError> {
        self.skip_blanks();
        let first = match self.peek() {
            // No namespace.
            token if token.is('|') => Some(String::new()),
            _ => self.ident_or_star()?,
        };
        let Some(first) = first else {
            let token = self.next();
            if !token.is('|') {
                return Err(expected("'|'", &token));
            }
            let name = self.ident()?;
            return self.comparison(compound, &format!("attribute::*[local-name() = {}]", literal(&name)));
        };
        let mut prefix = None;
        let mut local = first;
        if self.peek().is('|') && !self.tokens.get(self.at + 1).is_some_and(|token| token.is('=')) {
            self.at += 1;
            prefix = Some(std::mem::take(&mut local)).filter(|prefix| !prefix.is_empty());
            local = self.ident()?;
        }
        let local = self.name(local);
        let attribute = match prefix {
            Some(prefix) => format!("@{prefix}:{local}"),
            None if is_plain(&local) => format!("@{local}"),
            None => format!("attribute::*[name() = {}]", literal(&local)),
        };
        self.comparison(compound, &attribute)
    }

    fn comparison(&mut self, compound: &mut Compound, attribute: &str) -> Result<(), CssError> {
        self.skip_blanks();
        let token = self.next();
        if token.is(']') {
            compound.add(attribute.to_owned());
            return Ok(());
        }
        let operator = if token.is('=') {
            '='
        } else {
            let operator = ['~', '|', '^', '$', '*', '!'].into_iter().find(|c| token.is(*c));
            let Some(operator) = operator.filter(|_| self.peek().is('=')) else {
                return Err(CssError::Syntax(format!("Operator expected, got {token}")));
            };
            self.at += 1;
            operator
        };
        self.skip_blanks();
        let value = match self.next() {
            // Numbers need no quotes here, as browsers have it.
            Token { kind: Kind::Ident | Kind::String | Kind::Number, text, .. } => text,
            token => return Err(expected("string or ident", &token)),
        };
        self.skip_blanks();
        let mut end = self.next();
        let (mut name, mut value) = (attribute.to_owned(), value);
        if end.kind == Kind::Ident && matches!(end.text.as_str(), "i" | "I" | "s" | "S") {
            if end.text.eq_ignore_ascii_case("i") {
                name = format!("translate({attribute}, '{UPPER}', '{LOWER}')");
                value = value.to_ascii_lowercase();
            }
            self.skip_blanks();
            end = self.next();
        }
        if !end.is(']') {
            return Err(expected("']'", &end));
        }
        let (text, length) = (literal(&value), value.chars().count());
        compound.add(match operator {
            '=' => format!("{name} = {text}"),
            '!' => format!("not({attribute}) or {name} != {text}"),
            '|' => {
                format!("{attribute} and ({name} = {text} or starts-with({name}, {}))", literal(&format!("{value}-")))
            }
            '~' if !value.is_empty() && !value.contains(char::is_whitespace) => word_in(&name, &value),
            // An empty value is part of nothing.
            _ if value.is_empty() || operator == '~' => "false()".to_owned(),
            '^' => format!("{attribute} and starts-with({name}, {text})"),
            '*' => format!("{attribute} and contains({name}, {text})"),
            _ => {
                let from = length.saturating_sub(1);
                format!("{attribute} and substring({name}, string-length({name})-{from}) = {text}")
            }
        });
        Ok(())
    }

    /// What follows a colon.
    fn pseudo(&mut self, compound: &mut Compound, inside: bool) -> Result<(), CssError> {
        let at = self.peek().at;
        let is_element = self.peek().is(':');
        if is_element {
            self.at += 1;
        }
        let written = self.ident()?;
        let name = written.to_ascii_lowercase();
        if is_element || OLD_PSEUDO_ELEMENTS.contains(&name.as_str()) {
            return Err(self.pseudo_element(&written, inside.then_some(at))?);
        }
        if self.peek().is('(') {
            self.at += 1;
            return self.function(&name, compound);
        }
        if name == "scope" {
            compound.is_first = true;
            return Ok(());
        }
        let html = self.dialect == Dialect::Html;
        let test = compound.test.clone();
        let of_type = || match test.ends_with('*') {
            true => Err(CssError::Expression(format!("*:{name} is not implemented"))),
            false => Ok(test.as_str()),
        };
        let condition = match name.as_str() {
            "first-child" => "count(preceding-sibling::*) = 0".to_owned(),
            "last-child" => "count(following-sibling::*) = 0".to_owned(),
            "only-child" => "count(preceding-sibling::*) = 0 and count(following-sibling::*) = 0".to_owned(),
            "first-of-type" => format!("count(preceding-sibling::{}) = 0", of_type()?),
            "last-of-type" => format!("count(following-sibling::{}) = 0", of_type()?),
            "only-of-type" => {
                let test = of_type()?;
                format!("count(preceding-sibling::{test}) = 0 and count(following-sibling::{test}) = 0")
            }
            "root" => "not(parent::*)".to_owned(),
            "empty" => "not(*) and not(string-length())".to_owned(),
            "checked" if html => CHECKED.to_owned(),
            "link" if html => "@href and (name(.) = 'a' or name(.) = 'link' or name(.) = 'area')".to_owned(),
            "disabled" if html => DISABLED.to_owned(),
            "enabled" if html => ENABLED.to_owned(),
            "checked" | "link" | "disabled" | "enabled" | "visited" | "hover" | "active" | "focus" | "target" => {
                "false()".to_owned()
            }
            _ => return Err(CssError::Expression(format!("The pseudo-class :{name} is unknown"))),
        };
        compound.add(condition);
        Ok(())
    }

    /// The refusal of a pseudo-element.
    fn pseudo_element(&mut self, name: &str, inside: Option<usize>) -> Result<CssError, CssError> {
        if self.peek().is('(') {
            self.at += 1;
            self.arguments()?;
        }
        if inside.is_some() {
            let end = self.next();
            return Ok(CssError::Syntax(format!("Got pseudo-element ::{name} inside :not() at {}", end.at)));
        }
        self.skip_blanks();
        let token = self.peek();
        if token.kind == Kind::End || token.is(',') {
            return Ok(CssError::Expression("Pseudo-elements are not supported.".to_owned()));
        }
        Ok(CssError::Syntax(format!("Got pseudo-element ::{name} not at the end of a selector")))
    }

    fn arguments(&mut self) -> Result<Vec<Token>, CssError> {
        let mut arguments = Vec::new();
        loop {
            self.skip_blanks();
            let token = self.next();
            match token.kind {
                Kind::Ident | Kind::String | Kind::Number => arguments.push(token),
                _ if token.is('+') || token.is('-') => arguments.push(token),
                _ if token.is(')') => return Ok(arguments),
                _ => return Err(expected("an argument", &token)),
            }
        }
    }

    /// Selectors between parentheses that are open already, each with the combinator before it.
    fn list(&mut self, relative: bool) -> Result<Vec<(Combinator, Complex)>, CssError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(CssError::Syntax("Selectors are nested too deeply".to_owned()));
        }
        let mut selectors = Vec::new();
        loop {
            self.skip_blanks();
            let combinator = Combinator::of(&self.peek()).filter(|_| relative);
            if combinator.is_some() {
                self.at += 1;
            }
            let complex = self.complex(true)?;
            selectors.push((combinator.unwrap_or(Combinator::Descendant), complex));
            match self.next() {
                token if token.is(')') => break,
                token if token.is(',') => {}
                token => return Err(expected("')'", &token)),
            }
        }
        self.depth -= 1;
        Ok(selectors)
    }

    fn function(&mut self, name: &str, compound: &mut Compound) -> Result<(), CssError> {
        self.skip_blanks();
        match name {
            "not" | "is" | "matches" | "where" => {
                let selectors = self.list(false)?;
                let condition = any(selectors.iter().map(|(_, selector)| selector.condition()).collect());
                match condition {
                    Some(condition) if name == "not" => compound.add(format!("not({condition})")),
                    None if name == "not" => compound.add("false()".to_owned()),
                    condition => compound.conditions.extend(condition),
                }
                return Ok(());
            }
            "has" => {
                let selectors = self.list(true)?;
                let had = selectors.iter().map(|(combinator, selector)| Some(selector.had(*combinator))).collect();
                compound.conditions.extend(any(had));
                return Ok(());
            }
            _ => {}
        }
        let arguments = self.arguments()?;
        let shown = || {
            let shown: Vec<String> = arguments.iter().map(Token::to_string).collect();
            format!("[{}]", shown.join(", "))
        };
        if name == "contains" || name == "lang" {
            let [Token { kind: Kind::Ident | Kind::String, text, .. }] = arguments.as_slice() else {
                let message = format!("Expected a single string or ident for :{name}(), got {}", shown());
                return Err(CssError::Expression(message));
            };
            compound.add(match (name, self.dialect) {
                ("contains", _) => format!("contains(., {})", literal(text)),
                (_, Dialect::Xml) => format!("lang({})", literal(text)),
                (_, Dialect::Html) => format!(
                    "ancestor-or-self::*[@lang][1][starts-with(concat(translate(@lang, '{UPPER}', '{LOWER}'), '-'), {})]",
                    literal(&format!("{}-", text.to_lowercase()))
                ),
            });
            return Ok(());
        }
        let (axis, of_type) = match name {
            "nth-child" => ("preceding-sibling", false),
            "nth-last-child" => ("following-sibling", false),
            "nth-of-type" => ("preceding-sibling", true),
            "nth-last-of-type" => ("following-sibling", true),
            _ => return Err(CssError::Expression(format!("The pseudo-class :{name}() is unknown"))),
        };
        let Some((step, offset)) = series(&arguments) else {
            return Err(CssError::Expression(format!("Invalid series: '{}'", shown())));
        };
        if of_type && compound.test.ends_with('*') {
            return Err(CssError::Expression(format!("*:{name}() is not implemented")));
        }
        let test = if of_type { compound.test.as_str() } else { "*" };
        let condition = nth(&format!("count({axis}::{test})"), step, offset);
        compound.conditions.extend(condition);
        Ok(())
    }
}

const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const CHECKED: &str = "(@selected and name(.) = 'option') or (@checked and (name(.) = 'input' or name(.) = 'command') \
                       and (@type = 'checkbox' or @type = 'radio'))";
/// A control in a disabled set of fields is disabled, but not in the first legend of the set.
const DISABLED: &str = "(@disabled and (name(.) = 'input' or name(.) = 'button' or name(.) = 'select' or \
                        name(.) = 'textarea' or name(.) = 'fieldset' or name(.) = 'optgroup' or name(.) = 'option')) \
                        or ((name(.) = 'input' or name(.) = 'button' or name(.) = 'select' or name(.) = 'textarea') \
                        and ancestor::fieldset[@disabled] and not(count(ancestor::legend | \
                        ancestor::fieldset[@disabled]/legend[1]) < count(ancestor::legend) + \
                        count(ancestor::fieldset[@disabled]/legend[1]))) \
                        or (name(.) = 'option' and ancestor::optgroup[@disabled])";
const ENABLED: &str = "((name(.) = 'fieldset' or name(.) = 'optgroup') and not(@disabled)) \
                       or ((name(.) = 'input' or name(.) = 'button' or name(.) = 'select' or name(.) = 'textarea') \
                       and not(@disabled) and not(ancestor::fieldset[@disabled] and not(count(ancestor::legend | \
                       ancestor::fieldset[@disabled]/legend[1]) < count(ancestor::legend) + \
                       count(ancestor::fieldset[@disabled]/legend[1])))) \
                       or (name(.) = 'option' and not(@disabled or ancestor::optgroup[@disabled]))";

/// A condition that a word stands in a list of words.
fn word_in(list: &str, word: &str) -> String {
    // What does not contain the word at all is found out soonest.
    format!(
        "{list} and contains({list}, {}) and contains(concat(' ', normalize-space({list}), ' '), {})",
        literal(word),
        literal(&format!(" {word} "))
    )
}

/// `odd`, `even`, `3`, `2n+1` and the like as step and offset.
fn series(arguments: &[Token]) -> Option<(i64, i64)> {
    if arguments.iter().any(|token| token.kind == Kind::String) {
        return None;
    }
    let text: String = arguments.iter().map(|token| token.text.as_str()).collect::<String>().to_ascii_lowercase();
    match text.as_str() {
        "odd" => return Some((2, 1)),
        "even" => return Some((2, 0)),
        _ => {}
    }
    let Some((step, offset)) = text.split_once('n') else { return Some((0, text.parse().ok()?)) };
    let step = match step {
        "" | "+" => 1,
        "-" => -1,
        number => number.parse().ok()?,
    };
    let offset = if offset.is_empty() { 0 } else { offset.parse().ok()? };
    Some((step, offset))
}

/// The condition that one more than a count of siblings is in a series; None if it always is.
fn nth(count: &str, step: i64, offset: i64) -> Option<String> {
    let first = offset.checked_sub(1)?;
    Some(match step {
        0 => format!("{count} = {first}"),
        1 if first <= 0 => return None,
        1 => format!("{count} >= {first}"),
        -1 => format!("{count} <= {first}"),
        step if step > 0 && first == 0 => format!("{count} mod {step} = 0"),
        step if step > 0 => format!("({count} - {first}) mod {step} = 0 and {count} >= {first}"),
        step => format!("({first} - {count}) mod {} = 0 and {count} <= {first}", step.unsigned_abs()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORD: &str =
        "@class and contains(@class, 'b') and contains(concat(' ', normalize-space(@class), ' '), ' b ')";

    #[test]
    fn selectors() {
        for (css, xpath) in [
            ("div", "descendant-or-self::div"),
            ("a.b", &format!("descendant-or-self::a[{WORD}]")),
            ("#x > b", "descendant-or-self::*[@id = 'x']/b"),
            ("P, b", "descendant-or-self::p | descendant-or-self::b"),
            ("li:nth-child(2n+1)", "descendant-or-self::li[count(preceding-sibling::*) mod 2 = 0]"),
            ("*:not(div)", "descendant-or-self::*[not(self::div)]"),
            ("a:not(b, i)", "descendant-or-self::a[not((self::b) or (self::i))]"),
            ("a:not(b > c)", "descendant-or-self::a[not((self::c) and (parent::*[self::b]))]"),
            ("a:is(b, i)", "descendant-or-self::a[(self::b) or (self::i)]"),
            ("a:has(> b, i)", "descendant-or-self::a[(./b) or (descendant::i)]"),
            ("a + b", "descendant-or-self::a/following-sibling::*[(self::b) and (position() = 1)]"),
            ("a[href^='x'] b", "descendant-or-self::a[@href and starts-with(@href, 'x')]/descendant::b"),
            ("div:contains(\"Hi\")", "descendant-or-self::div[contains(., 'Hi')]"),
            ("\\31 23", "descendant-or-self::*[name() = '123']"),
        ] {
            assert_eq!(to_xpath(css, Dialect::Html).as_deref(), Ok(xpath), "{css}");
        }
        assert_eq!(to_xpath("A:link", Dialect::Xml).as_deref(), Ok("descendant-or-self::A[false()]"));
    }

    #[test]
    fn refusals() {
        for (css, message) in [
            ("!!", "Expected selector, got <DELIM '!' at 0>"),
            ("a:not(b", "Expected ')', got <EOF at 7>"),
            ("a:is()", "Expected selector, got <DELIM ')' at 5>"),
            ("a..b", "Expected ident, got <DELIM '.' at 2>"),
            ("a.1", "Expected selector, got <NUMBER '.1' at 1>"),
            ("a[b", "Operator expected, got <EOF at 3>"),
            ("a:before b", "Got pseudo-element ::before not at the end of a selector"),
            ("a:not(::before)", "Got pseudo-element ::before inside :not() at 14"),
        ] {
            assert_eq!(to_xpath(css, Dialect::Html), Err(CssError::Syntax(message.to_owned())), "{css}");
        }
        for (css, message) in [
            ("a::text", "Pseudo-elements are not supported."),
            ("a:selected", "The pseudo-class :selected is unknown"),
            ("*:first-of-type", "*:first-of-type is not implemented"),
            ("a:nth-child(x)", "Invalid series: '[<IDENT 'x' at 12>]'"),
        ] {
            assert_eq!(to_xpath(css, Dialect::Html), Err(CssError::Expression(message.to_owned())), "{css}");
        }
        for bad in ["", "a[", "a:", "'", "a > ", ":not(", "é[é", "\\", &":not(".repeat(100)] {
            assert!(to_xpath(bad, Dialect::Html).is_err(), "{bad}");
        }
    }
}
