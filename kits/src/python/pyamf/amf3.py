"""AMF 3 (the module pyamf.amf3)."""

import pyamf


class ByteArray(str):
    """Bytes, to be told apart from text."""

    def getvalue(self):
        return str(self)

    read = getvalue


def encode(*args):
    return pyamf.encode(encoding=pyamf.AMF3, *args)


def decode(stream):
    return pyamf.decode(stream, pyamf.AMF3)
