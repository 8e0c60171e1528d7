//! Requests on the pipe: for framework 1 a line, headers and an empty line; for framework 0 one line and nothing else
//! (`spec/legacy-v1.md` §3, `spec/legacy-v0.md` §3).

use std::io::{self, BufRead, Read};

use reprise_bundles::FrameworkVersion;

/// Longest line that is kept; a server sends paths and headers of a few kilobytes.
const LINE_LIMIT: u64 = 4 * 1024 * 1024;

/// One request, as the bytes that came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Path and query.
    pub path: Vec<u8>,
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Reads the next request; None at the end of the input.
pub fn read(input: &mut impl BufRead, framework: FrameworkVersion) -> io::Result<Option<Request>> {
    let Some(line) = line(input)? else { return Ok(None) };
    let start = line.iter().position(|byte| !matches!(byte, b'G' | b'E' | b'T' | b' ')).unwrap_or(line.len());
    let path = line.get(start..).unwrap_or_default().trim_ascii().to_vec();
    let mut request = Request { path, headers: Vec::new() };
    if framework == FrameworkVersion::V0 {
        return Ok(Some(request));
    }
    while let Some(line) = self::line(input)?.filter(|line| !line.is_empty()) {
        if let Some(colon) = line.iter().position(|byte| *byte == b':') {
            let (name, value) = line.split_at(colon);
            let value = value.get(1..).unwrap_or_default();
            request.headers.push((name.trim_ascii().to_vec(), value.trim_ascii().to_vec()));
        }
    }
    Ok(Some(request))
}

/// The next line without its line end; None at the end of the input.
fn line(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    if input.take(LINE_LIMIT).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    for end in [b'\n', b'\r'] {
        if bytes.last() == Some(&end) {
            bytes.pop();
        }
    }
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, headers: &[(&str, &str)]) -> Request {
        let headers = headers.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()));
        Request { path: path.as_bytes().to_vec(), headers: headers.collect() }
    }

    #[test]
    fn framework_1_has_headers() {
        let mut input = "GET /:/prefixes?a=b\r\nX-Plex-Language:  fr \r\nnonsense\r\n\r\nGET /x\r\n\r\n".as_bytes();
        let mut next = || read(&mut input, FrameworkVersion::V1).unwrap();
        assert_eq!(next(), Some(request("/:/prefixes?a=b", &[("X-Plex-Language", "fr")])));
        assert_eq!(next(), Some(request("/x", &[])));
        assert_eq!(next(), None);
    }

    #[test]
    fn framework_0_has_lines() {
        let mut input = "GET /a b\r\nGET /x\n".as_bytes();
        let mut next = || read(&mut input, FrameworkVersion::V0).unwrap();
        assert_eq!(next(), Some(request("/a b", &[])));
        assert_eq!(next(), Some(request("/x", &[])));
        assert_eq!(next(), None);
    }
}
