//! One HTTP exchange of a plug-in, without Python: cookies, cache, redirects, passwords, gzip (`spec/storage.md` §5).

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use parking_lot::{Mutex, RwLock};
use reprise_bundles::atomic;
use reprise_vm_glue::clock;
use reprise_vm_glue::web::{Client, Location, Request, Response, WebError, reason};
use rustpython_vm::PyObjectRef;
use rustpython_vm::builtins::PyDictRef;

use crate::archive::gzip::{self, GzipError};
use crate::context;
use crate::http_body::{Body, Spool};
use crate::http_cache::{Headers, HttpCache};
use crate::http_cookies::CookieJar;
use crate::http_cookies_lwp;

/// The browser that requests claim to come from.
pub const USER_AGENT: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_2) AppleWebKit/537.74.9 (KHTML, like Gecko) Version/7.0.2 Safari/537.74.9";
/// Seconds that a single wait may take unless the plug-in says otherwise.
const DEFAULT_TIMEOUT: f64 = 20.0;
/// Redirects that one request follows, and visits of one address.
const MOST_REDIRECTS: usize = 10;
const MOST_VISITS: usize = 4;
/// Largest body, as sent and decompressed.
///
/// What plug-ins make of it is held in memory, on machines that have a gigabyte.
const LARGEST_BODY: u64 = 128 * 1024 * 1024;

/// Where a plug-in keeps what it fetches, and what it may fetch.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The cookie file.
    pub cookies: Option<PathBuf>,
    /// The cookie file has the format of framework 0.
    pub lwp_cookies: bool,
    /// The cache's folder; None switches the cache off.
    pub cache: Option<PathBuf>,
    /// Keep only text in the cache.
    pub is_agent: bool,
    /// May talk to the media server.
    pub elevated: bool,
}

struct Password {
    /// `http`, `https`, or None for both.
    scheme: Option<String>,
    /// Host, with a port if one was given.
    authority: String,
    path: String,
    realm: Option<String>,
    credentials: Vec<u8>,
}

/// The network state of one plug-in.
pub struct Network {
    pub settings: RwLock<Settings>,
    /// The cookies of the plug-in, for all users together.
    pub jar: Arc<Mutex<CookieJar>>,
    pub cache: Mutex<Option<HttpCache>>,
    /// `HTTP.CacheTime`, as the plug-in set it.
    pub cache_time: Mutex<Option<PyObjectRef>>,
    /// `Network.Timeout`.
    pub timeout: Mutex<Option<f64>>,
    passwords: Mutex<Vec<Password>>,
    /// `HTTP.Headers` of each sandbox, by its address.
    pub headers: Mutex<HashMap<usize, PyDictRef>>,
}

impl Default for Network {
    fn default() -> Network {
        Network {
            settings: RwLock::default(),
            jar: Arc::default(),
            cache: Mutex::default(),
            cache_time: Mutex::default(),
            timeout: Mutex::new(Some(DEFAULT_TIMEOUT)),
            passwords: Mutex::default(),
            headers: Mutex::default(),
        }
    }
}

/// What is to be fetched.
#[derive(Clone, Debug)]
pub struct Plan {
    pub method: String,
    pub url: String,
    /// Names as they go out.
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Option<Vec<u8>>,
    pub timeout: Option<Duration>,
    pub follow_redirects: bool,
    /// Seconds that a stored body may be old; 0 drops it. None: neither look nor store.
    pub cache_time: Option<f64>,
    /// Seconds to wait after the network was used.
    pub sleep: f64,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub body: Body,
    /// Names in lower case, repeated ones joined.
    pub headers: Headers,
}

/// Why nothing came back.
#[derive(Debug)]
pub enum Failure {
    Web(WebError),
    /// A body that calls itself gzip.
    Gzip(GzipError),
    /// A status that is an error.
    Status {
        url: String,
        code: u16,
        message: String,
        fetched: Fetched,
    },
    /// A redirect that is not to be followed.
    Redirect {
        code: u16,
        headers: Headers,
    },
    /// A redirect that does not say where to.
    NoLocation,
}

