//! Taking URLs apart and putting them together: `urlsplit`, `urlparse`, `urljoin` and their opposites.

use rustpython_vm::builtins::{PyBaseExceptionRef, PyDictRef, PyStr, PyTuple, PyType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};
use rustpython_wtf8::Wtf8Buf;

use super::{Text, concatenated, is_true, plain};
use crate::body;
use crate::modules::python_function::{Function, Given, function, with_defaults};
use crate::modules::scope::Scope;
use crate::runtime::{names, text};

/// The namespace of the module `urlparse`: programs add to its lists of schemes.
#[derive(Clone, Debug)]
struct Space(PyDictRef);

impl Space {
    fn of(x: Scope<'_>) -> Self {
        Self(x.home.globals.clone())
    }

    /// Whether one of the module's lists holds a scheme.
    fn lists(&self, vm: &VirtualMachine, list: &'static str, scheme: &PyObject) -> PyResult<bool> {
        let list = self.0.get_item(list, vm)?;
        let known = list.downcast_ref::<rustpython_vm::builtins::PyList>();
        if let (Some(known), Some(scheme)) = (known, scheme.downcast_ref::<PyStr>()) {
            let same = |item: &PyObjectRef| {
                item.downcast_ref::<PyStr>().is_some_and(|item| item.as_wtf8() == scheme.as_wtf8())
            };
            return Ok(known.borrow_vec().iter().any(same));
        }
        list.sequence_unchecked().contains(scheme, vm)
    }

    /// An object of one of the module's classes of results.
    fn result(&self, vm: &VirtualMachine, class: &'static str, parts: Vec<PyObjectRef>) -> PyResult {
        let class = self.0.get_item(class, vm)?;
        match class.clone().downcast::<PyType>() {
            Ok(class) if class.fast_issubclass(vm.ctx.types.tuple_type) => {
                Ok(PyTuple::new_unchecked(parts.into_boxed_slice()).into_ref_with_type(vm, class)?.into())
            }
            _ => class.call(FuncArgs::from(parts), vm),
        }
    }
}

/// The five parts of a URL.
struct Split {
    scheme: PyObjectRef,
    netloc: PyObjectRef,
    path: PyObjectRef,
    query: PyObjectRef,
    fragment: PyObjectRef,
}

/// Where the scheme ends, if there is one.
fn scheme_end(bytes: &[u8]) -> Option<usize> {
    let at = bytes.iter().position(|byte| *byte == b':').filter(|at| *at > 0)?;
    let (scheme, rest) = (bytes.get(..at)?, bytes.get(at + 1..)?);
    if !scheme.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')) {
        return None;
    }
    // `host:port` is no scheme and path.
    let is_port = !rest.is_empty() && rest.iter().all(u8::is_ascii_digit);
    (scheme.eq_ignore_ascii_case(b"http") || !is_port).then_some(at)
}

/// A host name must not become another one by Unicode's compatibility forms.
fn check_netloc(vm: &VirtualMachine, netloc: &PyObjectRef) -> PyResult<()> {
    let Some(string) = netloc.downcast_ref::<PyStr>().filter(|_| text::is_unicode(netloc)) else { return Ok(()) };
    if string.as_wtf8().is_ascii() {
        return Ok(());
    }
    let mut plain = Wtf8Buf::new();
    for c in string.as_wtf8().code_points() {
        if !c.is_char_and(|c| matches!(c, '@' | ':' | '#' | '?')) {
            plain.push(c);
        }
    }
    let plain = text::new_unicode_buf(vm, plain);
    let data = crate::import::module(vm, "unicodedata")?;
    let normal = vm.call_method(&data, "normalize", (vm.ctx.new_str("NFKC"), plain.clone()))?;
    let (Some(normal), Some(plain)) = (normal.downcast_ref::<PyStr>(), plain.downcast_ref::<PyStr>()) else {
        return Ok(());
    };
    let delimits = |byte: &u8| matches!(byte, b'/' | b'?' | b'#' | b'@' | b':');
    if plain.as_wtf8() == normal.as_wtf8() || !normal.as_bytes().iter().any(delimits) {
        return Ok(());
    }
    let shown = text::repr_of(vm, netloc)?;
    let shown = String::from_utf8_lossy(&shown).into_owned();
    Err(vm.new_value_error(format!("netloc {shown} contains invalid characters under NFKC normalization")))
}

