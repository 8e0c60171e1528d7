"""Temporary files and folders."""

import errno as _errno
import os as _os
from random import Random as _Random

__all__ = ["NamedTemporaryFile", "TemporaryFile", "SpooledTemporaryFile", "mkstemp", "mkdtemp", "mktemp", "TMP_MAX",
           "gettempprefix", "tempdir", "gettempdir"]

TMP_MAX = 10000
template = "tmp"
tempdir = None
_names = None


def _candidate():
    global _names
    # A child process must not go on with its parent's names.
    if _names is None or _names[0] != _os.getpid():
        _names = _os.getpid(), _Random()
    return ''.join([_names[1].choice('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_')
                    for index in range(6)])


def gettempprefix():
    return template


def gettempdir():
    global tempdir
    if tempdir is None:
        folders = [_os.environ.get(name) for name in ('TMPDIR', 'TEMP', 'TMP')]
        for folder in [folder for folder in folders if folder] + ['/tmp', '/var/tmp', '/usr/tmp', _os.getcwd()]:
            folder = _os.path.abspath(folder)
            if _os.path.isdir(folder) and _os.access(folder, _os.W_OK | _os.X_OK):
                tempdir = folder
                break
        else:
            raise IOError(_errno.ENOENT, "No usable temporary directory found")
    return tempdir


def _attempts(prefix, suffix, dir):
    dir = gettempdir() if dir is None else dir
    for attempt in xrange(TMP_MAX):
        yield _os.path.join(dir, prefix + _candidate() + suffix)
    raise IOError(_errno.EEXIST, "No usable temporary file name found")


def mkstemp(suffix="", prefix=template, dir=None, text=False):
    for path in _attempts(prefix, suffix, dir):
        try:
            fd = _os.open(path, _os.O_RDWR | _os.O_CREAT | _os.O_EXCL, 0600)
        except OSError, e:
            if e.errno == _errno.EEXIST:
                continue
            raise
        return fd, _os.path.abspath(path)


def mkdtemp(suffix="", prefix=template, dir=None):
    for path in _attempts(prefix, suffix, dir):
        try:
            _os.mkdir(path, 0700)
        except OSError, e:
            if e.errno == _errno.EEXIST:
                continue
            raise
        return path


def mktemp(suffix="", prefix=template, dir=None):
    for path in _attempts(prefix, suffix, dir):
        if not _os.path.lexists(path):
            return path


class _TemporaryFileWrapper:
    """A file that is deleted when it is closed."""

    def __init__(self, file, name, delete=True):
        self.file = file
        self.name = name
        self.close_called = False
        self.delete = delete
        self.unlink = _os.unlink

    def __getattr__(self, name):
        value = getattr(self.__dict__['file'], name)
        if not isinstance(value, (int, str)) and value is not None:
            setattr(self, name, value)
        return value

    def __iter__(self):
        return iter(self.file)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def close(self):
        if not self.close_called:
            self.close_called = True
            try:
                self.file.close()
            finally:
                if self.delete:
                    self.unlink(self.name)

    def __del__(self):
        self.close()


def _opened(mode, bufsize, suffix, prefix, dir):
    fd, name = mkstemp(suffix, prefix, dir)
    _os.close(fd)
    return open(name, mode, bufsize), name


def NamedTemporaryFile(mode='w+b', bufsize=-1, suffix="", prefix=template, dir=None, delete=True):
    file, name = _opened(mode, bufsize, suffix, prefix, dir)
    return _TemporaryFileWrapper(file, name, delete)


def TemporaryFile(mode='w+b', bufsize=-1, suffix="", prefix=template, dir=None):
    file, name = _opened(mode, bufsize, suffix, prefix, dir)
    _os.unlink(name)
    return file


class SpooledTemporaryFile:
    """A file in memory that moves to the disk when it gets large."""

    _rolled = False

    def __init__(self, max_size=0, mode='w+b', bufsize=-1, suffix="", prefix=template, dir=None):
        from cStringIO import StringIO
        self._file = StringIO()
        self._max_size = max_size
        self._arguments = mode, bufsize, suffix, prefix, dir

    def _check(self):
        if not self._rolled and self._max_size and self._file.tell() > self._max_size:
            self.rollover()

    def rollover(self):
        if self._rolled:
            return
        file, self._file = self._file, TemporaryFile(*self._arguments)
        self._file.write(file.getvalue())
        self._file.seek(file.tell())
        self._rolled = True

    def write(self, data):
        self._file.write(data)
        self._check()

    def writelines(self, lines):
        self._file.writelines(lines)
        self._check()

    def fileno(self):
        self.rollover()
        return self._file.fileno()

    def truncate(self, *size):
        self._file.truncate(*size)

    def __iter__(self):
        return iter(self._file)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._file.close()

    def __getattr__(self, name):
        return getattr(self.__dict__['_file'], name)
