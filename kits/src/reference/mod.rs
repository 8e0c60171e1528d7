//! The API reference, from the tables that publish the framework's names: what exists, its parameters, who sees it, what
//! it does, and how much of the original's API is here. `reprise api` prints it.
//!
//! * [`members`]: what the original's objects have; [`measure`]: which of that exists here
//! * [`markdown`]: the reference as a document

pub mod markdown;
pub mod measure;
pub mod members;

use reprise_policies::{CLOUD, ELEVATED, MODEL, Policy, SERVICE, STANDARD};

use crate::kit::{Entry, Status, Visibility};
use crate::objects::class::layout;
use crate::objects::legacy_tables;
use crate::{KITS, constkit, missing, sandbox};

pub use measure::Measured;

/// How much of a name is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Implemented,
    Partial,
    Missing,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            Self::Implemented => "implemented",
            Self::Partial => "partial",
            Self::Missing => "missing",
        }
    }
}

/// One member in the reference.
#[derive(Clone, Debug)]
pub struct MemberEntry {
    pub name: String,
    pub signature: String,
    pub text: String,
    pub exists: bool,
}

/// One published name in the reference.
#[derive(Clone, Debug)]
pub struct NameEntry {
    /// The kit that publishes it.
    pub kit: &'static str,
    pub name: &'static str,
    pub signature: Option<String>,
    pub text: String,
    /// Names of the policies whose code sees it.
    pub policies: Vec<&'static str>,
    pub state: State,
    /// What is missing in part.
    pub lacks: Option<String>,
    pub members: Vec<MemberEntry>,
}

/// The policies in the order of the reference.
static POLICIES: [&Policy; 5] = [&STANDARD, &ELEVATED, &CLOUD, &SERVICE, &MODEL];

fn policies(visible: Visibility) -> Vec<&'static str> {
    POLICIES.iter().filter(|policy| sandbox::sees(policy, visible)).map(|policy| policy.name).collect()
}

/// The whole reference: the original's names in the order of its kits, then what is published here besides.
pub fn entries(measured: &Measured) -> Vec<NameEntry> {
    let own: Vec<(&'static str, &'static Entry)> =
        KITS.iter().flat_map(|kit| kit.entries.iter().map(|entry| (kit.name, entry))).collect();
    let mut kits: Vec<&'static str> = Vec::new();
    for group in missing::PUBLISHED {
        if !kits.contains(&group.kit) {
            kits.push(group.kit);
        }
    }
    let mut all = Vec::new();
    for kit in kits {
        for group in missing::PUBLISHED.iter().filter(|group| group.kit == kit) {
            for name in group.names.split(' ') {
                let entry = own.iter().find(|(_, entry)| entry.name == name).map(|(_, entry)| *entry);
                all.push(name_entry(kit, name, group.visible, entry, measured));
            }
        }
    }
    for (kit, entry) in own {
        if missing::kit_of(entry.name).is_none() && !all.iter().any(|known| known.name == entry.name) {
            all.push(name_entry(kit, entry.name, entry.visible, Some(entry), measured));
        }
    }
    all
}

fn name_entry(
    kit: &'static str,
    name: &'static str,
    visible: Visibility,
    entry: Option<&'static Entry>,
    measured: &Measured,
) -> NameEntry {
    let members = member_entries(name, measured);
    let absent: Vec<&str> = members.iter().filter(|m| !m.exists).map(|m| m.name.as_str()).collect();
    let declared = match entry.map(|entry| entry.status) {
        None | Some(Status::Missing) => None,
        Some(Status::Implemented) => Some(None),
        Some(Status::Partial(what)) => Some(Some(what)),
    };
    let (state, lacks) = match declared {
        None => (State::Missing, None),
        Some(what) => {
            let named = (!absent.is_empty()).then(|| absent.join(", "));
            match (what, named) {
                (None, None) => (State::Implemented, None),
                (what, named) => {
                    let parts: Vec<String> = what.map(str::to_owned).into_iter().chain(named).collect();
                    (State::Partial, Some(parts.join("; ")))
                }
            }
        }
    };
    NameEntry {
        kit,
        name,
        signature: members::signature(name).map(str::to_owned).or_else(|| constructor(name)),
        text: entry.map_or_else(String::new, |entry| entry.doc.to_owned()),
        policies: policies(entry.map_or(visible, |entry| entry.visible)),
        state,
        lacks,
        members: if state == State::Missing {
            members.into_iter().map(|member| MemberEntry { exists: false, ..member }).collect()
        } else {
            members
        },
    }
}

/// The members of a name: of the table, of a group of constants.
fn member_entries(name: &str, measured: &Measured) -> Vec<MemberEntry> {
    let of_table = members::of(name).iter().map(|member| MemberEntry {
        name: member.name.to_owned(),
        signature: member.signature.to_owned(),
        text: member.text.to_owned(),
        exists: measured.has(name, member.name),
    });
    let constants = constkit::members(name).into_iter().map(|(member, value)| MemberEntry {
        name: member.to_owned(),
        signature: String::new(),
        text: format!("'{value}'"),
        exists: true,
    });
    of_table.chain(constants).collect()
}

/// What the constructor of an object class takes.
fn constructor(name: &str) -> Option<String> {
    if let Some(layout) = layout(name) {
        let mut names: Vec<&str> = layout.class.children.iter().map(|children| children.name).collect();
        names.extend(layout.attributes.iter().filter(|attribute| !attribute.agents_only).map(|a| a.name));
        return Some(format!("({})", names.iter().map(|name| format!("{name}=…")).collect::<Vec<_>>().join(", ")));
    }
    legacy_tables::parameters(name).map(|names| format!("({}, **kwargs)", names.join(", ")))
}

/// Numbers of names and members: all, and those that are here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub names: usize,
    pub implemented: usize,
    pub partial: usize,
    pub members: usize,
    pub members_here: usize,
}

/// How much of the original's API is here.
pub fn coverage(entries: &[NameEntry]) -> Coverage {
    let mut coverage = Coverage::default();
    for entry in entries.iter().filter(|entry| missing::kit_of(entry.name).is_some()) {
        coverage.names += 1;
        match entry.state {
            State::Implemented => coverage.implemented += 1,
            State::Partial => coverage.partial += 1,
            State::Missing => {}
        }
        coverage.members += entry.members.len();
        coverage.members_here += entry.members.iter().filter(|member| member.exists).count();
    }
    coverage
}
