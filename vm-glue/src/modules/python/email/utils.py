"""Dates, addresses and parameters of headers."""

import re
import urllib

__all__ = ['collapse_rfc2231_value', 'decode_params', 'decode_rfc2231', 'encode_rfc2231', 'formataddr', 'formatdate',
           'getaddresses', 'make_msgid', 'mktime_tz', 'parseaddr', 'parsedate', 'parsedate_tz', 'unquote']

COMMASPACE, CRLF, EMPTYSTRING, TICK, UEMPTYSTRING = ', ', '\r\n', '', "'", u''
specialsre = re.compile(r'[][\\()<>@,:;".]')
escapesre = re.compile(r'[][\\()"]')
rfc2231_continuation = re.compile(r'^(?P<name>\w+)\*((?P<num>[0-9]+)\*?)?$')


def fix_eols(s):
    """With \\r\\n at the end of each line."""
    return re.sub(r'\r(?!\n)', CRLF, re.sub(r'(?<!\r)\n', CRLF, s))


def formataddr(pair):
    name, address = pair
    if not name:
        return address
    quotes = '"' if specialsre.search(name) else ''
    return '%s%s%s <%s>' % (quotes, escapesre.sub(r'\\\g<0>', name), quotes, address)


def decode_rfc2231(s):
    """(charset, language, value) of an encoded parameter."""
    parts = s.split(TICK, 2)
    return parts if len(parts) > 2 else (None, None, s)


def encode_rfc2231(s, charset=None, language=None):
    s = urllib.quote(s, safe='')
    if charset is None and language is None:
        return s
    return "%s'%s'%s" % (charset, language or '', s)


def decode_params(params):
    """Parameters whose values came in pieces or encoded, put together."""
    result, pieces = [], {}
    for position, (name, value) in enumerate(params):
        if position == 0:
            result.append((name, value))
            continue
        encoded = name.endswith('*')
        value = unquote(value)
        found = rfc2231_continuation.match(name)
        if found:
            number = found.group('num')
            pieces.setdefault(found.group('name'), []).append((number and int(number), value, encoded))
        else:
            result.append((name, '"%s"' % quote(value)))
    for name, parts in pieces.items():
        parts.sort()
        extended = any(encoded for number, value, encoded in parts)
        value = EMPTYSTRING.join([urllib.unquote(part) if encoded else part for number, part, encoded in parts])
        value = quote(value)
        if extended:
            charset, language, value = decode_rfc2231(value)
            result.append((name, (charset, language, '"%s"' % value)))
        else:
            result.append((name, '"%s"' % value))
    return result


def collapse_rfc2231_value(value, errors='replace', fallback_charset='us-ascii'):
    if not isinstance(value, tuple):
        return unquote(value)
    try:
        return unicode(unquote(value[2]), value[0] or 'us-ascii', errors)
    except LookupError:
        return unicode(unquote(value[2]), fallback_charset, errors)
