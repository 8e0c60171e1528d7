# random.Random: sequences for seeds of all types, derived classes, errors
import random, pickle, copy
def t(s):
    try: r = repr(eval(s))
    except Exception as e: r = '%s: %s' % (type(e).__name__, e)
    print s[:100], '->', r[:300]
R = random.Random
for seed in (0, 1, -5, 2**40, 2**100, 3.5, 'abc', u'abc', (1,2), None.__class__ and True):
    r = R(seed)
    print repr(seed), r.random(), r.getrandbits(10), r.getrandbits(64), r.getrandbits(100), r.randint(1, 6), r.randrange(5, 100, 7), r.choice('abcdef'), r.sample(range(100), 5), r.sample(xrange(10**6), 4), r.uniform(1, 10), r.uniform(1.5, 2), r.triangular(), r.triangular(1, 5, 2), r.gauss(0, 1), r.gauss(1, 2), r.normalvariate(1, 2), r.lognormvariate(0, 1), r.expovariate(2), r.vonmisesvariate(1, 2), r.vonmisesvariate(1, 0), r.gammavariate(2, 3), r.gammavariate(1, 3), r.gammavariate(.5, 3), r.betavariate(1, 2), r.paretovariate(3), r.weibullvariate(1, 2), r.randrange(2**70), r.randint(0, 2**60), r.randrange(-10, -100, -7), hash(r.getstate())!=0 and r.getstate()[0], len(r.getstate()[1])
    l = range(20); r.shuffle(l); print l
    r.jumpahead(5); print r.random()
    s = r.getstate(); a = r.random(); r.setstate(s); print a == r.random(), type(s[1][0]), s[1][:2], s[1][-1], s[2]
r = R(3)
for p in 0, 1, 2:
    c = pickle.loads(pickle.dumps(r, p)); print c.random()
print copy.deepcopy(R(4)).random() == R(4).random()
class S(random.Random):
    def random(self): return 0.25
s = S(4)
print s.random(), s.randint(1, 100), s.choice(range(50)), s.sample(range(10), 3), s.uniform(0, 4), s.randrange(10), s.gauss(0, 1), s.shuffle([1,2])
class S2(random.Random):
    def seed(self, x=None): self.seeded = x; random.Random.seed(self, 5)
print S2('q').seeded, S2(1).random(), R(5).random()
class S3(random.Random):
    def __init__(self, a, b): random.Random.__init__(self, a); self.b = b
w = random.WichmannHill(3); print w.random(), w.randint(1, 10), w.getstate(), w.choice('abc')
w.jumpahead(3); print w.random(); w.whseed(4); print w.random(); w.seed('x'); print w.random()
sr = random.SystemRandom(); print 0 <= sr.random() < 1, sr.randint(1, 1), sr.seed(3), sr.choice('a')
for s in ['R(1,2)', 'R().randint()', 'R().randint(1)', 'R().randint(1,2,3)', 'R().randrange()', 'R().randrange(0)', 'R().randrange(5,5)', 'R().randrange(1,5,0)', 'R().randrange(5,1)', 'R().randrange(1.5)', 'R().randrange(2.0) < 2', 'R().randrange("a")', 'R().choice([])', 'R().choice(())', 'R().choice(3)', 'R().choice({})', 'R().sample([1],2)', 'R().sample([1],-1)', 'R().sample(3,1)', 'R(1).sample(set([1,2,3]),2)', 'R(1).sample({1:2,3:4},1)', 'R().shuffle("abc")', 'R().shuffle(())', 'R().getrandbits(0)', 'R().getrandbits(-1)', 'R().getrandbits("a")', 'R().getrandbits(1.5)', 'R().getrandbits()', 'R().setstate(3)', 'R().setstate((1,2))', 'R().setstate((3,(1,),None))', 'R().setstate((3,4,None))', 'R().setstate((3,))', 'R().seed(1,2)', 'R().seed([])', 'R().uniform(1)', 'R().uniform("a",1)', 'R().gauss(1)', 'R().gammavariate(0,1)', 'R().expovariate(0)', 'R(1).triangular(1,1,1)', 'R(1).triangular(2,1)', 'R().paretovariate(0)', 'sr.getstate()', 'sr.setstate()', 'sr.getrandbits(0)', 'sr.getrandbits(1.5)', 'w.setstate((3,))', 'w.jumpahead(-1)', 'random.Random.VERSION', 'w.VERSION', 'R(1).gauss_next', 'sorted(random.__all__)', 'R().random(3)', 'R(x=3).random()', 'R().randint(a=1,b=1)', 'R(5).jumpahead("x")', 'R(1).shuffle([1,2,3], lambda: 0.1)', 'R().nope', 'random.Random', 'random.random.__name__','random.seed(5)', 'random.random()', 'random.choice("abc")']: t(s)
