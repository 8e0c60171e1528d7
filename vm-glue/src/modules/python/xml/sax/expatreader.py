# The SAX parser (the module xml.sax.expatreader).
from xml.parsers import expat
from xml.sax import handler, xmlreader
from xml.sax._exceptions import SAXException, SAXNotRecognizedException, SAXNotSupportedException, SAXParseException

AttributesImpl = xmlreader.AttributesImpl
AttributesNSImpl = xmlreader.AttributesNSImpl
version = '0.20'

# Features that cannot be switched on.
_NEVER = (handler.feature_validation, handler.feature_external_pes, handler.feature_namespace_prefixes)


def _opened(source):
    """The stream of what is to be read, and its name."""
    import os
    import urllib
    if isinstance(source, basestring):
        name = source
    elif hasattr(source, 'read'):
        return source, getattr(source, 'name', None)
    else:
        name = source.getSystemId()
        stream = source.getByteStream() or getattr(source, 'getCharacterStream', lambda: None)()
        if stream is not None:
            return stream, name
    return (open(name, 'rb') if os.path.isfile(name) else urllib.urlopen(name)), name


class ExpatParser(xmlreader.IncrementalParser, xmlreader.Locator):
    """Reads a document and calls the handlers with what is found."""

    def __init__(self, namespaceHandling=0, bufsize=2 ** 16 - 20):
        xmlreader.IncrementalParser.__init__(self, bufsize)
        self._size = bufsize
        self._features = {handler.feature_namespaces: namespaceHandling, handler.feature_string_interning: 0,
                          handler.feature_external_ges: 1}
        self._lexical = None
        self._parser = None
        self._running = False
        self._name = None
        self._public = None

    def parse(self, source):
        stream, self._name = _opened(source)
        if hasattr(source, 'getPublicId'):
            self._public = source.getPublicId()
        self.reset()
        self._cont_handler.setDocumentLocator(self)
        while True:
            data = stream.read(self._size)
            if not data:
                break
            self.feed(data)
        self.close()

    def prepareParser(self, source):
        self._name = source.getSystemId()

    def getFeature(self, name):
        if name in self._features:
            return self._features[name]
        if name in _NEVER:
            return 0
        raise SAXNotRecognizedException("Feature '%s' not recognized" % name)

    def setFeature(self, name, state):
        if self._running:
            raise SAXNotSupportedException('Cannot set features while parsing')
        if name in self._features:
            self._features[name] = state
        elif name not in _NEVER:
            raise SAXNotRecognizedException("Feature '%s' not recognized" % name)
        elif state:
            raise SAXNotSupportedException('expat does not support %s' % name)

    def getProperty(self, name):
        if name == handler.property_lexical_handler:
            return self._lexical
        if name == handler.property_interning_dict:
            return None
        raise SAXNotRecognizedException("Property '%s' not recognized" % name)

    def setProperty(self, name, value):
        if name == handler.property_lexical_handler:
            self._lexical = value
        elif name != handler.property_interning_dict:
            raise SAXNotRecognizedException("Property '%s' not recognized" % name)

    def reset(self):
        spaces = self._features[handler.feature_namespaces]
        parser = self._parser = expat.ParserCreate(None, ' ' if spaces else None)
        parser.namespace_prefixes = bool(spaces)
        parser.StartElementHandler = self._start_ns if spaces else self._start
        parser.EndElementHandler = self._end_ns if spaces else self._end
        parser.CharacterDataHandler = self._characters
        parser.ProcessingInstructionHandler = lambda target, data: self._cont_handler.processingInstruction(target, data)
        parser.StartNamespaceDeclHandler = lambda prefix, uri: self._cont_handler.startPrefixMapping(prefix, uri)
        parser.EndNamespaceDeclHandler = lambda prefix: self._cont_handler.endPrefixMapping(prefix)
        parser.SkippedEntityHandler = lambda name, parameter: self._cont_handler.skippedEntity(name)
        if self._lexical is not None:
            parser.CommentHandler = self._lexical.comment
            parser.StartCdataSectionHandler = self._lexical.startCDATA
            parser.EndCdataSectionHandler = self._lexical.endCDATA
            parser.StartDoctypeDeclHandler = lambda name, system, public, internal: \
                self._lexical.startDTD(name, public, system)
            parser.EndDoctypeDeclHandler = self._lexical.endDTD
        self._running = False

    def feed(self, data, isFinal=0):
        if not self._running:
            if self._parser is None or not isFinal and not data:
                self.reset()
            self._running = True
            self._cont_handler.startDocument()
        try:
            self._parser.Parse(data, isFinal)
        except expat.error, e:
            self._err_handler.fatalError(SAXParseException(expat.ErrorString(e.code), e, self))

    def close(self):
        if not self._running:
            return
        self.feed('', isFinal=1)
        self._cont_handler.endDocument()
        self._running = False
        self._parser = None

    def _start(self, name, attributes):
        self._cont_handler.startElement(name, AttributesImpl(attributes))

    def _end(self, name):
        self._cont_handler.endElement(name)

    def _characters(self, text):
        self._cont_handler.characters(text)

    def _start_ns(self, name, attributes):
        values, names = {}, {}
        for joined in attributes:
            parts = joined.split(' ')
            if len(parts) == 1:
                key, shown = (None, joined), joined
            else:
                key = (parts[0], parts[1])
                shown = '%s:%s' % (parts[2], parts[1]) if len(parts) == 3 else parts[1]
            values[key] = attributes[joined]
            names[key] = shown
        self._cont_handler.startElementNS(_pair(name), None, AttributesNSImpl(values, names))

    def _end_ns(self, name):
        self._cont_handler.endElementNS(_pair(name), None)

    def getLineNumber(self):
        return self._parser.CurrentLineNumber if self._parser else 1

    def getColumnNumber(self):
        return self._parser.CurrentColumnNumber if self._parser else None

    def getPublicId(self):
        return self._public

    def getSystemId(self):
        return self._name


def _pair(name):
    parts = name.split(' ')
    return (None, name) if len(parts) == 1 else (parts[0], parts[1])


def create_parser(*args, **kwargs):
    return ExpatParser(*args, **kwargs)
