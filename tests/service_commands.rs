//! End-to-end tests of the commands that work with services, on the example bundle with a URL and a search service.

use std::path::Path;

use assert_cmd::Command;

const BUNDLE: &str = "bundles/examples/FilmPages.bundle";
const WEB: &str = "bundles/examples/film-pages-web";

/// Runs `reprise` with a data folder of its own; standard output, standard error, success.
fn reprise(arguments: &[&str]) -> (String, String, bool) {
    let support = tempfile::tempdir().unwrap_or_else(|e| panic!("no temporary folder: {e}"));
    let run = |folder: &Path| {
        Command::new(env!("CARGO_BIN_EXE_reprise"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("HOME", folder)
            .env("PLEX_MEDIA_SERVER_APPLICATION_SUPPORT_DIR", folder)
            .env("PLEX_MEDIA_SERVER_LOG_DIR", folder.join("Logs"))
            .args(arguments)
            .args(["--replay", WEB])
            .output()
    };
    let output = run(support.path()).unwrap_or_else(|e| panic!("cannot start: {e}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.success())
}

const PAGE: &str = "http://films.example.org/watch/keeper?from=mail";

#[test]
fn resolve_shows_metadata_and_media() {
    let (table, errors, fine) = reprise(&["resolve", PAGE, "--bundles", "bundles/examples"]);
    assert!(fine, "{errors}");
    for text in [
        "The keeper's daughter",
        "http://films.example.org/film/keeper",
        "1:14:00",
        "Drama, Sea",
        "1920x1080",
        "see --play",
    ] {
        assert!(table.contains(text), "{text} is missing in\n{table}");
    }
}

#[test]
fn resolve_asks_for_the_places_of_media() {
    let (json, errors, fine) = reprise(&["resolve", PAGE, "--bundles", BUNDLE, "--play", "--format", "json"]);
    assert!(fine, "{errors}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{e}\n{json}"));
    assert_eq!(json["MediaContainer"]["Video"][0]["year"], "1931");
    assert_eq!(json["places"][0]["place"], "http://cdn.example.org/keeper-1080.mp4");
    assert_eq!(json["places"][1]["place"], "http://cdn.example.org/keeper-720.mp4");
}

#[test]
fn resolve_says_why_there_is_nothing() {
    let (_, errors, fine) = reprise(&["resolve", "http://other.example.org/", "--bundles", BUNDLE]);
    assert!(!fine && errors.contains("no URL service that knows http://other.example.org/"), "{errors}");
    let (_, errors, fine) = reprise(&["resolve", "http://films.example.org/film/lost", "--bundles", BUNDLE]);
    assert!(!fine && errors.contains("ServiceCode.pys") && errors.contains("HTTPError"), "{errors}");
    let (_, errors, fine) = reprise(&["resolve", PAGE, "--bundles", "bundles/nowhere"]);
    assert!(!fine && errors.contains("bundles/nowhere is not a folder"), "{errors}");
}

#[test]
fn run_searches_with_a_service_of_another_bundle() {
    let path = "/:/plugins/org.example.lighthouses/services/search?query=keeper&identifier=org.example.filmpages";
    let channel = "bundles/examples/Lighthouses.bundle";
    let (xml, errors, fine) = reprise(&["run", channel, path, "--bundles", "bundles/examples", "--format", "xml"]);
    assert!(fine, "{errors}");
    assert!(xml.contains("sourceTitle=\"Film Pages\"") && xml.contains("/system/services/url/lookup?url="), "{xml}");
}
