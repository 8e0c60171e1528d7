//! The part of the media server's own plug-in that looks things up in the services of all bundles
//! (`spec/messaging-services.md` §11). It is a bundle without code that is hosted like any other, under that plug-in's
//! identifier: [`crate::dispatch`] answers `/system/services/…` for it.

use std::io;
use std::path::{Path, PathBuf};

use crate::startup::SYSTEM;

/// Writes the bundle into a folder.
pub fn write_bundle(folder: &Path) -> io::Result<PathBuf> {
    let bundle = folder.join("System.bundle");
    std::fs::create_dir_all(bundle.join("Contents"))?;
    let info = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict><key>CFBundleIdentifier</key>\
         <string>{SYSTEM}</string><key>PlexFrameworkVersion</key><string>2</string></dict></plist>\n"
    );
    std::fs::write(bundle.join("Contents/Info.plist"), info)?;
    Ok(bundle)
}
