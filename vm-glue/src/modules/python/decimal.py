# Decimal numbers with the names and hashes that Python 2.7's contexts and numbers have.
from _bridge import library as _library
import numbers as _their_numbers
_machine = _library('decimal')
_Context = _machine.Context


def _set(self, name, value, set=_Context.__setattr__):
    return set(self, 'clamp' if name == '_clamp' else name, value)


def _hash(self):
    if self.is_snan():
        raise TypeError('Cannot hash a signaling NaN value.')
    if self.is_nan():
        return 0
    as_float = float(self)
    if _machine.Decimal.from_float(as_float) == self:
        return hash(as_float)
    sign, digits, power = self.as_tuple()
    digits = ''.join(map(str, digits))
    if power >= 0 or not digits[power:].strip('0'):
        whole = self.to_integral_value()
        sign, digits, power = whole.as_tuple()
        return hash((-1) ** sign * int(''.join(map(str, digits))) * pow(10, power, 2 ** 64 - 1))
    return hash((sign, power + len(digits), digits.rstrip('0')))


class _Numbers(object):
    """The kinds of numbers that a Decimal compares with: fractions are none of them."""

    Rational = _their_numbers.Integral
    Complex = _their_numbers.Complex
    Number = _their_numbers.Number

if not hasattr(_Context, '_clamp'):
    _Context._clamp = property(lambda self: self.clamp)
    _Context.__setattr__ = _set
    _Decimal = _machine.Decimal
    _Decimal.__div__ = _Decimal.__truediv__
    _Decimal.__rdiv__ = _Decimal.__rtruediv__
    _Decimal.__long__ = _Decimal.__int__
    _Decimal.__nonzero__ = _Decimal.__bool__
    _Decimal.__hash__ = _hash
    _library('_pydecimal')._numbers = _Numbers
