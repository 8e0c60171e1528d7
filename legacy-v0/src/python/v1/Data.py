"""`PMS.Data`: files of the plug-in's own."""

import os
import _pms
from PMS._Log import Log, exception


def _path(item):
    path = os.path.normpath(os.path.join(_pms.data_items, item))
    if not path.startswith(_pms.data_items + os.sep):
        raise IOError('%s is outside of the folder of data items' % item)
    return path


def _read(item):
    stream = open(_path(item), 'rb')
    try:
        return stream.read()
    finally:
        stream.close()


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
