# Archives, compressed files and temporary files, with odd inputs.
import gzip, io, os, shutil, tempfile, zipfile, zlib
from cStringIO import StringIO
def t(f,*a,**k):
    try: r=f(*a,**k); print repr(r)
    except BaseException,e: print type(e).__module__,type(e).__name__,repr(e.args)
d=tempfile.mkdtemp(); os.chdir(d)
b=StringIO()
z=zipfile.ZipFile(b,'w'); z.writestr('a.txt','hello\r\nworld\rx\n'*3); z.writestr('dir/b.txt','x'*1000, zipfile.ZIP_DEFLATED); z.writestr(zipfile.ZipInfo('c',(2001,2,3,4,5,6)),'c'); z.comment='com'; z.close()
z=zipfile.ZipFile(StringIO(b.getvalue())); print z.namelist(), z.comment, z.testzip(), [ (i.filename,i.file_size,i.CRC,i.compress_type,i.external_attr,i.create_version,i.flag_bits) for i in z.infolist()]
i=z.getinfo('c'); print i.date_time, sorted(set(dir(i))-set(dir(object)))
t(z.getinfo,'zz'); t(z.read,'zz'); t(z.open,'a.txt','w'); t(z.write,'x'); t(z.writestr,'q','z')
f=z.open('a.txt','U'); print f.readline(), f.newlines, f.read(3), f.peek(5)[:5], f.readlines(), f.closed, f.name, f.mode; f.close(); print f.closed
f=z.open('a.txt'); print repr(f.readline(3)), repr(f.readline()), list(f), repr(f.read())
f=z.open('dir/b.txt'); print len(f.read1(10)), len(f.read()), f.read()
t(zipfile.ZipFile,StringIO('abc')); t(zipfile.ZipFile,'nofile'); t(zipfile.ZipFile,StringIO(),'q'); t(zipfile.ZipFile,StringIO(),'w',99)
print zipfile.is_zipfile(StringIO('x')), zipfile.is_zipfile(StringIO(b.getvalue())), zipfile.is_zipfile('nofile')
t(zipfile.ZipInfo,'a',(1970,1,1,0,0,0)); t(zipfile.ZipInfo,5)
pass
t(zipfile.ZipInfo('a').FileHeader)
z.extractall('out'); print sorted(os.listdir('out')), z.extract('a.txt','o2')
z.close(); t(z.read,'a.txt'); t(z.open,'a.txt')
with zipfile.ZipFile('k.zip','w',zipfile.ZIP_DEFLATED) as q: q.write('out','o'); q.write('out/a.txt'); q.write('out/dir/b.txt','../up/b')
with zipfile.ZipFile('k.zip','a') as q: print q.namelist(), q.mode; q.writestr('new',u'uni'); t(q.writestr,'new2',5)
q=zipfile.ZipFile('k.zip'); print q.namelist(), q.filename, q.fp.mode, q.debug, q.read('new'), q.pwd; q.close(); q.close()
t(zipfile.ZipFile('k.zip').extract,'nope')
class Z(zipfile.ZipFile):
    def open(self,*a,**k): print 'open',a[0]; return zipfile.ZipFile.open(self,*a,**k)
