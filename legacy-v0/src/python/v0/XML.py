"""`PMS.XML`: element trees of XML and HTML pages."""

import _pms
from PMS import HTTP, Plugin
from PMS._Files import read


def Element(name):
    return _pms.element(name)


def ElementWithText(name, text):
    made = _pms.element(name)
    made.text = text
    return made


def ElementFromString(str, use_html_parser=False):
    """The top element of a document; None for None."""
    if str is None:
        return None
    return _pms.html(str) if use_html_parser else _pms.xml(str)


def ElementFromURL(url, use_html_parser=False):
    return ElementFromString(HTTP.Get(url), use_html_parser)


def ElementFromFile(path, use_html_parser=False):
    return ElementFromString(read(path), use_html_parser)


def ElementToString(el):
    return _pms.element_text(el, Plugin.Debug, 'utf-8')


def ElementToFile(el, path):
    _pms.write_file(path, _pms.element_text(el, True, 'utf-8'))


def TextFromElement(el):
    """The text at the start of an element; None for None."""
    return None if el is None else el.text
