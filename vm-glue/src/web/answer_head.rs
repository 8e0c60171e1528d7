//! Status line and headers of an answer, read as leniently as Python 2's `httplib` reads them: junk between the headers
//! is skipped, folded lines are joined, lengths that are no numbers count for nothing, and an answer without a status line is
//! all body.

/// Longest line, and the most headers.
const LONGEST_LINE: usize = 65536;
const MOST_HEADERS: usize = 100;

/// What an answer says before its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AnswerHead {
    /// 9, 10 or 11.
    pub version: u8,
    pub status: u16,
    /// The server's own phrase.
    pub reason: String,
    /// Names as sent.
    pub headers: Vec<(String, Vec<u8>)>,
    pub framing: Framing,
    /// The connection ends with the body.
    pub closes: bool,
}

/// Where a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Length(u64),
    Chunked,
    UntilClose,
}

/// Why the head of an answer cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HeadError {
    /// The connection ended before anything came.
    Nothing,
    /// The line, with its end.
    StatusLine(String),
    Version(String),
    LongLine,
    ManyHeaders,
}

/// Reads the head at the start of `data`, and says how many bytes it takes. None: more is needed. `ended`: nothing more
/// will come, so that what is there counts as whole.
pub(super) fn parse(data: &[u8], ended: bool, asked_for_head: bool) -> Result<Option<(AnswerHead, usize)>, HeadError> {
    let mut lines = Lines { data, at: 0, ended };
    let (version, status, reason) = loop {
        let Some(line) = lines.next()? else { return Ok(None) };
        if line.is_empty() {
            return Err(HeadError::Nothing);
        }
        let (version, status, reason) = words(line);
        if !version.starts_with(b"HTTP/") {
            let head = AnswerHead {
                version: 9,
                status: 200,
                reason: String::new(),
                headers: Vec::new(),
                framing: Framing::UntilClose,
                closes: true,
            };
            return Ok(Some((head, 0)));
        }
        let number = std::str::from_utf8(status).ok().and_then(|status| status.parse::<u16>().ok());
        let Some(status) = number.filter(|status| (100..=999).contains(status)) else {
            return Err(HeadError::StatusLine(latin(line)));
        };
        if status != 100 {
            break (version, status, latin(reason.trim_ascii()));
        }
        // What comes before the real answer has headers that nobody wants.
        loop {
            let Some(line) = lines.next()? else { return Ok(None) };
            if line.trim_ascii().is_empty() {
                break;
            }
        }
    };
    let version = match version {
        b"HTTP/1.0" => 10,
        b"HTTP/0.9" => 9,
        other if other.starts_with(b"HTTP/1.") => 11,
        other => return Err(HeadError::Version(latin(other))),
    };
    let headers = if version == 9 {
        Vec::new()
    } else {
        match headers(&mut lines)? {
            Some(headers) => headers,
            None => return Ok(None),
        }
    };
    let (framing, closes) = framing(version, status, &headers, asked_for_head);
    Ok(Some((AnswerHead { version, status, reason, headers, framing, closes }, lines.at)))
}

struct Lines<'a> {
    data: &'a [u8],
    at: usize,
    ended: bool,
}

impl<'a> Lines<'a> {
    /// The next line with its end; empty at the end of all, None if it has not arrived whole.
    fn next(&mut self) -> Result<Option<&'a [u8]>, HeadError> {
        let rest = self.data.get(self.at..).unwrap_or_default();
        let length = match rest.iter().position(|byte| *byte == b'\n') {
            Some(end) => end + 1,
            None if rest.len() > LONGEST_LINE => rest.len(),
            None if self.ended => rest.len(),
            None => return Ok(None),
        };
        if length > LONGEST_LINE {
            return Err(HeadError::LongLine);
        }
        self.at += length;
        Ok(Some(&rest[..length]))
    }
}

/// Version, status and phrase of a status line.
fn words(line: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let mut rest = line.trim_ascii_start();
    let mut word = || {
        let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after.trim_ascii_start();
        word
    };
    let (version, status) = (word(), word());
    // A single word is no status line.
    if status.is_empty() { (b"", status, rest) } else { (version, status, rest) }
}

