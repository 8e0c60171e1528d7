# Bytes of the mapped file are `str`.
from _bridge import foreign as _foreign, library as _library, native as _native
_machine = _library('mmap')
_MachineError = _library('builtins').OSError
error = _library('mmap').error
_READ_ONLY = "mmap can't modify a readonly memory map."


def _bytes(data):
    return _foreign(data) if isinstance(data, str) else data


class mmap(_machine.mmap):
    """A file in memory."""

    def __new__(cls, fileno, length, *args, **kwargs):
        if fileno < -1:
            raise error(9, 'Bad file descriptor')
        try:
            return _machine.mmap.__new__(cls, fileno, length, *args, **kwargs)
        except _MachineError, e:
            raise EnvironmentError(e.errno, e.strerror)

    def __getitem__(self, index):
        found = _machine.mmap.__getitem__(self, index)
        return chr(found) if isinstance(found, (int, long)) else _native(found)

    def __setitem__(self, index, value):
        if not isinstance(value, str):
            raise IndexError("mmap assignment must be a string" if not isinstance(index, slice)
                             else "mmap slice assignment must be a string")
        self._writable()
        if isinstance(index, slice):
            if len(range(*index.indices(len(self)))) != len(value):
                raise IndexError("mmap slice assignment is wrong size")
            _machine.mmap.__setitem__(self, index, _foreign(value))
        elif len(value) != 1:
            raise IndexError("mmap assignment must be single-character string")
        else:
            _machine.mmap.__setitem__(self, index, ord(value))

    def _writable(self):
        # An empty write asks whether there is a right to.
        place = self.tell()
        try:
            _machine.mmap.write(self, _foreign(''))
        except TypeError:
            raise TypeError(_READ_ONLY)
        finally:
            self.seek(place)

    def __iter__(self):
        for index in xrange(len(self)):
            yield self[index]

    def __contains__(self, text):
        return self.find(text, 0) >= 0

    def read(self, *size):
        return _native(_machine.mmap.read(self, *size))

    def readline(self):
        return _native(_machine.mmap.readline(self))

    def read_byte(self):
        if self.tell() >= len(self):
            raise ValueError("read byte out of range")
        return chr(_machine.mmap.read_byte(self))

    def write(self, data):
        if not isinstance(data, (str, buffer)):
            data = str(data)
        self._writable()
        if self.tell() + len(data) > len(self):
            raise ValueError("data out of range")
        _machine.mmap.write(self, _foreign(str(data)))

    def write_byte(self, byte):
        if not isinstance(byte, str) or len(byte) != 1:
            raise TypeError("write_byte() argument 1 must be char, not %s" % type(byte).__name__)
        self._writable()
        _machine.mmap.write_byte(self, ord(byte))

    def find(self, sub, *limits):
        return _machine.mmap.find(self, _bytes(sub), *limits)

    def rfind(self, sub, *limits):
        return _machine.mmap.rfind(self, _bytes(sub), *limits)

    def flush(self, *part):
        _machine.mmap.flush(self, *part)
        return 0

mmap.__module__ = 'mmap'
