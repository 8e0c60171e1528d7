"""Reading HTML and XHTML."""

import markupbase
import re

interesting_normal = re.compile('[&<]')
incomplete = re.compile('&[a-zA-Z#]')
entityref = re.compile('&([a-zA-Z][-.a-zA-Z0-9]*)[^a-zA-Z0-9]')
charref = re.compile('&#(?:[0-9]+|[xX][0-9a-fA-F]+)[^0-9a-fA-F]')
starttagopen = re.compile('<[a-zA-Z]')
piclose = re.compile('>')
tagfind = re.compile('([a-zA-Z][^\t\n\r\f />\x00]*)(?:\\s|/(?!>))*')
attrfind = re.compile(r'((?<=[\'"\s/])[^\s/>][^\s/=>]*)(\s*=+\s*(\'[^\']*\'|"[^"]*"|(?![\'"])[^>\s]*))?(?:\s|/(?!>))*')
locatestarttagend = re.compile(r'''<[a-zA-Z][^\t\n\r\f />\x00]*(?:[\s/]*(?:(?<=['"\s/])[^\s/>][^\s/=>]*'''
                               r'''(?:\s*=+\s*(?:'[^']*'|"[^"]*"|(?!['"])[^>\s]*)(?:\s*,)*)?(?:\s|/(?!>))*)*)?\s*''')
endendtag = re.compile('>')
endtagfind = re.compile(r'</\s*([a-zA-Z][-.a-zA-Z0-9:_]*)\s*>')


class HTMLParseError(Exception):
    """The text cannot be read."""

    def __init__(self, msg, position=(None, None)):
        assert msg
        self.msg = msg
        self.lineno, self.offset = position

    def __str__(self):
        text = self.msg
        if self.lineno is not None:
            text += ", at line %d" % self.lineno
        if self.offset is not None:
            text += ", column %d" % (self.offset + 1)
        return text


