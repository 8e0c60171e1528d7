"""Calls of methods elsewhere, by XML over HTTP."""

import base64
import datetime
import errno
import httplib
import operator
import re
import socket
import string
import time
from types import *
from _xmlrpcvalues import (Binary, DateTime, Error, Fault, MAXINT, MININT, Marshaller, ProtocolError, ResponseError,
                           Unmarshaller, WRAPPERS, _decode, _strftime, _stringify, escape)

__version__ = '1.0.1'
PARSE_ERROR, SERVER_ERROR, APPLICATION_ERROR, SYSTEM_ERROR, TRANSPORT_ERROR = -32700, -32600, -32500, -32400, -32300
NOT_WELLFORMED_ERROR, UNSUPPORTED_ENCODING, INVALID_ENCODING_CHAR = -32700, -32701, -32702
INVALID_XMLRPC, METHOD_NOT_FOUND, INVALID_METHOD_PARAMS, INTERNAL_ERROR = -32600, -32601, -32602, -32603

_bool_is_builtin = True
globals().update({'True': True, 'False': False})
boolean = Boolean = bool
_datetime_type = datetime.datetime
FastMarshaller = FastParser = FastUnmarshaller = None


class ExpatParser:
    """Gives a text's events to an unmarshaller."""

    def __init__(self, target):
        from xml.parsers import expat
        self._parser = parser = expat.ParserCreate(None, None)
        self._target = target
        parser.StartElementHandler = target.start
        parser.EndElementHandler = target.end
        parser.CharacterDataHandler = target.data
        target.xml(None, None)

    def feed(self, data):
        self._parser.Parse(data, 0)

    def close(self):
        try:
            parser = self._parser
        except AttributeError:
            pass
        else:
            del self._target, self._parser
            parser.Parse('', 1)

SlowParser = ExpatParser


def getparser(use_datetime=0):
    """A parser, and the unmarshaller that it feeds."""
    target = Unmarshaller(use_datetime=use_datetime)
    return ExpatParser(target), target


def dumps(params, methodname=None, methodresponse=None, encoding=None, allow_none=0):
    """A call, or an answer or a fault, as XML."""
    assert isinstance(params, (tuple, Fault)), 'argument must be tuple or Fault instance'
    if isinstance(params, Fault):
        methodresponse = 1
    elif methodresponse and isinstance(params, tuple):
        assert len(params) == 1, 'response tuple must be a singleton'
    if not encoding:
        encoding = 'utf-8'
    data = Marshaller(encoding, allow_none).dumps(params)
    head = "<?xml version='1.0'?>\n" if encoding == 'utf-8' else "<?xml version='1.0' encoding='%s'?>\n" % str(encoding)
    if methodname:
        if not isinstance(methodname, str):
            methodname = methodname.encode(encoding)
        parts = (head, '<methodCall>\n<methodName>', methodname, '</methodName>\n', data, '</methodCall>\n')
    elif methodresponse:
        parts = (head, '<methodResponse>\n', data, '</methodResponse>\n')
    else:
        return data
    return ''.join(parts)


def loads(data, use_datetime=0):
    """The parameters and the name of the method of a call; of an answer the values and None."""
    parser, target = getparser(use_datetime=use_datetime)
    parser.feed(data)
    parser.close()
    return target.close(), target.getmethodname()


def gzip_encode(data):
    import cStringIO
    import gzip
    out = cStringIO.StringIO()
    packed = gzip.GzipFile(mode='wb', fileobj=out, compresslevel=1)
    packed.write(data)
    packed.close()
    return out.getvalue()


def gzip_decode(data, max_decode=20971520):
    import cStringIO
    import gzip
    packed = gzip.GzipFile(mode='rb', fileobj=cStringIO.StringIO(data))
    try:
        text = packed.read() if max_decode < 0 else packed.read(max_decode + 1)
    except IOError:
        raise ValueError('invalid data')
    packed.close()
    if max_decode >= 0 and len(text) > max_decode:
        raise ValueError('max gzipped payload length exceeded')
    return text


