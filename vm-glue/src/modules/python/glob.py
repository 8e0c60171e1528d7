"""File names by a pattern."""

import os as _os
import fnmatch as _fnmatch
import re as _re

__all__ = ["glob", "iglob"]

_magic = _re.compile('[*?[]')


def has_magic(s):
    return _magic.search(s) is not None


def glob(pathname):
    return list(iglob(pathname))


def iglob(pathname):
    folder, name = _os.path.split(pathname)
    if not has_magic(pathname):
        if name:
            if _os.path.lexists(pathname):
                yield pathname
        elif _os.path.isdir(folder):
            yield pathname
        return
    if not folder:
        for found in glob1(_os.curdir, name):
            yield found
        return
    folders = iglob(folder) if folder != pathname and has_magic(folder) else [folder]
    search = glob1 if has_magic(name) else glob0
    for folder in folders:
        for found in search(folder, name):
            yield _os.path.join(folder, found)


def glob1(dirname, pattern):
    dirname = dirname or _os.curdir
    if isinstance(pattern, unicode) and not isinstance(dirname, unicode):
        dirname = dirname.decode('utf-8', 'replace')
    try:
        names = _os.listdir(dirname)
    except _os.error:
        return []
    if pattern[0] != '.':
        names = [name for name in names if name[0] != '.']
    return _fnmatch.filter(names, pattern)


def glob0(dirname, basename):
    if basename == '':
        return [basename] if _os.path.isdir(dirname) else []
    return [basename] if _os.path.lexists(_os.path.join(dirname, basename)) else []
