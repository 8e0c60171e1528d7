# `Request.Headers` of a request that came over HTTP: names in any case, kept as `Each-Part-Capitalised`.


class HTTPHeaders(dict):

    def __init__(self, pairs=()):
        dict.__init__(self)
        for name, value in pairs:
            self[name] = value

    def __getitem__(self, name):
        return dict.__getitem__(self, self._normalise(name))

    def __setitem__(self, name, value):
        dict.__setitem__(self, self._normalise(name), value)

    def __delitem__(self, name):
        dict.__delitem__(self, self._normalise(name))

    def __contains__(self, name):
        return dict.__contains__(self, self._normalise(name))

    def has_key(self, name):
        return name in self

    def get(self, name, default=None):
        return dict.get(self, self._normalise(name), default)

    @staticmethod
    def _normalise(name):
        return '-'.join([part.capitalize() for part in name.split('-')])
