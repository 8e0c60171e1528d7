"""Reading SGML, as far as HTML needs it."""

import markupbase
import re

__all__ = ["SGMLParser", "SGMLParseError"]

interesting = re.compile('[&<]')
incomplete = re.compile('&([a-zA-Z][a-zA-Z0-9]*|#[0-9]*)?|<([a-zA-Z][^<>]*|/([a-zA-Z][^<>]*)?|![^<>]*)?')
entityref = re.compile('&([a-zA-Z][-.a-zA-Z0-9]*)[^a-zA-Z0-9]')
charref = re.compile('&#([0-9]+)[^0-9]')
starttagopen = re.compile('<[>a-zA-Z]')
shorttagopen = re.compile('<[a-zA-Z][-.a-zA-Z0-9]*/')
shorttag = re.compile('<([a-zA-Z][-.a-zA-Z0-9]*)/([^/]*)/')
piclose = re.compile('>')
endbracket = re.compile('[<>]')
tagfind = re.compile('[a-zA-Z][-_.a-zA-Z0-9]*')
attrfind = re.compile(r'''\s*([a-zA-Z_][-:.a-zA-Z_0-9]*)(\s*=\s*('[^']*'|"[^"]*"|'''
                      r'''[][\-a-zA-Z0-9./,:;+*%?!&$\(\)_#=~'"@]*))?''')


class SGMLParseError(RuntimeError):
    """The text is no SGML."""


