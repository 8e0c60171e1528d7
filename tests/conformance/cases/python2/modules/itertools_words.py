# itertools: reprs, copies and what is said about wrong arguments.
import itertools, copy, struct
for v in (-3, 3, 10**10, 1.5):
    c=itertools.count(v); print repr(c), next(copy.copy(c)), next(c), repr(c)
c=itertools.count(1,2); print repr(c), copy.copy(c), itertools.count(1.5,0.5), itertools.count(step=3)
a,b=itertools.tee([1,2]); c,d=itertools.tee(a); print a is c
for f in ('chain','combinations','combinations_with_replacement','compress','count','cycle','dropwhile','groupby','ifilter','ifilterfalse','imap','islice','izip','izip_longest','permutations','product','repeat','starmap','takewhile','tee'):
    o=getattr(itertools,f); print f, o, getattr(o,'__module__',None), o.__name__
    for args in ((), (1,), (None,), ([],1,2,3,4,5)):
        try: print repr(o(*args)).split(' at ')[0]
        except Exception, e: print type(e).__name__, e
print repr(itertools.repeat(5)), repr(itertools.repeat(5,3)), itertools.repeat(object=2,times=2)
for bad in ("itertools.izip_longest([1],fill=2)","itertools.islice([1],-1)","itertools.islice([1],1,2,0)","itertools.combinations('ab',-1)","itertools.permutations('ab',-1)","itertools.product('ab',repeat=-1)","itertools.product('a',rep=1)","itertools.repeat(1,'x')","itertools.islice([1],'a')", "itertools.islice([1],1,'a')","list(itertools.imap(None,[1],[2]))","list(itertools.imap(1,[1]))","itertools.count('a')","itertools.starmap(pow,[1]).next()","itertools.chain(1).next()","itertools.chain.from_iterable(1)","itertools.groupby([1],key=1).next()","itertools.compress([1])","itertools.tee([1],-1)","itertools.tee([1],'a')", "len(itertools.repeat(1,5))","itertools.cycle([]).next()"):
    try: print bad, repr(eval(bad)).split(' at ')[0]
    except BaseException, e: print bad, type(e).__name__, e
