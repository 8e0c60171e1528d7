# Sockets with byte strings and Python 2's exceptions, over the machine's.
import os as _os
import _netbase
from _bridge import foreign as _foreign, library as _library, native as _native, wrap as _wrap
from _netbase import (_GLOBAL_DEFAULT_TIMEOUT, error, gaierror, getdefaulttimeout, herror, setdefaulttimeout, timeout)
from functools import partial as _partial
_machine = _library('socket')
_MachineError = _library('builtins').OSError
_machine_timeout, _machine_gaierror, _machine_herror = _machine.timeout, _machine.gaierror, _machine.herror

sslerror = error
SocketType = None


def _translate(e):
    """The exception of Python 2 for one of the machine's."""
    if isinstance(e, error):
        return e
    if isinstance(e, _machine_timeout) and not e.errno:
        return timeout('timed out')
    if isinstance(e, _machine_timeout):
        return timeout(*e.args)
    if isinstance(e, _machine_gaierror):
        return gaierror(*e.args)
    if isinstance(e, _machine_herror):
        return herror(*e.args)
    return error(*e.args)


def _call(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except _MachineError, e:
        raise _translate(e)


def _function(name):
    original = getattr(_machine, name)

    def function(*args, **kwargs):
        return _native(_call(original, *args, **kwargs))
    function.__name__ = name
    return function

for _name in ('gethostbyname gethostbyname_ex gethostbyaddr gethostname getfqdn getservbyname getservbyport '
              'getprotobyname getnameinfo inet_pton').split():
    if hasattr(_machine, _name):
        globals()[_name] = _function(_name)
for _name in 'inet_ntoa inet_ntop'.split():
    globals()[_name] = _wrap(_function(_name)) if _name == 'inet_ntoa' else _function(_name)
del _name


def inet_aton(ip_string):
    try:
        return _native(_machine.inet_aton(ip_string))
    except _MachineError:
        raise error('illegal IP address string passed to inet_aton')


def inet_ntop(address_family, packed_ip):
    return _machine.inet_ntop(address_family, _foreign(packed_ip))


def getaddrinfo(host, port, family=0, socktype=0, proto=0, flags=0):
    found = _call(_machine.getaddrinfo, host, port, family, socktype, proto, flags)
    return [(int(kind), int(way), protocol, name, address) for kind, way, protocol, name, address in found]


class _closedsocket(object):
    __slots__ = []

    def _dummy(self, *args):
        raise error(9, 'Bad file descriptor')

    send = recv = sendto = recvfrom = __getattr__ = _dummy


class _socketobject(object):
    """A socket."""

    __slots__ = ['_sock', '__weakref__', '__dict__']

    def __init__(self, family=_machine.AF_INET, type=_machine.SOCK_STREAM, proto=0, _sock=None):
        if _sock is None:
            _sock = _call(_machine.socket, family, type, proto)
            if _netbase._default[0] is not None:
                _sock.settimeout(_netbase._default[0])
        self._sock = _sock

    @property
    def family(self):
        return int(self._sock.family)

    @property
    def type(self):
        return int(self._sock.type)

    @property
    def proto(self):
        return self._sock.proto

    def connect(self, address):
        _call(self._sock.connect, address)

    def connect_ex(self, address):
        return _call(self._sock.connect_ex, address)

    def bind(self, address):
        _call(self._sock.bind, address)

    def listen(self, backlog):
        _call(self._sock.listen, backlog)

    def accept(self):
        sock, address = _call(self._sock.accept)
        return _socketobject(_sock=sock), address

    def close(self, *args):
        # What was made of the socket by makefile() goes on reading.
        files = self.__dict__.get('_files', 0)
        if files:
            self.__dict__['_closing'] = True
            return
        sock, self._sock = self._sock, _closedsocket()
        if not isinstance(sock, _closedsocket):
            sock.close()

    def _file_closed(self):
        self.__dict__['_files'] -= 1
        if not self.__dict__['_files'] and self.__dict__.get('_closing'):
            self.close()

    def dup(self):
        return _socketobject(_sock=_call(self._sock.dup))

    def send(self, data, flags=0):
        return _call(self._sock.send, _data(data), flags)

    def sendall(self, data, flags=0):
        return _call(self._sock.sendall, _data(data), flags)

    def sendto(self, data, *args):
        return _call(self._sock.sendto, _data(data), *args)

    def recv(self, buffersize, flags=0):
        return _native(_call(self._sock.recv, buffersize, flags))

    def recvfrom(self, buffersize, flags=0):
        return _native(_call(self._sock.recvfrom, buffersize, flags))

    def recv_into(self, buffer, nbytes=0, flags=0):
        return _call(self._sock.recv_into, buffer, nbytes, flags)

    def recvfrom_into(self, buffer, nbytes=0, flags=0):
        return _call(self._sock.recvfrom_into, buffer, nbytes, flags)

    def shutdown(self, how):
        _call(self._sock.shutdown, how)

    def setsockopt(self, level, option, value):
        _call(self._sock.setsockopt, level, option, _data(value) if isinstance(value, basestring) else value)

    def getsockopt(self, *args):
        return _native(_call(self._sock.getsockopt, *args))

    def settimeout(self, timeout):
        _call(self._sock.settimeout, timeout)

    def gettimeout(self):
        return self._sock.gettimeout()

    def setblocking(self, flag):
        _call(self._sock.setblocking, bool(flag))

    def fileno(self):
        return self._sock.fileno()

    def getpeername(self):
        return _call(self._sock.getpeername)

    def getsockname(self):
        return _call(self._sock.getsockname)

    def makefile(self, mode='r', bufsize=-1):
        self.__dict__['_files'] = self.__dict__.get('_files', 0) + 1
        return _fileobject(self, mode, bufsize, on_close=self._file_closed)

socket = SocketType = _socketobject


def _data(data):
    if isinstance(data, unicode):
        data = str(data)
    return _foreign(data)


class _fileobject(object):
    """A file object over a socket."""

    default_bufsize = 8192
    name = "<socket>"

    def __init__(self, sock, mode='rb', bufsize=-1, close=False, on_close=None):
        self._sock = sock
        self.mode = mode
        self.bufsize = bufsize
        self.softspace = False
        self._close = close
        self._on_close = on_close
        self._ahead = ''
        self._behind = []

    @property
    def closed(self):
        return self._sock is None

    def close(self):
        try:
            if self._sock is not None:
                self.flush()
        finally:
            sock, self._sock = self._sock, None
            if sock is not None:
                if self._close:
                    sock.close()
                if self._on_close is not None:
                    self._on_close()

    def flush(self):
        if self._behind:
            data, self._behind = ''.join(self._behind), []
            self._sock.sendall(data)

    def fileno(self):
        return self._sock.fileno()

    def write(self, data):
        data = str(data)
        if data:
            self._behind.append(data)
            if self.bufsize == 0 or sum([len(part) for part in self._behind]) >= self.default_bufsize:
                self.flush()

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def read(self, size=-1):
        while size < 0 or len(self._ahead) < size:
            data = self._sock.recv(self.default_bufsize if size < 0 else max(1, size - len(self._ahead)))
            if not data:
                break
            self._ahead += data
        end = len(self._ahead) if size < 0 else size
        data, self._ahead = self._ahead[:end], self._ahead[end:]
        return data

    def readline(self, size=-1):
        while '\n' not in self._ahead and (size < 0 or len(self._ahead) < size):
            data = self._sock.recv(self.default_bufsize)
            if not data:
                break
            self._ahead += data
        end = self._ahead.find('\n') + 1 or len(self._ahead)
        if 0 <= size < end:
            end = size
        line, self._ahead = self._ahead[:end], self._ahead[end:]
        return line

    def readlines(self, sizehint=0):
        return list(self)

    def __iter__(self):
        return self

    def next(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line


def create_connection(address, timeout=_GLOBAL_DEFAULT_TIMEOUT, source_address=None):
    host, port = address
    failure = None
    for family, kind, protocol, name, place in getaddrinfo(host, port, 0, _machine.SOCK_STREAM):
        sock = None
        try:
            sock = socket(family, kind, protocol)
            if timeout is not _GLOBAL_DEFAULT_TIMEOUT:
                sock.settimeout(timeout)
            if source_address:
                sock.bind(source_address)
            sock.connect(place)
            return sock
        except error, e:
            failure = e
            if sock is not None:
                sock.close()
    if failure is not None:
        raise failure
    raise error("getaddrinfo returns an empty list")


def socketpair(*args):
    first, second = _call(_machine.socketpair, *args)
    return _socketobject(_sock=first), _socketobject(_sock=second)


def fromfd(fd, family, type, proto=0):
    return _socketobject(_sock=_call(_machine.fromfd, fd, family, type, proto))


def ssl(sock, keyfile=None, certfile=None):
    import ssl
    return ssl.wrap_socket(sock, keyfile, certfile)

# The machine's constants know their names; Python 2's are plain numbers.
for _name, _value in list(globals().items()):
    if _name[:1].isupper() and isinstance(_value, int) and not isinstance(_value, bool):
        globals()[_name] = int(_value)
del _name, _value
