"""`PMS.JSON`, read leniently."""

import _pms
from PMS import HTTP
from PMS._Files import read


def DictFromString(str, encoding='utf8'):
    """The value of a JSON text; None for None."""
    if str is None:
        return None
    if not isinstance(str, unicode):
        str = str.decode(encoding)
    return _ordered(_pms.json_lenient(str))


def _ordered(value):
    """A value whose dictionaries list their names in the order of Python 2."""
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    if isinstance(value, dict):
        return dict([(name, _ordered(value[name])) for name in _pms.dict_order(value.keys())])
    return value


def DictFromURL(url, encoding='utf8'):
    return DictFromString(HTTP.Get(url), encoding)


def DictFromFile(fileName, encoding='utf8'):
    return DictFromString(read(fileName), encoding)


class JSONEncodeError(ValueError):
    """A value that JSON cannot hold."""


# What must not stand in a string as it is.
_ESCAPES = {'"': '\\"', '\\': '\\\\', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t'}


def _quoted(string):
    if not isinstance(string, unicode):
        string = unicode(string)
    if not [c for c in string if c in _ESCAPES or c < ' ']:
        return u'"%s"' % string
    return ''.join(['"'] + [_ESCAPES.get(c, str('\\u%04x' % ord(c)) if c < ' ' or c > '~' else str(c)) for c in string] + ['"'])


def StringFromDict(dictionary):
    """A value as JSON, without blanks."""
    if dictionary is None:
        return 'null'
    if isinstance(dictionary, bool):
        return 'true' if dictionary else 'false'
    if isinstance(dictionary, basestring):
        return _quoted(dictionary)
    if isinstance(dictionary, (int, long)):
        return str(dictionary)
    if isinstance(dictionary, float):
        return repr(dictionary)
    if isinstance(dictionary, (list, tuple)):
        return '[' + ','.join([StringFromDict(item) for item in dictionary]) + ']'
    if isinstance(dictionary, dict):
        pairs = [_quoted(key if isinstance(key, basestring) else str(key)) + ':' + StringFromDict(dictionary[key]) for key in dictionary]
        return '{' + ','.join(pairs) + '}'
    raise JSONEncodeError('%s cannot be written as JSON' % type(dictionary).__name__)
