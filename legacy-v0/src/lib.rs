//! legacy-v0
