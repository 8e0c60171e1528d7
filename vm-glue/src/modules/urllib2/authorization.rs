//! Users and passwords: their managers, and the handlers of Basic and Digest authentication (RFC 2617).

use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::{BASIC, NONE};
use crate::body;
use crate::modules::python_function::{Function, Given, function, with_defaults};
use crate::modules::scope::{Line, Scope};

/// How a challenge of the Basic kind looks: `AbstractBasicAuthHandler.rx`.
pub const CHALLENGE: &str = "(?:.*,)*[ \t]*([^ \t]+)[ \t]+realm=([\"']?)([^\"']*)\\2";
/// `re.IGNORECASE`
pub const IGNORE_CASE: u32 = 2;
/// How often a Digest is tried for one request.
const TRIES: i64 = 5;

pub static CLASSES: &[Line] = &[
    Line {
        name: "HTTPPasswordMgr",
        bases: &[],
        functions: MANAGER,
        values: &[],
        doc: Some("Users and passwords by realm and address."),
    },
    Line {
        name: "HTTPPasswordMgrWithDefaultRealm",
        bases: &["HTTPPasswordMgr"],
        functions: DEFAULT_REALM,
        values: &[],
        doc: None,
    },
    Line {
        name: "AbstractBasicAuthHandler",
        bases: &[],
        functions: ABSTRACT_BASIC,
        values: &[("rx", Given::Kept(BASIC))],
        doc: None,
    },
    Line {
        name: "HTTPBasicAuthHandler",
        bases: &["AbstractBasicAuthHandler", "BaseHandler"],
        functions: BASIC_SERVER,
        values: &[("auth_header", Given::Text("Authorization"))],
        doc: None,
    },
    Line {
        name: "ProxyBasicAuthHandler",
        bases: &["AbstractBasicAuthHandler", "BaseHandler"],
        functions: BASIC_PROXY,
        values: &[("auth_header", Given::Text("Proxy-authorization"))],
        doc: None,
    },
    Line { name: "AbstractDigestAuthHandler", bases: &[], functions: ABSTRACT_DIGEST, values: &[], doc: None },
    Line {
        name: "HTTPDigestAuthHandler",
        bases: &["BaseHandler", "AbstractDigestAuthHandler"],
        functions: DIGEST_SERVER,
        values: &[("auth_header", Given::Text("Authorization")), ("handler_order", Given::Int(490))],
        doc: Some("Answers a challenge of the Digest kind (RFC 2617)."),
    },
    Line {
        name: "ProxyDigestAuthHandler",
        bases: &["BaseHandler", "AbstractDigestAuthHandler"],
        functions: DIGEST_PROXY,
        values: &[("auth_header", Given::Text("Proxy-Authorization")), ("handler_order", Given::Int(490))],
        doc: None,
    },
];

// ---- passwords --------------------------------------------------------------------------------------------------

const FIND: &[&str] = &["self", "realm", "authuri"];

static MANAGER: &[Function] = &[
    function("__init__", &["self"], body!(|x, me| do x.set(me, "passwd", x.dict()))),
    function(
        "add_password",
        &["self", "realm", "uri", "user", "passwd"],
        body!(|x, me, realm, uri, user, password| do add_password(x, me, realm, uri, [user, password])),
    ),
    function("find_user_password", FIND, body!(|x, me, realm, uri| find_password(x, me, realm, uri))),
    with_defaults(
        "reduce_uri",
        &["self", "uri", "default_port"],
        &[Given::Bool(true)],
        body!(|x, _me, uri, port| reduce(x, uri, port)),
    ),
    function("is_suburi", &["self", "base", "test"], body!(|x, _me, base, test| below(x, base, test))),
];

static DEFAULT_REALM: &[Function] = &[function(
    "find_user_password",
    FIND,
    body!(|x, me, realm, uri| {
        let of =
            |realm: PyObjectRef| x.inherited("HTTPPasswordMgr", "find_user_password", [me.clone(), realm, uri.clone()]);
        let (user, password) = x.two(&*of(realm.clone())?)?;
        if x.is_none(&user) { of(x.none()) } else { Ok(x.tuple([user, password])) }
    }),
)];

