//! The HTTP server of one plug-in on the loopback interface (`spec/protocol.md` §1.7 and §1.8).

use std::cell::RefCell;
use std::convert::Infallible;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::rt::ReadBufCursor;
use hyper::{Method, StatusCode};
use parking_lot::{Condvar, Mutex};
use reprise_kits::message::{Interface, Request, Response, header_text};
use reprise_vm_glue::threads;

/// Connections that are served at the same time; more wait.
const THREADS: usize = 256;
/// Threads that stay when there is nothing to do.
const KEPT: usize = 8;
/// Bodies of requests above this are refused.
const BODY_LIMIT: usize = 100 * 1024 * 1024;
/// How often a connection without a request looks whether its thread is needed elsewhere.
const LOOK: Duration = Duration::from_secs(1);
/// How long an answer waits for a client that does not take it.
const WRITING: Duration = Duration::from_secs(600);
/// How long closing the interface waits for its threads to leave the socket.
const FAREWELL: Duration = Duration::from_secs(2);
/// The type of answers that nobody computed headers for.
const PLAIN_HTML: (&str, &str) = ("Content-Type", "text/html; charset=UTF-8");
/// The original names its server in the few answers that its HTTP library writes by itself.
const SERVER: (&str, &str) = ("Server", "TornadoServer/1.0");
const METHODS: &str = "GET, HEAD, POST, DELETE, PUT, OPTIONS";

/// Answers requests, on a thread with a stack for Python. A panic answers 500.
pub trait Handle: Send + Sync + 'static {
    fn handle(&self, request: Request) -> Response;
}

/// A bound socket that does not answer yet.
pub struct Server {
    listener: TcpListener,
    port: u16,
}

struct Shared {
    handler: Arc<dyn Handle>,
    port: u16,
    /// The only lasting reference to the socket: taking it out closes the socket as soon as nobody waits at it.
    listener: Mutex<Option<Arc<TcpListener>>>,
    /// False after `/:/shutdownInterface`.
    active: AtomicBool,
    counts: Mutex<Counts>,
    /// Woken when a request ends and when a thread leaves the socket of a closed interface.
    change: Condvar,
}

#[derive(Default)]
struct Counts {
    threads: usize,
    /// Threads that wait for a connection.
    waiting: usize,
    /// Requests that are being answered.
    running: usize,
}

