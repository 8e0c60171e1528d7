# lxml.etree over the framework's element trees: parsers, factories, serialisation, XPath objects.

import _lxml
from _lxml import (C14NError, DocumentInvalid, LxmlError, LxmlSyntaxError, ParseError, ParserError, SerialisationError,
                   XIncludeError, XMLSyntaxError, XPathError, XPathEvalError, XPathSyntaxError, _Comment, _Element,
                   _ElementStringResult, _ElementTree, _ElementUnicodeResult, _ProcessingInstruction)

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


# ---- parsers ----------------------------------------------------------------------------------------------------------

class _BaseParser(object):
    _is_html = False
    error_log = ()

    def __init__(self, **options):
        self._options = options
        self._fed = []
        self.target = options.get('target')
        if self.target is not None:
            raise NotImplementedError('lxml.etree: parser targets are not available')

    def feed(self, data):
        self._fed.append(data)

    def close(self):
        data = ''.join(self._fed)
        self._fed = []
        return self._parse(data, None)

    def makeelement(self, tag, attrib=None, nsmap=None, **extra):
        return _make(tag, attrib, nsmap, extra, self._is_html)

    def set_element_class_lookup(self, lookup=None):
        if lookup is not None:
            raise NotImplementedError('lxml.etree: element class lookups are not available')

    def copy(self):
        return self.__class__(**self._options)


class XMLParser(_BaseParser):
    def _parse(self, data, base_url):
        get = self._options.get
        return _lxml.xml(data, get('encoding'), bool(get('recover')), bool(get('remove_blank_text')),
                         bool(get('remove_comments')), base_url)


class HTMLParser(_BaseParser):
    _is_html = True

    def _parse(self, data, base_url):
        root = _lxml.html(data, self._options.get('encoding'), base_url)
        if root is not None and self._options.get('remove_comments'):
            _lxml.strip(root, [Comment], True, False)
        if root is None and not self._options.get('recover', True):
            raise XMLSyntaxError(u'Document is empty')
        return root


ETCompatXMLParser = XMLParser
_default = XMLParser()


def get_default_parser():
    return _default


def set_default_parser(parser=None):
    global _default
    _default = parser or XMLParser()


def fromstring(text, parser=None, base_url=None):
    return (parser or _default)._parse(text, base_url)


XML = fromstring


def HTML(text, parser=None, base_url=None):
    return (parser or HTMLParser())._parse(text, base_url)


def fromstringlist(strings, parser=None):
    return fromstring(''.join(strings), parser)


def XMLID(text, parser=None, base_url=None):
    root = fromstring(text, parser, base_url)
    return root, dict([(element.get('id'), element) for element in root.iter('*') if element.get('id')])


def _read(source):
    if hasattr(source, 'read'):
        return source.read(), getattr(source, 'name', None) or getattr(source, 'url', None)
    if source[:7].lower() in ('http://', 'https:/', 'ftp://'):
        import urllib2
        return urllib2.urlopen(source).read(), source
    if source[:7] == 'file://':
        source = source[7:]
    try:
        handle = open(source, 'rb')
    except IOError:
        raise IOError("Error reading file '%s': failed to load external entity \"%s\"" % (source, source))
    try:
        return handle.read(), source
    finally:
        handle.close()


def parse(source, parser=None, base_url=None):
    data, url = _read(source)
    root = fromstring(data, parser, base_url or url)
    if root is None:
        raise XMLSyntaxError(u'Document is empty, line 1, column 1')
    return _lxml.tree(root)


def iterparse(source, events=('end',), tag=None, **options):
    data, url = _read(source)
    html = options.pop('html', False)
    root = (html and HTMLParser or XMLParser)(**options)._parse(data, url)
    found = []
    _events(root, events, found)
    if tag is not None:
        found = [item for item in found if item[1].tag == tag]
    return iter(found)


def _events(root, events, found):
    open_elements = [(root, iter(root))]
    if 'start' in events:
        found.append(('start', root))
    while open_elements:
        element, children = open_elements[-1]
        child = None
        for child in children:
            break
        else:
            open_elements.pop()
            if 'end' in events:
                found.append(('end', element))
            continue
        if child.tag is Comment:
            if 'comment' in events:
                found.append(('comment', child))
        elif child.tag is PI:
            if 'pi' in events:
                found.append(('pi', child))
        else:
            if 'start' in events:
                found.append(('start', child))
            open_elements.append((child, iter(child)))


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


def CDATA(data):
    return data


def iselement(element):
    return isinstance(element, _Element)


# ---- writing ----------------------------------------------------------------------------------------------------------

def tostring(element_or_tree, encoding=None, method='xml', xml_declaration=None, pretty_print=False, with_tail=True,
             standalone=None, doctype=None, exclusive=False, with_comments=True, inclusive_ns_prefixes=None):
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
    data = tostring(tree, encoding, method, xml_declaration, pretty_print, with_tail, standalone, doctype)
    if hasattr(file, 'write'):
        file.write(data)
        return
    handle = open(file, 'wb')
    try:
        handle.write(data)
    finally:
        handle.close()


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


# ---- XPath ------------------------------------------------------------------------------------------------------------

class XPath(object):
    def __init__(self, path, namespaces=None, extensions=None, regexp=True, smart_strings=True):
        self.path = path
        self._options = {'smart_strings': smart_strings}
        namespaces = dict(namespaces or {})
        if regexp:
            namespaces.setdefault('re', 'http://exslt.org/regular-expressions')
        if namespaces:
            self._options['namespaces'] = namespaces
        # A bad expression is an error at once.
        try:
            Element('x').xpath(path, **self._options)
        except XPathEvalError, error:
            if 'nvalid expression' in str(error):
                raise XPathSyntaxError(str(error))

    def __call__(self, _etree_or_element, **_variables):
        _variables.update(self._options)
        return _etree_or_element.xpath(self.path, **_variables)

    def evaluate(self, _etree_or_element, **_variables):
        return self(_etree_or_element, **_variables)

    def __repr__(self):
        return self.path


class ETXPath(XPath):
    def __init__(self, path, extensions=None, regexp=True, smart_strings=True):
        namespaces, made = {}, ''
        while '{' in path:
            before, rest = path.split('{', 1)
            uri, path = rest.split('}', 1)
            prefix = namespaces.setdefault(uri, '__xpp%02d' % len(namespaces))
            made = made + before + prefix + ':'
        prefixes = dict([(prefix, uri) for uri, prefix in namespaces.items()])
        XPath.__init__(self, made + path, prefixes, extensions, regexp, smart_strings)


class XPathElementEvaluator(object):
    def __init__(self, element, namespaces=None, extensions=None, regexp=True, smart_strings=True):
        self._element = element
        self._options = (namespaces, extensions, regexp, smart_strings)

    def register_namespace(self, prefix, uri):
        namespaces = dict(self._options[0] or {})
        namespaces[prefix] = uri
        self._options = (namespaces,) + self._options[1:]

    def __call__(self, _path, **_variables):
        return XPath(_path, *self._options)(self._element, **_variables)

    evaluate = __call__


XPathDocumentEvaluator = XPathEvaluator = XPathElementEvaluator


def register_namespace(prefix, uri):
    raise NotImplementedError('lxml.etree.register_namespace is not available')


class _FunctionNamespace(dict):
    """Functions by name; used as a decorator it takes them under their own names."""

    def __call__(self, function):
        self[function.__name__] = function
        return function


_function_namespaces = {}


def FunctionNamespace(ns_uri):
    return _function_namespaces.setdefault(ns_uri or '', _FunctionNamespace())


def clear_error_log():
    pass


def use_global_python_log(log):
    pass
