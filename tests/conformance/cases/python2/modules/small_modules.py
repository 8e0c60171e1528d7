# Modules that speak to the system, and their kinds of errors.
import array, fcntl, fileinput, gettext, hashlib, mmap, netrc, os, re, select, signal, sys, tempfile, time, uuid
def show(function):
    try: print repr(function())
    except Exception as error: print type(error).__name__, error
folder = tempfile.mkdtemp(); os.chdir(folder)
open('a', 'w').write('1\n2\n'); open('b', 'w').write('3\n')
for line in fileinput.input(['a', 'b']): print repr(line), fileinput.lineno(), fileinput.filelineno(), fileinput.isfirstline(), fileinput.filename()
for line in fileinput.input('a', inplace=1): print 'x' + line,
print repr(open('a').read())
open('n', 'w').write('machine h login l password p\ndefault login dl password dp\nmacdef x\n  y\n\n')
show(lambda: sorted(netrc.netrc('n').hosts.items())); show(lambda: netrc.netrc('n').macros); show(lambda: netrc.netrc('n').authenticators('z'))
open('n', 'w').write('machine h nope x\n')
show(lambda: netrc.netrc('n')); show(lambda: netrc.netrc('/nonexistent'))
f = open('b', 'r+b')
show(lambda: fcntl.lockf(f, fcntl.LOCK_SH)); show(lambda: fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)); show(lambda: fcntl.fcntl(f, fcntl.F_GETFL) & 3); show(lambda: fcntl.flock(9999, fcntl.LOCK_EX))
r, w = os.pipe(); p = select.poll(); p.register(r, select.POLLIN); show(lambda: p.poll(0)); os.write(w, 'x'); show(lambda: [(fd == r, e) for fd, e in p.poll(10)])
show(lambda: [x == [r] for x in select.select([r], [], [], 0)]); show(lambda: select.select(['x'], [], [])); show(lambda: select.select([], [], [], 'x')); show(lambda: issubclass(select.error, EnvironmentError))
def handler(number, frame): print 'got', number
show(lambda: signal.signal(signal.SIGUSR1, handler)); os.kill(os.getpid(), signal.SIGUSR1); show(lambda: signal.signal(signal.SIGUSR1, signal.SIG_IGN) is handler)
show(lambda: (signal.SIG_DFL, signal.SIG_IGN, signal.SIGTERM)); show(lambda: signal.signal(99, handler)); show(lambda: signal.signal(signal.SIGUSR1, 5)); show(lambda: signal.getsignal(signal.SIGUSR1))
f.write('hello world'); f.flush(); m = mmap.mmap(f.fileno(), 0)
show(lambda: (m[0], m[0:5], len(m), m.find('w'), m.read(3), m.readline(), m.tell())); m[0] = 'J'; m[1:3] = 'EE'; m.seek(0); show(lambda: (m.read(5), m.read_byte())); m.close(); print open('b').read()
m = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ); show(lambda: m.write('x')); show(lambda: 'wor' in m[:])
show(lambda: gettext.ngettext('a', 'b', 2)); show(lambda: gettext.translation('nope')); show(lambda: gettext.translation('nope', fallback=True).ugettext('x'))
plural = gettext.c2py('n%10==1 && n%100!=11 ? 0 : n%10>=2 && (n%100<10 || n%100>=20) ? 1 : 2'); print [plural(n) for n in (1, 2, 5, 11, 21, 22, 101)]
show(lambda: hashlib.pbkdf2_hmac('sha1', 'pw', 'salt', 10).encode('hex')); show(lambda: hashlib.pbkdf2_hmac('sha256', 'p' * 80, 'salt', 3, 70).encode('hex')); show(lambda: hashlib.pbkdf2_hmac('nope', 'p', 's', 1)); show(lambda: hashlib.sha1().name)
scanner = re.Scanner([(r'[a-z]+', lambda s, token: ('word', token)), (r'\d+', lambda s, token: (int(token), s.match.span())), (r'\s+', None), (r'[+]', 'plus')])
show(lambda: scanner.scan('ab 12 + c ! x')); show(lambda: re.Scanner([('a', 1)], re.I).scan('AAb'))
for zone in 'EST+05EDT,M4.1.0,M10.5.0', 'AEST-10AEDT-11,M10.5.0,M3.5.0', 'UTC':
    os.environ['TZ'] = zone; time.tzset()
    print time.localtime(1000000000)[:9], time.tzname, time.timezone, time.altzone, time.daylight, time.mktime((2001, 7, 1, 0, 0, 0, 0, 0, -1))
show(lambda: bytearray('ab').ljust(4, '\0')); show(lambda: u'b\xfc.de'.encode('idna').decode('idna')); show(lambda: uuid.UUID(int=5).get_hex()); show(lambda: (exit, quit)); show(lambda: (os.major(2049), os.minor(2049), os.makedev(8, 1)))
print 1,; sys.displayhook(2)
