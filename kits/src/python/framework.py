# The framework's own package (spec/sandbox.md 5): only its exceptions exist.

import sys
from _framework_parts import exceptions

sys.modules[__name__ + '.exceptions'] = exceptions
del sys


def __getattr__(name):
    if name.startswith('__'):
        raise AttributeError("'module' object has no attribute '%s'" % name)
    raise AttributeError("%s.%s does not exist in this host" % (__name__, name))
