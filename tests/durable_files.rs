//! Files that a plug-in keeps survive a kill at any moment: the old state or the new one, never half of it.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Writes its data over and over until it is killed; a second start says what it finds.
const CODE: &str = "\
def Start():
    if Data.Exists('stop'):
        return
    number = 0
    while number < 1000000:
        number += 1
        Dict['rows'] = [number] * 2000
        Dict.Save()
        Data.SaveObject('rows', [number] * 2000)

@handler('/video/durable', 'Durable')
def Menu():
    def whole(rows):
        return len(rows) == 2000 and min(rows) == max(rows)
    return '%s %s' % (whole(Dict['rows']), whole(Data.LoadObject('rows')))
";

fn start(bundle: &Path, support: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reprise"));
    command
        .args(arguments)
        .arg(bundle)
        .env("HOME", support)
        .env("PLEX_MEDIA_SERVER_APPLICATION_SUPPORT_DIR", support)
        .env("PLEX_MEDIA_SERVER_LOG_DIR", support.join("Logs"))
        .env("REPRISE_REPLAY", support)
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn kill(mut child: Child) {
    // It may have ended already.
    let _ = child.kill();
    let _ = child.wait();
}

#[test]
fn a_kill_leaves_whole_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let support = folder.path();
    let bundle = support.join("Durable.bundle");
    std::fs::create_dir_all(bundle.join("Contents/Code")).expect("a folder");
    let info = "<plist version=\"1.0\"><dict><key>CFBundleIdentifier</key><string>org.example.durable</string>\
                <key>PlexFrameworkVersion</key><string>2</string></dict></plist>";
    std::fs::write(bundle.join("Contents/Info.plist"), info).expect("a file");
    std::fs::write(bundle.join("Contents/Code/__init__.py"), CODE).expect("a file");
    let data = support.join("Plex Media Server/Plug-in Support/Data/org.example.durable");
    for round in 0_u64..6 {
        let mut command = start(&bundle, support, &["host"]);
        let child = command.stdout(Stdio::null()).spawn().expect("the program");
        // Until the first file is there, and then some time that differs from round to round.
        for _ in 0..600 {
            if data.join("DataItems/rows").is_file() {
                break;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        std::thread::sleep(Duration::from_millis(40 + round * 37));
        kill(child);
        std::fs::write(data.join("DataItems/stop"), "x").expect("a file");
        let output = start(&bundle, support, &["run"]).output().expect("the program");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(said.trim_end(), "True True", "round {round}");
        std::fs::remove_file(data.join("DataItems/stop")).expect("the file is there");
    }
}
