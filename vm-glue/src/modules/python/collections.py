"""Containers: OrderedDict, namedtuple, Counter, defaultdict, deque, and the abstract classes."""

__all__ = ['Counter', 'deque', 'defaultdict', 'namedtuple', 'OrderedDict']

from _abcoll import *
import _abcoll
import sys as _sys
from _bridge import deque as _deque, library as _library
from heapq import nlargest as _nlargest
from operator import itemgetter as _itemgetter
from keyword import iskeyword as _iskeyword

__all__ += _abcoll.__all__

deque = _deque(_library('_collections').deque)
defaultdict = _library('_collections').defaultdict
MutableSequence.register(deque)

_unset = object()


class OrderedDict(dict):
    """A dictionary that remembers the order in which keys were first set."""

    def __init__(*args, **kwds):
        if not args:
            raise TypeError("descriptor '__init__' of 'OrderedDict' object needs an argument")
        if len(args) > 2:
            raise TypeError('expected at most 1 arguments, got %d' % (len(args) - 1))
        args[0].update(*args[1:], **kwds)

    update = getattr(MutableMapping.update, "im_func", MutableMapping.update)

    def __reversed__(self):
        return iter(dict.keys(self)[::-1])

    def clear(self):
        dict.clear(self)

    def keys(self):
        return list(self)

    def values(self):
        return [self[key] for key in self]

    def items(self):
        return [(key, self[key]) for key in self]

    def iterkeys(self):
        return iter(self)

    def itervalues(self):
        for key in self:
            yield self[key]

    def iteritems(self):
        for key in self:
            yield (key, self[key])

    def pop(self, key, default=_unset):
        if key in self:
            value = self[key]
            del self[key]
            return value
        if default is _unset:
            raise KeyError(key)
        return default

    def setdefault(self, key, default=None):
        if key in self:
            return self[key]
        self[key] = default
        return default

    def popitem(self, last=True):
        if not self:
            raise KeyError('dictionary is empty')
        key = next(reversed(self) if last else iter(self))
        return key, self.pop(key)

    def __repr__(self, _repr_running={}):
        from thread import get_ident
        call = id(self), get_ident()
        if call in _repr_running:
            return '...'
        _repr_running[call] = 1
        try:
            if not self:
                return '%s()' % (self.__class__.__name__,)
            return '%s(%r)' % (self.__class__.__name__, self.items())
        finally:
            del _repr_running[call]

    def __reduce__(self):
        state = vars(self).copy()
        items = [[key, self[key]] for key in self]
        if state:
            return (self.__class__, (items,), state)
        return self.__class__, (items,)

    def copy(self):
        return self.__class__(self)

    @classmethod
    def fromkeys(cls, iterable, value=None):
        made = cls()
        for key in iterable:
            made[key] = value
        return made

    def __eq__(self, other):
        if isinstance(other, OrderedDict):
            return dict.__eq__(self, other) and list(self) == list(other)
        return dict.__eq__(self, other)

    def __ne__(self, other):
        return not self == other

    __hash__ = None

    def viewkeys(self):
        return KeysView(self)

    def viewvalues(self):
        return ValuesView(self)

    def viewitems(self):
        return ItemsView(self)


def _check_names(typename, field_names):
    for name in [typename] + field_names:
        if type(name) != str:
            raise TypeError('Type names and field names must be strings')
        if not all(char.isalnum() or char == '_' for char in name):
            raise ValueError('Type names and field names can only contain alphanumeric characters and underscores: %r'
                             % name)
        if _iskeyword(name):
            raise ValueError('Type names and field names cannot be a keyword: %r' % name)
        if name[0].isdigit():
            raise ValueError('Type names and field names cannot start with a number: %r' % name)


