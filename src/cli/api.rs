//! `reprise api`: the reference of what plug-ins find in their globals.

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use reprise_kits::reference::{self, Coverage, Measured, MemberEntry, NameEntry, State, markdown};
use serde_json::{Value, json};

use super::Problem;

/// Prints the reference of the plug-in API: what exists, its parameters, who sees it, what it does
///
///     reprise api
///     reprise api HTTP
///     reprise api HTTP.Request
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// A published name or a member: `HTTP`, `HTTP.Request`. [default: all names, a line each]
    name: Option<String>,

    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For scripts.
    Json,
    /// As docs/api.md.
    Markdown,
}

/// Runs the subcommand.
pub fn run(arguments: Arguments) -> ExitCode {
    match print(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => super::failed(&problem),
    }
}

fn print(arguments: &Arguments) -> Result<(), Problem> {
    let mut entries = reference::entries(&Measured::now()?);
    let mut member = None;
    if let Some(wanted) = &arguments.name {
        let (name, rest) = wanted.split_once('.').map_or((wanted.as_str(), None), |(name, rest)| (name, Some(rest)));
        let suggestions = similar(&entries, name);
        entries.retain(|entry| entry.name == name);
        let Some(entry) = entries.first() else {
            return Err(format!("the framework publishes no name {name}{suggestions}").into());
        };
        if let Some(rest) = rest {
            let found = entry.members.iter().find(|member| member.name == rest).cloned();
            member = Some(found.ok_or_else(|| format!("{name} has no member {rest} in the reference"))?);
        }
    }
    let mut out = std::io::BufWriter::new(anstream::stdout().lock());
    match (arguments.format, &member, &arguments.name) {
        (Format::Json, ..) => writeln!(out, "{:#}", as_json(&entries, arguments.name.is_some()))?,
        (Format::Markdown, ..) => out.write_all(markdown::write(&entries).as_bytes())?,
        (Format::Text, Some(member), _) => {
            let name = entries.first().map_or("", |entry| entry.name);
            writeln!(out, "{name}.{}", member_line(member))?;
        }
        (Format::Text, None, Some(_)) => entries.iter().try_for_each(|entry| write_entry(&mut out, entry))?,
        (Format::Text, None, None) => write_list(&mut out, &entries)?,
    }
    out.flush()?;
    Ok(())
}

/// Names that differ from a wrong one in case only, or that it is a part of.
fn similar(entries: &[NameEntry], wanted: &str) -> String {
    let wanted = wanted.to_lowercase();
    let alike = |entry: &&NameEntry| {
        let name = entry.name.to_lowercase();
        !wanted.is_empty() && (name.contains(&wanted) || wanted.contains(&name) && name.len() > 3)
    };
    let names: Vec<&str> = entries.iter().filter(alike).map(|entry| entry.name).take(5).collect();
    if names.is_empty() { String::new() } else { format!("; is one of these meant: {}?", names.join(", ")) }
}

fn member_line(member: &MemberEntry) -> String {
    let missing = if member.exists { "" } else { "  (missing)" };
    format!("{}{}{missing}  {}", member.name, member.signature, member.text)
}

fn write_entry(out: &mut impl Write, entry: &NameEntry) -> std::io::Result<()> {
    let signature = match &entry.signature {
        Some(signature) if signature.starts_with('(') => format!("{}{signature}", entry.name),
        Some(signature) => signature.clone(),
        None => entry.name.to_owned(),
    };
    writeln!(out, "{signature}")?;
    if !entry.text.is_empty() {
        writeln!(out, "  {}", entry.text)?;
    }
    writeln!(out, "  kit {}; policies: {}; {}", entry.kit, entry.policies.join(", "), entry.state.word())?;
    if let Some(lacks) = &entry.lacks {
        writeln!(out, "  lacks {lacks}")?;
    }
    if !entry.members.is_empty() {
        writeln!(out)?;
    }
    for member in &entry.members {
        writeln!(out, "  .{}", member_line(member))?;
    }
    Ok(())
}

fn write_list(out: &mut impl Write, entries: &[NameEntry]) -> std::io::Result<()> {
    let mut kit = "";
    for entry in entries {
        if entry.kit != kit {
            kit = entry.kit;
            writeln!(out, "{kit}")?;
        }
        let state = if entry.state == State::Implemented { "" } else { entry.state.word() };
        let line = format!("  {:<24} {:<10} {:<8} {}", entry.name, markdown::letters(entry), state, entry.text);
        writeln!(out, "{}", line.trim_end())?;
    }
    let Coverage { names, implemented, partial, members, members_here } = reference::coverage(entries);
    writeln!(out)?;
    writeln!(
        out,
        "{implemented} of {names} names implemented, {partial} in part; {members_here} of {members} members \
         (S Standard, E Elevated, C Cloud, V services, M model templates)"
    )
}

fn as_json(entries: &[NameEntry], one: bool) -> Value {
    let names: Vec<Value> = entries
        .iter()
        .map(|entry| {
            let members = entry.members.iter().map(|member| {
                json!({
                    "name": member.name,
                    "signature": member.signature,
                    "text": member.text,
                    "exists": member.exists,
                })
            });
            json!({
                "name": entry.name,
                "kit": entry.kit,
                "signature": entry.signature,
                "text": entry.text,
                "policies": entry.policies,
                "state": entry.state.word(),
                "lacks": entry.lacks,
                "members": members.collect::<Vec<_>>(),
            })
        })
        .collect();
    let Coverage { names: all, implemented, partial, members, members_here } = reference::coverage(entries);
    match names.first() {
        Some(entry) if one => entry.clone(),
        _ => json!({
            "coverage": {
                "names": all,
                "implemented": implemented,
                "partial": partial,
                "missing": all - implemented - partial,
                "members": members,
                "members_implemented": members_here,
            },
            "names": names,
        }),
    }
}
