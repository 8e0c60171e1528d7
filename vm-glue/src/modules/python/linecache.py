"""Lines of source files by number, read once."""

import os
import sys

__all__ = ["getline", "clearcache", "checkcache", "getlines", "updatecache"]

# file name -> (size, time of change, lines, full name)
cache = {}


def getline(filename, lineno, module_globals=None):
    """The line (from 1) of the file, with its line end; '' if there is none."""
    lines = getlines(filename, module_globals)
    if 1 <= lineno <= len(lines):
        return lines[lineno - 1]
    return ''


def clearcache():
    """Forgets everything."""
    cache.clear()


def getlines(filename, module_globals=None):
    """All lines of the file; [] if it cannot be read."""
    if filename in cache:
        return cache[filename][2]
    try:
        return updatecache(filename, module_globals)
    except MemoryError:
        clearcache()
        return []


def checkcache(filename=None):
    """Forgets files that have changed."""
    names = [filename] if filename is not None else cache.keys()
    for name in names:
        if name not in cache:
            continue
        size, changed, lines, fullname = cache[name]
        if changed is None:
            continue
        try:
            status = os.stat(fullname)
        except os.error:
            del cache[name]
            continue
        if size != status.st_size or changed != status.st_mtime:
            del cache[name]


def updatecache(filename, module_globals=None):
    """Reads the file again."""
    cache.pop(filename, None)
    if not filename or (filename.startswith('<') and filename.endswith('>')):
        return []
    if module_globals and not os.path.exists(filename):
        # A loader may know the source of what is no file.
        name, loader = module_globals.get('__name__'), module_globals.get('__loader__')
        if name and hasattr(loader, 'get_source'):
            try:
                source = loader.get_source(name)
            except (ImportError, IOError):
                source = None
            if source is not None:
                cache[filename] = len(source), None, [line + '\n' for line in source.splitlines()], filename
                return cache[filename][2]
    places = [filename]
    if not os.path.isabs(filename):
        places.extend(os.path.join(folder, filename) for folder in sys.path if isinstance(folder, basestring))
    for fullname in places:
        try:
            status = os.stat(fullname)
            source = open(fullname, 'rU')
        except (IOError, OSError):
            continue
        lines = source.readlines()
        source.close()
        if lines and not lines[-1].endswith('\n'):
            lines[-1] += '\n'
        cache[filename] = status.st_size, status.st_mtime, lines, fullname
        return lines
    return []