fn split(vm: &VirtualMachine, url: &PyObject, scheme: PyObjectRef, fragments: bool) -> PyResult<Split> {
    let url = Text::of(vm, url, "find")?;
    let bytes = url.bytes();
    let find = |from: usize, to: usize, wanted: &[u8]| {
        let rest = bytes.get(from..to).unwrap_or_default();
        rest.iter().position(|byte| wanted.contains(byte)).map(|at| from + at)
    };
    let (mut scheme, mut start, mut end) = (scheme, 0, bytes.len());
    if let Some(at) = scheme_end(bytes) {
        let lower = url.content.get(..at).unwrap_or_default().to_ascii_lowercase();
        scheme = url.same_type(vm, &lower);
        start = at + 1;
    }
    let empty = || plain(vm, "");
    let mut netloc = empty();
    if bytes.get(start..).unwrap_or_default().starts_with(b"//") {
        let host_end = find(start + 2, end, b"/?#").unwrap_or(end);
        let host = bytes.get(start + 2..host_end).unwrap_or_default();
        if host.contains(&b'[') != host.contains(&b']') {
            return Err(vm.new_value_error("Invalid IPv6 URL"));
        }
        netloc = url.piece(vm, start + 2, host_end);
        start = host_end;
    }
    let (mut query, mut fragment) = (empty(), empty());
    if fragments && let Some(at) = find(start, end, b"#") {
        fragment = url.piece(vm, at + 1, end);
        end = at;
    }
    if let Some(at) = find(start, end, b"?") {
        query = url.piece(vm, at + 1, end);
        end = at;
    }
    check_netloc(vm, &netloc)?;
    Ok(Split { scheme, netloc, path: url.piece(vm, start, end), query, fragment })
}

/// The six parts of a URL.
struct Parsed {
    split: Split,
    params: PyObjectRef,
}

fn parse(vm: &VirtualMachine, space: &Space, url: &PyObject, scheme: PyObjectRef, fragments: bool) -> PyResult<Parsed> {
    let mut split = split(vm, url, scheme, fragments)?;
    let mut params = plain(vm, "");
    let path = split.path.clone();
    let text = Text::of(vm, &path, "find")?;
    if text.bytes().contains(&b';') && space.lists(vm, "uses_params", &split.scheme)? {
        // Only the last segment of the path can have parameters.
        let from = text.bytes().iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        let rest = text.bytes().get(from..).unwrap_or_default();
        if let Some(at) = rest.iter().position(|byte| *byte == b';').map(|at| from + at) {
            split.path = text.piece(vm, 0, at);
            params = text.piece(vm, at + 1, text.content.len());
        }
    }
    Ok(Parsed { split, params })
}

impl Parsed {
    fn joined(self, vm: &VirtualMachine, space: &Space) -> PyResult {
        let Self { split, params } = self;
        let path = if is_true(vm, &params)? {
            concatenated(vm, &[&split.path, plain(vm, ";").as_object(), &params])?
        } else {
            split.path
        };
        Split { path, ..split }.joined(vm, space)
    }
}

impl Split {
    /// The opposite of [`split`].
    fn joined(self, vm: &VirtualMachine, space: &Space) -> PyResult {
        let starts = |url: &PyObject, wanted: &[u8]| -> PyResult<bool> {
            match url.downcast_ref::<PyStr>() {
                Some(url) => Ok(url.as_bytes().starts_with(wanted)),
                None => {
                    let kind = names::type_name_of(url);
                    Err(vm.new_type_error(format!("'{kind}' object has no attribute '__getitem__'")))
                }
            }
        };
        let mut url = self.path;
        let has_netloc = is_true(vm, &self.netloc)?;
        let has_scheme = is_true(vm, &self.scheme)?;
        if has_netloc || (has_scheme && space.lists(vm, "uses_netloc", &self.scheme)? && !starts(&url, b"//")?) {
            if is_true(vm, &url)? && !starts(&url, b"/")? {
                url = concatenated(vm, &[plain(vm, "/").as_object(), &url])?;
            }
            let netloc = if has_netloc { self.netloc } else { plain(vm, "") };
            url = concatenated(vm, &[plain(vm, "//").as_object(), &netloc, &url])?;
        }
        if has_scheme {
            url = concatenated(vm, &[&self.scheme, plain(vm, ":").as_object(), &url])?;
        }
        if is_true(vm, &self.query)? {
            url = concatenated(vm, &[&url, plain(vm, "?").as_object(), &self.query])?;
        }
        if is_true(vm, &self.fragment)? {
            url = concatenated(vm, &[&url, plain(vm, "#").as_object(), &self.fragment])?;
        }
        Ok(url)
    }
}

