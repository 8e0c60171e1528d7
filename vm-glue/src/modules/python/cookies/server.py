"""Cookies as servers write and read them."""

import re
import string

__all__ = ["CookieError", "BaseCookie", "SimpleCookie", "SerialCookie", "SmartCookie", "Cookie"]

_semispacejoin = '; '.join
_LegalChars = string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~"
_idmap = string.maketrans('', '')
# Characters that a quoted value has in another form.
_Translator = dict([(chr(code), '\\%03o' % code) for code in range(256)
                    if not 32 <= code < 127 or chr(code) in ',;'])
_Translator.update({'"': '\\"', '\\': '\\\\'})
_to_quote = re.compile(r'[\x00-\x1f,;"\\\x7f-\xff]')
_to_unquote = re.compile(r'\\(?:([0-3][0-7][0-7])|(.))')
_weekdayname = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
_monthname = [None, 'Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
_LegalCharsPatt = r"[\w!#%&'~`><@,:/\$\*\+\-\.\^\|\)\(\?\}\{\=]"
# A name, and perhaps a value: quoted, a date, or a word; then a space, a semicolon or the end.
_CookiePattern = re.compile(
    r'\s*(?P<key>' + _LegalCharsPatt + r'+?)(\s*=\s*(?P<val>"(?:[^\\"]|\\.)*"|'
    r'\w{3},\s[\s\w\d-]{9,11}\s[\d:]{8}\sGMT|' + _LegalCharsPatt[:-1] + r'\[\]]*))?\s*(\s+|;|$)')


class CookieError(Exception):
    pass


def _quote(str, LegalChars=_LegalChars, idmap=_idmap, translate=string.translate):
    if translate(str, idmap, LegalChars) == '':
        return str
    return '"' + _to_quote.sub(lambda match: _Translator[match.group()], str) + '"'


def _unquoted(match):
    code, char = match.groups()
    return chr(int(code, 8)) if code else char


def _unquote(str):
    if len(str) < 2 or str[0] != '"' or str[-1] != '"':
        return str
    return _to_unquote.sub(_unquoted, str[1:-1])


def _getdate(future=0, weekdayname=_weekdayname, monthname=_monthname):
    from time import gmtime, time
    year, month, day, hour, minute, second, weekday, y, z = gmtime(time() + future)
    return '%s, %02d %3s %4d %02d:%02d:%02d GMT' % (
        weekdayname[weekday], day, monthname[month], year, hour, minute, second)


class Morsel(dict):
    """One cookie: its name, its value, and its attributes as items."""

    _reserved = {'expires': 'expires', 'path': 'Path', 'comment': 'Comment', 'domain': 'Domain', 'max-age': 'Max-Age',
                 'secure': 'secure', 'httponly': 'httponly', 'version': 'Version'}
    _flags = set(['secure', 'httponly'])

    def __init__(self):
        self.key = self.value = self.coded_value = None
        for name in self._reserved:
            dict.__setitem__(self, name, '')

    def __setitem__(self, K, V):
        K = K.lower()
        if K not in self._reserved:
            raise CookieError('Invalid Attribute %s' % K)
        dict.__setitem__(self, K, V)

    def isReservedKey(self, K):
        return K.lower() in self._reserved

    def set(self, key, val, coded_val, LegalChars=_LegalChars, idmap=_idmap, translate=string.translate):
        if key.lower() in self._reserved:
            raise CookieError('Attempt to set a reserved key: %s' % key)
        if translate(key, idmap, LegalChars) != '':
            raise CookieError('Illegal key value: %s' % key)
        self.key = key
        self.value = val
        self.coded_value = coded_val

    def output(self, attrs=None, header='Set-Cookie:'):
        return '%s %s' % (header, self.OutputString(attrs))

    __str__ = output

    def __repr__(self):
        return '<%s: %s=%s>' % (self.__class__.__name__, self.key, repr(self.value))

    def js_output(self, attrs=None):
        return """
        <script type="text/javascript">
        <!-- begin hiding
        document.cookie = \"%s\";
        // end hiding -->
        </script>
        """ % (self.OutputString(attrs).replace('"', r'\"'),)

    def OutputString(self, attrs=None):
        parts = ['%s=%s' % (self.key, self.coded_value)]
        for name, value in sorted(self.items()):
            if value == '' or attrs is not None and name not in attrs:
                continue
            if name == 'expires' and type(value) == type(1):
                parts.append('%s=%s' % (self._reserved[name], _getdate(value)))
            elif name == 'max-age' and type(value) == type(1):
                parts.append('%s=%d' % (self._reserved[name], value))
            elif name in self._flags:
                if value:
                    parts.append(str(self._reserved[name]))
            else:
                parts.append('%s=%s' % (self._reserved[name], value))
        return _semispacejoin(parts)


class BaseCookie(dict):
    """Several cookies by their names."""

    def value_decode(self, val):
        """The value, and the value as it was sent."""
        return val, val

    def value_encode(self, val):
        """The value as a string, and as it is sent."""
        text = str(val)
        return text, text

    def __init__(self, input=None):
        if input:
            self.load(input)

    def __set(self, key, real_value, coded_value):
        morsel = self.get(key, Morsel())
        morsel.set(key, real_value, coded_value)
        dict.__setitem__(self, key, morsel)

    def __setitem__(self, key, value):
        if isinstance(value, Morsel):
            dict.__setitem__(self, key, value)
        else:
            self.__set(key, *self.value_encode(value))

    def output(self, attrs=None, header='Set-Cookie:', sep='\015\012'):
        return sep.join([morsel.output(attrs, header) for name, morsel in sorted(self.items())])

    __str__ = output

    def __repr__(self):
        parts = ['%s=%s' % (name, repr(morsel.value)) for name, morsel in sorted(self.items())]
        return '<%s: %s>' % (self.__class__.__name__, ' '.join(parts))

    def js_output(self, attrs=None):
        return ''.join([morsel.js_output(attrs) for name, morsel in sorted(self.items())])

    def load(self, rawdata):
        """Takes the cookies of a header, or the items of a dictionary."""
        if type(rawdata) == type(''):
            self.__ParseString(rawdata)
            return
        for name, value in rawdata.items():
            self[name] = value

    def __ParseString(self, str, patt=_CookiePattern):
        at, end, morsel = 0, len(str), None
        while 0 <= at < end:
            match = patt.match(str, at)
            if not match:
                break
            name, value = match.group('key'), match.group('val')
            at = match.end(0)
            if name[0] == '$':
                # About the cookie before it.
                if morsel:
                    morsel[name[1:]] = value
            elif name.lower() in Morsel._reserved:
                if morsel:
                    if value is not None:
                        morsel[name] = _unquote(value)
                    elif name.lower() in Morsel._flags:
                        morsel[name] = True
            elif value is not None:
                self.__set(name, *self.value_decode(value))
                morsel = self[name]


class SimpleCookie(BaseCookie):
    """Values are strings."""

    def value_decode(self, val):
        return _unquote(val), val

    def value_encode(self, val):
        text = str(val)
        return text, _quote(text)


class SerialCookie(BaseCookie):
    """Values of any kind, pickled: for trusted sources only."""

    def __init__(self, input=None):
        _warn('SerialCookie')
        BaseCookie.__init__(self, input)

    def value_decode(self, val):
        from cPickle import loads
        return loads(_unquote(val)), val

    def value_encode(self, val):
        from cPickle import dumps
        return val, _quote(dumps(val))


class SmartCookie(BaseCookie):
    """The same; strings stay as they are."""

    def __init__(self, input=None):
        _warn('Cookie/SmartCookie')
        BaseCookie.__init__(self, input)

    def value_decode(self, val):
        text = _unquote(val)
        try:
            from cPickle import loads
            return loads(text), val
        except:
            return text, val

    def value_encode(self, val):
        if type(val) == type(''):
            return val, _quote(val)
        from cPickle import dumps
        return val, _quote(dumps(val))

Cookie = SmartCookie


def _warn(name):
    import warnings
    warnings.warn('%s class is insecure; do not use it' % name, DeprecationWarning, stacklevel=3)
