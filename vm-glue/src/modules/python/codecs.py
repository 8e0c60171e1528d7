"""Codecs: their registry, and files and streams that encode and decode (the Python 2 module codecs)."""

import __builtin__
import sys
import _codecs
from _codecs import register, register_error, lookup_error

__all__ = ["register", "lookup", "open", "EncodedFile", "BOM", "BOM_BE", "BOM_LE", "BOM32_BE", "BOM32_LE", "BOM64_BE",
           "BOM64_LE", "BOM_UTF8", "BOM_UTF16", "BOM_UTF16_LE", "BOM_UTF16_BE", "BOM_UTF32", "BOM_UTF32_LE",
           "BOM_UTF32_BE", "CodecInfo", "Codec", "IncrementalEncoder", "IncrementalDecoder", "StreamReader",
           "StreamWriter", "StreamReaderWriter", "StreamRecoder", "getencoder", "getdecoder", "getincrementalencoder",
           "getincrementaldecoder", "getreader", "getwriter", "encode", "decode", "iterencode", "iterdecode",
           "strict_errors", "ignore_errors", "replace_errors", "xmlcharrefreplace_errors", "backslashreplace_errors",
           "register_error", "lookup_error"]

BOM_UTF8 = '\xef\xbb\xbf'
BOM_LE = BOM_UTF16_LE = BOM32_LE = '\xff\xfe'
BOM_BE = BOM_UTF16_BE = BOM32_BE = '\xfe\xff'
BOM_UTF32_LE = BOM64_LE = '\xff\xfe\x00\x00'
BOM_UTF32_BE = BOM64_BE = '\x00\x00\xfe\xff'
BOM = BOM_UTF16 = BOM_UTF16_LE
BOM_UTF32 = BOM_UTF32_LE

strict_errors = lookup_error('strict')
ignore_errors = lookup_error('ignore')
replace_errors = lookup_error('replace')
xmlcharrefreplace_errors = lookup_error('xmlcharrefreplace')
backslashreplace_errors = lookup_error('backslashreplace')


class CodecInfo(tuple):
    """What lookup() returns: (encoder, decoder, stream reader, stream writer), and more as attributes."""

    def __new__(cls, encode, decode, streamreader=None, streamwriter=None,
                incrementalencoder=None, incrementaldecoder=None, name=None):
        self = tuple.__new__(cls, (encode, decode, streamreader, streamwriter))
        self.name = name
        self.encode = encode
        self.decode = decode
        self.incrementalencoder = incrementalencoder
        self.incrementaldecoder = incrementaldecoder
        self.streamwriter = streamwriter
        self.streamreader = streamreader
        return self

    def __repr__(self):
        return '<%s.%s object for encoding %s at 0x%x>' % (
            self.__class__.__module__, self.__class__.__name__, self.name, id(self))


class Codec:
    """The interface of codecs without a state."""

    def encode(self, input, errors='strict'):
        raise NotImplementedError

    def decode(self, input, errors='strict'):
        raise NotImplementedError


class IncrementalEncoder(object):
    """Encodes a text that comes in pieces."""

    def __init__(self, errors='strict'):
        self.errors = errors
        self.buffer = ''

    def encode(self, input, final=False):
        raise NotImplementedError

    def reset(self):
        pass

    def getstate(self):
        return 0

    def setstate(self, state):
        pass


class BufferedIncrementalEncoder(IncrementalEncoder):
    """An encoder that keeps what it could not encode yet."""

    def _buffer_encode(self, input, errors, final):
        raise NotImplementedError

    def encode(self, input, final=False):
        data = self.buffer + input
        result, used = self._buffer_encode(data, self.errors, final)
        self.buffer = data[used:]
        return result

    def reset(self):
        IncrementalEncoder.reset(self)
        self.buffer = ''

    def getstate(self):
        return self.buffer or 0

    def setstate(self, state):
        self.buffer = state or ''


class IncrementalDecoder(object):
    """Decodes bytes that come in pieces."""

    def __init__(self, errors='strict'):
        self.errors = errors

    def decode(self, input, final=False):
        raise NotImplementedError

    def reset(self):
        pass

    def getstate(self):
        return ('', 0)

    def setstate(self, state):
        pass


