//! Links the program at a fixed address on Linux.
//!
//! The tables of the virtual machine's classes are full of addresses. Where the program may be loaded anywhere, the
//! loader writes all of them at every start: 2.6 MB of memory that each process has for itself, and 4 MB of relocations
//! to read. The stack, the heap and the libraries still get random addresses.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |key: &str, value: &str| env::var(key).is_ok_and(|found| found == value);
    let is_static = env::var("CARGO_CFG_TARGET_FEATURE").is_ok_and(|list| list.split(',').any(|f| f == "crt-static"));
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") && !is_static {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
