"""Loggers and handlers from a file or a dictionary."""

import cStringIO
import logging
import logging.handlers
import re
import sys
import types

DEFAULT_LOGGING_CONFIG_PORT = 9030
IDENTIFIER = re.compile('^[a-z_][a-z0-9_]*$', re.I)


def _resolve(name):
    """The object of a dotted name; its modules are imported."""
    parts = name.split('.')
    used = parts.pop(0)
    found = __import__(used)
    for part in parts:
        used += '.' + part
        try:
            found = getattr(found, part)
        except AttributeError:
            __import__(used)
            found = getattr(found, part)
    return found


def _clear():
    logging._handlers.clear()
    del logging._handlerList[:]


# ---- files

def fileConfig(fname, defaults=None, disable_existing_loggers=True):
    """Reads a file in ConfigParser's format, with sections for loggers, handlers and formatters."""
    import ConfigParser
    parser = ConfigParser.ConfigParser(defaults)
    if hasattr(fname, 'readline'):
        parser.readfp(fname)
    else:
        parser.read(fname)
    formatters = _formatters(parser)
    logging._acquireLock()
    try:
        _clear()
        handlers = _handlers(parser, formatters)
        _loggers(parser, handlers, disable_existing_loggers)
    finally:
        logging._releaseLock()


def _listed(parser, section):
    text = parser.get(section, 'keys')
    return [name.strip() for name in text.split(',')] if len(text) else []


def _option(parser, section, name, default=None):
    return parser.get(section, name) if name in parser.options(section) else default


def _encoded(text):
    return text if isinstance(text, str) else text.encode('utf-8')


def _formatters(parser):
    made = {}
    for name in _listed(parser, 'formatters'):
        section = 'formatter_' + name
        options = parser.options(section)
        fmt = parser.get(section, 'format', 1) if 'format' in options else None
        datefmt = parser.get(section, 'datefmt', 1) if 'datefmt' in options else None
        kind = _option(parser, section, 'class')
        made[name] = (_resolve(kind) if kind else logging.Formatter)(fmt, datefmt)
    return made


def _handlers(parser, formatters):
    made, targets = {}, []
    for name in _listed(parser, 'handlers'):
        section = 'handler_' + name
        kind = parser.get(section, 'class')
        formatter = _option(parser, section, 'formatter', '')
        try:
            kind = eval(kind, vars(logging))
        except (AttributeError, NameError):
            kind = _resolve(kind)
        handler = kind(*eval(parser.get(section, 'args'), vars(logging)))
        level = _option(parser, section, 'level')
        if level is not None:
            handler.setLevel(logging._levelNames[level])
        if len(formatter):
            handler.setFormatter(formatters[formatter])
        if issubclass(kind, logging.handlers.MemoryHandler):
            target = _option(parser, section, 'target', '')
            if len(target):
                targets.append((handler, target))
        made[name] = handler
    for handler, target in targets:
        handler.setTarget(made[target])
    return made


def _loggers(parser, handlers, disable):
    names = _listed(parser, 'loggers')
    names.remove('root')
    root = logging.root
    _fill(parser, 'logger_root', root, handlers)
    existing = logging.Logger.manager.loggerDict.keys()
    configured = []
    for name in names:
        section = 'logger_' + name
        qualname = parser.get(section, 'qualname')
        propagate = parser.getint(section, 'propagate') if 'propagate' in parser.options(section) else 1
        logger = logging.getLogger(qualname)
        configured.append(qualname)
        _fill(parser, section, logger, handlers)
        logger.propagate = propagate
        logger.disabled = 0
    _leave(existing, configured, disable)


def _fill(parser, section, logger, handlers):
    level = _option(parser, section, 'level')
    if level is not None:
        logger.setLevel(logging._levelNames[level])
    for handler in logger.handlers[:]:
        logger.removeHandler(handler)
    for name in [name.strip() for name in (parser.get(section, 'handlers') or '').split(',')]:
        if name:
            logger.addHandler(handlers[name])


def _leave(existing, configured, disable):
    """What becomes of loggers that the configuration does not name: those below a named one only lose their own."""
    for name in existing:
        logger = logging.root.manager.loggerDict[name]
        if name in configured:
            continue
        if any([name.startswith(above + '.') for above in configured]):
            logger.level = logging.NOTSET
            logger.handlers = []
            logger.propagate = True
        elif disable is not None:
            logger.disabled = disable


# ---- dictionaries

from _logconfig import (BaseConfigurator, ConvertingDict, ConvertingList, ConvertingTuple, DictConfigurator)

dictConfigClass = DictConfigurator


def dictConfig(config):
    """Configures by a dictionary."""
    dictConfigClass(config).configure()


# ---- over a socket

_listener = None


def listen(port=DEFAULT_LOGGING_CONFIG_PORT):
    """A thread that takes configurations from a port: a length of four bytes, then JSON or a file's text."""
    import json
    import struct
    import threading
    from SocketServer import StreamRequestHandler, ThreadingTCPServer

    class Receiver(StreamRequestHandler):
        def handle(self):
            head = self.rfile.read(4)
            if len(head) != 4:
                return
            text = self.rfile.read(struct.unpack('>L', head)[0])
            try:
                try:
                    dictConfig(json.loads(text))
                except ValueError:
                    fileConfig(cStringIO.StringIO(text))
            except Exception:
                import traceback
                traceback.print_exc()
            if self.server.ready:
                self.server.ready.set()

    class Server(threading.Thread):
        def __init__(self):
            threading.Thread.__init__(self)
            self.ready = threading.Event()

        def run(self):
            global _listener
            server = ThreadingTCPServer(('localhost', port), Receiver, False)
            server.allow_reuse_address = server.daemon_threads = 1
            server.ready = self.ready
            server.server_bind()
            server.server_activate()
            self.port = server.server_address[1]
            _listener = server
            self.ready.set()
            server.serve_forever(0.2)
            server.server_close()

    return Server()


def stopListening():
    global _listener
    server, _listener = _listener, None
    if server:
        server.shutdown()
