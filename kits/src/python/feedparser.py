# The module feedparser over the framework's own reader of feeds.

import _feedparser

__version__ = '5.0'

# Other names of keys; the first of several that is there counts.
ALIASES = {'channel': 'feed', 'items': 'entries', 'guid': 'id', 'date': 'updated', 'date_parsed': 'updated_parsed',
           'description': ['summary', 'subtitle'], 'url': ['href'], 'modified': 'updated',
           'modified_parsed': 'updated_parsed', 'issued': 'published', 'issued_parsed': 'published_parsed',
           'copyright': 'rights', 'copyright_detail': 'rights_detail', 'tagline': 'subtitle',
           'tagline_detail': 'subtitle_detail'}


class ThingsNobodyCaresAboutButMe(Exception):
    pass


class CharacterEncodingOverride(ThingsNobodyCaresAboutButMe):
    pass


class CharacterEncodingUnknown(ThingsNobodyCaresAboutButMe):
    pass


class NonXMLContentType(ThingsNobodyCaresAboutButMe):
    pass


class UndeclaredNamespace(Exception):
    pass


class SAXParseException(Exception):
    def __init__(self, message, line, column):
        Exception.__init__(self, message)
        self._message, self._line, self._column = message, line, column

    def getMessage(self):
        return self._message

    def getLineNumber(self):
        return self._line

    def getColumnNumber(self):
        return self._column

    def __str__(self):
        return '<unknown>:%d:%d: %s' % (self._line, self._column, self._message)


class FeedParserDict(dict):
    def _computed(self, key):
        if key == 'category':
            return dict.__getitem__(self, 'tags')[0]['term']
        if key == 'categories':
            return [(tag['scheme'], tag['term']) for tag in dict.__getitem__(self, 'tags')]
        links = dict.__getitem__(self, 'links')
        if key == 'enclosures':
            found = [link for link in links if link.get('rel') == 'enclosure']
            return [FeedParserDict([item for item in link.items() if item[0] != 'rel']) for link in found]
        for link in links:
            if link.get('rel') == 'license' and 'href' in link:
                return link['href']
        raise KeyError(key)

    def __getitem__(self, key):
        if key in ('category', 'categories', 'enclosures', 'license'):
            try:
                return self._computed(key)
            except IndexError:
                raise KeyError(key)
        real = ALIASES.get(key, key)
        if isinstance(real, list):
            for name in real:
                if dict.__contains__(self, name):
                    return dict.__getitem__(self, name)
        elif dict.__contains__(self, real):
            return dict.__getitem__(self, real)
        return dict.__getitem__(self, key)

    def __setitem__(self, key, value):
        real = ALIASES.get(key, key)
        if isinstance(real, list):
            real = real[0]
        dict.__setitem__(self, real, value)

    def get(self, key, default=None):
        try:
            return self[key]
        except KeyError:
            return default

    def setdefault(self, key, value=None):
        if not self.has_key(key):
            self[key] = value
        return self[key]

    def has_key(self, key):
        try:
            self[key]
        except KeyError:
            return False
        return True

    def __contains__(self, key):
        return self.has_key(key)

    def __getattr__(self, key):
        try:
            if key[:2] != '__':
                return self[key]
        except KeyError:
            pass
        raise AttributeError("object has no attribute '%s'" % key)

    def __setattr__(self, key, value):
        if key[:1] == '_' or key == 'data':
            dict.__setattr__(self, key, value)
        else:
            self[key] = value


def parse(url_file_stream_or_string, etag=None, modified=None, agent=None, referrer=None, handlers=[]):
    source = url_file_stream_or_string
    if hasattr(source, 'read'):
        source = source.read()
    elif isinstance(source, basestring) and source[:7].lower() in ('http://', 'https:/'):
        import urllib2
        source = urllib2.urlopen(source).read()
    return _feedparser.parse(source)
