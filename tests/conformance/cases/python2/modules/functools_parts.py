# functools: partial, cmp_to_key, total_ordering, wrappers
import functools
for body in ({'__lt__': lambda a,b: True}, {'__lt__': lambda a,b: True, '__eq__': lambda a,b: True}, {'__gt__': lambda a,b: True, '__ne__': lambda a,b: 5, '__eq__': lambda a,b: True},{'__eq__': lambda a,b: True, '__le__': lambda a,b: True},):
    for base in ((object,), ()):
        if base: A = type('A', base, dict(body))
        else:
            class A: pass
            for k in body: setattr(A, k, body[k])
        B = functools.total_ordering(A)
        print base, sorted(body), sorted(set(B.__dict__) - set(body))
        for k in ('__gt__','__ne__', '__le__', '__ge__', '__lt__'):
            try: print k, getattr(B(), k)(B()), getattr(B,k).__doc__,
            except Exception as e: print k, type(e).__name__, e,
        print

import pickle, copy
p = functools.partial(int, base=2)
print p('101'), p.func, p.args, p.keywords, p.__reduce__()
q = pickle.loads(pickle.dumps(p, 2)); print q('11'), q.keywords
p.x = [1]
c = copy.copy(p); print c.x is p.x, c.args is p.args, c.keywords is p.keywords
class Sub(functools.partial):
    def extra(self): return self.func(*self.args)
print Sub(max, 3, 4)(1), Sub(max, 3, 4).extra()
for f in (lambda: functools.partial(), lambda: functools.partial(3), lambda: p.__setstate__(3), lambda: setattr(p, 'func', 3), lambda: functools.update_wrapper(3, 4), lambda: functools.wraps(int)(lambda: 0), lambda: functools.partial(int)(), lambda: functools.cmp_to_key(), lambda: hash(functools.cmp_to_key(cmp)(3)), lambda: functools.cmp_to_key(cmp)(3) < 4, lambda: functools.total_ordering(object), lambda: functools.reduce(max, []), lambda: functools.reduce(max, [], 5), lambda: functools.reduce(lambda a, b: a + b, 'abc')):
    try:
        r = repr(f())
        print r.split(' at 0x')[0]
    except Exception as e:
        print type(e).__name__, e
def f(a):
    "doc"
f.attr = 5
@functools.wraps(f)
def g(*args):
    return args
print g.__name__, g.__doc__, g.attr, g.__module__, g(1)
print sorted([5, 3, 9, 1], key=functools.cmp_to_key(lambda a, b: b - a))
print functools.WRAPPER_ASSIGNMENTS, functools.WRAPPER_UPDATES
