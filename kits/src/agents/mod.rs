//! Metadata agents: what the system asks of them, and what they work with (`spec/agents.md`).
//!
//! * [`media_types`]: the kinds of media with their hints, levels and models
//! * [`registry`]: the base classes of `Agent`, and the registration of a plug-in's agents
//! * [`signature`]: which optional arguments a method takes
//! * [`hints`]: the `Media.*` objects that a search gets; [`tree`]: what lies on disk, as the server knows it
//! * [`directories`], [`subtitles`]: the folders of a part; [`stand_in`]: what takes the place of missing media
//! * [`search`], [`update`]: the messages that call agents
//! * [`system`]: the part of the server's own plug-in: which agent is asked, contributions, combination

pub mod directories;
pub mod hints;
pub mod media_types;
pub mod registry;
pub mod search;
pub mod signature;
pub mod stand_in;
pub mod subtitles;
pub mod system;
pub mod tree;
pub mod update;