class BufferedIncrementalDecoder(IncrementalDecoder):
    """A decoder that keeps incomplete bytes for the next piece."""

    def __init__(self, errors='strict'):
        IncrementalDecoder.__init__(self, errors)
        self.buffer = ''

    def _buffer_decode(self, input, errors, final):
        raise NotImplementedError

    def decode(self, input, final=False):
        data = self.buffer + input
        result, used = self._buffer_decode(data, self.errors, final)
        self.buffer = data[used:]
        return result

    def reset(self):
        IncrementalDecoder.reset(self)
        self.buffer = ''

    def getstate(self):
        return (self.buffer, 0)

    def setstate(self, state):
        self.buffer = state[0]


class StreamWriter(Codec):
    """Encodes what is written and passes it on to a stream."""

    def __init__(self, stream, errors='strict'):
        self.stream = stream
        self.errors = errors

    def write(self, object):
        data, _ = self.encode(object, self.errors)
        self.stream.write(data)

    def writelines(self, list):
        self.write(''.join(list))

    def reset(self):
        pass

    def seek(self, offset, whence=0):
        self.stream.seek(offset, whence)
        if whence == 0 and offset == 0:
            self.reset()

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.stream.close()


class StreamReader(Codec):
    """Decodes what it reads from a stream."""

    def __init__(self, stream, errors='strict'):
        self.stream = stream
        self.errors = errors
        self.bytebuffer = ''
        self.charbuffer = ''

    def decode(self, input, errors='strict'):
        raise NotImplementedError

    def _fill(self, size):
        """Reads more; False at the end of the stream."""
        new = self.stream.read() if size is None or size < 0 else self.stream.read(size)
        data = self.bytebuffer + new
        text, used = self.decode(data, self.errors)
        self.bytebuffer = data[used:]
        self.charbuffer += text
        return bool(new)

    def read(self, size=-1, chars=-1, firstline=False):
        if size is None:
            size = -1
        wanted = chars if chars >= 0 else size
        if wanted < 0:
            self._fill(-1)
            result, self.charbuffer = self.charbuffer, self.charbuffer[:0]
            return result
        while len(self.charbuffer) < wanted:
            if not self._fill(size if size > 0 else 8192):
                break
        result, self.charbuffer = self.charbuffer[:wanted], self.charbuffer[wanted:]
        return result

    def readline(self, size=None, keepends=True):
        at_end = False
        while True:
            lines = self.charbuffer.splitlines(True)
            # The last line may go on, and a final \r may be half of a line end.
            if len(lines) > 1 or at_end or (lines and lines[0].splitlines(False)[0] != lines[0]
                                            and not lines[0].endswith('\r')):
                break
            at_end = not self._fill(size or 72)
        if not lines:
            return self.charbuffer
        line = lines[0]
        self.charbuffer = self.charbuffer[len(line):]
        return line if keepends else line.splitlines(False)[0]

    def readlines(self, sizehint=None, keepends=True):
        return self.read().splitlines(keepends)

    def reset(self):
        self.bytebuffer = ''
        self.charbuffer = ''

    def seek(self, offset, whence=0):
        self.stream.seek(offset, whence)
        self.reset()

    def next(self):
        line = self.readline()
        if line:
            return line
        raise StopIteration

    def __iter__(self):
        return self

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.stream.close()


class StreamReaderWriter:
    """A stream that is read and written through a reader and a writer."""

    encoding = 'unknown'

    def __init__(self, stream, Reader, Writer, errors='strict'):
        self.stream = stream
        self.reader = Reader(stream, errors)
        self.writer = Writer(stream, errors)
        self.errors = errors

    def read(self, size=-1):
        return self.reader.read(size)

    def readline(self, size=None):
        return self.reader.readline(size)

    def readlines(self, sizehint=None):
        return self.reader.readlines(sizehint)

    def next(self):
        return self.reader.next()

    def __iter__(self):
        return self

    def write(self, data):
        return self.writer.write(data)

    def writelines(self, list):
        return self.writer.writelines(list)

    def reset(self):
        self.reader.reset()
        self.writer.reset()

    def seek(self, offset, whence=0):
        self.stream.seek(offset, whence)
        self.reader.reset()
        if whence == 0 and offset == 0:
            self.writer.reset()

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.stream.close()


