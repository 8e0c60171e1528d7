"""Jars that are kept in files (part of `cookielib`)."""

import re
import time
import cookielib
from _cookietext import MISSING_FILENAME_TEXT, iso2time, join_header_words, split_header_words, time2isoz
from cookielib import Cookie, CookieJar, LoadError


class FileCookieJar(CookieJar):
    """A jar with a file."""

    def __init__(self, filename=None, delayload=False, policy=None):
        CookieJar.__init__(self, policy)
        if filename is not None:
            try:
                filename + ''
            except:
                raise ValueError('filename must be string-like')
        self.filename = filename
        self.delayload = bool(delayload)

    def _name(self, filename):
        if filename is not None:
            return filename
        if self.filename is not None:
            return self.filename
        raise ValueError(MISSING_FILENAME_TEXT)

    def save(self, filename=None, ignore_discard=False, ignore_expires=False):
        raise NotImplementedError()

    def load(self, filename=None, ignore_discard=False, ignore_expires=False):
        filename = self._name(filename)
        with open(filename) as f:
            self._really_load(f, filename, ignore_discard, ignore_expires)

    def revert(self, filename=None, ignore_discard=False, ignore_expires=False):
        """Takes the file's cookies instead of its own; these stay if that fails."""
        filename = self._name(filename)
        self._cookies_lock.acquire()
        try:
            import copy
            before = copy.deepcopy(self._cookies)
            self._cookies = {}
            try:
                self.load(filename, ignore_discard, ignore_expires)
            except (LoadError, IOError):
                self._cookies = before
                raise
        finally:
            self._cookies_lock.release()

    def _kept(self, ignore_discard, ignore_expires):
        now = time.time()
        return [cookie for cookie in self if (ignore_discard or not cookie.discard) and
                (ignore_expires or not cookie.is_expired(now))]

    def _taken(self, cookie, ignore_discard, ignore_expires, now):
        if (ignore_discard or not cookie.discard) and (ignore_expires or not cookie.is_expired(now)):
            self.set_cookie(cookie)

    def _invalid(self, kind, filename, line):
        raise LoadError('invalid %s format file %r: %r' % (kind, filename, line))


def lwp_cookie_str(cookie):
    """A cookie in libwww-perl's form."""
    words = [(cookie.name, cookie.value), ('path', cookie.path), ('domain', cookie.domain)]
    if cookie.port is not None:
        words.append(('port', cookie.port))
    for set, name in ((cookie.path_specified, 'path_spec'), (cookie.port_specified, 'port_spec'),
                      (cookie.domain_initial_dot, 'domain_dot'), (cookie.secure, 'secure')):
        if set:
            words.append((name, None))
    if cookie.expires:
        words.append(('expires', time2isoz(float(cookie.expires))))
    if cookie.discard:
        words.append(('discard', None))
    if cookie.comment:
        words.append(('comment', cookie.comment))
    if cookie.comment_url:
        words.append(('commenturl', cookie.comment_url))
    words.extend([(name, str(cookie._rest[name])) for name in sorted(cookie._rest.keys())])
    words.append(('version', str(cookie.version)))
    return join_header_words([words])


