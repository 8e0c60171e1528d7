"""`PMS.YAML`."""

import _pms


def ObjectFromString(string):
    return _pms.kit('YAML').ObjectFromString(string)


def ObjectFromURL(url, values=None, headers={}, cacheTime=None, autoUpdate=False, encoding=None, errors=None):
    """In the original this function was broken and always raised this error; plug-ins do not use it."""
    raise NameError("global name 'HTTP' is not defined")
