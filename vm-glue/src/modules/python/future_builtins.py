"""Builtins as Python 3 has them."""

from itertools import ifilter as filter, imap as map, izip as zip

__all__ = ['hex', 'oct', 'map', 'filter', 'zip', 'ascii']
ascii = repr


def hex(number):
    return '-0x%x' % -number if number < 0 else '0x%x' % number


def oct(number):
    return '-0o%o' % -number if number < 0 else '0o%o' % number
