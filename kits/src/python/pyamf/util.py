"""The stream that pyamf gives and takes (the module pyamf.util)."""

from StringIO import StringIO


class BufferedByteStream(StringIO):
    def __len__(self):
        return len(self.getvalue())

    def __str__(self):
        return self.getvalue()

    def remaining(self):
        return len(self) - self.tell()

    def at_eof(self):
        return self.remaining() == 0
