"""Files of sections with options."""

import re as _re
from _configfile import read as _read_file
from collections import OrderedDict as _OrderedDict

__all__ = ["NoSectionError", "DuplicateSectionError", "NoOptionError", "InterpolationError", "InterpolationDepthError",
           "InterpolationSyntaxError", "ParsingError", "MissingSectionHeaderError", "ConfigParser", "SafeConfigParser",
           "RawConfigParser", "DEFAULTSECT", "MAX_INTERPOLATION_DEPTH"]

DEFAULTSECT = "DEFAULT"
MAX_INTERPOLATION_DEPTH = 10


class Error(Exception):
    """The base of this module's exceptions."""

    def __init__(self, msg=''):
        self.message = msg
        Exception.__init__(self, msg)

    def __repr__(self):
        return self.message

    __str__ = __repr__


class NoSectionError(Error):
    def __init__(self, section):
        Error.__init__(self, 'No section: %r' % (section,))
        self.section = section
        self.args = (section,)


class DuplicateSectionError(Error):
    def __init__(self, section):
        Error.__init__(self, "Section %r already exists" % section)
        self.section = section
        self.args = (section,)


class NoOptionError(Error):
    def __init__(self, option, section):
        Error.__init__(self, "No option %r in section: %r" % (option, section))
        self.option = option
        self.section = section
        self.args = (option, section)


class InterpolationError(Error):
    def __init__(self, option, section, msg):
        Error.__init__(self, msg)
        self.option = option
        self.section = section
        self.args = (option, section, msg)


class InterpolationMissingOptionError(InterpolationError):
    def __init__(self, option, section, rawval, reference):
        message = ("Bad value substitution:\n\tsection: [%s]\n\toption : %s\n\tkey    : %s\n\trawval : %s\n"
                   % (section, option, reference, rawval))
        InterpolationError.__init__(self, option, section, message)
        self.reference = reference
        self.args = (option, section, rawval, reference)


class InterpolationSyntaxError(InterpolationError):
    pass


class InterpolationDepthError(InterpolationError):
    def __init__(self, option, section, rawval):
        message = ("Value interpolation too deeply recursive:\n\tsection: [%s]\n\toption : %s\n\trawval : %s\n"
                   % (section, option, rawval))
        InterpolationError.__init__(self, option, section, message)
        self.args = (option, section, rawval)


class ParsingError(Error):
    def __init__(self, filename):
        Error.__init__(self, 'File contains parsing errors: %s' % filename)
        self.filename = filename
        self.errors = []
        self.args = (filename,)

    def append(self, lineno, line):
        self.errors.append((lineno, line))
        self.message += '\n\t[line %2d]: %s' % (lineno, line)


class MissingSectionHeaderError(ParsingError):
    def __init__(self, filename, lineno, line):
        Error.__init__(self, 'File contains no section headers.\nfile: %s, line: %d\n%r' % (filename, lineno, line))
        self.filename = filename
        self.lineno = lineno
        self.line = line
        self.args = (filename, lineno, line)


