# subclasses of Pickler and Unpickler, their hooks and tables
import pickle, cPickle, copy_reg, copy
from StringIO import StringIO


class Thing(object):
    def __init__(self, n):
        self.n = n


class P(pickle.Pickler):
    dispatch = pickle.Pickler.dispatch.copy()
    seen = []

    def persistent_id(self, obj):
        if isinstance(obj, Thing):
            return 'thing-%d' % obj.n

    def save_str(self, obj):
        self.seen.append(obj)
        self.write(pickle.SHORT_BINSTRING + chr(len(obj)) + obj)
        self.memoize(obj)
    dispatch[str] = save_str


class U(pickle.Unpickler):
    def persistent_load(self, pid):
        return ['loaded', pid]

    def find_class(self, module, name):
        return '%s.%s' % (module, name)


class Strict(pickle.Unpickler):
    dispatch = pickle.Unpickler.dispatch.copy()

    def refuse(self):
        raise pickle.UnpicklingError('refused %r' % (self.stack[-1],))
    dispatch[pickle.REDUCE] = refuse


f = StringIO()
p = P(f, 2)
p.dump([Thing(1), 'abc', 'abc', {'k': Thing(2)}])
print repr(f.getvalue()), P.seen
f.seek(0)
print U(f).load()
print U(StringIO(pickle.dumps(len))).load()
try:
    Strict(StringIO(pickle.dumps(set([1])))).load()
except pickle.UnpicklingError, e:
    print e
print Strict(StringIO(pickle.dumps([1, (2, 3), {'a': None}], 1))).load()


class Saver(pickle.Pickler):
    depth = 0

    def save(self, obj):
        print '.' * self.depth + type(obj).__name__
        self.depth += 1
        pickle.Pickler.save(self, obj)
        self.depth -= 1

f = StringIO()
Saver(f).dump([1, ('x', u'y'), {2: None}])
print repr(f.getvalue())

f = StringIO()
p = cPickle.Pickler(f)
p.persistent_id = lambda obj: isinstance(obj, Thing) and 'id%d' % obj.n or None
p.dump([Thing(7), Thing(8)])
print repr(f.getvalue())
u = cPickle.Unpickler(StringIO(f.getvalue()))
u.persistent_load = lambda pid: pid.upper()
print u.load()
u = cPickle.Unpickler(StringIO(f.getvalue()))
u.persistent_load = ids = []
print u.load(), ids
u = cPickle.Unpickler(StringIO(cPickle.dumps(len)))
u.find_global = None
try:
    u.load()
except cPickle.UnpicklingError, e:
    print e
copy_reg.add_extension('__main__', 'Thing', 300)
for m in (pickle, cPickle):
    s = m.dumps([Thing(1)], 2)
    print repr(s), m.loads(s)[0].n
copy_reg.remove_extension('__main__', 'Thing', 300)
f = StringIO()
p = pickle.Pickler(f)
x = ['shared']
p.dump(x)
p.dump(x)
p.clear_memo()
p.dump(x)
print repr(f.getvalue())


class Kept:
    def __deepcopy__(self, memo):
        return 'own copy'

print copy.deepcopy([Kept(), (1, [2])]), copy.copy(Thing(3)).n
