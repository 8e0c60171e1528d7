# lxml.builder: elements made by calls.

from lxml import etree


class ElementMaker(object):
    def __init__(self, typemap=None, namespace=None, nsmap=None, makeelement=None):
        self._namespace = ''
        if namespace is not None:
            self._namespace = '{' + namespace + '}'
        self._nsmap = nsmap
        self._makeelement = makeelement or etree.Element
        self._typemap = dict(typemap or {})

    def __call__(self, tag, *children, **attrib):
        if self._namespace and tag[:1] != '{':
            tag = self._namespace + tag
        if self._nsmap:
            made = self._makeelement(tag, nsmap=self._nsmap)
        else:
            made = self._makeelement(tag)
        for name, value in attrib.items():
            made.set(name, value)
        for child in children:
            self._add(made, child)
        return made

    def _add(self, made, child):
        if callable(child) and not etree.iselement(child):
            child = child()
        if isinstance(child, basestring):
            if len(made):
                made[-1].tail = (made[-1].tail or '') + child
            else:
                made.text = (made.text or '') + child
        elif isinstance(child, dict):
            for name, value in child.items():
                made.set(name, value)
        elif etree.iselement(child):
            made.append(child)
        elif type(child) in self._typemap:
            added = self._typemap[type(child)](made, child)
            if added is not None:
                self._add(made, added)
        else:
            raise TypeError('bad argument type: %s(%r)' % (type(child).__name__, child))

    def __getattr__(self, tag):
        if tag[:2] == '__':
            raise AttributeError(tag)

        def make(*children, **attrib):
            return self(tag, *children, **attrib)
        return make


E = ElementMaker()
