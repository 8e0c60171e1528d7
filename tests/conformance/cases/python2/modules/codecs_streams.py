# codecs: streams, pieces, tables and the registry.
# -*- coding: utf-8 -*-
import codecs, cStringIO, os, tempfile

name = os.path.join(tempfile.mkdtemp(), 'text')
f = codecs.open(name, 'w', 'utf-8')
f.write(u'eins\xe9\nzwei\u20ac\r\ndrei\rvier')
f.writelines([u'\n', u'f\xfcnf'])
print f.encoding, f.mode, f.closed
f.close()
print repr(open(name, 'rb').read())
f = codecs.open(name, encoding='utf-8')
print repr(f.readline()), repr(f.read(1)), repr(f.readline(3)), repr(f.readline()), repr(f.readlines())
f.seek(0)
print [line for line in f], repr(f.read()), repr(f.next) [:5]
f.seek(0)
print repr(f.reader.read(4, 2)), repr(f.reader.readline(keepends=False)), f.reader.linebuffer, repr(f.reader.bytebuffer)
f.close()
with codecs.open(name, 'rb', 'ascii', 'replace') as f:
    print repr(f.read())
try:
    codecs.open(name, 'r', 'ascii').read()
except UnicodeDecodeError, e:
    print e
for encoding in ('utf-8', 'utf-16', 'utf-32', 'utf-8-sig', 'utf-16-be', 'latin-1', 'utf-7'):
    out = cStringIO.StringIO()
    w = codecs.getwriter(encoding)(out)
    w.write(u'a\xe9')
    w.write(u'b')
    data = out.getvalue()
    d = codecs.getincrementaldecoder(encoding)()
    print encoding, repr(data), repr([d.decode(c) for c in data]), repr(d.decode('', True))
    print repr(codecs.getreader(encoding)(cStringIO.StringIO(data)).read()), repr(''.join(codecs.iterencode([u'a\xe9', u'b'], encoding)))
    print repr(list(codecs.iterdecode([data[:3], data[3:]], encoding))), codecs.lookup(encoding).name
for bad in ('codecs.lookup("nope")', 'codecs.getincrementalencoder("nope")', 'codecs.utf_8_decode("\\xc3")',
            'codecs.utf_8_decode("\\xc3", "strict", True)', 'codecs.utf_8_encode(u"\\xe9")', 'codecs.ascii_encode(u"\\xe9")',
            'codecs.charmap_decode("abc", "strict", u"xyz")', 'codecs.charmap_decode("\\x01", "strict", {1: u"AB"})',
            'codecs.charmap_decode("\\x01", "replace", {})', 'codecs.charmap_encode(u"ab", "strict", {97: "xx", 98: 65})',
            'codecs.charmap_encode(u"ab", "strict", {97: 300})', 'codecs.charmap_encode(u"abc", "xmlcharrefreplace", {97: 1})',
            'codecs.utf_16_ex_decode("\\xfe\\xff\\0a", "strict", 0)', 'codecs.escape_decode("a\\\\n")', 'codecs.encode(u"a", "utf-16")',
            'codecs.decode("61", "hex")', 'codecs.encode("abc", "rot13")', 'codecs.lookup_error("nope")',
            'codecs.register(5)', 'codecs.Codec().encode("a")', 'codecs.make_encoding_map({1: 2, 3: 2})',
            'codecs.EncodedFile(cStringIO.StringIO("\\xc3\\xa9"), "latin-1", "utf-8").read()', 'codecs.BOM_UTF16, codecs.BOM64_BE',
            'codecs.IncrementalDecoder().getstate()', 'codecs.BufferedIncrementalDecoder().decode("a")',
            'codecs.getincrementaldecoder("utf-16")().decode("ab")', 'codecs.getreader("utf-16")(cStringIO.StringIO("abcd")).read()',
            'codecs.getincrementalencoder("idna")().encode(u"\\xe9.com.", True)', 'codecs.lookup("utf8")[0](u"\\xe9")',
            'codecs.backslashreplace_errors(UnicodeDecodeError("a", "b", 0, 1, "r"))', 'codecs.charbuffer_encode(5)',
            'codecs.getincrementaldecoder("zlib")().decode("abc".encode("zlib"))'):
    try:
        print bad, repr(eval(bad))
    except Exception, e:
        print bad, type(e).__name__, e


class Upper(codecs.StreamWriter):
    def encode(self, input, errors='strict'):
        return input.upper().encode('utf-8'), len(input)

out = cStringIO.StringIO()
w = Upper(out)
w.writelines([u'a', u'\xe9'])
print repr(out.getvalue()), repr(w.getvalue()), w.errors


def search(wanted):
    if wanted == 'mine':
        return codecs.CodecInfo(lambda s, e='strict': ('<' + s + '>', len(s)), lambda s, e='strict': (unicode(s[1:-1]), len(s)), name='mine')

codecs.register(search)
print u'a'.encode('mine'), repr('<b>'.decode('mine')), codecs.lookup('mine').name, codecs.lookup('mine')[2]
codecs.register_error('mine', lambda e: (u'[%d]' % e.start, e.end))
print u'a\xe9'.encode('ascii', 'mine'), repr('a\xff'.decode('ascii', 'mine'))
