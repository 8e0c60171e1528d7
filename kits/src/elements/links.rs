//! The addresses in a page: in attributes, in styles and in what makes a page reload, and changing them.

use std::ops::Range;

use reprise_vm_glue::runtime::text;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use super::element::Place;
use super::tree::{EMPTY, Name, NodeId, Tree};
use super::values::xml_text;

/// Attributes that hold addresses.
pub const LINK_ATTRIBUTES: [&str; 15] = [
    "action",
    "archive",
    "background",
    "cite",
    "classid",
    "codebase",
    "data",
    "href",
    "longdesc",
    "profile",
    "src",
    "usemap",
    "dynsrc",
    "lowsrc",
    "formaction",
];

/// An address in a page.
#[derive(Clone, Debug)]
pub struct Link {
    pub node: NodeId,
    /// The attribute that it stands in; None for the text of the element.
    pub attribute: Option<String>,
    /// All of the attribute's value or the text.
    whole: String,
    /// Where in it the address stands.
    span: Range<usize>,
}

impl Link {
    pub fn address(&self) -> &str {
        self.whole.get(self.span.clone()).unwrap_or_default()
    }

    /// How many characters stand before it.
    pub fn place(&self) -> usize {
        self.whole.get(..self.span.start).map_or(0, |before| before.chars().count())
    }

    /// The value or text with another address.
    fn with(&self, address: &str) -> String {
        let before = self.whole.get(..self.span.start).unwrap_or_default();
        let after = self.whole.get(self.span.end..).unwrap_or_default();
        format!("{before}{address}{after}")
    }

    /// Puts another address in its place; None takes the attribute or the text away.
    pub fn replace(&self, tree: &mut Tree, address: Option<&str>) {
        match (&self.attribute, address) {
            (Some(attribute), Some(address)) => {
                let local = tree.atom(attribute);
                tree.set_attr(self.node, Name { local, ..Name::default() }, &self.with(address));
            }
            (Some(attribute), None) => {
                let local = tree.atom(attribute);
                tree.remove_attr(self.node, EMPTY, local);
            }
            (None, Some(address)) => tree.set_leading_text(self.node, Some(&self.with(address))),
            (None, None) => tree.set_leading_text(self.node, None),
        }
    }
}

/// The place of a text without the quotes around it.
fn unquoted(whole: &str, span: Range<usize>) -> Range<usize> {
    let bytes = whole.as_bytes().get(span.clone()).unwrap_or_default();
    match bytes {
        [b'"', .., b'"'] | [b'\'', .., b'\''] => span.start + 1..span.end - 1,
        _ => span,
    }
}

/// The addresses in a style: `url(…)`.
fn in_style(style: &str) -> Vec<Range<usize>> {
    let lower = style.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = lower.get(from..).and_then(|rest| rest.find("url(")) {
        let start = from + at + 4;
        from = start;
        let rest = lower.get(start..).unwrap_or_default();
        let quoted = rest.chars().next().filter(|c| matches!(c, '"' | '\'')).and_then(|quote| {
            let close = rest.get(1..)?.find(quote)? + 2;
            rest.get(close..)?.starts_with(')').then_some(close)
        });
        if let Some(length) = quoted.or_else(|| rest.find(')')) {
            found.push(unquoted(style, start..start + length));
            from = start + length;
        }
    }
    found
}

/// The addresses in a style sheet, the last one first: `url(…)` and `@import "…"`.
fn in_sheet(sheet: &str) -> Vec<Range<usize>> {
    let mut found = in_style(sheet);
    let mut from = 0;
    while let Some(at) = sheet.get(from..).and_then(|rest| rest.find("@import \"")) {
        let start = from + at + "@import \"".len();
        from = start;
        if let Some(length) = sheet.get(start..).and_then(|rest| rest.find(['"', '\n'])) {
            if sheet.get(start + length..).is_some_and(|rest| rest.starts_with('"')) {
                found.push(start..start + length);
            }
            from = start + length;
        }
    }
    found.sort_by_key(|span| std::cmp::Reverse(span.start));
    found
}

/// The address in the content of a `meta` that makes a page reload: `5; url=…`.
fn in_refresh(content: &str) -> Option<Range<usize>> {
    let is_blank = |c: char| c.is_ascii_whitespace();
    let semicolon = content.find([';', '=']).filter(|at| content.as_bytes().get(*at) == Some(&b';'))?;
    let rest = content.get(semicolon + 1..)?;
    let mut start = semicolon + 1 + (rest.len() - rest.trim_start_matches(is_blank).len());
    let rest = content.get(start..)?;
    if rest.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("url")) {
        let after = rest.get(3..)?.trim_start_matches(is_blank);
        if let Some(value) = after.strip_prefix('=') {
            start = content.len() - value.trim_start_matches(is_blank).len();
        }
    }
    let end = content.get(start..)?.find('\n').map_or(content.len(), |length| start + length);
    Some(unquoted(content, start..end))
}

