//! The table of routes: the pattern language, matching of request paths and generation of paths
//! (`spec/protocol.md` §3.1 and §3.4). Knows nothing of the virtual machine; what a route leads to is the table's parameter.

use std::sync::OnceLock;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use regex::Regex;

use crate::objects::quote::quote_plus;

/// What stays as it is in a generated path.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'.').remove(b'-').remove(b'/');

/// Which part of the URL space a route lives in (`spec/protocol.md` §2 step 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    Public,
    Internal,
    Management,
}

/// A route path that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    #[error("the route \"{path}\" has an opening brace without a closing one")]
    OpenBrace { path: String },
    #[error("the pattern of \"{name}\" in the route \"{path}\" cannot be used: {reason}")]
    Pattern { path: String, name: String, reason: String },
}

#[derive(Clone, Debug)]
enum Part {
    Literal(String),
    Variable {
        name: String,
        /// The regular expression of `{name:regex}`, anchored, that generated values must match.
        check: Option<Regex>,
    },
    /// `{.name}`: a suffix with its dot, or nothing.
    Suffix {
        name: String,
    },
}

/// A compiled route path.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: String,
    parts: Vec<Part>,
    /// None where the path is literal.
    matcher: Option<Matcher>,
}

/// The expression of a path. Compiling one costs more than answering a menu and most are never asked for, so that waits
/// for the first path that begins as the route does.
#[derive(Clone, Debug)]
struct Matcher {
    expression: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Matcher {
    /// None for an expression that does not compile, which [`Pattern::new`] has refused.
    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(&self.expression).ok()).as_ref()
    }
}

impl Pattern {
    /// Compiles a route path: `{name}`, `{name:regex}`, `:name`, `*name`, `{.name}`, everything else literal.
    pub fn new(path: &str) -> Result<Self, RouteError> {
        let mut builder =
            Builder { path, expression: String::from("^(?s)"), parts: Vec::new(), literal: String::new() };
        let chars: Vec<char> = path.chars().collect();
        let mut at = 0;
        while let Some(&c) = chars.get(at) {
            match c {
                '{' => at = builder.braces(&chars, at)?,
                ':' | '*' => {
                    let end = (at + 1..chars.len())
                        .find(|&i| !chars.get(i).is_some_and(|c| c.is_alphanumeric() || *c == '_'))
                        .unwrap_or(chars.len());
                    let name: String = chars.get(at + 1..end).unwrap_or_default().iter().collect();
                    if name.is_empty() {
                        builder.literal.push(c);
                        at += 1;
                    } else {
                        builder.variable(name, if c == ':' { "[^/]+?" } else { ".*?" }, None);
                        at = end;
                    }
                }
                _ => {
                    builder.literal.push(c);
                    at += 1;
                }
            }
        }
        builder.finish()
    }

    /// A path without variables.
    pub fn literal(path: &str) -> Self {
        Self { source: path.to_owned(), parts: vec![Part::Literal(path.to_owned())], matcher: None }
    }

    /// The path as it was declared.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Names of the variables, in the order of the path.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable { name, .. } | Part::Suffix { name } => Some(name.as_str()),
            Part::Literal(_) => None,
        })
    }

    /// The variables' values if the whole path matches.
    pub fn matches<'p>(&'p self, path: &str) -> Option<Vec<(&'p str, String)>> {
        let Some(matcher) = &self.matcher else {
            return (self.source == path).then(Vec::new);
        };
        if matches!(self.parts.first(), Some(Part::Literal(start)) if !path.starts_with(start.as_str())) {
            return None;
        }
        let found = matcher.regex()?.captures(path)?;
        let mut values = Vec::new();
        for (index, part) in self.parts.iter().filter(|p| !matches!(p, Part::Literal(_))).enumerate() {
            if let (Part::Variable { name, .. } | Part::Suffix { name }, Some(value)) =
                (part, found.name(&group_name(index)))
            {
                values.push((name.as_str(), value.as_str().to_owned()));
            }
        }
        Some(values)
    }

    /// The path for the given values; None if one is missing or is not what its expression asks for.
    pub fn generate<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> Option<String> {
        let mut path = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => path.push_str(text),
                Part::Variable { name, check } => {
                    let value = value(name)?;
                    if check.as_ref().is_some_and(|check| !check.is_match(value)) {
                        return None;
                    }
                    path.push_str(&quote_path(value));
                }
                Part::Suffix { name } => {
                    if let Some(value) = value(name) {
                        path.push('.');
                        path.push_str(&quote_path(value));
                    }
                }
            }
        }
        Some(path)
    }
}

