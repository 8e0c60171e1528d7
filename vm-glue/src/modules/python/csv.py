# Byte strings, and Python 2's texts of errors.
from _bridge import library as _library
_machine = _library('csv')
_unset = object()


def _dialect(dialect, options):
    """A dialect's fields, checked."""
    if isinstance(dialect, basestring):
        try:
            dialect = _machine.get_dialect(dialect)
        except Error:
            raise Error("unknown dialect")
    fields = {}
    for name in ('delimiter', 'quotechar', 'escapechar', 'doublequote', 'skipinitialspace', 'lineterminator',
                 'quoting', 'strict'):
        value = options.pop(name, _unset)
        if value is _unset:
            value = getattr(dialect, name, _unset)
        if value is not _unset:
            fields[name] = value
    for name in options:
        raise TypeError("'%s' is an invalid keyword argument for this function" % name)
    for name in ('delimiter', 'quotechar', 'escapechar'):
        value = fields.get(name)
        if value is not None and (not isinstance(value, basestring) or len(value) != 1):
            raise TypeError('"%s" must be an 1-character string' % name)
        if value is not None:
            fields[name] = str(value)
    return fields


class _Reader(object):
    """Rows of the lines that an iterable gives."""

    def __init__(self, iterable, fields):
        self._lines = iter(iterable)
        self._reader = _machine.reader(self._checked(), **fields)

    def _checked(self):
        for line in self._lines:
            if not isinstance(line, basestring):
                raise TypeError("expected string or Unicode object, %s found" % type(line).__name__)
            if '\0' in line:
                raise Error("line contains NUL")
            yield str(line)

    def __iter__(self):
        return self

    def next(self):
        return next(self._reader)

    @property
    def line_num(self):
        return self._reader.line_num

    @property
    def dialect(self):
        return self._reader.dialect


def reader(csvfile, dialect='excel', **options):
    return _Reader(csvfile, _dialect(dialect, options))


class _Writer(object):
    """Writes rows to a file."""

    def __init__(self, file, fields):
        self._writer = _machine.writer(_Out(file), **fields)

    def writerow(self, row):
        if not hasattr(row, '__iter__') and not hasattr(row, '__getitem__'):
            raise Error("sequence expected")
        self._writer.writerow([str(value) if isinstance(value, unicode) else
                               repr(value) if isinstance(value, float) else value for value in row])

    def writerows(self, rows):
        for row in rows:
            self.writerow(row)

    @property
    def dialect(self):
        return self._writer.dialect


class _Out(object):
    def __init__(self, file):
        self._file = file

    def write(self, text):
        self._file.write(text)


def writer(csvfile, dialect='excel', **options):
    return _Writer(csvfile, _dialect(dialect, options))


def list_dialects():
    return [name for name in _machine.list_dialects() if name != 'unix']


class DictReader:
    """Rows as dictionaries."""

    def __init__(self, f, fieldnames=None, restkey=None, restval=None, dialect="excel", *args, **kwds):
        self._fieldnames = fieldnames
        self.restkey = restkey
        self.restval = restval
        self.reader = reader(f, dialect, *args, **kwds)
        self.dialect = dialect
        self.line_num = 0

    def __iter__(self):
        return self

    @property
    def fieldnames(self):
        if self._fieldnames is None:
            try:
                self._fieldnames = self.reader.next()
            except StopIteration:
                pass
        self.line_num = self.reader.line_num
        return self._fieldnames

    def next(self):
        if self.line_num == 0:
            self.fieldnames
        row = self.reader.next()
        self.line_num = self.reader.line_num
        while row == []:
            row = self.reader.next()
        names = self.fieldnames
        found = dict(zip(names, row))
        if len(names) < len(row):
            found[self.restkey] = row[len(names):]
        for name in names[len(row):]:
            found[name] = self.restval
        return found


class DictWriter:
    """Writes dictionaries as rows."""

    def __init__(self, f, fieldnames, restval="", extrasaction="raise", dialect="excel", *args, **kwds):
        self.fieldnames = fieldnames
        self.restval = restval
        if extrasaction.lower() not in ("raise", "ignore"):
            raise ValueError("extrasaction (%s) must be 'raise' or 'ignore'" % extrasaction)
        self.extrasaction = extrasaction
        self.writer = writer(f, dialect, *args, **kwds)

    def writeheader(self):
        self.writerow(dict(zip(self.fieldnames, self.fieldnames)))

    def _row(self, rowdict):
        if self.extrasaction == "raise":
            wrong = [key for key in rowdict if key not in self.fieldnames]
            if wrong:
                raise ValueError("dict contains fields not in fieldnames: " + ", ".join([repr(key) for key in wrong]))
        return [rowdict.get(key, self.restval) for key in self.fieldnames]

    def writerow(self, rowdict):
        return self.writer.writerow(self._row(rowdict))

    def writerows(self, rowdicts):
        return self.writer.writerows([self._row(row) for row in rowdicts])
