# SyntaxWarnings, `with` on objects that are no managers, a StopIteration that leaves a generator
# leftovers
def g():
    raise StopIteration(5)
    yield 1
try: next(g())
except StopIteration, e: print e.args, repr(e)
class X(object): pass
try:
    with X(): pass
except Exception, e: print type(e), e
try:
    with 5 as y: pass
except Exception, e: print type(e), e
class Y: 
    pass
try:
    with Y(): pass
except Exception, e: print type(e), e
class Z(object):
    def __exit__(self,*a): pass
try:
    with Z(): pass
except Exception, e: print type(e), e
class Z2(object):
    def __enter__(self,*a): pass
try:
    with Z2(): pass
except Exception, e: print type(e), e

import warnings
def show(message, category, filename, lineno, file=None, line=None):
    print category.__name__, message, filename, lineno
warnings.showwarning = show
sources = ['def f():\n x = 1\n global x\n', 'def f():\n print x\n global x\n', 'def f():\n from os import *\n', 'assert (1, "x")',
           'def f():\n  global x\n  global x\n', 'x = 1\nglobal x', 'print x\nglobal x', 'class C:\n global x\n x = 1',
           'def f():\n import x\n global x', 'def f():\n def x(): pass\n global x', 'def f():\n for x in y: pass\n global x\n',
           'assert (1,)', 'assert ()', 'class A:\n  def f(self):\n    from os import *', 'def f(a):\n global a\n']
for action in 'always', 'error', 'ignore':
    warnings.simplefilter(action)
    for source in sources:
        try:
            compile(source, 'file', 'exec')
            print 'ok'
        except (SyntaxError, SyntaxWarning), error:
            print type(error).__name__, error, getattr(error, 'lineno', None)
