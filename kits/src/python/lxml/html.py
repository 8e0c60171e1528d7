# lxml.html over the framework's element trees: documents, fragments, links, forms.

import _lxml
from _lxml import HtmlElement, ParserError, _Comment
from lxml import etree

HtmlComment = _Comment
XHTML_NAMESPACE = 'http://www.w3.org/1999/xhtml'


class HTMLParser(etree.HTMLParser):
    pass


XHTMLParser = etree.XMLParser
html_parser = HTMLParser()


def _encoding(parser):
    return parser and parser._options.get('encoding') or None


def _is_blank(text):
    return not text or not text.strip()


def _starts_as_document(html):
    start = html.lstrip()[:10].lower()
    return start.startswith('<html') or start.startswith('<!doctype')


def document_fromstring(html, parser=None, ensure_head_body=False, **kw):
    root = _lxml.html(html, _encoding(parser), kw.get('base_url'))
    if root is None:
        raise ParserError('Document is empty')
    if ensure_head_body:
        if root.find('head') is None:
            root.insert(0, root.makeelement('head'))
        if root.find('body') is None:
            root.append(root.makeelement('body'))
    return root


def fragments_fromstring(html, no_leading_text=False, base_url=None, parser=None, **kw):
    if not _starts_as_document(html):
        html = '<html><body>%s</body></html>' % html
    body = document_fromstring(html, parser=parser, base_url=base_url).find('body')
    found = []
    if not _is_blank(body.text):
        if no_leading_text:
            raise ParserError('There is leading text: %r' % body.text)
        found.append(body.text)
    found.extend(body)
    return found


def fragment_fromstring(html, create_parent=False, base_url=None, parser=None, **kw):
    if create_parent:
        tag = create_parent
        if not isinstance(tag, basestring):
            tag = 'div'
        elements = fragments_fromstring(html, parser=parser, base_url=base_url)
        made = _lxml.element(tag, {}, None, True)
        if elements:
            if isinstance(elements[0], basestring):
                made.text = elements[0]
                elements = elements[1:]
            made.extend(elements)
        return made
    elements = fragments_fromstring(html, True, base_url, parser)
    if not elements:
        raise ParserError('No elements found')
    if len(elements) > 1:
        raise ParserError('Multiple elements found (%s)' % ', '.join([_name_of(element) for element in elements]))
    if not _is_blank(elements[0].tail):
        raise ParserError('Element followed by text: %r' % elements[0].tail)
    elements[0].tail = None
    return elements[0]


def _name_of(element):
    if isinstance(element, _Comment):
        return 'comment'
    if isinstance(element, basestring):
        return 'string'
    return element.tag


def fromstring(html, base_url=None, parser=None, **kw):
    if _is_blank(html):
        raise ParserError('Document is empty')
    root = _lxml.fragment(html, _encoding(parser), base_url)
    if root.tag == 'html' and not len(root) and _lxml.html(html, _encoding(parser), base_url) is None:
        raise ParserError('Document is empty')
    return root


def parse(filename_or_url, parser=None, base_url=None, **kw):
    return etree.parse(filename_or_url, parser or html_parser, base_url)


def tostring(doc, pretty_print=False, include_meta_content_type=False, encoding=None, method='html', with_tail=True,
             doctype=None):
    return etree.tostring(doc, encoding, method, None, pretty_print, with_tail, None, doctype)


def Element(*args, **kw):
    return html_parser.makeelement(*args, **kw)


def open_in_browser(doc, encoding=None):
    raise NotImplementedError('lxml.html.open_in_browser is not available')


# ---- links ------------------------------------------------------------------------------------------------------------

class _Links(object):
    def __init__(self, name):
        self._name = name

    def __call__(self, doc, *args, **kw):
        copy = kw.pop('copy', True)
        given = None
        if isinstance(doc, basestring):
            given = type(doc)
            doc = fromstring(doc)
        elif copy:
            import copy as copier
            doc = copier.deepcopy(doc)
        result = getattr(doc, self._name)(*args, **kw)
        if self._name in ('iterlinks', 'find_rel_links', 'find_class'):
            return result
        if given is unicode:
            return tostring(doc, encoding=unicode)
        if given is str:
            return tostring(doc, encoding='utf-8')
        return doc


find_rel_links = _Links('find_rel_links')
find_class = _Links('find_class')
make_links_absolute = _Links('make_links_absolute')
resolve_base_href = _Links('resolve_base_href')
iterlinks = _Links('iterlinks')
rewrite_links = _Links('rewrite_links')


# Names of forms, and what elements have as attributes.
from lxml.html._forms import (CheckboxGroup, Classes, FieldsDict, InputGetter, RadioGroup, _read_attribute,
                              _write_attribute, submit_form)
