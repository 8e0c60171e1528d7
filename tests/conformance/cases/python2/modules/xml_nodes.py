# -*- coding: utf-8 -*-
# Documents as trees of nodes: reading, changing, writing, errors, classes of programs.
import re,pickle,copy,xml.dom
import xml.dom.minidom as m
from StringIO import StringIO
def show(f):
    try: r=f()
    except Exception as x: r='%s: %s'%(type(x).__name__,x)
    if isinstance(r,unicode): r='u:'+r.encode('utf-8')
    s=r if isinstance(r,str) else repr(r)
    print re.sub(r'0x[0-9a-f]+','0x',s)
DOC='<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<!DOCTYPE root PUBLIC "p" "s" [<!ENTITY e "v"><!-- q -->]><!-- c --><root a="1" b="\xc3\xa9">text &amp; &e;<x>1<y/>t</x>tail<![CDATA[<cd>]]><x n="2"><y k="v">deep</y></x><?pi data?>\n<z xmlns="u:1" xmlns:p="u:2" p:q="r"><p:w/></z></root>'
d=m.parseString(DOC); r=d.documentElement
for f in (lambda:d,lambda:r,lambda:type(r),lambda:r.__class__,lambda:d.toxml(),lambda:d.toxml('utf-8'),lambda:d.toxml('latin-1'),lambda:d.toprettyxml(),lambda:d.toprettyxml(indent='  ',newl='\r\n',encoding='utf-8'),lambda:r.toxml(),lambda:r.toprettyxml(' '),
 lambda:d.childNodes,lambda:d.doctype,lambda:d.doctype.name,lambda:(d.doctype.publicId,d.doctype.systemId,d.doctype.internalSubset),lambda:(d.version,d.encoding,d.standalone),
 lambda:r.childNodes,lambda:r.firstChild,lambda:r.lastChild,lambda:r.firstChild.nextSibling,lambda:r.lastChild.previousSibling,lambda:r.parentNode is d,lambda:r.ownerDocument is d,lambda:r.nodeName,lambda:r.tagName,lambda:r.localName,lambda:r.prefix,lambda:r.namespaceURI,lambda:r.nodeType,lambda:r.nodeValue,
 lambda:r.getAttribute('a'),lambda:r.getAttribute('zz'),lambda:r.hasAttribute('a'),lambda:r.getAttributeNode('a'),lambda:r.getAttributeNode('zz'),lambda:sorted(r.attributes.keys()),lambda:sorted(r.attributes.items()),lambda:r.attributes['a'].value,lambda:r.attributes['zz'],lambda:r.attributes.get('zz'),lambda:len(r.attributes),lambda:r.attributes.length,lambda:r.attributes.has_key('a'),lambda:'a' in r.attributes,lambda:r.attributes.item(0).name in 'ab',lambda:r.attributes,
 lambda:d.getElementsByTagName('x'),lambda:d.getElementsByTagName('*'),lambda:r.getElementsByTagName('y'),lambda:d.getElementsByTagNameNS('u:2','w'),lambda:d.getElementsByTagNameNS('*','w'),lambda:d.getElementsByTagNameNS('u:1','*'),lambda:d.getElementsByTagName('x').length,lambda:d.getElementsByTagName('x').item(0),lambda:d.getElementsByTagName('x').item(9),
 lambda:[(n.nodeType,n.nodeName,n.nodeValue) for n in r.childNodes],lambda:r.childNodes[0].data,lambda:r.childNodes[0].wholeText,lambda:len(r.childNodes[0]),lambda:r.childNodes[0].length,
 lambda:r.appendChild(d.createTextNode('new<')),lambda:r.appendChild(d.createElement('el')).tagName,lambda:r.appendChild(d.createComment('cm')),lambda:r.appendChild(d.createCDATASection('cs')),lambda:r.appendChild(d.createProcessingInstruction('t','dd')).target,lambda:r.toxml(),
 lambda:r.appendChild(d),lambda:d.appendChild(d.createElement('two')),lambda:d.appendChild(d.createTextNode('x')),lambda:r.firstChild.appendChild(r),lambda:r.removeChild(d.createElement('q')),lambda:r.insertBefore(d.createElement('first'),r.firstChild),lambda:r.insertBefore(d.createElement('last'),None),lambda:r.insertBefore(d.createElement('q'),d.createElement('w')),lambda:r.replaceChild(d.createElement('rep'),r.firstChild).tagName,lambda:r.removeChild(r.firstChild),lambda:r.firstChild.previousSibling,lambda:r.toxml(),
 lambda:r.setAttribute('new','v"<>&'),lambda:r.setAttribute('a','2'),lambda:r.toxml(),lambda:r.removeAttribute('a'),lambda:r.removeAttribute('a'),lambda:r.setAttributeNS('ns','p:at','val'),lambda:r.getAttributeNS('ns','at'),lambda:r.hasAttributeNS('ns','at'),lambda:r.getAttributeNodeNS('ns','at').prefix,lambda:r.removeAttributeNS('ns','at'),lambda:r.hasAttributes(),
 lambda:r.cloneNode(True).toxml(),lambda:r.cloneNode(False).toxml(),lambda:d.cloneNode(True).toxml(),lambda:d.cloneNode(False),lambda:d.doctype.cloneNode(True),
 lambda:r.isSameNode(r),lambda:r.isSupported('core','1.0'),lambda:d.implementation.hasFeature('xml','2.0'),lambda:r.hasChildNodes(),lambda:bool(r),lambda:r.setUserData('k','v',None),lambda:r.getUserData('k'),
 lambda:m.parseString('<a>'),lambda:m.parseString(''),lambda:m.parseString('<a>&x;</a>'),lambda:m.parseString('<p:a/>'),lambda:m.parseString(u'<a>\xe9</a>'),lambda:m.parseString('<a>\xe9</a>'),lambda:m.parseString(None),lambda:m.parse('/nonexistent'),lambda:m.parse(StringIO('<a>x</a>')).toxml(),
 lambda:m.getDOMImplementation(),lambda:m.getDOMImplementation().createDocument(None,'root',None).toxml(),lambda:m.getDOMImplementation().createDocument('ns','p:root',m.getDOMImplementation().createDocumentType('p:root','pub','sys')).toxml(),lambda:m.getDOMImplementation().createDocument(None,None,None).toxml(),
 lambda:d.importNode(m.parseString('<i><j k="l">m</j></i>').documentElement,True).toxml(),lambda:d.importNode(m.parseString('<i/>'),True),lambda:r.normalize(),lambda:r.toxml(),
 lambda:d.createTextNode(5),lambda:d.createComment('a--b').toxml(),lambda:d.createCDATASection(']]>').toxml(),lambda:d.createAttribute('q').value,lambda:d.createDocumentFragment(),lambda:d.createElement('a').unlink(),lambda:d.createElementNS('u','p:q').localName,lambda:d.createElementNS('u','p:q').prefix,
 ): show(f)
