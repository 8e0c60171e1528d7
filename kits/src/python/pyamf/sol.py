"""Flash's shared objects (the module pyamf.sol)."""

import _pyamf
import pyamf


class SOL(dict):
    """The values of a shared object, by their names; `name` is its own."""

    def __init__(self, name):
        dict.__init__(self)
        self.name = name

    def save(self, name_or_fp, encoding=pyamf.AMF0):
        save(self, name_or_fp, encoding)


def decode(stream, strict=True):
    name, version, pairs = _pyamf.decode_shared_object(pyamf._data(stream))
    return name, dict(pairs)


def encode(name, values, strict=True, encoding=pyamf.AMF0):
    from pyamf.util import BufferedByteStream
    return BufferedByteStream(_pyamf.encode_shared_object(name, encoding, values.items()))


def load(name_or_fp):
    if isinstance(name_or_fp, basestring):
        stream = open(name_or_fp, 'rb')
        try:
            data = stream.read()
        finally:
            stream.close()
    else:
        data = name_or_fp.read()
    name, values = decode(data)
    made = SOL(name)
    made.update(values)
    return made


def save(sol, name_or_fp, encoding=pyamf.AMF0):
    data = encode(sol.name, sol, encoding=encoding).getvalue()
    if not isinstance(name_or_fp, basestring):
        name_or_fp.write(data)
        return
    stream = open(name_or_fp, 'wb')
    try:
        stream.write(data)
    finally:
        stream.close()


class File(SOL):
    """A shared object with its place on disk; what is there already is read."""

    def __init__(self, path):
        import os.path
        name = os.path.basename(path)[:-len('.sol')]
        SOL.__init__(self, name)
        self.path = path
        if os.path.exists(path):
            found = load(path)
            self.name = found.name
            self.update(found)

    def save(self, encoding=pyamf.AMF0):
        import os
        folder = os.path.dirname(self.path)
        if not os.path.isdir(folder):
            os.makedirs(folder)
        SOL.save(self, self.path, encoding)
