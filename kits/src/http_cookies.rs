//! The cookie jar of a plug-in, with the rules of Netscape cookies and their file format (`spec/storage.md` §6).

use reprise_bundles::dict_order::iteration_order;
use reprise_vm_glue::web::Location;

use crate::objects::quote::quote;

/// The first lines of a cookie file.
const FILE_HEAD: &str = "# Netscape HTTP Cookie File\n# http://curl.haxx.se/rfc/cookie_spec.html\n# This is a generated file!  Do not edit.\n\n";
/// Most cookies of one domain, and of all: hostile servers must not fill the memory.
const MOST: usize = 3000;

/// One cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    pub name: String,
    pub value: Option<String>,
    /// With a leading dot if the server named it.
    pub domain: String,
    pub path: String,
    pub path_specified: bool,
    pub secure: bool,
    /// Seconds since the epoch; None for a session cookie.
    pub expires: Option<i64>,
}

impl Cookie {
    pub fn domain_specified(&self) -> bool {
        self.domain.starts_with('.')
    }

    fn is_expired(&self, now: i64) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

/// Cookies in the order of their arrival.
#[derive(Clone, Debug, Default)]
pub struct CookieJar {
    cookies: Vec<Cookie>,
}

impl CookieJar {
    /// Reads a cookie file; lines that are none are skipped.
    pub fn parse(text: &str, now: i64) -> CookieJar {
        let mut jar = CookieJar::default();
        for line in text.lines() {
            let line = line.strip_prefix("#HttpOnly_").unwrap_or(line);
            if line.trim_start().starts_with(['#', '$']) {
                continue;
            }
            let fields: Vec<&str> = line.split('\t').collect();
            let [domain, _, path, secure, expires, name, value] = fields.as_slice() else { continue };
            let (name, value) = if name.is_empty() { (*value, None) } else { (*name, Some((*value).to_owned())) };
            let cookie = Cookie {
                name: name.to_owned(),
                value,
                domain: (*domain).to_owned(),
                path: (*path).to_owned(),
                path_specified: false,
                secure: *secure == "TRUE",
                expires: expires.parse::<f64>().ok().map(|e| e as i64),
            };
            if !cookie.is_expired(now) {
                jar.set(cookie);
            }
        }
        jar
    }

    /// The text of a cookie file: no session cookies, none that have expired.
    pub fn to_file(&self, now: i64) -> String {
        let mut text = FILE_HEAD.to_owned();
        for cookie in self.iter() {
            let Some(expires) = cookie.expires.filter(|_| !cookie.is_expired(now)) else { continue };
            let flag = |truth| if truth { "TRUE" } else { "FALSE" };
            let (name, value) = match &cookie.value {
                Some(value) => (cookie.name.as_str(), value.as_str()),
                None => ("", cookie.name.as_str()),
            };
            text.push_str(&format!(
                "{}\t{}\t{}\t{}\t{expires}\t{name}\t{value}\n",
                cookie.domain,
                flag(cookie.domain_specified()),
                cookie.path,
                flag(cookie.secure),
            ));
        }
        text
    }

    pub fn clear(&mut self) {
        self.cookies.clear();
    }

    pub fn is_empty(&self) -> bool {
        self.cookies.is_empty()
    }

    /// Adds a cookie, or replaces the one of the same domain, path and name.
    pub fn set(&mut self, cookie: Cookie) {
        let same = |c: &&mut Cookie| c.domain == cookie.domain && c.path == cookie.path && c.name == cookie.name;
        if let Some(old) = self.cookies.iter_mut().find(same) {
            *old = cookie;
        } else {
            if self.cookies.len() >= MOST {
                self.cookies.remove(0);
            }
            self.cookies.push(cookie);
        }
    }

    /// All cookies, sorted by domain, path and name.
    pub fn iter(&self) -> impl Iterator<Item = &Cookie> {
        let mut sorted: Vec<&Cookie> = self.cookies.iter().collect();
        sorted.sort_by(|a, b| (&a.domain, &a.path, &a.name).cmp(&(&b.domain, &b.path, &b.name)));
        sorted.into_iter()
    }

    /// All cookies by domain, path and name, each in the order in which the original's dictionaries give them: that is
    /// how they are sent.
    fn unsorted(&self) -> impl Iterator<Item = &Cookie> {
        let mut ordered = Vec::with_capacity(self.cookies.len());
        for domain in in_order(self.cookies.iter().map(|c| c.domain.as_str())) {
            let here: Vec<&Cookie> = self.cookies.iter().filter(|c| c.domain == domain).collect();
            for path in in_order(here.iter().map(|c| c.path.as_str())) {
                let below: Vec<&Cookie> = here.iter().copied().filter(|c| c.path == path).collect();
                for name in in_order(below.iter().map(|c| c.name.as_str())) {
                    ordered.extend(below.iter().copied().filter(|c| c.name == name));
                }
            }
        }
        ordered.into_iter()
    }

