# What a number must be able to do in Python 2.7: less than in Python 3, and truth by another name.
from _bridge import library as _library
_machine = _library('numbers')
_NEW = {'Real': ('__floor__', '__ceil__', '__round__'), 'Rational': (), 'Integral': ('__int__',)}

if not hasattr(Complex, '__nonzero__'):
    Complex.__nonzero__ = lambda self: self != 0
    for _class in (Real, Rational, Integral):
        for _name in _NEW[_class.__name__]:
            delattr(_class, _name)
        _class.__abstractmethods__ = frozenset(
            [_name for _name in _class.__abstractmethods__ if hasattr(_class, _name)])
    Integral.__int__ = lambda self: int(self.__long__())
    Integral.__index__ = lambda self: int(self)
    del _class, _name
