# The dictionaries with Python 2's methods: lists, and iterators under their own names.

import UserDict as _UserDict
from exceptions import ReferenceError

ProxyTypes = (ProxyType, CallableProxyType)


class WeakValueDictionary(_UserDict.UserDict):
    """A dictionary whose entries go when nobody else has their values any more."""

    def __init__(*args, **kw):
        if not args:
            raise TypeError("descriptor '__init__' of 'WeakValueDictionary' object needs an argument")
        self = args[0]
        args = args[1:]
        if len(args) > 1:
            raise TypeError('expected at most 1 arguments, got %d' % len(args))

        def remove(wr, selfref=ref(self)):
            self = selfref()
            if self is not None and self.data.get(wr.key) is wr:
                del self.data[wr.key]
        self._remove = remove
        _UserDict.UserDict.__init__(self, *args, **kw)

    def __getitem__(self, key):
        value = self.data[key]()
        if value is None:
            raise KeyError(key)
        return value

    def __contains__(self, key):
        reference = self.data.get(key)
        return reference is not None and reference() is not None

    has_key = __contains__

    def __repr__(self):
        return "<WeakValueDictionary at %s>" % id(self)

    def __setitem__(self, key, value):
        self.data[key] = KeyedRef(value, self._remove, key)

    def clear(self):
        self.data.clear()

    def copy(self):
        new = WeakValueDictionary()
        for key, value in self.iteritems():
            new[key] = value
        return new

    __copy__ = copy

    def __deepcopy__(self, memo):
        from copy import deepcopy
        new = self.__class__()
        for key, value in self.iteritems():
            new[deepcopy(key, memo)] = value
        return new

    def get(self, key, default=None):
        reference = self.data.get(key)
        value = reference() if reference is not None else None
        return default if value is None else value

    def iteritems(self):
        for key, reference in self.data.items():
            value = reference()
            if value is not None:
                yield key, value

    def iterkeys(self):
        for key, value in self.iteritems():
            yield key

    __iter__ = iterkeys

    def itervalues(self):
        for key, value in self.iteritems():
            yield value

    def itervaluerefs(self):
        return iter(self.data.values())

    def valuerefs(self):
        return self.data.values()

    def items(self):
        return list(self.iteritems())

    def keys(self):
        return list(self.iterkeys())

    def values(self):
        return list(self.itervalues())

    def popitem(self):
        while 1:
            key, reference = self.data.popitem()
            value = reference()
            if value is not None:
                return key, value

    def pop(self, key, *args):
        try:
            value = self.data.pop(key)()
        except KeyError:
            value = None
        if value is not None:
            return value
        if args:
            return args[0]
        raise KeyError(key)

    def setdefault(self, key, default=None):
        value = self.get(key)
        if value is None:
            self[key] = value = default
        return value

    def update(*args, **kwargs):
        if not args:
            raise TypeError("descriptor 'update' of 'WeakValueDictionary' object needs an argument")
        self = args[0]
        args = args[1:]
        if len(args) > 1:
            raise TypeError('expected at most 1 arguments, got %d' % len(args))
        if args and args[0] is not None:
            other = args[0] if hasattr(args[0], "items") else dict(args[0])
            for key, value in other.items():
                self[key] = value
        for key, value in kwargs.items():
            self[key] = value


class KeyedRef(ref):
    """A reference that knows its key."""

    def __new__(type, ob, callback, key):
        self = ref.__new__(type, ob, callback)
        self.key = key
        return self

    def __init__(self, ob, callback, key):
        super(KeyedRef, self).__init__(ob, callback)


class WeakKeyDictionary(_UserDict.UserDict):
    """A dictionary whose entries go when nobody else has their keys any more."""

    def __init__(self, dict=None):
        self.data = {}

        def remove(key, selfref=ref(self)):
            self = selfref()
            if self is not None:
                self.data.pop(key, None)
        self._remove = remove
        if dict is not None:
            self.update(dict)

    def __delitem__(self, key):
        del self.data[ref(key)]

    def __getitem__(self, key):
        return self.data[ref(key)]

    def __repr__(self):
        return "<WeakKeyDictionary at %s>" % id(self)

    def __setitem__(self, key, value):
        self.data[ref(key, self._remove)] = value

    def copy(self):
        new = WeakKeyDictionary()
        for key, value in self.iteritems():
            new[key] = value
        return new

    __copy__ = copy

    def __deepcopy__(self, memo):
        from copy import deepcopy
        new = self.__class__()
        for key, value in self.iteritems():
            new[key] = deepcopy(value, memo)
        return new

    def get(self, key, default=None):
        return self.data.get(ref(key), default)

    def __contains__(self, key):
        try:
            return ref(key) in self.data
        except TypeError:
            return False

    has_key = __contains__

    def iteritems(self):
        for reference, value in self.data.items():
            key = reference()
            if key is not None:
                yield key, value

    def iterkeys(self):
        for key, value in self.iteritems():
            yield key

    __iter__ = iterkeys

    def iterkeyrefs(self):
        return iter(self.data.keys())

    def keyrefs(self):
        return self.data.keys()

    def itervalues(self):
        for key, value in self.iteritems():
            yield value

    def items(self):
        return list(self.iteritems())

    def keys(self):
        return list(self.iterkeys())

    def values(self):
        return list(self.itervalues())

    def popitem(self):
        while 1:
            reference, value = self.data.popitem()
            key = reference()
            if key is not None:
                return key, value

    def pop(self, key, *args):
        return self.data.pop(ref(key), *args)

    def setdefault(self, key, default=None):
        return self.data.setdefault(ref(key, self._remove), default)

    def update(self, dict=None, **kwargs):
        if dict is not None:
            other = dict if hasattr(dict, "items") else {}.__class__(dict)
            for key, value in other.items():
                self[key] = value
        if kwargs:
            self.update(kwargs)
