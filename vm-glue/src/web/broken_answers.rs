//! Tests: what comes of servers that break the rules, as CPython 2.7 reads them.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use super::{Client, Request, Settings, Stage, WebError};

/// Answers one connection with pieces, and gives back what was sent to it.
fn server(pieces: Vec<Vec<u8>>) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut got = Vec::new();
        let mut chunk = [0; 4096];
        while !got.windows(4).any(|end| end == b"\r\n\r\n") {
            let count = stream.read(&mut chunk).unwrap();
            got.extend_from_slice(&chunk[..count]);
        }
        for piece in pieces {
            // A client that has had enough closes the connection.
            if stream.write_all(&piece).is_err() {
                break;
            }
        }
        String::from_utf8(got).unwrap()
    });
    (address, thread)
}

/// Status, phrase and body of an answer, or what went wrong.
fn outcome(answer: &str) -> String {
    let (address, thread) = server(vec![answer.as_bytes().to_vec()]);
    let sent = Client::new(Settings::default()).send(Request::get(format!("http://{address}/")));
    let outcome = match sent {
        Ok(mut answer) => {
            let start = format!("{} {}", answer.status, answer.reason);
            match answer.read_all(1000) {
                Ok(body) => format!("{start}: {}", String::from_utf8(body).unwrap()),
                Err(WebError::Incomplete { received, expected }) => {
                    format!("{start}: {}… {expected:?}", String::from_utf8(received).unwrap())
                }
                Err(other) => format!("{start}: {other}"),
            }
        }
        Err(other) => other.to_string(),
    };
    thread.join().unwrap();
    outcome
}

#[test]
fn as_python_reads_them() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let cases = [
        ("no head at all", "200 : no head at all"),
        ("ICY 200 OK\r\nicy-name: x\r\n\r\ndata", "200 : ICY 200 OK\r\nicy-name: x\r\n\r\ndata"),
        ("", "the connection ended before an answer came"),
        ("HTTP/1.1 404 Not here mate\r\nContent-Length: 4\r\n\r\ngone", "404 Not here mate: gone"),
        ("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", "200 : ok"),
        ("HTTP/1.0 200 OK\n\nold", "200 OK: old"),
        ("HTTP/2.0 200 OK\r\n\r\n", "unknown version of HTTP: HTTP/2.0"),
        ("HTTP/1.1 abc OK\r\n\r\n", "not a status line: HTTP/1.1 abc OK"),
        ("HTTP/1.1 200 OK\r\njunk\r\n: 1\r\nContent-Length: 2\r\n\r\nok", "200 OK: ok"),
        ("HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nto the end", "200 OK: to the end"),
        ("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nto the end", "200 OK: to the end"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\noks", "200 OK: oks"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\noks", "200 OK: o"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "200 OK: short… Some(10)"),
        ("HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\nok", "204 No: "),
        ("HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\n\r\nok", "103 Early: "),
        ("HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 200 OK\r\n\r\nok", "200 OK: ok"),
        ("HTTP/1.1 200 OK\r\nX: 1\r\n", "200 OK: "),
        ("HTTP/1.1 302 F\r\nLocation: /x\r\nContent-Length: 2\r\n\r\nok", "302 F: ok"),
    ];
    for (answer, expected) in cases {
        assert_eq!(outcome(answer), expected, "{answer:?}");
    }
    for (body, expected) in [
        ("3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: 1\r\n\r\n", "abcde"),
        ("3   \nabc\r\n0002\r\nde\r\n0\n\n", "abcde"),
        ("3\r\nabc\r\n0\r\n", "abc"),
        ("3\r\nabc\r\n2\r\nde\r\n", "abcde… None"),
        ("3\r\nabc\r\nzz\r\nde\r\n", "abc… None"),
        ("plain text", "… None"),
        ("30\r\nabc", "abc… None"),
    ] {
        assert_eq!(outcome(&format!("{chunked}{body}")), format!("200 OK: {expected}"), "{body:?}");
    }
}

#[test]
fn heads_without_bounds() {
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: 1\r\n".repeat(200));
    assert_eq!(outcome(&many), "got more than 100 headers");
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "1".repeat(70_000));
    assert_eq!(outcome(&long), "got more than 65536 bytes when reading header line");
    let large = format!("HTTP/1.1 200 OK\r\n{}\r\nok", format!("X: {}\r\n", "1".repeat(9000)).repeat(60));
    assert_eq!(outcome(&large), "200 OK: ok");
}

/// A body without end stops at the limit, not at the memory's.
#[test]
fn bodies_without_end() {
    for head in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"] {
        let piece = if head.contains("chunked") { b"5\r\naaaaa\r\n".repeat(6000) } else { b"a".repeat(60_000) };
        let (address, thread) = server([vec![head.as_bytes().to_vec()], vec![piece; 1000]].concat());
        let mut answer = Client::new(Settings::default()).send(Request::get(format!("http://{address}/"))).unwrap();
        assert!(matches!(answer.read_all(1_000_000), Err(WebError::TooLarge { limit: 1_000_000 })));
        drop(answer);
        thread.join().unwrap();
    }
}

/// A connection that stays silent within the body ends with the time limit of a single wait.
#[test]
fn bodies_that_stop() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").unwrap();
        // Held open until the client gives up.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let request = Request::get(format!("http://{address}/")).timeout(Some(std::time::Duration::from_millis(50)));
    let mut answer = Client::new(Settings::default()).send(request).unwrap();
    assert!(matches!(answer.read_all(100), Err(WebError::Timeout(Stage::Body))));
    drop(answer);
    thread.join().unwrap();
}

#[test]
fn request_lines_go_out_as_written() {
    for path in ["/a<b>`{|}\"^\\?x=<y>&z=[1]'", "/plain", "/caf\u{e9}\u{4e2d}?%41"] {
        let (address, thread) = server(vec![b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec()]);
        Client::new(Settings::default()).send(Request::get(format!("http://{address}{path}"))).unwrap();
        let sent = thread.join().unwrap();
        assert!(sent.starts_with(&format!("GET {path} HTTP/1.1\r\n")), "{sent}");
    }
}
