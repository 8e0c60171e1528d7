# -*- coding: utf-8 -*-
# Mail: messages made and read, headers in any encoding, dates and parameters.
import email, email.utils as U
from email.mime.text import MIMEText
from email.mime.multipart import MIMEMultipart
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from email import encoders
from email.header import Header, decode_header, make_header
def t(f,*a,**k):
    try: r=f(*a,**k)
    except Exception,e: r='%s: %s'%(type(e).__name__,e)
    print getattr(f,'__name__',f),a,repr(r)
for s in ('Tue, 15 Nov 1994 08:12:31 GMT','15 Nov 94 08:12 EST','Fri, 09 Sep 2005 13:51:39 -0700','x','','Wed, 3 Apr 2002 12.34.56.78+0800'):
    t(U.parsedate,s); t(U.parsedate_tz,s)
t(U.mktime_tz,U.parsedate_tz('Tue, 15 Nov 1994 08:12:31 GMT'))
t(U.formatdate,0); t(U.formatdate,1e9,False,True); t(U.formatdate,1e9,True)
t(U.encode_rfc2231,'a b\xc3\xa9','utf-8'); t(U.encode_rfc2231,'a b','us-ascii','en'); t(U.encode_rfc2231,'a'); t(U.decode_rfc2231,"utf-8'en'a%20b"); t(U.decode_rfc2231,'x')
t(U.parseaddr,'Foo Bar <a@b.c>'); t(U.parseaddr,'a@b.c (x)'); t(U.getaddresses,['A <a@b>, c@d']); t(U.formataddr,('Foo, B','a@b')); t(U.formataddr,('','a@b'))
t(U.quote,'a"b\\'); t(U.unquote,'"a\\"b"'); t(U.unquote,'<x>')
t(U.collapse_rfc2231_value,('utf-8','','a%20')); t(U.fix_eols,'a\nb\r\nc\r')
m=MIMEText('hello\nworld'); print m.as_string(); print repr(m['Content-Type']), m.keys(), m.items()
m=MIMEText('h\xc3\xa9llo','plain','utf-8'); print m.as_string(); t(m.get_payload); t(m.get_payload,decode=True)
m=MIMEText(u'h\xe9llo'.encode('latin-1'),'html','iso-8859-1'); m['Subject']='x'; m['To']='a@b'; print m.as_string(); print m.get_content_type(), m.get_content_charset(), m.get_charsets()
m=MIMEMultipart('alternative', boundary='BB'); m['From']='q'; m.attach(MIMEText('a')); m.attach(MIMEText('<b>','html')); m.preamble='pre'; print m.as_string(); print m.is_multipart(), len(m.get_payload())
for p in m.walk(): print p.get_content_type(), repr(p.get_payload())[:30]
b=MIMEBase('application','x'); b.set_payload('\x00\x01data'); encoders.encode_base64(b); b.add_header('Content-Disposition','attachment',filename='f.txt'); print b.as_string(); t(b.get_filename); t(b.get_payload,decode=True)
x=email.message_from_string('From: a\nSubject: =?utf-8?q?h=C3=A9?=\nReceived: 1\nReceived: 2\n\tcont\nContent-Type: text/plain; charset="latin-1"; name*=utf-8\'\'x%20y\n\nbody\nmore\n')
print x.keys(), x['subject'], x.get_all('received'), repr(x.get_payload()), x.get_param('charset'), x.get_param('name'), x.get_params(), x.get('nope','d'), 'From' in x, x.has_key('from'), len(x)
print x.as_string()
t(decode_header,x['subject']); t(decode_header,'plain'); t(decode_header,'=?iso-8859-1?b?6Q==?= x')
h=Header(u'h\xe9','utf-8'); t(h.encode); print repr(str(h)), repr(unicode(h)); t(Header('abc').encode)
print repr(unicode(make_header(decode_header(x['subject']))))
x.replace_header('Subject','z'); del x['Received']; x.set_param('charset','utf-8'); x.add_header('X-A','v',p='q'); print x.as_string()
y=email.message_from_string('Content-Type: multipart/mixed; boundary=X\n\npre\n--X\n\none\n--X\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n=C3=A9=\nx\n--X--\nepi\n')
print y.is_multipart(), [ (p.get_content_type(), p.get_payload(decode=True)) for p in y.get_payload()], repr(y.preamble), repr(y.epilogue), y.get_boundary()
import email.MIMEText, email.Utils, email.MIMEMultipart
print email.MIMEText.MIMEText('x').as_string()
from email.parser import Parser, HeaderParser, FeedParser
print Parser().parsestr('A: b\n\nc').items(), HeaderParser().parsestr('A: b\n\nc').get_payload()
import StringIO
print email.message_from_file(StringIO.StringIO('A: b\n\nc'))['a']
print type(x.get_payload()), type(x['from']), type(m.as_string()), type(U.formatdate(0))
from email import errors; print errors.MessageError.__mro__
