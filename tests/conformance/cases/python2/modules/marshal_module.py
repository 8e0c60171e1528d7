import marshal
for v in (None, True, False, 1, -5, 2**31-1, 2**31, 2**40, 5L, -2L**70, 1.5, 0.1, 1+2j, 'a', 'ab', u'\xe9', (1,), [1,'a','a'], {'a':1}, set([1]), frozenset([2]), Ellipsis, StopIteration):
    for ver in (0,1,2):
        try: print ver, repr(v), repr(marshal.dumps(v, ver)), marshal.loads(marshal.dumps(v, ver)) == v
        except Exception, e: print ver, type(e), e
for s in ('', 'x', '[\x03\x00\x00\x00i', 's\x05\x00\x00\x00ab', 'R\0\0\0\0', 't\1\0\0\0a', '0', 'l\x01\x00\x00\x00\xff\xff'):
    try: print repr(s), marshal.loads(s)
    except Exception, e: print repr(s), type(e).__name__, e
for a in ((5,), (u'i\1\0\0\0',)):
    try: print marshal.loads(*a)
    except Exception, e: print type(e).__name__, e
try: marshal.dump(1, 5)
except Exception, e: print type(e).__name__, e
