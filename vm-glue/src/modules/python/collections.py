"""Containers: OrderedDict, namedtuple, Counter, defaultdict, deque, and the abstract classes."""

__all__ = ['Counter', 'deque', 'defaultdict', 'namedtuple', 'OrderedDict']

from _abcoll import *
import _abcoll
from _collections import OrderedDict, combined as _combined, count_elements as _count_elements, defaultdict, deque
from _collections import namedtuple
from operator import itemgetter as _itemgetter

__all__ += _abcoll.__all__
MutableSequence.register(deque)


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
        ordered = sorted(self.iteritems(), key=_itemgetter(1), reverse=True)
        return ordered if n is None else ordered[:max(n, 0)]

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
            if not isinstance(iterable, Mapping):
                _count_elements(self, iterable)
            elif self:
                for item, count in iterable.iteritems():
                    self[item] = self.get(item, 0) + count
            else:
                super(Counter, self).update(iterable)
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

    def __add__(self, other):
        return _combined('+', self, other, Counter()) if isinstance(other, Counter) else NotImplemented

    def __sub__(self, other):
        return _combined('-', self, other, Counter()) if isinstance(other, Counter) else NotImplemented

    def __or__(self, other):
        return _combined('|', self, other, Counter()) if isinstance(other, Counter) else NotImplemented

    def __and__(self, other):
        return _combined('&', self, other, Counter()) if isinstance(other, Counter) else NotImplemented