class HTMLParser(markupbase.ParserBase):
    """Calls handle_starttag, handle_data and the like."""

    CDATA_CONTENT_ELEMENTS = ("script", "style")

    def __init__(self):
        self.reset()

    def reset(self):
        self.rawdata = ''
        self.lasttag = '???'
        self.interesting = interesting_normal
        self.cdata_elem = None
        markupbase.ParserBase.reset(self)

    def feed(self, data):
        self.rawdata = self.rawdata + data
        self.goahead(0)

    def close(self):
        self.goahead(1)

    def error(self, message):
        raise HTMLParseError(message, self.getpos())

    __starttag_text = None

    def get_starttag_text(self):
        return self.__starttag_text

    def set_cdata_mode(self, elem):
        self.cdata_elem = elem.lower()
        self.interesting = re.compile(r'</\s*%s\s*>' % self.cdata_elem, re.I)

    def clear_cdata_mode(self):
        self.interesting = interesting_normal
        self.cdata_elem = None

    def goahead(self, end):
        rawdata = self.rawdata
        i = 0
        n = len(rawdata)
        while i < n:
            found = self.interesting.search(rawdata, i)
            if found:
                j = found.start()
            else:
                if self.cdata_elem:
                    break
                j = n
            if i < j:
                self.handle_data(rawdata[i:j])
            i = self.updatepos(i, j)
            if i == n:
                break
            if rawdata.startswith('<', i):
                k = self._markup(i)
                if k < 0:
                    if not end:
                        break
                    k = rawdata.find('>', i + 1)
                    if k < 0:
                        k = rawdata.find('<', i + 1)
                        if k < 0:
                            k = i + 1
                    else:
                        k += 1
                    self.handle_data(rawdata[i:k])
                i = self.updatepos(i, k)
            elif rawdata.startswith("&#", i):
                found = charref.match(rawdata, i)
                if found:
                    self.handle_charref(found.group()[2:-1])
                    k = found.end()
                    if rawdata[k - 1] != ';':
                        k -= 1
                    i = self.updatepos(i, k)
                    continue
                if ";" in rawdata[i:]:
                    self.handle_data(rawdata[i:i + 2])
                    i = self.updatepos(i, i + 2)
                break
            else:
                found = entityref.match(rawdata, i)
                if found:
                    self.handle_entityref(found.group(1))
                    k = found.end()
                    if rawdata[k - 1] != ';':
                        k -= 1
                    i = self.updatepos(i, k)
                    continue
                found = incomplete.match(rawdata, i)
                if found:
                    rest = rawdata[i:]
                    if end and found.group() == rest:
                        self.error("EOF in middle of entity or char ref")
                    break
                if i + 1 < n:
                    self.handle_data("&")
                    i = self.updatepos(i, i + 1)
                    continue
                break
        if end and i < n and not self.cdata_elem:
            self.handle_data(rawdata[i:n])
            i = self.updatepos(i, n)
        elif end and i < n:
            self.handle_data(rawdata[i:n])
            i = self.updatepos(i, n)
        self.rawdata = rawdata[i:]

    def _markup(self, i):
        rawdata = self.rawdata
        if starttagopen.match(rawdata, i):
            return self.parse_starttag(i)
        if rawdata.startswith("</", i):
            return self.parse_endtag(i)
        if rawdata.startswith("<!--", i):
            return self.parse_comment(i)
        if rawdata.startswith("<?", i):
            return self.parse_pi(i)
        if rawdata.startswith("<!", i):
            return self.parse_html_declaration(i)
        if i + 1 < len(rawdata):
            self.handle_data("<")
            return i + 1
        return -1

    def parse_html_declaration(self, i):
        rawdata = self.rawdata
        if rawdata[i:i + 4] == '<!--':
            return self.parse_comment(i)
        if rawdata[i:i + 3] == '<![':
            return self.parse_marked_section(i)
        if rawdata[i:i + 9].lower() == '<!doctype':
            end = rawdata.find('>', i + 9)
            if end == -1:
                return -1
            self.handle_decl(rawdata[i + 2:end])
            return end + 1
        return self.parse_bogus_comment(i)

    def parse_bogus_comment(self, i, report=1):
        end = self.rawdata.find('>', i + 2)
        if end == -1:
            return -1
        if report:
            self.handle_comment(self.rawdata[i + 2:end])
        return end + 1

    def parse_pi(self, i):
        found = piclose.search(self.rawdata, i + 2)
        if not found:
            return -1
        self.handle_pi(self.rawdata[i + 2:found.start()])
        return found.end()

    def parse_starttag(self, i):
        self.__starttag_text = None
        end = self.check_for_whole_start_tag(i)
        if end < 0:
            return end
        rawdata = self.rawdata
        self.__starttag_text = rawdata[i:end]
        attrs = []
        found = tagfind.match(rawdata, i + 1)
        k = found.end()
        self.lasttag = tag = found.group(1).lower()
        while k < end:
            found = attrfind.match(rawdata, k)
            if not found:
                break
            name, rest, value = found.group(1, 2, 3)
            if not rest:
                value = None
            elif value[:1] == value[-1:] and value[:1] in ('\'', '"'):
                value = value[1:-1]
            if value:
                value = self.unescape(value)
            attrs.append((name.lower(), value))
            k = found.end()
        last = rawdata[k:end].strip()
        if last not in (">", "/>"):
            self.handle_data(rawdata[i:end])
            return end
        if last.endswith('/>'):
            self.handle_startendtag(tag, attrs)
        else:
            self.handle_starttag(tag, attrs)
            if tag in self.CDATA_CONTENT_ELEMENTS:
                self.set_cdata_mode(tag)
        return end

    def check_for_whole_start_tag(self, i):
        rawdata = self.rawdata
        found = locatestarttagend.match(rawdata, i)
        if not found:
            raise AssertionError("we should not get here!")
        j = found.end()
        char = rawdata[j:j + 1]
        if char == ">":
            return j + 1
        if char == "/":
            if rawdata.startswith("/>", j):
                return j + 2
            if rawdata.startswith("/", j) and j + 1 == len(rawdata):
                return -1
            return j if j > i else i + 1
        if char == "" or char in "abcdefghijklmnopqrstuvwxyz=/ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            return -1
        return j if j > i else i + 1

    def parse_endtag(self, i):
        rawdata = self.rawdata
        found = endendtag.search(rawdata, i + 1)
        if not found:
            return -1
        end = found.end()
        found = endtagfind.match(rawdata, i)
        if not found:
            if self.cdata_elem is not None:
                self.handle_data(rawdata[i:end])
                return end
            named = tagfind.match(rawdata, i + 2)
            if not named:
                if rawdata[i:i + 3] == '</>':
                    return i + 3
                return self.parse_bogus_comment(i)
            end = rawdata.find('>', named.end())
            self.handle_endtag(named.group(1).lower())
            return end + 1
        elem = found.group(1).lower()
        if self.cdata_elem is not None and elem != self.cdata_elem:
            self.handle_data(rawdata[i:end])
            return end
        self.handle_endtag(elem)
        self.clear_cdata_mode()
        return end

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_starttag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        pass

    def handle_charref(self, name):
        pass

    def handle_entityref(self, name):
        pass

    def handle_data(self, data):
        pass

    def handle_comment(self, data):
        pass

    def handle_decl(self, decl):
        pass

    def handle_pi(self, data):
        pass

    def unknown_decl(self, data):
        pass

    entitydefs = None

    def unescape(self, s):
        if '&' not in s:
            return s

        def replaced(match):
            name = match.group(1)
            try:
                if name[0] == "#":
                    name = name[1:]
                    number = int(name[1:].rstrip(';'), 16) if name[0] in 'xX' else int(name.rstrip(';'))
                    return unichr(number)
            except ValueError:
                return '&#' + name + ';' if not name.endswith(';') else '&#' + name
            import htmlentitydefs
            if HTMLParser.entitydefs is None:
                table = {'apos': u"'"}
                for key, value in htmlentitydefs.name2codepoint.iteritems():
                    table[key] = unichr(value)
                HTMLParser.entitydefs = table
            try:
                return self.entitydefs[name]
            except KeyError:
                return '&' + name + ';'
        return re.sub(r"&(#?[xX]?(?:[0-9a-fA-F]+|\w{1,8}));", replaced, s)