/// Collects the parts of a path and the expression that matches it.
struct Builder<'a> {
    path: &'a str,
    expression: String,
    parts: Vec<Part>,
    literal: String,
}

impl Builder<'_> {
    /// Reads `{…}` from `chars[at]`; gives the index behind it.
    fn braces(&mut self, chars: &[char], at: usize) -> Result<usize, RouteError> {
        let mut depth = 0;
        let mut end = None;
        for (i, c) in chars.iter().enumerate().skip(at) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                end = Some(i);
                break;
            }
        }
        let end = end.ok_or_else(|| RouteError::OpenBrace { path: self.path.to_owned() })?;
        let inner: String = chars.get(at + 1..end).unwrap_or_default().iter().collect();
        if let Some(name) = inner.strip_prefix('.') {
            self.flush();
            let group = group_name(self.variable_count());
            self.expression.push_str(&format!("(?:\\.(?P<{group}>[^/]+?))?"));
            self.parts.push(Part::Suffix { name: name.to_owned() });
            return Ok(end + 1);
        }
        match inner.split_once(':') {
            None => self.variable(inner, "[^/]+?", None),
            Some((name, expression)) => {
                let problem = |error: regex::Error| RouteError::Pattern {
                    path: self.path.to_owned(),
                    name: name.to_owned(),
                    reason: error.to_string(),
                };
                let check = Regex::new(&format!("^(?:{expression})$")).map_err(problem)?;
                self.variable(name.to_owned(), expression, Some(check));
            }
        }
        Ok(end + 1)
    }

    fn variable_count(&self) -> usize {
        self.parts.iter().filter(|part| !matches!(part, Part::Literal(_))).count()
    }

    fn variable(&mut self, name: String, expression: &str, check: Option<Regex>) {
        self.flush();
        let group = group_name(self.variable_count());
        self.expression.push_str(&format!("(?P<{group}>{expression})"));
        self.parts.push(Part::Variable { name, check });
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.expression.push_str(&regex::escape(&self.literal));
            self.parts.push(Part::Literal(std::mem::take(&mut self.literal)));
        }
    }

    fn finish(mut self) -> Result<Pattern, RouteError> {
        self.flush();
        if self.variable_count() == 0 {
            return Ok(Pattern::literal(self.path));
        }
        self.expression.push('$');
        // The parts that this file writes compile; those of `{name:regex}` may not.
        let is_own = self.parts.iter().all(|part| !matches!(part, Part::Variable { check: Some(_), .. }));
        let matcher = Matcher { expression: self.expression, compiled: OnceLock::new() };
        if !is_own {
            let regex = Regex::new(&matcher.expression).map_err(|error| RouteError::Pattern {
                path: self.path.to_owned(),
                name: self.path.to_owned(),
                reason: error.to_string(),
            })?;
            let _ = matcher.compiled.set(Some(regex));
        }
        Ok(Pattern { source: self.path.to_owned(), parts: self.parts, matcher: Some(matcher) })
    }
}

fn group_name(index: usize) -> String {
    format!("v{index}")
}

/// A value in a generated path: UTF-8, percent-encoded, slashes kept.
pub fn quote_path(value: &str) -> String {
    utf8_percent_encode(value, PATH).to_string()
}

/// A name or value in a generated query: form encoding, as Python's `quote_plus`.
pub fn quote_query(value: &[u8]) -> String {
    quote_plus(value, b"")
}

/// One connected route.
#[derive(Clone, Debug)]
pub struct Entry<T> {
    pub group: Group,
    /// Upper-case as declared; a lower-case declaration never matches, as in the original.
    pub methods: Vec<String>,
    pub pattern: Pattern,
    pub target: T,
}

/// Routes in the order in which they were connected: the first that matches wins.
#[derive(Debug)]
pub struct RouteTable<T> {
    entries: Vec<Entry<T>>,
}

impl<T> Default for RouteTable<T> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<T> RouteTable<T> {
    pub fn connect(&mut self, entry: Entry<T>) {
        self.entries.push(entry);
    }

