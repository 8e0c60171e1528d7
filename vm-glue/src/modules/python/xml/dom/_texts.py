# The nodes of xml.dom.minidom that have no children.
__name__ = 'xml.dom.minidom'

import _minidom as _native
import xml.dom as _dom
from xml.dom._nodes import EmptyNodeList, Node, NodeList


class Childless:
    attributes = None
    childNodes = EmptyNodeList()
    firstChild = None
    lastChild = None

    def _get_firstChild(self):
        return None

    def _get_lastChild(self):
        return None

    def appendChild(self, node):
        raise _dom.HierarchyRequestErr(self.nodeName + " nodes cannot have children")

    def hasChildNodes(self):
        return False

    def insertBefore(self, newChild, refChild):
        raise _dom.HierarchyRequestErr(self.nodeName + " nodes do not have children")

    def removeChild(self, oldChild):
        raise _dom.NotFoundErr(self.nodeName + " nodes do not have children")

    def normalize(self):
        pass

    def replaceChild(self, newChild, oldChild):
        raise _dom.HierarchyRequestErr(self.nodeName + " nodes do not have children")


class ProcessingInstruction(Childless, Node):
    nodeType = Node.PROCESSING_INSTRUCTION_NODE

    def __init__(self, target, data):
        self.target = self.nodeName = target
        self.data = self.nodeValue = data

    def _get_data(self):
        return self.data

    def _set_data(self, value):
        self.data = value

    def _get_target(self):
        return self.target

    def _set_target(self, value):
        self.target = value

    def __setattr__(self, name, value):
        _native.set_attribute(self, name, value, "data")


class CharacterData(Childless, Node):
    def _get_length(self):
        return len(self.data)

    __len__ = _get_length
    length = property(_get_length, doc="Length of the string data.")

    def _get_data(self):
        return self.__dict__['data']

    def _set_data(self, data):
        self.data = data

    _get_nodeValue = _get_data
    _set_nodeValue = _set_data

    def __setattr__(self, name, value):
        _native.set_attribute(self, name, value, "data")

    def __repr__(self):
        data = self.data
        return "<DOM %s node \"%r%s\">" % (self.__class__.__name__, data[0:10], "..." if len(data) > 10 else "")

    def _checked(self, offset, count=0):
        if offset < 0:
            raise _dom.IndexSizeErr("offset cannot be negative")
        if offset >= len(self.data):
            raise _dom.IndexSizeErr("offset cannot be beyond end of data")
        if count < 0:
            raise _dom.IndexSizeErr("count cannot be negative")

    def substringData(self, offset, count):
        self._checked(offset, count)
        return self.data[offset:offset + count]

    def appendData(self, arg):
        self.data = self.data + arg

    def insertData(self, offset, arg):
        self._checked(offset)
        if arg:
            self.data = "%s%s%s" % (self.data[:offset], arg, self.data[offset:])

    def deleteData(self, offset, count):
        self._checked(offset, count)
        if count:
            self.data = self.data[:offset] + self.data[offset + count:]

    def replaceData(self, offset, count, arg):
        self._checked(offset, count)
        if count:
            self.data = "%s%s%s" % (self.data[:offset], arg, self.data[offset + count:])