impl Network {
    /// Opens cookie file and cache. Call once, when the plug-in starts.
    pub fn open(&self, settings: Settings) {
        if let Some(path) = &settings.cookies {
            match std::fs::read(path) {
                Ok(text) => {
                    let text = String::from_utf8_lossy(&text);
                    let parse = if settings.lwp_cookies { http_cookies_lwp::parse } else { CookieJar::parse };
                    *self.jar.lock() = parse(&text, now());
                    tracing::debug!(target: "networking", "Loaded HTTP cookies");
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    tracing::debug!(target: "networking", "No cookie jar found");
                }
                Err(error) => tracing::error!(target: "networking", "Error loading cookies: {error}"),
            }
        }
        *self.cache.lock() = settings.cache.as_deref().map(|folder| HttpCache::open(folder, settings.is_agent));
        *self.settings.write() = settings;
    }

    /// Remembers credentials for addresses below a URL; a leading `http://` counts for nothing.
    pub fn set_password(&self, url: &str, user: &[u8], password: &[u8], realm: Option<String>) {
        let (scheme, rest) = match url.split_once("://") {
            Some(("http", rest)) => (None, rest),
            Some((scheme, rest)) => (Some(scheme.to_owned()), rest),
            None => (None, url),
        };
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        let credentials = [user, b":", password].concat();
        let new =
            Password { scheme, authority: authority.to_ascii_lowercase(), path: path.to_owned(), realm, credentials };
        let mut passwords = self.passwords.lock();
        passwords.retain(|p| p.authority != new.authority || p.path != new.path || p.realm != new.realm);
        passwords.push(new);
    }

    /// The `Authorization` header that answers a challenge, if there are credentials for it.
    fn answer_challenge(&self, location: &Location, answer: &Response) -> Option<String> {
        let challenge = String::from_utf8_lossy(answer.header("WWW-Authenticate")?).into_owned();
        if !challenge.get(..5)?.eq_ignore_ascii_case("basic") {
            return None;
        }
        let realm = challenge.split_once("realm=").map(|(_, rest)| rest.trim_matches(['"', '\'', ' ']).to_owned());
        let passwords = self.passwords.lock();
        let found = passwords.iter().rev().find(|p| {
            let authority_fits = p.authority == location.host
                || p.authority == format!("{}:{}", location.host, location.effective_port());
            let below = location.path.strip_prefix(p.path.trim_end_matches('/'));
            authority_fits
                && p.scheme.as_ref().is_none_or(|s| *s == location.scheme)
                && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                && (p.realm.is_none() || p.realm == realm)
        })?;
        Some(format!("Basic {}", BASE64.encode(&found.credentials)))
    }

    /// The cookies that the running request uses: its user's, or the plug-in's.
    pub fn active_jar(&self) -> Arc<Mutex<CookieJar>> {
        context::with(|context| context.cookies.clone()).unwrap_or_else(|| Arc::clone(&self.jar))
    }

    /// Writes the plug-in's cookies to their file.
    pub fn save_cookies(&self) {
        let (path, lwp) = {
            let settings = self.settings.read();
            let Some(path) = settings.cookies.clone() else { return };
            (path, settings.lwp_cookies)
        };
        let jar = self.jar.lock();
        let text = if lwp { http_cookies_lwp::to_file(&jar, now()) } else { jar.to_file(now()) };
        drop(jar);
        if let Err(error) = atomic::write(&path, text.as_bytes()) {
            tracing::error!(target: "networking", "Error saving cookies: {error}");
        }
    }

    /// Empties the jar and removes its file.
    pub fn clear_cookies(&self) {
        if let Some(cookies) = context::with(|context| context.cookies.clone()) {
            return cookies.lock().clear();
        }
        self.jar.lock().clear();
        if let Some(path) = &self.settings.read().cookies {
            // What is not there need not be removed.
            let _ = std::fs::remove_file(path);
        }
    }

