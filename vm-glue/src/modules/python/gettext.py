"""Translated messages from GNU .mo files."""
import os
import re
import struct
import sys
from errno import ENOENT

__all__ = ['NullTranslations', 'GNUTranslations', 'Catalog', 'find', 'translation', 'install', 'textdomain',
           'bindtextdomain', 'bind_textdomain_codeset', 'dgettext', 'dngettext', 'gettext', 'lgettext', 'ldgettext',
           'ldngettext', 'lngettext', 'ngettext']

_default_localedir = os.path.join(sys.prefix, 'share', 'locale')
_PLURAL_WORD = re.compile(r'\s*(?:(\d+|n)|(\|\||&&|[=!<>]=|[-+*/%?:()<>!]))')


def c2py(plural):
    """A function of n for a C expression that chooses a plural form."""
    words = []
    position = 0
    plural = plural.rstrip()
    while position < len(plural):
        match = _PLURAL_WORD.match(plural, position)
        if match is None:
            raise ValueError('invalid token in plural form: %s' % plural[position:])
        words.append(match.group(1) or match.group(2))
        position = match.end()
    parser = _PluralForm(words)
    tree = parser.conditional()
    if parser.words:
        raise ValueError('unexpected token in plural form: %s' % parser.words[-1])

    def func(n):
        if n != int(n):
            raise TypeError('Plural value must be an integer, got %s' % (n.__class__.__name__,))
        return int(tree(int(n)))
    return func


