# XPath objects of lxml.etree, and functions of the plug-in's for expressions.

import _lxml
from _lxml import XPathEvalError, XPathSyntaxError


class XPath(object):
    def __init__(self, path, namespaces=None, extensions=None, regexp=True, smart_strings=True):
        self.path = path if isinstance(path, unicode) else path.decode('utf-8')
        self._options = {'smart_strings': smart_strings}
        if extensions:
            self._options['extensions'] = extensions
        namespaces = dict(namespaces or {})
        if regexp:
            namespaces.setdefault('re', 'http://exslt.org/regular-expressions')
        if namespaces:
            self._options['namespaces'] = namespaces
        # A bad expression is an error at once.
        try:
            _lxml.element('x', {}, None, False).xpath(self.path, **self._options)
        except XPathEvalError, error:
            if 'nvalid expression' in str(error):
                raise XPathSyntaxError(str(error))
        except Exception:
            # What an extension function says of an empty document counts for nothing.
            pass

    def __call__(self, _etree_or_element, **_variables):
        _variables.update(self._options)
        return _etree_or_element.xpath(self.path, **_variables)

    def evaluate(self, _etree_or_element, **_variables):
        return self(_etree_or_element, **_variables)

    def __repr__(self):
        return self.path.encode('utf-8')


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
        self.register_namespaces({prefix: uri})

    def register_namespaces(self, namespaces):
        known = dict(self._options[0] or {})
        known.update(namespaces)
        self._options = (known,) + self._options[1:]

    def __call__(self, _path, **_variables):
        namespaces, extensions, regexp, smart_strings = self._options
        namespaces = dict(namespaces or {})
        if regexp:
            namespaces.setdefault('re', 'http://exslt.org/regular-expressions')
        if namespaces:
            _variables['namespaces'] = namespaces
        if extensions:
            _variables['extensions'] = extensions
        return self._element.xpath(_path, smart_strings=smart_strings, **_variables)

    evaluate = __call__


class XPathDocumentEvaluator(XPathElementEvaluator):
    pass


def XPathEvaluator(etree_or_element, namespaces=None, extensions=None, regexp=True, smart_strings=True):
    made = XPathDocumentEvaluator if isinstance(etree_or_element, _lxml._ElementTree) else XPathElementEvaluator
    return made(etree_or_element, namespaces, extensions, regexp, smart_strings)


# ---- functions --------------------------------------------------------------------------------------------------------

class _XPathContext(object):
    """What extension functions get first."""

    def __init__(self, node):
        self.context_node = node
        self.eval_context = {}


class _FunctionNamespace(object):
    """Functions by name; used as a decorator it takes them under their own names."""

    def __init__(self, uri):
        self._uri = uri
        self._functions = {}
        self._prefix = None

    def _get_prefix(self):
        return self._prefix or ''

    def _set_prefix(self, prefix):
        self._prefix = prefix or None
        _lxml.function_prefix(self._prefix, self._uri)

    def _del_prefix(self):
        self._set_prefix(None)

    prefix = property(_get_prefix, _set_prefix, _del_prefix)

    def __call__(self, name_or_function):
        if isinstance(name_or_function, basestring):
            def named(function):
                self[name_or_function] = function
                return function
            return named
        self[name_or_function.__name__] = name_or_function
        return name_or_function

    def __setitem__(self, name, function):
        if not callable(function):
            raise _lxml.NamespaceRegistryError('Registered functions must be callable.')
        if not name:
            raise ValueError('extensions must have non empty names')
        self._functions[name] = function

    def __getitem__(self, name):
        try:
            return self._functions[name]
        except KeyError:
            raise KeyError('Name not registered.')

    def __delitem__(self, name):
        del self._functions[name]

    def __iter__(self):
        return iter(self._functions)

    def __contains__(self, name):
        return name in self._functions

    def __len__(self):
        return len(self._functions)

    def update(self, functions):
        for name, function in dict(functions).items():
            self[name] = function

    def items(self):
        return self._functions.items()

    def iteritems(self):
        return self._functions.iteritems()

    def clear(self):
        self._functions.clear()

    def __repr__(self):
        return 'FunctionNamespace(%r)' % (self._uri,)


_function_namespaces = {}


def FunctionNamespace(ns_uri):
    key = ns_uri or ''
    if key not in _function_namespaces:
        _function_namespaces[key] = _FunctionNamespace(ns_uri or None)
    return _function_namespaces[key]


def Extension(module, function_mapping=None, ns=None):
    if isinstance(function_mapping, dict):
        return dict([((ns, name), getattr(module, attribute)) for attribute, name in function_mapping.items()])
    if function_mapping is None:
        function_mapping = [name for name in dir(module) if not name.startswith('_')]
    return dict([((ns, name), getattr(module, name)) for name in function_mapping])
