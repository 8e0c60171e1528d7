//! The network kit: `HTTP` and `Network` (`spec/kits.md` §1).

use std::sync::Arc;

use reprise_vm_glue::import::import_level;
use reprise_vm_glue::runtime::text;
use reprise_vm_glue::web::Location;
use reprise_vm_glue::{clock, threads};
use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, KwArgs, PySetterValue};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::call_arguments::Parameters;
use crate::context;
use crate::core_parts::networking;
use crate::http_objects::{CookieJarObject, CookieObject, HeaderIterator, HeaderProxy, HttpRequest};
use crate::http_options::{Options, UrlText, body_bytes, fetch_bytes, prepare, sandbox_headers, seconds};
use crate::http_request::{Network, Settings};
use crate::kit::{Entry, Kit, Status, Visibility, native_class, permit};
use crate::kit_call::library_type_error;
use crate::plugin::Plugin;
use crate::sandbox::Sandbox;

pub static KIT: Kit = Kit {
    name: "Network",
    entries: &[
        Entry {
            name: "Network",
            visible: Visibility::Code,
            doc: "The machine's addresses and the default time limit of connections.",
            status: Status::Implemented,
            make: |vm, sandbox| {
                let _ = NetworkKit::make_static_type();
                Ok(NetworkKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
            },
        },
        Entry {
            name: "HTTP",
            visible: Visibility::Code,
            doc: "Requests to web servers, with cache and cookies.",
            status: Status::Implemented,
            make: |vm, sandbox| {
                native_class::<HttpKit>(vm, "Framework.api.networkkit");
                let _ = HttpRequest::make_static_type();
                let _ = (HeaderProxy::make_static_type(), HeaderIterator::make_static_type());
                let _ = (CookieObject::make_static_type(), CookieJarObject::make_static_type());
                Ok(HttpKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
            },
        },
    ],
};

/// Opens the plug-in's cookie file and cache; call once when it starts.
pub fn start(plugin: &Plugin, settings: Settings) {
    plugin.state::<Network>().open(settings);
}

// ---- HTTP ------------------------------------------------------------------------------------------------------------

static REQUEST: Parameters = Parameters {
    function: "Request",
    names: &[
        "url",
        "values",
        "headers",
        "cacheTime",
        "encoding",
        "errors",
        "timeout",
        "immediate",
        "sleep",
        "data",
        "follow_redirects",
        "method",
    ],
    required: 1,
};
static PRECACHE: Parameters = Parameters {
    function: "PreCache",
    names: &["url", "values", "headers", "cacheTime", "encoding", "errors"],
    required: 1,
};
static SET_PASSWORD: Parameters =
    Parameters { function: "SetPassword", names: &["url", "username", "password", "realm"], required: 3 };

/// `HTTP`.
#[pyclass(module = false, name = "HTTPKit")]
#[derive(PyPayload)]
pub struct HttpKit {
    sandbox: Arc<Sandbox>,
}

impl std::fmt::Debug for HttpKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HTTPKit")
    }
}

/// `HTTP.Request` itself.
pub fn request(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, args: FuncArgs) -> PyResult {
    let values = REQUEST.bind(vm, args)?;
    let options = Options::from_values(REQUEST.names, &values);
    let prepared = prepare(vm, sandbox, &options)?;
    let immediate = match values.get(7) {
        Some(Some(value)) => value.clone().try_to_bool(vm)?,
        _ => false,
    };
    let has_body = prepared.has_body;
    let request = HttpRequest::new(sandbox, prepared, options.encoding, options.errors).into_ref(&vm.ctx);
    if immediate || has_body {
        request.load_now(vm)?;
    }
    Ok(request.into())
}

#[pyclass(flags(HAS_DICT))]
impl HttpKit {
    fn network(&self) -> Arc<Network> {
        self.sandbox.plugin.state::<Network>()
    }

    #[pymethod(name = "Request")]
    fn request(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let Some(replaced) = networking::replaced_request(vm, &zelf.sandbox)? else {
            return request(vm, &zelf.sandbox, args);
        };
        let given = REQUEST.names.iter().zip(REQUEST.bind(vm, args)?);
        let named: KwArgs = given.filter_map(|(name, value)| Some(((*name).to_owned(), value?))).collect();
        replaced.call(FuncArgs::new(Vec::new(), named), vm)
    }

    #[pygetset(name = "CacheTime")]
    fn cache_time(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        zelf.network().cache_time.lock().clone().unwrap_or_else(|| vm.ctx.new_int(0).into())
    }

