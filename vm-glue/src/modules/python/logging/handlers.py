"""More handlers: rotating files, the system's log, sockets, mail, memory, the web."""

import logging
import os
import re
import time
from logging import FileHandler, Handler

DEFAULT_TCP_LOGGING_PORT = 9020
DEFAULT_UDP_LOGGING_PORT = 9021
DEFAULT_HTTP_LOGGING_PORT = 9022
DEFAULT_SOAP_LOGGING_PORT = 9023
SYSLOG_UDP_PORT = SYSLOG_TCP_PORT = 514
_MIDNIGHT = 24 * 60 * 60
_unicode = True


class BaseRotatingHandler(FileHandler):
    """A file that is put aside when it is time."""

    def __init__(self, filename, mode, encoding=None, delay=0):
        FileHandler.__init__(self, filename, mode, encoding, delay)
        self.mode = mode
        self.encoding = encoding

    def emit(self, record):
        try:
            if self.shouldRollover(record):
                self.doRollover()
            FileHandler.emit(self, record)
        except (KeyboardInterrupt, SystemExit):
            raise
        except:
            self.handleError(record)

    def _put_aside(self, name):
        if os.path.exists(name):
            os.remove(name)
        if os.path.exists(self.baseFilename):
            os.rename(self.baseFilename, name)

    def _close_stream(self):
        if self.stream:
            self.stream.close()
            self.stream = None


class RotatingFileHandler(BaseRotatingHandler):
    """Put aside at a size."""

    def __init__(self, filename, mode='a', maxBytes=0, backupCount=0, encoding=None, delay=0):
        BaseRotatingHandler.__init__(self, filename, 'a' if maxBytes > 0 else mode, encoding, delay)
        self.maxBytes = maxBytes
        self.backupCount = backupCount

    def doRollover(self):
        self._close_stream()
        if self.backupCount > 0:
            for number in range(self.backupCount - 1, 0, -1):
                source, target = ['%s.%d' % (self.baseFilename, n) for n in (number, number + 1)]
                if os.path.exists(source):
                    if os.path.exists(target):
                        os.remove(target)
                    os.rename(source, target)
            self._put_aside(self.baseFilename + '.1')
        if not self.delay:
            self.stream = self._open()

    def shouldRollover(self, record):
        if self.stream is None:
            self.stream = self._open()
        if self.maxBytes > 0:
            line = '%s\n' % self.format(record)
            self.stream.seek(0, 2)
            if self.stream.tell() + len(line) >= self.maxBytes:
                return 1
        return 0