class StreamRecoder:
    """A stream of bytes in one encoding over a stream in another."""

    data_encoding = 'unknown'
    file_encoding = 'unknown'

    def __init__(self, stream, encode, decode, Reader, Writer, errors='strict'):
        self.stream = stream
        self.encode = encode
        self.decode = decode
        self.reader = Reader(stream, errors)
        self.writer = Writer(stream, errors)
        self.errors = errors

    def read(self, size=-1):
        return self.encode(self.reader.read(size), self.errors)[0]

    def readline(self, size=None):
        line = self.reader.readline() if size is None else self.reader.readline(size)
        return self.encode(line, self.errors)[0]

    def readlines(self, sizehint=None):
        return self.encode(self.reader.read(), self.errors)[0].splitlines(1)

    def next(self):
        return self.encode(self.reader.next(), self.errors)[0]

    def __iter__(self):
        return self

    def write(self, data):
        return self.writer.write(self.decode(data, self.errors)[0])

    def writelines(self, list):
        return self.write(''.join(list))

    def reset(self):
        self.reader.reset()
        self.writer.reset()

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.stream.close()


def _native(name):
    """The CodecInfo of a codec that is built in."""

    def encode(input, errors='strict'):
        return _codecs.encode(input, name, errors), len(input)

    def decode(input, errors='strict'):
        return _codecs.decode(input, name, errors), len(input)

    marked = name in ('utf_16', 'utf_32', 'utf_8_sig')

    class Marks(object):
        """Decodes a stream whose first bytes may be a byte order mark."""

        order = None

        def __call__(self, data, errors, final):
            if not marked:
                return partly(data, name, errors, final)
            if self.order is None:
                wanted = {'utf_16': 2, 'utf_32': 4, 'utf_8_sig': 3}[name]
                if len(data) < wanted and not final:
                    return u'', 0
                mark, self.order = data[:wanted], {'utf_16': 'utf_16_le', 'utf_32': 'utf_32_le', 'utf_8_sig': 'utf_8'}[name]
                if mark in (BOM_UTF16_BE, BOM_UTF32_BE):
                    self.order = self.order.replace('_le', '_be')
                if mark in (BOM_UTF16_LE, BOM_UTF16_BE, BOM_UTF32_LE, BOM_UTF32_BE, BOM_UTF8):
                    text, used = partly(data[wanted:], self.order, errors, final)
                    return text, used + wanted
            return partly(data, self.order, errors, final)

    def partly(data, encoding, errors, final):
        if final:
            return _codecs.decode(data, encoding, errors), len(data)
        return _codecs.decode_partly(data, encoding, errors)

    def once(input, errors, first):
        """Encodes with the mark only in front of the first text."""
        if marked and not first:
            later = {'utf_16': 'utf_16_le', 'utf_32': 'utf_32_le', 'utf_8_sig': 'utf_8'}[name]
            return _codecs.encode(input, later, errors), len(input)
        return encode(input, errors)

    class Encoder(IncrementalEncoder):
        first = True

        def encode(self, input, final=False):
            result, _ = once(input, self.errors, self.first)
            self.first = False
            return result

        def reset(self):
            self.first = True

    class Decoder(BufferedIncrementalDecoder):
        def __init__(self, errors='strict'):
            BufferedIncrementalDecoder.__init__(self, errors)
            self.marks = Marks()

        def _buffer_decode(self, input, errors, final):
            return self.marks(input, errors, final)

        def reset(self):
            BufferedIncrementalDecoder.reset(self)
            self.marks = Marks()

    class Writer(StreamWriter):
        first = True

        def encode(self, input, errors='strict'):
            result = once(input, errors, self.first)
            self.first = False
            return result

        def reset(self):
            self.first = True

    class Reader(StreamReader):
        def __init__(self, stream, errors='strict'):
            StreamReader.__init__(self, stream, errors)
            self.marks = Marks()

        def decode(self, input, errors='strict'):
            return self.marks(input, errors, False)

        def reset(self):
            StreamReader.reset(self)
            self.marks = Marks()

    Encoder.__name__ = 'IncrementalEncoder'
    Decoder.__name__ = 'IncrementalDecoder'
    Writer.__name__ = 'StreamWriter'
    Reader.__name__ = 'StreamReader'
    return CodecInfo(encode, decode, Reader, Writer, Encoder, Decoder, _shown(name))


