//! Where the data of an item lie (`spec/models.md` §4, §7.1).

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;
use reprise_bundles::Folders;
use sha1::{Digest, Sha1};

use super::template::{Namespace, Template};

/// The plural rules of `String.Pluralize`, first match first (`spec/kits.md` §9).
static PLURALS: &[(&str, &str)] = &[
    ("([ml])ouse$", "${1}ice"),
    ("child$", "children"),
    ("booth$", "booths"),
    ("foot$", "feet"),
    ("ooth$", "eeth"),
    ("(lea|loa)f$", "${1}ves"),
    ("sis$", "ses"),
    ("man$", "men"),
    ("ife$", "ives"),
    ("eau$", "eaux"),
    ("lf$", "lves"),
    ("([sxz])$", "${1}es"),
    ("([^aeioudgkprt]h)$", "${1}es"),
    ("(qu|[^aeiou])y$", "${1}ies"),
];

/// The English plural of a word.
pub fn plural(word: &str) -> String {
    static RULES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        // Every expression of the table is tested to compile.
        PLURALS.iter().filter_map(|(rule, with)| Some((Regex::new(rule).ok()?, *with))).collect()
    });
    match RULES.iter().find(|(rule, _)| rule.is_match(word)) {
        Some((rule, with)) => rule.replace(word, *with).into_owned(),
        None => format!("{word}s"),
    }
}

/// SHA-1 of a text's UTF-8 in hexadecimal digits.
pub fn sha1_of(text: &str) -> String {
    format!("{:x}", Sha1::digest(text.as_bytes()))
}

/// `Movies`, `TV Shows`: the folder of a model class.
pub fn directory(template: &Template) -> String {
    plural(&template.model_name.replace('_', " "))
}

/// `Movies/2/e18….bundle`.
pub fn relative(template: &Template, guid: &str) -> String {
    let hash = sha1_of(guid);
    let (first, rest) = hash.split_at(1);
    format!("{}/{first}/{rest}.bundle", directory(template))
}

/// The folder below which the data of a namespace lie.
pub fn root(folders: &Folders, namespace: &Namespace) -> PathBuf {
    namespace.root.clone().unwrap_or_else(|| folders.metadata.clone())
}

/// `Contents` of an item's bundle.
pub fn contents(root: &Path, template: &Template, guid: &str) -> PathBuf {
    root.join(relative(template, guid)).join("Contents")
}

/// The key of a map's item as part of a path: its hash, or the key itself. None for a key that would leave the folder.
pub fn key_part(key: &str, hashed: bool) -> Option<String> {
    if hashed {
        return Some(sha1_of(key));
    }
    let leaves = key.contains(['/', '\\', '\0']) || key == "." || key == "..";
    (!leaves).then(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::standard;

    #[test]
    fn plurals() {
        assert_eq!(PLURALS.iter().filter(|(rule, _)| Regex::new(rule).is_ok()).count(), PLURALS.len());
        for (one, many) in [
            ("Movie", "Movies"),
            ("TV Show", "TV Shows"),
            ("PhotoAlbum", "PhotoAlbums"),
            ("Person", "Persons"),
            ("mouse", "mice"),
            ("leaf", "leaves"),
            ("city", "cities"),
            ("day", "days"),
            ("colloquy", "colloquies"),
            ("box", "boxes"),
            ("month", "months"),
            ("coach", "coaches"),
        ] {
            assert_eq!(plural(one), many);
        }
    }

    #[test]
    fn a_guid_gives_a_folder() {
        let show = standard::namespace().model("TV_Show").expect("a show");
        assert_eq!(
            relative(&show, "com.example.agents.test://77?lang=en"),
            "TV Shows/2/e1815951a4980bbdd64b47293ecbc8f7d318d44.bundle"
        );
    }

    #[test]
    fn keys_stay_in_their_folder() {
        assert_eq!(key_part("1.5", false).as_deref(), Some("1.5"));
        assert_eq!(key_part("../x", false), None);
        assert_eq!(key_part("..", false), None);
        assert_eq!(key_part("a/b", false), None);
        assert_eq!(key_part("x://1", true).as_deref(), Some("fdaff1e4037c7022385c32f7f46cb1fe0d7a8d03"));
    }
}
