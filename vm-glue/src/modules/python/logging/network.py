"""Handlers that send records away (part of `logging.handlers`)."""

import logging
import os
from logging import Handler

SYSLOG_UDP_PORT = 514


class SocketHandler(Handler):
    """Sends pickled records over TCP."""

    def __init__(self, host, port):
        Handler.__init__(self)
        self.host = host
        self.port = port
        self.sock = None
        self.closeOnError = 0
        self.retryTime = None
        self.retryStart = 1.0
        self.retryMax = 30.0
        self.retryFactor = 2.0

    def makeSocket(self, timeout=1):
        import socket
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if hasattr(sock, 'settimeout'):
            sock.settimeout(timeout)
        sock.connect((self.host, self.port))
        return sock

    def createSocket(self):
        import socket
        import time
        now = time.time()
        if self.retryTime is not None and now < self.retryTime:
            return
        try:
            self.sock = self.makeSocket()
            self.retryTime = None
        except socket.error:
            if self.retryTime is None:
                self.retryPeriod = self.retryStart
            else:
                self.retryPeriod = min(self.retryPeriod * self.retryFactor, self.retryMax)
            self.retryTime = now + self.retryPeriod

    def send(self, s):
        import socket
        if self.sock is None:
            self.createSocket()
        if self.sock:
            try:
                self.sock.sendall(s)
            except socket.error:
                self.sock.close()
                self.sock = None

    def makePickle(self, record):
        import cPickle
        import struct
        if record.exc_info:
            self.format(record)
        values = dict(record.__dict__)
        values['msg'] = record.getMessage()
        values['args'] = None
        values['exc_info'] = None
        data = cPickle.dumps(values, 1)
        return struct.pack('>L', len(data)) + data

    def handleError(self, record):
        if self.closeOnError and self.sock:
            self.sock.close()
            self.sock = None
        else:
            Handler.handleError(self, record)

    def emit(self, record):
        try:
            self.send(self.makePickle(record))
        except (KeyboardInterrupt, SystemExit):
            raise
        except:
            self.handleError(record)

    def close(self):
        self.acquire()
        try:
            sock, self.sock = self.sock, None
            if sock:
                sock.close()
        finally:
            self.release()
        Handler.close(self)


class DatagramHandler(SocketHandler):
    """Sends pickled records over UDP."""

    def __init__(self, host, port):
        SocketHandler.__init__(self, host, port)
        self.closeOnError = 0

    def makeSocket(self):
        import socket
        return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def send(self, s):
        if self.sock is None:
            self.createSocket()
        self.sock.sendto(s, (self.host, self.port))


class SysLogHandler(Handler):
    """Sends records to the system's log."""

    priority_names = {'alert': 1, 'crit': 2, 'critical': 2, 'debug': 7, 'emerg': 0, 'err': 3, 'error': 3, 'info': 6,
                      'notice': 5, 'panic': 0, 'warn': 4, 'warning': 4}
    facility_names = {'auth': 4, 'authpriv': 10, 'cron': 9, 'daemon': 3, 'ftp': 11, 'kern': 0, 'lpr': 6, 'mail': 2,
                      'news': 7, 'security': 4, 'syslog': 5, 'user': 1, 'uucp': 8, 'local0': 16, 'local1': 17,
                      'local2': 18, 'local3': 19, 'local4': 20, 'local5': 21, 'local6': 22, 'local7': 23}
    for _name in 'alert crit debug emerg err info notice warning'.split():
        locals()['LOG_' + _name.upper()] = priority_names[_name]
    for _name in ('auth authpriv cron daemon ftp kern lpr mail news syslog user uucp local0 local1 local2 local3 local4 '
                  'local5 local6 local7').split():
        locals()['LOG_' + _name.upper()] = facility_names[_name]
    del _name
    priority_map = {'DEBUG': 'debug', 'INFO': 'info', 'WARNING': 'warning', 'ERROR': 'error', 'CRITICAL': 'critical'}
    log_format_string = '<%d>%s\000'

    def __init__(self, address=('localhost', SYSLOG_UDP_PORT), facility=1, socktype=None):
        import socket
        Handler.__init__(self)
        self.address = address
        self.facility = facility
        self.socktype = socktype
        if isinstance(address, basestring):
            self.unixsocket = 1
            self._connect_unixsocket(address)
            return
        self.unixsocket = False
        kind = socket.SOCK_DGRAM if socktype is None else socktype
        host, port = address
        found = socket.getaddrinfo(host, port, 0, kind)
        if not found:
            raise socket.error('getaddrinfo returns an empty list')
        failure = None
        for family, kind, protocol, name, place in found:
            try:
                self.socket = socket.socket(family, kind, protocol)
                if kind == socket.SOCK_STREAM:
                    self.socket.connect(place)
                break
            except socket.error as e:
                failure = e
        else:
            raise failure
        self.socktype = kind

    def _connect_unixsocket(self, address):
        import socket
        kinds = [self.socktype] if self.socktype is not None else [socket.SOCK_DGRAM, socket.SOCK_STREAM]
        for kind in kinds:
            self.socket = socket.socket(socket.AF_UNIX, kind)
            try:
                self.socket.connect(address)
                self.socktype = kind
                return
            except socket.error:
                self.socket.close()
                if kind is kinds[-1]:
                    raise

    def encodePriority(self, facility, priority):
        if isinstance(facility, basestring):
            facility = self.facility_names[facility]
        if isinstance(priority, basestring):
            priority = self.priority_names[priority]
        return facility << 3 | priority

    def close(self):
        self.acquire()
        try:
            if getattr(self, 'socket', None):
                self.socket.close()
        finally:
            self.release()
        Handler.close(self)

    def mapPriority(self, levelName):
        return self.priority_map.get(levelName, 'warning')

    def emit(self, record):
        import socket
        try:
            message = self.format(record) + '\000'
            if isinstance(message, unicode):
                message = message.encode('utf-8')
            message = '<%d>' % self.encodePriority(self.facility, self.mapPriority(record.levelname)) + message
            if self.unixsocket:
                try:
                    self.socket.send(message)
                except socket.error:
                    self.socket.close()
                    self._connect_unixsocket(self.address)
                    self.socket.send(message)
            elif self.socktype == socket.SOCK_DGRAM:
                self.socket.sendto(message, self.address)
            else:
                self.socket.sendall(message)
        except (KeyboardInterrupt, SystemExit):
            raise
        except:
            self.handleError(record)


