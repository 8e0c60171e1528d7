# What elements of forms have besides: the attributes of HTML elements by their tags, and the classes of any element.

def _form_of(element):
    for ancestor in element.iterancestors('form'):
        return ancestor
    return None


def _options(select):
    values = []
    for option in select.iter('option'):
        value = option.get('value')
        if value is None:
            value = (option.text or '').strip()
        values.append((option, value))
    return values


def _get_value(element):
    if element.tag == 'textarea':
        return element.text or ''
    if element.tag == 'select':
        chosen = [value for option, value in _options(element) if option.get('selected') is not None]
        if element.get('multiple') is not None:
            return set(chosen)
        if chosen:
            return chosen[-1]
        for option, value in _options(element):
            return value
        return None
    if element.get('type', '').lower() in ('checkbox', 'radio'):
        if element.get('checked') is None:
            return None
        return element.get('value', 'on')
    return element.get('value')


def _set_value(element, value):
    if element.tag == 'textarea':
        element.text = value
    elif element.tag == 'select':
        wanted = value
        if value is None:
            wanted = []
        elif isinstance(value, basestring):
            wanted = [value]
        known = [name for option, name in _options(element)]
        for name in wanted:
            if name not in known:
                raise ValueError('There is no option with the value of %r' % name)
        for option, name in _options(element):
            if name in wanted:
                option.set('selected', '')
            else:
                option.attrib.pop('selected', None)
    elif element.get('type', '').lower() in ('checkbox', 'radio'):
        if not value:
            element.attrib.pop('checked', None)
        else:
            element.set('checked', '')
            if isinstance(value, basestring):
                element.set('value', value)
    elif value is None:
        element.attrib.pop('value', None)
    else:
        element.set('value', value)


def _form_name(form):
    if form.get('name'):
        return form.get('name')
    if form.get('id'):
        return '#' + form.get('id')
    return str(list(form.getroottree().getroot().iter('form')).index(form))


class InputGetter(object):
    __module__ = 'lxml.html'

    def __init__(self, form):
        self.form = form

    def __repr__(self):
        return '<InputGetter for form %s>' % _form_name(self.form)

    def __iter__(self):
        return iter([element for element in self.form.iter('input', 'select', 'textarea')])

    def __len__(self):
        return len(list(iter(self)))

    def keys(self):
        names = []
        for element in self:
            name = element.get('name')
            if name is not None and name not in names:
                names.append(name)
        return names

    def __contains__(self, name):
        return name in self.keys()

    def items(self):
        return [(name, self[name]) for name in self.keys()]

    def __getitem__(self, name):
        found = [element for element in self if element.get('name') == name]
        if not found:
            raise KeyError('No input element with the name %r' % name)
        kind = found[0].get('type', '').lower()
        if kind == 'radio' and len(found) > 1:
            return RadioGroup(found)
        if kind == 'checkbox' and len(found) > 1:
            return CheckboxGroup(found)
        return found[0]


class RadioGroup(list):
    __module__ = 'lxml.html'

    def _get(self):
        for element in self:
            if element.get('checked') is not None:
                return element.get('value')
        return None

    def _set(self, value):
        if value is not None and value not in self.value_options:
            raise ValueError('There is no radio input with the value %r' % value)
        for element in self:
            if value is not None and element.get('value') == value:
                element.set('checked', '')
            else:
                element.attrib.pop('checked', None)

    value = property(_get, _set)
    value_options = property(lambda self: [element.get('value') for element in self])


class CheckboxGroup(list):
    __module__ = 'lxml.html'

    def _get(self):
        return set([element.get('value') for element in self if element.get('checked') is not None])

    def _set(self, values):
        for element in self:
            if element.get('value') in (values or ()):
                element.set('checked', '')
            else:
                element.attrib.pop('checked', None)

    value = property(_get, _set)
    value_options = property(lambda self: [element.get('value') for element in self])


class FieldsDict(object):
    __module__ = 'lxml.html'

    def __init__(self, inputs):
        self.inputs = inputs

    def __getitem__(self, name):
        return self.inputs[name].value

    def __setitem__(self, name, value):
        self.inputs[name].value = value

    def __delitem__(self, name):
        raise KeyError('You cannot remove keys from ElementDict')

    def keys(self):
        return self.inputs.keys()

    def values(self):
        return [self[name] for name in self.keys()]

    def items(self):
        return [(name, self[name]) for name in self.keys()]

    def get(self, name, default=None):
        if name in self.inputs:
            return self[name]
        return default

    def has_key(self, name):
        return name in self.inputs

    __contains__ = has_key

    def __iter__(self):
        return iter(self.keys())

    def __len__(self):
        return len(self.keys())

    def update(self, other):
        for name, value in dict(other).items():
            self[name] = value

    def __repr__(self):
        return '<FieldsDict for form %s>' % _form_name(self.inputs.form)


