# Sockets: what `_sockets` makes of the machine's, as the classes that programs know.
import os as _os
import _netbase
import _sockets
from _netbase import (_GLOBAL_DEFAULT_TIMEOUT, error, gaierror, getdefaulttimeout, herror, setdefaulttimeout, timeout)
from _sockets import _fileobject, fromfd as _fromfd, getaddrinfo, guarded as _guarded, translated as _translate

sslerror = error
has_ipv6 = True
EBADF, EINTR = 9, 4
_delegate_methods = ("recv", "recvfrom", "recv_into", "recvfrom_into", "send", "sendto")
_socketmethods = ('bind', 'connect', 'connect_ex', 'fileno', 'listen', 'getpeername', 'getsockname', 'getsockopt',
                  'setsockopt', 'sendall', 'setblocking', 'settimeout', 'gettimeout', 'shutdown')

for _name in ('gethostbyname gethostbyname_ex gethostbyaddr gethostname getservbyname getservbyport getprotobyname '
              'getnameinfo inet_pton inet_ntop inet_ntoa inet_aton htonl htons ntohl ntohs').split():
    globals()[_name] = _guarded(_name)
_inet_aton = inet_aton


def inet_aton(ip_string):
    try:
        return _inet_aton(ip_string)
    except error:
        raise error('illegal IP address string passed to inet_aton')


def getfqdn(name=''):
    """The first name with a dot that the system knows a host by."""
    name = name.strip()
    if not name or name == '0.0.0.0':
        name = gethostname()
    try:
        hostname, aliases, addresses = gethostbyaddr(name)
    except error:
        return name
    for candidate in [hostname] + aliases:
        if '.' in candidate:
            return candidate
    return hostname


class _closedsocket(object):
    __slots__ = []

    def _dummy(*args):
        raise error(EBADF, 'Bad file descriptor')

    send = recv = recv_into = sendto = recvfrom = recvfrom_into = __getattr__ = _dummy


class _socketobject(object):
    """A socket."""

    __slots__ = ['_sock', '__weakref__', '__dict__']

    def __init__(self, family=AF_INET, type=SOCK_STREAM, proto=0, _sock=None):
        if _sock is None:
            _sock = _sockets.new(family, type, proto)
        if isinstance(_sock, _sockets.Socket):
            _sock._hold()
        self._sock = _sock

    family = property(lambda self: self._sock.family, doc="the socket family")
    type = property(lambda self: self._sock.type, doc="the socket type")
    proto = property(lambda self: self._sock.proto, doc="the socket protocol")

    def accept(self):
        sock, address = self._sock.accept()
        return _socketobject(_sock=sock), address

    def close(self, _closedsocket=_closedsocket):
        sock, self._sock = self._sock, _closedsocket()
        if isinstance(sock, _sockets.Socket):
            sock._release()

    def dup(self):
        return _socketobject(_sock=self._sock)

    def makefile(self, mode='r', bufsize=-1):
        return _fileobject(self._sock, mode, bufsize)


def _method(name):
    def method(self, *args):
        return getattr(self._sock, name)(*args)
    method.__name__ = name
    return method

for _name in _socketmethods + _delegate_methods:
    setattr(_socketobject, _name, _method(_name))
del _name

socket = SocketType = _socketobject


def create_connection(address, timeout=_GLOBAL_DEFAULT_TIMEOUT, source_address=None):
    host, port = address
    failure = None
    for family, kind, protocol, name, place in getaddrinfo(host, port, 0, SOCK_STREAM):
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

_socketpair = _guarded('socketpair')


def socketpair(family=AF_UNIX, type=SOCK_STREAM, proto=0):
    return tuple([_socketobject(_sock=_sockets.adopt(made)) for made in _socketpair(family, type, proto)])


def fromfd(fd, family, type, proto=0):
    return _socketobject(_sock=_fromfd(fd, family, type, proto))


def ssl(sock, keyfile=None, certfile=None):
    """A connection with TLS over a connected socket; kept for old programs."""
    import ssl
    return ssl.wrap_socket(getattr(sock, '_sock', sock), keyfile, certfile)
