"""Packed binary data (the Python 2 module struct)."""

from _struct import calcsize, error, pack, pack_into, unpack, unpack_from


class Struct(object):
    """A format, ready to use."""

    def __init__(self, format):
        if isinstance(format, unicode):
            format = str(format)
        self.size = calcsize(format)
        self.format = format

    def pack(self, *values):
        return pack(self.format, *values)

    def unpack(self, data):
        return unpack(self.format, data)

    def unpack_from(self, buffer, offset=0):
        return unpack_from(self.format, buffer, offset)

    def pack_into(self, buffer, offset, *values):
        return pack_into(self.format, buffer, offset, *values)
