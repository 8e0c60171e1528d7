//! The HTTP server of one plug-in on the loopback interface (`spec/protocol.md` §1.7 and §1.8).

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use hyper_util::rt::TokioIo;
use reprise_kits::message::{Interface, Request, Response, header_text};
use reprise_vm_glue::threads::STACK_SIZE;
use tokio::sync::Notify;

/// Requests that run at the same time; more wait.
const THREADS: usize = 256;
/// Bodies of requests above this are refused.
const BODY_LIMIT: usize = 100 * 1024 * 1024;
/// How long a thread that has nothing to do waits for work before it ends.
const PATIENCE: Duration = Duration::from_secs(30);
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
    /// False after `/:/shutdownInterface`.
    active: AtomicBool,
    running: AtomicUsize,
    /// Woken when a request ends and when the interface is shut down.
    change: Notify,
}

impl Server {
    /// Binds the port on the loopback interface; 0 lets the system choose one.
    pub fn bind(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Answers requests on threads of its own for the rest of the process.
    ///
    /// The thread that reads a request also runs it and writes the answer; while it runs Python, another one takes
    /// its place at the sockets. So no request is handed from thread to thread, which would cost more than a menu.
    pub fn start(self, handler: Arc<dyn Handle>) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(THREADS)
            .thread_stack_size(STACK_SIZE)
            .thread_keep_alive(PATIENCE)
            .thread_name("interface")
            .enable_io()
            .build()?;
        let shared = Arc::new(Shared {
            handler,
            port: self.port,
            active: AtomicBool::new(true),
            running: AtomicUsize::new(0),
            change: Notify::new(),
        });
        let listener = self.listener;
        // Dropping it would end the threads.
        let runtime = Box::leak(Box::new(runtime));
        drop(runtime.spawn(serve(listener, shared)));
        Ok(())
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!("Cannot listen: {error}");
            return;
        }
    };
    while shared.active.load(Ordering::SeqCst) {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shared.change.notified() => continue,
        };
        // A failed accept (too many open files, a reset) concerns that connection only.
        let Ok((stream, _)) = accepted else {
            tokio::task::yield_now().await;
            continue;
        };
        // Small answers must not wait for the acknowledgement of the headers.
        let _ = stream.set_nodelay(true);
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = hyper::service::service_fn(move |request| {
                let shared = Arc::clone(&shared);
                async move { Ok::<_, Infallible>(answer(&shared, request).await) }
            });
            // An error here is a client that went away or did not speak HTTP: hyper has answered what it could.
            let _ = hyper::server::conn::http1::Builder::new()
                .auto_date_header(false)
                .title_case_headers(true)
                .half_close(true)
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
    drop(listener);
    // Connections that are still open go on being answered (with 503).
    std::future::pending::<()>().await;
}

async fn answer(shared: &Arc<Shared>, request: hyper::Request<Incoming>) -> hyper::Response<Full<Bytes>> {
    let method = request.method().clone();
    let uri = request.uri().path_and_query().map_or("/", |uri| uri.as_str()).to_owned();
    if method == Method::GET && uri == "/:/shutdownInterface" {
        shut_down(shared).await;
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
    let run = || catch_unwind(AssertUnwindSafe(|| shared.handler.handle(request)));
    match tokio::task::block_in_place(run) {
        Ok(response) => finished(response),
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, &[], ""),
    }
}

/// Counts a request that is being answered.
struct Running {
    shared: Arc<Shared>,
}

impl Running {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.running.fetch_add(1, Ordering::SeqCst);
        Self { shared: Arc::clone(shared) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.running.fetch_sub(1, Ordering::SeqCst);
        self.shared.change.notify_waiters();
    }
}

/// Closes the listening socket and waits until the requests in flight have been answered.
async fn shut_down(shared: &Arc<Shared>) {
    shared.active.store(false, Ordering::SeqCst);
    shared.change.notify_waiters();
    loop {
        let changed = shared.change.notified();
        tokio::pin!(changed);
        changed.as_mut().enable();
        if shared.running.load(Ordering::SeqCst) == 0 {
            return;
        }
        changed.await;
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
    use super::*;

    #[test]
    fn header_names() {
        assert_eq!(header_case("x-plex-TOKEN"), "X-Plex-Token");
        assert_eq!(header_case("host"), "Host");
    }
}
