"""Zip archives."""

import os as _os
import shutil
import re
import struct
import time as _time
import zlib
from binascii import crc32
from cStringIO import StringIO as _StringIO

__all__ = ["BadZipfile", "error", "ZIP_STORED", "ZIP_DEFLATED", "is_zipfile", "ZipInfo", "ZipFile", "PyZipFile",
           "LargeZipFile"]


class BadZipfile(Exception):
    pass


class LargeZipFile(Exception):
    """Larger than the format of before Zip64 allows, which was not to be used."""

error = BadZipfile
ZIP64_LIMIT = (1 << 31) - 1
ZIP_FILECOUNT_LIMIT = (1 << 16) - 1
ZIP_MAX_COMMENT = (1 << 16) - 1
ZIP_STORED, ZIP_DEFLATED = 0, 8
_END, _CENTRAL, _LOCAL = "<4s4H2LH", "<4s4B4HL2L5H2L", "<4s2B4HL2L2H"
_END64, _LOCATOR64 = "<4sQ2H2L4Q", "<4sLQL"
_END_MAGIC, _CENTRAL_MAGIC, _LOCAL_MAGIC = "PK\005\006", "PK\001\002", "PK\003\004"
_END64_MAGIC, _LOCATOR64_MAGIC = "PK\x06\x06", "PK\x06\x07"


def is_zipfile(filename):
    """Whether a file (or a file object) is a zip archive by its end."""
    try:
        if hasattr(filename, "read"):
            return bool(_find_end(filename))
        with open(filename, "rb") as fp:
            return bool(_find_end(fp))
    except (IOError, BadZipfile):
        return False


def _find_end(fp):
    """The record at the archive's end: (count, size, offset, comment, place); None if there is none."""
    fp.seek(0, 2)
    size = fp.tell()
    start = max(0, size - ZIP_MAX_COMMENT - struct.calcsize(_END))
    fp.seek(start)
    data = fp.read()
    at = data.rfind(_END_MAGIC)
    if at < 0 or len(data) - at < struct.calcsize(_END):
        return None
    fields = struct.unpack(_END, data[at:at + struct.calcsize(_END)])
    comment = data[at + struct.calcsize(_END):][:fields[7]]
    count, length, offset, place = fields[4], fields[5], fields[6], start + at
    if 0xffffffff in (length, offset) or count == 0xffff:
        locator = place - struct.calcsize(_LOCATOR64)
        if locator >= 0:
            fp.seek(locator)
            magic, disk, where, disks = struct.unpack(_LOCATOR64, fp.read(struct.calcsize(_LOCATOR64)))
            if magic == _LOCATOR64_MAGIC:
                place = locator - struct.calcsize(_END64)
                fp.seek(place)
                fields = struct.unpack(_END64, fp.read(struct.calcsize(_END64)))
                if fields[0] == _END64_MAGIC:
                    count, length, offset = fields[7], fields[8], fields[9]
    return count, length, offset, comment, place


class ZipInfo(object):
    """What an archive says of a member."""

    def __init__(self, filename="NoName", date_time=(1980, 1, 1, 0, 0, 0)):
        self.orig_filename = filename
        end = filename.find(chr(0))
        if end >= 0:
            filename = filename[:end]
        self.filename = filename
        if date_time[0] < 1980:
            raise ValueError('ZIP does not support timestamps before 1980')
        self.date_time = date_time
        self.compress_type = ZIP_STORED
        self.comment = self.extra = ""
        self.create_system = 3
        self.create_version = self.extract_version = 20
        self.reserved = self.flag_bits = self.volume = self.internal_attr = self.external_attr = 0
        self.CRC = self.compress_size = self.file_size = self.header_offset = 0

    def _dos_time(self):
        year, month, day, hour, minute, second = self.date_time[:6]
        return (year - 1980) << 9 | month << 5 | day, hour << 11 | minute << 5 | second // 2

    def _name_and_flags(self):
        if isinstance(self.filename, unicode):
            try:
                return self.filename.encode('ascii'), self.flag_bits
            except UnicodeEncodeError:
                return self.filename.encode('utf-8'), self.flag_bits | 0x800
        return self.filename, self.flag_bits

    def FileHeader(self, zip64=None):
        date, clock = self._dos_time()
        name, flags = self._name_and_flags()
        extra, size, packed = self.extra, self.file_size, self.compress_size
        if zip64 or max(size, packed) > ZIP64_LIMIT:
            extra += struct.pack("<HHQQ", 1, 16, size, packed)
            size = packed = 0xffffffff
            self.extract_version = max(45, self.extract_version)
            self.create_version = max(45, self.extract_version)
        return struct.pack(_LOCAL, _LOCAL_MAGIC, self.extract_version, self.reserved, flags, self.compress_type, clock,
                           date, self.CRC, packed, size, len(name), len(extra)) + name + extra

    def _decode_extra(self):
        extra = self.extra
        while len(extra) >= 4:
            kind, length = struct.unpack("<HH", extra[:4])
            if kind == 1:
                values = [struct.unpack("<Q", extra[at:at + 8])[0] for at in range(4, 4 + length - length % 8, 8)]
                for name in ('file_size', 'compress_size', 'header_offset'):
                    if getattr(self, name) in (0xffffffff, 0xffffffffffffffff) and values:
                        setattr(self, name, values.pop(0))
            extra = extra[length + 4:]


