# Parsers of lxml.etree: whole documents, pieces, events, targets, and the log of what was wrong.

import _lxml
from _lxml import XMLSyntaxError, _Comment, _Element, _ElementTree, _ProcessingInstruction


# ---- what was wrong ---------------------------------------------------------------------------------------------------

class _LogEntry(object):
    domain = 1
    domain_name = 'PARSER'
    level = 3
    level_name = 'FATAL'
    path = None

    def __init__(self, error, filename):
        self.message = error._message
        self.line, self.column = error.position
        self.type = error.code
        self.type_name = _NAMES.get(error.code, 'ERR_INTERNAL_ERROR')
        self.filename = filename

    def __repr__(self):
        return '%s:%d:%d:%s:%s:%s: %s' % (self.filename, self.line, self.column, self.level_name, self.domain_name,
                                         self.type_name, self.message.encode('utf-8'))

    __str__ = __repr__


_NAMES = {1: 'ERR_INTERNAL_ERROR', 4: 'ERR_DOCUMENT_EMPTY', 5: 'ERR_DOCUMENT_END', 6: 'ERR_INVALID_HEX_CHARREF',
          7: 'ERR_INVALID_DEC_CHARREF', 9: 'ERR_INVALID_CHAR', 23: 'ERR_ENTITYREF_SEMICOL_MISSING',
          26: 'ERR_UNDECLARED_ENTITY', 38: 'ERR_LT_IN_ATTRIBUTE', 39: 'ERR_ATTRIBUTE_NOT_STARTED',
          40: 'ERR_ATTRIBUTE_NOT_FINISHED', 41: 'ERR_ATTRIBUTE_WITHOUT_VALUE', 42: 'ERR_ATTRIBUTE_REDEFINED',
          45: 'ERR_COMMENT_NOT_FINISHED', 47: 'ERR_PI_NOT_FINISHED', 62: 'ERR_MISPLACED_CDATA_END',
          63: 'ERR_CDATA_NOT_FINISHED', 64: 'ERR_RESERVED_XML_NAME', 65: 'ERR_SPACE_REQUIRED', 68: 'ERR_NAME_REQUIRED',
          73: 'ERR_GT_REQUIRED', 76: 'ERR_TAG_NAME_MISMATCH', 77: 'ERR_TAG_NOT_FINISHED',
          80: 'ERR_HYPHEN_IN_COMMENT', 81: 'ERR_INVALID_ENCODING', 89: 'ERR_ENTITY_LOOP', 90: 'ERR_ENTITY_BOUNDARY',
          201: 'NS_ERR_UNDEFINED_NAMESPACE'}


class _ListErrorLog(object):
    def __init__(self, entries=()):
        self._entries = list(entries)

    def __iter__(self):
        return iter(self._entries)

    def __len__(self):
        return len(self._entries)

    def __nonzero__(self):
        return bool(self._entries)

    def __getitem__(self, index):
        return self._entries[index]

    def __repr__(self):
        return '\n'.join([repr(entry) for entry in self._entries])

    __str__ = __repr__

    def copy(self):
        return _ListErrorLog(self._entries)

    @property
    def last_error(self):
        return self._entries[-1] if self._entries else None

    def _chosen(self, test):
        return _ListErrorLog([entry for entry in self._entries if test(entry)])

    def filter_from_level(self, level):
        return self._chosen(lambda entry: entry.level >= level)

    def filter_from_errors(self):
        return self.filter_from_level(2)

    def filter_from_warnings(self):
        return self.filter_from_level(1)

    def filter_from_fatals(self):
        return self.filter_from_level(3)

    def filter_levels(self, levels):
        return self._chosen(lambda entry: entry.level in ([levels] if isinstance(levels, int) else levels))

    def filter_domains(self, domains):
        return self._chosen(lambda entry: entry.domain in ([domains] if isinstance(domains, int) else domains))

    def filter_types(self, types):
        return self._chosen(lambda entry: entry.type in ([types] if isinstance(types, int) else types))


_ErrorLog = _ListErrorLog


# ---- parsers ----------------------------------------------------------------------------------------------------------

