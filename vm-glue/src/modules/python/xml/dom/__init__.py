"""W3C Document Object Model implementation for Python."""


class Node:
    """Class giving the NodeType constants."""

    ELEMENT_NODE = 1
    ATTRIBUTE_NODE = 2
    TEXT_NODE = 3
    CDATA_SECTION_NODE = 4
    ENTITY_REFERENCE_NODE = 5
    ENTITY_NODE = 6
    PROCESSING_INSTRUCTION_NODE = 7
    COMMENT_NODE = 8
    DOCUMENT_NODE = 9
    DOCUMENT_TYPE_NODE = 10
    DOCUMENT_FRAGMENT_NODE = 11
    NOTATION_NODE = 12


class DOMException(Exception):
    """Abstract base class for DOM exceptions. Exceptions with specific codes are specializations of this class."""

    def __init__(self, *args, **kw):
        if self.__class__ is DOMException:
            raise RuntimeError("DOMException should not be instantiated directly")
        Exception.__init__(self, *args, **kw)

    def _get_code(self):
        return self.code


_CODES = ('INDEX_SIZE DOMSTRING_SIZE HIERARCHY_REQUEST WRONG_DOCUMENT INVALID_CHARACTER NO_DATA_ALLOWED '
          'NO_MODIFICATION_ALLOWED NOT_FOUND NOT_SUPPORTED INUSE_ATTRIBUTE INVALID_STATE SYNTAX INVALID_MODIFICATION '
          'NAMESPACE INVALID_ACCESS VALIDATION').split()
for _code, _name in enumerate(_CODES, 1):
    globals()[_name + '_ERR'] = _code
    _class = ''.join(part.capitalize() for part in _name.split('_')).replace('Domstring', 'Domstring') + 'Err'
    globals()[_class] = type(_class, (DOMException,), {'code': _code, '__module__': __name__})
DOMSTRING_SIZE_ERR = 2
del _code, _name, _class


class UserDataHandler:
    """Class giving the operation constants for UserDataHandler.handle()."""

    NODE_CLONED = 1
    NODE_IMPORTED = 2
    NODE_DELETED = 3
    NODE_RENAMED = 4


XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
XMLNS_NAMESPACE = "http://www.w3.org/2000/xmlns/"
XHTML_NAMESPACE = "http://www.w3.org/1999/xhtml"
EMPTY_NAMESPACE = None
EMPTY_PREFIX = None

_registered = {}


def registerDOMImplementation(name, factory):
    _registered[name] = factory


def getDOMImplementation(name=None, features=()):
    """A suitable DOM implementation: by a registered or well-known name, else one that has the features."""
    import os
    known = {'minidom': 'xml.dom.minidom', '4DOM': 'xml.dom.DOMImplementation'}
    if name in known:
        return __import__(known[name], {}, {}, ['getDOMImplementation']).getDOMImplementation()
    if name:
        return _registered[name]()
    if 'PYTHON_DOM' in os.environ:
        return getDOMImplementation(name=os.environ['PYTHON_DOM'])
    if isinstance(features, basestring):
        from xml.dom.domreg import _parse_feature_string
        features = _parse_feature_string(features)
    for factory in _registered.values():
        found = factory()
        if all(found.hasFeature(feature, version) for feature, version in features):
            return found
    found = getDOMImplementation('minidom')
    if all(found.hasFeature(feature, version) for feature, version in features):
        return found
    raise ImportError, "no suitable DOM implementation found"
