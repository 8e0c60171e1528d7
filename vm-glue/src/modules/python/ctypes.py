# What Python 2 has different in ctypes: its char data are `str`.
from _bridge import foreign as _foreign, library as _library, native as _native

_machine = _library('ctypes')


def _in(value):
    return _foreign(value) if isinstance(value, str) else value


def _texts(kind, base, names):
    """Gives attributes of a class as `str`. (Natively made classes bring these attributes along: they are replaced.)"""
    for name in names:
        own = getattr(base, name)
        setattr(kind, name, property(lambda self, own=own: _native(own.__get__(self)),
                                     lambda self, value, own=own: own.__set__(self, _in(value))))
    return kind


class c_char_p(_machine.c_char_p):
    def __new__(cls, value=None):
        return _machine.c_char_p.__new__(cls, _in(value))

    def __init__(self, value=None):
        _machine.c_char_p.__init__(self, _in(value))


_texts(c_char_p, _machine.c_char_p, ['value'])


def _record(base):
    class Record(base):
        def __init__(self, *args, **kwargs):
            base.__init__(self, *map(_in, args), **dict((name, _in(kwargs[name])) for name in kwargs))

        def __setattr__(self, name, value):
            base.__setattr__(self, name, _in(value))

        def __getattribute__(self, name):
            return _native(base.__getattribute__(self, name))
    Record.__name__ = base.__name__
    return Record


Structure = _record(_machine.Structure)
Union = _record(_machine.Union)


def create_string_buffer(init, size=None):
    """An array of chars: of a size, or of a text with the null behind it."""
    if isinstance(init, basestring):
        data = str(init)
        size = len(data) + 1 if size is None else size
    elif isinstance(init, (int, long)):
        data, size = '', init
    else:
        raise TypeError(init)
    base = _machine.c_char * size

    class Buffer(base):
        def __getitem__(self, at):
            return _native(base.__getitem__(self, at))

        def __setitem__(self, at, value):
            base.__setitem__(self, at, _in(value))

    _texts(Buffer, base, ['raw', 'value'])
    Buffer.__name__ = base.__name__
    made = Buffer()
    if data:
        made.value = data
    return made


c_buffer = create_string_buffer


class _Function(object):
    """A function of a library: texts go in as bytes and come back as `str`."""

    def __init__(self, function):
        self.__dict__['_function'] = function
        self.__dict__['_as_parameter_'] = function

    def __call__(self, *args):
        return _native(self._function(*[arg._function if isinstance(arg, _Function) else _in(arg) for arg in args]))

    def __getattr__(self, name):
        return getattr(self._function, name)

    def __setattr__(self, name, value):
        setattr(self._function, name, value)

    def __nonzero__(self):
        return bool(self._function)


def _library_class(base):
    class Library(base):
        def __getattr__(self, name):
            if name[:2] == '__' and name[-2:] == '__':
                raise AttributeError(name)
            made = self.__dict__[name] = _Function(base.__getitem__(self, name))
            return made

        def __getitem__(self, name):
            return _Function(base.__getitem__(self, name))
    Library.__name__ = base.__name__
    return Library


CDLL = _library_class(_machine.CDLL)
PyDLL = _library_class(_machine.PyDLL)


class LibraryLoader(object):
    """Libraries as attributes: `cdll.LoadLibrary(name)`."""

    def __init__(self, dlltype):
        self._dlltype = dlltype

    def __getattr__(self, name):
        if name[0] == '_':
            raise AttributeError(name)
        made = self._dlltype(name)
        setattr(self, name, made)
        return made

    def __getitem__(self, name):
        return getattr(self, name)

    def LoadLibrary(self, name):
        return self._dlltype(name)


cdll = LibraryLoader(CDLL)
pydll = LibraryLoader(PyDLL)


def string_at(ptr, size=-1):
    """The bytes at an address."""
    return _native(_machine.string_at(_in(ptr), size))
