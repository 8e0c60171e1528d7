"""HTML 2.0 told to a formatter, on top of sgmllib."""

import sgmllib
from formatter import AS_IS
from htmlentitydefs import entitydefs

__all__ = ["HTMLParser", "HTMLParseError"]


class HTMLParseError(sgmllib.SGMLParseError):
    """HTML that cannot be read."""


class HTMLParser(sgmllib.SGMLParser):
    """Finds the title, the headings, lists and links, and hands the text to its formatter."""

    entitydefs = entitydefs

    def __init__(self, formatter, verbose=0):
        sgmllib.SGMLParser.__init__(self, verbose)
        self.formatter = formatter

    def error(self, message):
        raise HTMLParseError(message)

    def reset(self):
        sgmllib.SGMLParser.reset(self)
        self.savedata = None
        self.isindex = 0
        self.title = None
        self.base = None
        self.anchor = None
        self.anchorlist = []
        self.nofill = 0
        self.list_stack = []

    # ---- text

    def handle_data(self, data):
        if self.savedata is not None:
            self.savedata = self.savedata + data
        elif self.nofill:
            self.formatter.add_literal_data(data)
        else:
            self.formatter.add_flowing_data(data)

    def save_bgn(self):
        """From here on text is kept."""
        self.savedata = ''

    def save_end(self):
        """The text that was kept, its blanks put in order."""
        data = self.savedata
        self.savedata = None
        if not self.nofill:
            data = ' '.join(data.split())
        return data

    # ---- hooks

    def anchor_bgn(self, href, name, type):
        self.anchor = href
        if self.anchor:
            self.anchorlist.append(href)

    def anchor_end(self):
        if self.anchor:
            self.handle_data("[%d]" % len(self.anchorlist))
            self.anchor = None

    def handle_image(self, src, alt, *args):
        self.handle_data(alt)

    # ---- the head

    def do_isindex(self, attrs):
        self.isindex = 1

    def start_title(self, attrs):
        self.save_bgn()

    def end_title(self):
        self.title = self.save_end()

    def do_base(self, attrs):
        for name, value in attrs:
            if name == 'href':
                self.base = value

    # ---- paragraphs

    def start_pre(self, attrs):
        self.formatter.end_paragraph(1)
        self.formatter.push_font((AS_IS, AS_IS, AS_IS, 1))
        self.nofill = self.nofill + 1

    def end_pre(self):
        self.formatter.end_paragraph(1)
        self.formatter.pop_font()
        self.nofill = max(0, self.nofill - 1)

    def start_xmp(self, attrs):
        self.start_pre(attrs)
        self.setliteral('xmp')

    def end_xmp(self):
        self.end_pre()

    def start_listing(self, attrs):
        self.start_pre(attrs)
        self.setliteral('listing')

    def end_listing(self):
        self.end_pre()

    def start_address(self, attrs):
        self.formatter.end_paragraph(0)
        self.formatter.push_font((AS_IS, 1, AS_IS, AS_IS))

    def end_address(self):
        self.formatter.end_paragraph(0)
        self.formatter.pop_font()

    def start_blockquote(self, attrs):
        self.formatter.end_paragraph(1)
        self.formatter.push_margin('blockquote')

    def end_blockquote(self):
        self.formatter.end_paragraph(1)
        self.formatter.pop_margin()

    def do_p(self, attrs):
        self.formatter.end_paragraph(1)

    def do_hr(self, attrs):
        self.formatter.add_hor_rule()

    def do_br(self, attrs):
        self.formatter.add_line_break()

    def do_plaintext(self, attrs):
        self.start_pre(attrs)
        self.setnomoretags()

    # ---- lists

    def _start_list(self, margin, label, gap):
        self.formatter.end_paragraph(gap)
        self.formatter.push_margin(margin)
        self.list_stack.append([margin, label, 0])

    def start_ul(self, attrs):
        label = '*'
        for name, value in attrs:
            if name == 'type':
                label = value
        self._start_list('ul', label, not self.list_stack)

    def end_ul(self):
        if self.list_stack:
            del self.list_stack[-1]
        self.formatter.end_paragraph(not self.list_stack)
        self.formatter.pop_margin()

    def start_ol(self, attrs):
        label = '1.'
        for name, value in attrs:
            if name == 'type':
                label = value if len(value) != 1 else value + '.'
        self._start_list('ol', label, not self.list_stack)

    end_ol = end_dir = end_menu = end_ul

    def start_menu(self, attrs):
        self.start_ul(attrs)

    start_dir = start_menu

    def do_li(self, attrs):
        self.formatter.end_paragraph(0)
        label, counter = '*', 0
        if self.list_stack:
            top = self.list_stack[-1]
            top[2] = counter = top[2] + 1
            label = top[1]
        self.formatter.add_label_data(label, counter)

    def start_dl(self, attrs):
        self.formatter.end_paragraph(1)
        self.list_stack.append(['dl', '', 0])

    def end_dl(self):
        self.ddpop(1)
        if self.list_stack:
            del self.list_stack[-1]

    def do_dt(self, attrs):
        self.ddpop()

    def do_dd(self, attrs):
        self.ddpop()
        self.formatter.push_margin('dd')
        self.list_stack.append(['dd', '', 0])

    def ddpop(self, bl=0):
        self.formatter.end_paragraph(bl)
        if self.list_stack and self.list_stack[-1][0] == 'dd':
            del self.list_stack[-1]
            self.formatter.pop_margin()

    # ---- links and pictures

    def start_a(self, attrs):
        found = {'href': '', 'name': '', 'type': ''}
        for name, value in attrs:
            value = value.strip()
            if name in found:
                found[name] = value.lower() if name == 'type' else value
        self.anchor_bgn(found['href'], found['name'], found['type'])

    def end_a(self):
        self.anchor_end()

    def do_img(self, attrs):
        found = {'align': '', 'alt': '(image)', 'ismap': '', 'src': '', 'width': 0, 'height': 0}
        for name, value in attrs:
            if name in ('width', 'height'):
                try:
                    found[name] = int(value)
                except ValueError:
                    pass
            elif name in found:
                found[name] = value
        self.handle_image(found['src'], found['alt'], found['ismap'], found['align'], found['width'], found['height'])

    def unknown_starttag(self, tag, attrs):
        pass

    def unknown_endtag(self, tag):
        pass


def _no_tag(self, attrs=None):
    pass


def _font(font, before):
    def start(self, attrs):
        if before:
            self.formatter.end_paragraph(1)
        self.formatter.push_font(font)

    def end(self):
        if before:
            self.formatter.end_paragraph(1)
        self.formatter.pop_font()
    return start, end


_FONTS = dict(('h%d' % level, (('h%d' % level, 0, 1, 0), 1)) for level in range(1, 7))
for _names, _what in (('cite em i', (AS_IS, 1, AS_IS, AS_IS)), ('b strong', (AS_IS, AS_IS, 1, AS_IS)),
                      ('code kbd samp tt', (AS_IS, AS_IS, AS_IS, 1)), ('var', (AS_IS, 1, AS_IS, AS_IS))):
    for _name in _names.split():
        _FONTS[_name] = (_what, 0)
for _name, (_what, _before) in _FONTS.items():
    for _kind, _method in zip(('start_', 'end_'), _font(_what, _before)):
        _method.__name__ = _kind + _name
        setattr(HTMLParser, _kind + _name, _method)
for _name in ('start_html end_html start_head end_head start_body end_body do_nextid do_link').split():
    setattr(HTMLParser, _name, _no_tag)