class _BaseParser(object):
    _is_html = False
    version = 'libxml2 2.12.3'

    def __init__(self, **options):
        self._options = options
        self._fed = []
        self.target = options.get('target')
        self.error_log = _ListErrorLog()
        self.resolvers = None

    @property
    def feed_error_log(self):
        return self.error_log

    def _read(self, data, base_url):
        """The top element; for a target, what its `close` gives."""
        self.error_log = _ListErrorLog()
        try:
            root = self._parse(data, base_url)
        except XMLSyntaxError, error:
            self._note(error, base_url)
            if self.target is not None and hasattr(self.target, 'close'):
                self.target.close()
            raise
        if self.target is None:
            return root
        return _drive(root, self.target)

    def _note(self, error, base_url):
        if not hasattr(error, '_message'):
            return
        self.error_log = _ListErrorLog([_LogEntry(error, base_url or '<string>')])
        error.error_log = self.error_log

    def feed(self, data):
        if not isinstance(data, basestring):
            raise TypeError('Parsing requires string data')
        self._fed.append(data)

    def close(self):
        if not self._fed:
            raise XMLSyntaxError(u'no element found')
        data = ''.join(self._fed)
        self._fed = []
        return self._read(data, None)

    def makeelement(self, _tag, attrib=None, nsmap=None, **_extra):
        from lxml import etree
        return etree._make(_tag, attrib, nsmap, _extra, self._is_html)

    def set_element_class_lookup(self, lookup=None):
        if lookup is not None:
            raise NotImplementedError('lxml.etree: element class lookups are not available')

    setElementClassLookup = set_element_class_lookup

    def copy(self):
        return self.__class__(**self._options)


class XMLParser(_BaseParser):
    def _parse(self, data, base_url):
        get = self._options.get
        arguments = (get('encoding'), bool(get('recover')), bool(get('remove_blank_text')),
                     bool(get('remove_comments')), base_url, bool(get('remove_pis')),
                     not get('strip_cdata', True))
        if not get('recover'):
            return _lxml.xml(data, *arguments)
        try:
            return _lxml.xml(data, arguments[0], False, *arguments[2:])
        except XMLSyntaxError, error:
            self._note(error, base_url)
        return _lxml.xml(data, *arguments)


class HTMLParser(_BaseParser):
    _is_html = True

    def _parse(self, data, base_url):
        root = _lxml.html(data, self._options.get('encoding'), base_url)
        if root is not None:
            gone = [kind for option, kind in (('remove_comments', _Comment), ('remove_pis', _ProcessingInstruction))
                    if self._options.get(option)]
            if gone:
                _lxml.strip(root, gone, True, False)
        if root is None and not self._options.get('recover', True):
            raise XMLSyntaxError(u'Document is empty')
        return root


class ETCompatXMLParser(XMLParser):
    def __init__(self, **options):
        options.setdefault('remove_comments', True)
        options.setdefault('remove_pis', True)
        XMLParser.__init__(self, **options)


XMLTreeBuilder = ETCompatXMLParser
_default = XMLParser()


def get_default_parser():
    return _default


def set_default_parser(parser=None):
    global _default
    _default = parser or XMLParser()


def fromstring(text, parser=None, base_url=None):
    return (parser or _default)._read(text, base_url)


XML = fromstring


def HTML(text, parser=None, base_url=None):
    return (parser or HTMLParser())._read(text, base_url)


def fromstringlist(strings, parser=None):
    return fromstring(''.join(strings), parser)


def XMLID(text, parser=None, base_url=None):
    root = fromstring(text, parser, base_url)
    return root, _ids(root)


XMLDTDID = XMLID


def _ids(root):
    return dict([(element.get('id'), element) for element in root.iter('*') if element.get('id')])


def parseid(source, parser=None, base_url=None):
    tree = parse(source, parser, base_url)
    return tree, _ids(tree.getroot())


def _data_of(source, says_errno=False):
    if hasattr(source, 'read'):
        return source.read(), getattr(source, 'name', None) or getattr(source, 'url', None)
    if source[:7].lower() in ('http://', 'https:/', 'ftp://'):
        import urllib2
        return urllib2.urlopen(source).read(), source
    if source[:7] == 'file://':
        source = source[7:]
    try:
        handle = open(source, 'rb')
    except IOError:
        if says_errno:
            raise
        raise IOError(u"Error reading file '%s': failed to load external entity \"%s\"" % (source, source))
    try:
        return handle.read(), source
    finally:
        handle.close()


