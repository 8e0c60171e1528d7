"""A message: headers in their order, and a body that is text or a list of messages."""

import binascii
import quopri
import re
from cStringIO import StringIO

from email import utils
from email.charset import Charset
import email.errors as errors

SEMISPACE = '; '
tspecials = re.compile(r'[ \(\)<>@,;:\\"/\[\]\?=]')


def _splitparam(param):
    first, sep, rest = param.partition(';')
    return (first.strip(), rest.strip()) if sep else (first.strip(), None)


def _formatparam(param, value=None, quote=True):
    if value is None or not len(value):
        return param
    if isinstance(value, tuple):
        # An encoded value.
        return '%s=%s' % (param + '*', _quoted(utils.encode_rfc2231(value[2], value[0], value[1]), True))
    return '%s=%s' % (param, _quoted(value, quote))


def _quoted(value, quote):
    return '"%s"' % utils.quote(value) if quote or tspecials.search(value) else value


def _parseparam(s):
    parts = []
    while s[:1] == ';':
        s = s[1:]
        end = s.find(';')
        while end > 0 and (s.count('"', 0, end) - s.count('\\"', 0, end)) % 2:
            end = s.find(';', end + 1)
        if end < 0:
            end = len(s)
        part = s[:end]
        if '=' in part:
            name, value = part.split('=', 1)
            part = name.strip().lower() + '=' + value.strip()
        parts.append(part.strip())
        s = s[end:]
    return parts


def _unquotevalue(value):
    if isinstance(value, tuple):
        return value[0], value[1], utils.unquote(value[2])
    return utils.unquote(value)


