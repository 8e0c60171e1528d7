# TLS with Python 2's names. Whatever version a program asks for, the machine offers what it has (1.2 and 1.3).
import os as _os
import socket as _socket
from socket import AF_INET, SO_TYPE, SOCK_STREAM, SOL_SOCKET
import sys as _sys
from _sockets import adopt as _adopt, translated as _translated
from _bridge import foreign as _foreign, library as _library, native as _native
from collections import namedtuple as _namedtuple
from socket import error as _error, socket
_MachineError = _library('builtins').OSError


def _machine():
    # Loaded when a program makes a TLS socket itself; `httplib` has the program's HTTP client.
    return _library('ssl')


CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED = 0, 1, 2
PROTOCOL_SSLv2, PROTOCOL_SSLv3, PROTOCOL_SSLv23, PROTOCOL_TLSv1, PROTOCOL_TLSv1_1, PROTOCOL_TLSv1_2 = 0, 1, 2, 3, 4, 5
PROTOCOL_TLS = PROTOCOL_SSLv23
OP_ALL, OP_NO_SSLv2, OP_NO_SSLv3 = 0x80000054, 0x1000000, 0x2000000
OP_NO_TLSv1, OP_NO_TLSv1_1, OP_NO_TLSv1_2, OP_NO_TLSv1_3 = 0x4000000, 0x10000000, 0x8000000, 0x20000000
OP_NO_COMPRESSION, OP_CIPHER_SERVER_PREFERENCE, OP_SINGLE_DH_USE, OP_SINGLE_ECDH_USE = 0x20000, 0x400000, 0, 0
OP_NO_TICKET = 0x4000
VERIFY_DEFAULT, VERIFY_CRL_CHECK_LEAF, VERIFY_CRL_CHECK_CHAIN, VERIFY_X509_STRICT = 0, 4, 12, 32
SSL_ERROR_SSL, SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE, SSL_ERROR_WANT_X509_LOOKUP = 1, 2, 3, 4
SSL_ERROR_SYSCALL, SSL_ERROR_ZERO_RETURN, SSL_ERROR_WANT_CONNECT, SSL_ERROR_EOF = 5, 6, 7, 8
SSL_ERROR_INVALID_ERROR_CODE = 10
HAS_SNI, HAS_ECDH, HAS_NPN, HAS_ALPN, HAS_TLSv1_3 = True, True, False, True, True
CHANNEL_BINDING_TYPES = []
OPENSSL_VERSION_NUMBER = 0x1010100f
OPENSSL_VERSION_INFO = (1, 1, 1, 0, 15)
OPENSSL_VERSION = 'OpenSSL 1.1.1 (rustls)'
_PROTOCOL_NAMES = {PROTOCOL_TLSv1: 'TLSv1', PROTOCOL_SSLv23: 'SSLv23', PROTOCOL_SSLv3: 'SSLv3',
                   PROTOCOL_TLSv1_1: 'TLSv1.1', PROTOCOL_TLSv1_2: 'TLSv1.2'}
DefaultVerifyPaths = _namedtuple('DefaultVerifyPaths', 'cafile capath openssl_cafile_env openssl_cafile '
                                                       'openssl_capath_env openssl_capath')
SocketType = socket


class SSLError(_error):
    library = reason = None

    def __init__(self, *args):
        _error.__init__(self, *args)
        # "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"
        text = args[-1] if args else None
        if isinstance(text, str) and text[:1] == '[' and ': ' in text and ']' in text:
            self.library, self.reason = text[1:text.index(']')].split(': ', 1)

    def __str__(self):
        return self.strerror if isinstance(self.strerror, basestring) else str(self.args)


class SSLZeroReturnError(SSLError):
    pass


class SSLWantReadError(SSLError):
    pass


class SSLWantWriteError(SSLError):
    pass


class SSLSyscallError(SSLError):
    pass


class SSLEOFError(SSLError):
    pass


class CertificateError(ValueError):
    pass


