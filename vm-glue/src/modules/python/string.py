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

from _strings import *
from _strings import _substituted


class _TemplatePattern(type):
    """Compiles the pattern of a kind of templates; the usual one when it is first asked for."""

    def __init__(cls, name, bases, dct):
        super(_TemplatePattern, cls).__init__(name, bases, dct)
        if 'pattern' in dct:
            import re
            cls.pattern = re.compile(cls.pattern, re.IGNORECASE | re.VERBOSE)
            cls._usual = False
        elif 'delimiter' in dct or 'idpattern' in dct:
            cls._usual = cls.delimiter == '$' and cls.idpattern == r'[_a-z][_a-z0-9]*'
            if len(cls.__mro__) > 2:
                cls.pattern = cls._compile()

    def _compile(cls):
        import re
        delimiter, name = re.escape(cls.delimiter), cls.idpattern
        return re.compile(r'%s(?:(?P<escaped>%s)|(?P<named>%s)|{(?P<braced>%s)}|(?P<invalid>))'
                          % (delimiter, delimiter, name, name), re.IGNORECASE | re.VERBOSE)

    def __getattr__(cls, name):
        if name != 'pattern':
            raise AttributeError("type object '%s' has no attribute '%s'" % (cls.__name__, name))
        cls.pattern = pattern = cls._compile()
        return pattern


class Template:
    """A string with $-placeholders."""

    __metaclass__ = _TemplatePattern

    delimiter = '$'
    idpattern = r'[_a-z][_a-z0-9]*'
    _usual = True

    def __init__(self, template):
        self.template = template

    def __getattr__(self, name):
        if name != 'pattern':
            raise AttributeError("'%s' object has no attribute '%s'" % (self.__class__.__name__, name))
        return self.__class__.pattern

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
        if self._usual:
            return _substituted(self.template, values, lenient)

        def convert(mo):
            name = mo.group('named') or mo.group('braced')
            if name is not None:
                try:
                    return '%s' % (values[name],)
                except KeyError:
                    if not lenient:
                        raise
                    return mo.group()
            if mo.group('escaped') is not None:
                return self.delimiter
            if mo.group('invalid') is None:
                raise ValueError('Unrecognized named group in pattern', self.pattern)
            if lenient:
                return mo.group()
            self._invalid(mo)
        return self.pattern.sub(convert, self.template)

    def substitute(*args, **kws):
        if not args:
            raise TypeError("descriptor 'substitute' of 'Template' object needs an argument")
        return args[0]._replace(args[1:], kws, False)

    def safe_substitute(*args, **kws):
        if not args:
            raise TypeError("descriptor 'safe_substitute' of 'Template' object needs an argument")
        return args[0]._replace(args[1:], kws, True)


class Formatter(object):
    """The machinery of str.format, to be changed by subclasses."""

    def format(*args, **kwargs):
        if not args:
            raise TypeError("descriptor 'format' of 'Formatter' object needs an argument")
        self, args = args[0], args[1:]
        if args:
            format_string, args = args[0], args[1:]
        elif 'format_string' in kwargs:
            format_string = kwargs.pop('format_string')
        else:
            raise TypeError("format() missing 1 required positional argument: 'format_string'")
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