class _PluralForm(object):
    """Makes functions of n out of the words of a C expression, the weakest operators first."""

    LEVELS = [
        {'||': lambda a, b: bool(a or b)}, {'&&': lambda a, b: bool(a and b)},
        {'==': lambda a, b: a == b, '!=': lambda a, b: a != b},
        {'<': lambda a, b: a < b, '>': lambda a, b: a > b, '<=': lambda a, b: a <= b, '>=': lambda a, b: a >= b},
        {'+': lambda a, b: a + b, '-': lambda a, b: a - b},
        {'*': lambda a, b: a * b, '/': lambda a, b: a // b, '%': lambda a, b: a % b}]
    MAX_DEPTH = 20

    def __init__(self, words):
        self.words = words[::-1]
        self.depth = 0

    def next(self):
        if not self.words:
            raise ValueError('unexpected end of plural form')
        return self.words.pop()

    def expect(self, word):
        if self.next() != word:
            raise ValueError('unbalanced parenthesis in plural form')

    def conditional(self):
        self.depth += 1
        if self.depth > self.MAX_DEPTH:
            raise ValueError('plural form expression is too complex')
        condition = self.binary(0)
        if self.words and self.words[-1] == '?':
            self.next()
            yes = self.conditional()
            self.expect(':')
            no = self.conditional()
            self.depth -= 1
            return lambda n: yes(n) if condition(n) else no(n)
        self.depth -= 1
        return condition

    def binary(self, level):
        if level == len(self.LEVELS):
            return self.single()
        left = self.binary(level + 1)
        while self.words and self.words[-1] in self.LEVELS[level]:
            operation = self.LEVELS[level][self.next()]
            left = self.combined(operation, left, self.binary(level + 1))
        return left

    @staticmethod
    def combined(operation, left, right):
        return lambda n: operation(left(n), right(n))

    def single(self):
        word = self.next()
        if word == '!':
            inner = self.single()
            return lambda n: not inner(n)
        if word == '(':
            inner = self.conditional()
            self.expect(')')
            return inner
        if word == 'n':
            return lambda n: n
        if not word.isdigit():
            raise ValueError('unexpected token in plural form: %s' % word)
        number = int(word)
        return lambda n: number


def _expand_lang(locale):
    """A locale and the more general ones that can stand for it."""
    from locale import normalize
    locale = normalize(locale)
    parts = {}
    for letter in '@._':
        at = locale.find(letter)
        parts[letter] = locale[at:] if at >= 0 else ''
        if at >= 0:
            locale = locale[:at]
    found = []
    for with_territory in (parts['_'], ''):
        for with_codeset in (parts['.'], ''):
            for with_modifier in (parts['@'], ''):
                name = locale + with_territory + with_codeset + with_modifier
                if name not in found:
                    found.append(name)
    return found


class NullTranslations(object):
    """Translations that give every message back as it is."""

    def __init__(self, fp=None):
        self._info = {}
        self._charset = None
        self._output_charset = None
        self._fallback = None
        if fp is not None:
            self._parse(fp)

    def _parse(self, fp):
        pass

    def add_fallback(self, fallback):
        if self._fallback:
            self._fallback.add_fallback(fallback)
        else:
            self._fallback = fallback

    def gettext(self, message):
        return self._fallback.gettext(message) if self._fallback else message

    def lgettext(self, message):
        return self._fallback.lgettext(message) if self._fallback else message

    def ngettext(self, msgid1, msgid2, n):
        if self._fallback:
            return self._fallback.ngettext(msgid1, msgid2, n)
        return msgid1 if n == 1 else msgid2

    def lngettext(self, msgid1, msgid2, n):
        if self._fallback:
            return self._fallback.lngettext(msgid1, msgid2, n)
        return msgid1 if n == 1 else msgid2

    def ugettext(self, message):
        return self._fallback.ugettext(message) if self._fallback else unicode(message)

    def ungettext(self, msgid1, msgid2, n):
        if self._fallback:
            return self._fallback.ungettext(msgid1, msgid2, n)
        return unicode(msgid1) if n == 1 else unicode(msgid2)

    def info(self):
        return self._info

    def charset(self):
        return self._charset

    def output_charset(self):
        return self._output_charset

    def set_output_charset(self, charset):
        self._output_charset = charset

    def install(self, unicode=False, names=None):
        import __builtin__
        __builtin__.__dict__['_'] = unicode and self.ugettext or self.gettext
        for name, function in (('gettext', __builtin__.__dict__['_']),
                               ('ngettext', unicode and self.ungettext or self.ngettext),
                               ('lgettext', self.lgettext), ('lngettext', self.lngettext)):
            if hasattr(names, '__contains__') and name in names:
                __builtin__.__dict__[name] = function


class GNUTranslations(NullTranslations):
    """The messages of a .mo file."""

    LE_MAGIC = 0x950412deL
    BE_MAGIC = 0xde120495L

    def _parse(self, fp):
        filename = getattr(fp, 'name', '')
        data = fp.read()
        self._catalog = catalog = {}
        self.plural = lambda n: int(n != 1)
        magic = struct.unpack('<I', data[:4])[0]
        if magic not in (self.LE_MAGIC, self.BE_MAGIC):
            raise IOError(0, 'Bad magic number', filename)
        order = '<' if magic == self.LE_MAGIC else '>'
        version, count, originals, translations = struct.unpack(order + '4I', data[4:20])
        if version >> 16 > 1:
            raise IOError(0, 'Bad version number ' + str(version >> 16), filename)

        def text_at(table, index):
            length, offset = struct.unpack(order + 'II', data[table + 8 * index:table + 8 * index + 8])
            if offset + length >= len(data):
                raise IOError(0, 'File is corrupt', filename)
            return data[offset:offset + length]

        for index in xrange(count):
            message, translated = text_at(originals, index), text_at(translations, index)
            if not message:
                self._read_header(translated)
            if '\x00' in message:
                first = message.split('\x00')[0]
                forms = translated.split('\x00')
                if self._charset:
                    first = unicode(first, self._charset)
                    forms = [unicode(form, self._charset) for form in forms]
                for number, form in enumerate(forms):
                    catalog[(first, number)] = form
            else:
                if self._charset:
                    message, translated = unicode(message, self._charset), unicode(translated, self._charset)
                catalog[message] = translated

    def _read_header(self, header):
        key = None
        for line in header.splitlines():
            line = line.strip()
            if not line:
                continue
            if ':' in line:
                key, value = line.split(':', 1)
                key, value = key.strip().lower(), value.strip()
                self._info[key] = value
            elif key:
                self._info[key] += '\n' + line
                continue
            else:
                continue
            if key == 'content-type':
                self._charset = value.split('charset=')[1]
            elif key == 'plural-forms':
                self.plural = c2py(value.split(';')[1].split('plural=')[1])

    def _encoded(self, text, charset):
        return text.encode(charset) if charset and isinstance(text, unicode) else text

    def _preferred(self):
        import locale
        return self._output_charset or locale.getpreferredencoding()

    def gettext(self, message):
        missing = object()
        found = self._catalog.get(message, missing)
        if found is missing:
            return self._fallback.gettext(message) if self._fallback else message
        return self._encoded(found, self._output_charset or self._charset)

    def lgettext(self, message):
        missing = object()
        found = self._catalog.get(message, missing)
        if found is missing:
            return self._fallback.lgettext(message) if self._fallback else message
        return self._encoded(found, self._preferred())

    def ngettext(self, msgid1, msgid2, n):
        try:
            return self._encoded(self._catalog[(msgid1, self.plural(n))], self._output_charset or self._charset)
        except KeyError:
            return NullTranslations.ngettext(self, msgid1, msgid2, n)

    def lngettext(self, msgid1, msgid2, n):
        try:
            return self._encoded(self._catalog[(msgid1, self.plural(n))], self._preferred())
        except KeyError:
            return NullTranslations.lngettext(self, msgid1, msgid2, n)

    def ugettext(self, message):
        missing = object()
        found = self._catalog.get(message, missing)
        if found is missing:
            return self._fallback.ugettext(message) if self._fallback else unicode(message)
        return found

    def ungettext(self, msgid1, msgid2, n):
        try:
            return self._catalog[(msgid1, self.plural(n))]
        except KeyError:
            return NullTranslations.ungettext(self, msgid1, msgid2, n)


Catalog = GNUTranslations


def find(domain, localedir=None, languages=None, all=0):
    """The .mo file of a domain for the first of the languages that has one; with all a list of them."""
    if localedir is None:
        localedir = _default_localedir
    if languages is None:
        languages = []
        for variable in ('LANGUAGE', 'LC_ALL', 'LC_MESSAGES', 'LANG'):
            value = os.environ.get(variable)
            if value:
                languages = value.split(':')
                break
        if 'C' not in languages:
            languages.append('C')
    names = []
    for language in languages:
        for name in _expand_lang(language):
            if name not in names:
                names.append(name)
    found = [] if all else None
    for name in names:
        if name == 'C':
            break
        file = os.path.join(localedir, name, 'LC_MESSAGES', '%s.mo' % domain)
        if os.path.exists(file):
            if not all:
                return file
            found.append(file)
    return found


_translations = {}


def translation(domain, localedir=None, languages=None, class_=None, fallback=False, codeset=None):
    """The translations of a domain, those of more general languages behind those of special ones."""
    from copy import copy
    if class_ is None:
        class_ = GNUTranslations
    files = find(domain, localedir, languages, all=1)
    if not files:
        if fallback:
            return NullTranslations()
        raise IOError(ENOENT, 'No translation file found for domain', domain)
    result = None
    for file in files:
        key = (class_, os.path.abspath(file))
        if key not in _translations:
            with open(file, 'rb') as source:
                _translations[key] = class_(source)
        one = copy(_translations[key])
        if codeset:
            one.set_output_charset(codeset)
        if result is None:
            result = one
        else:
            result.add_fallback(one)
    return result


def install(domain, localedir=None, unicode=False, codeset=None, names=None):
    """Makes _() a builtin that translates."""
    translation(domain, localedir, fallback=True, codeset=codeset).install(unicode, names)


_localedirs = {}
_localecodesets = {}
_current_domain = 'messages'


def textdomain(domain=None):
    """Sets and returns the domain that gettext() looks in."""
    global _current_domain
    if domain is not None:
        _current_domain = domain
    return _current_domain


def bindtextdomain(domain, localedir=None):
    """Sets and returns the folder of a domain's files."""
    if localedir is not None:
        _localedirs[domain] = localedir
    return _localedirs.get(domain, _default_localedir)


def bind_textdomain_codeset(domain, codeset=None):
    """Sets and returns the encoding that a domain's texts are given in."""
    if codeset is not None:
        _localecodesets[domain] = codeset
    return _localecodesets.get(domain)


def _of(domain):
    return translation(domain, _localedirs.get(domain), codeset=_localecodesets.get(domain))


def dgettext(domain, message):
    try:
        return _of(domain).gettext(message)
    except IOError:
        return message


def ldgettext(domain, message):
    try:
        return _of(domain).lgettext(message)
    except IOError:
        return message


def dngettext(domain, msgid1, msgid2, n):
    try:
        return _of(domain).ngettext(msgid1, msgid2, n)
    except IOError:
        return msgid1 if n == 1 else msgid2


def ldngettext(domain, msgid1, msgid2, n):
    try:
        return _of(domain).lngettext(msgid1, msgid2, n)
    except IOError:
        return msgid1 if n == 1 else msgid2


def gettext(message):
    return dgettext(_current_domain, message)


def lgettext(message):
    return ldgettext(_current_domain, message)


def ngettext(msgid1, msgid2, n):
    return dngettext(_current_domain, msgid1, msgid2, n)


def lngettext(msgid1, msgid2, n):
    return ldngettext(_current_domain, msgid1, msgid2, n)
