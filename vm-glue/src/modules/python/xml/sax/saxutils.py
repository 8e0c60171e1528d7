"""A library of useful helper classes to the SAX classes (the module xml.sax.saxutils)."""

import os
import sys
import handler
import xmlreader

_StringTypes = [str, unicode]


def __dict_replace(s, d):
    for key, value in d.items():
        s = s.replace(key, value)
    return s

_replaced = __dict_replace


def escape(data, entities={}):
    """Escape &, <, and > in a string of data, and what the dictionary names."""
    data = data.replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;")
    return _replaced(data, entities) if entities else data


def unescape(data, entities={}):
    """Unescape &amp;, &lt;, and &gt; in a string of data, and what the dictionary names."""
    data = data.replace("&lt;", "<").replace("&gt;", ">")
    if entities:
        data = _replaced(data, entities)
    return data.replace("&amp;", "&")


def quoteattr(data, entities={}):
    """Escape and quote an attribute value."""
    entities = entities.copy()
    entities.update({'\n': '&#10;', '\r': '&#13;', '\t': '&#9;'})
    data = escape(data, entities)
    if '"' not in data:
        return '"%s"' % data
    if "'" not in data:
        return "'%s'" % data
    return '"%s"' % data.replace('"', "&quot;")


class XMLGenerator(handler.ContentHandler):
    """Writes what it hears of as XML."""

    def __init__(self, out=None, encoding="iso-8859-1"):
        handler.ContentHandler.__init__(self)
        self._out = sys.stdout if out is None else out
        self._encoding = encoding
        self._ns_contexts = [{}]
        self._current_context = self._ns_contexts[-1]
        self._undeclared_ns_maps = []
        import codecs
        import io
        self._encoder = codecs.getincrementalencoder(encoding)('xmlcharrefreplace')
        if isinstance(self._out, (io.TextIOBase, codecs.StreamWriter, codecs.StreamReaderWriter)):
            self._write = self._write_text
        else:
            self._write = self._write_bytes

    def _write_bytes(self, text):
        if isinstance(text, unicode):
            text = self._encoder.encode(text)
        self._out.write(text)

    def _write_text(self, text):
        self._out.write(text if isinstance(text, unicode) else unicode(text))

    def _qname(self, name):
        """The name as it is written, from a pair of namespace and name."""
        if name[0]:
            if name[0] == 'http://www.w3.org/XML/1998/namespace':
                return 'xml:' + name[1]
            prefix = self._current_context[name[0]]
            if prefix:
                return prefix + ":" + name[1]
        return name[1]

    def startDocument(self):
        self._write(u'<?xml version="1.0" encoding="%s"?>\n' % self._encoding)

    def endDocument(self):
        flush = getattr(self._out, 'flush', None)
        if flush is not None:
            flush()

    def startPrefixMapping(self, prefix, uri):
        self._ns_contexts.append(self._current_context.copy())
        self._current_context[uri] = prefix
        self._undeclared_ns_maps.append((prefix, uri))

    def endPrefixMapping(self, prefix):
        self._current_context = self._ns_contexts[-1]
        del self._ns_contexts[-1]

    def _attribute(self, name, value):
        self._write(u' %s=%s' % (name, quoteattr(value)))

    def startElement(self, name, attrs):
        self._write(u'<' + name)
        for name, value in attrs.items():
            self._attribute(name, value)
        self._write(u'>')

    def endElement(self, name):
        self._write(u'</%s>' % name)

    def startElementNS(self, name, qname, attrs):
        self._write(u'<' + self._qname(name))
        for prefix, uri in self._undeclared_ns_maps:
            self._write(u' xmlns:%s="%s"' % (prefix, uri) if prefix else u' xmlns="%s"' % uri)
        self._undeclared_ns_maps = []
        for name, value in attrs.items():
            self._attribute(self._qname(name), value)
        self._write(u'>')

    def endElementNS(self, name, qname):
        self._write(u'</%s>' % self._qname(name))

    def characters(self, content):
        self._write(escape(_text(content, self._encoding)))

    def ignorableWhitespace(self, content):
        self._write(_text(content, self._encoding))

    def processingInstruction(self, target, data):
        self._write(u'<?%s %s?>' % (target, data))


def _text(text, encoding):
    return text if isinstance(text, unicode) else unicode(text, encoding)


def _passed(where, name):
    def method(self, *args):
        return getattr(getattr(self, where), name)(*args)
    method.__name__ = name
    return method


class XMLFilterBase(xmlreader.XMLReader):
    """Stands between a parser and the program's handlers, and passes everything on."""

    def __init__(self, parent=None):
        xmlreader.XMLReader.__init__(self)
        self._parent = parent

    for _where, _names in (('_err_handler', 'error fatalError warning'),
                           ('_cont_handler', 'startDocument endDocument startPrefixMapping endPrefixMapping '
                                             'startElement endElement startElementNS endElementNS characters '
                                             'ignorableWhitespace processingInstruction skippedEntity'),
                           ('_dtd_handler', 'notationDecl unparsedEntityDecl'),
                           ('_ent_handler', 'resolveEntity'),
                           ('_parent', 'setLocale getFeature setFeature getProperty setProperty')):
        for _name in _names.split():
            locals()[_name] = _passed(_where, _name)
    del _where, _names, _name

    def setDocumentLocator(self, locator):
        self._locator = locator
        self._cont_handler.setDocumentLocator(locator)

    def parse(self, source):
        self._parent.setContentHandler(self)
        self._parent.setErrorHandler(self)
        self._parent.setEntityResolver(self)
        self._parent.setDTDHandler(self)
        self._parent.parse(source)

    def getParent(self):
        return self._parent

    def setParent(self, parent):
        self._parent = parent


def prepare_input_source(source, base=""):
    """An InputSource that is ready to be read, from one, a name, a URL or a file."""
    if type(source) in _StringTypes:
        source = xmlreader.InputSource(source)
    elif hasattr(source, "read"):
        file = source
        source = xmlreader.InputSource()
        source.setByteStream(file)
        if hasattr(file, "name") and isinstance(file.name, basestring):
            source.setSystemId(file.name)
    if source.getByteStream() is None:
        import urllib
        import urlparse
        name = source.getSystemId()
        local = os.path.join(os.path.dirname(os.path.normpath(base)), name)
        if os.path.isfile(local):
            source.setSystemId(local)
            file = open(local, "rb")
        else:
            source.setSystemId(urlparse.urljoin(base, name))
            file = urllib.urlopen(source.getSystemId())
        source.setByteStream(file)
    return source
