# ConfigParser: reading, values that refer to others, errors, writing.
import ConfigParser, StringIO
C=ConfigParser
class L(C.SafeConfigParser):
    def optionxform(self, s): return s.upper()
for K in (C.RawConfigParser, C.ConfigParser, C.SafeConfigParser, L):
    p=K({'Home':'/h','n':'1'})
    p.readfp(StringIO.StringIO("[a]\nx=1 ; c\ny: two\n  more\n; c\nz=%(home)s/b\nb=yes\nd=%(z)s\nbad=%(nope)s\nloop=%(loop)s\npc=50%%\n[b c]\nq=\n"))
    print K.__name__, sorted(p.sections()), sorted(p.options('a'))
    for o in ('x','y','z','b','d','bad','loop','pc','nope','n'):
        try: print o, repr(p.get('a',o))
        except Exception, e: print o, type(e).__name__, repr(str(e)), e.args
    for f in (lambda:p.getint('a','x'), lambda:p.getint('a','y'), lambda:p.getboolean('a','b'), lambda:p.getboolean('a','x'), lambda: p.getboolean('a','y'), lambda:p.items('b c'), lambda:p.items('zz'), lambda:p.get('zz','x'), lambda:p.add_section('a'),lambda:p.add_section('DeFault'), lambda:p.set('zz','x','1'), lambda:p.set('a','x',5), lambda:p.set('a','k','%(x)s%'), lambda:p.set(None,'k','v'), lambda:p.has_option('a','X'), lambda:p.has_option('','k'), lambda:p.has_option('q','k'), lambda: p.remove_option('a','x'), lambda:p.remove_option('a','x'), lambda:p.remove_section('zz'), lambda:p.remove_section('b c'), lambda: p.get('DEFAULT','n'), lambda:p.items('DEFAULT'), lambda:p.get('a'), lambda:p.get('a','b','c','d','e','f'), lambda: p.options('nn'), lambda: p.readfp(StringIO.StringIO('x=1\n')), lambda: p.readfp(StringIO.StringIO('[s]\nfoo\n bar\nbaz\n'),'fn'), lambda: p.read(['/nonexist','/etc/hostname_no']), lambda: p.defaults()):
        try: print repr(f())
        except Exception, e: print type(e).__name__, repr(str(e))
    s=StringIO.StringIO()
    try:
        p.write(s); print repr(s.getvalue())
    except Exception, e: print type(e), e
print K.get, K.__module__, C.RawConfigParser, type(C.RawConfigParser), C.NoOptionError, type(p)
import pickle, copy
e=C.NoOptionError('o','s'); e2=pickle.loads(pickle.dumps(e)); print repr(e2), e2.option, e2.section, e2.args
e=C.MissingSectionHeaderError('f',1,'l\n'); e2=copy.copy(e); print repr(e2), e2.lineno, e2.message
class D(dict): pass
p=C.RawConfigParser(dict_type=D, allow_no_value=True)
p.readfp(StringIO.StringIO('[s]\na\nb=1\n')); print type(p._sections), sorted(p._sections['s'].items(), key=str), p.get('s','a')
s=StringIO.StringIO(); p.write(s); print repr(s.getvalue())
print p._dict, p._optcre is p.OPTCRE_NV, sorted(p.__dict__.keys())
print p.items.im_func.func_name
for v in ({'x':'q'},):
    p=C.ConfigParser(); p.readfp(StringIO.StringIO('[s]\na=%(x)s-%(X)s\n')); print p.get('s','a',0,v), p.get('s','a',raw=1), p.items('s',vars=v)
