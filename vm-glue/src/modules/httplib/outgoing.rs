//! A request as a connection writes it, taken apart again.

/// What a request says.
#[derive(Debug, PartialEq, Eq)]
pub struct Outgoing {
    pub method: String,
    /// A path, or a whole URL.
    pub target: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Option<Vec<u8>>,
    /// Of HTTP/1.0.
    pub old: bool,
}

/// Methods after whose headers more may come though they do not say so.
const WITH_BODY: [&str; 3] = ["POST", "PUT", "PATCH"];

/// The head of what was written, and where the body starts.
fn head(written: &[u8]) -> Option<(Outgoing, usize)> {
    let end = written.windows(4).position(|part| part == b"\r\n\r\n")?;
    let mut lines = Lines(written.get(..end)?);
    let first = String::from_utf8_lossy(&lines.next()?).into_owned();
    let (method, rest) = first.split_once(' ')?;
    let (target, version) = rest.rsplit_once(' ').unwrap_or((rest, ""));
    let headers = lines
        .filter_map(|line| {
            let at = line.iter().position(|byte| *byte == b':')?;
            let value = line.get(at + 1..)?;
            let value = value.strip_prefix(b" ").unwrap_or(value).to_vec();
            Some((String::from_utf8_lossy(line.get(..at)?).into_owned(), value))
        })
        .collect();
    let old = version == "HTTP/1.0";
    Some((Outgoing { method: method.to_owned(), target: target.to_owned(), headers, body: None, old }, end + 4))
}

/// Lines of a head, each with those that continue it.
struct Lines<'a>(&'a [u8]);

impl Iterator for Lines<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        if self.0.is_empty() {
            return None;
        }
        let mut search = 0;
        loop {
            let rest = self.0.get(search..).unwrap_or_default();
            let end = rest.windows(2).position(|part| part == b"\r\n").map(|at| search + at);
            match end {
                Some(end) if matches!(self.0.get(end + 2), Some(b' ' | b'\t')) => search = end + 2,
                Some(end) => {
                    let line = self.0.get(..end).unwrap_or_default().to_vec();
                    self.0 = self.0.get(end + 2..).unwrap_or_default();
                    return Some(line);
                }
                None => return Some(std::mem::take(&mut self.0).to_vec()),
            }
        }
    }
}

impl Outgoing {
    fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_slice())
    }

    fn length(&self) -> Option<usize> {
        std::str::from_utf8(self.header("content-length")?).ok()?.trim().parse().ok()
    }

    fn is_chunked(&self) -> bool {
        self.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case(b"chunked"))
    }
}

/// The body that was sent in chunks, and whether its end has come.
fn joined(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        let Some(end) = rest.windows(2).position(|part| part == b"\r\n") else { return (body, false) };
        let line = String::from_utf8_lossy(rest.get(..end).unwrap_or_default()).into_owned();
        let size = line.split(';').next().unwrap_or_default().trim();
        let Ok(size) = usize::from_str_radix(size, 16) else { return (body, true) };
        rest = rest.get(end + 2..).unwrap_or_default();
        if size == 0 {
            return (body, rest.ends_with(b"\r\n"));
        }
        let data = rest.get(..size.min(rest.len())).unwrap_or_default();
        body.extend_from_slice(data);
        let Some(next) = size.checked_add(2).and_then(|next| rest.get(next..)) else { return (body, false) };
        rest = next;
    }
}

/// Takes the request out of what was written, if nothing of it can be missing.
pub fn complete(written: &mut Vec<u8>) -> Option<Outgoing> {
    let (request, start) = head(written)?;
    let body = written.get(start..).unwrap_or_default();
    let is_complete = match request.length() {
        Some(length) => body.len() >= length,
        None if request.is_chunked() => joined(body).1,
        None => !WITH_BODY.contains(&request.method.as_str()),
    };
    if is_complete { whole(std::mem::take(written)) } else { None }
}

/// The request that was written, however much of its body there is.
pub fn whole(written: Vec<u8>) -> Option<Outgoing> {
    let (mut request, start) = head(&written)?;
    let body = written.get(start..).unwrap_or_default();
    request.body = if request.is_chunked() {
        Some(joined(body).0)
    } else if body.is_empty() && request.length().is_none() {
        None
    } else {
        Some(body.to_vec())
    };
    Some(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_complete_when_nothing_can_be_missing() {
        let take = |written: &str| {
            let mut written = written.as_bytes().to_vec();
            complete(&mut written).map(|request| (request.method, request.target, request.headers.len(), request.body))
        };
        let found = |method: &str, headers, body: Option<&str>| {
            Some((method.to_owned(), "/a b".to_owned(), headers, body.map(|body| body.as_bytes().to_vec())))
        };
        assert_eq!(take("GET /a b HTTP/1.1\r\nHost: x\r\n"), None);
        assert_eq!(take("GET /a b HTTP/1.1\r\nHost: x\r\nLong: a\r\n\tb\r\n\r\n"), found("GET", 2, None));
        assert_eq!(take("POST /a b HTTP/1.1\r\n\r\n"), None);
        assert_eq!(take("POST /a b HTTP/1.1\r\nContent-Length: 3\r\n\r\nab"), None);
        assert_eq!(take("POST /a b HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"), found("POST", 1, Some("abc")));
        assert_eq!(take("PUT /a b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n"), None);
        assert_eq!(
            take("PUT /a b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
            found("PUT", 1, Some("abc"))
        );
    }
}