class SMTPHandler(Handler):
    """Mails records."""

    def __init__(self, mailhost, fromaddr, toaddrs, subject, credentials=None, secure=None):
        Handler.__init__(self)
        self.mailhost, self.mailport = mailhost if isinstance(mailhost, (list, tuple)) else (mailhost, None)
        self.username, self.password = credentials if isinstance(credentials, (list, tuple)) else (None, None)
        if self.username is None:
            self.username = credentials
        self.fromaddr = fromaddr
        self.toaddrs = [toaddrs] if isinstance(toaddrs, basestring) else toaddrs
        self.subject = subject
        self.secure = secure
        self._timeout = 5.0

    def getSubject(self, record):
        return self.subject

    def emit(self, record):
        try:
            import smtplib
            from email.utils import formatdate
            server = smtplib.SMTP(self.mailhost, self.mailport or smtplib.SMTP_PORT, timeout=self._timeout)
            message = 'From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\n\r\n%s' % (
                self.fromaddr, ','.join(self.toaddrs), self.getSubject(record), formatdate(), self.format(record))
            if self.username:
                if self.secure is not None:
                    server.ehlo()
                    server.starttls(*self.secure)
                    server.ehlo()
                server.login(self.username, self.password)
            server.sendmail(self.fromaddr, self.toaddrs, message)
            server.quit()
        except (KeyboardInterrupt, SystemExit):
            raise
        except:
            self.handleError(record)


class NTEventLogHandler(Handler):
    """Windows only: tells so and drops the records."""

    def __init__(self, appname, dllname=None, logtype='Application'):
        Handler.__init__(self)
        self.appname = appname
        self.dllname = dllname
        self.logtype = logtype
        self._welu = None
        print 'The Python Win32 extensions for NT (service, event logging) appear not to be available.'

    def emit(self, record):
        pass


class HTTPHandler(Handler):
    """Sends records to a web server."""

    def __init__(self, host, url, method='GET'):
        Handler.__init__(self)
        method = method.upper()
        if method not in ('GET', 'POST'):
            raise ValueError('method must be GET or POST')
        self.host = host
        self.url = url
        self.method = method

    def mapLogRecord(self, record):
        return record.__dict__

    def emit(self, record):
        try:
            import httplib
            import urllib
            connection = httplib.HTTP(self.host)
            data = urllib.urlencode(self.mapLogRecord(record))
            url = self.url
            if self.method == 'GET':
                url += ('&' if '?' in url else '?') + data
            connection.putrequest(self.method, url)
            connection.putheader('Host', self.host.split(':')[0])
            if self.method == 'POST':
                connection.putheader('Content-type', 'application/x-www-form-urlencoded')
                connection.putheader('Content-length', str(len(data)))
            connection.endheaders(data if self.method == 'POST' else None)
            connection.getreply()
        except (KeyboardInterrupt, SystemExit):
            raise
        except:
            self.handleError(record)

for _class in (SocketHandler, DatagramHandler, SysLogHandler, SMTPHandler, NTEventLogHandler, HTTPHandler):
    _class.__module__ = 'logging.handlers'
del _class
