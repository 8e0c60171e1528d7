# Names and texts of Python 2; the threads are the machine's.
import sys as _sys
import thread
from _bridge import library as _library
from thread import error as ThreadError
_machine = _library('threading')
_MachineThread = _machine.Thread

_allocate_lock = thread.allocate_lock
_get_ident = thread.get_ident




class Thread(_MachineThread):
    """A thread of control."""

    def __init__(self, group=None, target=None, name=None, args=(), kwargs=None, verbose=None):
        if group is not None:
            raise AssertionError("group argument must be None for now")
        _MachineThread.__init__(self, None, target, None, args, kwargs)
        # A thread that has no name yet gets the next number.
        self._name = str(name) if name is not None else 'Thread-%d' % _next_number()

    @property
    def name(self):
        return self._name

    @name.setter
    def name(self, name):
        self._name = str(name)

    def isAlive(self):
        return self.is_alive()

    def getName(self):
        return self._name

    def setName(self, name):
        self._name = str(name)

    def isDaemon(self):
        return self.daemon

    def setDaemon(self, daemonic):
        self.daemon = daemonic

    def join(self, timeout=None):
        # In short pieces: a wait without a limit would not be interrupted.
        _MachineThread.join(self, None if timeout is None else min(timeout, 1e6))

    def _invoke_excepthook(self, *args):
        _report(self)

    def __repr__(self):
        status = 'initial'
        if self._started.is_set():
            status = 'started' if self.is_alive() else 'stopped'
        if self.daemon:
            status += ' daemon'
        if self.ident is not None:
            status += ' %s' % self.ident
        return '<%s(%s, %s)>' % (self.__class__.__name__, self._name, status)


_numbers = iter(xrange(1, _sys.maxint))


def _next_number():
    return next(_numbers)


def _report(thread):
    """What a thread that ends with an exception prints."""
    import traceback
    kind = _sys.exc_info()[0]
    if kind is SystemExit or kind is None:
        return
    _sys.stderr.write("Exception in thread %s:\n%s\n" % (thread.getName(), traceback.format_exc()))


def currentThread():
    return _machine.current_thread()

current_thread = currentThread


def activeCount():
    return _machine.active_count()

active_count = activeCount


def enumerate():
    return list(_machine.enumerate())

# The main thread, and threads that were not started here, are of the machine's class.
for _name, _method in (('isAlive', lambda self: self.is_alive()), ('getName', lambda self: self.name),
                       ('setName', lambda self, name: setattr(self, 'name', name)),
                       ('isDaemon', lambda self: self.daemon),
                       ('setDaemon', lambda self, daemonic: setattr(self, 'daemon', daemonic))):
    setattr(_MachineThread, _name, _method)
del _name, _method

Lock = _allocate_lock


class _RLock(object):
    """A lock that its owner can take again."""

    def __init__(self, verbose=None):
        self._lock = _machine.RLock()

    def acquire(self, blocking=1):
        taken = self._lock.acquire(bool(blocking))
        return 1 if taken and self._lock._recursion_count() > 1 else taken

    def release(self):
        try:
            self._lock.release()
        except RuntimeError:
            raise RuntimeError("cannot release un-acquired lock")

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *exc):
        self.release()

    def _is_owned(self):
        return self._lock._is_owned()

    def _release_save(self):
        return self._lock._release_save()

    def _acquire_restore(self, state):
        self._lock._acquire_restore(state)


def RLock(*args, **kwargs):
    return _RLock(*args, **kwargs)


class _Condition(object):
    """A condition that threads wait for."""

    def __init__(self, lock=None, verbose=None):
        self._lock = lock if lock is not None else RLock()
        self.acquire = self._lock.acquire
        self.release = self._lock.release
        self._waiters = []

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, *args):
        return self._lock.__exit__(*args)

    def __repr__(self):
        return "<Condition(%s, %d)>" % (self._lock, len(self._waiters))

    def _is_owned(self):
        if hasattr(self._lock, '_is_owned'):
            return self._lock._is_owned()
        if self._lock.acquire(0):
            self._lock.release()
            return False
        return True

    def wait(self, timeout=None, balancing=True):
        if not self._is_owned():
            raise RuntimeError("cannot wait on un-acquired lock")
        waiter = _machine.Lock()
        waiter.acquire()
        self._waiters.append(waiter)
        saved = self._lock._release_save() if hasattr(self._lock, '_release_save') else self._lock.release()
        try:
            if timeout is None:
                waiter.acquire()
            elif not waiter.acquire(True, max(0, min(timeout, 1e6))):
                try:
                    self._waiters.remove(waiter)
                except ValueError:
                    pass
        finally:
            if hasattr(self._lock, '_acquire_restore'):
                self._lock._acquire_restore(saved)
            else:
                self._lock.acquire()

    def notify(self, n=1):
        if not self._is_owned():
            raise RuntimeError("cannot notify on un-acquired lock")
        woken, self._waiters[:n] = self._waiters[:n], []
        for waiter in woken:
            waiter.release()

    def notifyAll(self):
        self.notify(len(self._waiters))

    notify_all = notifyAll


def Condition(*args, **kwargs):
    return _Condition(*args, **kwargs)


class _Semaphore(object):
    def __init__(self, value=1, verbose=None):
        if value < 0:
            raise ValueError("semaphore initial value must be >= 0")
        self._cond = Condition(Lock())
        self._value = value

    def acquire(self, blocking=1):
        with self._cond:
            while self._value == 0:
                if not blocking:
                    return False
                self._cond.wait()
            self._value -= 1
            return True

    __enter__ = acquire

    def release(self):
        with self._cond:
            self._value += 1
            self._cond.notify()

    def __exit__(self, *exc):
        self.release()


class _BoundedSemaphore(_Semaphore):
    def __init__(self, value=1, verbose=None):
        _Semaphore.__init__(self, value, verbose)
        self._initial_value = value

    def release(self):
        with self._cond:
            if self._value >= self._initial_value:
                raise ValueError("Semaphore released too many times")
            self._value += 1
            self._cond.notify()


def Semaphore(*args, **kwargs):
    return _Semaphore(*args, **kwargs)


def BoundedSemaphore(*args, **kwargs):
    return _BoundedSemaphore(*args, **kwargs)


class _Event(object):
    def __init__(self, verbose=None):
        self._event = _machine.Event()

    def isSet(self):
        return self._event.is_set()

    is_set = isSet

    def set(self):
        self._event.set()

    def clear(self):
        self._event.clear()

    def wait(self, timeout=None):
        return self._event.wait(None if timeout is None else min(timeout, 1e6))


def Event(*args, **kwargs):
    return _Event(*args, **kwargs)


class _Timer(Thread):
    def __init__(self, interval, function, args=[], kwargs={}):
        Thread.__init__(self)
        self.interval = interval
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.finished = Event()

    def cancel(self):
        self.finished.set()

    def run(self):
        self.finished.wait(self.interval)
        if not self.finished.is_set():
            self.function(*self.args, **self.kwargs)
        self.finished.set()


def Timer(*args, **kwargs):
    return _Timer(*args, **kwargs)


def settrace(func):
    _machine.settrace(func)


def setprofile(func):
    _machine.setprofile(func)


def stack_size(size=0):
    return _machine.stack_size()
