"""Shallow and deep copies of objects."""

import copy_reg as _copy_reg
import types as _types


class Error(Exception):
    pass

error = Error

__all__ = ["Error", "copy", "deepcopy"]

# Types whose objects cannot change: they are their own copies.
_ATOMIC = (type(None), int, long, float, bool, complex, str, unicode, type, xrange, _types.ClassType,
           _types.BuiltinFunctionType, _types.FunctionType, type(Ellipsis), type(NotImplemented), _types.CodeType)


# How the interpreter keeps bytes in its own objects; they show up in what __reduce_ex__ returns.
_BYTES = type(bytearray("x").__reduce_ex__(2)[1][0])


def _is_atomic(kind):
    return kind in _ATOMIC or kind is _BYTES or issubclass(kind, type)


# What programs add for types of their own: functions of an object, and of an object and the memo.
_copy_dispatch = {}
_deepcopy_dispatch = {}


def copy(x):
    """A shallow copy of x."""
    kind = type(x)
    if kind in _copy_dispatch:
        return _copy_dispatch[kind](x)
    if _is_atomic(kind) or kind is tuple or kind is frozenset:
        return x
    if kind is list:
        return x[:]
    if kind is dict or kind is set:
        return x.copy()
    if kind is _types.InstanceType:
        return _copy_instance(x)
    method = getattr(kind, "__copy__", None)
    if method is not None:
        return method(x)
    return _rebuild(x, _reduced(x, kind), None)


def deepcopy(x, memo=None):
    """A copy of x and of everything in it."""
    if memo is None:
        memo = {}
    known = memo.get(id(x), memo)
    if known is not memo:
        return known
    kind = type(x)
    if kind in _deepcopy_dispatch:
        made = _deepcopy_dispatch[kind](x, memo)
    elif _is_atomic(kind):
        return x
    elif kind is list:
        made = []
        memo[id(x)] = made
        for item in x:
            made.append(deepcopy(item, memo))
    elif kind is tuple:
        made = _deepcopy_tuple(x, memo)
    elif kind is dict:
        made = {}
        memo[id(x)] = made
        for key, value in x.items():
            made[deepcopy(key, memo)] = deepcopy(value, memo)
    elif kind is _types.MethodType:
        made = kind(x.im_func, deepcopy(x.im_self, memo), x.im_class)
    elif kind is _types.InstanceType:
        made = _deepcopy_instance(x, memo)
    else:
        method = getattr(x, "__deepcopy__", None)
        if method is not None:
            made = method(memo)
        else:
            made = _rebuild(x, _reduced(x, kind), memo)
    memo[id(x)] = made
    # The original has to live as long as its id is known.
    memo.setdefault(id(memo), []).append(x)
    return made


def _deepcopy_tuple(x, memo):
    items = [deepcopy(item, memo) for item in x]
    known = memo.get(id(x))
    if known is not None:
        return known
    for old, new in zip(x, items):
        if old is not new:
            return tuple(items)
    return x


def _reduced(x, kind):
    reductor = _copy_reg.dispatch_table.get(kind)
    if reductor:
        return reductor(x)
    if kind.__name__.endswith("iterator") and kind.__module__ == "__builtin__":
        raise TypeError("can't pickle %s objects" % kind.__name__)
    reductor = getattr(x, "__reduce_ex__", None)
    if reductor:
        return reductor(2)
    reductor = getattr(x, "__reduce__", None)
    if reductor:
        return reductor()
    raise Error("un(deep)copyable object of type %s" % kind)


def _rebuild(x, info, memo):
    if isinstance(info, str):
        return x
    deep = memo is not None
    function, args = info[0], info[1]
    state = info[2] if len(info) > 2 else None
    items = info[3] if len(info) > 3 else None
    pairs = info[4] if len(info) > 4 else None
    if deep:
        args = tuple([deepcopy(arg, memo) for arg in args])
    made = function(*args)
    if deep:
        memo[id(x)] = made
    if state is not None:
        if deep:
            state = deepcopy(state, memo)
        if hasattr(made, "__setstate__"):
            made.__setstate__(state)
        else:
            slots = None
            if isinstance(state, tuple) and len(state) == 2:
                state, slots = state
            if state is not None:
                made.__dict__.update(state)
            if slots is not None:
                for name, value in slots.items():
                    setattr(made, name, value)
    if items is not None:
        for item in items:
            made.append(deepcopy(item, memo) if deep else item)
    if pairs is not None:
        for key, value in pairs:
            if deep:
                made[deepcopy(key, memo)] = deepcopy(value, memo)
            else:
                made[key] = value
    return made


class _Empty:
    pass


def _new_instance(x, args):
    if args is not None:
        return x.__class__(*args)
    made = _Empty()
    made.__class__ = x.__class__
    return made


def _copy_instance(x):
    if hasattr(x, "__copy__"):
        return x.__copy__()
    made = _new_instance(x, x.__getinitargs__() if hasattr(x, "__getinitargs__") else None)
    state = x.__getstate__() if hasattr(x, "__getstate__") else x.__dict__
    if hasattr(made, "__setstate__"):
        made.__setstate__(state)
    else:
        made.__dict__.update(state)
    return made


def _deepcopy_instance(x, memo):
    if hasattr(x, "__deepcopy__"):
        return x.__deepcopy__(memo)
    args = deepcopy(x.__getinitargs__(), memo) if hasattr(x, "__getinitargs__") else None
    made = _new_instance(x, args)
    memo[id(x)] = made
    state = deepcopy(x.__getstate__() if hasattr(x, "__getstate__") else x.__dict__, memo)
    if hasattr(made, "__setstate__"):
        made.__setstate__(state)
    else:
        made.__dict__.update(state)
    return made
