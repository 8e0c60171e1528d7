"""Small functions of `unittest`: shortened reprs and differences between collections."""
from collections import namedtuple, OrderedDict

__unittest = True
_MAX_LENGTH = 80
_Mismatch = namedtuple('Mismatch', 'actual expected value')


def safe_repr(obj, short=False):
    try:
        result = repr(obj)
    except Exception:
        result = object.__repr__(obj)
    if short and len(result) >= _MAX_LENGTH:
        return result[:_MAX_LENGTH] + ' [truncated]...'
    return result


def strclass(cls):
    return "%s.%s" % (cls.__module__, cls.__name__)


def sorted_list_difference(expected, actual):
    """What is in only one of two sorted lists: (missing, unexpected). Repeated items count once."""
    missing, unexpected = [], []
    i = j = 0
    while i < len(expected) and j < len(actual):
        e, a = expected[i], actual[j]
        if e < a:
            missing.append(e)
            i = _past(expected, i)
        elif e > a:
            unexpected.append(a)
            j = _past(actual, j)
        else:
            i, j = _past(expected, i), _past(actual, j)
    missing.extend(expected[i:])
    unexpected.extend(actual[j:])
    return missing, unexpected


def _past(items, index):
    item = items[index]
    while index < len(items) and items[index] == item:
        index += 1
    return index


def unorderable_list_difference(expected, actual, ignore_duplicate=False):
    """What is in only one of two lists whose items only compare equal: (missing, unexpected). Empties both lists."""
    missing = []
    while expected:
        item = expected.pop()
        try:
            actual.remove(item)
        except ValueError:
            missing.append(item)
        if ignore_duplicate:
            for items in (actual, expected):
                try:
                    while True:
                        items.remove(item)
                except ValueError:
                    pass
    if not ignore_duplicate:
        return missing, actual
    unexpected = []
    while actual:
        item = actual.pop()
        unexpected.append(item)
        try:
            while True:
                actual.remove(item)
        except ValueError:
            pass
    return missing, unexpected


def _count_diff_all_purpose(actual, expected):
    """(count in actual, count in expected, item) of every item that differs; equality is all that is asked."""
    s, t = list(actual), list(expected)
    taken = object()
    found = []
    for lists, others, swapped in ((s, t, False), (t, s, True)):
        for index, item in enumerate(lists):
            if item is taken:
                continue
            here = 0
            for at in range(index, len(lists)):
                if lists[at] == item:
                    here += 1
                    lists[at] = taken
            there = 0
            for at, other in enumerate(others):
                if other == item:
                    there += 1
                    others[at] = taken
            if here != there:
                found.append(_Mismatch(there, here, item) if swapped else _Mismatch(here, there, item))
    return found


def _ordered_count(iterable):
    counts = OrderedDict()
    for item in iterable:
        counts[item] = counts.get(item, 0) + 1
    return counts


def _count_diff_hashable(actual, expected):
    """The same for items that have hashes."""
    s, t = _ordered_count(actual), _ordered_count(expected)
    found = [_Mismatch(s[item], t.get(item, 0), item) for item in s if s[item] != t.get(item, 0)]
    found.extend([_Mismatch(0, t[item], item) for item in t if item not in s])
    return found
