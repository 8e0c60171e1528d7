"""Helpers for web programs (the Python 2 module cgi): escaping and reading of queries and headers."""

import urlparse

__all__ = ['escape', 'parse_qs', 'parse_qsl', 'parse_header']

parse_qs = urlparse.parse_qs
parse_qsl = urlparse.parse_qsl


def escape(s, quote=None):
    """Replaces &, < and >, and with a true second argument the quotation mark."""
    s = s.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')
    return s.replace('"', '&quot;') if quote else s


def parse_header(line):
    """'text/html; charset="utf-8"' -> ('text/html', {'charset': 'utf-8'})."""
    parts = []
    rest = ';' + line
    while rest[:1] == ';':
        rest = rest[1:]
        end = rest.find(';')
        while end > 0 and (rest.count('"', 0, end) - rest.count('\\"', 0, end)) % 2:
            end = rest.find(';', end + 1)
        if end < 0:
            end = len(rest)
        parts.append(rest[:end].strip())
        rest = rest[end:]
    values = {}
    for part in parts[1:]:
        name, equals, value = part.partition('=')
        if equals:
            value = value.strip()
            if len(value) >= 2 and value[0] == value[-1] == '"':
                value = value[1:-1].replace('\\\\', '\\').replace('\\"', '"')
            values[name.strip().lower()] = value
    return parts[0], values
