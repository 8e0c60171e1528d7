"""`PMS.String`: texts in URLs and texts of pages."""

from PMS._Library import base64, urllib


def Encode(s):
    """Base64 that can stand in a path."""
    return base64.b64encode(str(s)).replace('/', '@').replace('+', '*').replace('=', '_')


def Decode(s):
    return base64.b64decode(str(s).replace('@', '/').replace('*', '+').replace('_', '='))


def Quote(url, usePlus=False):
    """Escapes a text for a URL; with `usePlus` also slashes, and blanks become `+`."""
    return urllib.quote_plus(url) if usePlus else urllib.quote(url)


def Unquote(url, usePlus=False):
    return urllib.unquote_plus(url) if usePlus else urllib.unquote(url)


def URLEncode(s):
    """Escapes a text for a query."""
    return urllib.urlencode({'v': s})[2:]


def StripTags(html, encoding='utf8'):
    """The text of a piece of HTML."""
    import re
    from PMS import XML
    if html is None:
        return None
    text = re.sub(r'<[^<>]+>', '', html)
    return text


def Join(words, sep=None):
    """The words with `sep` between them. Without `sep` it raises an AttributeError, as it always did."""
    return sep.join(words)
