//! What the framework asks the media server when a plug-in starts (`spec/protocol.md` §7 rows 1-4).

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, MutexGuard};
use serde_json::Value;

use crate::agents::system::unfinished;
use crate::http_request;
use crate::media_server::{self, BASE};
use crate::networkkit;
use crate::platform;
use crate::plugin::Plugin;
use crate::services;

/// The server's own plug-in.
pub const SYSTEM: &str = "com.plexapp.system";

/// How long the hashes of hosted resources are awaited.
const HASHES_TIMEOUT: Duration = Duration::from_secs(10);
/// Where processes in the background get them.
const HASHES_URL: &str = "http://resources-cdn.plexapp.com/hashes.json";
const HASHES_URL_TIMEOUT: Duration = Duration::from_secs(5);
/// How long fetched hashes are good.
const HASHES_AGE: Duration = Duration::from_secs(24 * 3600);
/// When a failed fetch is tried again.
const HASHES_RETRY: Duration = Duration::from_secs(3600);

/// Opens the plug-in's network state and starts the requests, each on a thread of its own: none of them may delay
/// the start.
pub fn begin(plugin: &Arc<Plugin>) {
    let settings = http_request::Settings {
        cookies: Some(plugin.folders.cookies_file()),
        cache: (!plugin.is_daemon()).then(|| plugin.folders.http_cache()),
        is_agent: plugin.bundle.info.plugin_class == "Agent",
        elevated: plugin.policy.elevated,
        ..http_request::Settings::default()
    };
    networkkit::start(plugin, settings);
    let system = plugin.bundle.identifier == SYSTEM;
    if system {
        side(plugin, "unfinished_updates", unfinished::finish);
    } else {
        side(plugin, "clear_events", clear_events);
    }
    // Whoever wants a hash waits until this fetch has ended.
    {
        let hashes = plugin.state::<ResourceHashes>();
        let mut hashes = hashes.state.lock();
        hashes.fetching = true;
        hashes.direct = plugin.is_daemon();
    }
    side(plugin, "resource_hashes", |plugin| {
        plugin.state::<ResourceHashes>().fetch();
        if plugin.state::<ResourceHashes>().all().is_some() {
            keep_cookies(plugin);
        }
    });
    side(plugin, "server_info", |plugin| {
        platform::fetch_server_attributes(plugin);
        let folders = &plugin.folders;
        for (folder, depth) in [(&folders.data, 1), (&folders.preferences, 0), (&folders.caches, 2)] {
            reprise_bundles::atomic::sweep(folder, depth);
        }
    });
    // Whoever needs a service waits until the list is there.
    plugin.state::<services::Registry>().announce();
    side(plugin, "all_services", |plugin| plugin.state::<services::Registry>().load(plugin));
}

fn side(plugin: &Arc<Plugin>, name: &'static str, work: fn(&Plugin)) {
    let plugin = Arc::clone(plugin);
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(move || work(&plugin));
    if let Err(error) = started {
        tracing::error!("Cannot start the thread '{name}': {error}");
    }
}

fn clear_events(plugin: &Plugin) {
    let url = format!("{BASE}/system/messaging/clear_events/{}", plugin.bundle.identifier);
    match media_server::get(&url, None) {
        Ok(_) => keep_cookies(plugin),
        Err(error) => {
            tracing::error!("Unable to reach the system bundle.");
            tracing::debug!("{error}");
        }
    }
}

/// The original writes its cookies after every request that succeeds, whoever made it.
pub fn keep_cookies(plugin: &Plugin) {
    plugin.state::<http_request::Network>().save_cookies();
}

#[derive(Debug, Default)]
struct Hashes {
    fetching: bool,
    /// From the hosts of the resources themselves: there is no media server to ask.
    direct: bool,
    /// When the next fetch is due; None before the first.
    due: Option<Instant>,
    /// `{type: {group: {file name: hash}}}`
    known: Value,
}

/// The hashes of hosted resources.
#[derive(Debug, Default)]
pub struct ResourceHashes {
    state: Mutex<Hashes>,
    fetched: Condvar,
}

impl ResourceHashes {
    /// Fetches the hashes; others wait meanwhile.
    fn fetch(&self) {
        let direct = self.state.lock().direct;
        let answer = match direct {
            true => media_server::get(HASHES_URL, Some(HASHES_URL_TIMEOUT)),
            false => media_server::get(&format!("{BASE}/:/plugins/{SYSTEM}/resourceHashes"), Some(HASHES_TIMEOUT)),
        };
        let parsed = answer.ok().and_then(|body| serde_json::from_slice(&body).ok());
        let mut state = self.state.lock();
        state.fetching = false;
        state.due = Instant::now().checked_add(if parsed.is_some() { HASHES_AGE } else { HASHES_RETRY });
        match parsed {
            Some(hashes) => state.known = hashes,
            None => tracing::warn!("Unable to get the hashes of hosted resources"),
        }
        self.fetched.notify_all();
    }

    /// All hashes as JSON; None where the media server gave none.
    pub fn all(&self) -> Option<String> {
        let state = self.current();
        state.known.is_object().then(|| state.known.to_string())
    }

    /// The hash of a hosted resource. Waits for a fetch that is under way; fetches again what has become old.
    pub fn get(&self, kind: &str, group: &str, file: &str) -> Option<String> {
        self.current().known.get(kind)?.get(group)?.get(file)?.as_str().map(str::to_owned)
    }

    /// The same for what is shown only where there is one: where nobody has begun to fetch, nobody begins now.
    pub fn get_if_begun(&self, kind: &str, group: &str, file: &str) -> Option<String> {
        let state = self.state.lock();
        if !state.fetching && state.due.is_none() {
            return None;
        }
        drop(state);
        self.get(kind, group, file)
    }

    fn current(&self) -> MutexGuard<'_, Hashes> {
        let mut state = self.state.lock();
        if !state.fetching && state.due.is_none_or(|due| due < Instant::now()) {
            state.fetching = true;
            drop(state);
            self.fetch();
            state = self.state.lock();
        }
        let deadline = Instant::now() + HASHES_TIMEOUT;
        while state.fetching && !self.fetched.wait_until(&mut state, deadline).timed_out() {}
        state
    }
}
