"""Constants, functions and classes for strings (the Python 2 module string)."""

whitespace = '\t\n\x0b\x0c\r '
lowercase = 'abcdefghijklmnopqrstuvwxyz'
uppercase = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
letters = lowercase + uppercase
ascii_lowercase = lowercase
ascii_uppercase = uppercase
ascii_letters = ascii_lowercase + ascii_uppercase
digits = '0123456789'
hexdigits = digits + 'abcdef' + 'ABCDEF'
octdigits = '01234567'
punctuation = """!"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"""
printable = digits + letters + punctuation + ' \t\n\r\x0b\x0c'

index_error = ValueError
atoi_error = ValueError
atof_error = ValueError
atol_error = ValueError

_identity = ''.join(map(chr, range(256)))


def capwords(s, sep=None):
    return (sep or ' ').join(x.capitalize() for x in s.split(sep))


def maketrans(fromstr, tostr):
    """A table for translate()."""
    fromstr, tostr = str(fromstr), str(tostr)
    if len(fromstr) != len(tostr):
        raise ValueError('maketrans arguments must have same length')
    table = list(_identity)
    for a, b in zip(fromstr, tostr):
        table[ord(a)] = b
    return ''.join(table)


def lower(s):
    return s.lower()


def upper(s):
    return s.upper()


def swapcase(s):
    return s.swapcase()


def capitalize(s):
    return s.capitalize()


def strip(s, chars=None):
    return s.strip(chars)


def lstrip(s, chars=None):
    return s.lstrip(chars)


def rstrip(s, chars=None):
    return s.rstrip(chars)


def split(s, sep=None, maxsplit=-1):
    return s.split(sep, maxsplit)


splitfields = split


def rsplit(s, sep=None, maxsplit=-1):
    return s.rsplit(sep, maxsplit)


def join(words, sep=' '):
    return sep.join(words)


joinfields = join


def index(s, *args):
    return s.index(*args)


def rindex(s, *args):
    return s.rindex(*args)


def count(s, *args):
    return s.count(*args)


def find(s, *args):
    return s.find(*args)


def rfind(s, *args):
    return s.rfind(*args)


def atof(s):
    return float(s)


def atoi(s, base=10):
    return int(s, base)


def atol(s, base=10):
    return long(s, base)


def ljust(s, width, *args):
    return s.ljust(width, *args)


def rjust(s, width, *args):
    return s.rjust(width, *args)


def center(s, width, *args):
    return s.center(width, *args)


def zfill(x, width):
    if not isinstance(x, basestring):
        x = repr(x)
    return x.zfill(width)


def expandtabs(s, tabsize=8):
    return s.expandtabs(tabsize)


def translate(s, table, deletions=''):
    if deletions or table is None:
        return s.translate(table, deletions)
    return s.translate(table + s[:0])


def replace(s, old, new, maxreplace=-1):
    return s.replace(old, new, maxreplace)


class _TemplatePattern(type):
    def __init__(cls, name, bases, dct):
        import re
        super(_TemplatePattern, cls).__init__(name, bases, dct)
        if 'pattern' in dct:
            pattern = cls.pattern
        else:
            delimiter, name = re.escape(cls.delimiter), cls.idpattern
            pattern = (r'%s(?:(?P<escaped>%s)|(?P<named>%s)|{(?P<braced>%s)}|(?P<invalid>))'
                       % (delimiter, delimiter, name, name))
        cls.pattern = re.compile(pattern, re.IGNORECASE | re.VERBOSE)


class Template:
    """A string with $-placeholders."""

    __metaclass__ = _TemplatePattern

    delimiter = '$'
    idpattern = r'[_a-z][_a-z0-9]*'

    def __init__(self, template):
        self.template = template

    def _invalid(self, mo):
        i = mo.start('invalid')
        lines = self.template[:i].splitlines(True)
        if not lines:
            colno, lineno = 1, 1
        else:
            colno = i - len(''.join(lines[:-1]))
            lineno = len(lines)
        raise ValueError('Invalid placeholder in string: line %d, col %d' % (lineno, colno))

    def _replace(self, args, kws, lenient):
        if len(args) > 1:
            raise TypeError('Too many positional arguments')
        values = dict(args[0]) if args and kws else (args[0] if args else kws)
        if args and kws:
            values.update(kws)

        def convert(mo):
            name = mo.group('named') or mo.group('braced')
            if name is not None:
                if lenient:
                    try:
                        return '%s' % (values[name],)
                    except KeyError:
                        return mo.group()
                return '%s' % (values[name],)
            if mo.group('escaped') is not None:
                return self.delimiter
            if lenient:
                return mo.group()
            self._invalid(mo)
        return self.pattern.sub(convert, self.template)

    def substitute(*args, **kws):
        self, args = args[0], args[1:]
        return self._replace(args, kws, False)

    def safe_substitute(*args, **kws):
        self, args = args[0], args[1:]
        return self._replace(args, kws, True)


class Formatter(object):
    """The machinery of str.format, to be changed by subclasses."""

    def format(*args, **kwargs):
        if len(args) < 2:
            raise TypeError("format() missing 1 required positional argument: 'format_string'")
        self, format_string, args = args[0], args[1], args[2:]
        return self.vformat(format_string, args, kwargs)

    def vformat(self, format_string, args, kwargs):
        used = set()
        result = self._expand(format_string, args, kwargs, used, 2)
        self.check_unused_args(used, args, kwargs)
        return result

    def _expand(self, text, args, kwargs, used, depth):
        if depth < 0:
            raise ValueError('Max string recursion exceeded')
        pieces = []
        for literal, name, spec, conversion in self.parse(text):
            if literal:
                pieces.append(literal)
            if name is not None:
                value, key = self.get_field(name, args, kwargs)
                used.add(key)
                value = self.convert_field(value, conversion)
                spec = self._expand(spec, args, kwargs, used, depth - 1)
                pieces.append(self.format_field(value, spec))
        return ''.join(pieces)

    def get_value(self, key, args, kwargs):
        return args[key] if isinstance(key, (int, long)) else kwargs[key]

    def check_unused_args(self, used_args, args, kwargs):
        pass

    def format_field(self, value, format_spec):
        return format(value, format_spec)

    def convert_field(self, value, conversion):
        if conversion is None:
            return value
        if conversion == 's':
            return str(value)
        if conversion == 'r':
            return repr(value)
        raise ValueError('Unknown conversion specifier {0!s}'.format(conversion))

    def parse(self, format_string):
        return format_string._formatter_parser()

    def get_field(self, field_name, args, kwargs):
        first, rest = field_name._formatter_field_name_split()
        value = self.get_value(first, args, kwargs)
        for is_attribute, name in rest:
            value = getattr(value, name) if is_attribute else value[name]
        return value, first
