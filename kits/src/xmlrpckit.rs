//! `XMLRPC` (`spec/kits.md` §1.6): servers whose methods can be called. What goes over the wire is in [`crate::xmlrpc`].

use std::io::ErrorKind;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use reprise_vm_glue::runtime::{exceptions, text};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyStr};
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::types::{Callable, GetAttr, Representable};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use crate::archive::gzip;
use crate::archivekit::gzip_error;
use crate::call_arguments::Parameters;
use crate::elements::values::class_name;
use crate::errors;
use crate::http_options::sandbox_headers;
use crate::http_request::USER_AGENT;
use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::kit_call::library_type_error;
use crate::libraries;
use crate::sandbox::Sandbox;
use crate::xmlrpc;

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Network",
    entries: &[Entry {
        name: "XMLRPC",
        visible: Visibility::Code,
        doc: "Calls of functions on XML-RPC servers.",
        status: Status::Implemented,
        make: |vm, sandbox| {
            native_class::<XmlRpcKit>(vm, MODULE);
            native_class::<ServerProxy>(vm, MODULE);
            native_class::<Method>(vm, MODULE);
            Ok(XmlRpcKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
        },
    }],
};

const MODULE: &str = "Framework.api.xmlrpckit";
/// How much of an answer is read at a time.
const PIECE: usize = 64 * 1024;

static PROXY: Parameters = Parameters { function: "Proxy", names: &["url", "encoding"], required: 1 };

/// `XMLRPC`.
#[pyclass(module = false, name = "XMLRPCKit")]
#[derive(PyPayload)]
pub struct XmlRpcKit {
    sandbox: Arc<Sandbox>,
}

impl std::fmt::Debug for XmlRpcKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("XMLRPCKit")
    }
}

#[pyclass(flags(HAS_DICT))]
impl XmlRpcKit {
    /// A remote server whose methods can be called.
    #[pymethod(name = "Proxy")]
    fn proxy(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = PROXY.bind(vm, args)?;
        let url = values.first().cloned().flatten().unwrap_or_else(|| vm.ctx.none());
        let encoding = values.get(1).cloned().flatten().filter(|value| !vm.is_none(value));
        if !text::is_basestring(&url) {
            let message = format!("'{}' object has no attribute '__getitem__'", class_name(vm, &url));
            return Err(library_type_error(vm, message));
        }
        let address = match text::is_unicode(&url) {
            true => vm.call_method(&url, "encode", (text::native(vm, "ISO-8859-1"),))?,
            false => url,
        };
        let address = text::bytes_of(&address).unwrap_or_default();
        let scheme = address.iter().position(|byte| *byte == b':').map(|at| address.split_at(at));
        let (scheme, rest) = scheme.unwrap_or_default();
        if scheme.eq_ignore_ascii_case(b"https") {
            return Err(errors::framework_exception(vm, "HTTPS URLs are not currently supported"));
        }
        if !scheme.eq_ignore_ascii_case(b"http") {
            return Err(exceptions::new_io_error_text(vm, "unsupported XML-RPC protocol"));
        }
        let rest = rest.strip_prefix(b"://").unwrap_or_default();
        let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
        let (host, path) = rest.split_at_checked(end).unwrap_or_default();
        let handler = match path.first() {
            None => b"/RPC2".to_vec(),
            Some(b'/') => path.to_vec(),
            Some(_) => [b"/", path].concat(),
        };
        let proxy = ServerProxy { sandbox: Arc::clone(&zelf.sandbox), host: host.to_vec(), handler, encoding };
        Ok(proxy.into_pyobject(vm))
    }
}

/// A server.
#[pyclass(module = false, name = "ServerProxy")]
#[derive(PyPayload)]
pub struct ServerProxy {
    sandbox: Arc<Sandbox>,
    /// With the user and the password that the address names.
    host: Vec<u8>,
    handler: Vec<u8>,
    encoding: Option<PyObjectRef>,
}

impl std::fmt::Debug for ServerProxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerProxy")
    }
}

impl ServerProxy {
    fn user_agent(&self, vm: &VirtualMachine) -> PyResult {
        let own = sandbox_headers(vm, &self.sandbox).get_item_opt("User-Agent", vm)?;
        Ok(own.unwrap_or_else(|| text::native(vm, USER_AGENT)))
    }

