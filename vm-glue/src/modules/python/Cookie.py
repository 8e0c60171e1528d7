# Texts of Python 2, and values as byte strings.
from _bridge import library as _library
_machine = _library('http.cookies')


def _repr(self):
    return '<%s: %s=%s>' % (self.__class__.__name__, self.key, repr(self.value))

_machine.Morsel.__repr__ = _repr
_set = _machine.Morsel.set


def _morsel_set(self, key, val, coded_val, *more):
    try:
        _set(self, key, val, coded_val)
    except CookieError:
        if key.lower() in self._reserved:
            raise CookieError("Attempt to set a reserved key: %s" % key)
        raise CookieError("Illegal key value: %s" % key)

_machine.Morsel.set = _morsel_set
_machine.Morsel._reserved = {'comment': 'Comment', 'domain': 'Domain', 'secure': 'secure', 'expires': 'expires',
                             'max-age': 'Max-Age', 'version': 'Version', 'path': 'Path', 'httponly': 'httponly'}
_machine.Morsel._reserved_defaults = dict([(name, '') for name in (
    'comment', 'domain', 'secure', 'expires', 'max-age', 'version', 'path', 'httponly')])


def _js_output(self, attrs=None):
    return """
        <script type="text/javascript">
        <!-- begin hiding
        document.cookie = \"%s\";
        // end hiding -->
        </script>
        """ % (self.OutputString(attrs).replace('"', r'\"'))

_machine.Morsel.js_output = _js_output


class SerialCookie(BaseCookie):
    """Values of any kind, pickled: for trusted sources only."""

    def value_decode(self, val):
        from cPickle import loads
        return loads(_machine._unquote(val)), val

    def value_encode(self, val):
        from cPickle import dumps
        return val, _machine._quote(dumps(val))


class SmartCookie(SerialCookie):
    """The same; strings stay as they are."""

    def value_decode(self, val):
        text = _machine._unquote(val)
        try:
            from cPickle import loads
            return loads(text), val
        except Exception:
            return text, val

    def value_encode(self, val):
        if isinstance(val, str):
            return val, _machine._quote(val)
        return SerialCookie.value_encode(self, val)

Cookie = SmartCookie
