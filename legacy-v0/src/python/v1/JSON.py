"""`PMS.JSON`."""

import _pms
from PMS import HTTP


def ObjectFromString(string, encoding=None, errors=None):
    """The value of a JSON text, read strictly and then leniently; None for None."""
    if string is None:
        return None
    return _pms.json(string)


def ObjectFromURL(url, values=None, headers={}, cacheTime=None, autoUpdate=False, encoding=None, errors=None):
    return ObjectFromString(HTTP.Request(url, values=values, headers=headers, cacheTime=cacheTime, autoUpdate=autoUpdate, encoding=encoding, errors=errors))


def StringFromObject(obj):
    return _pms.json_text(obj)
