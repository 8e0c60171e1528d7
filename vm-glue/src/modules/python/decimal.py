# Decimal numbers with the names that Python 2.7's contexts and numbers have.
from _bridge import library as _library
_machine = _library('decimal')
_Context = _machine.Context


def _set(self, name, value, set=_Context.__setattr__):
    return set(self, 'clamp' if name == '_clamp' else name, value)

if not hasattr(_Context, '_clamp'):
    _Context._clamp = property(lambda self: self.clamp)
    _Context.__setattr__ = _set
    _Decimal = _machine.Decimal
    _Decimal.__div__ = _Decimal.__truediv__
    _Decimal.__rdiv__ = _Decimal.__rtruediv__
    _Decimal.__long__ = _Decimal.__int__
