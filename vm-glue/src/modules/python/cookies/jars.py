"""Cookies of web clients: jars, the policy of what goes into them and out, and their files."""

import re
import time
import threading as _threading
from _cookietext import (DAYS, DEFAULT_HTTP_PORT, EPOCH_YEAR, ESCAPED_CHAR_RE, HEADER_ESCAPE_RE, HEADER_JOIN_ESCAPE_RE,
                         HEADER_QUOTED_VALUE_RE, HEADER_TOKEN_RE, HEADER_VALUE_RE, HTTP_PATH_SAFE, IPV4_RE, ISO_DATE_RE,
                         LOOSE_HTTP_DATE_RE, MISSING_FILENAME_TEXT, MONTHS, MONTHS_LOWER, STRICT_DATE_RE, TIMEZONE_RE,
                         UTC_ZONES, WEEKDAY_RE, _str2time, _strip_quotes, _timegm, cut_port_re, deepvalues, domain_match,
                         eff_request_host, escape_path, http2time, is_HDN, is_third_party, iso2time, join_header_words,
                         liberal_is_HDN, offset_from_tz_string, parse_ns_headers, reach, request_host, request_path,
                         request_port, split_header_words, time2isoz, time2netscape, timegm, unmatched,
                         uppercase_escaped_char, user_domain_match, vals_sorted_by_key)
from _cookiepolicy import CookiePolicy, DefaultCookiePolicy

__all__ = ['Cookie', 'CookieJar', 'CookiePolicy', 'DefaultCookiePolicy', 'FileCookieJar', 'LWPCookieJar',
           'lwp_cookie_str', 'LoadError', 'MozillaCookieJar']

debug = False
logger = None


def _debug(*args):
    if not debug:
        return
    global logger
    if not logger:
        import logging
        logger = logging.getLogger('cookielib')
    return logger.debug(*args)


def _warn_unhandled_exception():
    import StringIO
    import traceback
    import warnings
    text = StringIO.StringIO()
    traceback.print_exc(None, text)
    warnings.warn('cookielib bug!\n%s' % text.getvalue(), stacklevel=2)


class Cookie:
    """One cookie."""

    def __init__(self, version, name, value, port, port_specified, domain, domain_specified, domain_initial_dot, path,
                 path_specified, secure, expires, discard, comment, comment_url, rest, rfc2109=False):
        if version is not None:
            version = int(version)
        if expires is not None:
            expires = int(expires)
        if port is None and port_specified is True:
            raise ValueError('if port is None, port_specified must be false')
        self.version = version
        self.name = name
        self.value = value
        self.port = port
        self.port_specified = port_specified
        self.domain = domain.lower()
        self.domain_specified = domain_specified
        self.domain_initial_dot = domain_initial_dot
        self.path = path
        self.path_specified = path_specified
        self.secure = secure
        self.expires = expires
        self.discard = discard
        self.comment = comment
        self.comment_url = comment_url
        self.rfc2109 = rfc2109
        self._rest = dict(rest)

    def has_nonstandard_attr(self, name):
        return name in self._rest

    def get_nonstandard_attr(self, name, default=None):
        return self._rest.get(name, default)

    def set_nonstandard_attr(self, name, value):
        self._rest[name] = value

    def is_expired(self, now=None):
        if now is None:
            now = time.time()
        return self.expires is not None and self.expires <= now

    def __str__(self):
        name = self.name if self.value is None else '%s=%s' % (self.name, self.value)
        return '<Cookie %s for %s%s%s>' % (name, self.domain, '' if self.port is None else ':' + self.port, self.path)

    def __repr__(self):
        names = ('version', 'name', 'value', 'port', 'port_specified', 'domain', 'domain_specified',
                 'domain_initial_dot', 'path', 'path_specified', 'secure', 'expires', 'discard', 'comment',
                 'comment_url')
        parts = ['%s=%s' % (name, repr(getattr(self, name))) for name in names]
        return 'Cookie(%s)' % ', '.join(parts + ['rest=%s' % repr(self._rest), 'rfc2109=%s' % repr(self.rfc2109)])


class Absent:
    pass


