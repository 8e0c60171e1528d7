//! The protocol on standard input and output (`spec/protocol.md` §1.6): `GET <path>` and header lines in, a status
//! line without `HTTP/1.1` and the answer out, one request at a time.

use std::io::{self, BufRead, Write};

use reprise_kits::message::{Interface, Request, Response, header_text};

/// Longest line that is kept; a server sends paths and headers of a few kilobytes.
const LINE_LIMIT: usize = 4 * 1024 * 1024;

/// Reads the next request; None at the end of the input.
pub fn read(input: &mut impl BufRead, port: Option<u16>) -> io::Result<Option<Request>> {
    let Some(line) = line(input)? else { return Ok(None) };
    let uri = line.trim_start_matches(['G', 'E', 'T', ' ']).trim().to_owned();
    let mut headers = Vec::new();
    while let Some(line) = self::line(input)? {
        if line.len() <= 1 {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    Ok(Some(Request { interface: Interface::Pipe { port }, method: "GET".to_owned(), uri, headers, body: Vec::new() }))
}

/// The next line without its line end; None at the end of the input.
fn line(input: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let count = io::Read::take(&mut *input, LINE_LIMIT as u64).read_until(b'\n', &mut bytes)?;
    if count == 0 {
        return Ok(None);
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    Ok(Some(header_text(&bytes)))
}

/// Writes an answer and flushes.
pub fn write(output: &mut impl Write, response: &Response) -> io::Result<()> {
    let mut head =
        format!("{} {}\r\nContent-Length: {}\r\n", response.status, reason(response.status), response.body.len());
    for (name, value) in &response.headers {
        let clean = |text: &str| text.replace(['\r', '\n'], " ");
        head.push_str(&format!("{}: {}\r\n", clean(name), clean(value)));
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    if !response.body.is_empty() {
        bytes.extend_from_slice(&response.body);
        bytes.extend_from_slice(b"\r\n");
    }
    output.write_all(&bytes)?;
    output.flush()
}

/// The standard reason phrase.
fn reason(status: u16) -> &'static str {
    hyper::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read() {
        let mut input = "GET /:/prefixes?a=b\r\nX-Plex-Language:  fr \r\nnonsense\r\n\r\nGET /x\n\n".as_bytes();
        let first = read(&mut input, Some(5)).unwrap().unwrap();
        assert_eq!((first.method.as_str(), first.uri.as_str()), ("GET", "/:/prefixes?a=b"));
        assert_eq!(first.headers, [("X-Plex-Language".to_owned(), "fr".to_owned())]);
        let second = read(&mut input, Some(5)).unwrap().unwrap();
        assert_eq!(second.uri, "/x");
        assert!(read(&mut input, Some(5)).unwrap().is_none());
    }

    #[test]
    fn answers_are_written() {
        let response =
            Response { status: 404, headers: vec![("A".to_owned(), "b\r\nC: d".to_owned())], body: Vec::new() };
        let mut out = Vec::new();
        write(&mut out, &response).unwrap();
        assert_eq!(String::from_utf8_lossy(&out), "404 Not Found\r\nContent-Length: 0\r\nA: b  C: d\r\n\r\n");
        let mut out = Vec::new();
        write(&mut out, &Response { status: 200, headers: Vec::new(), body: b"xy".to_vec() }).unwrap();
        assert_eq!(String::from_utf8_lossy(&out), "200 OK\r\nContent-Length: 2\r\n\r\nxy\r\n");
    }
}
