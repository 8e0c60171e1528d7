"""How text of an encoding is written in mail."""

import base64
import codecs
import quopri

__all__ = ['Charset', 'add_alias', 'add_charset', 'add_codec']

QP, BASE64, SHORTEST = 1, 2, 3
DEFAULT_CHARSET = 'us-ascii'
# How headers and bodies are written, and the charset that it is converted to.
CHARSETS = dict([('iso-8859-%d' % number, (QP, QP, None)) for number in (1, 2, 3, 4, 9, 10, 13, 14, 15, 16)])
CHARSETS.update({'windows-1252': (QP, QP, None), 'viscii': (QP, QP, None), 'us-ascii': (None, None, None),
                 'big5': (BASE64, BASE64, None), 'gb2312': (BASE64, BASE64, None),
                 'euc-jp': (BASE64, None, 'iso-2022-jp'), 'shift_jis': (BASE64, None, 'iso-2022-jp'),
                 'iso-2022-jp': (BASE64, None, None), 'koi8-r': (BASE64, BASE64, None),
                 'utf-8': (SHORTEST, BASE64, 'utf-8')})
ALIASES = {'latin_1': 'iso-8859-1', 'latin-1': 'iso-8859-1', 'latin_2': 'iso-8859-2', 'latin-2': 'iso-8859-2',
           'cp949': 'ks_c_5601-1987', 'euc_jp': 'euc-jp', 'euc_kr': 'euc-kr', 'ascii': 'us-ascii'}
CODEC_MAP = {'gb2312': 'eucgb2312_cn', 'big5': 'big5_tw', 'us-ascii': None}


def add_charset(charset, header_enc=None, body_enc=None, output_charset=None):
    if body_enc == SHORTEST:
        raise ValueError('SHORTEST not allowed for body_enc')
    CHARSETS[charset] = (header_enc, body_enc, output_charset)


def add_alias(alias, canonical):
    ALIASES[alias] = canonical


def add_codec(charset, codecname):
    CODEC_MAP[charset] = codecname


class Charset:
    def __init__(self, input_charset=DEFAULT_CHARSET):
        from email.errors import CharsetError
        try:
            if isinstance(input_charset, unicode):
                input_charset.encode('ascii')
            else:
                input_charset = unicode(input_charset, 'ascii')
        except UnicodeError:
            raise CharsetError(input_charset)
        input_charset = input_charset.lower().encode('ascii')
        if input_charset not in ALIASES and input_charset not in CHARSETS:
            try:
                input_charset = codecs.lookup(input_charset).name
            except LookupError:
                pass
        self.input_charset = ALIASES.get(input_charset, input_charset)
        header, body, conversion = CHARSETS.get(self.input_charset, (SHORTEST, BASE64, None))
        if not conversion:
            conversion = self.input_charset
        self.header_encoding = header
        self.body_encoding = body
        self.output_charset = ALIASES.get(conversion, conversion)
        self.input_codec = CODEC_MAP.get(self.input_charset, self.input_charset)
        self.output_codec = CODEC_MAP.get(self.output_charset, self.output_charset)

    def __str__(self):
        return self.input_charset.lower()

    __repr__ = __str__

    def __eq__(self, other):
        return str(self) == str(other).lower()

    def __ne__(self, other):
        return not self == other

    def get_body_encoding(self):
        if self.body_encoding == QP:
            return 'quoted-printable'
        if self.body_encoding == BASE64:
            return 'base64'
        from email.encoders import encode_7or8bit
        return encode_7or8bit

    def convert(self, s):
        if self.input_codec != self.output_codec:
            return unicode(s, self.input_codec).encode(self.output_codec)
        return s

    def to_splittable(self, s):
        if isinstance(s, unicode) or self.input_codec is None:
            return s
        try:
            return unicode(s, self.input_codec, 'replace')
        except LookupError:
            return s

    def from_splittable(self, ustr, to_output=True):
        codec = self.output_codec if to_output else self.input_codec
        if not isinstance(ustr, unicode) or codec is None:
            return ustr
        try:
            return ustr.encode(codec, 'replace')
        except LookupError:
            return ustr

    def get_output_charset(self):
        return self.output_charset or self.input_charset

    def encoded_header_len(self, s):
        return len(self.header_encode(s))

    def header_encode(self, s, convert=False):
        """A word of a header: =?charset?q?text?=."""
        if convert:
            s = self.convert(s)
        kind = self.header_encoding
        if not kind:
            return s
        short = ''.join([c if c.isalnum() and ord(c) < 128 or c in '-!*+/' else '_' if c == ' ' else '=%02X' % ord(c)
                         for c in s])
        packed = base64.b64encode(s)
        if kind == BASE64 or kind == SHORTEST and len(packed) < len(short):
            return '=?%s?b?%s?=' % (self.get_output_charset().lower(), packed)
        return '=?%s?q?%s?=' % (self.get_output_charset().lower(), short)

    def body_encode(self, s, convert=True):
        if s is None:
            return s
        if convert:
            s = self.convert(s)
        if self.body_encoding == BASE64:
            return base64.encodestring(s)
        if self.body_encoding == QP:
            return quopri.encodestring(s)
        return s
