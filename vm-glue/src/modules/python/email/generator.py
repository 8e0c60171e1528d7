"""Messages written as text."""

from cStringIO import StringIO
import random
import re
import time
import warnings

from email.header import Header

__all__ = ['Generator', 'DecodedGenerator']

_from_lines = re.compile(r'^From ', re.MULTILINE)


def _is8bitstring(s):
    if isinstance(s, str):
        try:
            unicode(s, 'us-ascii')
        except UnicodeError:
            return True
    return False


class Generator:
    def __init__(self, outfp, mangle_from_=True, maxheaderlen=78):
        self._fp = outfp
        self._mangle_from_ = mangle_from_
        self._maxheaderlen = maxheaderlen

    def write(self, s):
        self._fp.write(s)

    def clone(self, fp):
        return self.__class__(fp, self._mangle_from_, self._maxheaderlen)

    def flatten(self, msg, unixfrom=False):
        if unixfrom:
            print >> self._fp, msg.get_unixfrom() or 'From nobody ' + time.ctime(time.time())
        self._write(msg)

    def _write(self, msg):
        # The body first: it may need a boundary that the headers have to name.
        outside = self._fp
        try:
            self._fp = inside = StringIO()
            self._dispatch(msg)
        finally:
            self._fp = outside
        if hasattr(msg, '_write_headers'):
            msg._write_headers(self)
        else:
            self._write_headers(msg)
        self._fp.write(inside.getvalue())

    def _dispatch(self, msg):
        main, sub = msg.get_content_maintype(), msg.get_content_subtype()
        for name in '_'.join((main, sub)).replace('-', '_'), main.replace('-', '_'):
            method = getattr(self, '_handle_' + name, None)
            if method is not None:
                return method(msg)
        self._writeBody(msg)

    def _write_headers(self, msg):
        for name, value in msg.items():
            print >> self._fp, '%s:' % name,
            if self._maxheaderlen == 0 or _is8bitstring(value):
                print >> self._fp, value
            elif isinstance(value, Header):
                print >> self._fp, value.encode()
            else:
                print >> self._fp, Header(value, maxlinelen=self._maxheaderlen, header_name=name).encode()
        print >> self._fp

    def _handle_text(self, msg):
        payload = msg.get_payload()
        if payload is None:
            return
        if not isinstance(payload, basestring):
            raise TypeError('string payload expected: %s' % type(payload))
        if self._mangle_from_:
            payload = _from_lines.sub('>From ', payload)
        self._fp.write(payload)

    _writeBody = _handle_text

    def _handle_multipart(self, msg):
        parts = msg.get_payload()
        if parts is None:
            parts = []
        elif isinstance(parts, basestring):
            self._fp.write(parts)
            return
        elif not isinstance(parts, list):
            parts = [parts]
        texts = []
        for part in parts:
            out = StringIO()
            self.clone(out).flatten(part, unixfrom=False)
            texts.append(out.getvalue())
        boundary = msg.get_boundary()
        if not boundary:
            boundary = _make_boundary('\n'.join(texts))
            msg.set_boundary(boundary)
        if msg.preamble is not None:
            print >> self._fp, _from_lines.sub('>From ', msg.preamble) if self._mangle_from_ else msg.preamble
        print >> self._fp, '--' + boundary
        if texts:
            self._fp.write(texts.pop(0))
        for text in texts:
            print >> self._fp, '\n--' + boundary
            self._fp.write(text)
        self._fp.write('\n--' + boundary + '--' + '\n')
        if msg.epilogue is not None:
            self._fp.write(_from_lines.sub('>From ', msg.epilogue) if self._mangle_from_ else msg.epilogue)

    def _handle_multipart_signed(self, msg):
        # What is signed stays as it is.
        length, self._maxheaderlen = self._maxheaderlen, 0
        try:
            self._handle_multipart(msg)
        finally:
            self._maxheaderlen = length

    def _handle_message_delivery_status(self, msg):
        blocks = []
        for part in msg.get_payload():
            out = StringIO()
            self.clone(out).flatten(part, unixfrom=False)
            lines = out.getvalue().split('\n')
            blocks.append('\n'.join(lines[:-1] if lines and lines[-1] == '' else lines))
        self._fp.write('\n'.join(blocks))

    def _handle_message(self, msg):
        out = StringIO()
        payload = msg.get_payload()
        if isinstance(payload, list):
            self.clone(out).flatten(payload[0], unixfrom=False)
            payload = out.getvalue()
        self._fp.write(payload)


class DecodedGenerator(Generator):
    """Writes the text of a message, and of all other parts what they are."""

    def __init__(self, outfp, mangle_from_=True, maxheaderlen=78, fmt=None):
        Generator.__init__(self, outfp, mangle_from_, maxheaderlen)
        self._fmt = fmt or '[Non-text (%(type)s) part of message omitted, filename %(filename)s]'

    def _dispatch(self, msg):
        for part in msg.walk():
            main = part.get_content_maintype()
            if main == 'text':
                print >> self, part.get_payload(decode=True)
            elif main != 'multipart':
                print >> self, self._fmt % {
                    'type': part.get_content_type(), 'maintype': main, 'subtype': part.get_content_subtype(),
                    'filename': part.get_filename('[no filename]'),
                    'description': part.get('Content-Description', '[no description]'),
                    'encoding': part.get('Content-Transfer-Encoding', '[no encoding]')}


def _make_boundary(text=None):
    boundary = '=' * 15 + '%019d' % random.randrange(2 ** 63 - 1) + '=='
    if text is None:
        return boundary
    counter, wanted = 0, boundary
    while re.search('^--' + re.escape(wanted) + '(--)?$', text, re.MULTILINE):
        wanted = '%s.%d' % (boundary, counter)
        counter += 1
    return wanted
