# The program's own `sys`, and the words of Python 2.
import sys
from _bridge import library as _library
_machine = _library('optparse')
_machine.sys = sys


def _requires(one, several, number):
    if number == 1:
        return one.replace('requires %(number)d argument', 'requires an argument')
    return several


def _parse_long(value):
    return long(_machine._parse_num(value, int))

_machine.ngettext = _requires
_machine._builtin_cvt['long'] = (_parse_long, 'long integer')
_builtin_cvt = _machine._builtin_cvt


def isbasestring(value):
    return isinstance(value, basestring)