def namedtuple(typename, field_names, verbose=False, rename=False):
    """A subclass of tuple whose items have names."""
    if isinstance(field_names, basestring):
        field_names = field_names.replace(',', ' ').split()
    field_names = map(str, field_names)
    typename = str(typename)
    if rename:
        seen = set()
        for index, name in enumerate(field_names):
            if (not all(char.isalnum() or char == '_' for char in name) or _iskeyword(name) or not name or
                    name[0].isdigit() or name.startswith('_') or name in seen):
                field_names[index] = '_%d' % index
            seen.add(name)
    _check_names(typename, field_names)
    seen = set()
    for name in field_names:
        if name.startswith('_') and not rename:
            raise ValueError('Field names cannot start with an underscore: %r' % name)
        if name in seen:
            raise ValueError('Encountered duplicate field name: %r' % name)
        seen.add(name)
    arguments = ''.join([name + ', ' for name in field_names])
    # Only __new__ needs the fields' names as its parameters; names that no field can have keep out of their way.
    source = ("def __new__(_cls, %s):\n"
              "    return _tuple_new(_cls, (%s))\n" % (arguments.rstrip(', '), arguments))
    if verbose:
        print source
    scope = {'_tuple_new': tuple.__new__, '__name__': 'namedtuple_%s' % typename}
    exec source in scope
    new = scope['__new__']
    new.__doc__ = 'Create new instance of %s(%s)' % (typename, arguments.rstrip(', '))
    template = '(' + ', '.join([name + '=%r' for name in field_names]) + ')'
    count = len(field_names)
    fields = tuple(field_names)

    def _make(cls, iterable, new=tuple.__new__, len=len):
        """Make a new object from a sequence or iterable."""
        result = new(cls, iterable)
        if len(result) != count:
            raise TypeError('Expected %d arguments, got %d' % (count, len(result)))
        return result

    def __repr__(self):
        """Return a nicely formatted representation string."""
        return self.__class__.__name__ + template % tuple(self)

    def _asdict(self):
        """Return a new OrderedDict which maps field names to their values."""
        return OrderedDict(zip(self._fields, self))

    def _replace(_self, **kwds):
        """Return a new object with the given fields replaced."""
        result = _self._make(map(kwds.pop, fields, _self))
        if kwds:
            raise ValueError('Got unexpected field names: %r' % kwds.keys())
        return result

    def __getnewargs__(self):
        return tuple(self)

    def __getstate__(self):
        pass

    namespace = {
        '__doc__': '%s(%s)' % (typename, arguments.rstrip(', ')), '__slots__': (), '_fields': fields,
        '__new__': new, '_make': classmethod(_make), '__repr__': __repr__, '_asdict': _asdict,
        '__dict__': property(_asdict), '_replace': _replace, '__getnewargs__': __getnewargs__,
        '__getstate__': __getstate__,
    }
    for index, name in enumerate(field_names):
        namespace[name] = property(_itemgetter(index), doc='Alias for field number %d' % index)
    # The class belongs to the module that asked for it: pickling needs it.
    try:
        namespace['__module__'] = _sys._getframe(1).f_globals.get('__name__', '__main__')
    except (AttributeError, ValueError):
        pass
    return type(typename, (tuple,), namespace)


class Counter(dict):
    """Counts of hashable items."""

    def __init__(*args, **kwds):
        if not args:
            raise TypeError("descriptor '__init__' of 'Counter' object needs an argument")
        if len(args) > 2:
            raise TypeError('expected at most 1 arguments, got %d' % (len(args) - 1))
        self = args[0]
        super(Counter, self).__init__()
        self.update(*args[1:], **kwds)

    def __missing__(self, key):
        return 0

    def most_common(self, n=None):
        if n is None:
            return sorted(self.iteritems(), key=_itemgetter(1), reverse=True)
        return _nlargest(n, self.iteritems(), key=_itemgetter(1))

    def elements(self):
        for item, count in self.iteritems():
            for each in xrange(count):
                yield item

    @classmethod
    def fromkeys(cls, iterable, v=None):
        raise NotImplementedError('Counter.fromkeys() is undefined.  Use Counter(iterable) instead.')

    def update(*args, **kwds):
        if not args:
            raise TypeError("descriptor 'update' of 'Counter' object needs an argument")
        if len(args) > 2:
            raise TypeError('expected at most 1 arguments, got %d' % (len(args) - 1))
        self = args[0]
        iterable = args[1] if len(args) == 2 else None
        if iterable is not None:
            if isinstance(iterable, Mapping):
                if self:
                    for item, count in iterable.iteritems():
                        self[item] = self.get(item, 0) + count
                else:
                    super(Counter, self).update(iterable)
            else:
                for item in iterable:
                    self[item] = self.get(item, 0) + 1
        if kwds:
            self.update(kwds)

    def subtract(*args, **kwds):
        if not args:
            raise TypeError("descriptor 'subtract' of 'Counter' object needs an argument")
        if len(args) > 2:
            raise TypeError('expected at most 1 arguments, got %d' % (len(args) - 1))
        self = args[0]
        iterable = args[1] if len(args) == 2 else None
        if iterable is not None:
            if isinstance(iterable, Mapping):
                for item, count in iterable.items():
                    self[item] = self.get(item, 0) - count
            else:
                for item in iterable:
                    self[item] = self.get(item, 0) - 1
        if kwds:
            self.subtract(kwds)

    def copy(self):
        return self.__class__(self)

    def __reduce__(self):
        return (self.__class__, (dict(self),))

    def __delitem__(self, item):
        if item in self:
            super(Counter, self).__delitem__(item)

    def __repr__(self):
        if not self:
            return '%s()' % self.__class__.__name__
        return '%s({%s})' % (self.__class__.__name__, ', '.join(['%r: %r' % pair for pair in self.most_common()]))

    def _combined(self, other, count_of, more):
        """Positive counts of the items here, and of the others if `more`."""
        if not isinstance(other, Counter):
            return NotImplemented
        result = Counter()
        for item in self:
            count = count_of(self[item], other[item])
            if count > 0:
                result[item] = count
        if more:
            for item in other:
                if item not in self:
                    count = count_of(0, other[item])
                    if count > 0:
                        result[item] = count
        return result

    def __add__(self, other):
        return self._combined(other, lambda a, b: a + b, True)

    def __sub__(self, other):
        return self._combined(other, lambda a, b: a - b, True)

    def __or__(self, other):
        return self._combined(other, max, True)

    def __and__(self, other):
        return self._combined(other, min, False)
