"""Headers with text of any encoding."""

import base64
import binascii
import quopri
import re

from email.charset import Charset
from email.errors import HeaderParseError

__all__ = ['Header', 'decode_header', 'make_header']

MAXLINELEN = 76
USASCII = Charset('us-ascii')
UTF8 = Charset('utf-8')
ecre = re.compile(r'=\?(?P<charset>[^?]*?)\?(?P<encoding>[qb])\?(?P<encoded>.*?)\?=(?=[ \t]|$)', re.I | re.M)
fcre = re.compile(r'[\041-\176]+:$')
_embeded_header = re.compile(r'\n[^ \t]+:')


def decode_header(header):
    """The pieces of a header: (bytes, charset)."""
    header = str(header)
    if not ecre.search(header):
        return [(header, None)]
    decoded = []

    def add(text, charset):
        if decoded and decoded[-1][1] == charset:
            decoded[-1] = (decoded[-1][0] + (' ' + text if charset is None else text), charset)
        else:
            decoded.append((text, charset))
    for line in header.splitlines():
        parts = ecre.split(line)
        if len(parts) == 1:
            add(line, None)
            continue
        while parts:
            plain = parts.pop(0).strip()
            if plain:
                add(plain, None)
            if not parts:
                break
            charset, encoding, text = parts[0].lower(), parts[1].lower(), parts[2]
            del parts[:3]
            if encoding == 'q':
                text = quopri.decodestring(text.replace('_', ' '), header=True)
            else:
                try:
                    text = base64.decodestring(text + '=' * (-len(text) % 4))
                except binascii.Error:
                    raise HeaderParseError
            add(text, charset)
    return decoded


def make_header(decoded_seq, maxlinelen=None, header_name=None, continuation_ws=' '):
    made = Header(maxlinelen=maxlinelen, header_name=header_name, continuation_ws=continuation_ws)
    for text, charset in decoded_seq:
        if charset is not None and not isinstance(charset, Charset):
            charset = Charset(charset)
        made.append(text, charset)
    return made


class Header:
    def __init__(self, s=None, charset=None, maxlinelen=None, header_name=None, continuation_ws=' ', errors='strict'):
        if charset is None:
            charset = USASCII
        if not isinstance(charset, Charset):
            charset = Charset(charset)
        self._charset = charset
        self._continuation_ws = continuation_ws
        self._maxlinelen = MAXLINELEN if maxlinelen is None else maxlinelen
        self._first = self._maxlinelen - (0 if header_name is None else len(header_name) + 2)
        self._chunks = []
        if s is not None:
            self.append(s, charset, errors)

    def __str__(self):
        return self.encode()

    def __unicode__(self):
        words, last = [], None
        for text, charset in self._chunks:
            if words and (charset is None or charset == 'us-ascii') != (last is None or last == 'us-ascii'):
                words.append(u' ')
            elif words and charset == 'us-ascii':
                words.append(u' ')
            last = charset
            words.append(unicode(text, str(charset)))
        return u''.join(words)

    def __eq__(self, other):
        return other == self.encode()

    def __ne__(self, other):
        return not self == other

    def append(self, s, charset=None, errors='strict'):
        if charset is None:
            charset = self._charset
        elif not isinstance(charset, Charset):
            charset = Charset(charset)
        if charset != '8bit':
            if isinstance(s, str):
                unicode(s, charset.input_codec or 'us-ascii', errors)
            elif isinstance(s, unicode):
                for charset in USASCII, charset, UTF8:
                    try:
                        s = s.encode(charset.output_codec or 'us-ascii', errors)
                        break
                    except UnicodeError:
                        pass
        self._chunks.append((s, charset))

    def _words(self):
        for text, charset in self._chunks:
            if charset.header_encoding is None:
                yield text
                continue
            # A word may be 75 characters long.
            whole = charset.to_splittable(text)
            while whole:
                size = len(whole)
                while size > 1 and len(charset.header_encode(charset.from_splittable(whole[:size]))) > 75:
                    size -= max(1, size // 8)
                yield charset.header_encode(charset.from_splittable(whole[:size]))
                whole = whole[size:]

    def encode(self, splitchars=';, '):
        value = self._folded(' '.join(self._words()), splitchars)
        if _embeded_header.search(value):
            raise HeaderParseError('header value appears to contain an embedded header: %r' % value)
        return value

    def _folded(self, text, splitchars):
        if not self._maxlinelen or len(text) <= self._first:
            return text
        lines = []
        for line in text.splitlines():
            line = line.lstrip()
            room = self._maxlinelen - len(self._continuation_ws) if lines else self._first
            while len(line) >= room:
                cut = -1
                for char in splitchars:
                    cut = line.rfind(char, 0, room) if char == ' ' else line.rfind(char, 0, room - 1) + 1 or -1
                    if cut > 0:
                        break
                if cut <= 0:
                    cut = line.find(' ', room)
                    if cut < 0:
                        break
                lines.append(line[:cut].rstrip())
                line = line[cut:].lstrip()
                room = self._maxlinelen - len(self._continuation_ws)
            lines.append(line)
        return ('\n' + self._continuation_ws).join(lines)
