"""Trees of elements (the module xml.etree.ElementTree)."""

import re as _re
import sys as _sys
from xml.parsers import expat as _expat

__all__ = ["Comment", "dump", "Element", "ElementTree", "fromstring", "fromstringlist", "iselement", "iterparse",
           "parse", "ParseError", "PI", "ProcessingInstruction", "QName", "SubElement", "tostring", "tostringlist",
           "TreeBuilder", "VERSION", "XML", "XMLParser", "XMLTreeBuilder", "XMLID"]

VERSION = "1.3.0"


class ParseError(SyntaxError):
    def __str__(self):
        return str(self.args[0]) if self.args else ""


def iselement(element):
    return isinstance(element, Element) or hasattr(element, "tag")


class Element(object):
    """An element: its tag, attributes, text, children, and the text behind it."""

    tag = None
    attrib = None
    text = None
    tail = None

    def __init__(self, tag, attrib={}, **extra):
        attrib = attrib.copy()
        attrib.update(extra)
        self.tag = tag
        self.attrib = attrib
        self._children = []

    def __repr__(self):
        return "<Element %s at 0x%x>" % (repr(self.tag), id(self))

    def makeelement(self, tag, attrib):
        return self.__class__(tag, attrib)

    def copy(self):
        made = self.makeelement(self.tag, self.attrib)
        made.text = self.text
        made.tail = self.tail
        made[:] = self
        return made

    __copy__ = copy

    def __len__(self):
        return len(self._children)

    def __nonzero__(self):
        return len(self._children) != 0

    def __getitem__(self, index):
        return self._children[index]

    def __setitem__(self, index, element):
        self._children[index] = list(element) if isinstance(index, slice) else element

    def __delitem__(self, index):
        del self._children[index]

    def __iter__(self):
        return iter(self._children)

    def append(self, element):
        self._children.append(element)

    def extend(self, elements):
        self._children.extend(elements)

    def insert(self, index, element):
        self._children.insert(index, element)

    def remove(self, element):
        self._children.remove(element)

    def getchildren(self):
        return self._children

    def find(self, path, namespaces=None):
        for found in _find(self, path, namespaces):
            return found
        return None

    def findtext(self, path, default=None, namespaces=None):
        found = self.find(path, namespaces)
        return default if found is None else found.text or ""

    def findall(self, path, namespaces=None):
        return list(_find(self, path, namespaces))

    def iterfind(self, path, namespaces=None):
        return _find(self, path, namespaces)

    def clear(self):
        self.attrib.clear()
        self._children = []
        self.text = self.tail = None

    def get(self, key, default=None):
        return self.attrib.get(key, default)

    def set(self, key, value):
        self.attrib[key] = value

    def keys(self):
        return self.attrib.keys()

    def items(self):
        return self.attrib.items()

    def iter(self, tag=None):
        if tag == "*":
            tag = None
        # Without recursion: trees may be deep.
        waiting = [iter((self,))]
        while waiting:
            for element in waiting[-1]:
                if tag is None or element.tag == tag:
                    yield element
                waiting.append(iter(element))
                break
            else:
                waiting.pop()

    def getiterator(self, tag=None):
        return list(self.iter(tag))

    def itertext(self):
        if not isinstance(self.tag, basestring) and self.tag is not None:
            return
        if self.text:
            yield self.text
        for child in self:
            for text in child.itertext():
                yield text
            if child.tail:
                yield child.tail

_Element = _ElementInterface = Element


def SubElement(parent, tag, attrib={}, **extra):
    attrib = attrib.copy()
    attrib.update(extra)
    made = parent.makeelement(tag, attrib)
    parent.append(made)
    return made


def Comment(text=None):
    element = Element(Comment)
    element.text = text
    return element


def ProcessingInstruction(target, text=None):
    element = Element(ProcessingInstruction)
    element.text = target if not text else target + " " + text
    return element

PI = ProcessingInstruction


class QName(object):
    """A qualified name."""

    def __init__(self, text_or_uri, tag=None):
        self.text = "{%s}%s" % (text_or_uri, tag) if tag else text_or_uri

    def __str__(self):
        return self.text

    def __hash__(self):
        return hash(self.text)

    def __cmp__(self, other):
        return cmp(self.text, other.text if isinstance(other, QName) else other)