    /// Calls a method: what it answers.
    fn call(&self, vm: &VirtualMachine, name: &[u8], params: &[PyObjectRef]) -> PyResult {
        let body = text::new_str(vm, &xmlrpc::call(vm, self.encoding.as_ref(), name, params)?);
        match self.exchange(vm, &body) {
            Err(error) if is_cold(vm, &error)? => self.exchange(vm, &body),
            answer => answer,
        }
    }

    /// Posts a call: what it is answered with.
    fn exchange(&self, vm: &VirtualMachine, body: &PyObjectRef) -> PyResult {
        let at = self.host.iter().rposition(|byte| *byte == b'@');
        let (user, host) = match at {
            Some(at) => (self.host.get(..at), self.host.get(at + 1..).unwrap_or_default()),
            None => (None, self.host.as_slice()),
        };
        let connection = libraries::module(vm, "httplib")?.get_attr("HTTPConnection", vm)?;
        let connection = connection.call((text::new_str(vm, host),), vm)?;
        let skip = KwArgs::from_iter([("skip_accept_encoding".to_owned(), vm.ctx.true_value.clone().into())]);
        let request = vec![text::native(vm, "POST"), text::new_str(vm, &self.handler)];
        connection.get_attr("putrequest", vm)?.call(FuncArgs::new(request, skip), vm)?;
        let put = |name: &str, value: PyObjectRef| {
            vm.call_method(&connection, "putheader", (text::native(vm, name), value)).map(drop)
        };
        put("Accept-Encoding", text::native(vm, "gzip"))?;
        if let Some(user) = user.filter(|user| !user.is_empty()) {
            let user: Vec<u8> = percent_encoding::percent_decode(user).collect();
            put("Authorization", text::native(vm, &format!("Basic {}", BASE64.encode(user))))?;
        }
        put("User-Agent", self.user_agent(vm)?)?;
        put("Content-Type", text::native(vm, "text/xml"))?;
        put("Content-Length", text::native(vm, &body.length(vm)?.to_string()))?;
        vm.call_method(&connection, "endheaders", (body.clone(),))?;
        let answer = vm.call_method(&connection, "getresponse", ())?;
        let status = answer.get_attr("status", vm)?;
        if status.clone().try_into_value::<i64>(vm)? != 200 {
            let address = text::new_str(vm, &[self.host.as_slice(), &self.handler].concat());
            let parts = vec![address, status, answer.get_attr("reason", vm)?, answer.get_attr("msg", vm)?];
            return Err(xmlrpc::raised(vm, "ProtocolError", parts));
        }
        let packing = vm.call_method(&answer, "getheader", (text::native(vm, "Content-Encoding"),))?;
        // Piece by piece, as then a body may be shorter than it should be.
        let mut data = Vec::new();
        loop {
            let piece = vm.call_method(&answer, "read", (PIECE,))?;
            match text::bytes_of(&piece) {
                Some(piece) if !piece.is_empty() => data.extend(piece),
                _ => break,
            }
        }
        if text::bytes_of(&packing).as_deref() == Some(b"gzip") {
            data = vm.allow_threads(|| gzip::decompress(&data)).map_err(|error| gzip_error(vm, &error))?;
        }
        xmlrpc::response(vm, &text::new_str(vm, &data))
    }
}

/// Whether the server closed the connection instead of answering: then the call is made once more.
fn is_cold(vm: &VirtualMachine, error: &PyBaseExceptionRef) -> PyResult<bool> {
    let no_answer = libraries::module(vm, "httplib")?.get_attr("BadStatusLine", vm)?;
    if error.as_object().is_instance(&no_answer, vm)? {
        return Ok(true);
    }
    let socket_error = libraries::module(vm, "socket")?.get_attr("error", vm)?;
    if !error.as_object().is_instance(&socket_error, vm)? {
        return Ok(false);
    }
    let errno = error.as_object().get_attr("errno", vm)?;
    let kind = std::io::Error::from_raw_os_error(errno.try_into_value::<i32>(vm).unwrap_or_default()).kind();
    Ok(matches!(kind, ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe))
}

#[pyclass(with(GetAttr, Representable), flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl ServerProxy {}

