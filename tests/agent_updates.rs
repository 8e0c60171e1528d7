//! Updates of the same item at once, and updates that a kill cuts off: what is stored is always of one update.
#![cfg(unix)]

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use roxmltree::{Document, Node};

/// Everything that an update writes says which update it was.
const CODE: &str = "\
def Start(): pass

class Turns(Agent.Movies):
    name = 'Turns'
    languages = ['en']
    def search(self, results, media, lang): pass
    def update(self, metadata, media, lang):
        token = str(Util.RandomInt(1, 1000000000))
        before = (metadata.title, metadata.tagline)
        metadata.title = token
        metadata.posters.validate_keys([])
        for number in range(5):
            Thread.Sleep(0.01)
            metadata.posters['%s-%d' % (token, number)] = Proxy.Media(token)
        metadata.genres = [token, token]
        metadata.tagline = token
        metadata.summary = 'whole' if before[0] == before[1] else 'mixed'
";

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bundle = folder.path().join("Turns.bundle/Contents");
        std::fs::create_dir_all(bundle.join("Code")).expect("a folder");
        let info = "<plist version=\"1.0\"><dict><key>CFBundleIdentifier</key><string>org.example.agents.turns</string>\
                    <key>PlexFrameworkVersion</key><string>2</string><key>PlexPluginClass</key><string>Agent</string>\
                    </dict></plist>";
        std::fs::write(bundle.join("Info.plist"), info).expect("a file");
        std::fs::write(bundle.join("Code/__init__.py"), CODE).expect("a file");
        Self { folder }
    }

    /// `reprise update` of an item, in a process group of its own.
    fn update(&self, id: &str) -> Command {
        let support = self.folder.path();
        let mut command = Command::new(env!("CARGO_BIN_EXE_reprise"));
        command
            .args(["update", "--id", id, "--replay"])
            .arg(support)
            .arg(support.join("Turns.bundle"))
            .env("HOME", support)
            .env("PLEX_MEDIA_SERVER_APPLICATION_SUPPORT_DIR", support)
            .env("PLEX_MEDIA_SERVER_LOG_DIR", support.join("Logs"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        command
    }

    /// The folders with metadata of an item: the agent's, and the combined ones.
    fn stored(&self) -> Vec<std::path::PathBuf> {
        let metadata = self.folder.path().join("Plex Media Server/Metadata/Movies");
        let pattern = metadata.join("*/*.bundle/Contents/*/Info.xml");
        let found = glob::glob(&pattern.to_string_lossy()).expect("a pattern");
        found.flatten().filter_map(|file| file.parent().map(Path::to_owned)).collect()
    }
}

/// Checks that all in a folder is of one update.
fn check(folder: &Path) {
    let xml = std::fs::read_to_string(folder.join("Info.xml")).expect("a file");
    let document = Document::parse(&xml).expect("XML");
    let child = |tag: &str| document.root_element().children().find(|node| node.has_tag_name(tag));
    let text = |tag: &str| child(tag).and_then(|node| node.text()).unwrap_or_default();
    let token = text("title");
    assert!(!token.is_empty() && text("tagline") == token && text("summary") == "whole", "{xml}");
    let genres: Vec<&str> =
        child("genres").into_iter().flat_map(|set| set.children()).filter_map(|n| n.text()).collect();
    assert_eq!(genres.iter().filter(|genre| **genre == token).count(), 2, "{xml}");
    let posters: Vec<&str> = child("posters")
        .into_iter()
        .flat_map(|set| set.children())
        .filter_map(|n: Node| n.attribute("media"))
        .collect();
    assert_eq!(posters.len(), 5, "{xml}");
    for poster in posters {
        let path = folder.join("posters").join(poster);
        let bytes = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(bytes, token, "{}", path.display());
    }
}

#[test]
fn two_updates_at_once_do_not_mix() {
    let place = Place::new();
    for _ in 0..2 {
        let running: Vec<_> = (0..3).map(|_| place.update("1").spawn().expect("the program")).collect();
        for mut process in running {
            assert!(process.wait().expect("the program").success());
        }
        let stored = place.stored();
        assert_eq!(stored.len(), 2, "{stored:?}");
        stored.iter().for_each(|folder| check(folder));
    }
}

#[test]
fn a_kill_leaves_the_old_or_the_new_metadata() {
    let place = Place::new();
    assert!(place.update("1").status().expect("the program").success());
    for round in 0_u64..8 {
        let mut process = place.update("1").spawn().expect("the program");
        std::thread::sleep(Duration::from_millis(120 + round * 60));
        // The plug-in, the server's part and the command at once.
        let group = format!("-{}", process.id());
        Command::new("kill").args(["-9", "--", &group]).status().expect("kill");
        process.wait().expect("the program");
        for folder in place.stored().iter().filter(|folder| !folder.ends_with("_combined")) {
            check(folder);
        }
        // The next process combines what the last one did not come to.
        assert!(place.update("2").status().expect("the program").success());
        let stored = place.stored();
        assert_eq!(stored.len(), 4, "round {round}: {stored:?}");
        stored.iter().for_each(|folder| check(folder));
    }
}
