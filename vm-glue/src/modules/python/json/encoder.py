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
        if _one_shot or self.indent is not None and not isinstance(self.indent, (int, long)):
            return iter([self.encode(o)])
        return self._pieces(o, 0)

    def _pieces(self, o, level):
        """The text in the pieces in which it comes about."""
        if isinstance(o, dict):
            if not o:
                yield '{}'
                return
            items = sorted(o.items()) if self.sort_keys else o.iteritems()
            opening, closing = '{', '}'
        elif isinstance(o, (list, tuple)):
            if not o:
                yield '[]'
                return
            items = iter(o)
            opening, closing = '[', ']'
        elif o is None or isinstance(o, (basestring, int, long, float)):
            yield self.encode(o)
            return
        else:
            for piece in self._pieces(self.default(o), level):
                yield piece
            return
        separator = self.item_separator
        line = None
        if self.indent is not None:
            line = '\n' + ' ' * (self.indent * (level + 1))
            separator += line
        start = opening + (line or '')
        if opening == '{':
            yield start
            start = ''
        first = True
        for item in items:
            if opening == '{':
                # The text of {key: 0} without the zero: keys are written as ever.
                key = _json2.encode({item[0]: 0}, self.default, bool(self.skipkeys), bool(self.ensure_ascii),
                                    bool(self.allow_nan), False, None, ', ', '\0', self.encoding)
                if key == '{}':
                    continue
                if not first:
                    yield separator
                yield key[1:key.rindex('\0')]
                yield self.key_separator
                for piece in self._pieces(item[1], level + 1):
                    yield piece
                first = False
                continue
            before = start if first else separator
            first = False
            if isinstance(item, (dict, list, tuple)) or not (item is None or
                                                             isinstance(item, (basestring, int, long, float))):
                yield before
                for piece in self._pieces(item, level + 1):
                    yield piece
            else:
                yield before + self.encode(item)
        if self.indent is not None:
            yield '\n' + ' ' * (self.indent * level)
        yield closing
