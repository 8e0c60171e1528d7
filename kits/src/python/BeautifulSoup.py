# BeautifulSoup 3 over the framework's own reader of tag soup.

import re

import _soup

__version__ = '3.2.1'
DEFAULT_OUTPUT_ENCODING = 'utf-8'
EMPTY = ('br', 'hr', 'input', 'img', 'meta', 'spacer', 'link', 'frame', 'base', 'col')


class PageElement(object):
    parent = None

    def _index(self):
        for at, element in enumerate(self.parent.contents):
            if element is self:
                return at
        return None

    def _sibling(self, step):
        if self.parent is None:
            return None
        at = self._index()
        if at is None or at + step < 0 or at + step >= len(self.parent.contents):
            return None
        return self.parent.contents[at + step]

    nextSibling = property(lambda self: self._sibling(1))
    previousSibling = property(lambda self: self._sibling(-1))

    def _next(self):
        contents = getattr(self, 'contents', None)
        if isinstance(self, Tag) and contents:
            return contents[0]
        element = self
        while element is not None:
            if element.nextSibling is not None:
                return element.nextSibling
            element = element.parent
        return None

    def _previous(self):
        element = self.previousSibling
        if element is None:
            return self.parent
        while isinstance(element, Tag) and element.contents:
            element = element.contents[-1]
        return element

    next = property(_next)
    previous = property(_previous)

    def _walk(self, step):
        found = []
        element = getattr(self, step)
        while element is not None:
            found.append(element)
            element = getattr(element, step)
        return found

    nextGenerator = lambda self: iter(self._walk('next'))
    previousGenerator = lambda self: iter(self._walk('previous'))
    nextSiblingGenerator = lambda self: iter(self._walk('nextSibling'))
    previousSiblingGenerator = lambda self: iter(self._walk('previousSibling'))
    parentGenerator = lambda self: iter(self._walk('parent'))

    def extract(self):
        if self.parent is not None:
            at = self._index()
            if at is not None:
                del self.parent.contents[at]
        self.parent = None
        return self

    def replaceWith(self, element):
        parent, at = self.parent, self._index()
        self.extract()
        parent.insert(at, element)

    def _all(self, elements, name, attrs, text, limit, kwargs):
        if isinstance(name, SoupStrainer):
            strainer = name
        else:
            strainer = SoupStrainer(name, attrs, text, **kwargs)
        found = ResultSet(strainer)
        for element in elements:
            if strainer.matches(element):
                found.append(element)
                if limit and len(found) >= limit:
                    break
        return found

    def _one(self, function, *args, **kwargs):
        kwargs['limit'] = 1
        found = function(*args, **kwargs)
        if found:
            return found[0]
        return None

    def findAllNext(self, name=None, attrs={}, text=None, limit=None, **kwargs):
        return self._all(self._walk('next'), name, attrs, text, limit, kwargs)

    def findNext(self, name=None, attrs={}, text=None, **kwargs):
        return self._one(self.findAllNext, name, attrs, text, **kwargs)

    def findAllPrevious(self, name=None, attrs={}, text=None, limit=None, **kwargs):
        return self._all(self._walk('previous'), name, attrs, text, limit, kwargs)

    def findPrevious(self, name=None, attrs={}, text=None, **kwargs):
        return self._one(self.findAllPrevious, name, attrs, text, **kwargs)

    def findNextSiblings(self, name=None, attrs={}, text=None, limit=None, **kwargs):
        return self._all(self._walk('nextSibling'), name, attrs, text, limit, kwargs)

    def findNextSibling(self, name=None, attrs={}, text=None, **kwargs):
        return self._one(self.findNextSiblings, name, attrs, text, **kwargs)

    def findPreviousSiblings(self, name=None, attrs={}, text=None, limit=None, **kwargs):
        return self._all(self._walk('previousSibling'), name, attrs, text, limit, kwargs)

    def findPreviousSibling(self, name=None, attrs={}, text=None, **kwargs):
        return self._one(self.findPreviousSiblings, name, attrs, text, **kwargs)

    def findParents(self, name=None, attrs={}, limit=None, **kwargs):
        return self._all(self._walk('parent'), name, attrs, None, limit, kwargs)

    def findParent(self, name=None, attrs={}, **kwargs):
        return self._one(self.findParents, name, attrs, **kwargs)

    fetchNextSiblings = findNextSiblings
    fetchPreviousSiblings = findPreviousSiblings
    fetchPrevious = findAllPrevious
    fetchParents = findParents


class NavigableString(unicode, PageElement):
    BEFORE = AFTER = ''
    string = property(lambda self: self)

    def __getattr__(self, name):
        raise AttributeError("'%s' object has no attribute '%s'" % (self.__class__.__name__, name))

    def _shown(self):
        return self.BEFORE + unicode.__unicode__(self) + self.AFTER

    def __unicode__(self):
        return unicode(self.encode('utf-8'), 'utf-8')


class CData(NavigableString):
    BEFORE, AFTER = u'<![CDATA[', u']]>'


class ProcessingInstruction(NavigableString):
    BEFORE, AFTER = u'<?', u'?>'


