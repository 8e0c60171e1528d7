# `gcd`, which Python 3 has in `math`, and divisions as Python 2 has them.
import math as _math
from numbers import Rational as _Rational
from _bridge import library as _library
_machine = _library('fractions')


def gcd(a, b):
    while b:
        a, b = b, a % b
    return a


def _floor(quotient):
    if isinstance(quotient, _Rational):
        # Numerator and denominator first: longs stay longs.
        return quotient.numerator // quotient.denominator
    return _math.floor(quotient)


def _is_long(a, b):
    return isinstance(a, long) or isinstance(b, long)


def _floordiv(a, b):
    result = _floor(a / b)
    return long(result) if _is_long(a, b) and isinstance(result, int) else result


def _mod(a, b):
    return a - b * _floordiv(a, b)


def _divmod(a, b):
    return _floordiv(a, b), _mod(a, b)


def _reflected(function):
    return lambda b, a: function(a, b)


for _name, _function in (('floordiv', _floordiv), ('mod', _mod), ('divmod', _divmod)):
    setattr(Fraction, '__%s__' % _name, _function)
    setattr(Fraction, '__r%s__' % _name, _reflected(_function))
del _name, _function

_machine_pow = Fraction.__pow__


def _pow(a, b):
    result = _machine_pow(a, b)
    return float(a) ** b if result is NotImplemented else result


Fraction.__pow__ = _pow
