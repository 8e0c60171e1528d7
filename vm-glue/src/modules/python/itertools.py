# The functions that became builtins of Python 3, and those that were renamed.
import __builtin__
from _bridge import library as _library
_machine = _library('itertools')
_builtins = _library('builtins')

izip = _builtins.zip
ifilter = _builtins.filter
izip_longest = _machine.zip_longest
ifilterfalse = _machine.filterfalse


class imap(object):
    """map() that gives its results one by one; without a function, tuples."""

    def __new__(cls, function, *iterables):
        if not iterables:
            raise TypeError("imap() must have at least two arguments.")
        if function is None:
            return _builtins.zip(*iterables)
        return _builtins.map(function, *iterables)
