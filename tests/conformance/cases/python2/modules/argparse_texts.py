import argparse, sys, os
def run(p, args):
    try:
        print sorted(vars(p.parse_args(args)).items())
    except SystemExit, e:
        print 'exit', e.code
sys.stderr = sys.stdout
p = argparse.ArgumentParser(prog='prog', description='What it does', epilog='The end')
p.add_argument('infile', nargs='?', type=argparse.FileType('r'), default=sys.stdin, help='in file')
p.add_argument('-v', '--verbose', action='store_true', help='be loud')
p.add_argument('-n', '--number', type=int, default=3, metavar='N', help='count (default: %(default)s)')
p.add_argument('--choice', choices=['a','b'], help='pick one')
p.add_argument('-q', action='count')
p.add_argument('--list', action='append', dest='items')
p.add_argument('--const', action='store_const', const=42)
p.add_argument('--version', action='version', version='%(prog)s 1.0')
p.print_help(); p.print_usage()
p = argparse.ArgumentParser(prog='prog', formatter_class=argparse.ArgumentDefaultsHelpFormatter)
p.add_argument('-n', type=int, default=3, help='number')
p.add_argument('--choice', choices=['a','b'], help='pick one')
p.add_argument('rest', nargs='*', help='others')
print p.format_help()
run(p, []); run(p, ['-n','4','x','y']); run(p, ['-n','x']); run(p, ['--choice','c']); run(p, ['--nope']); run(p, ['-n'])
p = argparse.ArgumentParser(prog='p', version='2.0')
p.add_argument('a'); p.add_argument('b', type=float)
run(p, []); run(p, ['1']); run(p,['1','x']); run(p,['1','2.5']); run(p,['-v']); run(p,['1','2','3'])
p.print_help()
p = argparse.ArgumentParser(prog='p')
s = p.add_subparsers(help='sub-command help', title='subs', dest='cmd')
a = s.add_parser('a', help='a help'); a.add_argument('bar', type=int)
b = s.add_parser('b', help='b help'); b.add_argument('--baz', choices='XYZ')
run(p, ['a','12']); run(p, ['b','--baz','Z']); run(p, ['c']); run(p, []); run(p, ['a']); run(p, ['-h']); run(p, ['a','-h'])
g = argparse.ArgumentParser(prog='g')
gr = g.add_argument_group('group', 'desc')
gr.add_argument('--foo'); m = g.add_mutually_exclusive_group(required=True)
m.add_argument('--x', action='store_true'); m.add_argument('--y', action='store_false')
g.print_help(); run(g, []); run(g, ['--x']); run(g, ['--x','--y']); run(g,['--fo','1','--x'])
print g.parse_known_args(['--x','zz','--k'])
print repr(g.parse_args(['--x','--foo','1']))
n = argparse.Namespace(a=1, b='x'); print n, n == argparse.Namespace(b='x', a=1), 'a' in n
p = argparse.ArgumentParser(prog='t', add_help=False, prefix_chars='-+', fromfile_prefix_chars='@', argument_default=argparse.SUPPRESS, usage='%(prog)s [stuff]')
p.add_argument('+f', '++foo', nargs=2); p.add_argument('-b', required=True); p.add_argument('r', nargs=argparse.REMAINDER)
run(p, ['+f','1','2','-b','q']); run(p, []); run(p, ['-b','1','x','-y'])
p.print_help()
for bad in [lambda: p.add_argument('-b'), lambda: p.add_argument('x', dest='y'), lambda: p.add_argument('--z', type='nope'), lambda: p.add_argument('--zz', action='nope'), lambda: p.add_argument('w', required=True), lambda: p.add_argument('--w', nargs=0), lambda: p.set_defaults(q=1) or p.get_default('q')]:
    try: print bad()
    except Exception, e: print type(e).__name__, e
def typ(s):
    raise argparse.ArgumentTypeError('bad thing %r' % s)
p = argparse.ArgumentParser(prog='t'); p.add_argument('--t', type=typ); p.add_argument('--f', type=argparse.FileType('r'))
run(p, ['--t','1']); run(p, ['--f','/nonexistent']); p.add_argument('--u', type=lambda s: int(s)); run(p,['--u','q'])
class A(argparse.Action):
    def __call__(self, parser, ns, values, option_string=None):
        print self.dest, values, option_string; setattr(ns, self.dest, values)
p = argparse.ArgumentParser(prog='t', conflict_handler='resolve', parents=[argparse.ArgumentParser(add_help=False)])
p.add_argument('--t', action=A, nargs='+'); run(p, ['--t','1','2'])
print p, A(['--a'], 'a')
print repr(argparse.FileType('w')), argparse.FileType
class M(argparse.RawDescriptionHelpFormatter): pass
p = argparse.ArgumentParser(prog='t', formatter_class=argparse.RawTextHelpFormatter, description='a\n  b'); p.add_argument('--ff', help='one\ntwo'); p.print_help()
p.error('boom') if 0 else None
try: p.exit(3, 'msg\n')
except SystemExit, e: print e.code
print sorted(argparse.__all__), argparse.__version__
p = argparse.ArgumentParser(prog='u'); p.add_argument('--unic', help=u'h\xe9'); 
print repr(p.format_help())
run(argparse.ArgumentParser(prog='x'), ['a','b'])
p = argparse.ArgumentParser(prog='longprogramname'); 
for i in range(12): p.add_argument('--option-number-%d' % i, help='some help text that is long enough to be wrapped %d' % i)
p.add_argument('x', nargs='+'); p.print_help()
