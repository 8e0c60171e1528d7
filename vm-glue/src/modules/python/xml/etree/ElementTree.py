"""Trees of elements. Elements, parsers, builders and what writes trees are native (the module _elementtree)."""

import sys as _sys
import _elementtree as _native
from xml.etree import ElementPath
from xml.parsers import expat

__all__ = ["Comment", "dump", "Element", "ElementTree", "fromstring", "fromstringlist", "iselement", "iterparse",
           "parse", "ParseError", "PI", "ProcessingInstruction", "QName", "SubElement", "tostring", "tostringlist",
           "TreeBuilder", "VERSION", "XML", "XMLParser", "XMLTreeBuilder"]

VERSION = "1.3.0"


class ParseError(SyntaxError):
    def __str__(self):
        return str(self.args[0]) if self.args else "None"


class Element(_native.ElementType):
    def copy(self):
        made = self.makeelement(self.tag, self.attrib)
        made.text = self.text
        made.tail = self.tail
        made[:] = self
        return made

_Element = _ElementInterface = Element
SubElement = _native.AnySubElement


def iselement(element):
    return isinstance(element, _native.ElementType) or hasattr(element, "tag")


def Comment(text=None):
    element = Element(Comment)
    element.text = text
    return element


def ProcessingInstruction(target, text=None):
    element = Element(ProcessingInstruction)
    element.text = target + " " + text if text else target
    return element

PI = ProcessingInstruction


class QName(object):
    def __init__(self, text_or_uri, tag=None):
        self.text = "{%s}%s" % (text_or_uri, tag) if tag else text_or_uri

    def __str__(self):
        return self.text

    def __hash__(self):
        return hash(self.text)

    def __cmp__(self, other):
        return cmp(self.text, other.text if isinstance(other, QName) else other)


def _warned(path):
    import warnings
    warnings.warn("This search is broken in 1.3 and earlier, and will be fixed in a future version.  If you rely on "
                  "the current behaviour, change it to %r" % path, FutureWarning, stacklevel=3)
    return path


class ElementTree(object):
    def __init__(self, element=None, file=None):
        self._root = element
        if file:
            self.parse(file)

    def getroot(self):
        return self._root

    def _setroot(self, element):
        self._root = element

    def parse(self, source, parser=None):
        opened = not hasattr(source, "read")
        if opened:
            source = open(source, "rb")
        try:
            if not parser:
                parser = XMLParser(target=TreeBuilder())
            while True:
                data = source.read(65536)
                if not data:
                    break
                parser.feed(data)
            self._root = parser.close()
            return self._root
        finally:
            if opened:
                source.close()

    def iter(self, tag=None):
        return self._root.iter(tag)

    def getiterator(self, tag=None):
        return list(self.iter(tag))

    def find(self, path, namespaces=None):
        return self._root.find(_warned("." + path) if path[:1] == "/" else path, namespaces)

    def findtext(self, path, default=None, namespaces=None):
        return self._root.findtext(_warned("." + path) if path[:1] == "/" else path, default, namespaces)

    def findall(self, path, namespaces=None):
        return self._root.findall(_warned("." + path) if path[:1] == "/" else path, namespaces)

    def iterfind(self, path, namespaces=None):
        return self._root.iterfind(_warned("." + path) if path[:1] == "/" else path, namespaces)

    def write(self, file_or_filename, encoding=None, xml_declaration=None, default_namespace=None, method=None):
        head, write = _writing(encoding, xml_declaration, default_namespace, method)
        if hasattr(file_or_filename, "write"):
            if head:
                file_or_filename.write(head)
            file_or_filename.write(write(self._root, _native.serialize_joined))
            return
        with open(file_or_filename, "wb") as file:
            if head:
                file.write(head)
            file.write(write(self._root, _native.serialize_joined))

    def write_c14n(self, file):
        return self.write(file, method="c14n")


