//! The objects of the HTTP kit: the lazy result of `HTTP.Request`, its headers, and cookies.

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock};

use parking_lot::Mutex;
use reprise_bundles::dict_order::copied_order;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyStr, PyStrRef};
use rustpython_vm::protocol::{PyIterReturn, PyMappingMethods, PyNumberMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsNumber, AsSequence, IterNext, Iterable, Representable, SelfIter};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, atomic_func, pyclass};

use crate::context;
use crate::http_body::Body;
use crate::http_cache::Headers;
use crate::http_cookies::Cookie;
use crate::http_options::{Prepared, UrlText, default_timeout, perform, recode};
use crate::http_request::{Network, Plan};
use crate::network_errors;
use crate::sandbox::Sandbox;

#[derive(Debug, Default)]
struct Loaded {
    body: Body,
    headers: Option<Headers>,
}

/// The result of `HTTP.Request`: fetches when it is first looked at.
#[pyclass(module = false, name = "HTTPRequest")]
#[derive(PyPayload)]
pub struct HttpRequest {
    sandbox: Arc<Sandbox>,
    url: UrlText,
    plan: Plan,
    encoding: Option<PyObjectRef>,
    errors: Option<PyObjectRef>,
    loaded: Mutex<Loaded>,
}

impl HttpRequest {
    pub fn new(
        sandbox: &Arc<Sandbox>,
        prepared: Prepared,
        encoding: Option<PyObjectRef>,
        errors: Option<PyObjectRef>,
    ) -> HttpRequest {
        let Prepared { url, plan, .. } = prepared;
        HttpRequest { sandbox: Arc::clone(sandbox), url, plan, encoding, errors, loaded: Mutex::default() }
    }
}

impl std::fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HTTPRequest({:?})", self.url.text)
    }
}

#[pyclass(with(AsMapping, AsNumber), flags(DISALLOW_INSTANTIATION))]
impl HttpRequest {
    /// Fetches unless there is a body already; an empty one does not count.
    pub fn load_now(&self, vm: &VirtualMachine) -> PyResult<()> {
        if !self.loaded.lock().body.is_empty() {
            return Ok(());
        }
        let fetched = perform(vm, &self.sandbox, &self.url, &self.plan)?;
        *self.loaded.lock() =
            Loaded { body: fetched.body, headers: Some(fetched.headers).filter(|headers| !headers.is_empty()) };
        Ok(())
    }

    /// The content as a `str`.
    fn text(&self, vm: &VirtualMachine) -> PyResult {
        self.load_now(vm)?;
        let body = self.loaded.lock().body.clone();
        recode(vm, &body, self.encoding.as_deref(), self.errors.as_deref())
    }

    #[pygetset]
    fn content(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.text(vm)
    }

    #[pymethod]
    fn load(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        zelf.load_now(vm)
    }

    #[pygetset]
    fn headers(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let known = zelf.loaded.lock().headers.clone();
        let is_bare = context::with(|context| {
            context.posted.as_ref().is_some_and(|posted| posted.is_bare && posted.url == zelf.plan.url)
        });
        if known.is_none() && is_bare {
            // What was posted has no headers: there is a plain dictionary of none.
            return Ok(vm.ctx.new_dict().into());
        }
        let headers = match known {
            Some(headers) => headers,
            None => {
                let network = zelf.sandbox.plugin.state::<Network>();
                let plan = Plan {
                    method: "HEAD".to_owned(),
                    body: None,
                    timeout: default_timeout(&network),
                    cache_time: None,
                    sleep: 0.0,
                    ..zelf.plan.clone()
                };
                let headers = perform(vm, &zelf.sandbox, &zelf.url, &plan)?.headers;
                zelf.loaded.lock().headers = Some(headers.clone());
                headers
            }
        };
        Ok(HeaderProxy { headers }.into_pyobject(vm))
    }

    #[pyslot]
    fn slot_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyStrRef> {
        let Some(request) = zelf.downcast_ref::<HttpRequest>() else { return zelf.repr(vm) };
        request.text(vm)?.downcast::<PyStr>().map_err(|_| vm.new_type_error("__str__ returned non-string"))
    }
}

