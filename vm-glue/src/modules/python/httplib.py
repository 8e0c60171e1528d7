"""HTTP connections (the Python 2 module httplib), over the program's own HTTP client."""

import socket
import _web
from StringIO import StringIO as _StringIO
from urlparse import urlsplit as _urlsplit

__all__ = ['HTTP', 'HTTPResponse', 'HTTPConnection', 'HTTPException', 'NotConnected', 'UnknownProtocol',
           'UnknownTransferEncoding', 'UnimplementedFileMode', 'IncompleteRead', 'InvalidURL',
           'ImproperConnectionState', 'CannotSendRequest', 'CannotSendHeader', 'ResponseNotReady', 'BadStatusLine',
           'error', 'responses', 'HTTPSConnection']

HTTP_PORT = 80
HTTPS_PORT = 443

# Constant name, status, phrase.
_STATUS = [
    ('CONTINUE', 100, 'Continue'), ('SWITCHING_PROTOCOLS', 101, 'Switching Protocols'), ('PROCESSING', 102, None),
    ('OK', 200, 'OK'), ('CREATED', 201, 'Created'), ('ACCEPTED', 202, 'Accepted'),
    ('NON_AUTHORITATIVE_INFORMATION', 203, 'Non-Authoritative Information'), ('NO_CONTENT', 204, 'No Content'),
    ('RESET_CONTENT', 205, 'Reset Content'), ('PARTIAL_CONTENT', 206, 'Partial Content'), ('MULTI_STATUS', 207, None),
    ('IM_USED', 226, None), ('MULTIPLE_CHOICES', 300, 'Multiple Choices'),
    ('MOVED_PERMANENTLY', 301, 'Moved Permanently'), ('FOUND', 302, 'Found'), ('SEE_OTHER', 303, 'See Other'),
    ('NOT_MODIFIED', 304, 'Not Modified'), ('USE_PROXY', 305, 'Use Proxy'), (None, 306, '(Unused)'),
    ('TEMPORARY_REDIRECT', 307, 'Temporary Redirect'), ('BAD_REQUEST', 400, 'Bad Request'),
    ('UNAUTHORIZED', 401, 'Unauthorized'), ('PAYMENT_REQUIRED', 402, 'Payment Required'),
    ('FORBIDDEN', 403, 'Forbidden'), ('NOT_FOUND', 404, 'Not Found'),
    ('METHOD_NOT_ALLOWED', 405, 'Method Not Allowed'), ('NOT_ACCEPTABLE', 406, 'Not Acceptable'),
    ('PROXY_AUTHENTICATION_REQUIRED', 407, 'Proxy Authentication Required'),
    ('REQUEST_TIMEOUT', 408, 'Request Timeout'), ('CONFLICT', 409, 'Conflict'), ('GONE', 410, 'Gone'),
    ('LENGTH_REQUIRED', 411, 'Length Required'), ('PRECONDITION_FAILED', 412, 'Precondition Failed'),
    ('REQUEST_ENTITY_TOO_LARGE', 413, 'Request Entity Too Large'),
    ('REQUEST_URI_TOO_LONG', 414, 'Request-URI Too Long'),
    ('UNSUPPORTED_MEDIA_TYPE', 415, 'Unsupported Media Type'),
    ('REQUESTED_RANGE_NOT_SATISFIABLE', 416, 'Requested Range Not Satisfiable'),
    ('EXPECTATION_FAILED', 417, 'Expectation Failed'), ('UNPROCESSABLE_ENTITY', 422, None), ('LOCKED', 423, None),
    ('FAILED_DEPENDENCY', 424, None), ('UPGRADE_REQUIRED', 426, None),
    ('INTERNAL_SERVER_ERROR', 500, 'Internal Server Error'), ('NOT_IMPLEMENTED', 501, 'Not Implemented'),
    ('BAD_GATEWAY', 502, 'Bad Gateway'), ('SERVICE_UNAVAILABLE', 503, 'Service Unavailable'),
    ('GATEWAY_TIMEOUT', 504, 'Gateway Timeout'), ('HTTP_VERSION_NOT_SUPPORTED', 505, 'HTTP Version Not Supported'),
    ('INSUFFICIENT_STORAGE', 507, None), ('NOT_EXTENDED', 510, None),
]