class CookieJar:
    """Cookies by domain, path and name."""

    non_word_re = re.compile(r'\W')
    quote_re = re.compile(r'([\"\\])')
    strict_domain_re = re.compile(r'\.?[^.]*')
    domain_re = re.compile(r'[^.]*')
    dots_re = re.compile(r'^\.+')
    magic_re = r'^\#LWP-Cookies-(\d+\.\d+)'

    def __init__(self, policy=None):
        self._cookies_lock = _threading.RLock()
        self._cookies = {}
        self._policy = DefaultCookiePolicy() if policy is None else policy

    def set_policy(self, policy):
        self._policy = policy

    # ---- sending

    def _cookies_for_domain(self, domain, request):
        if not self._policy.domain_return_ok(domain, request):
            return []
        _debug('Checking %s for cookies to return', domain)
        found = []
        paths = self._cookies[domain]
        for path in paths.keys():
            if self._policy.path_return_ok(path, request):
                for cookie in paths[path].values():
                    if self._policy.return_ok(cookie, request):
                        found.append(cookie)
        return found

    def _cookies_for_request(self, request):
        found = []
        for domain in self._cookies.keys():
            found.extend(self._cookies_for_domain(domain, request))
        return found

    def _cookie_attrs(self, cookies):
        cookies.sort(key=lambda cookie: len(cookie.path), reverse=True)
        words, versioned = [], False
        for cookie in cookies:
            version = cookie.version
            if not versioned:
                versioned = True
                if version > 0:
                    words.append('$Version=%s' % version)
            value = cookie.value
            if value is not None and self.non_word_re.search(value) and version > 0:
                value = self.quote_re.sub(r'\\\1', value)
            words.append(cookie.name if cookie.value is None else '%s=%s' % (cookie.name, value))
            if version > 0:
                if cookie.path_specified:
                    words.append('$Path="%s"' % cookie.path)
                if cookie.domain.startswith('.'):
                    domain = cookie.domain
                    if not cookie.domain_initial_dot and domain.startswith('.'):
                        domain = domain[1:]
                    words.append('$Domain="%s"' % domain)
                if cookie.port is not None:
                    words.append('$Port' + ('="%s"' % cookie.port if cookie.port_specified else ''))
        return words

    def add_cookie_header(self, request):
        """Gives a request the header with the cookies that belong to it."""
        _debug('add_cookie_header')
        self._cookies_lock.acquire()
        try:
            self._policy._now = self._now = int(time.time())
            cookies = self._cookies_for_request(request)
            words = self._cookie_attrs(cookies)
            if words and not request.has_header('Cookie'):
                request.add_unredirected_header('Cookie', '; '.join(words))
            if (self._policy.rfc2965 and not self._policy.hide_cookie2 and not request.has_header('Cookie2') and
                    any([cookie.version != 1 for cookie in cookies])):
                request.add_unredirected_header('Cookie2', '$Version="1"')
        finally:
            self._cookies_lock.release()
        self.clear_expired_cookies()

    # ---- taking

    def _normalized_cookie_tuples(self, attrs_set):
        import _cookieattrs
        return _cookieattrs.normalized(self, attrs_set)

    def _cookie_from_cookie_tuple(self, tup, request):
        import _cookieattrs
        return _cookieattrs.cookie(self, tup, request)

    def _cookies_from_attrs_set(self, attrs_set, request):
        made = [self._cookie_from_cookie_tuple(tup, request) for tup in self._normalized_cookie_tuples(attrs_set)]
        return [cookie for cookie in made if cookie]

    def _process_rfc2109_cookies(self, cookies):
        as_netscape = getattr(self._policy, 'rfc2109_as_netscape', None)
        if as_netscape is None:
            as_netscape = not self._policy.rfc2965
        for cookie in cookies:
            if cookie.version == 1:
                cookie.rfc2109 = True
                if as_netscape:
                    cookie.version = 0

    def make_cookies(self, response, request):
        """The cookies that an answer sets."""
        headers = response.info()
        newer, older = headers.getheaders('Set-Cookie2'), headers.getheaders('Set-Cookie')
        use_newer, use_older = self._policy.rfc2965, self._policy.netscape
        if not ((newer or older) and (newer or use_older) and (older or use_newer) and (use_older or use_newer)):
            return []
        try:
            cookies = self._cookies_from_attrs_set(split_header_words(newer), request)
        except Exception:
            _warn_unhandled_exception()
            cookies = []
        if older and use_older:
            try:
                found = self._cookies_from_attrs_set(parse_ns_headers(older), request)
            except Exception:
                _warn_unhandled_exception()
                found = []
            self._process_rfc2109_cookies(found)
            if use_newer:
                known = set([(cookie.domain, cookie.path, cookie.name) for cookie in cookies])
                found = [cookie for cookie in found if (cookie.domain, cookie.path, cookie.name) not in known]
            cookies.extend(found)
        return cookies

    def set_cookie_if_ok(self, cookie, request):
        self._cookies_lock.acquire()
        try:
            self._policy._now = self._now = int(time.time())
            if self._policy.set_ok(cookie, request):
                self.set_cookie(cookie)
        finally:
            self._cookies_lock.release()

    def set_cookie(self, cookie):
        self._cookies_lock.acquire()
        try:
            self._cookies.setdefault(cookie.domain, {}).setdefault(cookie.path, {})[cookie.name] = cookie
        finally:
            self._cookies_lock.release()

    def extract_cookies(self, response, request):
        """Takes the cookies of an answer that the policy allows."""
        _debug('extract_cookies: %s', response.info())
        self._cookies_lock.acquire()
        try:
            self._policy._now = self._now = int(time.time())
            for cookie in self.make_cookies(response, request):
                if self._policy.set_ok(cookie, request):
                    _debug(' setting cookie: %s', cookie)
                    self.set_cookie(cookie)
        finally:
            self._cookies_lock.release()

    # ---- contents

    def clear(self, domain=None, path=None, name=None):
        if name is not None:
            if domain is None or path is None:
                raise ValueError('domain and path must be given to remove a cookie by name')
            del self._cookies[domain][path][name]
        elif path is not None:
            if domain is None:
                raise ValueError('domain must be given to remove cookies by path')
            del self._cookies[domain][path]
        elif domain is not None:
            del self._cookies[domain]
        else:
            self._cookies = {}

    def _clear_those(self, test):
        self._cookies_lock.acquire()
        try:
            for cookie in list(self):
                if test(cookie):
                    self.clear(cookie.domain, cookie.path, cookie.name)
        finally:
            self._cookies_lock.release()

    def clear_session_cookies(self):
        self._clear_those(lambda cookie: cookie.discard)

    def clear_expired_cookies(self):
        now = time.time()
        self._clear_those(lambda cookie: cookie.is_expired(now))

    def __iter__(self):
        return deepvalues(self._cookies)

    def __len__(self):
        return sum([1 for cookie in self])

    def __repr__(self):
        return '<%s[%s]>' % (self.__class__.__name__, ', '.join(map(repr, self)))

    def __str__(self):
        return '<%s[%s]>' % (self.__class__.__name__, ', '.join(map(str, self)))


class LoadError(IOError):
    pass

from _cookiefiles import FileCookieJar, LWPCookieJar, MozillaCookieJar, lwp_cookie_str
