"""The loggers and the tree of their names (part of `logging`)."""

import _logging
import sys
import logging
from _logrecord import Filterer, LogRecord, NOTSET, _acquireLock, _checkLevel, _releaseLock

_loggerClass = None


def setLoggerClass(klass):
    global _loggerClass
    _check_class(klass)
    _loggerClass = klass


def getLoggerClass():
    return _loggerClass


def _check_class(klass):
    if klass is not Logger and not issubclass(klass, Logger):
        raise TypeError('logger not derived from logging.Logger: ' + klass.__name__)


class PlaceHolder(object):
    """Stands in the tree for a name without a logger that has loggers below it."""

    def __init__(self, alogger):
        self.loggerMap = {alogger: None}

    def append(self, alogger):
        self.loggerMap.setdefault(alogger)


class Manager(object):
    """Knows all loggers."""

    def __init__(self, rootnode):
        self.root = rootnode
        self.disable = 0
        self.emittedNoHandlerWarning = 0
        self.loggerDict = {}
        self.loggerClass = None

    def getLogger(self, name):
        if not isinstance(name, basestring):
            raise TypeError('A logger name must be string or Unicode')
        if isinstance(name, unicode):
            name = name.encode('utf-8')
        known = self.loggerDict.get(name)
        if isinstance(known, Logger):
            return known
        _acquireLock()
        try:
            known = self.loggerDict.get(name)
            if known is not None and not isinstance(known, PlaceHolder):
                return known
            made = (self.loggerClass or _loggerClass)(name)
            made.manager = self
            self.loggerDict[name] = made
            if known is not None:
                self._fixupChildren(known, made)
            self._fixupParents(made)
            return made
        finally:
            _releaseLock()

    def setLoggerClass(self, klass):
        _check_class(klass)
        self.loggerClass = klass

    def _fixupParents(self, alogger):
        name = alogger.name
        end = name.rfind('.')
        while end > 0:
            above = self.loggerDict.get(name[:end])
            if isinstance(above, Logger):
                alogger.parent = above
                return
            if above is None:
                self.loggerDict[name[:end]] = PlaceHolder(alogger)
            else:
                above.append(alogger)
            end = name.rfind('.', 0, end)
        alogger.parent = self.root

    def _fixupChildren(self, ph, alogger):
        for child in ph.loggerMap.keys():
            if child.parent.name[:len(alogger.name)] != alogger.name:
                alogger.parent = child.parent
                child.parent = alogger


class Logger(Filterer):
    """One name that events are logged under."""

    def __init__(self, name, level=NOTSET):
        Filterer.__init__(self)
        self.name = name
        self.level = _checkLevel(level)
        self.parent = None
        self.propagate = 1
        self.handlers = []
        self.disabled = 0

    # debug, info, warning, warn, error, critical, fatal, isEnabledFor, getEffectiveLevel are native: see below.

    def setLevel(self, level):
        self.level = _checkLevel(level)

    def exception(self, msg, *args, **kwargs):
        kwargs['exc_info'] = 1
        self.error(msg, *args, **kwargs)

    def log(self, level, msg, *args, **kwargs):
        if not isinstance(level, (int, long)):
            if logging.raiseExceptions:
                raise TypeError('level must be an integer')
            return
        if self.isEnabledFor(level):
            self._log(level, msg, args, **kwargs)

    def findCaller(self):
        """File, line and function of the code that logs."""
        frame = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename.startswith(('<logging', '<_logrecord', '<_loggers')):
            frame = frame.f_back
        if frame is None:
            return '(unknown file)', 0, '(unknown function)'
        return frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name

    def makeRecord(self, name, level, fn, lno, msg, args, exc_info, func=None, extra=None):
        record = LogRecord(name, level, fn, lno, msg, args, exc_info, func)
        if extra is not None:
            for key in extra:
                if key in ('message', 'asctime') or key in record.__dict__:
                    raise KeyError('Attempt to overwrite %r in LogRecord' % key)
                record.__dict__[key] = extra[key]
        return record

    def _log(self, level, msg, args, exc_info=None, extra=None):
        filename, line, function = self.findCaller() if logging._srcfile else (
            '(unknown file)', 0, '(unknown function)')
        if exc_info and not isinstance(exc_info, tuple):
            exc_info = sys.exc_info()
        self.handle(self.makeRecord(self.name, level, filename, line, msg, args, exc_info, function, extra))

    def handle(self, record):
        if not self.disabled and self.filter(record):
            self.callHandlers(record)

    def addHandler(self, hdlr):
        _acquireLock()
        try:
            if hdlr not in self.handlers:
                self.handlers.append(hdlr)
        finally:
            _releaseLock()

    def removeHandler(self, hdlr):
        _acquireLock()
        try:
            if hdlr in self.handlers:
                self.handlers.remove(hdlr)
        finally:
            _releaseLock()

    def callHandlers(self, record):
        logger, found = self, 0
        while logger:
            for handler in logger.handlers:
                found += 1
                if record.levelno >= handler.level:
                    handler.handle(record)
            logger = logger.parent if logger.propagate else None
        if not found and logging.raiseExceptions and not self.manager.emittedNoHandlerWarning:
            sys.stderr.write('No handlers could be found for logger "%s"\n' % self.name)
            self.manager.emittedNoHandlerWarning = 1

    def getChild(self, suffix):
        return self.manager.getLogger('.'.join((self.name, suffix)) if self.root is not self else suffix)

_logging.install(Logger)


class RootLogger(Logger):
    """The one above all."""

    def __init__(self, level):
        Logger.__init__(self, 'root', level)

_loggerClass = Logger


class LoggerAdapter(object):
    """A logger with something to add to each event."""

    def __init__(self, logger, extra):
        self.logger = logger
        self.extra = extra

    def process(self, msg, kwargs):
        kwargs['extra'] = self.extra
        return msg, kwargs

    def exception(self, msg, *args, **kwargs):
        msg, kwargs = self.process(msg, kwargs)
        kwargs['exc_info'] = 1
        self.logger.error(msg, *args, **kwargs)

    def log(self, level, msg, *args, **kwargs):
        msg, kwargs = self.process(msg, kwargs)
        self.logger.log(level, msg, *args, **kwargs)

    def isEnabledFor(self, level):
        return self.logger.isEnabledFor(level)


def _adapted(name):
    def method(self, msg, *args, **kwargs):
        msg, kwargs = self.process(msg, kwargs)
        getattr(self.logger, name)(msg, *args, **kwargs)
    method.__name__ = name
    return method

for _name in 'debug info warning error critical'.split():
    setattr(LoggerAdapter, _name, _adapted(_name))

for _class in (PlaceHolder, Manager, Logger, RootLogger, LoggerAdapter):
    _class.__module__ = 'logging'
del _class, _name