class GzipDecodedResponse(object):
    """A packed answer as a file."""

    def __init__(self, response):
        import cStringIO
        import gzip
        self.stringio = cStringIO.StringIO(response.read())
        self._file = gzip.GzipFile(mode='rb', fileobj=self.stringio)

    def __getattr__(self, name):
        return getattr(self.__dict__['_file'], name)

    def close(self):
        self._file.close()
        self.stringio.close()


class _Method:
    """A method of the other end; its attributes are further ones."""

    def __init__(self, send, name):
        self.__send = send
        self.__name = name

    def __getattr__(self, name):
        return _Method(self.__send, '%s.%s' % (self.__name, name))

    def __call__(self, *args):
        return self.__send(self.__name, args)


class _MultiCallMethod:
    def __init__(self, call_list, name):
        self.__call_list = call_list
        self.__name = name

    def __getattr__(self, name):
        return _MultiCallMethod(self.__call_list, '%s.%s' % (self.__name, name))

    def __call__(self, *args):
        self.__call_list.append((self.__name, args))


class MultiCallIterator:
    """The results of several calls; a fault is raised when it is asked for."""

    def __init__(self, results):
        self.results = results

    def __getitem__(self, i):
        item = self.results[i]
        if type(item) == type({}):
            raise Fault(item['faultCode'], item['faultString'])
        if type(item) == type([]):
            return item[0]
        raise ValueError('unexpected type in multicall result')


class MultiCall:
    """Collects calls and makes them all at once."""

    def __init__(self, server):
        self.__server = server
        self.__call_list = []

    def __repr__(self):
        return '<MultiCall at %x>' % id(self)

    __str__ = __repr__

    def __getattr__(self, name):
        return _MultiCallMethod(self.__call_list, name)

    def __call__(self):
        calls = [{'methodName': name, 'params': args} for name, args in self.__call_list]
        return MultiCallIterator(self.__server.system.multicall(calls))


class Transport:
    """Sends calls over HTTP. Override its methods."""

    user_agent = 'xmlrpclib.py/%s (by www.pythonware.com)' % __version__
    accept_gzip_encoding = True
    encode_threshold = None

    def __init__(self, use_datetime=0):
        self._use_datetime = use_datetime
        self._connection = None, None
        self._extra_headers = []

    def request(self, host, handler, request_body, verbose=0):
        for last in (0, 1):
            try:
                return self.single_request(host, handler, request_body, verbose)
            except socket.error, e:
                # A connection that was kept may have been closed.
                if last or e.errno not in (errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE):
                    raise
            except httplib.BadStatusLine:
                if last:
                    raise

    def single_request(self, host, handler, request_body, verbose=0):
        connection = self.make_connection(host)
        if verbose:
            connection.set_debuglevel(1)
        try:
            self.send_request(connection, handler, request_body)
            self.send_host(connection, host)
            self.send_user_agent(connection)
            self.send_content(connection, request_body)
            response = connection.getresponse(buffering=True)
            if response.status == 200:
                self.verbose = verbose
                return self.parse_response(response)
        except Fault:
            raise
        except Exception:
            self.close()
            raise
        if response.getheader('content-length', 0):
            response.read()
        raise ProtocolError(host + handler, response.status, response.reason, response.msg)

    def getparser(self):
        return getparser(use_datetime=self._use_datetime)

    def get_host_info(self, host):
        """The host without a user, the headers for the user, and arguments for the connection."""
        x509 = {}
        if isinstance(host, tuple):
            host, x509 = host
        import urllib
        auth, host = urllib.splituser(host)
        if not auth:
            return host, None, x509
        auth = ''.join(base64.encodestring(urllib.unquote(auth)).split())
        return host, [('Authorization', 'Basic ' + auth)], x509

    def make_connection(self, host):
        if self._connection and host == self._connection[0]:
            return self._connection[1]
        chost, self._extra_headers, x509 = self.get_host_info(host)
        self._connection = host, httplib.HTTPConnection(chost)
        return self._connection[1]

    def close(self):
        host, connection = self._connection
        if connection:
            self._connection = None, None
            connection.close()

    def send_request(self, connection, handler, request_body):
        if self.accept_gzip_encoding:
            connection.putrequest('POST', handler, skip_accept_encoding=True)
            connection.putheader('Accept-Encoding', 'gzip')
        else:
            connection.putrequest('POST', handler)

    def send_host(self, connection, host):
        extra = self._extra_headers
        if extra:
            for name, value in extra.items() if isinstance(extra, dict) else extra:
                connection.putheader(name, value)

    def send_user_agent(self, connection):
        connection.putheader('User-Agent', self.user_agent)

    def send_content(self, connection, request_body):
        connection.putheader('Content-Type', 'text/xml')
        if self.encode_threshold is not None and self.encode_threshold < len(request_body):
            connection.putheader('Content-Encoding', 'gzip')
            request_body = gzip_encode(request_body)
        connection.putheader('Content-Length', str(len(request_body)))
        connection.endheaders(request_body)

    def parse_response(self, response):
        stream = response
        if hasattr(response, 'getheader') and response.getheader('Content-Encoding', '') == 'gzip':
            stream = GzipDecodedResponse(response)
        parser, target = self.getparser()
        while 1:
            data = stream.read(1024)
            if not data:
                break
            if self.verbose:
                print 'body:', repr(data)
            parser.feed(data)
        if stream is not response:
            stream.close()
        parser.close()
        return target.close()


