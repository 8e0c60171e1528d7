//! Quoted-printable text.

/// Characters of a line at most, its `=` not counted.
const LINE: usize = 76;

/// What is quoted and how.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Blanks and tabs, too.
    pub tabs: bool,
    /// Ends of lines stay.
    pub is_text: bool,
    /// `_` stands for a blank, as in headers.
    pub header: bool,
}

fn push_quoted(out: &mut Vec<u8>, byte: u8) {
    out.extend_from_slice(format!("={byte:02X}").as_bytes());
}

/// Bytes as quoted-printable text.
pub fn encoded(bytes: &[u8], options: Options) -> Vec<u8> {
    // Ends of lines as the first one is written.
    let first_end = bytes.iter().position(|byte| *byte == b'\n');
    let crlf = first_end.is_some_and(|at| at > 0 && bytes.get(at - 1) == Some(&b'\r'));
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len() + bytes.len() / 8);
    let mut column = 0;
    let mut at = 0;
    let end_line = |out: &mut Vec<u8>| out.extend_from_slice(if crlf { b"\r\n" } else { b"\n" });
    while let Some(byte) = bytes.get(at).copied() {
        let next = bytes.get(at + 1).copied();
        let is_end = |byte: Option<u8>| matches!(byte, Some(b'\r' | b'\n'));
        let quoted = byte > 126
            || byte == b'='
            || (options.header && byte == b'_')
            || (byte == b'.' && column == 0 && (next.is_none() || matches!(next, Some(b'\n' | b'\r' | 0))))
            || (!options.is_text && is_end(Some(byte)))
            || (matches!(byte, b'\t' | b' ') && next.is_none())
            || (byte < 33 && !matches!(byte, b'\r' | b'\n' | b'\t' | b' '))
            || (byte < 33 && !is_end(Some(byte)) && options.tabs);
        if quoted {
            if column + 3 >= LINE {
                out.push(b'=');
                end_line(&mut out);
                column = 0;
            }
            push_quoted(&mut out, byte);
            at += 1;
            column += 3;
            continue;
        }
        if options.is_text && (byte == b'\n' || (byte == b'\r' && next == Some(b'\n'))) {
            // Blanks at the end of a line would get lost.
            if let Some(last @ (b' ' | b'\t')) = out.last().copied() {
                out.pop();
                push_quoted(&mut out, last);
            }
            end_line(&mut out);
            at += if byte == b'\r' { 2 } else { 1 };
            column = 0;
            continue;
        }
        if next.is_some() && next != Some(b'\n') && column + 1 >= LINE {
            out.push(b'=');
            end_line(&mut out);
            column = 0;
        }
        column += 1;
        out.push(if options.header && byte == b' ' { b'_' } else { byte });
        at += 1;
    }
    out
}

/// The bytes of quoted-printable text.
pub fn decoded(text: &[u8], header: bool) -> Vec<u8> {
    let hex = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at).copied() {
        at += 1;
        if byte == b'_' && header {
            out.push(b' ');
            continue;
        }
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        match text.get(at).copied() {
            None => {}
            // A soft end of a line: nothing up to the next one.
            Some(b'\n' | b'\r') => {
                let rest = text.get(at..).unwrap_or_default();
                at = rest.iter().position(|byte| *byte == b'\n').map_or(text.len(), |end| at + end + 1);
            }
            Some(b'=') => {
                out.push(b'=');
                at += 1;
            }
            Some(_) => match hex(text.get(at)).zip(hex(text.get(at + 1))) {
                Some((high, low)) => {
                    out.push((high << 4 | low) as u8);
                    at += 2;
                }
                None => out.push(b'='),
            },
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: Options = Options { tabs: false, is_text: true, header: false };

    #[test]
    fn there_and_back() {
        assert_eq!(encoded(b"a=b\xe9 \nc ", TEXT), b"a=3Db=E9=20\nc=20");
        assert_eq!(decoded(b"a=3Db=E9=20\nso=\nft=zz", false), b"a=b\xe9 \nsoft=zz");
        assert_eq!(encoded(b"a b_", Options { header: true, ..TEXT }), b"a_b=5F");
    }
}