class Comment(NavigableString):
    BEFORE, AFTER = u'<!--', u'-->'


class Declaration(NavigableString):
    BEFORE, AFTER = u'<!', u'>'


KINDS = {'text': NavigableString, 'cdata': CData, 'instruction': ProcessingInstruction, 'comment': Comment,
         'declaration': Declaration}


def _written(element):
    if isinstance(element, NavigableString):
        return element.BEFORE + unicode(element) + element.AFTER
    return element._write()


def _quoted(value):
    quote = u'"'
    if u'"' in value and u"'" not in value:
        quote = u"'"
    value = value.replace(u'&', u'&amp;').replace(u'<', u'&lt;').replace(u'>', u'&gt;')
    if quote == u'"':
        value = value.replace(u'"', u'&quot;')
    return quote + value + quote


class Tag(PageElement):
    def __init__(self, parser, name, attrs=None, parent=None, previous=None):
        self.name = name
        self.attrs = list(attrs or [])
        self.contents = []
        self.hidden = False
        self.isSelfClosing = name in EMPTY
        self.parent = parent

    # ---- attributes

    def get(self, key, default=None):
        for name, value in self.attrs:
            if name == key:
                return value
        return default

    def has_key(self, key):
        return self.get(key) is not None

    def __getitem__(self, key):
        for name, value in self.attrs:
            if name == key:
                return value
        raise KeyError(key)

    def __setitem__(self, key, value):
        for at in range(len(self.attrs)):
            if self.attrs[at][0] == key:
                self.attrs[at] = (key, value)
                return
        self.attrs.append((key, value))

    def __delitem__(self, key):
        self.attrs = [item for item in self.attrs if item[0] != key]

    attrMap = property(lambda self: dict(self.attrs))

    # ---- contents

    def __iter__(self):
        return iter(self.contents)

    def __len__(self):
        return len(self.contents)

    def __contains__(self, element):
        return element in self.contents

    def __nonzero__(self):
        return True

    def __call__(self, *args, **kwargs):
        return self.findAll(*args, **kwargs)

    def __getattr__(self, name):
        if len(name) > 3 and name.endswith('Tag'):
            return self.find(name[:-3])
        if name[:2] != '__':
            return self.find(name)
        raise AttributeError("'%s' object has no attribute '%s'" % (self.__class__.__name__, name))

    def __eq__(self, other):
        if other is self:
            return True
        if not isinstance(other, Tag) or self.name != other.name or self.attrs != other.attrs:
            return False
        return self.contents == other.contents

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return id(self)

    def _get_string(self):
        if len(self.contents) == 1:
            return self.contents[0].string
        return None

    def _set_string(self, text):
        self.clear()
        self.append(text)

    string = property(_get_string, _set_string)

    def getText(self, separator=u''):
        texts = [element.strip() for element in self._descendants() if type(element) is NavigableString]
        return separator.join([text for text in texts if text])

    text = property(getText)

    def _descendants(self):
        found = []
        for element in self.contents:
            found.append(element)
            if isinstance(element, Tag):
                found.extend(element._descendants())
        return found

    recursiveChildGenerator = lambda self: iter(self._descendants())
    childGenerator = lambda self: iter(self.contents)

    def clear(self):
        for element in self.contents[:]:
            element.extract()

    def decompose(self):
        self.extract()
        self.contents = []

    def index(self, element):
        for at, child in enumerate(self.contents):
            if child is element:
                return at
        raise ValueError('Tag.index: element not in tag')

    def insert(self, position, element):
        if isinstance(element, basestring) and not isinstance(element, NavigableString):
            element = NavigableString(element)
        position = min(position, len(self.contents))
        if element.parent is not None:
            if element.parent is self and element._index() < position:
                position = position - 1
            element.extract()
        element.parent = self
        self.contents.insert(position, element)

    def append(self, element):
        self.insert(len(self.contents), element)

    # ---- finding

    def findAll(self, name=None, attrs={}, recursive=True, text=None, limit=None, **kwargs):
        elements = self.contents
        if recursive:
            elements = self._descendants()
        return self._all(elements, name, attrs, text, limit, kwargs)

    def find(self, name=None, attrs={}, recursive=True, text=None, **kwargs):
        return self._one(self.findAll, name, attrs, recursive, text, **kwargs)

    findChildren = fetch = findAll
    findChild = first = find

    def fetchText(self, text=None, recursive=True, limit=None):
        return self.findAll(text=text, recursive=recursive, limit=limit)

    def firstText(self, text=None, recursive=True):
        return self.find(text=text, recursive=recursive)

    # ---- writing

    def _inner(self):
        return u''.join([_written(element) for element in self.contents])

    def _write(self):
        if self.hidden:
            return self._inner()
        start = u'<' + self.name + u''.join([u' %s=%s' % (name, _quoted(unicode(value))) for name, value in self.attrs])
        if self.isSelfClosing:
            return start + u' />'
        return start + u'>' + self._inner() + u'</' + self.name + u'>'

    def _pretty(self, level):
        blanks = u' ' * level
        if self.hidden:
            return u''.join([_pretty(element, level) for element in self.contents])
        start = u'<' + self.name + u''.join([u' %s=%s' % (name, _quoted(unicode(value))) for name, value in self.attrs])
        if self.isSelfClosing:
            return blanks + start + u' />\n'
        inner = u''.join([_pretty(element, level + 1) for element in self.contents])
        return blanks + start + u'>\n' + inner + blanks + u'</' + self.name + u'>\n'

    def prettify(self, encoding=DEFAULT_OUTPUT_ENCODING):
        return _encoded(self._pretty(0), encoding)

    def renderContents(self, encoding=DEFAULT_OUTPUT_ENCODING, prettyPrint=False, indentLevel=0):
        return _encoded(self._inner(), encoding)

    decodeContents = lambda self: self._inner()

    def __unicode__(self):
        return self._write()

    def __str__(self, encoding=DEFAULT_OUTPUT_ENCODING, prettyPrint=False, indentLevel=0):
        if prettyPrint:
            return _encoded(self._pretty(indentLevel), encoding)
        return _encoded(self._write(), encoding)

    __repr__ = __str__


