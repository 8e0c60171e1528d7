//! Markup in the texts of feeds: what looks like HTML, addresses made absolute, and everything dangerous left out.

use crate::elements::html_entities;

/// Elements that may stay.
const GOOD_ELEMENTS: &str = " a abbr acronym address area article aside audio b big blockquote br button canvas caption \
    center cite code col colgroup command datagrid datalist dd del details dfn dialog dir div dl dt em event-source \
    fieldset figure font footer form h1 h2 h3 h4 h5 h6 header hr i img input ins kbd keygen label legend li m map menu \
    meter multicol nav nextid noscript ol optgroup option output p pre progress q s samp section select small sound \
    source spacer span strike strong sub sup table tbody td textarea tfoot th thead time tr tt u ul var video ";
/// Attributes that may stay.
const GOOD_ATTRIBUTES: &str = " abbr accept accept-charset accesskey action align alt autocomplete autofocus axis \
    background balance bgcolor bgproperties border bordercolor bordercolordark bordercolorlight bottompadding \
    cellpadding cellspacing ch challenge char charoff charset checked choff cite class clear color cols colspan compact \
    contenteditable controls coords data datafld datapagesize datasrc datetime default delay dir disabled draggable \
    dynsrc enctype end face for form frame galleryimg gutter headers height hidden hidefocus high href hreflang hspace \
    icon id inputmode ismap keytype label lang leftspacing list longdesc loop loopcount loopend loopstart low lowsrc max \
    maxlength media method min multiple name nohref noshade nowrap open optimum pattern ping point-size prompt pqg \
    radiogroup readonly rel repeat-max repeat-min replace required rev rightspacing rows rowspan rules scope selected \
    shape size span src start step summary suppress tabindex target template title toppadding type unselectable urn \
    usemap valign value variable volume vrml vspace width wrap xml:lang ";
/// Properties of styles that may stay.
const GOOD_STYLES: &str = " azimuth background background-color border border-bottom border-bottom-color border-collapse \
    border-color border-left border-left-color border-right border-right-color border-top border-top-color clear color \
    cursor direction display elevation float font font-family font-size font-style font-variant font-weight height \
    letter-spacing line-height margin overflow padding pause pause-after pause-before pitch pitch-range richness speak \
    speak-header speak-numeral speak-punctuation speech-rate stress text-align text-decoration text-indent \
    unicode-bidi vertical-align voice-family volume white-space width ";
/// Elements that go with all that is in them.
const BAD_WITH_CONTENT: [&str; 3] = ["script", "applet", "style"];
/// Elements without an end.
const EMPTY: &str = " area base basefont br col command embed frame hr img input isindex keygen link meta param source \
    track wbr ";
/// Attributes that hold addresses, by element.
const ADDRESSES: &[(&str, &str)] = &[
    ("a", "href"),
    ("applet", "codebase"),
    ("area", "href"),
    ("blockquote", "cite"),
    ("body", "background"),
    ("del", "cite"),
    ("form", "action"),
    ("frame", "longdesc"),
    ("frame", "src"),
    ("iframe", "longdesc"),
    ("iframe", "src"),
    ("head", "profile"),
    ("img", "longdesc"),
    ("img", "src"),
    ("img", "usemap"),
    ("input", "src"),
    ("input", "usemap"),
    ("ins", "cite"),
    ("link", "href"),
    ("object", "classid"),
    ("object", "codebase"),
    ("object", "data"),
    ("object", "usemap"),
    ("q", "cite"),
    ("script", "src"),
];

fn listed(list: &str, name: &str) -> bool {
    !name.contains(' ') && list.contains(&format!(" {name} "))
}

fn word_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len())
}

/// Whether plain text is HTML all the same: it has an end tag or a reference, and nothing in it that HTML has not.
pub fn looks_like_html(text: &str) -> bool {
    let (mut any, mut rest) = (false, text);
    while let Some(at) = rest.find(['<', '&']) {
        let is_tag = rest[at..].starts_with('<');
        rest = &rest[at + 1..];
        if is_tag {
            let end = rest.starts_with('/');
            let name = &rest[usize::from(end)..];
            let length = word_length(name);
            if length > 0 && !listed(GOOD_ELEMENTS, &name[..length].to_lowercase()) {
                return false;
            }
            any |= end && length > 0 && name[length..].starts_with('>');
            continue;
        }
        let number = rest.starts_with('#');
        let name = &rest[usize::from(number)..];
        let length = word_length(name);
        if length == 0 || !name[length..].starts_with(';') {
            continue;
        }
        if !number && html_entities::lookup(&name[..length]).is_none() {
            return false;
        }
        any = true;
    }
    any
}

