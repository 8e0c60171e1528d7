//! End-to-end tests of `reprise check`.

use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// A bundle of framework 2 with these files below `Contents`, besides its Info.plist.
fn bundle(folder: &Path, info: &str, files: &[(&str, &str)]) -> PathBuf {
    bundle_of(folder, "2", info, files)
}

/// The same of any framework.
fn bundle_of(folder: &Path, framework: &str, info: &str, files: &[(&str, &str)]) -> PathBuf {
    let bundle = folder.join("Test.bundle");
    let info = format!(
        "<plist version=\"1.0\"><dict><key>CFBundleIdentifier</key><string>org.example.test</string>\
         <key>PlexFrameworkVersion</key><string>{framework}</string>{info}</dict></plist>"
    );
    for (name, text) in files.iter().copied().chain([("Info.plist", info.as_str())]) {
        let file = bundle.join("Contents").join(name);
        let parent = file.parent().unwrap_or(&bundle);
        std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&file, text)).unwrap_or_else(|e| panic!("{e}"));
    }
    bundle
}

/// Runs the command; what it printed, and its exit status.
fn check(arguments: &[&Path]) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_reprise")).arg("check").args(arguments).output();
    let output = output.unwrap_or_else(|e| panic!("cannot start: {e}"));
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code().unwrap_or(-1))
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap_or_else(|e| panic!("no temporary folder: {e}"))
}

#[test]
fn the_examples_are_fine() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("bundles/examples");
    let (text, status) = check(&[&examples]);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("Lighthouses.bundle (framework 2, Standard)"), "{text}");
}

#[test]
fn gaps_do_not_keep_a_plugin_from_loading() {
    let folder = folder();
    let code = "import os\ndef Start():\n    import nowhere\n    return open('x')\n";
    let bundle = bundle(folder.path(), "", &[("Code/__init__.py", code)]);
    let (text, status) = check(&[&bundle]);
    assert_eq!(status, 1, "{text}");
    for wanted in [
        "runs with 2 gaps",
        "nowhere cannot be imported",
        "Contents/Code/__init__.py:3:",
        "Python's open is not there for code under the Standard policy",
        "--policy strict would refuse import os (Contents/Code/__init__.py:1)",
    ] {
        assert!(text.contains(wanted), "{wanted} is missing in\n{text}");
    }
}

#[test]
fn what_keeps_a_plugin_from_loading() {
    let folder = folder();
    let files = [
        ("Code/__init__.py", "import helper\n"),
        ("Code/helper.py", "def f():\n    yield 1\n"),
        ("Code/unused.py", "def g(:\n"),
        ("Libraries/Shared/lib.py", ""),
    ];
    let bundle = bundle(folder.path(), "", &files);
    let (text, status) = check(&[&bundle]);
    assert_eq!(status, 2, "{text}");
    for wanted in ["will not load", "Yield statements are not allowed.", "Contents/Code/helper.py:2:", "invalid syntax"]
    {
        assert!(text.contains(wanted), "{wanted} is missing in\n{text}");
    }
    let (json, status) = check(&[Path::new("--format"), Path::new("json"), &bundle]);
    assert_eq!(status, 2, "{json}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{e}\n{json}"));
    assert_eq!(json[0]["identifier"], "org.example.test");
    assert_eq!(json[0]["files"][1]["findings"][0]["severity"], "fatal");
    assert_eq!(json[0]["files"][1]["findings"][0]["kind"], "rule");
    assert_eq!(json[0]["files"][2]["findings"][0]["severity"], "gap");
}

#[test]
fn libraries_need_the_elevated_policy() {
    let folder = folder();
    let files = [("Code/__init__.py", "import lib\n"), ("Libraries/Shared/lib.py", "def f():\n    yield 1\n")];
    let (text, status) = check(&[&bundle(folder.path(), "", &files)]);
    assert!(status == 2 && text.contains("only the Elevated policy can use"), "{text}");
    let info = "<key>PlexPluginCodePolicy</key><string>Elevated</string>";
    let (text, status) = check(&[&bundle(folder.path(), info, &files)]);
    assert!(status == 0 && text.contains("nothing found"), "{text}");
}

#[test]
fn code_of_framework_1_is_checked_against_its_package() {
    let folder = folder();
    let code = "from PMS import *\nfrom PMS.Objects import MediaContainer\n\ndef Start():\n    HTTP.SetCacheTime(3)\n    \
                HTTP.Fetch('http://a.test/')\n    return MediaContainr(title1=L('t'))\n";
    let files = [("Code/__init__.py", code)];
    let bundle = bundle_of(folder.path(), "1", "", &files);
    let (text, status) = check(&[&bundle]);
    assert_eq!(status, 1, "{text}");
    for wanted in ["runs with 2 gaps", "HTTP.Fetch is missing", "MediaContainr is not there"] {
        assert!(text.contains(wanted), "{wanted} is missing in\n{text}");
    }
    let files = [("Code/__init__.py", "from PMS.Objects import MediaContainr\n")];
    let (text, status) = check(&[&bundle_of(folder.path(), "1", "", &files)]);
    assert!(status == 2 && text.contains("MediaContainr cannot be imported"), "{text}");
}

#[test]
fn a_broken_plist_is_said() {
    let folder = folder();
    let bundle = folder.path().join("Broken.bundle");
    std::fs::create_dir_all(bundle.join("Contents")).unwrap_or_else(|e| panic!("{e}"));
    let (text, status) = check(&[&bundle]);
    assert!(status == 2 && text.contains("Info.plist"), "{text}");
}
