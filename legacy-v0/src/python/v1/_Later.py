"""What is done some seconds later, in threads of its own; files that wait to be saved."""

import thread, time
from PMS import _Log

# Files that wait to be saved: name -> function.
_waiting = {}
_lock = thread.allocate_lock()
DELAY = 5


def in_thread(function, *args, **kwargs):
    """Runs a function in a new thread; what it raises is logged."""
    def run():
        try:
            function(*args, **kwargs)
        except:
            _Log.exception('Exception in a thread (most recent call last):')
    return thread.start_new_thread(run, ())


def save(name, function):
    """Calls the function a few seconds later, once however often it is asked for."""
    _lock.acquire()
    try:
        known = name in _waiting
        _waiting[name] = function
    finally:
        _lock.release()
    if not known:
        in_thread(_wait_and_save, name)


def _wait_and_save(name):
    time.sleep(DELAY)
    _save(name)


def _save(name):
    _lock.acquire()
    try:
        function = _waiting.pop(name, None)
    finally:
        _lock.release()
    if function is not None:
        try:
            function()
        except:
            _Log.exception('Unable to save %s (most recent call last):' % name)


def flush():
    """Saves everything that waits."""
    for name in _waiting.keys():
        _save(name)


def every(first, interval, function):
    """Calls the function after `first` seconds and then again and again."""
    def run():
        time.sleep(first)
        while True:
            try:
                function()
            except:
                _Log.exception('Exception in a timer (most recent call last):')
            time.sleep(interval)
    in_thread(run)
