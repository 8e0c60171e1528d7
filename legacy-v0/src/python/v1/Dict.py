"""`PMS.Dict`: values that are kept on disk."""

import os
import _pms
from PMS import _Files, _Later
from PMS._Log import Log, exception

_FILE = os.path.join(_pms.data, 'Dict')
_VERSION = 'Framework.LastCompatibilityVersion'
_dict = {}


def _save():
    _pms.write_file(_FILE, _pms.dumps(_dict))
    Log('Saved the dictionary file')


def _create():
    """First values: the bundle's file, then the plug-in's function."""
    import PMS
    from PMS import _Dispatch
    _dict.clear()
    path = _Files.contents('DefaultDict.json')
    if os.path.exists(path):
        try:
            defaults = _pms.json(_Files.read(path))
            if isinstance(defaults, dict):
                _dict.update(defaults)
        except:
            exception('Unable to read DefaultDict.json')
    _Dispatch.call_optional('CreateDict')
    _dict[_VERSION] = PMS.FrameworkCompatibilityVersion
    _Later.save('Dict', _save)


def _load():
    """Reads the file, or makes the first values. Whether there was a file."""
    there = os.path.exists(_FILE)
    if there:
        try:
            loaded = _pms.loads(_Files.read(_FILE))
            _dict.clear()
            _dict.update(loaded)
            return there
        except:
            exception('The dictionary file cannot be read')
    _create()
    return there


def Get(key):
    """The value of a key; None if there is none."""
    return _dict.get(key)


def Set(key, value, addToLog=True):
    """Stores a value; the file is written a few seconds later."""
    _dict[key] = value
    if addToLog:
        Log('Set the dictionary value %s' % (key,))
    _Later.save('Dict', _save)


def HasKey(key):
    return key in _dict


def Reset():
    """Back to the first values."""
    _create()
