//! The line by which a file is known as ours, and by which an edited one is told from ours (`spec/nfo.md` §2, §6).

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::element::DECLARATION;

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// As we wrote it.
    Ours,
    /// Ours, but changed by somebody since.
    Edited,
    Foreign,
}

const START: &str = "<!-- reprise nfo=1 ";

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A whole file: declaration, mark, content.
pub fn marked(agent: &str, id: &str, lang: &str, content: &str) -> Vec<u8> {
    let quoted = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let agent: String = agent.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_')).collect();
    let (id, lang, hash) = (quoted(id), quoted(lang), hash(content));
    format!("{DECLARATION}{START}agent={agent} id={id} lang={lang} hash=sha256:{hash} -->\n{content}").into_bytes()
}

/// Whose a file is.
pub fn owner(file: &[u8]) -> Owner {
    let Ok(text) = std::str::from_utf8(file) else { return Owner::Foreign };
    let Some(mark) = text.find(START).filter(|at| *at <= 200) else { return Owner::Foreign };
    let Some((line, content)) = text.get(mark..).and_then(|rest| rest.split_once('\n')) else { return Owner::Foreign };
    let given = line.split_once("hash=sha256:").map(|(_, rest)| rest.trim_end_matches(" -->").trim());
    if given == Some(hash(content).as_str()) && text.starts_with(DECLARATION) { Owner::Ours } else { Owner::Edited }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_know_their_owner() {
        let file = marked("org.example.a", "tt1--2 &", "en", "<movie/>\n");
        let text = String::from_utf8(file.clone()).unwrap();
        assert_eq!(owner(&file), Owner::Ours);
        assert_eq!(text.lines().nth(1).unwrap().matches("--").count(), 2, "{text}");
        assert_eq!(owner(text.replace("<movie/>", "<movie></movie>").as_bytes()), Owner::Edited);
        assert_eq!(owner(b"<movie/>"), Owner::Foreign);
        assert_eq!(owner(b"\xff"), Owner::Foreign);
        assert_eq!(marked("a", "1", "en", "<x/>\n"), marked("a", "1", "en", "<x/>\n"));
    }
}
