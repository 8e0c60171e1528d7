# Python 2's way with levels, byte strings and streams.
import sys as _sys
from _bridge import library as _library
_machine = _library('logging')

raiseExceptions = 1
_levelNames = {}
for _number, _word in ((50, 'CRITICAL'), (40, 'ERROR'), (30, 'WARNING'), (20, 'INFO'), (10, 'DEBUG'), (0, 'NOTSET')):
    _levelNames[_number] = _word
    _levelNames[_word] = _number
_levelNames['WARN'] = 30
del _number, _word


def getLevelName(level):
    return _levelNames.get(level, "Level %s" % level)


def addLevelName(level, levelName):
    _levelNames[level] = levelName
    _levelNames[levelName] = level
    _machine.addLevelName(level, levelName)


def _checkLevel(level):
    if isinstance(level, (int, long)):
        return level
    if str(level) == level:
        if level not in _levelNames:
            raise ValueError("Unknown level: %r" % level)
        return _levelNames[level]
    raise TypeError("Level not an integer or a valid string: %r" % level)


def _set_level(self, level):
    self.level = _checkLevel(level)
    manager = getattr(self, 'manager', None)
    if manager is not None:
        manager._clear_cache()

_machine.Handler.setLevel = _set_level
_machine.Logger.setLevel = _set_level


def _get_message(self):
    message = self.msg
    if not isinstance(message, basestring):
        try:
            message = str(self.msg)
        except UnicodeError:
            message = self.msg
    if self.args:
        message = message % self.args
    return message

_machine.LogRecord.getMessage = _get_message


def _format_exception(self, ei):
    import traceback
    text = ''.join(traceback.format_exception(ei[0], ei[1], ei[2]))
    return text[:-1] if text[-1:] == '\n' else text

_machine.Formatter.formatException = _format_exception


def _format(self, record):
    record.message = record.getMessage()
    if self.usesTime():
        record.asctime = self.formatTime(record, self.datefmt)
    try:
        text = self._fmt % record.__dict__
    except UnicodeDecodeError, e:
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
            text += record.exc_text.decode(_sys.getfilesystemencoding(), 'replace')
    return text

_machine.Formatter.format = _format


def _emit(self, record):
    try:
        text = self.format(record)
        stream = self.stream
        try:
            if isinstance(text, unicode) and getattr(stream, 'encoding', None):
                line = u'%s\n' % text
                try:
                    stream.write(line)
                except UnicodeEncodeError:
                    stream.write(line.encode(stream.encoding))
            else:
                stream.write('%s\n' % text)
        except UnicodeError:
            stream.write(('%s\n' % text).encode('utf-8'))
        self.flush()
    except (KeyboardInterrupt, SystemExit):
        raise
    except:
        self.handleError(record)

_machine.StreamHandler.emit = _emit


def _handle_error(self, record):
    if raiseExceptions and _sys.stderr:
        import traceback
        try:
            traceback.print_exc(None, _sys.stderr)
            _sys.stderr.write('Logged from file %s, line %s\n' % (record.filename, record.lineno))
        except IOError:
            pass

_machine.Handler.handleError = _handle_error


class _StandardError(object):
    """The standard error stream of the moment."""

    def write(self, data):
        _sys.stderr.write(data)

    def flush(self):
        if hasattr(_sys.stderr, 'flush'):
            _sys.stderr.flush()


_stream_init = _machine.StreamHandler.__init__


def _init_stream(self, stream=None, strm=None):
    _stream_init(self, stream or strm or _sys.stderr)

_machine.StreamHandler.__init__ = _init_stream


def _open(self):
    if self.encoding is None:
        return open(self.baseFilename, self.mode)
    import codecs
    return codecs.open(self.baseFilename, self.mode, self.encoding)

_machine.FileHandler._open = _open