    #[pygetset(name = "CacheTime", setter)]
    fn set_cache_time_value(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        match value {
            PySetterValue::Assign(value) => *zelf.network().cache_time.lock() = Some(value),
            PySetterValue::Delete => return Err(vm.new_attribute_error("can't delete attribute")),
        }
        Ok(())
    }

    #[pygetset(name = "Headers")]
    fn headers(zelf: &Py<Self>, vm: &VirtualMachine) -> PyDictRef {
        sandbox_headers(vm, &zelf.sandbox)
    }

    #[pygetset(name = "Headers", setter)]
    fn set_headers(_zelf: &Py<Self>, _value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        Err(vm.new_attribute_error("can't set attribute"))
    }

    #[pygetset(name = "Cookies")]
    fn cookies(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        CookieJarObject { network: zelf.network() }.into_pyobject(vm)
    }

    #[pymethod(name = "SetCacheTime")]
    fn set_cache_time(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        permit(vm, zelf.sandbox.policy, Visibility::BundleNotModern, "HTTPKit")?;
        tracing::warn!(target: "networkkit", "The HTTP.SetCacheTime() function is deprecated. Use HTTP.CacheTime instead.");
        *zelf.network().cache_time.lock() = Some(value);
        Ok(())
    }

    #[pymethod(name = "SetTimeout")]
    fn set_timeout(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        permit(vm, zelf.sandbox.policy, Visibility::BundleNotModern, "HTTPKit")?;
        tracing::warn!(target: "networkkit", "The HTTP.SetTimeout() function is deprecated. Use Network.Timeout instead.");
        *zelf.network().timeout.lock() = (!vm.is_none(&value)).then(|| seconds(vm, &value));
        Ok(())
    }

    #[pymethod(name = "SetHeader")]
    fn set_header(zelf: &Py<Self>, name: PyObjectRef, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        permit(vm, zelf.sandbox.policy, Visibility::BundleNotModern, "HTTPKit")?;
        tracing::warn!(target: "networkkit", "The HTTP.SetHeader() function is deprecated. Use HTTP.Headers[] instead.");
        sandbox_headers(vm, &zelf.sandbox).set_item(&*name, value, vm)
    }

    #[pymethod(name = "CookiesForURL")]
    fn cookies_for_url(zelf: &Py<Self>, url: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let url = UrlText::new(vm, Some(&url))?.checked(vm)?;
        let location = Location::parse(&url).map_err(|why| vm.new_value_error(why))?;
        let header = zelf.network().active_jar().lock().header_for(&location, clock::seconds() as i64);
        Ok(header.map_or_else(|| vm.ctx.none(), |header| text::new_str(vm, header.as_bytes())))
    }

    #[pymethod(name = "GetCookiesForURL")]
    fn get_cookies_for_url(zelf: &Py<Self>, url: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        permit(vm, zelf.sandbox.policy, Visibility::CodeNotCloud, "HTTPKit")?;
        tracing::warn!(target: "networkkit", "The HTTP.GetCookiesForURL() function is deprecated. Use HTTP.CookiesForURL() instead.");
        Self::cookies_for_url(zelf, url, vm)
    }

    #[pymethod(name = "ClearCookies")]
    fn clear_cookies(zelf: &Py<Self>) {
        zelf.network().clear_cookies();
    }

    #[pymethod(name = "ClearCache")]
    fn clear_cache(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        permit(vm, zelf.sandbox.policy, Visibility::CodeNotCloud, "HTTPKit")?;
        match zelf.network().cache.lock().as_mut() {
            Some(cache) => cache.clear().map_err(|error| vm.new_os_error(error.to_string())),
            None => Ok(()),
        }
    }

    #[pymethod(name = "SetPassword")]
    fn set_password(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        permit(vm, zelf.sandbox.policy, Visibility::CodeNotCloud, "HTTPKit")?;
        let values = SET_PASSWORD.bind(vm, args)?;
        let bytes = |at: usize| match values.get(at) {
            Some(Some(value)) => body_bytes(vm, value),
            _ => Ok(Vec::new()),
        };
        let Some(Some(url)) = values.first() else { return Ok(()) };
        if !text::is_basestring(url) {
            let class = url.class().name().to_string();
            let message = format!("'{class}' object has no attribute '__getitem__'");
            return Err(library_type_error(vm, message));
        }
        let realm = match values.get(3) {
            Some(Some(realm)) if !vm.is_none(realm) => Some(String::from_utf8_lossy(&bytes(3)?).into_owned()),
            _ => None,
        };
        let url = String::from_utf8_lossy(&bytes(0)?).into_owned();
        zelf.network().set_password(&url, &bytes(1)?, &bytes(2)?, realm);
        Ok(())
    }

