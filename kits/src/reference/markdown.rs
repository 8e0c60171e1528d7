//! The reference as a Markdown document: `docs/api.md`.

use std::fmt::Write;

use super::{Coverage, NameEntry, State, coverage};

const HEAD: &str = "# The plug-in API

What plug-ins of framework 2 find in their globals, and how much of the original's API is here. Generated from the tables
that publish the names; do not edit:

    reprise api --format markdown > docs/api.md

Policies: S Standard, E Elevated, C Cloud, V services, M model templates.
";

/// Writes the whole reference.
pub fn write(entries: &[NameEntry]) -> String {
    let mut out = String::from(HEAD);
    let Coverage { names, implemented, partial, members, members_here } = coverage(entries);
    let missing = names - implemented - partial;
    // Writing to a String does not fail.
    let _ = write!(
        out,
        "\n## Coverage\n\n| | all | implemented | partial | missing |\n|---|---|---|---|---|\n\
         | names | {names} | {implemented} | {partial} | {missing} |\n\
         | members | {members} | {members_here} | | {} |\n",
        members - members_here
    );
    let gaps: Vec<&NameEntry> = entries.iter().filter(|entry| entry.state != State::Implemented).collect();
    if !gaps.is_empty() {
        out.push_str("\nNot here, or not whole:\n\n");
        for entry in gaps {
            let lacks = entry.lacks.as_ref().map(|lacks| format!(": lacks {lacks}")).unwrap_or_default();
            let _ = writeln!(out, "* `{}` {}{lacks}", entry.name, entry.state.word());
        }
    }
    let mut kit = "";
    for entry in entries {
        if entry.kit != kit {
            kit = entry.kit;
            let _ = write!(out, "\n## {kit}\n");
        }
        one(&mut out, entry);
    }
    out
}

/// The letters of the policies that see a name.
pub fn letters(entry: &NameEntry) -> String {
    let letter = |policy: &&str| match *policy {
        "Standard" => "S",
        "Elevated" => "E",
        "Cloud" => "C",
        "Service" => "V",
        _ => "M",
    };
    entry.policies.iter().map(letter).collect::<Vec<_>>().join(" ")
}

fn one(out: &mut String, entry: &NameEntry) {
    let _ = write!(out, "\n### {}\n\n", entry.name);
    if let Some(signature) = &entry.signature {
        let shown = if signature.starts_with('(') { format!("{}{signature}", entry.name) } else { signature.clone() };
        let _ = write!(out, "`{shown}`\n\n");
    }
    if !entry.text.is_empty() {
        let _ = write!(out, "{}\n\n", entry.text);
    }
    let _ = writeln!(out, "{}; {}", letters(entry), entry.state.word());
    if entry.members.is_empty() {
        return;
    }
    out.push('\n');
    for member in &entry.members {
        let mark = if member.exists { "" } else { " (missing)" };
        let _ = writeln!(out, "* `{}{}`{mark} {}", member.name, member.signature, member.text);
    }
}
