"""Representations of limited size (the Python 2 module repr)."""

import __builtin__
from itertools import islice

__all__ = ["Repr", "repr"]


def _sorted(x):
    # Not everything can be compared with everything.
    try:
        return sorted(x)
    except Exception:
        return list(x)


class Repr:
    """Shows objects in few characters; the limits are its attributes."""

    def __init__(self):
        self.maxlevel = 6
        self.maxtuple = self.maxlist = self.maxset = self.maxfrozenset = self.maxdeque = 6
        self.maxarray = 5
        self.maxdict = 4
        self.maxstring = 30
        self.maxlong = 40
        self.maxother = 20

    def repr(self, x):
        return self.repr1(x, self.maxlevel)

    def repr1(self, x, level):
        name = '_'.join(type(x).__name__.split())
        method = getattr(self, 'repr_' + name, None)
        if method is not None:
            return method(x, level)
        return self._cut(__builtin__.repr(x), self.maxother)

    def _cut(self, s, limit):
        if len(s) <= limit:
            return s
        head = max(0, (limit - 3) // 2)
        tail = max(0, limit - 3 - head)
        return s[:head] + '...' + s[len(s) - tail:]

    def _repr_iterable(self, x, level, left, right, limit, trail=''):
        if level <= 0 and len(x):
            inner = '...'
        else:
            parts = [self.repr1(item, level - 1) for item in islice(x, limit)]
            if len(x) > limit:
                parts.append('...')
            inner = ', '.join(parts)
            if len(x) == 1 and trail:
                right = trail + right
        return left + inner + right

    def repr_tuple(self, x, level):
        return self._repr_iterable(x, level, '(', ')', self.maxtuple, ',')

    def repr_list(self, x, level):
        return self._repr_iterable(x, level, '[', ']', self.maxlist)

    def repr_array(self, x, level):
        return self._repr_iterable(x, level, "array('%s', [" % x.typecode, '])', self.maxarray)

    def repr_set(self, x, level):
        return self._repr_iterable(_sorted(x), level, 'set([', '])', self.maxset)

    def repr_frozenset(self, x, level):
        return self._repr_iterable(_sorted(x), level, 'frozenset([', '])', self.maxfrozenset)

    def repr_deque(self, x, level):
        return self._repr_iterable(x, level, 'deque([', '])', self.maxdeque)

    def repr_dict(self, x, level):
        if not x:
            return '{}'
        if level <= 0:
            return '{...}'
        parts = ['%s: %s' % (self.repr1(key, level - 1), self.repr1(x[key], level - 1))
                 for key in islice(_sorted(x), self.maxdict)]
        if len(x) > self.maxdict:
            parts.append('...')
        return '{%s}' % ', '.join(parts)

    def repr_str(self, x, level):
        s = __builtin__.repr(x[:self.maxstring])
        if len(s) > self.maxstring:
            head = max(0, (self.maxstring - 3) // 2)
            tail = max(0, self.maxstring - 3 - head)
            s = __builtin__.repr(x[:head] + x[len(x) - tail:])
            s = s[:head] + '...' + s[len(s) - tail:]
        return s

    def repr_long(self, x, level):
        return self._cut(__builtin__.repr(x), self.maxlong)

    def repr_instance(self, x, level):
        try:
            s = __builtin__.repr(x)
        except Exception:
            return '<%s instance at %x>' % (x.__class__.__name__, id(x))
        return self._cut(s, self.maxstring)


aRepr = Repr()
repr = aRepr.repr
