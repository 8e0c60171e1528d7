"""Documents as trees of nodes (the module xml.dom.minidom)."""

import xml.dom as _dom
from xml.dom import EMPTY_NAMESPACE, EMPTY_PREFIX, XMLNS_NAMESPACE


class Node(object):
    """A node of a document."""

    ELEMENT_NODE, ATTRIBUTE_NODE, TEXT_NODE, CDATA_SECTION_NODE, ENTITY_REFERENCE_NODE = 1, 2, 3, 4, 5
    ENTITY_NODE, PROCESSING_INSTRUCTION_NODE, COMMENT_NODE, DOCUMENT_NODE = 6, 7, 8, 9
    DOCUMENT_TYPE_NODE, DOCUMENT_FRAGMENT_NODE, NOTATION_NODE = 10, 11, 12
    namespaceURI = None
    prefix = EMPTY_PREFIX
    parentNode = None
    ownerDocument = None
    nextSibling = None
    previousSibling = None
    nodeValue = None
    attributes = None
    localName = None
    _child_types = ()

    def __nonzero__(self):
        return True

    def toxml(self, encoding=None):
        return self.toprettyxml("", "", encoding)

    def toprettyxml(self, indent="\t", newl="\n", encoding=None):
        parts = _Parts()
        if self.nodeType == Node.DOCUMENT_NODE:
            self.writexml(parts, "", indent, newl, encoding)
        else:
            self.writexml(parts, "", indent, newl)
        text = "".join(parts.parts)
        return text if encoding is None else text.encode(encoding)

    def hasChildNodes(self):
        return bool(self.childNodes)

    @property
    def firstChild(self):
        return self.childNodes[0] if self.childNodes else None

    @property
    def lastChild(self):
        return self.childNodes[-1] if self.childNodes else None

    def _check_child(self, node):
        if node.nodeType not in self._child_types:
            raise _dom.HierarchyRequestErr("%s cannot be child of %s" % (repr(node), repr(self)))

    def insertBefore(self, newChild, refChild):
        if newChild.nodeType == Node.DOCUMENT_FRAGMENT_NODE:
            for child in tuple(newChild.childNodes):
                self.insertBefore(child, refChild)
            return newChild
        self._check_child(newChild)
        if newChild.parentNode is not None:
            newChild.parentNode.removeChild(newChild)
        if refChild is None:
            return self.appendChild(newChild)
        for index, child in enumerate(self.childNodes):
            if child is refChild:
                break
        else:
            raise _dom.NotFoundErr()
        self.childNodes.insert(index, newChild)
        newChild.parentNode = self
        self._link(index)
        return newChild

    def _link(self, index):
        """Tells the node at a place who its neighbours are, and them."""
        node = self.childNodes[index]
        node.previousSibling = self.childNodes[index - 1] if index else None
        node.nextSibling = self.childNodes[index + 1] if index + 1 < len(self.childNodes) else None
        if node.previousSibling is not None:
            node.previousSibling.nextSibling = node
        if node.nextSibling is not None:
            node.nextSibling.previousSibling = node

    def appendChild(self, node):
        if node.nodeType == Node.DOCUMENT_FRAGMENT_NODE:
            for child in tuple(node.childNodes):
                self.appendChild(child)
            return node
        self._check_child(node)
        if node.parentNode is not None:
            node.parentNode.removeChild(node)
        self.childNodes.append(node)
        node.parentNode = self
        self._link(len(self.childNodes) - 1)
        return node

    def replaceChild(self, newChild, oldChild):
        if newChild is oldChild:
            return None
        self.insertBefore(newChild, oldChild)
        return self.removeChild(oldChild)

    def removeChild(self, oldChild):
        for index, child in enumerate(self.childNodes):
            if child is oldChild:
                break
        else:
            raise _dom.NotFoundErr()
        del self.childNodes[index]
        if oldChild.previousSibling is not None:
            oldChild.previousSibling.nextSibling = oldChild.nextSibling
        if oldChild.nextSibling is not None:
            oldChild.nextSibling.previousSibling = oldChild.previousSibling
        oldChild.nextSibling = oldChild.previousSibling = oldChild.parentNode = None
        return oldChild

    def normalize(self):
        kept = []
        for child in self.childNodes:
            if child.nodeType == Node.TEXT_NODE:
                if not child.data:
                    continue
                if kept and kept[-1].nodeType == Node.TEXT_NODE:
                    kept[-1].data += child.data
                    continue
            elif child.nodeType == Node.ELEMENT_NODE:
                child.normalize()
            kept.append(child)
        self.childNodes[:] = kept
        for index in range(len(kept)):
            self._link(index)

    def cloneNode(self, deep):
        return _clone(self, deep, self.ownerDocument or self)

    def isSameNode(self, other):
        return self is other

    def isSupported(self, feature, version):
        return self.ownerDocument.implementation.hasFeature(feature, version)

    def unlink(self):
        self.parentNode = self.ownerDocument = None
        for child in self.childNodes:
            child.unlink()
        if self.childNodes:
            self.childNodes = NodeList()
        self.previousSibling = self.nextSibling = None

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.unlink()