fn add_password(
    x: Scope<'_>,
    me: &PyObject,
    realm: &PyObjectRef,
    uri: &PyObjectRef,
    [user, password]: [&PyObjectRef; 2],
) -> PyResult<()> {
    // One address, or several.
    let uris = if x.is_text(uri) { vec![uri.clone()] } else { x.each(uri)? };
    let realms = x.get(me, "passwd")?;
    if !x.contains(&realms, realm)? {
        x.put(&realms, realm, x.dict())?;
    }
    for default_port in [true, false] {
        let reduce = |uri: &PyObjectRef| x.call(me, "reduce_uri", [uri.clone(), x.bool(default_port)]);
        let reduced = x.tuple(uris.iter().map(reduce).collect::<PyResult<Vec<_>>>()?);
        x.put(&*x.item(&realms, realm)?, &reduced, x.tuple([user.clone(), password.clone()]))?;
    }
    Ok(())
}

fn find_password(x: Scope<'_>, me: &PyObject, realm: &PyObjectRef, uri: &PyObjectRef) -> PyResult {
    let domains = x.call(&*x.get(me, "passwd")?, "get", [realm.clone(), x.dict()])?;
    for default_port in [true, false] {
        let asked = x.call(me, "reduce_uri", [uri.clone(), x.bool(default_port)])?;
        for (uris, found) in x.pairs(&domains)? {
            for known in x.each(&uris)? {
                if x.yes(&*x.call(me, "is_suburi", [known, asked.clone()])?)? {
                    return Ok(found);
                }
            }
        }
    }
    Ok(x.tuple([x.none(), x.none()]))
}

/// An address as host, with the usual port if asked for, and path.
fn reduce(x: Scope<'_>, uri: &PyObjectRef, default_port: &PyObject) -> PyResult {
    let parts = x.of("urlparse", "urlsplit", [uri.clone()])?;
    let (mut authority, mut path, mut scheme) = (x.nth(&parts, 1)?, x.text("/"), x.none());
    if x.yes(&authority)? {
        scheme = x.nth(&parts, 0)?;
        let given = x.nth(&parts, 2)?;
        if x.yes(&given)? {
            path = given;
        }
    } else {
        authority = uri.clone();
    }
    let (host, port) = x.two(&*x.made("splitport", [authority.clone()])?)?;
    if x.yes(default_port)? && x.is_none(&port) {
        let port = match x.peek(&scheme).as_str() {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        };
        if let Some(port) = port {
            authority = x.format("%s:%d", [host, x.int(port)])?;
        }
    }
    Ok(x.tuple([authority, path]))
}

/// Whether an address lies below another one.
fn below(x: Scope<'_>, base: &PyObject, test: &PyObject) -> PyResult {
    if x.equal(base, test)? {
        return Ok(x.bool(true));
    }
    let [base_host, base_path] = [x.nth(base, 0)?, x.nth(base, 1)?];
    if !x.equal(&base_host, &*x.nth(test, 0)?)? {
        return Ok(x.bool(false));
    }
    Ok(x.bool(x.peek(&*x.nth(test, 1)?).starts_with(&x.peek(&base_path))))
}

/// `__init__` of the abstract handlers: a manager, which may be given.
fn take_manager(x: Scope<'_>, me: &PyObject, manager: &PyObjectRef) -> PyResult<()> {
    let manager = if x.is_none(manager) { x.made("HTTPPasswordMgr", [])? } else { manager.clone() };
    x.set(me, "passwd", manager.clone())?;
    x.set(me, "add_password", x.get(&manager, "add_password")?)
}

/// Asks the request's opener for it once more, with an answer to the challenge.
fn again(x: Scope<'_>, me: &PyObject, req: &PyObjectRef, value: PyObjectRef) -> PyResult {
    x.call(req, "add_unredirected_header", [x.get(me, "auth_header")?, value])?;
    x.call_with(&*x.get(me, "parent")?, "open", [req.clone()], [("timeout", x.get(req, "timeout")?)])
}

// ---- Basic ------------------------------------------------------------------------------------------------------

const ANSWER: &[&str] = &["self", "req", "fp", "code", "msg", "headers"];

