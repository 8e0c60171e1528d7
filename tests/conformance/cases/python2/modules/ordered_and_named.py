# OrderedDict, namedtuple, Counter, deque: methods, pickles, errors, derived classes
from collections import *
import pickle, copy
def t(s):
    try: r = repr(eval(s))
    except Exception as e: r = '%s: %s' % (type(e).__name__, e)
    if ' at 0x' in r: r = r.split(' at 0x')[0]
    print s[:110], '->', r[:400]
P = namedtuple('P', 'x y')
d = OrderedDict([('b', 1), ('a', 2)])
for x in (d, defaultdict(list, {1: [2]}), deque([1, 2], 5), deque('ab'), Counter('aa'), P(1, 2)):
    for p in 0, 1, 2:
        s = pickle.dumps(x, p); print repr(s), pickle.loads(s) == x
    print copy.copy(x) == x, copy.deepcopy(x) == x
for s in ('OrderedDict()', 'OrderedDict(1)', 'OrderedDict([1])', 'OrderedDict([(1,)])', 'OrderedDict([(1,2,3)])', 'OrderedDict([],[])', 'OrderedDict().popitem()', 'OrderedDict().pop(3)', 'OrderedDict().pop(3, 4)', 'OrderedDict()[4]', 'OrderedDict.fromkeys([1,2],3)', 'OrderedDict.fromkeys("ab")', 'd == dict(d)', 'd == OrderedDict([("a", 2), ("b", 1)])', 'd != d.copy()', 'd.viewkeys()', 'd.viewitems()', 'd.viewvalues()', 'list(reversed(d))', 'd.keys(), d.values(), d.items()', 'list(d.iteritems()), list(d.itervalues()), list(d.iterkeys())', 'd.has_key("a"), "b" in d, d.get("z", 5)', 'd.setdefault("c"), d', 'd.popitem(), d', 'd.popitem(False), d', 'd.popitem(last=False), d', 'd', 'd.update([("z", 1)], y=2), d', 'd.update(1, 2)', 'd.pop("z"), d', 'd.clear(), d', 'OrderedDict(a=1) < OrderedDict(a=2)', 'cmp(OrderedDict(a=1), OrderedDict(a=2))', 'hash(d)', 'OrderedDict', 'type(d)', 'isinstance(d, dict), isinstance(d, MutableMapping)', 'P', 'P(1)', 'P(1,2,3)', 'P(1,x=2)', 'P(1,z=2)', 'P(x=1,y=2)', 'P(1,2)._replace(x=5)', 'P(1,2)._replace(z=5)', 'P(1,2)._asdict()', 'P._make([1,2])', 'P._make([1])', 'P(1,2).__dict__', 'P._fields', 'P.x.__doc__', 'P(1,2)[0], P(1,2)[1:], P(1,2) + (3,)', 'P(1,2) == (1,2), hash(P(1,2)) == hash((1,2))', 'setattr(P(1,2), "x", 3)', 'setattr(P(1,2), "z", 3)', 'P(1,2).__getnewargs__()', 'P(1,2).__getstate__()', 'P.__doc__', 'P.__new__.__doc__', 'P.__slots__', 'P.__module__', 'P.__bases__', 'namedtuple("P", "x x")', 'namedtuple("P", "1x")', 'namedtuple("P", "_x")', 'namedtuple("P", "def")', 'namedtuple("P", "x-y")', 'namedtuple("class", "x")', 'namedtuple("9", "x")', 'namedtuple("P", "x x def _a 1 b", rename=True)._fields', 'namedtuple("P", ["a", u"b"])(1, 2)', 'namedtuple("P", "a,b, c")._fields', 'namedtuple("E", "")()', 'namedtuple("P")', 'Counter("abca")["a"]', 'Counter(1)', 'Counter([],[])', 'Counter(a=3)-Counter(a=1,b=2)', 'Counter(a=3)|Counter(a=1,b=2)', 'Counter(a=3)&Counter(a=1,b=2)', 'Counter("aab").most_common(1)', 'Counter("aab").most_common(-1)', 'Counter.fromkeys("a")', 'Counter("ab")+{}', 'Counter("a").has_key("z")', 'list(Counter(a=2,b=-1).elements())', 'deque([1,2])[5]', 'deque([1,2])["a"]', 'deque([],-1)', 'deque([1]).remove(2)', 'deque([1,2,3],2)', 'deque([1])<deque([2])', 'deque([1])==[1]', 'deque().pop()', 'deque([1,2]).index(1)'): t(s)
class L(OrderedDict):
    def __setitem__(self, key, value):
        print 'set', key
        OrderedDict.__setitem__(self, key, value)
    def __getitem__(self, key):
        return ('got', OrderedDict.__getitem__(self, key))
    def __delitem__(self, key):
        print 'del', key
        OrderedDict.__delitem__(self, key)
    def __missing__(self, key):
        return 'missing'
l = L([(1, 2)], a=3)
l.update({5: 6}); l.setdefault(7, 8); l.x = 1
print l, l.items(), l.values(), l.pop(1), l.popitem(), l.copy(), l.__reduce__()[1:], l['zz']
d = OrderedDict.fromkeys(range(10))
for key in d:
    if key % 2: del d[key]
print d
for key in d:
    if key < 20: d[key + 20] = 1
print d
for i in range(1000): d[i] = 1; d.popitem(False)
print len(d), d.keys()[0]
namedtuple('V', 'a b', verbose=True)
class Point(namedtuple('Point', 'x y')):
    __slots__ = ()
    @property
    def total(self): return self.x + self.y
print Point(3, 4), Point(3, 4).total, Point(1, 2)._replace(x=9), pickle.loads(pickle.dumps(Point(1, 2), 2))
