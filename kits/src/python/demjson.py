# The module demjson over the framework's lenient reader of JSON.

import _demjson
from _demjson import JSONDecodeError, JSONEncodeError, JSONError, undefined

__version__ = '1.6'


def decode(txt, strict=False, encoding=None, **kw):
    if encoding is not None and isinstance(txt, str):
        txt = txt.decode(encoding)
    try:
        return _demjson.decode(txt, bool(strict))
    except JSONDecodeError:
        raise
    except ValueError, error:
        raise JSONDecodeError(str(error))


def encode(obj, strict=False, compactly=True, escape_unicode=False, encoding=None, **kw):
    text = _demjson.encode(obj)
    if encoding is not None:
        return text.encode(encoding)
    return text


class JSON(object):
    def __init__(self, strict=False, compactly=True, escape_unicode=False):
        self._strict = strict

    def decode(self, txt):
        return decode(txt, self._strict)

    def encode(self, obj, nest_level=0):
        return encode(obj, self._strict)