class Text(CharacterData):
    nodeType = Node.TEXT_NODE
    nodeName = "#text"
    attributes = None
    data = nodeValue = ""

    def splitText(self, offset):
        if offset < 0 or offset > len(self.data):
            raise _dom.IndexSizeErr("illegal offset value")
        made = self.__class__()
        made.data = self.data[offset:]
        made.ownerDocument = self.ownerDocument
        behind = self.nextSibling
        if self.parentNode and self in self.parentNode.childNodes:
            if behind is None:
                self.parentNode.appendChild(made)
            else:
                self.parentNode.insertBefore(made, behind)
        self.data = self.data[:offset]
        return made

    def _run(self):
        # The texts without anything between them.
        run = [self]
        for name, place in (("previousSibling", 0), ("nextSibling", 1)):
            node = getattr(self, name)
            while node is not None and node.nodeType in (Node.TEXT_NODE, Node.CDATA_SECTION_NODE):
                run.insert(len(run) * place, node)
                node = getattr(node, name)
        return run

    def _get_wholeText(self):
        return ''.join([node.data for node in self._run()])

    wholeText = property(_get_wholeText, doc="The text of all logically-adjacent text nodes.")

    def replaceWholeText(self, content):
        for node in self._run():
            if node is not self:
                node.parentNode.removeChild(node)
        if content:
            self.data = content
            return self
        if self.parentNode is not None:
            self.parentNode.removeChild(self)
        return None

    def _get_isWhitespaceInElementContent(self):
        return False

    isWhitespaceInElementContent = property(_get_isWhitespaceInElementContent,
                                            doc="True iff this text node contains only whitespace and is in element "
                                                "content.")


class Comment(CharacterData):
    nodeType = Node.COMMENT_NODE
    nodeName = "#comment"

    def __init__(self, data):
        self.data = self.nodeValue = data


class CDATASection(Text):
    nodeType = Node.CDATA_SECTION_NODE
    nodeName = "#cdata-section"


class Identified:
    """What has a public and a system identifier."""

    publicId = systemId = None

    def _identified_mixin_init(self, publicId, systemId):
        self.publicId = publicId
        self.systemId = systemId

    def _get_publicId(self):
        return self.publicId

    def _get_systemId(self):
        return self.systemId


class DocumentType(Identified, Childless, Node):
    nodeType = Node.DOCUMENT_TYPE_NODE
    nodeValue = None
    name = publicId = systemId = internalSubset = None

    def __init__(self, qualifiedName):
        from xml.dom.minidom import ReadOnlySequentialNamedNodeMap
        self.entities = ReadOnlySequentialNamedNodeMap([])
        self.notations = ReadOnlySequentialNamedNodeMap([])
        if qualifiedName:
            self.name = qualifiedName.split(":", 1)[-1]
        self.nodeName = self.name

    def _get_internalSubset(self):
        return self.internalSubset

    def cloneNode(self, deep):
        if self.ownerDocument is not None:
            return None
        clone = DocumentType(None)
        clone.name = clone.nodeName = self.name
        if deep:
            for node in self.notations._seq:
                made = Notation(node.nodeName, node.publicId, node.systemId)
                clone.notations._seq.append(made)
                node._call_user_data_handler(_dom.UserDataHandler.NODE_CLONED, node, made)
            for node in self.entities._seq:
                made = Entity(node.nodeName, node.publicId, node.systemId, node.notationName)
                made.actualEncoding, made.encoding, made.version = node.actualEncoding, node.encoding, node.version
                clone.entities._seq.append(made)
                node._call_user_data_handler(_dom.UserDataHandler.NODE_CLONED, node, made)
        self._call_user_data_handler(_dom.UserDataHandler.NODE_CLONED, self, clone)
        return clone


class Entity(Identified, Node):
    nodeType = Node.ENTITY_NODE
    attributes = nodeValue = actualEncoding = encoding = version = None

    def __init__(self, name, publicId, systemId, notation):
        self.nodeName = name
        self.notationName = notation
        self.childNodes = NodeList()
        self._identified_mixin_init(publicId, systemId)

    def appendChild(self, newChild):
        raise _dom.HierarchyRequestErr("cannot append children to an entity node")

    def insertBefore(self, newChild, refChild):
        raise _dom.HierarchyRequestErr("cannot insert children below an entity node")

    def removeChild(self, oldChild):
        raise _dom.HierarchyRequestErr("cannot remove children from an entity node")

    def replaceChild(self, newChild, oldChild):
        raise _dom.HierarchyRequestErr("cannot replace children of an entity node")


class Notation(Identified, Childless, Node):
    nodeType = Node.NOTATION_NODE
    nodeValue = None

    def __init__(self, name, publicId, systemId):
        self.nodeName = name
        self._identified_mixin_init(publicId, systemId)
