"""Keyed hashes (the Python 2 module hmac)."""

import hashlib as _hashlib

digest_size = None


def _xor(key, value):
    if isinstance(key, unicode):
        raise TypeError('character mapping must return integer, None or unicode')
    return ''.join([chr(ord(c) ^ value) for c in key])


class HMAC:
    """A keyed hash of a message."""

    blocksize = 64

    def __init__(self, key, msg=None, digestmod=None):
        if digestmod is None:
            digestmod = _hashlib.md5
        if callable(digestmod):
            start = digestmod
        else:
            start = digestmod.new
        self.digest_cons = start
        self.inner = start()
        self.outer = start()
        self.digest_size = self.inner.digest_size
        size = getattr(self.inner, 'block_size', self.blocksize)
        if len(key) > size:
            key = start(key).digest()
        key = key + chr(0) * (size - len(key))
        self.outer.update(_xor(key, 0x5c))
        self.inner.update(_xor(key, 0x36))
        if msg is not None:
            self.update(msg)

    def update(self, msg):
        self.inner.update(msg)

    def copy(self):
        other = HMAC('')
        other.digest_cons = self.digest_cons
        other.digest_size = self.digest_size
        other.inner = self.inner.copy()
        other.outer = self.outer.copy()
        return other

    def digest(self):
        outer = self.outer.copy()
        outer.update(self.inner.digest())
        return outer.digest()

    def hexdigest(self):
        outer = self.outer.copy()
        outer.update(self.inner.digest())
        return outer.hexdigest()


def new(key, msg=None, digestmod=None):
    return HMAC(key, msg, digestmod)


def compare_digest(a, b):
    """Are two digests equal? In a time that does not tell where they differ."""
    if isinstance(a, unicode) and isinstance(b, unicode):
        a, b = a.encode('latin-1'), b.encode('latin-1')
    if isinstance(a, unicode) or isinstance(b, unicode):
        raise TypeError("'unicode' does not have the buffer interface")
    if not (hasattr(a, '__len__') and hasattr(b, '__len__')):
        raise TypeError("unsupported operand types(s) or combination of types: '%s' and '%s'" % (
            type(a).__name__, type(b).__name__))
    if len(a) != len(b):
        return False
    differences = 0
    for x, y in zip(a, b):
        differences |= ord(x) ^ ord(y)
    return differences == 0
