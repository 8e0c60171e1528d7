"""Sockets served by one loop."""

import os
import select
import socket
import sys
import time
import warnings
from errno import (EAGAIN, EALREADY, EBADF, ECONNABORTED, ECONNRESET, EINPROGRESS, EINTR, EINVAL, EISCONN, ENOTCONN,
                   EPIPE, ESHUTDOWN, EWOULDBLOCK, errorcode)

_DISCONNECTED = frozenset((ECONNRESET, ENOTCONN, ESHUTDOWN, ECONNABORTED, EPIPE, EBADF))

try:
    socket_map
except NameError:
    socket_map = {}


def _strerror(err):
    try:
        return os.strerror(err)
    except (ValueError, OverflowError, NameError):
        if err in errorcode:
            return errorcode[err]
        return 'Unknown error %s' % err


class ExitNow(Exception):
    pass

_reraised_exceptions = (ExitNow, KeyboardInterrupt, SystemExit)


def _guarded(obj, work):
    try:
        work()
    except _reraised_exceptions:
        raise
    except:
        obj.handle_error()


def read(obj):
    _guarded(obj, obj.handle_read_event)


def write(obj):
    _guarded(obj, obj.handle_write_event)


def _exception(obj):
    _guarded(obj, obj.handle_expt_event)


def readwrite(obj, flags):
    try:
        if flags & select.POLLIN:
            obj.handle_read_event()
        if flags & select.POLLOUT:
            obj.handle_write_event()
        if flags & select.POLLPRI:
            obj.handle_expt_event()
        if flags & (select.POLLHUP | select.POLLERR | select.POLLNVAL):
            obj.handle_close()
    except socket.error, e:
        if e.args[0] not in _DISCONNECTED:
            obj.handle_error()
        else:
            obj.handle_close()
    except _reraised_exceptions:
        raise
    except:
        obj.handle_error()


def poll(timeout=0.0, map=None):
    """Waits once with `select`."""
    if map is None:
        map = socket_map
    if not map:
        return
    reading, writing, either = [], [], []
    for fd, obj in map.items():
        is_read, is_write = obj.readable(), obj.writable()
        if is_read:
            reading.append(fd)
        # A listening socket is never written to.
        if is_write and not obj.accepting:
            writing.append(fd)
        if is_read or is_write:
            either.append(fd)
    if not (reading or writing or either):
        time.sleep(timeout)
        return
    try:
        reading, writing, either = select.select(reading, writing, either, timeout)
    except select.error, err:
        if err.args[0] != EINTR:
            raise
        return
    for ready, handle in ((reading, read), (writing, write), (either, _exception)):
        for fd in ready:
            obj = map.get(fd)
            if obj is not None:
                handle(obj)


def poll2(timeout=0.0, map=None):
    """Waits once with `poll`."""
    if map is None:
        map = socket_map
    if not map:
        return
    if timeout is not None:
        timeout = int(timeout * 1000)
    waiting = select.poll()
    for fd, obj in map.items():
        flags = 0
        if obj.readable():
            flags |= select.POLLIN | select.POLLPRI
        if obj.writable() and not obj.accepting:
            flags |= select.POLLOUT
        if flags:
            waiting.register(fd, flags | select.POLLERR | select.POLLHUP | select.POLLNVAL)
    try:
        ready = waiting.poll(timeout)
    except select.error, err:
        if err.args[0] != EINTR:
            raise
        ready = []
    for fd, flags in ready:
        obj = map.get(fd)
        if obj is not None:
            readwrite(obj, flags)

poll3 = poll2


def loop(timeout=30.0, use_poll=False, map=None, count=None):
    """Serves all sockets until none is left, or so many times."""
    if map is None:
        map = socket_map
    step = poll2 if use_poll and hasattr(select, 'poll') else poll
    while map and (count is None or count > 0):
        step(timeout, map)
        if count is not None:
            count -= 1


