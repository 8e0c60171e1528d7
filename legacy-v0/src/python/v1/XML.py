"""`PMS.XML`: element trees of XML and HTML pages."""

import _pms
from PMS import HTTP
from PMS._Library import etree


def Element(name, text=None, **attributes):
    """A new element."""
    made = _pms.element(name)
    if text is not None:
        made.text = text
    for key in attributes:
        made.set(key, attributes[key])
    return made


def ElementFromString(string, isHTML=False):
    """The top element of a document; None for None."""
    if string is None:
        return None
    return _pms.html(string) if isHTML else _pms.xml(string)


def ElementFromURL(url, isHTML=False, values=None, headers={}, cacheTime=None, autoUpdate=False, encoding=None, errors=None):
    """The top element of a page; None if it cannot be had."""
    page = HTTP.Request(url, values=values, headers=headers, cacheTime=cacheTime, autoUpdate=autoUpdate, encoding=encoding, errors=errors)
    return ElementFromString(page, isHTML)


def StringFromElement(el, encoding='utf8', method=None):
    """An element as text, indented while debugging. `method` may be 'text' or 'html'."""
    return _pms.element_text(el, _pms.debug, encoding, method)


def ObjectFromString(string):
    """A document as an object whose attributes are its elements; None for None."""
    return None if string is None else _pms.kit('XML').ObjectFromString(string)


def ObjectFromURL(url, values=None, headers={}, cacheTime=None, autoUpdate=False, encoding=None, errors=None):
    return ObjectFromString(HTTP.Request(url, values=values, headers=headers, cacheTime=cacheTime, autoUpdate=autoUpdate, encoding=encoding, errors=errors))


def StringFromObject(obj, encoding='utf8'):
    return _pms.kit('XML').StringFromObject(obj, encoding)
