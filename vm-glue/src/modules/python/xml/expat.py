"""Reading XML with handlers (the module xml.parsers.expat). A document is read when its last piece has come."""

import _expat
import codecs as _codecs
import re as _re

EXPAT_VERSION = 'expat_2.2.8'
version_info = (2, 2, 8)
native_encoding = 'UTF-8'
features = [('sizeof(XML_Char)', 1), ('sizeof(XML_LChar)', 1)]
XML_PARAM_ENTITY_PARSING_NEVER, XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE, XML_PARAM_ENTITY_PARSING_ALWAYS = 0, 1, 2


class ExpatError(Exception):
    pass

ExpatError.__module__ = 'xml.parsers.expat'
error = ExpatError

_ERRORS = [
    (1, 'XML_ERROR_NO_MEMORY', 'out of memory'), (2, 'XML_ERROR_SYNTAX', 'syntax error'),
    (3, 'XML_ERROR_NO_ELEMENTS', 'no element found'),
    (4, 'XML_ERROR_INVALID_TOKEN', 'not well-formed (invalid token)'),
    (5, 'XML_ERROR_UNCLOSED_TOKEN', 'unclosed token'), (6, 'XML_ERROR_PARTIAL_CHAR', 'partial character'),
    (7, 'XML_ERROR_TAG_MISMATCH', 'mismatched tag'), (8, 'XML_ERROR_DUPLICATE_ATTRIBUTE', 'duplicate attribute'),
    (9, 'XML_ERROR_JUNK_AFTER_DOC_ELEMENT', 'junk after document element'),
    (11, 'XML_ERROR_UNDEFINED_ENTITY', 'undefined entity'),
    (12, 'XML_ERROR_RECURSIVE_ENTITY_REF', 'recursive entity reference'),
    (14, 'XML_ERROR_BAD_CHAR_REF', 'reference to invalid character number'),
    (18, 'XML_ERROR_UNKNOWN_ENCODING', 'unknown encoding'),
    (19, 'XML_ERROR_INCORRECT_ENCODING', 'encoding specified in XML declaration is incorrect'),
    (20, 'XML_ERROR_UNCLOSED_CDATA_SECTION', 'unclosed CDATA section'),
    (27, 'XML_ERROR_UNBOUND_PREFIX', 'unbound prefix'),
    (30, 'XML_ERROR_MISPLACED_XML_PI', 'XML or text declaration not at start of entity'),
    (36, 'XML_ERROR_FINISHED', 'parsing finished'),
]


class errors(object):
    """The texts of errors by their names."""

for _code, _name, _text in _ERRORS:
    setattr(errors, _name, _text)
del _name


class model(object):
    """Kinds of content in declarations of elements."""

    XML_CTYPE_EMPTY, XML_CTYPE_ANY, XML_CTYPE_MIXED, XML_CTYPE_NAME, XML_CTYPE_CHOICE, XML_CTYPE_SEQ = range(1, 7)
    XML_CQUANT_NONE, XML_CQUANT_OPT, XML_CQUANT_REP, XML_CQUANT_PLUS = range(4)


def ErrorString(code):
    for known, name, text in _ERRORS:
        if known == code:
            return text
    return None


def make_error(code, text, line, column, kind=ExpatError):
    made = kind('%s: line %d, column %d' % (text, line, column))
    made.code = code
    made.lineno = line
    made.offset = column
    return made

_DECLARED = _re.compile(r'''<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.-]*)["']''')


class UnknownEncoding(Exception):
    """An encoding that is not known: its name, and where it is named."""


def to_utf8(data, encoding=None):
    """A document as UTF-8: by the encoding given, by its first bytes, or as it says itself."""
    if isinstance(data, unicode):
        return data.encode('utf-8')
    if not isinstance(data, str):
        data = str(data)
    if encoding is None:
        if data[:2] in ('\xff\xfe', '\xfe\xff'):
            return data.decode('utf-16').encode('utf-8')
        if data[:4] == '<\x00?\x00':
            return data.decode('utf-16-le').encode('utf-8')
        if data[:4] == '\x00<\x00?':
            return data.decode('utf-16-be').encode('utf-8')
        found = _DECLARED.match(data[:400])
        if not found:
            return data
        encoding = found.group(1)
        place = found.start(1)
    else:
        place = 0
    name = encoding.lower().replace('_', '-')
    if name in ('utf-8', 'utf8'):
        return data
    if name == 'utf-16':
        # The bytes are not: whoever changed them forgot the declaration.
        return data
    if name == 'us-ascii':
        return data
    try:
        _codecs.lookup(encoding)
    except LookupError:
        raise UnknownEncoding(encoding, place)
    return data.decode(encoding, 'replace').encode('utf-8')


def events_of(data, encoding, ascii_as_str, separator, kind=ExpatError, keep_prefixes=False):
    """The events of a document, and the exception to raise after them, or None."""
    try:
        data = to_utf8(data, encoding)
    except UnknownEncoding, e:
        return [], make_error(18, 'unknown encoding', 1, e.args[1], kind)
    events, fault = _expat.parse(data, ascii_as_str, separator, keep_prefixes)
    return events, make_error(kind=kind, *fault) if fault else None


