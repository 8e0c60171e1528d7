"""Quoting for shells; the templates of pipelines are not here."""

import re as _re

__all__ = ["quote"]

_unsafe = _re.compile(r'[^%@+=:,./a-zA-Z0-9_-]')


def quote(file):
    """A string as one word of a shell."""
    if not file:
        return "''"
    if not _unsafe.search(file):
        return file
    return "'" + file.replace("'", "'\"'\"'") + "'"
