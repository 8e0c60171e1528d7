"""`PMS.RSS`: feeds."""

import os
import _pms
from PMS import Log
from PMS._Files import read

# Feeds were fetched by the feed parser itself, which had its own headers.
_HEADERS = [
    ('A-Im', 'feed'), ('Accept-Encoding', 'gzip'), ('Connection', 'close'),
    ('Accept', 'application/atom+xml,application/rdf+xml,application/rss+xml,application/x-netcdf,'
               'application/xml;q=0.9,text/xml;q=0.2,*/*;q=0.1'),
    ('User-Agent', 'UniversalFeedParser/5.0 +http://feedparser.org/'),
]


def _fetch(url):
    """The text of a feed; an empty one if it cannot be had."""
    import urllib2
    Log.Add('Requesting %s' % url)
    try:
        return _pms.fetch('GET', url.replace(' ', '%20'), _HEADERS, None)[0]
    except urllib2.HTTPError, e:
        Log.Add('Error opening %s: HTTP status %s' % (url, e.code), False)
    except urllib2.URLError, e:
        Log.Add('Error opening %s: %s' % (url, e.reason), False)
    return ''


def Parse(feed):
    """A feed from its text, its address, or a file."""
    if feed.startswith('feed:'):
        feed = feed[5:] if '://' in feed[5:] else 'http:' + feed[5:]
    if feed.startswith('http://') or feed.startswith('https://'):
        feed = _fetch(feed)
    elif '<' not in feed and os.path.exists(feed):
        feed = read(feed)
    return _pms.kit('RSS').FeedFromString(feed)
