# ast: nodes, their text, visiting, changing, compiling
import ast
src = '''
# comment
"""doc"""
from __future__ import division
import os, sys as s
from .x import (a, b as c)
@dec(1)
def f(a, (b, c), d=1, *e, **g):
    "doc"
    global q
    print >>x, a, b,
    exec a in b, c
    return `a`
class C(object, D):
    x = 1.5; y = 2j; z = 10L; w = -1; s = u'abc'; t = 'a' 'b'
    def m(self): yield 1
for i, in [1, 2]:
    continue
else:
    pass
while x < y <= z != w is not v in u:
    break
try:
    assert a, b
except (A, B), e:
    raise E, v, t
except:
    raise
else:
    pass
finally:
    del a, b[1], c.d
with a as b, c: pass
x = y = lambda a, *b: a if b else c
x += 1; x //= 2; x **= 3; x <<= 1; x &= 1
[a for a in b if c for d in e]
{a: b for c in d}; {a for b in c}; (a for b in c)
a[1:2], a[1:2:3], a[...], a[1, 2:3], a[::]
f(a, b=1, *c, **d)
not a or b and ~c ** -d
{1: 2, 3: 4}; {1, 2}; (); []
'''
t = ast.parse(src)
print ast.dump(t)
print ast.dump(t, include_attributes=True)
print ast.dump(t, annotate_fields=False)
print t._fields, t.body[0]._fields, t._attributes, t.body[0]._attributes, t.body[0].lineno, t.body[0].col_offset
for s in ('1', '"a"', 'u"x"', '[1, 2, (3,)]', '{1: "a", None: True}', '-1', '1+2j', 'a', '1+1', '-1j', '{1,2}', '()', 'f()', '"a" "b"', '--1', '1L', '1.5e10', 'False'):
    try: print repr(ast.literal_eval(s))
    except Exception, e: print type(e).__name__, e
class V(ast.NodeVisitor):
    def visit_Name(self, node): print node.id, node.lineno, node.col_offset, type(node.ctx).__name__
V().visit(t)
class T(ast.NodeTransformer):
    def visit_Num(self, node): return ast.copy_location(ast.Num(node.n * 2), node)
m = T().visit(ast.parse('print 1 + 2, [3]'))
exec compile(m, 'x', 'exec')
e = ast.Expression(ast.BinOp(ast.Num(1), ast.Add(), ast.Num(2)))
try: compile(e, '', 'eval')
except Exception, x: print type(x).__name__, x
ast.fix_missing_locations(e)
print eval(compile(e, '<x>', 'eval'))
print ast.get_docstring(t.body[4]), ast.get_docstring(t)
print [type(n).__name__ for n in ast.iter_child_nodes(t.body[1])], [type(n).__name__ for n in ast.walk(t)][:20]
print [ (k, type(v).__name__) for k, v in ast.iter_fields(t.body[4])]
try: ast.Name(1,2,3,4)
except Exception, x: print type(x).__name__, x
n = ast.Name('a', ast.Load()); print n.id, type(n.ctx).__name__, isinstance(n, ast.expr), isinstance(n, ast.AST), [c.__name__ for c in ast.Name.__mro__], ast.Name.__module__, repr(ast.Name)
n = ast.Name(id='a', lineno=3); print n.id, n.lineno, hasattr(n, 'ctx')
try: compile(ast.Module([ast.Expr(ast.Name('a', ast.Load()))]), 'x', 'exec')
except Exception, x: print type(x).__name__, x
try: compile(5, 'x', 'exec')
except Exception, x: print type(x).__name__, x
try: compile(ast.Module(), 'x', 'exec')
except Exception, x: print type(x).__name__, x
print ast.dump(compile('1', 'x', 'eval', ast.PyCF_ONLY_AST)), ast.__version__, ast.PyCF_ONLY_AST
f = compile(ast.parse('def f(x, (y, z)=(1, 2), *a, **k):\n  "doc"\n  global G\n  G = 1\n  for i in range(3): yield x, i\nprint list(f(4)), G, f.__doc__'), 'fn', 'exec'); exec f
i = compile('a = 1; a', 'x', 'single', ast.PyCF_ONLY_AST); print ast.dump(i)
exec compile(i, 'x', 'single')
print ast.dump(ast.increment_lineno(ast.parse('x'), 5), True, True)
import pickle, copy
print ast.dump(pickle.loads(pickle.dumps(ast.parse('x+1'))))
print ast.dump(copy.deepcopy(ast.parse('x+1')))