class Message:
    def __init__(self):
        self._headers = []
        self._unixfrom = None
        self._payload = None
        self._charset = None
        self.preamble = self.epilogue = None
        self.defects = []
        self._default_type = 'text/plain'

    def __str__(self):
        return self.as_string(unixfrom=True)

    def as_string(self, unixfrom=False):
        from email.generator import Generator
        out = StringIO()
        Generator(out).flatten(self, unixfrom=unixfrom)
        return out.getvalue()

    def is_multipart(self):
        return isinstance(self._payload, list)

    def set_unixfrom(self, unixfrom):
        self._unixfrom = unixfrom

    def get_unixfrom(self):
        return self._unixfrom

    # ---- the body

    def attach(self, payload):
        if self._payload is None:
            self._payload = [payload]
        else:
            self._payload.append(payload)

    def get_payload(self, i=None, decode=False):
        if i is None:
            payload = self._payload
        elif not isinstance(self._payload, list):
            raise TypeError('Expected list, got %s' % type(self._payload))
        else:
            payload = self._payload[i]
        if not decode:
            return payload
        if self.is_multipart():
            return None
        encoding = self.get('content-transfer-encoding', '').lower()
        if encoding == 'quoted-printable':
            return quopri.decodestring(payload)
        if encoding == 'base64':
            if not payload:
                return payload
            try:
                value = binascii.a2b_base64(payload)
            except binascii.Error:
                return payload
            return value[:-1] if payload[-1] != '\n' and value[-1:] == '\n' else value
        if encoding in ('x-uuencode', 'uuencode', 'uue', 'x-uue'):
            import uu
            out = StringIO()
            try:
                uu.decode(StringIO(payload + '\n'), out, quiet=True)
                return out.getvalue()
            except uu.Error:
                return payload
        return payload

    def set_payload(self, payload, charset=None):
        self._payload = payload
        if charset is not None:
            self.set_charset(charset)

    def set_charset(self, charset):
        if charset is None:
            self.del_param('charset')
            self._charset = None
            return
        if isinstance(charset, basestring):
            charset = Charset(charset)
        if not isinstance(charset, Charset):
            raise TypeError(charset)
        self._charset = charset
        if 'MIME-Version' not in self:
            self.add_header('MIME-Version', '1.0')
        if 'Content-Type' not in self:
            self.add_header('Content-Type', 'text/plain', charset=charset.get_output_charset())
        else:
            self.set_param('charset', charset.get_output_charset())
        if isinstance(self._payload, unicode):
            self._payload = self._payload.encode(charset.output_charset)
        if str(charset) != charset.get_output_charset():
            self._payload = charset.body_encode(self._payload)
        if 'Content-Transfer-Encoding' not in self:
            encoding = charset.get_body_encoding()
            try:
                encoding(self)
            except TypeError:
                self._payload = charset.body_encode(self._payload)
                self.add_header('Content-Transfer-Encoding', encoding)

    def get_charset(self):
        return self._charset

    # ---- the headers

    def __len__(self):
        return len(self._headers)

    def __getitem__(self, name):
        return self.get(name)

    def __setitem__(self, name, val):
        self._headers.append((name, val))

    def __delitem__(self, name):
        name = name.lower()
        self._headers = [item for item in self._headers if item[0].lower() != name]

    def __contains__(self, name):
        return name.lower() in [known.lower() for known, value in self._headers]

    def has_key(self, name):
        return self.get(name, self) is not self

    def keys(self):
        return [name for name, value in self._headers]

    def values(self):
        return [value for name, value in self._headers]

    def items(self):
        return self._headers[:]

    def get(self, name, failobj=None):
        name = name.lower()
        for known, value in self._headers:
            if known.lower() == name:
                return value
        return failobj

    def get_all(self, name, failobj=None):
        name = name.lower()
        return [value for known, value in self._headers if known.lower() == name] or failobj

    def add_header(self, _name, _value, **_params):
        parts = []
        for name, value in _params.items():
            name = name.replace('_', '-')
            parts.append(name if value is None else _formatparam(name, value))
        if _value is not None:
            parts.insert(0, _value)
        self._headers.append((_name, SEMISPACE.join(parts)))

    def replace_header(self, _name, _value):
        wanted = _name.lower()
        for at, (name, value) in enumerate(self._headers):
            if name.lower() == wanted:
                self._headers[at] = (name, _value)
                return
        raise KeyError(_name)

    # ---- types and parameters

    def get_content_type(self):
        missing = object()
        value = self.get('content-type', missing)
        if value is missing:
            return self.get_default_type()
        kind = _splitparam(value)[0].lower()
        return kind if kind.count('/') == 1 else 'text/plain'

    def get_content_maintype(self):
        return self.get_content_type().split('/')[0]

    def get_content_subtype(self):
        return self.get_content_type().split('/')[1]

    def get_default_type(self):
        return self._default_type

    def set_default_type(self, ctype):
        self._default_type = ctype

    def _get_params_preserve(self, failobj, header):
        value = self.get(header)
        if value is None:
            return failobj
        params = []
        for part in _parseparam(';' + value):
            name, sep, val = part.partition('=')
            params.append((name.strip(), val.strip()) if sep else (part.strip(), ''))
        return utils.decode_params(params)

    def get_params(self, failobj=None, header='content-type', unquote=True):
        params = self._get_params_preserve(None, header)
        if params is None:
            return failobj
        return [(name, _unquotevalue(value)) for name, value in params] if unquote else params

    def get_param(self, param, failobj=None, header='content-type', unquote=True):
        if header not in self:
            return failobj
        for name, value in self._get_params_preserve([], header):
            if name.lower() == param.lower():
                return _unquotevalue(value) if unquote else value
        return failobj

    def set_param(self, param, value, header='Content-Type', requote=True, charset=None, language=''):
        if not isinstance(value, tuple) and charset:
            value = (charset, language, value)
        if header not in self and header.lower() == 'content-type':
            ctype = 'text/plain'
        else:
            ctype = self.get(header)
        if not self.get_param(param, header=header):
            text = _formatparam(param, value, requote)
            ctype = SEMISPACE.join([ctype, text]) if ctype else text
        else:
            parts = []
            for name, old in self.get_params(header=header, unquote=requote):
                parts.append(_formatparam(name, value if name.lower() == param.lower() else old, requote))
            ctype = SEMISPACE.join(parts)
        if ctype != self.get(header):
            del self[header]
            self[header] = ctype

    def del_param(self, param, header='content-type', requote=True):
        if header not in self:
            return
        parts = [_formatparam(name, value, requote) for name, value in self.get_params(header=header, unquote=requote)
                 if name.lower() != param.lower()]
        ctype = SEMISPACE.join(parts)
        if ctype != self.get(header):
            del self[header]
            self[header] = ctype

    def set_type(self, type, header='Content-Type', requote=True):
        if type.count('/') != 1:
            raise ValueError
        if header.lower() == 'content-type':
            del self['mime-version']
            self['MIME-Version'] = '1.0'
        if header not in self:
            self[header] = type
            return
        params = self.get_params(header=header, unquote=requote)
        del self[header]
        self[header] = type
        for name, value in params[1:]:
            self.set_param(name, value, header, requote)

    def get_filename(self, failobj=None):
        missing = object()
        name = self.get_param('filename', missing, 'content-disposition')
        if name is missing:
            name = self.get_param('name', missing, 'content-type')
        return failobj if name is missing else utils.collapse_rfc2231_value(name).strip()

    def get_boundary(self, failobj=None):
        missing = object()
        boundary = self.get_param('boundary', missing)
        return failobj if boundary is missing else utils.collapse_rfc2231_value(boundary).rstrip()

    def set_boundary(self, boundary):
        params = self._get_params_preserve(None, 'content-type')
        if params is None:
            raise errors.HeaderParseError('No Content-Type header found')
        parts, found = [], False
        for name, value in params:
            if name.lower() == 'boundary':
                value, found = '"%s"' % boundary, True
            parts.append(name if value == '' else '%s=%s' % (name, value))
        if not found:
            parts.append('boundary="%s"' % boundary)
        self._headers = [(name, SEMISPACE.join(parts) if name.lower() == 'content-type' else value)
                         for name, value in self._headers]

    def get_content_charset(self, failobj=None):
        missing = object()
        charset = self.get_param('charset', missing)
        if charset is missing:
            return failobj
        if isinstance(charset, tuple):
            try:
                charset = unicode(charset[2], charset[0] or 'us-ascii').encode('us-ascii')
            except (LookupError, UnicodeError):
                charset = charset[2]
        try:
            if isinstance(charset, str):
                charset = unicode(charset, 'us-ascii')
            return charset.encode('us-ascii').lower()
        except UnicodeError:
            return failobj

    def get_charsets(self, failobj=None):
        return [part.get_content_charset(failobj) for part in self.walk()]

    from email.iterators import walk
