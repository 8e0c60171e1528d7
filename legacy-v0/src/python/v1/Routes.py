"""Paths of the plug-in's own choice: `@route` and `Route()`."""

from PMS import Plugin
from PMS._Library import urllib


class GenerationException(Exception):
    """There is no path for a function with these arguments."""


_VARIABLE = r'\{([A-Za-z_][A-Za-z0-9_]*)(?::((?:[^{}]|\{[^{}]*\})*))?\}'


class _Connected(object):
    """One route."""

    def __init__(self, path, function, action, fixed, requirements):
        import re
        self.function, self.action = function, action
        self.fixed = fixed
        self.path = path if path.startswith('/') else '/' + path
        self.variables = []
        self.patterns = {}
        pattern, at = '', 0
        self.found = list(re.finditer(_VARIABLE, self.path))
        for found in self.found:
            name, wanted = found.group(1), found.group(2) or requirements.get(found.group(1)) or '[^/]+?'
            self.variables.append(name)
            self.patterns[name] = re.compile('(?:%s)$' % wanted)
            pattern += re.escape(self.path[at:found.start()]) + '(?P<%s>%s)' % (name, wanted)
            at = found.end()
        self.pattern = re.compile(pattern + re.escape(self.path[at:]) + '$')

    def match(self, path):
        """The arguments that a path gives the function; None if it is another path."""
        found = self.pattern.match(path)
        if found is None:
            return None
        values = dict([(name, _unicode(self.fixed[name])) for name in self.fixed])
        for name in self.variables:
            values[name] = _unicode(found.group(name))
        return values

    def generate(self, kwargs):
        """The path for arguments; None if it cannot hold them."""
        kwargs = dict(kwargs)
        for name in self.fixed:
            if name in self.variables:
                kwargs.setdefault(name, self.fixed[name])
            elif name not in kwargs or _unicode(kwargs.pop(name)) != _unicode(self.fixed[name]):
                return None
        path, at = '', 0
        for found in self.found:
            name = found.group(1)
            if kwargs.get(name) is None:
                return None
            value = _unicode(kwargs.pop(name))
            if '/' not in value and self.patterns[name].match(value) is None:
                return None
            path += self.path[at:found.start()] + urllib.quote(value.encode('utf-8'))
            at = found.end()
        path += self.path[at:]
        query = [(name, _unicode(kwargs[name]).encode('utf-8')) for name in kwargs if kwargs[name] is not None]
        return path + ('?' + urllib.urlencode(query) if query else '')


def _unicode(value):
    return value if isinstance(value, unicode) else unicode(value)


_routes = []


def route(path, action='__NONE__', **kwargs):
    """Makes a function answer to a path below the prefix; `{name}` and `{name:expression}` become arguments."""
    requirements = kwargs.pop('requirements', {})
    def connect(function):
        _routes.append(_Connected(path, function, action, kwargs, requirements))
        return function
    return connect


def Route(f, action='__NONE__', **kwargs):
    """The path that leads to a function with these arguments."""
    for connected in _routes:
        if connected.function.__name__ != f.__name__:
            continue
        arguments = dict(kwargs)
        if 'action' in connected.variables:
            arguments['action'] = action
        elif connected.action != action:
            continue
        path = connected.generate(arguments)
        if path is not None:
            return Plugin.CurrentPrefix() + path
    raise GenerationException('url_for could not generate a path for %s' % f.__name__)


def _find(path):
    """The function for a path and its arguments; None if there is none."""
    for connected in _routes:
        values = connected.match(path)
        if values is not None:
            return connected.function, values
    return None
