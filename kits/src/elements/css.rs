//! CSS 3 selectors by way of XPath, with the texts of errors that plug-ins' libraries know.

use rustpython_vm::VirtualMachine;
use rustpython_vm::builtins::PyTypeRef;

/// Deepest nesting of `:not(…)`.
const DEEPEST: u32 = 50;

/// The XPath that selects what a selector does, from the element on downwards.
pub fn to_xpath(selector: &str) -> Result<String, String> {
    let tokens = tokens(selector)?;
    let mut parser = Parser { tokens, at: 0, depth: 0 };
    let mut paths = Vec::new();
    loop {
        paths.push(format!("descendant-or-self::{}", parser.selector()?));
        parser.skip_blanks();
        match parser.next() {
            Token { kind: Kind::End, .. } => return Ok(paths.join(" | ")),
            token if token.is(',') => {}
            token => return Err(format!("Expected selector, got {token}")),
        }
    }
}

/// `SelectorSyntaxError`.
pub fn error_class(vm: &VirtualMachine) -> PyTypeRef {
    static CLASS: std::sync::OnceLock<PyTypeRef> = std::sync::OnceLock::new();
    CLASS
        .get_or_init(|| {
            let base = vm.ctx.exceptions.syntax_error.to_owned();
            vm.ctx.new_exception_type("cssselect.parser", "SelectorSyntaxError", Some(vec![base]))
        })
        .clone()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Ident,
    Hash,
    String,
    Number,
    Blank,
    Delimiter,
    End,
}

#[derive(Clone, Debug)]
struct Token {
    kind: Kind,
    text: String,
    at: usize,
}

impl Token {
    fn is(&self, delimiter: char) -> bool {
        self.kind == Kind::Delimiter && self.text.starts_with(delimiter)
    }
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self.kind {
            Kind::End => return write!(f, "<EOF at {}>", self.at),
            Kind::Ident => "IDENT",
            Kind::Hash => "HASH",
            Kind::String => "STRING",
            Kind::Number => "NUMBER",
            Kind::Blank => "S",
            Kind::Delimiter => "DELIM",
        };
        write!(f, "<{name} '{}' at {}>", self.text, self.at)
    }
}

fn tokens(source: &str) -> Result<Vec<Token>, String> {
    let chars: Vec<char> = source.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    let is_name = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii();
    let name_from = |mut at: usize| {
        let mut name = String::new();
        while let Some(c) = chars.get(at) {
            if *c == '\\' {
                let Some(escaped) = chars.get(at + 1) else { break };
                name.push(*escaped);
                at += 2;
            } else if is_name(c) {
                name.push(*c);
                at += 1;
            } else {
                break;
            }
        }
        (name, at)
    };
    while let Some(&c) = chars.get(at) {
        let start = at;
        let next = chars.get(at + 1);
        let (kind, text) = if c.is_whitespace() {
            while chars.get(at).is_some_and(|c| c.is_whitespace()) {
                at += 1;
            }
            (Kind::Blank, " ".to_owned())
        } else if c == '/' && next == Some(&'*') {
            at += 2;
            while at < chars.len() && !(chars.get(at) == Some(&'*') && chars.get(at + 1) == Some(&'/')) {
                at += 1;
            }
            at += 2;
            continue;
        } else if c == '"' || c == '\'' {
            let mut text = String::new();
            at += 1;
            loop {
                match chars.get(at) {
                    None => return Err(format!("Unclosed string at {start}")),
                    Some(end) if *end == c => break,
                    Some('\\') if at + 1 < chars.len() => {
                        text.extend(chars.get(at + 1));
                        at += 2;
                    }
                    Some(other) => {
                        text.push(*other);
                        at += 1;
                    }
                }
            }
            at += 1;
            (Kind::String, text)
        } else if c == '#' && next.is_some_and(is_name) {
            let (name, end) = name_from(at + 1);
            at = end;
            (Kind::Hash, name)
        } else if c.is_ascii_digit() || matches!(c, '+' | '-') && next.is_some_and(char::is_ascii_digit) {
            at += 1;
            while chars.get(at).is_some_and(char::is_ascii_digit) {
                at += 1;
            }
            (Kind::Number, chars.get(start..at).unwrap_or(&[]).iter().collect())
        } else if is_name(&c) && !c.is_ascii_digit() || c == '\\' && at + 1 < chars.len() {
            let (name, end) = name_from(at);
            at = end.max(at + 1);
            (Kind::Ident, name)
        } else {
            at += 1;
            (Kind::Delimiter, c.to_string())
        };
        found.push(Token { kind, text, at: start });
    }
    found.push(Token { kind: Kind::End, text: String::new(), at: chars.len() });
    Ok(found)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: u32,
}

