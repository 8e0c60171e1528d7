"""The values of literals, for ast.literal_eval: a small reader of Python 2's expressions."""

import re as _re

_TOKENS = _re.compile(r'''\s*(?:(?P<number>(?:\d+\.\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)[jJ]?|
    0[xX][0-9a-fA-F]+[lL]?|0[oO][0-7]+[lL]?|0[bB][01]+[lL]?|\d+[jJlL]?)
  | (?P<string>(?:[uUbB]?[rR]?)(?:\"\"\"(?:[^\\]|\\.)*?\"\"\"|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
  | (?P<name>[A-Za-z_]\w*)
  | (?P<sign>[-+()\[\]{},:])
  | (?P<comment>\#[^\n]*))''', _re.VERBOSE | _re.DOTALL)
_NAMES = {'None': None, 'True': True, 'False': False}


class _Reader(object):
    def __init__(self, text):
        self.tokens = []
        at = 0
        # A number after other text is a new line of the source, which literals do not have.
        text = text.lstrip(' \t')
        while text[at:].strip():
            found = _TOKENS.match(text, at)
            if not found:
                # Other signs: a whole expression of them is still no literal, half of one is no expression.
                compile(text, '<unknown>', 'eval')
                raise ValueError('malformed string')
            at = found.end()
            if found.lastgroup != 'comment':
                self.tokens.append((found.lastgroup, found.group(found.lastgroup)))
        self.text = text
        self.at = 0

    def fail(self):
        compile(self.text, '<unknown>', 'eval')
        raise ValueError('malformed string')

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else (None, None)

    def take(self):
        token = self.peek()
        self.at += 1
        return token

    def accept(self, sign):
        if self.peek() == ('sign', sign):
            self.at += 1
            return True
        return False

    def items(self, end):
        """The values up to a closing sign, and whether a comma ended them."""
        found = []
        comma = False
        while not self.accept(end):
            if found and not comma:
                self.fail()
            found.append(self.value())
            comma = self.accept(',')
        return found, comma

    def value(self):
        left = self.simple()
        if self.peek() in (('sign', '+'), ('sign', '-')):
            # The only operation: a real and an imaginary part.
            sign = self.take()[1]
            right = self.simple()
            if type(left) not in (int, long, float) or not isinstance(right, complex):
                self.fail()
            left = left + right if sign == '+' else left - right
        return left

    def simple(self):
        kind, text = self.take()
        if kind == 'number':
            return eval(text, {})
        if kind == 'string':
            value = eval(text, {})
            while self.peek()[0] == 'string':
                value += eval(self.take()[1], {})
            return value
        if kind == 'name' and text in _NAMES:
            return _NAMES[text]
        if kind == 'sign':
            if text == '-':
                value = self.simple()
                if isinstance(value, bool) or not isinstance(value, (int, long, float, complex)):
                    self.fail()
                return -value
            if text == '[':
                return self.items(']')[0]
            if text == '(':
                found, comma = self.items(')')
                return found[0] if len(found) == 1 and not comma else tuple(found)
            if text == '{':
                return self.mapping()
        self.fail()

    def mapping(self):
        found = {}
        while not self.accept('}'):
            key = self.value()
            if not self.accept(':'):
                self.fail()
            found[key] = self.value()
            if not self.accept(',') and self.peek() != ('sign', '}'):
                self.fail()
        return found


def value_of(text):
    reader = _Reader(text)
    if not reader.tokens:
        reader.fail()
    found = reader.value()
    if reader.accept(','):
        found = (found,)
        while reader.peek()[0] is not None:
            found += (reader.value(),)
            if not reader.accept(',') and reader.peek()[0] is not None:
                reader.fail()
    if reader.peek()[0] is not None:
        reader.fail()
    return found
