# Dictionaries with Python 2's methods: lists, and iterators under their own names.
from _bridge import library as _library
from exceptions import ReferenceError
_machine = _library('weakref')


class _Python2Methods(object):
    def iterkeys(self):
        return iter(_machine_dict(self).keys(self))

    __iter__ = iterkeys

    def itervalues(self):
        return iter(_machine_dict(self).values(self))

    def iteritems(self):
        return iter(_machine_dict(self).items(self))

    def keys(self):
        return list(self.iterkeys())

    def values(self):
        return list(self.itervalues())

    def items(self):
        return list(self.iteritems())

    def has_key(self, key):
        return key in self


def _machine_dict(mapping):
    return _KEYS if isinstance(mapping, _KEYS) else _VALUES


_KEYS, _VALUES = WeakKeyDictionary, WeakValueDictionary


class WeakKeyDictionary(_Python2Methods, _KEYS):
    """A dictionary whose keys may go."""


class WeakValueDictionary(_Python2Methods, _VALUES):
    """A dictionary whose values may go."""
