# -*- coding: utf-8 -*-
# Handlers of XML: SAX, its writers and filters, and expat itself.
import re, xml.sax, xml.sax.xmlreader, xml.sax.handler, xml.sax.saxutils as su, xml.parsers.expat as ex
from StringIO import StringIO
def show(f):
    try: r=f()
    except Exception as x: r='%s.%s: %s'%(type(x).__module__,type(x).__name__,x)
    if isinstance(r,unicode): r='u:'+r.encode('utf-8')
    s=r if isinstance(r,str) else repr(r)
    print re.sub(r'0x[0-9a-f]+','0x',s)
class H(xml.sax.ContentHandler):
    l=xml.sax.xmlreader.Locator()
    def setDocumentLocator(self,l): self.l=l
    def p(self,*a): print a, self.l.getLineNumber(), self.l.getColumnNumber()
    def startDocument(self): self.p('sd')
    def endDocument(self): self.p('ed')
    def startElement(self,n,a): self.p('se',n,sorted(a.items()),a.getLength(),sorted(a.getNames()))
    def endElement(self,n): self.p('ee',n)
    def startElementNS(self,n,q,a): self.p('sn',n,q,sorted(a.items()),sorted(a.getQNames()))
    def endElementNS(self,n,q): self.p('en',n,q)
    def characters(self,c): self.p('ch',c)
    def processingInstruction(self,t,d): self.p('pi',t,d)
    def skippedEntity(self,n): self.p('sk',n)
    def startPrefixMapping(self,p,u): self.p('sp',p,u)
    def endPrefixMapping(self,p): self.p('ep',p)
DOC='<?xml version="1.0"?>\n<a x="1" xmlns:p="u"><p:b p:y="2">t\n&lt;&#65;</p:b><?q r?><!-- c --><![CDATA[cd]]></a>'
show(lambda:xml.sax.parseString(DOC,H())); show(lambda:xml.sax.parse(StringIO(DOC),H()))
p=xml.sax.make_parser(); p.setFeature(xml.sax.handler.feature_namespaces,1); p.setContentHandler(H()); show(lambda:p.parse(StringIO(DOC)))
for bad in ('<a>','<a></b>','','<a>&x;</a>','<p:a'): show(lambda:xml.sax.parseString(bad,xml.sax.ContentHandler()))
p=xml.sax.make_parser(); p.setContentHandler(H()); p.feed('<a>'); p.feed('x'); p.feed('</a>'); p.close()
for f in (lambda:p.getFeature('foo'),lambda:p.setFeature('foo',1),lambda:p.getProperty('foo'),lambda:p.setProperty('foo',1),lambda:p.getFeature(xml.sax.handler.feature_namespaces),lambda:p.setFeature(xml.sax.handler.feature_validation,1),lambda:p.getFeature(xml.sax.handler.feature_external_ges)): show(f)
class EH(xml.sax.ErrorHandler):
    def fatalError(self,e): print 'FE',e.getMessage(), e.getSystemId()
show(lambda:xml.sax.parseString('<a></b>',xml.sax.ContentHandler(),EH()))
o=StringIO(); g=su.XMLGenerator(o,'utf-8'); xml.sax.parseString(DOC,g); show(lambda:o.getvalue())
o=StringIO(); g=su.XMLGenerator(o); g.startDocument(); g.startElement('a',{'x':u'\xe9"'}); g.characters(u'\u20ac<&>'); g.ignorableWhitespace(' '); g.processingInstruction('t','d'); g.endElement('a'); g.endDocument(); show(lambda:o.getvalue())
o=StringIO(); g=su.XMLGenerator(o,'utf-8'); p=xml.sax.make_parser(); p.setFeature(xml.sax.handler.feature_namespaces,1); f=su.XMLFilterBase(p); f.setContentHandler(g); f.parse(StringIO(DOC)); show(lambda:o.getvalue())
for f in (lambda:su.escape('<&>"\''),lambda:su.escape('a"b',{'"':'&q;'}),lambda:su.unescape('&lt;&amp;lt;&gt;'),lambda:su.unescape('&q;',{'&q;':'"'}),lambda:su.quoteattr('a"b'),lambda:su.quoteattr("a'b\"c\n"),lambda:su.quoteattr(u'\xe9'),lambda:su.escape(u'\xe9<')): show(f)
class L:
    def comment(self,c): print 'comment',c
    def startCDATA(self): print 'sc'
    def endCDATA(self): print 'ec'
    def startDTD(self,n,p,s): print 'sd',n,p,s
    def endDTD(self): print 'ed'
    def startEntity(self,n): pass
    def endEntity(self,n): pass
