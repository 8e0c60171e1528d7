"""Base16, Base32 and Base64 (the Python 2 module base64)."""

import binascii

__all__ = ['encode', 'decode', 'encodestring', 'decodestring', 'b64encode', 'b64decode', 'b32encode', 'b32decode',
           'b16encode', 'b16decode', 'standard_b64encode', 'standard_b64decode', 'urlsafe_b64encode',
           'urlsafe_b64decode']

MAXLINESIZE = 76
MAXBINSIZE = 57
EMPTYSTRING = ''

_ALPHABET32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'


def _swapped(s, from_chars, to_chars):
    return s.replace(from_chars[0], to_chars[0]).replace(from_chars[1], to_chars[1])


def b64encode(s, altchars=None):
    encoded = binascii.b2a_base64(s)[:-1]
    return encoded if altchars is None else _swapped(encoded, '+/', altchars[:2])


def b64decode(s, altchars=None):
    if altchars is not None:
        s = _swapped(s, altchars[:2], '+/')
    try:
        return binascii.a2b_base64(s)
    except binascii.Error, msg:
        raise TypeError(msg)


def standard_b64encode(s):
    return b64encode(s)


def standard_b64decode(s):
    return b64decode(s)


def urlsafe_b64encode(s):
    return b64encode(s, '-_')


def urlsafe_b64decode(s):
    return b64decode(str(s), '-_')


def b32encode(s):
    encoded = []
    for at in range(0, len(s), 5):
        piece = s[at:at + 5]
        value = 0
        for c in piece + '\0' * (5 - len(piece)):
            value = value << 8 | ord(c)
        digits = ''.join([_ALPHABET32[value >> shift & 31] for shift in range(35, -1, -5)])
        used = {5: 8, 4: 7, 3: 5, 2: 4, 1: 2}[len(piece)]
        encoded.append(digits[:used] + '=' * (8 - used))
    return ''.join(encoded)


def b32decode(s, casefold=False, map01=None):
    if len(s) % 8:
        raise TypeError('Incorrect padding')
    if map01:
        s = s.replace('0', 'O').replace('1', map01)
    if casefold:
        s = s.upper()
    stripped = s.rstrip('=')
    padding = len(s) - len(stripped)
    lost = {0: 0, 1: 1, 3: 2, 4: 3, 6: 4}.get(padding)
    if lost is None:
        raise TypeError('Incorrect padding')
    decoded = []
    for at in range(0, len(s), 8):
        value = 0
        for c in stripped[at:at + 8].ljust(8, 'A'):
            digit = _ALPHABET32.find(c)
            if digit < 0:
                raise TypeError('Non-base32 digit found')
            value = value << 5 | digit
        decoded.append(binascii.unhexlify('%010x' % value))
    text = ''.join(decoded)
    return text[:-lost] if lost else text


def b16encode(s):
    return binascii.hexlify(s).upper()


def b16decode(s, casefold=False):
    if casefold:
        s = s.upper()
    for c in s:
        if c not in '0123456789ABCDEF':
            raise TypeError('Non-base16 digit found')
    return binascii.unhexlify(s)


def encodestring(s):
    """In lines of 76 characters."""
    return ''.join([binascii.b2a_base64(s[at:at + MAXBINSIZE]) for at in range(0, len(s), MAXBINSIZE)])


def decodestring(s):
    return binascii.a2b_base64(s)


def encode(input, output):
    output.write(encodestring(input.read()))


def decode(input, output):
    output.write(decodestring(input.read()))