    #[pymethod(name = "PreCache")]
    fn precache(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        permit(vm, zelf.sandbox.policy, Visibility::CodeNotCloud, "HTTPKit")?;
        let values = PRECACHE.bind(vm, args)?;
        let prepared = prepare(vm, &zelf.sandbox, &Options::from_values(PRECACHE.names, &values))?;
        prepared.url.checked(vm)?;
        let network = zelf.network();
        let work = move || {
            if let Err(failure) = network.fetch(&prepared.plan) {
                tracing::error!(target: "networkkit", "Error caching '{}': {failure:?}", prepared.plan.url);
            }
        };
        threads::spawn("precache", work).map(drop).map_err(|error| vm.new_os_error(error.to_string()))
    }

    #[pymethod(name = "RandomizeUserAgent")]
    fn randomize_user_agent(_zelf: &Py<Self>, _args: FuncArgs) {
        tracing::error!(target: "networkkit", "HTTP.RandomizeUserAgent() is no longer supported.");
    }
}

// ---- Network -----------------------------------------------------------------------------------------------------------

/// Where `Network.PublicAddress` asks, and for how long it believes the answer.
const PUBLIC_ADDRESS_URL: &str = "http://www.plexapp.com/ip.php";
const PUBLIC_ADDRESS_TIME: f64 = 7200.0;

/// `Network`.
#[pyclass(module = false, name = "NetworkKit")]
#[derive(PyPayload)]
pub struct NetworkKit {
    sandbox: Arc<Sandbox>,
}

impl std::fmt::Debug for NetworkKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NetworkKit")
    }
}

#[pyclass(flags(HAS_DICT))]
impl NetworkKit {
    #[pygetset(name = "Timeout")]
    fn timeout(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<Option<f64>> {
        permit(vm, zelf.sandbox.policy, Visibility::CodeNotCloud, "NetworkKit")?;
        Ok(*zelf.sandbox.plugin.state::<Network>().timeout.lock())
    }

    #[pygetset(name = "Timeout", setter)]
    fn set_timeout(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let PySetterValue::Assign(value) = value else { return Err(vm.new_attribute_error("can't delete attribute")) };
        let timeout = if vm.is_none(&value) { None } else { Some(value.try_float(vm)?.to_f64()) };
        *zelf.sandbox.plugin.state::<Network>().timeout.lock() = timeout;
        Ok(())
    }

    #[pygetset(name = "Hostname")]
    fn hostname(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        permit(vm, zelf.sandbox.policy, Visibility::CodeNotCloud, "NetworkKit")?;
        vm.call_method(&*import_level(vm, "socket", None, None, 0)?, "gethostname", ())
    }

    #[pygetset(name = "Address")]
    fn address(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        permit(vm, zelf.sandbox.policy, Visibility::CodeNotCloud, "NetworkKit")?;
        let find = || -> PyResult {
            let socket = import_level(vm, "socket", None, None, 0)?;
            let name = vm.call_method(&socket, "gethostname", ())?;
            vm.call_method(&socket, "gethostbyname", (name,))
        };
        Ok(find().unwrap_or_else(|_| vm.ctx.none()))
    }

    #[pygetset(name = "PublicAddress")]
    fn public_address(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        permit(vm, zelf.sandbox.policy, Visibility::CodeNotCloud, "NetworkKit")?;
        let options = Options {
            url: Some(text::native(vm, PUBLIC_ADDRESS_URL)),
            cache_time: Some(vm.ctx.new_float(PUBLIC_ADDRESS_TIME).into()),
            ..Options::default()
        };
        // The framework's own fetch: it says nothing about how long the answer may be kept.
        let before = context::with(|context| context.cache_time);
        let body = fetch_bytes(vm, &zelf.sandbox, &options);
        context::with(|context| context.cache_time = before);
        Ok(text::new_str(vm, body?.trim_ascii()))
    }

    #[pymethod(name = "Socket")]
    fn socket(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        permit(vm, zelf.sandbox.policy, Visibility::CodeNotCloud, "NetworkKit")?;
        vm.call_method(&*import_level(vm, "socket", None, None, 0)?, "socket", ())
    }
}
