"""Conversions between binary data and ASCII (the Python 2 module binascii)."""

from _bridge import library as _library, wrap as _wrap

_own = _library('binascii')
Error = _own.Error
Incomplete = _own.Incomplete
hexlify = b2a_hex = _wrap(_own.hexlify)
b2a_base64 = _wrap(_own.b2a_base64)
a2b_qp = _wrap(_own.a2b_qp)
b2a_qp = _wrap(_own.b2a_qp)
a2b_uu = _wrap(_own.a2b_uu)
b2a_uu = _wrap(_own.b2a_uu)
crc_hqx = _wrap(_own.crc_hqx)
_crc32 = _wrap(_own.crc32)
_unhexlify = _wrap(_own.unhexlify)
_a2b_base64 = _wrap(_own.a2b_base64)


def crc32(data, crc=0):
    """The CRC-32 as a signed number."""
    value = _crc32(data, crc & 0xffffffff)
    return value - (1 << 32) if value > 0x7fffffff else value


def unhexlify(hexstr):
    try:
        return _unhexlify(hexstr)
    except ValueError, e:
        # Python 2 has a TypeError here.
        raise TypeError('Odd-length string' if len(hexstr) % 2 else 'Non-hexadecimal digit found')


a2b_hex = unhexlify


def a2b_base64(string):
    try:
        return _a2b_base64(string)
    except ValueError:
        raise Error('Incorrect padding')
