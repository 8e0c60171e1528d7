# lxml.objectify: XML as objects. Children are attributes, leaves have values.

import copy

import _lxml
from lxml import etree

PYTYPE = '{http://codespeak.net/lxml/objectify/pytype}pytype'


def _wrap(element):
    if element is None or not isinstance(element, etree._Element) or callable(element.tag):
        return element
    if len(element):
        return ObjectifiedElement(element)
    return _leaf(element)


def _leaf(element):
    text = element.text
    kind = element.get(PYTYPE)
    if kind is not None:
        for made in (StringElement, IntElement, FloatElement, BoolElement, NoneElement):
            if kind in made._types:
                return made(element)
    if text is None or not text.strip():
        if text is None and element.getparent() is None:
            return ObjectifiedElement(element)
        return StringElement(element)
    for made in (IntElement, FloatElement, BoolElement):
        try:
            made._convert(text)
        except ValueError:
            continue
        return made(element)
    return StringElement(element)


def _unwrap(value):
    if isinstance(value, ObjectifiedElement):
        return value._el
    return value


class ObjectifiedElement(object):
    def __init__(self, element):
        self.__dict__['_el'] = element

    def _path(self, name):
        if name[:1] == '{':
            return name
        tag = self._el.tag
        if tag[:1] == '{':
            return tag.split('}')[0] + '}' + name
        return name

    def __getattr__(self, name):
        if name[:2] == '__' and name[-2:] == '__':
            raise AttributeError(name)
        found = self._el.find(self._path(name))
        if found is None:
            raise AttributeError(u'no such child: %s' % self._path(name))
        return _wrap(found)

    def __setattr__(self, name, value):
        if name == 'tag':
            self._el.tag = value
            return
        if name == 'tail':
            self._el.tail = value
            return
        path = self._path(name)
        old = self._el.find(path)
        made = _element_for(self._el, path, value)
        if old is not None:
            made.tail = old.tail
            self._el.replace(old, made)
        else:
            self._el.append(made)

    def __delattr__(self, name):
        found = self._el.find(self._path(name))
        if found is None:
            raise AttributeError(u'no such child: %s' % self._path(name))
        self._el.remove(found)

    def _siblings(self):
        parent = self._el.getparent()
        if parent is None:
            return [self._el]
        return parent.findall(self._el.tag)

    def __getitem__(self, key):
        if isinstance(key, basestring):
            return self.__getattr__(key)
        if isinstance(key, slice):
            return [_wrap(element) for element in self._siblings()[key]]
        siblings = self._siblings()
        try:
            return _wrap(siblings[key])
        except IndexError:
            raise IndexError(unicode(key))

    def __getslice__(self, first, last):
        return [_wrap(element) for element in self._siblings()[first:last]]

    def __setitem__(self, key, value):
        if isinstance(key, basestring):
            setattr(self, key, value)
            return
        old = self._siblings()[key]
        made = _element_for(old.getparent(), old.tag, value)
        made.tail = old.tail
        old.getparent().replace(old, made)

    def __delitem__(self, key):
        if isinstance(key, basestring):
            delattr(self, key)
            return
        old = self._siblings()[key]
        old.getparent().remove(old)

    def __len__(self):
        return len(self._siblings())

    def __nonzero__(self):
        return True

    def __iter__(self):
        return iter([_wrap(element) for element in self._siblings()])

    def __contains__(self, name):
        return self._el.find(self._path(name)) is not None

    tag = property(lambda self: self._el.tag)
    text = property(lambda self: self._el.text)
    tail = property(lambda self: self._el.tail)
    attrib = property(lambda self: self._el.attrib)
    prefix = property(lambda self: self._el.prefix)
    nsmap = property(lambda self: self._el.nsmap)
    base = property(lambda self: self._el.base)
    sourceline = property(lambda self: self._el.sourceline)

    def get(self, key, default=None):
        return self._el.get(key, default)

    def set(self, key, value):
        self._el.set(key, value)

    def keys(self):
        return self._el.keys()

    def values(self):
        return self._el.values()

    def items(self):
        return self._el.items()

    def countchildren(self):
        return len(self._el)

    def getchildren(self):
        return [_wrap(element) for element in self._el]

    def iterchildren(self, *args, **kwargs):
        return iter([_wrap(element) for element in self._el.iterchildren(*args, **kwargs)])

    def iter(self, *args, **kwargs):
        return iter([_wrap(element) for element in self._el.iter(*args, **kwargs)])

    getiterator = iter

    def iterancestors(self, *args):
        return iter([_wrap(element) for element in self._el.iterancestors(*args)])

    def itersiblings(self, *args, **kwargs):
        return iter([_wrap(element) for element in self._el.itersiblings(*args, **kwargs)])

    def itertext(self, *args, **kwargs):
        return self._el.itertext(*args, **kwargs)

    def getparent(self):
        return _wrap(self._el.getparent())

    def getnext(self):
        return _wrap(self._el.getnext())

    def getprevious(self):
        return _wrap(self._el.getprevious())

    def getroottree(self):
        return self._el.getroottree()

    def find(self, path, namespaces=None):
        return _wrap(self._el.find(path, namespaces))

    def findall(self, path, namespaces=None):
        return [_wrap(element) for element in self._el.findall(path, namespaces)]

    def findtext(self, path, default=None, namespaces=None):
        return self._el.findtext(path, default, namespaces)

    def xpath(self, path, **kwargs):
        found = self._el.xpath(path, **kwargs)
        if isinstance(found, list):
            return [_wrap(element) for element in found]
        return found

    def append(self, element):
        self._el.append(_unwrap(element))

    def extend(self, elements):
        for element in elements:
            self.append(element)

    def insert(self, index, element):
        self._el.insert(index, _unwrap(element))

    def remove(self, element):
        self._el.remove(_unwrap(element))

    def addattr(self, name, value):
        self._el.append(_element_for(self._el, self._path(name), value))

    def descendantpaths(self, prefix=None):
        found = []
        _paths(self._el, prefix or self._el.tag, found)
        return found

    def __copy__(self):
        return _wrap(copy.copy(self._el))

    def __deepcopy__(self, memo):
        return _wrap(copy.deepcopy(self._el))

    def __eq__(self, other):
        return isinstance(other, ObjectifiedElement) and self._el is other._el

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self._el)

    def __repr__(self):
        return repr(self._el)

    def __str__(self):
        return self._el.text or ''


