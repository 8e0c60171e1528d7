"""Which kind of database a file is."""

import os
import struct as _struct


def whichdb(filename):
    """The name of the module for it, '' for an unknown kind, None where no file can be read."""
    for ending, name in ((".pag", "dbm"), (".db", "dbm")):
        try:
            open(filename + ending, "rb").close()
            if ending == ".pag":
                open(filename + ".dir", "rb").close()
            return name
        except IOError:
            pass
    try:
        os.stat(filename + ".dat")
        size = os.stat(filename + ".dir").st_size
        if size == 0:
            return "dumbdbm"
        with open(filename + ".dir", "rb") as f:
            if f.read(1) in ("'", '"'):
                return "dumbdbm"
    except (OSError, IOError):
        pass
    try:
        with open(filename, "rb") as f:
            start = f.read(16)
    except IOError:
        return None
    if len(start) < 4:
        return ""
    magic, = _struct.unpack("=l", start[:4])
    if magic in (0x13579ace, 0x13579acd, 0x13579acf):
        return "gdbm"
    if magic in (0x00061561, 0x61150600):
        return "bsddb185"
    if len(start) < 16:
        return ""
    magic, = _struct.unpack("=l", start[12:])
    if magic in (0x00061561, 0x61150600):
        return "dbhash"
    return ""