    /// Fetches from the cache or the network.
    pub fn fetch(&self, plan: &Plan) -> Result<Fetched, Failure> {
        let cache_time = plan.cache_time.unwrap_or(0.0);
        if let Some(cache) = self.cache.lock().as_mut()
            && plan.cache_time.is_some()
        {
            if cache_time > 0.0 {
                cache.trim();
                if let Some((body, headers)) = cache.get(&plan.url, cache_time, clock::seconds()) {
                    tracing::debug!(target: "networking", "Fetching '{}' from the HTTP cache", plan.url);
                    return Ok(Fetched { body, headers });
                }
            } else {
                cache.remove(&plan.url);
            }
        }
        tracing::debug!(target: "networking", "Requesting '{}'", plan.url);
        let result = self.exchange(plan);
        if let Err(Failure::Status { .. }) = &result {
            tracing::error!(target: "networking", "Error opening URL '{}'", plan.url);
        }
        let fetched = result?;
        if context::with(|context| context.cookies.is_none()) {
            self.save_cookies();
        }
        if cache_time > 0.0
            && let Some(cache) = self.cache.lock().as_mut()
            && let Err(error) = cache.put(&plan.url, &fetched.body, &fetched.headers, cache_time, clock::seconds())
        {
            tracing::error!(target: "networking", "Error storing '{}' in the HTTP cache: {error}", plan.url);
        }
        if let Ok(pause) = Duration::try_from_secs_f64(plan.sleep)
            && !pause.is_zero()
        {
            std::thread::sleep(pause);
        }
        Ok(fetched)
    }

    /// Sends the request and those that redirects and challenges ask for.
    fn exchange(&self, plan: &Plan) -> Result<Fetched, Failure> {
        let mut url = plan.url.clone();
        let mut method = plan.method.clone();
        let mut body = plan.body.clone();
        let mut headers = plan.headers.clone();
        let mut visits: HashMap<String, usize> = HashMap::new();
        let mut redirects = 0;
        let mut authorization: Option<String> = None;
        let jar = self.active_jar();
        loop {
            let location =
                Location::parse(&url).map_err(|why| Failure::Web(WebError::InvalidUrl { url: url.clone(), why }))?;
            let mut request = Request::new(method.clone(), url.clone()).timeout(plan.timeout);
            request.headers.clone_from(&headers);
            request.body.clone_from(&body);
            if let Some(value) = &authorization {
                request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
                request.headers.push(("Authorization".to_owned(), value.clone().into_bytes()));
            }
            if !has_header(&request.headers, "cookie")
                && let Some(cookies) = jar.lock().header_for(&location, now())
            {
                request.headers.push(("Cookie".to_owned(), cookies.into_bytes()));
            }
            let mut answer = Client::shared().send(request).map_err(Failure::Web)?;
            jar.lock().take_from(&location, answer.headers_named("Set-Cookie"), now());
            let code = answer.status;
            if code == 401
                && authorization.is_none()
                && let Some(value) = self.answer_challenge(&location, &answer)
            {
                authorization = Some(value);
                continue;
            }
            let may_redirect = matches!(code, 301..=303) || code == 307 && method != "POST";
            if matches!(code, 301 | 302 | 303 | 307) && (!plan.follow_redirects || may_redirect) {
                let target = answer.header("Location").or_else(|| answer.header("URI"));
                let Some(target) = target.map(|t| String::from_utf8_lossy(t).into_owned()) else {
                    return Err(Failure::NoLocation);
                };
                if !plan.follow_redirects {
                    return Err(Failure::Redirect { code, headers: joined_headers(&answer) });
                }
                redirects += 1;
                let seen = visits.entry(target.clone()).or_default();
                *seen += 1;
                if redirects > MOST_REDIRECTS || *seen > MOST_VISITS {
                    let message = format!(
                        "The HTTP server returned a redirect error that would lead to an infinite loop.\n\
                         The last 30x error message was:\n{}",
                        reason(code)
                    );
                    let fetched = self.read(&mut answer)?;
                    return Err(Failure::Status { url, code, message, fetched });
                }
                url = join(&url, &target.replace(' ', "%20"));
                // What follows a redirect is always fetched, not posted or asked about.
                method = "GET".to_owned();
                body = None;
                headers.retain(|(name, _)| {
                    !name.eq_ignore_ascii_case("content-type") && !name.eq_ignore_ascii_case("content-length")
                });
                authorization = None;
                continue;
            }
            let fetched = self.read(&mut answer)?;
            if !(200..300).contains(&code) {
                return Err(Failure::Status { url, code, message: answer.reason, fetched });
            }
            return Ok(fetched);
        }
    }

