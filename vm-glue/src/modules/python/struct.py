"""Packed binary data (the Python 2 module struct)."""

from _bridge import library as _library, wrap as _wrap

_own = _library('struct')
error = _own.error
pack = _wrap(_own.pack)
unpack = _wrap(_own.unpack)
unpack_from = _wrap(_own.unpack_from)
calcsize = _wrap(_own.calcsize)
pack_into = _own.pack_into


class Struct(object):
    """A format, ready to use."""

    def __init__(self, format):
        self.format = format
        self.size = calcsize(format)

    def pack(self, *values):
        return pack(self.format, *values)

    def unpack(self, data):
        return unpack(self.format, data)

    def unpack_from(self, buffer, offset=0):
        return unpack_from(self.format, buffer, offset)

    def pack_into(self, buffer, offset, *values):
        return pack_into(self.format, buffer, offset, *values)
