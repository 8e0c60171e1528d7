"""Imports by name."""

import sys as _sys


def _absolute(name, package, level):
    """The name behind `level` dots, seen from a package."""
    if not hasattr(package, 'rindex'):
        raise ValueError("'package' not set to a string")
    end = len(package)
    for _ in xrange(level - 1):
        try:
            end = package.rindex('.', 0, end)
        except ValueError:
            raise ValueError("attempted relative import beyond top-level package")
    return '%s.%s' % (package[:end], name)


def import_module(name, package=None):
    """The module with this name; one that begins with dots is relative to a package."""
    if name.startswith('.'):
        if not package:
            raise TypeError("relative imports require the 'package' argument")
        rest = name.lstrip('.')
        name = _absolute(rest, package, len(name) - len(rest))
    __import__(name)
    return _sys.modules[name]
