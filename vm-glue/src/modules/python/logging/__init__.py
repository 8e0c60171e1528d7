"""Logging: loggers in a tree of names, handlers, formatters. What every call passes through is native (`_logging`)."""

import _logging
import os
import sys
import time
import traceback
import weakref
from _logrecord import (BASIC_FORMAT, BufferingFormatter, CRITICAL, DEBUG, ERROR, FATAL, Filter, Filterer, Formatter, INFO,
                        LogRecord, NOTSET, WARN, WARNING, _acquireLock, _checkLevel, _defaultFormatter, _levelNames,
                        _lock, _releaseLock, _srcfile, _startTime, _unicode, addLevelName, getLevelName, logMultiprocessing,
                        logProcesses, logThreads, makeLogRecord, threading)

__all__ = ['BASIC_FORMAT', 'BufferingFormatter', 'CRITICAL', 'DEBUG', 'ERROR', 'FATAL', 'FileHandler', 'Filter',
           'Formatter', 'Handler', 'INFO', 'LogRecord', 'Logger', 'LoggerAdapter', 'NOTSET', 'NullHandler',
           'StreamHandler', 'WARN', 'WARNING', 'addLevelName', 'basicConfig', 'captureWarnings', 'critical', 'debug',
           'disable', 'error', 'exception', 'fatal', 'getLevelName', 'getLogger', 'getLoggerClass', 'info', 'log',
           'makeLogRecord', 'setLoggerClass', 'warn', 'warning']

raiseExceptions = 1
_handlers = weakref.WeakValueDictionary()
_handlerList = []


def _forget(reference):
    _acquireLock()
    try:
        if reference in _handlerList:
            _handlerList.remove(reference)
    finally:
        _releaseLock()


class Handler(Filterer):
    """Sends records somewhere."""

    def __init__(self, level=NOTSET):
        Filterer.__init__(self)
        self._name = None
        self.level = _checkLevel(level)
        self.formatter = None
        _acquireLock()
        try:
            _handlerList.append(weakref.ref(self, _forget))
        finally:
            _releaseLock()
        self.createLock()

    def get_name(self):
        return self._name

    def set_name(self, name):
        _acquireLock()
        try:
            if self._name in _handlers:
                del _handlers[self._name]
            self._name = name
            if name:
                _handlers[name] = self
        finally:
            _releaseLock()

    name = property(get_name, set_name)

    def createLock(self):
        self.lock = threading.RLock()

    def acquire(self):
        if self.lock:
            self.lock.acquire()

    def release(self):
        if self.lock:
            self.lock.release()

    def setLevel(self, level):
        self.level = _checkLevel(level)

    def format(self, record):
        return (self.formatter or _defaultFormatter).format(record)

    def emit(self, record):
        raise NotImplementedError('emit must be implemented by Handler subclasses')

    def handle(self, record):
        passed = self.filter(record)
        if passed:
            self.acquire()
            try:
                self.emit(record)
            finally:
                self.release()
        return passed

    def setFormatter(self, fmt):
        self.formatter = fmt

    def flush(self):
        pass

    def close(self):
        _acquireLock()
        try:
            if self._name and self._name in _handlers:
                del _handlers[self._name]
        finally:
            _releaseLock()

    def handleError(self, record):
        if not raiseExceptions or not sys.stderr:
            return
        kind, value, tb = sys.exc_info()
        try:
            traceback.print_exception(kind, value, tb, None, sys.stderr)
            sys.stderr.write('Logged from file %s, line %s\n' % (record.filename, record.lineno))
        except IOError:
            pass
        finally:
            del kind, value, tb


class StreamHandler(Handler):
    """Writes records to a stream."""

    def __init__(self, stream=None):
        Handler.__init__(self)
        self.stream = sys.stderr if stream is None else stream

    def flush(self):
        self.acquire()
        try:
            if self.stream and hasattr(self.stream, 'flush'):
                self.stream.flush()
        finally:
            self.release()

    def emit(self, record):
        try:
            _logging.write(self.stream, self.format(record))
            self.flush()
        except (KeyboardInterrupt, SystemExit):
            raise
        except:
            self.handleError(record)


