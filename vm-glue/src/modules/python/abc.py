# Registering gives nothing back.
from _bridge import library as _library

_Machine = _library('abc').ABCMeta


class ABCMeta(_Machine):
    """The metaclass of abstract base classes."""

    def register(cls, subclass):
        """Makes a class a virtual subclass of this one."""
        _Machine.register(cls, subclass)

ABCMeta.__module__ = 'abc'