def _paths(element, path, found):
    found.append(path)
    counts = {}
    for child in element:
        if callable(child.tag):
            continue
        at = counts.get(child.tag, 0)
        counts[child.tag] = at + 1
        name = child.tag
        if at:
            name = '%s[%d]' % (name, at)
        _paths(child, path + '.' + name, found)


class ObjectifiedDataElement(ObjectifiedElement):
    _types = ()

    pyval = property(lambda self: self._convert(self._el.text))

    def _setText(self, text):
        self._el.text = text

    def __repr__(self):
        return repr(self.pyval)

    def __str__(self):
        return str(self.pyval)

    def __unicode__(self):
        return unicode(self.pyval)

    def __nonzero__(self):
        return bool(self.pyval)

    def __hash__(self):
        return hash(self.pyval)

    def __cmp__(self, other):
        return cmp(self.pyval, _value(other))

    def __eq__(self, other):
        return self.pyval == _value(other)

    def __ne__(self, other):
        return self.pyval != _value(other)

    def __lt__(self, other):
        return self.pyval < _value(other)

    def __le__(self, other):
        return self.pyval <= _value(other)

    def __gt__(self, other):
        return self.pyval > _value(other)

    def __ge__(self, other):
        return self.pyval >= _value(other)

    def __add__(self, other):
        return self.pyval + _value(other)

    def __radd__(self, other):
        return _value(other) + self.pyval

    def __mul__(self, other):
        return self.pyval * _value(other)

    __rmul__ = __mul__

    def __mod__(self, other):
        return self.pyval % _value(other)


class NumberElement(ObjectifiedDataElement):
    def __sub__(self, other):
        return self.pyval - _value(other)

    def __rsub__(self, other):
        return _value(other) - self.pyval

    def __div__(self, other):
        return self.pyval / _value(other)

    def __rdiv__(self, other):
        return _value(other) / self.pyval

    def __rmod__(self, other):
        return _value(other) % self.pyval

    def __pow__(self, other):
        return self.pyval ** _value(other)

    def __neg__(self):
        return -self.pyval

    def __abs__(self):
        return abs(self.pyval)

    def __int__(self):
        return int(self.pyval)

    def __long__(self):
        return long(self.pyval)

    def __float__(self):
        return float(self.pyval)

    def __index__(self):
        return int(self.pyval)


def _value(other):
    if isinstance(other, ObjectifiedDataElement):
        return other.pyval
    return other


