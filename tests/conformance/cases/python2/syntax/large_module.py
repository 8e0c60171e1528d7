# a module of very many statements
lines = ['"""doc"""', 'from __future__ import division']
for i in range(1500):
    lines.append("'text %d'" % i if i % 7 == 0 else 'v%d = %d / 2\ndef f%d(): return v%d' % (i, i, i, i))
lines += ['print __doc__, v1, f3(), f1499()', 'def bad(): return nope', 'bad()']
source = '\n'.join(lines)
import traceback
code = compile(source, 'large', 'exec')
names, more = {}, {}
try: exec code in names, more
except NameError: print traceback.format_exc(), len(names), len(more)
names = {}
try: exec code in names
except NameError: print sorted(names)[:5], len(names), names['f8']()
def function():
    try: exec source
    except NameError: print len(locals()), v1
function()
print code.co_name, code.co_filename, [i for i in 'ab']
