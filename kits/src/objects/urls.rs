//! Typed URLs: strings that tell a media object its protocol, and the functions that make them
//! (`spec/objects.md` §3.2, §8; `spec/environment.md` §4).

use std::sync::{Arc, OnceLock};

use rustpython_vm::builtins::{PyDict, PyInt, PyList, PyStr, PyTuple, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{AtomicPyTypeFlags, PyTypeFlags, PyTypeSlots};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::quote::{bytes_of, quote, quote_plus, raw_unicode_escape};
use super::seams::{self, Callback, Protocol};
use super::signature::{Default, Parameter, Signature};
use crate::sandbox::Sandbox;
use reprise_bundles::dict_order::iteration_order;
use reprise_vm_glue::runtime::text;

/// The types of typed URLs, subclasses of `unicode`; all plug-ins of the process share them.
static TYPES: OnceLock<Vec<(Protocol, PyTypeRef)>> = OnceLock::new();

const NAMES: &[(Protocol, &str)] = &[
    (Protocol::WebKit, "WebKitURL"),
    (Protocol::Hls, "HTTPLiveStreamURL"),
    (Protocol::Rtmp, "RTMPVideoURL"),
    (Protocol::Embed, "EmbedURL"),
];

/// Where a typed URL that was made from a callback keeps what the callback knew.
const CALLBACK: &[&str] = &["post_url", "post_headers"];
const INDIRECT: &str = "_indirect";

fn types(vm: &VirtualMachine) -> PyResult<&'static [(Protocol, PyTypeRef)]> {
    if let Some(types) = TYPES.get() {
        return Ok(types);
    }
    let mut made = Vec::new();
    for (protocol, name) in NAMES {
        let mut slots = PyTypeSlots::heap_default();
        slots.flags = AtomicPyTypeFlags::from_plain(PyTypeFlags::HEAP_TYPE_WITH_DICT);
        let base = text::unicode_type(vm).to_owned();
        let class = vm.ctx.new_class(Some("Framework.api.objectkit"), name, base, slots);
        made.push((*protocol, class));
    }
    Ok(TYPES.get_or_init(|| made))
}

/// The protocol of a typed URL.
pub fn protocol(object: &PyObject) -> Option<Protocol> {
    let types = TYPES.get()?;
    types.iter().find(|(_, class)| object.class().fast_issubclass(class)).map(|(protocol, _)| *protocol)
}

/// What a typed URL that was made from a callback still knows of it.
pub fn callback_of(object: &PyObject, vm: &VirtualMachine) -> Option<Callback> {
    protocol(object)?;
    let kept = object.dict()?;
    let entry = |name: &str| kept.get_item_opt(vm.ctx.intern_str(name), vm).ok().flatten();
    let indirect = entry(INDIRECT)?;
    Some(Callback {
        indirect: indirect.is(&vm.ctx.true_value),
        post_url: entry("post_url"),
        post_headers: entry("post_headers"),
    })
}

/// A typed URL with this text; `like` is the URL that it was made from.
fn typed(vm: &VirtualMachine, protocol: Protocol, url: &str, like: Option<&PyObject>) -> PyResult {
    let types = types(vm)?;
    let Some((_, class)) = types.iter().find(|(there, _)| *there == protocol) else {
        return Err(vm.new_system_error("no such protocol"));
    };
    let object = class.as_object().call((text::new_unicode(vm, url),), vm)?;
    if let Some(callback) = like.and_then(|like| seams::callback(vm, like)) {
        let values = [callback.post_url, callback.post_headers];
        for (name, value) in CALLBACK.iter().zip(values) {
            object.set_attr(vm.ctx.intern_str(*name), value.unwrap_or_else(|| vm.ctx.none()), vm)?;
        }
        let indirect: PyObjectRef = vm.ctx.new_bool(callback.indirect).into();
        object.set_attr(vm.ctx.intern_str(INDIRECT), indirect, vm)?;
    }
    Ok(object)
}

fn url_text(vm: &VirtualMachine, url: &PyObject) -> PyResult<String> {
    let bytes = bytes_of(vm, url)?;
    Ok(seams::resolvable(vm, url, String::from_utf8_lossy(&bytes)).into_owned())
}