class _Parts(object):
    def __init__(self):
        self.parts = []
        self.write = self.parts.append


class NodeList(list):
    """The children of a node."""

    def item(self, index):
        return self[index] if 0 <= index < len(self) else None

    @property
    def length(self):
        return len(self)


def _write_data(writer, data):
    if data:
        writer.write(data.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;").replace(">", "&gt;"))


class DocumentFragment(Node):
    nodeType = Node.DOCUMENT_FRAGMENT_NODE
    nodeName = "#document-fragment"
    _child_types = (Node.ELEMENT_NODE, Node.PROCESSING_INSTRUCTION_NODE, Node.COMMENT_NODE, Node.TEXT_NODE,
                    Node.CDATA_SECTION_NODE, Node.ENTITY_REFERENCE_NODE, Node.NOTATION_NODE)

    def __init__(self):
        self.childNodes = NodeList()

    def writexml(self, writer, indent="", addindent="", newl=""):
        for child in self.childNodes:
            child.writexml(writer, indent, addindent, newl)


class Attr(Node):
    nodeType = Node.ATTRIBUTE_NODE
    specified = False
    ownerElement = None

    def __init__(self, qName, namespaceURI=EMPTY_NAMESPACE, localName=None, prefix=None):
        self.nodeName = self.name = qName
        self.namespaceURI = namespaceURI
        self.localName = localName or qName.split(":", 1)[-1]
        self.prefix = prefix
        self.childNodes = NodeList()
        self.value = ""

    @property
    def nodeValue(self):
        return self.value

    @nodeValue.setter
    def nodeValue(self, value):
        self.value = value

    @property
    def isId(self):
        return False


class NamedNodeMap(object):
    """The attributes of an element."""

    def __init__(self, element):
        self._element = element
        self._attrs = element._attrs

    @property
    def length(self):
        return len(self._attrs)

    def item(self, index):
        names = self._attrs.keys()
        return self._attrs[names[index]] if 0 <= index < len(names) else None

    def items(self):
        return [(name, attr.value) for name, attr in self._attrs.items()]

    def itemsNS(self):
        return [((attr.namespaceURI, attr.localName), attr.value) for attr in self._attrs.values()]

    def keys(self):
        return self._attrs.keys()

    def keysNS(self):
        return [(attr.namespaceURI, attr.localName) for attr in self._attrs.values()]

    def values(self):
        return self._attrs.values()

    def get(self, name, value=None):
        return self._attrs.get(name, value)

    def has_key(self, name):
        return name in self._attrs

    __contains__ = has_key

    def __len__(self):
        return len(self._attrs)

    def __getitem__(self, name):
        if isinstance(name, tuple):
            found = self.getNamedItemNS(*name)
            if found is None:
                raise KeyError(name)
            return found
        return self._attrs[name]

    def __setitem__(self, name, value):
        if isinstance(value, basestring):
            self._element.setAttribute(name, value)
        elif isinstance(value, Attr):
            self._element.setAttributeNode(value)
        else:
            raise TypeError("value must be a string or Attr object")

    def __delitem__(self, name):
        self._element.removeAttribute(name)

    def getNamedItem(self, name):
        return self._attrs.get(name)

    def getNamedItemNS(self, namespaceURI, localName):
        for attr in self._attrs.values():
            if attr.namespaceURI == namespaceURI and attr.localName == localName:
                return attr
        return None

    def removeNamedItem(self, name):
        if name not in self._attrs:
            raise _dom.NotFoundErr()
        return self._attrs.pop(name)

    def setNamedItem(self, node):
        return self._element.setAttributeNode(node)

    setNamedItemNS = setNamedItem

AttributeList = NamedNodeMap


class Element(Node):
    nodeType = Node.ELEMENT_NODE
    schemaType = None
    _child_types = DocumentFragment._child_types

    def __init__(self, tagName, namespaceURI=EMPTY_NAMESPACE, prefix=None, localName=None):
        from collections import OrderedDict
        self.tagName = self.nodeName = tagName
        self.prefix = prefix
        self.namespaceURI = namespaceURI
        self._local = localName
        self.childNodes = NodeList()
        self._attrs = OrderedDict()

    @property
    def localName(self):
        return self._local or self.tagName.split(":", 1)[-1]

    @property
    def attributes(self):
        return NamedNodeMap(self)

    def getAttribute(self, attname):
        attr = self._attrs.get(attname)
        return "" if attr is None else attr.value

    def getAttributeNS(self, namespaceURI, localName):
        attr = self.getAttributeNodeNS(namespaceURI, localName)
        return "" if attr is None else attr.value

    def setAttribute(self, attname, value):
        attr = self._attrs.get(attname)
        if attr is None:
            attr = Attr(attname)
            attr.ownerDocument = self.ownerDocument
            attr.ownerElement = self
            self._attrs[attname] = attr
        attr.value = value

    def setAttributeNS(self, namespaceURI, qualifiedName, value):
        attr = self.getAttributeNodeNS(namespaceURI, qualifiedName.split(":", 1)[-1])
        if attr is None:
            prefix, colon, local = qualifiedName.rpartition(":")
            attr = Attr(qualifiedName, namespaceURI, local, prefix or None)
            attr.ownerDocument = self.ownerDocument
            attr.ownerElement = self
            self._attrs[qualifiedName] = attr
        attr.value = value

    def getAttributeNode(self, attrname):
        return self._attrs.get(attrname)

    def getAttributeNodeNS(self, namespaceURI, localName):
        return self.attributes.getNamedItemNS(namespaceURI, localName)

    def setAttributeNode(self, attr):
        if attr.ownerElement not in (None, self):
            raise _dom.InuseAttributeErr("attribute node already owned")
        old = self._attrs.get(attr.name)
        self._attrs[attr.name] = attr
        attr.ownerElement = self
        return old if old is not attr else None

    setAttributeNodeNS = setAttributeNode

    def removeAttribute(self, name):
        if name not in self._attrs:
            raise _dom.NotFoundErr()
        del self._attrs[name]

    def removeAttributeNS(self, namespaceURI, localName):
        attr = self.getAttributeNodeNS(namespaceURI, localName)
        if attr is None:
            raise _dom.NotFoundErr()
        del self._attrs[attr.name]

    def removeAttributeNode(self, node):
        return self._attrs.pop(node.name)

    def hasAttribute(self, name):
        return name in self._attrs

    def hasAttributeNS(self, namespaceURI, localName):
        return self.getAttributeNodeNS(namespaceURI, localName) is not None

    def hasAttributes(self):
        return bool(self._attrs)

    def getElementsByTagName(self, name):
        return _by_name(self, name, NodeList())

    def getElementsByTagNameNS(self, namespaceURI, localName):
        return _by_name_ns(self, namespaceURI, localName, NodeList())

    def __repr__(self):
        return "<DOM Element: %s at %#x>" % (self.tagName, id(self))

    def writexml(self, writer, indent="", addindent="", newl=""):
        writer.write(indent + "<" + self.tagName)
        for name in sorted(self._attrs.keys()):
            writer.write(" %s=\"" % name)
            _write_data(writer, self._attrs[name].value)
            writer.write("\"")
        if not self.childNodes:
            writer.write("/>%s" % newl)
            return
        writer.write(">")
        if len(self.childNodes) == 1 and self.childNodes[0].nodeType == Node.TEXT_NODE:
            self.childNodes[0].writexml(writer, '', '', '')
        else:
            writer.write(newl)
            for child in self.childNodes:
                child.writexml(writer, indent + addindent, addindent, newl)
            writer.write(indent)
        writer.write("</%s>%s" % (self.tagName, newl))


def _by_name(parent, name, found):
    for node in parent.childNodes:
        if node.nodeType == Node.ELEMENT_NODE and (name == "*" or node.tagName == name):
            found.append(node)
        _by_name(node, name, found)
    return found


def _by_name_ns(parent, uri, local, found):
    for node in parent.childNodes:
        if node.nodeType == Node.ELEMENT_NODE:
            if (local == "*" or node.localName == local) and (uri == "*" or node.namespaceURI == uri):
                found.append(node)
            _by_name_ns(node, uri, local, found)
    return found


class Childless(object):
    """What has no children."""

    childNodes = ()
    attributes = None

    def _refused(self, *args):
        raise _dom.HierarchyRequestErr(self.nodeName + " nodes do not have children")

    appendChild = insertBefore = replaceChild = _refused

    def removeChild(self, oldChild):
        raise _dom.NotFoundErr(self.nodeName + " nodes do not have children")

    def hasChildNodes(self):
        return False

    def normalize(self):
        pass


class ProcessingInstruction(Childless, Node):
    nodeType = Node.PROCESSING_INSTRUCTION_NODE

    def __init__(self, target, data):
        self.target = self.nodeName = target
        self.data = self.nodeValue = data

    def writexml(self, writer, indent="", addindent="", newl=""):
        writer.write("%s<?%s %s?>%s" % (indent, self.target, self.data, newl))


class CharacterData(Childless, Node):
    data = ""

    @property
    def length(self):
        return len(self.data)

    __len__ = lambda self: len(self.data)

    @property
    def nodeValue(self):
        return self.data

    @nodeValue.setter
    def nodeValue(self, data):
        self.data = data

    def __repr__(self):
        data = self.data
        return "<DOM %s node \"%r%s\">" % (self.__class__.__name__, data[0:10], "..." if len(data) > 10 else "")

    def _checked(self, offset, count=0):
        if offset < 0:
            raise _dom.IndexSizeErr("offset cannot be negative")
        if offset > len(self.data):
            raise _dom.IndexSizeErr("offset cannot be beyond end of data")
        if count < 0:
            raise _dom.IndexSizeErr("count cannot be negative")

    def substringData(self, offset, count):
        self._checked(offset, count)
        return self.data[offset:offset + count]

    def appendData(self, arg):
        self.data += arg

    def insertData(self, offset, arg):
        self._checked(offset)
        self.data = self.data[:offset] + arg + self.data[offset:]

    def deleteData(self, offset, count):
        self._checked(offset, count)
        self.data = self.data[:offset] + self.data[offset + count:]

    def replaceData(self, offset, count, arg):
        self._checked(offset, count)
        self.data = self.data[:offset] + arg + self.data[offset + count:]


class Text(CharacterData):
    nodeType = Node.TEXT_NODE
    nodeName = "#text"

    def splitText(self, offset):
        self._checked(offset)
        made = self.__class__()
        made.data = self.data[offset:]
        made.ownerDocument = self.ownerDocument
        if self.parentNode is not None:
            self.parentNode.insertBefore(made, self.nextSibling)
        self.data = self.data[:offset]
        return made

    def writexml(self, writer, indent="", addindent="", newl=""):
        _write_data(writer, "%s%s%s" % (indent, self.data, newl))

    @property
    def wholeText(self):
        parts = [self.data]
        node = self.previousSibling
        while node is not None and node.nodeType in (Node.TEXT_NODE, Node.CDATA_SECTION_NODE):
            parts.insert(0, node.data)
            node = node.previousSibling
        node = self.nextSibling
        while node is not None and node.nodeType in (Node.TEXT_NODE, Node.CDATA_SECTION_NODE):
            parts.append(node.data)
            node = node.nextSibling
        return ''.join(parts)


class Comment(CharacterData):
    nodeType = Node.COMMENT_NODE
    nodeName = "#comment"

    def __init__(self, data):
        self.data = data

    def writexml(self, writer, indent="", addindent="", newl=""):
        if "--" in self.data:
            raise ValueError("'--' is not allowed in a comment node")
        writer.write("%s<!--%s-->%s" % (indent, self.data, newl))


class CDATASection(Text):
    nodeType = Node.CDATA_SECTION_NODE
    nodeName = "#cdata-section"

    def writexml(self, writer, indent="", addindent="", newl=""):
        if "]]>" in self.data:
            raise ValueError("']]>' not allowed in a CDATA section")
        writer.write("<![CDATA[%s]]>" % self.data)


class DocumentType(Childless, Node):
    nodeType = Node.DOCUMENT_TYPE_NODE
    publicId = systemId = internalSubset = None

    def __init__(self, qualifiedName):
        self.name = self.nodeName = qualifiedName

    def writexml(self, writer, indent="", addindent="", newl=""):
        writer.write("<!DOCTYPE " + self.name)
        if self.publicId:
            writer.write("%s  PUBLIC '%s'%s  '%s'" % (newl, self.publicId, newl, self.systemId))
        elif self.systemId:
            writer.write("%s  SYSTEM '%s'" % (newl, self.systemId))
        writer.write(">" + newl)


class DOMImplementation(object):
    def hasFeature(self, feature, version):
        return (feature.lower(), version or None) in [("core", "1.0"), ("core", "2.0"), ("core", None), ("xml", "1.0"),
                                                      ("xml", "2.0"), ("xml", None)]

    def createDocument(self, namespaceURI, qualifiedName, doctype):
        made = Document()
        if doctype is not None:
            doctype.ownerDocument = made
            made.appendChild(doctype)
        if qualifiedName:
            made.appendChild(made.createElementNS(namespaceURI, qualifiedName))
        return made

    def createDocumentType(self, qualifiedName, publicId, systemId):
        made = DocumentType(qualifiedName)
        made.publicId = publicId
        made.systemId = systemId
        return made

    def getInterface(self, feature):
        return self if self.hasFeature(feature, None) else None


class Document(Node):
    nodeType = Node.DOCUMENT_NODE
    nodeName = "#document"
    implementation = DOMImplementation()
    encoding = standalone = version = None
    _child_types = (Node.ELEMENT_NODE, Node.PROCESSING_INSTRUCTION_NODE, Node.COMMENT_NODE, Node.DOCUMENT_TYPE_NODE)

    def __init__(self):
        self.childNodes = NodeList()

    def _check_child(self, node):
        Node._check_child(self, node)
        if node.nodeType == Node.ELEMENT_NODE and self.documentElement not in (None, node):
            raise _dom.HierarchyRequestErr("two document elements disallowed")

    @property
    def documentElement(self):
        for node in self.childNodes:
            if node.nodeType == Node.ELEMENT_NODE:
                return node
        return None

    @property
    def doctype(self):
        for node in self.childNodes:
            if node.nodeType == Node.DOCUMENT_TYPE_NODE:
                return node
        return None

    def _made(self, node):
        node.ownerDocument = self
        return node

    def createDocumentFragment(self):
        return self._made(DocumentFragment())

    def createElement(self, tagName):
        return self._made(Element(tagName))

    def createElementNS(self, namespaceURI, qualifiedName):
        prefix, colon, local = qualifiedName.rpartition(":")
        return self._made(Element(qualifiedName, namespaceURI, prefix or None, local))

    def createTextNode(self, data):
        if not isinstance(data, basestring):
            raise TypeError("node contents must be a string")
        made = Text()
        made.data = data
        return self._made(made)

    def createCDATASection(self, data):
        if not isinstance(data, basestring):
            raise TypeError("node contents must be a string")
        made = CDATASection()
        made.data = data
        return self._made(made)

    def createComment(self, data):
        return self._made(Comment(data))

    def createProcessingInstruction(self, target, data):
        return self._made(ProcessingInstruction(target, data))

    def createAttribute(self, qName):
        return self._made(Attr(qName))

    def createAttributeNS(self, namespaceURI, qualifiedName):
        prefix, colon, local = qualifiedName.rpartition(":")
        return self._made(Attr(qualifiedName, namespaceURI, local, prefix or None))

    def getElementsByTagName(self, name):
        return _by_name(self, name, NodeList())

    def getElementsByTagNameNS(self, namespaceURI, localName):
        return _by_name_ns(self, namespaceURI, localName, NodeList())

    def getElementById(self, id):
        return None

    def importNode(self, node, deep):
        if node.nodeType in (Node.DOCUMENT_NODE, Node.DOCUMENT_TYPE_NODE):
            raise _dom.NotSupportedErr("cannot import %s nodes" % node.nodeName)
        return _clone(node, deep, self)

    def writexml(self, writer, indent="", addindent="", newl="", encoding=None):
        if encoding is None:
            writer.write('<?xml version="1.0" ?>' + newl)
        else:
            writer.write('<?xml version="1.0" encoding="%s"?>%s' % (encoding, newl))
        for node in self.childNodes:
            node.writexml(writer, indent, addindent, newl)


def _clone(node, deep, document):
    kind = node.nodeType
    if kind == Node.ELEMENT_NODE:
        made = document.createElementNS(node.namespaceURI, node.nodeName)
        for attr in node._attrs.values():
            made.setAttributeNS(attr.namespaceURI, attr.nodeName, attr.value)
    elif kind == Node.TEXT_NODE:
        made = document.createTextNode(node.data)
    elif kind == Node.CDATA_SECTION_NODE:
        made = document.createCDATASection(node.data)
    elif kind == Node.COMMENT_NODE:
        made = document.createComment(node.data)
    elif kind == Node.PROCESSING_INSTRUCTION_NODE:
        made = document.createProcessingInstruction(node.target, node.data)
    elif kind == Node.ATTRIBUTE_NODE:
        made = document.createAttributeNS(node.namespaceURI, node.nodeName)
        made.value = node.value
    elif kind == Node.DOCUMENT_FRAGMENT_NODE:
        made = document.createDocumentFragment()
    elif kind == Node.DOCUMENT_NODE:
        made = document = Document()
    elif kind == Node.DOCUMENT_TYPE_NODE:
        made = DocumentType(node.name)
        made.publicId, made.systemId = node.publicId, node.systemId
    else:
        raise _dom.NotSupportedErr("Cannot clone node %s" % repr(node))
    if deep:
        for child in node.childNodes:
            made.appendChild(_clone(child, True, document))
    return made


# ---- reading

_SEPARATOR = u' '


class _Builder(object):
    """Makes a document of what a parser reports."""

    def __init__(self):
        from xml.parsers import expat
        self.parser = expat.ParserCreate(namespace_separator=None)
        self.parser.buffer_text = True
        self.parser.ordered_attributes = True
        for name in ('StartElement', 'EndElement', 'CharacterData', 'Comment', 'ProcessingInstruction'):
            setattr(self.parser, name + 'Handler', getattr(self, '_' + name))
        self.parser.StartCdataSectionHandler = self._start_cdata
        self.parser.EndCdataSectionHandler = self._end_cdata
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.XmlDeclHandler = self._declaration
        self.document = Document()
        self._at = self.document
        self._namespaces = [{u'xml': u'http://www.w3.org/XML/1998/namespace'}]
        self._cdata = None

    def _add(self, node):
        # The parser has checked the order: no need to do so again.
        children = self._at.childNodes
        if children:
            node.previousSibling = children[-1]
            children[-1].nextSibling = node
        children.append(node)
        node.parentNode = self._at
        node.ownerDocument = self.document
        return node

    def _StartElement(self, name, attributes):
        scope = self._namespaces[-1]
        pairs = zip(attributes[::2], attributes[1::2])
        own = [(key, value) for key, value in pairs if key == 'xmlns' or key.startswith('xmlns:')]
        if own:
            scope = dict(scope)
            for key, value in own:
                scope[key[6:] if key != 'xmlns' else None] = value or None
        self._namespaces.append(scope)
        prefix, colon, local = name.rpartition(':')
        if colon and prefix not in scope:
            from xml.parsers import expat
            raise expat.make_error(27, 'unbound prefix', self.parser.CurrentLineNumber,
                                   self.parser.CurrentColumnNumber)
        element = Element(name, scope.get(prefix if colon else None), prefix or None, local)
        self._add(element)
        for key, value in pairs:
            before, colon, local = key.rpartition(':')
            uri = scope.get(before) if colon else None
            if key == 'xmlns' or before == 'xmlns':
                uri = XMLNS_NAMESPACE
            attr = Attr(key, uri, local, before or None)
            attr.value = value
            attr.ownerDocument = self.document
            attr.ownerElement = element
            attr.specified = True
            element._attrs[key] = attr
        self._at = element

    def _EndElement(self, name):
        self._namespaces.pop()
        self._at = self._at.parentNode

    def _CharacterData(self, data):
        if self._cdata is not None:
            self._cdata.data += data
            return
        children = self._at.childNodes
        if children and children[-1].nodeType == Node.TEXT_NODE:
            children[-1].data += data
            return
        node = Text()
        node.data = data
        self._add(node)

    def _start_cdata(self):
        self._cdata = self._add(CDATASection())

    def _end_cdata(self):
        self._cdata = None

    def _Comment(self, data):
        self._add(Comment(data))

    def _ProcessingInstruction(self, target, data):
        self._add(ProcessingInstruction(target, data))

    def _doctype(self, name, system, public, internal):
        node = DocumentType(name)
        node.systemId, node.publicId = system, public
        self._add(node)

    def _declaration(self, version, encoding, standalone):
        self.document.version = version
        self.document.encoding = encoding
        if standalone >= 0:
            self.document.standalone = bool(standalone)


def parse(file, parser=None, bufsize=None):
    """A document from a file or the name of one."""
    builder = _Builder()
    if isinstance(file, basestring):
        with open(file, 'rb') as opened:
            builder.parser.ParseFile(opened)
    else:
        builder.parser.ParseFile(file)
    return builder.document


def parseString(string, parser=None):
    """A document from a string."""
    builder = _Builder()
    # Text is encoded as Python 2 does it: by the default codec.
    builder.parser.Parse(str(string) if isinstance(string, unicode) else string, True)
    return builder.document


def getDOMImplementation(features=None):
    return Document.implementation
