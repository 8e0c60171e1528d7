# The sqlite3 module of Python 2.7 over the machine's own: text comes as unicode, blobs as buffer.
from _bridge import adopt as _adopt, library as _library, native as _native

_machine = _library('sqlite3')
for _name in dir(_machine):
    if not _name.startswith('_') and _name not in ('dbapi2', 'collections', 'datetime', 'time'):
        globals()[_name] = getattr(_machine, _name)
del _name

version = '2.6.0'
version_info = (2, 6, 0)
Binary = buffer
OptimizedUnicode = unicode
threadsafety = 1
for _kind in Warning, Error:
    _adopt(_kind, StandardError)
del _kind


def _unicode_factory(data):
    try:
        return _native(data).decode('utf-8')
    except UnicodeDecodeError:
        text = _native(data).decode('utf-8', 'replace')
        raise OperationalError("Could not decode to UTF-8 column with text '%s'" % text)


def _row(row):
    if row.__class__ is tuple:
        return tuple([_value(value) for value in row])
    return row


def _value(value):
    if value.__class__ is _bytes:
        return buffer(_native(value))
    return value

_bytes = _library('builtins').bytes


def _given(value, text_factory=str):
    if isinstance(value, str):
        try:
            return value.decode('utf-8' if text_factory is not unicode else 'ascii')
        except UnicodeDecodeError:
            if text_factory is not unicode:
                return value
            raise ProgrammingError(
                'You must not use 8-bit bytestrings unless you use a text_factory that can interpret 8-bit bytestrings '
                '(like text_factory = str). It is highly recommended that you instead just switch your application to '
                'Unicode strings.')
    if isinstance(value, buffer):
        return _bytes(value)
    return value


def _arguments(values, text_factory):
    if isinstance(values, dict):
        return dict([(name, _given(value, text_factory)) for name, value in values.items()])
    return [_given(value, text_factory) for value in values]


class Cursor(_machine.Cursor):
    def execute(self, sql, parameters=()):
        _machine.Cursor.execute(self, sql, _arguments(parameters, self.connection.text_factory))
        return self

    def executemany(self, sql, seq):
        _machine.Cursor.executemany(self, sql, [_arguments(values, self.connection.text_factory) for values in seq])
        return self

    def fetchone(self):
        return _row(_machine.Cursor.fetchone(self))

    def fetchmany(self, size=None):
        if size is None:
            size = self.arraysize
        return [_row(row) for row in _machine.Cursor.fetchmany(self, size)]

    def fetchall(self):
        return [_row(row) for row in _machine.Cursor.fetchall(self)]

    def __iter__(self):
        return self

    def next(self):
        row = _machine.Cursor.fetchone(self)
        if row is None:
            raise StopIteration
        return _row(row)


class Connection(_machine.Connection):
    def __init__(self, *args, **kwargs):
        _machine.Connection.__init__(self, *args, **kwargs)
        self.text_factory = unicode

    @property
    def text_factory(self):
        return self._text_factory

    @text_factory.setter
    def text_factory(self, factory):
        self._text_factory = factory
        if factory is unicode:
            made = _unicode_factory
        else:
            made = lambda data: factory(_native(data))
        _machine.Connection.text_factory.__set__(self, made)

    def cursor(self, factory=Cursor):
        return _machine.Connection.cursor(self, factory)

    def iterdump(self):
        return iter([_native(line) for line in _machine.Connection.iterdump(self)])

    def execute(self, sql, parameters=()):
        return self.cursor().execute(sql, parameters)

    def executemany(self, sql, seq):
        return self.cursor().executemany(sql, seq)

    def executescript(self, script):
        return self.cursor().executescript(script)

    def create_function(self, name, count, function):
        if not callable(function):
            raise TypeError("parameter must be callable")
        _machine.Connection.create_function(self, name, count, lambda *args: _given(function(*map(_value, args))))


def connect(database, timeout=5.0, detect_types=0, isolation_level='', check_same_thread=True, factory=Connection,
            cached_statements=100):
    return factory(database, timeout, detect_types, isolation_level, check_same_thread, factory=factory,
                   cached_statements=cached_statements)
