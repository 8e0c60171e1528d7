# Byte strings in and out of the files in an archive.
from _bridge import library as _library, native as _native
from _files import ByteFile as _ByteFile, MachineFile as _MachineFile
_machine = _library('tarfile')
_MachineError = _library('builtins').OSError


def _file(fileobj):
    return None if fileobj is None else _MachineFile(fileobj)


def _name(name):
    return name.decode('utf-8', 'replace') if isinstance(name, str) else name


class TarFile(_machine.TarFile):
    """A TAR archive."""

    format = _machine.GNU_FORMAT
    # Python 2 knows no other ways to compress.
    OPEN_METH = {"tar": "taropen", "gz": "gzopen", "bz2": "bz2open"}
    # As Python 2 takes everything out.
    extraction_filter = staticmethod(_machine.fully_trusted_filter)

    @classmethod
    def open(cls, name=None, mode="r", fileobj=None, bufsize=10240, **kwargs):
        try:
            return _machine.TarFile.open.__func__(cls, _name(name), mode, _file(fileobj), bufsize, **kwargs)
        except _MachineError, e:
            raise IOError(e.errno, e.strerror, name)
        except _machine.ReadError, e:
            # Which ways were tried is nothing that Python 2 tells.
            raise _machine.ReadError(str(e).split(':\n')[0])

    def getnames(self):
        return [_native(name) for name in _machine.TarFile.getnames(self)]

    def getmember(self, name):
        try:
            return _machine.TarFile.getmember(self, _name(name))
        except KeyError:
            raise KeyError("filename %r not found" % name)

    def _member(self, member):
        return _name(member) if isinstance(member, str) else member

    def extractfile(self, member):
        found = _machine.TarFile.extractfile(self, self._member(member))
        return None if found is None else _ByteFile(found, _native(found.name))

    def extract(self, member, path=""):
        _machine.TarFile.extract(self, self._member(member), _name(path))

    def extractall(self, path=".", members=None):
        _machine.TarFile.extractall(self, _name(path), members)

    def add(self, name, arcname=None, recursive=True, exclude=None, filter=None):
        if exclude is not None and exclude(name):
            return
        _machine.TarFile.add(self, _name(name), _name(arcname), recursive, filter=filter)

    def addfile(self, tarinfo, fileobj=None):
        _machine.TarFile.addfile(self, tarinfo, _file(fileobj))

    def gettarinfo(self, name=None, arcname=None, fileobj=None):
        return _machine.TarFile.gettarinfo(self, _name(name), _name(arcname), fileobj)

TarFile.__module__ = 'tarfile'
open = TarFile.open


DEFAULT_FORMAT = _machine.GNU_FORMAT


def is_tarfile(name):
    """Whether a file is a TAR archive that can be read."""
    try:
        open(name).close()
        return True
    except TarError:
        return False
