"""Data structures printed so that people can read them (the Python 2 module pprint)."""

import sys as _sys
import warnings
from StringIO import StringIO as _StringIO

__all__ = ["pprint", "pformat", "isreadable", "isrecursive", "saferepr", "PrettyPrinter"]


def pprint(object, stream=None, indent=1, width=80, depth=None):
    """Prints an object, to a stream or to sys.stdout."""
    PrettyPrinter(stream=stream, indent=indent, width=width, depth=depth).pprint(object)


def pformat(object, indent=1, width=80, depth=None):
    """An object as text."""
    return PrettyPrinter(indent=indent, width=width, depth=depth).pformat(object)


def saferepr(object):
    """As repr(), but an object that contains itself ends."""
    return _safe_repr(object, {}, None, 0)[0]


def isreadable(object):
    """Can eval() read what saferepr() gives?"""
    return _safe_repr(object, {}, None, 0)[1]


def isrecursive(object):
    """Does the object contain itself?"""
    return _safe_repr(object, {}, None, 0)[2]


def _sorted(iterable):
    with warnings.catch_warnings():
        if _sys.py3kwarning:
            warnings.filterwarnings("ignore", "comparing unequal types not supported", DeprecationWarning)
        return sorted(iterable)


class PrettyPrinter:
    """What the functions of this module stand on."""

    def __init__(self, indent=1, width=80, depth=None, stream=None):
        indent = int(indent)
        width = int(width)
        assert indent >= 0, "indent must be >= 0"
        assert depth is None or depth > 0, "depth must be > 0"
        assert width, "width must be != 0"
        self._depth = depth
        self._indent_per_level = indent
        self._width = width
        self._stream = stream if stream is not None else _sys.stdout

    def pprint(self, object):
        self._format(object, self._stream, 0, 0, {}, 0)
        self._stream.write("\n")

    def pformat(self, object):
        stream = _StringIO()
        self._format(object, stream, 0, 0, {}, 0)
        return stream.getvalue()

    def isrecursive(self, object):
        return self.format(object, {}, 0, 0)[2]

    def isreadable(self, object):
        text, readable, recursive = self.format(object, {}, 0, 0)
        return readable and not recursive

    def format(self, object, context, maxlevels, level):
        """(text, whether eval can read it, whether it contains itself); made to be overridden."""
        return _safe_repr(object, context, maxlevels, level)

    def _repr(self, object, context, level):
        text, readable, recursive = self.format(object, context.copy(), self._depth, level)
        self._readable = getattr(self, '_readable', True) and readable
        self._recursive = getattr(self, '_recursive', False) or recursive
        return text

    def _format(self, object, stream, indent, allowance, context, level):
        level += 1
        known = id(object)
        if known in context:
            stream.write(_recursion(object))
            self._recursive = True
            self._readable = False
            return
        text = self._repr(object, context, level - 1)
        kind = type(object)
        wide = len(text) > self._width - 1 - indent - allowance
        if self._depth and level > self._depth or not wide:
            stream.write(text)
            return
        reprs = getattr(kind, "__repr__", None)
        write = stream.write
        if issubclass(kind, dict) and reprs == dict.__repr__:
            self._format_dict(object, stream, indent, allowance, context, level, known)
            return
        brackets = None
        if issubclass(kind, list) and reprs == list.__repr__:
            brackets = '[', ']'
        elif issubclass(kind, tuple) and reprs == tuple.__repr__:
            brackets = '(', ',)' if len(object) == 1 else ')'
        elif issubclass(kind, set) and reprs == set.__repr__ and object:
            brackets = kind.__name__ + '([', '])'
            indent += len(kind.__name__) + 1
            object = _sorted(object)
        elif issubclass(kind, frozenset) and reprs == frozenset.__repr__ and object:
            brackets = kind.__name__ + '([', '])'
            indent += len(kind.__name__) + 1
            object = _sorted(object)
        if brackets is None:
            write(text)
            return
        start, end = brackets
        write(start)
        if self._indent_per_level > 1:
            write((self._indent_per_level - 1) * ' ')
        if object:
            context[known] = 1
            indent += self._indent_per_level
            first = True
            for item in object:
                if not first:
                    write(',\n' + ' ' * indent)
                self._format(item, stream, indent, allowance + 1, context, level)
                first = False
            del context[known]
        write(end)

    def _format_dict(self, object, stream, indent, allowance, context, level, known):
        write = stream.write
        write('{')
        if self._indent_per_level > 1:
            write((self._indent_per_level - 1) * ' ')
        if object:
            context[known] = 1
            indent += self._indent_per_level
            first = True
            for key, value in _sorted(object.items()):
                if not first:
                    write(',\n' + ' ' * indent)
                text = self._repr(key, context, level)
                write(text)
                write(': ')
                self._format(value, stream, indent + len(text) + 2, allowance + 1, context, level)
                first = False
            del context[known]
        write('}')


def _text_repr(object):
    """The repr of a string; letters of the locale stay as they are."""
    if 'locale' not in _sys.modules or object.isalpha():
        return repr(object)
    if "'" in object and '"' not in object:
        quote, escaped = '"', {'"': '\\"'}
    else:
        quote, escaped = "'", {"'": "\\'"}
    pieces = []
    for char in object:
        if char.isalpha():
            pieces.append(char)
        else:
            pieces.append(escaped.get(char, repr(char)[1:-1]))
    return quote + ''.join(pieces) + quote


def _safe_repr(object, context, maxlevels, level):
    kind = type(object)
    if kind is str:
        return _text_repr(object), True, False
    reprs = getattr(kind, "__repr__", None)
    is_dict = issubclass(kind, dict) and reprs == dict.__repr__
    is_list = issubclass(kind, list) and reprs == list.__repr__
    is_tuple = issubclass(kind, tuple) and reprs == tuple.__repr__
    if not (is_dict or is_list or is_tuple):
        text = repr(object)
        return text, bool(text) and not text.startswith('<'), False
    if not object:
        return ('{}' if is_dict else '[]' if is_list else '()'), True, False
    known = id(object)
    if maxlevels and level >= maxlevels:
        short = '{...}' if is_dict else '[...]' if is_list else '(...)' if len(object) != 1 else '(...,)'
        return short, False, known in context
    if known in context:
        return _recursion(object), False, True
    context[known] = 1
    readable = True
    recursive = False
    level += 1
    parts = []
    items = [part for pair in _sorted(object.items()) for part in pair] if is_dict else object
    for item in items:
        text, its_readable, its_recursive = _safe_repr(item, context, maxlevels, level)
        parts.append(text)
        readable = readable and its_readable
        recursive = recursive or its_recursive
    del context[known]
    if is_dict:
        text = '{%s}' % ', '.join(['%s: %s' % pair for pair in zip(parts[::2], parts[1::2])])
    elif is_list:
        text = '[%s]' % ', '.join(parts)
    else:
        text = '(%s,)' % parts[0] if len(parts) == 1 else '(%s)' % ', '.join(parts)
    return text, readable, recursive


def _recursion(object):
    return "<Recursion on %s with id=%s>" % (type(object).__name__, id(object))
