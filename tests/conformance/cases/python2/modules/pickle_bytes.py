# bytes of both modules: numbers of the memo, batches, what nobody else holds
import pickle, cPickle
class O:
    def __getstate__(self): return {'a':1}
class OA:
    def __init__(self,*a): pass
    def __getinitargs__(self): return (1,'x')
class N(object):
    def __getstate__(self): return ['q']
class R(object):
    def __reduce__(self): return (N, (), None, iter([[1],2]), iter([('a','b')]))
class S(str): pass
class I(int): pass
class L(list): pass
class D(dict): pass
import datetime, collections, decimal
vals=[ [O(),O(),'zz'], [OA(),'zz'], [N(),N()], L([1,2]), D(a=1), S('abc'), I(4), ([],), [[]], [([],)], datetime.datetime(2020,1,2), collections.OrderedDict([(1,[2])]), collections.defaultdict(list,{1:[2]}), collections.deque([[1],2],5), decimal.Decimal('1.5'), ('abc',u'abc'), set(['abc']), frozenset(), bytearray('abc'), xrange(3), slice, object(), ValueError('x','y'), IOError(2,'x','f'), 1j, NotImplemented, Ellipsis, type(None), R(), {u'k':['v',u'\u20ac']}, (1,), ((),), (((1,2,3),),)]
for v in vals:
  for p in (0,1,2):
    for m in (pickle,cPickle):
      try: print m.__name__, p, repr(m.dumps(v,p))
      except Exception,e: print m.__name__, p, type(e).__name__, str(e).split(' at 0x')[0]
print repr(cPickle.dumps([1])), repr(cPickle.dumps({})), repr(cPickle.dumps(([],)))
def f():
    return [1,2]
print repr(cPickle.dumps(f())), repr(cPickle.dumps('abc')), repr(cPickle.dumps('abc'+str(3)))
import hashlib
for n in (0,1,2,999,1000,1001,1002,2000,2001):
  for v in (range(n), dict((i,i) for i in range(n)), L(range(n)), D((i,i) for i in range(n))):
    for m in (pickle,cPickle):
      for p in (0,1,2):
        s=m.dumps(v,p)
        print n, type(v).__name__, m.__name__, p, hashlib.md5(s).hexdigest()
