//! End-to-end tests of `reprise api`, and of the document that it generates.

use std::path::Path;

use assert_cmd::Command;

/// Runs the command; standard output, standard error, success.
fn api(arguments: &[&str]) -> (String, String, bool) {
    let output = Command::new(env!("CARGO_BIN_EXE_reprise")).arg("api").args(arguments).output();
    let output = output.unwrap_or_else(|e| panic!("cannot start: {e}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.success())
}

#[test]
fn the_document_is_up_to_date() {
    let (generated, errors, fine) = api(&["--format", "markdown"]);
    assert!(fine, "{errors}");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api.md");
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    let first = generated.lines().zip(committed.lines()).find(|(one, other)| one != other);
    assert!(generated == committed, "run `reprise api --format markdown > docs/api.md`; first difference: {first:?}");
}

#[test]
fn one_name() {
    let (text, errors, fine) = api(&["HTTP"]);
    assert!(fine, "{errors}");
    for wanted in ["kit Network", "Standard, Elevated, Cloud, Service", ".Request(url, values=None", ".CacheTime"] {
        assert!(text.contains(wanted), "{wanted} is missing in\n{text}");
    }
    let (text, _, fine) = api(&["HTTP.Request"]);
    assert!(fine && text.starts_with("HTTP.Request(url, "), "{text}");
    let (_, errors, fine) = api(&["http"]);
    assert!(!fine && errors.contains("no name http") && errors.contains("HTTP"), "{errors}");
    let (_, errors, fine) = api(&["HTTP.Nothing"]);
    assert!(!fine && errors.contains("HTTP has no member Nothing"), "{errors}");
}

#[test]
fn all_names() {
    let (text, errors, fine) = api(&[]);
    assert!(fine, "{errors}");
    assert!(text.contains("  ObjectContainer ") && text.contains("names implemented"), "{text}");
    let (json, errors, fine) = api(&["--format", "json"]);
    assert!(fine, "{errors}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{e}\n{json}"));
    assert!(json["coverage"]["implemented"].as_u64() > Some(100), "{}", json["coverage"]);
}
