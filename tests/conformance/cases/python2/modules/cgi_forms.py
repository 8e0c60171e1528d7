# cgi: forms of all kinds, headers and escaping.
import cgi
from StringIO import StringIO

print repr(cgi.escape('<a b="c">&')), repr(cgi.escape('"', True)), repr(cgi.escape(u'\xe9<', quote=1))
for line in ('text/plain', 'text/html; charset="utf-8"', 'a; b="c;d"; e=f; G="h\\"i\\\\"', '', ';', 'x ; y', 'a;b=c=d; =e'):
    key, values = cgi.parse_header(line)
    print repr(line), repr(key), sorted(values.items())
for environ in ({'QUERY_STRING': 'a=1&b=2&a=3&c='}, {'QUERY_STRING': ''}, {'REQUEST_METHOD': 'HEAD', 'QUERY_STRING': 'x=%41+b'}):
    form = cgi.FieldStorage(environ=environ)
    print sorted(form.keys()), len(form), bool(form), form.getvalue('a'), form.getfirst('a'), form.getlist('b'), form.getlist('z'), form.getvalue('z', 'd')
    print sorted(cgi.parse(environ=environ).items()), 'a' in form, form.has_key('q'), sorted(map(repr, form.list))
form = cgi.FieldStorage(environ={'QUERY_STRING': 'c='}, keep_blank_values=1)
print form['c'], repr(form['c'].value), form['c'].filename, form
try:
    form['nope']
except KeyError, error:
    print 'KeyError', error
body = ('--B\r\nContent-Disposition: form-data; name="f"; filename="x.txt"\r\nContent-Type: text/plain\r\n\r\nline\r\nmore\r\n'
        '--B\r\nContent-Disposition: form-data; name="g"\r\n\r\nvalue\r\n--B\r\nContent-Disposition: form-data; name="g"\r\n\r\n'
        'other\n\r\n--B--\r\n')
environ = {'REQUEST_METHOD': 'POST', 'CONTENT_TYPE': 'multipart/form-data; boundary=B', 'CONTENT_LENGTH': str(len(body))}
form = cgi.FieldStorage(fp=StringIO(body), environ=environ)
print sorted(form.keys()), form['f'].filename, form['f'].type, repr(form['f'].value), repr(form.getvalue('g')), form['f'].headers['content-type']
print sorted(cgi.parse_multipart(StringIO(body), {'boundary': 'B'}).items())
environ = {'REQUEST_METHOD': 'POST', 'CONTENT_LENGTH': '7', 'QUERY_STRING': 'q=1'}
form = cgi.FieldStorage(fp=StringIO('a=b&c=d&e=f'), environ=environ)
print sorted((field.name, field.value) for field in form.list)
for boundary in ('', ' x', 'x ', 'x' * 300):
    try:
        cgi.parse_multipart(StringIO(''), {'boundary': boundary})
        print 'fine'
    except ValueError, error:
        print str(error)[:60]
