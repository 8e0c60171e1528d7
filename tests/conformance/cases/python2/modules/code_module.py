import code, codeop, sys
sys.stderr = sys.stdout
for s in ('1+1', 'if 1:', 'if 1:\n  x=1', 'if 1:\n  x=1\n', 'a b', '(1,', '"""x', '# c', '', 'def f():\n  return 1\n\n', 'x = "a', 'for i in 1', 'try:\n  x\n', '@dec', 'print 3+4', 'class A:'):
    try: print repr(s), codeop.compile_command(s) is None
    except Exception, e: print repr(s), type(e).__name__, e
ic = code.InteractiveInterpreter({})
print ic.runsource('print 3+4'), ic.runsource('1/'), ic.runsource('1/0'), ic.runsource('def f():'), ic.runsource('5+5')
lines = iter(['x = 3', 'print x*2', 'if x:', '  print "yes"', '', 'foo', 'raise ValueError("q")'])
def rd(p):
    try: return lines.next()
    except StopIteration: raise EOFError
code.interact('banner', rd, {})
