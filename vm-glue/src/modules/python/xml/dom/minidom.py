"""Documents as trees of nodes (the module xml.dom.minidom). Reading and writing are native (the module _minidom)."""

import _minidom as _native
import xml.dom
from xml.dom import EMPTY_NAMESPACE, EMPTY_PREFIX, XMLNS_NAMESPACE
from xml.dom._nodes import Attr, DocumentFragment, EmptyNodeList, Node, NodeList, TypeInfo, _no_type
from xml.dom._elements import AttributeList, Element, NamedNodeMap, _split
from xml.dom._texts import (CDATASection, CharacterData, Childless, Comment, DocumentType, Entity, Identified, Notation,
                            ProcessingInstruction, Text)

StringTypes = (str, unicode)
_write_data = _native.write_data


class ReadOnlySequentialNamedNodeMap(object):
    """The entities and notations of a document type."""

    __slots__ = '_seq',

    def __init__(self, seq=()):
        self._seq = seq

    def __len__(self):
        return len(self._seq)

    def _get_length(self):
        return len(self._seq)

    length = property(_get_length, doc="Number of entries in the NamedNodeMap.")

    def getNamedItem(self, name):
        for node in self._seq:
            if node.nodeName == name:
                return node

    def getNamedItemNS(self, namespaceURI, localName):
        for node in self._seq:
            if node.namespaceURI == namespaceURI and node.localName == localName:
                return node

    def __getitem__(self, name):
        node = self.getNamedItemNS(*name) if isinstance(name, tuple) else self.getNamedItem(name)
        if node is None:
            raise KeyError(name)
        return node

    def item(self, index):
        return self._seq[index] if 0 <= index < len(self._seq) else None

    def __getstate__(self):
        return [self._seq]

    def __setstate__(self, state):
        self._seq = state[0]

    def _refused(self, *args):
        raise xml.dom.NoModificationAllowedErr("NamedNodeMap instance is read-only")

    removeNamedItem = removeNamedItemNS = setNamedItem = setNamedItemNS = _refused


class DOMImplementation:
    _features = [("core", "1.0"), ("core", "2.0"), ("core", None), ("xml", "1.0"), ("xml", "2.0"), ("xml", None),
                 ("ls-load", "3.0"), ("ls-load", None)]

    def hasFeature(self, feature, version):
        return (feature.lower(), version or None) in self._features

    def createDocument(self, namespaceURI, qualifiedName, doctype):
        if doctype and doctype.parentNode is not None:
            raise xml.dom.WrongDocumentErr("doctype object owned by another DOM tree")
        doc = self._create_document()
        root = not (namespaceURI is None and qualifiedName is None and doctype is None)
        if not qualifiedName and root:
            raise xml.dom.InvalidCharacterErr("Element with no name")
        if root:
            prefix, local = _split(qualifiedName)
            if prefix == "xml" and namespaceURI != "http://www.w3.org/XML/1998/namespace":
                raise xml.dom.NamespaceErr("illegal use of 'xml' prefix")
            if prefix and not namespaceURI:
                raise xml.dom.NamespaceErr("illegal use of prefix without namespaces")
            element = doc.createElementNS(namespaceURI, qualifiedName)
            if doctype:
                doc.appendChild(doctype)
            doc.appendChild(element)
        if doctype:
            doctype.parentNode = doctype.ownerDocument = doc
        doc.doctype = doctype
        doc.implementation = self
        return doc

    def createDocumentType(self, qualifiedName, publicId, systemId):
        doctype = DocumentType(qualifiedName)
        doctype.publicId = publicId
        doctype.systemId = systemId
        return doctype

    def getInterface(self, feature):
        return self if self.hasFeature(feature, None) else None

    def _create_document(self):
        return Document()