def parse(source, parser=None, base_url=None):
    data, url = _data_of(source)
    parser = parser or _default
    root = parser._read(data, base_url or url)
    if parser.target is not None:
        return root
    if root is None:
        raise XMLSyntaxError(u'Document is empty, line 1, column 1')
    return _lxml.tree(root)


# ---- targets ----------------------------------------------------------------------------------------------------------

def _drive(root, target):
    """Tells a target about a tree, as a parser would while it reads."""
    start = getattr(target, 'start', None)
    end = getattr(target, 'end', None)
    data = getattr(target, 'data', None)
    comment = getattr(target, 'comment', None)
    pi = getattr(target, 'pi', None)
    doctype = getattr(target, 'doctype', None)

    def walk(top):
        work = [(top, False)]
        while work:
            node, done = work.pop()
            if done:
                if end is not None:
                    end(node.tag)
            elif isinstance(node, _Comment):
                if comment is not None:
                    comment(node.text)
            elif isinstance(node, _ProcessingInstruction):
                if pi is not None:
                    pi(node.target, node.text or None)
            else:
                if start is not None:
                    start(node.tag, dict([(name, unicode(value)) for name, value in node.items()]))
                if node.text and data is not None:
                    data(unicode(node.text))
                work.append((node, True))
                work.extend([(child, False) for child in reversed(node)])
                continue
            if node is not top and node.tail and data is not None:
                data(unicode(node.tail))

    if root is not None:
        try:
            info = root.getroottree().docinfo
            if doctype is not None and info.doctype and not isinstance(root, _lxml.HtmlElement):
                doctype(info.root_name, info.public_id, info.system_url)
            for node in reversed(list(root.itersiblings(preceding=True))):
                walk(node)
            walk(root)
            for node in root.itersiblings():
                walk(node)
        except BaseException:
            target.close()
            raise
    return target.close()


class TreeBuilder(object):
    """Builds a tree from calls."""

    def __init__(self, element_factory=None, parser=None, comment_factory=None, pi_factory=None,
                 insert_comments=True, insert_pis=True):
        from lxml import etree
        self._factory = element_factory or etree.Element
        self._comment = comment_factory or etree.Comment
        self._pi = pi_factory or etree.PI
        self._insert = (insert_comments, insert_pis)
        self._open = []
        self._data = []
        self._last = None
        self._in_tail = False
        self._root = None

    def _flush(self):
        if not self._data:
            return
        text = ''.join(self._data)
        self._data = []
        if self._last is None:
            return
        if self._in_tail:
            self._last.tail = (self._last.tail or '') + text
        else:
            self._last.text = (self._last.text or '') + text

    def start(self, tag, attrs, nsmap=None):
        self._flush()
        made = self._factory(tag, attrs, nsmap) if nsmap else self._factory(tag, attrs)
        if self._open:
            self._open[-1].append(made)
        elif self._root is None:
            self._root = made
        self._open.append(made)
        self._last = made
        self._in_tail = False
        return made

    def end(self, tag):
        self._flush()
        self._last = self._open.pop()
        if self._last.tag != tag:
            raise AssertionError('end tag mismatch (expected %s, got %s)' % (self._last.tag, tag))
        self._in_tail = True
        return self._last

    def data(self, data):
        self._data.append(data)

    def comment(self, comment):
        return self._leaf(self._comment(comment), self._insert[0])

    def pi(self, target, data=None):
        return self._leaf(self._pi(target, data), self._insert[1])

    def _leaf(self, made, inserted):
        if not inserted:
            return made
        self._flush()
        if self._open:
            self._open[-1].append(made)
        self._last = made
        self._in_tail = True
        return made

    def close(self):
        self._flush()
        if self._open:
            raise AssertionError('missing end tags')
        if self._root is None:
            raise AssertionError('missing toplevel element')
        return self._root


# ---- events -----------------------------------------------------------------------------------------------------------

_EVENTS = ('start', 'end', 'start-ns', 'end-ns', 'comment', 'pi')


def _checked(events):
    for event in events:
        if event not in _EVENTS:
            raise ValueError("invalid event name '%s'" % event)
    return tuple(events)


def _tests(tag):
    if tag is None:
        return None
    tags = [tag] if isinstance(tag, basestring) or not hasattr(tag, '__iter__') else list(tag)
    return [getattr(name, 'text', name) for name in tags]


