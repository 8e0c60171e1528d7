"""`PMS.Resource`: pictures and other files of the bundle, and their addresses."""

import os
import _pms
from PMS import Plugin, _Files
from PMS._Log import exception

_types = {
    '.jpeg': 'image/jpeg', '.jpg': 'image/jpeg', '.png': 'image/png', '.gif': 'image/gif', '.tif': 'image/tiff',
    '.tiff': 'image/tiff', '.js': 'application/javascript', '.xml': 'application/xml',
}

# The pictures that the framework brought along.
_shared = (
    'Book1 Book2 CD Camera Favorite FlagGreen FlagRed Gamepad Gear History More Network Popular Recent Search TV'
).split()


def _file(name):
    """The path of a resource; None where it would lie outside of the folder."""
    try:
        return _Files.inside(_pms.resources, name)
    except IOError:
        return None


def _shared_name(name):
    for ending in ('.png', '.jpg'):
        if name.endswith(ending):
            name = name[:-len(ending)]
    return name + '.png' if name in _shared else None


def Load(itemname, binary=True):
    """The content of a resource; None if it cannot be read."""
    path = _file(itemname)
    try:
        if path is not None:
            return _Files.read(path, 'rb' if binary else 'r')
    except IOError:
        exception('Unable to load the resource %s' % itemname)
    return None


def LoadShared(itemname, binary=True):
    """The content of a shared picture; None if there is none of that name."""
    name = _shared_name(itemname)
    try:
        if name is None:
            raise IOError('There is no shared picture of that name')
        return _pms.shared_picture(name)
    except IOError:
        exception('Unable to load the shared resource %s' % itemname)
    return None


def ExternalPath(itemname):
    """The path under which clients get a resource; None if there is none or no prefix yet."""
    if not itemname:
        return None
    prefixes = Plugin.Prefixes()
    if not prefixes or not os.path.exists(os.path.join(_pms.resources, itemname)):
        return None
    return '%s/:/resources/%s' % (prefixes[0], itemname)


def SharedExternalPath(itemname):
    """The path under which clients get a shared picture."""
    prefixes = Plugin.Prefixes()
    name = _shared_name(itemname) if itemname else None
    if not prefixes or name is None:
        return None
    return '%s/:/sharedresources/%s' % (prefixes[0], name)


def MimeTypeForExtension(ext):
    return _types.get(ext, 'application/octet-stream')


def AddMimeType(ext, mimeType):
    """Sets the type of files with an extension, given with its dot."""
    if ext not in _types:
        _types[ext] = mimeType
