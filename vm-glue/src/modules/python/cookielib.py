# Requests and answers of urllib2: the machine's code asks them as Python 3 would.
from _bridge import library as _library
_machine = _library('http.cookiejar')


class _Request(object):
    """A request of Python 2 with the attributes of Python 3's."""

    def __init__(self, request):
        self._request = request

    def get_full_url(self):
        return self._request.get_full_url()

    def get_header(self, name, default=None):
        return self._request.get_header(name, default)

    def has_header(self, name):
        return self._request.has_header(name)

    def add_unredirected_header(self, name, value):
        self._request.add_unredirected_header(name, value)

    @property
    def host(self):
        return self._request.get_host()

    @property
    def type(self):
        return self._request.get_type()

    @property
    def unverifiable(self):
        return self._request.is_unverifiable()

    @property
    def origin_req_host(self):
        return self._request.get_origin_req_host()


class _Headers(object):
    def __init__(self, headers):
        self._headers = headers

    def get_all(self, name, default=None):
        find = getattr(self._headers, 'getheaders', None) or getattr(self._headers, 'get_all')
        return [str(value) for value in find(name) or []] or default


class _Response(object):
    def __init__(self, response):
        self._response = response

    def info(self):
        return _Headers(self._response.info())


def _own(request):
    return request if isinstance(request, _Request) else _Request(request)


def _adapted(name):
    original = getattr(_machine.CookieJar, name)
    if name == 'add_cookie_header':
        def method(self, request):
            return original(self, _own(request))
    elif name == 'set_cookie_if_ok':
        def method(self, cookie, request):
            return original(self, cookie, _own(request))
    else:
        def method(self, response, request):
            if not isinstance(response, _Response):
                response = _Response(response)
            return original(self, response, _own(request))
    method.__name__ = name
    setattr(_machine.CookieJar, name, method)

for _name in 'add_cookie_header', 'set_cookie_if_ok', 'extract_cookies', 'make_cookies':
    _adapted(_name)
del _name


def request_host(request):
    return _machine.request_host(_own(request))


def eff_request_host(request):
    return _machine.eff_request_host(_own(request))


def request_path(request):
    return _machine.request_path(_own(request))


def request_port(request):
    return _machine.request_port(_own(request))


def is_third_party(request):
    return _machine.is_third_party(_own(request))


def _load(self, filename=None, ignore_discard=False, ignore_expires=False):
    if filename is None:
        if self.filename is None:
            raise ValueError('a filename was not supplied (nor was the CookieJar instance initialised with one)')
        filename = self.filename
    f = open(filename)
    try:
        self._really_load(f, filename, ignore_discard, ignore_expires)
    finally:
        f.close()

_machine.FileCookieJar.load = _load


class LoadError(IOError):
    pass

_machine.LoadError = LoadError
