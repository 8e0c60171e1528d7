//! How much of a policy is enforced.

use crate::policy::Policy;

/// `--policy`, or `policy_level` in the configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// What the original enforced: names and statements, but no imports (`spec/sandbox.md` §5).
    #[default]
    Compatible,
    /// The documented import whitelist too, files in the plug-in's own folders only, no other programs, and nothing that
    /// leads from an object to the frames that run it.
    Strict,
}

impl Level {
    /// The level of that name; anything but `strict` is compatible.
    pub fn by_name(name: &str) -> Self {
        if name.eq_ignore_ascii_case("strict") { Self::Strict } else { Self::Compatible }
    }
}

/// The modules that a plug-in's code is meant to import (`spec/sandbox.md` §5): those of the configuration, and where the
/// plug-in's policy lets it, those that its Info.plist adds.
pub fn whitelist(configured: Vec<String>, policy: &Policy, declared: &[String]) -> Vec<String> {
    let declared = if policy.extends_whitelist { declared } else { &[] };
    configured.into_iter().chain(declared.iter().cloned()).collect()
}

/// Whether a module is on a whitelist: itself or a package that holds it. What Python 2 code imports from the future is
/// no module.
pub fn is_listed(whitelist: &[String], name: &str) -> bool {
    name == "__future__"
        || whitelist.iter().any(|listed| {
            name.strip_prefix(listed.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_bring_their_modules() {
        let list = ["re".to_owned(), "xml".to_owned()];
        for name in ["re", "xml", "xml.dom.minidom", "__future__"] {
            assert!(is_listed(&list, name), "{name}");
        }
        for name in ["os", "reprlib", "x", "urllib.re"] {
            assert!(!is_listed(&list, name), "{name}");
        }
        assert_eq!(Level::by_name("Strict"), Level::Strict);
        assert_eq!(Level::by_name("anything"), Level::Compatible);
    }
}