class LWPCookieJar(FileCookieJar):
    """A file in libwww-perl's form, which keeps all that there is to know about a cookie."""

    def as_lwp_str(self, ignore_discard=True, ignore_expires=True):
        lines = ['Set-Cookie3: %s' % lwp_cookie_str(cookie) for cookie in self._kept(ignore_discard, ignore_expires)]
        return '\n'.join(lines + [''])

    def save(self, filename=None, ignore_discard=False, ignore_expires=False):
        with open(self._name(filename), 'w') as f:
            f.write('#LWP-Cookies-2.0\n')
            f.write(self.as_lwp_str(ignore_discard, ignore_expires))

    def _really_load(self, f, filename, ignore_discard, ignore_expires):
        first = f.readline()
        if not re.search(self.magic_re, first):
            raise LoadError('%r does not look like a Set-Cookie3 (LWP) format file' % filename)
        now = time.time()
        flags = ('port_spec', 'path_spec', 'domain_dot', 'secure', 'discard')
        values = ('version', 'port', 'path', 'domain', 'expires', 'comment', 'commenturl')
        line = first
        try:
            for line in iter(f.readline, ''):
                if not line.startswith('Set-Cookie3:'):
                    continue
                for words in split_header_words([line[len('Set-Cookie3:'):].strip()]):
                    name, value = words[0]
                    known = dict.fromkeys(flags, False)
                    rest = {}
                    for key, given in words[1:]:
                        lower = key.lower() if key is not None else None
                        if lower in values or lower in flags:
                            key = lower
                        if key in flags:
                            known[key] = True if given is None else given
                        elif key in values:
                            known[key] = given
                        else:
                            rest[key] = given
                    expires = known.get('expires')
                    discard = known['discard']
                    if expires is not None:
                        expires = iso2time(expires)
                    if expires is None:
                        discard = True
                    domain = known.get('domain')
                    self._taken(Cookie(known.get('version'), name, value, known.get('port'), known['port_spec'], domain,
                                       domain.startswith('.'), known['domain_dot'], known.get('path'),
                                       known['path_spec'], known['secure'], expires, discard, known.get('comment'),
                                       known.get('commenturl'), rest), ignore_discard, ignore_expires, now)
        except IOError:
            raise
        except Exception:
            cookielib._warn_unhandled_exception()
            self._invalid('Set-Cookie3', filename, line)


class MozillaCookieJar(FileCookieJar):
    """A `cookies.txt` of Netscape and Mozilla."""

    magic_re = re.compile('#( Netscape)? HTTP Cookie File')
    header = """\
# Netscape HTTP Cookie File
# http://curl.haxx.se/rfc/cookie_spec.html
# This is a generated file!  Do not edit.

"""

    def _really_load(self, f, filename, ignore_discard, ignore_expires):
        now = time.time()
        if not self.magic_re.search(f.readline()):
            f.close()
            raise LoadError('%r does not look like a Netscape format cookies file' % filename)
        line = ''
        try:
            for line in iter(f.readline, ''):
                if line.endswith('\n'):
                    line = line[:-1]
                if line.strip().startswith(('#', '$')) or line.strip() == '':
                    continue
                domain, domain_specified, path, secure, expires, name, value = line.split('\t')
                domain_specified = domain_specified == 'TRUE'
                if name == '':
                    # A cookie without a value has its name in the place of the value.
                    name, value = value, None
                initial_dot = domain.startswith('.')
                assert domain_specified == initial_dot
                discard = False
                if expires == '':
                    expires = None
                    discard = True
                self._taken(Cookie(0, name, value, None, False, domain, domain_specified, initial_dot, path, False,
                                   secure == 'TRUE', expires, discard, None, None, {}),
                            ignore_discard, ignore_expires, now)
        except IOError:
            raise
        except Exception:
            cookielib._warn_unhandled_exception()
            self._invalid('Netscape', filename, line)

    def save(self, filename=None, ignore_discard=False, ignore_expires=False):
        with open(self._name(filename), 'w') as f:
            f.write(self.header)
            for cookie in self._kept(ignore_discard, ignore_expires):
                name, value = ('', cookie.name) if cookie.value is None else (cookie.name, cookie.value)
                f.write('\t'.join([cookie.domain, 'TRUE' if cookie.domain.startswith('.') else 'FALSE', cookie.path,
                                   'TRUE' if cookie.secure else 'FALSE',
                                   '' if cookie.expires is None else str(cookie.expires), name, value]) + '\n')

for _class in (FileCookieJar, LWPCookieJar, MozillaCookieJar):
    _class.__module__ = 'cookielib'
lwp_cookie_str.__module__ = 'cookielib'
del _class