/// The address under which clients with a browser play a page.
pub fn webkit_address(sandbox: &Sandbox, url: &str) -> String {
    webkit_bytes_address(sandbox, &raw_unicode_escape(url))
}

fn webkit_bytes_address(sandbox: &Sandbox, url: &[u8]) -> String {
    let prefix = seams::current_prefix(&sandbox.plugin);
    format!("plex://127.0.0.1/video/:/webkit?url={}&prefix={prefix}", quote_plus(url, b""))
}

/// The page that plays Windows Media in a browser.
pub fn silverlight_page(url: &[u8], width: Option<String>, height: Option<String>) -> String {
    let mut page = format!("http://www.plexapp.com/player/silverlight.php?stream={}", quote(url, b"/"));
    append_size(&mut page, width, height);
    page
}

/// Appends the picture's size to a player page.
pub fn append_size(page: &mut String, width: Option<String>, height: Option<String>) {
    for (name, value) in [("width", width), ("height", height)] {
        if let Some(value) = value {
            page.push_str(&format!("&{name}={value}"));
        }
    }
}

/// The text of an argument that is there and counts as true.
pub fn optional_text(vm: &VirtualMachine, value: &PyObject) -> PyResult<Option<String>> {
    if vm.is_none(value) || !value.to_owned().try_to_bool(vm)? {
        return Ok(None);
    }
    Ok(Some(text::unicode_of(vm, value)?))
}

const URL_ONLY: &[Parameter] = &[Parameter::required("url")];

/// `WebVideoURL(url)`
pub fn web_video_url(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, args: FuncArgs) -> PyResult {
    let bound = Signature { name: "WebVideoURL", hidden: 0, parameters: URL_ONLY, keywords: false }.bind(vm, args)?;
    if vm.is_none(bound.get(0)) {
        return Err(vm.new_type_error("argument of type 'NoneType' is not iterable"));
    }
    let url = bound.get(0);
    let quoted = if text::is_unicode(url) || seams::callback(vm, url).is_some() {
        raw_unicode_escape(&url_text(vm, url)?)
    } else {
        bytes_of(vm, url)?
    };
    typed(vm, Protocol::WebKit, &webkit_bytes_address(sandbox, &quoted), None)
}

/// `WindowsMediaVideoURL(url, width=None, height=None)`
pub fn windows_media_video_url(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, args: FuncArgs) -> PyResult {
    const PARAMETERS: &[Parameter] = &[Parameter::required("url"), Parameter::none("width"), Parameter::none("height")];
    let signature = Signature { name: "WindowsMediaVideoURL", hidden: 0, parameters: PARAMETERS, keywords: false };
    let bound = signature.bind(vm, args)?;
    let page = silverlight_page(
        &bytes_of(vm, bound.get(0))?,
        optional_text(vm, bound.get(1))?,
        optional_text(vm, bound.get(2))?,
    );
    typed(vm, Protocol::WebKit, &webkit_address(sandbox, &page), None)
}

/// `EmbedURL(url)`
pub fn embed_url(vm: &VirtualMachine, _sandbox: &Arc<Sandbox>, args: FuncArgs) -> PyResult {
    let bound = Signature { name: "EmbedURL", hidden: 0, parameters: URL_ONLY, keywords: false }.bind(vm, args)?;
    let url = bound.get(0);
    typed(vm, Protocol::Embed, &url_text(vm, url)?, Some(url))
}

/// `HTTPLiveStreamURL(url)`: callbacks get the extension that players of such streams look for.
pub fn http_live_stream_url(vm: &VirtualMachine, _sandbox: &Arc<Sandbox>, args: FuncArgs) -> PyResult {
    let signature = Signature { name: "HTTPLiveStreamURL", hidden: 0, parameters: URL_ONLY, keywords: false };
    let bound = signature.bind(vm, args)?;
    let url = bound.get(0);
    let mut address = url_text(vm, url)?;
    if seams::callback(vm, url).is_some() {
        let end = address.find('?').unwrap_or(address.len());
        let path = address.get(..end).unwrap_or_default();
        if !path.rsplit('/').next().unwrap_or_default().contains('.') {
            address.insert_str(end, ".m3u8");
        }
    }
    typed(vm, Protocol::Hls, &address, Some(url))
}

