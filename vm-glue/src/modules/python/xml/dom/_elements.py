# Elements of xml.dom.minidom with their attributes, and copies of nodes.
__name__ = 'xml.dom.minidom'

import _minidom as _native
import xml.dom as _dom
from xml.dom import EMPTY_NAMESPACE, EMPTY_PREFIX, XMLNS_NAMESPACE
from xml.dom._nodes import Attr, DocumentFragment, Node, NodeList, _no_type


def _split(qName):
    prefix, colon, local = qName.partition(":")
    return (prefix, local) if colon else (None, qName)


class NamedNodeMap(object):
    """The attributes of an element."""

    __slots__ = ('_attrs', '_element')

    def __init__(self, attrs, element):
        self._attrs = attrs
        self._element = element

    def _get_length(self):
        return len(self._attrs)

    length = property(_get_length, doc="Number of nodes in the NamedNodeMap.")

    def item(self, index):
        try:
            return self[self._attrs.keys()[index]]
        except IndexError:
            return None

    def items(self):
        return [(attr.nodeName, attr.value) for attr in self._attrs.values()]

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

    def has_key(self, value):
        if isinstance(value, basestring):
            return value in self._attrs
        return self.getNamedItemNS(*value) is not None

    def __len__(self):
        return len(self._attrs)

    def __cmp__(self, other):
        if self._attrs is getattr(other, "_attrs", None):
            return 0
        return cmp(id(self), id(other))

    def __getitem__(self, name):
        if isinstance(name, tuple):
            found = self.getNamedItemNS(*name)
            if found is None:
                raise KeyError(name)
            return found
        return self._attrs[name]

    def __setitem__(self, attname, value):
        if isinstance(value, basestring):
            if attname in self._attrs:
                self._attrs[attname].value = value
            else:
                self._element.setAttribute(attname, value)
        elif not isinstance(value, Attr):
            raise TypeError("value must be a string or Attr object")
        else:
            self.setNamedItem(value)

    def __delitem__(self, name):
        self[name].unlink()

    def getNamedItem(self, name):
        return self._attrs.get(name)

    def getNamedItemNS(self, namespaceURI, localName):
        for attr in self._attrs.values():
            if attr.localName == localName and attr.namespaceURI == namespaceURI:
                return attr
        return None

    def _removed(self, attr):
        if attr is None:
            raise _dom.NotFoundErr()
        del self._attrs[attr.nodeName]
        attr.__dict__.pop('ownerElement', None)
        return attr

    def removeNamedItem(self, name):
        return self._removed(self.getNamedItem(name))

    def removeNamedItemNS(self, namespaceURI, localName):
        return self._removed(self.getNamedItemNS(namespaceURI, localName))

    def setNamedItem(self, node):
        if not isinstance(node, Attr):
            raise _dom.HierarchyRequestErr("%s cannot be child of %s" % (repr(node), repr(self)))
        old = self._attrs.get(node.name)
        if old:
            old.unlink()
        self._attrs[node.name] = node
        node.ownerElement = self._element
        return old

    def setNamedItemNS(self, node):
        return self.setNamedItem(node)

AttributeList = NamedNodeMap


class Element(Node):
    nodeType = Node.ELEMENT_NODE
    nodeValue = None
    schemaType = _no_type
    _child_node_types = DocumentFragment._child_node_types

    def __init__(self, tagName, namespaceURI=EMPTY_NAMESPACE, prefix=None, localName=None):
        self.tagName = self.nodeName = tagName
        self.prefix = prefix
        self.namespaceURI = namespaceURI
        self.childNodes = NodeList()
        self._attrs = {}

    def _get_localName(self):
        return self.tagName.split(":", 1)[-1]

    localName = property(_get_localName, doc="Namespace-local name of this element.")

    def _get_tagName(self):
        return self.tagName

    def _get_attributes(self):
        return NamedNodeMap(self._attrs, self)

    attributes = property(_get_attributes, doc="NamedNodeMap of attributes on the element.")

    def unlink(self):
        for attr in self._attrs.values():
            attr.unlink()
        self._attrs = {}
        Node.unlink(self)

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
            attr.value = value
            self.setAttributeNode(attr)
        elif value != attr.value:
            attr.value = value

    def setAttributeNS(self, namespaceURI, qualifiedName, value):
        prefix, local = _split(qualifiedName)
        attr = self.getAttributeNodeNS(namespaceURI, local)
        if attr is None:
            attr = Attr(qualifiedName, namespaceURI, local, prefix)
            attr.ownerDocument = self.ownerDocument
            attr.value = value
            self.setAttributeNode(attr)
            return
        if attr.nodeName != qualifiedName:
            del self._attrs[attr.nodeName]
            attr.prefix, attr.nodeName = prefix, qualifiedName
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
        if old is None:
            old = self.getAttributeNodeNS(attr.namespaceURI, attr.localName)
        if old is attr:
            return attr
        if old is not None:
            self.removeAttributeNode(old)
        self._attrs[attr.name] = attr
        attr.ownerElement = self
        return old

    setAttributeNodeNS = setAttributeNode

    def removeAttribute(self, name):
        if name not in self._attrs:
            raise _dom.NotFoundErr()
        self.removeAttributeNode(self._attrs[name])

    def removeAttributeNS(self, namespaceURI, localName):
        attr = self.getAttributeNodeNS(namespaceURI, localName)
        if attr is None:
            raise _dom.NotFoundErr()
        self.removeAttributeNode(attr)

    def removeAttributeNode(self, node):
        if node is None or self._attrs.get(node.name) is not node:
            raise _dom.NotFoundErr()
        del self._attrs[node.name]
        node.__dict__.pop('ownerElement', None)
        node.__dict__.pop('_is_id', None)
        # The node is as good as new: it may be set again.
        return node

    removeAttributeNodeNS = removeAttributeNode

    def hasAttribute(self, name):
        return name in self._attrs

    def hasAttributeNS(self, namespaceURI, localName):
        return self.getAttributeNodeNS(namespaceURI, localName) is not None

    def hasAttributes(self):
        return bool(self._attrs)

    def getElementsByTagName(self, name):
        return _native.by_name(self, name, NodeList())

    def getElementsByTagNameNS(self, namespaceURI, localName):
        return _native.by_name_ns(self, namespaceURI, localName, NodeList())

    def __repr__(self):
        return "<DOM Element: %s at %#x>" % (self.tagName, id(self))

    def setIdAttribute(self, name):
        self.setIdAttributeNode(self.getAttributeNode(name))

    def setIdAttributeNS(self, namespaceURI, localName):
        self.setIdAttributeNode(self.getAttributeNodeNS(namespaceURI, localName))

    def setIdAttributeNode(self, idAttr):
        if idAttr is None or not self.isSameNode(idAttr.ownerElement):
            raise _dom.NotFoundErr()
        idAttr.__dict__['_is_id'] = True
