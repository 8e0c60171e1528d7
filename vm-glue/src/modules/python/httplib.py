"""HTTP connections (the Python 2 module httplib), over the program's own HTTP client."""

import _netbase as socket
import _httpclient
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
    """An answer, read from a socket's file or from the program's HTTP client; its body arrives as it is read."""

    def __init__(self, sock, debuglevel=0, strict=0, method=None, buffering=False):
        self.fp = sock.makefile('rb', -1 if buffering else 0)
        self.debuglevel = debuglevel
        self.strict = strict
        self._method = method
        self.msg = None
        self.version = self.status = self.reason = 'UNKNOWN'
        self.chunked = self.chunk_left = self.length = self.will_close = 'UNKNOWN'

    def _read_status(self):
        line = self.fp.readline(_MAXLINE + 1)
        if len(line) > _MAXLINE:
            raise LineTooLong('header line')
        if not line:
            raise BadStatusLine('No status line received - the server has closed the connection')
        version, status, reason = (line.split(None, 2) + ['', '', ''])[:3]
        if not version.startswith('HTTP/'):
            if self.strict:
                self.close()
                raise BadStatusLine(line)
            # An answer of before HTTP/1.0: all of it is the body.
            self.fp = _Rest(line, self.fp)
            return 'HTTP/0.9', 200, ''
        if not status.isdigit() or not 100 <= int(status) <= 999:
            raise BadStatusLine(line)
        return version, int(status), reason

    def begin(self):
        if self.msg is not None:
            return
        while True:
            version, status, reason = self._read_status()
            if status != CONTINUE:
                break
            while self.fp.readline(_MAXLINE + 1).strip():
                pass
        self.status = status
        self.reason = reason.strip()
        if version == 'HTTP/1.0':
            self.version = 10
        elif version.startswith('HTTP/1.'):
            self.version = 11
        elif version == 'HTTP/0.9':
            self.version = 9
        else:
            raise UnknownProtocol(version)
        if self.version == 9:
            self.length = None
            self.chunked = 0
            self.will_close = 1
            self.msg = HTTPMessage(_StringIO())
            return
        self.msg = HTTPMessage(self.fp)
        self.chunked = 1 if self.msg.getheader('transfer-encoding', '').lower() == 'chunked' else 0
        self.chunk_left = None
        self.will_close = self._check_close()
        self._find_length()
        if not self.will_close and not self.chunked and self.length is None:
            self.will_close = 1
        if not self.chunked and self.length is None and self.version == 10:
            self.will_close = True

    def _find_length(self):
        length = self.msg.getheader('content-length', '').strip()
        self.length = int(length) if length.isdigit() and not self.chunked else None
        if self.status in (NO_CONTENT, NOT_MODIFIED) or 100 <= self.status < 200 or self._method == 'HEAD':
            self.length = 0

    def _check_close(self):
        connection = self.msg.getheader('connection', '').lower()
        if self.version == 11:
            return 'close' in connection
        if self.msg.getheader('keep-alive') or 'keep-alive' in connection:
            return False
        return not 'keep-alive' in self.msg.getheader('proxy-connection', '').lower()

    @classmethod
    def _of(cls, status, reason, headers, body, method):
        """An answer of the program's HTTP client."""
        made = cls(_Given(_Body(body)), method=method)
        made.status = status
        made.reason = reason
        made.version = body.version()
        made.msg = HTTPMessage.of(headers)
        made.chunked = 0
        made.chunk_left = None
        made.will_close = True
        made._find_length()
        if made.msg.getheader('transfer-encoding', '').lower() == 'chunked':
            # The client has put the pieces together.
            made.length = None
        return made

    def isclosed(self):
        return self.fp is None

    def close(self):
        fp, self.fp = self.fp, None
        if fp is not None:
            fp.close()

    def fileno(self):
        return self.fp.fileno()

    def read(self, amt=None):
        if self.fp is None:
            return ''
        if self._method == 'HEAD':
            self.close()
            return ''
        if self.chunked:
            return self._read_chunked(amt)
        if amt is None or amt < 0:
            if self.length is None:
                data = self.fp.read()
            else:
                try:
                    data = self._safe_read(self.length)
                except IncompleteRead:
                    self.close()
                    raise
                self.length = 0
            self.close()
            return data
        if self.length is not None and amt > self.length:
            amt = self.length
        data = self.fp.read(amt)
        if not data and amt:
            self.close()
        if self.length is not None:
            self.length -= len(data)
            if not self.length:
                self.close()
        return data

    def _safe_read(self, amt):
        parts = []
        while amt > 0:
            part = self.fp.read(min(amt, 1048576))
            if not part:
                raise IncompleteRead(''.join(parts), amt)
            parts.append(part)
            amt -= len(part)
        return ''.join(parts)

    def _read_chunked(self, amt):
        parts = []
        while True:
            if self.chunk_left is None:
                line = self.fp.readline(_MAXLINE + 1)
                try:
                    self.chunk_left = int(line.split(';', 1)[0], 16)
                except ValueError:
                    self.close()
                    raise IncompleteRead(''.join(parts))
                if self.chunk_left == 0:
                    break
            if amt is not None and amt < self.chunk_left:
                parts.append(self._safe_read(amt))
                self.chunk_left -= amt
                return ''.join(parts)
            parts.append(self._safe_read(self.chunk_left))
            if amt is not None:
                amt -= self.chunk_left
            self._safe_read(2)
            self.chunk_left = None
            if amt == 0:
                return ''.join(parts)
        while self.fp.readline(_MAXLINE + 1).strip():
            pass
        self.close()
        return ''.join(parts)

    def readline(self, limit=-1):
        # Not part of the class in Python 2, where urllib2 puts a socket's file around it; here it is its own file.
        if self.fp is None:
            return ''
        if self.chunked:
            if not isinstance(self.fp, _StringIO):
                data = self.read()
                self.chunked, self.length, self.fp = 0, None, _StringIO(data)
        line = self.fp.readline(limit) if limit >= 0 else self.fp.readline()
        if self.length is not None:
            self.length = max(0, self.length - len(line))
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
        if self.msg is None:
            raise ResponseNotReady()
        return self.msg.getheader(name, default)

    def getheaders(self):
        if self.msg is None:
            raise ResponseNotReady()
        return self.msg.items()


