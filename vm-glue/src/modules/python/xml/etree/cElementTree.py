"""The module xml.etree.cElementTree: elements of a native type that has only its own attributes."""

from _elementtree import Element, SubElement, TreeBuilder, XMLParser
import xml.etree.ElementTree as ElementTree
from xml.etree.ElementTree import QName, dump, iselement, register_namespace, tostring, tostringlist
from xml.etree import ElementPath

VERSION = "1.0.6"
XMLTreeBuilder = XMLParser


class ParseError(SyntaxError):
    pass

ParseError.__module__ = 'cElementTree'


class _Maker:
    """A function that is equal to the one of ElementTree."""

    def __init__(self, tag, text):
        self._tag, self._text = tag, text

    def __call__(self, *args):
        element = Element(self._tag)
        element.text = self._text(*args)
        return element

    def __cmp__(self, other):
        return cmp(self._tag, other)


Comment = _Maker(ElementTree.Comment, lambda text=None: text)
PI = ProcessingInstruction = _Maker(ElementTree.PI, lambda target, text=None: target + " " + text if text else target)


def parse(source, parser=None):
    tree = ElementTree()
    tree.parse(source, parser)
    return tree


class ElementTree_(ElementTree.ElementTree):
    def parse(self, source, parser=None):
        close_source = not hasattr(source, "read")
        if close_source:
            source = open(source, "rb")
        try:
            if parser is not None:
                while True:
                    data = source.read(65536)
                    if not data:
                        break
                    parser.feed(data)
                self._root = parser.close()
            else:
                self._root = XMLParser()._parse(source)
            return self._root
        finally:
            if close_source:
                source.close()

_Tree = ElementTree_
_Tree.__name__ = 'ElementTree'
_Tree.__module__ = 'cElementTree'


_Events = ElementTree._IterParseIterator


class iterparse(_Events):
    def __init__(self, file, events=None):
        opened = not hasattr(file, 'read')
        if opened:
            file = open(file, 'rb')
        _Events.__init__(self, file, events, XMLParser(), opened)

iterparse.__module__ = 'cElementTree'


def XML(text, parser=None):
    if parser is None:
        parser = XMLParser()
    parser.feed(text)
    return parser.close()

fromstring = XML


def fromstringlist(sequence, parser=None):
    if parser is None:
        parser = XMLParser()
    for text in sequence:
        parser.feed(text)
    return parser.close()


def XMLID(text):
    tree = XML(text)
    ids = {}
    for element in tree.iter():
        name = element.get("id")
        if name:
            ids[name] = element
    return tree, ids

ElementTree = _Tree
del _Tree, ElementTree_
