//! The public names of Python 2.7's standard modules, one module a line: `name: attribute attribute …`.
//!
//! A module that comes from the machine's own (Python 3) library shows these names and no others, and whoever checks a
//! plug-in before it runs can tell a name that Python 2 had from one that never existed.

use std::collections::HashSet;

/// Sorted by the module's name.
static NAMES: &str = include_str!("names.txt");

/// The names of a module; None for a module that is not listed.
pub fn of(module: &str) -> Option<HashSet<&'static str>> {
    NAMES.lines().find_map(|line| {
        let (name, attributes) = line.split_once(':')?;
        (name == module).then(|| attributes.split_ascii_whitespace().collect())
    })
}

/// The modules that are listed.
pub fn modules() -> impl Iterator<Item = &'static str> {
    NAMES.lines().filter_map(|line| line.split_once(':')).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_module() {
        assert!(of("collections").is_some_and(|names| names.contains("OrderedDict") && !names.contains("ChainMap")));
        assert!(of("no such module").is_none());
        assert!(modules().collect::<Vec<_>>().is_sorted());
    }
}
