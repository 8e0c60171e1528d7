//! Compiles the Python 2 sources that the crate embeds.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    Ok(reprise_python2::embed::folder("src/python")?)
}