/// A compound selector on its way to XPath.
#[derive(Default)]
struct Compound {
    element: Option<String>,
    conditions: Vec<String>,
}

impl Compound {
    fn element(&self) -> &str {
        self.element.as_deref().unwrap_or("*")
    }

    fn add(&mut self, condition: String) {
        self.conditions.push(condition);
    }

    fn finish(&self) -> String {
        let conditions: Vec<String> = match self.conditions.as_slice() {
            [] => return self.element().to_owned(),
            [only] => vec![only.clone()],
            several => several.iter().map(|c| format!("({c})")).collect(),
        };
        format!("{}[{}]", self.element(), conditions.join(" and "))
    }

    /// The conditions alone, the element name among them.
    fn as_condition(&self) -> String {
        let mut all: Vec<String> = self.element.iter().filter(|e| *e != "*").map(|e| format!("self::{e}")).collect();
        all.extend(self.conditions.iter().map(|c| format!("({c})")));
        if all.is_empty() { "true()".to_owned() } else { all.join(" and ") }
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

    fn ident(&mut self) -> Result<String, String> {
        match self.next() {
            Token { kind: Kind::Ident, text, .. } => Ok(text),
            token => Err(format!("Expected ident, got {token}")),
        }
    }

    /// Compound selectors joined by combinators.
    fn selector(&mut self) -> Result<String, String> {
        self.skip_blanks();
        let mut path = self.compound()?.finish();
        loop {
            let blank = self.peek().kind == Kind::Blank;
            self.skip_blanks();
            let token = self.peek();
            if token.kind == Kind::End || token.is(',') || token.is(')') {
                return Ok(path);
            }
            let combinator = ['>', '+', '~'].into_iter().find(|c| token.is(*c));
            if combinator.is_some() {
                self.at += 1;
                self.skip_blanks();
            } else if !blank {
                return Err(format!("Expected selector, got {token}"));
            }
            let mut compound = self.compound()?;
            path = match combinator {
                None => format!("{path}/descendant-or-self::*/{}", compound.finish()),
                Some('>') => format!("{path}/{}", compound.finish()),
                Some('+') => {
                    let name = compound.element.take();
                    if let Some(name) = name.filter(|n| n != "*") {
                        compound.conditions.insert(0, format!("name() = {}", literal(&name)));
                    }
                    compound.conditions.insert(0, "position() = 1".to_owned());
                    format!("{path}/following-sibling::{}", compound.finish())
                }
                Some(_) => format!("{path}/following-sibling::{}", compound.finish()),
            };
        }
    }

    fn compound(&mut self) -> Result<Compound, String> {
        let mut compound = Compound::default();
        let start = self.peek();
        if start.kind == Kind::Ident {
            self.at += 1;
            // Names count in lower case, as those of HTML pages are.
            compound.element = Some(start.text.to_lowercase());
        } else if start.is('*') {
            self.at += 1;
            compound.element = Some("*".to_owned());
        }
        if self.peek().is('|') {
            self.at += 1;
            let name = if self.peek().is('*') { self.next().text } else { self.ident()? };
            let prefix = compound.element.take().unwrap_or_default();
            let own = matches!(prefix.as_str(), "*" | "");
            compound.element = Some(if own { name } else { format!("{prefix}:{name}") });
        }
        let mut any = compound.element.is_some();
        loop {
            let token = self.peek();
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
                if self.peek().is(':') {
                    self.at += 1;
                    self.ident()?;
                    return Err("Pseudo-elements are not supported.".to_owned());
                }
                self.pseudo(&mut compound)?;
            } else if any {
                return Ok(compound);
            } else {
                return Err(format!("Expected selector, got {token}"));
            }
            any = true;
        }
    }

