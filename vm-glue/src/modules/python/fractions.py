"""Rational numbers of any size."""

from __future__ import division

import math
import numbers
import operator
import re as _re
from decimal import Decimal

__all__ = ['Fraction', 'gcd']

Rational = numbers.Rational

_FORMAT = _re.compile(r"""
    \A\s*(?P<sign>[-+]?)(?=\d|\.\d)(?P<whole>\d*)
    (?:(?:/(?P<below>\d+))?|(?:\.(?P<part>\d*))?(?:E(?P<power>[-+]?\d+))?)\s*\Z""", _re.VERBOSE | _re.IGNORECASE)


def gcd(a, b):
    """The greatest common divisor; it has the sign of b, unless b is 0."""
    while b:
        a, b = b, a % b
    return a


def _read(text):
    """Numerator and denominator that a string says."""
    found = _FORMAT.match(text)
    if found is None:
        raise ValueError('Invalid literal for Fraction: %r' % text)
    above = int(found.group('whole') or '0')
    below = int(found.group('below') or '1')
    part, power = found.group('part') or '', int(found.group('power') or '0')
    if part:
        above, below = above * 10 ** len(part) + int(part), 10 ** len(part)
    if power >= 0:
        above *= 10 ** power
    else:
        below *= 10 ** -power
    return -above if found.group('sign') == '-' else above, below


