//! Requests to the media server whose failure plug-in code sees as an exception: messages to other plug-ins, media
//! trees (`spec/protocol.md` §7). The framework's own requests at start-up are in `media_server`.

use std::time::Duration;

use rustpython_vm::{PyResult, VirtualMachine};

use crate::http_request::{Network, Plan, USER_AGENT};
use crate::network_errors;
use crate::plugin::Plugin;

/// The body of a URL of the media server, never from the cache. HTTPError, URLError … where there is none.
pub fn fetch(vm: &VirtualMachine, plugin: &Plugin, url: String, timeout: Option<Duration>) -> PyResult<Vec<u8>> {
    let mut headers = vec![
        ("Connection".to_owned(), b"close".to_vec()),
        ("Accept-Encoding".to_owned(), b"gzip".to_vec()),
        ("User-Agent".to_owned(), USER_AGENT.into()),
    ];
    if let Some(token) = std::env::var("PLEXTOKEN").ok().filter(|token| !token.is_empty()) {
        headers.push(("X-Plex-Token".to_owned(), token.into_bytes()));
    }
    let plan = Plan {
        method: "GET".to_owned(),
        url,
        headers,
        body: None,
        timeout,
        follow_redirects: true,
        cache_time: None,
        sleep: 0.0,
    };
    let network = plugin.state::<Network>();
    let fetched = vm.allow_threads(|| network.fetch(&plan));
    let fetched = fetched.map_err(|failure| network_errors::exception(vm, &failure))?;
    fetched.body.into_bytes().map_err(|error| vm.new_os_error(error.to_string()))
}
