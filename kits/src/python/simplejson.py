# The module simplejson (3.x) over the JSON kit's strict reader and the standard json.

import json as _json
import re as _re
from json import JSONEncoder, dump, dumps

import _demjson

__version__ = '3.0.0'


class JSONDecodeError(ValueError):
    def __init__(self, msg, doc, pos, end=None):
        self.msg, self.doc, self.pos, self.end = msg, doc, pos, end
        self.lineno = doc.count('\n', 0, pos) + 1
        self.colno = pos - doc.rfind('\n', 0, pos)
        text = '%s: line %d column %d (char %d)' % (msg, self.lineno, self.colno, pos)
        ValueError.__init__(self, text)


class JSONDecoder(_json.JSONDecoder):
    def decode(self, s, *args, **kwargs):
        return _located(s, _json.JSONDecoder.decode, self, s, *args, **kwargs)


def _located(source, function, *args, **kwargs):
    # The standard module's ValueError, with the place where the text is wrong.
    try:
        return function(*args, **kwargs)
    except UnicodeError:
        raise
    except ValueError, e:
        found = _re.search(r'(.*?): line \d+ column \d+(?: - line \d+ column \d+)? \(char (\d+)', str(e))
        if found:
            raise JSONDecodeError(found.group(1), source, int(found.group(2)))
        raise JSONDecodeError('Expecting value', source, 0)


def loads(s, encoding=None, cls=None, object_hook=None, parse_float=None, parse_int=None, parse_constant=None,
          object_pairs_hook=None, use_decimal=False, **kw):
    """The value of a JSON text. Texts of a byte string that are ASCII alone come as `str`."""
    hooks = (cls, object_hook, parse_float, parse_int, parse_constant, object_pairs_hook)
    if not kw and not use_decimal and not [hook for hook in hooks if hook is not None]:
        found = _demjson.strict(s, encoding)
        if found is not None:
            return found[0]
    if use_decimal and parse_float is None:
        from decimal import Decimal as parse_float
    return _located(s, _json.loads, s, encoding, cls, object_hook, parse_float, parse_int, parse_constant,
                    object_pairs_hook, **kw)


def load(fp, *args, **kwargs):
    return loads(fp.read(), *args, **kwargs)


def simple_first(kv):
    """A key for sorting members: plain values come first."""
    return isinstance(kv[1], (list, dict, tuple)), kv[0]