class SGMLParser(markupbase.ParserBase):
    """Calls start_TAG, do_TAG, end_TAG, handle_data and the like."""

    entity_or_charref = re.compile('&(?:([a-zA-Z][-.a-zA-Z0-9]*)|#([0-9]+))(;?)')
    entitydefs = {'lt': '<', 'gt': '>', 'amp': '&', 'quot': '"', 'apos': '\''}

    def __init__(self, verbose=0):
        self.verbose = verbose
        self.reset()

    def reset(self):
        self.__starttag_text = None
        self.rawdata = ''
        self.stack = []
        self.lasttag = '???'
        self.nomoretags = 0
        self.literal = 0
        markupbase.ParserBase.reset(self)

    def setnomoretags(self):
        self.nomoretags = self.literal = 1

    def setliteral(self, *args):
        self.literal = 1

    def feed(self, data):
        self.rawdata = self.rawdata + data
        self.goahead(0)

    def close(self):
        self.goahead(1)

    def error(self, message):
        raise SGMLParseError(message)

    def goahead(self, end):
        rawdata = self.rawdata
        i = 0
        n = len(rawdata)
        while i < n:
            if self.nomoretags:
                self.handle_data(rawdata[i:n])
                i = n
                break
            found = interesting.search(rawdata, i)
            j = found.start() if found else n
            if i < j:
                self.handle_data(rawdata[i:j])
            i = j
            if i == n:
                break
            if rawdata[i] == '<':
                k = self._markup(i)
                if k is None:
                    break
                if k >= 0:
                    i = k
                    continue
            elif rawdata[i] == '&':
                if self.literal:
                    self.handle_data(rawdata[i])
                    i += 1
                    continue
                found = charref.match(rawdata, i)
                if found:
                    self.handle_charref(found.group(1))
                    i = found.end()
                    if rawdata[i - 1] != ';':
                        i -= 1
                    continue
                found = entityref.match(rawdata, i)
                if found:
                    self.handle_entityref(found.group(1))
                    i = found.end()
                    if rawdata[i - 1] != ';':
                        i -= 1
                    continue
            # Nothing that is known: it may go on in the next piece.
            found = incomplete.match(rawdata, i)
            if not found:
                self.handle_data(rawdata[i])
                i += 1
                continue
            j = found.end(0)
            if j == n:
                break
            self.handle_data(rawdata[i:j])
            i = j
        if end and i < n:
            self.handle_data(rawdata[i:n])
            i = n
        self.rawdata = rawdata[i:]

    def _markup(self, i):
        """What starts with `<` at i: the end of it, -1 for nothing, None if it is not complete."""
        rawdata = self.rawdata
        if starttagopen.match(rawdata, i):
            if self.literal:
                self.handle_data(rawdata[i])
                return i + 1
            k = self.parse_starttag(i)
            return None if k < 0 else k
        if rawdata.startswith("</", i):
            k = self.parse_endtag(i)
            if k < 0:
                return None
            self.literal = 0
            return k
        if self.literal:
            if len(rawdata) > i + 1:
                self.handle_data("<")
                return i + 1
            return None
        if rawdata.startswith("<!--", i):
            k = self.parse_comment(i)
            return None if k < 0 else k
        if rawdata.startswith("<?", i):
            k = self.parse_pi(i)
            return None if k < 0 else i + k
        if rawdata.startswith("<!", i):
            k = self.parse_declaration(i)
            return None if k < 0 else k
        return -1

    def parse_pi(self, i):
        if self.rawdata[i:i + 2] != '<?':
            self.error('unexpected call to parse_pi()')
        found = piclose.search(self.rawdata, i + 2)
        if not found:
            return -1
        self.handle_pi(self.rawdata[i + 2:found.start(0)])
        return found.end(0) - i

    def get_starttag_text(self):
        return self.__starttag_text

    def parse_starttag(self, i):
        self.__starttag_text = None
        rawdata = self.rawdata
        if shorttagopen.match(rawdata, i):
            found = shorttag.match(rawdata, i)
            if not found:
                return -1
            tag, data = found.group(1, 2)
            self.__starttag_text = '<%s/' % tag
            self.finish_shorttag(tag.lower(), data)
            self.__starttag_text = rawdata[i:found.end(1) + 1]
            return found.end(0)
        found = endbracket.search(rawdata, i + 1)
        if not found:
            return -1
        j = found.start(0)
        attrs = []
        if rawdata[i:i + 2] == '<>':
            k = j
            tag = self.lasttag
        else:
            found = tagfind.match(rawdata, i + 1)
            if not found:
                self.error('unexpected call to parse_starttag')
            k = found.end(0)
            tag = rawdata[i + 1:k].lower()
            self.lasttag = tag
        while k < j:
            found = attrfind.match(rawdata, k)
            if not found:
                break
            name, rest, value = found.group(1, 2, 3)
            if not rest:
                value = name
            else:
                if value[:1] == value[-1:] and value[:1] in ("'", '"'):
                    value = value[1:-1]
                value = self.entity_or_charref.sub(self._convert_ref, value)
            attrs.append((name.lower(), value))
            k = found.end(0)
        if rawdata[j] == '>':
            j += 1
        self.__starttag_text = rawdata[i:j]
        self.finish_starttag(tag, attrs)
        return j

    def _convert_ref(self, match):
        if match.group(2):
            return self.convert_charref(match.group(2)) or '&#%s%s' % match.groups()[1:]
        if match.group(3):
            return self.convert_entityref(match.group(1)) or '&%s;' % match.group(1)
        return '&%s' % match.group(1)

    def parse_endtag(self, i):
        found = endbracket.search(self.rawdata, i + 1)
        if not found:
            return -1
        j = found.start(0)
        tag = self.rawdata[i + 2:j].strip().lower()
        if self.rawdata[j] == '>':
            j += 1
        self.finish_endtag(tag)
        return j

    def finish_shorttag(self, tag, data):
        self.finish_starttag(tag, [])
        self.handle_data(data)
        self.finish_endtag(tag)

    def finish_starttag(self, tag, attrs):
        method = getattr(self, 'start_' + tag, None)
        if method is not None:
            self.stack.append(tag)
            self.handle_starttag(tag, method, attrs)
            return 1
        method = getattr(self, 'do_' + tag, None)
        if method is not None:
            self.handle_starttag(tag, method, attrs)
            return 0
        self.unknown_starttag(tag, attrs)
        return -1

    def finish_endtag(self, tag):
        if not tag:
            found = len(self.stack) - 1
            if found < 0:
                self.unknown_endtag(tag)
                return
        else:
            if tag not in self.stack:
                if getattr(self, 'end_' + tag, None) is None:
                    self.unknown_endtag(tag)
                else:
                    self.report_unbalanced(tag)
                return
            found = len(self.stack) - 1 - self.stack[::-1].index(tag)
        while len(self.stack) > found:
            tag = self.stack[-1]
            method = getattr(self, 'end_' + tag, None)
            if method is not None:
                self.handle_endtag(tag, method)
            else:
                self.unknown_endtag(tag)
            del self.stack[-1]

    def handle_starttag(self, tag, method, attrs):
        method(attrs)

    def handle_endtag(self, tag, method):
        method()

    def report_unbalanced(self, tag):
        pass

    def convert_charref(self, name):
        try:
            number = int(name)
        except ValueError:
            return None
        if not 0 <= number <= 127:
            return None
        return self.convert_codepoint(number)

    def convert_codepoint(self, codepoint):
        return chr(codepoint)

    def handle_charref(self, name):
        replacement = self.convert_charref(name)
        if replacement is None:
            self.unknown_charref(name)
        else:
            self.handle_data(replacement)

    def convert_entityref(self, name):
        return self.entitydefs.get(name)

    def handle_entityref(self, name):
        replacement = self.convert_entityref(name)
        if replacement is None:
            self.unknown_entityref(name)
        else:
            self.handle_data(replacement)

    def handle_data(self, data):
        pass

    def handle_comment(self, data):
        pass

    def handle_decl(self, decl):
        pass

    def handle_pi(self, data):
        pass

    def unknown_starttag(self, tag, attrs):
        pass

    def unknown_endtag(self, tag):
        pass

    def unknown_charref(self, ref):
        pass

    def unknown_entityref(self, ref):
        pass
