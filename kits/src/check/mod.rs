//! Looks at a bundle without running it, for `reprise check`: files that do not compile, rules of their policy that they
//! break, imports that find nothing, names of the framework that are not there.
//!
//! * [`names`]: what a file imports, binds and uses
//! * [`imports`]: where an import leads
//! * [`older`]: names of the `PMS` package of frameworks 0 and 1
//! * [`bundle`]: all files of a bundle, each under its policy
//!
//! The tables are those that run plug-ins: the kits', the policies', the registry of modules.

pub mod bundle;
pub mod imports;
pub mod names;
pub mod older;

use std::path::PathBuf;

pub use bundle::check;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; the plug-in runs all the same.
    Note,
    /// Something in the plug-in will not work.
    Gap,
    /// The plug-in will not load.
    Fatal,
}

impl Severity {
    /// For scripts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Gap => "gap",
            Self::Fatal => "fatal",
        }
    }
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The bundle itself: its Info.plist, a declaration, a missing file.
    Bundle,
    /// No Python 2.7.
    Syntax,
    /// A rule of the policy.
    Rule,
    /// An import that finds nothing.
    Import,
    /// A name of the framework that is not there, or not for this code.
    Name,
    /// A name of the framework that works in part.
    Partial,
    /// An import that the strict level refuses.
    Strict,
}

impl Kind {
    /// For scripts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bundle => "bundle",
            Self::Syntax => "syntax",
            Self::Rule => "rule",
            Self::Import => "import",
            Self::Name => "name",
            Self::Partial => "partial",
            Self::Strict => "strict",
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    pub kind: Kind,
    /// What it is about, where it has a name: a module, a framework name.
    pub subject: String,
    pub message: String,
    pub help: Option<String>,
    /// From 1; 0 where it is about the whole file.
    pub line: u32,
    /// Bytes of the file's text.
    pub span: Option<(usize, usize)>,
}

/// One file of a bundle.
#[derive(Clone, Debug)]
pub struct FileReport {
    /// Below the bundle.
    pub path: PathBuf,
    /// The policy of its code; None for libraries, which are not restricted.
    pub policy: Option<&'static str>,
    /// The decoded text, for excerpts.
    pub text: String,
    pub findings: Vec<Finding>,
}

/// What was found in a bundle.
#[derive(Clone, Debug)]
pub struct Report {
    pub bundle: PathBuf,
    pub identifier: Option<String>,
    pub framework: Option<u8>,
    pub policy: Option<&'static str>,
    /// About the bundle as a whole.
    pub findings: Vec<Finding>,
    pub files: Vec<FileReport>,
}

impl Report {
    /// Every finding, with its file.
    pub fn all(&self) -> impl Iterator<Item = (Option<&FileReport>, &Finding)> {
        let whole = self.findings.iter().map(|finding| (None, finding));
        whole.chain(self.files.iter().flat_map(|file| file.findings.iter().map(move |finding| (Some(file), finding))))
    }

    /// The worst of all findings.
    pub fn worst(&self) -> Option<Severity> {
        self.all().map(|(_, finding)| finding.severity).max()
    }
}
