"""Messages read from files and strings."""

from email.feedparser import FeedParser
from email.message import Message

__all__ = ['Parser', 'HeaderParser']


class Parser:
    def __init__(self, *args, **kws):
        self._class = args[0] if args else kws.get('_class', Message)

    def parse(self, fp, headersonly=False):
        feedparser = FeedParser(self._class)
        if headersonly:
            feedparser._set_headersonly()
        while True:
            data = fp.read(8192)
            if not data:
                break
            feedparser.feed(data)
        return feedparser.close()

    def parsestr(self, text, headersonly=False):
        from cStringIO import StringIO
        return self.parse(StringIO(text), headersonly=headersonly)


class HeaderParser(Parser):
    def parse(self, fp, headersonly=True):
        return Parser.parse(self, fp, True)

    def parsestr(self, text, headersonly=True):
        return Parser.parsestr(self, text, True)
