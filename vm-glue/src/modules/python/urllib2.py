"""Opening URLs with handlers for redirects, cookies, errors and authentication (the Python 2 module urllib2)."""

import base64
import httplib
import posixpath
import _netbase as socket
import sys
import urlparse
from urllib import (unwrap, unquote, splittype, splithost, quote, addinfourl, splitport, splittag, toBytes,
                    splitattr, splituser, splitpasswd, splitvalue, localhost, url2pathname, getproxies,
                    proxy_bypass)

__version__ = sys.version[:3]

_opener = None


class URLError(IOError):
    """No answer: `reason` says why."""

    def __init__(self, reason):
        self.args = reason,
        self.reason = reason

    def __str__(self):
        return '<urlopen error %s>' % self.reason


class HTTPError(URLError, addinfourl):
    """An answer with an error status; it can be read like any other answer."""

    def __init__(self, url, code, msg, hdrs, fp):
        self.code = code
        self.msg = msg
        self.hdrs = hdrs
        self.fp = fp
        self.filename = url
        if fp is not None:
            addinfourl.__init__(self, fp, hdrs, url, code)

    def __str__(self):
        return 'HTTP Error %s: %s' % (self.code, self.msg)

    @property
    def reason(self):
        return self.msg

    def info(self):
        return self.hdrs


def _in_pieces(read):
    # Read as a socket's file is: a body that is shorter than its promised length simply ends.
    def read_pieces(size=-1):
        if size is not None and size >= 0:
            return read(size)
        parts = []
        while True:
            part = read(65536)
            if not part:
                return ''.join(parts)
            parts.append(part)
    return read_pieces


class Request:
    """A request: URL, data, headers."""

    def __init__(self, url, data=None, headers={}, origin_req_host=None, unverifiable=False):
        self.__original = unwrap(url)
        self.__original, self.__fragment = splittag(self.__original)
        self.type = None
        self.host = None
        self.port = None
        self._tunnel_host = None
        self.data = data
        self.headers = {}
        for key, value in headers.items():
            self.add_header(key, value)
        self.unredirected_hdrs = {}
        self.origin_req_host = origin_req_host or request_host(self)
        self.unverifiable = unverifiable
        self.timeout = socket._GLOBAL_DEFAULT_TIMEOUT

    def get_method(self):
        return 'POST' if self.has_data() else 'GET'

    def add_data(self, data):
        self.data = data

    def has_data(self):
        return self.data is not None

    def get_data(self):
        return self.data

    def get_full_url(self):
        if self.__fragment:
            return '%s#%s' % (self.__original, self.__fragment)
        return self.__original

    def get_type(self):
        if self.type is None:
            self.type, self.__rest = splittype(self.__original)
            if self.type is None:
                raise ValueError, 'unknown url type: %s' % self.__original
        return self.type

    def get_host(self):
        if self.host is None:
            self.get_type()
            self.host, self.__selector = splithost(self.__rest)
            if self.host:
                self.host = unquote(self.host)
        return self.host

    def get_selector(self):
        self.get_host()
        return self.__selector

    def set_proxy(self, host, type):
        # The program's HTTP client chooses its proxies itself, by the same environment variables.
        self.get_host()

    def has_proxy(self):
        return False

    def get_origin_req_host(self):
        return self.origin_req_host

    def is_unverifiable(self):
        return self.unverifiable

    def add_header(self, key, val):
        self.headers[key.capitalize()] = val

    def add_unredirected_header(self, key, val):
        self.unredirected_hdrs[key.capitalize()] = val

    def has_header(self, header_name):
        return header_name in self.headers or header_name in self.unredirected_hdrs

    def get_header(self, header_name, default=None):
        return self.headers.get(header_name, self.unredirected_hdrs.get(header_name, default))

    def header_items(self):
        headers = self.unredirected_hdrs.copy()
        headers.update(self.headers)
        return headers.items()


def request_host(request):
    host = urlparse.urlparse(request.get_full_url())[1]
    if host == '':
        host = request.get_header('Host', '')
    return splitport(host)[0].lower()


class BaseHandler:
    handler_order = 500

    def add_parent(self, parent):
        self.parent = parent

    def close(self):
        pass

    def __lt__(self, other):
        if not hasattr(other, 'handler_order'):
            return True
        return self.handler_order < other.handler_order


