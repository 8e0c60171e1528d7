"""`PMS.YAML`."""

import _pms


def DictFromString(str):
    return _pms.kit('YAML').ObjectFromString(str)


def DictFromURL(url):
    """In the original this function was broken and always raised this error; plug-ins do not use it."""
    raise NameError("global name 'HTTP' is not defined")
