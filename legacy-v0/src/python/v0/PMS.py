"""The package `PMS` of framework 0 (spec/legacy-v0.md section 4)."""

from threading import Timer

from PMS._Answer import Error
import Log, Plugin, Locale, Prefs, HTTP, XML, JSON, DB, Thread, Utils

__all__ = ['Error', 'Timer', 'Log', 'Plugin', 'Locale', 'Prefs', 'HTTP', 'XML', 'JSON', 'DB', 'Thread', 'Utils']
