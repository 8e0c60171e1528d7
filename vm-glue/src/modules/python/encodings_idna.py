# Labels are byte strings where they are encoded and unicode where they are decoded.
import codecs
import re
from _bridge import foreign as _foreign, library as _library, native as _native, text as _text
_machine = _library('encodings.idna')

dots = re.compile(u"[\u002E\u3002\uFF0E\uFF61]")


def nameprep(label):
    """A label as names are compared (RFC 3491)."""
    return _text(_machine.nameprep(unicode(label)))


def ToASCII(label):
    """The byte string that stands for a label in names of hosts."""
    return _native(_machine.ToASCII(unicode(label)))


def ToUnicode(label):
    """The label that such a byte string stands for."""
    return _text(_machine.ToUnicode(_foreign(label) if isinstance(label, str) else label))


class Codec(codecs.Codec):
    """Names of hosts."""

    def encode(self, input, errors='strict'):
        if errors != 'strict':
            raise UnicodeError("unsupported error handling " + errors)
        if not input:
            return "", 0
        labels = dots.split(unicode(input))
        # A dot at the end stays.
        tail = "."if labels and not labels[-1] else ""
        return ".".join([ToASCII(label) for label in (labels[:-1] if tail else labels)]) + tail, len(input)

    def decode(self, input, errors='strict'):
        if errors != 'strict':
            raise UnicodeError("Unsupported error handling " + errors)
        if not input:
            return u"", 0
        labels = dots.split(input) if isinstance(input, unicode) else str(input).split(".")
        tail = u"." if labels and not labels[-1] else u""
        return u".".join([ToUnicode(label) for label in (labels[:-1] if tail else labels)]) + tail, len(input)


def _in_pieces(labels, final, convert, dot):
    """The complete labels, converted, and how many characters they took."""
    tail = dot[:0]
    if not labels[-1]:
        tail = dot
        labels = labels[:-1]
    elif not final:
        # The last label may go on.
        labels = labels[:-1]
        tail = dot if labels else tail
    used = sum([len(label) for label in labels]) + max(len(labels) - 1, 0) + len(tail)
    return dot.join([convert(label) for label in labels]) + tail, used


class IncrementalEncoder(codecs.BufferedIncrementalEncoder):
    """Names of hosts that come in pieces."""

    def _buffer_encode(self, input, errors, final):
        if errors != 'strict':
            raise UnicodeError("unsupported error handling " + errors)
        return _in_pieces(dots.split(input), final, ToASCII, '.') if input else ("", 0)


class IncrementalDecoder(codecs.BufferedIncrementalDecoder):
    """The same in the other direction."""

    def _buffer_decode(self, input, errors, final):
        if errors != 'strict':
            raise UnicodeError("Unsupported error handling " + errors)
        if not input:
            return u"", 0
        labels = dots.split(input) if isinstance(input, unicode) else str(input).split(".")
        return _in_pieces(labels, final, ToUnicode, u'.')


class StreamWriter(Codec, codecs.StreamWriter):
    pass


class StreamReader(Codec, codecs.StreamReader):
    pass


def getregentry():
    return codecs.CodecInfo(name='idna', encode=Codec().encode, decode=Codec().decode, streamwriter=StreamWriter,
                            streamreader=StreamReader, incrementalencoder=IncrementalEncoder,
                            incrementaldecoder=IncrementalDecoder)
