//! The flag `UseExtendedPython`: blocks that are functions without a name (`spec/sandbox.md` §1). A line
//! `@name a, b <x, y>:` becomes a decorator with arguments over a function that nobody calls by its name:
//!
//! ```text
//! @name(a,b)
//! def X__name_1(x=x,y=y):
//! ```

/// Rewrites the source of a main file.
pub fn expand(source: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(source.len());
    for (number, line) in source.split_inclusive(|byte| *byte == b'\n').enumerate() {
        match std::str::from_utf8(line).ok().and_then(|line| block(line, number + 1)) {
            Some(expanded) => out.extend(expanded.bytes()),
            None => out.extend_from_slice(line),
        }
    }
    out
}

fn block(line: &str, number: usize) -> Option<String> {
    let text = line.trim_end();
    let indent = text.get(..text.len() - text.trim_start().len())?;
    let text = text.trim_start().strip_prefix('@')?.strip_suffix(':')?;
    let (name, rest) = text.split_at(text.find(char::is_whitespace)?);
    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let (arguments, captured) = match rest.split_once('<') {
        Some((arguments, captured)) => (arguments, captured.trim_end().strip_suffix('>')?),
        None => (rest, ""),
    };
    let list = |text: &str, each: &dyn Fn(&str) -> String| {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(each).collect::<Vec<_>>().join(",")
    };
    let arguments = list(arguments, &str::to_owned);
    let defaults = list(captured, &|name| format!("{name}={name}"));
    Some(format!("{indent}@{name}({arguments})\n{indent}def X__{name}_{number}({defaults}):\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_become_functions() {
        let source = b"for x in y:\n    @task a, 'b' <x, y>:\n        pass\n@spawn <x>:\n  pass\n@route('/x'):\n@d\n";
        let expanded = String::from_utf8(expand(source)).unwrap();
        assert_eq!(
            expanded,
            "for x in y:\n    @task(a,'b')\n    def X__task_2(x=x,y=y):\n        pass\n@spawn()\ndef X__spawn_4(x=x):\n  \
             pass\n@route('/x'):\n@d\n"
        );
    }
}
