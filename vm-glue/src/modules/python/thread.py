# Locks that complain with `thread.error`.
from _bridge import library as _library
_machine = _library('_thread')
from sys import exc_clear as _exc_clear


class error(Exception):
    pass


class lock(object):
    """A lock that any thread can release."""

    __slots__ = ('_lock', '__weakref__')

    def __init__(self):
        self._lock = _machine.allocate_lock()

    def acquire(self, waitflag=1):
        return self._lock.acquire(bool(waitflag))

    acquire_lock = acquire

    def release(self):
        try:
            self._lock.release()
        except RuntimeError:
            raise error('release unlocked lock')

    release_lock = release

    def locked(self):
        return self._lock.locked()

    locked_lock = locked

    def __enter__(self):
        self._lock.acquire()
        return True

    def __exit__(self, *exc):
        self.release()

LockType = lock
lock.__module__ = 'thread'


def allocate_lock():
    return lock()

allocate = allocate_lock


def start_new_thread(function, args, kwargs=None):
    if not callable(function):
        raise TypeError("first arg must be callable")
    if not isinstance(args, tuple):
        raise TypeError("2nd arg must be a tuple")
    if kwargs is None:
        return _machine.start_new_thread(_run, (function, args, {}))
    if not isinstance(kwargs, dict):
        raise TypeError("optional 3rd arg must be a dictionary")
    return _machine.start_new_thread(_run, (function, args, kwargs))

start_new = start_new_thread


def _run(function, args, kwargs):
    try:
        function(*args, **kwargs)
    except SystemExit:
        pass
    except:
        import sys
        import traceback
        sys.stderr.write("Unhandled exception in thread started by %r\n%s" % (function, traceback.format_exc()))
    finally:
        # What the thread handled goes while it still runs.
        _exc_clear()


def exit():
    raise SystemExit

exit_thread = exit


def interrupt_main():
    _machine.interrupt_main()


def get_ident():
    return _machine.get_ident()


def stack_size(size=0):
    return 0


def _count():
    return _machine._count()