    /// The value of the `Cookie` header for a request; None if no cookie goes with it.
    pub fn header_for(&self, location: &Location, now: i64) -> Option<String> {
        let host = effective_host(location);
        let dotted_host = format!(".{host}");
        let mut chosen: Vec<&Cookie> = self
            .unsorted()
            .filter(|cookie| {
                let domain = cookie.domain.trim_start_matches('.');
                let domain_fits = dotted_host.ends_with(&format!(".{domain}"));
                let path_fits = location
                    .path
                    .strip_prefix(cookie.path.as_str())
                    .is_some_and(|rest| rest.is_empty() || cookie.path.ends_with('/') || rest.starts_with('/'));
                domain_fits && path_fits && (!cookie.secure || location.is_tls()) && !cookie.is_expired(now)
            })
            .collect();
        chosen.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let parts: Vec<String> = chosen
            .iter()
            .map(|cookie| match &cookie.value {
                Some(value) => format!("{}={value}", cookie.name),
                None => cookie.name.clone(),
            })
            .collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// Takes in what an answer sets.
    pub fn take_from<'a>(&mut self, location: &Location, headers: impl Iterator<Item = &'a [u8]>, now: i64) {
        let set = headers.filter_map(|header| parse_set_cookie(&String::from_utf8_lossy(header), location, now));
        // What an answer takes away goes before what it sets is there.
        let (gone, kept): (Vec<Cookie>, Vec<Cookie>) = set.partition(|cookie| cookie.is_expired(now));
        for cookie in gone {
            self.cookies.retain(|c| c.domain != cookie.domain || c.path != cookie.path || c.name != cookie.name);
        }
        for cookie in kept {
            self.set(cookie);
        }
    }
}

/// Distinct texts in the order of a Python 2 dictionary with these keys.
fn in_order<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut distinct: Vec<&str> = Vec::new();
    for text in texts {
        if !distinct.contains(&text) {
            distinct.push(text);
        }
    }
    iteration_order(&distinct).into_iter().filter_map(|at| distinct.get(at).copied()).collect()
}

/// The host name; one without a dot belongs to the domain `local`.
fn effective_host(location: &Location) -> String {
    if location.host.contains('.') { location.host.clone() } else { format!("{}.local", location.host) }
}

/// What stays as it is in a path, beside letters and digits.
const PATH_SAFE: &[u8] = b"%/;:@&=+$,!~*'()";

/// The cookie that one `Set-Cookie` header sets; None if it must not be set.
fn parse_set_cookie(header: &str, location: &Location, now: i64) -> Option<Cookie> {
    let mut parts = header.split(';');
    let first = parts.next()?.trim();
    let (name, value) = match first.split_once('=') {
        Some((name, value)) => (name.trim(), Some(value.trim().to_owned())),
        None => (first, None),
    };
    if name.is_empty() {
        return None;
    }
    let (mut domain, mut path, mut secure, mut expires) = (None, None, false, None);
    for part in parts {
        let (key, value) = match part.split_once('=') {
            Some((key, value)) => (key.trim().to_ascii_lowercase(), Some(value.trim())),
            None => (part.trim().to_ascii_lowercase(), None),
        };
        match key.as_str() {
            "domain" => domain = value.map(|named| named.trim_matches('"').to_ascii_lowercase()),
            "path" => path = value.filter(|v| !v.is_empty()).map(|v| quote(v.as_bytes(), PATH_SAFE)),
            "secure" => secure = true,
            // The first of several that says when the cookie ends counts.
            "expires" => expires = expires.or_else(|| value.and_then(|v| parse_date(v.trim_matches('"')))),
            "max-age" => {
                let age: i64 = value?.parse().ok()?;
                expires = expires.or(Some(now.saturating_add(age)));
            }
            "port" => {
                let own = location.effective_port();
                let ports = value.map(|ports| ports.split(',').map(|port| port.trim().parse::<u16>().ok()));
                // No number, or not this one: the cookie is not meant for here.
                if let Some(mut ports) = ports
                    && !(ports.clone().all(|port| port.is_some()) && ports.any(|port| port == Some(own)))
                {
                    return None;
                }
            }
            _ => {}
        }
    }
    let host = effective_host(location);
    let domain = match domain {
        None => host,
        Some(named) => {
            let plain = named.trim_start_matches('.').to_owned();
            let dotted = format!(".{plain}");
            if plain.is_empty() || !plain.contains('.') && dotted != ".local" || !format!(".{host}").ends_with(&dotted)
            {
                return None;
            }
            dotted
        }
    };
    let path_specified = path.is_some();
    let path = path.unwrap_or_else(|| {
        let folder = location.path.rfind('/').and_then(|at| location.path.get(..at)).unwrap_or("");
        if folder.is_empty() { "/".to_owned() } else { folder.to_owned() }
    });
    Some(Cookie { name: name.to_owned(), value, domain, path, path_specified, secure, expires })
}