/// So many items of a sequence, in the words of Python 2's unpacking.
fn unpacked<const COUNT: usize>(vm: &VirtualMachine, data: &PyObject) -> PyResult<[PyObjectRef; COUNT]> {
    let items: Vec<PyObjectRef> = vm.extract_elements_with(data, Ok)?;
    let given = items.len();
    <[PyObjectRef; COUNT]>::try_from(items).map_err(|_| -> PyBaseExceptionRef {
        if given > COUNT {
            return vm.new_value_error("too many values to unpack");
        }
        let plural = if given == 1 { "" } else { "s" };
        vm.new_value_error(format!("need more than {given} value{plural} to unpack"))
    })
}

/// The path that `..` and `.` in a relative path lead to.
fn resolved(base: &[u8], path: &[u8]) -> Vec<u8> {
    let base_end = base.iter().rposition(|byte| *byte == b'/');
    let mut segments: Vec<&[u8]> = match base_end {
        Some(end) => base.get(..end).unwrap_or_default().split(|byte| *byte == b'/').collect(),
        None => Vec::new(),
    };
    segments.extend(path.split(|byte| *byte == b'/'));
    if let Some(last) = segments.last_mut().filter(|last| **last == b".") {
        *last = b"";
    }
    segments.retain(|segment| *segment != b".");
    // Each ".." takes the segment before it away, as long as there is one behind the root. The last segment of all is
    // looked at afterwards.
    let mut kept: Vec<&[u8]> = Vec::with_capacity(segments.len());
    let count = segments.len();
    for (index, segment) in segments.into_iter().enumerate() {
        let takes =
            segment == b".." && index + 1 < count && kept.last().is_some_and(|last| !last.is_empty() && *last != b"..");
        if takes {
            kept.pop();
        } else {
            kept.push(segment);
        }
    }
    if kept.as_slice() == [b"".as_slice(), b"..".as_slice()] {
        kept.pop();
        kept.push(b"");
    } else if kept.len() >= 2 && kept.last().is_some_and(|last| *last == b"..") {
        kept.truncate(kept.len() - 2);
        kept.push(b"");
    }
    kept.join(&b'/')
}

fn join(vm: &VirtualMachine, space: &Space, base: &PyObject, url: &PyObject, fragments: bool) -> PyResult {
    if !is_true(vm, base)? {
        return Ok(url.to_owned());
    }
    if !is_true(vm, url)? {
        return Ok(base.to_owned());
    }
    let old = parse(vm, space, base, plain(vm, ""), fragments)?;
    let mut new = parse(vm, space, url, old.split.scheme.clone(), fragments)?;
    let same = |a: &PyObjectRef, b: &PyObjectRef| match (a.downcast_ref::<PyStr>(), b.downcast_ref::<PyStr>()) {
        (Some(a), Some(b)) => a.as_wtf8() == b.as_wtf8(),
        _ => false,
    };
    if !same(&new.split.scheme, &old.split.scheme) || !space.lists(vm, "uses_relative", &new.split.scheme)? {
        return Ok(url.to_owned());
    }
    if space.lists(vm, "uses_netloc", &new.split.scheme)? {
        if is_true(vm, &new.split.netloc)? {
            return new.joined(vm, space);
        }
        new.split.netloc = old.split.netloc;
    }
    let path = Text::of(vm, &new.split.path, "split")?;
    if path.bytes().starts_with(b"/") {
        return new.joined(vm, space);
    }
    if path.bytes().is_empty() && !is_true(vm, &new.params)? {
        new.split.path = old.split.path;
        new.params = old.params;
        if !is_true(vm, &new.split.query)? {
            new.split.query = old.split.query;
        }
        return new.joined(vm, space);
    }
    let old_path = Text::of(vm, &old.split.path, "split")?;
    let joined = if path.unicode == old_path.unicode || (path.content.is_ascii() && old_path.content.is_ascii()) {
        let bytes = resolved(old_path.bytes(), path.bytes());
        let content = Wtf8Buf::from_bytes(bytes).unwrap_or_default();
        let unicode = path.unicode || old_path.unicode;
        if unicode { text::new_unicode_buf(vm, content) } else { vm.ctx.new_str(content).into() }
    } else {
        // Of two types: both as unicode.
        let decoded = |object: &PyObject| -> PyResult<Vec<u8>> {
            Ok(text::wtf8_of(vm, object)?.map(|text| text.as_bytes().to_vec()).unwrap_or_default())
        };
        let bytes = resolved(&decoded(&old.split.path)?, &decoded(&new.split.path)?);
        text::new_unicode_buf(vm, Wtf8Buf::from_bytes(bytes).unwrap_or_default())
    };
    new.split.path = joined;
    new.joined(vm, space)
}

