# Byte strings.
from _bridge import library as _library, native as _native
_machine = _library('email.header')


def decode_header(header):
    return [(str(_native(part)) if not isinstance(part, unicode) else part, charset)
            for part, charset in _machine.decode_header(str(header))]