def _form_values(form):
    found = []
    for element in InputGetter(form):
        name = element.get('name')
        kind = element.get('type', '').lower()
        if not name or element.get('disabled') is not None or kind in ('submit', 'image', 'reset', 'file'):
            continue
        value = _get_value(element)
        if element.tag == 'select' and element.get('multiple') is not None:
            found.extend([(name, part) for option, part in _options(element) if part in value])
        elif value is not None:
            found.append((name, value))
    return found


def _set_fields(form, values):
    FieldsDict(InputGetter(form)).update(values)


def _action(form):
    action = form.get('action')
    if form.base_url and action is not None:
        import urlparse
        return urlparse.urljoin(form.base_url, action)
    return action


def _label(element):
    wanted = element.get('id')
    if not wanted:
        return None
    for label in element.getroottree().getroot().iter('label'):
        if label.get('for') == wanted:
            return label
    return None


class Classes(object):
    """The classes of an element as a set that can be changed."""

    __module__ = 'lxml.html'

    def __init__(self, attributes):
        self._attributes = attributes

    def _all(self):
        return self._attributes.get('class', '').split()

    def __contains__(self, name):
        return name in self._all()

    def __iter__(self):
        return iter(dict.fromkeys(self._all()))

    def __len__(self):
        return len(set(self._all()))

    def _set(self, names):
        if names:
            self._attributes['class'] = ' '.join(names)
        else:
            self._attributes.pop('class', None)

    def add(self, value):
        if not value or value != ''.join(value.split()):
            raise ValueError('Invalid class name: %r' % value)
        names = self._all()
        if value not in names:
            self._set(names + [value])

    def discard(self, value):
        if not value or value != ''.join(value.split()):
            raise ValueError('Invalid class name: %r' % value)
        self._set([name for name in self._all() if name != value])

    def remove(self, value):
        if not value or value != ''.join(value.split()):
            raise ValueError('Invalid class name: %r' % value)
        if value not in self._all():
            raise KeyError(value)
        self.discard(value)

    def update(self, values):
        names = self._all()
        self._set(names + [value for value in values if value not in names])

    def toggle(self, value):
        if value in self:
            self.discard(value)
            return False
        self.add(value)
        return True

    def clear(self):
        self._set([])


INPUTS = ('input', 'select', 'textarea')
# Attributes that only some elements have: tags, how they are read, how they are set.
ATTRIBUTES = {
    'classes': (None, lambda el: Classes(el.attrib), None),
    'fields': (('form',), lambda el: FieldsDict(InputGetter(el)), _set_fields),
    'inputs': (('form',), InputGetter, None),
    'form_values': (('form',), lambda el: lambda: _form_values(el), None),
    'action': (('form',), _action, lambda el, value: el.set('action', value)),
    'method': (('form',), lambda el: el.get('method', 'GET').upper(), lambda el, value: el.set('method', value)),
    'form': (INPUTS + ('label', 'button'), _form_of, None),
    'name': (INPUTS + ('form',), lambda el: el.get('name'), lambda el, value: el.set('name', value)),
    'value': (INPUTS, _get_value, _set_value),
    'type': (('input',), lambda el: el.get('type', 'text').lower(), lambda el, value: el.set('type', value)),
    'checkable': (('input',), lambda el: el.get('type', 'text').lower() in ('checkbox', 'radio'), None),
    'checked': (('input',), lambda el: el.get('checked') is not None,
                lambda el, value: _set_value(el, value)),
    'multiple': (('select',), lambda el: el.get('multiple') is not None, None),
    'value_options': (('select',), lambda el: [value for option, value in _options(el)], None),
    'label': (INPUTS, _label, None),
    'for_element': (('label',), lambda el: el.getroottree().getroot().get_element_by_id(el.get('for'), None), None),
}


def _read_attribute(element, name):
    tags, read, write = ATTRIBUTES.get(name, ((), None, None))
    if tags is not None and element.tag not in tags:
        raise AttributeError("'HtmlElement' object has no attribute '%s'" % name)
    return read(element)


def _write_attribute(element, name, value):
    tags, read, write = ATTRIBUTES.get(name, ((), None, None))
    if write is None or element.tag not in tags:
        raise AttributeError("'HtmlElement' object has no attribute '%s'" % name)
    write(element, value)


def submit_form(form, extra_values=None, open_http=None):
    import urllib
    values = form.form_values()
    if extra_values:
        if hasattr(extra_values, 'items'):
            extra_values = extra_values.items()
        values.extend(extra_values)
    if open_http is None:
        open_http = _open_http
    return open_http(form.method, form.action, values)


def _open_http(method, url, values=None):
    import urllib
    import urllib2
    data = None
    if method == 'GET':
        if values:
            url = url + ('?' in url and '&' or '?') + urllib.urlencode(values)
    else:
        data = urllib.urlencode(values or [])
    return urllib2.urlopen(url, data)