def _file_init(self, filename, mode='a', encoding=None, delay=0, errors=None):
    import os
    self.baseFilename = os.path.abspath(filename)
    self.mode = mode
    self.encoding = encoding
    self.errors = errors
    self.delay = delay
    self._builtin_open = open
    if delay:
        _machine.Handler.__init__(self)
        self.stream = None
    else:
        _machine.StreamHandler.__init__(self, self._open())

_machine.FileHandler.__init__ = _file_init


def basicConfig(**kwargs):
    if root.handlers:
        return
    filename = kwargs.get("filename")
    if filename:
        handler = FileHandler(filename, kwargs.get("filemode", 'a'))
    else:
        handler = StreamHandler(kwargs.get("stream"))
    handler.setFormatter(Formatter(kwargs.get("format", BASIC_FORMAT), kwargs.get("datefmt")))
    root.addHandler(handler)
    level = kwargs.get("level")
    if level is not None:
        root.setLevel(level)


def _module_function(name):
    def function(msg, *args, **kwargs):
        if not root.handlers:
            basicConfig()
        getattr(root, name)(msg, *args, **kwargs)
    function.__name__ = name
    return function

for _name in 'debug info warning error critical exception'.split():
    globals()[_name] = _module_function(_name)
del _name
warn = warning
fatal = critical


def _warn(self, msg, *args, **kwargs):
    self.warning(msg, *args, **kwargs)

_machine.Logger.warn = _warn
for _class in (_machine.Logger, _machine.LoggerAdapter):
    if 'hasHandlers' in _class.__dict__:
        del _class.hasHandlers
del _class


def log(level, msg, *args, **kwargs):
    if not root.handlers:
        basicConfig()
    root.log(level, msg, *args, **kwargs)


def disable(level):
    root.manager.disable = level
    root.manager._clear_cache()


def _find_caller(self, stack_info=False, stacklevel=1):
    """The first frame that is not of this module."""
    frame = _sys._getframe(1)
    while frame is not None and (frame.f_globals.get('__name__') == 'logging'
                                 or 'logging' in frame.f_code.co_filename and
                                 frame.f_code.co_filename.startswith(('<', 'logging'))):
        frame = frame.f_back
    if frame is None:
        return "(unknown file)", 0, "(unknown function)", None
    return frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name, None

_machine.Logger.findCaller = _find_caller


def _log(self, level, msg, args, exc_info=None, extra=None, **more):
    name, line, function = _find_caller(self)[:3]
    if exc_info and not isinstance(exc_info, tuple):
        exc_info = _sys.exc_info()
    record = self.makeRecord(self.name, level, name, line, msg, args, exc_info, function, extra)
    self.handle(record)

_machine.Logger._log = _log


def _exception(self, msg, *args, **kwargs):
    kwargs['exc_info'] = 1
    self.error(msg, *args, **kwargs)

_machine.Logger.exception = _exception

# What goes to the log without any handler is said once, as in Python 2.
_machine.lastResort = None


# ---- what shows of the objects

for _class in (_machine.Logger, _machine.RootLogger, _machine.Handler, _machine.StreamHandler, _machine.FileHandler,
               _machine.LoggerAdapter, _machine.NullHandler):
    if '__repr__' in vars(_class):
        _class.__repr__ = object.__repr__
del _class

_record_init = _machine.LogRecord.__init__


def _init_record(self, *args, **kwargs):
    _record_init(self, *args, **kwargs)
    for name in ('stack_info', 'taskName'):
        self.__dict__.pop(name, None)

_machine.LogRecord.__init__ = _init_record

_lock = _machine._lock


def _acquireLock():
    if _lock:
        _lock.acquire()


def _releaseLock():
    if _lock:
        _lock.release()


_machine_logger = _machine.getLogger


def getLogger(name=None):
    """The logger of a name, or the root."""
    if not name:
        return root
    if not isinstance(name, basestring):
        raise TypeError('A logger name must be string or Unicode')
    return _machine_logger(name.encode('utf-8') if isinstance(name, unicode) else name)
