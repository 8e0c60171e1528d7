"""A simple database of strings: the values in NAME.dat, where they are in NAME.dir (and what was before in NAME.bak)."""

import ast as _ast
import os as _os
import UserDict
import __builtin__

_open = __builtin__.open
_BLOCKSIZE = 512

error = IOError


class _Database(UserDict.DictMixin):
    def __init__(self, filebasename, mode, flag='c'):
        self._mode = mode
        self._readonly = flag == 'r'
        self._dirfile = filebasename + _os.extsep + 'dir'
        self._datfile = filebasename + _os.extsep + 'dat'
        self._bakfile = filebasename + _os.extsep + 'bak'
        # Key to (place, size); None once it is closed.
        self._index = None
        try:
            f = _open(self._datfile, 'r')
        except IOError:
            with _open(self._datfile, 'w') as f:
                self._chmod(self._datfile)
        else:
            f.close()
        self._update()

    def _update(self):
        self._index = {}
        try:
            f = _open(self._dirfile)
        except IOError:
            self._modified = not self._readonly
        else:
            self._modified = False
            with f:
                for line in f:
                    key, pos_and_siz_pair = _ast.literal_eval(line.rstrip())
                    self._index[key] = pos_and_siz_pair

    def _commit(self):
        if self._index is None or not self._modified:
            return
        try:
            _os.unlink(self._bakfile)
        except _os.error:
            pass
        try:
            _os.rename(self._dirfile, self._bakfile)
        except _os.error:
            pass
        with _open(self._dirfile, 'w') as f:
            self._chmod(self._dirfile)
            for key, pair in self._index.iteritems():
                f.write("%r, %r\n" % (key, pair))

    sync = _commit

    def __getitem__(self, key):
        pos, siz = self._index[key]
        with _open(self._datfile, 'rb') as f:
            f.seek(pos)
            return f.read(siz)

    def _addval(self, val):
        with _open(self._datfile, 'rb+') as f:
            f.seek(0, 2)
            pos = int(f.tell())
            start = (pos + _BLOCKSIZE - 1) // _BLOCKSIZE * _BLOCKSIZE
            f.write('\0' * (start - pos))
            f.write(val)
        return (start, len(val))

    def _setval(self, pos, val):
        with _open(self._datfile, 'rb+') as f:
            f.seek(pos)
            f.write(val)
        return (pos, len(val))

    def _addkey(self, key, pair):
        self._index[key] = pair
        with _open(self._dirfile, 'a') as f:
            self._chmod(self._dirfile)
            f.write("%r, %r\n" % (key, pair))

    def __setitem__(self, key, val):
        if not type(key) == type('') == type(val):
            raise TypeError, "keys and values must be strings"
        self._modified = True
        if key not in self._index:
            self._addkey(key, self._addval(val))
            return
        pos, siz = self._index[key]
        blocks = (siz + _BLOCKSIZE - 1) // _BLOCKSIZE
        if (len(val) + _BLOCKSIZE - 1) // _BLOCKSIZE <= blocks:
            self._index[key] = self._setval(pos, val)
        else:
            self._index[key] = self._addval(val)

    def __delitem__(self, key):
        self._modified = True
        del self._index[key]
        self._commit()

    def keys(self):
        return self._index.keys()

    def has_key(self, key):
        return key in self._index

    def __contains__(self, key):
        return key in self._index

    def iterkeys(self):
        return self._index.iterkeys()

    __iter__ = iterkeys

    def __len__(self):
        return len(self._index)

    def close(self):
        try:
            self._commit()
        finally:
            self._index = self._datfile = self._dirfile = self._bakfile = None

    __del__ = close

    def _chmod(self, file):
        if hasattr(_os, 'chmod'):
            _os.chmod(file, self._mode)


def open(file, flag=None, mode=0666):
    """The database of a file name without its ending; made where there is none."""
    try:
        um = _os.umask(0)
        _os.umask(um)
    except AttributeError:
        pass
    else:
        mode = mode & (~um)
    if flag == 'n':
        flag = None
        for ending in ('dir', 'dat', 'bak'):
            try:
                _os.unlink(file + _os.extsep + ending)
            except _os.error:
                pass
    return _Database(file, mode, flag or 'c')
