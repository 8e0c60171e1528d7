"""AMF 0 (the module pyamf.amf0)."""

import pyamf


def encode(*args):
    return pyamf.encode(encoding=pyamf.AMF0, *args)


def decode(stream):
    return pyamf.decode(stream, pyamf.AMF0)