responses = {}
for _name, _code, _phrase in _STATUS:
    if _name:
        globals()[_name] = _code
    if _phrase:
        responses[_code] = _phrase


class HTTPException(Exception):
    pass


class NotConnected(HTTPException):
    pass


class InvalidURL(HTTPException):
    pass


class UnknownProtocol(HTTPException):
    def __init__(self, version):
        self.args = version,
        self.version = version


class UnknownTransferEncoding(HTTPException):
    pass


class UnimplementedFileMode(HTTPException):
    pass


class IncompleteRead(HTTPException):
    def __init__(self, partial, expected=None):
        self.args = partial,
        self.partial = partial
        self.expected = expected

    def __repr__(self):
        more = ', %i more expected' % self.expected if self.expected is not None else ''
        return 'IncompleteRead(%i bytes read%s)' % (len(self.partial), more)

    def __str__(self):
        return repr(self)


class ImproperConnectionState(HTTPException):
    pass


class CannotSendRequest(ImproperConnectionState):
    pass


class CannotSendHeader(ImproperConnectionState):
    pass


class ResponseNotReady(ImproperConnectionState):
    pass


class BadStatusLine(HTTPException):
    def __init__(self, line):
        if not line:
            line = repr(line)
        self.args = line,
        self.line = line


class LineTooLong(HTTPException):
    def __init__(self, line_type):
        HTTPException.__init__(self, 'got more than %d bytes when reading %s' % (65536, line_type))


error = HTTPException


class HTTPMessage:
    """The headers of an answer: looked up in any case; `headers` holds the lines."""

    def __init__(self, fp=None, seekable=0):
        self.headers = []
        self.dict = {}
        self.fp = fp
        self.status = ''
        self.unixfrom = ''
        if fp is not None:
            line = fp.readline()
            while line and line not in ('\r\n', '\n'):
                if ':' in line:
                    name, value = line.split(':', 1)
                    self._add(name, value.strip(), line)
                line = fp.readline()

    @classmethod
    def of(cls, pairs):
        message = cls()
        for name, value in pairs:
            message._add(name, value, '%s: %s\r\n' % (name, value))
        return message

    def _add(self, name, value, line):
        self.headers.append(line)
        self.addheader(name.lower(), value)

    def addheader(self, key, value):
        before = self.dict.get(key)
        self.dict[key] = value if before is None else before + ', ' + value

    def getheader(self, name, default=None):
        return self.dict.get(name.lower(), default)

    get = getheader

    def getheaders(self, name):
        name = name.lower() + ':'
        return [line[len(name):].strip() for line in self.headers if line[:len(name)].lower() == name]

    def getallmatchingheaders(self, name):
        name = name.lower() + ':'
        return [line for line in self.headers if line[:len(name)].lower() == name]

    def getfirstmatchingheader(self, name):
        return self.getallmatchingheaders(name)[:1]

    def getrawheader(self, name):
        lines = self.getallmatchingheaders(name)
        return lines[0][len(name) + 1:] if lines else None

    def getparam(self, name):
        for param in self.getplist():
            if param.split('=', 1)[0].strip().lower() == name.lower() and '=' in param:
                return param.split('=', 1)[1].strip().strip('"')
        return None

    def getplist(self):
        return [p.strip() for p in self.dict.get('content-type', '').split(';')[1:]]

    def gettype(self):
        return self.dict.get('content-type', 'text/plain').split(';')[0].strip().lower()

    def getmaintype(self):
        return self.gettype().split('/')[0]

    def getsubtype(self):
        return self.gettype().split('/')[-1]

    def getencoding(self):
        return self.dict.get('content-transfer-encoding', '7bit').lower()

    gettypeparams = getplist
    get_content_type = gettype

    def getdate(self, name):
        import email.utils
        value = self.getheader(name)
        return email.utils.parsedate(value) if value else None

    def __len__(self):
        return len(self.dict)

    def __getitem__(self, name):
        return self.dict[name.lower()]

    def __setitem__(self, name, value):
        del self[name]
        self.dict[name.lower()] = value
        for line in ('%s: %s' % (name, value)).split('\n'):
            self.headers.append(line + '\n')

    def __delitem__(self, name):
        key = name.lower()
        if key in self.dict:
            del self.dict[key]
            self.headers = [line for line in self.headers if line[:len(key) + 1].lower() != key + ':']

    def setdefault(self, name, default=''):
        if name.lower() not in self.dict:
            self[name] = default
        return self.dict[name.lower()]

    def has_key(self, name):
        return name.lower() in self.dict

    def __contains__(self, name):
        return name.lower() in self.dict

    def __iter__(self):
        return iter(self.dict)

    def keys(self):
        return self.dict.keys()

    def values(self):
        return self.dict.values()

    def items(self):
        return self.dict.items()

    def __str__(self):
        return ''.join(self.headers)