impl Server {
    /// Binds the port on the loopback interface; 0 lets the system choose one.
    pub fn bind(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Answers requests on threads of its own for the rest of the process.
    ///
    /// A thread serves a connection from its first to its last byte, with plain blocking reads and writes: a request is never
    /// handed from thread to thread and needs no event loop, either of which would cost as much as a menu. There is always a thread
    /// that waits for the next connection.
    pub fn start(self, handler: Arc<dyn Handle>) -> io::Result<()> {
        let shared = Arc::new(Shared {
            handler,
            port: self.port,
            listener: Mutex::new(Some(Arc::new(self.listener))),
            active: AtomicBool::new(true),
            counts: Mutex::new(Counts { threads: 1, waiting: 1, running: 0 }),
            change: Condvar::new(),
        });
        threads::spawn("interface", move || serve(&shared)).map(drop)
    }
}

/// A thread's work: one connection after the other.
fn serve(shared: &Arc<Shared>) {
    loop {
        let Some(listener) = shared.listener.lock().clone() else { return shared.leave() };
        let accepted = listener.accept();
        drop(listener);
        if !shared.active.load(Ordering::SeqCst) {
            return shared.leave();
        }
        shared.next_thread();
        match accepted {
            Ok((stream, _)) => converse(shared, stream),
            // A failed accept (too many open files, a reset) concerns that connection only, but may come again at once.
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
        let mut counts = shared.counts.lock();
        if counts.waiting >= KEPT {
            counts.threads -= 1;
            return;
        }
        counts.waiting += 1;
    }
}

impl Shared {
    /// The calling thread has a connection to serve: sees to it that another one waits for the next.
    fn next_thread(self: &Arc<Self>) {
        let mut counts = self.counts.lock();
        counts.waiting -= 1;
        if counts.waiting > 0 || counts.threads >= THREADS {
            return;
        }
        counts.threads += 1;
        counts.waiting += 1;
        drop(counts);
        let shared = Arc::clone(self);
        if let Err(error) = threads::spawn("interface", move || serve(&shared)) {
            // This thread waits for connections again when it is done with its own.
            tracing::warn!("Cannot start a thread for another request: {error}");
            let mut counts = self.counts.lock();
            counts.threads -= 1;
            counts.waiting -= 1;
        }
    }

    /// The calling thread goes away from the socket of a closed interface.
    fn leave(&self) {
        let mut counts = self.counts.lock();
        counts.threads -= 1;
        counts.waiting -= 1;
        drop(counts);
        self.change.notify_all();
    }

    /// Whether connections wait for a thread.
    fn crowded(&self) -> bool {
        let counts = self.counts.lock();
        counts.waiting == 0 && counts.threads >= THREADS
    }

    /// Closes the listening socket and waits until the requests in flight have been answered.
    fn shut_down(&self) {
        self.active.store(false, Ordering::SeqCst);
        drop(self.listener.lock().take());
        // A connection wakes the thread that takes it.
        for _ in 0..self.counts.lock().waiting {
            let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        }
        let mut counts = self.counts.lock();
        while counts.waiting > 0 {
            if self.change.wait_for(&mut counts, FAREWELL).timed_out() {
                break;
            }
        }
        while counts.running > 0 {
            self.change.wait(&mut counts);
        }
    }
}

/// Speaks HTTP with one client until it is done.
fn converse(shared: &Arc<Shared>, stream: TcpStream) {
    // Small answers must not wait for the acknowledgement of the headers.
    let _ = stream.set_nodelay(true);
    let _ = stream.set_read_timeout(Some(LOOK));
    let _ = stream.set_write_timeout(Some(WRITING));
    let wire = Rc::new(RefCell::new(Wire { stream, bytes: Vec::new(), start: 0, wanted: false, ended: false }));
    let service = hyper::service::service_fn(|request| async { Ok::<_, Infallible>(answer(shared, request).await) });
    let connection = hyper::server::conn::http1::Builder::new()
        .auto_date_header(false)
        .title_case_headers(true)
        .half_close(true)
        .serve_connection(Connection(Rc::clone(&wire)), service);
    let mut connection = pin!(connection);
    let woken = Arc::new(Woken(AtomicBool::new(false)));
    let waker = Waker::from(Arc::clone(&woken));
    let mut context = Context::from_waker(&waker);
    // An error is a client that went away or did not speak HTTP: hyper has answered what it could.
    while connection.as_mut().poll(&mut context).is_pending() {
        if !woken.0.swap(false, Ordering::Relaxed) && !wire.borrow_mut().read(shared) {
            return;
        }
    }
}

/// What hyper tells when it wants to go on at once.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A connection whose bytes are read, blocking, between hyper's turns.
struct Wire {
    stream: TcpStream,
    /// What was read; the part from `start` on is still to be taken.
    bytes: Vec<u8>,
    start: usize,
    /// Whether hyper asked for more than there was.
    wanted: bool,
    /// Whether the client has sent all.
    ended: bool,
}

impl Wire {
    /// Waits for bytes. False if nobody asked for any or the connection has to make room for others.
    fn read(&mut self, shared: &Shared) -> bool {
        if !std::mem::take(&mut self.wanted) {
            return false;
        }
        self.bytes.resize(8 * 1024, 0);
        self.start = 0;
        loop {
            match self.stream.read(&mut self.bytes) {
                Ok(count) => {
                    self.bytes.truncate(count);
                    self.ended = count == 0;
                    return true;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    if shared.crowded() {
                        return false;
                    }
                }
                Err(_) => {
                    self.bytes.clear();
                    self.ended = true;
                    return true;
                }
            }
        }
    }
}

/// The connection as hyper sees it. Writes block; reads take what [`Wire::read`] got.
struct Connection(Rc<RefCell<Wire>>);

impl hyper::rt::Read for Connection {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, mut buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        let mut wire = self.0.borrow_mut();
        let ready = wire.bytes.get(wire.start..).unwrap_or_default();
        if ready.is_empty() {
            if wire.ended {
                return Poll::Ready(Ok(()));
            }
            wire.wanted = true;
            return Poll::Pending;
        }
        let ready = ready.get(..buffer.remaining()).unwrap_or(ready);
        buffer.put_slice(ready);
        wire.start += ready.len();
        Poll::Ready(Ok(()))
    }
}

impl hyper::rt::Write for Connection {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(self.0.borrow_mut().stream.write(bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.borrow_mut().stream.shutdown(std::net::Shutdown::Write))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.0.borrow_mut().stream.write_vectored(parts))
    }
}

