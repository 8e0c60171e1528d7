"""What HTMLParser and sgmllib share: places in the text, and declarations."""

import re as _re

_NAME = _re.compile(r'[a-zA-Z][-_.a-zA-Z0-9]*\s*')


class ParserBase:
    """Keeps the place in the text."""

    def __init__(self):
        if self.__class__ is ParserBase:
            raise RuntimeError("markupbase.ParserBase must be subclassed")

    def error(self, message):
        raise NotImplementedError("subclasses of ParserBase must override error()")

    def reset(self):
        self.lineno = 1
        self.offset = 0

    def getpos(self):
        return self.lineno, self.offset

    def updatepos(self, i, j):
        if i >= j:
            return j
        lines = self.rawdata.count("\n", i, j)
        if lines:
            self.lineno += lines
            self.offset = j - (self.rawdata.rindex("\n", i, j) + 1)
        else:
            self.offset += j - i
        return j

    def parse_declaration(self, i):
        """The end of a declaration that starts at i; -1 if it is not complete."""
        rawdata = self.rawdata
        if rawdata[i + 2:i + 3] == '>':
            return i + 3
        if rawdata[i + 2:i + 3] in ('-', ''):
            if rawdata[i:i + 4] == '<!--':
                return self.parse_comment(i)
            return -1
        if rawdata[i + 2:i + 3] == '[':
            return self.parse_marked_section(i)
        found = _NAME.match(rawdata, i + 2)
        if not found:
            self.error("unexpected char in declaration")
            return -1
        at, depth, quote = found.end(), 0, ''
        while at < len(rawdata):
            char = rawdata[at]
            if quote:
                if char == quote:
                    quote = ''
            elif char in '"\'':
                quote = char
            elif char == '[':
                depth += 1
            elif char == ']':
                depth -= 1
            elif char == '>' and depth <= 0:
                data = rawdata[i + 2:at]
                if found.group().strip().lower() == 'doctype':
                    self.handle_decl(data)
                else:
                    self.unknown_decl(data)
                return at + 1
            at += 1
        return -1

    def parse_marked_section(self, i, report=1):
        name = _NAME.match(self.rawdata, i + 3)
        # Sections of SGML end with two brackets, those of a certain word processor with one.
        plain = name is not None and name.group().strip().lower() in ("if", "else", "endif")
        end = self.rawdata.find(']' if plain else ']]', i + 3)
        if end >= 0 and self.rawdata.find('>', end) < 0:
            end = -1
        if end < 0:
            return -1
        if report:
            self.unknown_decl(self.rawdata[i + 3:end])
        return self.rawdata.find('>', end) + 1

    def parse_comment(self, i, report=1):
        if self.rawdata[i:i + 4] != '<!--':
            self.error('unexpected call to parse_comment()')
        end = self.rawdata.find('--', i + 4)
        while end >= 0:
            after = end + 2
            while self.rawdata[after:after + 1].isspace():
                after += 1
            if self.rawdata[after:after + 1] == '>':
                if report:
                    self.handle_comment(self.rawdata[i + 4:end])
                return after + 1
            end = self.rawdata.find('--', end + 1)
        return -1

    def unknown_decl(self, data):
        pass