class RawConfigParser:
    """Options by section; values as they are."""

    _boolean_states = {'1': True, 'yes': True, 'true': True, 'on': True, '0': False, 'no': False, 'false': False,
                       'off': False}
    SECTCRE = _re.compile(r'\[(?P<header>[^]]+)\]')
    OPTCRE = _re.compile(r'(?P<option>[^:=\s][^:=]*)\s*(?P<vi>[:=])\s*(?P<value>.*)$')
    OPTCRE_NV = _re.compile(r'(?P<option>[^:=\s][^:=]*)\s*(?:(?P<vi>[:=])\s*(?P<value>.*))?$')

    def __init__(self, defaults=None, dict_type=_OrderedDict, allow_no_value=False):
        self._dict = dict_type
        self._sections = dict_type()
        self._defaults = dict_type()
        self._optcre = self.OPTCRE_NV if allow_no_value else self.OPTCRE
        if defaults:
            for key, value in defaults.items():
                self._defaults[self.optionxform(key)] = value

    def defaults(self):
        return self._defaults

    def sections(self):
        return self._sections.keys()

    def add_section(self, section):
        if section.lower() == "default":
            raise ValueError('Invalid section name: %s' % section)
        if section in self._sections:
            raise DuplicateSectionError(section)
        self._sections[section] = self._dict()

    def has_section(self, section):
        return section in self._sections

    def options(self, section):
        if section not in self._sections:
            raise NoSectionError(section)
        options = self._sections[section].copy()
        options.update(self._defaults)
        options.pop('__name__', None)
        return options.keys()

    def read(self, filenames):
        if isinstance(filenames, basestring):
            filenames = [filenames]
        done = []
        for filename in filenames:
            try:
                fp = open(filename)
            except IOError:
                continue
            self._read(fp, filename)
            fp.close()
            done.append(filename)
        return done

    def readfp(self, fp, filename=None):
        if filename is None:
            filename = getattr(fp, 'name', '<???>')
        self._read(fp, filename)

    def get(self, section, option):
        name = self.optionxform(option)
        if section not in self._sections:
            if section != DEFAULTSECT:
                raise NoSectionError(section)
            if name in self._defaults:
                return self._defaults[name]
            raise NoOptionError(option, section)
        if name in self._sections[section]:
            return self._sections[section][name]
        if name in self._defaults:
            return self._defaults[name]
        raise NoOptionError(option, section)

    def items(self, section):
        if section not in self._sections and section != DEFAULTSECT:
            raise NoSectionError(section)
        found = self._defaults.copy()
        found.update(self._sections.get(section, {}))
        found.pop('__name__', None)
        return found.items()

    def _get(self, section, conv, option):
        return conv(self.get(section, option))

    def getint(self, section, option):
        return self._get(section, int, option)

    def getfloat(self, section, option):
        return self._get(section, float, option)

    def getboolean(self, section, option):
        value = self.get(section, option)
        if value.lower() not in self._boolean_states:
            raise ValueError('Not a boolean: %s' % value)
        return self._boolean_states[value.lower()]

    def optionxform(self, optionstr):
        return optionstr.lower()

    def has_option(self, section, option):
        if not section or section == DEFAULTSECT:
            return self.optionxform(option) in self._defaults
        if section not in self._sections:
            return False
        option = self.optionxform(option)
        return option in self._sections[section] or option in self._defaults

    def set(self, section, option, value=None):
        if not section or section == DEFAULTSECT:
            target = self._defaults
        elif section in self._sections:
            target = self._sections[section]
        else:
            raise NoSectionError(section)
        target[self.optionxform(option)] = value

    def write(self, fp):
        if self._defaults:
            fp.write("[%s]\n" % DEFAULTSECT)
            for key, value in self._defaults.items():
                fp.write("%s = %s\n" % (key, str(value).replace('\n', '\n\t')))
            fp.write("\n")
        for section in self._sections:
            fp.write("[%s]\n" % section)
            for key, value in self._sections[section].items():
                if key == "__name__":
                    continue
                if value is not None or self._optcre is self.OPTCRE:
                    key = " = ".join((key, str(value).replace('\n', '\n\t')))
                fp.write("%s\n" % key)
            fp.write("\n")

    def remove_option(self, section, option):
        if not section or section == DEFAULTSECT:
            target = self._defaults
        elif section in self._sections:
            target = self._sections[section]
        else:
            raise NoSectionError(section)
        option = self.optionxform(option)
        if option in target:
            del target[option]
            return True
        return False

    def remove_section(self, section):
        if section in self._sections:
            del self._sections[section]
            return True
        return False

    def _read(self, fp, fpname):
        _read_file(self, RawConfigParser, fp, fpname, (ParsingError, MissingSectionHeaderError))

    # What the native reader knows without asking the patterns.
    _usual_patterns = SECTCRE, OPTCRE, OPTCRE_NV


class _Chain(object):
    """Looks a name up in one mapping after the other."""

    def __init__(self, *mappings):
        self._mappings = mappings

    def __getitem__(self, key):
        for mapping in self._mappings:
            if key in mapping:
                return mapping[key]
        raise KeyError(key)

    def keys(self):
        found = []
        for mapping in reversed(self._mappings):
            found.extend([key for key in mapping.keys() if key not in found])
        return found


