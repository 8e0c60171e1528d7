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
# a function of very many constants, alone and in a large module
body = ['def large(x, call=lambda *a: a):', '    r = []', '    for i in range(2):']
for i in range(3000):
    body.append('        r.append(%s)' % ['%d' % (i + 256), '"s%d"' % i, 'u"\\u20ac%d"' % i, '%d.5' % i, 'call(%d, "k%d", x)' % (i + 300, i), '-%d' % (i + 256)][i % 6])
body += ['        try: "text"(1)', '        except TypeError, error: r.append(str(error))',
         '        r.append([q + 70000 for q in (1, 2)]); r.append((lambda z=80000: z + 90000)()); r.append("%s-%d" % ("a", 77777))',
         '        r.append({100000: "x", "y": 100001}); r.append(1.5 / 3); r.append(100007 / 2); r.append(100005L); r.append("joined"[1:3])',
         '    return r']
for before in [], ['x%d = %d' % (i, i) for i in range(1000)]:
    names = {}
    exec '\n'.join(before + body + before) in names
    result = names['large'](5)
    print len(result), result[2990:3012], hash(repr(result))
