"""The packets of Flash Remoting (the module pyamf.remoting)."""

import _pyamf
import pyamf

STATUS_OK = 0
STATUS_ERROR = 1
STATUS_DEBUG = 0xff
STATUS_CODES = {STATUS_OK: '/onResult', STATUS_ERROR: '/onStatus', STATUS_DEBUG: '/onDebugEvents'}
CONTENT_TYPE = 'application/x-amf'


class RemotingError(pyamf.BaseError):
    pass


class RemotingCallFailed(RemotingError):
    pass


class HeaderCollection(dict):
    """Headers by their names; those in `required` must be understood."""

    def __init__(self, raw_headers={}):
        dict.__init__(self)
        self.required = []
        for name, required, value in raw_headers:
            self[name] = value
            if required:
                self.required.append(name)

    def is_required(self, name):
        if name not in self:
            raise KeyError('Unknown header %s' % name)
        return name in self.required

    def set_required(self, name, value=True):
        if name not in self:
            raise KeyError('Unknown header %s' % name)
        if value and name not in self.required:
            self.required.append(name)


class Envelope(object):
    """A packet: calls or answers, each under its name, in their order."""

    def __init__(self, amfVersion=None, clientType=None):
        self.amfVersion = pyamf.AMF0 if amfVersion is None else amfVersion
        self.clientType = clientType
        self.headers = HeaderCollection()
        self.bodies = []

    def __repr__(self):
        return '<Envelope amfVersion=%r>%r</Envelope>' % (self.amfVersion, self.bodies)

    def __setitem__(self, name, value):
        if not isinstance(value, (Request, Response)):
            raise TypeError('Message instance expected')
        self.bodies = [body for body in self.bodies if body[0] != name] + [(name, value)]
        value.envelope = self

    def __getitem__(self, name):
        for body in self.bodies:
            if body[0] == name:
                return body[1]
        raise KeyError("'%r'" % (name,))

    def __contains__(self, name):
        return name in self.keys()

    def __iter__(self):
        return iter(self.bodies)

    def __len__(self):
        return len(self.bodies)

    def keys(self):
        return [body[0] for body in self.bodies]

    def values(self):
        return [body[1] for body in self.bodies]

    def items(self):
        return list(self.bodies)

    def iteritems(self):
        return iter(self.bodies)


class Request(object):
    """A call: what is called, and the list of its arguments."""

    def __init__(self, target, body=[], envelope=None):
        self.target = target
        self.body = body
        self.envelope = envelope

    @property
    def headers(self):
        return self.envelope.headers

    def __repr__(self):
        return '<Request target=%r>%r</Request>' % (self.target, self.body)


class Response(object):
    """An answer: its status, and its value."""

    def __init__(self, body, status=STATUS_OK, envelope=None):
        self.body = body
        self.status = status
        self.envelope = envelope

    @property
    def headers(self):
        return self.envelope.headers

    def __repr__(self):
        return '<Response status=%s>%r</Response>' % (STATUS_CODES.get(self.status, self.status), self.body)


class BaseFault(object):
    """What went wrong on the server."""

    level = None

    def __init__(self, code='', type='', description='', details='', **more):
        self.code = code
        self.type = type
        self.description = description
        self.details = details

    def __repr__(self):
        return '%s level=%s code=%s type=%s description=%s' % (
            self.__class__.__name__, self.level, self.code, self.type, self.description)

    def raiseException(self):
        raise RemotingError(self.description)


class ErrorFault(BaseFault):
    level = 'error'


def decode(stream, strict=False, logger=None, timezone_offset=None):
    """The packet in the data."""
    version, headers, bodies = _pyamf.decode_envelope(pyamf._data(stream))
    envelope = Envelope(version)
    envelope.headers = HeaderCollection(headers)
    for target, response, value in bodies:
        for status, ending in STATUS_CODES.items():
            if target.endswith(ending):
                if status != STATUS_OK and isinstance(value, dict):
                    known = ('code', 'type', 'description', 'details')
                    value = ErrorFault(**dict([(name, value[name]) for name in known if name in value]))
                envelope[target[:-len(ending)]] = Response(value, status, envelope)
                break
        else:
            arguments = value if isinstance(value, list) else [value]
            envelope[response] = Request(target, arguments, envelope)
    return envelope


def encode(msg, strict=False, logger=None, timezone_offset=None):
    """A packet as data: a stream."""
    from pyamf.util import BufferedByteStream
    headers = [(name, name in msg.headers.required, value) for name, value in msg.headers.items()]
    bodies = []
    for name, message in msg.bodies:
        if isinstance(message, Response):
            value = message.body
            if isinstance(value, BaseFault):
                value = pyamf.ASObject(code=value.code, type=value.type, description=value.description,
                                       details=value.details, level=value.level)
            bodies.append((name + STATUS_CODES[message.status], 'null', value))
        else:
            value = message.body
            bodies.append((message.target, name, tuple(value) if isinstance(value, (list, tuple)) else value))
    return BufferedByteStream(_pyamf.encode_envelope(int(msg.amfVersion), headers, bodies))
