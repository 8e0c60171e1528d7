//! `reprise info`: what a bundle is.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use reprise_bundles::{Bundle, FrameworkVersion};
use serde_json::{Value, json};

use super::Problem;
use super::declared_agents::of_bundle;

/// Shows what a bundle is: identifier, framework version, policy, contents. Runs none of its code.
#[derive(Args)]
pub struct Arguments {
    /// The plug-in: a folder named like `Name.bundle`.
    bundle: PathBuf,

    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For scripts.
    Json,
}

/// Runs the subcommand.
pub fn run(arguments: Arguments) -> ExitCode {
    match print(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => super::failed(&problem),
    }
}

fn print(arguments: &Arguments) -> Result<(), Problem> {
    let facts = facts(&Bundle::open(&arguments.bundle)?);
    let mut out = anstream::stdout().lock();
    match arguments.format {
        Format::Table => {
            let width = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
            for (name, value) in &facts {
                writeln!(out, "{name:width$}  {}", words(value))?;
            }
        }
        Format::Json => {
            let object: serde_json::Map<String, Value> =
                facts.into_iter().map(|(name, value)| (name.replace(' ', "_"), value)).collect();
            writeln!(out, "{:#}", Value::Object(object))?;
        }
    }
    Ok(out.flush()?)
}

/// A value for people.
fn words(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "-".to_owned(),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// The agents that the code declares. Code may nest deeply: it is parsed on a thread with room for that.
fn agents(bundle: &Bundle) -> Value {
    let bundle = bundle.clone();
    let worker = std::thread::Builder::new().stack_size(16 << 20).spawn(move || of_bundle(&bundle));
    let agents = worker.ok().and_then(|worker| worker.join().ok()).unwrap_or_default();
    json!(agents.iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// What there is to say, in order.
fn facts(bundle: &Bundle) -> Vec<(&'static str, Value)> {
    let info = &bundle.info;
    let contents = bundle.contents();
    let names_in = |folder: PathBuf| -> Value {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| !name.starts_with('.'))
            .collect();
        names.sort();
        json!(names)
    };
    // Code of the older frameworks is not confined.
    let policy = (bundle.framework == FrameworkVersion::V2).then_some(&info.code_policy);
    vec![
        ("name", json!(bundle.name())),
        ("identifier", json!(bundle.identifier)),
        ("framework", json!(bundle.framework.number().to_string())),
        ("class", json!(info.plugin_class)),
        ("policy", json!(policy)),
        ("title", json!(info.title)),
        ("minimum server version", json!(info.minimum_server_version)),
        ("excluded platforms", json!(info.platform_exclusions)),
        ("excluded names", json!(info.api_exclusions)),
        ("flags", json!(info.flags)),
        ("code", json!(bundle.main_file().is_file())),
        ("preferences", json!(bundle.default_prefs().is_file())),
        ("languages", names_in(bundle.strings())),
        ("resources", names_in(bundle.resources())),
        ("libraries", names_in(contents.join("Libraries"))),
        ("agents", agents(bundle)),
        ("services", json!(contents.join("Services").is_dir() || contents.join("URL Services").is_dir())),
        ("path", json!(bundle.path.display().to_string())),
    ]
}
