"""How `httplib` sends: through the program's own HTTP client, so that its proxies, certificates and recordings apply."""

import errno
import os

import _netbase as socket
import _web
from _web import Error

# Files of certificates as they were read last: path -> (time of the change, contents).
_read = {}


def failed(e):
    """Raises what the client reports as the exception that programs catch."""
    import httplib
    kind, message = e.args[0], e.args[1]
    if kind == 'timeout':
        raise socket.timeout('timed out')
    if kind == 'unknown-host':
        raise socket.gaierror(-2, 'Name or service not known')
    if kind == 'connect':
        number = e.args[2] or errno.ECONNREFUSED
        raise socket.error(number, os.strerror(number))
    if kind == 'tls':
        import ssl
        if ' not valid for name ' in message:
            raise ssl.CertificateError(_other_host(message))
        if 'certificate' in message:
            message = '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:727)'
        raise ssl.SSLError(1, message)
    if kind == 'no-answer':
        raise httplib.BadStatusLine('No status line received - the server has closed the connection')
    if kind == 'status-line':
        raise httplib.BadStatusLine(e.args[2])
    if kind == 'version':
        raise httplib.UnknownProtocol(e.args[2])
    if kind == 'long-line':
        raise httplib.LineTooLong('header line')
    if kind == 'headers':
        raise httplib.HTTPException(message)
    if kind == 'incomplete':
        raise httplib.IncompleteRead(e.args[2], e.args[3])
    if kind == 'url':
        raise httplib.InvalidURL(message)
    if kind == 'protocol':
        raise httplib.BadStatusLine(message)
    raise socket.error(message)


def _other_host(message):
    """What Python says about a certificate of another host: the message names the host, then whom it is valid for."""
    import re
    host = re.search('not valid for name "([^"]*)"', message).group(1)
    names = re.findall(r'\w+\("([^"]*)"\)', message)
    if not names:
        return "no appropriate commonName or subjectAltName fields were found"
    if len(names) == 1:
        return "hostname %r doesn't match %r" % (host, names[0])
    return "hostname %r doesn't match either of %s" % (host, ', '.join([repr(name) for name in names]))


def send(method, url, headers, body, timeout, verify=True, roots=None, response_class=None):
    """Sends a request: an HTTPResponse. `timeout` in seconds, or None."""
    import httplib
    if body is not None:
        if hasattr(body, 'read'):
            body = body.read()
        elif not isinstance(body, basestring):
            body = ''.join(body)
    if timeout is socket._GLOBAL_DEFAULT_TIMEOUT:
        timeout = socket.getdefaulttimeout()
    if timeout is not None:
        timeout = float(timeout)
    try:
        status, reason, pairs, stream = _web.send(method, url, headers, body, timeout, verify if roots is None else roots)
    except Error, e:
        failed(e)
    if response_class is None or not issubclass(response_class, httplib.HTTPResponse):
        response_class = httplib.HTTPResponse
    return response_class._of(status, reason, pairs, stream, method)


def trust(connection):
    """(verify?, roots): whether the server's certificate has to be valid, and by whose word: (PEM, the system's too)."""
    if getattr(connection, 'cert_reqs', None) in (0, 'CERT_NONE', 'NONE'):
        return False, None
    context = connection._context
    own = [getattr(connection, name, None) for name in ('ca_certs', 'ca_cert_dir')]
    if any(own):
        # Of urllib3, which makes its connections itself.
        return True, _roots([(own[0], own[1], None)], False)
    if context is None:
        import sys
        ssl = sys.modules.get('ssl')
        make = getattr(ssl, '_create_default_https_context', None)
        if make is None or make is ssl.create_default_context:
            return True, None
        if make is ssl._create_unverified_context:
            return False, None
        context = make()
    if getattr(context, 'verify_mode', 2) == 0:
        return False, None
    locations = getattr(context, '_locations', None)
    if not locations and getattr(context, '_defaults', True):
        return True, None
    return True, _roots(locations or (), getattr(context, '_defaults', False))


def _roots(locations, and_system):
    parts = []
    for cafile, capath, cadata in locations:
        if cafile:
            parts.append(_contents(cafile))
            # Copies of the public list (certifi's) are as old as the plug-in that brings them: the system's goes with it.
            and_system = and_system or os.path.basename(cafile) == 'cacert.pem'
        if capath:
            try:
                names = sorted(os.listdir(capath))
            except OSError:
                names = []
            parts.extend([_contents(os.path.join(capath, name)) for name in names])
        if cadata:
            if isinstance(cadata, str) and not cadata.lstrip().startswith('-----'):
                import ssl
                cadata = ssl.DER_cert_to_PEM_cert(cadata)
            parts.append(str(cadata))
    return '\n'.join(parts), bool(and_system)


def _contents(path):
    try:
        changed = os.stat(path).st_mtime
        if _read.get(path, (None,))[0] != changed:
            file = open(path, 'rb')
            try:
                _read[path] = changed, file.read()
            finally:
                file.close()
    except (IOError, OSError):
        return ''
    return _read[path][1]


_idle = None


class Managed(object):
    """Stands for the socket of a connection that the program's HTTP client makes."""

    def __init__(self, connection):
        self._connection = connection

    def settimeout(self, timeout):
        self._connection.timeout = timeout

    def gettimeout(self):
        timeout = self._connection.timeout
        return None if timeout is socket._GLOBAL_DEFAULT_TIMEOUT else timeout

    def setsockopt(self, *args):
        pass

    def shutdown(self, how):
        pass

    def close(self):
        pass

    def fileno(self):
        # Something to wait for that never comes: the connection is idle.
        global _idle
        if _idle is None:
            import os
            _idle = os.pipe()
        return _idle[0]

    def _none(self, *args):
        raise socket.error(9, 'the connection is made by the HTTP client: it has no socket of its own')

    getpeername = getsockname = recv = send = sendall = makefile = _none