# ---- paths

_TOKENS = _re.compile(r"('[^']*'|\"[^\"]*\"|::|//?|\.\.|\(\)|[/.*:\[\]\(\)@=])|((?:\{[^}]+\})?[^/\[\]\(\)@=\s]+)|\s+")
_steps_of = {}


def _tokens(path, namespaces):
    for token in _TOKENS.findall(path):
        name = token[1]
        if name and name[0] != '{' and ':' in name:
            prefix, local = name.split(':', 1)
            if not namespaces or prefix not in namespaces:
                raise SyntaxError("prefix %r not found in prefix map" % prefix)
            yield token[0], '{%s}%s' % (namespaces[prefix], local)
        elif name or token[0]:
            yield token


def _find(element, path, namespaces=None):
    if path[-1:] == "/":
        path += "*"
    key = path, None if not namespaces else tuple(sorted(namespaces.items()))
    steps = _steps_of.get(key)
    if steps is None:
        if path[:1] == "/":
            raise SyntaxError("cannot use absolute path on element")
        steps = _compile(list(_tokens(path, namespaces)))
        if len(_steps_of) > 100:
            _steps_of.clear()
        _steps_of[key] = steps
    found = iter((element,))
    root = element
    for step in steps:
        found = step(root, found)
    return found


def _children(tag):
    def step(root, elements):
        for element in elements:
            for child in element:
                if tag == '*' or child.tag == tag:
                    yield child
    return step


def _descendants(tag):
    def step(root, elements):
        for element in elements:
            for below in element.iter(None if tag == '*' else tag):
                if below is not element:
                    yield below
    return step


def _same(root, elements):
    return elements


def _parents(root, elements):
    parent_of = {}
    for element in root.iter():
        for child in element:
            parent_of[child] = element
    seen = []
    for element in elements:
        parent = parent_of.get(element)
        if parent is not None and not any(parent is known for known in seen):
            seen.append(parent)
            yield parent


def _positions(index):
    def step(root, elements):
        parent_of = {}
        for element in root.iter():
            for child in element:
                parent_of[child] = element
        for element in elements:
            parent = parent_of.get(element)
            if parent is None:
                continue
            same = [child for child in parent if child.tag == element.tag]
            if -len(same) <= index < len(same) and same[index] is element:
                yield element
    return step


def _filter(test):
    def step(root, elements):
        for element in elements:
            if test(element):
                yield element
    return step


def _predicate(signature, values):
    if signature == '@-':
        return _filter(lambda element: element.get(values[1]) is not None)
    if signature == "@-='":
        return _filter(lambda element: element.get(values[1]) == values[3])
    if signature == '-' and not _re.match(r'\d+$', values[0]):
        return _filter(lambda element: element.find(values[0]) is not None)
    if signature == "-='" and not _re.match(r'\d+$', values[0]):
        return _filter(lambda element: any(''.join(found.itertext()) == values[2]
                                           for found in element.findall(values[0])))
    if signature == '-':
        return _positions(int(values[0]) - 1)
    if signature in ('-()', '-()-'):
        if values[0] != 'last':
            raise SyntaxError("unsupported function")
        offset = -1
        if signature == '-()-':
            try:
                offset = int(values[2]) - 1
            except ValueError:
                raise SyntaxError("unsupported expression")
        return _positions(offset)
    raise SyntaxError("invalid predicate")


def _compile(tokens):
    steps = []
    at = 0
    while at < len(tokens):
        symbol, name = tokens[at]
        at += 1
        if symbol == '/':
            continue
        if symbol == '//':
            if at >= len(tokens):
                raise SyntaxError("invalid path")
            inner_symbol, inner = tokens[at]
            at += 1
            if inner_symbol == '*':
                inner = '*'
            elif inner_symbol:
                raise SyntaxError("invalid descendant")
            steps.append(_descendants(inner))
        elif symbol == '*':
            steps.append(_children('*'))
        elif symbol == '.':
            steps.append(_same)
        elif symbol == '..':
            steps.append(_parents)
        elif symbol == '[':
            signature, values = [], []
            while True:
                if at >= len(tokens):
                    raise SyntaxError("invalid path")
                symbol, name = tokens[at]
                at += 1
                if symbol == ']':
                    break
                if symbol and symbol[0] in "'\"":
                    signature.append("'")
                    values.append(symbol[1:-1])
                else:
                    signature.append(symbol or '-')
                    values.append(name)
            steps.append(_predicate(''.join(signature), values))
        elif name:
            steps.append(_children(name))
        else:
            raise SyntaxError("invalid path")
    return steps


