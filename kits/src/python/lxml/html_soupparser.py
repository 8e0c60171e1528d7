# lxml.html.soupparser: trees from what BeautifulSoup makes of a page.

from lxml import html
from lxml.html import html_parser
import BeautifulSoup as _soups

__all__ = ['fromstring', 'parse', 'convert_tree']


def fromstring(data, beautifulsoup=None, makeelement=None, **bsargs):
    return _parse(data, beautifulsoup, makeelement, **bsargs)


def parse(file, beautifulsoup=None, makeelement=None, **bsargs):
    if not hasattr(file, 'read'):
        file = open(file)
    return _parse(file, beautifulsoup, makeelement, **bsargs).getroottree()


def convert_tree(beautiful_soup_tree, makeelement=None):
    root = _convert_root(beautiful_soup_tree, makeelement or html_parser.makeelement)
    children = list(root)
    for child in children:
        root.remove(child)
    return children


def _parse(source, beautifulsoup, makeelement, **bsargs):
    if beautifulsoup is None:
        beautifulsoup = _soups.BeautifulSoup
    bsargs.setdefault('convertEntities', 'html')
    tree = beautifulsoup(source, **bsargs)
    root = _convert_root(tree, makeelement or html_parser.makeelement)
    if len(root) == 1 and root[0].tag == 'html' and not (root.text or '').strip():
        return root[0]
    root.tag = 'html'
    return root


def _convert_root(tree, makeelement):
    made = makeelement('html')
    _add(made, tree, makeelement)
    return made


def _add(element, tag, makeelement):
    last = None
    for child in tag.contents:
        if isinstance(child, _soups.Tag):
            last = makeelement(child.name)
            for name, value in child.attrs:
                last.set(name, value)
            element.append(last)
            _add(last, child, makeelement)
        elif type(child) is _soups.Comment:
            last = html.HtmlComment and _comment(unicode(child))
            element.append(last)
        elif type(child) in (_soups.NavigableString, _soups.CData):
            text = unicode.__getslice__(child, 0, len(child))
            if last is None:
                element.text = (element.text or '') + text
            else:
                last.tail = (last.tail or '') + text


def _comment(text):
    from lxml import etree
    return etree.Comment(text)
