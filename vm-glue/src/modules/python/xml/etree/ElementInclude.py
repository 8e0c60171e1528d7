"""Limited XInclude support for the ElementTree package (the module xml.etree.ElementInclude)."""

import copy
from xml.etree import ElementTree

XINCLUDE = "{http://www.w3.org/2001/XInclude}"
XINCLUDE_INCLUDE = XINCLUDE + "include"
XINCLUDE_FALLBACK = XINCLUDE + "fallback"


class FatalIncludeError(SyntaxError):
    pass


def default_loader(href, parse, encoding=None):
    """A tree, or the text of a file."""
    with open(href) as file:
        if parse == "xml":
            return ElementTree.parse(file).getroot()
        data = file.read()
        return data.decode(encoding) if encoding else data


def include(elem, loader=None):
    """Replaces the includes below an element by what they name."""
    loader = loader or default_loader
    index = 0
    while index < len(elem):
        child = elem[index]
        if child.tag == XINCLUDE_INCLUDE:
            href = child.get("href")
            kind = child.get("parse", "xml")
            if kind == "xml":
                node = loader(href, kind)
                if node is None:
                    raise FatalIncludeError("cannot load %r as %r" % (href, kind))
                node = copy.copy(node)
                if child.tail:
                    node.tail = (node.tail or "") + child.tail
                elem[index] = node
            elif kind == "text":
                text = loader(href, kind, child.get("encoding"))
                if text is None:
                    raise FatalIncludeError("cannot load %r as %r" % (href, kind))
                if index:
                    before = elem[index - 1]
                    before.tail = (before.tail or "") + text + (child.tail or "")
                else:
                    elem.text = (elem.text or "") + text + (child.tail or "")
                del elem[index]
                continue
            else:
                raise FatalIncludeError("unknown parse type in xi:include tag (%r)" % kind)
        elif child.tag == XINCLUDE_FALLBACK:
            raise FatalIncludeError("xi:fallback tag must be child of xi:include (%r)" % child.tag)
        else:
            include(child, loader)
        index += 1
