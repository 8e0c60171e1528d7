"""Values of calls to XML and back (part of `xmlrpclib`)."""

import base64
import operator
import time
from types import InstanceType
from cStringIO import StringIO
import datetime

MAXINT = 2L ** 31 - 1
MININT = -2L ** 31


def escape(s):
    return s.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')


class Error(Exception):
    def __str__(self):
        return repr(self)


class ProtocolError(Error):
    """The server's answer is no answer to a call."""

    def __init__(self, url, errcode, errmsg, headers):
        Error.__init__(self)
        self.url = url
        self.errcode = errcode
        self.errmsg = errmsg
        self.headers = headers

    def __repr__(self):
        return '<ProtocolError for %s: %s %s>' % (self.url, self.errcode, self.errmsg)


class ResponseError(Error):
    pass


class Fault(Error):
    """An error that the other end reports."""

    def __init__(self, faultCode, faultString, **extra):
        Error.__init__(self)
        self.faultCode = faultCode
        self.faultString = faultString

    def __repr__(self):
        return '<Fault %s: %s>' % (self.faultCode, repr(self.faultString))


def _strftime(value):
    if isinstance(value, datetime.datetime):
        return '%04d%02d%02dT%02d:%02d:%02d' % (value.year, value.month, value.day, value.hour, value.minute,
                                                value.second)
    if not isinstance(value, (tuple, time.struct_time)):
        value = time.localtime(value or time.time())
    return '%04d%02d%02dT%02d:%02d:%02d' % value[:6]


class DateTime:
    """A date and time as XML-RPC writes it."""

    def __init__(self, value=0):
        self.value = value if isinstance(value, basestring) else _strftime(value)

    def make_comparable(self, other):
        if isinstance(other, DateTime):
            return self.value, other.value
        if isinstance(other, datetime.datetime):
            return self.value, _strftime(other)
        if isinstance(other, basestring):
            return self.value, other
        if hasattr(other, 'timetuple'):
            return self.timetuple(), other.timetuple()
        kind = other.__class__.__name__ if hasattr(other, '__class__') else str(type(other))
        raise TypeError("Can't compare %s and %s" % (self.__class__.__name__, kind))

    def timetuple(self):
        return time.strptime(self.value, '%Y%m%dT%H:%M:%S')

    def __cmp__(self, other):
        return cmp(*self.make_comparable(other))

    def __str__(self):
        return self.value

    def __repr__(self):
        return '<DateTime %s at %x>' % (repr(self.value), id(self))

    def decode(self, data):
        self.value = str(data).strip()

    def encode(self, out):
        out.write('<value><dateTime.iso8601>')
        out.write(self.value)
        out.write('</dateTime.iso8601></value>\n')

for _name in 'lt le gt ge eq ne'.split():
    def _compare(self, other, _compare=getattr(operator, _name)):
        return _compare(*self.make_comparable(other))
    _compare.__name__ = '__%s__' % _name
    setattr(DateTime, _compare.__name__, _compare)
del _name, _compare


class Binary:
    """Bytes."""

    def __init__(self, data=None):
        self.data = data

    def __str__(self):
        return self.data or ''

    def __cmp__(self, other):
        return cmp(self.data, other.data if isinstance(other, Binary) else other)

    def decode(self, data):
        self.data = base64.decodestring(data)

    def encode(self, out):
        out.write('<value><base64>\n')
        base64.encode(StringIO(self.data), out)
        out.write('</base64></value>\n')

WRAPPERS = (DateTime, Binary)


class Marshaller:
    """Values to XML; `dispatch` has a method for each type."""

    dispatch = {}

    def __init__(self, encoding=None, allow_none=0):
        self.memo = {}
        self.data = None
        self.encoding = encoding
        self.allow_none = allow_none

    def dumps(self, values):
        out = []
        write = out.append
        if isinstance(values, Fault):
            write('<fault>\n')
            self.__dump({'faultCode': values.faultCode, 'faultString': values.faultString}, write)
            write('</fault>\n')
        else:
            write('<params>\n')
            for value in values:
                write('<param>\n')
                self.__dump(value, write)
                write('</param>\n')
            write('</params>\n')
        return ''.join(out)

    def __dump(self, value, write):
        kind = type(value)
        method = self.dispatch.get(kind)
        if method is None:
            # Types of C have no attributes; classes derived from the types above would come back as those.
            if not hasattr(value, '__dict__'):
                raise TypeError('cannot marshal %s objects' % kind)
            for base in kind.__mro__:
                if base in self.dispatch:
                    raise TypeError('cannot marshal %s objects' % kind)
            method = self.dispatch[InstanceType]
        method(self, value, write)

    def dump_nil(self, value, write):
        if not self.allow_none:
            raise TypeError('cannot marshal None unless allow_none is enabled')
        write('<value><nil/></value>')

    dispatch[type(None)] = dump_nil

    def dump_int(self, value, write):
        if value > MAXINT or value < MININT:
            raise OverflowError('int exceeds XML-RPC limits')
        write('<value><int>%d</int></value>\n' % value)

    dispatch[int] = dump_int

    def dump_bool(self, value, write):
        write('<value><boolean>%d</boolean></value>\n' % value)

    dispatch[bool] = dump_bool

    def dump_long(self, value, write):
        if value > MAXINT or value < MININT:
            raise OverflowError('long int exceeds XML-RPC limits')
        write('<value><int>%d</int></value>\n' % value)

    dispatch[long] = dump_long

    def dump_double(self, value, write):
        write('<value><double>%s</double></value>\n' % repr(value))

    dispatch[float] = dump_double

    def dump_string(self, value, write, escape=escape):
        write('<value><string>%s</string></value>\n' % escape(value))

    dispatch[str] = dump_string

    def dump_unicode(self, value, write, escape=escape):
        value = escape(value)
        if self.encoding:
            value = value.encode(self.encoding, 'xmlcharrefreplace')
        write('<value><string>')
        write(value)
        write('</string></value>\n')

    dispatch[unicode] = dump_unicode

    def _enter(self, value, kind):
        if id(value) in self.memo:
            raise TypeError('cannot marshal recursive ' + kind)
        self.memo[id(value)] = None

    def dump_array(self, value, write):
        self._enter(value, 'sequences')
        write('<value><array><data>\n')
        for item in value:
            self.__dump(item, write)
        write('</data></array></value>\n')
        del self.memo[id(value)]

    dispatch[tuple] = dump_array
    dispatch[list] = dump_array

    def dump_struct(self, value, write, escape=escape):
        self._enter(value, 'dictionaries')
        write('<value><struct>\n')
        for key, item in value.items():
            write('<member>\n')
            if type(key) is unicode:
                if self.encoding:
                    key = key.encode(self.encoding, 'xmlcharrefreplace')
            elif type(key) is not str:
                raise TypeError('dictionary key must be string')
            write('<name>%s</name>\n' % escape(key))
            self.__dump(item, write)
            write('</member>\n')
        write('</struct></value>\n')
        del self.memo[id(value)]

    dispatch[dict] = dump_struct

    def dump_datetime(self, value, write):
        write('<value><dateTime.iso8601>')
        write(_strftime(value))
        write('</dateTime.iso8601></value>\n')

    dispatch[datetime.datetime] = dump_datetime

    def dump_instance(self, value, write):
        if value.__class__ in WRAPPERS:
            # These write themselves.
            self.write = write
            value.encode(self)
            del self.write
        else:
            self.dump_struct(value.__dict__, write)

    dispatch[InstanceType] = dump_instance


