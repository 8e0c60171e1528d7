"""`PMS.Locale`: texts of the default locale."""

import os
import _pms
from PMS import HTTP, Log
from PMS._Files import read

# The original never finds out.
CurrentLocale = ''
_DEFAULT = 'en-us'
_tables = None


def _load(code):
    path = os.path.join(_pms.contents, 'Strings', code + '.json')
    if not os.path.exists(path):
        return {}
    try:
        return _pms.json_lenient(read(path).decode('utf-8'))
    except:
        Log._exception('The strings of %s cannot be read' % code)
        return {}


def LocalString(key):
    """The localised text for a key; the key where there is none."""
    global _tables
    if _tables is None:
        _tables = [_load(_DEFAULT), _load(_DEFAULT.split('-')[0])]
    for table in _tables:
        if key in table:
            return table[key]
    return key


def Geolocation():
    """The country that the machine is in, as far as a public service knows."""
    return HTTP.GetCached(_pms.country_service, 86400)
