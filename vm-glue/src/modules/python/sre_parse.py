"""Patterns as trees. Patterns are compiled without these; they are for code that looks into patterns."""

from _sre_tree import parse as _tree
from sre_constants import *

SPECIAL_CHARS = ".\\[{()*+?^$|"
REPEAT_CHARS = "*+?{"
DIGITS, OCTDIGITS = set("0123456789"), set("01234567")
HEXDIGITS = set("0123456789abcdefABCDEF")
ASCIILETTERS = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
WHITESPACE = set(" \t\n\r\v\f")
ESCAPES = dict([("\\" + letter, (LITERAL, code)) for letter, code in zip(r"abfnrtv\\", (7, 8, 12, 10, 13, 9, 11, 92))])
CATEGORIES = {r"\A": (AT, AT_BEGINNING_STRING), r"\Z": (AT, AT_END_STRING),
              r"\b": (AT, AT_BOUNDARY), r"\B": (AT, AT_NON_BOUNDARY)}
for _letter, _name in zip("dsw", ("digit", "space", "word")):
    CATEGORIES["\\" + _letter] = IN, [(CATEGORY, "category_" + _name)]
    CATEGORIES["\\" + _letter.upper()] = IN, [(CATEGORY, "category_not_" + _name)]
FLAGS = {"i": SRE_FLAG_IGNORECASE, "L": SRE_FLAG_LOCALE, "m": SRE_FLAG_MULTILINE, "s": SRE_FLAG_DOTALL,
         "x": SRE_FLAG_VERBOSE, "t": SRE_FLAG_TEMPLATE, "u": SRE_FLAG_UNICODE}


class Pattern:
    """What all parts of a pattern share."""

    def __init__(self):
        self.flags = 0
        self.open = []
        self.groups = 1
        self.groupdict = {}
        self.lookbehind = 0


class SubPattern:
    """A sequence of (operation, argument)."""

    def __init__(self, pattern, data=None):
        self.pattern = pattern
        self.data = [] if data is None else data
        self.width = None

    def __repr__(self):
        return repr(self.data)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return SubPattern(self.pattern, self.data[index])
        return self.data[index]

    def __setitem__(self, index, code):
        self.data[index] = code

    def __delitem__(self, index):
        del self.data[index]

    def insert(self, index, code):
        self.data.insert(index, code)

    def append(self, code):
        self.data.append(code)

    def dump(self, level=0):
        for operation, argument in self.data:
            print level * "  " + operation,
            if operation == IN:
                print
                for operation, argument in argument:
                    print (level + 1) * "  " + operation, argument
                continue
            if operation == BRANCH:
                print
                for number, branch in enumerate(argument[1]):
                    if number:
                        print level * "  " + "or"
                    branch.dump(level + 1)
                continue
            if not isinstance(argument, tuple):
                print argument
                continue
            plain = [part for part in argument if not isinstance(part, SubPattern)]
            print " ".join([str(part) for part in plain])
            for part in argument:
                if isinstance(part, SubPattern):
                    part.dump(level + 1)

    def getwidth(self):
        """The least and the greatest length of what the sequence matches."""
        if self.width is not None:
            return self.width
        least = most = 0
        for operation, argument in self.data:
            if operation == BRANCH:
                widths = [branch.getwidth() for branch in argument[1]]
                low, high = min([width[0] for width in widths]), max([width[1] for width in widths])
            elif operation == SUBPATTERN:
                low, high = argument[1].getwidth()
            elif operation in (MAX_REPEAT, MIN_REPEAT):
                low, high = argument[2].getwidth()
                low, high = low * argument[0], high * argument[1]
            elif operation in (ANY, IN, LITERAL, NOT_LITERAL):
                low = high = 1
            elif operation == GROUPREF_EXISTS:
                low, high = argument[1].getwidth()
                other = argument[2].getwidth() if argument[2] is not None else (0, 0)
                low, high = min(low, other[0]), max(high, other[1])
            elif operation == GROUPREF:
                low, high = 0, MAXREPEAT
            else:
                low = high = 0
            least, most = least + low, most + high
        self.width = min(least, MAXREPEAT - 1), min(most, MAXREPEAT)
        return self.width


def _wrap(pattern, tree):
    """The lists of a tree, which is one of a sequence, as sequences."""
    data = []
    for operation, argument in tree:
        if operation == BRANCH:
            argument = None, [_wrap(pattern, branch) for branch in argument[1]]
        elif isinstance(argument, tuple):
            if operation in (MAX_REPEAT, MIN_REPEAT) and argument[1] == MAXREPEAT:
                argument = argument[0], MAXREPEAT, argument[2]
            argument = tuple([_wrap(pattern, part) if isinstance(part, list) else part for part in argument])
        data.append((operation, argument))
    return SubPattern(pattern, data)


def parse(str, flags=0, pattern=None):
    """The tree of a pattern."""
    if pattern is None:
        pattern = Pattern()
    tree, pattern.flags, pattern.groups, pattern.groupdict = _tree(str, flags)
    pattern.str = str
    parsed = _wrap(pattern, tree)
    if flags & SRE_FLAG_DEBUG:
        parsed.dump()
    return parsed


def isident(char):
    return "a" <= char <= "z" or "A" <= char <= "Z" or char == "_"


def isdigit(char):
    return "0" <= char <= "9"


def isname(name):
    return isident(name[0]) and not [char for char in name[1:] if not isident(char) and not isdigit(char)]
