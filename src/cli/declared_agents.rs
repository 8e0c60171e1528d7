//! The agents that a bundle's code declares, found without running it: classes made from `Agent.Movies` and the like, and
//! what their bodies say in plain words.

use std::path::{Path, PathBuf};

use reprise_bundles::Bundle;
use reprise_kits::agents::media_types::{MEDIA_TYPES, MediaType};
use reprise_kits::locale_tables::LANGUAGES;
use reprise_vm_glue::syntax::ast::{Expr, ExprKind, Mod, Stmt, StmtKind, Str};
use reprise_vm_glue::syntax::{self, FutureFlags, Mode, ParseOptions, SourceRules, SourceText};

/// A declared agent.
#[derive(Clone, Debug)]
pub struct DeclaredAgent {
    pub class: String,
    pub kind: &'static MediaType,
    /// The display name, where it stands there as a text.
    pub name: Option<String>,
    pub languages: Vec<String>,
    /// It offers to contribute to these agents.
    pub contributes_to: Vec<String>,
    pub is_primary: bool,
}

/// The agents in the code of a bundle. Files that cannot be read or parsed have none.
pub fn of_bundle(bundle: &Bundle) -> Vec<DeclaredAgent> {
    let mut files = Vec::new();
    collect(&bundle.code(), &mut files, 0);
    files.sort();
    let mut agents = Vec::new();
    for file in files {
        let Ok(bytes) = std::fs::read(&file) else { continue };
        let name = file.to_string_lossy();
        let parsed = SourceText::decode(&name, &bytes, SourceRules::Framework).and_then(|source| {
            syntax::parse(&source, ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() })
        });
        if let Ok(Mod::Module { body }) = parsed {
            agents.extend(in_body(&body));
        }
    }
    agents
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>, depth: usize) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && depth < 8 {
            collect(&path, files, depth + 1);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            files.push(path);
        }
    }
}

fn in_body(body: &[Stmt]) -> Vec<DeclaredAgent> {
    let class = |statement: &Stmt| {
        let StmtKind::ClassDef { name, bases, body, .. } = &statement.node else { return None };
        let kind = bases.iter().find_map(base)?;
        Some(DeclaredAgent {
            class: name.to_string(),
            kind,
            name: attribute(body, "name").and_then(words),
            languages: attribute(body, "languages").map(list).unwrap_or_default(),
            contributes_to: attribute(body, "contributes_to").map(list).unwrap_or_default(),
            is_primary: attribute(body, "primary_provider").is_none_or(|value| named(value) != Some("False")),
        })
    };
    body.iter().filter_map(class).collect()
}

/// The kind of media of a base class.
fn base(base: &Expr) -> Option<&'static MediaType> {
    let ExprKind::Attribute { value, attr, .. } = &base.node else { return None };
    if named(value) != Some("Agent") {
        return None;
    }
    MEDIA_TYPES.iter().find(|kind| kind.agent == Some(&**attr))
}

fn named(value: &Expr) -> Option<&str> {
    match &value.node {
        ExprKind::Name { id, .. } => Some(id),
        _ => None,
    }
}

/// What a class body assigns to a name.
fn attribute<'a>(body: &'a [Stmt], name: &str) -> Option<&'a Expr> {
    body.iter().find_map(|statement| match &statement.node {
        StmtKind::Assign { targets, value } if targets.iter().any(|target| named(target) == Some(name)) => {
            Some(&**value)
        }
        _ => None,
    })
}

/// A text, or a language of `Locale.Language`.
fn words(value: &Expr) -> Option<String> {
    match &value.node {
        ExprKind::Str { s: Str::Bytes(bytes) } => Some(String::from_utf8_lossy(bytes).into_owned()),
        ExprKind::Str { s: Str::Unicode(text) } => Some(text.to_string_lossy().into_owned()),
        ExprKind::Attribute { attr, .. } => {
            LANGUAGES.iter().find(|(name, _)| **name == **attr).map(|(_, code)| (*code).to_owned())
        }
        _ => None,
    }
}

fn list(value: &Expr) -> Vec<String> {
    match &value.node {
        ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => elts.iter().filter_map(words).collect(),
        _ => Vec::new(),
    }
}

impl std::fmt::Display for DeclaredAgent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.name.as_deref().unwrap_or(&self.class);
        write!(f, "{name}: {}", self.kind.name)?;
        if !self.languages.is_empty() {
            // A list of all languages says nothing.
            match self.languages.get(8..) {
                Some(more) if !more.is_empty() => write!(f, " in {} languages", self.languages.len())?,
                _ => write!(f, " in {}", self.languages.join(" "))?,
            }
        }
        match self.contributes_to.as_slice() {
            [] if self.is_primary => Ok(()),
            [] => write!(f, ", contributes"),
            to => write!(f, ", contributes to {}", to.join(" ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_found() {
        let source = "class A(Agent.Movies):\n  name = 'Films'\n  languages = [Locale.Language.English, 'de']\n\
                      class B(object): pass\nclass C(Agent.TV_Shows):\n  name = u'S'\n  primary_provider = False\n  \
                      contributes_to = ['x.y']\n";
        let text = SourceText::decode("a.py", source.as_bytes(), SourceRules::Framework).unwrap();
        let options = ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() };
        let Mod::Module { body } = syntax::parse(&text, options).unwrap() else { panic!("no module") };
        let shown: Vec<String> = in_body(&body).iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["Films: Movie in en de", "S: TV_Show, contributes to x.y"]);
    }
}
