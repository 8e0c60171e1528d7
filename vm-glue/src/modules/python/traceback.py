"""Stack traces as text."""

import linecache
import sys

__all__ = ['extract_stack', 'extract_tb', 'format_exception', 'format_exception_only', 'format_list', 'format_stack',
           'format_tb', 'print_exc', 'format_exc', 'print_exception', 'print_last', 'print_stack', 'print_tb',
           'tb_lineno']


def _limit(limit):
    return getattr(sys, 'tracebacklimit', None) if limit is None else limit


def _source(code, lineno, names):
    filename = code.co_filename
    linecache.checkcache(filename)
    return linecache.getline(filename, lineno, names).strip() or None


def extract_tb(tb, limit=None):
    """(file, line, function, source) of each level of a traceback, outermost first."""
    limit = _limit(limit)
    entries = []
    while tb is not None and (limit is None or len(entries) < limit):
        frame = tb.tb_frame
        code = frame.f_code
        entries.append((code.co_filename, tb.tb_lineno, code.co_name, _source(code, tb.tb_lineno, frame.f_globals)))
        tb = tb.tb_next
    return entries


def extract_stack(f=None, limit=None):
    """The same of a frame and those that called it; the frame last."""
    if f is None:
        f = sys._getframe(1)
    limit = _limit(limit)
    entries = []
    while f is not None and (limit is None or len(entries) < limit):
        code = f.f_code
        entries.append((code.co_filename, f.f_lineno, code.co_name, _source(code, f.f_lineno, f.f_globals)))
        f = f.f_back
    entries.reverse()
    return entries


def format_list(extracted_list):
    """A text for each entry."""
    texts = []
    for filename, lineno, name, line in extracted_list:
        text = '  File "%s", line %d, in %s\n' % (filename, lineno, name)
        if line:
            text += '    %s\n' % line.strip()
        texts.append(text)
    return texts


def print_list(extracted_list, file=None):
    """Prints what format_list makes."""
    file = sys.stderr if file is None else file
    for text in format_list(extracted_list):
        file.write(text)


def format_tb(tb, limit=None):
    """Shorthand for format_list(extract_tb(tb, limit))."""
    return format_list(extract_tb(tb, limit))


def format_stack(f=None, limit=None):
    """Shorthand for format_list(extract_stack(f, limit))."""
    if f is None:
        f = sys._getframe(1)
    return format_list(extract_stack(f, limit))


def print_tb(tb, limit=None, file=None):
    """Prints a traceback."""
    print_list(extract_tb(tb, limit), file)


def print_stack(f=None, limit=None, file=None):
    """Prints a frame and those that called it."""
    if f is None:
        f = sys._getframe(1)
    print_list(extract_stack(f, limit), file)


def _some_str(value):
    try:
        return str(value)
    except Exception:
        pass
    try:
        return unicode(value).encode('ascii', 'backslashreplace')
    except Exception:
        return '<unprintable %s object>' % type(value).__name__


def _final_line(name, value):
    text = _some_str(value) if value is not None else ''
    return '%s: %s\n' % (name, text) if text else '%s\n' % name


def format_exception_only(etype, value):
    """The lines that tell what was raised: one, or several for a SyntaxError."""
    if isinstance(etype, BaseException) or etype is None or type(etype) is str or not hasattr(etype, '__name__'):
        return [_final_line(etype, value)]
    name = etype.__name__
    if not issubclass(etype, SyntaxError):
        return [_final_line(name, value)]
    try:
        msg, (filename, lineno, offset, badline) = value.args
    except Exception:
        return [_final_line(name, value)]
    lines = ['  File "%s", line %d\n' % (filename or '<string>', lineno)]
    if badline is not None:
        lines.append('    %s\n' % badline.strip())
        if offset is not None:
            line = badline.rstrip('\n')
            before = line[:max(min(offset, len(line)) - 1, 0)].lstrip()
            lines.append('    %s^\n' % ''.join(c if c.isspace() else ' ' for c in before))
    lines.append(_final_line(name, msg))
    return lines


def format_exception(etype, value, tb, limit=None):
    """The lines of a whole traceback."""
    lines = []
    if tb:
        lines.append('Traceback (most recent call last):\n')
        lines.extend(format_tb(tb, limit))
    lines.extend(format_exception_only(etype, value))
    return lines


def print_exception(etype, value, tb, limit=None, file=None):
    """Prints a whole traceback."""
    file = sys.stderr if file is None else file
    for line in format_exception(etype, value, tb, limit):
        file.write(line)


def print_exc(limit=None, file=None):
    """Prints the exception that is being handled."""
    etype, value, tb = sys.exc_info()
    print_exception(etype, value, tb, limit, file)


def format_exc(limit=None):
    """The text of the exception that is being handled."""
    etype, value, tb = sys.exc_info()
    return ''.join(format_exception(etype, value, tb, limit))


def print_last(limit=None, file=None):
    """Prints the exception that ended the program."""
    if not hasattr(sys, 'last_type'):
        raise ValueError('no last exception')
    print_exception(sys.last_type, sys.last_value, sys.last_traceback, limit, file)


def tb_lineno(tb):
    """The line of a traceback's level."""
    return tb.tb_lineno
