"""`re.Scanner`: cuts a text into tokens, each found by the first of several patterns that matches."""
import re


class Scanner(object):
    """lexicon: pairs of a pattern and what becomes of its tokens: a function of the scanner and the text, a value, or
    None for those that are left out."""

    def __init__(self, lexicon, flags=0):
        self.lexicon = lexicon
        self._patterns = [(re.compile(phrase, flags), action) for phrase, action in lexicon]
        self.match = None

    def scan(self, string):
        """(the results, the rest of the text that nothing matches)."""
        results = []
        position = 0
        while True:
            for pattern, action in self._patterns:
                match = pattern.match(string, position)
                if match is not None:
                    break
            else:
                break
            if match.end() == position:
                break
            if hasattr(action, '__call__'):
                self.match = match
                action = action(self, match.group())
            if action is not None:
                results.append(action)
            position = match.end()
        return results, string[position:]

Scanner.__module__ = 're'