def _shown(name):
    """The name of a codec as CPython's says it."""
    if name.startswith(('euc_', 'iso2022_', 'shift_')):
        return name
    return {'latin_1': 'iso8859-1', 'rot13': 'rot-13'}.get(name, name.replace('_', '-'))


_known = {}


def lookup(encoding):
    """The CodecInfo of an encoding."""
    found = _codecs.find(encoding)
    if isinstance(found, str):
        if found not in _known:
            _known[found] = _native(found)
        return _known[found]
    return found


def encode(obj, encoding=None, errors='strict'):
    return _codecs.encode(obj, encoding or sys.getdefaultencoding(), errors)


def decode(obj, encoding=None, errors='strict'):
    return _codecs.decode(obj, encoding or sys.getdefaultencoding(), errors)


def getencoder(encoding):
    return lookup(encoding).encode


def getdecoder(encoding):
    return lookup(encoding).decode


def getincrementalencoder(encoding):
    encoder = lookup(encoding).incrementalencoder
    if encoder is None:
        raise LookupError(encoding)
    return encoder


def getincrementaldecoder(encoding):
    decoder = lookup(encoding).incrementaldecoder
    if decoder is None:
        raise LookupError(encoding)
    return decoder


def getreader(encoding):
    return lookup(encoding).streamreader


def getwriter(encoding):
    return lookup(encoding).streamwriter


def iterencode(iterator, encoding, errors='strict', **kwargs):
    encoder = getincrementalencoder(encoding)(errors, **kwargs)
    for input in iterator:
        output = encoder.encode(input)
        if output:
            yield output
    output = encoder.encode('', True)
    if output:
        yield output


def iterdecode(iterator, encoding, errors='strict', **kwargs):
    decoder = getincrementaldecoder(encoding)(errors, **kwargs)
    for input in iterator:
        output = decoder.decode(input)
        if output:
            yield output
    output = decoder.decode('', True)
    if output:
        yield output


def open(filename, mode='rb', encoding=None, errors='strict', buffering=1):
    """Opens a file that encodes and decodes; it is binary for the system."""
    if encoding is not None:
        mode = mode.replace('U', '')
        if mode[:1] not in ('r', 'w', 'a'):
            mode = 'r' + mode
        if 'b' not in mode:
            mode += 'b'
    file = __builtin__.open(filename, mode, buffering)
    if encoding is None:
        return file
    info = lookup(encoding)
    stream = StreamReaderWriter(file, info.streamreader, info.streamwriter, errors)
    stream.encoding = encoding
    return stream


def EncodedFile(file, data_encoding, file_encoding=None, errors='strict'):
    """A file in one encoding over a file in another."""
    if file_encoding is None:
        file_encoding = data_encoding
    data, inner = lookup(data_encoding), lookup(file_encoding)
    stream = StreamRecoder(file, data.encode, data.decode, inner.streamreader, inner.streamwriter, errors)
    stream.data_encoding = data_encoding
    stream.file_encoding = file_encoding
    return stream


def make_identity_dict(rng):
    return dict((i, i) for i in rng)


def make_encoding_map(decoding_map):
    encoding = {}
    for key, value in decoding_map.items():
        encoding[value] = key if value not in encoding else None
    return encoding


def charmap_build(decoding_table):
    """What charmap_encode() takes for a table that says which character each byte is."""
    return make_encoding_map(dict((byte, ord(char)) for byte, char in enumerate(decoding_table) if char != u'\ufffe'))


def _undefined(kind, errors, input, start, end):
    replacement, at = lookup_error(errors)(kind('charmap', input, start, end, 'character maps to <undefined>'))
    at = at + len(input) if at < 0 else at
    if not 0 <= at <= len(input):
        raise IndexError('position %d from error handler out of bounds' % at)
    return replacement, at


