# __slots__, the __getslice__ family, __cmp__ with __coerce__, func_* attributes
class S(object):
    __slots__ = ('a', 'b')
    def __init__(self): self.a = 1
s = S()
print s.a
try: s.b
except AttributeError, e: print e
try: s.c = 1
except AttributeError, e: print e
print S.__slots__, S.a, hasattr(s, '__dict__'), sorted(x for x in dir(s) if not x.startswith('__'))
class T(S): pass
t = T(); t.z = 1; print t.z, t.__dict__
class U(object):
    __slots__ = 'only'
u = U(); u.only = 4; print u.only; del u.only
try: u.only
except AttributeError, e: print e
class P(object):
    __slots__ = ['__priv']
    def __init__(self): self.__priv = 3
    def g(self): return self.__priv
print P().g()
try:
    class X(object):
        __slots__ = ['1a']
except TypeError, e: print e
try:
    class X(object):
        a = 1
        __slots__ = ['a']
except ValueError, e: print e
try:
    class X(int):
        __slots__ = ['a']
except TypeError, e: print e
class W(object):
    __slots__ = ('x', '__weakref__', '__dict__')
w = W(); w.q = 1; print w.q
class G(object):
    def __getslice__(self, i, j): return 'gs', i, j
    def __getitem__(self, k): return 'gi', k
    def __setslice__(self, i, j, v): print 'ss', i, j, v
    def __delslice__(self, i, j): print 'ds', i, j
    def __setitem__(self, k, v): print 'si', k, v
    def __delitem__(self, k): print 'di', k
    def __len__(self): return 10
g = G()
print g[1:2], g[:], g[-1:], g[:-3], g[1:2:3], g[1], g[1:2, 3], g[...], g['a':'b'] if 0 else ''
g[1:2] = 5; g[:] = 6; g[::2] = 7; del g[1:]; del g[::2]; g[1:2, 3:4] = 8
class L(list):
    def __getslice__(self, i, j): return 'L', i, j
print L([1, 2, 3])[0:2], L([1, 2, 3])[-1:], L([1,2,3])[::2]
class C(object):
    def __init__(self, v): self.v = v
    def __cmp__(self, o): return cmp(self.v, getattr(o, 'v', o))
    def __coerce__(self, o): print 'coerce', o; return self.v, o
    def __nonzero__(self): return self.v > 2
print C(1) < C(2), C(1) == C(1), C(3) > 2, sorted([C(3), C(1)])[0].v, max(C(1), C(5)).v, bool(C(1)), bool(C(3)), not C(1)
print C(1) == 1, 1 == C(1), C(1) != 1, [C(1)] == [1], C(1) in [3, 1]
print coerce(C(4), 5), coerce(1, 2.5), coerce(1, 2L)
print C.__init__, C.__cmp__, C(1).__cmp__(C(2)), C.__init__.im_func.func_name, C.__init__.__name__
def f(a, b=2, *c, **d):
    "fdoc"
    z = 1
    return z
print f.func_name, f.func_defaults, f.func_doc, f.func_dict, f.func_closure, f.func_code.co_varnames, f.func_code.co_argcount, f.func_code.co_name, f.func_code.co_flags & 12, f.func_code.co_nlocals, f.func_code.co_names, f.func_code.co_consts[:1], f.func_globals is globals()
f.attr = 5; print f.attr, f.__dict__, f.func_dict
f.func_defaults = (7,); print f.func_defaults, f(1)
f.func_code = (lambda a: a + 100).func_code; print f(1)
f.func_name = "renamed"; print f.__name__, repr(f)[:18]
print f.__module__
