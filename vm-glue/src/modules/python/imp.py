"""The parts of importing, one by one."""

import sys as _sys
from _import import is_available as _is_available, load_source as _load_source, load_package as _load_package, new_module

SEARCH_ERROR, PY_SOURCE, PY_COMPILED, C_EXTENSION, PY_RESOURCE, PKG_DIRECTORY = 0, 1, 2, 3, 4, 5
C_BUILTIN, PY_FROZEN, PY_CODERESOURCE, IMP_HOOK = 6, 7, 8, 9


def get_suffixes():
    return [('.py', 'U', PY_SOURCE)]


def get_magic():
    return '\x03\xf3\r\n'


def lock_held():
    return False


def acquire_lock():
    pass


def release_lock():
    pass


def find_module(name, path=None):
    """Where a module is: (open file, path name, (suffix, mode, kind))."""
    import os
    anywhere = path is None
    if anywhere:
        if is_builtin(name):
            return None, name, ('', '', C_BUILTIN)
        path = _sys.path
    for folder in path:
        package = os.path.join(folder, name)
        if os.path.isfile(os.path.join(package, '__init__.py')):
            return None, package, ('', '', PKG_DIRECTORY)
        source = os.path.join(folder, name + '.py')
        if os.path.isfile(source):
            return open(source, 'U'), source, ('.py', 'U', PY_SOURCE)
    if anywhere and _is_available(name):
        return None, name, ('', '', C_BUILTIN)
    raise ImportError('No module named ' + name)


def load_module(name, file, pathname, description):
    kind = description[2]
    if kind == PY_SOURCE:
        return _load_source(name, pathname)
    if kind == PKG_DIRECTORY:
        return _load_package(name, pathname)
    if kind == C_BUILTIN:
        return init_builtin(name)
    raise ImportError("Don't know how to import %s (type code %d)" % (name, kind))


def load_source(name, pathname, file=None):
    if file is None:
        try:
            open(pathname).close()
        except IOError, e:
            raise IOError(e.errno, e.strerror)
    return _load_source(name, pathname)


def load_package(name, pathname):
    return _load_package(name, pathname)


def load_compiled(name, pathname, file=None):
    raise ImportError("compiled code cannot be loaded: " + pathname)


def load_dynamic(name, pathname, file=None):
    raise ImportError("binary modules cannot be loaded: " + pathname)


def is_builtin(name):
    return 1 if name in _sys.builtin_module_names else 0


def is_frozen(name):
    return False


def init_builtin(name):
    __import__(name)
    return _sys.modules[name]


def init_frozen(name):
    return None


def reload(module):
    import __builtin__
    return __builtin__.reload(module)


class NullImporter(object):
    """Finds nothing."""

    def __init__(self, path):
        if not path:
            raise ImportError("empty pathname")

    def find_module(self, fullname, path=None):
        return None
