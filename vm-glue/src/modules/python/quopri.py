"""Quoted-printable: text in which rare characters are written as =XX."""

import binascii
from binascii import a2b_qp, b2a_qp

__all__ = ["encode", "decode", "encodestring", "decodestring"]

ESCAPE = '='
MAXLINESIZE = 76
HEX = '0123456789ABCDEF'
EMPTYSTRING = ''


def needsquoting(c, quotetabs, header):
    """Whether a character has to be written as =XX."""
    if c in ' \t':
        return quotetabs
    if c == '_':
        return header
    return c == ESCAPE or not (' ' <= c <= '~')


def quote(c):
    return ESCAPE + HEX[ord(c) // 16] + HEX[ord(c) % 16]


def encode(input, output, quotetabs, header=0):
    """Reads a file and writes it as quoted-printable into another."""
    output.write(binascii.b2a_qp(input.read(), quotetabs=quotetabs, header=header))


def encodestring(s, quotetabs=0, header=0):
    return binascii.b2a_qp(s, quotetabs=quotetabs, header=header)


def decode(input, output, header=0):
    """Reads a file of quoted-printable and writes what it stands for into another."""
    output.write(binascii.a2b_qp(input.read(), header=header))


def decodestring(s, header=0):
    return binascii.a2b_qp(s, header=header)


def ishex(c):
    return '0' <= c <= '9' or 'a' <= c <= 'f' or 'A' <= c <= 'F'


def unhex(s):
    """The value of hexadecimal digits."""
    bits = 0
    for c in s:
        bits = bits * 16 + int(c, 16)
    return bits


def main():
    import getopt
    import sys
    try:
        options, names = getopt.getopt(sys.argv[1:], 'td')
    except getopt.error, message:
        sys.stdout = sys.stderr
        print message
        print "usage: quopri [-t | -d] [file] ..."
        print "-t: quote tabs"
        print "-d: decode; default encode"
        sys.exit(2)
    chosen = [option for option, value in options]
    if '-t' in chosen and '-d' in chosen:
        sys.stdout = sys.stderr
        print "-t and -d are mutually exclusive"
        sys.exit(2)
    failed = 0
    for name in names or ['-']:
        try:
            fp = sys.stdin if name == '-' else open(name)
        except IOError, message:
            sys.stderr.write("%s: can't open (%s)\n" % (name, message))
            failed = 1
            continue
        if '-d' in chosen:
            decode(fp, sys.stdout)
        else:
            encode(fp, sys.stdout, int('-t' in chosen))
        if fp is not sys.stdin:
            fp.close()
    if failed:
        sys.exit(failed)


if __name__ == '__main__':
    main()
