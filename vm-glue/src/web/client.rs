//! The client over ureq: one agent a kind of connection (plain, TLS, and each proxy), made when first needed.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::{Agent, Proxy, Timeout, http};

use super::answer_head::HeadError;
use super::record::Recorder;
use super::replay::Replayer;
use super::replay_log::ReplayLog;
use super::wire::{self, WireConnector};
use super::{Body, Location, Request, Response, Roots, Settings, Source, Stage, WebError};

/// The media server's address in every URL of the framework and of plug-ins.
const MEDIA_SERVER_HOSTS: [&str; 2] = ["127.0.0.1", "localhost"];
const MEDIA_SERVER_PORT: u16 = 32400;
/// No body may take longer than this, however slowly it trickles.
const LONGEST_BODY: Duration = Duration::from_secs(6 * 3600);

/// Methods that always carry a body, even an empty one.
const METHODS_WITH_BODY: [&str; 3] = ["POST", "PUT", "PATCH"];

static SETTINGS: OnceLock<Settings> = OnceLock::new();
static SHARED: OnceLock<Client> = OnceLock::new();

pub(super) fn configure(settings: Settings) -> bool {
    SHARED.get().is_none() && SETTINGS.set(settings).is_ok()
}

/// The HTTP client. There is one for the process, [`Client::shared`]; tests make their own.
pub struct Client {
    settings: Settings,
    replayer: Option<Replayer>,
    replay_log: ReplayLog,
    recorder: Option<Recorder>,
    agents: Mutex<HashMap<AgentKind, Agent>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct AgentKind {
    tls: bool,
    verify: bool,
    proxy: Option<String>,
    roots: Option<Arc<Roots>>,
}

impl Client {
    /// The process-wide client, with the settings of [`super::configure`] or else of the environment.
    pub fn shared() -> &'static Client {
        SHARED.get_or_init(|| Client::new(SETTINGS.get_or_init(Settings::from_env).clone()))
    }

