# lxml.etree over the framework's element trees: parsers, factories, serialisation, XPath objects.

import _lxml
from _lxml import (C14NError, DocumentInvalid, DTDError, DTDParseError, DTDValidateError, LxmlError, LxmlRegistryError,
                   LxmlSyntaxError, NamespaceRegistryError, ParseError, ParserError, RelaxNGError, RelaxNGParseError,
                   RelaxNGValidateError, SchematronError, SchematronParseError, SchematronValidateError,
                   SerialisationError, XIncludeError, XMLSchemaError, XMLSchemaParseError, XMLSchemaValidateError,
                   XMLSyntaxAssertionError, XMLSyntaxError, XPathError, XPathEvalError, XPathFunctionError,
                   XPathResultError, XPathSyntaxError, XSLTApplyError, XSLTError, XSLTExtensionError, XSLTParseError,
                   XSLTSaveError, _Comment, _Element, _ElementStringResult, _ElementTree, _ElementUnicodeResult,
                   _ProcessingInstruction)

LXML_VERSION = (5, 0, 0, 0)
LIBXML_VERSION = LIBXML_COMPILED_VERSION = (2, 12, 3)
LIBXSLT_VERSION = LIBXSLT_COMPILED_VERSION = (1, 1, 39)
__version__ = '5.0.0'

Comment = _Comment
PI = ProcessingInstruction = _ProcessingInstruction
Error = LxmlError


class _Missing(object):
    def __init__(self, *args, **kwargs):
        raise NotImplementedError('lxml.etree.%s is not available' % type(self).__name__)


class XSLT(_Missing):
    pass


class XMLSchema(_Missing):
    pass


class RelaxNG(_Missing):
    pass


class DTD(_Missing):
    pass


class Schematron(_Missing):
    pass


# ---- names ------------------------------------------------------------------------------------------------------------

class QName(object):
    def __init__(self, text_or_uri_or_element, tag=None):
        text = text_or_uri_or_element
        if iselement(text):
            text = text.tag
        elif isinstance(text, QName):
            text = text.text
        if tag is not None:
            text = '{%s}%s' % (text, tag)
        self.text = text
        self.namespace, self.localname = None, unicode(text)
        if text[:1] == '{':
            namespace, local = text[1:].split('}', 1)
            self.namespace, self.localname = unicode(namespace), unicode(local)
        if not self.localname:
            raise ValueError('Empty tag name')

    def __str__(self):
        return self.text

    def __repr__(self):
        return 'QName(%r)' % self.text

    def __hash__(self):
        return hash(self.text)

    def __cmp__(self, other):
        return cmp(self.text, getattr(other, 'text', other))


def _name(tag):
    if isinstance(tag, QName):
        return tag.text
    return tag


# ---- factories --------------------------------------------------------------------------------------------------------

def _make(tag, attrib, nsmap, extra, html=False):
    attributes = dict([(_name(name), value) for name, value in dict(attrib or {}).items()])
    attributes.update(extra)
    return _lxml.element(_name(tag), attributes, nsmap, html)


def Element(_tag, attrib=None, nsmap=None, **_extra):
    return _make(_tag, attrib, nsmap, _extra)


def SubElement(_parent, _tag, attrib=None, nsmap=None, **_extra):
    made = _make(_tag, attrib, nsmap, _extra, isinstance(_parent, _lxml.HtmlElement))
    _parent.append(made)
    return made


def ElementTree(element=None, file=None, parser=None):
    if element is None:
        if file is None:
            raise NotImplementedError('lxml.etree.ElementTree without an element is not available')
        return parse(file, parser)
    return _lxml.tree(element)


class CDATA(object):
    def __init__(self, data):
        if ']]>' in data:
            raise ValueError("']]>' not allowed inside CDATA")
        self._data = data


def iselement(element):
    return isinstance(element, _Element)


# ---- writing ----------------------------------------------------------------------------------------------------------

def tostring(element_or_tree, encoding=None, method='xml', xml_declaration=None, pretty_print=False, with_tail=True,
             standalone=None, doctype=None, exclusive=False, inclusive_ns_prefixes=None, with_comments=True,
             strip_text=False):
    if method in ('c14n', 'c14n2'):
        if encoding is not None:
            raise TypeError("'%s' does not support an explicit encoding" % method)
        return _lxml.canonical(element_or_tree, bool(with_comments), bool(exclusive) or method == 'c14n2',
                               inclusive_ns_prefixes, bool(strip_text)).encode('utf-8')
    if encoding is unicode:
        encoding = 'unicode'
    return _lxml.tostring(element_or_tree, encoding, method, xml_declaration, bool(pretty_print), bool(with_tail),
                          standalone, doctype)


def tounicode(element_or_tree, method='xml', pretty_print=False, with_tail=True, doctype=None):
    return tostring(element_or_tree, unicode, method, None, pretty_print, with_tail, None, doctype)


