"""Names by patterns of a shell."""

import re as _re

__all__ = ["filter", "fnmatch", "fnmatchcase", "translate"]

_patterns = {}


def _purge():
    _patterns.clear()


def _compiled(pat):
    found = _patterns.get(pat)
    if found is None:
        if len(_patterns) >= 100:
            _patterns.clear()
        found = _patterns[pat] = _re.compile(translate(pat)).match
    return found


def fnmatch(name, pat):
    import os
    return fnmatchcase(os.path.normcase(name), os.path.normcase(pat))


def fnmatchcase(name, pat):
    return _compiled(pat)(name) is not None


def filter(names, pat):
    match = _compiled(pat)
    return [name for name in names if match(name)]


def translate(pat):
    at, size = 0, len(pat)
    parts = []
    while at < size:
        char = pat[at]
        at += 1
        if char == '*':
            parts.append('.*')
        elif char == '?':
            parts.append('.')
        elif char == '[':
            end = at
            if pat[end:end + 1] == '!':
                end += 1
            if pat[end:end + 1] == ']':
                end += 1
            end = pat.find(']', end)
            if end < 0:
                parts.append('\\[')
                continue
            inside = pat[at:end].replace('\\', '\\\\')
            at = end + 1
            if inside[0] == '!':
                inside = '^' + inside[1:]
            elif inside[0] == '^':
                inside = '\\' + inside
            parts.append('[%s]' % inside)
        else:
            parts.append(_re.escape(char))
    return ''.join(parts) + '\\Z(?ms)'