    pub fn new(settings: Settings) -> Client {
        let (replayer, recorder) = match &settings.source {
            Source::Network => (None, None),
            Source::Replay(folder) => (Some(Replayer::new(folder)), None),
            Source::Record(folder) => (None, Some(Recorder::new(folder))),
        };
        Client { settings, replayer, replay_log: ReplayLog::from_env(), recorder, agents: Mutex::default() }
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Sends one request and returns its answer, whatever its status. Redirects are not followed.
    pub fn send(&self, request: Request) -> Result<Response, WebError> {
        let location =
            Location::parse(&request.url).map_err(|why| WebError::InvalidUrl { url: request.url.clone(), why })?;
        if is_media_server(&location) {
            return self.fetch(&request, &location, self.settings.media_server.as_deref());
        }
        if let Some(replayer) = &self.replayer {
            let answer = replayer.answer(&request, &location)?;
            self.replay_log.note(&request, &location, answer.status);
            return Ok(answer);
        }
        let answer = self.fetch(&request, &location, None)?;
        match &self.recorder {
            Some(recorder) => recorder.save(&request, &location, answer),
            None => Ok(answer),
        }
    }

    /// Sends a request over the network, to `address` if one is given instead of the URL's own.
    fn fetch(&self, request: &Request, location: &Location, address: Option<&str>) -> Result<Response, WebError> {
        let own_authority = location.host_header();
        let media_server = is_media_server(location);
        let proxy = match &request.proxy {
            _ if media_server || request.direct => None,
            Some(proxy) => Some(proxy.clone()),
            None => proxy_for(location),
        };
        // A request for a plain address is given to the proxy itself; for the others it makes a tunnel.
        let through = proxy.as_ref().filter(|_| !location.is_tls()).map(|url| PlainProxy::parse(url)).transpose()?;
        let (scheme, authority) = match &through {
            Some(proxy) => (proxy.scheme.as_str(), proxy.authority.as_str()),
            None => (location.scheme.as_str(), address.unwrap_or(&own_authority)),
        };
        let agent = self.agent(AgentKind {
            tls: scheme == "https",
            verify: request.verify,
            proxy: if through.is_some() { None } else { proxy },
            roots: request.roots.clone().filter(|_| location.is_tls() && request.verify),
        })?;
        let method = http::Method::from_bytes(request.method.as_bytes())
            .map_err(|_| WebError::InvalidRequest(format!("method {:?}", request.method)))?;
        // Without a length of their own the library would send these in chunks.
        let empty = Vec::new();
        let body = match &request.body {
            None if METHODS_WITH_BODY.contains(&request.method.as_str()) => Some(&empty),
            other => other.as_ref(),
        };
        let target = match &through {
            Some(_) => format!("{}://{own_authority}{}", location.scheme, location.target()),
            None => location.target(),
        };
        let authorization = through.as_ref().and_then(|proxy| proxy.authorization.as_deref());
        let head = request_head(request, location, &target, body.map(Vec::len), authorization)?;
        let closes = request.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("connection") && value.to_ascii_lowercase().windows(5).any(|w| w == b"close")
        });
        // The library sees no more of the request than it needs; what goes out is the head made here.
        let outgoing = http::Request::builder()
            .method(method)
            .uri(format!("{scheme}://{authority}/"))
            .body(())
            .map_err(|_| WebError::InvalidUrl { url: request.url.clone(), why: "malformed".to_owned() })?;
        let timeout = request.timeout.map(|t| t.max(Duration::from_millis(1)));
        let (answer, head) = wire::exchange(head, request.method == "HEAD", closes, || match body {
            None => agent.run(with_timeout(&agent, outgoing, timeout)),
            Some(body) => {
                let (parts, ()) = outgoing.into_parts();
                let outgoing = http::Request::from_parts(parts, body.as_slice());
                agent.run(with_timeout(&agent, outgoing, timeout))
            }
        });
        let head = match head {
            Some(Err(error)) => return Err(unusable(error)),
            Some(Ok(head)) => Some(head),
            None => None,
        };
        let body = answer.map_err(|error| translate(error, location))?.into_body();
        let head = head.ok_or_else(|| WebError::Protocol("an answer without a head".to_owned()))?;
        Ok(Response {
            status: head.status,
            reason: head.reason,
            version: head.version,
            headers: head.headers,
            body: Body::Stream(Box::new(body.into_reader())),
        })
    }

    fn agent(&self, kind: AgentKind) -> Result<Agent, WebError> {
        let mut agents = self.agents.lock();
        if let Some(agent) = agents.get(&kind) {
            return Ok(agent.clone());
        }
        let proxy = match &kind.proxy {
            Some(url) => Some(
                Proxy::new(url)
                    .map_err(|_| WebError::InvalidUrl { url: url.clone(), why: "not a proxy's address".to_owned() })?,
            ),
            None => None,
        };
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .user_agent(ureq::config::AutoHeaderValue::None)
            .accept(ureq::config::AutoHeaderValue::None)
            .accept_encoding(ureq::config::AutoHeaderValue::None)
            .timeout_recv_body(Some(LONGEST_BODY))
            .proxy(proxy);
        if kind.tls || kind.proxy.is_some() {
            config = config.tls_config(tls_config(kind.verify, kind.roots.as_deref()));
        }
        let agent = Agent::with_parts(config.build(), WireConnector::default(), DefaultResolver::default());
        agents.insert(kind, agent.clone());
        Ok(agent)
    }
}

/// TLS with the system's trust store, or with that of `SSL_CERT_FILE`; or with a program's own.
fn tls_config(verify: bool, own: Option<&Roots>) -> TlsConfig {
    let mut roots: Vec<Certificate<'static>> = Vec::new();
    if own.is_none_or(|own| own.and_system) {
        // Errors of single certificates do not matter: what cannot be read is not trusted.
        let store = rustls_native_certs::load_native_certs();
        roots.extend(store.certs.iter().map(|c| Certificate::from_der(c).to_owned()));
    }
    if let Some(own) = own {
        roots.extend(ureq::tls::parse_pem(&own.pem).filter_map(|item| match item {
            Ok(ureq::tls::PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        }));
    }
    TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&roots))
        .disable_verification(!verify)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build()
}

fn with_timeout<B: ureq::AsSendBody>(
    agent: &Agent,
    request: http::Request<B>,
    timeout: Option<Duration>,
) -> http::Request<B> {
    agent
        .configure_request(request)
        .timeout_connect(timeout)
        .timeout_per_read(timeout)
        .timeout_per_write(timeout)
        .build()
}

