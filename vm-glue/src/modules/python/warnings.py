"""Warnings: what is shown, ignored or raised."""

import linecache
import sys
import types

__all__ = ["warn", "showwarning", "formatwarning", "filterwarnings", "simplefilter", "resetwarnings",
           "catch_warnings"]

_ACTIONS = ("error", "ignore", "always", "default", "module", "once")

# (action, expression for the message, category, expression for the module, line); the first that fits decides.
filters = []
default_action = defaultaction = "default"
once_registry = onceregistry = {}


class _OptionError(Exception):
    """A filter given as an option that says nothing."""


class WarningMessage(object):
    """A warning that was recorded instead of shown."""

    _WARNING_DETAILS = ("message", "category", "filename", "lineno", "file", "line")

    def __init__(self, message, category, filename, lineno, file=None, line=None):
        for name, value in zip(self._WARNING_DETAILS, (message, category, filename, lineno, file, line)):
            setattr(self, name, value)
        self._category_name = category.__name__ if category else None

    def __str__(self):
        return "{message : %r, category : %r, filename : %r, lineno : %s, line : %r}" % (
            self.message, self._category_name, self.filename, self.lineno, self.line)


def formatwarning(message, category, filename, lineno, line=None):
    """The text of a warning, with the line of the source."""
    try:
        message = str(message)
    except UnicodeEncodeError:
        message = unicode(message)
    text = "%s: %s: %s\n" % (lineno, category.__name__, message)
    line = linecache.getline(filename, lineno) if line is None else line
    line = line and line.strip()
    if line:
        if isinstance(text, unicode) and isinstance(line, str):
            line = unicode(line, 'latin-1')
        text += "  %s\n" % line
    if isinstance(text, unicode) and isinstance(filename, str):
        filename = unicode(filename, sys.getfilesystemencoding())
    return "%s:%s" % (filename, text)


def _show_warning(message, category, filename, lineno, file=None, line=None):
    """Writes a warning to a file, sys.stderr unless another is given."""
    file = sys.stderr if file is None else file
    if file is None:
        return
    try:
        file.write(formatwarning(message, category, filename, lineno, line))
    except (IOError, UnicodeError):
        # The file is no place to write to.
        pass


showwarning = _show_warning


def warnpy3k(message, category=None, stacklevel=1):
    """Warns of what Python 3 lacks, if that was asked for."""
    if sys.py3kwarning:
        warn(message, DeprecationWarning if category is None else category, stacklevel + 1)


def filterwarnings(action, message="", category=Warning, module="", lineno=0, append=0):
    """Puts a filter with regular expressions before the others."""
    import re
    assert action in _ACTIONS, "invalid action: %r" % (action,)
    assert isinstance(message, basestring), "message must be a string"
    assert isinstance(category, (type, types.ClassType)), "category must be a class"
    assert issubclass(category, Warning), "category must be a Warning subclass"
    assert isinstance(module, basestring), "module must be a string"
    assert isinstance(lineno, int) and lineno >= 0, "lineno must be an int >= 0"
    _add((action, re.compile(message, re.I), category, re.compile(module), int(lineno)), append)


def simplefilter(action, category=Warning, lineno=0, append=0):
    """Puts a filter for a category before the others."""
    assert action in _ACTIONS, "invalid action: %r" % (action,)
    assert isinstance(lineno, (int, long)) and lineno >= 0, "lineno must be an int >= 0"
    _add((action, None, category, None, int(lineno)), append)


def _add(item, append):
    if append:
        filters.append(item)
    else:
        filters.insert(0, item)


def resetwarnings():
    """Takes all filters away."""
    filters[:] = []


def _processoptions(options):
    for option in options:
        try:
            _setoption(option)
        except _OptionError as error:
            print >>sys.stderr, "Invalid -W option ignored:", error


def _setoption(option):
    import re
    parts = [part.strip() for part in option.split(':')]
    if len(parts) > 5:
        raise _OptionError("too many fields (max 5): %r" % (option,))
    action, message, category, module, line = parts + [''] * (5 - len(parts))
    action = _getaction(action)
    category = _getcategory(category)
    if line:
        try:
            lineno = int(line)
            if lineno < 0:
                raise ValueError
        except (ValueError, OverflowError):
            raise _OptionError("invalid lineno %r" % (line,))
    else:
        lineno = 0
    module = re.escape(module)
    filterwarnings(action, re.escape(message), category, module + '$' if module else '', lineno)