_MAXLINE = 65536


class _Given:
    """Stands for a socket whose file is there already."""

    def __init__(self, file):
        self.file = file

    def makefile(self, *args):
        return self.file


class _Rest:
    """A line that was read, and the file that it came from."""

    def __init__(self, line, fp):
        self._line = line
        self._fp = fp

    def read(self, amt=-1):
        line, self._line = self._line, ''
        if amt is None or amt < 0:
            return line + self._fp.read()
        self._line = line[amt:]
        return line[:amt] + self._fp.read(max(0, amt - len(line)))

    def readline(self, limit=-1):
        line, self._line = self._line, ''
        return line or self._fp.readline()

    def close(self):
        self._fp.close()


class _Body:
    """The body that the program's HTTP client reads, as a file."""

    def __init__(self, stream):
        self._stream = stream
        self._ahead = ''
        self.closed = False

    def _fetch(self, amount):
        try:
            return self._stream.read(amount)
        except _httpclient.Error, e:
            _httpclient.failed(e)

    def read(self, amt=-1):
        if amt is None or amt < 0:
            data, self._ahead = self._ahead, ''
            return data + self._fetch(-1)
        if len(self._ahead) < amt:
            self._ahead += self._fetch(amt - len(self._ahead))
        data, self._ahead = self._ahead[:amt], self._ahead[amt:]
        return data

    def readline(self, limit=-1):
        while '\n' not in self._ahead:
            more = self._fetch(8192)
            if not more:
                break
            self._ahead += more
        end = self._ahead.find('\n') + 1 or len(self._ahead)
        if 0 <= limit < end:
            end = limit
        line, self._ahead = self._ahead[:end], self._ahead[end:]
        return line

    def fileno(self):
        raise IOError('an HTTP answer has no file descriptor here')

    def close(self):
        self.closed = True
        self._stream.close()


