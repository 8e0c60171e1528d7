"""A file in memory that takes byte strings and unicode strings alike (the Python 2 module StringIO)."""

from _stringio import install as _install

__all__ = ['StringIO']


class StringIO:
    """StringIO([text]): a file object over a string; a mixture of str and unicode is joined as Python joins them."""

# Its methods are native.
_install(StringIO)
