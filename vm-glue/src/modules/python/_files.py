"""Files of the interpreter's own library (which read and write its kind of bytes) as Python 2's files."""

from _bridge import native as _native, wrap as _wrap


def _as_io_error(method):
    """The errors of files are IOErrors."""
    def guarded(self, *args):
        try:
            return method(self, *args)
        except OSError, e:
            raise IOError(e.errno, e.strerror)
    guarded.__name__ = method.__name__
    return guarded


class ByteFile(object):
    """A binary file of the interpreter's library, read and written with `str`."""

    softspace = 0
    encoding = None
    errors = None
    newlines = None

    def __init__(self, raw, name='<file>', mode='rb'):
        self.raw = raw
        self.name = name
        self.mode = mode
        self._write = _wrap(raw.write) if hasattr(raw, 'write') else None

    @property
    def closed(self):
        return self.raw.closed

    @_as_io_error
    def read(self, size=-1):
        if size is None or size < 0:
            return _native(self.raw.read())
        return _native(self.raw.read(size))

    @_as_io_error
    def readline(self, size=-1):
        return _native(self.raw.readline() if size is None or size < 0 else self.raw.readline(size))

    def readlines(self, sizehint=0):
        return list(self)

    def xreadlines(self):
        return self

    @_as_io_error
    def write(self, data):
        if isinstance(data, unicode):
            data = str(data)
        self._write(data)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def __iter__(self):
        return self

    def next(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    @_as_io_error
    def flush(self):
        self.raw.flush()

    @_as_io_error
    def close(self):
        self.raw.close()

    def fileno(self):
        return self.raw.fileno()

    def isatty(self):
        return self.raw.isatty()

    @_as_io_error
    def seek(self, offset, whence=0):
        self.raw.seek(offset, whence)

    def tell(self):
        return self.raw.tell()

    @_as_io_error
    def truncate(self, *size):
        self.raw.truncate(*size)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def __repr__(self):
        state = 'closed' if self.closed else 'open'
        return "<%s file '%s', mode '%s' at 0x%x>" % (state, self.name, self.mode, id(self))


class MachineFile(object):
    """A file object of Python 2 code as the interpreter's library expects it: bytes come out, bytes go in."""

    def __init__(self, file):
        self._file = file
        # Only what the file can do is there to be asked for.
        for name in ('seek', 'tell', 'flush', 'close', 'fileno', 'truncate', 'isatty'):
            method = getattr(file, name, None)
            if method is not None:
                setattr(self, name, method)

    def read(self, size=-1):
        return bytearray_bytes(self._file.read(size) if size is not None and size >= 0 else self._file.read())

    def readline(self, size=-1):
        line = self._file.readline(size) if size is not None and size >= 0 else self._file.readline()
        return bytearray_bytes(line)

    def write(self, data):
        data = _native(data)
        if not isinstance(data, basestring):
            data = str(bytearray(data))
        self._file.write(data)
        return len(data)

    def readable(self):
        return hasattr(self._file, 'read')

    def writable(self):
        return hasattr(self._file, 'write')

    def seekable(self):
        return hasattr(self._file, 'seek')

    def __iter__(self):
        while True:
            line = self.readline()
            if not line:
                return
            yield line

    @property
    def closed(self):
        return getattr(self._file, 'closed', False)

    @property
    def name(self):
        return self._file.name

    @property
    def mode(self):
        return self._file.mode

    def __getattr__(self, name):
        return getattr(self._file, name)


def bytearray_bytes(data):
    """A `str` as the interpreter's own bytes."""
    from _bridge import foreign
    return foreign(data)