def _writing(encoding, declaration, default_namespace, method):
    """What stands before a tree, and a function that gives the tree's text."""
    if not method:
        method = "xml"
    elif method not in ("xml", "html", "text"):
        raise ValueError("unknown method %r" % method)
    head = None
    if not encoding:
        encoding = "us-ascii"
    elif method == "xml" and (declaration or declaration is None and encoding not in ("utf-8", "us-ascii")):
        head = "<?xml version='1.0' encoding='%s'?>\n" % encoding

    def write(root, serialize):
        return serialize(root, encoding, method, default_namespace, _namespace_map, Comment, PI, QName)
    return head, write

_namespace_map = {
    "http://www.w3.org/XML/1998/namespace": "xml",
    "http://www.w3.org/1999/xhtml": "html",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://schemas.xmlsoap.org/wsdl/": "wsdl",
    "http://www.w3.org/2001/XMLSchema": "xs",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi",
    "http://purl.org/dc/elements/1.1/": "dc",
}
HTML_EMPTY = set("area base basefont br col frame hr img input isindex link meta param".split())


def register_namespace(prefix, uri):
    if prefix[:2] == "ns" and prefix[2:].isdigit():
        raise ValueError("Prefix format reserved for internal use")
    for known, value in _namespace_map.items():
        if known == uri or value == prefix:
            del _namespace_map[known]
    _namespace_map[uri] = prefix


def tostringlist(element, encoding=None, method=None):
    head, write = _writing(encoding, None, None, method)
    pieces = write(element, _native.serialize)
    return [head] + pieces if head else pieces


def tostring(element, encoding=None, method=None):
    head, write = _writing(encoding, None, None, method)
    text = write(element, _native.serialize_joined)
    return head + text if head else text


def dump(elem):
    if not isinstance(elem, ElementTree):
        elem = ElementTree(elem)
    elem.write(_sys.stdout)
    tail = elem.getroot().tail
    if not tail or tail[-1] != "\n":
        _sys.stdout.write("\n")


class TreeBuilder(_native.TreeBuilderType):
    _element_class = Element


class XMLParser(_native.XMLParserType):
    _element_class = Element
    _builder_class = TreeBuilder

    def doctype(self, name, pubid, system):
        """This method of XMLParser is deprecated."""

    _doctype_unheard = doctype

XMLTreeBuilder = XMLParser


def parse(source, parser=None):
    tree = ElementTree()
    tree.parse(source, parser)
    return tree


def XML(text, parser=None):
    if not parser:
        parser = XMLParser(target=TreeBuilder())
    parser.feed(text)
    return parser.close()

fromstring = XML


def fromstringlist(sequence, parser=None):
    if not parser:
        parser = XMLParser(target=TreeBuilder())
    for text in sequence:
        parser.feed(text)
    return parser.close()


def XMLID(text, parser=None):
    tree = XML(text, parser)
    ids = {}
    for element in tree.iter():
        name = element.get("id")
        if name:
            ids[name] = element
    return tree, ids


class _IterParseIterator(object):
    """The events of a document with its elements; `root` is there when they are used up."""

    def __init__(self, source, events, parser, close_source=False):
        self._file = source
        self._close_file = close_source
        self._events = []
        self._parser = parser
        self._error = None
        self.root = self._root = None
        parser._want(events)

    def __iter__(self):
        return self

    def next(self):
        while True:
            if self._events:
                return self._events.pop()
            if self._error:
                error, self._error = self._error, None
                raise error
            if self._parser is None:
                self.root = self._root
                if self._close_file:
                    self._file.close()
                raise StopIteration
            parser = self._parser
            try:
                data = self._file.read(16384)
                if data:
                    parser.feed(data)
                else:
                    self._parser = None
                    self._root = parser.close()
            except SyntaxError as error:
                self._error = error
            self._events = parser._events()[::-1]


def iterparse(source, events=None, parser=None):
    close_source = not hasattr(source, "read")
    if close_source:
        source = open(source, "rb")
    try:
        return _IterParseIterator(source, events, parser or XMLParser(target=TreeBuilder()), close_source)
    except:
        if close_source:
            source.close()
        raise
