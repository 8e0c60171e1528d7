"""`PMS.Plist`: property lists."""

import _pms
from PMS import HTTP


def ObjectFromString(string):
    return _pms.kit('Plist').ObjectFromString(string)


def ObjectFromURL(url, values=None, headers={}, cacheTime=None, autoUpdate=False, encoding=None, errors=None):
    return ObjectFromString(HTTP.Request(url, values=values, headers=headers, cacheTime=cacheTime, autoUpdate=autoUpdate, encoding=encoding, errors=errors))


def StringFromObject(obj):
    return _pms.kit('Plist').StringFromObject(obj)
