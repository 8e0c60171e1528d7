# Errors are of a class of the module's own.
from _bridge import library as _library
_machine = _library('select')
_MachineError = _library('builtins').OSError


class error(Exception):
    pass

error.__module__ = 'select'
PIPE_BUF = _machine.PIPE_BUF


def _asked(function, *args):
    try:
        return function(*args)
    except _MachineError, e:
        raise error(e.errno, e.strerror)


def _number(file):
    """The descriptor of a file or of what has a fileno()."""
    if isinstance(file, (int, long)):
        number = file
    else:
        method = getattr(file, 'fileno', None)
        if method is None:
            raise TypeError("argument must be an int, or have a fileno() method")
        number = method()
        if not isinstance(number, (int, long)):
            raise TypeError("fileno() returned a non-integer")
    if number < 0:
        raise ValueError("file descriptor cannot be a negative integer (%d)" % number)
    return number


def select(rlist, wlist, xlist, timeout=None):
    """Waits until one of the files is ready to be read, to be written, or has an exceptional condition."""
    if timeout is not None and not isinstance(timeout, (int, long, float)):
        raise TypeError("timeout must be a float or None")
    lists = []
    for files in (rlist, wlist, xlist):
        try:
            files = list(files)
        except TypeError:
            raise TypeError("arguments 1-3 must be sequences")
        numbers = [_number(file) for file in files]
        if [number for number in numbers if number >= 1024]:
            raise ValueError("filedescriptor out of range in select()")
        lists.append((files, numbers))
    ready = _asked(_machine.select, *[numbers for _files, numbers in lists] + [timeout])
    return tuple([[file for file, number in zip(files, numbers) if number in found]
                  for (files, numbers), found in zip(lists, ready)])


class _Poll(object):
    """Waits for events of files."""

    def __init__(self):
        self._machine = _machine.poll()

    def register(self, fd, *eventmask):
        self._machine.register(_number(fd), *eventmask)

    def modify(self, fd, eventmask):
        try:
            self._machine.modify(_number(fd), eventmask)
        except _MachineError, e:
            raise IOError(e.errno, e.strerror)

    def unregister(self, fd):
        self._machine.unregister(_number(fd))

    def poll(self, *timeout):
        return [tuple(found) for found in _asked(self._machine.poll, *timeout)]


def poll():
    """An object for waiting for events of many files."""
    return _Poll()


if hasattr(_machine, 'epoll'):
    class epoll(object):
        """Waits for events of many files, kept in the kernel."""

        def __init__(self, sizehint=-1, flags=0):
            self._machine = _machine.epoll()

        def _asked(self, name, *args):
            try:
                return getattr(self._machine, name)(*args)
            except _MachineError, e:
                raise IOError(e.errno, e.strerror)

        def register(self, fd, *eventmask):
            self._asked('register', _number(fd), *eventmask)

        def modify(self, fd, eventmask):
            self._asked('modify', _number(fd), eventmask)

        def unregister(self, fd):
            self._asked('unregister', _number(fd))

        def poll(self, timeout=-1, maxevents=-1):
            return [tuple(found) for found in self._asked('poll', timeout, maxevents)]

        def close(self):
            self._machine.close()

        def fileno(self):
            return self._asked('fileno')

        @property
        def closed(self):
            return self._machine.closed