    /// Reads and decompresses the body.
    fn read(&self, answer: &mut Response) -> Result<Fetched, Failure> {
        let settings = self.settings.read();
        let folder = settings.cache.as_deref();
        let expected = answer.promised_length();
        let mut spool = Spool::new(folder);
        let read = spool.fill(answer, LARGEST_BODY);
        if spool.length() > LARGEST_BODY {
            return Err(Failure::Web(WebError::TooLarge { limit: LARGEST_BODY }));
        }
        let body = spool.finish();
        if let Err(error) = read {
            match WebError::while_reading(error, Vec::new(), expected) {
                // A body that is shorter than its promised length counts as whole, as `urllib2` takes it; one that
                // breaks off within its chunks does not.
                WebError::Incomplete { expected: Some(_), .. } => {}
                WebError::Incomplete { expected: None, .. } => {
                    let received = body.into_bytes().map_err(|error| Failure::Web(WebError::Io(error)))?;
                    return Err(Failure::Web(WebError::Incomplete { received, expected: None }));
                }
                other => return Err(Failure::Web(other)),
            }
        }
        let zipped = answer.header("Content-Encoding").is_some_and(|v| v.eq_ignore_ascii_case(b"gzip"));
        let headers = joined_headers(answer);
        if !zipped || body.is_empty() {
            return Ok(Fetched { body, headers });
        }
        let mut plain = Spool::new(folder);
        gzip::unpack(&mut body.reader(), &mut plain).map_err(Failure::Gzip)?;
        Ok(Fetched { body: plain.finish(), headers })
    }
}

fn now() -> i64 {
    clock::seconds() as i64
}

fn has_header(headers: &[(String, Vec<u8>)], name: &str) -> bool {
    headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name))
}

/// The address that a redirect leads to.
fn join(base: &str, target: &str) -> String {
    if target.contains("://") {
        return target.to_owned();
    }
    match url::Url::parse(base).and_then(|base| base.join(target)) {
        Ok(joined) => joined.to_string(),
        Err(_) => target.to_owned(),
    }
}

/// The headers of an answer: names in lower case, repeated ones joined by a comma.
pub fn joined_headers(answer: &Response) -> Headers {
    let mut joined: Headers = Vec::new();
    for (name, value) in &answer.headers {
        let name = name.to_ascii_lowercase();
        // Bytes above ASCII are kept as the characters of the same numbers.
        let value = match std::str::from_utf8(value) {
            Ok(text) => text.to_owned(),
            Err(_) => value.iter().map(|b| char::from(*b)).collect(),
        };
        match joined.iter_mut().find(|(n, _)| *n == name) {
            Some((_, all)) => {
                all.push_str(", ");
                all.push_str(&value);
            }
            None => joined.push((name, value)),
        }
    }
    joined
}

/// A header name as it goes out: each part between dashes with a capital. None for a name with an empty part.
pub fn title_case(name: &str) -> Option<String> {
    let parts: Option<Vec<String>> = name
        .split('-')
        .map(|part| {
            let mut chars = part.chars();
            let first = chars.next()?;
            Some(first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect())
        })
        .collect();
    parts.map(|parts| parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_forms() {
        assert_eq!(title_case("x-my-OWN").as_deref(), Some("X-My-Own"));
        assert_eq!(title_case("a--b"), None);
        assert_eq!(join("http://a/b/c?d", "../x"), "http://a/x");
        assert_eq!(join("http://a/b/c", "?q"), "http://a/b/c?q");
    }
}
