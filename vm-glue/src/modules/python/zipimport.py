"""Modules in ZIP archives: eggs and the like that stand on the search path."""
import os
import sys
import _import

__all__ = ['ZipImportError', 'zipimporter']
_zip_directory_cache = {}
# What find_module() asks for: the ending of a file, and whether it makes a package.
_FORMS = (('/__init__.py', True), ('.py', False))


class ZipImportError(ImportError):
    pass


def _importer(path):
    """The importer of a path on the search path; None for what is no archive."""
    known = sys.path_importer_cache.get(path)
    if isinstance(known, zipimporter):
        return known
    try:
        made = zipimporter(path)
    except ZipImportError:
        return None
    sys.path_importer_cache[path] = made
    return made


def _directory(archive):
    """The names in an archive; read again when the file has changed."""
    import zipfile
    state = os.stat(archive)
    stamp = state.st_mtime, state.st_size
    known = _zip_directory_cache.get(archive)
    if known is None or known[0] != stamp:
        try:
            opened = zipfile.ZipFile(archive)
        except (IOError, zipfile.BadZipfile):
            raise ZipImportError("not a Zip file: %r" % archive)
        known = _zip_directory_cache[archive] = stamp, opened, set(opened.namelist())
    return known[1], known[2]


class zipimporter(object):
    """zipimporter(archivepath): the modules in an archive, or in a folder in it."""

    def __init__(self, path):
        if not isinstance(path, basestring):
            raise TypeError("must be string, not %s" % type(path).__name__)
        if not path:
            raise ZipImportError("archive path is empty")
        archive, inside = path, []
        while not os.path.isfile(archive):
            archive, last = os.path.split(archive)
            if not last or os.path.isdir(archive):
                raise ZipImportError("not a Zip file: %r" % path)
            inside.insert(0, last)
        self.archive = archive
        self.prefix = ''.join([part + '/' for part in inside])
        _directory(archive)

    def _found(self, fullname):
        """(name in the archive, whether it is a package), or None."""
        stem = self.prefix + fullname.split('.')[-1]
        names = _directory(self.archive)[1]
        for ending, package in _FORMS:
            if stem + ending in names:
                return stem + ending, package
        return None

    def _needed(self, fullname):
        found = self._found(fullname)
        if found is None:
            raise ZipImportError("can't find module %r" % fullname)
        return found

    def find_module(self, fullname, path=None):
        return None if self._found(fullname) is None else self

    def load_module(self, fullname):
        name, package = self._needed(fullname)
        module = sys.modules.get(fullname)
        fresh = module is None
        if fresh:
            module = sys.modules[fullname] = _import.new_module(fullname)
        module.__file__ = os.path.join(self.archive, name)
        module.__loader__ = self
        if package:
            module.__path__ = [os.path.dirname(module.__file__)]
        try:
            exec self.get_code(fullname) in module.__dict__
        except:
            if fresh:
                sys.modules.pop(fullname, None)
            raise
        return sys.modules[fullname]

    def get_data(self, pathname):
        name = pathname
        if name.startswith(self.archive + os.sep):
            name = name[len(self.archive) + 1:]
        archive, names = _directory(self.archive)
        if name not in names:
            raise IOError(0, "", pathname)
        return archive.read(name)

    def is_package(self, fullname):
        return self._needed(fullname)[1]

    def get_source(self, fullname):
        return self.get_data(self._needed(fullname)[0])

    def get_filename(self, fullname):
        return os.path.join(self.archive, self._needed(fullname)[0])

    def get_code(self, fullname):
        source = self.get_source(fullname).replace('\r\n', '\n').replace('\r', '\n')
        return compile(source + '\n', self.get_filename(fullname), 'exec', 0, True)

    def __repr__(self):
        return '<zipimporter object "%s">' % os.path.join(self.archive, self.prefix.rstrip('/')).rstrip('/')