def _fits(element, tests):
    if tests is None:
        return True
    tag = element.tag
    if not isinstance(tag, basestring):
        return tag in tests
    uri, local = tag[1:].split('}', 1) if tag[:1] == '{' else ('', tag)
    for test in tests:
        if not isinstance(test, basestring):
            continue
        if test == '*' or test == tag:
            return True
        if test[:1] == '{':
            wanted, name = test[1:].split('}', 1)
            if wanted in ('*', uri) and name in ('*', local):
                return True
    return False


class iterwalk(object):
    """The events of a tree that is there already."""

    def __init__(self, element_or_tree, events=('end',), tag=None):
        self._events = _checked(events)
        self._tag = _tests(tag)
        self._skip = None
        tree = isinstance(element_or_tree, _ElementTree)
        root = element_or_tree.getroot() if tree else element_or_tree
        self._left = self._walk(root, tree)

    def __iter__(self):
        return self

    def next(self):
        return next(self._left)

    def skip_subtree(self):
        self._skip = self._started

    def _leaf(self, node):
        if isinstance(node, _Comment):
            return ('comment', node) if 'comment' in self._events else None
        return ('pi', node) if 'pi' in self._events else None

    def _walk(self, root, around):
        events, tag = self._events, self._tag
        if around:
            for node in reversed(list(root.itersiblings(preceding=True))):
                event = self._leaf(node)
                if event:
                    yield event
        work = [(root, None)]
        while work:
            node, declared = work.pop()
            if declared is not None:
                if 'end' in events and _fits(node, tag):
                    yield ('end', node)
                if 'end-ns' in events:
                    for _ in range(declared):
                        yield ('end-ns', None)
                continue
            if isinstance(node, (_Comment, _ProcessingInstruction)):
                event = self._leaf(node)
                if event:
                    yield event
                continue
            declared = _declared(node, node is root)
            if 'start-ns' in events:
                for pair in declared:
                    yield ('start-ns', pair)
            self._started = node
            if 'start' in events and _fits(node, tag):
                yield ('start', node)
            work.append((node, len(declared)))
            if self._skip is not node:
                work.extend([(child, None) for child in reversed(node)])
            self._skip = None
        if around:
            for node in root.itersiblings():
                event = self._leaf(node)
                if event:
                    yield event


def _declared(element, is_top):
    """The namespaces that an element declares."""
    known = {}
    parent = element.getparent()
    if parent is not None and not is_top:
        known = parent.nsmap
    return sorted([(prefix or '', uri) for prefix, uri in element.nsmap.items() if known.get(prefix) != uri])


class iterparse(object):
    """The events of a document; all of it is read at the first one."""

    def __init__(self, source, events=('end',), **options):
        self._events = _checked(events)
        self._tag = options.pop('tag', None)
        html = options.pop('html', False)
        self._source = source
        if not hasattr(source, 'read'):
            self._source = open(source, 'rb')
        self.root = None
        self._parser = (HTMLParser if html else XMLParser)(**options)
        self._left = None

    @property
    def error_log(self):
        return self._parser.error_log

    @property
    def version(self):
        return self._parser.version

    resolvers = None

    def __iter__(self):
        return self

    def next(self):
        if self._left is None:
            data = self._source.read()
            if not data:
                raise XMLSyntaxError(u'no element found')
            root = self._parser._read(data, getattr(self._source, 'name', None))
            self._found = root
            self._left = iter([] if root is None else iterwalk(_lxml.tree(root), self._events, self._tag))
        try:
            return next(self._left)
        except StopIteration:
            self.root = self._found
            raise

    def makeelement(self, _tag, attrib=None, nsmap=None, **_extra):
        return self._parser.makeelement(_tag, attrib, nsmap, **_extra)


class _PullParser(object):
    """A parser whose events are read when the document is complete."""

    def __init__(self, events=('end',), tag=None, **options):
        self._pull = (_checked(events or ('end',)), tag)
        self._found = None
        super(_PullParser, self).__init__(**options)

    def close(self):
        root = super(_PullParser, self).close()
        self._found = iter(iterwalk(_lxml.tree(root), *self._pull))
        return root

    def read_events(self):
        return self._found or iter(())


class XMLPullParser(_PullParser, XMLParser):
    pass


class HTMLPullParser(_PullParser, HTMLParser):
    pass