class Fraction(Rational):
    """A rational number, made from one or two numbers or a string."""

    __slots__ = ('_numerator', '_denominator')

    def __new__(cls, numerator=0, denominator=None):
        self = super(Fraction, cls).__new__(cls)
        if denominator is not None:
            if not isinstance(numerator, Rational) or not isinstance(denominator, Rational):
                raise TypeError("both arguments should be Rational instances")
            numerator, denominator = (numerator.numerator * denominator.denominator,
                                      denominator.numerator * numerator.denominator)
        elif isinstance(numerator, Rational):
            self._numerator, self._denominator = numerator.numerator, numerator.denominator
            return self
        elif isinstance(numerator, (float, Decimal)):
            value = (cls.from_float if isinstance(numerator, float) else cls.from_decimal)(numerator)
            self._numerator, self._denominator = value._numerator, value._denominator
            return self
        elif isinstance(numerator, basestring):
            numerator, denominator = _read(numerator)
        else:
            raise TypeError("argument should be a string or a Rational instance")
        if denominator == 0:
            raise ZeroDivisionError('Fraction(%s, 0)' % numerator)
        common = gcd(numerator, denominator)
        self._numerator, self._denominator = numerator // common, denominator // common
        return self

    @classmethod
    def from_float(cls, f):
        """The exact value of a float."""
        if isinstance(f, numbers.Integral):
            return cls(f)
        if not isinstance(f, float):
            raise TypeError("%s.from_float() only takes floats, not %r (%s)" % (cls.__name__, f, type(f).__name__))
        if math.isnan(f) or math.isinf(f):
            raise TypeError("Cannot convert %r to %s." % (f, cls.__name__))
        return cls(*f.as_integer_ratio())

    @classmethod
    def from_decimal(cls, dec):
        """The exact value of a Decimal."""
        if isinstance(dec, numbers.Integral):
            dec = Decimal(int(dec))
        elif not isinstance(dec, Decimal):
            raise TypeError("%s.from_decimal() only takes Decimals, not %r (%s)"
                            % (cls.__name__, dec, type(dec).__name__))
        if not dec.is_finite():
            raise TypeError("Cannot convert %s to %s." % (dec, cls.__name__))
        sign, digits, power = dec.as_tuple()
        value = int(''.join(map(str, digits)))
        value = -value if sign else value
        return cls(value * 10 ** power) if power >= 0 else cls(value, 10 ** -power)

    def limit_denominator(self, max_denominator=1000000):
        """The closest fraction whose denominator is not larger."""
        if max_denominator < 1:
            raise ValueError("max_denominator should be at least 1")
        if self._denominator <= max_denominator:
            return Fraction(self)
        before, now = (0, 1), (1, 0)
        above, below = self._numerator, self._denominator
        while True:
            whole = above // below
            under = before[1] + whole * now[1]
            if under > max_denominator:
                break
            before, now = now, (before[0] + whole * now[0], under)
            above, below = below, above - whole * below
        times = (max_denominator - before[1]) // now[1]
        one = Fraction(before[0] + times * now[0], before[1] + times * now[1])
        other = Fraction(*now)
        return other if abs(other - self) <= abs(one - self) else one

    @property
    def numerator(a):
        return a._numerator

    @property
    def denominator(a):
        return a._denominator

    def __repr__(self):
        return 'Fraction(%s, %s)' % (self._numerator, self._denominator)

    def __str__(self):
        if self._denominator == 1:
            return str(self._numerator)
        return '%s/%s' % (self._numerator, self._denominator)

    def _operators(exactly, general):
        def forward(a, b):
            if isinstance(b, (int, long, Fraction)):
                return exactly(a, b)
            if isinstance(b, float):
                return general(float(a), b)
            if isinstance(b, complex):
                return general(complex(a), b)
            return NotImplemented

        def backward(b, a):
            if isinstance(a, Rational):
                return exactly(a, b)
            if isinstance(a, numbers.Real):
                return general(float(a), float(b))
            if isinstance(a, numbers.Complex):
                return general(complex(a), complex(b))
            return NotImplemented
        forward.__name__ = '__' + general.__name__ + '__'
        backward.__name__ = '__r' + general.__name__ + '__'
        return forward, backward

    def _sum(a, b):
        return Fraction(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)

    def _difference(a, b):
        return Fraction(a.numerator * b.denominator - b.numerator * a.denominator, a.denominator * b.denominator)

    def _product(a, b):
        return Fraction(a.numerator * b.numerator, a.denominator * b.denominator)

    def _quotient(a, b):
        return Fraction(a.numerator * b.denominator, a.denominator * b.numerator)

    __add__, __radd__ = _operators(_sum, operator.add)
    __sub__, __rsub__ = _operators(_difference, operator.sub)
    __mul__, __rmul__ = _operators(_product, operator.mul)
    __truediv__, __rtruediv__ = _operators(_quotient, operator.truediv)
    __div__, __rdiv__ = _operators(_quotient, operator.div)
    del _operators, _sum, _difference, _product, _quotient

    def __floordiv__(a, b):
        quotient = a / b
        if isinstance(quotient, Rational):
            return quotient.numerator // quotient.denominator
        return math.floor(quotient)

    def __rfloordiv__(b, a):
        quotient = a / b
        if isinstance(quotient, Rational):
            return quotient.numerator // quotient.denominator
        return math.floor(quotient)

    def __mod__(a, b):
        return a - b * (a // b)

    def __rmod__(b, a):
        return a - b * (a // b)

    def __pow__(a, b):
        if not isinstance(b, Rational):
            return float(a) ** b
        if b.denominator != 1:
            return float(a) ** float(b)
        power = b.numerator
        if power >= 0:
            return Fraction(a._numerator ** power, a._denominator ** power)
        return Fraction(a._denominator ** -power, a._numerator ** -power)

    def __rpow__(b, a):
        if b._denominator == 1 and b._numerator >= 0:
            return a ** b._numerator
        if isinstance(a, Rational):
            return Fraction(a.numerator, a.denominator) ** b
        return a ** b._numerator if b._denominator == 1 else a ** float(b)

    def __pos__(a):
        return Fraction(a._numerator, a._denominator)

    def __neg__(a):
        return Fraction(-a._numerator, a._denominator)

    def __abs__(a):
        return Fraction(abs(a._numerator), a._denominator)

    def __trunc__(a):
        if a._numerator < 0:
            return -(-a._numerator // a._denominator)
        return a._numerator // a._denominator

    def __hash__(self):
        if self._denominator == 1:
            return hash(self._numerator)
        # The same as for an equal float.
        if self == float(self):
            return hash(float(self))
        return hash((self._numerator, self._denominator))

    def __eq__(a, b):
        if isinstance(b, Rational):
            return a._numerator == b.numerator and a._denominator == b.denominator
        if isinstance(b, numbers.Complex) and b.imag == 0:
            b = b.real
        if isinstance(b, float):
            if math.isnan(b) or math.isinf(b):
                return 0.0 == b
            return a == a.from_float(b)
        return NotImplemented

    def _compare(self, other, compare):
        if isinstance(other, Rational):
            return compare(self._numerator * other.denominator, self._denominator * other.numerator)
        if isinstance(other, complex):
            raise TypeError("no ordering relation is defined for complex numbers")
        if isinstance(other, float):
            if math.isnan(other) or math.isinf(other):
                return compare(0.0, other)
            return compare(self, self.from_float(other))
        return NotImplemented

    def __lt__(a, b):
        return a._compare(b, operator.lt)

    def __gt__(a, b):
        return a._compare(b, operator.gt)

    def __le__(a, b):
        return a._compare(b, operator.le)

    def __ge__(a, b):
        return a._compare(b, operator.ge)

    def __nonzero__(a):
        return a._numerator != 0

    def __reduce__(self):
        return self.__class__, (str(self),)

    def __copy__(self):
        return self if type(self) == Fraction else self.__class__(self._numerator, self._denominator)

    def __deepcopy__(self, memo):
        return self.__copy__()