class OpenerDirector:
    """Passes requests through its handlers."""

    def __init__(self):
        self.addheaders = [('User-agent', 'Python-urllib/%s' % __version__)]
        self.handlers = []
        self.handle_open = {}
        self.handle_error = {}
        self.process_response = {}
        self.process_request = {}

    def add_handler(self, handler):
        if not hasattr(handler, 'add_parent'):
            raise TypeError('expected BaseHandler instance, got %r' % type(handler))
        added = False
        for name in dir(handler):
            if name in ('redirect_request', 'do_open', 'proxy_open') or '_' not in name:
                continue
            protocol, condition = name.split('_', 1)
            if condition.startswith('error'):
                kind = condition[6:]
                try:
                    kind = int(kind)
                except ValueError:
                    pass
                lookup = self.handle_error.setdefault(protocol, {})
            elif condition == 'open':
                kind, lookup = protocol, self.handle_open
            elif condition == 'response':
                kind, lookup = protocol, self.process_response
            elif condition == 'request':
                kind, lookup = protocol, self.process_request
            else:
                continue
            handlers = lookup.setdefault(kind, [])
            handlers.append(handler)
            handlers.sort(key=_order)
            added = True
        if added:
            self.handlers.append(handler)
            self.handlers.sort(key=_order)
            handler.add_parent(self)

    def close(self):
        pass

    def _call_chain(self, chain, kind, method, *args):
        for handler in chain.get(kind, ()):
            result = getattr(handler, method)(*args)
            if result is not None:
                return result

    def open(self, fullurl, data=None, timeout=socket._GLOBAL_DEFAULT_TIMEOUT):
        if isinstance(fullurl, basestring):
            request = Request(fullurl, data)
        else:
            request = fullurl
            if data is not None:
                request.add_data(data)
        request.timeout = timeout
        protocol = request.get_type()
        for processor in self.process_request.get(protocol, []):
            request = getattr(processor, protocol + '_request')(request)
        response = self._open(request, data)
        for processor in self.process_response.get(protocol, []):
            response = getattr(processor, protocol + '_response')(request, response)
        return response

    def _open(self, request, data=None):
        result = self._call_chain(self.handle_open, 'default', 'default_open', request)
        if result:
            return result
        protocol = request.get_type()
        result = self._call_chain(self.handle_open, protocol, protocol + '_open', request)
        if result:
            return result
        return self._call_chain(self.handle_open, 'unknown', 'unknown_open', request)

    def error(self, proto, *args):
        if proto in ('http', 'https'):
            lookup = self.handle_error.get('http', {})
            code = args[2]
            result = self._call_chain(lookup, code, 'http_error_%s' % code, *args)
            if result:
                return result
            return self._call_chain(lookup, 'default', 'http_error_default', *args)
        return self._call_chain(self.handle_error, proto, proto + '_error', *args)


def _order(handler):
    return getattr(handler, 'handler_order', 500)


class HTTPErrorProcessor(BaseHandler):
    """Gives answers that are not a success to the error handlers."""

    handler_order = 1000

    def http_response(self, request, response):
        code, msg, headers = response.code, response.msg, response.info()
        if not 200 <= code < 300:
            response = self.parent.error('http', request, response, code, msg, headers)
        return response

    https_response = http_response


class HTTPDefaultErrorHandler(BaseHandler):
    def http_error_default(self, req, fp, code, msg, hdrs):
        raise HTTPError(req.get_full_url(), code, msg, hdrs, fp)


class HTTPRedirectHandler(BaseHandler):
    max_repeats = 4
    max_redirections = 10
    inf_msg = ('The HTTP server returned a redirect error that would lead to an infinite loop.\n'
               'The last 30x error message was:\n')

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        method = req.get_method()
        if not (code in (301, 302, 303, 307) and method in ('GET', 'HEAD') or
                code in (301, 302, 303) and method == 'POST'):
            raise HTTPError(req.get_full_url(), code, msg, headers, fp)
        kept = dict((k, v) for k, v in req.headers.items() if k.lower() not in ('content-length', 'content-type'))
        return Request(newurl.replace(' ', '%20'), headers=kept, origin_req_host=req.get_origin_req_host(),
                       unverifiable=True)

    def http_error_302(self, req, fp, code, msg, headers):
        if 'location' in headers:
            newurl = headers.getheaders('location')[0]
        elif 'uri' in headers:
            newurl = headers.getheaders('uri')[0]
        else:
            return
        parts = urlparse.urlparse(newurl)
        if not parts.path:
            parts = list(parts)
            parts[2] = '/'
        newurl = urlparse.urljoin(req.get_full_url(), urlparse.urlunparse(parts))
        lower = newurl.lower()
        if not (lower.startswith('http://') or lower.startswith('https://') or lower.startswith('ftp://')):
            raise HTTPError(newurl, code, msg + ' - Redirection to url \'%s\' is not allowed' % newurl, headers, fp)
        new = self.redirect_request(req, fp, code, msg, headers, newurl)
        if new is None:
            return
        visited = getattr(req, 'redirect_dict', {})
        if hasattr(req, 'redirect_dict') and (visited.get(newurl, 0) >= self.max_repeats or
                                              len(visited) >= self.max_redirections):
            raise HTTPError(req.get_full_url(), code, self.inf_msg + msg, headers, fp)
        new.redirect_dict = req.redirect_dict = visited
        visited[newurl] = visited.get(newurl, 0) + 1
        fp.read()
        fp.close()
        return self.parent.open(new, timeout=req.timeout)

    http_error_301 = http_error_303 = http_error_307 = http_error_302


