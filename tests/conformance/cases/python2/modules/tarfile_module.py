import tarfile, tempfile, os, StringIO, shutil
d = tempfile.mkdtemp(); open(d+'/a.txt','w').write('hello\xff'); n = d+'/x.tar.gz'
t = tarfile.open(n, 'w:gz'); t.add(d+'/a.txt', 'a.txt'); ti = tarfile.TarInfo('b/c.bin'); ti.size=3; t.addfile(ti, StringIO.StringIO('\x00\x01\x02')); t.close()
t = tarfile.open(n); print t.getnames(), [ (m.name, m.size, m.isfile(), m.isdir()) for m in t.getmembers()], repr(t.extractfile('a.txt').read()), repr(t.extractfile(t.getmember('b/c.bin')).read()), type(t.getnames()[0])
f = t.extractfile('a.txt'); print repr(f.read(2)), repr(f.readline()), f.tell(); f.seek(0); print list(f)
try: t.getmember('zz')
except KeyError, e: print e
t.extractall(d+'/o'); print sorted(os.listdir(d+'/o')), open(d+'/o/b/c.bin').read() == '\0\1\2'
t.extract('a.txt', d+'/p'); print os.listdir(d+'/p')
for m in tarfile.open(fileobj=open(n,'rb')): print m.name, m.type, m.mode & 0444
b = StringIO.StringIO(); t = tarfile.open(mode='w', fileobj=b); t.add(d+'/a.txt', arcname='q'); t.close(); print len(b.getvalue()), b.getvalue()[:1]
b.seek(0); print tarfile.open(fileobj=b, mode='r:').getnames()
print tarfile.is_tarfile(n), tarfile.is_tarfile(d+'/a.txt')
try: tarfile.open(d+'/nope')
except IOError, e: print 'IOError', e.errno
try: tarfile.open(d+'/a.txt')
except tarfile.ReadError, e: print e
t = tarfile.TarFile(b and d+'/y.tar', 'w'); t.close(); print os.path.getsize(d+'/y.tar')
t = tarfile.open(n); print t.next().name, t.next().name, t.next()
with tarfile.open(n) as t: print len(t.getmembers())
