"""Values as bytes in Python 2.7's internal format, of the types that any version has (the Python 2 module marshal)."""

from struct import pack as _pack, unpack as _unpack

version = 2
_file = file

# Deeper values are refused.
_MAX_DEPTH = 2000
_DIGIT = 15
_INT_MIN, _INT_MAX = -1 << 31, (1 << 31) - 1
_WORD = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_'
_CONSTANTS = {None: 'N', Ellipsis: '.', StopIteration: 'S'}
_VALUES = dict([(code, value) for value, code in _CONSTANTS.items()] + [('T', True), ('F', False)])
_SEQUENCES = {tuple: '(', list: '[', set: '<', frozenset: '>'}
_TYPES = dict([(code, kind) for kind, code in _SEQUENCES.items()])


class _Writer:
    def __init__(self, version):
        self.version = version
        self.known = {}
        self.parts = []

    def number(self, value):
        if isinstance(value, int) and not isinstance(value, bool):
            if _INT_MIN <= value <= _INT_MAX:
                return _pack('<ci', 'i', value)
            return _pack('<cq', 'I', value)
        digits = []
        rest = abs(value)
        while rest:
            digits.append(int(rest & (1 << _DIGIT) - 1))
            rest >>= _DIGIT
        return 'l' + _pack('<i', -len(digits) if value < 0 else len(digits)) + _pack('<%dH' % len(digits), *digits)

    def real(self, value):
        if self.version > 1:
            return _pack('<d', value)
        text = '%.17g' % value
        return chr(len(text)) + text

    def string(self, value):
        # The interpreter keeps one of each string that looks like a name.
        if self.version > 0 and (len(value) == 1 or not value.strip(_WORD)):
            if value in self.known:
                return 'R' + _pack('<i', self.known[value])
            self.known[value] = len(self.known)
            return 't' + _pack('<i', len(value)) + value
        return 's' + _pack('<i', len(value)) + value

    def write(self, value, depth=0):
        if depth > _MAX_DEPTH:
            raise ValueError("object too deeply nested to marshal")
        kind = type(value)
        add = self.parts.append
        if kind is bool:
            add('T' if value else 'F')
        elif kind is int or kind is long:
            add(self.number(value))
        elif kind is float:
            add(('g' if self.version > 1 else 'f') + self.real(value))
        elif kind is complex:
            add(('y' if self.version > 1 else 'x') + self.real(value.real) + self.real(value.imag))
        elif kind is str:
            add(self.string(value))
        elif kind is unicode:
            data = value.encode('utf-8')
            add('u' + _pack('<i', len(data)) + data)
        elif kind in _SEQUENCES:
            add(_SEQUENCES[kind] + _pack('<i', len(value)))
            for item in value:
                self.write(item, depth + 1)
        elif kind is dict:
            add('{')
            for key, item in value.iteritems():
                self.write(key, depth + 1)
                self.write(item, depth + 1)
            add('0')
        elif value is None or value is Ellipsis or value is StopIteration:
            add(_CONSTANTS[value])
        elif kind is buffer or kind is bytearray:
            data = str(value)
            add('s' + _pack('<i', len(data)) + data)
        else:
            raise ValueError("unmarshallable object")


class _Null:
    """The end of a dictionary."""


class _Reader:
    def __init__(self, read):
        self.read = read
        self.known = []

    def bytes(self, count):
        if count < 0:
            raise ValueError("bad marshal data (string size out of range)")
        data = self.read(count)
        if len(data) < count:
            raise EOFError("EOF read where object expected")
        return data

    def int32(self):
        return _unpack('<i', self.bytes(4))[0]

    def real(self, code):
        if code in 'gy':
            return _unpack('<d', self.bytes(8))[0]
        return float(self.bytes(ord(self.bytes(1))))

    def long(self):
        count = self.int32()
        value = 0L
        for shift, digit in enumerate(_unpack('<%dH' % abs(count), self.bytes(2 * abs(count)))):
            if digit >> _DIGIT:
                raise ValueError("bad marshal data (digit out of range in long)")
            value |= long(digit) << _DIGIT * shift
        return -value if count < 0 else value

    def item(self, name, depth):
        value = self.value(depth + 1)
        if value is _Null:
            raise TypeError("NULL object in marshal data for " + name)
        return value

    def value(self, depth=0):
        if depth > _MAX_DEPTH:
            raise ValueError("recursion limit exceeded")
        code = self.read(1)
        if not code:
            raise EOFError("EOF read where object expected")
        if code in _VALUES:
            return _VALUES[code]
        if code == '0':
            return _Null
        if code == 'i':
            return self.int32()
        if code == 'I':
            return _unpack('<q', self.bytes(8))[0]
        if code == 'l':
            return self.long()
        if code in 'fg':
            return self.real(code)
        if code in 'xy':
            real = self.real(code)
            return complex(real, self.real(code))
        if code in 'st':
            text = self.bytes(self.int32())
            if code == 't':
                self.known.append(text)
            return text
        if code == 'R':
            at = self.int32()
            if not 0 <= at < len(self.known):
                raise ValueError("bad marshal data (string ref out of range)")
            return self.known[at]
        if code == 'u':
            return self.bytes(self.int32()).decode('utf-8')
        if code in _TYPES:
            kind = _TYPES[code]
            count = self.int32()
            if count < 0:
                raise ValueError("bad marshal data (%s size out of range)" % kind.__name__)
            return kind([self.item(kind.__name__, depth) for _ in xrange(count)])
        if code == '{':
            made = {}
            while 1:
                key = self.value(depth + 1)
                if key is _Null:
                    return made
                made[key] = self.item('dict', depth)
        if code == 'c':
            raise ValueError("code objects of another interpreter cannot be read")
        raise ValueError("bad marshal data (unknown type code)")

    def whole(self):
        value = self.value()
        if value is _Null:
            raise TypeError("NULL object in marshal data for object")
        return value


def dumps(value, version=version):
    """A value as bytes."""
    writer = _Writer(version)
    writer.write(value)
    return ''.join(writer.parts)


def dump(value, file, version=version):
    """Writes a value to a file."""
    if not isinstance(file, _file):
        raise TypeError("marshal.dump() 2nd arg must be file")
    file.write(dumps(value, version))


def load(file):
    """Reads a value from a file."""
    if not isinstance(file, _file):
        raise TypeError("marshal.load() arg must be file")
    return _Reader(file.read).whole()


def loads(string):
    """A value from bytes."""
    if not isinstance(string, (basestring, buffer, bytearray)):
        raise TypeError("loads() argument 1 must be string or read-only buffer, not %s" % type(string).__name__)
    data = str(string)
    at = [0]

    def read(count):
        start = at[0]
        at[0] = start + count
        return data[start:at[0]]
    return _Reader(read).whole()
