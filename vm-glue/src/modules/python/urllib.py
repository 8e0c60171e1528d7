"""Quoting, query strings and opening of URLs (the Python 2 module urllib)."""

import os
from _urls import quote, quote_plus, unquote, unquote_plus, urlencode
from urlparse import urljoin as basejoin

__all__ = ['urlopen', 'URLopener', 'FancyURLopener', 'urlretrieve', 'urlcleanup', 'quote', 'quote_plus', 'unquote',
           'unquote_plus', 'urlencode', 'url2pathname', 'pathname2url', 'splittag', 'localhost', 'thishost',
           'ftperrors', 'basejoin', 'unwrap', 'splittype', 'splithost', 'splituser', 'splitpasswd', 'splitport',
           'splitnport', 'splitquery', 'splitattr', 'splitvalue', 'getproxies', 'ContentTooShortError']

__version__ = '1.17'

always_safe = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-'


class ContentTooShortError(IOError):
    """The download was shorter than announced."""

    def __init__(self, message, content):
        IOError.__init__(self, message)
        self.content = content


def pathname2url(pathname):
    return quote(pathname)


def url2pathname(pathname):
    return unquote(pathname)


def unwrap(url):
    """'<URL:type://host/path>' -> 'type://host/path'."""
    url = url.strip()
    if url[:1] == '<' and url[-1:] == '>':
        url = url[1:-1].strip()
    if url[:4] == 'URL:':
        url = url[4:].strip()
    return url


def splittype(url):
    at = url.find(':')
    slash = url.find('/')
    if at > 0 and (slash < 0 or at < slash):
        return url[:at].lower(), url[at + 1:]
    return None, url


def splithost(url):
    if url[:2] != '//':
        return None, url
    rest = url[2:]
    ends = [at for at in (rest.find('/'), rest.find('?'), rest.find('#')) if at >= 0]
    if not ends:
        return rest, ''
    host, path = rest[:min(ends)], rest[min(ends):]
    if path[:1] != '/':
        path = '/' + path
    return host, path


def splituser(host):
    if '@' not in host:
        return None, host
    user, host = host.rsplit('@', 1)
    return user, host


def splitpasswd(user):
    if ':' not in user:
        return user, None
    user, password = user.split(':', 1)
    return user, password


def splitport(host):
    head, colon, port = host.rpartition(':')
    if colon and (port.isdigit() or not port):
        return head, port or None
    return host, None


def splitnport(host, defport=-1):
    head, colon, port = host.rpartition(':')
    if not colon:
        return host, defport
    if not port:
        return head, defport
    try:
        return head, int(port)
    except ValueError:
        return head, None


def splitquery(url):
    if '?' not in url:
        return url, None
    head, query = url.rsplit('?', 1)
    return head, query


def splittag(url):
    if '#' not in url:
        return url, None
    head, tag = url.rsplit('#', 1)
    return head, tag


def splitattr(url):
    words = url.split(';')
    return words[0], words[1:]


def splitvalue(attr):
    if '=' not in attr:
        return attr, None
    name, value = attr.split('=', 1)
    return name, value


def toBytes(url):
    """A unicode URL must be ASCII."""
    if isinstance(url, unicode):
        try:
            url = url.encode('ASCII')
        except UnicodeError:
            raise UnicodeError('URL ' + repr(url) + ' contains non-ASCII characters')
    return url


def localhost():
    return '127.0.0.1'


def thishost():
    return '127.0.0.1'


def ftperrors():
    import ftplib
    return ftplib.all_errors


def getproxies_environment():
    """Proxies that environment variables such as http_proxy name."""
    proxies = {}
    for name, value in os.environ.items():
        if value and name.lower().endswith('_proxy'):
            proxies[name.lower()[:-6]] = value
    for name, value in os.environ.items():
        if name.endswith('_proxy'):
            if value:
                proxies[name.lower()[:-6]] = value
            else:
                proxies.pop(name.lower()[:-6], None)
    return proxies


getproxies = getproxies_environment


def proxy_bypass_environment(host, proxies=None):
    """Does no_proxy name this host?"""
    if proxies is None:
        proxies = getproxies_environment()
    no_proxy = proxies.get('no', '')
    if not no_proxy:
        return 0
    if no_proxy == '*':
        return 1
    host = host.lower()
    bare = splitport(host)[0]
    for name in [n.strip().lstrip('.').lower() for n in no_proxy.split(',')]:
        if name:
            for candidate in (bare, host):
                if candidate == name or candidate.endswith('.' + name):
                    return 1
    return 0


proxy_bypass = proxy_bypass_environment


