"""`PMS.Data`: files of the plug-in's own."""

import os
import _pms
from PMS import _Files
from PMS._Log import exception


def _path(item):
    return _Files.inside(_pms.data_items, item)


def _read(item):
    return _Files.read(_path(item))


def Load(item):
    """The content of an item; None if it cannot be read."""
    try:
        return _read(item)
    except:
        exception('Unable to load the data item %s' % item)
        return None


def LoadObject(item):
    """The object that SaveObject stored; None if it cannot be read."""
    try:
        return _pms.loads(_read(item))
    except:
        exception('Unable to load the data item %s' % item)
        return None


def Save(item, data):
    """Stores a text."""
    stream = open(_path(item), 'wb')
    try:
        if isinstance(data, unicode):
            data = data.encode('utf-8')
        stream.write(data)
    finally:
        stream.close()


def SaveObject(item, obj):
    """Stores an object."""
    _pms.write_file(_path(item), _pms.dumps(obj))


def Exists(item):
    return os.path.exists(_path(item))


def Remove(item):
    """Removes an item; False if there was none."""
    if not Exists(item):
        return False
    os.unlink(_path(item))
