"""Sets as classes, from before set was a built-in type."""

__all__ = ["BaseSet", "Set", "ImmutableSet"]


class BaseSet(object):
    """What mutable and immutable sets have in common."""

    __slots__ = ["_data"]

    def __init__(self):
        if self.__class__ is BaseSet:
            raise TypeError("BaseSet is an abstract class.  Use Set or ImmutableSet.")

    def __len__(self):
        return len(self._data)

    def __repr__(self):
        return "%s(%r)" % (self.__class__.__name__, sorted(self._data))

    __str__ = __repr__

    def __iter__(self):
        return iter(self._data)

    def __cmp__(self, other):
        raise TypeError("can't compare sets using cmp()")

    def __eq__(self, other):
        return isinstance(other, BaseSet) and self._data == other._data

    def __ne__(self, other):
        return not self == other

    def _made(self, data):
        made = self.__class__.__new__(self.__class__)
        made._data = data
        return made

    def copy(self):
        return self._made(set(self._data))

    __copy__ = copy

    def __deepcopy__(self, memo):
        from copy import deepcopy
        return self._made(set([deepcopy(item, memo) for item in self._data]))

    def __or__(self, other):
        if not isinstance(other, BaseSet):
            return NotImplemented
        return self.union(other)

    def union(self, other):
        return self._made(self._data.union(_data_of(other)))

    def __and__(self, other):
        if not isinstance(other, BaseSet):
            return NotImplemented
        return self.intersection(other)

    def intersection(self, other):
        return self._made(self._data.intersection(_data_of(other)))

    def __xor__(self, other):
        if not isinstance(other, BaseSet):
            return NotImplemented
        return self.symmetric_difference(other)

    def symmetric_difference(self, other):
        return self._made(self._data.symmetric_difference(_data_of(other)))

    def __sub__(self, other):
        if not isinstance(other, BaseSet):
            return NotImplemented
        return self.difference(other)

    def difference(self, other):
        return self._made(self._data.difference(_data_of(other)))

    def __contains__(self, element):
        return self._hashable(element) in self._data

    @staticmethod
    def _hashable(element):
        transform = getattr(element, "__as_temporarily_immutable__", None)
        return element if transform is None else transform()

    def issubset(self, other):
        self._only_sets(other)
        return self._data <= other._data

    def issuperset(self, other):
        self._only_sets(other)
        return self._data >= other._data

    __le__ = issubset
    __ge__ = issuperset

    def __lt__(self, other):
        self._only_sets(other)
        return self._data < other._data

    def __gt__(self, other):
        self._only_sets(other)
        return self._data > other._data

    __hash__ = None

    def _only_sets(self, other):
        if not isinstance(other, BaseSet):
            raise TypeError("Binary operation only permitted between sets")

    def _fill(self, iterable):
        """Takes elements up; sets among them are frozen."""
        data = self._data
        if isinstance(iterable, BaseSet):
            data.update(iterable._data)
            return
        elements = list(iterable)
        try:
            data.update(elements)
        except TypeError:
            for element in elements:
                try:
                    data.add(element)
                except TypeError:
                    transform = getattr(element, "__as_immutable__", None)
                    if transform is None:
                        raise
                    data.add(transform())


def _data_of(other):
    """The elements of another set, or of anything that can be iterated."""
    return other._data if isinstance(other, BaseSet) else Set(other)._data


class ImmutableSet(BaseSet):
    __slots__ = ["_hashcode"]

    def __init__(self, iterable=None):
        self._hashcode = None
        self._data = set()
        if iterable is not None:
            self._fill(iterable)

    def __hash__(self):
        return hash(frozenset(self._data))

    def __getstate__(self):
        return self._data, None

    def __setstate__(self, state):
        self._data = state[0]


class Set(BaseSet):
    __slots__ = []

    def __init__(self, iterable=None):
        self._data = set()
        if iterable is not None:
            self._fill(iterable)

    def __getstate__(self):
        return self._data,

    def __setstate__(self, data):
        self._data, = data

    def __ior__(self, other):
        self._only_sets(other)
        self._data |= other._data
        return self

    def union_update(self, other):
        self._fill(other)

    update = union_update

    def __iand__(self, other):
        self._only_sets(other)
        self._data &= other._data
        return self

    def intersection_update(self, other):
        self._data.intersection_update(_data_of(other))

    def __ixor__(self, other):
        self._only_sets(other)
        self._data ^= other._data
        return self

    def symmetric_difference_update(self, other):
        self._data.symmetric_difference_update(_data_of(other))

    def __isub__(self, other):
        self._only_sets(other)
        self._data -= other._data
        return self

    def difference_update(self, other):
        self._data.difference_update(_data_of(other))

    def clear(self):
        self._data.clear()

    def add(self, element):
        self._fill([element])

    def remove(self, element):
        self._data.remove(self._hashable(element))

    def discard(self, element):
        self._data.discard(self._hashable(element))

    def pop(self):
        return self._data.pop()

    def __as_immutable__(self):
        return ImmutableSet(self)

    def __as_temporarily_immutable__(self):
        return ImmutableSet(self)