# ---- whole documents

class ElementTree(object):
    """A document."""

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
            if parser is None:
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

    def _path(self, path):
        return "." + path if path[:1] == "/" else path

    def find(self, path, namespaces=None):
        return self._root.find(self._path(path), namespaces)

    def findtext(self, path, default=None, namespaces=None):
        return self._root.findtext(self._path(path), default, namespaces)

    def findall(self, path, namespaces=None):
        return self._root.findall(self._path(path), namespaces)

    def iterfind(self, path, namespaces=None):
        return self._root.iterfind(self._path(path), namespaces)

    def write(self, file_or_filename, encoding=None, xml_declaration=None, default_namespace=None, method=None):
        method = method or "xml"
        if method not in ("xml", "html", "text", "c14n"):
            raise ValueError("unknown method %r" % method)
        opened = not hasattr(file_or_filename, "write")
        file = open(file_or_filename, "wb") if opened else file_or_filename
        try:
            encoding = encoding or ("utf-8" if method == "c14n" else "us-ascii")
            parts = []
            if method == "xml" and (xml_declaration or xml_declaration is None and
                                    encoding not in ("utf-8", "us-ascii")):
                parts.append("<?xml version='1.0' encoding='%s'?>\n" % encoding)
            if method == "text":
                for text in self._root.itertext():
                    parts.append(_encoded(text, encoding))
            else:
                names, namespaces = _namespaces(self._root, encoding, default_namespace)
                _serialize(parts.append, self._root, encoding, names, namespaces, method == "html")
            for part in parts:
                file.write(part)
        finally:
            if opened:
                file.close()

    def write_c14n(self, file):
        return self.write(file, method="c14n")


# ---- writing

_prefixes = {
    "http://www.w3.org/XML/1998/namespace": "xml",
    "http://www.w3.org/1999/xhtml": "html",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://schemas.xmlsoap.org/wsdl/": "wsdl",
    "http://www.w3.org/2001/XMLSchema": "xs",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi",
    "http://purl.org/dc/elements/1.1/": "dc",
}
_namespace_map = _prefixes
_EMPTY_HTML = frozenset("area base basefont br col frame hr img input isindex link meta param".split())


def register_namespace(prefix, uri):
    if _re.match(r"ns\d+$", prefix):
        raise ValueError("Prefix format reserved for internal use")
    for known, value in _prefixes.items():
        if known == uri or value == prefix:
            del _prefixes[known]
    _prefixes[uri] = prefix


def _namespaces(root, encoding, default_namespace=None):
    """The names as they are written, by qualified name; the prefixes to declare, by namespace."""
    names = {None: None}
    namespaces = {}
    if default_namespace:
        namespaces[default_namespace] = ""

    def add(name):
        try:
            if name[:1] == "{":
                uri, tag = name[1:].rsplit("}", 1)
                prefix = namespaces.get(uri)
                if prefix is None:
                    prefix = _prefixes.get(uri)
                    if prefix is None:
                        prefix = "ns%d" % len(namespaces)
                    if prefix != "xml":
                        namespaces[uri] = prefix
                names[name] = ("%s:%s" % (prefix, tag) if prefix else tag).encode(encoding)
            else:
                if default_namespace:
                    raise ValueError("cannot use non-qualified names with default_namespace option")
                names[name] = name.encode(encoding)
        except (TypeError, AttributeError):
            _no_text(name)
    for element in root.iter():
        tag = element.tag
        if isinstance(tag, QName):
            if tag.text not in names:
                add(tag.text)
        elif isinstance(tag, basestring):
            if tag not in names:
                add(tag)
        elif tag is not None and tag is not Comment and tag is not PI:
            _no_text(tag)
        for key, value in element.items():
            if isinstance(key, QName):
                key = key.text
            if key not in names:
                add(key)
            if isinstance(value, QName) and value.text not in names:
                add(value.text)
        if isinstance(element.text, QName) and element.text.text not in names:
            add(element.text.text)
    return names, namespaces


