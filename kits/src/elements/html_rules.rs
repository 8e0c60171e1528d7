//! What HTML 4 parsers of the time know about elements: which ones a start tag closes, which end tags may close what,
//! void elements, attributes without values, block elements. Tables only.

/// For an open element: the start tags that close it.
static CLOSED_BY: [(&str, &[&str]); 48] = [
    ("a", &["a", "fieldset", "table", "td", "th"]),
    ("address", &["dd", "dl", "dt", "form", "li", "ul"]),
    ("b", &["center", "p", "td", "th"]),
    ("big", &["p"]),
    ("caption", &["col", "colgroup", "tbody", "tfoot", "thead", "tr"]),
    ("col", &["col", "colgroup", "tbody", "tfoot", "thead", "tr"]),
    ("colgroup", &["colgroup", "tbody", "tfoot", "thead", "tr"]),
    ("dd", &["dt"]),
    ("dir", &["dd", "dl", "dt", "form", "ul"]),
    ("dl", &["form", "li"]),
    ("dt", &["dd", "dl"]),
    ("font", &["center", "td", "th"]),
    ("form", &["form"]),
    ("h1", AFTER_HEADING),
    ("h2", AFTER_HEADING),
    ("h3", AFTER_HEADING),
    ("h4", AFTER_HEADING),
    ("h5", AFTER_HEADING),
    ("h6", AFTER_HEADING),
    ("head", AFTER_HEAD),
    ("hr", &["form"]),
    ("i", &["center", "p"]),
    ("legend", &["fieldset"]),
    ("li", &["li"]),
    ("link", &["body", "frameset"]),
    ("listing", AFTER_PREFORMATTED),
    ("menu", &["dd", "dl", "dt", "form", "ul"]),
    ("ol", &["form"]),
    ("option", &["optgroup", "option"]),
    ("p", AFTER_PARAGRAPH),
    ("pre", AFTER_PREFORMATTED),
    ("s", &["p"]),
    ("script", &["noscript"]),
    ("small", &["p"]),
    ("span", &["td", "th"]),
    ("strike", &["p"]),
    ("style", &["body", "frameset"]),
    ("tbody", &["tbody", "tfoot"]),
    ("td", AFTER_CELL),
    ("tfoot", &["tbody"]),
    ("th", AFTER_CELL),
    ("thead", &["tbody", "tfoot"]),
    ("title", &["body", "frameset"]),
    ("tr", &["tbody", "tfoot", "tr"]),
    ("tt", &["p"]),
    ("u", &["p", "td", "th"]),
    ("ul", &["address", "form", "menu", "pre"]),
    ("xmp", AFTER_PREFORMATTED),
];

static AFTER_HEADING: &[&str] = &["fieldset", "form", "li", "p", "table"];
static AFTER_PREFORMATTED: &[&str] = &["dd", "dl", "dt", "fieldset", "form", "li", "table", "ul"];
static AFTER_CELL: &[&str] = &["tbody", "td", "tfoot", "th", "tr"];
static AFTER_PARAGRAPH: &[&str] = &[
    "address",
    "blockquote",
    "body",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "form",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "li",
    "listing",
    "menu",
    "multicol",
    "ol",
    "p",
    "pre",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "title",
    "tr",
    "ul",
    "xmp",
];
static AFTER_HEAD: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "b",
    "bdo",
    "big",
    "blockquote",
    "body",
    "br",
    "center",
    "cite",
    "code",
    "dd",
    "dfn",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "fieldset",
    "font",
    "form",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "iframe",
    "img",
    "kbd",
    "li",
    "listing",
    "map",
    "menu",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tt",
    "u",
    "ul",
    "var",
    "xmp",
];

/// True if a start tag closes an open element of another (or the same) name.
pub fn closes(start_tag: &str, open: &str) -> bool {
    CLOSED_BY
        .binary_search_by_key(&open, |(name, _)| name)
        .ok()
        .and_then(|at| CLOSED_BY.get(at))
        .is_some_and(|(_, by)| by.binary_search(&start_tag).is_ok())
}

/// How far an end tag reaches: it cannot close open elements of a higher rank than its own.
pub fn end_rank(name: &str) -> u32 {
    match name {
        "div" => 150,
        "td" | "th" => 160,
        "tr" => 170,
        "thead" | "tbody" | "tfoot" => 180,
        "table" => 190,
        "head" | "body" => 200,
        "html" => 220,
        _ => 100,
    }
}

/// Elements that have no content and no end tag.
pub fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "basefont"
            | "br"
            | "col"
            | "frame"
            | "hr"
            | "img"
            | "input"
            | "isindex"
            | "link"
            | "meta"
            | "param"
    )
}

/// Attributes that stand without a value.
pub fn is_boolean_attribute(name: &str) -> bool {
    const NAMES: [&str; 13] = [
        "checked", "compact", "declare", "defer", "disabled", "ismap", "multiple", "nohref", "noresize", "noshade",
        "nowrap", "readonly", "selected",
    ];
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Elements whose text is not markup.
pub fn is_raw_text(name: &str) -> bool {
    matches!(name, "script" | "style")
}

/// Start tags that belong into `head` where no body has begun.
pub fn belongs_in_head(name: &str) -> bool {
    matches!(name, "script" | "style" | "meta" | "link" | "title" | "base")
}

/// Elements that turn the wrapper of a fragment into a `div`: those of HTML 4 alone.
pub fn is_block(name: &str) -> bool {
    const NAMES: [&str; 40] = [
        "address",
        "blockquote",
        "caption",
        "center",
        "col",
        "colgroup",
        "dd",
        "del",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "ins",
        "isindex",
        "legend",
        "li",
        "menu",
        "noscript",
        "ol",
        "optgroup",
        "option",
        "p",
        "pre",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ];
    NAMES.contains(&name)
}

#[cfg(test)]
mod tests {
    #[test]
    fn tables_are_sorted() {
        assert!(super::CLOSED_BY.is_sorted_by_key(|(name, _)| *name));
        assert!(super::CLOSED_BY.iter().all(|(_, by)| by.is_sorted()));
        assert!(super::closes("tr", "td") && super::closes("p", "p") && !super::closes("div", "span"));
    }
}
