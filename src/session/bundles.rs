//! The bundles below folders that a user names.

use std::path::PathBuf;

use reprise_bundles::Bundle;
use reprise_kits::services::registry::bundles_in;

/// No bundle where there should be some.
#[derive(Debug, thiserror::Error)]
pub enum NoBundles {
    #[error("{} is not a folder", .0.display())]
    NoFolder(PathBuf),
    #[error("there is no bundle of framework 2 in {}", .0.display())]
    Empty(PathBuf),
}

/// The bundles in folders; a folder may be a bundle itself.
pub fn found(folders: &[PathBuf]) -> Result<Vec<Bundle>, NoBundles> {
    let mut all = Vec::new();
    for folder in folders {
        if !folder.is_dir() {
            return Err(NoBundles::NoFolder(folder.clone()));
        }
        let bundles = match Bundle::open(folder) {
            Ok(bundle) => vec![bundle],
            Err(_) => bundles_in(folder),
        };
        if bundles.is_empty() {
            return Err(NoBundles::Empty(folder.clone()));
        }
        all.extend(bundles);
    }
    Ok(all)
}
