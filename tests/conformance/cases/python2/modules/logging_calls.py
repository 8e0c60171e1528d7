"""logging: levels, records, formatters, handlers that fail, adapters, derived loggers."""
import logging, sys, os
logging.basicConfig(stream=sys.stdout, level=logging.DEBUG, format='%(levelname)s:%(name)s:%(lineno)d:%(funcName)s:%(threadName)s:%(module)s:%(message)s')
log = logging.getLogger('a.b')
def f():
    log.debug('x %s', 1); log.info('y'); log.warn('w %(k)s', {'k':3})
    try: 1/0
    except Exception: log.error('exc', exc_info=0)
    log.log(35, 'lvl'); logging.info('root'); log.error(u'\xe9'.encode('utf8'))
f()
log.info('m', extra={'q':1})
for a in (dict(extra={'message':1}), dict(extra={'name':1}), dict(foo=1)):
    try: log.info('m', **a)
    except Exception, e: print type(e), e
for fn in (log.debug, log.log, logging.info, logging.log):
    try: fn()
    except Exception, e: print type(e), e
try: log.log('x', 'y')
except Exception, e: print type(e), e
print logging.getLevelName(35), logging.getLevelName('INFO'), logging.getLevelName(10)
for v in ('x', 3.5, u'INFO', 'INFO'):
    try: log.setLevel(v); print log.level
    except Exception, e: print type(e), e
log.setLevel(0)
ad = logging.LoggerAdapter(log, {'u': 1}); ad.info('adapted'); ad.log(10, 'z'); ad.error('q %d', 1)
h = logging.StreamHandler(sys.stdout); h.setFormatter(logging.Formatter('%(asctime)s|%(message)s', '%Y')); 
l2=logging.getLogger('z'); l2.propagate=0; l2.addHandler(h); l2.removeHandler(h)
class Er(logging.Handler):
    def emit(self, r):
        try: 1/0
        except: self.handleError(r)
    def handleError(self, r): print 'handle', sys.exc_info()[0]
l2.addHandler(Er()); l2.info('x')
class S(object):
    def write(self, x): raise IOError('no')
h2=logging.StreamHandler(S())
class H3(logging.StreamHandler):
    def handleError(self, r): print 'h3', sys.exc_info()[:2]
l2.addHandler(H3(S())); l2.info('x')
print logging.Logger.info, len(logging.getLogger().handlers), logging.root.name, logging.getLogger('a').__class__, log.parent.name
r = logging.makeLogRecord({'msg':'hi','levelno':3}); print r, r.getMessage(), r.levelname
f_ = logging.Filter('a.b')
print [f_.filter(logging.makeLogRecord({'name':n})) for n in ('a.b','a.b.c','a.bc','a','x')]
import warnings; logging.captureWarnings(True); warnings.warn_explicit('capt', UserWarning, 'f.py', 3); logging.captureWarnings(False)
log.getChild('kid').info('k'); print log.getChild('kid').name, logging.root.getChild('r').name
import tempfile; path = os.path.join(tempfile.mkdtemp(), 'x.log')
fh = logging.FileHandler(path, 'w', encoding='utf-8', delay=True); log.addHandler(fh); log.info(u'\xe9'); fh.close(); print repr(open(path).read())
print logging.Formatter().format(logging.makeLogRecord({'msg':'a%sb','args':(1,)}))
logging.disable(40); log.error('no'); log.critical('yes'); logging.disable(0)
class L(logging.getLoggerClass()):
    def makeRecord(self, *a, **k):
        r = logging.Logger.makeRecord(self, *a, **k); r.msg = 'made ' + str(r.msg); return r
    def findCaller(self): return logging.Logger.findCaller(self)
logging.setLoggerClass(L); logging.getLogger('own').info('x')
try: logging.setLoggerClass(int)
except TypeError, e: print e
