"""Helpers for the statement with."""

import sys as _sys
from functools import wraps as _wraps

__all__ = ["contextmanager", "nested", "closing"]


class GeneratorContextManager(object):
    """What a function under @contextmanager gives."""

    def __init__(self, gen):
        self.gen = gen

    def __enter__(self):
        try:
            return self.gen.next()
        except StopIteration:
            raise RuntimeError("generator didn't yield")

    def __exit__(self, type, value, traceback):
        if type is None:
            try:
                self.gen.next()
            except StopIteration:
                return
            raise RuntimeError("generator didn't stop")
        if value is None:
            value = type()
        try:
            self.gen.throw(type, value, traceback)
            raise RuntimeError("generator didn't stop after throw()")
        except StopIteration, e:
            # The same StopIteration that went in is not stopped. (One that leaves a generator comes out as another.)
            return e is not value and not isinstance(value, StopIteration)
        except:
            if _sys.exc_info()[1] is not value:
                raise


def contextmanager(func):
    @_wraps(func)
    def helper(*args, **kwds):
        return GeneratorContextManager(func(*args, **kwds))
    return helper


@contextmanager
def nested(*managers):
    """Several context managers as one."""
    from warnings import warn
    warn("With-statements now directly support multiple context managers", DeprecationWarning, 3)
    exits = []
    values = []
    failure = (None, None, None)
    try:
        for manager in managers:
            values.append(manager.__enter__())
            exits.append(manager.__exit__)
        yield values
    except:
        failure = _sys.exc_info()
    finally:
        while exits:
            leave = exits.pop()
            try:
                if leave(*failure):
                    failure = (None, None, None)
            except:
                failure = _sys.exc_info()
        if failure != (None, None, None):
            raise failure[0], failure[1], failure[2]


class closing(object):
    """Closes an object at the block's end."""

    def __init__(self, thing):
        self.thing = thing

    def __enter__(self):
        return self.thing

    def __exit__(self, *exc_info):
        self.thing.close()
