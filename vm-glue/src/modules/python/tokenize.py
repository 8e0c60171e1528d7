"""Splits Python source into tokens, comments and line ends among them."""

import re as _re
import token as _token
from token import *
from token import tok_name

COMMENT = N_TOKENS
NL = N_TOKENS + 1
N_TOKENS = N_TOKENS + 2
tok_name[COMMENT] = 'COMMENT'
tok_name[NL] = 'NL'

__all__ = [name for name in dir(_token) if not name.startswith('_')] + [
    'COMMENT', 'tokenize', 'generate_tokens', 'NL', 'untokenize']

tabsize = 8


class TokenError(Exception):
    """The source ends inside of something."""


class StopTokenizing(Exception):
    """What a token eater raises to end tokenize()."""


_PREFIX = r'[uUbB]?[rR]?'
_TOKEN = _re.compile(r'''[ \f\t]*(?:
    (?P<number> (?:\d+[jJ] | (?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?[jJ] | \d+[eE][-+]?\d+[jJ])
              | (?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)? | \d+[eE][-+]?\d+
              | 0[xX][\da-fA-F]+[lL]? | 0[bB][01]+[lL]? | 0[oO][0-7]*[lL]? | 0[0-7]*[lL]? | [1-9]\d*[lL]?)
  | (?P<continued> \\\r?\n)
  | (?P<comment> \#[^\r\n]*)
  | (?P<long> %(prefix)s(?:\'\'\'|"""))
  | (?P<newline> \r?\n)
  | (?P<string> %(prefix)s(?:'[^\n'\\]*(?:\\.[^\n'\\]*)*' | "[^\n"\\]*(?:\\.[^\n"\\]*)*"))
  | (?P<open> %(prefix)s(?:'[^\n'\\]*(?:\\.[^\n'\\]*)*\\\r?\n | "[^\n"\\]*(?:\\.[^\n"\\]*)*\\\r?\n))
  | (?P<name> [a-zA-Z_]\w*)
  | (?P<op> \*\*=? | >>=? | <<=? | <> | != | //=? | [+\-*/%%&|^=<>]=? | ~ | [][(){}] | [:;.,`@])
)''' % {'prefix': _PREFIX}, _re.VERBOSE)
# What ends a string that goes over lines.
_ENDS = {
    "'": _re.compile(r"[^'\\]*(?:\\.[^'\\]*)*'", _re.DOTALL),
    '"': _re.compile(r'[^"\\]*(?:\\.[^"\\]*)*"', _re.DOTALL),
    "'''": _re.compile(r"[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''", _re.DOTALL),
    '"""': _re.compile(r'[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""', _re.DOTALL),
}