class _Decrypter:
    """The cipher of old zip archives."""

    _table = None

    def __init__(self, pwd):
        if _Decrypter._table is None:
            table = []
            for value in range(256):
                for bit in range(8):
                    value = (value >> 1) ^ 0xedb88320 if value & 1 else value >> 1
                table.append(value)
            _Decrypter._table = table
        self.key0, self.key1, self.key2 = 305419896, 591751049, 878082192
        for char in pwd:
            self._update(char)

    def _crc(self, char, crc):
        return (crc >> 8) ^ self._table[(crc ^ ord(char)) & 0xff]

    def _update(self, char):
        self.key0 = self._crc(char, self.key0)
        self.key1 = (self.key1 + (self.key0 & 255)) & 0xffffffff
        self.key1 = (self.key1 * 134775813 + 1) & 0xffffffff
        self.key2 = self._crc(chr((self.key1 >> 24) & 255), self.key2)

    def __call__(self, data):
        plain = []
        for char in data:
            key = self.key2 | 2
            char = chr(ord(char) ^ (((key * (key ^ 1)) >> 8) & 255))
            self._update(char)
            plain.append(char)
        return ''.join(plain)


_LINE_END = re.compile('\r\n|\r|\n')


class ZipExtFile(object):
    """A member, as it is read."""

    def __init__(self, fileobj, mode, zipinfo, decrypter=None, close_fileobj=False):
        self._fileobj = fileobj
        self._close = close_fileobj
        self._decrypter = decrypter
        self._left = zipinfo.compress_size - (12 if decrypter else 0)
        self._inflate = zlib.decompressobj(-15) if zipinfo.compress_type == ZIP_DEFLATED else None
        if zipinfo.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise NotImplementedError("compression type %d" % zipinfo.compress_type)
        self._place = fileobj.tell()
        self._ahead = ''
        self._crc = 0
        self._expected = getattr(zipinfo, 'CRC', None)
        self._universal = 'U' in mode
        self._done = False
        self.mode = mode
        self.name = zipinfo.filename
        self.newlines = None
        self.closed = False

    def _more(self):
        if self._done:
            return False
        count = min(self._left, 65536)
        # Another member may have been read from the same file.
        self._fileobj.seek(self._place)
        raw = self._fileobj.read(count) if count else ''
        self._place += len(raw)
        self._left -= len(raw)
        if count and not raw:
            raise EOFError
        if self._decrypter is not None:
            raw = self._decrypter(raw)
        data = raw
        if self._inflate is not None:
            data = self._inflate.decompress(raw)
            if self._left <= 0:
                data += self._inflate.flush()
        self._crc = crc32(data, self._crc) & 0xffffffff
        if self._left <= 0:
            self._done = True
            if self._expected is not None and self._crc != self._expected:
                raise BadZipfile("Bad CRC-32 for file %r" % self.name)
        self._ahead += data
        return True

    def read(self, n=-1):
        if n is None or n < 0:
            parts = [self._ahead]
            self._ahead = ''
            while self._more():
                parts.append(self._ahead)
                self._ahead = ''
            return ''.join(parts)
        while len(self._ahead) < n and self._more():
            pass
        data, self._ahead = self._ahead[:n], self._ahead[n:]
        return data

    read1 = read

    def peek(self, n=1):
        while len(self._ahead) < n and self._more():
            pass
        return self._ahead[:512]

    def readline(self, limit=-1):
        if self._universal and limit < 0:
            return self._universal_line()
        while '\n' not in self._ahead and (limit < 0 or len(self._ahead) < limit) and self._more():
            pass
        end = self._ahead.find('\n') + 1 or len(self._ahead)
        if 0 <= limit < end:
            end = limit
        line, self._ahead = self._ahead[:end], self._ahead[end:]
        return line

    def _universal_line(self):
        """A line with any of the three ends, which is read as a newline."""
        while True:
            found = _LINE_END.search(self._ahead)
            # A carriage return at the very end may be the first half of an end.
            if found and not (found.group() == '\r' and found.end() == len(self._ahead) and self._more()):
                break
            if not found and not self._more():
                line, self._ahead = self._ahead, ''
                return line
        found = _LINE_END.search(self._ahead)
        if self.newlines is None:
            self.newlines = []
        if found.group() not in self.newlines:
            self.newlines.append(found.group())
        line = self._ahead[:found.start()] + '\n'
        self._ahead = self._ahead[found.end():]
        return line

    def readlines(self, hint=-1):
        return list(self)

    def __iter__(self):
        return self

    def next(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def readable(self):
        return True

    def close(self):
        self.closed = True
        if self._close:
            self._fileobj.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


class ZipFile(object):
    """An archive, open for reading ("r"), writing ("w") or appending ("a")."""

    fp = None

    def __init__(self, file, mode="r", compression=ZIP_STORED, allowZip64=False):
        if mode not in ("r", "w", "a"):
            raise RuntimeError('ZipFile() requires mode "r", "w", or "a"')
        if compression not in (ZIP_STORED, ZIP_DEFLATED):
            raise RuntimeError("That compression method is not supported")
        self._allowZip64 = allowZip64
        self._didModify = False
        self.debug = 0
        self.NameToInfo = {}
        self.filelist = []
        self.compression = compression
        self.mode = mode
        self.pwd = None
        self._comment = ''
        if isinstance(file, basestring):
            self._filePassed = 0
            self.filename = file
            try:
                self.fp = open(file, {'r': 'rb', 'w': 'w+b', 'a': 'r+b'}[mode])
            except IOError:
                if mode != 'a':
                    raise
                self.mode = 'w'
                self.fp = open(file, 'w+b')
        else:
            self._filePassed = 1
            self.fp = file
            self.filename = getattr(file, 'name', None)
        try:
            if mode == 'r':
                self._read_contents()
            elif mode == 'w':
                self._didModify = True
                self._start = self.fp.tell()
            else:
                try:
                    self._read_contents()
                    self.fp.seek(self.start_dir, 0)
                except BadZipfile:
                    self.fp.seek(0, 2)
                    self._didModify = True
        except:
            fp, self.fp = self.fp, None
            if not self._filePassed:
                fp.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def _read_contents(self):
        fp = self.fp
        try:
            end = _find_end(fp)
        except (IOError, struct.error):
            raise BadZipfile("File is not a zip file")
        if not end:
            raise BadZipfile("File is not a zip file")
        count, length, offset, self._comment, place = end
        # Bytes may stand before the archive.
        before = place - length - offset
        self.start_dir = offset + before
        fp.seek(self.start_dir, 0)
        data = fp.read(length)
        at = 0
        size = struct.calcsize(_CENTRAL)
        while at < length:
            record = data[at:at + size]
            if len(record) != size:
                raise BadZipfile("Truncated central directory")
            fields = struct.unpack(_CENTRAL, record)
            if fields[0] != _CENTRAL_MAGIC:
                raise BadZipfile("Bad magic number for central directory")
            at += size
            name_length, extra_length, comment_length = fields[12:15]
            name = data[at:at + name_length]
            info = ZipInfo(name)
            info.extra = data[at + name_length:at + name_length + extra_length]
            at += name_length + extra_length
            info.comment = data[at:at + comment_length]
            at += comment_length
            (info.create_version, info.create_system, info.extract_version, info.reserved, info.flag_bits,
             info.compress_type, clock, date, info.CRC, info.compress_size, info.file_size) = fields[1:12]
            info.volume, info.internal_attr, info.external_attr, info.header_offset = fields[15:19]
            info._raw_time = clock
            info.date_time = ((date >> 9) + 1980, (date >> 5) & 0xf, date & 0x1f, clock >> 11, (clock >> 5) & 0x3f,
                              (clock & 0x1f) * 2)
            info._decode_extra()
            info.header_offset += before
            if info.flag_bits & 0x800:
                info.filename = info.filename.decode('utf-8')
            self.filelist.append(info)
            self.NameToInfo[info.filename] = info

    @property
    def comment(self):
        return self._comment

    @comment.setter
    def comment(self, comment):
        self._comment = comment[:ZIP_MAX_COMMENT]
        self._didModify = True

    def namelist(self):
        return [info.filename for info in self.filelist]

    def infolist(self):
        return self.filelist

    def printdir(self):
        print "%-46s %19s %12s" % ("File Name", "Modified    ", "Size")
        for info in self.filelist:
            print "%-46s %s %12d" % (info.filename, "%d-%02d-%02d %02d:%02d:%02d" % info.date_time[:6],
                                     info.file_size)

    def testzip(self):
        for info in self.filelist:
            try:
                with self.open(info.filename, "r") as member:
                    while member.read(1 << 20):
                        pass
            except BadZipfile:
                return info.filename

    def getinfo(self, name):
        info = self.NameToInfo.get(name)
        if info is None:
            raise KeyError('There is no item named %r in the archive' % name)
        return info

    def setpassword(self, pwd):
        self.pwd = pwd

    def read(self, name, pwd=None):
        return self.open(name, "r", pwd).read()

    def open(self, name, mode="r", pwd=None):
        if mode not in ("r", "U", "rU"):
            raise RuntimeError('open() requires mode "r", "U", or "rU"')
        if not self.fp:
            raise RuntimeError("Attempt to read ZIP archive that was already closed")
        info = name if isinstance(name, ZipInfo) else self.getinfo(name)
        fp = self.fp
        fp.seek(info.header_offset, 0)
        size = struct.calcsize(_LOCAL)
        header = fp.read(size)
        if len(header) != size:
            raise BadZipfile("Truncated file header")
        fields = struct.unpack(_LOCAL, header)
        if fields[0] != _LOCAL_MAGIC:
            raise BadZipfile("Bad magic number for file header")
        stored = fp.read(fields[10])
        if fields[11]:
            fp.read(fields[11])
        if stored != info.orig_filename:
            raise BadZipfile('File name in directory "%s" and header "%s" differ.' % (info.orig_filename, stored))
        decrypter = None
        if info.flag_bits & 1:
            pwd = pwd or self.pwd
            if not pwd:
                raise RuntimeError("File %s is encrypted, password required for extraction" % name)
            decrypter = _Decrypter(pwd)
            check = (info._raw_time >> 8) & 0xff if info.flag_bits & 8 else (info.CRC >> 24) & 0xff
            if ord(decrypter(fp.read(12))[11]) != check:
                raise RuntimeError("Bad password for file", name)
        return ZipExtFile(fp, mode, info, decrypter)

    def extract(self, member, path=None, pwd=None):
        if not isinstance(member, ZipInfo):
            member = self.getinfo(member)
        return self._extract_member(member, _os.getcwd() if path is None else path, pwd)

    def extractall(self, path=None, members=None, pwd=None):
        for member in self.namelist() if members is None else members:
            self.extract(member, path, pwd)

    def _extract_member(self, member, targetpath, pwd):
        # No member is written outside of the folder.
        parts = [part for part in member.filename.replace('/', _os.path.sep).split(_os.path.sep)
                 if part not in ('', _os.path.curdir, _os.path.pardir)]
        target = _os.path.normpath(_os.path.join(targetpath, _os.path.sep.join(parts)))
        folder = _os.path.dirname(target)
        if folder and not _os.path.exists(folder):
            _os.makedirs(folder)
        if member.filename[-1:] == '/':
            if not _os.path.isdir(target):
                _os.mkdir(target)
            return target
        source = self.open(member, pwd=pwd)
        with file(target, "wb") as out:
            shutil.copyfileobj(source, out)
        return target

    def _check_write(self, info):
        if info.filename in self.NameToInfo:
            import warnings
            warnings.warn('Duplicate name: %r' % info.filename, stacklevel=3)
        if self.mode not in ("w", "a"):
            raise RuntimeError('write() requires mode "w" or "a"')
        if not self.fp:
            raise RuntimeError("Attempt to write ZIP archive that was already closed")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise RuntimeError("That compression method is not supported")

    def write(self, filename, arcname=None, compress_type=None):
        data = _os.stat(filename)
        folder = _os.path.isdir(filename)
        name = _os.path.normpath(_os.path.splitdrive(filename if arcname is None else arcname)[1])
        while name[:1] in (_os.sep, _os.altsep or _os.sep):
            name = name[1:]
        if folder:
            name += '/'
        info = ZipInfo(name, _time.localtime(data.st_mtime)[0:6])
        info.external_attr = (data.st_mode & 0xffff) << 16L
        info.compress_type = ZIP_STORED if folder else self.compression if compress_type is None else compress_type
        if folder:
            info.external_attr |= 0x10
            self._store(info, '')
        else:
            with open(filename, 'rb') as source:
                self._store(info, source.read())

    def writestr(self, zinfo_or_arcname, bytes, compress_type=None):
        if isinstance(zinfo_or_arcname, ZipInfo):
            info = zinfo_or_arcname
        else:
            info = ZipInfo(zinfo_or_arcname, _time.localtime(_time.time())[:6])
            info.compress_type = self.compression
            info.external_attr = (0x41fd << 16 | 0x10) if info.filename[-1:] == '/' else 0600 << 16
        if not self.fp:
            raise RuntimeError("Attempt to write to ZIP archive that was already closed")
        if compress_type is not None:
            info.compress_type = compress_type
        if isinstance(bytes, unicode):
            bytes = str(bytes)
        self._store(info, bytes)

    def _store(self, info, data):
        self._check_write(info)
        info.file_size = len(data)
        info.CRC = crc32(data) & 0xffffffff
        info.header_offset = self.fp.tell()
        self._didModify = True
        if info.compress_type == ZIP_DEFLATED:
            packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -15)
            data = packer.compress(data) + packer.flush()
        info.compress_size = len(data)
        large = max(info.file_size, info.compress_size) > ZIP64_LIMIT
        if large and not self._allowZip64:
            raise LargeZipFile("Filesize would require ZIP64 extensions")
        self.fp.write(info.FileHeader(large))
        self.fp.write(data)
        if hasattr(self.fp, 'flush'):
            self.fp.flush()
        self.filelist.append(info)
        self.NameToInfo[info.filename] = info

    def __del__(self):
        self.close()

    def close(self):
        if self.fp is None:
            return
        try:
            if self.mode in ("w", "a") and self._didModify:
                self._write_end()
        finally:
            fp, self.fp = self.fp, None
            if not self._filePassed:
                fp.close()

    def _write_end(self):
        start = self.fp.tell()
        for info in self.filelist:
            date, clock = info._dos_time()
            name, flags = info._name_and_flags()
            size, packed, offset, extra = info.file_size, info.compress_size, info.header_offset, info.extra
            large = []
            if size > ZIP64_LIMIT or packed > ZIP64_LIMIT:
                large += [size, packed]
                size = packed = 0xffffffff
            if offset > ZIP64_LIMIT:
                large.append(offset)
                offset = 0xffffffff
            if large:
                extra = struct.pack('<HH' + 'Q' * len(large), 1, 8 * len(large), *large) + extra
            self.fp.write(struct.pack(_CENTRAL, _CENTRAL_MAGIC, info.create_version, info.create_system,
                                      info.extract_version, info.reserved, flags, info.compress_type, clock, date,
                                      info.CRC, packed, size, len(name), len(extra), len(info.comment), 0,
                                      info.internal_attr, info.external_attr, offset) + name + extra + info.comment)
        end = self.fp.tell()
        count, size, offset = len(self.filelist), end - start, start
        if count > ZIP_FILECOUNT_LIMIT or max(size, offset) > ZIP64_LIMIT:
            if not self._allowZip64:
                raise LargeZipFile("The archive would require ZIP64 extensions")
            self.fp.write(struct.pack(_END64, _END64_MAGIC, 44, 45, 45, 0, 0, count, count, size, offset))
            self.fp.write(struct.pack(_LOCATOR64, _LOCATOR64_MAGIC, 0, end, 1))
            count, size, offset = min(count, 0xffff), min(size, 0xffffffff), min(offset, 0xffffffff)
        self.fp.write(struct.pack(_END, _END_MAGIC, 0, 0, count, count, size, offset, len(self._comment)))
        self.fp.write(self._comment)
        if hasattr(self.fp, 'flush'):
            self.fp.flush()


class PyZipFile(ZipFile):
    """An archive of Python sources."""

    def writepy(self, pathname, basename=""):
        name = _os.path.basename(pathname)
        if _os.path.isdir(pathname):
            prefix = _os.path.join(basename, name) if _os.path.isfile(_os.path.join(pathname, '__init__.py')) else ''
            for entry in sorted(_os.listdir(pathname)):
                if entry.endswith('.py'):
                    self.write(_os.path.join(pathname, entry), _os.path.join(prefix, entry))
        else:
            self.write(pathname, _os.path.join(basename, name))
