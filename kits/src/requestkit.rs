//! `Client`, `Platform`, `Request` and `Response`: the running request, who asks, and the machine (`spec/environment.md`
//! §5.1). They are published by [`crate::runtimekit`].

use std::sync::Arc;

use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::function::PySetterValue;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use reprise_vm_glue::runtime::text;

use crate::callback;
use crate::context;
use crate::message::header_bytes;
use crate::platform;
use crate::plugin::Plugin;
use crate::request_headers;

/// A header of the running request, in any case.
pub fn request_header(name: &str) -> Option<String> {
    context::with(|context| {
        context.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    })
}

fn header_or_none(vm: &VirtualMachine, names: &[&str]) -> PyObjectRef {
    names.iter().find_map(|name| request_header(name)).map_or_else(|| vm.ctx.none(), |value| byte_string(vm, &value))
}

fn byte_string(vm: &VirtualMachine, value: &str) -> PyObjectRef {
    text::new_str(vm, &header_bytes(value))
}

#[pyclass(module = false, name = "ClientKit")]
#[derive(Debug, PyPayload)]
pub struct ClientKit;

#[pyclass(flags(HAS_DICT))]
impl ClientKit {
    #[pygetset(name = "Platform")]
    fn platform(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        header_or_none(vm, &["X-Plex-Platform", "X-Plex-Client-Platform"])
    }

    #[pygetset(name = "Product")]
    fn product(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        header_or_none(vm, &["X-Plex-Product"])
    }

    #[pygetset(name = "Version")]
    fn version(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        match request_header("X-Plex-Version") {
            Some(version) => byte_string(vm, &version),
            None => text::native(vm, "0"),
        }
    }

    #[pygetset(name = "Protocols")]
    fn protocols(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        tracing::error!("Client.Protocols is no longer available");
        vm.ctx.new_list(Vec::new()).into()
    }
}

#[pyclass(module = false, name = "PlatformKit")]
#[derive(PyPayload)]
pub struct PlatformKit {
    pub plugin: Arc<Plugin>,
}

impl std::fmt::Debug for PlatformKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PlatformKit")
    }
}

#[pyclass(flags(HAS_DICT))]
impl PlatformKit {
    #[pygetset(name = "OS")]
    fn os(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::native(vm, platform::OS)
    }

    #[pygetset(name = "CPU")]
    fn cpu(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::native(vm, platform::CPU)
    }

    #[pygetset(name = "OSVersion")]
    fn os_version(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::native(
            vm,
            platform::server_attribute(vm, &zelf.plugin, "platformVersion").as_deref().unwrap_or("Unknown"),
        )
    }

    #[pygetset(name = "MachineIdentifier")]
    fn machine_identifier(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        zelf.attribute(vm, "machineIdentifier")
    }

    #[pygetset(name = "ServerVersion")]
    fn server_version(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        zelf.attribute(vm, "version")
    }

    fn attribute(&self, vm: &VirtualMachine, name: &str) -> PyObjectRef {
        platform::server_attribute(vm, &self.plugin, name)
            .map_or_else(|| vm.ctx.none(), |value| text::native(vm, &value))
    }

    #[pygetset(name = "HasWebKit")]
    fn has_webkit(zelf: &Py<Self>, vm: &VirtualMachine) -> bool {
        platform::OS == "MacOSX" || platform::server_attribute(vm, &zelf.plugin, "webkit").as_deref() == Some("1")
    }

    #[pygetset(name = "HasFlash")]
    fn has_flash(_zelf: &Py<Self>) -> bool {
        false
    }

    #[pygetset(name = "HasSilverlight")]
    fn has_silverlight(_zelf: &Py<Self>) -> bool {
        false
    }
}

#[pyclass(module = false, name = "RequestKit")]
#[derive(Debug, PyPayload)]
pub struct RequestKit;

#[pyclass(flags(HAS_DICT))]
impl RequestKit {
    #[pygetset(name = "Headers")]
    fn headers(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let (inside, over_http, headers) =
            context::with(|context| (context.in_request, context.over_http, context.headers.clone()));
        if !inside {
            tracing::warn!("Attempting to access request headers outside a request context");
        }
        let pairs = headers.iter().map(|(name, value)| (byte_string(vm, name), byte_string(vm, value)));
        if over_http {
            return request_headers::headers(vm, pairs.collect());
        }
        let dict = vm.ctx.new_dict();
        for (name, value) in pairs {
            dict.set_item(&*name, value, vm)?;
        }
        Ok(dict.into())
    }

    #[pygetset(name = "Body")]
    fn body(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::new_str(vm, &context::with(|context| context.body.clone()))
    }

    #[pygetset(name = "Method")]
    fn method(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        byte_string(vm, &context::with(|context| context.method.clone()))
    }
}

#[pyclass(module = false, name = "ResponseKit")]
#[derive(Debug, PyPayload)]
pub struct ResponseKit;

#[pyclass(flags(HAS_DICT))]
impl ResponseKit {
    #[pygetset(name = "Headers")]
    fn headers(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyDictRef {
        context::with(|context| context.response_dict.get_or_insert_with(|| vm.ctx.new_dict()).clone())
    }

    #[pygetset(name = "Status")]
    fn status(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        match context::with(|context| context.response_status) {
            Some(status) => vm.ctx.new_int(status).into(),
            None => vm.ctx.none(),
        }
    }

    #[pygetset(name = "Status", setter)]
    fn set_status(_zelf: &Py<Self>, status: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let status = match status {
            PySetterValue::Assign(status) if !vm.is_none(&status) => Some(status.try_into_value::<u16>(vm)?),
            _ => None,
        };
        context::with(|context| context.response_status = status);
        Ok(())
    }
}

/// The headers that the plug-in set for the answer, as text.
pub fn response_headers(vm: &VirtualMachine) -> PyResult<Vec<(String, String)>> {
    let (mut headers, dict) =
        context::with(|context| (context.response_headers.clone(), context.response_dict.clone()));
    for (name, value) in dict.into_iter().flatten() {
        let text = |value: &PyObject| {
            callback::plain_text(vm, value).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        };
        headers.push((text(&name)?, text(&value)?));
    }
    Ok(headers)
}