/// `RTMPVideoURL(url, …)`: a string of options as librtmp reads them.
pub fn rtmp_video_url(vm: &VirtualMachine, _sandbox: &Arc<Sandbox>, args: FuncArgs) -> PyResult {
    const PARAMETERS: &[Parameter] = &[
        Parameter::required("url"),
        Parameter::none("clip"),
        Parameter::none("clips"),
        Parameter::none("width"),
        Parameter::none("height"),
        Parameter { name: "live", default: Default::False },
        Parameter::none("swf_url"),
        Parameter::none("app"),
        Parameter::none("args"),
    ];
    let signature = Signature { name: "RTMPVideoURL", hidden: 0, parameters: PARAMETERS, keywords: true };
    let bound = signature.bind(vm, args)?;
    if bound.get(2).to_owned().try_to_bool(vm)? {
        return Err(crate::errors::framework_exception(vm, "The 'clips' argument is not supported."));
    }
    let url = bound.get(0);
    let mut address = url_text(vm, url)?;
    let mut option = |text: String| {
        address.push(' ');
        address.push_str(&text);
    };
    if let Some(clip) = optional_text(vm, bound.get(1))? {
        option(format!("playpath={clip}"));
    }
    if let Some(player) = optional_text(vm, bound.get(6))? {
        option(format!("swfUrl={player} swfVfy=1"));
    }
    if bound.get(5).to_owned().try_to_bool(vm)? {
        option("live=1".to_owned());
    }
    if let Some(app) = optional_text(vm, bound.get(7))? {
        option(format!("app={app}"));
    }
    if !vm.is_none(bound.get(8)) {
        for argument in bound.get(8).to_owned().try_to_value::<Vec<PyObjectRef>>(vm)? {
            if let Some(entries) = argument.downcast_ref::<PyDict>() {
                option("conn=O:1".to_owned());
                for (name, value) in entries.to_owned() {
                    let (kind, value) = amf_value(vm, &value)?;
                    option(format!("conn=N{kind}:{}:{value}", text::unicode_of(vm, &name)?));
                }
                option("conn=O:0".to_owned());
            } else if argument.downcast_ref::<PyTuple>().is_some() || argument.downcast_ref::<PyList>().is_some() {
                // A sequence has no form: the original leaves a blank.
                option(String::new());
            } else {
                let (kind, value) = amf_value(vm, &argument)?;
                option(format!("conn={kind}:{value}"));
            }
        }
    }
    let names: Vec<&str> = bound.keywords.iter().map(|(name, _)| name.as_str()).collect();
    for (name, value) in iteration_order(&names).into_iter().filter_map(|at| bound.keywords.get(at)) {
        option(format!("{name}={}", text::unicode_of(vm, value)?));
    }
    typed(vm, Protocol::Rtmp, &address, Some(url))
}

/// A connection argument of RTMP: its type letter and text.
fn amf_value(vm: &VirtualMachine, value: &PyObject) -> PyResult<(char, String)> {
    if vm.is_none(value) {
        return Ok(('Z', "(null)".to_owned()));
    }
    if value.class().is(vm.ctx.types.bool_type) {
        let text = if value.is(&vm.ctx.true_value) { "1" } else { "0" };
        return Ok(('B', text.to_owned()));
    }
    let is_number =
        value.downcast_ref::<PyInt>().is_some() || value.downcast_ref::<rustpython_vm::builtins::PyFloat>().is_some();
    Ok((if is_number { 'N' } else { 'S' }, text::unicode_of(vm, value)?))
}

/// Whether an object is a string, a list or a tuple, for arguments that take one or several URLs.
pub fn is_string(object: &PyObject) -> bool {
    object.downcast_ref::<PyStr>().is_some()
}

/// The items of a list or a tuple.
pub fn items_of(object: &PyObject) -> Vec<PyObjectRef> {
    if let Some(list) = object.downcast_ref::<PyList>() {
        list.borrow_vec().to_vec()
    } else if let Some(tuple) = object.downcast_ref::<PyTuple>() {
        tuple.as_slice().to_vec()
    } else {
        Vec::new()
    }
}
