"""Counts and times the calls of a program; `pstats` shows what was found."""
import marshal
import sys
import time

__all__ = ["run", "runctx", "help", "Profile"]


def _with_profile(kind, work, filename, sort):
    profile = kind()
    try:
        work(profile)
    except SystemExit:
        pass
    finally:
        if filename is not None:
            profile.dump_stats(filename)
        else:
            profile.print_stats(sort)


def run(statement, filename=None, sort=-1):
    """Runs a statement of __main__ and shows its profile, or writes it to a file."""
    _with_profile(Profile, lambda profile: profile.run(statement), filename, sort)


def runctx(statement, globals, locals, filename=None, sort=-1):
    """The same with given namespaces."""
    _with_profile(Profile, lambda profile: profile.runctx(statement, globals, locals), filename, sort)


def help():
    print "Documentation for the profile module can be found in the Python Library Reference, section 'The Python Profiler'."


class Profile(object):
    """A running count. stats: {(file, line, function): (primitive calls, calls, own time, time, callers)}."""

    bias = 0

    def __init__(self, timer=None, bias=None, timeunit=0.0, subcalls=True, builtins=True):
        self._time = timer or time.time
        self._calls = []
        self._found = {}
        self.stats = {}

    def enable(self, subcalls=True, builtins=True):
        """Begins to count."""
        sys.setprofile(self._event)

    def disable(self):
        """Stops counting."""
        sys.setprofile(None)
        while self._calls:
            self._leave(self._time())

    def clear(self):
        self._calls, self._found = [], {}

    def _event(self, frame, event, argument):
        now = self._time()
        if event == 'call':
            code = frame.f_code
            self._enter((code.co_filename, code.co_firstlineno, code.co_name), now)
        elif event == 'c_call' and argument is not sys.setprofile:
            self._enter(('~', 0, '<%s>' % getattr(argument, '__name__', argument)), now)
        elif event in ('return', 'c_return', 'c_exception') and self._calls:
            self._leave(now)

    def _enter(self, key, now):
        entry = self._found.setdefault(key, [0, 0, 0.0, 0.0, {}, 0])
        entry[5] += 1
        # What runs, since when, and the time of what it has called.
        self._calls.append([key, now, 0.0])

    def _leave(self, now):
        key, began, inner = self._calls.pop()
        entry = self._found[key]
        taken = now - began
        entry[5] -= 1
        entry[1] += 1
        entry[2] += taken - inner
        if not entry[5]:
            # Not called by itself.
            entry[0] += 1
            entry[3] += taken
        if self._calls:
            caller = self._calls[-1]
            caller[2] += taken
            counts = entry[4].setdefault(caller[0], [0, 0, 0.0, 0.0])
            counts[0] += 1
            counts[2] += taken - inner
            if not entry[5]:
                counts[1] += 1
                counts[3] += taken

    def run(self, cmd):
        import __main__
        return self.runctx(cmd, __main__.__dict__, __main__.__dict__)

    def runctx(self, cmd, globals, locals):
        self.enable()
        try:
            exec cmd in globals, locals
        finally:
            self.disable()
        return self

    def runcall(self, func, *args, **kw):
        self.enable()
        try:
            return func(*args, **kw)
        finally:
            self.disable()

    def create_stats(self):
        self.disable()
        self.stats = {}
        for key in self._found:
            primitive, calls, own, total, callers, _running = self._found[key]
            if calls:
                self.stats[key] = (primitive, calls, own, total,
                                   dict([(caller, tuple(callers[caller])) for caller in callers]))

    snapshot_stats = create_stats

    def print_stats(self, sort=-1):
        import pstats
        self.create_stats()
        pstats.Stats(self).strip_dirs().sort_stats(sort).print_stats()

    def dump_stats(self, file):
        self.create_stats()
        with open(file, 'wb') as target:
            marshal.dump(self.stats, target)