/// An address resolved against a base, as Python resolves it; without a base it stays.
pub fn join(base: &str, address: &str) -> String {
    if base.is_empty() || address.is_empty() {
        return if address.is_empty() { base.to_owned() } else { address.to_owned() };
    }
    if let Some((scheme, rest)) = address.split_once(':') {
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        // Digits behind the colon: a port, not an address of its own.
        if is_scheme && (rest.is_empty() || !rest.bytes().all(|b| b.is_ascii_digit())) {
            return address.to_owned();
        }
    }
    let Ok(parsed) = url::Url::parse(base) else { return address.to_owned() };
    let relative = if address.contains(':') && !address.starts_with(['/', '?', '#']) {
        format!("./{address}")
    } else {
        address.to_owned()
    };
    match parsed.join(&relative) {
        Ok(joined) => percent_encoding::percent_decode_str(joined.as_str())
            .decode_utf8()
            .ok()
            .filter(|_| !address.contains('%') && !base.contains('%'))
            .map_or_else(|| joined.to_string(), |text| text.into_owned()),
        Err(_) => address.to_owned(),
    }
}

/// A tag of HTML text.
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
    end: bool,
}

/// Writes HTML again: names in small letters, attributes in quotes; tags pass through `change`, which may leave them
/// out. `drop_content` says of which tags all content goes.
fn rewrite(source: &str, mut change: impl FnMut(&mut Tag) -> bool, drop_content: &[&str]) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    // How many tags are open whose content goes.
    let mut dropped = 0_usize;
    while !rest.is_empty() {
        let plain = rest.find(['<', '&']).unwrap_or(rest.len());
        if dropped == 0 {
            out.push_str(&rest[..plain]);
        }
        rest = &rest[plain..];
        if let Some(body) = rest.strip_prefix('&') {
            let length = reference_length(body);
            if dropped == 0 {
                let name = body[..length].trim_end_matches(';');
                if length == 0 {
                    out.push('&');
                } else if name.starts_with('#') || html_entities::lookup(name).is_some() {
                    out.push_str(&format!("&{name};"));
                } else {
                    out.push_str(&format!("&amp;{name}"));
                }
            }
            rest = &body[length..];
            continue;
        }
        if rest.is_empty() {
            break;
        }
        if let Some(comment) = rest.strip_prefix("<!") {
            let is_comment = comment.starts_with("--");
            let end =
                if is_comment { comment.find("-->").map(|at| at + 3) } else { comment.find('>').map(|at| at + 1) };
            let end = end.unwrap_or(comment.len());
            if dropped == 0 && is_comment {
                out.push_str("<!");
                out.push_str(&comment[..end]);
            }
            rest = &comment[end..];
            continue;
        }
        let Some((mut tag, length)) = tag_at(rest) else {
            if dropped == 0 {
                out.push('<');
            }
            rest = &rest[1..];
            continue;
        };
        rest = &rest[length..];
        if drop_content.contains(&tag.name.as_str()) {
            dropped = if tag.end { dropped.saturating_sub(1) } else { dropped + 1 };
            continue;
        }
        if dropped > 0 || !change(&mut tag) {
            continue;
        }
        if tag.end {
            if !listed(EMPTY, &tag.name) {
                out.push_str(&format!("</{}>", tag.name));
            }
            continue;
        }
        out.push('<');
        out.push_str(&tag.name);
        for (name, value) in &tag.attributes {
            let value = value.replace('>', "&gt;").replace('<', "&lt;").replace('"', "&quot;");
            out.push_str(&format!(" {name}=\"{value}\""));
        }
        out.push_str(if listed(EMPTY, &tag.name) { " />" } else { ">" });
    }
    out
}

/// Length of a reference behind its `&`, with the semicolon; 0 for none.
fn reference_length(body: &str) -> usize {
    let (skip, test): (usize, fn(char) -> bool) = match (body.starts_with("#x"), body.starts_with('#')) {
        (true, _) => (2, |c| c.is_ascii_hexdigit()),
        (_, true) => (1, |c| c.is_ascii_digit()),
        _ => (0, |c| c.is_ascii_alphanumeric()),
    };
    let name = &body[skip..];
    let length = name.find(|c| !test(c)).unwrap_or(name.len());
    match (length, name[length..].starts_with(';')) {
        (0, _) => 0,
        (length, true) => skip + length + 1,
        (length, false) => skip + length,
    }
}

