//! The little HTTP that the harness speaks: requests with the path exactly as recorded, and answers as they come.
//! (HTTP client libraries normalise paths and header names, which are what is under test.)

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

pub type Headers = Vec<(String, String)>;

/// An answer: `200 OK`, headers, body.
#[derive(Debug, Default)]
pub struct Answer {
    pub status: String,
    pub headers: Headers,
    pub body: Vec<u8>,
}

/// A request that the stand-in media server received.
#[derive(Debug)]
pub struct Received {
    pub method: String,
    pub path: String,
    pub headers: Headers,
    pub body: Vec<u8>,
}

pub fn header<'a>(headers: &'a Headers, name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// A character's byte in Latin-1; its UTF-8 if it has none.
fn latin1(char: char) -> Vec<u8> {
    u8::try_from(u32::from(char)).map_or_else(|_| char.to_string().into_bytes(), |byte| vec![byte])
}

/// Sends one request to a loopback port and reads the answer.
pub fn request(port: u16, method: &str, path: &str, headers: &Headers, body: Option<&[u8]>) -> io::Result<Answer> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\n");
    if header(headers, "host").is_none() {
        head.push_str("Host: 127.0.0.1:32400\r\n");
    }
    for (key, value) in headers {
        head.push_str(&format!("{key}: {value}\r\n"));
    }
    if let Some(body) = body {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    // Header text stands for bytes in Latin-1, as in the recordings.
    let bytes: Vec<u8> = head.chars().flat_map(latin1).collect();
    (&stream).write_all(&bytes)?;
    (&stream).write_all(body.unwrap_or_default())?;
    let mut reader = BufReader::new(&stream);
    let (first, headers) = read_head(&mut reader)?;
    let status = first.split_once(' ').map_or(first.as_str(), |(_, rest)| rest).to_owned();
    let length = header(&headers, "content-length").and_then(|v| v.trim().parse().ok());
    let mut body = Vec::new();
    match length {
        _ if method == "HEAD" || status.starts_with("204") || status.starts_with("304") => {}
        Some(length) => {
            body.resize(length, 0);
            reader.read_exact(&mut body)?;
        }
        None => {
            reader.read_to_end(&mut body)?;
        }
    }
    Ok(Answer { status, headers, body })
}

/// Reads a request from a connection.
pub fn receive(stream: &TcpStream) -> io::Result<Received> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut reader = BufReader::new(stream);
    let (first, headers) = read_head(&mut reader)?;
    let mut words = first.split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let path = words.next().unwrap_or_default().to_owned();
    let mut body = vec![0; header(&headers, "content-length").and_then(|v| v.trim().parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body)?;
    Ok(Received { method, path, headers, body })
}

/// Reads the first line and the headers, up to the empty line.
fn read_head(reader: &mut impl BufRead) -> io::Result<(String, Headers)> {
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line: String = line.iter().copied().map(char::from).collect();
        let line = line.trim_end_matches(['\r', '\n']).to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let mut lines = lines.into_iter();
    let first = lines.next().unwrap_or_default();
    let headers = lines
        .filter_map(|line| line.split_once(':').map(|(k, v)| (k.trim().to_owned(), v.trim().to_owned())))
        .collect();
    Ok((first, headers))
}

/// Writes an answer and leaves the connection to be closed.
pub fn answer(mut stream: &TcpStream, method: &str, status: u16, headers: &Headers, body: &[u8]) -> io::Result<()> {
    let phrase = hyper::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let mut head = format!("HTTP/1.1 {status} {}\r\n", phrase.unwrap_or("Unknown"));
    for (key, value) in headers {
        if !["content-length", "connection", "transfer-encoding"].contains(&key.to_ascii_lowercase().as_str()) {
            head.push_str(&format!("{key}: {value}\r\n"));
        }
    }
    head.push_str(&format!("Content-Length: {}\r\nConnection: close\r\n\r\n", body.len()));
    stream.write_all(head.as_bytes())?;
    if method != "HEAD" {
        stream.write_all(body)?;
    }
    stream.flush()
}
