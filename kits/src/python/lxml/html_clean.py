# lxml.html.clean: takes out of a page what is not wanted in it.

import copy
import re
import urlparse

from lxml import etree
from lxml.html import fromstring, tostring
import lxml.html.defs as defs

__all__ = ['clean_html', 'clean', 'Cleaner', 'autolink', 'autolink_html', 'word_break', 'word_break_html']

# Schemes of addresses that run something.
_runs = re.compile(r'(javascript|jscript|livescript|vbscript|data|about|mocha):', re.I)
_image_data = re.compile(r'^data:image/.+;base64', re.I)
_conditional = re.compile(r'\[if[\s\n\r]+.*?][\s\n\r]*>', re.I | re.S)
_css_import = re.compile(r'@\s*import', re.I)
_css_runs = re.compile(r'expression\s*\(.*?\)|behavior\s*:|-moz-binding', re.I | re.S)


def _is_running(link):
    link = re.sub(r'[\s\x00-\x08\x0b\x0c\x0e-\x19]+', '', link)
    return not _image_data.match(link) and _runs.search(link) is not None


def _drop_tree(element):
    # Comments have no method for it: what follows them stays.
    parent, tail = element.getparent(), element.tail
    if parent is None:
        return
    if tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or '') + tail
        else:
            before.tail = (before.tail or '') + tail
        element.tail = None
    parent.remove(element)


