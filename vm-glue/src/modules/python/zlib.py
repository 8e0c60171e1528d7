"""Compression (the Python 2 module zlib)."""

from _bridge import library as _library, wrap as _wrap

_own = _library('zlib')
error = _own.error
for _name in dir(_own):
    if _name.isupper() or _name[:2] == 'Z_':
        globals()[_name] = getattr(_own, _name)

compress = _wrap(_own.compress)
decompress = _wrap(_own.decompress)
_crc32 = _wrap(_own.crc32)
_adler32 = _wrap(_own.adler32)


def _signed(value):
    return value - (1 << 32) if value > 0x7fffffff else value


def crc32(data, value=0):
    return _signed(_crc32(data, value & 0xffffffff))


def adler32(data, value=1):
    return _signed(_adler32(data, value & 0xffffffff))


class _Stream(object):
    def __init__(self, own):
        self._own = own
        for name in ('compress', 'decompress', 'flush'):
            if hasattr(own, name):
                setattr(self, name, _wrap(getattr(own, name)))

    def __getattr__(self, name):
        from _bridge import native
        return native(getattr(self._own, name))

    def copy(self):
        return _Stream(self._own.copy())


def compressobj(level=-1, method=8, wbits=15, memLevel=8, strategy=0):
    return _Stream(_own.compressobj(level, method, wbits, memLevel, strategy))


def decompressobj(wbits=15):
    return _Stream(_own.decompressobj(wbits))
