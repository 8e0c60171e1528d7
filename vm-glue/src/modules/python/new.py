"""Constructors of the interpreter's types, from before the types could be called."""

import types as _types

classobj = _types.ClassType
function = _types.FunctionType
instancemethod = _types.MethodType
module = _types.ModuleType
code = _types.CodeType


def instance(cls, dict=None):
    made = cls.__new__(cls) if isinstance(cls, type) else _make(cls)
    if dict is not None:
        made.__dict__ = dict
    return made


def _make(cls):
    class Empty:
        pass
    made = Empty()
    made.__class__ = cls
    return made
