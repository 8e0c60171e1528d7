//! URL, search and related-content services (`spec/messaging-services.md` part 3): code in `.pys` files that channels,
//! agents and the media server ask about the pages of web sites.
//!
//! * [`registry`]: which services there are, loading and reloading of the list; [`exchange`]: the list on its way
//!   between plug-ins
//! * [`service`]: one service: its sandbox, made at first use, and calls into it; [`shared`]: the shared code
//! * [`lookup`]: from an address to its service, metadata and media; [`search`]: searches and related content
//! * [`system`]: the system plug-in's part; [`callback`]: `Callback` in service code; [`routes`]: what the framework answers over HTTP

pub mod callback;
pub mod exchange;
pub mod lookup;
pub mod registry;
pub mod routes;
pub mod search;
pub mod service;
pub mod shared;
pub mod system;

pub use registry::{Registry, ServiceSet};
pub use service::Service;