static ABSTRACT_BASIC: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "password_mgr"],
        &[NONE],
        body!(|x, me, manager| do take_manager(x, me, manager)),
    ),
    function(
        "http_error_auth_reqed",
        &["self", "authreq", "host", "req", "headers"],
        body!(|x, me, header, host, req, headers| basic_challenge(x, me, header, [host, req, headers])),
    ),
    function(
        "retry_http_basic_auth",
        &["self", "host", "req", "realm"],
        body!(|x, me, host, req, realm| basic_answer(x, me, host, req, realm)),
    ),
];

static BASIC_SERVER: &[Function] = &[function(
    "http_error_401",
    ANSWER,
    body!(|x, me, req, _fp, _code, _msg, headers| {
        let url = x.ask(req, "get_full_url")?;
        x.call(me, "http_error_auth_reqed", [x.text("www-authenticate"), url, req.clone(), headers.clone()])
    }),
)];

static BASIC_PROXY: &[Function] = &[function(
    "http_error_407",
    ANSWER,
    body!(|x, me, req, _fp, _code, _msg, headers| {
        // The host is the proxy's here.
        let host = x.ask(req, "get_host")?;
        x.call(me, "http_error_auth_reqed", [x.text("proxy-authenticate"), host, req.clone(), headers.clone()])
    }),
)];

fn basic_challenge(
    x: Scope<'_>,
    me: &PyObject,
    header: &PyObjectRef,
    [host, req, headers]: [&PyObjectRef; 3],
) -> PyResult {
    let challenge = x.call(headers, "get", [header.clone(), x.none()])?;
    if !x.yes(&challenge)? {
        return Ok(x.none());
    }
    let expression = x.get(&*x.global("AbstractBasicAuthHandler")?, "rx")?;
    let found = x.call(&expression, "search", [challenge])?;
    if !x.yes(&found)? {
        return Ok(x.none());
    }
    let [scheme, quote, realm] = x.unpack(&*x.ask(&found, "groups")?)?;
    if !matches!(x.peek(&quote).as_str(), "\"" | "'") {
        let category = x.global("UserWarning")?;
        x.of("warnings", "warn", [x.text("Basic Auth Realm was unquoted"), category, x.int(2)])?;
    }
    if x.peek(&*x.ask(&scheme, "lower")?) != "basic" {
        return Ok(x.none());
    }
    x.call(me, "retry_http_basic_auth", [host.clone(), req.clone(), realm])
}

fn basic_answer(x: Scope<'_>, me: &PyObject, host: &PyObjectRef, req: &PyObjectRef, realm: &PyObjectRef) -> PyResult {
    let manager = x.get(me, "passwd")?;
    let (user, password) = x.two(&*x.call(&manager, "find_user_password", [realm.clone(), host.clone()])?)?;
    if x.is_none(&password) {
        return Ok(x.none());
    }
    let plain = x.format("%s:%s", [user, password])?;
    let value = x.format("Basic %s", [x.of("base64", "b64encode", [plain])?])?;
    let before = x.call(req, "get_header", [x.get(me, "auth_header")?, x.none()])?;
    if x.equal(&before, &value)? {
        // The server did not want this one.
        return Ok(x.none());
    }
    again(x, me, req, value)
}

// ---- Digest -----------------------------------------------------------------------------------------------------