fn is_media_server(location: &Location) -> bool {
    location.port == Some(MEDIA_SERVER_PORT) && MEDIA_SERVER_HOSTS.contains(&location.host.as_str())
}

/// The proxy that the environment names for a URL.
pub fn proxy_of_environment(url: &str) -> Option<String> {
    proxy_for(&Location::parse(url).ok()?)
}

/// The same for the parts of one.
fn proxy_for(location: &Location) -> Option<String> {
    let variable = |name: &str| {
        std::env::var(name).or_else(|_| std::env::var(name.to_ascii_uppercase())).ok().filter(|v| !v.trim().is_empty())
    };
    let proxy = variable(if location.is_tls() { "https_proxy" } else { "http_proxy" })?;
    if variable("no_proxy").is_some_and(|list| matches_no_proxy(&list, location)) {
        return None;
    }
    Some(if proxy.contains("://") { proxy } else { format!("http://{proxy}") })
}

/// Python's reading of `no_proxy`: `*`, or names that the host (with or without its port) ends with.
fn matches_no_proxy(list: &str, location: &Location) -> bool {
    let with_port = format!("{}:{}", location.host, location.effective_port());
    list.split(',').map(|name| name.trim().trim_start_matches('.').to_ascii_lowercase()).any(|name| {
        !name.is_empty()
            && (name == "*"
                || [location.host.as_str(), &with_port].iter().any(|host| {
                    host.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
                }))
    })
}

/// A proxy that takes whole addresses.
struct PlainProxy {
    scheme: String,
    authority: String,
    authorization: Option<String>,
}

impl PlainProxy {
    fn parse(url: &str) -> Result<PlainProxy, WebError> {
        let location = Location::parse(url)
            .map_err(|why| WebError::InvalidUrl { url: url.to_owned(), why: format!("proxy: {why}") })?;
        Ok(PlainProxy {
            authority: location.host_header(),
            authorization: location.user.as_deref().map(basic),
            scheme: location.scheme,
        })
    }
}

/// The header that carries a name and a password, which are percent-encoded.
fn basic(user: &str) -> String {
    use base64::Engine as _;
    let user = percent_encoding::percent_decode_str(user).collect::<Vec<u8>>();
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(user))
}

fn unusable(error: HeadError) -> WebError {
    match error {
        HeadError::Nothing => WebError::NoAnswer,
        HeadError::StatusLine(line) => WebError::StatusLine(line),
        HeadError::Version(version) => WebError::Version(version),
        HeadError::LongLine => WebError::LongLine,
        HeadError::ManyHeaders => WebError::ManyHeaders,
    }
}

/// Request line and headers as they go out: the headers as they were given, with `Host` and `Content-Length`.
fn request_head(
    request: &Request,
    location: &Location,
    target: &str,
    length: Option<usize>,
    proxy_authorization: Option<&str>,
) -> Result<Vec<u8>, WebError> {
    let mut head = format!("{} {target} HTTP/1.1\r\n", request.method).into_bytes();
    let mut put = |name: &str, value: &[u8]| {
        // What would begin another header, or end them all, is refused; the rest is the server's business.
        let bad_name = name.is_empty() || name.starts_with(char::is_whitespace) || name.contains([':', '\r', '\n']);
        let bad_value = value.iter().enumerate().any(|(at, byte)| match byte {
            b'\n' => !matches!(value.get(at + 1), Some(b' ' | b'\t')),
            b'\r' => !matches!(value.get(at + 1), Some(b' ' | b'\t' | b'\n')),
            _ => false,
        });
        if bad_name || bad_value {
            return Err(WebError::InvalidRequest(format!("header {name:?}")));
        }
        head.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        Ok(())
    };
    let given = |wanted: &str| request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
    let mut length = length.map(|length| length.to_string());
    if let Some(length) = length.take_if(|_| !given("content-length")) {
        put("Content-Length", length.as_bytes())?;
    }
    for (name, value) in request.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("transfer-encoding")) {
        if !name.eq_ignore_ascii_case("content-length") {
            put(name, value)?;
        } else if let Some(length) = length.take() {
            put(name, length.as_bytes())?;
        }
    }
    if !given("host") {
        put("Host", location.host_header().as_bytes())?;
    }
    if let Some(user) = location.user.as_deref().filter(|_| !given("authorization")) {
        put("Authorization", basic(user).as_bytes())?;
    }
    if let Some(value) = proxy_authorization.filter(|_| !given("proxy-authorization")) {
        put("Proxy-Authorization", value.as_bytes())?;
    }
    head.extend(b"\r\n");
    Ok(head)
}

