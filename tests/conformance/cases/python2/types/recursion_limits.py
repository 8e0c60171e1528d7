# recursion and nesting end in a clean RuntimeError
import sys


def t(name, f):
    try:
        print name, type(f()).__name__
    except RuntimeError, e:
        print name, 'RuntimeError', str(e)[:32]


class D(object):
    def __cmp__(self, o): return cmp(self, o)
    def __repr__(self): return repr(self)
    def __str__(self): return str(self)
    def __hash__(self): return hash(self)
    def __len__(self): return len(self)
    def __call__(self): return self()
    def __unicode__(self): return unicode(self)
    def __nonzero__(self): return bool(self)
    def __int__(self): return int(self)
    def __add__(self, o): return self + o
    def __getitem__(self, i): return self[i]
    def __contains__(self, i): return i in self
    def __div__(self, o): return self / o
    def __getattr__(self, n): return getattr(self, n)


class E:
    def __repr__(self): return repr(self)
    def __add__(self, o): return self + o
    def __len__(self): return len(self)
    def __call__(self): return self()
    def __getitem__(self, i): return self[i]
    def __nonzero__(self): return bool(self)


def rec():
    return rec()

t('rec', rec)
for e in ('repr(D())', 'str(D())', 'hash(D())', 'len(D())', 'D()()', 'unicode(D())', 'bool(D())', 'int(D())', 'D() + 1', 'D()[1]', '1 in D()', 'D() / 2', 'D().x', 'repr(E())', 'E() + 1', 'len(E())', 'E()()', 'E()[1]', 'bool(E())'):
    t(e, lambda: eval(e))
l = []
l.append(l)
d = {}
d['d'] = d
print l, d
