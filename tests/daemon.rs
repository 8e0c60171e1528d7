//! End-to-end test of `reprise host --daemon`: the command that runs a plug-in in the background.
#![cfg(unix)]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;

use assert_cmd::Command;

/// `reprise host` with these options; whether it was fine, and its errors.
fn host(folder: &Path, port: u16, action: &str) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_reprise"))
        .arg("host")
        .args(["--daemon", action, "--socket-interface-port", &port.to_string(), "--config-file"])
        .arg(folder.join("config.json"))
        .arg(folder.join("Quiet.bundle"))
        .output()
        .unwrap_or_else(|error| panic!("cannot start: {error}"));
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn get(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap_or_else(|error| panic!("{error}"));
    write!(stream, "GET {path} HTTP/1.0\r\n\r\n").unwrap_or_else(|error| panic!("{error}"));
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap_or_else(|error| panic!("{error}"));
    answer
}

#[test]
fn starts_answers_and_stops() {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let write = |path: &str, text: String| {
        let path = folder.path().join(path);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        made.and_then(|()| std::fs::write(&path, text)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    };
    let info = "<plist version=\"1.0\"><dict><key>CFBundleIdentifier</key><string>org.example.quiet</string>\
                <key>PlexFrameworkVersion</key><string>2</string></dict></plist>";
    write("Quiet.bundle/Contents/Info.plist", info.to_owned());
    let code = "def Start():\n    pass\n\n@handler('/video/quiet', 'Quiet')\ndef Menu():\n    Dict['seen'] = True\n    return 'here'\n";
    write("Quiet.bundle/Contents/Code/__init__.py", code.to_owned());
    let root = folder.path().join("root");
    write("config.json", format!("{{\"root_path\": {:?}}}", root.display().to_string()));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap_or_else(|error| panic!("{error}"));
    let port = listener.local_addr().map_or(0, |address| address.port());
    drop(listener);

    let (fine, errors) = host(folder.path(), port, "start");
    assert!(fine, "{errors}");
    assert!(root.join(format!("pid/org.example.quiet.{port}.pid")).is_file());
    assert!(get(port, "/video/quiet").ends_with("here"));
    let (fine, errors) = host(folder.path(), port, "start");
    assert!(!fine && errors.contains("runs already"), "{errors}");
    let (fine, errors) = host(folder.path(), port, "stop");
    assert!(fine, "{errors}");
    assert!(!root.join(format!("pid/org.example.quiet.{port}.pid")).exists());
    // What was not on disk yet has been written, and the log is where the port says.
    assert!(root.join("support/Data/org.example.quiet/Dict").is_file());
    assert!(root.join(format!("log/org.example.quiet.{port}.log")).is_file());
    let (fine, errors) = host(folder.path(), port, "stop");
    assert!(!fine && errors.contains("does not run"), "{errors}");
}