class ProxyHandler(BaseHandler):
    """Kept for programs that install it; the program's HTTP client uses the environment's proxies."""

    handler_order = 100

    def __init__(self, proxies=None):
        self.proxies = getproxies() if proxies is None else proxies


class HTTPPasswordMgr:
    """Users and passwords by realm and address."""

    def __init__(self):
        self.passwd = {}

    def add_password(self, realm, uri, user, passwd):
        uris = [uri] if isinstance(uri, basestring) else uri
        known = self.passwd.setdefault(realm, {})
        for default_port in (True, False):
            known[tuple([self.reduce_uri(u, default_port) for u in uris])] = (user, passwd)

    def find_user_password(self, realm, authuri):
        known = self.passwd.get(realm, {})
        for default_port in (True, False):
            reduced = self.reduce_uri(authuri, default_port)
            for uris, found in known.items():
                for uri in uris:
                    if self.is_suburi(uri, reduced):
                        return found
        return None, None

    def reduce_uri(self, uri, default_port=True):
        parts = urlparse.urlsplit(uri)
        if parts[1]:
            scheme, authority, path = parts[0], parts[1], parts[2] or '/'
        else:
            scheme, authority, path = None, uri, '/'
        host, port = splitport(authority)
        if default_port and port is None and scheme is not None:
            default = {'http': 80, 'https': 443}.get(scheme)
            if default is not None:
                authority = '%s:%d' % (host, default)
        return authority, path

    def is_suburi(self, base, test):
        if base == test:
            return True
        if base[0] != test[0]:
            return False
        return len(posixpath.commonprefix((base[1], test[1]))) == len(base[1])


class HTTPPasswordMgrWithDefaultRealm(HTTPPasswordMgr):
    def find_user_password(self, realm, authuri):
        user, password = HTTPPasswordMgr.find_user_password(self, realm, authuri)
        if user is not None:
            return user, password
        return HTTPPasswordMgr.find_user_password(self, None, authuri)


class AbstractBasicAuthHandler:
    def __init__(self, password_mgr=None):
        self.passwd = password_mgr or HTTPPasswordMgr()
        self.add_password = self.passwd.add_password

    def http_error_auth_reqed(self, authreq, host, req, headers):
        header = headers.get(authreq, None)
        if not header or header.split(' ', 1)[0].lower() != 'basic':
            return None
        realm = ''
        if 'realm=' in header:
            realm = header.split('realm=', 1)[1].split(',')[0].strip().strip('"\'')
        return self.retry_http_basic_auth(host, req, realm)

    def retry_http_basic_auth(self, host, req, realm):
        user, password = self.passwd.find_user_password(realm, host)
        if password is None:
            return None
        value = 'Basic %s' % base64.b64encode('%s:%s' % (user, password)).strip()
        if req.get_header(self.auth_header, None) == value:
            return None
        req.add_unredirected_header(self.auth_header, value)
        return self.parent.open(req, timeout=req.timeout)


class HTTPBasicAuthHandler(AbstractBasicAuthHandler, BaseHandler):
    auth_header = 'Authorization'

    def http_error_401(self, req, fp, code, msg, headers):
        return self.http_error_auth_reqed('www-authenticate', req.get_full_url(), req, headers)


class ProxyBasicAuthHandler(AbstractBasicAuthHandler, BaseHandler):
    auth_header = 'Proxy-authorization'

    def http_error_407(self, req, fp, code, msg, headers):
        return self.http_error_auth_reqed('proxy-authenticate', req.get_host(), req, headers)


