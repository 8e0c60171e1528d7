//! What belongs to the request that the current thread serves (`spec/core.md` §7, `spec/sandbox.md` §7).

use std::cell::RefCell;
use std::sync::Arc;

use parking_lot::Mutex;
use rustpython_vm::builtins::PyDictRef;

use crate::http_cookies::CookieJar;

/// The execution context of a thread: empty outside a request.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Request headers, names as normalised by the server.
    pub headers: Vec<(String, String)>,
    pub method: String,
    /// The request line's URI.
    pub uri: String,
    pub body: Vec<u8>,
    /// The URL whose body the client has fetched and posted, with that body (`spec/protocol.md` §2.5).
    pub posted: Option<Posted>,
    /// The prefix that the request's path starts with.
    pub prefix: Option<String>,
    /// `X-Plex-Language`, or None.
    pub locale: Option<String>,
    /// `X-Plex-Transaction-Id`, for log lines.
    pub transaction: Option<String>,
    pub indirect: bool,
    pub syncable: bool,
    /// `mediaInfo` JSON of the query.
    pub media_info: Option<serde_json::Value>,
    /// Smallest cache time of the fetches made so far, in seconds (`spec/protocol.md` §5.3).
    pub cache_time: Option<i64>,
    pub response_headers: Vec<(String, String)>,
    /// `Response.Headers`, once the plug-in has asked for it.
    pub response_dict: Option<PyDictRef>,
    pub response_status: Option<u16>,
    /// The cookies of the user of the request, where they are kept apart from the plug-in's.
    pub cookies: Option<Arc<Mutex<CookieJar>>>,
    /// `Session`: what the plug-in keeps for the user of the request.
    pub session: Option<PyDictRef>,
    /// The request came over HTTP, whose header names are of any case.
    pub over_http: bool,
    /// Paths of resources that the request has asked for.
    pub resource_paths: Vec<ResourcePath>,
    /// True while a request is bound to the thread.
    pub in_request: bool,
}

/// The path of a resource (`R('icon.png')`).
#[derive(Clone, Debug)]
pub struct ResourcePath {
    /// Address of the sandbox that asked, which lives longer than the request.
    pub sandbox: usize,
    pub name: String,
    pub path: String,
}

/// What the client has fetched and posted.
#[derive(Clone, Debug)]
pub struct Posted {
    pub url: String,
    pub body: Vec<u8>,
    /// It had no headers of its own behind the status line.
    pub is_bare: bool,
}

thread_local! {
    static CONTEXT: RefCell<Context> = RefCell::new(Context::default());
}

/// Reads or changes the current thread's context. Do not run Python code inside `f`.
pub fn with<R>(f: impl FnOnce(&mut Context) -> R) -> R {
    CONTEXT.with_borrow_mut(f)
}

/// Puts a context in place for the duration of `f` and gives it back with what `f` made of it.
pub fn bind<R>(context: Context, f: impl FnOnce() -> R) -> (R, Context) {
    let before = CONTEXT.replace(context);
    let result = f();
    (result, CONTEXT.replace(before))
}