    fn attribute(&mut self, compound: &mut Compound) -> Result<(), String> {
        self.skip_blanks();
        let mut name = if self.peek().is('*') { self.next().text } else { self.ident()? };
        if self.peek().is('|') && !self.tokens.get(self.at + 1).is_some_and(|t| t.is('=')) {
            self.at += 1;
            let local = self.ident()?;
            name = if name == "*" { local } else { format!("{name}:{local}") };
        }
        self.skip_blanks();
        let token = self.next();
        if token.is(']') {
            compound.add(format!("@{name}"));
            return Ok(());
        }
        let operator = if token.is('=') {
            '='
        } else {
            let operator = ['~', '|', '^', '$', '*', '!'].into_iter().find(|c| token.is(*c));
            let Some(operator) = operator.filter(|_| self.peek().is('=')) else {
                return Err(format!("Operator expected, got {token}"));
            };
            self.at += 1;
            operator
        };
        self.skip_blanks();
        let value = match self.next() {
            Token { kind: Kind::Ident | Kind::String | Kind::Number, text, .. } => text,
            token => return Err(format!("Expected string or ident, got {token}")),
        };
        self.skip_blanks();
        let end = self.next();
        if !end.is(']') {
            return Err(format!("Expected ']', got {end}"));
        }
        let (text, length) = (literal(&value), value.chars().count());
        compound.add(match operator {
            '=' => format!("@{name} = {text}"),
            '!' => format!("not(@{name}) or @{name} != {text}"),
            '|' => format!("@{name} and (@{name} = {text} or starts-with(@{name}, {}))", literal(&format!("{value}-"))),
            '~' if !value.is_empty() && !value.contains(char::is_whitespace) => word_in(&format!("@{name}"), &value),
            // An empty value is part of nothing.
            _ if value.is_empty() || operator == '~' => "false()".to_owned(),
            '^' => format!("starts-with(@{name}, {text})"),
            '*' => format!("contains(@{name}, {text})"),
            _ => format!("substring(@{name}, string-length(@{name}) - {}) = {text}", length.saturating_sub(1)),
        });
        Ok(())
    }

    fn pseudo(&mut self, compound: &mut Compound) -> Result<(), String> {
        let name = self.ident()?.to_ascii_lowercase();
        if self.peek().is('(') {
            self.at += 1;
            return self.function(&name, compound);
        }
        let same = format!("::{}", compound.element());
        let condition = match name.as_str() {
            "first-child" => "count(preceding-sibling::*) = 0".to_owned(),
            "last-child" => "count(following-sibling::*) = 0".to_owned(),
            "only-child" => "count(parent::*/child::*) = 1".to_owned(),
            "first-of-type" => format!("count(preceding-sibling{same}) = 0"),
            "last-of-type" => format!("count(following-sibling{same}) = 0"),
            "only-of-type" => format!("count(preceding-sibling{same}) + count(following-sibling{same}) = 0"),
            "root" => "not(parent::*)".to_owned(),
            "empty" => "not(*) and not(string-length())".to_owned(),
            "checked" => {
                "(@selected and name(.) = 'option') or (@checked and name(.) = 'input' and (@type = 'checkbox' or @type = 'radio'))".to_owned()
            }
            "link" => "@href and (name(.) = 'a' or name(.) = 'link' or name(.) = 'area')".to_owned(),
            "disabled" => "@disabled".to_owned(),
            "enabled" => "not(@disabled)".to_owned(),
            "visited" | "hover" | "active" | "focus" | "target" => "false()".to_owned(),
            _ => return Err(format!("The pseudo-class :{name} is unknown")),
        };
        compound.add(condition);
        Ok(())
    }

