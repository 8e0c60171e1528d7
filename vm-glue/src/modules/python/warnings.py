import linecache
import sys
import types
from _bridge import library as _library

_machine_catch_warnings = _library('warnings').catch_warnings


# The machine's does the work; the module that it shows is the one of Python 2.
class catch_warnings(object):
    def __init__(self, record=False, module=None):
        self._record = record
        self._module = sys.modules['warnings'] if module is None else module
        self._inner = _machine_catch_warnings(record=record)

    def __enter__(self):
        return self._inner.__enter__()

    def __exit__(self, *exc_info):
        self._inner.__exit__(*exc_info)
