//! Running in the background (`spec/protocol.md` §1.9): the command starts itself once more, detached, and waits until that
//! process has opened its port and written its number to the pid file.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use reprise_bundles::{Bundle, Config};

use super::Options;

/// What `--daemon` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Start,
    Restart,
    Stop,
}

/// The variable by which the process in the background is told its pid file.
const PID_FILE: &str = "REPRISE_DAEMON_PID_FILE";
/// How long a plug-in may take to start.
const START_TIME: Duration = Duration::from_secs(120);
/// How long a plug-in may take to end when it is asked to.
const STOP_TIME: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

/// Why the command did not work.
#[derive(Debug, thiserror::Error)]
enum DaemonError {
    #[error("{0}")]
    Bundle(#[from] reprise_bundles::BundleError),
    #[error("{0}")]
    Config(#[from] reprise_bundles::config::ConfigError),
    #[error("Running in the background needs root_path in the configuration file (--config-file).")]
    NoRoot,
    #[error("Running in the background needs a port of its own (--socket-interface-port).")]
    NoPort,
    #[error("The pid file {} exists: the plug-in runs already.", .0.display())]
    Running(PathBuf),
    #[error("There is no pid file {}: the plug-in does not run.", .0.display())]
    NotRunning(PathBuf),
    #[error("The pid file {} holds no number.", .0.display())]
    NoNumber(PathBuf),
    #[error("The plug-in did not start: {0}.")]
    Ended(String),
    #[error("{what}: {error}")]
    System { what: String, error: std::io::Error },
}

/// What the process in the background is told; None for one in the foreground.
pub fn pid_file_of_this_process() -> Option<PathBuf> {
    std::env::var_os(PID_FILE).map(PathBuf::from)
}

/// Does what `--daemon` asks for. `pid_file` is that of the command line.
pub fn run(action: Action, pid_file: Option<&Path>, options: &Options) -> ExitCode {
    match perform(action, pid_file, options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("{error}");
            ExitCode::from(1)
        }
    }
}

fn perform(action: Action, pid_file: Option<&Path>, options: &Options) -> Result<(), DaemonError> {
    let path = std::path::absolute(&options.bundle).unwrap_or_else(|_| options.bundle.clone());
    let bundle = Bundle::open(&path)?;
    let mut config = Config::default();
    if let Some(file) = &options.config_file {
        config.merge_file(file)?;
    }
    let root = config.text("root_path").map(PathBuf::from).ok_or(DaemonError::NoRoot)?;
    if options.port == 0 {
        return Err(DaemonError::NoPort);
    }
    let named = pid_file.map(Path::to_owned).or_else(|| config.text("pid_file").map(PathBuf::from));
    let pid_file = named.unwrap_or_else(|| {
        root.join(config.text("pid_files_dir").unwrap_or("pid")).join("%(identifier)s.%(port)d.pid")
    });
    let pid_file = filled(&pid_file, &bundle.identifier, options.port);
    match action {
        Action::Start => start(&pid_file),
        Action::Stop => stop(&pid_file, options.port),
        Action::Restart => {
            if pid_file.exists() {
                stop(&pid_file, options.port)?;
            }
            start(&pid_file)
        }
    }
}

/// A path with what stands for the identifier and the port replaced.
pub fn filled(path: &Path, identifier: &str, port: u16) -> PathBuf {
    let text = path.to_string_lossy().replace("%(identifier)s", identifier).replace("%(port)d", &port.to_string());
    std::path::absolute(&text).unwrap_or_else(|_| PathBuf::from(text))
}

fn start(pid_file: &Path) -> Result<(), DaemonError> {
    if pid_file.exists() {
        return Err(DaemonError::Running(pid_file.to_owned()));
    }
    let system = |what: &str| {
        let what = what.to_owned();
        move |error| DaemonError::System { what, error }
    };
    if let Some(folder) = pid_file.parent() {
        std::fs::create_dir_all(folder).map_err(system("The folder of the pid file cannot be made"))?;
    }
    let program = std::env::current_exe().map_err(system("The program cannot be found"))?;
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1)).env(PID_FILE, pid_file);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Out of the terminal's group: its signals are not meant for the plug-in.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(system("The program cannot be started"))?;
    let deadline = Instant::now() + START_TIME;
    while !pid_file.exists() {
        if let Some(status) = child.try_wait().map_err(system("The program cannot be watched"))? {
            return Err(DaemonError::Ended(status.to_string()));
        }
        if Instant::now() > deadline {
            let _ = child.kill();
            return Err(DaemonError::Ended("it took too long".to_owned()));
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// Asks the plug-in to end, and kills it if it does not.
fn stop(pid_file: &Path, port: u16) -> Result<(), DaemonError> {
    let Ok(text) = std::fs::read_to_string(pid_file) else { return Err(DaemonError::NotRunning(pid_file.to_owned())) };
    let number: u32 = text.trim().parse().map_err(|_| DaemonError::NoNumber(pid_file.to_owned()))?;
    ask(port);
    let deadline = Instant::now() + STOP_TIME;
    let mut signal = "-TERM";
    while send_signal(number, signal) {
        std::thread::sleep(PAUSE);
        if Instant::now() > deadline {
            signal = "-KILL";
        }
    }
    // The process removes it itself where it ends in order.
    let _ = std::fs::remove_file(pid_file);
    Ok(())
}

/// Lets the running requests end; no new ones begin.
fn ask(port: u16) {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return };
    let request = "GET /:/shutdownInterface HTTP/1.0\r\n\r\n";
    if stream.set_read_timeout(Some(STOP_TIME)).is_ok() && stream.write_all(request.as_bytes()).is_ok() {
        let mut answer = Vec::new();
        // Whatever it says, the process is ended next.
        let _ = stream.take(4096).read_to_end(&mut answer);
    }
}

/// Sends a signal to a process; false when there is none of that number.
fn send_signal(number: u32, signal: &str) -> bool {
    let mut kill = Command::new("kill");
    kill.arg(signal).arg(number.to_string()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    kill.status().is_ok_and(|status| status.success())
}
