# A library of the framework that can be imported but not used (spec/sandbox.md 5): what it did is done natively.


def __getattr__(name):
    if name.startswith('__'):
        raise AttributeError("'module' object has no attribute '%s'" % name)
    raise AttributeError("%s.%s does not exist in this host" % (__name__, name))
