"""What programs derive their handlers from (the module xml.sax.handler), and the names of features and properties."""

version = '2.0beta'


class ErrorHandler:
    def error(self, exception):
        raise exception

    def fatalError(self, exception):
        raise exception

    def warning(self, exception):
        print exception


class ContentHandler:
    def __init__(self):
        self._locator = None

    def setDocumentLocator(self, locator):
        self._locator = locator

    def startDocument(self):
        """Receive notification of the beginning of a document."""

    def endDocument(self):
        """Receive notification of the end of a document."""

    def startPrefixMapping(self, prefix, uri):
        """Begin the scope of a prefix-URI Namespace mapping."""

    def endPrefixMapping(self, prefix):
        """End the scope of a prefix-URI mapping."""

    def startElement(self, name, attrs):
        """Signals the start of an element in non-namespace mode."""

    def endElement(self, name):
        """Signals the end of an element in non-namespace mode."""

    def startElementNS(self, name, qname, attrs):
        """Signals the start of an element in namespace mode."""

    def endElementNS(self, name, qname):
        """Signals the end of an element in namespace mode."""

    def characters(self, content):
        """Receive notification of character data."""

    def ignorableWhitespace(self, whitespace):
        """Receive notification of ignorable whitespace in element content."""

    def processingInstruction(self, target, data):
        """Receive notification of a processing instruction."""

    def skippedEntity(self, name):
        """Receive notification of a skipped entity."""


class DTDHandler:
    def notationDecl(self, name, publicId, systemId):
        """Handle a notation declaration event."""

    def unparsedEntityDecl(self, name, publicId, systemId, ndata):
        """Handle an unparsed entity declaration event."""


class EntityResolver:
    def resolveEntity(self, publicId, systemId):
        """The system identifier of an entity to read from, or an InputSource."""
        return systemId


feature_namespaces = "http://xml.org/sax/features/namespaces"
feature_namespace_prefixes = "http://xml.org/sax/features/namespace-prefixes"
feature_string_interning = "http://xml.org/sax/features/string-interning"
feature_validation = "http://xml.org/sax/features/validation"
feature_external_ges = "http://xml.org/sax/features/external-general-entities"
feature_external_pes = "http://xml.org/sax/features/external-parameter-entities"

all_features = [feature_namespaces, feature_namespace_prefixes, feature_string_interning, feature_validation,
                feature_external_ges, feature_external_pes]

property_lexical_handler = "http://xml.org/sax/properties/lexical-handler"
property_declaration_handler = "http://xml.org/sax/properties/declaration-handler"
property_dom_node = "http://xml.org/sax/properties/dom-node"
property_xml_string = "http://xml.org/sax/properties/xml-string"
property_encoding = "http://www.python.org/sax/properties/encoding"
property_interning_dict = "http://www.python.org/sax/properties/interning-dict"

all_properties = [property_lexical_handler, property_dom_node, property_declaration_handler, property_xml_string,
                  property_encoding, property_interning_dict]