def generate_tokens(readline):
    """Tokens of the lines that `readline` gives: type, text, (row, column) of start and end, the line."""
    row = depth = 0
    continued = False
    indents = [0]
    # A string over several lines: its text so far, its start, its lines, what ends it, does it need backslashes.
    text = None
    while True:
        try:
            line = readline()
        except StopIteration:
            line = ''
        row += 1
        at, end = 0, len(line)
        if text is not None:
            if not line:
                raise TokenError('EOF in multi-line string', start)
            found = ending.match(line)
            if found:
                at = found.end()
                yield STRING, text + line[:at], start, (row, at), lines + line
                text = None
            elif slashes and line[-2:] != '\\\n' and line[-3:] != '\\\r\n':
                yield ERRORTOKEN, text + line, start, (row, end), lines
                text = None
                continue
            else:
                text += line
                lines += line
                continue
        elif depth == 0 and not continued:
            if not line:
                break
            column = 0
            while at < end:
                char = line[at]
                if char == ' ':
                    column += 1
                elif char == '\t':
                    column = (column // tabsize + 1) * tabsize
                elif char == '\f':
                    column = 0
                else:
                    break
                at += 1
            if at == end:
                break
            if line[at] in '#\r\n':
                if line[at] == '#':
                    comment = line[at:].rstrip('\r\n')
                    after = at + len(comment)
                    yield COMMENT, comment, (row, at), (row, after), line
                    yield NL, line[after:], (row, after), (row, end), line
                else:
                    yield NL, line[at:], (row, at), (row, end), line
                continue
            if column > indents[-1]:
                indents.append(column)
                yield INDENT, line[:at], (row, 0), (row, at), line
            while column < indents[-1]:
                if column not in indents:
                    raise IndentationError('unindent does not match any outer indentation level',
                                           ('<tokenize>', row, at, line))
                indents.pop()
                yield DEDENT, '', (row, at), (row, at), line
        else:
            if not line:
                raise TokenError('EOF in multi-line statement', (row, 0))
            continued = False
        while at < end:
            found = _TOKEN.match(line, at)
            if not found:
                if not line[at:].strip(' \f\t'):
                    # The end of a source without a line end.
                    break
                yield ERRORTOKEN, line[at], (row, at), (row, at + 1), line
                at += 1
                continue
            kind = found.lastgroup
            piece = found.group(kind)
            first, at = found.span(kind)
            place = (row, first), (row, at), line
            if kind == 'number':
                yield (NUMBER, piece) + place
            elif kind == 'newline':
                yield (NL if depth > 0 else NEWLINE, piece) + place
            elif kind == 'comment':
                yield (COMMENT, piece) + place
            elif kind == 'string':
                yield (STRING, piece) + place
            elif kind == 'name':
                yield (NAME, piece) + place
            elif kind == 'continued':
                continued = True
            elif kind == 'op':
                if piece in '([{':
                    depth += 1
                elif piece in ')]}':
                    depth -= 1
                yield (OP, piece) + place
            else:
                slashes = kind == 'open'
                quote = piece.lstrip('uUbBrR')
                ending = _ENDS[quote[0] if slashes else quote]
                start = row, first
                if not slashes:
                    found = ending.match(line, at)
                    if found:
                        at = found.end()
                        yield STRING, line[first:at], start, (row, at), line
                        continue
                text, lines = line[first:], line
                break
    for _ in indents[1:]:
        yield DEDENT, '', (row, 0), (row, 0), ''
    yield ENDMARKER, '', (row, 0), (row, 0), ''


def printtoken(type, token, srow_scol, erow_ecol, line):
    """Prints a token: what tokenize() does unless it is told otherwise."""
    print "%d,%d-%d,%d:\t%s\t%s" % (srow_scol + erow_ecol + (tok_name[type], repr(token)))


def tokenize(readline, tokeneater=printtoken):
    """Calls a function with each token."""
    try:
        for item in generate_tokens(readline):
            tokeneater(*item)
    except StopTokenizing:
        pass


class Untokenizer(object):
    """Makes source of tokens."""

    def __init__(self):
        self.tokens = []
        self.prev_row = 1
        self.prev_col = 0

    def add_whitespace(self, start):
        row, column = start
        if row < self.prev_row or row == self.prev_row and column < self.prev_col:
            raise ValueError("start (%d,%d) precedes previous end (%d,%d)" % (
                row, column, self.prev_row, self.prev_col))
        missing = row - self.prev_row
        if missing:
            self.tokens.append("\\\n" * missing)
            self.prev_col = 0
        self.tokens.append(" " * (column - self.prev_col))

    def untokenize(self, iterable):
        iterable = iter(iterable)
        indents = []
        starts_line = False
        for item in iterable:
            if len(item) == 2:
                self.compat(item, iterable)
                break
            kind, text, start, end, line = item
            if kind == ENDMARKER:
                break
            if kind == INDENT:
                indents.append(text)
                continue
            if kind == DEDENT:
                indents.pop()
                self.prev_row, self.prev_col = end
                continue
            if kind in (NEWLINE, NL):
                starts_line = True
            elif starts_line and indents:
                indent = indents[-1]
                if start[1] >= len(indent):
                    self.tokens.append(indent)
                    self.prev_col = len(indent)
                starts_line = False
            self.add_whitespace(start)
            self.tokens.append(text)
            self.prev_row, self.prev_col = end
            if kind in (NEWLINE, NL):
                self.prev_row += 1
                self.prev_col = 0
        return "".join(self.tokens)

    def compat(self, token, iterable):
        """Tokens of type and text only: something that means the same."""
        indents = []
        starts_line = token[0] in (NEWLINE, NL)
        previous_string = False
        add = self.tokens.append
        for item in [token] + list(iterable):
            kind, text = item[:2]
            if kind in (NAME, NUMBER):
                text += ' '
            if kind == INDENT:
                indents.append(text)
                continue
            if kind == DEDENT:
                indents.pop()
                continue
            # Two strings beside each other stay two.
            if kind == STRING and previous_string:
                text = ' ' + text
            previous_string = kind == STRING
            if kind in (NEWLINE, NL):
                starts_line = True
            elif starts_line and indents:
                add(indents[-1])
                starts_line = False
            add(text)


def untokenize(iterable):
    """Source of tokens: what generate_tokens() gave, or pairs of type and text."""
    return Untokenizer().untokenize(iterable)