/// All addresses below a place, in the order of the document.
pub fn links(place: &Place) -> Vec<Link> {
    place.document.read(|tree| {
        let mut found = Vec::new();
        for node in tree.descendants_or_self(place.node).filter(|node| tree.is_element(*node)) {
            for (_, attr) in tree.attrs(node) {
                let name = tree.atom_text(attr.name.local);
                if LINK_ATTRIBUTES.contains(&name) {
                    let whole = tree.attr_value(attr).to_owned();
                    found.push(Link { node, attribute: Some(name.to_owned()), span: 0..whole.len(), whole });
                }
            }
            let mut more = |attribute: Option<&str>, whole: &str, spans: Vec<Range<usize>>| {
                found.extend(spans.into_iter().map(|span| Link {
                    node,
                    attribute: attribute.map(str::to_owned),
                    whole: whole.to_owned(),
                    span,
                }));
            };
            match tree.local_name(node) {
                "meta" if tree.plain_attr(node, "http-equiv").is_some_and(|v| v.eq_ignore_ascii_case("refresh")) => {
                    let content = tree.plain_attr(node, "content").unwrap_or_default();
                    more(Some("content"), content, in_refresh(content).into_iter().collect());
                }
                "param" if tree.plain_attr(node, "valuetype").is_some_and(|v| v.eq_ignore_ascii_case("ref")) => {
                    if let Some(value) = tree.plain_attr(node, "value") {
                        more(Some("value"), value, std::iter::once(0..value.len()).collect());
                    }
                }
                "style" => {
                    let sheet = tree.leading_text(node).unwrap_or_default();
                    let spans = in_sheet(&sheet);
                    more(None, &sheet, spans);
                }
                _ => {}
            }
            if let Some(style) = tree.plain_attr(node, "style") {
                more(Some("style"), style, in_style(style).into_iter().rev().collect());
            }
        }
        found
    })
}

/// Changes all addresses below a place by a function of native code.
pub fn rewrite(place: &Place, change: impl Fn(&str) -> String) {
    let mut changed: Vec<(Link, String)> = Vec::new();
    for link in links(place) {
        let address = change(link.address().trim());
        if address != link.address() {
            changed.push((link, address));
        }
    }
    apply(place, changed.into_iter().map(|(link, address)| (link, Some(address))).collect());
}

/// Changes all addresses below a place by a function of the program; one for which it gives None goes.
pub fn rewrite_by(vm: &VirtualMachine, place: &Place, function: &PyObjectRef) -> PyResult<()> {
    let mut changed = Vec::new();
    for link in links(place) {
        let new = function.call((text::native(vm, link.address().trim()),), vm)?;
        if vm.is_none(&new) {
            changed.push((link, None));
            continue;
        }
        let new = xml_text(vm, &new)?;
        if new != link.address() {
            changed.push((link, Some(new)));
        }
    }
    apply(place, changed);
    Ok(())
}

/// Puts new addresses into the page. Several in one text are changed from the last to the first, so that the places of
/// the others hold.
fn apply(place: &Place, changed: Vec<(Link, Option<String>)>) {
    place.document.write(|tree| {
        let mut previous: Option<Link> = None;
        for (mut link, address) in changed {
            if let Some(last) = &previous
                && last.node == link.node
                && last.attribute == link.attribute
            {
                link.whole = last.whole.clone();
            }
            link.replace(tree, address.as_deref());
            if let Some(address) = &address {
                link.whole = link.with(address);
            }
            previous = Some(link);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_styles_and_refreshes() {
        let parts = |text: &str, spans: Vec<Range<usize>>| -> Vec<String> {
            spans.into_iter().map(|span| text[span].to_owned()).collect()
        };
        let style = "background: url( a.png ); b: URL('b(1).png')";
        assert_eq!(parts(style, in_style(style)), [" a.png ", "b(1).png"]);
        let sheet = "@import \"s.css\"; b{x:url(z.gif)}";
        assert_eq!(parts(sheet, in_sheet(sheet)), ["z.gif", "s.css"]);
        let refresh = |text: &str| in_refresh(text).map(|span| text[span].to_owned());
        assert_eq!(refresh("5; URL='a b'").as_deref(), Some("a b"));
        assert_eq!(refresh("5;x").as_deref(), Some("x"));
        assert_eq!(refresh("5"), None);
    }
}