def _getaction(action):
    if not action:
        return "default"
    if action == "all":
        return "always"
    for known in _ACTIONS:
        if known.startswith(action):
            return known
    raise _OptionError("invalid action: %r" % (action,))


def _getcategory(category):
    if not category:
        return Warning
    module, _, name = category.rpartition('.')
    try:
        found = __import__(module or '__builtin__', None, None, [name])
    except ImportError:
        raise _OptionError("invalid module name: %r" % (module,))
    try:
        found = getattr(found, name)
    except AttributeError:
        raise _OptionError("unknown warning category: %r" % (category,))
    if not (isinstance(found, type) and issubclass(found, Warning)):
        raise _OptionError("invalid warning category: %r" % (category,))
    return found


def warn(message, category=None, stacklevel=1):
    """A warning at the line of the caller, or of a caller further out."""
    if isinstance(message, Warning):
        category = message.__class__
    elif category is None:
        category = UserWarning
    if not issubclass(category, Warning):
        raise ValueError("category is not a subclass of Warning")
    try:
        caller = sys._getframe(max(stacklevel, 1))
    except ValueError:
        names, lineno = sys.__dict__, 1
    else:
        names, lineno = caller.f_globals, caller.f_lineno
    module = names.get('__name__') or "<string>"
    filename = names.get('__file__')
    if filename:
        if filename.lower().endswith((".pyc", ".pyo")):
            filename = filename[:-1]
    else:
        if module == "__main__":
            try:
                filename = sys.argv[0]
            except (AttributeError, IndexError):
                filename = '__main__'
        if not filename:
            filename = module
    warn_explicit(message, category, filename, lineno, module, names.setdefault("__warningregistry__", {}), names)


def _decision(text, category, module, lineno):
    for item in filters:
        action, message, filtered, name, line = item
        if (message is None or message.match(text)) and issubclass(category, filtered) \
                and (name is None or name.match(module)) and line in (0, lineno):
            return item, action
    return None, defaultaction


def warn_explicit(message, category, filename, lineno, module=None, registry=None, module_globals=None):
    """A warning with its place given."""
    lineno = int(lineno)
    if module is None:
        module = filename or "<unknown>"
        if module[-3:].lower() == ".py":
            module = module[:-3]
    registry = {} if registry is None else registry
    if isinstance(message, Warning):
        text, category = str(message), message.__class__
    else:
        text, message = message, category(message)
    key = (text, category, lineno)
    if registry.get(key):
        return
    item, action = _decision(text, category, module, lineno)
    if action == "ignore":
        registry[key] = 1
        return
    linecache.getlines(filename, module_globals)
    if action == "error":
        raise message
    if action == "once":
        registry[key] = 1
        key = (text, category)
        if onceregistry.get(key):
            return
        onceregistry[key] = 1
    elif action == "module":
        registry[key] = 1
        key = (text, category, 0)
        if registry.get(key):
            return
        registry[key] = 1
    elif action == "default":
        registry[key] = 1
    elif action != "always":
        raise RuntimeError("Unrecognized action (%r) in warnings.filters:\n %s" % (action, item))
    if not callable(showwarning):
        raise TypeError("warnings.showwarning() must be set to a function or method")
    showwarning(message, category, filename, lineno)


class catch_warnings(object):
    """Inside of the `with`, filters and showwarning can be changed; with `record`, warnings go to a list."""

    def __init__(self, record=False, module=None):
        self._record = record
        self._module = sys.modules['warnings'] if module is None else module
        self._entered = False

    def __repr__(self):
        args = ["record=True"] if self._record else []
        if self._module is not sys.modules['warnings']:
            args.append("module=%r" % self._module)
        return "%s(%s)" % (type(self).__name__, ", ".join(args))

    def __enter__(self):
        if self._entered:
            raise RuntimeError("Cannot enter %r twice" % self)
        self._entered = True
        self._filters = self._module.filters
        self._module.filters = self._filters[:]
        self._showwarning = self._module.showwarning
        if self._record:
            log = []

            def record(*args, **kwargs):
                log.append(WarningMessage(*args, **kwargs))
            self._module.showwarning = record
            return log

    def __exit__(self, *exc_info):
        if not self._entered:
            raise RuntimeError("Cannot exit %r without entering first" % self)
        self._module.filters = self._filters
        self._module.showwarning = self._showwarning


for _category in (BytesWarning, ImportWarning, PendingDeprecationWarning, DeprecationWarning):
    simplefilter("ignore", _category)
del _category
_processoptions(sys.warnoptions)
