# -*- coding: utf-8 -*-
# Trees of elements: finding, writing, building, errors, classes of programs.
import sys, re
import xml.etree.ElementTree as e, xml.etree.cElementTree as c
from StringIO import StringIO
import copy, pickle, cPickle
def show(f):
    try: r=f()
    except Exception as x: r='%s: %s'%(type(x).__name__,x)
    if isinstance(r,unicode): r='u:'+r.encode('utf-8')
    s=r if isinstance(r,str) else repr(r)
    print re.sub(r'0x[0-9a-f]+','0x',s)
DOC='<?xml version="1.0" encoding="utf-8"?>\n<!-- c --><root a="1" b="\xc3\xa9">text<x>1<y/>t&amp;&lt;</x>tail<x n="2"><y k="v">deep</y></x><?pi data?>\n<z xmlns="u:1" xmlns:p="u:2" p:q="r"><p:w/></z></root>'
for m in (e,c):
    print '##',m.__name__
    r=m.fromstring(DOC)
    show(lambda:r); show(lambda:type(r).__name__); show(lambda:r.tag); show(lambda:sorted(r.attrib.items())); show(lambda:r.text)
    show(lambda:[x for x in r]); show(lambda:r[0].tail); show(lambda:r[1][0].text); show(lambda:len(r)); show(lambda:r[-1].tag); show(lambda:r[1:]); show(lambda:r[10])
    for p in ('x','x/y','.//y','*','*/y','./x','.','..','x[1]','x[2]','x[last()]','x[last()-1]','x[@n]','x[@n="2"]',"x[@n='3']",'x[y]','x[y="deep"]','.//y/..','//y','/x','x/','p:z','{u:1}z','{u:1}z/{u:2}w','.//{u:2}w','x[','x[]','x[@]','x[foo()]','@a','x[ @n ]','x[-1]','x[0]','x//y','.//*','x/y/','*[2]','x[n="2"]','.//y[@k]','x y','(x)'):
        print p,; show(lambda:r.findall(p)); show(lambda:r.find(p)); show(lambda:r.findtext(p)); show(lambda:r.findtext(p,'d'))
    show(lambda:r.findall('p:z',{'p':'u:1'})); show(lambda:list(r.iterfind('x')))
    show(lambda:[x.tag for x in r.iter()]); show(lambda:[x.tag for x in r.iter('y')]); show(lambda:[x.tag for x in r.iter('*')]); show(lambda:list(r.itertext())); show(lambda:[x.tag for x in r.getiterator('x')])
    for enc in (None,'utf-8','us-ascii','iso-8859-1','utf-16','UTF-8','ascii','cp1252','foo'):
        for meth in (None,'xml','html','text'):
            print enc,meth,; show(lambda:m.tostring(r,enc,meth)); 
    show(lambda:m.tostringlist(r)); show(lambda:m.tostringlist(r,'utf-8','html'))
    q=m.Element('q',{'k':'v'},z='1'); show(lambda:m.tostring(q)); s=m.SubElement(q,'s',b='2'); s.text=u'\xe9<>&"'; s.tail='T'; s.set('n','a\nb"c<d>&e\t'); show(lambda:m.tostring(q)); show(lambda:m.tostring(q,'utf-8')); show(lambda:m.tostring(q,method='html'))
    q.append(m.Comment('com--ment')); q.append(m.PI('t','d')); q.append(m.ProcessingInstruction('t')); show(lambda:m.tostring(q)); show(lambda:m.tostring(q,method='html')); show(lambda:m.tostring(q,method='text'))
    show(lambda:q.getchildren()); q.getchildren().reverse(); show(lambda:m.tostring(q)); q[:]=sorted(q,key=lambda x:repr(x.tag)[0:8]); show(lambda:len(q)); q[0:1]=[]; show(lambda:len(q)); del q[0]; show(lambda:len(q)); q.insert(0,m.Element('i')); q.insert(-1,m.Element('j')); q.insert(99,m.Element('k'))
    show(lambda:[getattr(x,'tag') if isinstance(x.tag,str) else 'f' for x in q]); q.remove(q[0]); show(lambda:len(q)); q.extend([m.Element('e1'),m.Element('e2')]); show(lambda:len(q)); show(lambda:q.keys()); show(lambda:sorted(q.items())); show(lambda:q.get('k')); show(lambda:q.get('nope')); show(lambda:q.get('nope',3)); q.clear(); show(lambda:m.tostring(q))
    for bad in ('<a>','<a></b>','','<a b=1/>','<a>&nbsp;</a>','<a/><b/>','<p:a/>','<a>\xe9</a>','<?xml version="1.0" encoding="foo"?><a/>','<a b="1" b="2"/>','<!DOCTYPE a SYSTEM "x"><a>&nbsp;</a>'):
        print repr(bad),
        try: m.fromstring(bad); print 'ok'
        except Exception as x: print type(x).__name__,type(x).__module__,str(x),getattr(x,'code',None),getattr(x,'position',None),x.args if m is c else ''
    show(lambda:m.fromstring(u'<a>x</a>').text); show(lambda:m.fromstring(u'<a>\xe9</a>')); show(lambda:m.fromstring(None)); show(lambda:m.fromstring(5))
    show(lambda:m.fromstring('<?xml version="1.0" encoding="iso-8859-1"?><a>\xe9</a>').text); show(lambda:m.fromstring(u'<a>\xe9</a>'.encode('utf-16')).text); show(lambda:m.fromstring('<?xml version="1.0" encoding="windows-1251"?><a>\xe9</a>').text)
    show(lambda:m.XMLID('<a id="1"><b id="2"/></a>')[1].keys()); show(lambda:m.fromstringlist(['<a>','<b/>','</a>'])[0])
    show(lambda:[(ev,getattr(x,'tag',x)) for ev,x in m.iterparse(StringIO(DOC),('start','end','start-ns','end-ns'))]); show(lambda:[x.tag for ev,x in m.iterparse(StringIO(DOC))]); show(lambda:list(m.iterparse(StringIO('<a><b/></x>'))))
    it=m.iterparse(StringIO(DOC)); list(it); show(lambda:it.root)
    try:
        for ev,x in m.iterparse(StringIO('<a><b/></x>')): print ev,x.tag
    except Exception as x: print type(x).__name__,x
    t=m.parse(StringIO(DOC)); show(lambda:t.getroot()); show(lambda:t.find('x')); show(lambda:t.findtext('x')); show(lambda:[x.tag for x in t.iter('y')]); show(lambda:t.getiterator('y'))
    for kw in ({},{'encoding':'utf-8'},{'encoding':'utf-8','xml_declaration':True},{'xml_declaration':True},{'xml_declaration':False,'encoding':'latin1'},{'method':'text'},{'method':'html'},{'method':'foo'},{'method':'c14n'},{'default_namespace':'u:1'}):
        o=StringIO(); show(lambda:t.write(o,**kw)); show(lambda:o.getvalue())
    o=StringIO(); w=m.fromstring('<n:a xmlns:n="D"><n:b n:c="1"/></n:a>'); show(lambda:m.ElementTree(w).write(o,default_namespace='D')); show(lambda:o.getvalue())
    show(lambda:m.tostring(m.fromstring('<a xmlns="http://www.w3.org/1999/xhtml" xmlns:x="http://purl.org/dc/elements/1.1/"><x:b xml:lang="en"/></a>')))
    el=m.Element(m.QName('u','l')); el.set(m.QName('v','k'),m.QName('w','x')); el.text=m.QName('u','t') if m is e else 't'; show(lambda:m.tostring(el)); show(lambda:str(m.QName('a','b'))); show(lambda:m.QName('a','b')=='{a}b'); show(lambda:hash(m.QName('x'))==hash('x'))
    el=m.Element('a'); el.text=5; show(lambda:m.tostring(el)); el.text='\xe9'; show(lambda:m.tostring(el)); el=m.Element('a',{'k':5}); show(lambda:m.tostring(el)); el=m.Element('a'); el.tail='x'; el.text=''; show(lambda:m.tostring(el)); el=m.Element(None); el.text='n<'; el.append(m.Element('q')); show(lambda:m.tostring(el)); el=m.Element(u'\xe9'); show(lambda:m.tostring(el)); show(lambda:m.tostring(el,'utf-8')); show(lambda:el)
    cp=copy.copy(r); show(lambda:cp is r); show(lambda:cp[0] is r[0]); dc=copy.deepcopy(r); show(lambda:m.tostring(dc)==m.tostring(r)); show(lambda:dc[0] is r[0])
    b=m.TreeBuilder(); b.start('a',{}); b.data('x'); b.data('y'); b.start('b',{'k':'v'}); b.end('b'); b.data('z'); b.end('a'); show(lambda:m.tostring(b.close()))
    b=m.TreeBuilder(); show(lambda:b.close()); b.start('a',{})
    class T:
        def start(self,t,a): print 'start',t,sorted(a.items())
        def end(self,t): print 'end',t
        def data(self,d): print 'data',repr(d)
        def comment(self,d): print 'comment',repr(d)
        def pi(self,t,d): print 'pi',t,d
        def close(self): return 'closed'
    if m is e: show(lambda:m.fromstring(DOC,m.XMLParser(target=T())))
    if m is c: continue
    p=m.XMLParser(); p.entity['nbsp']=u'\xa0'; show(lambda:m.fromstring('<!DOCTYPE a SYSTEM "x"><a>&nbsp;b</a>',p).text)
    p=m.XMLParser(encoding='latin-1'); show(lambda:m.fromstring('<a>\xe9</a>',p).text)
    show(lambda:m.dump(r)); show(lambda:m.iselement(r)); show(lambda:m.iselement('x')); show(lambda:m.VERSION)
    p=m.XMLParser(); p.feed('<a>'); p.feed('<b'); p.feed('/></a>'); show(lambda:m.tostring(p.close()))
    show(lambda:m.register_namespace('ns1','x')); m.register_namespace('mine','u:2'); show(lambda:m.tostring(r))
