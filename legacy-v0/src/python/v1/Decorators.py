"""Decorators: prefixes, threads, tasks, locks, containers that fill up in the background."""

import thread as _threads
from PMS import Dict, Locale, Plugin, Thread
from PMS import _Later, _Log

__all__ = [
    'handler', 'thread', 'spawn', 'parallel', 'parallelize', 'task', 'lock', 'modify_dict', 'progressive_load', 'batch',
]

_MOST_TASKS = 8
_collecting = _threads._local()


class _Collector(object):
    """Takes the tasks or batches that a function defines while it runs."""

    def _collect(self, function, *args):
        before = getattr(_collecting, 'list', None)
        _collecting.list = found = []
        try:
            function(*args)
        finally:
            _collecting.list = before
        return found


class _Collected(object):

    def __init__(self, function):
        self._function = function
        self.__name__ = function.__name__
        found = getattr(_collecting, 'list', None)
        if found is not None:
            found.append(self)

    def run(self):
        """Runs the function; what it raises is logged."""
        try:
            self._function()
        except:
            _Log.exception('Exception in %s (most recent call last):' % self.__name__)

    def __call__(self, *args, **kwargs):
        return self._function(*args, **kwargs)


class task(_Collected):
    """A piece of work inside of @parallel or @parallelize."""


class batch(_Collected):
    """A piece of work inside of @progressive_load."""


def _run_all(tasks):
    """Runs the tasks, some at a time, and waits for all of them."""
    left = list(tasks)
    guard = _threads.allocate_lock()
    def work():
        while True:
            guard.acquire()
            try:
                next = left.pop(0) if left else None
            finally:
                guard.release()
            if next is None:
                return
            next.run()
    threads = [Thread.Create(work) for _ in range(min(_MOST_TASKS, len(left)))]
    for each in threads:
        each.join()


class parallel(_Collector):
    """Collects the tasks that the function defines; calling it runs them."""

    def __init__(self, function):
        self.__name__ = function.__name__
        self._tasks = self._collect(function)

    def __call__(self):
        _run_all(self._tasks)


class parallelize(parallel):
    """Collects the tasks that the function defines and runs them at once."""

    def __init__(self, function):
        parallel.__init__(self, function)
        self()


class progressive_load(_Collector):
    """Fills a container: what the function appends is there at once, what its batches append comes later. A client asks
    again while `autoRefresh` is 1; the finished container is handed out once."""

    _running = {}
    _lock = _threads.allocate_lock()

    def __init__(self, container):
        self._container = container

    def __call__(self, function):
        given = self._container.__dict__
        key = (function.__module__, function.__name__, repr(given.get('title1')), repr(given.get('title2')))
        self._lock.acquire()
        try:
            known = self._running.get(key)
            if known is not None:
                if known.autoRefresh == 0:
                    del self._running[key]
                return known
            batches = self._collect(function, self._container)
            self._container.autoRefresh = 1 if batches else 0
            if batches:
                self._running[key] = self._container
        finally:
            self._lock.release()
        if batches:
            _Later.in_thread(self._finish, batches)
        return self._container

    def _finish(self, batches):
        for each in batches:
            each.run()
        self._container.autoRefresh = 0


def handler(prefix, name, thumb='icon-default.png', art='art-default.png', titleBar='titlebar-default.png'):
    """Registers the function as the handler of a prefix; its name is localised."""
    def register(function):
        Plugin.AddPrefixHandler(prefix, function, Locale.LocalString(name), thumb, art, titleBar)
        return function
    return register


def thread(function):
    """Calling the function runs it in a new thread."""
    def start():
        Thread.Create(function)
    start.__name__ = function.__name__
    return start


def spawn(function):
    """Runs the function at once in a new thread."""
    Thread.Create(function)
    return function


def lock(function):
    """Runs the function at once while holding the lock that has its name."""
    Thread.Lock(function.__name__)
    try:
        function()
    finally:
        Thread.Unlock(function.__name__)
    return function


def modify_dict(key):
    """Runs the function at once with a stored value, which is stored again afterwards."""
    def modify(function):
        Thread.Lock('_modify_dict')
        try:
            value = Dict.Get(key)
            function(value)
            Dict.Set(key, value)
        finally:
            Thread.Unlock('_modify_dict')
    return modify