class TimedRotatingFileHandler(BaseRotatingHandler):
    """Put aside at times."""

    # Unit: seconds, suffix of the files put aside, what such suffixes look like.
    _UNITS = {'S': (1, '%Y-%m-%d_%H-%M-%S', r'^\d{4}-\d{2}-\d{2}_\d{2}-\d{2}-\d{2}$'),
              'M': (60, '%Y-%m-%d_%H-%M', r'^\d{4}-\d{2}-\d{2}_\d{2}-\d{2}$'),
              'H': (3600, '%Y-%m-%d_%H', r'^\d{4}-\d{2}-\d{2}_\d{2}$'),
              'D': (_MIDNIGHT, '%Y-%m-%d', r'^\d{4}-\d{2}-\d{2}$'),
              'MIDNIGHT': (_MIDNIGHT, '%Y-%m-%d', r'^\d{4}-\d{2}-\d{2}$'),
              'W': (_MIDNIGHT * 7, '%Y-%m-%d', r'^\d{4}-\d{2}-\d{2}$')}

    def __init__(self, filename, when='h', interval=1, backupCount=0, encoding=None, delay=False, utc=False):
        BaseRotatingHandler.__init__(self, filename, 'a', encoding, delay)
        self.when = when.upper()
        self.backupCount = backupCount
        self.utc = utc
        kind = self.when
        if kind.startswith('W'):
            if len(kind) != 2:
                raise ValueError('You must specify a day for weekly rollover from 0 to 6 (0 is Monday): %s' % kind)
            if not '0' <= kind[1] <= '6':
                raise ValueError('Invalid day specified for weekly rollover: %s' % kind)
            self.dayOfWeek = int(kind[1])
            kind = 'W'
        if kind not in self._UNITS:
            raise ValueError('Invalid rollover interval specified: %s' % self.when)
        seconds, self.suffix, pattern = self._UNITS[kind]
        self.extMatch = re.compile(pattern)
        self.interval = seconds * interval
        exists = os.path.exists(filename)
        self.rolloverAt = self.computeRollover(int(os.stat(filename).st_mtime if exists else time.time()))

    def computeRollover(self, currentTime):
        result = currentTime + self.interval
        if self.when != 'MIDNIGHT' and not self.when.startswith('W'):
            return result
        now = time.gmtime(currentTime) if self.utc else time.localtime(currentTime)
        result = currentTime + _MIDNIGHT - ((now[3] * 60 + now[4]) * 60 + now[5])
        if self.when.startswith('W'):
            days = (self.dayOfWeek - now[6]) % 7
            shifted = result + days * _MIDNIGHT
            result = self._same_hour(now[-1], shifted) if days else result
        return result

    def _same_hour(self, dst, moment):
        # The clocks may change between now and then.
        if not self.utc and time.localtime(moment)[-1] != dst:
            moment += 3600 if dst else -3600
        return moment

    def shouldRollover(self, record):
        return int(int(time.time()) >= self.rolloverAt)

    def getFilesToDelete(self):
        folder, base = os.path.split(self.baseFilename)
        prefix = base + '.'
        found = [os.path.join(folder, name) for name in os.listdir(folder)
                 if name.startswith(prefix) and self.extMatch.match(name[len(prefix):])]
        found.sort()
        return found[:max(0, len(found) - self.backupCount)]

    def doRollover(self):
        self._close_stream()
        now = int(time.time())
        dst = time.localtime(now)[-1]
        begun = self.rolloverAt - self.interval
        if self.utc:
            moment = time.gmtime(begun)
        else:
            moment = time.localtime(begun)
            if dst != moment[-1]:
                moment = time.localtime(begun + (3600 if dst else -3600))
        self._put_aside(self.baseFilename + '.' + time.strftime(self.suffix, moment))
        if self.backupCount > 0:
            for name in self.getFilesToDelete():
                os.remove(name)
        if not self.delay:
            self.stream = self._open()
        at = self.computeRollover(now)
        while at <= now:
            at += self.interval
        if self.when == 'MIDNIGHT' or self.when.startswith('W'):
            at = self._same_hour(dst, at)
        self.rolloverAt = at


class WatchedFileHandler(FileHandler):
    """Opens its file anew when somebody else has moved it."""

    def __init__(self, filename, mode='a', encoding=None, delay=0):
        FileHandler.__init__(self, filename, mode, encoding, delay)
        self.dev, self.ino = -1, -1
        self._statstream()

    def _statstream(self):
        if self.stream:
            found = os.fstat(self.stream.fileno())
            self.dev, self.ino = found.st_dev, found.st_ino

    def emit(self, record):
        try:
            found = os.stat(self.baseFilename)
            there = found.st_dev, found.st_ino
        except OSError:
            there = None
        if there != (self.dev, self.ino) and self.stream is not None:
            self.stream.flush()
            self.stream.close()
            self.stream = None
            self.stream = self._open()
            self._statstream()
        FileHandler.emit(self, record)


class BufferingHandler(Handler):
    """Keeps records until there are many."""

    def __init__(self, capacity):
        Handler.__init__(self)
        self.capacity = capacity
        self.buffer = []

    def shouldFlush(self, record):
        return len(self.buffer) >= self.capacity

    def emit(self, record):
        self.buffer.append(record)
        if self.shouldFlush(record):
            self.flush()

    def flush(self):
        self.acquire()
        try:
            self.buffer = []
        finally:
            self.release()

    def close(self):
        try:
            self.flush()
        finally:
            Handler.close(self)


class MemoryHandler(BufferingHandler):
    """Keeps records for another handler."""

    def __init__(self, capacity, flushLevel=logging.ERROR, target=None):
        BufferingHandler.__init__(self, capacity)
        self.flushLevel = flushLevel
        self.target = target

    def shouldFlush(self, record):
        return len(self.buffer) >= self.capacity or record.levelno >= self.flushLevel

    def setTarget(self, target):
        self.target = target

    def flush(self):
        self.acquire()
        try:
            if self.target:
                for record in self.buffer:
                    self.target.handle(record)
                self.buffer = []
        finally:
            self.release()

    def close(self):
        try:
            self.flush()
        finally:
            self.acquire()
            try:
                self.target = None
                BufferingHandler.close(self)
            finally:
                self.release()

from _netlogging import (DatagramHandler, HTTPHandler, NTEventLogHandler, SMTPHandler, SocketHandler, SysLogHandler)
