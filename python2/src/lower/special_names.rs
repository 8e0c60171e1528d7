//! Attribute names whose meaning differs between the versions for objects of the machine's own types too, so that the
//! lowering sends their reads and calls through intrinsics.

use super::intrinsics;

/// A name, and the intrinsic for `object.name(...)`. Reads without a call go through `<attr>`.
pub static SPECIAL: &[(&str, &str)] = &[
    ("keys", "<.keys>"),
    ("values", "<.values>"),
    ("items", "<.items>"),
    ("next", "<.next>"),
    ("encode", "<.encode>"),
    ("decode", "<.decode>"),
    ("__hash__", "<.__hash__>"),
    ("__module__", "<.__module__>"),
];

/// Names of the table that mean nothing else in Python 2 code, so that a read of them may take the longer way.
pub static UNMISTAKABLE: &[&str] = &[
    "__annotations__",
    "__cause__",
    "__context__",
    "__getstate__",
    "__kwdefaults__",
    "__qualname__",
    "__suppress_context__",
    "__traceback__",
    "add_note",
    "as_integer_ratio",
    "bit_count",
    "casefold",
    "fold",
    "format_map",
    "from_bytes",
    "fromisoformat",
    "is_integer",
    "isascii",
    "isdecimal",
    "isidentifier",
    "isnumeric",
    "isprintable",
    "maketrans",
    "removeprefix",
    "removesuffix",
    "timestamp",
    "to_bytes",
    "with_traceback",
];

/// Does a call of the method have an intrinsic of its own?
pub fn is_special(name: &str) -> bool {
    SPECIAL.iter().any(|(special, _)| *special == name)
}

/// Does a read of the attribute need the intrinsic?
pub fn is_read_specially(name: &str) -> bool {
    is_special(name) || UNMISTAKABLE.binary_search(&name).is_ok()
}

/// The intrinsic for a call of the method.
pub fn call_name(name: &str) -> &'static str {
    SPECIAL.iter().find(|(special, _)| *special == name).map_or(intrinsics::ATTRIBUTE, |(_, intrinsic)| intrinsic)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_sorted() {
        assert!(super::UNMISTAKABLE.is_sorted());
    }
}
