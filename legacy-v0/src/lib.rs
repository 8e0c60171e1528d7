//! Frameworks 0 and 1: the `PMS` package and its pipe protocols. Nothing is built yet; this crate holds their place.
//!
//! It is to be a thin layer of names and differences over the kits of framework 2, not a second implementation. It may
//! depend on `kits`, `policies`, `bundles` and `vm-glue`; nothing but the command depends on it.
