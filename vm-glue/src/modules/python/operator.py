# What Python 3 dropped from the module.
from _bridge import library as _library
_machine = _library('operator')


def div(a, b):
    return a / b


def idiv(a, b):
    a /= b
    return a


def isCallable(obj):
    return callable(obj)


def sequenceIncludes(a, b):
    return b in a


def isSequenceType(obj):
    return hasattr(obj, '__getitem__') and not isinstance(obj, (dict, set, frozenset, type))


def isMappingType(obj):
    return hasattr(obj, '__getitem__') and not isinstance(obj, type)


def isNumberType(obj):
    return isinstance(obj, (int, long, float, complex)) or hasattr(obj, '__int__') or hasattr(obj, '__float__')


def repeat(a, b):
    if not isinstance(b, (int, long)):
        raise TypeError('an integer is required')
    return a * b


def irepeat(a, b):
    if not isinstance(b, (int, long)):
        raise TypeError('an integer is required')
    a *= b
    return a


def getslice(a, b, c):
    return a[b:c]


def setslice(a, b, c, v):
    a[b:c] = v


def delslice(a, b, c):
    del a[b:c]


def delitem(a, b):
    del a[b]


def getitem(a, b):
    return a[b]


def lt(a, b):
    return a < b


def le(a, b):
    return a <= b


def eq(a, b):
    return a == b


def ne(a, b):
    return a != b


def ge(a, b):
    return a >= b


def gt(a, b):
    return a > b


def truediv(a, b):
    return _machine.truediv(a, b)


def add(a, b):
    return a + b


def concat(a, b):
    return a + b


def mul(a, b):
    return a * b


def mod(a, b):
    return a % b


def contains(a, b):
    return b in a

__lt__, __le__, __eq__, __ne__, __ge__, __gt__ = lt, le, eq, ne, ge, gt
__add__, __mul__, __mod__, __div__, __idiv__, __truediv__ = add, mul, mod, div, idiv, truediv
__getitem__, __delitem__, __contains__, __concat__ = getitem, delitem, contains, concat
__getslice__, __setslice__, __delslice__, __repeat__, __irepeat__ = getslice, setslice, delslice, repeat, irepeat
for _name in ('abs and delitem floordiv iadd iand iconcat ifloordiv ilshift imod imul index inv invert ior ipow '
              'irshift isub itruediv ixor lshift neg not or pos pow rshift setitem sub xor').split():
    _function = getattr(_machine, _name, None) or getattr(_machine, _name + '_', None)
    if _function is not None:
        globals()['__%s__' % _name] = _function
del _name, _function
