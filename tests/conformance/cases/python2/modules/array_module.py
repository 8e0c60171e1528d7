# array: all kinds of items, bounds, slices, errors
import array
from array import array as A
for c in 'cbBuhHiIlLfd':
    for v in ('x', u'x', 'xy', u'xy', -1, 300, 70000, 2**33, 2**70, -2**33, -2**70, 1.5, None, True, [], 5L):
        try: r = repr(A(c, [v]))
        except Exception as e: r = '%s: %s' % (type(e).__name__, e)
        print c, repr(v), r
def t(s):
    try: r = repr(eval(s))
    except Exception as e: r = '%s: %s' % (type(e).__name__, e)
    print s, '->', r
a = A('i', [1,2,3])
for s in ['A()', 'A("i", 3)', 'A(3)', 'A("ii")', 'A("x")', 'A("i","abcd")', 'A("i","abc")', 'A("c","abc")', 'A("u",u"abc")', 'A("u","abc")', 'A("i",u"abc")', 'A("i",(1,2))', 'A("i",iter([1,2]))', 'A("i",A("h",[1]))', 'A("c",["a"])', 'A("i")', 'a[0]', 'a[5]', 'a["x"]', 'a[1:]', 'a[::2]', 'a[-1]', 'a+a', 'a+[1]', 'a*2', '2*a', 'a==a', 'a==[1,2,3]', 'a<A("i",[2])', 'a<A("f",[2])', 'cmp(a, A("i",[1]))', 'a.append("x")', 'a.append(1,2)', 'a.extend(3)', 'a.extend(A("h"))', 'a.extend([1,"x"])', 'a', 'a.fromlist((1,))', 'a.fromlist([1,"x"])', 'a.fromstring("abc")', 'a.fromunicode(u"x")', 'a.tounicode()', 'a.index(9)', 'a.remove(9)', 'a.pop(9)', 'a.pop("x")', 'A("i").pop()', 'a.insert(0,9)', 'a.insert(-1,8)','a', 'a.count(1)', 'a.itemsize', 'a.typecode', 'a.tostring()', 'a.tolist()', 'a.reverse()', 'a', 'a.byteswap()', 'a', 'A("c").byteswap()', 'a.buffer_info()[1]', 'hash(a)', '1 in a', 'a.__reduce__()', 'A("c","ab").__reduce__()', 'A("i").__reduce__()', 'A', 'a.__class__', 'list(iter(a))', 'array.ArrayType is A', 'a.foo', 'setattr(a,"x",1)', 'str(buffer(A("c","abc")))', '"".join(A("c","abc"))', 'a.__copy__()', 'a.__getslice__(0,1)', 'a.__setslice__(0,1,A("i",[7]))', 'a.__setitem__(0,"x")', 'a.__setitem__(99,1)', 'a.__delitem__(0)', 'a.__delslice__(0,1)', 'a', 'a.__setslice__(0,1,[1])', 'a.__setitem__(slice(0,1),[1])', 'a.__setitem__(slice(0,4,2),A("i",[1]))', 'a.__iadd__([1])', 'a.__iadd__(A("i",[5]))', 'a.__imul__(2)', 'A("i", x=3)', 'a.__contains__(99)', 'a.__len__()', 'A("u", [u"a"]).tolist()', 'A("c","a")==A("c","b")', 'A("c","a")=="a"', 'A("d",[1.5])*-1', 'a.fromfile(3,4)', 'a.tofile(3)', 'a.__sizeof__() > 0', 'A("I",[1])', 'A("I",[1])[0]', 'A("L",[1])[0]', 'A("f",[0.1])[0]', '__import__("pickle").dumps(A("i",[1]))', '__import__("copy").deepcopy(A("i",[1]))', 'A("c","ab")[1]="x"', 'A("i",[1,2])!=A("i",[1,2])']: t(s)
