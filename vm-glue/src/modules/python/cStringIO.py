"""A file in memory that takes byte strings only (the Python 2 module cStringIO)."""

from StringIO import StringIO as _StringIO

__all__ = ['StringIO', 'InputType', 'OutputType']


def _bytes(s):
    # Unicode must be ASCII here, and becomes bytes at once.
    if isinstance(s, unicode):
        return s.encode('ascii')
    return s


class OutputType(_StringIO):
    def write(self, s):
        _StringIO.write(self, _bytes(s))

    def getvalue(self, use_pos=None):
        text = _StringIO.getvalue(self)
        return text[:self.pos] if use_pos else text

    def reset(self):
        self.seek(0)


class InputType(_StringIO):
    def reset(self):
        self.seek(0)

    def write(self, s):
        raise AttributeError("'cStringIO.StringI' object has no attribute 'write'")


def StringIO(s=None):
    """StringIO() is a file to write to, StringIO(text) one to read from."""
    if s is None:
        return OutputType()
    return InputType(_bytes(s))
