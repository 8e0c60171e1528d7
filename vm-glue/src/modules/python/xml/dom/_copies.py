# Copies of nodes, and new names for them.
__name__ = 'xml.dom.minidom'

import xml.dom as _dom
from xml.dom._elements import Element, _split
from xml.dom._nodes import Attr, Node
from xml.dom._texts import DocumentType


def _clone_node(node, deep, document):
    kind = node.nodeType
    handled = _dom.UserDataHandler.NODE_CLONED
    if not node.ownerDocument or not node.ownerDocument.isSameNode(document):
        handled = _dom.UserDataHandler.NODE_IMPORTED
    if kind == Node.ELEMENT_NODE:
        made = document.createElementNS(node.namespaceURI, node.nodeName)
        for attr in node._attrs.values():
            made.setAttributeNS(attr.namespaceURI, attr.nodeName, attr.value)
            copy = made.getAttributeNodeNS(attr.namespaceURI, attr.localName)
            copy.specified = attr.specified
        if deep:
            for child in node.childNodes:
                made.appendChild(_clone_node(child, deep, document))
    elif kind == Node.DOCUMENT_FRAGMENT_NODE:
        made = document.createDocumentFragment()
        if deep:
            for child in node.childNodes:
                made.appendChild(_clone_node(child, deep, document))
    elif kind == Node.TEXT_NODE:
        made = document.createTextNode(node.data)
    elif kind == Node.CDATA_SECTION_NODE:
        made = document.createCDATASection(node.data)
    elif kind == Node.PROCESSING_INSTRUCTION_NODE:
        made = document.createProcessingInstruction(node.target, node.data)
    elif kind == Node.COMMENT_NODE:
        made = document.createComment(node.data)
    elif kind == Node.ATTRIBUTE_NODE:
        made = document.createAttributeNS(node.namespaceURI, node.nodeName)
        made.specified = True
        made.value = node.value
    elif kind == Node.DOCUMENT_TYPE_NODE:
        handled = _dom.UserDataHandler.NODE_IMPORTED
        made = document.implementation.createDocumentType(node.name, node.publicId, node.systemId)
        made.ownerDocument = document
        if deep:
            made.entities._seq = list(node.entities._seq)
            made.notations._seq = list(node.notations._seq)
    else:
        raise _dom.NotSupportedErr("Cannot clone node %s" % repr(node))
    if hasattr(node, '_call_user_data_handler'):
        node._call_user_data_handler(handled, node, made)
    return made


def renameNode(self, n, namespaceURI, name):
    if n.ownerDocument is not self:
        raise _dom.WrongDocumentErr(
            "cannot rename nodes from other documents;\nexpected %s,\nfound %s" % (self, n.ownerDocument))
    if n.nodeType not in (Node.ELEMENT_NODE, Node.ATTRIBUTE_NODE):
        raise _dom.NotSupportedErr("renameNode() only applies to element and attribute nodes")
    prefix, local = _split(name)
    if namespaceURI != _dom.XMLNS_NAMESPACE:
        if prefix == "xmlns":
            raise _dom.NamespaceErr("illegal use of 'xmlns' prefix")
        if name == "xmlns" and n.nodeType == Node.ATTRIBUTE_NODE:
            raise _dom.NamespaceErr("illegal use of the 'xmlns' attribute")
    if n.nodeType == Node.ATTRIBUTE_NODE:
        element = n.ownerElement
        if element is not None:
            identity = n._is_id
            element.removeAttributeNode(n)
    else:
        element = None
    n.__dict__['prefix'] = prefix
    n.__dict__['localName'] = local if namespaceURI is not None else None
    n.__dict__['namespaceURI'] = namespaceURI
    n.nodeName = name
    if n.nodeType == Node.ELEMENT_NODE:
        n.tagName = name
    else:
        n.name = name
        if element is not None:
            element.setAttributeNode(n)
            n.__dict__['_is_id'] = identity
    n._call_user_data_handler(_dom.UserDataHandler.NODE_RENAMED, n, None)
    return n
