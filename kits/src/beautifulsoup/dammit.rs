//! `UnicodeDammit`: bytes of an unknown encoding as unicode, by what the page and the program say, and by trying.

use reprise_vm_glue::import;
use reprise_vm_glue::modules::python_function::{Body, Function, Home};
use reprise_vm_glue::runtime::{codecs, text};
use rustpython_vm::builtins::PyStr;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::objects::{Given, Scope};

/// The class `UnicodeDammit`.
pub static UNICODE_DAMMIT: &[Function] = &[
    Function { name: "__init__", parameters: &[], defaults: &[], body: Body::Raw(init) },
    Function {
        name: "find_codec",
        parameters: &["self", "charset"],
        defaults: &[],
        body: Body::Run(|home, values, vm| {
            let scope = Scope::new(home, vm);
            find_codec(&scope, &values.get(1).cloned().unwrap_or_else(|| scope.none()))
        }),
    },
];

/// What a certain company's quotes and the like, 0x80 to 0x9f, are called: the entity's name and its number.
const QUOTES: [(&str, &str); 32] = [
    ("euro", "20AC"),
    (" ", ""),
    ("sbquo", "201A"),
    ("fnof", "192"),
    ("bdquo", "201E"),
    ("hellip", "2026"),
    ("dagger", "2020"),
    ("Dagger", "2021"),
    ("circ", "2C6"),
    ("permil", "2030"),
    ("Scaron", "160"),
    ("lsaquo", "2039"),
    ("OElig", "152"),
    ("?", ""),
    ("#x17D", "17D"),
    ("?", ""),
    ("?", ""),
    ("lsquo", "2018"),
    ("rsquo", "2019"),
    ("ldquo", "201C"),
    ("rdquo", "201D"),
    ("bull", "2022"),
    ("ndash", "2013"),
    ("mdash", "2014"),
    ("tilde", "2DC"),
    ("trade", "2122"),
    ("scaron", "161"),
    ("rsaquo", "203A"),
    ("oelig", "153"),
    ("?", ""),
    ("#x17E", "17E"),
    ("Yuml", ""),
];

/// How a byte from 0x80 to 0x9f is written as an entity.
fn quote(byte: u8, xml: bool) -> Option<String> {
    let (name, number) = QUOTES.get(usize::from(byte.checked_sub(0x80)?))?;
    Some(match *name {
        " " | "?" => (*name).to_owned(),
        _ if xml => format!("&#x{number};"),
        _ => format!("&{name};"),
    })
}

/// What the first bytes say: the bytes without a mark of their order and the encoding, if they say any.
fn sniffed(data: &[u8]) -> Option<(&'static str, &[u8])> {
    let second = data.get(2..4);
    match data {
        [0, b'<', 0, b'?', ..] => Some(("utf-16be", data)),
        [b'<', 0, b'?', 0, ..] => Some(("utf-16le", data)),
        [0, 0, 0, b'<', ..] => Some(("utf-32be", data)),
        [b'<', 0, 0, 0, ..] => Some(("utf-32le", data)),
        [0xfe, 0xff, rest @ ..] if second.is_some_and(|second| second != [0, 0]) => Some(("utf-16be", rest)),
        [0xff, 0xfe, rest @ ..] if second.is_some_and(|second| second != [0, 0]) => Some(("utf-16le", rest)),
        [0, 0, 0xfe, 0xff, rest @ ..] => Some(("utf-32be", rest)),
        [0xff, 0xfe, 0, 0, rest @ ..] => Some(("utf-32le", rest)),
        [0xef, 0xbb, 0xbf, rest @ ..] => Some(("utf-8", rest)),
        _ => None,
    }
}

/// The encoding in an XML declaration: `<?… encoding="NAME"…?>` on the first line.
fn in_declaration(data: &[u8]) -> Option<&[u8]> {
    let line = data.split(|byte| *byte == b'\n').next()?.strip_prefix(b"<?")?;
    let position = |data: &[u8], wanted: &[u8]| data.windows(wanted.len()).position(|part| part == wanted);
    let last = line.windows(2).rposition(|part| part == b"?>")?;
    let line = line.get(..last)?;
    let mut from = 0;
    let mut found = None;
    while let Some(at) = line.get(from..).and_then(|rest| position(rest, b"encoding=")) {
        from += at + b"encoding=".len();
        let rest = line.get(from..)?;
        if let [b'"' | b'\'', value @ ..] = rest
            && let Some(end) = value.iter().position(|byte| matches!(byte, b'"' | b'\''))
        {
            found = value.get(..end);
        }
    }
    found
}

