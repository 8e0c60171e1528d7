"""Compiling of patterns, which is the matching engine's own affair: what there is here is `compile`."""

import re as _re
import sre_parse
from sre_constants import *

MAXCODE = 4294967295
STRING_TYPES = (str, unicode)


def isstring(obj):
    return int(isinstance(obj, STRING_TYPES))


def compile(p, flags=0):
    """A pattern object of a pattern's text, or of the tree that `sre_parse.parse` made of it."""
    if not isstring(p):
        p, flags = p.pattern.str, flags | p.pattern.flags
    return _re.compile(p, flags)
