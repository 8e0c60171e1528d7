"""Functions over strings that are methods now."""

from string import (atof, atoi, atol, capitalize, count, expandtabs, find, join, joinfields, lower, lowercase, lstrip,
                    maketrans, replace, rfind, rstrip, split, splitfields, strip, swapcase, upper, uppercase, whitespace)


def translate(s, table, deletechars=''):
    return s.translate(table, deletechars)