async fn answer(shared: &Arc<Shared>, request: hyper::Request<Incoming>) -> hyper::Response<Full<Bytes>> {
    let method = request.method().clone();
    let uri = request.uri().path_and_query().map_or("/", |uri| uri.as_str()).to_owned();
    if method == Method::GET && uri == "/:/shutdownInterface" {
        shared.shut_down();
        return plain(StatusCode::OK, &[PLAIN_HTML, SERVER], "");
    }
    if !shared.active.load(Ordering::SeqCst) {
        return plain(StatusCode::SERVICE_UNAVAILABLE, &[], "");
    }
    if method == Method::OPTIONS {
        return preflight(&request);
    }
    if ![Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE].contains(&method) {
        let page = "<html><title>405: Method Not Allowed</title><body>405: Method Not Allowed</body></html>";
        return plain(StatusCode::METHOD_NOT_ALLOWED, &[PLAIN_HTML, SERVER], page);
    }
    let _running = Running::new(shared);
    let headers = normalised(request.headers());
    let Ok(body) = Limited::new(request.into_body(), BODY_LIMIT).collect().await else {
        return plain(StatusCode::BAD_REQUEST, &[], "");
    };
    let request = Request {
        interface: Interface::Socket { port: shared.port },
        method: method.as_str().to_owned(),
        uri,
        headers,
        body: body.to_bytes().to_vec(),
    };
    match catch_unwind(AssertUnwindSafe(|| shared.handler.handle(request))) {
        Ok(response) => finished(response),
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, &[], ""),
    }
}

/// Counts a request that is being answered.
struct Running(Arc<Shared>);

impl Running {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.counts.lock().running += 1;
        Self(Arc::clone(shared))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.counts.lock().running -= 1;
        if !self.0.active.load(Ordering::SeqCst) {
            self.0.change.notify_all();
        }
    }
}

/// The answer to a CORS preflight; the plug-in is not asked.
fn preflight(request: &hyper::Request<Incoming>) -> hyper::Response<Full<Bytes>> {
    let mut answer =
        plain(StatusCode::OK, &[("Access-Control-Max-Age", "86400"), ("Access-Control-Allow-Methods", METHODS)], "");
    if let Some(wanted) = request.headers().get("Access-Control-Request-Headers") {
        answer.headers_mut().insert("Access-Control-Allow-Headers", wanted.clone());
    }
    answer
}

fn plain(
    status: StatusCode,
    headers: &[(&'static str, &'static str)],
    body: &'static str,
) -> hyper::Response<Full<Bytes>> {
    let mut answer = hyper::Response::new(Full::new(Bytes::from_static(body.as_bytes())));
    *answer.status_mut() = status;
    for (name, value) in headers {
        if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
            answer.headers_mut().append(name, HeaderValue::from_static(value));
        }
    }
    answer
}

