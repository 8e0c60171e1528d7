//! What `Core` is made of (`spec/core.md` §11, `spec/environment.md` §9): one file a component.

pub mod component;
pub mod context;
pub mod data;
pub mod factories;
pub mod log;
pub mod networking;
pub mod package;
pub mod parts;
pub mod policies;
pub mod runtime;
pub mod storage;
pub mod task_pool;
