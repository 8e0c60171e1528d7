# Fractions and decimals as 2.7 has them.
from fractions import Fraction as F, gcd
from decimal import Decimal as D
import copy, pickle, numbers, math

for text in ('3/7', ' -1.5e2 ', '.5', '7.', '1/0', 'a', '3/-2', '1e-3', '+5', ''):
    try:
        print repr(text), repr(F(text))
    except Exception, e:
        print repr(text), type(e).__name__, e
for expression in ('F(1, 3) + F(1, 6)', 'F(1, 2) + 0.5', '2 * F(1, 3)', 'F(7, 2) // 1', 'F(-7, 2) % 2', 'divmod(F(7, 2), 2)', 'F(1, 2) ** 2',
                   'F(1, 2) ** -2', 'F(4) ** F(1, 2)', '2 ** F(3)', 'F(1, 2) == 0.5', 'F(5, 2) == D("2.5")', 'F(1, 2) + D(1)', 'F(1.25)',
                   'F(D("1.1"))', 'F.from_float(float("nan"))', 'F.from_float("a")', 'F.from_decimal(3)', 'F.from_decimal(D("inf"))', 'F(1, 2.0)', 'F(0.1).limit_denominator(10)',
                   'F(1, 2) < 1j', 'int(F(7, 2))', 'math.trunc(F(-7, 2))', 'float(F(1, 3))', 'bool(F(0))', 'hash(F(1, 2)) == hash(0.5)', 'hash(F(3)) == hash(3)', 'str(F(4, 2))',
                   'gcd(12, -18)', 'copy.deepcopy(F(1, 2))', 'pickle.loads(pickle.dumps(F(1, 2), 2))', 'F(1, 2).limit_denominator(0)', 'isinstance(F(1), numbers.Rational)',
                   'hash(D(3)) == hash(3)', 'hash(D("0.5")) == hash(0.5)', 'hash(D("nan"))', 'D("1.1").__nonzero__()', 'D(7) / 2', 'D(2) == F(2)', 'hash(D("1e30")) == hash(10 ** 30)', 'round(F(7, 2))',
                   'sorted([F(1, 2), 0.25, 1])', 'F(10 ** 20, 3)', 'abs(F(-1, 2)), -F(1, 2), +F(1, 2)', 'complex(F(1, 2))', 'F(3) / 0', 'F(1, 2) * 1j'):
    try:
        print expression, repr(eval(expression))
    except Exception, e:
        print expression, type(e).__name__, e


class Own(numbers.Real):
    def __init__(self, v): self.v = v
    def __float__(self): return float(self.v)
    def __trunc__(self): return int(self.v)
    __add__ = __radd__ = __neg__ = __pos__ = __mul__ = __rmul__ = __div__ = __rdiv__ = __truediv__ = __rtruediv__ = None
    __pow__ = __rpow__ = __abs__ = __eq__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __lt__ = __le__ = None

print float(Own(3)), isinstance(Own(3), numbers.Complex)