class dispatcher:
    """A socket of the loop: override the `handle_` methods."""

    debug = False
    connected = False
    accepting = False
    connecting = False
    closing = False
    addr = None
    ignore_log_types = frozenset(['warning'])

    def __init__(self, sock=None, map=None):
        self._map = socket_map if map is None else map
        self._fileno = None
        if not sock:
            self.socket = None
            return
        sock.setblocking(0)
        self.set_socket(sock, map)
        self.connected = True
        try:
            self.addr = sock.getpeername()
        except socket.error, err:
            if err.args[0] in (ENOTCONN, EINVAL):
                self.connected = False
            else:
                self.del_channel(map)
                raise

    def __repr__(self):
        status = [self.__class__.__module__ + '.' + self.__class__.__name__]
        if self.accepting and self.addr:
            status.append('listening')
        elif self.connected:
            status.append('connected')
        if self.addr is not None:
            try:
                status.append('%s:%d' % self.addr)
            except TypeError:
                status.append(repr(self.addr))
        return '<%s at %#x>' % (' '.join(status), id(self))

    __str__ = __repr__

    def add_channel(self, map=None):
        (self._map if map is None else map)[self._fileno] = self

    def del_channel(self, map=None):
        known = self._map if map is None else map
        if self._fileno in known:
            del known[self._fileno]
        self._fileno = None

    def create_socket(self, family, type):
        self.family_and_type = family, type
        sock = socket.socket(family, type)
        sock.setblocking(0)
        self.set_socket(sock)

    def set_socket(self, sock, map=None):
        self.socket = sock
        self._fileno = sock.fileno()
        self.add_channel(map)

    def set_reuse_addr(self):
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR,
                                   self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR) | 1)
        except socket.error:
            pass

    def readable(self):
        return True

    def writable(self):
        return True

    def listen(self, num):
        self.accepting = True
        return self.socket.listen(num)

    def bind(self, addr):
        self.addr = addr
        return self.socket.bind(addr)

    def connect(self, address):
        self.connected = False
        self.connecting = True
        err = self.socket.connect_ex(address)
        if err in (EINPROGRESS, EALREADY, EWOULDBLOCK):
            self.addr = address
        elif err in (0, EISCONN):
            self.addr = address
            self.handle_connect_event()
        else:
            raise socket.error(err, errorcode[err])

    def accept(self):
        try:
            return self.socket.accept()
        except TypeError:
            return None
        except socket.error as why:
            if why.args[0] in (EWOULDBLOCK, ECONNABORTED, EAGAIN):
                return None
            raise

    def send(self, data):
        try:
            return self.socket.send(data)
        except socket.error, why:
            if why.args[0] == EWOULDBLOCK:
                return 0
            if why.args[0] not in _DISCONNECTED:
                raise
            self.handle_close()
            return 0

    def recv(self, buffer_size):
        try:
            data = self.socket.recv(buffer_size)
            if not data:
                self.handle_close()
                return ''
            return data
        except socket.error, why:
            if why.args[0] not in _DISCONNECTED:
                raise
            self.handle_close()
            return ''

    def close(self):
        self.connected = False
        self.accepting = False
        self.connecting = False
        self.del_channel()
        try:
            self.socket.close()
        except socket.error, why:
            if why.args[0] not in (ENOTCONN, EBADF):
                raise

    def __getattr__(self, attr):
        # Cheap inheritance of the socket's methods.
        try:
            value = getattr(self.socket, attr)
        except AttributeError:
            raise AttributeError("%s instance has no attribute '%s'" % (self.__class__.__name__, attr))
        warnings.warn('%(me)s.%(attr)s is deprecated. Use %(me)s.socket.%(attr)s instead.'
                      % {'me': self.__class__.__name__, 'attr': attr}, DeprecationWarning, stacklevel=2)
        return value

    def log(self, message):
        sys.stderr.write('log: %s\n' % str(message))

    def log_info(self, message, type='info'):
        if type not in self.ignore_log_types:
            print '%s: %s' % (type, message)

    def handle_read_event(self):
        if self.accepting:
            self.handle_accept()
        elif not self.connected:
            if self.connecting:
                self.handle_connect_event()
            self.handle_read()
        else:
            self.handle_read()

    def handle_connect_event(self):
        err = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if err != 0:
            raise socket.error(err, _strerror(err))
        self.handle_connect()
        self.connected = True
        self.connecting = False

    def handle_write_event(self):
        if self.accepting:
            return
        if not self.connected and self.connecting:
            self.handle_connect_event()
        self.handle_write()

    def handle_expt_event(self):
        if self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0:
            self.handle_close()
        else:
            self.handle_expt()

    def handle_error(self):
        where, kind, value, trace = compact_traceback()
        try:
            shown = repr(self)
        except:
            shown = '<__repr__(self) failed for object at %0x>' % id(self)
        self.log_info('uncaptured python exception, closing channel %s (%s:%s %s)' % (shown, kind, value, trace),
                      'error')
        self.handle_close()

    def handle_expt(self):
        self.log_info('unhandled incoming priority event', 'warning')

    def handle_read(self):
        self.log_info('unhandled read event', 'warning')

    def handle_write(self):
        self.log_info('unhandled write event', 'warning')

    def handle_connect(self):
        self.log_info('unhandled connect event', 'warning')

    def handle_accept(self):
        self.log_info('unhandled accept event', 'warning')

    def handle_close(self):
        self.log_info('unhandled close event', 'warning')
        self.close()