class AbstractDigestAuthHandler:
    """Answers a challenge of the Digest kind (RFC 2617, algorithms MD5 and SHA)."""

    def __init__(self, passwd=None):
        self.passwd = passwd or HTTPPasswordMgr()
        self.add_password = self.passwd.add_password
        self.retried = 0
        self.nonce_count = 0
        self.last_nonce = None

    def reset_retry_count(self):
        self.retried = 0

    def http_error_auth_reqed(self, auth_header, host, req, headers):
        challenge = headers.get(auth_header, None)
        if self.retried > 5:
            raise HTTPError(req.get_full_url(), 401, "digest auth failed", headers, None)
        self.retried += 1
        if challenge and challenge.split()[0].lower() == 'digest':
            return self.retry_http_digest_auth(req, challenge)

    def retry_http_digest_auth(self, req, auth):
        values = parse_keqv_list(filter(None, parse_http_list(auth.split(' ', 1)[1])))
        answer = self.get_authorization(req, values)
        if answer:
            value = 'Digest %s' % answer
            if req.headers.get(self.auth_header, None) == value:
                return None
            req.add_unredirected_header(self.auth_header, value)
            return self.parent.open(req, timeout=req.timeout)

    def get_cnonce(self, nonce):
        import hashlib
        import os
        return hashlib.sha1('%s:%s:%s' % (self.nonce_count, nonce, os.urandom(8))).hexdigest()[:16]

    def get_authorization(self, req, chal):
        realm, nonce = chal.get('realm'), chal.get('nonce')
        if realm is None or nonce is None:
            return None
        qop = chal.get('qop')
        algorithm = chal.get('algorithm', 'MD5')
        H, KD = self.get_algorithm_impls(algorithm)
        if H is None:
            return None
        user, password = self.passwd.find_user_password(realm, req.get_full_url())
        if user is None:
            return None
        A1 = '%s:%s:%s' % (user, realm, password)
        A2 = '%s:%s' % (req.get_method(), req.get_selector())
        cnonce = None
        if qop and 'auth' in [part.strip() for part in qop.split(',')]:
            self.nonce_count = self.nonce_count + 1 if nonce == self.last_nonce else 1
            self.last_nonce = nonce
            count = '%08x' % self.nonce_count
            cnonce = self.get_cnonce(nonce)
            response = KD(H(A1), '%s:%s:%s:%s:%s' % (nonce, count, cnonce, 'auth', H(A2)))
        elif qop is None:
            response = KD(H(A1), '%s:%s' % (nonce, H(A2)))
        else:
            raise URLError("qop '%s' is not supported." % qop)
        answer = 'username="%s", realm="%s", nonce="%s", uri="%s", response="%s"' % (
            user, realm, nonce, req.get_selector(), response)
        if chal.get('opaque'):
            answer += ', opaque="%s"' % chal['opaque']
        answer += ', algorithm="%s"' % algorithm
        if cnonce:
            answer += ', qop=auth, nc=%s, cnonce="%s"' % (count, cnonce)
        return answer

    def get_algorithm_impls(self, algorithm):
        import hashlib
        make = {'MD5': hashlib.md5, 'SHA': hashlib.sha1}.get(algorithm.upper())
        if make is None:
            return None, None

        def H(text):
            return make(text).hexdigest()
        return H, lambda secret, data: H('%s:%s' % (secret, data))


class HTTPDigestAuthHandler(BaseHandler, AbstractDigestAuthHandler):
    auth_header = 'Authorization'
    handler_order = 490

    def http_error_401(self, req, fp, code, msg, headers):
        host = urlparse.urlparse(req.get_full_url())[1]
        answer = self.http_error_auth_reqed('www-authenticate', host, req, headers)
        self.reset_retry_count()
        return answer


class ProxyDigestAuthHandler(BaseHandler, AbstractDigestAuthHandler):
    auth_header = 'Proxy-Authorization'
    handler_order = 490

    def http_error_407(self, req, fp, code, msg, headers):
        answer = self.http_error_auth_reqed('proxy-authenticate', req.get_host(), req, headers)
        self.reset_retry_count()
        return answer


