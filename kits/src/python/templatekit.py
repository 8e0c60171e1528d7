# `Template`: what the templates of a plug-in's own models are made of (spec/models.md 2). A template is a class whose
# attributes are objects of the classes here; `describe` tells what became of it.

COUNT = [0]


class Setting(object):
    """A setting that is made by reading it: `title.save_externally`."""

    def __init__(self, flag):
        self.flag = flag

    def __get__(self, attribute, owner):
        if attribute is not None:
            attribute.flags[self.flag] = True
        return None


class Attribute(object):
    kind = None

    save_externally = Setting('external')
    save_items_externally = Setting('items_external')
    exclude_from_interface = Setting('hidden')
    is_synthetic = Setting('synthetic')
    allows_null = Setting('allows_null')
    xml_attr_name = None
    xml_tag = None
    synthetic_name = None

    def __init__(self):
        self.flags = {}
        COUNT[0] += 1
        self.place = COUNT[0]

    def describe(self):
        return {'kind': self.kind}


def value_class(name):
    return type(name, (Attribute,), {'kind': name})


class Abstract(object):
    pass


class Model(object):
    xml_tag = 'Object'
    xml_attributes = {}
    http_response_status = 200
    http_response_headers = {}
    guid_args = []
    model_name = None
    use_hashed_map_paths = False
    require_key_and_rating_key = False
    suppress_source_icon = False


class Record(Attribute):
    kind = 'Record'
    model_name = None

    def describe(self):
        return {'kind': 'Record', 'record': template(self.__class__)}


def item_of(container, item):
    if isinstance(item, type) and issubclass(item, Attribute):
        item = item()
    if not isinstance(item, Attribute):
        raise FrameworkException('The items of a %s must be template attributes' % container)
    return item.describe()


class Set(Attribute):
    kind = 'Set'

    def __init__(self, item):
        Attribute.__init__(self)
        self.item = item

    def describe(self):
        return {'kind': self.kind, 'item': item_of(self.kind, self.item)}


class Map(Set):
    kind = 'Map'


class Link(Attribute):
    kind = 'Link'

    def __init__(self, model):
        Attribute.__init__(self)
        if not (isinstance(model, type) and issubclass(model, Model)):
            raise FrameworkException('A link must lead to a model')
        self.model = model

    def describe(self):
        return {'kind': 'Link', 'model': self.model.__name__}


class ProxyKind(object):
    def __init__(self, word):
        self.word = word


class Proxy(object):
    Preview = ProxyKind('preview')
    Media = ProxyKind('media')
    LocalFile = ProxyKind('localfile')
    Remote = ProxyKind('remote')


class ProxyContainer(Attribute):
    kind = 'ProxyContainer'

    def __init__(self, *proxies):
        Attribute.__init__(self)
        for proxy in proxies:
            if not isinstance(proxy, ProxyKind):
                raise FrameworkException('A proxy container takes kinds of proxies only')
        self.words = [proxy.word for proxy in proxies]

    def describe(self):
        return {'kind': self.kind, 'words': self.words}


class ObjectContainer(Attribute):
    kind = 'ObjectContainer'

    def __init__(self, *templates):
        Attribute.__init__(self)
        self.names = [made.__name__ for made in templates]

    def describe(self):
        return {'kind': self.kind, 'names': self.names}


class TemplateKit(object):
    pass


for made in (Abstract, Model, Record, Set, Map, Link, Proxy, ProxyContainer, ObjectContainer):
    setattr(TemplateKit, made.__name__, made)
for made in ('String', 'Integer', 'Float', 'Boolean', 'Date', 'Time', 'Datetime', 'Data', 'Directory'):
    setattr(TemplateKit, made, value_class(made))


def template(cls):
    attributes = {}
    for base in reversed(cls.__mro__):
        for name, value in base.__dict__.items():
            if name.startswith('_'):
                continue
            if isinstance(value, Attribute):
                attributes[name] = value
    described = []
    for name, attribute in sorted(attributes.items(), key=lambda pair: pair[1].place):
        entry = attribute.describe()
        entry['name'] = name
        for flag in attribute.flags:
            entry[flag] = True
        described.append(entry)
    return {
        'name': cls.__name__,
        'model_name': cls.model_name or cls.__name__,
        'is_model': issubclass(cls, Model),
        'hashed_paths': bool(getattr(cls, 'use_hashed_map_paths', False)),
        'guid_args': list(getattr(cls, 'guid_args', [])),
        'attributes': described,
    }


def describe(names):
    """JSON of all templates in a namespace; what is abstract is left out."""
    import json
    found = []
    for name in sorted(names):
        made = names[name]
        if not (isinstance(made, type) and issubclass(made, (Model, Record))):
            continue
        if made in (Model, Record) or Abstract in made.__bases__:
            continue
        found.append(template(made))
    return json.dumps(found)