class HTTPResponse:
    """An answer; its body arrives as it is read."""

    def __init__(self, status, reason, headers, body, method=None):
        self.status = status
        self.reason = reason
        self.version = 11
        self.msg = HTTPMessage.of(headers)
        self.will_close = True
        self.strict = 0
        self.debuglevel = 0
        self.chunked = self.msg.getheader('transfer-encoding', '').lower() == 'chunked'
        length = self.msg.getheader('content-length', '')
        self.length = int(length) if length.isdigit() and not self.chunked else None
        if method == 'HEAD' or status == 204 or status == 304 or 100 <= status < 200:
            self.length = 0
        self._method = method
        self._body = body
        self._pending = ''
        self.fp = self

    def begin(self):
        pass

    def isclosed(self):
        return self.fp is None

    def close(self):
        self.fp = None
        if self._body is not None:
            self._body.close()
            self._body = None

    def fileno(self):
        raise IOError('an HTTP answer has no file descriptor here')

    def _fetch(self, amount):
        if self._body is None:
            return ''
        try:
            return self._body.read(amount)
        except _web.Error, e:
            _failed(e)

    def read(self, amt=None):
        if amt is None or amt < 0:
            data = self._pending + self._fetch(-1)
            self._pending = ''
            self.close()
        else:
            if len(self._pending) < amt:
                self._pending += self._fetch(amt - len(self._pending))
            data, self._pending = self._pending[:amt], self._pending[amt:]
        if self.length is not None:
            self.length = max(0, self.length - len(data))
            if self.length == 0 and not self._pending:
                self.close()
        return data

    def readline(self, limit=-1):
        while '\n' not in self._pending:
            more = self._fetch(8192)
            if not more:
                break
            self._pending += more
        at = self._pending.find('\n')
        end = len(self._pending) if at < 0 else at + 1
        if 0 <= limit < end:
            end = limit
        line, self._pending = self._pending[:end], self._pending[end:]
        return line

    def readlines(self, sizehint=0):
        return list(iter(self.readline, ''))

    def __iter__(self):
        return self

    def next(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def getheader(self, name, default=None):
        return self.msg.getheader(name, default)

    def getheaders(self):
        return self.msg.items()


def _failed(e):
    # What the client reports, as the exception that programs catch.
    kind, message = e.args[0], e.args[1]
    if kind == 'timeout':
        raise socket.timeout('timed out')
    if kind == 'unknown-host':
        raise socket.gaierror(-2, 'Name or service not known')
    if kind == 'connect':
        raise socket.error(e.args[2] or 111, message)
    if kind == 'tls':
        import ssl
        raise ssl.SSLError(1, message)
    if kind == 'no-answer':
        raise BadStatusLine('')
    if kind == 'incomplete':
        raise IncompleteRead(e.args[2], e.args[3])
    if kind == 'url':
        raise InvalidURL(message)
    if kind == 'protocol':
        raise BadStatusLine(message)
    raise socket.error(message)


def _send(method, url, headers, body, timeout):
    """Sends a request: an HTTPResponse. `timeout` in seconds, or None."""
    if body is not None:
        if hasattr(body, 'read'):
            body = body.read()
        elif not isinstance(body, basestring):
            body = ''.join(body)
    if timeout is socket._GLOBAL_DEFAULT_TIMEOUT:
        timeout = socket.getdefaulttimeout()
    try:
        status, reason, pairs, stream = _web.send(method, url, headers, body, timeout)
    except _web.Error, e:
        _failed(e)
    return HTTPResponse(status, reason, pairs, stream, method)


class HTTPConnection:
    """A connection to a host; one request at a time."""

    default_port = HTTP_PORT
    auto_open = 1
    debuglevel = 0
    strict = 0
    _scheme = 'http'
    response_class = HTTPResponse

    def __init__(self, host, port=None, strict=None, timeout=socket._GLOBAL_DEFAULT_TIMEOUT, source_address=None):
        self.timeout = timeout
        self.source_address = source_address
        self.sock = None
        self._request = None
        self._tunnel = None
        self.host, self.port = self._split(host, port)

    def _split(self, host, port):
        if port is None:
            head, colon, digits = host.rpartition(':')
            if colon and ']' not in digits:
                try:
                    port = int(digits)
                except ValueError:
                    if digits:
                        raise InvalidURL("nonnumeric port: '%s'" % digits)
                    port = self.default_port
                host = head
            else:
                port = self.default_port
        if host[:1] == '[' and host[-1:] == ']':
            host = host[1:-1]
        return host, port

    def set_debuglevel(self, level):
        self.debuglevel = level

    def set_tunnel(self, host, port=None, headers=None):
        self._tunnel = self._split(host, port)

    def connect(self):
        pass

    def close(self):
        self._request = None

    def request(self, method, url, body=None, headers={}):
        self.putrequest(method, url)
        for name, value in headers.iteritems():
            self.putheader(name, value)
        self.endheaders(body)

    def putrequest(self, method, url, skip_host=0, skip_accept_encoding=0):
        if self._request is not None and self._request[4]:
            raise CannotSendRequest()
        headers = []
        if not skip_accept_encoding:
            headers.append(('Accept-Encoding', 'identity'))
        self._request = [method, url or '/', headers, None, False]

    def putheader(self, header, *values):
        if self._request is None or self._request[4]:
            raise CannotSendHeader()
        value = '\r\n\t'.join([str(v) for v in values])
        for text in (str(header), value):
            if '\n' in text.replace('\r\n\t', ''):
                raise ValueError('Invalid header value %r' % (text,))
        name = str(header).lower()
        # A header given by the caller takes the place of our own.
        self._request[2] = [h for h in self._request[2] if h[0].lower() != name or name != 'accept-encoding']
        self._request[2].append((str(header), value))

    def endheaders(self, message_body=None):
        if self._request is None:
            raise CannotSendHeader()
        self._request[4] = True
        if message_body is not None:
            self._request[3] = message_body

    def send(self, data):
        if self._request is None:
            raise NotConnected()
        if hasattr(data, 'read'):
            data = data.read()
        self._request[3] = (self._request[3] or '') + data

    def _url(self, path):
        if path[:7].lower() == 'http://' or path[:8].lower() == 'https://':
            return path
        host, port = self._tunnel or (self.host, self.port)
        if ':' in host:
            host = '[%s]' % host
        if port != self.default_port:
            host = '%s:%d' % (host, port)
        return '%s://%s%s' % (self._scheme, host, path if path[:1] == '/' else '/' + path)

    def getresponse(self, buffering=False):
        if self._request is None or not self._request[4]:
            raise ResponseNotReady()
        method, path, headers, body, sent = self._request
        self._request = None
        return _send(method, self._url(path), headers, body, self.timeout)


class HTTPSConnection(HTTPConnection):
    """A connection over TLS. The program's own certificates and trust apply."""

    default_port = HTTPS_PORT
    _scheme = 'https'

    def __init__(self, host, port=None, key_file=None, cert_file=None, strict=None,
                 timeout=socket._GLOBAL_DEFAULT_TIMEOUT, source_address=None, context=None):
        HTTPConnection.__init__(self, host, port, strict, timeout, source_address)
        self.key_file = key_file
        self.cert_file = cert_file


class HTTP:
    """The interface of before Python 2.0."""

    _connection_class = HTTPConnection

    def __init__(self, host='', port=None, strict=None):
        self._conn = self._connection_class(host, port or None)
        self.file = None

    def putrequest(self, *args):
        self._conn.putrequest(*args)

    def putheader(self, *args):
        self._conn.putheader(*args)

    def endheaders(self, body=None):
        self._conn.endheaders(body)

    def send(self, data):
        self._conn.send(data)

    def getreply(self, buffering=False):
        response = self._conn.getresponse()
        self.headers = response.msg
        self.file = response
        return response.status, response.reason, response.msg

    def getfile(self):
        return self.file

    def close(self):
        self._conn.close()


class HTTPS(HTTP):
    _connection_class = HTTPSConnection