    pub fn entries(&self) -> &[Entry<T>] {
        &self.entries
    }

    /// The first route of that group and method whose pattern matches, and the variables' values. HEAD is GET.
    pub fn find(&self, group: Group, method: &str, path: &str) -> Option<(&Entry<T>, Vec<(&str, String)>)> {
        let method = if method == "HEAD" { "GET" } else { method };
        self.entries
            .iter()
            .filter(|entry| entry.group == group && entry.methods.iter().any(|m| m == method))
            .find_map(|entry| entry.pattern.matches(path).map(|values| (entry, values)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pattern: &str, path: &str) -> Option<Vec<(String, String)>> {
        let pattern = Pattern::new(pattern).ok()?;
        pattern.matches(path).map(|v| v.into_iter().map(|(n, v)| (n.to_owned(), v)).collect())
    }

    fn pairs(list: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
        Some(list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect())
    }

    #[test]
    fn whole_paths_match() {
        assert_eq!(values("/x/list", "/x/list"), pairs(&[]));
        assert_eq!(values("/x/list", "/x/list/"), None);
        assert_eq!(values("/x/{id}", "/x/7"), pairs(&[("id", "7")]));
        assert_eq!(values("/x/{id}", "/x/7/8"), None);
        assert_eq!(values("/x/{id}", "/x/"), None);
        assert_eq!(values("/file/{name}.{ext}", "/file/a.b.c"), pairs(&[("name", "a"), ("ext", "b.c")]));
        assert_eq!(values("/num/{n:[0-9]{2}}", "/num/12"), pairs(&[("n", "12")]));
        assert_eq!(values("/num/{n:[0-9]+}", "/num/ab"), None);
        assert_eq!(values("/any/{rest:.*}", "/any/a/b/c"), pairs(&[("rest", "a/b/c")]));
        assert_eq!(values("/any/*rest", "/any/a/b"), pairs(&[("rest", "a/b")]));
        assert_eq!(values("/old/:id/x", "/old/5/x"), pairs(&[("id", "5")]));
        assert_eq!(values("/s/name{.format}", "/s/name.json"), pairs(&[("format", "json")]));
        assert_eq!(values("/s/name{.format}", "/s/name"), pairs(&[]));
        assert_eq!(values("/café/{a}", "/café/é"), pairs(&[("a", "é")]));
    }

    #[test]
    fn bad_patterns_are_named() {
        assert!(matches!(Pattern::new("/x/{a"), Err(RouteError::OpenBrace { .. })));
        assert!(matches!(Pattern::new("/x/{a:[}"), Err(RouteError::Pattern { .. })));
    }

    #[test]
    fn paths_are_generated() {
        let pattern = Pattern::new("/show/{show}/season/{season}").unwrap();
        let with = |a: &'static str, b: &'static str| {
            pattern.generate(|n| if n == "show" { Some(a) } else { Some(b) }).unwrap_or_default()
        };
        assert_eq!(with("A b", "1"), "/show/A%20b/season/1");
        assert_eq!(with("café", "2/3"), "/show/caf%C3%A9/season/2/3");
        assert_eq!(with("", ""), "/show//season/");
        assert_eq!(with("a?b#c&d", "100%"), "/show/a%3Fb%23c%26d/season/100%25");
        assert_eq!(pattern.generate(|n| (n == "show").then_some("x")), None);
        let checked = Pattern::new("/n/{n:[0-9]+}").unwrap();
        assert_eq!(checked.generate(|_| Some("12")), Some("/n/12".to_owned()));
        assert_eq!(checked.generate(|_| Some("abc")), None);
        assert_eq!(quote_query("a+b c/é".as_bytes()), "a%2Bb+c%2F%C3%A9");
    }

    #[test]
    fn the_first_route_wins() {
        let mut table = RouteTable::default();
        for (path, target) in [("/x/{a}", 1), ("/x/special", 2)] {
            table.connect(Entry {
                group: Group::Public,
                methods: vec!["GET".to_owned()],
                pattern: Pattern::new(path).unwrap(),
                target,
            });
        }
        assert_eq!(table.find(Group::Public, "HEAD", "/x/special").map(|(e, _)| e.target), Some(1));
        assert!(table.find(Group::Public, "POST", "/x/special").is_none());
        assert!(table.find(Group::Internal, "GET", "/x/special").is_none());
    }
}
