# Calls in XML with Python 2's two kinds of strings.
from _bridge import foreign as _foreign, library as _library, native as _native

_machine = _library('xmlrpc.client')
_dispatch = _machine.Marshaller.dispatch


def _dump_text(self, value, write):
    from xml.sax.saxutils import escape
    if isinstance(value, str):
        value = value.decode(self.encoding or 'utf-8') if value.strip(_ASCII) else value
    write("<value><string>")
    write(escape(value))
    write("</string></value>\n")

_ASCII = ''.join([chr(code) for code in range(128)])
for _kind in (str, unicode):
    _dispatch[_kind] = _dump_text
_dispatch[long] = _dispatch[int]


def dumps(params, methodname=None, methodresponse=None, encoding=None, allow_none=0):
    """A call, or an answer or a fault, as XML."""
    text = _machine.dumps(params, methodname, methodresponse, encoding, bool(allow_none))
    return text.encode(encoding or 'utf-8') if isinstance(text, unicode) else text


def loads(data, use_datetime=0):
    """The parameters and the name of the method of a call; of an answer the values and None."""
    parameters, name = _machine.loads(_foreign(data), use_datetime=bool(use_datetime))
    return _native(parameters), name if name is None else unicode(name)
