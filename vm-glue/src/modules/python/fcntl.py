# Errors are IOErrors, and a lock gives nothing back.
from _bridge import foreign as _foreign, library as _library, native as _native
_machine = _library('fcntl')
_MachineError = _library('builtins').OSError


def _number(fd):
    if isinstance(fd, (int, long)):
        return fd
    try:
        return fd.fileno()
    except AttributeError:
        raise TypeError("argument must be an int, or have a fileno() method")


def _asked(function, fd, *args):
    try:
        return function(_number(fd), *args)
    except _MachineError, e:
        raise IOError(e.errno, e.strerror)


def fcntl(fd, op, arg=0):
    """Performs an operation on a file descriptor."""
    return _native(_asked(_machine.fcntl, fd, op, _foreign(arg)))


def ioctl(fd, op, arg=0, mutate_flag=True):
    """Performs an operation on a device."""
    return _native(_asked(_machine.ioctl, fd, op, _foreign(arg), mutate_flag))


def flock(fd, operation):
    """Locks or unlocks a file."""
    _asked(_machine.flock, fd, operation)


def lockf(fd, operation, length=0, start=0, whence=0):
    """Locks or unlocks a part of a file."""
    _asked(_machine.lockf, fd, operation, length, start, whence)
