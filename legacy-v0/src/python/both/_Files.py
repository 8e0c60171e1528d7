"""Files of the bundle and of the plug-in's data."""

import os
import _pms


def read(path, mode='rb'):
    stream = open(path, mode)
    try:
        return stream.read()
    finally:
        stream.close()


def inside(folder, name):
    """The path of a file in a folder; an error where it would lie outside."""
    path = os.path.normpath(os.path.join(folder, name))
    if not path.startswith(folder + os.sep):
        raise IOError('%s is outside of its folder' % name)
    return path


def contents(*names):
    """A path below the bundle's `Contents`."""
    return os.path.join(_pms.contents, *names)


def remove(path):
    """Removes a file if it is there."""
    if os.path.exists(path):
        os.unlink(path)