static ABSTRACT_DIGEST: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "passwd"],
        &[NONE],
        body!(|x, me, manager| do {
            take_manager(x, me, manager)?;
            x.fill(me, [("retried", x.int(0)), ("nonce_count", x.int(0)), ("last_nonce", x.none())])
        }),
    ),
    function("reset_retry_count", &["self"], body!(|x, me| do x.set(me, "retried", x.int(0)))),
    function(
        "http_error_auth_reqed",
        &["self", "auth_header", "host", "req", "headers"],
        body!(|x, me, header, _host, req, headers| digest_challenge(x, me, header, req, headers)),
    ),
    function(
        "retry_http_digest_auth",
        &["self", "req", "auth"],
        body!(|x, me, req, challenge| digest_answer(x, me, req, challenge)),
    ),
    function(
        "get_cnonce",
        &["self", "nonce"],
        body!(|x, me, nonce| {
            let (now, noise) = (x.of("time", "ctime", [])?, x.made("randombytes", [x.int(8)])?);
            let seed = x.format("%s:%s:%s:%s", [x.get(me, "nonce_count")?, nonce.clone(), now, noise])?;
            x.call(&*digest(x.vm, "sha1", seed)?, "__getslice__", [x.int(0), x.int(16)])
        }),
    ),
    function("get_authorization", &["self", "req", "chal"], body!(|x, me, req, chal| authorization(x, me, req, chal))),
    function(
        "get_algorithm_impls",
        &["self", "algorithm"],
        body!(|x, _me, algorithm| algorithm_functions(x, algorithm)),
    ),
    function("get_entity_digest", &["self", "data", "chal"], crate::modules::python_function::Body::Nothing),
];

static DIGEST_SERVER: &[Function] = &[function(
    "http_error_401",
    ANSWER,
    body!(|x, me, req, _fp, _code, _msg, headers| {
        let host = x.nth(&*x.of("urlparse", "urlparse", [x.ask(req, "get_full_url")?])?, 1)?;
        digest_retried(x, me, "www-authenticate", host, req, headers)
    }),
)];

static DIGEST_PROXY: &[Function] = &[function(
    "http_error_407",
    ANSWER,
    body!(|x, me, req, _fp, _code, _msg, headers| {
        let host = x.ask(req, "get_host")?;
        digest_retried(x, me, "proxy-authenticate", host, req, headers)
    }),
)];

fn digest_retried(
    x: Scope<'_>,
    me: &PyObject,
    header: &str,
    host: PyObjectRef,
    req: &PyObjectRef,
    headers: &PyObjectRef,
) -> PyResult {
    let answer = x.call(me, "http_error_auth_reqed", [x.text(header), host, req.clone(), headers.clone()])?;
    x.ask(me, "reset_retry_count")?;
    Ok(answer)
}

fn digest_challenge(
    x: Scope<'_>,
    me: &PyObject,
    header: &PyObjectRef,
    req: &PyObjectRef,
    headers: &PyObjectRef,
) -> PyResult {
    let challenge = x.call(headers, "get", [header.clone(), x.none()])?;
    let retried = x.get(me, "retried")?;
    if x.less(&x.int(TRIES), &retried)? {
        let (url, message) = (x.ask(req, "get_full_url")?, x.text("digest auth failed"));
        return Err(x.error("HTTPError", [url, x.int(401), message, headers.clone(), x.none()]));
    }
    x.set(me, "retried", x.add(&retried, &x.int(1))?)?;
    if !x.yes(&challenge)? {
        return Ok(x.none());
    }
    let scheme = x.nth(&*x.ask(&challenge, "split")?, 0)?;
    if x.peek(&*x.ask(&scheme, "lower")?) != "digest" {
        return Ok(x.none());
    }
    x.call(me, "retry_http_digest_auth", [req.clone(), challenge])
}

fn digest_answer(x: Scope<'_>, me: &PyObject, req: &PyObjectRef, challenge: &PyObject) -> PyResult {
    let (_, values) = x.two(&*x.call(challenge, "split", [x.text(" "), x.int(1)])?)?;
    let values = x.made("parse_keqv_list", [x.made("parse_http_list", [values])?])?;
    let answer = x.call(me, "get_authorization", [req.clone(), values])?;
    if !x.yes(&answer)? {
        return Ok(x.none());
    }
    let value = x.format("Digest %s", [answer])?;
    let before = x.call(&*x.get(req, "headers")?, "get", [x.get(me, "auth_header")?, x.none()])?;
    if x.equal(&before, &value)? {
        return Ok(x.none());
    }
    again(x, me, req, value)
}

fn digest(vm: &VirtualMachine, algorithm: &str, text: PyObjectRef) -> PyResult {
    let hashlib = crate::import::module(vm, "hashlib")?;
    let made = vm.call_method(&hashlib, algorithm, (text,))?;
    vm.call_method(&made, "hexdigest", ())
}

