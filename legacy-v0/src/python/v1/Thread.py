"""`PMS.Thread`: threads, timers and locks."""

import thread, time
from PMS._Library import threading
from PMS._Log import Log, exception

_locks = {}
_making = thread.allocate_lock()


class error(Exception):
    """What unlocking a lock raises that is not locked."""


def _run(f, args, kwargs):
    try:
        f(*args, **kwargs)
    except:
        exception('Exception in the thread %s (most recent call last):' % getattr(f, '__name__', f))


def Create(f, *args, **kwargs):
    """Starts a thread."""
    made = threading.Thread(target=_run, args=(f, args, kwargs))
    made.setDaemon(True)
    made.start()
    return made


def CreateTimer(interval, f, *args, **kwargs):
    """Starts a thread that waits first."""
    made = threading.Timer(interval, _run, (f, args, kwargs))
    made.setDaemon(True)
    made.start()
    return made


def _lock(key):
    _making.acquire()
    try:
        if key not in _locks:
            _locks[key] = thread.allocate_lock()
        return _locks[key]
    finally:
        _making.release()


def Lock(key, addToLog=True):
    """Waits for the lock of that name and takes it."""
    if addToLog:
        Log('Acquiring the lock %s' % (key,))
    return _lock(key).acquire()


def Unlock(key, addToLog=True):
    """Lets the lock of that name go; False if there is none."""
    if key not in _locks:
        return False
    lock = _locks[key]
    if not lock.locked():
        raise error('release unlocked lock')
    lock.release()
    if addToLog:
        Log('Released the lock %s' % (key,))
    return True


def Sleep(interval):
    time.sleep(interval)
