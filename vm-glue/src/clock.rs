//! The program's clock. It can be started at a given second with the environment variable `REPRISE_CLOCK`
//! (seconds since the epoch, fractions allowed); from there it runs on. Everything that plug-ins, caches or logs
//! can see takes its time here; only certificate validity keeps the real time.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::tz::TimeZone;

/// Whether the clock was set by the environment, so that it differs from the system's.
pub fn is_set() -> bool {
    std::env::var_os("REPRISE_CLOCK").is_some()
}

/// Seconds that the program's clock is ahead of (or behind) the system's.
fn offset() -> f64 {
    static OFFSET: OnceLock<f64> = OnceLock::new();
    *OFFSET.get_or_init(|| match std::env::var("REPRISE_CLOCK").ok().and_then(|v| v.trim().parse::<f64>().ok()) {
        Some(start) if start.is_finite() => start - system_seconds(),
        _ => 0.0,
    })
}

fn system_seconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64())
}

/// Fixes the start of the clock; call once, early in `main`.
pub fn start() {
    offset();
}

/// Seconds since the epoch by the program's clock.
pub fn seconds() -> f64 {
    system_seconds() + offset()
}

/// The program's time as a [`SystemTime`].
pub fn now() -> SystemTime {
    UNIX_EPOCH + Duration::try_from_secs_f64(seconds().max(0.0)).unwrap_or_default()
}

/// The system's time zone, read once.
///
/// Without `TZ` its rules stand in `/etc/localtime`; asking for the zone by name would list the whole zone database first.
pub fn zone() -> &'static TimeZone {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    ZONE.get_or_init(|| {
        let named = std::env::var_os("TZ").is_some_and(|name| !name.is_empty());
        let rules = if named { None } else { std::fs::read("/etc/localtime").ok() };
        let zone = rules.and_then(|rules| TimeZone::tzif("Local", &rules).ok());
        zone.unwrap_or_else(TimeZone::system)
    })
}