class HTTPConnection(object):
    """A connection to a host; one request at a time.

    The program's HTTP client sends the requests, so that its proxies, certificates and recordings apply. Where a
    program sets a socket of its own, that is used instead.
    """

    default_port = HTTP_PORT
    auto_open = 1
    debuglevel = 0
    strict = 0
    _scheme = 'http'
    response_class = HTTPResponse

    def __init__(self, host, port=None, strict=None, timeout=socket._GLOBAL_DEFAULT_TIMEOUT, source_address=None):
        self.timeout = timeout
        self.source_address = source_address
        self._own_sock = None
        self._context = None
        # urllib3 asks for this; the client verifies unless it is told not to.
        self.is_verified = True
        self._request = None
        self._response = None
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

    @property
    def sock(self):
        return self._own_sock or _httpclient.Managed(self)

    @sock.setter
    def sock(self, sock):
        self._own_sock = None if isinstance(sock, _httpclient.Managed) else sock

    def connect(self):
        pass

    def close(self):
        self._request = None
        own, self._own_sock = self._own_sock, None
        if own is not None:
            own.close()

    def request(self, method, url, body=None, headers={}):
        self.putrequest(method, url)
        for name, value in headers.iteritems():
            self.putheader(name, value)
        self.endheaders(body)

    def putrequest(self, method, url, skip_host=0, skip_accept_encoding=0):
        if self._request is not None and self._request[4]:
            raise CannotSendRequest()
        for char in method:
            if char <= '\x1f':
                raise ValueError("method can't contain control characters. %r (found at least %r)" % (method, char))
        for char in url:
            if char <= ' ' or char == '\x7f':
                raise InvalidURL("URL can't contain control characters. %r (found at least %r)" % (url, char))
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
        if self._is_plain(self._own_sock):
            method, path, headers, body, sent = self._request
            self._own_sock.sendall(self._message(method, path, headers, body))

    def send(self, data):
        if self._request is None:
            raise NotConnected()
        if hasattr(data, 'read'):
            data = data.read()
        if self._is_plain(self._own_sock):
            self._own_sock.sendall(data)
            return
        self._request[3] = (self._request[3] or '') + data

    def _url(self, path):
        if path[:7].lower() == 'http://' or path[:8].lower() == 'https://':
            return path
        host, port = self._tunnel or (self.host, self.port)
        if ':' in host:
            host = '[%s]' % host
        if port != self.default_port:
            host = '%s:%d' % (host, port)
        # Libraries derive their own TLS connection from the plain one: its port tells.
        scheme = 'https' if self.default_port == HTTPS_PORT else self._scheme
        return '%s://%s%s' % (scheme, host, path if path[:1] == '/' else '/' + path)

    def getresponse(self, buffering=False):
        if self._request is None or not self._request[4]:
            raise ResponseNotReady()
        method, path, headers, body, sent = self._request
        self._request = None
        own = self._own_sock
        if self._is_plain(own):
            response = self.response_class(own, self.debuglevel, self.strict, method)
            response.begin()
            if response.will_close:
                self._own_sock = None
            return response
        verify, roots = _httpclient.trust(self)
        return _httpclient.send(method, self._url(path), headers, body, self.timeout, verify, roots, self.response_class)

    def _is_plain(self, sock):
        # A wrapped socket speaks TLS, which the client does as well: only plain ones are used.
        return sock is not None and hasattr(sock, 'sendall') and not hasattr(sock, 'getpeercert')

    def _message(self, method, path, headers, body):
        """A request as it goes over the wire."""
        names = [name.lower() for name, value in headers]
        lines = ['%s %s HTTP/1.1' % (method, path)]
        if 'host' not in names:
            host = self.host if ':' not in self.host else '[%s]' % self.host
            lines.append('Host: ' + (host if self.port == self.default_port else '%s:%s' % (host, self.port)))
        if body is not None and hasattr(body, 'read'):
            body = body.read()
        for name, value in headers:
            lines.append('%s: %s' % (name, value))
            if name.lower() == 'accept-encoding' and body is not None and 'content-length' not in names:
                lines.append('Content-Length: %d' % len(body))
        return '\r\n'.join(lines) + '\r\n\r\n' + (body or '')


class HTTPSConnection(HTTPConnection):
    """A connection over TLS. The program's own certificates and trust apply."""

    default_port = HTTPS_PORT
    _scheme = 'https'

    def __init__(self, host, port=None, key_file=None, cert_file=None, strict=None,
                 timeout=socket._GLOBAL_DEFAULT_TIMEOUT, source_address=None, context=None):
        HTTPConnection.__init__(self, host, port, strict, timeout, source_address)
        self.key_file = key_file
        self.cert_file = cert_file
        self._context = context


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
