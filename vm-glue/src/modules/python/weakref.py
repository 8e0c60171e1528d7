# References that do not keep their objects: what is not in the machine's own module.

from _bridge import library as _library
from _weakdicts import WeakKeyDictionary, WeakValueDictionary
from exceptions import ReferenceError

__all__ = ["ref", "proxy", "getweakrefcount", "getweakrefs", "WeakKeyDictionary", "ReferenceError", "ReferenceType",
           "ProxyType", "CallableProxyType", "ProxyTypes", "WeakValueDictionary", "WeakSet"]

ProxyTypes = (ProxyType, CallableProxyType)
WeakSet = _library('_weakrefset').WeakSet


class KeyedRef(ref):
    """A reference that knows its key."""

    __slots__ = ("key",)

    def __new__(type, ob, callback, key):
        self = ref.__new__(type, ob, callback)
        self.key = key
        return self

    def __init__(self, ob, callback, key):
        super(KeyedRef, self).__init__(ob, callback)