def _call(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except _machine().SSLCertVerificationError, e:
        raise SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (%s)' % (e.args[-1],))
    except _machine().SSLError, e:
        if e.args and 'timed out' in str(e.args[-1]):
            raise SSLError('The read operation timed out')
        raise SSLError(*e.args)
    except _MachineError, e:
        raise _translated(e)


def _data(data):
    return _foreign(str(data) if isinstance(data, unicode) else data)


class SSLContext(object):
    """What a TLS connection is made with."""

    def __init__(self, protocol=PROTOCOL_TLS):
        if protocol not in _PROTOCOL_NAMES and protocol != PROTOCOL_SSLv2:
            raise ValueError("invalid protocol version")
        self.protocol = protocol
        self.options = OP_ALL | OP_NO_SSLv2 | OP_NO_SSLv3
        self.check_hostname = False
        self.verify_flags = VERIFY_DEFAULT
        self._verify_mode = CERT_NONE
        self._locations = []
        self._chain = None
        self._defaults = False
        self._alpn = None

    @property
    def verify_mode(self):
        return self._verify_mode

    @verify_mode.setter
    def verify_mode(self, mode):
        if mode not in (CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED):
            raise ValueError("invalid value for verify_mode")
        if mode == CERT_NONE and self.check_hostname:
            raise ValueError("Cannot set verify_mode to CERT_NONE when check_hostname is enabled.")
        self._verify_mode = mode

    def set_ciphers(self, ciphers):
        # The machine's own choice is at least as strong as what could be asked for.
        self._ciphers = ciphers

    def set_alpn_protocols(self, protocols):
        self._alpn = protocols

    def set_npn_protocols(self, protocols):
        raise NotImplementedError("NPN is not supported")

    def load_cert_chain(self, certfile, keyfile=None, password=None):
        self._chain = certfile, keyfile, password

    def load_verify_locations(self, cafile=None, capath=None, cadata=None):
        if cafile is None and capath is None and cadata is None:
            raise TypeError("cafile, capath and cadata cannot be all omitted")
        for path in (cafile, capath):
            if path is not None and not _os.path.exists(path):
                raise IOError(2, 'No such file or directory')
        self._locations.append((cafile, capath, cadata))

    def load_default_certs(self, purpose=None):
        self._defaults = True

    set_default_verify_paths = load_default_certs

    def cert_store_stats(self):
        return {'x509': 0, 'crl': 0, 'x509_ca': 0}

    def get_ca_certs(self, binary_form=False):
        return []

    def session_stats(self):
        return {}

    def set_servername_callback(self, callback):
        raise NotImplementedError("server name callbacks are not supported")

    def load_dh_params(self, path):
        pass

    def set_ecdh_curve(self, name):
        pass

    def _made(self, server_side):
        kind = _machine().PROTOCOL_TLS_SERVER if server_side else _machine().PROTOCOL_TLS_CLIENT
        context = _machine().SSLContext(kind)
        context.check_hostname = bool(self.check_hostname) and not server_side
        context.verify_mode = _machine().VerifyMode(self._verify_mode)
        if self._defaults:
            context.load_default_certs()
        for cafile, capath, cadata in self._locations:
            context.load_verify_locations(cafile, capath, cadata)
        if self._chain is not None:
            context.load_cert_chain(*self._chain)
        if self._alpn:
            context.set_alpn_protocols([str(protocol) for protocol in self._alpn])
        return context

    def wrap_socket(self, sock, server_side=False, do_handshake_on_connect=True, suppress_ragged_eofs=True,
                    server_hostname=None):
        return SSLSocket(self, sock, server_side, do_handshake_on_connect, suppress_ragged_eofs, server_hostname)


class SSLSocket(socket):
    """A socket that speaks TLS."""

    def __init__(self, context, sock, server_side=False, do_handshake_on_connect=True, suppress_ragged_eofs=True,
                 server_hostname=None):
        self._context = context
        made = _call(context._made, server_side)
        self._tls = wrapped = _call(made.wrap_socket, getattr(sock, '_sock', sock)._inner, server_side=server_side,
                        do_handshake_on_connect=do_handshake_on_connect, suppress_ragged_eofs=suppress_ragged_eofs,
                        server_hostname=server_hostname or None)
        self._makefile_refs = 0
        socket.__init__(self, _sock=_adopt(wrapped))

    @property
    def context(self):
        return self._context

    def do_handshake(self):
        _call(self._tls.do_handshake)

    def connect(self, address):
        _call(self._tls.connect, address)

    def read(self, len=1024, buffer=None):
        if buffer is not None:
            return _call(self._tls.recv_into, buffer, len)
        return self.recv(len)

    def write(self, data):
        return self.send(data)

    def send(self, data, flags=0):
        return _call(self._tls.send, _data(data))

    def sendall(self, data, flags=0):
        return _call(self._tls.sendall, _data(data))

    def recv(self, buflen=1024, flags=0):
        return _native(_call(self._tls.recv, buflen))

    def recv_into(self, buffer, nbytes=None, flags=0):
        return _call(self._tls.recv_into, buffer, nbytes or len(buffer))

    def _no_datagrams(self, *args):
        raise ValueError("this operation is not allowed on instances of %s" % self.__class__)

    sendto = recvfrom = recvfrom_into = _no_datagrams

    def makefile(self, mode='r', bufsize=-1):
        self._makefile_refs += 1
        return _socket._fileobject(self, mode, bufsize, close=True)

    def close(self):
        if self._makefile_refs < 1:
            socket.close(self)
        else:
            self._makefile_refs -= 1

    def pending(self):
        return self._tls.pending()

    def cipher(self):
        return self._tls.cipher()

    def version(self):
        return self._tls.version()

    def selected_alpn_protocol(self):
        return self._tls.selected_alpn_protocol()

    def selected_npn_protocol(self):
        return None

    def compression(self):
        return None

    def unwrap(self):
        return socket(_sock=_adopt(_call(self._tls.unwrap)))

    def getpeercert(self, binary_form=False):
        return _native(_call(self._tls.getpeercert, binary_form))


def wrap_socket(sock, keyfile=None, certfile=None, server_side=False, cert_reqs=CERT_NONE,
                ssl_version=PROTOCOL_TLS, ca_certs=None, do_handshake_on_connect=True, suppress_ragged_eofs=True,
                ciphers=None):
    if cert_reqs != CERT_NONE and not ca_certs:
        raise ValueError("certfile must be specified for certificates to be verified")
    context = SSLContext(ssl_version)
    context.verify_mode = cert_reqs
    if ca_certs:
        context.load_verify_locations(ca_certs)
    if certfile:
        context.load_cert_chain(certfile, keyfile)
    return context.wrap_socket(sock, server_side, do_handshake_on_connect, suppress_ragged_eofs)


class _Purpose(object):
    def __init__(self, name, oid):
        self.shortname = name
        self.oid = oid


class Purpose(object):
    SERVER_AUTH = _Purpose('serverAuth', '1.3.6.1.5.5.7.3.1')
    CLIENT_AUTH = _Purpose('clientAuth', '1.3.6.1.5.5.7.3.2')


def create_default_context(purpose=Purpose.SERVER_AUTH, cafile=None, capath=None, cadata=None):
    context = SSLContext(PROTOCOL_SSLv23)
    if purpose is Purpose.SERVER_AUTH:
        context.verify_mode = CERT_REQUIRED
        context.check_hostname = True
    if cafile or capath or cadata:
        context.load_verify_locations(cafile, capath, cadata)
    elif context.verify_mode != CERT_NONE:
        context.load_default_certs(purpose)
    return context


def _create_unverified_context(protocol=PROTOCOL_TLS, cert_reqs=None, check_hostname=False,
                               purpose=Purpose.SERVER_AUTH, certfile=None, keyfile=None, cafile=None, capath=None,
                               cadata=None):
    context = SSLContext(protocol)
    if cert_reqs is not None:
        context.verify_mode = cert_reqs
    context.check_hostname = check_hostname
    if certfile or keyfile:
        context.load_cert_chain(certfile, keyfile)
    if cafile or capath or cadata:
        context.load_verify_locations(cafile, capath, cadata)
    return context

_create_default_https_context = create_default_context
_create_stdlib_context = _create_unverified_context


def _https_verify_certificates(enable=True):
    global _create_default_https_context
    _create_default_https_context = create_default_context if enable else _create_unverified_context


def _name_matches(pattern, hostname):
    pattern, hostname = pattern.lower(), hostname.lower()
    if '*' not in pattern:
        return pattern == hostname
    first, dot, rest = pattern.partition('.')
    host_first, host_dot, host_rest = hostname.partition('.')
    if rest != host_rest or not dot or '*' in rest:
        return False
    before, star, after = first.partition('*')
    return (len(host_first) > len(before) + len(after) - 1 and host_first.startswith(before) and
            host_first.endswith(after))


def match_hostname(cert, hostname):
    if not cert:
        raise ValueError("empty or no certificate, match_hostname needs a SSL socket or SSL context with either "
                         "CERT_OPTIONAL or CERT_REQUIRED")
    names = [value for kind, value in cert.get('subjectAltName', ()) if kind in ('DNS', 'IP Address')]
    if not names:
        names = [value for part in cert.get('subject', ()) for key, value in part if key == 'commonName']
    if any(_name_matches(name, hostname) for name in names):
        return
    if len(names) > 1:
        raise CertificateError("hostname %r doesn't match either of %s" % (hostname, ', '.join(map(repr, names))))
    if names:
        raise CertificateError("hostname %r doesn't match %r" % (hostname, names[0]))
    raise CertificateError("no appropriate commonName or subjectAltName fields were found")


def get_default_verify_paths():
    paths = _machine().get_default_verify_paths()
    return DefaultVerifyPaths(paths.cafile, paths.capath, paths.openssl_cafile_env, paths.openssl_cafile,
                              paths.openssl_capath_env, paths.openssl_capath)


def get_server_certificate(addr, ssl_version=PROTOCOL_TLS, ca_certs=None):
    sock = wrap_socket(_socket.create_connection(addr), ssl_version=ssl_version, ca_certs=ca_certs,
                       cert_reqs=CERT_REQUIRED if ca_certs else CERT_NONE)
    try:
        return DER_cert_to_PEM_cert(sock.getpeercert(True))
    finally:
        sock.close()


def get_protocol_name(protocol_code):
    return _PROTOCOL_NAMES.get(protocol_code, '<unknown>')

PEM_HEADER = "-----BEGIN CERTIFICATE-----"
PEM_FOOTER = "-----END CERTIFICATE-----"


def DER_cert_to_PEM_cert(der_cert_bytes):
    import base64
    text = base64.b64encode(der_cert_bytes)
    lines = [text[at:at + 64] for at in range(0, len(text), 64)]
    return '\n'.join([PEM_HEADER] + lines + [PEM_FOOTER]) + '\n'


def PEM_cert_to_DER_cert(pem_cert_string):
    import base64
    text = pem_cert_string.strip()
    if not text.startswith(PEM_HEADER):
        raise ValueError("Invalid PEM encoding; must start with %s" % PEM_HEADER)
    if not text.endswith(PEM_FOOTER):
        raise ValueError("Invalid PEM encoding; must end with %s" % PEM_FOOTER)
    return base64.decodestring(text[len(PEM_HEADER):-len(PEM_FOOTER)])


def cert_time_to_seconds(cert_time):
    import calendar
    import time
    return calendar.timegm(time.strptime(cert_time, "%b %d %H:%M:%S %Y GMT"))


def RAND_status():
    return True


def RAND_add(string, entropy):
    pass