t=m.Text(); t.data='hello world'; show(lambda:t); show(lambda:t.substringData(0,5)); t.appendData('!'); t.insertData(5,','); t.deleteData(0,1); t.replaceData(0,1,'E'); show(lambda:t.data); show(lambda:t.nodeValue); t.nodeValue='nv'; show(lambda:t.data); t.data='dd'; show(lambda:t.nodeValue); show(lambda:t.substringData(9,1)); show(lambda:t.deleteData(-1,1))
a=d.createAttribute('at'); a.value='v'; show(lambda:a.nodeValue); show(lambda:a.childNodes); show(lambda:a.firstChild.data); a.nodeValue='w'; show(lambda:a.value); r.setAttributeNode(a); show(lambda:r.toxml()[:60]); show(lambda:a.ownerElement is r); e2=d.createElement('e2'); show(lambda:e2.setAttributeNode(a)); r.attributes['at']='x'; show(lambda:a.value); show(lambda:r.attributes.__setitem__('q',5)); del r.attributes['at']; show(lambda:r.hasAttribute('at'))
f=d.createDocumentFragment(); f.appendChild(d.createElement('f1')); f.appendChild(d.createTextNode('ft')); e2.appendChild(f); show(lambda:e2.toxml()); show(lambda:f.childNodes); x=e2.childNodes[1].splitText(1); show(lambda:e2.childNodes); e2.normalize(); show(lambda:e2.childNodes)
class E(m.Element):
    def writexml(self,w,indent='',addindent='',newl=''): w.write('[%s]'%self.tagName)
    def hi(self): return self.tagName
s=E('sub'); s.ownerDocument=d; s.custom=5; e2.appendChild(s); show(lambda:e2.toxml()); show(lambda:s.hi()); show(lambda:s.custom); show(lambda:s.parentNode is e2)
class TW(m.Text):
    def writexml(self,w,indent='',addindent='',newl=''): w.write('RAW'+self.data)
e3=d.createElement('e3'); tw=TW(); tw.data='<x>'; e3.appendChild(tw); show(lambda:e3.toxml()); show(lambda:e3.toprettyxml())
def fixed(self,writer,indent="",addindent="",newl=""):
    writer.write('FIXED')
old=m.Element.writexml; m.Element.writexml=fixed; show(lambda:e3.toxml()); show(lambda:d.toxml()[:60]); m.Element.writexml=old
o=StringIO(); d.writexml(o,'',' ','\n','utf-8'); show(lambda:o.getvalue()[:80]); 
n=m.Document(); q=n.createElement('r'); n.appendChild(q); q.appendChild(n.createTextNode('\xc3\xa9')); show(lambda:n.toxml()); q.setAttribute('u',u'\xe9'); show(lambda:n.toxml()); show(lambda:n.toxml('utf-8'));q.setAttribute('i',5); show(lambda:n.toxml())
n=m.Document(); q=n.createElement('r'); n.appendChild(q); show(lambda:n.toxml()); show(lambda:n.toprettyxml(encoding='utf-8')); q.appendChild(n.createElement('s')).appendChild(n.createTextNode('t')); q.appendChild(n.createElement('u')).appendChild(n.createElement('w')); show(lambda:n.toprettyxml(indent='  '))
show(lambda:m.parseString(n.toxml()).documentElement.childNodes)
u=pickle.loads(pickle.dumps(q)); show(lambda:u.toxml()); u=copy.deepcopy(q); show(lambda:u.toxml())
d.unlink(); show(lambda:d.childNodes); show(lambda:r.parentNode)
for c in ('NotFoundErr','HierarchyRequestErr','IndexSizeErr','DOMException','SyntaxErr'): show(lambda:(getattr(xml.dom,c),getattr(getattr(xml.dom,c),'code',None)))
show(lambda:xml.dom.DOMException('x')); show(lambda:xml.dom.Node.TEXT_NODE)
