//! Updates that a kill cuts off: a mark stays until an item's data are combined, and the next process combines what the
//! agents have stored by then. Without that the combined data would lead to pictures that an agent has replaced.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use reprise_bundles::Folders;
use serde_json::{Value, json};

use crate::models::{self, CombineRequest};
use crate::plugin::Plugin;

/// The folder of the marks, among the data of the server's own plug-in.
const FOLDER: &str = "Unfinished Updates";

/// How long another process may take for its update of the same item; agents collect their data from the web.
const PATIENCE: Duration = Duration::from_secs(900);

/// The mark of an update that runs. It is locked as long: another process that shares the data waits for its turn.
#[derive(Debug)]
pub struct Mark(File);

fn open(path: PathBuf) -> io::Result<File> {
    File::options().read(true).write(true).create(true).truncate(false).open(path)
}

impl Mark {
    /// Marks an item, whose data lie under `bundle_guid`, when no other process updates it.
    pub fn set(folders: &Folders, request: &CombineRequest<'_>, bundle_guid: &str) -> io::Result<Self> {
        let folder = folders.data.join(FOLDER);
        fs::create_dir_all(&folder)?;
        let mut file = open(folder.join(models::sha1_of(&format!("{} {bundle_guid}", request.class))))?;
        let start = Instant::now();
        while file.try_lock().is_err() {
            if start.elapsed() > PATIENCE {
                return Err(io::ErrorKind::TimedOut.into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let json = json!({
            "class": request.class,
            "config": request.config_identifier,
            "guid": request.guid,
            "bundle_guid": bundle_guid,
            "not_persisting": request.not_persisting,
            "respect_tags": request.respect_tags,
        });
        file.set_len(0)?;
        file.write_all(json.to_string().as_bytes())?;
        Ok(Self(file))
    }

    /// The data are combined. The empty file goes when the next process starts.
    pub fn done(self) {
        // A mark that stays makes the next process combine once more.
        let _ = self.0.set_len(0);
    }
}

/// Combines what earlier processes did not come to.
pub fn finish(plugin: &Plugin) {
    let Ok(entries) = fs::read_dir(plugin.folders.data.join(FOLDER)) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let Ok(mut file) = open(path.clone()) else { continue };
        // One that is locked is not cut off.
        if file.try_lock().is_err() {
            continue;
        }
        let mut text = String::new();
        if file.read_to_string(&mut text).is_ok() && !text.is_empty() {
            match combine(&plugin.folders, &text) {
                Ok(guid) => tracing::info!("Combined the data of '{guid}', whose update was cut off"),
                Err(error) => tracing::error!("An update that was cut off cannot be finished: {error}"),
            }
        }
        let _ = fs::remove_file(&path);
    }
}

fn combine(folders: &Folders, mark: &str) -> Result<String, Box<dyn std::error::Error>> {
    let json: Value = serde_json::from_str(mark)?;
    let text = |name: &str| json.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (class, config, guid) = (text("class"), text("config"), text("guid"));
    let names = json.get("not_persisting").and_then(Value::as_array).into_iter().flatten();
    let not_persisting: Vec<String> = names.filter_map(Value::as_str).map(str::to_owned).collect();
    let request = CombineRequest {
        class: &class,
        config_identifier: &config,
        guid: &guid,
        not_persisting: &not_persisting,
        respect_tags: json.get("respect_tags").and_then(Value::as_bool).unwrap_or_default(),
    };
    // The item may be updated again already.
    let _turn = models::turn(folders, &class, &text("bundle_guid"));
    models::combine(folders, &request)?;
    Ok(guid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_that_was_cut_off_is_combined_later() {
        let (_folder, plugin) = crate::plugin::testing::plugin("", "");
        let guid = "org.example.a://1?lang=en";
        let request =
            CombineRequest { class: "Movie", config_identifier: "org.example.a", guid, ..CombineRequest::default() };
        let marks = || fs::read_dir(plugin.folders.data.join(FOLDER)).unwrap().count();
        let item = plugin.folders.metadata.join(models::relative_path("Movie", guid).unwrap()).join("Contents");
        fs::create_dir_all(item.join("org.example.a")).unwrap();
        fs::write(item.join("org.example.a/Info.xml"), "<Movie><title>T</title></Movie>").unwrap();
        let running = Mark::set(&plugin.folders, &request, guid).unwrap();
        finish(&plugin);
        assert!(!item.join("_combined").exists() && marks() == 1);
        drop(running);
        finish(&plugin);
        assert!(fs::read_to_string(item.join("_combined/Info.xml")).unwrap().contains("<title>T</title>"));
        assert_eq!(marks(), 0);
        Mark::set(&plugin.folders, &request, guid).unwrap().done();
        finish(&plugin);
        assert_eq!(marks(), 0);
    }
}