class Document(Node):
    nodeType = Node.DOCUMENT_NODE
    nodeName = "#document"
    nodeValue = None
    attributes = None
    doctype = None
    implementation = DOMImplementation()
    actualEncoding = encoding = standalone = version = documentURI = errorHandler = None
    strictErrorChecking = False
    _child_node_types = (Node.ELEMENT_NODE, Node.PROCESSING_INSTRUCTION_NODE, Node.COMMENT_NODE, Node.DOCUMENT_TYPE_NODE)

    def __init__(self):
        self.childNodes = NodeList()

    def _get_documentElement(self):
        for node in self.childNodes:
            if node.nodeType == Node.ELEMENT_NODE:
                return node

    documentElement = property(_get_documentElement, doc="Top-level element of this document.")

    def _get_doctype(self):
        return self.doctype

    def appendChild(self, node):
        if node.nodeType not in self._child_node_types:
            raise xml.dom.HierarchyRequestErr("%s cannot be child of %s" % (repr(node), repr(self)))
        if node.parentNode is not None:
            node.parentNode.removeChild(node)
        if node.nodeType == Node.ELEMENT_NODE and self._get_documentElement():
            raise xml.dom.HierarchyRequestErr("two document elements disallowed")
        return Node.appendChild(self, node)

    def removeChild(self, oldChild):
        if not _native.unlink_child(self, oldChild):
            raise xml.dom.NotFoundErr()
        if self.doctype is oldChild:
            self.doctype = None
        return oldChild

    def unlink(self):
        self.doctype = None
        Node.unlink(self)

    def cloneNode(self, deep):
        if not deep:
            return None
        clone = self.implementation.createDocument(None, None, None)
        clone.encoding, clone.standalone, clone.version = self.encoding, self.standalone, self.version
        for child in self.childNodes:
            copy = _clone_node(child, deep, clone)
            clone.childNodes.append(copy)
            if copy.nodeType == Node.DOCUMENT_TYPE_NODE:
                clone.doctype = copy
            copy.parentNode = clone
        self._call_user_data_handler(xml.dom.UserDataHandler.NODE_CLONED, self, clone)
        return clone

    def _own(self, node):
        node.ownerDocument = self
        return node

    def createDocumentFragment(self):
        return self._own(DocumentFragment())

    def createElement(self, tagName):
        return self._own(Element(tagName))

    def createElementNS(self, namespaceURI, qualifiedName):
        prefix, local = _split(qualifiedName)
        return self._own(Element(qualifiedName, namespaceURI, prefix))

    def _text(self, kind, data):
        if not isinstance(data, StringTypes):
            raise TypeError("node contents must be a string")
        made = kind()
        made.data = data
        return self._own(made)

    def createTextNode(self, data):
        return self._text(Text, data)

    def createCDATASection(self, data):
        return self._text(CDATASection, data)

    def createComment(self, data):
        return self._own(Comment(data))

    def createProcessingInstruction(self, target, data):
        return self._own(ProcessingInstruction(target, data))

    def createAttribute(self, qName):
        return self._own(Attr(qName))

    def createAttributeNS(self, namespaceURI, qualifiedName):
        prefix, local = _split(qualifiedName)
        return self._own(Attr(qualifiedName, namespaceURI, local, prefix))

    def getElementById(self, id):
        for node in _native.by_name(self, "*", NodeList()):
            for attr in node._attrs.values():
                if attr._is_id and attr.value == id:
                    return node
        return None

    getElementsByTagName = Element.__dict__['getElementsByTagName']
    getElementsByTagNameNS = Element.__dict__['getElementsByTagNameNS']

    def isSupported(self, feature, version):
        return self.implementation.hasFeature(feature, version)

    def importNode(self, node, deep):
        if node.nodeType == Node.DOCUMENT_NODE:
            raise xml.dom.NotSupportedErr("cannot import document nodes")
        if node.nodeType == Node.DOCUMENT_TYPE_NODE:
            raise xml.dom.NotSupportedErr("cannot import document type nodes")
        return _clone_node(node, deep, self)

    def writexml(self, writer, indent="", addindent="", newl="", encoding=None):
        if encoding is None:
            writer.write('<?xml version="1.0" ?>' + newl)
        else:
            writer.write('<?xml version="1.0" encoding="%s"?>%s' % (encoding, newl))
        _native.write(self, writer, indent, addindent, newl)


from xml.dom._copies import _clone_node, renameNode
Document.renameNode = renameNode
_CLASSES = Document, Element, Attr, Text, CDATASection, Comment, ProcessingInstruction, DocumentType, NodeList, \
    Entity, Notation


def _pulled(name, source, **arguments):
    from xml.dom import pulldom
    events = getattr(pulldom, name)(source, **arguments)
    toktype, root = events.getEvent()
    events.expandNode(root)
    events.clear()
    return root


def parse(file, parser=None, bufsize=None):
    """Parse a file into a DOM by filename or file object."""
    if parser is not None or bufsize:
        return _pulled('parse', file, parser=parser, bufsize=bufsize)
    if isinstance(file, StringTypes):
        with open(file, 'rb') as opened:
            return _native.read(opened, _CLASSES)
    return _native.read(file, _CLASSES)


def parseString(string, parser=None):
    """Parse a file into a DOM from a string."""
    if parser is not None:
        return _pulled('parseString', string, parser=parser)
    return _native.read_string(string, _CLASSES)


def getDOMImplementation(features=None):
    if features:
        from xml.dom import domreg
        if isinstance(features, StringTypes):
            features = domreg._parse_feature_string(features)
        for feature, version in features:
            if not Document.implementation.hasFeature(feature, version):
                return None
    return Document.implementation
