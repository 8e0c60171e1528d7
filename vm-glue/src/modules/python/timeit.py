"""Times small pieces of code."""
import gc
import itertools
import sys
import time

__all__ = ["Timer", "timeit", "repeat", "default_timer"]
default_number = 1000000
default_repeat = 3
default_timer = time.time
dummy_src_name = "<timeit-src>"
_TEMPLATE = """
def inner(_it, _timer):
    %(setup)s
    _t0 = _timer()
    for _i in _it:
        %(stmt)s
    _t1 = _timer()
    return _t1 - _t0
"""


def reindent(src, indent):
    """A source whose lines but the first are moved to the right."""
    return src.replace("\n", "\n" + " " * indent)


class Timer:
    """The time that a statement takes, behind a set-up that is not counted; both are sources or functions."""

    def __init__(self, stmt="pass", setup="pass", timer=default_timer):
        self.timer = timer
        namespace = {}
        parts = {}
        for name, value, indent in (('stmt', stmt, 8), ('setup', setup, 4)):
            if isinstance(value, basestring):
                # Alone first: a statement like `return` would mean something else in the function.
                compile(value, dummy_src_name, "exec")
                parts[name] = reindent(value, indent)
            elif hasattr(value, '__call__'):
                namespace['_' + name] = value
                parts[name] = '_%s()' % name
            else:
                raise ValueError("%s is neither a string nor callable" % name)
        self.src = _TEMPLATE % parts
        exec compile(self.src, dummy_src_name, "exec") in globals(), namespace
        for name in ('_stmt', '_setup'):
            if name in namespace:
                namespace['inner'].func_globals[name] = namespace[name]
        self.inner = namespace["inner"]

    def print_exc(self, file=None):
        """Shows the exception that the code has raised, with its lines."""
        import linecache
        import traceback
        linecache.cache[dummy_src_name] = len(self.src), None, self.src.split("\n"), dummy_src_name
        traceback.print_exc(file=file)

    def timeit(self, number=default_number):
        """The seconds that so many runs take together."""
        collected = gc.isenabled()
        gc.disable()
        try:
            return self.inner(itertools.repeat(None, number), self.timer)
        finally:
            if collected:
                gc.enable()

    def repeat(self, repeat=default_repeat, number=default_number):
        """The times of several timeit()s."""
        return [self.timeit(number) for _round in range(repeat)]


def timeit(stmt="pass", setup="pass", timer=default_timer, number=default_number):
    """Timer(stmt, setup, timer).timeit(number)"""
    return Timer(stmt, setup, timer).timeit(number)


def repeat(stmt="pass", setup="pass", timer=default_timer, repeat=default_repeat, number=default_number):
    """Timer(stmt, setup, timer).repeat(repeat, number)"""
    return Timer(stmt, setup, timer).repeat(repeat, number)


def main(args=None, _wrap_timer=None):
    """The command line: options, then the lines of the statement."""
    import getopt
    options, lines = getopt.getopt(sys.argv[1:] if args is None else args, "n:s:r:tcvh",
                                   ["number=", "setup=", "repeat=", "time", "clock", "verbose", "help"])
    chosen = dict(options)
    number = int(chosen.get('-n', chosen.get('--number', 0)))
    rounds = max(1, int(chosen.get('-r', chosen.get('--repeat', default_repeat))))
    setup = "\n".join([value for name, value in options if name in ('-s', '--setup')]) or "pass"
    timer = Timer("\n".join(lines) or "pass", setup, default_timer)
    if not number:
        for power in range(1, 10):
            number = 10 ** power
            if timer.timeit(number) >= 0.2:
                break
    usec = min(timer.repeat(rounds, number)) * 1e6 / number
    for unit in ("usec", "msec", "sec"):
        if usec < 1000 or unit == "sec":
            print "%d loops, best of %d: %.3g %s per loop" % (number, rounds, usec, unit)
            return None
        usec /= 1000.0
