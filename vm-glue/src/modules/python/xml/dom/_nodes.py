# The nodes of xml.dom.minidom that have children or belong to elements. Whole trees are made, searched and written
# natively (the module _minidom).
__name__ = 'xml.dom.minidom'

import _minidom as _native
import xml.dom as _dom
from xml.dom import EMPTY_NAMESPACE, EMPTY_PREFIX, XMLNS_NAMESPACE
from xml.dom.minicompat import NodeList, EmptyNodeList


class Node(_dom.Node):
    namespaceURI = None
    parentNode = None
    ownerDocument = None
    nextSibling = None
    previousSibling = None
    prefix = EMPTY_PREFIX
    _child_node_types = ()

    def __nonzero__(self):
        return True

    def toxml(self, encoding=None):
        return self.toprettyxml("", "", encoding)

    def toprettyxml(self, indent="\t", newl="\n", encoding=None):
        from StringIO import StringIO
        writer = StringIO()
        if encoding is not None:
            import codecs
            writer = codecs.lookup(encoding)[3](writer)
        if self.nodeType == Node.DOCUMENT_NODE:
            self.writexml(writer, "", indent, newl, encoding)
        else:
            self.writexml(writer, "", indent, newl)
        return writer.getvalue()

    def writexml(self, writer, indent="", addindent="", newl=""):
        _native.write(self, writer, indent, addindent, newl)

    def hasChildNodes(self):
        return bool(self.childNodes)

    def _get_childNodes(self):
        return self.childNodes

    def _get_firstChild(self):
        return self.childNodes[0] if self.childNodes else None

    def _get_lastChild(self):
        return self.childNodes[-1] if self.childNodes else None

    firstChild = property(_get_firstChild, doc="First child node, or None.")
    lastChild = property(_get_lastChild, doc="Last child node, or None.")

    def _take(self, node):
        # What may not be here is refused; what is elsewhere is taken from there.
        if node.nodeType not in self._child_node_types:
            raise _dom.HierarchyRequestErr("%s cannot be child of %s" % (repr(node), repr(self)))
        if node.parentNode is not None:
            node.parentNode.removeChild(node)

    def insertBefore(self, newChild, refChild):
        if newChild.nodeType == self.DOCUMENT_FRAGMENT_NODE:
            for child in tuple(newChild.childNodes):
                self.insertBefore(child, refChild)
            return newChild
        self._take(newChild)
        if refChild is None:
            self.appendChild(newChild)
            return newChild
        index = _native.index(self, refChild)
        if index is None:
            raise _dom.NotFoundErr()
        _native.link(self, newChild, index)
        return newChild

    def appendChild(self, node):
        if node.nodeType == self.DOCUMENT_FRAGMENT_NODE:
            for child in tuple(node.childNodes):
                self.appendChild(child)
            return node
        self._take(node)
        _native.link(self, node, None)
        return node

    def replaceChild(self, newChild, oldChild):
        if newChild.nodeType == self.DOCUMENT_FRAGMENT_NODE:
            behind = oldChild.nextSibling
            self.removeChild(oldChild)
            return self.insertBefore(newChild, behind)
        if newChild.nodeType not in self._child_node_types:
            raise _dom.HierarchyRequestErr("%s cannot be child of %s" % (repr(newChild), repr(self)))
        if newChild is oldChild:
            return
        if newChild.parentNode is not None:
            newChild.parentNode.removeChild(newChild)
        index = _native.index(self, oldChild)
        if index is None:
            raise _dom.NotFoundErr()
        _native.unlink_child(self, oldChild)
        _native.link(self, newChild, index)
        return oldChild

    def removeChild(self, oldChild):
        if not _native.unlink_child(self, oldChild):
            raise _dom.NotFoundErr()
        return oldChild

    def normalize(self):
        _native.normalize(self)

    def cloneNode(self, deep):
        from xml.dom._copies import _clone_node
        return _clone_node(self, deep, self.ownerDocument or self)

    def isSupported(self, feature, version):
        return self.ownerDocument.implementation.hasFeature(feature, version)

    def _get_localName(self):
        return None

    localName = property(_get_localName, doc="Namespace-local name of this node.")

    def isSameNode(self, other):
        return self is other

    def getInterface(self, feature):
        return self if self.isSupported(feature, None) else None

    def getUserData(self, key):
        return self.__dict__.get('_user_data', {}).get(key, (None,))[0]

    def setUserData(self, key, data, handler):
        kept = self.__dict__.setdefault('_user_data', {})
        old = kept.get(key, (None,))[0]
        if data is None:
            kept.pop(key, None)
        else:
            kept[key] = (data, handler)
        return old

    def _call_user_data_handler(self, operation, src, dst):
        for key, (data, handler) in self.__dict__.get('_user_data', {}).items():
            if handler is not None:
                handler.handle(operation, key, data, src, dst)

    def unlink(self):
        self.parentNode = self.ownerDocument = None
        if self.childNodes:
            for child in self.childNodes:
                child.unlink()
            self.childNodes = NodeList()
        self.previousSibling = None
        self.nextSibling = None


