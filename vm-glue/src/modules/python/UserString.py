"""Strings to derive from, from before str could be derived from."""

import collections

__all__ = ["UserString", "MutableString"]


def _data(value):
    return value.data if isinstance(value, UserString) else value


class UserString(collections.Sequence):
    def __init__(self, seq):
        if isinstance(seq, basestring):
            self.data = seq
        elif isinstance(seq, UserString):
            self.data = seq.data[:]
        else:
            self.data = str(seq)

    def __str__(self):
        return str(self.data)

    def __repr__(self):
        return repr(self.data)

    def __int__(self):
        return int(self.data)

    def __long__(self):
        return long(self.data)

    def __float__(self):
        return float(self.data)

    def __complex__(self):
        return complex(self.data)

    def __hash__(self):
        return hash(self.data)

    def __cmp__(self, other):
        return cmp(self.data, _data(other))

    def __lt__(self, other):
        return self.data < _data(other)

    def __le__(self, other):
        return self.data <= _data(other)

    def __eq__(self, other):
        return self.data == _data(other)

    def __ne__(self, other):
        return self.data != _data(other)

    def __gt__(self, other):
        return self.data > _data(other)

    def __ge__(self, other):
        return self.data >= _data(other)

    def __contains__(self, char):
        return char in self.data

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        return self.__class__(self.data[index])

    def __getslice__(self, start, end):
        return self.__class__(self.data[max(start, 0):max(end, 0)])

    def __add__(self, other):
        return self.__class__(self.data + _text(other))

    def __radd__(self, other):
        return self.__class__(_text(other) + self.data)

    def __mul__(self, n):
        return self.__class__(self.data * n)

    __rmul__ = __mul__

    def __mod__(self, args):
        return self.__class__(self.data % args)


def _text(value):
    value = _data(value)
    return value if isinstance(value, basestring) else str(value)


def _plain(name):
    def method(self, *args):
        return getattr(self.data, name)(*args)
    method.__name__ = name
    return method


def _wrapped(name):
    def method(self, *args):
        return self.__class__(getattr(self.data, name)(*args))
    method.__name__ = name
    return method


for _name in """endswith find index isalnum isalpha isdecimal isdigit islower isnumeric isspace istitle isupper join
        partition rfind rindex rpartition rsplit split splitlines startswith count""".split():
    setattr(UserString, _name, _plain(_name))
for _name in """capitalize center decode encode expandtabs ljust lower lstrip replace rjust rstrip strip swapcase title
        translate upper zfill""".split():
    setattr(UserString, _name, _wrapped(_name))
del _name


class MutableString(UserString, collections.MutableSequence):
    """A string whose parts can be assigned to."""

    __hash__ = None

    def __init__(self, string=""):
        self.data = string

    def _place(self, index):
        place = index + len(self.data) if index < 0 else index
        if not 0 <= place < len(self.data):
            raise IndexError
        return place

    def _span(self, index, what):
        start, end, step = index.indices(len(self.data))
        if step == -1:
            start, end = end + 1, start + 1
        elif step != 1:
            raise TypeError("invalid step in slicing " + what)
        return min(start, end), end, step == -1

    def __setitem__(self, index, sub):
        if isinstance(index, slice):
            start, end, backwards = self._span(index, "assignment")
            sub = _text(sub)
            self.data = self.data[:start] + (sub[::-1] if backwards else sub) + self.data[end:]
        else:
            place = self._place(index)
            self.data = self.data[:place] + sub + self.data[place + 1:]

    def __delitem__(self, index):
        if isinstance(index, slice):
            start, end, _ = self._span(index, "deletion")
            self.data = self.data[:start] + self.data[end:]
        else:
            place = self._place(index)
            self.data = self.data[:place] + self.data[place + 1:]

    def __setslice__(self, start, end, sub):
        start, end = max(start, 0), max(end, 0)
        self.data = self.data[:start] + _text(sub) + self.data[end:]

    def __delslice__(self, start, end):
        start, end = max(start, 0), max(end, 0)
        self.data = self.data[:start] + self.data[end:]

    def immutable(self):
        return UserString(self.data)

    def __iadd__(self, other):
        self.data += _text(other)
        return self

    def __imul__(self, n):
        self.data *= n
        return self

    def insert(self, index, value):
        self[index:index] = value