/// Reads the dates that servers write into cookies and headers.
pub fn parse_date(text: &str) -> Option<i64> {
    let (mut day, mut month, mut year, mut time) = (None, None, None, None);
    for word in text.split([' ', ',', '-', '\t']).filter(|w| !w.is_empty()) {
        if word.contains(':') {
            let mut numbers = word.split(':').map(|n| n.parse::<i64>().ok());
            let hours = numbers.next().flatten()?;
            let minutes = numbers.next().flatten()?;
            let seconds = numbers.next().flatten().unwrap_or(0);
            if !(0..24).contains(&hours) || !(0..60).contains(&minutes) || !(0..62).contains(&seconds) {
                return None;
            }
            time = Some(hours * 3600 + minutes * 60 + seconds);
        } else if let Ok(number) = word.parse::<i64>() {
            if day.is_none() && word.len() <= 2 {
                day = Some(number);
            } else if year.is_none() {
                year = Some(match number {
                    0..=68 => number + 2000,
                    69..=99 => number + 1900,
                    _ => number,
                });
            }
        } else if let Some(start) = word.get(..3) {
            const MONTHS: [&str; 12] =
                ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
            if let Some(at) = MONTHS.iter().position(|m| m.eq_ignore_ascii_case(start)) {
                month = month.or(Some(at as i64 + 1));
            }
        }
    }
    let (day, month, year) = (day?, month?, year?);
    if !(1..=31).contains(&day) || !(1601..=9999).contains(&year) {
        return None;
    }
    // Days since the epoch, counting years from March.
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(days * 86_400 + time.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_500_000_000;

    fn at(url: &str) -> Location {
        Location::parse(url).unwrap()
    }

    fn filled() -> CookieJar {
        let mut jar = CookieJar::default();
        let headers: [&[u8]; 8] = [
            b"sid=abc; path=/; expires=Fri, 01 Jan 2100 00:00:00 GMT",
            b"tmp=session; path=/",
            b"area=p1; path=/private; expires=Fri, 01-Jan-2100 00:00:00 GMT",
            b"safe=s1; path=/; secure; expires=Fri, 01 Jan 2100 00:00:00 GMT",
            b"wide=w1; domain=.example.com; path=/; expires=Fri, 01 Jan 2100 00:00:00 GMT",
            b"foreign=f1; domain=.example.net; path=/",
            b"quoted=\"a b\"; path=/",
            b"past=old; path=/; expires=Mon, 01 Jan 2001 00:00:00 GMT",
        ];
        jar.take_from(&at("http://www.example.com/login"), headers.into_iter(), NOW);
        jar
    }

    #[test]
    fn sent_where_they_belong() {
        let jar = filled();
        let sorted = |url: &str| {
            let header = jar.header_for(&at(url), NOW).unwrap_or_default();
            let mut parts: Vec<String> = header.split("; ").map(str::to_owned).collect();
            parts.sort();
            parts.join("; ")
        };
        assert_eq!(sorted("http://www.example.com/"), "quoted=\"a b\"; sid=abc; tmp=session; wide=w1");
        assert_eq!(
            sorted("http://www.example.com/private/x"),
            "area=p1; quoted=\"a b\"; sid=abc; tmp=session; wide=w1"
        );
        assert_eq!(sorted("http://other.example.com/"), "wide=w1");
        assert_eq!(jar.header_for(&at("http://example.net/"), NOW), None);
        assert!(sorted("https://www.example.com/").contains("safe=s1"));
    }

    #[test]
    fn file_round_trip() {
        let text = filled().to_file(NOW);
        assert!(text.starts_with("# Netscape HTTP Cookie File\n"));
        assert!(text.contains("\n.example.com\tTRUE\t/\tFALSE\t4102444800\twide\tw1\n"));
        assert!(!text.contains("tmp"));
        assert_eq!(CookieJar::parse(&text, NOW).to_file(NOW), text);
    }

    #[test]
    fn removal() {
        let mut jar = filled();
        let headers: [&[u8]; 2] = [b"sid=; path=/; expires=Mon, 01 Jan 2001 00:00:00 GMT", b"tmp=x; path=/; max-age=0"];
        jar.take_from(&at("http://www.example.com/logout"), headers.into_iter(), NOW);
        assert!(!jar.iter().any(|c| c.name == "sid" || c.name == "tmp"));
    }

    /// What CPython 2.7's cookielib takes and leaves.
    #[test]
    fn odd_headers() {
        for (header, path) in [
            ("a=1; path=\"/a\"", Some("%22/a%22")),
            ("a=1; path=a", Some("a")),
            ("a=1; path=", Some("/a")),
            ("a=1; max-age=x", None),
            ("a=1; domain=", None),
            ("a=1; port=\"80\"", None),
            ("a=1; port=80,8080", Some("/a")),
            ("a=1; port=8080", None),
            ("a=1; expires=junk", Some("/a")),
        ] {
            let mut jar = CookieJar::default();
            jar.take_from(&at("http://www.example.com/a/b"), [header.as_bytes()].into_iter(), NOW);
            assert_eq!(jar.iter().next().map(|cookie| cookie.path.as_str()), path, "{header}");
        }
    }

    #[test]
    fn dates() {
        assert_eq!(parse_date("Thu, 01 Jan 1970 00:00:10 GMT"), Some(10));
        assert_eq!(parse_date("Sunday, 06-Nov-94 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(parse_date("Sun Nov  6 08:49:37 1994"), Some(784_111_777));
        assert_eq!(parse_date("nonsense"), None);
    }
}