fn translate(error: ureq::Error, location: &Location) -> WebError {
    use io::ErrorKind as Kind;
    let host = || format!("{}:{}", location.host, location.effective_port());
    match error {
        ureq::Error::HostNotFound => WebError::UnknownHost(location.host.clone()),
        ureq::Error::Timeout(stage) => WebError::Timeout(match stage {
            Timeout::Resolve | Timeout::Connect => Stage::Connect,
            Timeout::SendRequest | Timeout::SendBody | Timeout::PerWrite => Stage::Send,
            Timeout::RecvBody => Stage::Body,
            _ => Stage::Answer,
        }),
        ureq::Error::Io(error) if error.to_string().starts_with("failed to lookup address") => {
            WebError::UnknownHost(location.host.clone())
        }
        ureq::Error::Io(error) => match error.kind() {
            Kind::UnexpectedEof | Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe => {
                WebError::NoAnswer
            }
            Kind::TimedOut | Kind::WouldBlock => WebError::Timeout(Stage::Answer),
            // What the TLS library reports while it connects comes in this wrapping.
            Kind::InvalidData if location.is_tls() => WebError::Tls(error.to_string()),
            _ => WebError::Connect { host: host(), source: error },
        },
        ureq::Error::ConnectionFailed => {
            WebError::Connect { host: host(), source: io::Error::from(Kind::ConnectionRefused) }
        }
        ureq::Error::ConnectProxyFailed(why) => WebError::Connect { host: host(), source: io::Error::other(why) },
        ureq::Error::Tls(why) => WebError::Tls(why.to_owned()),
        ureq::Error::Rustls(error) => WebError::Tls(error.to_string()),
        ureq::Error::BadUri(why) => WebError::InvalidUrl { url: location.url(), why },
        ureq::Error::Http(error) => WebError::InvalidRequest(error.to_string()),
        other => WebError::Protocol(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread::JoinHandle;

    use super::*;

    /// Answers one connection with `answer` and gives back what was sent to it.
    fn server(answer: &'static [u8]) -> (u16, JoinHandle<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut got = Vec::new();
            let mut chunk = [0; 4096];
            loop {
                let n = stream.read(&mut chunk).unwrap();
                got.extend_from_slice(&chunk[..n]);
                let text = String::from_utf8_lossy(&got).into_owned();
                if let Some((head, body)) = text.split_once("\r\n\r\n") {
                    let wanted = head
                        .lines()
                        .find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned))
                        .map_or(0, |v| v.parse().unwrap());
                    if body.len() >= wanted {
                        break;
                    }
                }
            }
            stream.write_all(answer).unwrap();
            got
        });
        (port, thread)
    }

    fn client() -> Client {
        Client::new(Settings::default())
    }

    #[test]
    fn sends_what_it_is_given() {
        let (port, thread) = server(b"HTTP/1.1 200 OK\r\nX-Twice: 1\r\nX-Twice: 2\r\nContent-Length: 2\r\n\r\nok");
        let request = Request::get(format!("http://127.0.0.1:{port}/a?b=\u{4e2d}#c"))
            .header("X-My-Head", "v")
            .header("Connection", "close");
        let mut answer = client().send(request).unwrap();
        assert_eq!((answer.status, answer.reason.as_str()), (200, "OK"));
        assert_eq!(answer.headers_named("x-twice").collect::<Vec<_>>(), [b"1", b"2"]);
        assert_eq!(answer.read_all(10).unwrap(), b"ok");
        let sent = String::from_utf8(thread.join().unwrap()).unwrap();
        let expected = format!(
            "GET /a?b=\u{4e2d} HTTP/1.1\r\nX-My-Head: v\r\nConnection: close\r\nHost: 127.0.0.1:{port}\r\n\r\n"
        );
        assert_eq!(sent, expected);
    }

    #[test]
    fn empty_body_and_odd_method() {
        let (port, thread) = server(b"HTTP/1.1 404 Nope\r\n\r\ngone");
        let url = format!("http://127.0.0.1:{port}/x");
        let mut answer = client().send(Request::new("PURGE", url).body("")).unwrap();
        assert_eq!((answer.status, answer.reason.as_str()), (404, "Nope"));
        assert_eq!(answer.read_all(10).unwrap(), b"gone");
        let sent = String::from_utf8(thread.join().unwrap()).unwrap().to_ascii_lowercase();
        assert!(sent.starts_with("purge /x http/1.1\r\n") && sent.contains("content-length: 0\r\n"), "{sent}");
    }

    #[test]
    fn errors_say_what_happened() {
        let (port, thread) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
        let mut answer = client().send(Request::get(format!("http://127.0.0.1:{port}/"))).unwrap();
        let error = answer.read_all(100).unwrap_err();
        assert!(
            matches!(&error, WebError::Incomplete { received, expected: Some(10) } if received == b"short"),
            "{error:?}"
        );
        thread.join().unwrap();
        let (port, thread) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789");
        let mut answer = client().send(Request::get(format!("http://127.0.0.1:{port}/"))).unwrap();
        assert!(matches!(answer.read_all(5), Err(WebError::TooLarge { limit: 5 })));
        thread.join().unwrap();
        let error = client().send(Request::get(format!("http://127.0.0.1:{port}/"))).unwrap_err();
        assert!(matches!(error, WebError::Connect { .. }), "{error:?}");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let error = client().send(Request::get(url).timeout(Some(Duration::from_millis(50)))).unwrap_err();
        assert!(matches!(error, WebError::Timeout(Stage::Answer)), "{error:?}");
        assert!(matches!(client().send(Request::get("http://a b/")), Err(WebError::InvalidUrl { .. })));
        assert!(matches!(
            client().send(Request::get("http://127.0.0.1:1/").header("a", "b\r\nc: d")),
            Err(WebError::InvalidRequest(_))
        ));
    }

    #[test]
    fn recorded_answers_are_replayed() {
        let folder = std::env::temp_dir().join(format!("reprise-web-{}", std::process::id()));
        let record = Client::new(Settings { source: Source::Record(folder.clone()), media_server: None });
        let cases: [(&'static [u8], &str); 4] = [
            (b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 1\r\n\r\na", "/a"),
            (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nb", "/a/b?x=/1"),
            (b"HTTP/1.1 404 No\r\nX: 1\r\nX: 2\r\nContent-Length: 1\r\n\r\nc", "/"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nd", "/../%2e%2e/odd:name"),
        ];
        for (answer, path) in cases {
            let (port, thread) = server(answer);
            let request = Request::get(format!("http://127.0.0.1:{port}{path}"));
            // A port of its own would make every address an awkward name: saved as if it were the usual one.
            let mut location = Location::parse(&request.url).unwrap();
            let answer = record.fetch(&request, &location, None).unwrap();
            location.port = None;
            location.host = "site.test".to_owned();
            location.written_host = location.host.clone();
            record.recorder.as_ref().unwrap().save(&request, &location, answer).unwrap();
            thread.join().unwrap();
        }
        let replay = Client::new(Settings { source: Source::Replay(folder.clone()), media_server: None });
        for ((_, path), (status, body)) in cases.iter().zip([(200, "a"), (200, "b"), (404, "c"), (200, "d")]) {
            let mut answer = replay.send(Request::get(format!("http://site.test{path}"))).unwrap();
            assert_eq!(answer.status, status, "{path}");
            assert_eq!((answer.status, answer.read_all(9).unwrap()), (status, body.as_bytes().to_vec()), "{path}");
        }
        let mut answer = replay.send(Request::get("http://site.test/none")).unwrap();
        assert_eq!(answer.status, 404);
        assert_eq!(answer.read_all(99).unwrap(), b"not found: http://site.test/none");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn proxies_are_skipped_as_python_does() {
        let at = |url| Location::parse(url).unwrap();
        assert!(matches_no_proxy("other, .example.com", &at("http://www.example.com/")));
        assert!(!matches_no_proxy("ample.com", &at("http://www.example.com/")));
        assert!(matches_no_proxy("*", &at("http://x/")) && matches_no_proxy("x:80", &at("http://x/")));
    }
}
