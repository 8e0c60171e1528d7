"""`PMS.HTTP`: requests to web servers, with cookies and a cache."""

import os
import _pms
from PMS import _Files, _Later
from PMS._Library import urllib
from PMS._Log import Log, exception

_CACHE_FILE = os.path.join(_pms.data, 'HTTPCache')
_headers = {
    'User-Agent': 'Mozilla/5.0 (Macintosh; U; Intel Mac OS X 10_5_6; en-us) AppleWebKit/530.1+ (KHTML, like Gecko) '
                  'Version/3.2.1 Safari/525.27.1',
    'Accept-encoding': 'gzip',
}
_cache_time = 0
# Stored pages: url -> {'expires', 'content', 'cacheTime'}; None before the file is read.
_cache = None
# Pages that are fetched again shortly before they expire: url -> (headers, cacheTime).
_updated = {}
_MAINTENANCE = 60


def SetHeader(header, value):
    """A header of all further requests."""
    _headers[header] = value


def SetCacheTime(cacheTime):
    """How many seconds pages are kept where a request does not say."""
    global _cache_time
    _cache_time = cacheTime


def SetTimeout(timeout):
    """How many seconds a server may take."""
    _pms.set_timeout(timeout)


def SetPassword(url, username, password, realm=None):
    _pms.set_password(url, username, password, realm)


def GetCookiesForURL(url):
    """The value of the `Cookie` header for a URL; None without cookies."""
    return _pms.cookies(url)


def _open_cache():
    global _cache
    if _cache is None:
        _cache = {}
        if os.path.exists(_CACHE_FILE):
            try:
                stored = _pms.loads(_Files.read(_CACHE_FILE))
                for url in stored:
                    # The original's entries look otherwise; its pages are fetched again.
                    if isinstance(stored[url], dict) and 'expires' in stored[url] and 'content' in stored[url]:
                        _cache[url] = stored[url]
            except:
                exception('The HTTP cache cannot be read')
    return _cache


def _save_cache():
    now = _pms.clock()
    for url in _cache.keys():
        if _cache[url]['expires'] < now:
            del _cache[url]
    _pms.write_file(_CACHE_FILE, _pms.dumps(_cache))


def _key(headers, name):
    for known in headers:
        if known.lower() == name.lower():
            return known
    return name


def _all_headers(headers, posted):
    """Headers as they go out: names with capitals after dashes, the request's own over the general ones."""
    merged = {}
    for given in (_headers, headers or {}):
        for name in given:
            merged[_key(merged, name)] = str(given[name])
    if posted and _key(merged, 'Content-Type') not in merged:
        merged['Content-Type'] = 'application/x-www-form-urlencoded'
    merged['Connection'] = 'close'
    return [('-'.join([part[:1].upper() + part[1:].lower() for part in name.split('-')]), merged[name]) for name in merged]


def _checked(url):
    """The URL as bytes; what urllib2 says to one that is none."""
    if not isinstance(url, basestring):
        raise AttributeError("'%s' object has no attribute 'timeout'" % type(url).__name__)
    if isinstance(url, unicode):
        url = url.encode('utf-8')
    url = str(url).strip()
    if not urllib.splittype(url)[0]:
        raise ValueError('unknown url type: %s' % url)
    return url.replace(' ', '%20')


def _fetch(url, headers, body):
    """The body of a page; None, and lines in the log, if there is none."""
    import urllib2
    kind = urllib.splittype(url)[0]
    if kind not in ('http', 'https'):
        if kind in ('file', 'data', 'ftp'):
            Log('Only pages of the web can be requested: %s' % url, False)
        else:
            Log('Error opening %s: unknown url type: %s' % (url, kind), False)
        return None
    try:
        return _pms.fetch('POST' if body is not None else 'GET', url, headers, body)[0]
    except urllib2.HTTPError, e:
        Log('Error opening %s: HTTP status %s' % (url, e.code), False)
    except urllib2.URLError, e:
        Log('Error opening %s: %s' % (url, e.reason), False)
    return None


def Request(url, values=None, headers={}, cacheTime=None, autoUpdate=False, encoding=None, errors=None, addToLog=True):
    """The body of a page as text; None if it cannot be had. `values` are posted. Pages are kept for `cacheTime` seconds;
    with `autoUpdate` they are fetched again before that time is over."""
    url = _checked(url)
    body = None
    if values:
        body = values if isinstance(values, basestring) else urllib.urlencode(values)
    if cacheTime is None:
        cacheTime = _cache_time
    cached = body is None and cacheTime > 0
    page = None
    if cached:
        stored = _open_cache().get(url)
        if stored is not None and stored['expires'] > _pms.clock():
            if addToLog:
                Log('Loading %s from the cache' % url)
            page = stored['content']
    if page is None:
        if addToLog:
            Log('Requesting %s' % url)
        page = _fetch(url, _all_headers(headers, body is not None), body)
        if page is None:
            return None
        if cached:
            _store(url, page, cacheTime)
    if cached and autoUpdate:
        _update_later(url, headers, cacheTime)
    if encoding is not None or errors is not None:
        import sys
        own = sys.getdefaultencoding()
        page = page.decode(own, errors or 'strict').encode(encoding or own)
    return page


def _store(url, page, cacheTime):
    _open_cache()[url] = {'expires': _pms.clock() + cacheTime, 'content': page, 'cacheTime': cacheTime}
    _Later.save('HTTPCache', _save_cache)


def _update_later(url, headers, cacheTime):
    first = not _updated
    _updated[url] = (dict(headers or {}), cacheTime)
    if first:
        _Later.every(_MAINTENANCE, _MAINTENANCE, _update)


def _update():
    """Fetches what expires before the next time."""
    for url in _updated.keys():
        headers, cacheTime = _updated[url]
        stored = _open_cache().get(url)
        if stored is None or stored['expires'] - _pms.clock() < 2 * _MAINTENANCE:
            page = _fetch(url, _all_headers(headers, False), None)
            if page is not None:
                _store(url, page, cacheTime)


def PreCache(url, values=None, headers={}, cacheTime=None, autoUpdate=False, encoding=None, errors=None, addToLog=True):
    """Fetches a page in the background, so that a later request finds it in the cache."""
    _Later.in_thread(Request, url, values, headers, cacheTime, autoUpdate, encoding, errors, addToLog)
