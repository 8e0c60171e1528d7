"""The values of AMF as Python has them (the module pyamf); reading and writing them is native (`_pyamf`)."""

import datetime
import types

import _pyamf

AMF0 = 0
AMF3 = 3
ENCODING_TYPES = (AMF0, AMF3)
DEFAULT_ENCODING = AMF0
__version__ = (0, 6, 1)

_EPOCH = datetime.datetime(1970, 1, 1)


class BaseError(Exception):
    pass


class DecodeError(BaseError):
    pass


class EOStream(BaseError):
    pass


class ReferenceError(BaseError):
    pass


class EncodeError(BaseError):
    pass


class ClassAliasError(BaseError):
    pass


class UnknownClassAlias(ClassAliasError):
    pass


class UndefinedType(object):
    def __repr__(self):
        return 'pyamf.Undefined'

    def __nonzero__(self):
        return False


Undefined = UndefinedType()


class ASObject(dict):
    """An object without a class of its own: what it has are items and attributes alike."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name)

    def __setattr__(self, name, value):
        self[name] = value

    def __repr__(self):
        return dict.__repr__(self)

    def __hash__(self):
        return id(self)


class MixedArray(dict):
    """An array whose items have names or numbers."""


class TypedObject(dict):
    """An object of a class that is not registered; `alias` is its name."""

    def __init__(self, alias):
        dict.__init__(self)
        self.alias = alias


class ClassAlias(object):
    def __init__(self, klass, alias=None, **options):
        self.klass = klass
        self.alias = alias or _class_name(klass)

    def __str__(self):
        return self.alias


_by_name = {}
_by_class = {}


def _class_name(klass):
    module = getattr(klass, '__module__', '')
    return '%s.%s' % (module, klass.__name__) if module else klass.__name__


def register_class(klass, alias=None):
    """Makes objects of a class travel under a name, and come back as objects of the class."""
    if not isinstance(klass, (type, types.ClassType)):
        raise TypeError('klass must be callable')
    made = ClassAlias(klass, alias)
    if klass in _by_class:
        raise ValueError('klass %r already registered' % (klass,))
    if made.alias in _by_name:
        raise ValueError("alias '%s' already registered" % made.alias)
    _by_class[klass] = made
    _by_name[made.alias] = made
    return made


def unregister_class(alias):
    if isinstance(alias, basestring):
        made = _by_name.get(alias)
    else:
        made = _by_class.get(alias)
    if made is None:
        raise UnknownClassAlias('Unknown alias for %r' % (alias,))
    del _by_name[made.alias]
    del _by_class[made.klass]
    return made


def get_class_alias(klass):
    if isinstance(klass, basestring):
        return load_class(klass)
    if klass not in _by_class:
        raise UnknownClassAlias('Unknown alias for %r' % (klass,))
    return _by_class[klass]


def load_class(alias):
    if alias not in _by_name:
        raise UnknownClassAlias('Unknown alias for %r' % (alias,))
    return _by_name[alias]


def register_package(module=None, package=None, separator='.', ignore=[], strict=True):
    """Registers every class of a module, under the package's name."""
    if isinstance(module, basestring):
        module, package = None, module
    if module is None:
        raise TypeError('a module is needed')
    package = module.__name__ if package is None else package
    made = {}
    for name in dir(module):
        klass = getattr(module, name)
        if name.startswith('_') or name in ignore or not isinstance(klass, (type, types.ClassType)):
            continue
        if strict and klass.__module__ != module.__name__:
            continue
        alias = '%s%s%s' % (package, separator, name) if package else name
        made[alias] = register_class(klass, alias)
    return made


def encode(*args, **options):
    """Values as AMF: a stream with `getvalue()` and `read()`."""
    from pyamf.util import BufferedByteStream
    return BufferedByteStream(_pyamf.encode(list(args), options.get('encoding', DEFAULT_ENCODING)))


def decode(stream, encoding=DEFAULT_ENCODING, *args, **options):
    """The values of AMF data, one after the other."""
    return iter(_pyamf.decode(_data(stream), encoding))


def _data(stream):
    if isinstance(stream, basestring):
        return stream
    if hasattr(stream, 'getvalue'):
        return stream.getvalue()
    return stream.read()


# What the native code asks for.

def _date(milliseconds):
    return _EPOCH + datetime.timedelta(milliseconds=milliseconds)


def _xml(source):
    from xml.etree import ElementTree
    return ElementTree.fromstring(source.encode('utf-8'))


def _byte_array(data):
    from pyamf.amf3 import ByteArray
    return ByteArray(data)


def _new(alias):
    if not alias:
        return ASObject()
    known = _by_name.get(alias)
    if known is None:
        return TypedObject(alias)
    return known.klass()


def _collection(alias, content):
    from pyamf import flex
    if alias.endswith('ObjectProxy'):
        return flex.ObjectProxy(content)
    return flex.ArrayCollection(content)


def _kind(value):
    from pyamf.amf3 import ByteArray
    if isinstance(value, ByteArray):
        return 'bytes', str(value)
    if isinstance(value, UndefinedType):
        return ('undefined',)
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = (value - value.utcoffset()).replace(tzinfo=None)
        past = value - _EPOCH
        return 'date', past.days * 86400.0 + past.seconds + past.microseconds // 1000 / 1000.0
    if isinstance(value, datetime.date):
        return 'date', (value - _EPOCH.date()).days * 86400.0
    if isinstance(value, (datetime.time, datetime.timedelta)):
        raise EncodeError('A datetime.%s cannot be encoded' % type(value).__name__)
    if isinstance(value, MixedArray):
        names = sorted([name for name in value if isinstance(name, (int, long))])
        names += [name for name in value if not isinstance(name, (int, long))]
        return 'mixed', [(_name(name), value[name]) for name in names]
    if isinstance(value, TypedObject):
        return 'object', value.alias, [(_name(name), value[name]) for name in value]
    if type(value).__name__ == 'ArrayCollection':
        return 'collection', list(value)
    if isinstance(value, dict):
        alias = _by_class.get(type(value))
        return 'object', alias.alias if alias else '', [(_name(name), value[name]) for name in value]
    if isinstance(value, (list, tuple, set, frozenset, types.GeneratorType)):
        return 'list', list(value)
    if hasattr(value, 'tag') and hasattr(value, 'getchildren'):
        from xml.etree import ElementTree
        return 'xml', ElementTree.tostring(value)
    if isinstance(value, (types.ModuleType, types.FunctionType, types.MethodType, types.BuiltinFunctionType, type)):
        raise EncodeError('Cannot encode %r' % (value,))
    alias = _by_class.get(value.__class__)
    if not hasattr(value, '__dict__'):
        raise EncodeError('Cannot encode %r' % (value,))
    members = [(name, value.__dict__[name]) for name in value.__dict__ if not name.startswith('_')]
    return 'object', alias.alias if alias else '', members


def _name(name):
    if isinstance(name, (int, long)):
        return str(name)
    if not isinstance(name, basestring):
        raise EncodeError('the name %r of a member is no string' % (name,))
    return name
