//! End-to-end tests of `reprise run --library`: a plug-in that asks the media server for its library.

use assert_cmd::Command;

const BUNDLE: &str = "bundles/examples/Shelves.bundle";
const LIBRARY: &str = "bundles/examples/shelves-library.json";

/// `reprise run` on the example: what it printed, its errors, and whether it was fine.
fn run(arguments: &[&str]) -> (String, String, bool) {
    let support = tempfile::tempdir().unwrap_or_else(|e| panic!("no temporary folder: {e}"));
    let output = Command::new(env!("CARGO_BIN_EXE_reprise"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("HOME", support.path())
        .env("PLEX_MEDIA_SERVER_APPLICATION_SUPPORT_DIR", support.path())
        .env("PLEX_MEDIA_SERVER_LOG_DIR", support.path().join("Logs"))
        .args(["run", BUNDLE])
        .args(arguments)
        .output()
        .unwrap_or_else(|e| panic!("cannot start: {e}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.success())
}

#[test]
fn sections_and_items_reach_the_plugin() {
    for (path, wanted) in [
        ("/video/shelves", &["The attic", "Films &amp; shorts", "movie: /media/films, /media/shorts", "Series"][..]),
        ("/video/shelves/section/1", &["The last keeper (1999)", "Norway’s southernmost light &amp; the people"]),
        ("/video/shelves/item/10", &["/media/films/The last keeper (1999).mkv"]),
        ("/video/shelves/item/20", &["Season 1"]),
        ("/video/shelves/item/21", &["Fastnet"]),
        ("/video/shelves/item/22", &["/media/series/Storm/s01e01.mkv"]),
    ] {
        let (xml, errors, fine) = run(&[path, "--library", LIBRARY, "--format", "xml"]);
        assert!(fine, "{path}: {errors}");
        for text in wanted {
            assert!(xml.contains(text), "{path}: {text} is missing in\n{xml}");
        }
    }
}

#[test]
fn without_a_file_there_are_no_sections() {
    let (xml, errors, fine) = run(&["--format", "xml"]);
    assert!(fine, "{errors}");
    assert!(xml.contains("size=\"0\"") && xml.contains("title1=\"Reprise\""), "{xml}");
}

#[test]
fn a_file_that_cannot_be_used_is_named_with_the_cause() {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("no temporary folder: {e}"));
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap_or_else(|e| panic!("{e}"));
        path.to_string_lossy().into_owned()
    };
    let absent = folder.path().join("absent.json").to_string_lossy().into_owned();
    for (path, cause) in [
        (absent, "cannot be read"),
        (file("broken.json", "{\"sections\": [\n{]"), "line 2"),
        (
            file("odd.json", "{\"sections\": [{\"title\": \"x\", \"type\": \"film\"}]}"),
            "\"film\" is no type of a section",
        ),
    ] {
        let (_, errors, fine) = run(&["--library", &path]);
        assert!(!fine && errors.contains(&path) && errors.contains(cause), "{path}: {errors}");
        assert_eq!(errors.trim_end().lines().count(), 1, "{errors}");
    }
}