class DocumentFragment(Node):
    nodeType = Node.DOCUMENT_FRAGMENT_NODE
    nodeName = "#document-fragment"
    nodeValue = None
    attributes = None
    localName = None
    _child_node_types = (Node.ELEMENT_NODE, Node.PROCESSING_INSTRUCTION_NODE, Node.COMMENT_NODE, Node.TEXT_NODE,
                         Node.CDATA_SECTION_NODE, Node.ENTITY_REFERENCE_NODE, Node.NOTATION_NODE)

    def __init__(self):
        self.childNodes = NodeList()


class Attr(Node):
    nodeType = Node.ATTRIBUTE_NODE
    attributes = None
    ownerElement = None
    specified = False
    _is_id = False
    _child_node_types = (Node.TEXT_NODE, Node.ENTITY_REFERENCE_NODE)

    def __init__(self, qName, namespaceURI=EMPTY_NAMESPACE, localName=None, prefix=None):
        own = self.__dict__
        own["nodeName"] = own["name"] = qName
        own["namespaceURI"] = namespaceURI
        own["prefix"] = prefix
        own["value"] = own["nodeValue"] = ""

    def _get_children(self):
        # The text of the attribute as a node, made when somebody looks.
        from xml.dom.minidom import Text
        made = Text()
        made.data = self.value
        made.ownerDocument = self.ownerDocument
        self.__dict__["childNodes"] = children = NodeList()
        _native.link(self, made, None)
        return children

    childNodes = property(_get_children)

    def _get_localName(self):
        return self.nodeName.split(":", 1)[-1]

    localName = property(_get_localName, doc="Namespace-local name of this attribute.")

    def _get_specified(self):
        return self.specified

    def __setattr__(self, name, value):
        own = self.__dict__
        if name in ("value", "nodeValue"):
            own["value"] = own["nodeValue"] = value
            if "childNodes" in own and own["childNodes"]:
                own["childNodes"][0].data = value
        elif name in ("name", "nodeName"):
            own["name"] = own["nodeName"] = value
        else:
            own[name] = value

    def _get_isId(self):
        return self._is_id

    isId = property(_get_isId, doc="True if this attribute is an ID.")

    def _get_schemaType(self):
        return _no_type

    schemaType = property(_get_schemaType, doc="Schema type for this attribute.")

    def unlink(self):
        element = self.ownerElement
        if element is not None:
            element._attrs.pop(self.nodeName, None)
        Node.unlink(self)


class TypeInfo(object):
    __slots__ = 'namespace', 'name'

    def __init__(self, namespace, name):
        self.namespace = namespace
        self.name = name

    def __repr__(self):
        if self.namespace:
            return "<TypeInfo %r (from %r)>" % (self.name, self.namespace)
        return "<TypeInfo %r>" % self.name

_no_type = TypeInfo(None, None)