impl AsMapping for HttpRequest {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: LazyLock<PyMappingMethods> = LazyLock::new(|| PyMappingMethods {
            length: atomic_func!(|mapping, vm| HttpRequest::mapping_downcast(mapping).text(vm)?.length(vm)),
            ..PyMappingMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

impl AsNumber for HttpRequest {
    fn as_number() -> &'static PyNumberMethods {
        static METHODS: PyNumberMethods = PyNumberMethods {
            add: Some(|a, b, vm| {
                let content = |side: &PyObject| -> PyResult {
                    match side.downcast_ref::<HttpRequest>() {
                        Some(request) => HttpRequest::content(request, vm),
                        None => Ok(side.to_owned()),
                    }
                };
                let (a, b): (PyObjectRef, PyObjectRef) = (content(a)?, content(b)?);
                vm._add(&a, &b)
            }),
            ..PyNumberMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

/// The headers of an answer: item access in any case, iteration over lower-case names.
#[pyclass(module = false, name = "HTTPHeaderProxy")]
#[derive(Debug, PyPayload)]
pub struct HeaderProxy {
    headers: Headers,
}

#[pyclass(with(AsMapping, AsSequence, Iterable, Representable), flags(DISALLOW_INSTANTIATION))]
impl HeaderProxy {
    fn item(&self, name: &PyObject, vm: &VirtualMachine) -> PyResult {
        let wanted = text::text_of(vm, name)?.unwrap_or_default().to_lowercase();
        match self.headers.iter().find(|(known, _)| *known == wanted) {
            Some((_, value)) => Ok(text::new_str(vm, value.as_bytes())),
            None => Err(vm.new_key_error(text::native(vm, &wanted))),
        }
    }
}

impl AsMapping for HeaderProxy {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: LazyLock<PyMappingMethods> = LazyLock::new(|| PyMappingMethods {
            subscript: atomic_func!(|mapping, name, vm| HeaderProxy::mapping_downcast(mapping).item(name, vm)),
            ..PyMappingMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

impl AsSequence for HeaderProxy {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: LazyLock<PySequenceMethods> = LazyLock::new(|| PySequenceMethods {
            contains: atomic_func!(|sequence, name, vm| {
                let wanted = text::text_of(vm, name)?;
                let headers = &HeaderProxy::sequence_downcast(sequence).headers;
                Ok(wanted.is_some_and(|wanted| headers.iter().any(|(known, _)| *known == wanted)))
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

impl Iterable for HeaderProxy {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        // In the order of the original's dictionary, a copy of another.
        let known: Vec<&str> = zelf.headers.iter().map(|(name, _)| name.as_str()).collect();
        let order = copied_order(&known);
        let names = order.into_iter().filter_map(|at| known.get(at)).map(|name| text::native(vm, name)).collect();
        Ok(HeaderIterator { left: Mutex::new(names) }.into_pyobject(vm))
    }
}

impl Representable for HeaderProxy {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let dict = network_errors::header_dict(vm, &zelf.headers)?;
        Ok(String::from_utf8_lossy(&text::repr_of(vm, &dict)?).into_owned())
    }
}

/// Hands out a list of objects one by one.
#[pyclass(module = false, name = "iterator")]
#[derive(Debug, PyPayload)]
pub struct HeaderIterator {
    left: Mutex<VecDeque<PyObjectRef>>,
}

#[pyclass(with(Iterable, IterNext), flags(DISALLOW_INSTANTIATION))]
impl HeaderIterator {}

impl SelfIter for HeaderIterator {}

impl IterNext for HeaderIterator {
    fn next(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        Ok(zelf.left.lock().pop_front().map_or(PyIterReturn::StopIteration(None), PyIterReturn::Return))
    }
}

// ---- cookies -----------------------------------------------------------------------------------------------------------

/// `HTTP.Cookies`.
#[pyclass(module = false, name = "MozillaCookieJar")]
#[derive(PyPayload)]
pub struct CookieJarObject {
    pub network: Arc<Network>,
}

impl std::fmt::Debug for CookieJarObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MozillaCookieJar")
    }
}

#[pyclass(with(Iterable, AsMapping), flags(DISALLOW_INSTANTIATION))]
impl CookieJarObject {
    #[pymethod]
    fn clear(zelf: &Py<Self>) {
        zelf.network.jar.lock().clear();
    }
}

impl AsMapping for CookieJarObject {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: LazyLock<PyMappingMethods> = LazyLock::new(|| PyMappingMethods {
            length: atomic_func!(|mapping, _vm| {
                Ok(CookieJarObject::mapping_downcast(mapping).network.jar.lock().iter().count())
            }),
            subscript: atomic_func!(|_mapping, _name, vm| {
                Err(vm.new_attribute_error("MozillaCookieJar instance has no attribute '__getitem__'"))
            }),
            ..PyMappingMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

impl Iterable for CookieJarObject {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let cookies: Vec<Cookie> = zelf.network.jar.lock().iter().cloned().collect();
        let left = cookies.into_iter().map(|cookie| CookieObject { cookie }.into_pyobject(vm)).collect();
        Ok(HeaderIterator { left: Mutex::new(left) }.into_pyobject(vm))
    }
}

/// One cookie as plug-in code sees it.
#[pyclass(module = false, name = "Cookie")]
#[derive(Debug, PyPayload)]
pub struct CookieObject {
    pub cookie: Cookie,
}

#[pyclass(with(Representable), flags(DISALLOW_INSTANTIATION))]
impl CookieObject {
    #[pygetset]
    fn name(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::new_str(vm, zelf.cookie.name.as_bytes())
    }

    #[pygetset]
    fn value(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        zelf.cookie.value.as_ref().map_or_else(|| vm.ctx.none(), |value| text::new_str(vm, value.as_bytes()))
    }

    #[pygetset]
    fn domain(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::new_str(vm, zelf.cookie.domain.as_bytes())
    }

    #[pygetset]
    fn path(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::new_str(vm, zelf.cookie.path.as_bytes())
    }

    #[pygetset]
    fn secure(zelf: &Py<Self>) -> bool {
        zelf.cookie.secure
    }

    #[pygetset]
    fn expires(zelf: &Py<Self>) -> Option<i64> {
        zelf.cookie.expires
    }

    #[pygetset]
    fn discard(zelf: &Py<Self>) -> bool {
        zelf.cookie.expires.is_none()
    }

    #[pygetset]
    fn version(_zelf: &Py<Self>) -> u32 {
        0
    }

    #[pygetset]
    fn port(_zelf: &Py<Self>) -> Option<u32> {
        None
    }

    #[pygetset]
    fn domain_specified(zelf: &Py<Self>) -> bool {
        zelf.cookie.domain_specified()
    }

    #[pygetset]
    fn path_specified(zelf: &Py<Self>) -> bool {
        zelf.cookie.path_specified
    }

    #[pyslot]
    fn slot_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyStrRef> {
        zelf.repr(vm)
    }
}

impl Representable for CookieObject {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        let cookie = &zelf.cookie;
        let value = cookie.value.as_ref().map(|v| format!("={v}")).unwrap_or_default();
        Ok(format!("<Cookie {}{value} for {}{}>", cookie.name, cookie.domain, cookie.path))
    }
}
