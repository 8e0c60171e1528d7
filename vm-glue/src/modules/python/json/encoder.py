"""json.encoder"""

import _json2

FLOAT_REPR = repr


def encode_basestring(s):
    return _json2.encode(s, None, False, False, True, False, None, ', ', ': ', 'utf-8')


def encode_basestring_ascii(s):
    return _json2.encode(s, None, False, True, True, False, None, ', ', ': ', 'utf-8')


class JSONEncoder(object):
    """Writes objects; a subclass can say with default() how others are written."""

    item_separator = ', '
    key_separator = ': '

    def __init__(self, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, sort_keys=False,
                 indent=None, separators=None, encoding='utf-8', default=None):
        self.skipkeys = skipkeys
        self.ensure_ascii = ensure_ascii
        self.check_circular = check_circular
        self.allow_nan = allow_nan
        self.sort_keys = sort_keys
        self.indent = indent
        if separators is not None:
            self.item_separator, self.key_separator = separators
        if default is not None:
            self.default = default
        self.encoding = encoding

    def default(self, o):
        raise TypeError(repr(o) + ' is not JSON serializable')

    def encode(self, o):
        if self.indent is not None and not isinstance(self.indent, (int, long)):
            raise TypeError("can't multiply sequence by non-int of type '%s'" % type(self.indent).__name__)
        return _json2.encode(o, self.default, bool(self.skipkeys), bool(self.ensure_ascii), bool(self.allow_nan),
                             bool(self.sort_keys), self.indent, self.item_separator, self.key_separator,
                             self.encoding)

    def iterencode(self, o, _one_shot=False):
        return iter([self.encode(o)])
