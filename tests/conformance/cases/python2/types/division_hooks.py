# the operator / with __div__, __rdiv__, __idiv__, classic and derived classes, library numbers
import datetime, decimal, fractions
class N(object):
    def __init__(self, v): self.v = v
    def __div__(self, o): return 'div', type(o).__name__
    def __rdiv__(self, o): return 'rdiv', type(o).__name__
    def __idiv__(self, o): print 'idiv'; self.v = o; return self
    def __truediv__(self, o): return 'true'
class O:
    def __div__(self, o): return 'odiv', type(o).__name__
    def __rdiv__(self, o): return 'ordiv', type(o).__name__
    def __idiv__(self, o): print 'oidiv'; return self
class P(N): pass
class Q(N):
    def __rdiv__(self, o): return 'Q'
class T(object):
    def __truediv__(self, o): return 'only true'
print N(1) / 2, 2 / N(1), O() / 2, 2 / O(), 'a' / N(1), N(1) / 'a', None / N(1), O() / N(1), N(1) / O(), N(1) / Q(1), N(1) / P(1)
n = N(1); n /= 5; print n.v
o = O(); o /= 5
x = 7; x /= 2; print x
l = [7, 8]; l[0] /= 2; l[1:2] = [4]; print l
class H: pass
h = H(); h.x = 9; h.x /= 2; print h.x
d = {'k': 9}; d['k'] /= 2.0; print d
def f():
    print 'once'; return l
f()[0] /= 2; print l
for e in ('T() / 1', '"a" / 1', '1 / "a"', 'None / 1', '[] / []', '1 / 0', '1.0 / 0', '1 / 0.0', '1L / 0', 'object() / 1', 'H() / 1', '1 / H()', 'N / 1', 'len / 2', 'u"a" / 2'):
    try: print e, eval(e)
    except Exception, x: print e, type(x).__name__, x
for e in ('x /= "a"', 's = "a"; s /= 1', 'y = None; y /= 2', 'z = H(); z /= 2'):
    try: exec e in {'x': 1, 'H': H}
    except Exception, x: print e, type(x).__name__, x
print datetime.timedelta(10) / 4, decimal.Decimal(7) / 2, fractions.Fraction(3) / 2, 1 / decimal.Decimal(4), 7 / fractions.Fraction(2)
print 7 / 2, -7 / 2, 7L / 2, True / 2, 7.0 / 2, 7 / 2.0, (1+2j) / 2, 10 ** 20 / 3, (-9223372036854775807 - 1) / -1
class I(int):
    def __div__(self, o): return 'I'
class F(float): pass
print I(4) / 2, 8 / I(4), F(3) / 2, 3 / F(2), type(F(4) / 2)
class Meta(type):
    def __div__(cls, o): return 'meta', o
class M: __metaclass__ = Meta
print M / 3
def g(a, b):
    a.x /= b
    a.y[b] /= b
    return a.x
h.y = {2: 9}; print g(h, 2), h.y
print [6, 7][0] / 4, {'a': 9}['a'] / 2 / 2, (lambda: 5)() / 2
