# lxml.cssselect: CSS selectors as objects.

import _lxml
from lxml import etree

SelectorError = _lxml.SelectorError
SelectorSyntaxError = _lxml.SelectorSyntaxError
ExpressionError = _lxml.ExpressionError


class CSSSelector(etree.XPath):
    def __init__(self, css, namespaces=None, translator='xml'):
        etree.XPath.__init__(self, _lxml.to_xpath(css, translator), namespaces=namespaces)
        self.css = css

    def __repr__(self):
        return '<CSSSelector %x for %r>' % (id(self), self.css)