/// The computed answer as it goes out: only its own headers and Content-Length.
fn finished(response: Response) -> hyper::Response<Full<Bytes>> {
    let mut answer = hyper::Response::new(Full::new(Bytes::from(response.body)));
    *answer.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &response.headers {
        if name.eq_ignore_ascii_case("content-length") {
            continue;
        }
        let name = HeaderName::from_bytes(name.as_bytes());
        let value = HeaderValue::from_bytes(value.as_bytes());
        match (name, value) {
            (Ok(name), Ok(value)) => drop(answer.headers_mut().append(name, value)),
            _ => tracing::warn!("A header of the answer has characters that HTTP does not allow; it is left out"),
        }
    }
    answer
}

/// Request headers with names as `Xxx-Yyy`, repeated ones joined with a comma.
fn normalised(headers: &hyper::HeaderMap) -> Vec<(String, String)> {
    headers
        .keys()
        .map(|name| {
            let values: Vec<_> = headers.get_all(name).iter().map(|v| header_text(v.as_bytes())).collect();
            (header_case(name.as_str()), values.join(","))
        })
        .collect()
}

/// `x-plex-token` as `X-Plex-Token`.
fn header_case(name: &str) -> String {
    let mut start = true;
    name.chars()
        .map(|c| {
            let cased = if start { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            start = c == '-';
            cased
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::BufRead;

    use super::*;

    /// Answers with the length of the body; panics where asked to.
    struct Lengths;

    impl Handle for Lengths {
        fn handle(&self, request: Request) -> Response {
            assert_ne!(request.uri, "/panic", "on purpose");
            Response::text(request.body.len().to_string())
        }
    }

    fn started() -> u16 {
        let server = Server::bind(0).unwrap();
        let port = server.port();
        server.start(Arc::new(Lengths)).unwrap();
        port
    }

    /// Sends a request on a connection; the status line and the body of the answer.
    fn ask(stream: &mut TcpStream, head: &str, body: &[u8]) -> (String, String) {
        write!(stream, "{head} HTTP/1.1\r\nHost: here\r\nContent-Length: {}\r\n\r\n", body.len()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = io::BufReader::new(stream);
        let mut line = || {
            let mut line = String::new();
            answer.read_line(&mut line).unwrap();
            line.trim_end().to_owned()
        };
        let status = line();
        let mut length = 0;
        loop {
            let header = line().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length: ") {
                length = value.parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        answer.read_exact(&mut body).unwrap();
        (status, String::from_utf8(body).unwrap())
    }

    fn connect(port: u16) -> TcpStream {
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap()
    }

    #[test]
    fn one_connection_carries_many_requests() {
        let mut stream = connect(started());
        for length in [0, 5, 100_000] {
            let (status, body) = ask(&mut stream, "POST /", &vec![b'x'; length]);
            assert_eq!((status.as_str(), body), ("HTTP/1.1 200 OK", length.to_string()));
        }
        assert_eq!(ask(&mut stream, "GET /panic", b"").0, "HTTP/1.1 500 Internal Server Error");
        assert_eq!(ask(&mut stream, "GET /", b"").0, "HTTP/1.1 200 OK");
    }

    #[test]
    fn connections_without_requests_make_room() {
        let port = started();
        let mut idle: Vec<TcpStream> = (0..THREADS + 20).map(|_| connect(port)).collect();
        assert_eq!(ask(idle.last_mut().unwrap(), "GET /", b"").0, "HTTP/1.1 200 OK");
    }

    #[test]
    fn shutting_down_closes_the_socket() {
        let port = started();
        let mut open = connect(port);
        assert_eq!(ask(&mut open, "GET /", b"").0, "HTTP/1.1 200 OK");
        assert_eq!(ask(&mut connect(port), "GET /:/shutdownInterface", b"").0, "HTTP/1.1 200 OK");
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
        assert_eq!(ask(&mut open, "GET /", b"").0, "HTTP/1.1 503 Service Unavailable");
    }

    #[test]
    fn header_names() {
        assert_eq!(header_case("x-plex-TOKEN"), "X-Plex-Token");
        assert_eq!(header_case("host"), "Host");
    }
}
