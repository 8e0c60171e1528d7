# The program's own `sys`, and profiles that its own `marshal` has written.
import marshal as _marshal
import os as _os
import sys as _sys
import time as _time
from _bridge import library as _library
_machine = _library('pstats')
_machine.sys = _sys


class Stats(_machine.Stats):
    """What a profile has counted, sorted and shown."""

    def load_stats(self, arg):
        if isinstance(arg, basestring):
            with open(arg, 'rb') as source:
                self.stats = _marshal.load(source)
            try:
                arg = _time.ctime(_os.stat(arg).st_mtime) + "    " + arg
            except OSError:
                pass
            self.files = [arg]
        elif hasattr(arg, 'create_stats'):
            arg.create_stats()
            self.stats, arg.stats = arg.stats, {}
        if not self.stats:
            raise TypeError("Cannot create or construct a %r object from '%r''" % (self.__class__, arg))

    def dump_stats(self, filename):
        with open(filename, 'wb') as target:
            _marshal.dump(self.stats, target)

Stats.__module__ = 'pstats'
