"""Documents as a stream of events with nodes (the module xml.dom.pulldom)."""

import types
import xml.sax
import xml.sax.handler

try:
    _StringTypes = [types.StringType, types.UnicodeType]
except AttributeError:
    _StringTypes = [types.StringType]

START_ELEMENT = "START_ELEMENT"
END_ELEMENT = "END_ELEMENT"
COMMENT = "COMMENT"
START_DOCUMENT = "START_DOCUMENT"
END_DOCUMENT = "END_DOCUMENT"
PROCESSING_INSTRUCTION = "PROCESSING_INSTRUCTION"
IGNORABLE_WHITESPACE = "IGNORABLE_WHITESPACE"
CHARACTERS = "CHARACTERS"


class PullDOM(xml.sax.ContentHandler):
    """Makes nodes of what a parser reports. Events are a linked list: `firstEvent` and the last, `lastEvent`."""

    _locator = None
    document = None

    def __init__(self, documentFactory=None):
        from xml.dom import XML_NAMESPACE
        self.documentFactory = documentFactory
        self.firstEvent = [None, None]
        self.lastEvent = self.firstEvent
        self.elementStack = []
        self.push = self.elementStack.append
        self._ns_contexts = [{XML_NAMESPACE: 'xml'}]
        self._current_context = self._ns_contexts[-1]
        self._declared = []
        self.pending_events = []

    def pop(self):
        result = self.elementStack[-1]
        del self.elementStack[-1]
        return result

    def _event(self, kind, node):
        self.lastEvent[1] = [(kind, node), None]
        self.lastEvent = self.lastEvent[1]

    def setDocumentLocator(self, locator):
        self._locator = locator

    def startPrefixMapping(self, prefix, uri):
        self._declared.append((prefix or 'xmlns', uri))
        self._ns_contexts.append(self._current_context.copy())
        self._current_context[uri] = prefix or None

    def endPrefixMapping(self, prefix):
        self._current_context = self._ns_contexts.pop()

    def _named(self, name, qname):
        uri, local = name
        if not uri:
            return qname or local, None
        if qname is None:
            prefix = self._current_context[uri]
            qname = prefix + ":" + local if prefix else local
        return qname, uri

    def _started(self, node):
        self._event(START_ELEMENT, node)
        self.push(node)

    def startElementNS(self, name, tagName, attrs):
        from xml.dom import XMLNS_NAMESPACE
        qname, uri = self._named(name, tagName)
        if self.document is None:
            node = self.buildDocument(uri, qname)
        elif uri:
            node = self.document.createElementNS(uri, qname)
        else:
            node = self.document.createElement(name[1])
        for prefix, declared in self._declared:
            if prefix == 'xmlns':
                attr = self.document.createAttributeNS(XMLNS_NAMESPACE, prefix)
            else:
                attr = self.document.createAttributeNS(XMLNS_NAMESPACE, 'xmlns:' + prefix)
            attr.value = declared
            node.setAttributeNodeNS(attr)
        self._declared = []
        for key, value in attrs.items():
            qname, uri = self._named(key, None)
            attr = self.document.createAttributeNS(uri, qname) if uri else self.document.createAttribute(qname)
            attr.value = value
            node.setAttributeNode(attr)
        self._started(node)

    def endElementNS(self, name, tagName):
        self._event(END_ELEMENT, self.pop())

    def startElement(self, name, attrs):
        if self.document is None:
            node = self.buildDocument(None, name)
        else:
            node = self.document.createElement(name)
        for key, value in attrs.items():
            attr = self.document.createAttribute(key)
            attr.value = value
            node.setAttributeNode(attr)
        self._started(node)

    def endElement(self, name):
        self._event(END_ELEMENT, self.pop())

    def comment(self, s):
        if self.document:
            self._event(COMMENT, self.document.createComment(s))
        else:
            self.pending_events.append([(COMMENT, s), None])

    def processingInstruction(self, target, data):
        if self.document:
            self._event(PROCESSING_INSTRUCTION, self.document.createProcessingInstruction(target, data))
        else:
            self.pending_events.append([(PROCESSING_INSTRUCTION, target, data), None])

    def ignorableWhitespace(self, chars):
        self._event(IGNORABLE_WHITESPACE, self.document.createTextNode(chars))

    def characters(self, chars):
        self._event(CHARACTERS, self.document.createTextNode(chars))

    def startDocument(self):
        if self.documentFactory is None:
            import xml.dom.minidom
            self.documentFactory = xml.dom.minidom.Document.implementation

    def buildDocument(self, uri, tagname):
        node = self.documentFactory.createDocument(uri, tagname, None)
        self.document = node
        self._event(START_DOCUMENT, node)
        self.push(node)
        for (event, _) in self.pending_events:
            if event[0] == PROCESSING_INSTRUCTION:
                made = node.createProcessingInstruction(event[1], event[2])
            else:
                made = node.createComment(event[1])
            self._event(event[0], made)
        self.pending_events = None
        return node.firstChild

    def endDocument(self):
        self._event(END_DOCUMENT, self.document)
        self.pop()

    def clear(self):
        """Cleans up: the handler cannot be used again."""
        self.document = None


