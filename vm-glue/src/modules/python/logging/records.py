"""Records, their formatters and filters, and the names of levels (part of `logging`)."""

import _logging
import os
import threading
import time

_unicode = True
logThreads = logMultiprocessing = logProcesses = 1
_startTime = time.time()
# Frames of these files are the module's own.
_srcfile = '<logging>'

CRITICAL = FATAL = 50
ERROR = 40
WARNING = WARN = 30
INFO = 20
DEBUG = 10
NOTSET = 0
_levelNames = {CRITICAL: 'CRITICAL', ERROR: 'ERROR', WARNING: 'WARNING', INFO: 'INFO', DEBUG: 'DEBUG', NOTSET: 'NOTSET',
               'CRITICAL': CRITICAL, 'ERROR': ERROR, 'WARN': WARNING, 'WARNING': WARNING, 'INFO': INFO, 'DEBUG': DEBUG,
               'NOTSET': NOTSET}
_lock = threading.RLock()


def _acquireLock():
    if _lock:
        _lock.acquire()


def _releaseLock():
    if _lock:
        _lock.release()


def getLevelName(level):
    """The name of a level's number, the number of its name."""
    return _levelNames.get(level, 'Level %s' % level)


def addLevelName(level, levelName):
    _acquireLock()
    try:
        _levelNames[level] = levelName
        _levelNames[levelName] = level
    finally:
        _releaseLock()


def _checkLevel(level):
    if isinstance(level, (int, long)):
        return level
    if str(level) != level:
        raise TypeError('Level not an integer or a valid string: %r' % level)
    if level not in _levelNames:
        raise ValueError('Unknown level: %r' % level)
    return _levelNames[level]


class LogRecord(object):
    """One event."""

    def __init__(self, name, level, pathname, lineno, msg, args, exc_info, func=None):
        _logging.fill(self.__dict__, name, level, getLevelName(level), pathname, lineno, msg, args, exc_info, func,
                      _startTime)
        if logThreads:
            self.thread = threading._get_ident()
            self.threadName = threading.current_thread().name
        else:
            self.thread = self.threadName = None
        self.processName = 'MainProcess' if logMultiprocessing else None
        self.process = os.getpid() if logProcesses else None

    def __str__(self):
        return '<LogRecord: %s, %s, %s, %s, "%s">' % (self.name, self.levelno, self.pathname, self.lineno, self.msg)

    def getMessage(self):
        msg = self.msg
        if not isinstance(msg, basestring):
            try:
                msg = str(msg)
            except UnicodeError:
                pass
        return msg % self.args if self.args else msg


def makeLogRecord(dict):
    record = LogRecord(None, None, '', 0, '', (), None, None)
    record.__dict__.update(dict)
    return record


class Formatter(object):
    """Makes text of records."""

    converter = time.localtime

    def __init__(self, fmt=None, datefmt=None):
        self._fmt = fmt or '%(message)s'
        self.datefmt = datefmt

    def formatTime(self, record, datefmt=None):
        converter = self.converter
        function = getattr(converter, 'im_func', converter)
        # Functions of `time` are no methods, whichever of them a program puts there.
        moment = (function if function in (time.localtime, time.gmtime) else converter)(record.created)
        if datefmt:
            return time.strftime(datefmt, moment)
        return '%s,%03d' % (time.strftime('%Y-%m-%d %H:%M:%S', moment), record.msecs)

    def formatException(self, ei):
        import traceback
        text = ''.join(traceback.format_exception(ei[0], ei[1], ei[2]))
        return text[:-1] if text[-1:] == '\n' else text

    def usesTime(self):
        return self._fmt.find('%(asctime)') >= 0

    def format(self, record):
        record.message = record.getMessage()
        if self.usesTime():
            record.asctime = self.formatTime(record, self.datefmt)
        try:
            text = self._fmt % record.__dict__
        except UnicodeDecodeError as e:
            # The name may be the byte string among unicode.
            try:
                record.name = record.name.decode('utf-8')
                text = self._fmt % record.__dict__
            except UnicodeDecodeError:
                raise e
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            if text[-1:] != '\n':
                text += '\n'
            try:
                text += record.exc_text
            except UnicodeError:
                import sys
                text += record.exc_text.decode(sys.getfilesystemencoding(), 'replace')
        return text

_defaultFormatter = Formatter()


class BufferingFormatter(object):
    """Makes text of several records."""

    def __init__(self, linefmt=None):
        self.linefmt = linefmt or _defaultFormatter

    def formatHeader(self, records):
        return ''

    formatFooter = formatHeader

    def format(self, records):
        if not records:
            return ''
        return self.formatHeader(records) + ''.join(map(self.linefmt.format, records)) + self.formatFooter(records)


class Filter(object):
    """Lets the records of a logger and of those below it pass."""

    def __init__(self, name=''):
        self.name = name
        self.nlen = len(name)

    def filter(self, record):
        if self.nlen == 0 or self.name == record.name:
            return 1
        return int(record.name.startswith(self.name) and record.name[self.nlen] == '.')


class Filterer(object):
    """What has filters."""

    def __init__(self):
        self.filters = []

    def addFilter(self, filter):
        if filter not in self.filters:
            self.filters.append(filter)

    def removeFilter(self, filter):
        if filter in self.filters:
            self.filters.remove(filter)

    def filter(self, record):
        for each in self.filters:
            if not each.filter(record):
                return 0
        return 1

BASIC_FORMAT = '%(levelname)s:%(name)s:%(message)s'

for _class in (LogRecord, Formatter, BufferingFormatter, Filter, Filterer):
    _class.__module__ = 'logging'
for _function in (getLevelName, addLevelName, makeLogRecord, _checkLevel, _acquireLock, _releaseLock):
    _function.__module__ = 'logging'
del _class, _function