class xmlparser(object):
    """A parser; the attributes whose names end in Handler are called with what is found."""

    _HANDLERS = ('StartElementHandler EndElementHandler CharacterDataHandler CommentHandler '
                 'ProcessingInstructionHandler StartCdataSectionHandler EndCdataSectionHandler '
                 'StartDoctypeDeclHandler EndDoctypeDeclHandler XmlDeclHandler StartNamespaceDeclHandler '
                 'EndNamespaceDeclHandler SkippedEntityHandler').split()

    def __init__(self, encoding=None, namespace_separator=None, intern=None):
        self._encoding = encoding
        self._separator = namespace_separator
        self._parts = []
        self._finished = False
        self._base = None
        self.intern = {} if intern is None else intern
        self.buffer_text = False
        self.buffer_size = 8192
        self.buffer_used = 0
        self.ordered_attributes = False
        self.specified_attributes = False
        self.returns_unicode = True
        self.namespace_prefixes = False
        self.CurrentLineNumber = self.ErrorLineNumber = 1
        self.CurrentColumnNumber = self.ErrorColumnNumber = 0
        self.CurrentByteIndex = self.ErrorByteIndex = 0
        self.ErrorCode = 0
        for name in self._HANDLERS:
            setattr(self, name, None)
        for name in ('DefaultHandler', 'DefaultHandlerExpand', 'UnparsedEntityDeclHandler', 'NotationDeclHandler',
                     'ExternalEntityRefHandler', 'NotStandaloneHandler', 'ElementDeclHandler', 'AttlistDeclHandler',
                     'EntityDeclHandler'):
            setattr(self, name, None)

    def Parse(self, data, isfinal=False):
        if self._finished:
            raise make_error(36, 'parsing finished', self.CurrentLineNumber, self.CurrentColumnNumber)
        self._parts.append(data.encode('utf-8') if isinstance(data, unicode) else str(data))
        if isinstance(data, unicode) and self._encoding is None:
            self._encoding = 'utf-8'
        if isfinal:
            self._finished = True
            self._run(''.join(self._parts))
        return 1

    def ParseFile(self, file):
        self.Parse(file.read(), True)
        return 1

    def _run(self, data):
        events, fault = events_of(data, self._encoding, False, self._separator,
                                  keep_prefixes=bool(self.namespace_prefixes))
        self._text = []
        for event in events:
            kind = event[0]
            if kind != 2 and self._text:
                self._flush()
            self.CurrentLineNumber, self.CurrentColumnNumber = event[1], event[2]
            self._ACTIONS[kind](self, *event[3:])
        self._flush()
        if fault is not None:
            self.ErrorCode = fault.code
            self.ErrorLineNumber = self.CurrentLineNumber = fault.lineno
            self.ErrorColumnNumber = self.CurrentColumnNumber = fault.offset
            raise fault

    def _flush(self):
        if self._text:
            text, self._text = u''.join(self._text), []
            if self.CharacterDataHandler:
                self.CharacterDataHandler(text)

    def _start(self, name, attributes):
        if self.StartElementHandler:
            if not self.ordered_attributes:
                attributes = dict(zip(attributes[::2], attributes[1::2]))
            self.StartElementHandler(name, attributes)

    def _end(self, name):
        if self.EndElementHandler:
            self.EndElementHandler(name)

    def _characters(self, text):
        if self.buffer_text:
            self._text.append(text)
        elif self.CharacterDataHandler:
            # Without a buffer, line ends come by themselves.
            for part in _re.split(u'(\n)', text) if u'\n' in text else (text,):
                if part:
                    self.CharacterDataHandler(part)
        elif self.DefaultHandlerExpand or self.DefaultHandler:
            (self.DefaultHandlerExpand or self.DefaultHandler)(text)

    def _plain(name):
        def action(self, *args):
            handler = getattr(self, name)
            if handler:
                handler(*args)
        return action

    def _skipped(self, name):
        if self.SkippedEntityHandler:
            self.SkippedEntityHandler(name, 0)
        elif self.DefaultHandlerExpand or self.DefaultHandler:
            (self.DefaultHandlerExpand or self.DefaultHandler)(u'&%s;' % name)

    _ACTIONS = [_start, _end, _characters, _plain('CommentHandler'), _plain('ProcessingInstructionHandler'),
                _plain('StartCdataSectionHandler'), _plain('EndCdataSectionHandler'),
                _plain('StartDoctypeDeclHandler'), _plain('EndDoctypeDeclHandler'), _plain('XmlDeclHandler'),
                _plain('StartNamespaceDeclHandler'), _plain('EndNamespaceDeclHandler'), _skipped]

    def SetBase(self, base):
        self._base = base

    def GetBase(self):
        return self._base

    def GetInputContext(self):
        return None

    def UseForeignDTD(self, flag=True):
        pass

    def SetParamEntityParsing(self, flag):
        return 1

    def ExternalEntityParserCreate(self, context, encoding=None):
        return xmlparser(encoding, self._separator)

XMLParserType = xmlparser


def ParserCreate(encoding=None, namespace_separator=None, intern=None):
    if namespace_separator is not None and len(namespace_separator) > 1:
        raise ValueError('namespace_separator must be at most one character, omitted, or None')
    return xmlparser(encoding, namespace_separator, intern)
