# every function of operator with all kinds of arguments
import operator
for n in sorted(dir(operator)):
    if n.startswith('__') and n.endswith('__') and n not in ('__doc__','__name__','__package__','__file__'): continue
    if n.startswith('__'): continue
    f = getattr(operator, n)
    for args in ((), (1,), (1,2), (1,2,3), ('a', 'b'), ([1,2], 0), ([1,2],0,1), ([1,2],0,1,[5]), ('a', None), ([1,2], None, None), (6, 7), ([1], [2]), ([1], 3), (1, 'x'), ({1:2}, 1), (1.5, 2), (None,), ('abc', 'b'), ((1,2,1), 1)):
        if n == 'ior' and args[:1] == ({1: 2},):
            continue
        try: r = repr(f(*args))
        except Exception as e: r = '%s: %s' % (type(e).__name__, e)
        if ' at 0x' in r: r = r.split(' at 0x')[0]
        print n, args, r
print sorted(name for name in dir(operator) if name[:2] != '__')