class Cleaner(object):
    """Its attributes say what goes: see the names below."""

    scripts = True
    javascript = True
    comments = True
    style = False
    inline_style = None
    links = True
    meta = True
    page_structure = True
    processing_instructions = True
    embedded = True
    frames = True
    forms = True
    annoying_tags = True
    remove_tags = None
    allow_tags = None
    kill_tags = None
    remove_unknown_tags = True
    safe_attrs_only = True
    safe_attrs = defs.safe_attrs
    add_nofollow = False
    host_whitelist = ()
    whitelist_tags = set(['iframe', 'embed'])

    # Attributes that name another document.
    _tag_link_attrs = {'script': 'src', 'link': 'href', 'applet': ['code', 'object'], 'iframe': 'src', 'embed': 'src',
                       'layer': 'src', 'a': 'href'}

    def __init__(self, **kw):
        for name, value in kw.items():
            if not hasattr(self, name):
                raise TypeError('Unknown parameter: %s=%r' % (name, value))
            setattr(self, name, value)
        if self.inline_style is None and 'inline_style' not in kw:
            self.inline_style = self.style
        if kw.get('allow_tags'):
            if kw.get('remove_unknown_tags'):
                raise ValueError('It does not make sense to pass in both allow_tags and remove_unknown_tags')
            self.remove_unknown_tags = False

    def __call__(self, doc):
        if hasattr(doc, 'getroot'):
            doc = doc.getroot()
        for element in list(doc.iter('image')):
            element.tag = 'img'
        kill = set(self.kill_tags or ())
        remove = set(self.remove_tags or ())
        allow = set(self.allow_tags or ())
        if not self.comments:
            self.kill_conditional_comments(doc)
        if self.scripts:
            kill.add('script')
        if self.safe_attrs_only:
            safe = set(self.safe_attrs)
            for element in doc.iter(etree.Element):
                for name in element.attrib.keys():
                    if name not in safe:
                        del element.attrib[name]
        if self.javascript:
            self._stop_scripts(doc)
        if self.comments:
            kill.add(etree.Comment)
        if self.processing_instructions:
            kill.add(etree.ProcessingInstruction)
        if self.style:
            kill.add('style')
        if self.inline_style:
            etree.strip_attributes(doc, 'style')
        if self.links:
            kill.add('link')
        elif self.style or self.javascript:
            for element in list(doc.iter('link')):
                if 'stylesheet' in element.get('rel', '').lower() and not self.allow_element(element):
                    element.drop_tree()
        if self.meta:
            kill.add('meta')
        if self.page_structure:
            remove.update(('head', 'html', 'title'))
        if self.embedded:
            for element in list(doc.iter('param')):
                parent = element.getparent()
                while parent is not None and parent.tag not in ('applet', 'object'):
                    parent = parent.getparent()
                if parent is None:
                    element.drop_tree()
            kill.add('applet')
            remove.update(('iframe', 'embed', 'layer', 'object', 'param'))
        if self.frames:
            kill.update(defs.frame_tags)
        if self.forms:
            remove.add('form')
            kill.update(('button', 'input', 'select', 'textarea'))
        if self.annoying_tags:
            remove.update(('blink', 'marquee'))
        self._take_out(doc, kill, remove)
        if self.remove_unknown_tags:
            if allow:
                raise ValueError('It does not make sense to pass in both allow_tags and remove_unknown_tags')
            allow = set(defs.tags)
        if allow:
            if not self.comments:
                allow.add(etree.Comment)
            if not self.processing_instructions:
                allow.add(etree.ProcessingInstruction)
            bad = [element for element in doc.iter() if element.tag not in allow]
            if bad and bad[0] is doc:
                bad.pop(0).tag = 'div'
            for element in reversed(bad):
                _drop_tree(element) if element.tag in (etree.Comment, etree.ProcessingInstruction) else element.drop_tag()
        if self.add_nofollow:
            for element in list(doc.iter('a')):
                if element.get('href') and not self.allow_follow(element):
                    rel = element.get('rel')
                    if not rel:
                        element.set('rel', 'nofollow')
                    elif 'nofollow' not in rel or ' nofollow ' not in ' %s ' % rel:
                        element.set('rel', '%s nofollow' % rel)

    def _stop_scripts(self, doc):
        if not self.safe_attrs_only:
            for element in doc.iter(etree.Element):
                for name in element.attrib.keys():
                    if name.startswith('on'):
                        del element.attrib[name]
        doc.rewrite_links(self._remove_javascript_link, resolve_base_href=False)
        if not self.inline_style:
            for element in doc.iter(etree.Element):
                old = element.get('style')
                if old is not None:
                    new = _css_import.sub('', _css_runs.sub('', old))
                    if self._has_sneaky_javascript(new):
                        del element.attrib['style']
                    elif new != old:
                        element.set('style', new)
        if not self.style:
            for element in list(doc.iter('style')):
                if element.get('type', '').lower().strip() == 'text/javascript':
                    element.drop_tree()
                    continue
                old = element.text or ''
                new = _css_import.sub('', _css_runs.sub('', old))
                if self._has_sneaky_javascript(new):
                    element.text = '/* deleted */'
                elif new != old:
                    element.text = new

    def _take_out(self, doc, kill, remove):
        removed, killed = [], []
        for element in doc.iter():
            if element.tag in kill:
                if not self.allow_element(element):
                    killed.append(element)
            elif element.tag in remove:
                if not self.allow_element(element):
                    removed.append(element)
        if removed and removed[0] is doc:
            removed.pop(0).tag = 'div'
        elif killed and killed[0] is doc:
            root = killed.pop(0)
            root.tag = 'div' if root.tag != 'html' else 'html'
            root.clear()
        for element in reversed(killed):
            _drop_tree(element)
        for element in removed:
            element.drop_tag()

    def allow_follow(self, anchor):
        return False

    def allow_element(self, el):
        attr = self._tag_link_attrs.get(el.tag)
        if attr is None:
            return False
        names = attr if isinstance(attr, (list, tuple)) else [attr]
        for name in names:
            url = el.get(name)
            if not url or not self.allow_embedded_url(el, url):
                return False
        return True

    def allow_embedded_url(self, el, url):
        if self.whitelist_tags is not None and el.tag not in self.whitelist_tags:
            return False
        parts = urlparse.urlsplit(url)
        if parts.scheme not in ('http', 'https'):
            return False
        return parts.netloc.lower().split(':', 1)[0] in self.host_whitelist

    def kill_conditional_comments(self, doc):
        for element in list(doc.iter(etree.Comment)):
            if _conditional.search(element.text or ''):
                element.getparent().remove(element)

    def _remove_javascript_link(self, link):
        return '' if _is_running(link) else link

    def _has_sneaky_javascript(self, style):
        style = re.sub(r'/\*.*?\*/', '', style, flags=re.S).replace('\\', '')
        style = re.sub(r'[\s\x00-\x08\x0b\x0c\x0e-\x19]+', '', style).lower()
        return _is_running(style) or 'expression(' in style or '@import' in style or '</noscript' in style

    def clean_html(self, html):
        if isinstance(html, basestring):
            doc = fromstring(html)
            self(doc)
            return tostring(doc, encoding=unicode) if isinstance(html, unicode) else tostring(doc, encoding='utf-8')
        doc = copy.deepcopy(html)
        self(doc)
        return doc


