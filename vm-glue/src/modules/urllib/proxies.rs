//! What the environment says about proxies.

use rustpython_vm::{PyObject, PyObjectRef, PyResult};

use super::NONE;
use crate::body;
use crate::modules::python_function::{Function, function, with_defaults};
use crate::modules::scope::Scope;

pub static FUNCTIONS: &[Function] = &[
    function("getproxies_environment", &[], body!(|x| environment(x))),
    with_defaults(
        "proxy_bypass_environment",
        &["host", "proxies"],
        &[NONE],
        body!(|x, host, proxies| {
            let proxies = if x.is_none(proxies) { x.made("getproxies_environment", [])? } else { proxies.clone() };
            Ok(x.int(bypass(x, host, &proxies)?))
        }),
    ),
];

/// The proxies of variables such as `http_proxy`; names in small letters win.
fn environment(x: Scope<'_>) -> PyResult {
    let variables = x.get(&*x.global("os")?, "environ")?;
    let proxies = x.dict();
    let named = x.pairs(&variables)?.into_iter().map(|(name, value)| (x.peek(&name), value)).collect::<Vec<_>>();
    let scheme = |name: &str| Some(name.to_ascii_lowercase().strip_suffix("_proxy")?.to_owned());
    for (name, value) in &named {
        if let Some(scheme) = scheme(name)
            && x.yes(value)?
        {
            x.put(&proxies, &x.text(&scheme), value.clone())?;
        }
    }
    // In a CGI program HTTP_PROXY is a header of the request.
    if x.holds(&variables, "REQUEST_METHOD")? {
        x.call(&proxies, "pop", [x.text("http"), x.none()])?;
    }
    for (name, value) in named {
        let Some(scheme) = name.ends_with("_proxy").then(|| scheme(&name)).flatten() else { continue };
        if x.yes(&value)? {
            x.put(&proxies, &x.text(&scheme), value)?;
        } else {
            x.call(&proxies, "pop", [x.text(&scheme), x.none()])?;
        }
    }
    Ok(proxies)
}

/// Whether `no_proxy` names a host, or a domain above it.
fn bypass(x: Scope<'_>, host: &PyObjectRef, proxies: &PyObject) -> PyResult<bool> {
    if !x.holds(proxies, "no")? {
        return Ok(false);
    }
    let excluded = x.peek(&*x.named(proxies, "no")?);
    if excluded == "*" {
        return Ok(true);
    }
    let bare = x.peek(&*x.nth(&*x.made("splitport", [host.clone()])?, 0)?).to_lowercase();
    let host = x.peek(host).to_lowercase();
    let within = |host: &str, name: &str| {
        host.strip_suffix(name).is_some_and(|above| above.is_empty() || above.len() > 1 && above.ends_with('.'))
    };
    let mut names = excluded.split(',').map(|name| name.trim().trim_start_matches('.').to_lowercase());
    Ok(names.any(|name| !name.is_empty() && (within(&bare, &name) || within(&host, &name))))
}