class ErrorHandler:
    def warning(self, exception):
        print exception

    def error(self, exception):
        raise exception

    def fatalError(self, exception):
        raise exception


class DOMEventStream:
    def __init__(self, stream, parser, bufsize):
        self.stream = stream
        self.parser = parser
        self.bufsize = bufsize
        if not hasattr(self.parser, 'feed'):
            self.getEvent = self._slurp
        self.reset()

    def reset(self):
        self.pulldom = PullDOM()
        # Namespaces are reported as such.
        self.parser.setFeature(xml.sax.handler.feature_namespaces, 1)
        self.parser.setContentHandler(self.pulldom)

    def __getitem__(self, pos):
        found = self.getEvent()
        if found:
            return found
        raise IndexError

    def next(self):
        found = self.getEvent()
        if found:
            return found
        raise StopIteration

    def __iter__(self):
        return self

    def expandNode(self, node):
        """Puts everything below a node into it."""
        event = self.getEvent()
        parents = [node]
        while event:
            token, current = event
            if current is node:
                return
            if token != END_ELEMENT:
                parents[-1].appendChild(current)
            if token == START_ELEMENT:
                parents.append(current)
            elif token == END_ELEMENT:
                del parents[-1]
            event = self.getEvent()

    def _taken(self):
        found = self.pulldom.firstEvent[1][0]
        self.pulldom.firstEvent[1] = self.pulldom.firstEvent[1][1]
        return found

    def getEvent(self):
        if not self.pulldom.firstEvent[1]:
            self.pulldom.lastEvent = self.pulldom.firstEvent
        while not self.pulldom.firstEvent[1]:
            data = self.stream.read(self.bufsize)
            if not data:
                self.parser.close()
                return None
            self.parser.feed(data)
        return self._taken()

    def _slurp(self):
        """For parsers that cannot be fed: everything at once, then event by event."""
        self.parser.parse(self.stream)
        self.getEvent = self._emit
        return self._emit()

    def _emit(self):
        return self._taken()

    def clear(self):
        """Cleans up: the stream cannot be used again."""
        self.pulldom.clear()
        del self.pulldom
        self.parser = None
        self.stream = None


class SAX2DOM(PullDOM):
    """Makes a whole document of what a parser reports."""

    def startElementNS(self, name, tagName, attrs):
        PullDOM.startElementNS(self, name, tagName, attrs)
        self._placed()

    def startElement(self, name, attrs):
        PullDOM.startElement(self, name, attrs)
        self._placed()

    def _placed(self):
        self.elementStack[-2].appendChild(self.elementStack[-1])

    def processingInstruction(self, target, data):
        PullDOM.processingInstruction(self, target, data)
        self.elementStack[-1].appendChild(self.lastEvent[0][1])

    def ignorableWhitespace(self, chars):
        PullDOM.ignorableWhitespace(self, chars)
        self.elementStack[-1].appendChild(self.lastEvent[0][1])

    def characters(self, chars):
        PullDOM.characters(self, chars)
        self.elementStack[-1].appendChild(self.lastEvent[0][1])


default_bufsize = (2 ** 14) - 20


def parse(stream_or_string, parser=None, bufsize=None):
    if bufsize is None:
        bufsize = default_bufsize
    stream = open(stream_or_string) if type(stream_or_string) in _StringTypes else stream_or_string
    if not parser:
        parser = xml.sax.make_parser()
    return DOMEventStream(stream, parser, bufsize)


def parseString(string, parser=None):
    from cStringIO import StringIO
    if not parser:
        parser = xml.sax.make_parser()
    return DOMEventStream(StringIO(string), parser, len(string))