class AbstractHTTPHandler(BaseHandler):
    def __init__(self, debuglevel=0):
        self._debuglevel = debuglevel

    def set_http_debuglevel(self, level):
        self._debuglevel = level

    def do_request_(self, request):
        host = request.get_host()
        if not host:
            raise URLError('no host given')
        if request.has_data():
            data = request.get_data()
            if not request.has_header('Content-type'):
                request.add_unredirected_header('Content-type', 'application/x-www-form-urlencoded')
            if not request.has_header('Content-length'):
                request.add_unredirected_header('Content-length', '%d' % len(data))
        if not request.has_header('Host'):
            request.add_unredirected_header('Host', host)
        for name, value in self.parent.addheaders:
            name = name.capitalize()
            if not request.has_header(name):
                request.add_unredirected_header(name, value)
        return request

    def do_open(self, http_class, req, **http_conn_args):
        host = req.get_host()
        if not host:
            raise URLError('no host given')
        headers = dict(req.unredirected_hdrs)
        headers.update(dict((k, v) for k, v in req.headers.items() if k not in headers))
        headers['Connection'] = 'close'
        headers = dict((name.title(), val) for name, val in headers.items())
        connection = http_class(host, timeout=req.timeout, **http_conn_args)
        try:
            connection.request(req.get_method(), req.get_selector(), req.data, headers)
            r = connection.getresponse(buffering=True)
        except socket.error, err:
            raise URLError(err)
        r.read = _in_pieces(r.read)
        resp = addinfourl(r, r.msg, req.get_full_url())
        resp.code = r.status
        resp.msg = r.reason
        return resp


class HTTPHandler(AbstractHTTPHandler):
    def http_open(self, req):
        return self.do_open(httplib.HTTPConnection, req)

    http_request = AbstractHTTPHandler.do_request_


class HTTPSHandler(AbstractHTTPHandler):
    def __init__(self, debuglevel=0, context=None):
        AbstractHTTPHandler.__init__(self, debuglevel)
        self._context = context

    def https_open(self, req):
        return self.do_open(httplib.HTTPSConnection, req, context=self._context)

    https_request = AbstractHTTPHandler.do_request_


class HTTPCookieProcessor(BaseHandler):
    """Sends and keeps the cookies of a jar."""

    def __init__(self, cookiejar=None):
        import cookielib
        if cookiejar is None:
            cookiejar = cookielib.CookieJar()
        self.cookiejar = cookiejar

    def http_request(self, request):
        self.cookiejar.add_cookie_header(request)
        return request

    def http_response(self, request, response):
        self.cookiejar.extract_cookies(response, request)
        return response

    https_request = http_request
    https_response = http_response


class UnknownHandler(BaseHandler):
    def unknown_open(self, req):
        raise URLError('unknown url type: %s' % req.get_type())


class FileHandler(BaseHandler):
    def file_open(self, req):
        import urllib
        try:
            return urllib.URLopener().open_file(req.get_full_url())
        except (IOError, OSError), err:
            raise URLError(err)


def parse_keqv_list(l):
    """['a=b', 'c="d"'] as a dictionary."""
    parsed = {}
    for elt in l:
        k, v = elt.split('=', 1)
        if v[0] == '"' and v[-1] == '"':
            v = v[1:-1]
        parsed[k] = v
    return parsed


def parse_http_list(s):
    """The elements of a comma-separated header; commas in quotes do not separate."""
    parts = []
    part = ''
    escape = quoted = False
    for c in s:
        if escape:
            part += c
            escape = False
        elif quoted and c == '\\':
            escape = True
        elif c == ',' and not quoted:
            parts.append(part.strip())
            part = ''
        else:
            if c == '"':
                quoted = not quoted
            part += c
    if part:
        parts.append(part.strip())
    return parts


def build_opener(*handlers):
    """An opener with the usual handlers; those given take the place of their base classes."""
    opener = OpenerDirector()
    classes = [ProxyHandler, UnknownHandler, HTTPHandler, HTTPDefaultErrorHandler, HTTPRedirectHandler, FileHandler,
               HTTPErrorProcessor, HTTPSHandler]
    for check in handlers:
        for klass in classes[:]:
            if _is_class(check):
                if issubclass(check, klass):
                    classes.remove(klass)
            elif isinstance(check, klass):
                classes.remove(klass)
    for klass in classes:
        opener.add_handler(klass())
    for handler in handlers:
        opener.add_handler(handler() if _is_class(handler) else handler)
    return opener


def _is_class(thing):
    import types
    return isinstance(thing, (types.ClassType, type))


def urlopen(url, data=None, timeout=socket._GLOBAL_DEFAULT_TIMEOUT, cafile=None, capath=None, cadefault=False,
            context=None):
    """Opens a URL or a Request."""
    global _opener
    if cafile or capath or cadefault:
        if context is not None:
            raise ValueError("You can't pass both context and any of cafile, capath, and cadefault")
        import ssl
        context = ssl.create_default_context(purpose=ssl.Purpose.SERVER_AUTH, cafile=cafile, capath=capath)
    if context is not None:
        return build_opener(HTTPSHandler(context=context)).open(url, data, timeout)
    if _opener is None:
        _opener = build_opener()
    return _opener.open(url, data, timeout)


def install_opener(opener):
    global _opener
    _opener = opener
