//! From the arguments of `HTTP.Request` and its relatives to what goes over the network (`spec/storage.md` §5).

use std::sync::Arc;
use std::time::Duration;

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyDict, PyDictRef};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, TryFromObject, VirtualMachine};

use crate::context;
use crate::errors;
use crate::http_body::Body;
use crate::http_request::{Fetched, Network, Plan, USER_AGENT, title_case};
use crate::network_errors;
use crate::objects::quote::quote_plus;
use crate::sandbox::Sandbox;

/// `HTTP.Headers` of a sandbox.
pub fn sandbox_headers(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyDictRef {
    let network = sandbox.plugin.state::<Network>();
    let mut all = network.headers.lock();
    all.entry(Arc::as_ptr(sandbox) as usize).or_insert_with(|| vm.ctx.new_dict()).clone()
}

/// A number that may come as text; 0 for anything else.
pub fn seconds(vm: &VirtualMachine, value: &PyObject) -> f64 {
    if vm.is_none(value) {
        return 0.0;
    }
    match value.try_float(vm) {
        Ok(number) => number.to_f64(),
        Err(_) => match text::text_of(vm, value) {
            Ok(Some(text)) => text.trim().parse().unwrap_or(0.0),
            _ => 0.0,
        },
    }
}

/// The arguments that all functions with a URL share.
#[derive(Debug, Default)]
pub struct Options {
    pub url: Option<PyObjectRef>,
    pub values: Option<PyObjectRef>,
    pub headers: Option<PyObjectRef>,
    pub cache_time: Option<PyObjectRef>,
    pub encoding: Option<PyObjectRef>,
    pub errors: Option<PyObjectRef>,
    pub timeout: Option<PyObjectRef>,
    pub sleep: Option<PyObjectRef>,
    pub data: Option<PyObjectRef>,
    pub follow_redirects: Option<PyObjectRef>,
    pub method: Option<PyObjectRef>,
}

impl Options {
    /// Whether the body is in an encoding that the plug-in names.
    fn is_encoded(&self, vm: &VirtualMachine) -> bool {
        self.encoding.as_ref().is_some_and(|encoding| !vm.is_none(encoding))
    }

    /// Takes the values of named parameters.
    pub fn from_values(names: &[&str], values: &[Option<PyObjectRef>]) -> Options {
        let get = |name: &str| names.iter().position(|n| *n == name).and_then(|at| values.get(at)?.clone());
        Options {
            url: get("url"),
            values: get("values"),
            headers: get("headers"),
            cache_time: get("cacheTime"),
            encoding: get("encoding"),
            errors: get("errors"),
            timeout: get("timeout"),
            sleep: get("sleep"),
            data: get("data"),
            follow_redirects: get("follow_redirects"),
            method: get("method"),
        }
    }
}

/// A URL as the plug-in gave it.
#[derive(Clone, Debug)]
pub struct UrlText {
    /// Bytes of a byte string are characters of the same number.
    pub text: String,
    is_unicode: bool,
}

impl UrlText {
    pub fn new(vm: &VirtualMachine, url: Option<&PyObject>) -> PyResult<UrlText> {
        let url = url.filter(|url| text::is_basestring(url) || text::bytes_of(url).is_some());
        let Some(url) = url else {
            // Callback results and the like are strings too, by what they say of themselves.
            return Err(vm.new_attribute_error("'NoneType' object has no attribute 'find'"));
        };
        let is_unicode = text::is_unicode(url);
        let mut text = match text::bytes_of(url) {
            Some(bytes) => bytes.iter().map(|b| char::from(*b)).collect(),
            None => text::text_of(vm, url)?.unwrap_or_default(),
        };
        if let Some(at) = text.rfind('#').filter(|at| *at > 0) {
            text.truncate(at);
        }
        Ok(UrlText { text, is_unicode })
    }

    /// A piece of the URL as a Python string of its kind.
    fn piece(&self, vm: &VirtualMachine, piece: &str) -> PyObjectRef {
        if self.is_unicode {
            text::new_unicode(vm, piece)
        } else {
            let bytes: Vec<u8> = piece.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
            text::new_str(vm, &bytes)
        }
    }

    /// The URL to send, or the exception that the original's library raises for it.
    pub fn checked(&self, vm: &VirtualMachine) -> PyResult<String> {
        let url = self.text.trim();
        let url = url.strip_prefix('<').and_then(|u| u.strip_suffix('>')).unwrap_or(url);
        let url = url.rsplit_once('#').map_or(url, |(before, _)| before);
        let scheme = url.split_once(':').map(|(scheme, _)| scheme).filter(|s| !s.is_empty() && !s.contains('/'));
        let Some(scheme) = scheme else {
            return Err(vm.new_value_error(format!("unknown url type: {url}")));
        };
        let scheme = scheme.to_ascii_lowercase();
        if scheme == "file" {
            let path = url.get("file:".len()..).unwrap_or("").trim_start_matches("//");
            let arguments =
                vec![vm.ctx.new_int(2).into(), text::native(vm, "No such file or directory"), text::native(vm, path)];
            let error = vm.invoke_exception(vm.ctx.exceptions.os_error, arguments)?;
            return Err(network_errors::url_error(vm, error.into()));
        }
        if scheme != "http" && scheme != "https" {
            return Err(network_errors::url_error(vm, text::native(vm, &format!("unknown url type: {scheme}"))));
        }
        let rest = url.get(scheme.len() + 1..).unwrap_or("");
        let Some(rest) = rest.strip_prefix("//").filter(|r| !r.is_empty()) else {
            return Err(network_errors::url_error(vm, text::native(vm, "no host given")));
        };
        let (host, selector) = match rest.find(['/', '?']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        for part in [host, selector] {
            let bad = part.chars().find(|c| matches!(c, '\0'..=' ' | '\u{7f}'..='\u{ff}'));
            if let Some(bad) = bad {
                let whole = text::repr_of(vm, &self.piece(vm, part))?;
                let bad = text::repr_of(vm, &self.piece(vm, bad.encode_utf8(&mut [0; 4])))?;
                return Err(network_errors::invalid_url(
                    vm,
                    &format!(
                        "URL can't contain control characters. {} (found at least {})",
                        String::from_utf8_lossy(&whole),
                        String::from_utf8_lossy(&bad)
                    ),
                ));
            }
        }
        if host.is_empty() {
            return Err(network_errors::url_error(vm, text::native(vm, "no host given")));
        }
        if let Some((_, port)) = host.rsplit_once(':').filter(|_| !host.starts_with('['))
            && !port.is_empty()
            && !port.bytes().all(|b| b.is_ascii_digit())
        {
            return Err(network_errors::invalid_url(vm, &format!("nonnumeric port: '{port}'")));
        }
        Ok(format!("{scheme}://{rest}"))
    }
}

/// The body of a form: `values` as pairs, encoded.
fn form(vm: &VirtualMachine, values: &PyObject) -> PyResult<Vec<u8>> {
    let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    if let Some(dict) = values.downcast_ref::<PyDict>() {
        for (key, value) in dict {
            pairs.push((text::str_of(vm, &key)?, text::str_of(vm, &value)?));
        }
        // In the order of the original's dictionaries.
        let keys: Vec<String> = pairs.iter().map(|(k, _)| String::from_utf8_lossy(k).into_owned()).collect();
        let order = reprise_bundles::dict_order::iteration_order(&keys);
        pairs = order.into_iter().filter_map(|at| pairs.get(at).cloned()).collect();
    } else {
        for pair in Vec::<PyObjectRef>::try_from_object(vm, values.to_owned())? {
            match Vec::<PyObjectRef>::try_from_object(vm, pair)?.as_slice() {
                [key, value] => pairs.push((text::str_of(vm, key)?, text::str_of(vm, value)?)),
                _ => return Err(vm.new_type_error("not a valid non-string sequence or mapping object")),
            }
        }
    }
    let parts: Vec<String> =
        pairs.iter().map(|(k, v)| format!("{}={}", quote_plus(k, b""), quote_plus(v, b""))).collect();
    Ok(parts.join("&").into_bytes())
}

/// The bytes of a body given as text; unicode as UTF-8.
pub fn body_bytes(vm: &VirtualMachine, value: &PyObject) -> PyResult<Vec<u8>> {
    match text::bytes_of(value) {
        Some(bytes) => Ok(bytes),
        None => match text::text_of(vm, value)? {
            Some(text) => Ok(text.into_bytes()),
            None => text::str_of(vm, value),
        },
    }
}

/// A request that is ready to go, checked only as far as the original checks before it goes.
pub struct Prepared {
    pub url: UrlText,
    pub plan: Plan,
    /// Goes at once.
    pub has_body: bool,
}

pub fn prepare(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, options: &Options) -> PyResult<Prepared> {
    let network = sandbox.plugin.state::<Network>();
    let given = |value: &Option<PyObjectRef>| value.clone().filter(|v| !vm.is_none(v));
    let url = UrlText::new(vm, options.url.as_deref())?;
    // Services never reach the server, even those that run in an Elevated plug-in.
    let may_ask_server = network.settings.read().elevated && !sandbox.policy.is_service();
    if url.text.contains(":32400/") && !may_ask_server {
        let message = "Accessing the media server's HTTP interface is not permitted.";
        return Err(errors::framework_exception(vm, message));
    }
    let mut body = match given(&options.data) {
        Some(data) => Some(body_bytes(vm, &data)?),
        None => None,
    };
    if body.as_ref().is_none_or(Vec::is_empty)
        && let Some(values) = given(&options.values)
        && values.clone().try_to_bool(vm)?
    {
        body = Some(form(vm, &values)?);
    }
    let has_body = body.as_ref().is_some_and(|b| !b.is_empty());
    let default_time = || network.cache_time.lock().clone();
    let explicit = given(&options.cache_time);
    let cache_time =
        if has_body { 0.0 } else { explicit.clone().or_else(default_time).map_or(0.0, |t| seconds(vm, &t)) };
    track_cache_time(cache_time, has_body || explicit.is_some());

    let mut headers: Vec<(String, Vec<u8>)> =
        vec![("Accept-Encoding".to_owned(), b"gzip".to_vec()), ("User-Agent".to_owned(), USER_AGENT.into())];
    let mut set = |name: String, value: Vec<u8>| {
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
        headers.push((name, value));
    };
    let own = sandbox_headers(vm, sandbox);
    let argument = match &options.headers {
        None => None,
        Some(value) => match value.downcast_ref::<PyDict>() {
            Some(dict) => Some(dict.to_owned()),
            None if vm.is_none(value) => return Err(vm.new_type_error("'NoneType' object is not iterable")),
            None => {
                let dict = vm.ctx.new_dict();
                vm.call_method(dict.as_object(), "update", (value.clone(),))?;
                Some(dict)
            }
        },
    };
    for dict in [Some(own), argument].into_iter().flatten() {
        for (name, value) in &dict {
            let name = String::from_utf8_lossy(&text::str_of(vm, &name)?).into_owned();
            let Some(name) = title_case(&name) else {
                return Err(vm.new_index_error("string index out of range"));
            };
            set(name, text::str_of(vm, &value)?);
        }
    }
    if body.is_some() && !headers.iter().any(|(n, _)| n == "Content-Type") {
        headers.push(("Content-Type".to_owned(), b"application/x-www-form-urlencoded".to_vec()));
    }
    let token = std::env::var("PLEXTOKEN").ok().filter(|t| !t.is_empty());
    if let Some(token) = token.filter(|_| url.text.starts_with("http://127.0.0.1")) {
        headers.push(("X-Plex-Token".to_owned(), token.into_bytes()));
    }
    headers.retain(|(n, _)| n != "Connection");
    headers.push(("Connection".to_owned(), b"close".to_vec()));

    let method = match given(&options.method) {
        Some(method) => String::from_utf8_lossy(&text::str_of(vm, &method)?).into_owned(),
        None => if body.is_some() { "POST" } else { "GET" }.to_owned(),
    };
    if method == "POST" && body.is_none() {
        body = Some(Vec::new());
    }
    let timeout = match &options.timeout {
        Some(value) if vm.is_none(value) => None,
        Some(value) => Duration::try_from_secs_f64(seconds(vm, value)).ok(),
        None => default_timeout(&network),
    };
    let follow_redirects = match &options.follow_redirects {
        Some(value) => value.clone().try_to_bool(vm)?,
        None => true,
    };
    let plan = Plan {
        method,
        url: url.text.clone(),
        headers,
        body,
        timeout,
        follow_redirects,
        cache_time: Some(cache_time),
        sleep: given(&options.sleep).map_or(0.0, |s| seconds(vm, &s)),
    };
    Ok(Prepared { url, plan, has_body })
}

pub fn default_timeout(network: &Network) -> Option<Duration> {
    network.timeout.lock().and_then(|t| Duration::try_from_secs_f64(t).ok())
}

/// Lowers the cache time of the answer that is being made.
fn track_cache_time(cache_time: f64, explicit: bool) {
    let whole = cache_time as i64;
    context::with(|context| {
        context.cache_time = match context.cache_time {
            Some(before) if explicit => Some(before.min(whole)),
            _ => Some(whole),
        };
    });
}

/// Performs a request; the body with the encoding that was asked for.
pub fn perform(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, url: &UrlText, plan: &Plan) -> PyResult<Fetched> {
    let checked = url.checked(vm);
    let network = sandbox.plugin.state::<Network>();
    for (name, value) in &plan.headers {
        if illegal_header_value(value) {
            let shown = text::repr_of(vm, &text::new_str(vm, value))?;
            return Err(vm.new_value_error(format!("Invalid header value {}", String::from_utf8_lossy(&shown))));
        }
        if name.starts_with(char::is_whitespace) || name.contains([':', '\r', '\n']) {
            let shown = text::repr_of(vm, &text::native(vm, name))?;
            return Err(vm.new_value_error(format!("Invalid header name {}", String::from_utf8_lossy(&shown))));
        }
    }
    // A cached answer needs no valid URL, but an invalid one cannot have been cached.
    checked?;
    let posted = context::with(|context| {
        let posted = context.posted.as_ref().filter(|posted| posted.url == plan.url && plan.method != "HEAD");
        posted.map(|posted| posted.body.clone())
    });
    if let Some(body) = posted {
        return Ok(Fetched { body: body.into(), headers: Vec::new() });
    }
    vm.allow_threads(|| network.fetch(plan)).map_err(|failure| network_errors::exception(vm, &failure))
}

/// Whether a value would begin another header: a line's end that no blank follows.
fn illegal_header_value(value: &[u8]) -> bool {
    value.iter().enumerate().any(|(at, byte)| match (byte, value.get(at + 1)) {
        (b'\n', next) => !matches!(next, Some(b' ' | b'\t')),
        (b'\r', next) => !matches!(next, Some(b' ' | b'\t' | b'\n')),
        _ => false,
    })
}

/// A body as a `str`: decoded and encoded as UTF-8, if an encoding was given.
pub fn recode(
    vm: &VirtualMachine,
    body: &Body,
    encoding: Option<&PyObject>,
    error_mode: Option<&PyObject>,
) -> PyResult {
    let bytes = body.to_str(vm)?;
    let Some(encoding) = encoding.filter(|e| !vm.is_none(e)) else { return Ok(bytes) };
    let mut arguments = vec![encoding.to_owned()];
    arguments.extend(error_mode.filter(|e| !vm.is_none(e)).map(PyObject::to_owned));
    let decoded = vm.call_method(&bytes, "decode", arguments)?;
    Ok(text::new_str(vm, text::text_of(vm, &decoded)?.unwrap_or_default().as_bytes()))
}

/// Fetches at once.
fn fetch_body(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, options: &Options) -> PyResult<Body> {
    let prepared = prepare(vm, sandbox, options)?;
    let mut fetched = perform(vm, sandbox, &prepared.url, &prepared.plan)?;
    if fetched.body.is_empty() {
        // Read at once and looked at then: an empty body counts as not read.
        fetched = perform(vm, sandbox, &prepared.url, &prepared.plan)?;
    }
    Ok(fetched.body)
}

/// Fetches at once for a kit that parses the answer: its body as a `str`, unless `check_size` refuses that many bytes.
pub fn fetch(
    vm: &VirtualMachine,
    sandbox: &Arc<Sandbox>,
    options: &Options,
    check_size: impl FnOnce(u64) -> PyResult<()>,
) -> PyResult {
    let body = fetch_body(vm, sandbox, options)?;
    if !options.is_encoded(vm) {
        check_size(body.len())?;
    }
    recode(vm, &body, options.encoding.as_deref(), options.errors.as_deref())
}

/// Fetches at once: the bytes.
pub fn fetch_bytes(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, options: &Options) -> PyResult<Vec<u8>> {
    let body = fetch_body(vm, sandbox, options)?;
    if !options.is_encoded(vm) {
        return body.into_bytes().map_err(|error| vm.new_os_error(error.to_string()));
    }
    text::str_of(vm, &*recode(vm, &body, options.encoding.as_deref(), options.errors.as_deref())?)
}
