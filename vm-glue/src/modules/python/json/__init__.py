"""Reading and writing JSON (the Python 2 module json)."""

__version__ = '2.0.9'
__all__ = ['dump', 'dumps', 'load', 'loads', 'JSONDecoder', 'JSONEncoder']

from json.decoder import JSONDecoder
from json.encoder import JSONEncoder


def _encoder(skipkeys, ensure_ascii, check_circular, allow_nan, cls, indent, separators, encoding, default, sort_keys,
             kw):
    return (cls or JSONEncoder)(skipkeys=skipkeys, ensure_ascii=ensure_ascii, check_circular=check_circular,
                                allow_nan=allow_nan, indent=indent, separators=separators, encoding=encoding,
                                default=default, sort_keys=sort_keys, **kw)


def dump(obj, fp, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, cls=None, indent=None,
         separators=None, encoding='utf-8', default=None, sort_keys=False, **kw):
    """Writes an object to a file."""
    for chunk in _encoder(skipkeys, ensure_ascii, check_circular, allow_nan, cls, indent, separators, encoding, default,
                          sort_keys, kw).iterencode(obj):
        fp.write(chunk)


def dumps(obj, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, cls=None, indent=None,
          separators=None, encoding='utf-8', default=None, sort_keys=False, **kw):
    """An object as JSON text."""
    return _encoder(skipkeys, ensure_ascii, check_circular, allow_nan, cls, indent, separators, encoding, default,
                    sort_keys, kw).encode(obj)


def load(fp, encoding=None, cls=None, object_hook=None, parse_float=None, parse_int=None, parse_constant=None,
         object_pairs_hook=None, **kw):
    """Reads the document in a file."""
    return loads(fp.read(), encoding=encoding, cls=cls, object_hook=object_hook, parse_float=parse_float,
                 parse_int=parse_int, parse_constant=parse_constant, object_pairs_hook=object_pairs_hook, **kw)


def loads(s, encoding=None, cls=None, object_hook=None, parse_float=None, parse_int=None, parse_constant=None,
          object_pairs_hook=None, **kw):
    """Reads a document."""
    return (cls or JSONDecoder)(encoding=encoding, object_hook=object_hook, parse_float=parse_float,
                                parse_int=parse_int, parse_constant=parse_constant,
                                object_pairs_hook=object_pairs_hook, **kw).decode(s)
