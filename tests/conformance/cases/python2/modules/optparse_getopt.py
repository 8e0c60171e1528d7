import optparse, getopt, sys
sys.stderr = sys.stdout
def run(p, a):
    try:
        o, r = p.parse_args(a); print sorted(vars(o).items()), r
    except SystemExit, e: print 'exit', e.code
p = optparse.OptionParser(usage='usage: %prog [options] arg', version='%prog 1.0', prog='pp', description='desc', epilog='epi')
p.add_option('-f', '--file', dest='filename', help='write to FILE', metavar='FILE')
p.add_option('-q', action='store_false', dest='verbose', default=True, help='quiet [default: %default]')
p.add_option('-n', type='int', default=3); p.add_option('-x', type='float'); p.add_option('-c', type='choice', choices=['a','b'])
p.add_option('-a', action='append'); p.add_option('--cc', action='count'); p.add_option('-k', action='store_const', const=1)
p.add_option('-2', nargs=2, dest='two', type='int')
p.add_option('-l', type='long'); p.add_option('-j', type='complex')
def cb(option, opt, value, parser): print option, opt, value
p.add_option('--cb', action='callback', callback=cb, type='string')
g = optparse.OptionGroup(p, 'Dangerous', 'watch out'); g.add_option('-g', action='store_true', help='Group'); p.add_option_group(g)
p.print_help(); p.print_usage(); p.print_version()
for a in (['-f','x','y'],['-q','--cc','--cc','-n','5'],['-n','x'],['-c','z'],['-x','q'],['--nope'],['-n'],['-2','1','2'],['-l','0x10','-j','1+2j'],['--cb','v'],['-h'],['--version'],['--fil=1'],['--c'],['-a1','-a','2','--','-q']):
    run(p, a)
try: p.add_option('-f')
except Exception, e: print type(e).__name__, e
try: p.add_option('z')
except Exception, e: print type(e).__name__, e
try: optparse.Option('-f', type='foo')
except Exception, e: print type(e).__name__, e
print p.get_option('-f'), p.has_option('-z'), sorted(p.defaults), optparse.Values({'a':1})
for a,s,l in [(['-a','1','--foo','x','r'],'a:',['foo=']),(['-b'],'a:',[]),(['-a'],'a:',[]),(['--fo=1'],'',['foo=','bar']),(['--zoo'],'',['foo']),(['--foo=1'],'',['foo']),(['--f'],'',['foo','fab']),(['--foo'],'',['foo=']),('-ab x'.split(),'ab',[])]:
    try: print getopt.getopt(a,s,l), getopt.gnu_getopt(a,s,l)
    except getopt.error, e: print repr(e), e, e.msg, e.opt