impl GetAttr for ServerProxy {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if name.as_bytes().starts_with(b"__") {
            return zelf.as_object().generic_getattr(name, vm);
        }
        if let Some(own) = zelf.as_object().generic_getattr_opt(name, None, vm)? {
            return Ok(own);
        }
        Ok(Method { proxy: zelf.to_owned(), name: text::narrow(name.as_wtf8()).into_owned() }.into_pyobject(vm))
    }
}

impl Representable for ServerProxy {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        let address = [zelf.host.as_slice(), &zelf.handler].concat();
        Ok(format!("<ServerProxy for {}>", text::widen(&address)))
    }
}

/// A method of a server, by its name with dots.
#[pyclass(module = false, name = "Method")]
#[derive(PyPayload)]
pub struct Method {
    proxy: PyRef<ServerProxy>,
    name: Vec<u8>,
}

impl std::fmt::Debug for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Method")
    }
}

#[pyclass(with(GetAttr, Callable), flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl Method {}

impl GetAttr for Method {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if name.as_bytes().starts_with(b"__") {
            return zelf.as_object().generic_getattr(name, vm);
        }
        if let Some(own) = zelf.as_object().generic_getattr_opt(name, None, vm)? {
            return Ok(own);
        }
        let name = [zelf.name.as_slice(), b".", &text::narrow(name.as_wtf8())].concat();
        Ok(Method { proxy: zelf.proxy.clone(), name }.into_pyobject(vm))
    }
}

impl Callable for Method {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        if let Some(name) = args.kwargs.keys().next() {
            return Err(vm.new_type_error(format!("__call__() got an unexpected keyword argument '{name}'")));
        }
        zelf.proxy.call(vm, &zelf.name, &args.args)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use crate::plugin::testing::result_of;

    /// What code sees of a server that answers every call with `answer`; `AT` is its address.
    fn asked(answer: &'static str, code: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming().take(1) {
                let mut stream = stream.unwrap();
                let (mut got, mut chunk) = (Vec::new(), [0; 4096]);
                while !got.ends_with(b"</methodCall>\n") {
                    let count = stream.read(&mut chunk).unwrap();
                    got.extend_from_slice(&chunk[..count]);
                }
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{answer}", answer.len());
                stream.write_all(head.as_bytes()).unwrap();
            }
        });
        let code = Box::leak(format!("AT = 'http://{address}/x'\n{code}").into_boxed_str());
        result_of("", code, "compatible").unwrap()
    }

    #[test]
    fn answers() {
        let answer = "<methodResponse><params><param><value><struct><member><name>a</name><value><array><data>\
                      <value><i8>12345678901</i8></value><value>x</value><value><nil/></value></data></array></value>\
                      </member></struct></value></param></params></methodResponse>";
        assert_eq!(
            asked(answer, "result = repr(XMLRPC.Proxy(AT).a.b({'k': [1.5, True]}))"),
            "{'a': [12345678901, 'x', None]}"
        );
        let fault = "<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>4</int></value>\
                     </member><member><name>faultString</name><value>No.</value></member></struct></value></fault>\
                     </methodResponse>";
        let code = "try:\n    XMLRPC.Proxy(AT).m()\nexcept Exception, e:\n    result = str(e)";
        assert_eq!(asked(fault, code), "<Fault 4: 'No.'>");
        assert_eq!(asked("<methodResponse><params><param><value><x/>", code), "ResponseError(\"unknown tag u'x'\",)");
    }

    #[test]
    fn refusals() {
        let code = "def t(f):\n    try:\n        return f()\n    except Exception, e:\n        return str(e)\n\
                    a = []\na.append(a)\np = XMLRPC.Proxy('http://127.0.0.1:1/')\n\
                    result = '|'.join([t(lambda: p.m(x)) for x in [None, 2 ** 31, 2L ** 70, a, {1: 2}, set()]])";
        assert_eq!(
            result_of("", code, "compatible").unwrap(),
            "cannot marshal None unless allow_none is enabled|int exceeds XML-RPC limits|long int exceeds XML-RPC limits|\
             cannot marshal recursive sequences|dictionary key must be string|cannot marshal <type 'set'> objects"
        );
    }
}
