"""What is in packages: their modules and their files."""
import imp
import os
import sys

__all__ = ['get_importer', 'iter_importers', 'get_loader', 'find_loader', 'walk_packages', 'iter_modules', 'get_data',
           'ImpImporter', 'ImpLoader', 'read_code', 'extend_path']


class ImpImporter:
    """Finds modules in one folder, or everywhere where there is none."""

    def __init__(self, path=None):
        self.path = path

    def find_module(self, fullname, path=None):
        name = fullname.split('.')[-1]
        if name != fullname and self.path is None:
            return None
        folders = None if self.path is None else [os.path.realpath(self.path)]
        try:
            file, filename, etc = imp.find_module(name, folders)
        except ImportError:
            return None
        return ImpLoader(fullname, file, filename, etc)

    def iter_modules(self, prefix=''):
        if self.path is None or not os.path.isdir(self.path):
            return
        found = {}
        for name in os.listdir(self.path):
            path = os.path.join(self.path, name)
            stem, ending = os.path.splitext(name)
            if os.path.isdir(path) and '.' not in name and os.path.isfile(os.path.join(path, '__init__.py')):
                found[name] = True
            elif ending == '.py' and stem != '__init__' and '.' not in stem:
                found.setdefault(stem, False)
        for name in sorted(found):
            yield prefix + name, found[name]


class ImpLoader:
    """Loads what an ImpImporter has found."""

    def __init__(self, fullname, file, filename, etc):
        self.file = file
        self.filename = filename
        self.fullname = fullname
        self.etc = etc
        self.code = self.source = None

    def load_module(self, fullname):
        self._check(fullname)
        try:
            return imp.load_module(fullname, self.file, self.filename, self.etc)
        finally:
            if self.file:
                self.file.close()

    def get_data(self, pathname):
        with open(pathname, 'rb') as file:
            return file.read()

    def is_package(self, fullname):
        self._check(fullname)
        return self.etc[2] == imp.PKG_DIRECTORY

    def get_filename(self, fullname=None):
        self._check(fullname)
        if self.etc[2] == imp.PKG_DIRECTORY:
            return os.path.join(self.filename, '__init__.py')
        return self.filename

    def get_source(self, fullname=None):
        self._check(fullname)
        if self.source is None:
            with open(self.get_filename(), 'rU') as file:
                self.source = file.read()
        return self.source

    def get_code(self, fullname=None):
        if self.code is None:
            self.code = compile(self.get_source(fullname), self.get_filename(), 'exec')
        return self.code

    def _check(self, fullname):
        if fullname is not None and fullname != self.fullname:
            raise ImportError('Loader for module %s cannot handle module %s' % (self.fullname, fullname))


def get_importer(path_item):
    """The importer of a folder."""
    return ImpImporter(path_item)


def iter_importers(fullname=''):
    """The importers that are asked for a module."""
    if fullname.startswith('.'):
        raise ImportError('Relative module names not supported')
    path = sys.path
    if '.' in fullname:
        package = fullname[:fullname.rindex('.')]
        __import__(package)
        path = getattr(sys.modules[package], '__path__', None) or []
    else:
        for importer in sys.meta_path:
            yield importer
    for item in path:
        yield get_importer(item)
    if '.' not in fullname:
        yield ImpImporter()


def find_loader(fullname):
    """The loader of a module; None where there is none."""
    for importer in iter_importers(fullname):
        loader = importer.find_module(fullname)
        if loader is not None:
            return loader
    return None


def get_loader(module_or_name):
    """The loader of a module or of a name."""
    if module_or_name in sys.modules:
        module_or_name = sys.modules[module_or_name]
    if isinstance(module_or_name, type(sys)):
        loader = getattr(module_or_name, '__loader__', None)
        if loader is not None:
            return loader
        module_or_name = module_or_name.__name__
    return find_loader(module_or_name)


def iter_modules(path=None, prefix=''):
    """(importer, name, is a package) for each module in the folders."""
    importers = iter_importers() if path is None else map(get_importer, path)
    seen = set()
    for importer in importers:
        if not hasattr(importer, 'iter_modules'):
            continue
        for name, is_package in importer.iter_modules(prefix):
            if name not in seen:
                seen.add(name)
                yield importer, name, is_package


def walk_packages(path=None, prefix='', onerror=None):
    """The same with everything below the packages, which are imported."""
    for importer, name, is_package in iter_modules(path, prefix):
        yield importer, name, is_package
        if not is_package:
            continue
        try:
            __import__(name)
        except ImportError:
            if onerror is not None:
                onerror(name)
        except Exception:
            if onerror is None:
                raise
            onerror(name)
        else:
            for item in walk_packages(getattr(sys.modules[name], '__path__', None) or [], name + '.', onerror):
                yield item


def extend_path(path, name):
    """The folders of a package with those of its name elsewhere on sys.path."""
    if not isinstance(path, list):
        return path
    path = path[:]
    for folder in sys.path:
        if isinstance(folder, basestring):
            own = os.path.join(folder, *name.split('.'))
            if own not in path and os.path.isfile(os.path.join(own, '__init__.py')):
                path.append(own)
    return path


def get_data(package, resource):
    """The content of a file of a package, named with slashes; None where the package has no files."""
    loader = get_loader(package)
    if loader is None or not hasattr(loader, 'get_data'):
        return None
    module = sys.modules.get(package) or loader.load_module(package)
    if module is None or not hasattr(module, '__file__'):
        return None
    return loader.get_data(os.path.join(os.path.dirname(module.__file__), *resource.split('/')))


def read_code(stream):
    """Compiled files of CPython cannot be run here."""
    return None
