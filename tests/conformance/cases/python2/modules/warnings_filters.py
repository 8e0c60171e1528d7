# -*- coding: utf-8 -*-
"""warnings: filters, registries, options and what is wrong with them."""
import warnings, sys
print warnings.filters
print warnings.warn, warnings.warn_explicit, warnings.showwarning.__name__
warnings.warn(u'caf\xe9')
r={}
warnings.simplefilter('once')
warnings.warn_explicit('x', UserWarning, 'f.py', 3, registry=r)
warnings.warn_explicit('x', UserWarning, 'f.py', 4, registry=r)
warnings.warn_explicit('x', UserWarning, 'f.py', 4)
print r, warnings.onceregistry
warnings.resetwarnings()
warnings.simplefilter('module')
r={}
warnings.warn_explicit('x', UserWarning, 'f.py', 3, registry=r)
warnings.warn_explicit('x', UserWarning, 'f.py', 4, registry=r)
print r
for a in ((1,), (1,2,3,4,5),('x',3), ('x', int)):
    try: print warnings.warn(*a)
    except Exception, e: print type(e), e
for a in ((1,2,3,4,5,6,7,8),('x',3,4,5), ('x', int,'f','g')):
    try: print warnings.warn_explicit(*a)
    except Exception, e: print type(e), e
warnings.filters[:] = [('foo', None, Warning, None, 0)]
try: warnings.warn('u')
except Exception, e: print type(e), e
warnings.filters[:] = [3]
try: warnings.warn('u')
except Exception, e: print type(e), e
warnings.filters=None
try: warnings.warn('u')
except Exception, e: print type(e), e
warnings.filters=[]
warnings.showwarning=3
try: warnings.warn('u')
except Exception, e: print type(e), e
for f,a in ((warnings.simplefilter,('x',)),(warnings.filterwarnings,('x',)),(warnings.filterwarnings,('error',3)),(warnings.filterwarnings,('error','',3)),(warnings.filterwarnings,('error','',int)),(warnings.filterwarnings,('error','',Warning,3)),(warnings.filterwarnings,('error','',Warning,'',-1)),(warnings.filterwarnings,('error','',Warning,'','')),(warnings.simplefilter,('error',Warning,-1)), (warnings.simplefilter,()),(warnings._setoption,('a:b:c:d:e:f',)),(warnings._setoption,('error:::x:q',)),(warnings._setoption,('error::Foo',)),(warnings._setoption,('error::os.Foo',)),(warnings._setoption,('error::oq.Foo',)),(warnings._setoption,('error::int',)),(warnings._setoption,('err',)),(warnings._setoption,('erx',)),(warnings._setoption,('all',)),(warnings._setoption,(':m.x:UserWarning:mod:3',)) ):
    try: print f(*a)
    except Exception, e: print type(e), e
print [(a, b and b.pattern, c, d and d.pattern, e) for (a,b,c,d,e) in warnings.filters]
c= warnings.catch_warnings(record=True)
print repr(c), repr(warnings.catch_warnings())
try: c.__exit__()
except Exception, e: print type(e), e
l=c.__enter__()
try: c.__enter__()
except Exception, e: print type(e), e
warnings.filters=[]
warnings.warn('u'); print len(l), l[0].message, l[0].category, l[0].lineno; print sorted(vars(l[0]))
c.__exit__()
print warnings.formatwarning('m', UserWarning, 'w.py', 3, 'line  ')
print repr(warnings.formatwarning(u'm\xe9', UserWarning, 'w.py', 3, 'line  \xe9'))
print warnings.warnpy3k('x')
