# The kit XMLRPC (spec/kits.md 1.6). `parse` and `user_agent` come from the program.

import datetime
import httplib

LIMITS = (-2147483648, 2147483647)
# Deepest nesting of values.
DEEPEST = 200


def escaped(text):
    return text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')


class Writer(object):
    def __init__(self, encoding):
        self.encoding = encoding or 'utf-8'
        self.out = []

    def text(self, value):
        if isinstance(value, unicode):
            value = value.encode(self.encoding)
        return escaped(value)

    def value(self, value, depth=0):
        if depth > DEEPEST:
            raise TypeError('cannot marshal recursive data')
        write = self.out.append
        if value is None:
            raise TypeError('cannot marshal None unless allow_none is enabled')
        if isinstance(value, bool):
            write('<value><boolean>%d</boolean></value>\n' % value)
        elif isinstance(value, (int, long)):
            if not LIMITS[0] <= value <= LIMITS[1]:
                raise OverflowError('%s exceeds XML-RPC limits' % type(value).__name__)
            write('<value><int>%d</int></value>\n' % value)
        elif isinstance(value, float):
            write('<value><double>%r</double></value>\n' % value)
        elif isinstance(value, basestring):
            write('<value><string>%s</string></value>\n' % self.text(value))
        elif isinstance(value, (list, tuple)):
            write('<value><array><data>\n')
            for item in value:
                self.value(item, depth + 1)
            write('</data></array></value>\n')
        elif isinstance(value, dict):
            write('<value><struct>\n')
            for name in value:
                if not isinstance(name, basestring):
                    raise TypeError('dictionary key must be string')
                write('<member>\n<name>%s</name>\n' % self.text(name))
                self.value(value[name], depth + 1)
                write('</member>\n')
            write('</struct></value>\n')
        elif isinstance(value, datetime.datetime):
            write('<value><dateTime.iso8601>%s</dateTime.iso8601></value>\n' % value.strftime('%Y%m%dT%H:%M:%S'))
        elif hasattr(value, 'data') and isinstance(value.data, str):
            import base64
            write('<value><base64>\n%s</base64></value>\n' % base64.encodestring(value.data))
        elif hasattr(value, '__dict__'):
            self.value(value.__dict__, depth + 1)
        else:
            raise TypeError('cannot marshal %s objects' % type(value))

    def call(self, name, params):
        declaration = "<?xml version='1.0'?>\n"
        if self.encoding != 'utf-8':
            declaration = "<?xml version='1.0' encoding='%s'?>\n" % self.encoding
        self.out.append('%s<methodCall>\n<methodName>%s</methodName>\n<params>\n' % (declaration, self.text(name)))
        for param in params:
            self.out.append('<param>\n')
            self.value(param)
            self.out.append('</param>\n')
        self.out.append('</params>\n</methodCall>\n')
        return ''.join(self.out)


def scalar(kind, text):
    if kind in ('int', 'i4', 'i8'):
        return int(text)
    if kind == 'double':
        return float(text)
    if kind == 'boolean':
        if text not in ('0', '1'):
            raise TypeError('bad boolean value')
        return text == '1'
    if kind == 'base64':
        import xmlrpclib
        return xmlrpclib.Binary(text.decode('base64'))
    if kind == 'dateTime.iso8601':
        return datetime.datetime.strptime(text, '%Y%m%dT%H:%M:%S')
    if kind == 'nil':
        return None
    return text


SCALARS = ('int', 'i4', 'i8', 'double', 'boolean', 'string', 'base64', 'dateTime.iso8601', 'nil')


def response(data):
    """The values of an answer, and whether it is a fault."""
    # Each open `value` is a list: what was found in it.
    values, names, fault = [[]], [], False
    for name, text in parse(data):
        if text is None:
            if name in ('value', 'array', 'struct'):
                values.append([])
        elif name in SCALARS:
            values[-1].append(scalar(name, text))
        elif name == 'name':
            names.append(text)
        elif name == 'array':
            found = values.pop()
            values[-1].append(found)
        elif name == 'struct':
            found = values.pop()
            values[-1].append(dict(found))
        elif name == 'value':
            found = values.pop()
            if not found:
                found = [text]
            values[-1].append(found[0])
        elif name == 'member':
            values[-1][-1] = (names.pop(), values[-1][-1])
        elif name == 'fault':
            fault = True
    return values[0], fault


class Method(object):
    def __init__(self, proxy, name):
        self.proxy, self.name = proxy, name

    def __getattr__(self, name):
        if name[:2] == '__':
            raise AttributeError(name)
        return Method(self.proxy, '%s.%s' % (self.name, name))

    def __call__(self, *params):
        return self.proxy._call(self.name, params)


class ServerProxy(object):
    def __init__(self, url, encoding=None):
        scheme, rest = url.split(':', 1) if ':' in url else ('', url)
        if scheme != 'http':
            raise IOError('unsupported XML-RPC protocol')
        host, slash, handler = rest[2:].partition('/')
        self._host, self._handler, self._encoding = host, slash + handler or '/RPC2', encoding

    def _call(self, name, params):
        body = Writer(self._encoding).call(name, params)
        connection = httplib.HTTPConnection(self._host)
        headers = {'Accept-Encoding': 'gzip', 'User-Agent': user_agent(), 'Content-Type': 'text/xml'}
        connection.request('POST', self._handler, body, headers)
        answer = connection.getresponse()
        if answer.status != 200:
            import xmlrpclib
            raise xmlrpclib.ProtocolError(self._host + self._handler, answer.status, answer.reason, answer.msg)
        data = answer.read()
        if answer.getheader('content-encoding', '') == 'gzip':
            import gzip
            import StringIO
            data = gzip.GzipFile(fileobj=StringIO.StringIO(data)).read()
        values, fault = response(data)
        if fault:
            import xmlrpclib
            raise xmlrpclib.Fault(values[0].get('faultCode'), values[0].get('faultString'))
        if len(values) != 1:
            import xmlrpclib
            raise xmlrpclib.ResponseError()
        return values[0]

    def __getattr__(self, name):
        if name[:2] == '__':
            raise AttributeError(name)
        return Method(self, name)

    def __repr__(self):
        return '<ServerProxy for %s%s>' % (self._host, self._handler)


class XMLRPCKit(object):
    def Proxy(self, url, encoding=None):
        if url[:8] == 'https://':
            raise FrameworkException('HTTPS URLs are not currently supported')
        return ServerProxy(url, encoding)