/// The headers up to the empty line.
fn headers(lines: &mut Lines<'_>) -> Result<Option<Vec<(String, Vec<u8>)>>, HeadError> {
    let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
    let mut count = 0;
    // Whether the line before was a header, so that an indented line goes on with it.
    let mut open = false;
    loop {
        if count > MOST_HEADERS {
            return Err(HeadError::ManyHeaders);
        }
        let Some(line) = lines.next()? else { return Ok(None) };
        if line.is_empty() || line == b"\r\n" || line == b"\n" {
            return Ok(Some(headers));
        }
        if open
            && matches!(line.first(), Some(b' ' | b'\t'))
            && let Some((_, value)) = headers.last_mut()
        {
            count += 1;
            value.extend_from_slice(b"\n ");
            value.extend_from_slice(line.trim_ascii());
            continue;
        }
        open = false;
        // Lines without a colon, and values without a name, are left out.
        if let Some(colon) = line.iter().position(|byte| *byte == b':')
            && colon > 0
        {
            count += 1;
            open = true;
            headers.push((latin(&line[..colon]), line[colon + 1..].trim_ascii().to_vec()));
        }
    }
}

/// Where the body ends, and whether the connection ends with it.
fn framing(version: u8, status: u16, headers: &[(String, Vec<u8>)], asked_for_head: bool) -> (Framing, bool) {
    let joined = |name: &str| {
        let values: Vec<&[u8]> =
            headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_slice()).collect();
        latin(&values.join(b", ".as_slice())).to_ascii_lowercase()
    };
    let chunked = joined("transfer-encoding") == "chunked";
    let connection = joined("connection");
    let asked_to_close = match version {
        9 => true,
        11 => connection.contains("close"),
        _ => {
            let kept = !joined("keep-alive").is_empty()
                || connection.contains("keep-alive")
                || joined("proxy-connection").contains("keep-alive");
            !kept
        }
    };
    if status == 204 || status == 304 || (100..200).contains(&status) || asked_for_head {
        // An answer that promises a body which never comes leaves the connection in doubt.
        return (Framing::Length(0), asked_to_close || status < 200);
    }
    if chunked {
        return (Framing::Chunked, asked_to_close);
    }
    match joined("content-length").trim().parse::<u64>() {
        Ok(length) => (Framing::Length(length), asked_to_close),
        Err(_) => (Framing::UntilClose, true),
    }
}

/// Each byte as the character of the same number.
fn latin(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => text.to_owned(),
        _ => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(data: &[u8]) -> AnswerHead {
        parse(data, true, false).unwrap().unwrap().0
    }

    #[test]
    fn usual_answers() {
        let data = b"HTTP/1.1 404 Not here\r\nX-A: 1\r\nx-a:2\r\nContent-Length: 4\r\n\r\ngone";
        let (head, used) = parse(data, false, false).unwrap().unwrap();
        assert_eq!((head.version, head.status, head.reason.as_str(), used), (11, 404, "Not here", data.len() - 4));
        assert_eq!(head.headers[1], ("x-a".to_owned(), b"2".to_vec()));
        assert_eq!((head.framing, head.closes), (Framing::Length(4), false));
        assert_eq!(parse(&data[..30], false, false), Ok(None));
        assert_eq!(whole(b"HTTP/1.0 200 OK\r\n\r\n").framing, Framing::UntilClose);
        assert_eq!(whole(b"HTTP/1.1 200 OK\nTransfer-Encoding: Chunked\n\n").framing, Framing::Chunked);
        assert_eq!(whole(b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 201 Made\r\n\r\n").status, 201);
    }

    #[test]
    fn broken_answers() {
        let head =
            whole(b"HTTP/1.1x 200\r\njunk\r\n: 1\r\nA : 1\r\nB: 2\r\n  more\r\n\tand\r\nContent-Length: 2, 2\r\n");
        assert_eq!((head.version, head.reason.as_str(), head.framing), (11, "", Framing::UntilClose));
        assert_eq!(head.headers[0], ("A ".to_owned(), b"1".to_vec()));
        assert_eq!(head.headers[1], ("B".to_owned(), b"2\n more\n and".to_vec()));
        assert_eq!(parse(b"<html>", true, false).unwrap().unwrap().1, 0);
        assert_eq!(whole(b"ICY 200 OK\r\n").version, 9);
        assert_eq!(parse(b"", true, false), Err(HeadError::Nothing));
        assert_eq!(
            parse(b"HTTP/1.1 99 x\r\n", true, false),
            Err(HeadError::StatusLine("HTTP/1.1 99 x\r\n".to_owned()))
        );
        assert_eq!(parse(b"HTTP/2.0 200 x\r\n", true, false), Err(HeadError::Version("HTTP/2.0".to_owned())));
        let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(101));
        assert_eq!(parse(many.as_bytes(), true, false), Err(HeadError::ManyHeaders));
        let long = format!("HTTP/1.1 200 OK\r\nA: {}", "b".repeat(LONGEST_LINE));
        assert_eq!(parse(long.as_bytes(), false, false), Err(HeadError::LongLine));
    }
}