def _pretty(element, level):
    if isinstance(element, Tag):
        return element._pretty(level)
    text = _written(element).strip()
    if not text:
        return u''
    return u' ' * level + text + u'\n'


def _encoded(text, encoding):
    if encoding:
        return text.encode(encoding)
    return text


class ResultSet(list):
    def __init__(self, source):
        list.__init__(self)
        self.source = source


class SoupStrainer(object):
    def __init__(self, name=None, attrs={}, text=None, **kwargs):
        self.name, self.text = name, text
        if isinstance(attrs, basestring):
            kwargs['class'] = attrs
            attrs = {}
        self.attrs = dict(attrs or {})
        self.attrs.update(kwargs)

    def _matches(self, value, wanted):
        if wanted is True:
            return value is not None
        if callable(wanted):
            return wanted(value)
        if isinstance(value, Tag):
            value = value.name
        if hasattr(wanted, 'search'):
            return value is not None and wanted.search(value) is not None
        if isinstance(wanted, dict):
            return wanted.has_key(value)
        if hasattr(wanted, '__iter__') and not isinstance(wanted, basestring):
            return value in wanted
        if wanted is None:
            return value is None
        return value is not None and unicode(value) == unicode(wanted)

    def matches(self, element):
        if self.text is not None:
            return not isinstance(element, Tag) and self._matches(element, self.text)
        if not isinstance(element, Tag):
            return False
        if self.name is not None:
            if callable(self.name):
                if not self.name(element):
                    return False
            elif not self._matches(element, self.name):
                return False
        elif not self.attrs:
            return True
        for name, wanted in self.attrs.items():
            if not self._matches(element.get(name), wanted):
                return False
        return True

    search = matches


class BeautifulStoneSoup(Tag):
    XML_ENTITIES = 'xml'
    HTML_ENTITIES = 'html'
    XHTML_ENTITIES = 'xhtml'
    ALL_ENTITIES = XHTML_ENTITIES
    ROOT_TAG_NAME = u'[document]'
    IS_HTML = False

    def __init__(self, markup='', parseOnlyThese=None, fromEncoding=None, markupMassage=True, smartQuotesTo='xml',
                 convertEntities=None, selfClosingTags=None, isHTML=False):
        Tag.__init__(self, None, self.ROOT_TAG_NAME)
        self.hidden = True
        if hasattr(markup, 'read'):
            markup = markup.read()
        self.originalEncoding = None
        if not isinstance(markup, unicode):
            dammit = UnicodeDammit(markup, [fromEncoding], isHTML=self.IS_HTML)
            markup, self.originalEncoding = dammit.unicode, dammit.originalEncoding
        self._fill(self, _soup.parse(markup, not self.IS_HTML, convertEntities or '', list(selfClosingTags or ())))
        if parseOnlyThese is not None:
            found = self.findAll(parseOnlyThese)
            self.contents = []
            for element in found:
                element.parent = self
                self.contents.append(element)

    def _fill(self, tag, children):
        for child in children:
            if len(child) == 2:
                made = KINDS[child[0]](child[1])
            else:
                made = Tag(self, child[0], child[1])
                self._fill(made, child[2])
            made.parent = tag
            tag.contents.append(made)


class BeautifulSoup(BeautifulStoneSoup):
    IS_HTML = True


class MinimalSoup(BeautifulSoup):
    pass


class ICantBelieveItsBeautifulSoup(BeautifulSoup):
    pass


class BeautifulSOAP(BeautifulStoneSoup):
    pass


class StopParsing(Exception):
    pass


class UnicodeDammit(object):
    def __init__(self, markup, overrideEncodings=[], smartQuotesTo='xml', isHTML=False):
        self.markup = markup
        self.originalEncoding = None
        if isinstance(markup, unicode):
            self.unicode = markup
            return
        for encoding in [name for name in overrideEncodings if name] + [None]:
            try:
                if encoding is None:
                    self.unicode, self.originalEncoding = _soup.decode(markup, bool(isHTML))
                else:
                    self.unicode, self.originalEncoding = markup.decode(encoding), encoding
                return
            except (UnicodeError, LookupError):
                continue
