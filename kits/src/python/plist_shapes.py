# The shapes that property lists come in: dictionaries with attributes, and data.


class Dict(dict):
    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name)

    def __setattr__(self, name, value):
        self[name] = value

    def __delattr__(self, name):
        try:
            del self[name]
        except KeyError:
            raise AttributeError(name)


class Data(object):
    def __init__(self, data):
        self.data = data

    def __cmp__(self, other):
        if isinstance(other, Data):
            other = other.data
        return cmp(self.data, other)

    def __hash__(self):
        return hash(self.data)

    def __repr__(self):
        return 'Data(%r)' % self.data
