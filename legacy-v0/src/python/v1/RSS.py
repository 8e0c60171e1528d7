"""`PMS.RSS`: feeds."""

import _pms
from PMS import HTTP


def FeedFromString(feed):
    return _pms.kit('RSS').FeedFromString(feed)


def FeedFromURL(url, values=None, headers={}, cacheTime=None, autoUpdate=False, encoding=None, errors=None):
    return FeedFromString(HTTP.Request(url, values=values, headers=headers, cacheTime=cacheTime, autoUpdate=autoUpdate, encoding=encoding, errors=errors))