def tostringlist(element_or_tree, *args, **kwargs):
    return [tostring(element_or_tree, *args, **kwargs)]


def dump(elem, pretty_print=True, with_tail=True):
    import sys
    sys.stdout.write(tostring(elem, pretty_print=pretty_print, with_tail=with_tail))


def _write(tree, file, encoding=None, method='xml', pretty_print=False, xml_declaration=None, with_tail=True,
           standalone=None, doctype=None, compression=0, **kwargs):
    if method not in ('c14n', 'c14n2') and encoding and encoding is not unicode and encoding != 'unicode':
        # Unlike tostring's, always in capitals.
        encoding = encoding.upper()
        if xml_declaration is None and encoding == 'UTF-8':
            xml_declaration = False
    data = tostring(tree, encoding, method, xml_declaration, pretty_print, with_tail, standalone, doctype, **kwargs)
    _put(file, data, compression)


def _put(file, data, compression=0):
    if compression:
        import gzip
        import StringIO
        packed = StringIO.StringIO()
        handle = gzip.GzipFile(mode='wb', compresslevel=compression, fileobj=packed)
        handle.write(data)
        handle.close()
        data = packed.getvalue()
    if hasattr(file, 'write'):
        file.write(data)
        return
    handle = open(file, 'wb')
    try:
        handle.write(data)
    finally:
        handle.close()


def _write_c14n(tree, file, exclusive=False, with_comments=True, compression=0, inclusive_ns_prefixes=None):
    _put(file, tostring(tree, method='c14n', exclusive=exclusive, with_comments=with_comments,
                        inclusive_ns_prefixes=inclusive_ns_prefixes), compression)


def canonicalize(xml_data=None, out=None, from_file=None, **options):
    with_comments = options.pop('with_comments', False)
    strip_text = options.pop('strip_text', False)
    for name in options:
        raise NotImplementedError('lxml.etree.canonicalize: %s is not available' % name)
    if xml_data is None and from_file is None:
        raise ValueError("Either 'xml_data' or 'from_file' must be provided as input")
    tree = parse(from_file) if xml_data is None else _lxml.tree(fromstring(xml_data))
    text = _lxml.canonical(tree, bool(with_comments), True, None, bool(strip_text))
    if out is None:
        return text
    out.write(text)


def indent(tree, space='  ', level=0):
    if isinstance(tree, _ElementTree):
        tree = tree.getroot()
    _indent(tree, space, level)


def _indent(element, space, level):
    if not len(element):
        return
    inner = '\n' + space * (level + 1)
    if not (element.text or '').strip():
        element.text = inner
    for child in element:
        _indent(child, space, level + 1)
        if not (child.tail or '').strip():
            child.tail = inner
    if not element[-1].tail.strip():
        element[-1].tail = '\n' + space * level


# ---- taking away ------------------------------------------------------------------------------------------------------

def strip_tags(tree_or_element, *tag_names):
    _lxml.strip(tree_or_element, [_name(name) for name in tag_names], False, False)


def strip_elements(tree_or_element, *tag_names, **options):
    _lxml.strip(tree_or_element, [_name(name) for name in tag_names], True, options.get('with_tail', True))


def strip_attributes(tree_or_element, *attribute_names):
    for element in tree_or_element.iter('*'):
        for name in attribute_names:
            element.attrib.pop(_name(name), None)


def cleanup_namespaces(tree_or_element, top_nsmap=None, keep_ns_prefixes=None):
    pass


def register_namespace(prefix, uri):
    raise NotImplementedError('lxml.etree.register_namespace is not available')


class ElementClassLookup(_Missing):
    pass


ElementDefaultClassLookup = ElementNamespaceClassLookup = CustomElementClassLookup = ElementClassLookup
AttributeBasedElementClassLookup = ParserBasedElementClassLookup = FallbackElementClassLookup = ElementClassLookup
PythonElementClassLookup = ElementClassLookup


class XInclude(_Missing):
    pass


class Resolver(object):
    pass


def set_element_class_lookup(lookup=None):
    if lookup is not None:
        raise NotImplementedError('lxml.etree: element class lookups are not available')


def clear_error_log():
    pass


def use_global_python_log(log):
    pass


# The names of the parts that are read and evaluated elsewhere.
from lxml._reading import (ETCompatXMLParser, HTML, HTMLParser, HTMLPullParser, TreeBuilder, XML, XMLDTDID, XMLID,
                           XMLParser, XMLPullParser, XMLTreeBuilder, _BaseParser, _ErrorLog, _ListErrorLog, _LogEntry,
                           fromstring, fromstringlist, get_default_parser, iterparse, iterwalk, parse, parseid,
                           set_default_parser)
from lxml._xpath import (ETXPath, Extension, FunctionNamespace, XPath, XPathDocumentEvaluator, XPathElementEvaluator,
                         XPathEvaluator, _function_namespaces, _XPathContext)
