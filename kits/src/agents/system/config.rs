//! The order of agents that a user chose for a library's agent: whose data are combined, whose come first
//! (`spec/models.md` §9.2).

use std::io;

use reprise_bundles::{Folders, atomic};

use crate::agents::media_types::MediaType;
use crate::models;

/// Writes the order for a model class. Identifiers that cannot name a folder are an error.
pub fn write(folders: &Folders, identifier: &str, kind: &MediaType, class: &str, order: &[&str]) -> io::Result<()> {
    let is_name =
        |name: &str| !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0', '<', '&']);
    let Some(directory) = models::relative_path(class, "").and_then(|path| Some(path.split('/').next()?.to_owned()))
    else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("there is no model class {class}")));
    };
    if let Some(wrong) = std::iter::once(&identifier).chain(order).find(|name| !is_name(name)) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("'{wrong}' is no identifier")));
    }
    let mut xml = format!("<?xml version='1.0' encoding='utf-8'?>\n<combine class=\"{}\">\n  <sources>\n", kind.name);
    for agent in order {
        xml.push_str(&format!("    <agent>{agent}</agent>\n"));
    }
    xml.push_str("  </sources>\n</combine>\n");
    let folder = folders.support.join("Metadata Combination").join(identifier);
    std::fs::create_dir_all(&folder)?;
    atomic::write(&folder.join(format!("{directory}.xml")), xml.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agents::media_types::by_name;
    use reprise_bundles::Config;

    #[test]
    fn the_order_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.set("root_path", folder.path().to_string_lossy().into_owned());
        let folders = Folders::locate("a.b", &config, None);
        let kind = by_name("TV_Show").unwrap();
        write(&folders, "a.b", kind, kind.model, &["a.b", "c.d"]).unwrap();
        assert_eq!(models::configured_agents(&folders, "a.b", "TV_Show"), ["a.b", "c.d"]);
        assert!(write(&folders, "../x", kind, kind.model, &[]).is_err());
    }
}