p=xml.sax.make_parser(); p.setProperty(xml.sax.handler.property_lexical_handler,L()); p.parse(StringIO('<!DOCTYPE a [<!ENTITY q "r">]><a><!--c--><![CDATA[x]]></a>'))
def log(kw,data,**at):
    p=ex.ParserCreate(**kw)
    for n in at.pop('handlers',('StartElementHandler','EndElementHandler','CharacterDataHandler')):
        setattr(p,n,lambda *a,**k:None)
        def mk(n):
            def h(*a): print n,a,p.CurrentLineNumber,p.CurrentColumnNumber,p.CurrentByteIndex; return 1
            return h
        setattr(p,n,mk(n))
    for k,v in at.items(): setattr(p,k,v)
    show(lambda:p.Parse(data,1)); print p.ErrorCode,p.ErrorLineNumber,p.ErrorColumnNumber,p.ErrorByteIndex,p.buffer_used
log({},'<a b="1" c="2">t\nu</a>',ordered_attributes=1); log({},'<a>t\nu&amp;v</a>',buffer_text=1); log({},'<a>t\nu&amp;vwxyz</a>',buffer_text=True,buffer_size=3); log({},'<a>\xc3\xa9</a>',returns_unicode=0); log({'namespace_separator':'!'},'<p:a xmlns:p="u" p:b="c"/>'); log({'namespace_separator':''},'<p:a xmlns:p="u" p:b="c"/>'); log({'namespace_separator':' '},'<p:a xmlns:p="u" p:b="c"/>',namespace_prefixes=1); log({'encoding':'latin-1'},'<a>\xe9</a>'); log({'encoding':'iso-8859-1'},'<a>\xe9</a>'); log({'encoding':'foo'},'<a>\xe9</a>'); log({'encoding':'cp1252'},'<a>\x80</a>')
log({},'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e "v"><!ELEMENT a (b)><!ATTLIST a k CDATA "d">]>\n<a>&e;<!--c--><?p d?><![CDATA[x]]>t</a>\n',handlers=('DefaultHandler',)); log({},'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e "v">]><a>&e;<b/></a>',handlers=('DefaultHandlerExpand','StartElementHandler')); log({},'<!DOCTYPE a [<!ATTLIST a k CDATA "d">]><a j="1"/>',specified_attributes=1)
log({},'<!DOCTYPE a SYSTEM "s"><a>&e;</a>',handlers=('SkippedEntityHandler','StartDoctypeDeclHandler','EndDoctypeDeclHandler'))
p=ex.ParserCreate()
for f in (lambda:p,lambda:ex.ParserCreate(namespace_separator='ab'),lambda:ex.ParserCreate(5),lambda:ex.ParserCreate(intern=5),lambda:p.foo,lambda:setattr(p,'foo',1),lambda:p.intern,lambda:p.buffer_size,lambda:setattr(p,'buffer_size',0),lambda:setattr(p,'buffer_size','x'),lambda:p.Parse(None),lambda:p.ParseFile(5),lambda:p.CurrentLineNumber,lambda:p.CurrentByteIndex,lambda:p.returns_unicode,lambda:p.ordered_attributes,lambda:p.GetBase(),lambda:p.SetBase('x'),lambda:p.GetBase(),lambda:p.GetInputContext(),lambda:p.Parse('<a>'),lambda:p.CurrentColumnNumber,lambda:p.Parse('</a>',1),lambda:p.Parse('x'),lambda:p.StartElementHandler,lambda:delattr(p,'StartElementHandler'),lambda:ex.ErrorString(4),lambda:ex.errors.XML_ERROR_SYNTAX,lambda:ex.XMLParserType,lambda:ex.error,lambda:ex.ExpatError is ex.error,lambda:ex.EXPAT_VERSION,lambda:ex.model.XML_CTYPE_SEQ,lambda:ex.UseForeignDTD): show(f)
def boom(*a): raise KeyError('boom')
p=ex.ParserCreate(); p.StartElementHandler=boom; show(lambda:p.Parse('<a/>',1))