class URLopener:
    """Opens URLs, with headers and a version of its own."""

    version = 'Python-urllib/' + __version__

    def __init__(self, proxies=None, context=None, **x509):
        self.context = context
        self.addheaders = [('User-Agent', self.version), ('Accept', '*/*')]
        self.proxies = proxies
        self.tempfiles = []

    def close(self):
        self.cleanup()

    def cleanup(self):
        for name in self.tempfiles:
            try:
                os.unlink(name)
            except OSError:
                pass
        del self.tempfiles[:]

    def addheader(self, *args):
        self.addheaders.append(args)

    def open(self, fullurl, data=None):
        import urllib2
        url = quote(unwrap(toBytes(fullurl)), safe="%/:=&?~#+!$,;'@()*[]|")
        scheme = splittype(url)[0]
        if scheme is None or scheme == 'file':
            return self.open_file(url)
        if scheme == 'data':
            return self.open_data(url, data)
        if scheme not in ('http', 'https', 'ftp'):
            method = getattr(self, 'open_' + scheme.replace('-', '_'), None)
            if method is None:
                return self.open_unknown(fullurl, data)
            rest = splittype(url)[1]
            return method(rest) if data is None else method(rest, data)
        request = urllib2.Request(url, data)
        for name, value in self.addheaders:
            request.add_unredirected_header(name, value)
        return self._answer(url, data, request)

    def open_unknown(self, fullurl, data=None):
        """Where no method fits the kind of URL."""
        raise IOError('url error', 'unknown url type', splittype(fullurl)[0])

    def open_file(self, url):
        from StringIO import StringIO
        import mimetypes
        if url[:5] == 'file:':
            url = url[5:]
        host, path = splithost(url)
        path = url2pathname(path)
        stream = open(path, 'rb')
        return addinfourl(stream, _file_headers(path, mimetypes.guess_type(path)[0]), 'file://' + path)

    def open_data(self, url, data=None):
        """The contents that a `data:` address itself holds (RFC 2397)."""
        import httplib
        import time
        from StringIO import StringIO
        if not isinstance(url, str):
            raise IOError('data error', 'proxy support for data protocol currently not implemented')
        kind, comma, contents = url[5:].partition(',')
        if not comma:
            raise IOError('data error', 'bad data URL')
        kind = kind or 'text/plain;charset=US-ASCII'
        encoding = ''
        at = kind.rfind(';')
        if at >= 0 and '=' not in kind[at:]:
            kind, encoding = kind[:at], kind[at + 1:]
        contents = contents.decode('base64') if encoding == 'base64' else unquote(contents)
        headers = httplib.HTTPMessage(StringIO(
            'Date: %s\nContent-type: %s\nContent-Length: %d\n\n'
            % (time.strftime('%a, %d %b %Y %H:%M:%S GMT', time.gmtime()), kind, len(contents))))
        return addinfourl(StringIO(contents), headers, url[5:])

    def _answer(self, url, data, request):
        import urllib2
        try:
            handlers = []
            if self.proxies is not None:
                handlers.append(urllib2.ProxyHandler(self.proxies))
            if self.context is not None:
                handlers.append(urllib2.HTTPSHandler(context=self.context))
            return urllib2.build_opener(*handlers).open(request)
        except urllib2.HTTPError, error:
            # Here, unlike in urllib2, an error page is an answer.
            return self.http_error_default(url, error, error.code, error.msg, error.headers)
        except urllib2.URLError, error:
            raise IOError('socket error', error.reason)

    def http_error_default(self, url, fp, errcode, errmsg, headers):
        fp.close()
        raise IOError('http error', errcode, errmsg, headers)

    def retrieve(self, url, filename=None, reporthook=None, data=None):
        kind, rest = splittype(unwrap(toBytes(url)))
        if filename is None and kind in (None, 'file'):
            # A file that is there already.
            try:
                source = self.open_file(rest)
                source.close()
                return url2pathname(splithost(rest)[1]), source.info()
            except IOError:
                pass
        source = self.open(url, data)
        try:
            headers = source.info()
            if filename is None:
                import tempfile
                handle, filename = tempfile.mkstemp()
                self.tempfiles.append(filename)
                os.close(handle)
            target = open(filename, 'wb')
            try:
                size = int(headers.get('Content-Length', -1) or -1)
                read = blocks = 0
                if reporthook:
                    reporthook(blocks, 8192, size)
                while 1:
                    block = source.read(8192)
                    if not block:
                        break
                    read += len(block)
                    target.write(block)
                    blocks += 1
                    if reporthook:
                        reporthook(blocks, 8192, size)
            finally:
                target.close()
        finally:
            source.close()
        if 0 <= read < size:
            raise ContentTooShortError('retrieval incomplete: got only %i out of %i bytes' % (read, size),
                                       (filename, headers))
        return filename, headers


class FancyURLopener(URLopener):
    """The opener of urlopen(): error pages are answers."""

    def http_error_default(self, url, fp, errcode, errmsg, headers):
        return fp