def _no_text(value):
    raise TypeError("cannot serialize %r (type %s)" % (value, type(value).__name__))


def _encoded(text, encoding):
    try:
        return text.encode(encoding, "xmlcharrefreplace")
    except (TypeError, AttributeError):
        _no_text(text)


def _escaped(text, encoding):
    try:
        if "&" in text:
            text = text.replace("&", "&amp;")
        if "<" in text:
            text = text.replace("<", "&lt;")
        if ">" in text:
            text = text.replace(">", "&gt;")
        return text.encode(encoding, "xmlcharrefreplace")
    except (TypeError, AttributeError):
        _no_text(text)


def _escaped_attribute(text, encoding, html=False):
    try:
        if "&" in text:
            text = text.replace("&", "&amp;")
        if not html and "<" in text:
            text = text.replace("<", "&lt;")
        if ">" in text:
            text = text.replace(">", "&gt;")
        if '"' in text:
            text = text.replace('"', "&quot;")
        if not html and "\n" in text:
            text = text.replace("\n", "&#10;")
        return text.encode(encoding, "xmlcharrefreplace")
    except (TypeError, AttributeError):
        _no_text(text)


def _serialize(write, element, encoding, names, namespaces, html):
    tag = element.tag
    text = element.text
    if tag is Comment:
        write("<!--%s-->" % _encoded(text, encoding))
    elif tag is ProcessingInstruction:
        write("<?%s?>" % _encoded(text, encoding))
    else:
        name = names[tag.text if isinstance(tag, QName) else tag]
        if name is None:
            if text:
                write(_escaped(text, encoding))
            for child in element:
                _serialize(write, child, encoding, names, None, html)
        else:
            write("<" + name)
            items = element.items()
            if namespaces:
                for uri, prefix in sorted(namespaces.items(), key=lambda pair: pair[1]):
                    write(' xmlns%s="%s"' % (((":" + prefix) if prefix else "").encode(encoding),
                                             _escaped_attribute(uri, encoding)))
            for key, value in sorted(items):
                if isinstance(key, QName):
                    key = key.text
                if isinstance(value, QName):
                    value = names[value.text]
                else:
                    value = _escaped_attribute(value, encoding, html)
                write(' %s="%s"' % (names[key], value))
            if html:
                write(">")
                lower = name.lower()
                if text:
                    write(_encoded(text, encoding) if lower in ("script", "style") else _escaped(text, encoding))
                for child in element:
                    _serialize(write, child, encoding, names, None, html)
                if lower not in _EMPTY_HTML:
                    write("</" + name + ">")
            elif text or len(element):
                write(">")
                if text:
                    write(_escaped(text.text and names[text.text] if isinstance(text, QName) else text, encoding))
                for child in element:
                    _serialize(write, child, encoding, names, None, html)
                write("</" + name + ">")
            else:
                write(" />")
    if element.tail:
        write(_escaped(element.tail, encoding))


class _Out(object):
    def __init__(self):
        self.parts = []
        self.write = self.parts.append


def tostring(element, encoding=None, method=None):
    return "".join(tostringlist(element, encoding, method))


def tostringlist(element, encoding=None, method=None):
    out = _Out()
    ElementTree(element).write(out, encoding, method=method)
    return out.parts


def dump(elem):
    if not isinstance(elem, ElementTree):
        elem = ElementTree(elem)
    elem.write(_sys.stdout)
    tail = elem.getroot().tail
    if not tail or tail[-1] != "\n":
        _sys.stdout.write("\n")


# ---- reading

class TreeBuilder(object):
    """Makes a tree of what a parser reports."""

    def __init__(self, element_factory=None):
        self._data = []
        self._elem = []
        self._last = None
        self._tail = None
        self._factory = element_factory or Element

    def close(self):
        assert len(self._elem) == 0, "missing end tags"
        assert self._last is not None, "missing toplevel element"
        return self._last

    def _flush(self):
        if self._data:
            if self._last is not None:
                text = "".join(self._data)
                if self._tail:
                    self._last.tail = text
                else:
                    self._last.text = text
            self._data = []

    def data(self, data):
        self._data.append(data)

    def start(self, tag, attrs):
        self._flush()
        self._last = element = self._factory(tag, attrs)
        if self._elem:
            self._elem[-1].append(element)
        self._elem.append(element)
        self._tail = 0
        return element

    def end(self, tag):
        self._flush()
        self._last = self._elem.pop()
        self._tail = 1
        return self._last