def _number(text):
    # A number with a sign, digits and nothing else.
    digits = text.strip()
    if digits[:1] in ('+', '-'):
        digits = digits[1:]
    if not digits.isdigit():
        raise ValueError('invalid literal for int() with base 10: %r' % text)
    return int(text)


def _float(text):
    text = text.strip()
    if text.lower() in ('inf', '-inf', '+inf', 'nan'):
        return float(text)
    digits = text.lstrip('+-').replace('.', '', 1)
    if not digits.isdigit():
        raise ValueError('invalid literal for float(): %s' % text)
    return float(text)


def _bool(text):
    known = {'true': True, '1': True, 'false': False, '0': False}
    text = text.strip().lower()
    if text not in known:
        raise ValueError('Invalid boolean value: %r' % text)
    return known[text]


class IntElement(NumberElement):
    _types = ('int', 'long')
    _convert = staticmethod(_number)


LongElement = IntElement


class FloatElement(NumberElement):
    _types = ('float',)
    _convert = staticmethod(_float)


class BoolElement(NumberElement):
    _types = ('bool',)
    _convert = staticmethod(_bool)


class NoneElement(ObjectifiedDataElement):
    _types = ('NoneType', 'none')
    _convert = staticmethod(lambda text: None)


class StringElement(ObjectifiedDataElement):
    _types = ('str', 'unicode')

    def _convert(text):
        if text is None:
            return u''
        return text

    _convert = staticmethod(_convert)

    def __float__(self):
        return float(self.pyval)

    def __int__(self):
        return int(self.pyval)

    def strlen(self):
        return len(self.pyval)


def _element_for(parent, tag, value):
    if isinstance(value, ObjectifiedElement):
        made = copy.deepcopy(value._el)
        made.tag = tag
        return made
    if isinstance(value, etree._Element):
        return value
    made = _lxml.element(tag, {}, {'py': 'http://codespeak.net/lxml/objectify/pytype'}, False)
    kind = type(value).__name__
    if isinstance(value, bool):
        made.text = value and 'true' or 'false'
    elif value is None:
        kind = 'NoneType'
        made.set('{http://www.w3.org/2001/XMLSchema-instance}nil', 'true')
    elif isinstance(value, basestring):
        kind = 'str'
        made.text = value
    else:
        made.text = str(value)
    made.set(PYTYPE, kind)
    return made


def _pretty(obj, encoding):
    element = _unwrap(obj)
    if not isinstance(element, etree._Element):
        raise TypeError(u"Type '%s' cannot be serialized." % type(obj).__name__)
    return etree.tostring(element, encoding=encoding, pretty_print=True)


def fromstring(xml, parser=None, base_url=None):
    return _wrap(etree.fromstring(xml, parser, base_url))


XML = fromstring


def parse(source, parser=None, base_url=None):
    return etree.parse(source, parser, base_url)


def Element(_tag, attrib=None, nsmap=None, _pytype=None, **_attributes):
    return _wrap(etree.Element(_tag, attrib, nsmap, **_attributes))


def SubElement(_parent, _tag, attrib=None, nsmap=None, **_extra):
    return _wrap(etree.SubElement(_unwrap(_parent), _tag, attrib, nsmap, **_extra))


def DataElement(_value, attrib=None, nsmap=None, _pytype=None, _xsi=None, **_attributes):
    made = _element_for(etree.Element('x'), 'value', _value)
    for name, value in dict(attrib or {}, **_attributes).items():
        made.set(name, value)
    return _wrap(made)


XSI = '{http://www.w3.org/2001/XMLSchema-instance}'


def dump(element):
    """The tree as lines: names, values and what the values are; attributes behind a star."""
    lines = []
    _dump(element, 0, lines)
    return '\n'.join(lines)


def _dump(element, level, lines):
    indent = '    ' * level
    if isinstance(element, ObjectifiedDataElement):
        value = repr(element)
    else:
        text = _unwrap(element).text
        value = repr(text) if text and text.strip() else 'None'
    lines.append('%s%s = %s [%s]' % (indent, element.tag, value, type(element).__name__))
    for name, value in sorted(element.items()):
        lines.append('%s  * %s = %r' % (indent, name.replace(XSI, 'xsi:'), value))
    for child in element.iterchildren():
        if not callable(child.tag):
            _dump(child, level + 1, lines)


def deannotate(element_or_tree, pytype=True, xsi=True, xsi_nil=False, cleanup_namespaces=False):
    for element in _unwrap(element_or_tree).iter('*'):
        element.attrib.pop(PYTYPE, None)


def makeparser(**kw):
    return etree.XMLParser(**kw)
