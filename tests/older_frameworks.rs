//! End-to-end tests of plug-ins of the frameworks 0 and 1, on the example channels.

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;

/// An example bundle and its pages.
struct Example {
    bundle: &'static str,
    web: &'static str,
    support: tempfile::TempDir,
}

fn example(bundle: &'static str, web: &'static str) -> Example {
    Example { bundle, web, support: tempfile::tempdir().unwrap_or_else(|e| panic!("no temporary folder: {e}")) }
}

fn windmills() -> Example {
    example("bundles/examples/Windmills.bundle", "bundles/examples/windmills-web")
}

fn bridges() -> Example {
    example("bundles/examples/Bridges.bundle", "bundles/examples/bridges-web")
}

fn reprise(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reprise"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("HOME", home)
        .env("PLEX_MEDIA_SERVER_APPLICATION_SUPPORT_DIR", home)
        .env("PLEX_MEDIA_SERVER_LOG_DIR", home.join("Logs"));
    command
}

impl Example {
    fn output(&self, arguments: &[&str]) -> Output {
        let mut command = reprise(self.support.path());
        let output = command.args(["run", self.bundle]).args(arguments).args(["--replay", self.web]).output();
        output.unwrap_or_else(|e| panic!("cannot start: {e}"))
    }

    /// What `reprise run` prints for a path; the first menu for none.
    fn page(&self, path: &[&str]) -> String {
        let output = self.output(&[path, &["--format", "xml"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What the plug-in writes to the pipe for the bytes that the media server sends.
    fn pipe(&self, input: &str) -> String {
        let web = Path::new(env!("CARGO_MANIFEST_DIR")).join(self.web);
        let mut command = reprise(self.support.path());
        command.env("REPRISE_REPLAY", web).args(["host", self.bundle]).write_stdin(input);
        let output = command.output().unwrap_or_else(|e| panic!("cannot start: {e}"));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// An attribute of the item with a title or name.
fn attribute(page: &str, title: &str, name: &str) -> String {
    let document = roxmltree::Document::parse(page).unwrap_or_else(|e| panic!("{e}\n{page}"));
    let named =
        |node: &roxmltree::Node<'_, '_>| [node.attribute("title"), node.attribute("name")].contains(&Some(title));
    let item = document.descendants().find(named).unwrap_or_else(|| panic!("{title} is missing in\n{page}"));
    item.attribute(name).unwrap_or_default().to_owned()
}

#[test]
fn framework_1_menus_lead_to_functions() {
    let example = windmills();
    let menu = example.page(&[]);
    assert_eq!(attribute(&menu, "De Valk", "summary"), "Built in 1743");
    let mill = example.page(&[&attribute(&menu, "De Valk", "key")]);
    assert!(mill.contains("title2=\"De Valk\"") && mill.contains("duration=\"720000\""), "{mill}");
    let film = example.page(&[&attribute(&mill, "The last miller & his cat", "key")]);
    assert_eq!(film, "http://windmills.example.org/film/valk-miller.mp4\n");
    let empty = example.page(&[&attribute(&menu, "Brill Windmill", "key")]);
    assert!(empty.contains("There are no films of this mill"), "{empty}");
}

#[test]
fn framework_1_takes_the_clients_language() {
    let page = windmills().page(&["--header", "X-Plex-Language:de"]);
    assert!(page.contains("title1=\"Windmühlen\"") && page.contains("Erbaut 1743"), "{page}");
}

#[test]
fn framework_1_keeps_preferences() {
    let example = windmills();
    assert!(example.page(&[]).contains("Sorte Mølle"));
    example.page(&["/video/windmills/:/prefs/set?turning=true"]);
    let menu = example.page(&[]);
    assert!(menu.contains("De Valk") && !menu.contains("Sorte Mølle"), "{menu}");
    let file = "Plex Media Server/Plug-in Support/Preferences/org.example.windmills.xml";
    let saved = std::fs::read_to_string(example.support.path().join(file)).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(saved, "<PluginPreferences><turning>true</turning></PluginPreferences>");
}

#[test]
fn framework_1_shares_stored_menus_with_the_original() {
    let home = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let bundle = home.path().join("Stored.bundle");
    let write = |path: &Path, content: &[u8]| {
        std::fs::create_dir_all(path.parent().unwrap_or(path)).unwrap_or_else(|e| panic!("{e}"));
        std::fs::write(path, content).unwrap_or_else(|e| panic!("{e}"));
    };
    write(
        &bundle.join("Contents/Info.plist"),
        b"<plist version=\"1.0\"><dict><key>CFBundleIdentifier</key><string>org.example.stored</string>\
          <key>PlexFrameworkVersion</key><string>1</string></dict></plist>",
    );
    write(
        &bundle.join("Contents/Code/__init__.py"),
        b"from PMS import *\ndef Start(): Plugin.AddPrefixHandler('/video/stored', Menu, 'Stored')\n\
          def Menu():\n  dir = Data.LoadObject('old')\n  Data.SaveObject('new', dir)\n  return dir\n",
    );
    let data = home.path().join("Plex Media Server/Plug-in Support/Data/org.example.stored/DataItems");
    // As CPython 2.7 pickles a container with one item.
    write(
        &data.join("old"),
        b"\x80\x02cPMS.Objects\nMediaContainer\nq\x00)\x81q\x01}q\x02(U\x06title1q\x03U\x03Oldq\x04U\tnoHistoryq\x05\x89\
          U\x07tagNameq\x06U\x0eMediaContainerq\x07U\x10_Object__headersq\x08}q\tU\x0cContent-Typeq\nU\x0fapplication/xmlq\x0bs\
          U\t__items__q\x0c]q\rcPMS.Objects\nVideoItem\nq\x0e)\x81q\x0f}q\x10(U\x07tagNameq\x11U\x05Videoq\x12\
          U\x03keyq\x13U\x0bhttp://a/b/q\x14U\x10_Object__headersq\x15}q\x16ubaub.",
    );
    let output = reprise(home.path()).arg("run").arg(&bundle).args(["--format", "xml"]).output();
    let output = output.unwrap_or_else(|e| panic!("cannot start: {e}"));
    let page = String::from_utf8_lossy(&output.stdout);
    assert!(page.contains("title1=\"Old\"") && page.contains("<Video key=\"http://a/b/\"/>"), "{output:?}");
    let stored = std::fs::read(data.join("new")).unwrap_or_else(|e| panic!("{e}"));
    let has = |wanted: &[u8]| stored.windows(wanted.len()).any(|part| part == wanted);
    assert!(stored.starts_with(b"\x80\x02cPMS.Objects\nMediaContainer\nq\x00)\x81"), "{stored:?}");
    assert!(has(b"_Object__headers") && has(b"__items__") && has(b"cPMS.Objects\nVideoItem\n"), "{stored:?}");
}

#[test]
fn framework_1_on_the_pipe() {
    let answers =
        windmills().pipe("GET /video/windmills/nowhere\r\n\r\nGET /:/plugins/x/root\r\nX-Plex-Language: de\r\n\r\n");
    assert_eq!(answers, "404 Not Found\r\n\r\n301 Moved Permanently\r\nLocation: /video/windmills\r\n\r\n");
}

#[test]
fn framework_0_follows_path_nouns() {
    let example = bridges();
    let menu = example.page(&[]);
    assert_eq!(attribute(&menu, "Stari Most", "summary"), "One arch of stone, built again in 2004");
    let key = attribute(&menu, "Forth Bridge", "key");
    let bridge = example.page(&[&format!("/video/bridges/{key}")]);
    let film = attribute(&bridge, "Painting the bridge", "key");
    assert_eq!(film, "http://bridges.example.org/film/forth-paint.mp4");
    let found = example.page(&["/video/bridges/search?query=most"]);
    assert!(found.contains("Stari Most") && !found.contains("Forth"), "{found}");
}

#[test]
fn framework_0_on_the_pipe() {
    let answers = bridges().pipe("GET /video/bridges/nowhere\r\nGET /:/plugins/x/root\r\n");
    let redirect = "301 Moved Permanently\r\nContent-Type: application/xml\r\nContent-Length: 0\r\n\
                    Location: /video/bridges\r\n\r\n\r\n";
    assert_eq!(answers, format!("404 Not Found\r\n\r\n{redirect}"));
}

#[test]
fn a_bundle_that_says_nothing_is_of_framework_0() {
    let home = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let contents = home.path().join("Silent.bundle/Contents");
    std::fs::create_dir_all(&contents).unwrap_or_else(|e| panic!("{e}"));
    let info =
        "<plist version=\"1.0\"><dict><key>CFBundleIdentifier</key><string>org.example.silent</string></dict></plist>";
    std::fs::write(contents.join("Info.plist"), info).unwrap_or_else(|e| panic!("{e}"));
    let output =
        reprise(home.path()).arg("info").arg(home.path().join("Silent.bundle")).args(["--format", "json"]).output();
    let output = output.unwrap_or_else(|e| panic!("cannot start: {e}"));
    let facts: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output:?}"));
    assert_eq!(facts["framework"], "0");
}

#[test]
fn a_missing_or_malformed_plist_is_named() {
    let home = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let contents = home.path().join("Broken.bundle/Contents");
    std::fs::create_dir_all(&contents).unwrap_or_else(|e| panic!("{e}"));
    for text in [None, Some("<plist><dict>"), Some("")] {
        if let Some(text) = text {
            std::fs::write(contents.join("Info.plist"), text).unwrap_or_else(|e| panic!("{e}"));
        }
        let output = reprise(home.path()).arg("host").arg(home.path().join("Broken.bundle")).output();
        let output = output.unwrap_or_else(|e| panic!("cannot start: {e}"));
        assert_eq!(output.status.code(), Some(1));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(errors.contains("Contents/Info.plist"), "{errors}");
    }
}