def charmap_decode(input, errors='strict', mapping=None):
    """Decodes by a table: a unicode string with a character for each byte, or a mapping."""
    if mapping is None:
        return latin_1_decode(input, errors)
    input = str(input)
    parts = []
    at = 0
    while at < len(input):
        try:
            char = mapping[ord(input[at])]
        except LookupError:
            char = None
        if isinstance(char, (int, long)):
            if not 0 <= char <= sys.maxunicode:
                raise TypeError('character mapping must be in range(0x%x)' % (sys.maxunicode + 1))
            char = unichr(char)
        elif char is not None and not isinstance(char, unicode):
            raise TypeError('character mapping must return integer, None or unicode')
        if char is None or char == u'\ufffe':
            char, at = _undefined(UnicodeDecodeError, errors, input, at, at + 1)
        else:
            at += 1
        parts.append(char)
    return u''.join(parts), len(input)


def _charmap_byte(char, mapping):
    try:
        byte = mapping[ord(char)]
    except LookupError:
        return None
    if isinstance(byte, (int, long)):
        if not 0 <= byte < 256:
            raise TypeError('character mapping must be in range(256)')
        return chr(byte)
    if byte is not None and not isinstance(byte, str):
        raise TypeError('character mapping must return integer, None or str')
    return byte


def charmap_encode(input, errors='strict', mapping=None):
    """Encodes by a mapping: a byte, a str or None for each character."""
    if mapping is None:
        return latin_1_encode(input, errors)
    input = unicode(input)
    parts = []
    at = 0
    while at < len(input):
        byte = _charmap_byte(input[at], mapping)
        if byte is not None:
            parts.append(byte)
            at += 1
            continue
        end = at + 1
        while end < len(input) and _charmap_byte(input[end], mapping) is None:
            end += 1
        replacement, after = _undefined(UnicodeEncodeError, errors, input, at, end)
        for char in unicode(replacement):
            byte = _charmap_byte(char, mapping)
            if byte is None:
                raise UnicodeEncodeError('charmap', input, at, end, 'character maps to <undefined>')
            parts.append(byte)
        at = after
    return ''.join(parts), len(input)


def readbuffer_encode(data, errors='strict'):
    """The bytes of a buffer."""
    return str(buffer(data)), len(data)


def charbuffer_encode(data, errors='strict'):
    """The bytes of a string."""
    if not isinstance(data, (str, buffer)):
        data = data.encode('ascii')
    return str(data), len(data)


def _decode_marked(data, errors, byteorder, final, name):
    """Decodes with a mark at the beginning; -1, 0 or 1 say which order is given and which one was found."""
    width = 2 if name == 'utf_16' else 4
    start = 0
    if not byteorder:
        mark = data[:width]
        byteorder = {BOM_UTF16_LE: -1, BOM_UTF16_BE: 1, BOM_UTF32_LE: -1, BOM_UTF32_BE: 1}.get(mark, 0)
        start = width if byteorder else 0
    encoding = name + ('_be' if byteorder > 0 else '_le')
    if final:
        text, used = _codecs.decode(data[start:], encoding, errors), len(data) - start
    else:
        text, used = _codecs.decode_partly(data[start:], encoding, errors)
    return text, start + used, byteorder


def utf_16_ex_decode(data, errors='strict', byteorder=0, final=False):
    return _decode_marked(data, errors, byteorder, final, 'utf_16')


def utf_32_ex_decode(data, errors='strict', byteorder=0, final=False):
    return _decode_marked(data, errors, byteorder, final, 'utf_32')


def _functions():
    """utf_8_encode, utf_8_decode and so on."""
    for name in ('utf_8', 'utf_7', 'utf_16', 'utf_16_le', 'utf_16_be', 'utf_32', 'utf_32_le', 'utf_32_be',
                 'latin_1', 'ascii', 'unicode_escape', 'raw_unicode_escape', 'unicode_internal'):
        info = lookup(name)
        globals()[name + '_encode'] = info.encode
        globals()[name + '_decode'] = lambda input, errors='strict', final=True, info=info: info.decode(input, errors)
    escape = lookup('string_escape')
    globals()['escape_encode'] = escape.encode
    globals()['escape_decode'] = escape.decode


_functions()