# ET only
class My(e.Element):
    def __init__(self,tag,attrib={},**x): e.Element.__init__(self,tag,attrib,**x); self.extra=1
    def hello(self): return 'hi '+self.tag
x=My('m',{'a':'b'},c='d'); x.foo=3; print x.hello(), x.extra, x.foo, sorted(x.items()), e.tostring(x), type(e.SubElement(x,'y')).__name__, isinstance(x,e.Element)
p=e.XMLParser(target=e.TreeBuilder(My)); r=e.fromstring('<a><b/></a>',p); print type(r).__name__,type(r[0]).__name__,r[0].hello()
r=e.fromstring('<a k="v">x<b/>y</a>'); r.foo='bar'; print r.foo
for pr in (0,1,2):
    s=e.fromstring('<a k="v">x<b/>y</a>')
    for mod in (pickle,cPickle): u=mod.loads(mod.dumps(s,pr)); print e.tostring(u), type(u)
class CB(e.XMLTreeBuilder):
    def __init__(self):
        e.XMLTreeBuilder.__init__(self); self._parser.CommentHandler=self.hc
    def hc(self,d): self._target.start(e.Comment,{}); self._target.data(d); self._target.end(e.Comment)
print e.tostring(e.fromstring('<a><!--x--><b/></a>',CB()))
p=e.XMLParser(); p.parser.UseForeignDTD(True); p.entity['nbsp']=u'\xa0'; print repr(e.fromstring('<a>&nbsp;</a>',p).text)
class PD(e.XMLParser):
    def doctype(self,name,pub,sysid): print 'DT',name,pub,sysid
e.fromstring('<!DOCTYPE a PUBLIC "p" "s"><a/>',PD())
class TB(e.TreeBuilder):
    def start(self,t,a): print 'tb',t; return e.TreeBuilder.start(self,t,a)
print e.tostring(e.fromstring('<a><b/>t</a>',e.XMLParser(target=TB())))
print sorted(vars(e).keys()) and [n for n in e.__all__ if not hasattr(e,n)]
n=e.Element('r'); cur=n
for i in xrange(3000): cur=e.SubElement(cur,'d')
del cur,n; print 'deep ok'
