# exec, eval, execfile's kin and buffer in dicts, functions and classes
d = {}
exec "x = 1\ndef f(): return x" in d
print d['x'], d['f'](), sorted(k for k in d if k != '__builtins__')
l = {}
exec "y = z + 1" in {'z': 4}, l
print l
def g(a):
    b = 2
    exec "b = 5; c = a + b"
    return b, c
print g(1)
def h():
    exec "q = 7" in globals()
h(); print q
exec compile("print 'c', __name__", "n", "exec")
class C:
    exec "m = 3"
print C.m
code = compile("1+2", "<s>", "eval"); print eval(code), eval("x+1", {'x': 9}), eval("a+b", {'a': 1}, {'b': 2})
def k():
    v = 4
    return eval("v * 2"), sorted(locals())
print k()
try:
    exec "a b"
except SyntaxError, e:
    print e, e.lineno, e.offset, e.text, e.filename
try:
    exec 5
except TypeError, e:
    print e
def nested():
    exec "def inner(n): return n + 1"
    return inner(3)
print nested()
exec("t = 9"); print t
exec("u = w", {'w': 1}, d); print d['u']
import sys
exec "import os.path as P" ; print P.join('a', 'b')
def f2():
    from os.path import *
    return join('x', 'y')
print f2()
print eval('[i for i in range(3)]'), i
def gl():
    global newg
    exec "newg = 1"
    return 'newg' in globals(), 'newg' in locals()
print gl()
exec """
for _i in range(2):
    print _i,
print
"""
exec u"uu = u'\xe9'; ss = '\xe9'"
print repr(uu), repr(ss)
print input.__name__, apply(max, (1, 2)), intern('a') is 'a'
try:
    intern(u'a')
except TypeError, e: print e
b = buffer('hello', 1, 3); print repr(str(b)), len(b), b[0], b[1:], b + 'x', b == buffer('ell'), hash(b) == hash('ell')
