# `reduce`, and wrappers without Python 3's attributes.
from _bridge import library as _library
_machine = _library('functools')

reduce = reduce
WRAPPER_ASSIGNMENTS = ('__module__', '__name__', '__doc__')
WRAPPER_UPDATES = ('__dict__',)


def update_wrapper(wrapper, wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    for name in assigned:
        setattr(wrapper, name, getattr(wrapped, name))
    for name in updated:
        getattr(wrapper, name).update(getattr(wrapped, name, {}))
    return wrapper


def wraps(wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    def decorate(wrapper):
        return update_wrapper(wrapper, wrapped, assigned, updated)
    return decorate


def cmp_to_key(mycmp):
    class K(object):
        __slots__ = ['obj']

        def __init__(self, obj, *args):
            self.obj = obj

        def __lt__(self, other):
            return mycmp(self.obj, other.obj) < 0

        def __gt__(self, other):
            return mycmp(self.obj, other.obj) > 0

        def __eq__(self, other):
            return mycmp(self.obj, other.obj) == 0

        def __le__(self, other):
            return mycmp(self.obj, other.obj) <= 0

        def __ge__(self, other):
            return mycmp(self.obj, other.obj) >= 0

        def __ne__(self, other):
            return mycmp(self.obj, other.obj) != 0

        def __hash__(self):
            raise TypeError('hash not implemented')
    return K


_ORDERINGS = (
    ('__lt__', (('__gt__', lambda self, other: not (self < other or self == other)),
                ('__le__', lambda self, other: self < other or self == other),
                ('__ge__', lambda self, other: not self < other))),
    ('__le__', (('__ge__', lambda self, other: not self <= other or self == other),
                ('__lt__', lambda self, other: self <= other and not self == other),
                ('__gt__', lambda self, other: not self <= other))),
    ('__gt__', (('__lt__', lambda self, other: not (self > other or self == other)),
                ('__ge__', lambda self, other: self > other or self == other),
                ('__le__', lambda self, other: not self > other))),
    ('__ge__', (('__le__', lambda self, other: not self >= other or self == other),
                ('__gt__', lambda self, other: self >= other and not self == other),
                ('__lt__', lambda self, other: not self >= other))),
)


def total_ordering(cls):
    if hasattr(cls, '__mro__'):
        own = [name for name, others in _ORDERINGS if any(name in base.__dict__ for base in cls.__mro__[:-1])]
    else:
        own = [name for name, others in _ORDERINGS if hasattr(cls, name)]
    if not own:
        raise ValueError('must define at least one ordering operation: < > <= >=')
    root = max(own)
    for name, function in dict(_ORDERINGS)[root]:
        if name not in own:
            function.__name__ = name
            setattr(cls, name, function)
    return cls
