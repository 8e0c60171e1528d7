//! End-to-end tests of the commands in the README, on the example channel.

use std::path::Path;

use assert_cmd::Command;

const BUNDLE: &str = "bundles/examples/Lighthouses.bundle";
const WEB: &str = "bundles/examples/lighthouses-web";

/// `reprise` with a data folder of its own, so that no test sees another's files.
fn reprise(support: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reprise"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("HOME", support)
        .env("PLEX_MEDIA_SERVER_APPLICATION_SUPPORT_DIR", support)
        .env("PLEX_MEDIA_SERVER_LOG_DIR", support.join("Logs"))
        .env_remove("NO_COLOR");
    command
}

fn support() -> tempfile::TempDir {
    tempfile::tempdir().unwrap_or_else(|e| panic!("no temporary folder: {e}"))
}

/// Runs `reprise run` on the example with replayed web and returns what it printed.
fn run(arguments: &[&str]) -> String {
    let support = support();
    let output = reprise(support.path()).args(["run", BUNDLE]).args(arguments).args(["--replay", WEB]).output();
    let output = output.unwrap_or_else(|e| panic!("cannot start: {e}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_first_menu_is_a_table() {
    let table = run(&["--format", "table"]);
    for text in ["Lindesnes fyr", "Fastnet Rock", "16 metres high", "Search lighthouses", "Preferences"] {
        assert!(table.contains(text), "{text} is missing in\n{table}");
    }
}

#[test]
fn a_page_of_films_is_xml() {
    let xml = run(&["/video/lighthouses/tower/lindesnes?title=Lindesnes", "--format", "xml"]);
    let document = roxmltree::Document::parse(&xml).unwrap_or_else(|e| panic!("{e}\n{xml}"));
    let films: Vec<_> = document.descendants().filter(|node| node.has_tag_name("Video")).collect();
    let titles: Vec<_> = films.iter().filter_map(|film| film.attribute("title")).collect();
    assert_eq!(titles, ["The last keeper", "Storm"]);
    assert_eq!(films[0].attribute("duration"), Some("750000"));
    assert_eq!(films[0].attribute("summary"), Some("Norway\u{2019}s southernmost light & the people who lit it."));
    let part = document.descendants().find(|node| node.has_tag_name("Part"));
    let key = part.and_then(|part| part.attribute("key"));
    assert_eq!(key, Some("http://lighthouses.example.org/film/lindesnes-keeper-720p.mp4"));
}

#[test]
fn search_finds_by_name() {
    let xml = run(&["/video/lighthouses/search?query=FAST", "--format", "xml"]);
    assert!(xml.contains("Fastnet Rock") && !xml.contains("La Jument"), "{xml}");
}

#[test]
fn json_is_for_scripts() {
    let text = run(&["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert!(json.to_string().contains("Lindesnes fyr"), "{json}");
}

#[test]
fn the_clients_language_is_used() {
    let xml = run(&["--header", "X-Plex-Language:de", "--format", "xml"]);
    assert!(xml.contains("Leuchttürme suchen"), "{xml}");
}

#[test]
fn a_path_that_is_no_route_fails() {
    let support = support();
    let output = reprise(support.path()).args(["run", BUNDLE, "/video/lighthouses/nowhere", "--replay", WEB]).output();
    let output = output.unwrap_or_else(|e| panic!("cannot start: {e}"));
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("404"), "{output:?}");
}

#[test]
fn info_says_what_the_bundle_is() {
    let support = support();
    let output =
        reprise(support.path()).args(["info", BUNDLE]).output().unwrap_or_else(|e| panic!("cannot start: {e}"));
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("org.example.lighthouses") && text.contains("Standard"), "{text}");
}

#[test]
fn a_broken_plist_names_file_and_cause() {
    let support = support();
    let bundle = support.path().join("Broken.bundle/Contents");
    std::fs::create_dir_all(&bundle).unwrap_or_else(|e| panic!("{e}"));
    std::fs::write(bundle.join("Info.plist"), "<plist><dict><key>").unwrap_or_else(|e| panic!("{e}"));
    let output = reprise(support.path()).arg("run").arg(support.path().join("Broken.bundle")).output();
    let output = output.unwrap_or_else(|e| panic!("cannot start: {e}"));
    assert!(!output.status.success());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("Info.plist"), "{errors}");
}

#[test]
fn python_runs_a_script() {
    let support = support();
    let script = support.path().join("hello.py");
    std::fs::write(&script, "import sys\nprint 'hello', 7 / 2, u'\\xe9'.encode('utf-8')\nsys.exit(3)\n")
        .unwrap_or_else(|e| panic!("{e}"));
    reprise(support.path()).arg("python").arg(&script).assert().code(3).stdout("hello 3 é\n");
}