def _decode(data, encoding, is8bit=None):
    return unicode(data, encoding) if encoding and isinstance(data, str) else data


def _stringify(string):
    """A byte string where that is enough."""
    try:
        return string.encode('ascii')
    except UnicodeError:
        return string


class Unmarshaller:
    """XML's events to values; `dispatch` has a method for each element."""

    dispatch = {}

    def __init__(self, use_datetime=0):
        self._type = None
        self._stack = []
        self._marks = []
        self._data = []
        self._methodname = None
        self._encoding = 'utf-8'
        self._use_datetime = use_datetime
        self.append = self._stack.append

    def close(self):
        """The values; a fault is raised."""
        if self._type is None or self._marks:
            raise ResponseError()
        if self._type == 'fault':
            raise Fault(**self._stack[0])
        return tuple(self._stack)

    def getmethodname(self):
        return self._methodname

    def xml(self, encoding, standalone):
        self._encoding = encoding

    def start(self, tag, attrs):
        if tag in ('array', 'struct'):
            self._marks.append(len(self._stack))
        self._data = []
        self._value = tag == 'value'

    def data(self, text):
        self._data.append(text)

    def end(self, tag, join=''.join):
        method = self.dispatch.get(tag)
        if method is not None:
            return method(self, join(self._data))

    def end_dispatch(self, tag, data):
        method = self.dispatch.get(tag)
        if method is not None:
            return method(self, data)

    def _scalar(convert):
        def end(self, data):
            self.append(convert(data))
            self._value = 0
        return end

    def end_nil(self, data):
        self.append(None)
        self._value = 0

    def end_boolean(self, data):
        if data not in ('0', '1'):
            raise TypeError('bad boolean value')
        self.append(data == '1')
        self._value = 0

    end_int = _scalar(int)
    end_double = _scalar(float)

    def end_string(self, data):
        self.append(_stringify(_decode(data, self._encoding)))
        self._value = 0

    def end_array(self, data):
        mark = self._marks.pop()
        self._stack[mark:] = [self._stack[mark:]]
        self._value = 0

    def end_struct(self, data):
        mark = self._marks.pop()
        items = self._stack[mark:]
        made = {}
        for at in range(0, len(items), 2):
            made[_stringify(_decode(items[at], self._encoding))] = items[at + 1]
        self._stack[mark:] = [made]
        self._value = 0

    def end_base64(self, data):
        value = Binary()
        value.decode(data)
        self.append(value)
        self._value = 0

    def end_dateTime(self, data):
        value = DateTime()
        value.decode(data)
        if self._use_datetime:
            value = datetime.datetime.strptime(str(value), '%Y%m%dT%H:%M:%S')
        self.append(value)

    def end_value(self, data):
        # Without an element for its type it is a string.
        if self._value:
            self.end_string(data)

    def end_params(self, data):
        self._type = 'params'

    def end_fault(self, data):
        self._type = 'fault'

    def end_methodName(self, data):
        self._methodname = _decode(data, self._encoding)
        self._type = 'methodName'

    for _names, _method in (('nil', end_nil), ('boolean', end_boolean), ('i4 i8 int', end_int), ('double', end_double),
                            ('string name', end_string), ('array', end_array), ('struct', end_struct),
                            ('base64', end_base64), ('dateTime.iso8601', end_dateTime), ('value', end_value),
                            ('params', end_params), ('fault', end_fault), ('methodName', end_methodName)):
        for _name in _names.split():
            dispatch[_name] = _method
    del _names, _method, _name, _scalar

for _class in (Error, ProtocolError, ResponseError, Fault, DateTime, Binary, Marshaller, Unmarshaller):
    _class.__module__ = 'xmlrpclib'
del _class