class XMLParser(object):
    """Reads XML for a target, which is a TreeBuilder unless another is given."""

    def __init__(self, html=0, target=None, encoding=None):
        self._target = self.target = TreeBuilder() if target is None else target
        self._encoding = encoding
        self._parts = []
        self._error = ParseError
        self.entity = {}
        self.version = "Expat 2.2.8"

    def feed(self, data):
        # Text as such is encoded as Python 2 does it: by the default codec.
        self._parts.append(str(data) if isinstance(data, unicode) else data)

    def doctype(self, name, pubid, system):
        pass

    def close(self):
        data, self._parts = "".join(self._parts), []
        events, fault = _expat.events_of(data, self._encoding, True, "}", ParseError)
        if fault is not None and fault.code == 18:
            import codecs
            codecs.lookup(self._encoding or _expat._DECLARED.match(data).group(1))
        self._report(events)
        if fault is not None:
            fault.position = fault.lineno, fault.offset
            raise fault
        close = getattr(self._target, "close", None)
        return close() if close is not None else None

    def _report(self, events):
        target = self._target
        start, end, data = target.start, target.end, target.data
        comment = getattr(target, "comment", None)
        pi = getattr(target, "pi", None)
        for event in events:
            kind = event[0]
            if kind == 0:
                pairs = event[4]
                attributes = {}
                for at in xrange(0, len(pairs), 2):
                    attributes[_fixed(pairs[at])] = pairs[at + 1]
                start(_fixed(event[3]), attributes)
            elif kind == 1:
                end(_fixed(event[3]))
            elif kind == 2:
                data(event[3])
            elif kind == 3:
                if comment is not None:
                    comment(event[3])
            elif kind == 4:
                if pi is not None:
                    pi(event[3], event[4])
            elif kind == 7:
                self._doctype(event)
            elif kind == 12:
                if event[3] not in self.entity:
                    fault = _expat.make_error(11, "undefined entity &%s;" % event[3], event[1], event[2], ParseError)
                    fault.position = event[1], event[2]
                    raise fault
                data(self.entity[event[3]])

    def _doctype(self, event):
        doctype = getattr(self._target, "doctype", None)
        if doctype is not None:
            doctype(event[3], event[5], event[4])


def _fixed(name):
    return "{" + name if "}" in name else name

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


class _IterParse(object):
    """The events of a document with its elements; `root` is there when they are used up."""

    def __init__(self, source, events, parser):
        self._close_file = not hasattr(source, "read")
        self._source = open(source, "rb") if self._close_file else source
        self._wanted = ("end",) if events is None else tuple(events)
        for name in self._wanted:
            if name not in ("start", "end", "start-ns", "end-ns"):
                raise ValueError("unknown event %r" % name)
        self._parser = parser or XMLParser(target=TreeBuilder())
        self._found = None
        self.root = None

    def __iter__(self):
        return self

    def _read(self):
        try:
            data = self._source.read()
        finally:
            if self._close_file:
                self._source.close()
        builder = self._parser._target
        events, fault = _expat.events_of(data, self._parser._encoding, True, "}", ParseError)
        wanted = self._wanted
        for event in events:
            kind = event[0]
            if kind == 10:
                if "start-ns" in wanted:
                    yield "start-ns", (event[3] or "", event[4] or "")
                continue
            if kind == 11:
                if "end-ns" in wanted:
                    yield "end-ns", None
                continue
            self._parser._report((event,))
            if kind == 0 and "start" in wanted:
                yield "start", builder._last
            elif kind == 1 and "end" in wanted:
                yield "end", builder._last
        if fault is not None:
            fault.position = fault.lineno, fault.offset
            raise fault
        self.root = builder.close()

    def next(self):
        if self._found is None:
            self._found = self._read()
        return next(self._found)


def iterparse(source, events=None, parser=None):
    return _IterParse(source, events, parser)