    fn function(&mut self, name: &str, compound: &mut Compound) -> Result<(), String> {
        self.skip_blanks();
        if name == "not" {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err("Selectors are nested too deeply".to_owned());
            }
            let inner = self.compound()?;
            self.depth -= 1;
            self.skip_blanks();
            self.close()?;
            compound.add(format!("not({})", inner.as_condition()));
            return Ok(());
        }
        let mut arguments = Vec::new();
        loop {
            let token = self.next();
            if token.is(')') {
                break;
            }
            if token.kind == Kind::End {
                return Err(format!("Expected an argument, got {token}"));
            }
            arguments.push(token);
        }
        let text: String = arguments.iter().map(|t| t.text.as_str()).collect::<String>().trim().to_owned();
        if name == "contains" || name == "lang" {
            let value = literal(&text);
            compound.add(if name == "lang" { format!("lang({value})") } else { format!("contains(., {value})") });
            return Ok(());
        }
        let (axis, of_type) = match name {
            "nth-child" => ("preceding-sibling", false),
            "nth-last-child" => ("following-sibling", false),
            "nth-of-type" => ("preceding-sibling", true),
            "nth-last-of-type" => ("following-sibling", true),
            _ => return Err(format!("The pseudo-class :{name}() is unknown")),
        };
        let Some((step, offset)) = series(&text) else { return Err(format!("Invalid series: '{text}'")) };
        let test = if of_type { compound.element().to_owned() } else { "*".to_owned() };
        compound.add(nth(&format!("count({axis}::{test})"), step, offset));
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        match self.next() {
            token if token.is(')') => Ok(()),
            token => Err(format!("Expected ')', got {token}")),
        }
    }
}

/// A condition that a word stands in a list of words.
fn word_in(list: &str, word: &str) -> String {
    format!("{list} and contains(concat(' ', normalize-space({list}), ' '), {})", literal(&format!(" {word} ")))
}

/// `odd`, `even`, `3`, `2n+1` and the like as step and offset.
fn series(text: &str) -> Option<(i64, i64)> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
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

/// The condition that one more than a count of siblings is in a series.
fn nth(count: &str, step: i64, offset: i64) -> String {
    let first = offset - 1;
    match step {
        0 => format!("{count} = {first}"),
        1 => format!("{count} >= {first}"),
        step if step > 0 => format!("({count} - {first}) mod {step} = 0 and {count} >= {first}"),
        step => format!("({first} - {count}) mod {} = 0 and {count} <= {first}", -step),
    }
}

#[cfg(test)]
mod tests {
    use super::to_xpath;

    #[test]
    fn selectors() {
        for (css, xpath) in [
            ("div", "descendant-or-self::div"),
            ("a.b", "descendant-or-self::a[@class and contains(concat(' ', normalize-space(@class), ' '), ' b ')]"),
            ("#x > b", "descendant-or-self::*[@id = 'x']/b"),
            ("p, b", "descendant-or-self::p | descendant-or-self::b"),
            (
                "li:nth-child(2n+1)",
                "descendant-or-self::li[(count(preceding-sibling::*) - 0) mod 2 = 0 and count(preceding-sibling::*) >= 0]",
            ),
            ("*:not(div)", "descendant-or-self::*[not(self::div)]"),
            ("a[href^='x'] b", "descendant-or-self::a[starts-with(@href, 'x')]/descendant-or-self::*/b"),
            ("div:contains(\"Hi\")", "descendant-or-self::div[contains(., 'Hi')]"),
        ] {
            assert_eq!(to_xpath(css).as_deref(), Ok(xpath), "{css}");
        }
        assert_eq!(to_xpath("!!").unwrap_err(), "Expected selector, got <DELIM '!' at 0>");
        for bad in ["", "a[", "a:", ":nth-child(x)", "a::b", "'", "a > ", ":not(", "é[é", "\\"] {
            assert!(to_xpath(bad).is_err(), "{bad}");
        }
    }
}
