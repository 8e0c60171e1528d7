"""Threads of control. Locks, conditions, semaphores and events are native."""

import sys as _sys
import thread
from thread import allocate_lock as Lock, error as ThreadError, get_ident as _get_ident, stack_size
from thread import _local as local
from _bridge import library as _library
from _threading import _RLock, _Condition, _Semaphore, _Event, bound as _bound

__all__ = ['activeCount', 'active_count', 'Condition', 'currentThread', 'current_thread', 'enumerate', 'Event', 'Lock',
           'RLock', 'Semaphore', 'BoundedSemaphore', 'Thread', 'Timer', 'setprofile', 'settrace', 'local',
           'stack_size']

_start_joinable_thread = _library('_thread').start_joinable_thread
_allocate_lock = Lock
_profile_hook = None
_trace_hook = None
_active_limbo_lock = Lock()
_active = {}
_limbo = {}
_counter = iter(xrange(1, _sys.maxint)).next


def setprofile(func):
    global _profile_hook
    _profile_hook = func


def settrace(func):
    global _trace_hook
    _trace_hook = func


def RLock(*args, **kwargs):
    return _RLock(*args, **kwargs)


def Condition(*args, **kwargs):
    return _Condition(*args, **kwargs)


def Semaphore(*args, **kwargs):
    return _Semaphore(*args, **kwargs)


def BoundedSemaphore(*args, **kwargs):
    return _BoundedSemaphore(*args, **kwargs)


def Event(*args, **kwargs):
    return _Event(*args, **kwargs)


class _BoundedSemaphore(_Semaphore):
    """A semaphore that is never released more often than it was acquired."""

    def __init__(self, value=1, verbose=None):
        _Semaphore.__init__(self, value, verbose)
        _bound(self)


def _newname(template="Thread-%d"):
    return template % _counter()


class Thread(object):
    """A thread of control."""

    __initialized = False
    __exc_clear = _sys.exc_clear

    def __init__(self, group=None, target=None, name=None, args=(), kwargs=None, verbose=None):
        assert group is None, "group argument must be None for now"
        self.__target = target
        self.__name = str(name or _newname())
        self.__args = args
        self.__kwargs = {} if kwargs is None else kwargs
        self.__daemonic = self._set_daemon()
        self.__ident = None
        self.__started = _Event()
        self.__done = _Event()
        self.__stopped = False
        self.__initialized = True

    def _set_daemon(self):
        return current_thread().daemon

    def __repr__(self):
        assert self.__initialized, "Thread.__init__() was not called"
        status = "initial"
        if self.__started.is_set():
            status = "started"
        if self.__stopped:
            status = "stopped"
        if self.__daemonic:
            status += " daemon"
        if self.__ident is not None:
            status += " %s" % self.__ident
        return "<%s(%s, %s)>" % (self.__class__.__name__, self.__name, status)

    def start(self):
        if not self.__initialized:
            raise RuntimeError("thread.__init__() not called")
        if self.__started.is_set():
            raise RuntimeError("threads can only be started once")
        _limbo[self] = self
        try:
            _start_joinable_thread(self.__bootstrap, None, bool(self.__daemonic))
        except Exception:
            _limbo.pop(self, None)
            raise thread.error("can't start new thread")
        self.__started.wait()

    def run(self):
        try:
            if self.__target:
                self.__target(*self.__args, **self.__kwargs)
        finally:
            # Both may refer to the thread.
            del self.__target, self.__args, self.__kwargs

    def __bootstrap(self):
        try:
            self.__bootstrap_inner()
        except:
            if self.__daemonic and _sys is None:
                return
            raise

    def _set_ident(self):
        self.__ident = _get_ident()

    def __bootstrap_inner(self):
        try:
            self._set_ident()
            self.__started.set()
            with _active_limbo_lock:
                _active[self.__ident] = self
                _limbo.pop(self, None)
            if _trace_hook:
                _sys.settrace(_trace_hook)
            if _profile_hook:
                _sys.setprofile(_profile_hook)
            try:
                self.run()
            except SystemExit:
                pass
            except:
                if _sys and _sys.stderr is not None:
                    import traceback
                    _sys.stderr.write("Exception in thread %s:\n%s\n" % (self.name, traceback.format_exc()))
            finally:
                # What the thread handled goes while it still runs.
                self.__exc_clear()
        finally:
            with _active_limbo_lock:
                self.__stop()
                _active.pop(_get_ident(), None)

    def __stop(self):
        self.__stopped = True
        self.__done.set()

    def join(self, timeout=None):
        if not self.__initialized:
            raise RuntimeError("Thread.__init__() not called")
        if not self.__started.is_set():
            raise RuntimeError("cannot join thread before it is started")
        if self is current_thread():
            raise RuntimeError("cannot join current thread")
        self.__done.wait(timeout)

    @property
    def name(self):
        assert self.__initialized, "Thread.__init__() not called"
        return self.__name

    @name.setter
    def name(self, name):
        assert self.__initialized, "Thread.__init__() not called"
        self.__name = str(name)

    @property
    def ident(self):
        assert self.__initialized, "Thread.__init__() not called"
        return self.__ident

    def isAlive(self):
        assert self.__initialized, "Thread.__init__() not called"
        return self.__started.is_set() and not self.__stopped

    is_alive = isAlive

    @property
    def daemon(self):
        assert self.__initialized, "Thread.__init__() not called"
        return self.__daemonic

    @daemon.setter
    def daemon(self, daemonic):
        if not self.__initialized:
            raise RuntimeError("Thread.__init__() not called")
        if self.__started.is_set():
            raise RuntimeError("cannot set daemon status of active thread")
        self.__daemonic = daemonic

    def isDaemon(self):
        return self.daemon

    def setDaemon(self, daemonic):
        self.daemon = daemonic

    def getName(self):
        return self.name

    def setName(self, name):
        self.name = name


class _Timer(Thread):
    """Calls a function after a number of seconds, if it is not cancelled before."""

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


class _MainThread(Thread):
    def __init__(self):
        Thread.__init__(self, name="MainThread")
        self._Thread__started.set()
        self._set_ident()
        _active[_get_ident()] = self

    def _set_daemon(self):
        return False


class _DummyThread(Thread):
    """A thread that was not started by this module."""

    def __init__(self):
        Thread.__init__(self, name=_newname("Dummy-%d"))
        self._Thread__started.set()
        self._set_ident()
        _active[_get_ident()] = self

    def _set_daemon(self):
        return True

    def join(self, timeout=None):
        assert False, "cannot join a dummy thread"


def currentThread():
    try:
        return _active[_get_ident()]
    except KeyError:
        return _DummyThread()

current_thread = currentThread


def activeCount():
    with _active_limbo_lock:
        return len(_active) + len(_limbo)

active_count = activeCount


def enumerate():
    with _active_limbo_lock:
        return _active.values() + _limbo.values()

_main_thread = _MainThread()