class SafeTransport(Transport):
    """Over HTTPS."""

    def __init__(self, use_datetime=0, context=None):
        Transport.__init__(self, use_datetime=use_datetime)
        self.context = context

    def make_connection(self, host):
        if self._connection and host == self._connection[0]:
            return self._connection[1]
        chost, self._extra_headers, x509 = self.get_host_info(host)
        self._connection = host, httplib.HTTPSConnection(chost, None, context=self.context, **(x509 or {}))
        return self._connection[1]


class ServerProxy:
    """The other end: its methods are called as attributes."""

    def __init__(self, uri, transport=None, encoding=None, verbose=0, allow_none=0, use_datetime=0, context=None):
        if isinstance(uri, unicode):
            uri = uri.encode('ISO-8859-1')
        import urllib
        kind, uri = urllib.splittype(uri)
        if kind not in ('http', 'https'):
            raise IOError, 'unsupported XML-RPC protocol'
        self.__host, self.__handler = urllib.splithost(uri)
        if not self.__handler:
            self.__handler = '/RPC2'
        if transport is None:
            if kind == 'https':
                transport = SafeTransport(use_datetime=use_datetime, context=context)
            else:
                transport = Transport(use_datetime=use_datetime)
        self.__transport = transport
        self.__encoding = encoding
        self.__verbose = verbose
        self.__allow_none = allow_none

    def __close(self):
        self.__transport.close()

    def __request(self, methodname, params):
        request = dumps(params, methodname, encoding=self.__encoding, allow_none=self.__allow_none)
        response = self.__transport.request(self.__host, self.__handler, request, verbose=self.__verbose)
        return response[0] if len(response) == 1 else response

    def __repr__(self):
        return '<ServerProxy for %s%s>' % (self.__host, self.__handler)

    __str__ = __repr__

    def __getattr__(self, name):
        return _Method(self.__request, name)

    def __call__(self, attr):
        """What the names of methods hide: `close` and `transport`."""
        if attr == 'close':
            return self.__close
        if attr == 'transport':
            return self.__transport
        raise AttributeError('Attribute %r not found' % (attr,))

Server = ServerProxy
