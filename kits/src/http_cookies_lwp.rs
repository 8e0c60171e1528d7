//! The cookie file of framework 0: the format of the Perl library LWP, as `cookielib.LWPCookieJar` writes it
//! (`spec/legacy-v0.md` §2).

use crate::http_cookies::{Cookie, CookieJar};

const FILE_HEAD: &str = "#LWP-Cookies-2.0\n";
const LINE_START: &str = "Set-Cookie3:";

/// Reads a cookie file; lines that are none are skipped.
pub fn parse(text: &str, now: i64) -> CookieJar {
    let mut jar = CookieJar::default();
    for line in text.lines() {
        let Some(rest) = line.trim_start().strip_prefix(LINE_START) else { continue };
        let mut words = words(rest).into_iter();
        let Some((name, value)) = words.next() else { continue };
        let mut cookie = Cookie {
            name,
            value,
            domain: String::new(),
            path: "/".to_owned(),
            path_specified: false,
            secure: false,
            expires: None,
        };
        for (name, value) in words {
            match (name.as_str(), value) {
                ("path", Some(value)) => cookie.path = value,
                ("domain", Some(value)) => cookie.domain = value,
                ("path_spec", _) => cookie.path_specified = true,
                ("secure", _) => cookie.secure = true,
                ("expires", Some(value)) => cookie.expires = seconds(&value),
                _ => {}
            }
        }
        if !cookie.domain.is_empty() && cookie.expires.is_none_or(|expires| expires > now) {
            jar.set(cookie);
        }
    }
    jar
}

/// The text of a cookie file: no session cookies, none that have expired.
pub fn to_file(jar: &CookieJar, now: i64) -> String {
    let mut text = FILE_HEAD.to_owned();
    for cookie in jar.iter() {
        let Some(expires) = cookie.expires.filter(|expires| *expires > now) else { continue };
        let Some(time) = time_text(expires) else { continue };
        let mut parts = vec![match &cookie.value {
            Some(value) => format!("{}={}", cookie.name, quoted(value)),
            None => cookie.name.clone(),
        }];
        parts.push(format!("path={}", quoted(&cookie.path)));
        parts.push(format!("domain={}", quoted(&cookie.domain)));
        let flags = [
            ("path_spec", cookie.path_specified),
            ("domain_dot", cookie.domain_specified()),
            ("secure", cookie.secure),
        ];
        parts.extend(flags.iter().filter(|(_, set)| *set).map(|(name, _)| (*name).to_owned()));
        parts.push(format!("expires={}", quoted(&time)));
        parts.push("version=0".to_owned());
        text.push_str(&format!("{LINE_START} {}\n", parts.join("; ")));
    }
    text
}

/// A value with quotes around it unless it is one word.
fn quoted(value: &str) -> String {
    if !value.is_empty() && value.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `a=b; "c d"; e` as pairs of names and values.
fn words(text: &str) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    let mut chars = text.chars().peekable();
    loop {
        while chars.next_if(|c| c.is_whitespace() || *c == ';').is_some() {}
        let mut name = String::new();
        while let Some(c) = chars.next_if(|c| !matches!(c, '=' | ';')) {
            name.push(c);
        }
        if chars.next_if_eq(&'=').is_none() {
            if name.is_empty() {
                return found;
            }
            found.push((name.trim().to_owned(), None));
            continue;
        }
        let mut value = String::new();
        if chars.next_if_eq(&'"').is_some() {
            while let Some(c) = chars.next() {
                match c {
                    '"' => break,
                    '\\' => value.extend(chars.next()),
                    c => value.push(c),
                }
            }
        } else {
            while let Some(c) = chars.next_if(|c| *c != ';') {
                value.push(c);
            }
        }
        found.push((name.trim().to_owned(), Some(value)));
    }
}

/// `2030-01-31 00:00:00Z` for seconds since the epoch.
fn time_text(seconds: i64) -> Option<String> {
    let time = jiff::Timestamp::from_second(seconds).ok()?;
    Some(time.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

fn seconds(text: &str) -> Option<i64> {
    let time: jiff::Timestamp = text.replacen(' ', "T", 1).parse().ok()?;
    Some(time.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_and_written() {
        let line = "Set-Cookie3: id=\"a b\\\"c\"; path=\"/\"; domain=\".example.com\"; path_spec; domain_dot; secure; \
                    expires=\"2030-01-31 12:00:00Z\"; version=0\n";
        let text = format!(
            "#LWP-Cookies-2.0\n{line}nonsense\nSet-Cookie3: old=1; domain=\"x\"; expires=\"1999-01-01 00:00:00Z\"\n"
        );
        let jar = parse(&text, 1_000_000_000);
        let cookies: Vec<&Cookie> = jar.iter().collect();
        assert_eq!(cookies.len(), 1);
        assert_eq!(cookies[0].value.as_deref(), Some("a b\"c"));
        assert!(cookies[0].secure && cookies[0].path_specified && cookies[0].domain_specified());
        assert_eq!(to_file(&jar, 1_000_000_000), format!("#LWP-Cookies-2.0\n{line}"));
        assert_eq!(to_file(&jar, 2_000_000_000), "#LWP-Cookies-2.0\n");
    }
}
