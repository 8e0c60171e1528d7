# Characters and strings as Python 2 has them.
from _bridge import foreign as _foreign, library as _library, native as _native, text as _text
_machine = _library('array')
_CODES = 'cbBuhHiIlLfd'
# The least and the greatest number of a kind, and what it is called.
_LIMITS = {
    'b': (-0x80, 0x7f, 'signed char'), 'B': (0, 0xff, 'unsigned byte integer'), 'h': (-0x8000, 0x7fff, 'signed short integer'),
    'H': (0, 0xffff, 'unsigned short'), 'i': (-0x80000000, 0x7fffffff, 'signed integer'),
    'I': (0, 0xffffffff, 'unsigned int'), 'l': (-1 << 63, (1 << 63) - 1, 'signed long'),
    'L': (0, (1 << 64) - 1, 'unsigned long')}


class array(_machine.array):
    """A list of numbers (or characters) of one kind, kept together."""

    def __new__(cls, typecode, initializer=()):
        if not isinstance(typecode, basestring) or len(typecode) != 1:
            raise TypeError("array() argument 1 must be char, not %s" % type(typecode).__name__)
        if typecode not in _CODES:
            raise ValueError("bad typecode (must be c, b, B, u, h, H, i, I, l, L, f or d)")
        made = _machine.array.__new__(cls, 'B' if typecode == 'c' else str(typecode))
        made._letter = str(typecode)
        if isinstance(initializer, str) and typecode != 'u':
            made.fromstring(initializer)
        elif isinstance(initializer, unicode):
            if typecode != 'u':
                raise TypeError("cannot use a unicode to initialize an array with typecode '%s'" % typecode)
            _machine.array.fromunicode(made, initializer)
        else:
            made.extend(initializer)
        return made

    def __init__(self, *args):
        pass

    @property
    def typecode(self):
        return self._letter

    def _in(self, item):
        if self._letter == 'c':
            if not isinstance(item, str) or len(item) != 1:
                raise TypeError("array item must be char")
            return ord(item)
        if self._letter in 'bBhHiIlL' and not isinstance(item, (int, long)):
            if isinstance(item, float):
                raise TypeError("integer argument expected, got float")
            raise TypeError("an integer is required")
        if self._letter in _LIMITS:
            if self._letter in 'IL':
                if item < -1 << 63:
                    raise OverflowError("can't convert negative value to unsigned long")
                if item >= 1 << 64:
                    raise OverflowError("long int too large to convert")
            elif not -1 << 63 <= item < 1 << 63:
                raise OverflowError("Python int too large to convert to C long")
            least, most, name = _LIMITS[self._letter]
            if item < least:
                raise OverflowError("%s is less than minimum" % name)
            if item > most:
                raise OverflowError("%s is greater than maximum" % name)
        return item

    def _out(self, item):
        if self._letter == 'c':
            return chr(item)
        if self._letter in 'IL':
            return long(item)
        return _text(item) if self._letter == 'u' else item

    def append(self, item):
        _machine.array.append(self, self._in(item))

    def insert(self, index, item):
        _machine.array.insert(self, index, self._in(item))

    def extend(self, items):
        if isinstance(items, array):
            if items._letter != self._letter:
                raise TypeError("can only extend with array of same kind")
            _machine.array.frombytes(self, _machine.array.tobytes(items))
            return
        for item in items:
            self.append(item)

    fromlist = extend

    def fromstring(self, data):
        if len(data) % self.itemsize:
            raise ValueError("string length not a multiple of item size")
        _machine.array.frombytes(self, _foreign(data))

    def tostring(self):
        return _native(_machine.array.tobytes(self))

    def tounicode(self):
        return u''.join(self)

    def tolist(self):
        return [self._out(item) for item in _machine.array.tolist(self)]

    def fromfile(self, f, n):
        data = f.read(self.itemsize * n)
        self.fromstring(data[:len(data) - len(data) % self.itemsize])
        if len(data) < self.itemsize * n:
            raise EOFError("not enough items in file")

    read = fromfile

    def tofile(self, f):
        f.write(self.tostring())

    write = tofile

    def pop(self, index=-1):
        return self._out(_machine.array.pop(self, index))

    def remove(self, item):
        try:
            _machine.array.remove(self, self._in(item))
        except ValueError:
            raise ValueError("array.remove(x): x not in list")

    def index(self, item):
        try:
            return _machine.array.index(self, self._in(item))
        except ValueError:
            raise ValueError("array.index(x): x not in list")

    def count(self, item):
        return _machine.array.count(self, self._in(item))

    def __getitem__(self, index):
        if isinstance(index, slice):
            return self._same(_machine.array.__getitem__(self, index))
        try:
            return self._out(_machine.array.__getitem__(self, index))
        except IndexError:
            raise IndexError("array index out of range")

    def __setitem__(self, index, value):
        if isinstance(index, slice):
            if not isinstance(value, array):
                raise TypeError("can only assign array (not \"%s\") to array slice" % type(value).__name__)
            _machine.array.__setitem__(self, index, value)
        else:
            _machine.array.__setitem__(self, index, self._in(value))

    def __iter__(self):
        for item in _machine.array.tolist(self):
            yield self._out(item)

    def __contains__(self, item):
        return item in self.tolist()

    def _same(self, machine_array):
        made = array(self._letter)
        _machine.array.frombytes(made, machine_array.tobytes())
        return made

    def __add__(self, other):
        if not isinstance(other, array):
            raise TypeError("can only append array (not \"%s\") to array" % type(other).__name__)
        made = array(self._letter, self)
        made.extend(other)
        return made

    def __mul__(self, count):
        made = array(self._letter)
        made.fromstring(self.tostring() * count)
        return made

    __rmul__ = __mul__

    def __copy__(self):
        return array(self._letter, self)

    def __deepcopy__(self, memo):
        return array(self._letter, self)

    def __reduce__(self):
        return array, (self._letter, self.tostring() if self._letter == 'c' else self.tolist())

    def __repr__(self):
        if not len(self):
            return "array('%s')" % self._letter
        if self._letter == 'c':
            return "array('c', %r)" % self.tostring()
        if self._letter == 'u':
            return "array('u', %r)" % self.tounicode()
        return "array('%s', %r)" % (self._letter, self.tolist())

    __str__ = __repr__

    def __eq__(self, other):
        return self.tolist() == other.tolist() if isinstance(other, array) else NotImplemented

    def __ne__(self, other):
        return self.tolist() != other.tolist() if isinstance(other, array) else NotImplemented

    def __lt__(self, other):
        return self.tolist() < other.tolist() if isinstance(other, array) else NotImplemented

    def __gt__(self, other):
        return self.tolist() > other.tolist() if isinstance(other, array) else NotImplemented

    __hash__ = None

array.__module__ = 'array'
ArrayType = array
