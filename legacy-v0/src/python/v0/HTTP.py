"""`PMS.HTTP`: requests to web servers."""

import _pms
from PMS import Log, Plugin
from PMS._Library import urllib

_headers = {'User-Agent': 'Mozilla/4.0 (compatible; MSIE 5.5; Windows NT)'}
_CACHE = '_PMS.HTTP.Cache'


class _Headers(dict):
    """The headers of an answer; upper and lower case of their names do not matter."""

    def __getitem__(self, name):
        return dict.__getitem__(self, name.lower())

    def __contains__(self, name):
        return dict.__contains__(self, name.lower())

    has_key = __contains__

    def get(self, name, default=None):
        return dict.get(self, name.lower(), default)

    getheader = get


class _Page(object):
    """An answer, as `urllib2.urlopen` gives it."""

    def __init__(self, url, body, headers):
        import StringIO
        self._stream = StringIO.StringIO(body)
        self._url, self.headers, self.code = url, _Headers(headers), 200
        self.read, self.readline, self.readlines = self._stream.read, self._stream.readline, self._stream.readlines

    def __iter__(self):
        return iter(self._stream)

    def info(self):
        return self.headers

    def getcode(self):
        return self.code

    def geturl(self):
        return self._url

    def close(self):
        self._stream.close()


def SetTimeout(timeout):
    """How many seconds a server may take."""
    _pms.set_timeout(timeout)


def Open(url, values=None, headers={}):
    """The answer of a server; None if it cannot be had. Headers that are given are not sent."""
    import urllib2
    body = None
    sent = [(name, _headers[name]) for name in _headers]
    sent += [('Accept-Encoding', 'identity'), ('Connection', 'close')]
    if values is not None:
        body = values if isinstance(values, basestring) else urllib.urlencode(values)
        sent.append(('Content-Type', 'application/x-www-form-urlencoded'))
    kind = urllib.splittype(url)[0]
    if not kind:
        raise ValueError('unknown url type: %s' % url)
    Log.Add('Requesting %s' % url)
    try:
        if kind not in ('http', 'https'):
            raise urllib2.URLError('unknown url type: %s' % kind)
        page, found = _pms.fetch('POST' if body is not None else 'GET', url.replace(' ', '%20'), sent, body)
        return _Page(url, page, found)
    except urllib2.HTTPError, e:
        Log.Add('Error opening %s: HTTP status %s' % (url, e.code), False)
    except urllib2.URLError, e:
        Log.Add('Error opening %s: %s' % (url, e.reason), False)
    return None


def Get(url, headers={}):
    """The body of a page; None if it cannot be had."""
    page = Open(url, None, headers)
    return None if page is None else page.read()


def Post(url, values, headers={}):
    """The body of the answer to posted values."""
    page = Open(url, values, headers)
    return None if page is None else page.read()


def GetCached(url, cacheTime=1800, headers={}, forceUpdate=False):
    """The body of a page, fetched again when it is older than that many seconds."""
    cache = Plugin.Dict.setdefault(_CACHE, {})
    now = _pms.clock()
    stored = cache.get(url)
    if stored is not None and not forceUpdate and stored['CheckTime'] + cacheTime > now:
        return stored['Content']
    page = Get(url, headers)
    if page is not None:
        cache[url] = {'Content': page, 'CheckTime': now}
    return page


def Download(url, localFile, headers={}):
    """Stores a page in a file of the data folder; whether that worked."""
    page = Get(url, headers)
    if page is None:
        return False
    Plugin.SaveDataToFile(localFile, page)
    return True


def BuildURL(prefix, nouns):
    """An address with the nouns behind it."""
    url = prefix
    for noun in nouns:
        if url[-1] != '/':
            url += '/'
        url += noun
    return url[:-1] if nouns and url.endswith('/') else url


def Quote(url, usePlus=False):
    return urllib.quote_plus(url) if usePlus else urllib.quote(url)


def Unquote(url, usePlus=False):
    return urllib.unquote_plus(url) if usePlus else urllib.unquote(url)
