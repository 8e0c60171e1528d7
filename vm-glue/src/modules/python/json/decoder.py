"""json.decoder"""

import _json2

__all__ = ['JSONDecoder']


def linecol(doc, pos):
    """Line and column, from 1."""
    line = doc.count('\n', 0, pos) + 1
    if line == 1:
        return line, pos + 1
    return line, pos - doc.rindex('\n', 0, pos)


def errmsg(msg, doc, pos, end=None):
    line, column = linecol(doc, pos)
    if end is None:
        return '%s: line %d column %d (char %d)' % (msg, line, column, pos)
    endline, endcolumn = linecol(doc, end)
    return '%s: line %d column %d - line %d column %d (char %d - %d)' % (
        msg, line, column, endline, endcolumn, pos, end)


class JSONDecoder(object):
    """Reads documents."""

    def __init__(self, encoding=None, object_hook=None, parse_float=None, parse_int=None, parse_constant=None,
                 strict=True, object_pairs_hook=None):
        self.encoding = encoding
        self.object_hook = object_hook
        self.object_pairs_hook = object_pairs_hook
        self.parse_float = parse_float
        self.parse_int = parse_int
        self.parse_constant = parse_constant
        self.strict = strict

    def decode(self, s):
        if not isinstance(s, basestring):
            if isinstance(s, (bytearray, buffer)):
                raise TypeError('first argument must be a string, not ' + type(s).__name__)
            raise TypeError('expected string or buffer')
        obj, end = self.raw_decode(s, idx=len(s) - len(s.lstrip(' \t\n\r')))
        end = len(s) - len(s[end:].lstrip(' \t\n\r'))
        if end != len(s):
            raise ValueError(errmsg('Extra data', s, end, len(s)))
        return obj

    def raw_decode(self, s, idx=0):
        found = _json2.scan(s, idx, self.encoding, bool(self.strict), self.object_hook, self.object_pairs_hook,
                            self.parse_float, self.parse_int, self.parse_constant)
        if found is None:
            raise ValueError('No JSON object could be decoded')
        if isinstance(found, list):
            raise ValueError(errmsg(found[0], s, found[1]))
        return found
