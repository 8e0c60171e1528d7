# Copies of folders, patterns of names, identifiers, keyed hashes, differences, descriptors; with odd inputs.
import copy, difflib, fnmatch, glob, hashlib, hmac, os, pickle, shutil, sys, tarfile, tempfile, uuid, zipfile
def t(f,*a,**k):
    try: r=f(*a,**k); print repr(r)
    except BaseException,e: print type(e).__module__,type(e).__name__,repr(e.args), str(e)
d=tempfile.mkdtemp(); os.chdir(d)
os.makedirs('a/b/c'); open('a/1.txt','w').write('1'); open('a/b/2.py','w').write('2'); open('a/.hid','w').close(); os.symlink('1.txt','a/ln')
shutil.copytree('a','A2',symlinks=True,ignore=shutil.ignore_patterns('*.py')); print sorted((x,sorted(y),sorted(w)) for x,y,w in os.walk('A2')), os.path.islink('A2/ln')
t(shutil.copytree,'a','A2'); t(shutil.copyfile,'a/1.txt','a/1.txt'); t(shutil.copyfile,'a/1.txt','a/ln'); t(shutil.copy,'nofile','x'); t(shutil.copyfile,'a','x')
shutil.copy('a/1.txt','A2/b'); print os.listdir('A2/b/'); t(shutil.move,'a','a/b'); t(shutil.move,'a/1.txt','A2'); shutil.move('a/1.txt','m.txt'); print os.path.exists('m.txt'), os.path.exists('a/1.txt')
t(shutil.rmtree,'nofile'); t(shutil.rmtree,'a/ln'); 
shutil.rmtree('nofile',onerror=lambda f,p,e: sys.stdout.write('%s %s %s %s\n'%(f.__name__,p,e[0].__name__,e[1])))
t(shutil.rmtree,'nofile',True)
os.symlink('nowhere','a/dang'); t(shutil.copytree,'a','A3')
print shutil.get_archive_formats(); t(shutil.make_archive,'ar','xx'); print os.path.basename(shutil.make_archive('ar','zip','A2')), sorted(zipfile.ZipFile('ar.zip').namelist()); print os.path.basename(shutil.make_archive('ar','gztar',d,'A2'))
print sorted(tarfile.open('ar.tar.gz').getnames())
t(shutil.register_archive_format,'x',5); t(shutil.register_archive_format,'x',len,5); t(shutil.register_archive_format,'x',len,[5]); t(shutil.unregister_archive_format,'nope')
print shutil.Error, issubclass(shutil.Error,EnvironmentError), shutil.copytree.func_defaults
print sorted(glob.glob('a/*')), sorted(glob.glob(u'a/*')), glob.glob('*/b/*.py'), glob.glob('nope*'), sorted(glob.glob('a/')), sorted(glob.glob('*/')), glob.glob('a/.*'), glob.glob('m.txt'), glob.glob('[am]*t'), glob.has_magic('a[b'), type(glob.iglob('*')), glob.glob1('a','*.nope'), glob.glob0('a','b')
print fnmatch.translate('a*b?[!x]\\[.'), fnmatch.fnmatch('abc','a*'), fnmatch.fnmatch('abc','A*'), fnmatch.filter(['a','b',u'ab'],'a*'), repr(fnmatch.translate(u'*')), repr(fnmatch.translate(u'a')), fnmatch.fnmatchcase('a\nb','a*b'); t(fnmatch.fnmatch,'a',5); t(fnmatch.translate,'[[]'); t(fnmatch.translate,'[]'); t(fnmatch.translate,'\xe9\0_-')
# uuid
u=uuid.UUID('{12345678-1234-5678-1234-567812345678}'); print u, repr(u), u.int, u.fields, repr(u.bytes), repr(u.bytes_le), u.urn, u.variant, u.version, u.time, u.clock_seq, u.node, u.hex, hash(u)==hash(u.int), u.get_node(), u==uuid.UUID(str(u)), u<uuid.UUID(int=1), u==5, cmp(u,u), int(u)==u.int
for a,k in [((),{}),(('a',),{}),((),{'bytes':'a'}),((),{'bytes_le':'a'}),((),{'fields':(1,)}),((),{'int':-1}),((),{'int':1<<128}),((),{'int':1,'version':9}),(('x'*32,),{}),((5,),{}),((),{'fields':(1<<32,0,0,0,0,0)}),((),{'fields':(0,0,0,256,0,0)}),((),{'fields':5})]: t(uuid.UUID,*a,**k)
print uuid.uuid3(uuid.NAMESPACE_DNS,'python.org'), uuid.uuid5(uuid.NAMESPACE_DNS,'python.org'), uuid.uuid4().version, uuid.uuid1().version, uuid.uuid1(5,6).node, uuid.uuid1(5,6).clock_seq, repr(pickle.dumps(uuid.UUID(int=5),0)), repr(pickle.dumps(uuid.UUID(int=5),2)), pickle.loads(pickle.dumps(u))==u, copy.copy(u)==u, copy.deepcopy(u)==u, {u:1}[u]
t(setattr,u,'x',1); t(uuid.uuid3,uuid.NAMESPACE_DNS,u'x'); print sorted([uuid.UUID(int=3),uuid.UUID(int=1)]), type(uuid.getnode()), uuid.UUID(fields=(1,2,3,4,5,6)), uuid.UUID(bytes='\x01'*16,version=4), uuid.NAMESPACE_X500
# hmac
print hmac.new('key','msg').hexdigest(), hmac.new('k'*100,'m',hashlib.sha256).hexdigest(), hmac.new('k','m',hashlib.sha1).digest_size, hmac.HMAC('k').blocksize,
h=hmac.new('k'); c=h.copy(); c.update('x'); print h.hexdigest()!=c.hexdigest(), h.inner.name if hasattr(h.inner,'name') else '', hmac.digest_size; t(hmac.new,u'k','m'); t(hmac.new,5); t(hmac.new,'k',5); t(hmac.new,'k','m','md5'); t(hmac.compare_digest,'a','a'); t(hmac.compare_digest,'a',u'a'); t(hmac.new)
# difflib
s=difflib.SequenceMatcher(None,'abxcd','abcd'); print s.ratio(), s.quick_ratio(), s.real_quick_ratio(), s.get_matching_blocks(), s.get_opcodes(), s.find_longest_match(0,5,0,4), list(s.get_grouped_opcodes(1))
s=difflib.SequenceMatcher(lambda x: x==' ',' abcd','abcd abcd'); print s.find_longest_match(0,5,0,9), s.ratio(), s.isbjunk(' '), s.a, s.b
print difflib.SequenceMatcher(None,'','').ratio(), difflib.SequenceMatcher(None,[1,2,'a'],[2,'a',u'b']).get_opcodes()
print difflib.get_close_matches('appel',['ape','apple','peach','puppy']), difflib.get_close_matches('x',[]), difflib.get_close_matches('aa',['ab','aa','ba','a'],2,0.1); t(difflib.get_close_matches,'a',[],0); t(difflib.get_close_matches,'a',[],1,2)
A='one\ntwo\nthree\nfour\n\tfive tab\n'.splitlines(1); B='ore\ntree\nemu\nfour\n\tfive  tabs\nsix\n'.splitlines(1)
sys.stdout.writelines(difflib.ndiff(A,B)); sys.stdout.writelines(difflib.unified_diff(A,B,'a','b','d1','d2',1)); sys.stdout.writelines(difflib.context_diff(A,B,'a','b')); print list(difflib.unified_diff(A,A)), list(difflib.restore(difflib.ndiff(A,B),2))==B, list(difflib.restore(difflib.ndiff(A,B),1))==A; t(difflib.restore,[],3) if 0 else None
import random; random.seed(5)
for i in range(60):
    x=''.join(random.choice('abcd ') for _ in range(random.randint(0,300))); y=''.join(random.choice('abcd ') for _ in range(random.randint(0,300)))
    m=difflib.SequenceMatcher(None if i%2 else (lambda c:c==' '),x,y); print m.ratio(), hash(tuple(map(tuple,m.get_matching_blocks()))), m.quick_ratio()
    la=[random.choice(['alpha beta','alpha bets','gamma delta x','gamma  delta','q'])+'\n' for _ in range(12)]; lb=[random.choice(['alpha beta','alpha bits','gamma delta y','\tgamma delta','q'])+'\n' for _ in range(12)]
    print hash(tuple(difflib.ndiff(la,lb))), hash(tuple(difflib.context_diff(la,lb,n=i%4)))
# os
print os.fdopen(os.open('m.txt',os.O_RDWR),'r+'). __class__, os.access('m.txt',os.W_OK), os.access('zz',os.F_OK); t(os.fdopen,99); t(os.fdopen,1,'q'); f=os.fdopen(os.open('m.txt',os.O_RDONLY)); print repr(f)[:36], f.read(), f.name, f.mode; f.close(); t(os.fdopen, os.open('m.txt',os.O_RDONLY),'w'); t(os.fdopen,os.open('.',os.O_RDONLY)); t(os.fdopen,'x')
r,w=os.pipe(); f=os.fdopen(w,'w',0); f.write('line\nx'); g=os.fdopen(r); print repr(g.readline()); f.close(); print repr(g.read()); g.close()
os.chdir('/'); shutil.rmtree(d); print os.path.exists(d)
