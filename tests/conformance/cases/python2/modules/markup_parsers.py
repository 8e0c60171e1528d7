# -*- coding: utf-8 -*-
# HTMLParser and sgmllib: what they hand on of markup of all kinds, in one piece and in several.
import HTMLParser
import sgmllib


def recording(base, names):
    def recorder(name):
        def handler(self, *args):
            self.seen.append((name,) + args)
        return handler
    return type(base)('Recorder', (base,), dict((name, recorder(name)) for name in names))


HTML = recording(HTMLParser.HTMLParser, ['handle_starttag', 'handle_endtag', 'handle_data', 'handle_charref',
                                         'handle_entityref', 'handle_comment', 'handle_decl', 'handle_pi',
                                         'unknown_decl'])
SGML = recording(sgmllib.SGMLParser, ['unknown_starttag', 'unknown_endtag', 'handle_data', 'unknown_charref',
                                      'unknown_entityref', 'handle_comment', 'handle_decl', 'handle_pi',
                                      'unknown_decl', 'report_unbalanced'])


class Tags(SGML):
    def start_a(self, attrs):
        self.seen.append(('start_a', attrs, self.get_starttag_text()))

    def end_a(self):
        self.seen.append(('end_a', list(self.stack)))

    def do_br(self, attrs):
        self.seen.append(('do_br', attrs))

    def start_script(self, attrs):
        self.setliteral()

    def end_script(self):
        pass


TEXTS = ['<p class=a b c="d" e=\'f\'>x &amp; &lt &#65; &#x41; &#xZ; &bogus;</p x>y</>', '<a b= "c><br/><br / >',
         '<a/b=c><a b==\'c>d</a\n>', '<!DOCTYPE html><!-- c -- ><![CDATA[x<y]]><?php x?><!x><!', '<![if IE]>a<![endif]>',
         '<script>var a = "<b>&amp;</b>";</scr</script>z', '<b/text/<>&<3 < a &#', '<!DOCTYPE a [<!ENTITY % b "c"> ]>d',
         '<!DOCTYPE a [<!ATTLIST b c (d|e) #IMPLIED><!ELEMENT x y>]>', '<!ELEMENT a>', '<!a [b]>', '<!DOCTYPE foo $ >',
         '<a b="&eacute;&#233;&lt;&x;">', u'<p \xe9=\xe9>\xe9 & \xe9</\xe9>', '<p \xe9=\xe9>\xe9', '&amp', '&', '<', '</',
         'a&b.c-', '<a href="x\ny"\n>\nz</a>\n', '<p>\x00<b\x00c>', '<textarea><b></textarea>', '&#99999999999;']


def read(cls, text, cuts):
    parser = cls()
    parser.seen = []
    last, result = 0, 'ok'
    try:
        for cut in cuts + [len(text)]:
            parser.feed(text[last:cut])
            last = cut
        parser.close()
    except Exception, error:
        result = '%s: %s' % (error.__class__.__name__, error)
    print cls.__name__, repr(text), cuts, result, parser.getpos(), repr(parser.rawdata), repr(parser.lasttag)
    for event in parser.seen:
        print '   ', event


for text in TEXTS:
    for cls in HTML, SGML, Tags:
        read(cls, text, [])
        read(cls, text, [len(text) // 3, len(text) // 2])

parser = HTMLParser.HTMLParser()
print repr(parser.unescape('a &amp; &eacute; &#65; &#x42; &bogus; &#xd; &')), repr(parser.unescape('plain'))
print HTMLParser.HTMLParser.feed, [base.__name__ for base in HTMLParser.HTMLParser.__bases__], HTMLParser.HTMLParser.CDATA_CONTENT_ELEMENTS
for arguments in (), ('a', 'b'):
    try:
        parser.feed(*arguments)
    except TypeError, error:
        print error
try:
    HTMLParser.HTMLParser.feed(1, 'x')
except TypeError, error:
    print error
print HTMLParser.HTMLParseError('m', (1, 2)), HTMLParser.HTMLParseError('m')


class Own(HTMLParser.HTMLParser):
    # What a program overrides in the midst of reading is what is called.
    def parse_starttag(self, i):
        end = HTMLParser.HTMLParser.parse_starttag(self, i)
        print 'starttag', i, end, self.get_starttag_text()
        return end

    def updatepos(self, i, j):
        return HTMLParser.HTMLParser.updatepos(self, i, j)

    def handle_startendtag(self, tag, attrs):
        print 'both', tag, attrs


own = Own()
own.feed('<a><b/>\n<c d>')
own.handle_data = lambda data: None
own.feed('x')
print own.getpos()
