"""Taking URLs apart and putting them together (the Python 2 module urlparse)."""

from _urls import functions as _functions, parse_qs, parse_qsl, unquote
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


# They look at the lists above, which programs add to.
urlsplit, urlparse, urlunsplit, urlunparse, urljoin, urldefrag = _functions(globals())
