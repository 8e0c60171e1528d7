# -*- coding: utf-8 -*-
# East Asian codecs: tables, errors, streams; codecs from bytes to bytes; charmap
import codecs, StringIO, zlib
texts = {'euc_kr': u'한국어 뷁 abc', 'cp949': u'한국어 뷁', 'big5': u'中文字 abc', 'gbk': u'中文字 abc', 'gb2312': u'中文字 abc',
         'gb18030': u'中文字𠀀', 'cp950': u'中文字', 'big5hkscs': u'香港 㗎'}
for name in 'gbk gb2312 gb18030 big5 big5hkscs cp950 shift_jis cp932 euc_jp euc_kr cp949'.split():
    text = texts.get(name, u'日本語〜カナｶﾅ abc')
    encoded = text.encode(name)
    print name, repr(encoded), encoded.decode(name) == text
    reader = codecs.getreader(name)(StringIO.StringIO(encoded + '\n' + encoded))
    print repr(reader.readline()), repr(reader.read())
    decoder = codecs.getincrementaldecoder(name)()
    if name != 'euc_kr':
        print [decoder.decode(byte) for byte in encoded], [decoder.decode('', True)]
    found = []
    for lead in range(0x81, 0xff):
        for trail in range(0x40, 0xff):
            code = chr(lead) + chr(trail)
            try: found.append(code.decode(name))
            except UnicodeDecodeError, error: found.append('')
    print len(found), zlib.crc32(repr(found))
    encoded = [unichr(code).encode(name, 'replace') for code in range(0x80, 0x1000) + range(0x3000, 0x3100) + range(0x4f00, 0x9000, 7)]
    print zlib.crc32(repr(encoded))
    for code in 'a\xff\xffb', 'a\x81', '\xa1\xa1\xa1':
        for errors in 'strict', 'replace', 'ignore':
            try: print repr(code.decode(name, errors)),
            except UnicodeDecodeError, error: print error,
    print
print repr(u'日本語〜 abc 漢'.encode('iso2022_jp')), u'日本語〜 abc 漢'.encode('iso2022_jp').decode('iso2022_jp') == u'日本語〜 abc 漢'
decoder = codecs.getincrementaldecoder('utf-7')()
print [decoder.decode(byte) for byte in u'日本 a'.encode('utf-7')]
print codecs.charmap_encode(u'a\xe9b', 'replace', {97: 65, 98: 'BB', 63: '?'}), codecs.charmap_decode('abc', 'replace', u'x' * 98 + u'YZ'), codecs.charmap_decode('ab', 'strict', {97: u'AA', 98: 66})
for work in (lambda: codecs.charmap_decode('abc', 'strict', {97: None}), lambda: codecs.charmap_encode(u'xyz\xe9', 'strict', {120: 1}), lambda: 'zz'.decode('hex', 'replace'), lambda: u'a'.encode('string-escape'), lambda: u'\u20ac'.encode('charmap')):
    try: print work()
    except Exception, error: print type(error).__name__, error
