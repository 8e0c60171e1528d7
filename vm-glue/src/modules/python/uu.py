"""Files as lines of printable characters, the old way (uuencode)."""

import binascii
import os
import sys

__all__ = ["Error", "encode", "decode"]


class Error(Exception):
    pass


def _open(name, mode, standard, opened):
    if name == '-':
        return standard
    if isinstance(name, basestring):
        name = open(name, mode)
        opened.append(name)
    return name


def encode(in_file, out_file, name=None, mode=None):
    """Writes a file as lines; both may be names."""
    opened = []
    try:
        if isinstance(in_file, basestring) and in_file != '-':
            if name is None:
                name = os.path.basename(in_file)
            if mode is None:
                try:
                    mode = os.stat(in_file).st_mode
                except AttributeError:
                    pass
        in_file = _open(in_file, 'rb', sys.stdin, opened)
        out_file = _open(out_file, 'wb', sys.stdout, opened)
        if name is not None:
            name = name.replace('\n', '\\n').replace('\r', '\\r')
        out_file.write('begin %o %s\n' % ((0666 if mode is None else mode) & 0777, '-' if name is None else name))
        data = in_file.read(45)
        while len(data) > 0:
            out_file.write(binascii.b2a_uu(data))
            data = in_file.read(45)
        out_file.write(' \nend\n')
    finally:
        for opened_file in opened:
            opened_file.close()


def decode(in_file, out_file=None, mode=None, quiet=0):
    """Reads the lines of a file back; without a name of its own the result gets that of the first line."""
    opened = []
    try:
        in_file = _open(in_file, 'r', sys.stdin, opened)
        while True:
            header = in_file.readline()
            if not header:
                raise Error('No valid begin line found in input file')
            fields = header.split(' ', 2)
            if len(fields) == 3 and fields[0] == 'begin':
                try:
                    permissions = int(fields[1], 8)
                    break
                except ValueError:
                    pass
        if out_file is None:
            out_file = fields[2].rstrip()
            if os.path.exists(out_file):
                raise Error('Cannot overwrite existing file: %s' % out_file)
        named = isinstance(out_file, basestring) and out_file != '-'
        name, out_file = out_file, _open(out_file, 'wb', sys.stdout, opened)
        if named:
            try:
                os.path.chmod(name, permissions if mode is None else mode)
            except AttributeError:
                pass
        line = in_file.readline()
        while line and line.strip() != 'end':
            try:
                data = binascii.a2b_uu(line)
            except binascii.Error, error:
                # Some programs write lines that are too long.
                length = (((ord(line[0]) - 32) & 63) * 4 + 5) // 3
                data = binascii.a2b_uu(line[:length])
                if not quiet:
                    sys.stderr.write("Warning: %s\n" % error)
            out_file.write(data)
            line = in_file.readline()
        if not line:
            raise Error('Truncated input file')
    finally:
        for opened_file in opened:
            opened_file.close()