/// The encoding in the first `<meta … charset=NAME`.
fn in_meta(data: &[u8]) -> Option<&[u8]> {
    let lower = data.to_ascii_lowercase();
    let mut from = 0;
    while let Some(open) = lower.get(from..)?.iter().position(|byte| *byte == b'<') {
        let start = from + open + 1;
        from = start;
        let rest = lower.get(start..)?;
        let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == 11).count();
        if !rest.get(blanks..)?.starts_with(b"meta") {
            continue;
        }
        let body = start + blanks + 4;
        let end = lower.get(body..)?.iter().position(|byte| *byte == b'>').map_or(lower.len(), |end| body + end);
        // The last `charset=` of the tag that a value with an end follows.
        let tag = lower.get(body..end)?;
        let places = tag.windows(8).enumerate().filter(|(at, part)| *at > 0 && *part == b"charset=");
        for (at, _) in places.collect::<Vec<_>>().into_iter().rev() {
            let value = body + at + 8;
            let stop = data.get(value..)?.iter().position(|byte| matches!(byte, b';' | b'\'' | b'"' | b'>'));
            if let Some(stop) = stop {
                return data.get(value..value + stop);
            }
        }
    }
    None
}

/// The name under which Python knows an encoding; as it came where it knows none.
fn find_codec(scope: &Scope<'_>, charset: &PyObject) -> PyResult {
    if !scope.truth(charset)? {
        return Ok(charset.to_owned());
    }
    let name = text::text_of(scope.vm, charset)?.unwrap_or_default();
    let alias = match name.as_str() {
        "macintosh" => scope.str("mac-roman"),
        "x-sjis" => scope.str("shift-jis"),
        _ => charset.to_owned(),
    };
    let codecs = import::module(scope.vm, "codecs")?;
    let mut tries = vec![alias];
    for with in ["", "_"] {
        tries.push(scope.call(charset, "replace", vec![scope.str("-"), scope.str(with)])?);
    }
    for name in tries {
        if scope.call(&codecs, "lookup", vec![name.clone()]).is_ok() {
            return Ok(name);
        }
    }
    Ok(charset.to_owned())
}

/// Bytes as unicode in an encoding; None where they are not in it.
fn decode(scope: &Scope<'_>, data: &[u8], encoding: &PyObject) -> Option<PyObjectRef> {
    let (marked, data) = match data {
        [0, b'<', 0, b'?', ..] | [b'<', 0, b'?', 0, ..] | [0, 0, 0, b'<', ..] | [b'<', 0, 0, 0, ..] => (None, data),
        _ => sniffed(data).map_or((None, data), |(name, rest)| (Some(name), rest)),
    };
    let encoding = match marked {
        Some(name) => name.to_owned(),
        None => text::text_of(scope.vm, encoding).ok().flatten()?,
    };
    let decoded = codecs::decode_object(scope.vm, data, Some(&encoding), None).ok()?;
    text::is_unicode(&decoded).then_some(decoded)
}