class addbase:
    """A file object that passes reading on."""

    def __init__(self, fp):
        self.fp = fp
        self.read = fp.read
        self.readline = fp.readline
        self.readlines = fp.readlines
        self.fileno = fp.fileno if hasattr(fp, 'fileno') else lambda: None

    def __repr__(self):
        return '<%s at %r whose fp = %r>' % (self.__class__.__name__, id(self), self.fp)

    def __iter__(self):
        return iter(self.fp)

    def next(self):
        return self.fp.next()

    def close(self):
        self.fp.close()


class addinfourl(addbase):
    """A file object with headers, the URL and a status."""

    def __init__(self, fp, headers, url, code=None):
        addbase.__init__(self, fp)
        self.headers = headers
        self.url = url
        self.code = code

    def info(self):
        return self.headers

    def getcode(self):
        return self.code

    def geturl(self):
        return self.url


def _file_headers(path, kind):
    import httplib
    return httplib.HTTPMessage.of([('Content-type', kind or 'text/plain'), ('Content-length', str(os.path.getsize(path)))])


# What urlopen() and urlretrieve() open with; programs put their own here.
_urlopener = None


def urlopen(url, data=None, proxies=None, context=None):
    """Opens a URL; an HTTP error's page is an answer like any other."""
    global _urlopener
    if proxies is not None or context is not None:
        opener = FancyURLopener(proxies=proxies, context=context)
    else:
        if not _urlopener:
            _urlopener = FancyURLopener()
        opener = _urlopener
    return opener.open(url) if data is None else opener.open(url, data)


def urlretrieve(url, filename=None, reporthook=None, data=None, context=None):
    """Downloads to a file: (file name, headers)."""
    global _urlopener
    if context is not None:
        opener = FancyURLopener(context=context)
    else:
        if not _urlopener:
            _urlopener = FancyURLopener()
        opener = _urlopener
    return opener.retrieve(url, filename, reporthook, data)


def urlcleanup():
    if _urlopener:
        _urlopener.cleanup()


class addclosehook(addbase):
    """A file object that calls a function once when it is closed."""

    def __init__(self, fp, closehook, *hookargs):
        addbase.__init__(self, fp)
        self.closehook = closehook
        self.hookargs = hookargs

    def close(self):
        closehook, self.closehook = self.closehook, None
        try:
            addbase.close(self)
        finally:
            if closehook:
                closehook(*self.hookargs)


class addinfo(addbase):
    """A file object with headers."""

    def __init__(self, fp, headers):
        addbase.__init__(self, fp)
        self.headers = headers

    def info(self):
        return self.headers


def noheaders():
    """Headers without any."""
    import httplib
    return httplib.HTTPMessage.of([])


class ftpwrapper:
    """A connection to an FTP server that serves one file or listing after the other."""

    def __init__(self, user, passwd, host, port, dirs, timeout=None, persistent=True):
        self.user, self.passwd, self.host, self.port, self.dirs = user, passwd, host, port, dirs
        self.timeout = timeout
        self.refcount = 0
        self.keepalive = persistent
        self.init()

    def init(self):
        import ftplib
        self.busy = 0
        self.ftp = ftplib.FTP()
        if isinstance(self.timeout, (int, float)):
            self.ftp.connect(self.host, self.port, self.timeout)
        else:
            self.ftp.connect(self.host, self.port)
        self.ftp.login(self.user, self.passwd)
        if self.dirs:
            self.ftp.cwd('/'.join(self.dirs))

    def retrfile(self, file, type):
        import ftplib
        self.endtransfer()
        listing = type in ('d', 'D')
        self.ftp.voidcmd('TYPE A' if listing else 'TYPE ' + type)
        connection = None
        if file and not listing:
            try:
                connection, length = self.ftp.ntransfercmd('RETR ' + file)
            except ftplib.error_perm, reason:
                if str(reason)[:3] != '550':
                    raise IOError('ftp error', reason)
        if connection is None:
            self.ftp.voidcmd('TYPE A')
            connection, length = self.ftp.ntransfercmd(file and 'LIST ' + file or 'LIST')
        self.busy = 1
        answer = addclosehook(connection.makefile('rb'), self.file_close)
        self.refcount += 1
        connection.close()
        return answer, length

    def endtransfer(self):
        if not self.busy:
            return
        self.busy = 0
        try:
            self.ftp.voidresp()
        except ftperrors():
            pass

    def close(self):
        self.keepalive = False
        if self.refcount <= 0:
            self.real_close()

    def file_close(self):
        self.endtransfer()
        self.refcount -= 1
        if self.refcount <= 0 and not self.keepalive:
            self.real_close()

    def real_close(self):
        self.endtransfer()
        try:
            self.ftp.close()
        except ftperrors():
            pass