/// The functions `H` and `KD` of RFC 2617.
fn algorithm_functions(x: Scope<'_>, algorithm: &PyObject) -> PyResult {
    let lower = x.ask(algorithm, "lower")?;
    let name = match x.peek(&lower).as_str() {
        "md5" => "md5",
        "sha" => "sha1",
        _ => {
            let message = x.format("Unsupported digest authentication algorithm %r", [lower])?;
            return Err(x.error("ValueError", [message]));
        }
    };
    let hash = x.lambda(move |text: PyObjectRef, vm: &VirtualMachine| digest(vm, name, text));
    let keyed = x.lambda(move |secret: PyObjectRef, data: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let pair = vm.ctx.new_tuple(vec![secret, data]);
        digest(vm, name, vm._mod(vm.ctx.new_str("%s:%s").as_object(), pair.as_object())?)
    });
    Ok(x.tuple([hash, keyed]))
}

fn authorization(x: Scope<'_>, me: &PyObject, req: &PyObjectRef, chal: &PyObject) -> PyResult {
    let value = |name: &str| x.call(chal, "get", [x.text(name)]);
    if !x.holds(chal, "realm")? || !x.holds(chal, "nonce")? {
        return Ok(x.none());
    }
    let [realm, nonce, qop, opaque] = [value("realm")?, value("nonce")?, value("qop")?, value("opaque")?];
    let algorithm = x.call(chal, "get", [x.text("algorithm"), x.text("MD5")])?;
    let (hash, keyed) = x.two(&*x.call(me, "get_algorithm_impls", [algorithm.clone()])?)?;
    if x.is_none(&hash) {
        return Ok(x.none());
    }
    let url = x.ask(req, "get_full_url")?;
    let manager = x.get(me, "passwd")?;
    let (user, password) = x.two(&*x.call(&manager, "find_user_password", [realm.clone(), url])?)?;
    if x.is_none(&user) {
        return Ok(x.none());
    }
    let entity = if x.yes(&*x.ask(req, "has_data")?)? {
        x.call(me, "get_entity_digest", [x.ask(req, "get_data")?, chal.to_owned()])?
    } else {
        x.none()
    };
    let selector = x.ask(req, "get_selector")?;
    let first = x.run(&hash, [x.format("%s:%s:%s", [user.clone(), realm.clone(), password])?])?;
    let second = x.run(&hash, [x.format("%s:%s", [x.ask(req, "get_method")?, selector.clone()])?])?;
    let mut counted = None;
    let response = if x.says(&qop, "auth") {
        if x.equal(&nonce, &*x.get(me, "last_nonce")?)? {
            x.set(me, "nonce_count", x.add(&*x.get(me, "nonce_count")?, &x.int(1))?)?;
        } else {
            x.fill(me, [("nonce_count", x.int(1)), ("last_nonce", nonce.clone())])?;
        }
        let count = x.format("%08x", [x.get(me, "nonce_count")?])?;
        let own = x.call(me, "get_cnonce", [nonce.clone()])?;
        counted = Some((count.clone(), own.clone()));
        let parts = x.format("%s:%s:%s:%s:%s", [nonce.clone(), count, own, qop.clone(), second])?;
        x.run(&keyed, [first, parts])?
    } else if x.is_none(&qop) {
        x.run(&keyed, [first, x.format("%s:%s", [nonce.clone(), second])?])?
    } else {
        return Err(x.error("URLError", [x.format("qop '%s' is not supported.", [qop])?]));
    };
    let start = "username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", response=\"%s\"";
    let mut answer = x.format(start, [user, realm, nonce, selector, response])?;
    for (pattern, value) in [(", opaque=\"%s\"", opaque), (", digest=\"%s\"", entity)] {
        if x.yes(&value)? {
            answer = x.add(&answer, &*x.format(pattern, [value])?)?;
        }
    }
    answer = x.add(&answer, &*x.format(", algorithm=\"%s\"", [algorithm])?)?;
    if let Some((count, own)) = counted {
        answer = x.add(&answer, &*x.format(", qop=auth, nc=%s, cnonce=\"%s\"", [count, own])?)?;
    }
    Ok(answer)
}
