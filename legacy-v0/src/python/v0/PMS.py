"""The package `PMS` of framework 0 (spec/legacy-v0.md section 4)."""

from PMS._Answer import Error
from PMS._Library import threading
import Log, Plugin, Locale, Prefs, HTTP, XML, JSON, DB, Thread, Utils


def Timer(*args, **kwargs):
    """`threading.Timer`."""
    return threading.Timer(*args, **kwargs)


__all__ = ['Error', 'Timer', 'Log', 'Plugin', 'Locale', 'Prefs', 'HTTP', 'XML', 'JSON', 'DB', 'Thread', 'Utils']
