"""Files compressed with gzip."""

import __builtin__
import struct as _struct
import time as _time
import zlib as _zlib

__all__ = ["GzipFile", "open"]

FTEXT, FHCRC, FEXTRA, FNAME, FCOMMENT = 1, 2, 4, 8, 16
READ, WRITE = 1, 2


def open(filename, mode="rb", compresslevel=9):
    return GzipFile(filename, mode, compresslevel)


class GzipFile(object):
    """A file object over compressed bytes."""

    myfileobj = None
    max_read_chunk = 10 * 1024 * 1024

    def __init__(self, filename=None, mode=None, compresslevel=9, fileobj=None, mtime=None):
        if mode:
            mode = mode.replace('U', '')
        if mode and mode[0] not in 'rwa':
            raise ValueError("mode string must begin with one of 'r', 'w', 'a' or 'U', not '%s'" % (mode + 'b')[:20]
                             ) if fileobj is None else IOError("Mode " + mode + "b not supported")
        if mode and 'b' not in mode:
            mode += 'b'
        if fileobj is None:
            fileobj = self.myfileobj = __builtin__.open(filename, mode or 'rb')
        if filename is None:
            filename = getattr(fileobj, 'name', '')
            if not isinstance(filename, basestring) or filename == '<fdopen>':
                filename = ''
        if mode is None:
            mode = getattr(fileobj, 'mode', 'rb')
        self.name = filename
        self.fileobj = fileobj
        self.mtime = mtime
        self.offset = 0
        self.size = 0
        self.crc = _zlib.crc32('') & 0xffffffff
        if mode[0:1] == 'r':
            self.mode = READ
            self._ahead = ''
            self._parts = None
            self._raw = self._tail = ''
            self._member = None
        elif mode[0:1] in 'wa':
            self.mode = WRITE
            self.compress = _zlib.compressobj(compresslevel, _zlib.DEFLATED, -_zlib.MAX_WBITS, 8, 0)
            self._write_header(compresslevel)
        else:
            raise IOError("Mode " + mode + " not supported")

    @property
    def filename(self):
        return self.name

    @property
    def closed(self):
        return self.fileobj is None

    def __repr__(self):
        return '<gzip ' + repr(self.fileobj)[1:-1] + ' ' + hex(id(self)) + '>'

    def _check_closed(self):
        if self.closed:
            raise ValueError('I/O operation on closed file.')

    # ---- writing

    def _write_header(self, level):
        self.fileobj.write('\037\213\010')
        import os
        try:
            name = os.path.basename(self.name)
            if not isinstance(name, str):
                name = name.encode('latin-1')
            if name.endswith('.gz'):
                name = name[:-3]
        except UnicodeEncodeError:
            name = ''
        mtime = _time.time() if self.mtime is None else self.mtime
        self.fileobj.write(chr(FNAME if name else 0) + _struct.pack('<L', long(mtime) & 0xffffffff) +
                           ('\002' if level == 9 else '\004' if level == 1 else '\002') + '\377')
        if name:
            self.fileobj.write(name + '\000')

    def write(self, data):
        self._check_closed()
        if self.mode != WRITE:
            import errno
            raise IOError(errno.EBADF, "write() on read-only GzipFile object")
        if isinstance(data, unicode):
            data = str(data)
        elif not isinstance(data, str):
            data = str(data)
        if data:
            self.fileobj.write(self.compress.compress(data))
            self.size += len(data)
            self.crc = _zlib.crc32(data, self.crc) & 0xffffffff
            self.offset += len(data)
        return len(data)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self, zlib_mode=_zlib.Z_SYNC_FLUSH):
        self._check_closed()
        if self.mode == WRITE:
            self.fileobj.write(self.compress.flush(zlib_mode))
            if hasattr(self.fileobj, 'flush'):
                self.fileobj.flush()

    def close(self):
        fileobj, self.fileobj = self.fileobj, None
        if fileobj is None:
            return
        try:
            if self.mode == WRITE:
                fileobj.write(self.compress.flush())
                fileobj.write(_struct.pack('<LL', self.crc, self.size & 0xffffffff))
        finally:
            own, self.myfileobj = self.myfileobj, None
            if own:
                own.close()

    # ---- reading

    def _read_file(self, count):
        data = self.fileobj.read(count)
        self._tail = (self._tail + data)[-8:]
        return data

    def _bytes(self, count):
        """So many bytes of the compressed file."""
        while len(self._raw) < count:
            more = self._read_file(max(count - len(self._raw), 16384))
            if not more:
                break
            self._raw += more
        data, self._raw = self._raw[:count], self._raw[count:]
        return data

    def _until_zero(self):
        while True:
            byte = self._bytes(1)
            if not byte or byte == '\000':
                return

    def _read_header(self):
        magic = self._bytes(2)
        if magic != '\037\213':
            raise IOError('Not a gzipped file')
        if self._bytes(1) != '\010':
            raise IOError('Unknown compression method')
        flags = ord(self._bytes(1))
        self.mtime = _struct.unpack('<L', self._bytes(4))[0]
        self._bytes(2)
        if flags & FEXTRA:
            self._bytes(_struct.unpack('<H', self._bytes(2))[0])
        if flags & FNAME:
            self._until_zero()
        if flags & FCOMMENT:
            self._until_zero()
        if flags & FHCRC:
            self._bytes(2)

    def _more(self):
        """Uncompresses some more; false at the end."""
        if self._member is None:
            # Zeros may follow the last member.
            while not self._raw or self._raw[0] == '\000' and self.offset + len(self._ahead):
                self._raw = self._raw.lstrip('\000') if self.offset + len(self._ahead) else self._raw
                if self._raw:
                    break
                self._raw = self._read_file(16384)
                if not self._raw:
                    return False
            self._read_header()
            self._member = _zlib.decompressobj(-_zlib.MAX_WBITS)
            self.crc = _zlib.crc32('') & 0xffffffff
            self.size = 0
        raw, self._raw = self._raw, ''
        if not raw:
            raw = self._read_file(16384)
        if raw:
            data = self._member.decompress(raw)
        else:
            data = self._member.flush()
        self.crc = _zlib.crc32(data, self.crc) & 0xffffffff
        self.size += len(data)
        self._ahead += data
        if not raw:
            # Cut off: whatever the file ends with is taken for the check sum and the length.
            self._raw = self._tail
            self._member = None
            self._read_end()
        elif self._member.unused_data:
            self._raw = self._member.unused_data
            self._member = None
            self._read_end()
        return True

    def _read_end(self):
        crc = _struct.unpack('<L', self._bytes(4))[0]
        size = _struct.unpack('<L', self._bytes(4))[0]
        if crc != self.crc:
            raise IOError("CRC check failed %s != %s" % (hex(crc), hex(long(self.crc))))
        if size != self.size & 0xffffffff:
            raise IOError("Incorrect length of data produced")

    def read(self, size=-1):
        self._check_closed()
        if self.mode != READ:
            import errno
            raise IOError(errno.EBADF, "read() on write-only GzipFile object")
        parts = []
        if size is None or size < 0:
            while self._more():
                parts.append(self._ahead)
                self._ahead = ''
                self.offset += len(parts[-1])
            rest, self._ahead = self._ahead, ''
            parts.append(rest)
            self.offset += len(rest)
            return ''.join(parts)
        while len(self._ahead) < size and self._more():
            pass
        data, self._ahead = self._ahead[:size], self._ahead[size:]
        self.offset += len(data)
        return data

    def readline(self, size=-1):
        while '\n' not in self._ahead and (size < 0 or len(self._ahead) < size):
            if not self._more():
                break
        end = self._ahead.find('\n') + 1 or len(self._ahead)
        if 0 <= size < end:
            end = size
        line, self._ahead = self._ahead[:end], self._ahead[end:]
        self.offset += len(line)
        return line

    def readlines(self, sizehint=0):
        return list(self)

    def __iter__(self):
        return self

    def next(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def rewind(self):
        if self.mode != READ:
            raise IOError("Can't rewind in write mode")
        self.fileobj.seek(0)
        self._raw = self._ahead = ''
        self._member = None
        self.offset = 0

    def seek(self, offset, whence=0):
        if whence:
            if whence != 1:
                raise ValueError('Seek from end not supported')
            offset += self.offset
        if self.mode == WRITE:
            if offset < self.offset:
                raise IOError('Negative seek in write mode')
            self.write('\0' * (offset - self.offset))
            return self.offset
        if offset < self.offset:
            self.rewind()
        while self.offset < offset:
            if not self.read(min(offset - self.offset, 65536)):
                break
        return self.offset

    def tell(self):
        return self.offset

    def fileno(self):
        return self.fileobj.fileno()

    def readable(self):
        return self.mode == READ

    def writable(self):
        return self.mode == WRITE

    def seekable(self):
        return True

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
