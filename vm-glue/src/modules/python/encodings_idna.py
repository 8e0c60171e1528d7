# Labels are byte strings where they are encoded and unicode where they are decoded.
import codecs
from _bridge import foreign as _foreign, library as _library, native as _native, text as _text
_machine = _library('encodings.idna')


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


class StreamWriter(Codec, codecs.StreamWriter):
    pass


class StreamReader(Codec, codecs.StreamReader):
    pass


def getregentry():
    return codecs.CodecInfo(name='idna', encode=Codec().encode, decode=Codec().decode, streamwriter=StreamWriter,
                            streamreader=StreamReader)
