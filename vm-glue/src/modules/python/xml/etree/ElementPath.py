"""The module xml.etree.ElementPath: paths as functions. Elements know them natively."""

_cache = {}


def iterfind(elem, path, namespaces=None):
    return elem.iterfind(path, namespaces)


def find(elem, path, namespaces=None):
    return elem.find(path, namespaces)


def findall(elem, path, namespaces=None):
    return elem.findall(path, namespaces)


def findtext(elem, path, default=None, namespaces=None):
    return elem.findtext(path, default, namespaces)