class ConfigParser(RawConfigParser):
    """Values in which %(name)s stands for another option."""

    def get(self, section, option, raw=False, vars=None):
        values = {}
        if section in self._sections:
            values = self._sections[section]
        elif section != DEFAULTSECT:
            raise NoSectionError(section)
        given = {}
        if vars:
            for key, value in vars.items():
                given[self.optionxform(key)] = value
        chain = _Chain(given, values, self._defaults)
        option = self.optionxform(option)
        try:
            value = chain[option]
        except KeyError:
            raise NoOptionError(option, section)
        if raw or value is None:
            return value
        return self._interpolate(section, option, value, chain)

    def items(self, section, raw=False, vars=None):
        found = self._defaults.copy()
        if section in self._sections:
            found.update(self._sections[section])
        elif section != DEFAULTSECT:
            raise NoSectionError(section)
        if vars:
            for key, value in vars.items():
                found[self.optionxform(key)] = value
        names = [name for name in found.keys() if name != "__name__"]
        if raw:
            return [(name, found[name]) for name in names]
        return [(name, self._interpolate(section, name, found[name], found)) for name in names]

    _KEYCRE = _re.compile(r"%\(([^)]*)\)s|.")

    def _interpolate(self, section, option, rawval, vars):
        value = rawval
        for depth in range(MAX_INTERPOLATION_DEPTH):
            if not value or "%(" not in value:
                break
            value = self._KEYCRE.sub(self._interpolation_replace, value)
            try:
                value = value % _Lookup(vars)
            except KeyError, e:
                raise InterpolationMissingOptionError(option, section, rawval, e.args[0])
        if value and "%(" in value:
            raise InterpolationDepthError(option, section, rawval)
        return value

    def _interpolation_replace(self, match):
        name = match.group(1)
        return match.group() if name is None else "%%(%s)s" % self.optionxform(name)


class _Lookup(dict):
    def __init__(self, mapping):
        self._mapping = mapping

    def __getitem__(self, key):
        return self._mapping[key]


class SafeConfigParser(ConfigParser):
    """The same with strict rules for the sign %."""

    _interpvar_re = _re.compile(r"%\(([^)]+)\)s")

    def _interpolate(self, section, option, rawval, vars):
        parts = []
        self._expand(option, parts, rawval, section, vars, 1)
        return ''.join(parts)

    def _expand(self, option, parts, rest, section, values, depth):
        if depth > MAX_INTERPOLATION_DEPTH:
            raise InterpolationDepthError(option, section, rest)
        while rest:
            at = rest.find("%")
            if at < 0:
                parts.append(rest)
                return
            parts.append(rest[:at])
            rest = rest[at:]
            sign = rest[1:2]
            if sign == "%":
                parts.append("%")
                rest = rest[2:]
            elif sign == "(":
                found = self._interpvar_re.match(rest)
                if found is None:
                    raise InterpolationSyntaxError(option, section, "bad interpolation variable reference %r" % rest)
                name = self.optionxform(found.group(1))
                rest = rest[found.end():]
                try:
                    value = values[name]
                except KeyError:
                    raise InterpolationMissingOptionError(option, section, rest, name)
                if "%" in value:
                    self._expand(option, parts, value, section, values, depth + 1)
                else:
                    parts.append(value)
            else:
                raise InterpolationSyntaxError(option, section, "'%%' must be followed by '%%' or '(', found: %r"
                                               % (rest,))

    def set(self, section, option, value=None):
        if self._optcre is self.OPTCRE or value:
            if not isinstance(value, basestring):
                raise TypeError("option values must be strings")
        if value is not None:
            plain = self._interpvar_re.sub('', value.replace('%%', ''))
            if '%' in plain:
                raise ValueError("invalid interpolation syntax in %r at position %d" % (value, plain.find('%')))
        ConfigParser.set(self, section, option, value)