class dispatcher_with_send(dispatcher):
    """Keeps what could not be sent at once."""

    def __init__(self, sock=None, map=None):
        dispatcher.__init__(self, sock, map)
        self.out_buffer = ''

    def initiate_send(self):
        self.out_buffer = self.out_buffer[dispatcher.send(self, self.out_buffer[:512]):]

    def handle_write(self):
        self.initiate_send()

    def writable(self):
        return not self.connected or len(self.out_buffer)

    def send(self, data):
        if self.debug:
            self.log_info('sending %s' % repr(data))
        self.out_buffer += data
        self.initiate_send()


def compact_traceback():
    kind, value, tb = sys.exc_info()
    if not tb:
        raise AssertionError('traceback does not exist')
    places = []
    while tb:
        code = tb.tb_frame.f_code
        places.append((code.co_filename, code.co_name, str(tb.tb_lineno)))
        tb = tb.tb_next
    file, function, line = places[-1]
    return (file, function, line), kind, value, ' '.join(['[%s|%s|%s]' % place for place in places])


def close_all(map=None, ignore_all=False):
    if map is None:
        map = socket_map
    for obj in map.values():
        try:
            obj.close()
        except OSError, e:
            if e.args[0] != EBADF and not ignore_all:
                raise
        except _reraised_exceptions:
            raise
        except:
            if not ignore_all:
                raise
    map.clear()


class file_wrapper:
    """A descriptor with a socket's methods."""

    def __init__(self, fd):
        self.fd = os.dup(fd)

    def recv(self, *args):
        return os.read(self.fd, *args)

    def send(self, *args):
        return os.write(self.fd, *args)

    def getsockopt(self, level, optname, buflen=None):
        if level == socket.SOL_SOCKET and optname == socket.SO_ERROR and not buflen:
            return 0
        raise NotImplementedError('Only asyncore specific behaviour implemented.')

    read = recv
    write = send

    def close(self):
        if self.fd < 0:
            return
        fd, self.fd = self.fd, -1
        os.close(fd)

    def fileno(self):
        return self.fd


class file_dispatcher(dispatcher):
    """A file or pipe of the loop."""

    def __init__(self, fd, map=None):
        import fcntl
        dispatcher.__init__(self, None, map)
        self.connected = True
        try:
            fd = fd.fileno()
        except AttributeError:
            pass
        self.set_file(fd)
        fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL, 0) | os.O_NONBLOCK)

    def set_file(self, fd):
        self.socket = file_wrapper(fd)
        self._fileno = self.socket.fileno()
        self.add_channel()
