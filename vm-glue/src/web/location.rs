//! A URL taken apart as leniently as plug-ins need it: nothing is normalised, only what is needed is looked at.

/// The parts of an absolute `http` or `https` URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Lower-case.
    pub scheme: String,
    /// `user:password`, without the `@`.
    pub user: Option<String>,
    /// Lower-case, IPv6 addresses without their brackets.
    pub host: String,
    /// The host as it was written.
    pub written_host: String,
    pub port: Option<u16>,
    /// As written; never empty.
    pub path: String,
    pub query: Option<String>,
}

impl Location {
    /// Takes a URL apart. The error says what is wrong with it.
    pub fn parse(url: &str) -> Result<Location, String> {
        let url = url.trim_matches(|c: char| c.is_ascii_whitespace());
        let (scheme, rest) = url.split_once("://").ok_or("no scheme")?;
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "http" && scheme != "https" {
            return Err(format!("unknown scheme {scheme:?}"));
        }
        let rest = rest.split('#').next().unwrap_or(rest);
        if let Some(bad) = rest.chars().find(|c| c.is_ascii_control() || *c == ' ') {
            return Err(format!("it contains {bad:?}"));
        }
        let (authority, target) = match rest.find(['/', '?']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let (user, address) = match authority.rsplit_once('@') {
            Some((user, address)) => (Some(user.to_owned()), address),
            None => (None, authority),
        };
        let (host, port) = split_port(address)?;
        if host.is_empty() {
            return Err("no host".to_owned());
        }
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (target, None),
        };
        let path = if path.is_empty() { "/" } else { path }.to_owned();
        Ok(Location { scheme, user, host: host.to_ascii_lowercase(), written_host: host.to_owned(), port, path, query })
    }

    pub fn is_tls(&self) -> bool {
        self.scheme == "https"
    }

    /// The port that is connected to.
    pub fn effective_port(&self) -> u16 {
        self.port.unwrap_or(if self.is_tls() { 443 } else { 80 })
    }

    /// The host as it stands in a URL, with brackets around an IPv6 address.
    pub fn bracketed_host(&self) -> String {
        if self.host.contains(':') { format!("[{}]", self.host) } else { self.written_host.clone() }
    }

    /// What the `Host` header says: the port wherever one was written, as Python's client sends it.
    pub fn host_header(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.bracketed_host()),
            None => self.bracketed_host(),
        }
    }

    /// The host of [`url`](Self::url): the port only if it is not the scheme's own.
    fn usual_authority(&self) -> String {
        match self.port {
            Some(port) if port != if self.is_tls() { 443 } else { 80 } => format!("{}:{port}", self.bracketed_host()),
            _ => self.bracketed_host(),
        }
    }

    /// Path and query, as on the request line.
    pub fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// The URL without user name and fragment.
    pub fn url(&self) -> String {
        format!("{}://{}{}", self.scheme, self.usual_authority(), self.target())
    }
}

fn split_port(address: &str) -> Result<(&str, Option<u16>), String> {
    if let Some(rest) = address.strip_prefix('[') {
        let (host, after) = rest.split_once(']').ok_or("an IPv6 address without its closing bracket")?;
        return match after.strip_prefix(':') {
            Some(port) => Ok((host, parse_port(port)?)),
            None => Ok((host, None)),
        };
    }
    match address.rsplit_once(':') {
        Some((host, port)) => Ok((host, parse_port(port)?)),
        None => Ok((address, None)),
    }
}

fn parse_port(port: &str) -> Result<Option<u16>, String> {
    if port.is_empty() {
        return Ok(None);
    }
    port.parse().map(Some).map_err(|_| format!("nonnumeric port: '{port}'"))
}

#[cfg(test)]
mod tests {
    use super::Location;

    #[test]
    fn parts() {
        let l = Location::parse("HTTP://me:pw@WWW.Example.com:8080/a/../b?x=1?#end").unwrap();
        assert_eq!((l.scheme.as_str(), l.host.as_str(), l.port), ("http", "www.example.com", Some(8080)));
        assert_eq!((l.path.as_str(), l.query.as_deref(), l.user.as_deref()), ("/a/../b", Some("x=1?"), Some("me:pw")));
        assert_eq!(l.url(), "http://WWW.Example.com:8080/a/../b?x=1?");
        assert_eq!(Location::parse("http://h:80?q").unwrap().url(), "http://h/?q");
        assert_eq!(Location::parse("http://h:80/x").unwrap().host_header(), "h:80");
        assert_eq!(Location::parse("http://[::1]:5/x").unwrap().host_header(), "[::1]:5");
    }

    #[test]
    fn refused() {
        for url in ["nothing", "ftp://x/", "http://", "http://a b/", "http://a/b c", "http://a:b/", "http://a\u{7f}/"] {
            assert!(Location::parse(url).is_err(), "{url}");
        }
    }
}