fn tag_at(source: &str) -> Option<(Tag, usize)> {
    let body = source.strip_prefix('<')?;
    let end = body.starts_with('/');
    let body = &body[usize::from(end)..];
    if !body.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let length = body.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/' | '<')).unwrap_or(body.len());
    let mut tag = Tag { name: body[..length].to_lowercase(), attributes: Vec::new(), end };
    let mut rest = &body[length..];
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() || rest.starts_with('<') {
            break;
        }
        if let Some(after) = rest.strip_prefix('>') {
            rest = after;
            break;
        }
        let length =
            rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/' | '<')).unwrap_or(rest.len()).max(1);
        let length = if rest.is_char_boundary(length) { length } else { rest.chars().next().map_or(1, char::len_utf8) };
        let name = rest[..length].to_lowercase();
        rest = rest[length..].trim_start();
        let Some(after) = rest.strip_prefix('=') else {
            tag.attributes.push((name.clone(), name));
            continue;
        };
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, next) = match quote.and_then(|quote| after[1..].find(quote)) {
            Some(length) => (&after[1..=length], &after[length + 2..]),
            None => {
                let length = after.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(after.len());
                after.split_at(length)
            }
        };
        tag.attributes.push((name, value.to_owned()));
        rest = next;
    }
    Some((tag, source.len() - rest.len()))
}

/// Makes the addresses in HTML absolute.
pub fn resolve(source: &str, base: &str) -> String {
    rewrite(
        source,
        |tag| {
            for (name, value) in &mut tag.attributes {
                if ADDRESSES.iter().any(|(element, attribute)| *element == tag.name && *attribute == name.as_str()) {
                    *value = join(base, value.trim());
                }
            }
            true
        },
        &[],
    )
}

/// The declarations of a style that may stay.
fn style(source: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || " #.,%!-".contains(c);
    let declarations = source.split(';').filter_map(|declaration| {
        let (property, value) = declaration.split_once(':')?;
        let (property, value) = (property.trim().to_lowercase(), value.trim());
        let good = listed(GOOD_STYLES, &property) && !value.is_empty() && value.chars().all(plain);
        good.then(|| format!("{property}: {value};"))
    });
    declarations.collect::<Vec<_>>().join(" ")
}

/// Leaves out of HTML what could do harm.
pub fn sanitize(source: &str) -> String {
    let cleaned = rewrite(
        source,
        |tag| {
            tag.attributes.retain_mut(|(name, value)| {
                if name == "style" {
                    *value = style(value);
                    return !value.is_empty();
                }
                let scripted = value.trim_start().to_lowercase().starts_with("javascript:");
                listed(GOOD_ATTRIBUTES, name) && !scripted
            });
            listed(GOOD_ELEMENTS, &tag.name)
        },
        &BAD_WITH_CONTENT,
    );
    cleaned.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_or_not() {
        assert!(looks_like_html("a <b>bold</b>") && looks_like_html("x &amp; y"));
        assert!(!looks_like_html("a < b") && !looks_like_html("<script>x</script>") && !looks_like_html("&foo;"));
    }

    #[test]
    fn sanitizing() {
        let source = "<p>Summary with <a href=\"/rel\" onclick=x>link</a> &amp; <script>bad()</script></p>";
        assert_eq!(sanitize(source), "<p>Summary with <a href=\"/rel\">link</a> &amp; </p>");
        assert_eq!(sanitize("a < b &foo; <BR><object>x</object>&#8217;"), "a < b &amp;foo <br />x&#8217;");
    }

    #[test]
    fn addresses() {
        assert_eq!(
            resolve("<img src=i.png>", "http://a.example.com/b/"),
            "<img src=\"http://a.example.com/b/i.png\" />"
        );
        assert_eq!(join("http://a.example.com/", "tag:1"), "http://a.example.com/tag:1");
        assert_eq!(join("http://a.example.com/", "tag:a,2012:1"), "tag:a,2012:1");
        assert_eq!(join("", "x"), "x");
    }
}
