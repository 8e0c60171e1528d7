# Byte strings, and the names that Python 3 dropped.
from _bridge import library as _library
_machine = _library('locale')


def getdefaultlocale(envvars=('LC_ALL', 'LC_CTYPE', 'LANG', 'LANGUAGE')):
    from os import environ
    for variable in envvars:
        name = environ.get(variable)
        if name:
            if variable == 'LANGUAGE':
                name = name.split(':')[0]
            break
    else:
        name = 'C'
    return _parse(name)


def _parse(name):
    code = normalize(name)
    if '@' in code:
        code = code.split('@', 1)[0]
    if '.' in code:
        language, encoding = code.split('.')[:2]
        return (None if language in ('C', 'POSIX') else language), encoding
    if code in ('C', 'POSIX'):
        return None, None
    return code, None


def getlocale(category=LC_CTYPE):
    return _parse(_machine.setlocale(category))


def getpreferredencoding(do_setlocale=True):
    return _machine.getpreferredencoding(do_setlocale)


def setlocale(category, locale=None):
    if locale and not isinstance(locale, basestring):
        # No name at all is the locale of programs that set none.
        locale = normalize('.'.join([part for part in locale if part]) or 'C')
    return _machine.setlocale(category, locale)


def format(percent, value, grouping=False, monetary=False, *additional):
    return _machine.format_string(percent, (value,) + additional if additional else value, grouping, monetary)


def format_string(f, val, grouping=False):
    return _machine.format_string(f, val, grouping)


def str(val):
    return format("%.12g", val)


def atof(string, func=float):
    point = _machine.localeconv()['decimal_point']
    separator = _machine.localeconv()['thousands_sep']
    if separator:
        string = string.replace(separator, '')
    return func(string.replace(point, '.') if point else string)


def atoi(string):
    return atof(string, int)