const URL: &[&str] = &["url", "scheme", "allow_fragments"];
const URL_DEFAULTS: &[Given] = &[Given::Text(""), Given::Bool(true)];

/// The functions of the module. They look at its lists, which programs add to.
pub static FUNCTIONS: &[Function] = &[
    with_defaults(
        "urlsplit",
        URL,
        URL_DEFAULTS,
        body!(|x, url, scheme, fragments| {
            let split = split(x.vm, url, scheme.clone(), x.yes(fragments)?)?;
            let parts = vec![split.scheme, split.netloc, split.path, split.query, split.fragment];
            Space::of(x).result(x.vm, "SplitResult", parts)
        }),
    ),
    with_defaults(
        "urlparse",
        URL,
        URL_DEFAULTS,
        body!(|x, url, scheme, fragments| {
            let space = Space::of(x);
            let Parsed { split, params } = parse(x.vm, &space, url, scheme.clone(), x.yes(fragments)?)?;
            let parts = vec![split.scheme, split.netloc, split.path, params, split.query, split.fragment];
            space.result(x.vm, "ParseResult", parts)
        }),
    ),
    function(
        "urlunsplit",
        &["data"],
        body!(|x, data| {
            let [scheme, netloc, path, query, fragment] = unpacked(x.vm, data)?;
            Split { scheme, netloc, path, query, fragment }.joined(x.vm, &Space::of(x))
        }),
    ),
    function(
        "urlunparse",
        &["data"],
        body!(|x, data| {
            let [scheme, netloc, path, params, query, fragment] = unpacked(x.vm, data)?;
            Parsed { split: Split { scheme, netloc, path, query, fragment }, params }.joined(x.vm, &Space::of(x))
        }),
    ),
    with_defaults(
        "urljoin",
        &["base", "url", "allow_fragments"],
        &[Given::Bool(true)],
        body!(|x, base, url, fragments| join(x.vm, &Space::of(x), base, url, x.yes(fragments)?)),
    ),
    function(
        "urldefrag",
        &["url"],
        body!(|x, url| {
            let text = Text::of(x.vm, url, "find")?;
            if !text.bytes().contains(&b'#') {
                return Ok(x.tuple([url.clone(), x.text("")]));
            }
            let space = Space::of(x);
            let mut parsed = parse(x.vm, &space, url, x.text(""), true)?;
            let fragment = std::mem::replace(&mut parsed.split.fragment, x.text(""));
            Ok(x.tuple([parsed.joined(x.vm, &space)?, fragment]))
        }),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn path(base: &str, relative: &str) -> String {
        String::from_utf8_lossy(&resolved(base.as_bytes(), relative.as_bytes())).into_owned()
    }

    #[test]
    fn schemes() {
        assert_eq!(scheme_end(b"http://x"), Some(4));
        assert_eq!(scheme_end(b"host:80"), None);
        assert_eq!(scheme_end(b"path:80x"), Some(4));
        assert_eq!(scheme_end(b"a b:c"), None);
    }

    #[test]
    fn relative_paths() {
        assert_eq!(path("/b/c/d", "g"), "/b/c/g");
        assert_eq!(path("/b/c/d", "./g/."), "/b/c/g/");
        assert_eq!(path("/b/c/d", ".."), "/b/");
        assert_eq!(path("/b/c/d", "../../../g"), "/../g");
        assert_eq!(path("/b/c/d", "g/../h"), "/b/c/h");
    }
}
