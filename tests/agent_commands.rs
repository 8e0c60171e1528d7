//! End-to-end tests of the commands for agents, on the example agents.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

const BUNDLE: &str = "bundles/examples/FilmArchive.bundle";
const NOTES: &str = "bundles/examples/FilmNotes.bundle";
const WEB: &str = "bundles/examples/film-archive-web";

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap_or_else(|e| panic!("no temporary folder: {e}"))
}

/// Runs `reprise` with a data folder and returns status, output and errors.
fn reprise(support: &Path, arguments: &[&str]) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reprise"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("HOME", support)
        .env("PLEX_MEDIA_SERVER_APPLICATION_SUPPORT_DIR", support)
        .env("PLEX_MEDIA_SERVER_LOG_DIR", support.join("Logs"))
        .args(arguments);
    let output = command.output().unwrap_or_else(|e| panic!("cannot start: {e}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

fn json(support: &Path, arguments: &[&str]) -> Value {
    let (success, output, errors) = reprise(support, arguments);
    assert!(success, "{errors}\n{output}");
    serde_json::from_str(&output).unwrap_or_else(|e| panic!("{e}\n{output}"))
}

#[test]
fn results_are_ranked() {
    let support = folder();
    let arguments = ["search", BUNDLE, "--name", "The Lamp", "--year", "1988", "--replay", WEB, "--format", "json"];
    let results = json(support.path(), &arguments);
    let ids: Vec<&str> = results.as_array().unwrap().iter().map(|result| result["id"].as_str().unwrap()).collect();
    assert_eq!(ids[0], "lamp2");
    assert_eq!(results[0]["guid"], "org.example.agents.filmarchive://lamp2?lang=en");
    assert_eq!(results[0]["score"], 100);
    let (_, table, _) = reprise(support.path(), &["search", BUNDLE, "--name", "The Lamp", "--replay", WEB]);
    assert!(table.contains("The Lamps of Ålesund") && table.contains("lamp2"), "{table}");
}

#[test]
fn a_search_by_file() {
    let support = folder();
    let media = support.path().join("The Lamp (1951)");
    std::fs::create_dir_all(&media).unwrap();
    std::fs::write(media.join("The.Lamp.1951.720p.mkv"), b"video").unwrap();
    let file = media.to_string_lossy();
    let results = json(support.path(), &["search", BUNDLE, "--file", &file, "--replay", WEB, "--format", "json"]);
    assert_eq!(results[0]["id"], "lamp");
}

#[test]
fn an_update_is_printed_and_stored() {
    let support = folder();
    let item = json(support.path(), &["update", BUNDLE, "--id", "lamp", "--replay", WEB, "--format", "json"]);
    assert_eq!(item["title"], "The Lamp");
    assert_eq!(item["summary"], "A keeper & his light. Ærlig talt.");
    assert_eq!(item["roles"][0]["name"], "Åse Lind");
    let stored = item["stored_in"].as_str().unwrap();
    assert!(Path::new(stored).join("Contents/_combined/Info.xml").is_file(), "{stored}");
    let (_, table, _) = reprise(support.path(), &["update", BUNDLE, "--id", "lamp", "--replay", WEB]);
    assert!(table.contains("Drama, Sea") && table.contains("Åse Lind (The keeper)"), "{table}");
}

#[test]
fn another_agent_contributes() {
    let support = folder();
    let arguments = ["update", BUNDLE, "--id", "lamp", "--bundles", NOTES, "--replay", WEB, "--format", "json"];
    let item = json(support.path(), &arguments);
    assert_eq!(item["tagline"], "A note on lamp");
    assert_eq!(item["title"], "The Lamp");
    let alone = [&arguments[..], &["--contributors", "none"]].concat();
    assert_eq!(json(support.path(), &alone)["tagline"], Value::Null);
}

#[test]
fn files_beside_a_film() {
    let support = folder();
    let media = support.path().join("The Lamp (1951)");
    std::fs::create_dir_all(&media).unwrap();
    let video = media.join("The Lamp (1951).mkv");
    std::fs::write(&video, b"video").unwrap();
    let file = video.to_string_lossy();
    let arguments = ["update", BUNDLE, "--id", "lamp", "--file", &file, "--nfo", "--replay", WEB, "--format", "json"];
    let item = json(support.path(), &arguments);
    assert!(item["files"].as_array().is_some_and(|files| !files.is_empty()), "{item}");
    let nfo = std::fs::read_to_string(media.join("The Lamp (1951).nfo")).unwrap();
    let document = roxmltree::Document::parse(&nfo).unwrap();
    assert!(document.root_element().has_tag_name("movie"));
    let title = document.descendants().find(|node| node.has_tag_name("title")).and_then(|node| node.text());
    assert_eq!(title, Some("The Lamp"));
    // What somebody else wrote stays.
    std::fs::write(media.join("The Lamp (1951).nfo"), "<movie><title>Mine</title></movie>").unwrap();
    let _ = reprise(support.path(), &arguments);
    let kept = std::fs::read_to_string(media.join("The Lamp (1951).nfo")).unwrap();
    assert!(kept.contains("Mine"), "{kept}");
}

#[test]
fn files_of_videos_that_are_gone() {
    let support = folder();
    let media = support.path().join("The Lamp (1951)");
    std::fs::create_dir_all(&media).unwrap();
    std::fs::write(media.join("The Lamp.mkv"), b"video").unwrap();
    let file = media.to_string_lossy();
    let arguments = ["update", BUNDLE, "--id", "lamp", "--file", &file, "--nfo", "--replay", WEB, "--format", "json"];
    json(support.path(), &[&arguments[..], &["--movie-nfo", "both", "--mpaa", "country", "--lock"]].concat());
    let nfo = std::fs::read_to_string(media.join("movie.nfo")).unwrap();
    assert!(nfo.contains("<lockdata>true</lockdata>"), "{nfo}");
    std::fs::rename(media.join("The Lamp.nfo"), media.join("Gone.nfo")).unwrap();
    let action = |item: &Value| {
        let files = item["files"].as_array().cloned().unwrap_or_default();
        let gone = files.into_iter().find(|file| file["file"].as_str().is_some_and(|path| path.ends_with("Gone.nfo")));
        gone.map(|file| file["action"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(action(&json(support.path(), &arguments)).as_deref(), Some("stale"));
    let pruned = json(support.path(), &[&arguments[..], &["--prune"]].concat());
    assert_eq!(action(&pruned).as_deref(), Some("removed"));
    assert!(!media.join("Gone.nfo").exists() && media.join("The Lamp.nfo").is_file());
}

#[test]
fn a_show_knows_what_is_on_disk() {
    let support = folder();
    let season = support.path().join("Keepers/Season 1");
    std::fs::create_dir_all(&season).unwrap();
    std::fs::write(season.join("Keepers - s01e02.mkv"), b"video").unwrap();
    let file = support.path().join("Keepers");
    let file = file.to_string_lossy();
    let arguments = [
        "update", BUNDLE, "--type", "show", "--id", "keepers", "--file", &file, "--nfo", "--replay", WEB, "--format",
        "json",
    ];
    let item = json(support.path(), &arguments);
    assert_eq!(item["seasons"]["1"]["episodes"]["2"]["title"], "South");
    assert_eq!(item["seasons"]["1"]["episodes"]["1"], Value::Null);
    assert!(support.path().join("Keepers/tvshow.nfo").is_file());
    assert!(season.join("Keepers - s01e02.nfo").is_file());
}

#[test]
fn what_goes_wrong_is_said() {
    let support = folder();
    let says = |arguments: &[&str], wanted: &str| {
        let (success, output, errors) = reprise(support.path(), arguments);
        assert!(!success && errors.contains(wanted), "{wanted} is missing in\n{errors}\n{output}");
    };
    says(&["search", BUNDLE, "--type", "photo", "--name", "x", "--replay", WEB], "no agent for photo");
    says(&["search", BUNDLE, "--name", "x", "--lang", "fr", "--replay", WEB], "no language fr");
    says(&["search", BUNDLE, "--replay", WEB], "--name");
    says(&["search", "bundles/examples/Lighthouses.bundle", "--name", "x", "--replay", WEB], "announces no agent");
    says(&["update", BUNDLE, "--id", "lamp", "--file", "/nowhere/at/all.mkv", "--replay", WEB], "/nowhere/at/all.mkv");
}

#[test]
fn info_lists_agents() {
    let support = folder();
    let (_, table, _) = reprise(support.path(), &["info", BUNDLE]);
    assert!(table.contains("Film archive: Movie in en de"), "{table}");
}