print Z('k.zip').read('new'), Z.open, zipfile.ZipFile.namelist, zipfile.ZipFile, zipfile.BadZipfile, zipfile.error is zipfile.BadZipfile
# gzip
g=gzip.open('t.gz','wb'); g.write('hello\nworld\n'); print repr(g)[:25], g.mode, g.name, g.tell(), g.fileno()>2; g.close(); print g.closed; t(g.write,'x'); t(g.read); t(g.flush)
g=gzip.open('t.gz'); print repr(g.readline()), g.tell(), repr(g.read(2)), g.seek(0), repr(g.read()), g.mode, g.mtime>0, isinstance(g, io.BufferedIOBase); t(g.seek,0,2); t(g.write,'x'); g.close(); g.close()
open('two.gz','wb').write(open('t.gz','rb').read()*2+'\0'*10)
print repr(gzip.GzipFile('two.gz').read()), list(gzip.open('two.gz'))
s=open('t.gz','rb').read()
t(gzip.GzipFile(fileobj=StringIO(s[:-3]+'abc')).read); t(gzip.GzipFile(fileobj=StringIO('abc')).read); t(gzip.GzipFile(fileobj=StringIO(s[:-8]+'\0'*8)).read); t(gzip.GzipFile(fileobj=StringIO(s[:5])).read); t(gzip.GzipFile(fileobj=StringIO(s[:15])).read); t(gzip.GzipFile(fileobj=StringIO('')).read); t(gzip.GzipFile(fileobj=StringIO('\x1f\x8b\x07')).read)
t(gzip.GzipFile,'x','z'); t(gzip.GzipFile,'nofile.gz'); t(gzip.GzipFile,mode='rb'); t(gzip.GzipFile,fileobj=StringIO(),mode='x')
o=StringIO(); g=gzip.GzipFile('nm.gz','wb',9,o,12345.5); g.write('abc'*100); g.write(u'abc'); t(g.write,buffer('xyz')); t(g.seek,0); g.seek(400); g.close(); print repr(o.getvalue()[:20]), repr(gzip.GzipFile(fileobj=StringIO(o.getvalue())).read()[-110:])
print gzip.GzipFile.read, gzip.GzipFile.__init__.im_func.func_defaults, gzip.open.func_defaults
# zlib
print repr(zlib.compress('abc')), zlib.crc32('abc'), zlib.adler32('abc',5), zlib.crc32('abc',-1), zlib.crc32('x'*100, 1<<40)
t(zlib.compress); t(zlib.compress,'a',99); t(zlib.decompress,'abc'); t(zlib.decompress,zlib.compress('abc')[:-2]); t(zlib.decompress,'abc',99); t(zlib.decompressobj,99); t(zlib.compressobj,99); t(zlib.decompressobj().decompress,'abc'); t(zlib.compress,u'\xe9'); t(zlib.compress,5); t(zlib.decompressobj().flush,0); t(zlib.decompressobj().decompress,'x',-1)
o=zlib.decompressobj(); c=zlib.compress('abc'*50)+'rest'; print repr(o.decompress(c,5)), len(o.unconsumed_tail)>0, repr(o.decompress(o.unconsumed_tail)[-3:]), repr(o.unused_data), repr(o.flush()); t(o.decompress,'q'); print type(o), zlib.error
print repr(zlib.decompress(c[:-4])), repr(zlib.decompressobj(31)) [:22]
# tempfile
fd,p=tempfile.mkstemp('.x','pre',d); print os.path.basename(p)[:3],p[-2:],len(os.path.basename(p)), oct(os.stat(p).st_mode); os.close(fd)
f=tempfile.NamedTemporaryFile(); print f.file.mode, os.path.exists(f.name), f.delete, f.close_called, repr(f)[:30]; f.write('abc'); f.flush(); f.seek(0); print f.read(), f.name==f.name; n=f.name; f.close(); print os.path.exists(n), f.closed; f.close()
with tempfile.NamedTemporaryFile(suffix='.txt',delete=False) as f: f.write('q')
print open(f.name).read(), f.name.endswith('.txt'); os.unlink(f.name)
f=tempfile.TemporaryFile(); print f.name, f.mode; f.write('x'); f.close()
s=tempfile.SpooledTemporaryFile(10); s.write('abc'); print s._rolled, s.name, s.mode, s.tell(); s.write('x'*20); print s._rolled, s.name; s.seek(0); print s.read(), list(s), s.closed; s.close()
t(tempfile.mkstemp,dir='/nonexistent'); t(tempfile.mkdtemp,dir='/nonexistent/x'[:12]) if 0 else None
print tempfile.gettempprefix(), tempfile.template, tempfile.TMP_MAX, os.path.basename(tempfile.mktemp('s','p'))[0], len(next(iter(tempfile._RandomNameSequence()))) if 0 else ''
t(tempfile.NamedTemporaryFile, 5)
os.chdir('/'); shutil.rmtree(d); print os.path.exists(d)