class FileHandler(StreamHandler):
    """Writes records to a file."""

    def __init__(self, filename, mode='a', encoding=None, delay=0):
        self.baseFilename = os.path.abspath(filename)
        self.mode = mode
        self.encoding = encoding
        self.delay = delay
        if delay:
            Handler.__init__(self)
            self.stream = None
        else:
            StreamHandler.__init__(self, self._open())

    def close(self):
        self.acquire()
        try:
            try:
                if self.stream:
                    try:
                        self.flush()
                    finally:
                        stream, self.stream = self.stream, None
                        if hasattr(stream, 'close'):
                            stream.close()
            finally:
                Handler.close(self)
        finally:
            self.release()

    def _open(self):
        if self.encoding is None:
            return open(self.baseFilename, self.mode)
        import codecs
        return codecs.open(self.baseFilename, self.mode, self.encoding)

    def emit(self, record):
        if self.stream is None:
            self.stream = self._open()
        StreamHandler.emit(self, record)


class NullHandler(Handler):
    """Does nothing: for libraries, so that their users are not told about missing handlers."""

    def handle(self, record):
        pass

    def emit(self, record):
        pass

    def createLock(self):
        self.lock = None


from _loggers import Logger, LoggerAdapter, Manager, PlaceHolder, RootLogger, getLoggerClass, setLoggerClass

root = RootLogger(WARNING)
Logger.root = root
Logger.manager = Manager(root)


def getLogger(name=None):
    """The logger of a name, or the root."""
    return Logger.manager.getLogger(name) if name else root


def basicConfig(**kwargs):
    _acquireLock()
    try:
        if root.handlers:
            return
        filename = kwargs.get('filename')
        if filename:
            handler = FileHandler(filename, kwargs.get('filemode', 'a'))
        else:
            handler = StreamHandler(kwargs.get('stream'))
        handler.setFormatter(Formatter(kwargs.get('format', BASIC_FORMAT), kwargs.get('datefmt', None)))
        root.addHandler(handler)
        level = kwargs.get('level')
        if level is not None:
            root.setLevel(level)
    finally:
        _releaseLock()


def _of_root(name):
    def function(msg, *args, **kwargs):
        if not root.handlers:
            basicConfig()
        getattr(root, name)(msg, *args, **kwargs)
    function.__name__ = name
    return function

critical, error, warning, info, debug, log = map(_of_root, ['critical', 'error', 'warning', 'info', 'debug', 'log'])
fatal = critical
warn = warning


def exception(msg, *args, **kwargs):
    kwargs['exc_info'] = 1
    error(msg, *args, **kwargs)


def disable(level):
    root.manager.disable = level


def shutdown(handlerList=_handlerList):
    """Flushes and closes all handlers, the last made first."""
    for reference in handlerList[::-1]:
        try:
            handler = reference()
            if handler:
                try:
                    handler.acquire()
                    handler.flush()
                    handler.close()
                except (IOError, ValueError):
                    pass
                finally:
                    handler.release()
        except:
            if raiseExceptions:
                raise

import atexit
atexit.register(shutdown)

_warnings_showwarning = None


def _showwarning(message, category, filename, lineno, file=None, line=None):
    import warnings
    if file is not None:
        if _warnings_showwarning is not None:
            _warnings_showwarning(message, category, filename, lineno, file, line)
        return
    logger = getLogger('py.warnings')
    if not logger.handlers:
        logger.addHandler(NullHandler())
    logger.warning('%s', warnings.formatwarning(message, category, filename, lineno, line))


def captureWarnings(capture):
    """Sends warnings to the logger `py.warnings`, or no more."""
    global _warnings_showwarning
    import warnings
    if capture and _warnings_showwarning is None:
        _warnings_showwarning = warnings.showwarning
        warnings.showwarning = _showwarning
    elif not capture and _warnings_showwarning is not None:
        warnings.showwarning = _warnings_showwarning
        _warnings_showwarning = None
