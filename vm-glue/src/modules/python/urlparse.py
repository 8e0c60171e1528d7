"""Taking URLs apart and putting them together (the Python 2 module urlparse)."""

from collections import namedtuple as _namedtuple

__all__ = ['urlparse', 'urlunparse', 'urljoin', 'urldefrag', 'urlsplit', 'urlunsplit', 'parse_qs', 'parse_qsl']

uses_relative = ['ftp', 'http', 'gopher', 'nntp', 'imap', 'wais', 'file', 'https', 'shttp', 'mms',
                 'prospero', 'rtsp', 'rtspu', '', 'sftp', 'svn', 'svn+ssh']
uses_netloc = ['ftp', 'http', 'gopher', 'nntp', 'telnet', 'imap', 'wais', 'file', 'mms', 'https', 'shttp',
               'snews', 'prospero', 'rtsp', 'rtspu', 'rsync', '', 'svn', 'svn+ssh', 'sftp', 'nfs', 'git', 'git+ssh']
uses_params = ['ftp', 'hdl', 'prospero', 'http', 'imap', 'https', 'shttp', 'rtsp', 'rtspu', 'sip', 'sips',
               'mms', '', 'sftp', 'tel']
non_hierarchical = ['gopher', 'hdl', 'mailto', 'news', 'telnet', 'wais', 'imap', 'snews', 'sip', 'sips']
uses_query = ['http', 'wais', 'imap', 'https', 'shttp', 'mms', 'gopher', 'rtsp', 'rtspu', 'sip', 'sips', '']
uses_fragment = ['ftp', 'hdl', 'http', 'gopher', 'news', 'nntp', 'wais', 'https', 'shttp', 'snews',
                 'file', 'prospero', '']
scheme_chars = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.'


class ResultMixin(object):
    """What can be read off the network location of a result."""

    @property
    def username(self):
        if '@' not in self.netloc:
            return None
        return self.netloc.rsplit('@', 1)[0].split(':', 1)[0]

    @property
    def password(self):
        if '@' not in self.netloc:
            return None
        user = self.netloc.rsplit('@', 1)[0]
        return user.split(':', 1)[1] if ':' in user else None

    @property
    def hostname(self):
        host = self.netloc.split('@')[-1]
        if '[' in host and ']' in host:
            return host.split(']')[0][1:].lower()
        if ':' in host:
            return host.split(':')[0].lower()
        return host.lower() if host else None

    @property
    def port(self):
        host = self.netloc.split('@')[-1].split(']')[-1]
        if ':' not in host:
            return None
        port = host.split(':')[1]
        if not port:
            return None
        port = int(port, 10)
        return port if 0 <= port <= 65535 else None


class SplitResult(_namedtuple('SplitResult', 'scheme netloc path query fragment'), ResultMixin):
    __slots__ = ()

    def geturl(self):
        return urlunsplit(self)


class ParseResult(_namedtuple('ParseResult', 'scheme netloc path params query fragment'), ResultMixin):
    __slots__ = ()

    def geturl(self):
        return urlunparse(self)


def clear_cache():
    """Nothing is kept between calls; here because programs call it."""


def urlparse(url, scheme='', allow_fragments=True):
    """<scheme>://<netloc>/<path>;<params>?<query>#<fragment> as a tuple of six."""
    scheme, netloc, url, query, fragment = urlsplit(url, scheme, allow_fragments)
    params = ''
    if scheme in uses_params and ';' in url:
        url, params = _split_params(url)
    return ParseResult(scheme, netloc, url, params, query, fragment)


def _split_params(url):
    # Only the last segment of the path can have parameters.
    at = url.find(';', url.rfind('/')) if '/' in url else url.find(';')
    if at < 0:
        return url, ''
    return url[:at], url[at + 1:]


def _split_netloc(url, start):
    end = len(url)
    for c in '/?#':
        at = url.find(c, start)
        if at >= 0:
            end = min(end, at)
    return url[start:end], url[end:]


def _check_netloc(netloc):
    # A host name must not become another one by Unicode's compatibility forms.
    if not netloc or not isinstance(netloc, unicode):
        return
    import unicodedata
    plain = netloc.replace(u'@', u'').replace(u':', u'').replace(u'#', u'').replace(u'?', u'')
    normal = unicodedata.normalize('NFKC', plain)
    if plain == normal:
        return
    for c in u'/?#@:':
        if c in normal:
            raise ValueError('netloc %r contains invalid characters under NFKC normalization' % netloc)


def urlsplit(url, scheme='', allow_fragments=True):
    """<scheme>://<netloc>/<path>?<query>#<fragment> as a tuple of five."""
    netloc = query = fragment = ''
    at = url.find(':')
    if at > 0:
        for c in url[:at]:
            if c not in scheme_chars:
                break
        else:
            # host:port is no scheme and path
            rest = url[at + 1:]
            if url[:at].lower() == 'http' or not rest or [c for c in rest if c not in '0123456789']:
                scheme, url = url[:at].lower(), rest
    if url[:2] == '//':
        netloc, url = _split_netloc(url, 2)
        if ('[' in netloc) != (']' in netloc):
            raise ValueError('Invalid IPv6 URL')
    if allow_fragments and '#' in url:
        url, fragment = url.split('#', 1)
    if '?' in url:
        url, query = url.split('?', 1)
    _check_netloc(netloc)
    return SplitResult(scheme, netloc, url, query, fragment)


