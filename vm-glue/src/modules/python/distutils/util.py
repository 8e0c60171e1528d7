"""Small helpers (the Python 2 module distutils.util)."""

import os
import re


def get_platform():
    """The kind of this machine: 'linux-x86_64'."""
    name, host, release, version, machine = os.uname()
    return "%s-%s" % (name.lower().replace('/', ''), machine.replace(' ', '_').replace('/', '-'))


def convert_path(pathname):
    """A path with '/' in the way of this system."""
    if pathname and pathname[-1] == '/':
        raise ValueError("path '%s' cannot end with '/'" % pathname)
    return pathname


def strtobool(val):
    """1 or 0 for the words that mean yes or no."""
    val = val.lower()
    if val in ('y', 'yes', 't', 'true', 'on', '1'):
        return 1
    if val in ('n', 'no', 'f', 'false', 'off', '0'):
        return 0
    raise ValueError("invalid truth value %r" % (val,))


def split_quoted(s):
    """The words of a text as a shell takes them."""
    import shlex
    return shlex.split(s)


def rfc822_escape(header):
    """A text as the lines of a header."""
    return ('\n' + 8 * ' ').join(header.split('\n'))


def subst_vars(s, local_vars):
    """`$name` replaced by the variables."""
    def value(match):
        name = match.group(1)
        return str(local_vars[name] if name in local_vars else os.environ[name])
    try:
        return re.sub(r'\$([a-zA-Z_][a-zA-Z_0-9]*)', value, s)
    except KeyError, var:
        raise ValueError("invalid variable '$%s'" % var)
