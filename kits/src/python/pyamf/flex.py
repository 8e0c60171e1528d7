"""The collections of Flex (the module pyamf.flex)."""


class ArrayCollection(list):
    @property
    def source(self):
        return self

    @property
    def length(self):
        return len(self)

    def addItem(self, item):
        self.append(item)

    def getItemAt(self, index):
        return self[index]


class ObjectProxy(object):
    def __init__(self, object=None):
        self.__dict__['_amf_object'] = object

    def __getattr__(self, name):
        return getattr(self.__dict__['_amf_object'], name)

    def __setattr__(self, name, value):
        setattr(self.__dict__['_amf_object'], name, value)

    def __repr__(self):
        return '<pyamf.flex.ObjectProxy %r>' % (self.__dict__['_amf_object'],)
