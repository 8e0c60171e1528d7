# The framework's own package (spec/sandbox.md 5): its modules are made when they are asked for, by import or as attributes.

import sys
import _framework_parts


def _find(name):
    if name not in _framework_parts.names:
        return None
    if name not in sys.modules:
        module = _framework_parts.make(name)
        sys.modules[name] = module
        for inner in _framework_parts.names:
            if inner.rpartition('.')[0] == name:
                setattr(module, inner.rpartition('.')[2], _find(inner))
    return sys.modules[name]


for _name in _framework_parts.names:
    if _name.count('.') == 1:
        _module = _find(_name)
        globals()[_name.rpartition('.')[2]] = _module