fn init(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let scope = Scope::new(home, vm);
    let parameters = ["self", "markup", "overrideEncodings", "smartQuotesTo", "isHTML"];
    let mut given = Given::of(vm, "__init__", &parameters, args)?;
    let this = given.this(vm)?;
    let markup = given.take(1).unwrap_or_else(|| scope.none());
    let overrides = match given.take(2) {
        Some(overrides) => vm.extract_elements_with(&overrides, Ok)?,
        None => Vec::new(),
    };
    let quotes = given.take(3).unwrap_or_else(|| scope.str("xml"));
    let is_html = given.take(4).map_or(Ok(false), |html| scope.truth(&html))?;
    let set = |name: &'static str, value: PyObjectRef| this.set_attr(name, value, vm);
    set("smartQuotesTo", quotes.clone())?;
    set("originalEncoding", scope.none())?;
    let tried = scope.list(Vec::new());
    set("triedEncodings", tried.clone())?;
    let bytes = if text::is_unicode(&markup) { None } else { text::bytes_of(&markup) };
    let (mut declared, mut guess) = (None, None);
    let mut data = Vec::new();
    if let Some(bytes) = &bytes {
        (guess, data) = match sniffed(bytes) {
            Some(("utf-8", rest)) => (Some("utf-8"), rest.to_vec()),
            Some((name, rest)) => {
                let decoded = codecs::decode_object(vm, rest, Some(name), None)?;
                (Some(name), text::text_of(vm, &decoded)?.unwrap_or_default().into_bytes())
            }
            None => (Some("ascii"), bytes.clone()),
        };
        declared = in_declaration(&data).or_else(|| if is_html { in_meta(&data) } else { None });
    }
    let declared = declared.map(|name| text::new_str(vm, &name.to_ascii_lowercase()));
    let page_says = declared.clone().filter(|_| is_html).unwrap_or_else(|| scope.none());
    set("declaredHTMLEncoding", page_says)?;
    let is_empty = markup.downcast_ref::<PyStr>().is_some_and(|markup| markup.as_bytes().is_empty());
    if bytes.is_none() || is_empty {
        set("markup", markup.clone())?;
        set("unicode", text::unicode_object(vm, &markup)?)?;
        return Ok(vm.ctx.none());
    }
    let mut tries = overrides;
    // An encoding of two or four bytes a character is not what the page can say of itself.
    let wide = |name: &PyObjectRef| {
        let name = text::text_of(vm, name).ok().flatten().unwrap_or_default();
        [
            "iso-10646-ucs-2",
            "ucs-2",
            "csunicode",
            "iso-10646-ucs-4",
            "ucs-4",
            "csucs4",
            "utf-16",
            "utf-32",
            "utf_16",
            "utf_32",
            "utf16",
            "u16",
        ]
        .contains(&name.as_str())
    };
    match declared {
        Some(name) if guess.is_some() && wide(&name) => tries.extend(guess.map(|guess| scope.str(guess))),
        Some(name) => tries.push(name),
        None => {}
    }
    tries.extend(guess.map(|guess| scope.str(guess)));
    tries.extend(["utf-8", "windows-1252"].map(|name| scope.str(name)));
    let xml = quotes.downcast_ref::<PyStr>().is_some_and(|quotes| quotes.as_bytes() == b"xml");
    for name in tries {
        let codec = find_codec(&scope, &name)?;
        if !scope.truth(&codec)? || vm._contains(&tried, &codec)? {
            continue;
        }
        scope.call(&tried, "append", vec![codec.clone()])?;
        let lower = text::text_of(vm, &codec)?.unwrap_or_default().to_lowercase();
        let has_quotes = matches!(lower.as_str(), "windows-1252" | "iso-8859-1" | "iso-8859-2");
        let source = match has_quotes && scope.truth(&quotes)? {
            true => data.iter().fold(Vec::with_capacity(data.len()), |mut out: Vec<u8>, byte| {
                match quote(*byte, xml).filter(|_| (0x80..0xa0).contains(byte)) {
                    Some(text) => out.extend(text.into_bytes()),
                    None => out.push(*byte),
                }
                out
            }),
            false => data.clone(),
        };
        if let Some(decoded) = decode(&scope, &source, &codec)
            && scope.truth(&decoded)?
        {
            set("markup", decoded.clone())?;
            set("unicode", decoded)?;
            set("originalEncoding", codec)?;
            return Ok(vm.ctx.none());
        }
    }
    set("markup", text::new_str(vm, &data))?;
    set("unicode", scope.none())?;
    Ok(vm.ctx.none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_say_their_encoding() {
        assert_eq!(in_declaration(b"<?xml version='1.0' encoding='Latin-1'?>\n"), Some(&b"Latin-1"[..]));
        assert_eq!(in_meta(b"<p>< META http-equiv=x content='text/html; charset=koi8-r'>"), Some(&b"koi8-r"[..]));
        assert_eq!(in_meta(b"<meta charset=\"utf-8\">"), Some(&b""[..]));
        assert_eq!(quote(0x93, false).as_deref(), Some("&ldquo;"));
    }
}