clean = Cleaner()
clean_html = clean.clean_html

_link_regexes = [
    re.compile(r'(?P<body>https?://(?P<host>[a-z0-9._-]+)(?:/[/\-_.,a-z0-9%&?;=~]*)?(?:\([/\-_.,a-z0-9%&?;=~]*\))?)', re.I),
    re.compile(r'mailto:(?P<body>[a-z0-9._-]+@(?P<host>[a-z0-9_.-]+[a-z]))', re.I)]
_avoid_elements = ['textarea', 'pre', 'code', 'head', 'select', 'a']
_avoid_hosts = [re.compile(r'^localhost', re.I), re.compile(r'\bexample\.(?:com|org|net)$', re.I),
                re.compile(r'^127\.0\.0\.1$')]
_avoid_classes = ['nolink']


def autolink(el, link_regexes=_link_regexes, avoid_elements=_avoid_elements, avoid_hosts=_avoid_hosts,
             avoid_classes=_avoid_classes):
    if el.tag in avoid_elements or set(el.get('class', '').split()) & set(avoid_classes):
        return
    for child in list(el):
        autolink(child, link_regexes, avoid_elements, avoid_hosts, avoid_classes)
        if child.tail:
            text, links = _links_in(child.tail, link_regexes, avoid_hosts, el.makeelement)
            if links:
                child.tail = text
                at = el.index(child)
                el[at + 1:at + 1] = links
    if el.text:
        text, links = _links_in(el.text, link_regexes, avoid_hosts, el.makeelement)
        if links:
            el.text = text
            el[:0] = links


def _links_in(text, link_regexes, avoid_hosts, makeelement):
    leading, links = '', []
    while True:
        best = None
        for regex in link_regexes:
            for match in regex.finditer(text):
                if not any(host.search(match.group('host')) for host in avoid_hosts):
                    if best is None or match.start() < best.start():
                        best = match
                    break
        if best is None:
            break
        link, end = best.group(0), best.end()
        if link.endswith(('.', ',')):
            end -= 1
            link = link[:-1]
        before = text[:best.start()]
        if links:
            links[-1].tail = before
        else:
            leading = before
        anchor = makeelement('a')
        anchor.set('href', link)
        body = best.group('body')
        anchor.text = body[:-1] if body.endswith(('.', ',')) else body
        links.append(anchor)
        text = text[end:]
    if links:
        links[-1].tail = text
    else:
        leading = text
    return leading, links


def _of_text(work):
    def over_text(html, *args, **kw):
        doc = fromstring(html) if isinstance(html, basestring) else copy.deepcopy(html)
        work(doc, *args, **kw)
        if isinstance(html, unicode):
            return tostring(doc, encoding=unicode)
        return tostring(doc, encoding='utf-8') if isinstance(html, str) else doc
    return over_text


autolink_html = _of_text(autolink)

_avoid_word_break_elements = ['pre', 'textarea', 'code']
_avoid_word_break_classes = ['nobreak']


def word_break(el, max_width=40, avoid_elements=_avoid_word_break_elements, avoid_classes=_avoid_word_break_classes,
               break_character=u'\u200b'):
    if el.tag in _avoid_word_break_elements or set(el.get('class', '').split()) & set(avoid_classes):
        return
    if el.text:
        el.text = _broken(el.text, max_width, break_character)
    for child in el:
        word_break(child, max_width, avoid_elements, avoid_classes, break_character)
        if child.tail:
            child.tail = _broken(child.tail, max_width, break_character)


def _broken(text, max_width, break_character):
    def one(match):
        word, parts = match.group(0), []
        while len(word) > max_width:
            breaks = [found.end() for found in re.finditer(r'[^a-z]', word[:max_width], re.I)]
            at = breaks[-1] if breaks and breaks[-1] > max_width - 10 else max_width
            parts.append(word[:at])
            word = word[at:]
        return break_character.join(parts + [word])
    return re.sub(r'\S{%d,}' % (max_width + 1), one, text)


word_break_html = _of_text(word_break)
