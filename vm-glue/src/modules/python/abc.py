# Registering gives nothing back; what a class knows of its subclasses can be looked at.
from _bridge import library as _library

_Machine = _library('abc').ABCMeta
_get_dump = _library('abc')._get_dump


def _known(index):
    """A property that shows a part of what a class keeps; what is put there is registered, or need not be kept."""
    def get(cls):
        found = set()
        for reference in _get_dump(cls)[index]:
            kind = reference()
            if kind is not None:
                found.add(kind)
        return found

    def put(cls, kinds):
        if index == 0:
            for kind in kinds:
                _Machine.register(cls, kind)
    return property(get, put)


class ABCMeta(_Machine, type):
    """The metaclass of abstract base classes."""

    def register(cls, subclass):
        """Makes a class a virtual subclass of this one."""
        _Machine.register(cls, subclass)

    _abc_registry = _known(0)
    _abc_cache = _known(1)
    _abc_negative_cache = _known(2)

    @property
    def _abc_negative_cache_version(cls):
        return _get_dump(cls)[3]

    @_abc_negative_cache_version.setter
    def _abc_negative_cache_version(cls, version):
        pass

ABCMeta.__module__ = 'abc'
