"""A file in memory that takes byte strings and unicode strings alike (the Python 2 module StringIO)."""

__all__ = ['StringIO']


class StringIO:
    """StringIO([text]): a file object over a string; a mixture of str and unicode is joined as Python joins them."""

    def __init__(self, buf=''):
        if not isinstance(buf, basestring):
            buf = str(buf)
        self.buf = buf
        self.len = len(buf)
        self.buflist = []
        self.pos = 0
        self.closed = False
        self.softspace = 0

    def __iter__(self):
        return self

    def _check(self):
        if self.closed:
            raise ValueError('I/O operation on closed file')

    def _join(self):
        if self.buflist:
            self.buf += ''.join(self.buflist)
            self.buflist = []
        return self.buf

    def next(self):
        self._check()
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def close(self):
        if not self.closed:
            self.closed = True
            del self.buf, self.pos

    def isatty(self):
        self._check()
        return False

    def seek(self, pos, mode=0):
        self._check()
        self._join()
        if mode == 1:
            pos += self.pos
        elif mode == 2:
            pos += self.len
        self.pos = max(0, pos)

    def tell(self):
        self._check()
        return self.pos

    def read(self, n=-1):
        self._check()
        text = self._join()
        end = self.len if n is None or n < 0 else min(self.pos + n, self.len)
        piece = text[self.pos:end]
        self.pos = max(self.pos, end)
        return piece

    def readline(self, length=None):
        self._check()
        text = self._join()
        at = text.find('\n', self.pos)
        end = self.len if at < 0 else at + 1
        if length is not None and length >= 0:
            end = min(end, self.pos + length)
        line = text[self.pos:end]
        self.pos = max(self.pos, end)
        return line

    def readlines(self, sizehint=0):
        lines = []
        total = 0
        line = self.readline()
        while line:
            lines.append(line)
            total += len(line)
            if 0 < sizehint <= total:
                break
            line = self.readline()
        return lines

    def truncate(self, size=None):
        self._check()
        if size is None:
            size = self.pos
        elif size < 0:
            raise IOError(22, 'Negative size not allowed')
        elif size < self.pos:
            self.pos = size
        self.buf = self.getvalue()[:size]
        self.len = size

    def write(self, s):
        self._check()
        if not s:
            return
        if not isinstance(s, basestring):
            s = str(s)
        if self.pos == self.len:
            self.buflist.append(s)
            self.len = self.pos = self.pos + len(s)
            return
        text = self._join()
        if self.pos > self.len:
            text += '\0' * (self.pos - self.len)
        end = self.pos + len(s)
        self.buf = text[:self.pos] + s + text[end:]
        self.len = len(self.buf)
        self.pos = end

    def writelines(self, iterable):
        for line in iterable:
            self.write(line)

    def flush(self):
        self._check()

    def getvalue(self):
        self._check()
        return self._join()
