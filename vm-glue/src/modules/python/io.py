# Byte strings and unicode where the machine's own streams have its kinds of bytes and text.
import __builtin__
from _bridge import adopt as _adopt, builtin as _builtin, foreign as _foreign, library as _library, native as _native, text as _text
_machine = _library('io')

SEEK_SET, SEEK_CUR, SEEK_END = 0, 1, 2
DEFAULT_BUFFER_SIZE = 8192
OpenWrapper = None


class UnsupportedOperation(ValueError, IOError):
    pass

UnsupportedOperation.__module__ = 'io'
# What the machine itself raises is an IOError, too.
_adopt(_machine.UnsupportedOperation, UnsupportedOperation)


def _bytes(data):
    if isinstance(data, unicode):
        raise TypeError("'unicode' does not have the buffer interface")
    if isinstance(data, str):
        return _foreign(data)
    if isinstance(data, buffer):
        return _foreign(str(data))
    if not isinstance(data, (bytearray, memoryview)) and not hasattr(data, '__buffer__'):
        try:
            return _foreign(data.tostring())
        except AttributeError:
            raise TypeError("'%s' does not have the buffer interface" % type(data).__name__)
    return data


def _file_number(self):
    raise UnsupportedOperation("fileno")


class _ByteMethods(object):
    """Reading and writing of byte streams."""

    def read(self, *args):
        return _native(self._base.read(self, *args))

    def read1(self, *args):
        return _native(self._base.read1(self, *args))

    def readline(self, *args):
        return _native(self._base.readline(self, *args))

    def readlines(self, hint=None):
        return _native(self._base.readlines(self) if hint is None else self._base.readlines(self, hint))

    def readinto(self, target):
        count = self._base.readinto(self, target)
        return count if count is None else long(count)

    def readall(self):
        return _native(self._base.readall(self))

    def peek(self, *args):
        return _native(self._base.peek(self, *args))

    def write(self, data):
        return self._base.write(self, _bytes(data))

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def next(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def __iter__(self):
        return self


class BytesIO(_ByteMethods, _machine.BytesIO):
    """Bytes in memory."""

    _base = _machine.BytesIO

    def __init__(self, initial_bytes=None):
        _machine.BytesIO.__init__(self, *(() if initial_bytes is None else (_bytes(initial_bytes),)))

    def getvalue(self):
        return _native(_machine.BytesIO.getvalue(self))

    def seek(self, pos, whence=0):
        if not isinstance(pos, (int, long)):
            raise TypeError("an integer is required")
        if whence == 0 and pos < 0:
            raise ValueError("negative seek value %d" % pos)
        # Before the beginning is the beginning.
        if whence == 1:
            pos, whence = max(0, self.tell() + pos), 0
        elif whence == 2:
            pos, whence = max(0, len(_machine.BytesIO.getvalue(self)) + pos), 0
        elif whence:
            raise ValueError("invalid whence (%d, should be 0, 1 or 2)" % whence)
        return _machine.BytesIO.seek(self, pos, 0)

    fileno = _file_number


class FileIO(_ByteMethods, _machine.FileIO):
    """An open file without a buffer."""

    _base = _machine.FileIO

    def __init__(self, name, mode='r', closefd=True):
        _translated(_machine.FileIO.__init__, self, _foreign(name) if type(name) is str else name, mode, closefd)
        self.name = name

    def __repr__(self):
        if self.closed:
            return '<_io.FileIO [closed]>'
        name = getattr(self, 'name', None)
        if name is None:
            return '<_io.FileIO fd=%d mode=%r>' % (self.fileno(), self.mode)
        return '<_io.FileIO name=%r mode=%r>' % (name, self.mode)


class BufferedReader(_ByteMethods, _machine.BufferedReader):
    _base = _machine.BufferedReader

    def __init__(self, raw, buffer_size=DEFAULT_BUFFER_SIZE):
        _machine.BufferedReader.__init__(self, _for_machine(raw), buffer_size)


class BufferedWriter(_ByteMethods, _machine.BufferedWriter):
    _base = _machine.BufferedWriter

    def __init__(self, raw, buffer_size=DEFAULT_BUFFER_SIZE, max_buffer_size=None):
        _machine.BufferedWriter.__init__(self, _for_machine(raw), buffer_size)


class BufferedRandom(_ByteMethods, _machine.BufferedRandom):
    _base = _machine.BufferedRandom

    def __init__(self, raw, buffer_size=DEFAULT_BUFFER_SIZE, max_buffer_size=None):
        _machine.BufferedRandom.__init__(self, _for_machine(raw), buffer_size)


class BufferedRWPair(_ByteMethods, _machine.BufferedRWPair):
    _base = _machine.BufferedRWPair

    def __init__(self, reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, max_buffer_size=None):
        _machine.BufferedRWPair.__init__(self, _for_machine(reader), _for_machine(writer), buffer_size)


class _Raw(_machine.RawIOBase):
    """A stream of Python 2 code as the machine reads it."""

    def __init__(self, stream):
        self._stream = stream

    def readinto(self, target):
        stream = self._stream
        data = stream.read1(len(target)) if hasattr(stream, 'read1') else stream.read(len(target))
        if data is None:
            return None
        target[:len(data)] = _foreign(data) if isinstance(data, str) else data
        return len(data)

    def write(self, data):
        self._stream.write(_native(_library('builtins').bytes(data)))
        return len(data)

    def readable(self):
        stream = self._stream
        return stream.readable() if hasattr(stream, 'readable') else hasattr(stream, 'read')

    def writable(self):
        stream = self._stream
        return stream.writable() if hasattr(stream, 'writable') else hasattr(stream, 'write')

    def seekable(self):
        stream = self._stream
        if hasattr(stream, 'seekable'):
            return stream.seekable()
        return hasattr(stream, 'seek')

    def seek(self, *args):
        self._stream.seek(*args)
        return self._stream.tell()

    def tell(self):
        return self._stream.tell()

    def flush(self):
        if hasattr(self._stream, 'flush') and not getattr(self._stream, 'closed', False):
            self._stream.flush()

    # Whether the stream is somebody else's again.
    released = False

    def close(self):
        if not self.closed:
            _machine.RawIOBase.close(self)
            if not self.released:
                self._stream.close()

    def fileno(self):
        return self._stream.fileno()


def _for_machine(stream):
    """A stream that the machine's own code can use: its methods must give the machine's kind of bytes."""
    kind = type(stream)
    if kind in (_machine.FileIO, _machine.BytesIO, _machine.BufferedReader, _machine.BufferedWriter):
        return stream
    return _Raw(stream)


class TextIOWrapper(_machine.TextIOWrapper):
    """A text stream over a byte stream."""

    def __init__(self, buffer, encoding=None, errors=None, newline=None, line_buffering=False):
        self._own = buffer
        raw = self._raw = _for_machine(buffer)
        if isinstance(raw, _Raw):
            raw = _machine.BufferedRandom(raw) if raw.readable() and raw.writable() and raw.seekable() else (
                _machine.BufferedWriter(raw) if raw.writable() and not raw.readable() else _machine.BufferedReader(raw))
        _machine.TextIOWrapper.__init__(self, raw, encoding or 'utf-8', errors, newline, line_buffering)

    @property
    def buffer(self):
        """The byte stream beneath."""
        own = self.__dict__.get('_own')
        return _machine.TextIOWrapper.buffer.__get__(self) if own is None else own

    def detach(self):
        """Gives the byte stream back, which stays open."""
        raw = self.__dict__.get('_raw')
        if isinstance(raw, _Raw):
            _machine.TextIOWrapper.flush(self)
            raw.released = True
        buffer = _machine.TextIOWrapper.detach(self)
        return self.__dict__.get('_own', buffer)

    def read(self, *args):
        return _text(_machine.TextIOWrapper.read(self, *args))

    def readline(self, *args):
        return _text(_machine.TextIOWrapper.readline(self, *args))

    def readlines(self, hint=-1):
        return list(self)

    def write(self, text):
        if not isinstance(text, unicode):
            raise TypeError("must be unicode, not %s" % type(text).__name__)
        return _machine.TextIOWrapper.write(self, text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def next(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def __iter__(self):
        return self


class StringIO(_machine.StringIO):
    """Text in memory."""

    def __init__(self, initial_value=u'', newline=u'\n'):
        if initial_value is not None and not isinstance(initial_value, unicode):
            raise TypeError("initial_value must be unicode or None, not %s" % type(initial_value).__name__)
        _machine.StringIO.__init__(self, initial_value or u'', newline)

    def getvalue(self):
        return _text(_machine.StringIO.getvalue(self))

    def read(self, *args):
        return _text(_machine.StringIO.read(self, *args))

    def readline(self, *args):
        return _text(_machine.StringIO.readline(self, *args))

    def readlines(self, hint=-1):
        return list(self)

    def seek(self, pos, whence=0):
        if whence and pos:
            raise IOError("Can't do nonzero cur-relative seeks")
        return _machine.StringIO.seek(self, pos, whence)

    def write(self, text):
        if not isinstance(text, unicode):
            raise TypeError("unicode argument expected, got %r" % type(text).__name__)
        return _machine.StringIO.write(self, text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def next(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def __iter__(self):
        return self

    encoding = None
    errors = None
    fileno = _file_number


def _translated(function, *args):
    """Calls the machine; files that cannot be opened are an IOError."""
    try:
        return function(*args)
    except _library('builtins').OSError, e:
        name = getattr(e, 'filename', None)
        raise IOError(e.errno, e.strerror, *(() if name is None else (_native(name),)))


def open(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True):
    """Opens a file: as text unless there is a "b" in the mode."""
    if not isinstance(file, (basestring, int, long)):
        raise TypeError("invalid file: %r" % (file,))
    if not isinstance(mode, basestring):
        raise TypeError("invalid mode: %r" % (mode,))
    if encoding is not None and not isinstance(encoding, basestring):
        raise TypeError("invalid encoding: %r" % (encoding,))
    letters = set(mode)
    if letters - set("arwb+tU") or len(mode) > len(letters):
        raise ValueError("invalid mode: %r" % mode)
    binary = 'b' in letters
    if 't' in letters and binary:
        raise ValueError("can't have text and binary mode at once")
    if len(letters & set('rwa')) + ('U' in letters and not letters & set('rwa')) != 1:
        raise ValueError("must have exactly one of read/write/append mode")
    if binary and encoding is not None:
        raise ValueError("binary mode doesn't take an encoding argument")
    if binary and errors is not None:
        raise ValueError("binary mode doesn't take an errors argument")
    if binary and newline is not None:
        raise ValueError("binary mode doesn't take a newline argument")
    plain = ''.join([letter for letter in mode if letter in 'rwa+']) or 'r'
    raw = FileIO(file, plain, closefd)
    if binary and buffering == 0:
        return raw
    machine_raw = _machine.FileIO(raw.fileno(), plain, False)
    machine_raw.name = file
    machine_raw._own = raw
    size = buffering if buffering > 1 else DEFAULT_BUFFER_SIZE
    if binary:
        kind = BufferedRandom if '+' in plain else BufferedReader if 'r' in plain else BufferedWriter
        return _opened(kind, machine_raw, size, raw)
    kind = _machine.BufferedRandom if '+' in plain else (
        _machine.BufferedReader if 'r' in plain else _machine.BufferedWriter)
    text = _OpenText(kind(machine_raw, size), encoding, errors, newline, buffering == 1, raw)
    text.mode = mode
    return text


class _OpenText(TextIOWrapper):
    def __init__(self, buffer, encoding, errors, newline, line_buffering, raw):
        self._file = raw
        _machine.TextIOWrapper.__init__(self, buffer, encoding or 'utf-8', errors, newline, line_buffering)

    def close(self):
        try:
            _machine.TextIOWrapper.close(self)
        finally:
            self._file.close()


def _opened(kind, machine_raw, size, raw):
    class Opened(kind):
        def close(self):
            try:
                kind.close(self)
            finally:
                raw.close()
    Opened.__name__ = kind.__name__
    return Opened(machine_raw, size)

open = _builtin('open', open)
__all__ = ["BlockingIOError", "open", "IOBase", "RawIOBase", "FileIO", "BytesIO", "StringIO", "BufferedIOBase",
           "BufferedReader", "BufferedWriter", "BufferedRWPair", "BufferedRandom", "TextIOBase", "TextIOWrapper",
           "UnsupportedOperation", "SEEK_SET", "SEEK_CUR", "SEEK_END"]

# Files of other modules that are streams as well.
for _name, _class in (('gzip', 'GzipFile'), ('zipfile', 'ZipExtFile')):
    _found = getattr(__import__('sys').modules.get(_name), _class, None)
    if _found is not None:
        BufferedIOBase.register(_found)