def urlunparse(data):
    """The opposite of urlparse."""
    scheme, netloc, url, params, query, fragment = data
    if params:
        url = '%s;%s' % (url, params)
    return urlunsplit((scheme, netloc, url, query, fragment))


def urlunsplit(data):
    """The opposite of urlsplit."""
    scheme, netloc, url, query, fragment = data
    if netloc or (scheme and scheme in uses_netloc and url[:2] != '//'):
        if url and url[:1] != '/':
            url = '/' + url
        url = '//' + (netloc or '') + url
    if scheme:
        url = scheme + ':' + url
    if query:
        url = url + '?' + query
    if fragment:
        url = url + '#' + fragment
    return url


def urljoin(base, url, allow_fragments=True):
    """The URL that a relative one means on a page."""
    if not base:
        return url
    if not url:
        return base
    bscheme, bnetloc, bpath, bparams, bquery, bfragment = urlparse(base, '', allow_fragments)
    scheme, netloc, path, params, query, fragment = urlparse(url, bscheme, allow_fragments)
    if scheme != bscheme or scheme not in uses_relative:
        return url
    if scheme in uses_netloc:
        if netloc:
            return urlunparse((scheme, netloc, path, params, query, fragment))
        netloc = bnetloc
    if path[:1] == '/':
        return urlunparse((scheme, netloc, path, params, query, fragment))
    if not path and not params:
        path = bpath
        params = bparams
        if not query:
            query = bquery
        return urlunparse((scheme, netloc, path, params, query, fragment))
    segments = bpath.split('/')[:-1] + path.split('/')
    if segments[-1] == '.':
        segments[-1] = ''
    segments = [s for s in segments if s != '.']
    # Each ".." takes the segment before it away, as long as there is one behind the root.
    again = True
    while again:
        again = False
        for i in range(1, len(segments) - 1):
            if segments[i] == '..' and segments[i - 1] not in ('', '..'):
                del segments[i - 1:i + 1]
                again = True
                break
    if segments == ['', '..']:
        segments[-1] = ''
    elif len(segments) >= 2 and segments[-1] == '..':
        segments[-2:] = ['']
    return urlunparse((scheme, netloc, '/'.join(segments), params, query, fragment))


def urldefrag(url):
    """The URL without its fragment, and the fragment."""
    if '#' not in url:
        return url, ''
    scheme, netloc, path, params, query, fragment = urlparse(url)
    return urlunparse((scheme, netloc, path, params, query, '')), fragment


_hex = dict((a + b, chr(int(a + b, 16))) for a in '0123456789ABCDEFabcdef' for b in '0123456789ABCDEFabcdef')


def unquote(s):
    """unquote('abc%20def') -> 'abc def'."""
    if isinstance(s, unicode):
        if '%' not in s:
            return s
        pieces = s.split('%')
        result = [pieces[0]]
        for piece in pieces[1:]:
            code = piece[:2].encode('latin1', 'replace')
            if code in _hex:
                result.append(unichr(ord(_hex[code])))
                result.append(piece[2:])
            else:
                result.append('%')
                result.append(piece)
        return u''.join(result)
    pieces = s.split('%')
    if len(pieces) == 1:
        return s
    result = [pieces[0]]
    for piece in pieces[1:]:
        code = _hex.get(piece[:2])
        if code is None:
            result.append('%')
            result.append(piece)
        else:
            result.append(code)
            result.append(piece[2:])
    return ''.join(result)


def parse_qs(qs, keep_blank_values=0, strict_parsing=0, max_num_fields=None):
    """A query as a dictionary of lists."""
    found = {}
    for name, value in parse_qsl(qs, keep_blank_values, strict_parsing, max_num_fields):
        found.setdefault(name, []).append(value)
    return found


def parse_qsl(qs, keep_blank_values=0, strict_parsing=0, max_num_fields=None):
    """A query as a list of pairs."""
    if max_num_fields is not None and max_num_fields < 1 + qs.count('&') + qs.count(';'):
        raise ValueError('Max number of fields exceeded')
    found = []
    for pair in [p for part in qs.split('&') for p in part.split(';')]:
        if not pair and not strict_parsing:
            continue
        halves = pair.split('=', 1)
        if len(halves) != 2:
            if strict_parsing:
                raise ValueError('bad query field: %r' % (pair,))
            if not keep_blank_values:
                continue
            halves.append('')
        if halves[1] or keep_blank_values:
            found.append((unquote(halves[0].replace('+', ' ')), unquote(halves[1].replace('+', ' '))))
    return found
