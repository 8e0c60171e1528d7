"""Objects as bytes and back: protocols 0, 1 and 2."""

import sys as _sys
import types as _types
from _bridge import native as _native
from copy_reg import (_extension_cache, _extension_registry, _inverted_registry, _reconstructor, _slotnames,
                      dispatch_table)
from struct import pack as _pack, unpack as _unpack

__version__ = "$Revision$"
__all__ = ["PickleError", "PicklingError", "UnpicklingError", "Pickler", "Unpickler", "dump", "dumps", "load", "loads"]

format_version = "2.0"
compatible_formats = ["1.0", "1.1", "1.2", "1.3", "2.0"]
HIGHEST_PROTOCOL = 2


class PickleError(Exception):
    pass


class PicklingError(PickleError):
    pass


class UnpicklingError(PickleError):
    pass


# The operations, by the names that Python's documentation of the format gives them.
MARK = '('
STOP = '.'
POP = '0'
POP_MARK = '1'
DUP = '2'
FLOAT = 'F'
INT = 'I'
BININT = 'J'
BININT1 = 'K'
LONG = 'L'
BININT2 = 'M'
NONE = 'N'
PERSID = 'P'
BINPERSID = 'Q'
REDUCE = 'R'
STRING = 'S'
BINSTRING = 'T'
SHORT_BINSTRING = 'U'
UNICODE = 'V'
BINUNICODE = 'X'
APPEND = 'a'
BUILD = 'b'
GLOBAL = 'c'
DICT = 'd'
EMPTY_DICT = '}'
APPENDS = 'e'
GET = 'g'
BINGET = 'h'
INST = 'i'
LONG_BINGET = 'j'
LIST = 'l'
EMPTY_LIST = ']'
OBJ = 'o'
PUT = 'p'
BINPUT = 'q'
LONG_BINPUT = 'r'
SETITEM = 's'
TUPLE = 't'
EMPTY_TUPLE = ')'
SETITEMS = 'u'
BINFLOAT = 'G'
TRUE = 'I01\n'
FALSE = 'I00\n'
PROTO = '\x80'
NEWOBJ = '\x81'
EXT1 = '\x82'
EXT2 = '\x83'
EXT4 = '\x84'
TUPLE1 = '\x85'
TUPLE2 = '\x86'
TUPLE3 = '\x87'
NEWTRUE = '\x88'
NEWFALSE = '\x89'
LONG1 = '\x8a'
LONG4 = '\x8b'

_TUPLES = {1: TUPLE1, 2: TUPLE2, 3: TUPLE3}
_BATCH = 1000

# The interpreter's own library has some functions and classes in modules of other names.
_OTHER_MODULES = {'builtins': '__builtin__', 'copyreg': 'copy_reg', '_collections': 'collections'}


def encode_long(x):
    """The bytes of a long, least significant first, with its sign."""
    if x == 0:
        return ''
    count = 1
    while not -(1 << 8 * count - 1) <= x < 1 << 8 * count - 1:
        count += 1
    if x < 0:
        x += 1L << 8 * count
    digits = []
    for index in xrange(count):
        digits.append(chr(int(x & 255)))
        x >>= 8
    return ''.join(digits)


def decode_long(data):
    """A long from its bytes."""
    if not data:
        return 0L
    value = long(data[::-1].encode('hex'), 16)
    if data[-1] >= '\x80':
        value -= 1L << 8 * len(data)
    return value


def whichmodule(func, funcname):
    """The name of the module that has the function."""
    name = getattr(func, "__module__", None)
    if name is not None:
        return name
    for name, module in _sys.modules.items():
        if module is None or name == '__main__':
            continue
        if getattr(module, funcname, None) is func:
            return name
    return '__main__'


def _state_of(obj):
    """What a new-style object keeps: its dictionary, and its slots."""
    getstate = getattr(obj, '__getstate__', None)
    if getstate is not None and getattr(type(obj), '__getstate__', None) != getattr(object, '__getstate__', 0):
        return getstate()
    state = getattr(obj, '__dict__', None)
    names = _slotnames(type(obj))
    if names:
        slots = {}
        for name in names:
            try:
                slots[name] = getattr(obj, name)
            except AttributeError:
                pass
        if slots:
            return state, slots
    return state


def _native_base(kind):
    """The first class among the bases that was not made by a class statement."""
    for base in kind.__mro__:
        if base is object or not base.__dict__.get('__module__') or not _is_heap(base):
            return base
    return object


def _is_heap(kind):
    # The flag of classes that a class statement made.
    return kind.__flags__ & 512 != 0


def _reduce_ex(obj, protocol):
    """What object.__reduce_ex__ does in Python 2."""
    kind = type(obj)
    if protocol >= 2:
        getnewargs = getattr(obj, '__getnewargs__', None)
        args = tuple(getnewargs()) if getnewargs is not None else ()
        items = iter(obj) if isinstance(obj, list) else None
        pairs = obj.iteritems() if isinstance(obj, dict) else None
        if getnewargs is None:
            base = _native_base(kind)
            if base not in (object, list, dict):
                # Other built-in types are made from their value.
                args = (base(obj),)
        return _newobj, (kind,) + args, _state_of(obj), items, pairs
    base = _native_base(kind)
    state = None
    if base is not object:
        if base is kind:
            raise TypeError("can't pickle %s objects" % base.__name__)
        state = base(obj)
    args = (kind, base, state)
    getstate = getattr(obj, '__getstate__', None)
    if getstate is None or getattr(kind, '__getstate__', None) == getattr(object, '__getstate__', 0):
        if _slotnames(kind):
            raise TypeError("a class that defines __slots__ without defining __getstate__ cannot be pickled")
        contents = getattr(obj, '__dict__', None)
    else:
        contents = getstate()
    if contents:
        return _reconstructor, args, contents
    return _reconstructor, args


def _newobj(kind, *args):
    return kind.__new__(kind, *args)

_newobj.__name__ = '__newobj__'
_UNPICKLABLE = (_types.ModuleType, _types.GeneratorType, file, _types.FrameType, _types.TracebackType, _types.CodeType,
                type(iter([])), type(iter(())), type(iter({})))


def _reduced(obj, protocol):
    kind = type(obj)
    if kind in _UNPICKLABLE:
        raise TypeError("can't pickle %s objects" % kind.__name__)
    if isinstance(obj, complex) and kind is complex:
        return complex, (obj.real, obj.imag)
    if kind is set or kind is frozenset:
        return kind, (list(obj),)
    plain_ex = getattr(kind, '__reduce_ex__', None) == object.__reduce_ex__
    plain = getattr(kind, '__reduce__', None) == object.__reduce__
    if plain_ex and plain:
        return _reduce_ex(obj, protocol)
    reduce = getattr(obj, '__reduce__' if plain_ex else '__reduce_ex__', None)
    if reduce is None:
        raise PicklingError("Can't pickle %r object: %r" % (kind.__name__, obj))
    value = reduce() if plain_ex else reduce(protocol)
    if isinstance(obj, BaseException) and isinstance(value, tuple) and len(value) == 3 and not value[2]:
        value = value[:2]
    return value if isinstance(value, basestring) else _with_strings(value)


def _with_strings(value):
    """The parts of a result of __reduce__; the interpreter's own kind of bytes in its arguments made strings."""
    if not isinstance(value, tuple) or len(value) < 2:
        return value
    return (value[0], _native(value[1])) + value[2:]


class Pickler:
    """Writes objects to a file."""

    _first = 0
    _c = False

    def __init__(self, file, protocol=None):
        protocol = 0 if protocol is None else protocol
        if protocol < 0:
            protocol = HIGHEST_PROTOCOL
        elif not 0 <= protocol <= HIGHEST_PROTOCOL:
            self._refuse_protocol(protocol)
        self._file_write = file.write
        self.memo = {}
        self.proto = int(protocol)
        self.bin = protocol >= 1
        self.fast = 0

    def _refuse_protocol(self, protocol):
        raise ValueError("pickle protocol must be <= %d" % HIGHEST_PROTOCOL)

    def clear_memo(self):
        self.memo.clear()

    def dump(self, obj):
        parts = []
        self.write = parts.append
        try:
            if self.proto >= 2:
                self.write(PROTO + chr(self.proto))
            self.save(obj)
            self.write(STOP)
        finally:
            del self.write
        self._file_write(''.join(parts))

    def memoize(self, obj):
        if self.fast:
            return
        number = len(self.memo) + self._first
        self.write(self.put(number))
        self.memo[id(obj)] = number, obj

    def put(self, i, pack=_pack):
        if self.bin:
            return BINPUT + chr(i) if i < 256 else LONG_BINPUT + pack("<i", i)
        return PUT + repr(i) + '\n'

    def get(self, i, pack=_pack):
        if self.bin:
            return BINGET + chr(i) if i < 256 else LONG_BINGET + pack("<i", i)
        return GET + repr(i) + '\n'

    def persistent_id(self, obj):
        return None

    def save_pers(self, pid):
        if self.bin:
            self.save(pid)
            self.write(BINPERSID)
        else:
            self.write(PERSID + str(pid) + '\n')

    def save(self, obj):
        pid = self.persistent_id(obj)
        if pid is not None:
            self.save_pers(pid)
            return
        known = self.memo.get(id(obj))
        if known:
            self.write(self.get(known[0]))
            return
        kind = type(obj)
        function = self.dispatch.get(kind)
        if function:
            function(self, obj)
            return
        reductor = dispatch_table.get(kind)
        if reductor:
            value = reductor(obj)
        else:
            try:
                is_class = issubclass(kind, type)
            except TypeError:
                is_class = False
            if is_class:
                self.save_global(obj)
                return
            value = _reduced(obj, self.proto)
        if isinstance(value, str):
            self.save_global(obj, value)
            return
        if type(value) is not tuple:
            raise PicklingError("%s must return string or tuple" % (reductor or kind.__reduce__))
        if not 2 <= len(value) <= 5:
            raise PicklingError("Tuple returned by %s must have two to five elements" % (reductor or kind.__reduce__))
        self.save_reduce(obj=obj, *value)

    def save_reduce(self, func, args, state=None, listitems=None, dictitems=None, obj=None):
        if not isinstance(args, tuple):
            raise PicklingError("args from reduce() should be a tuple")
        if not hasattr(func, '__call__'):
            raise PicklingError("func from reduce should be callable")
        if self.proto >= 2 and getattr(func, "__name__", "") == "__newobj__":
            kind = args[0]
            if not hasattr(kind, "__new__"):
                raise PicklingError("args[0] from __newobj__ args has no __new__")
            if obj is not None and kind is not obj.__class__:
                raise PicklingError("args[0] from __newobj__ args has the wrong class")
            self.save(kind)
            self._save_arguments(args[1:], None)
            self.write(NEWOBJ)
        else:
            self.save(func)
            self._save_arguments(args, obj)
            self.write(REDUCE)
        if obj is not None:
            known = self.memo.get(id(obj))
            if known:
                # It contains itself: take the one that is there.
                self.write(POP + self.get(known[0]))
            else:
                self.memoize(obj)
        if listitems is not None:
            self._batch_appends(listitems)
        if dictitems is not None:
            self._batch_setitems(dictitems)
        if state is not None:
            self.save(state)
            self.write(BUILD)

    def _save_arguments(self, args, obj):
        self.save(args)

    # ---- one function a type

    dispatch = {}

    def save_none(self, obj):
        self.write(NONE)
    dispatch[type(None)] = save_none

    def save_bool(self, obj):
        if self.proto >= 2:
            self.write(NEWTRUE if obj else NEWFALSE)
        else:
            self.write(TRUE if obj else FALSE)
    dispatch[bool] = save_bool

    def save_int(self, obj, pack=_pack):
        if self.bin:
            if 0 <= obj <= 0xff:
                self.write(BININT1 + chr(obj))
                return
            if 0 <= obj <= 0xffff:
                self.write(BININT2 + pack('<H', obj))
                return
            if -0x80000000 <= obj <= 0x7fffffff:
                self.write(BININT + pack("<i", obj))
                return
        self.write(INT + repr(obj) + '\n')
    dispatch[int] = save_int

    def save_long(self, obj, pack=_pack):
        if self.proto >= 2:
            data = encode_long(obj)
            if len(data) < 256:
                self.write(LONG1 + chr(len(data)) + data)
            else:
                self.write(LONG4 + pack("<i", len(data)) + data)
            return
        self.write(LONG + repr(obj) + '\n')
    dispatch[long] = save_long

    def save_float(self, obj, pack=_pack):
        if self.bin:
            self.write(BINFLOAT + pack('>d', obj))
        else:
            text = repr(obj)
            if self._c and text.endswith('.0'):
                text = text[:-2]
            self.write(FLOAT + text + '\n')
    dispatch[float] = save_float

    def save_string(self, obj, pack=_pack):
        if self.bin:
            size = len(obj)
            if size < 256:
                self.write(SHORT_BINSTRING + chr(size) + obj)
            else:
                self.write(BINSTRING + pack("<i", size) + obj)
        else:
            self.write(STRING + repr(obj) + '\n')
        if not self._c or len(obj) > 1:
            self.memoize(obj)
    dispatch[str] = save_string

    def save_unicode(self, obj, pack=_pack):
        if self.bin:
            data = obj.encode('utf-8')
            self.write(BINUNICODE + pack("<i", len(data)) + data)
        else:
            text = obj.replace("\\", "\\u005c").replace("\n", "\\u000a")
            self.write(UNICODE + text.encode('raw-unicode-escape') + '\n')
        if not self._c or len(obj) > 1:
            self.memoize(obj)
    dispatch[unicode] = save_unicode

    def save_tuple(self, obj):
        count = len(obj)
        if count == 0:
            self.write(EMPTY_TUPLE if self.bin else MARK + TUPLE)
            return
        short = self.proto >= 2 and count <= 3
        if not short:
            self.write(MARK)
        for element in obj:
            self.save(element)
        known = self.memo.get(id(obj))
        if known:
            # It contains itself: drop what was written, take the one that is there.
            if short:
                self.write(POP * count + self.get(known[0]))
            elif self.bin:
                self.write(POP_MARK + self.get(known[0]))
            else:
                self.write(POP * (count + 1) + self.get(known[0]))
            return
        self.write(_TUPLES[count] if short else TUPLE)
        self.memoize(obj)
    dispatch[tuple] = save_tuple

    def save_empty_tuple(self, obj):
        self.write(EMPTY_TUPLE)

    def save_list(self, obj):
        self.write(EMPTY_LIST if self.bin else MARK + LIST)
        self.memoize(obj)
        self._batch_appends(iter(obj))
    dispatch[list] = save_list

    def _batches(self, items):
        batch = []
        for item in items:
            batch.append(item)
            if len(batch) == _BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _batch_appends(self, items):
        if not self.bin:
            for item in items:
                self.save(item)
                self.write(APPEND)
            return
        for batch in self._batches(items):
            if len(batch) == 1:
                self.save(batch[0])
                self.write(APPEND)
                continue
            self.write(MARK)
            for item in batch:
                self.save(item)
            self.write(APPENDS)

    def save_dict(self, obj):
        self.write(EMPTY_DICT if self.bin else MARK + DICT)
        self.memoize(obj)
        self._batch_setitems(obj.iteritems())
    dispatch[dict] = save_dict

    def _batch_setitems(self, items):
        if not self.bin:
            for key, value in items:
                self.save(key)
                self.save(value)
                self.write(SETITEM)
            return
        for batch in self._batches(items):
            if len(batch) == 1:
                self.save(batch[0][0])
                self.save(batch[0][1])
                self.write(SETITEM)
                continue
            self.write(MARK)
            for key, value in batch:
                self.save(key)
                self.save(value)
            self.write(SETITEMS)

    def save_inst(self, obj):
        kind = obj.__class__
        if hasattr(obj, '__getinitargs__'):
            args = obj.__getinitargs__()
            len(args)
        else:
            args = ()
        self.write(MARK)
        if self.bin:
            self.save(kind)
            for arg in args:
                self.save(arg)
            self.write(OBJ)
        else:
            for arg in args:
                self.save(arg)
            self.write(INST + kind.__module__ + '\n' + kind.__name__ + '\n')
        self.memoize(obj)
        state = obj.__getstate__() if hasattr(obj, '__getstate__') else obj.__dict__
        self.save(state)
        self.write(BUILD)
    dispatch[_types.InstanceType] = save_inst

    def save_global(self, obj, name=None, pack=_pack):
        if name is None:
            name = obj.__name__
        module = getattr(obj, "__module__", None)
        if module is None:
            module = whichmodule(obj, name)
        module = _OTHER_MODULES.get(module, module)
        if obj is _newobj:
            module = 'copy_reg'
        else:
            try:
                __import__(module)
                found = getattr(_sys.modules[module], name)
            except (ImportError, KeyError, AttributeError):
                raise self._not_found(obj, module, name)
            if found is not obj and module != 'copy_reg':
                raise PicklingError("Can't pickle %r: it's not the same object as %s.%s" % (obj, module, name))
        if self.proto >= 2:
            code = _extension_registry.get((module, name))
            if code:
                if code <= 0xff:
                    self.write(EXT1 + chr(code))
                elif code <= 0xffff:
                    self.write(EXT2 + pack('<H', code))
                else:
                    self.write(EXT4 + pack("<i", code))
                return
        self.write(GLOBAL + module + '\n' + name + '\n')
        self.memoize(obj)

    def _not_found(self, obj, module, name):
        return PicklingError("Can't pickle %r: it's not found as %s.%s" % (obj, module, name))

    dispatch[_types.ClassType] = save_global
    dispatch[_types.FunctionType] = save_global
    dispatch[_types.BuiltinFunctionType] = save_global
    dispatch[type] = save_global


class _Empty:
    pass

_mark = object()


class Unpickler:
    """Reads objects from a file."""

    def __init__(self, file):
        self.readline = file.readline
        self.read = file.read
        self.memo = {}

    def load(self):
        self.stack = stack = []
        read = self.read
        dispatch = self.dispatch
        while True:
            operation = read(1)
            if operation == STOP:
                return stack.pop()
            if not operation:
                raise EOFError
            function = dispatch.get(operation)
            if function is None:
                self._unknown(operation)
            function(self)

    def _unknown(self, operation):
        raise KeyError(operation)

    def marker(self):
        stack = self.stack
        at = len(stack) - 1
        while stack[at] is not _mark:
            at -= 1
        return at

    def _since_mark(self):
        at = self.marker()
        items = self.stack[at + 1:]
        del self.stack[at:]
        return items

    def _line(self):
        return self.readline()[:-1]

    def _bytes(self, count):
        return self.read(count)

    def _int32(self):
        # What is missing counts as bytes of ones.
        return _unpack('<i', self._bytes(4).ljust(4, '\xff'))[0]

    def _number(self, line, kind=int):
        return kind(line)

    # ---- one function an operation

    dispatch = {}

    def load_proto(self):
        protocol = ord(self._bytes(1))
        if not 0 <= protocol <= 2:
            raise ValueError("unsupported pickle protocol: %d" % protocol)
    dispatch[PROTO] = load_proto

    def load_persid(self):
        self.stack.append(self.persistent_load(self._line()))
    dispatch[PERSID] = load_persid

    def load_binpersid(self):
        self.stack.append(self.persistent_load(self.stack.pop()))
    dispatch[BINPERSID] = load_binpersid

    def load_none(self):
        self.stack.append(None)
    dispatch[NONE] = load_none

    def load_false(self):
        self.stack.append(False)
    dispatch[NEWFALSE] = load_false

    def load_true(self):
        self.stack.append(True)
    dispatch[NEWTRUE] = load_true

    def load_int(self):
        line = self.readline()
        if line == '01\n':
            value = True
        elif line == '00\n':
            value = False
        else:
            try:
                value = int(line)
            except ValueError:
                value = self._number(line, long)
        self.stack.append(value)
    dispatch[INT] = load_int

    def load_binint(self):
        self.stack.append(self._int32())
    dispatch[BININT] = load_binint

    def load_binint1(self):
        self.stack.append(ord(self._bytes(1)))
    dispatch[BININT1] = load_binint1

    def load_binint2(self):
        self.stack.append(_unpack('<H', self._bytes(2))[0])
    dispatch[BININT2] = load_binint2

    def load_long(self):
        self.stack.append(long(self._line().rstrip('L')))
    dispatch[LONG] = load_long

    def load_long1(self):
        self.stack.append(decode_long(self._bytes(ord(self._bytes(1)))))
    dispatch[LONG1] = load_long1

    def load_long4(self):
        self.stack.append(decode_long(self._bytes(self._int32())))
    dispatch[LONG4] = load_long4

    def load_float(self):
        self.stack.append(float(self._line()))
    dispatch[FLOAT] = load_float

    def load_binfloat(self):
        self.stack.append(_unpack('>d', self._bytes(8))[0])
    dispatch[BINFLOAT] = load_binfloat

    def _quoted(self, line):
        return line

    def load_string(self):
        text = self._quoted(self._line())
        if text[:1] not in ('"', "'") or len(text) < 2 or text[-1] != text[0]:
            raise ValueError("insecure string pickle")
        self.stack.append(text[1:-1].decode("string-escape"))
    dispatch[STRING] = load_string

    def load_binstring(self):
        self.stack.append(self._bytes(self._int32()))
    dispatch[BINSTRING] = load_binstring

    def load_short_binstring(self):
        self.stack.append(self._bytes(ord(self._bytes(1))))
    dispatch[SHORT_BINSTRING] = load_short_binstring

    def load_unicode(self):
        self.stack.append(unicode(self._line(), 'raw-unicode-escape'))
    dispatch[UNICODE] = load_unicode

    def load_binunicode(self):
        self.stack.append(unicode(self._bytes(self._int32()), 'utf-8'))
    dispatch[BINUNICODE] = load_binunicode

    def load_tuple(self):
        self.stack.append(tuple(self._since_mark()))
    dispatch[TUPLE] = load_tuple

    def load_empty_tuple(self):
        self.stack.append(())
    dispatch[EMPTY_TUPLE] = load_empty_tuple

    def load_tuple1(self):
        self.stack[-1] = (self.stack[-1],)
    dispatch[TUPLE1] = load_tuple1

    def load_tuple2(self):
        self.stack[-2:] = [(self.stack[-2], self.stack[-1])]
    dispatch[TUPLE2] = load_tuple2

    def load_tuple3(self):
        self.stack[-3:] = [(self.stack[-3], self.stack[-2], self.stack[-1])]
    dispatch[TUPLE3] = load_tuple3

    def load_empty_list(self):
        self.stack.append([])
    dispatch[EMPTY_LIST] = load_empty_list

    def load_empty_dictionary(self):
        self.stack.append({})
    dispatch[EMPTY_DICT] = load_empty_dictionary

    def load_list(self):
        self.stack.append(self._since_mark())
    dispatch[LIST] = load_list

    def load_dict(self):
        items = self._since_mark()
        self.stack.append(dict(zip(items[::2], items[1::2])))
    dispatch[DICT] = load_dict

    def _instantiate(self, kind, args):
        if not args and type(kind) is _types.ClassType and not hasattr(kind, "__getinitargs__"):
            value = _Empty()
            value.__class__ = kind
        else:
            try:
                value = kind(*args)
            except TypeError, error:
                raise TypeError, "in constructor for %s: %s" % (kind.__name__, str(error)), _sys.exc_info()[2]
        self.stack.append(value)

    def load_inst(self):
        module = self._line()
        name = self._line()
        args = self._since_mark()
        self._instantiate(self.find_class(module, name), args)
    dispatch[INST] = load_inst

    def load_obj(self):
        at = self.marker()
        kind = self.stack.pop(at + 1)
        args = self.stack[at + 1:]
        del self.stack[at:]
        self._instantiate(kind, args)
    dispatch[OBJ] = load_obj

    def load_newobj(self):
        args = self.stack.pop()
        kind = self.stack[-1]
        self.stack[-1] = kind.__new__(kind, *args)
    dispatch[NEWOBJ] = load_newobj

    def load_global(self):
        module = self._line()
        name = self._line()
        self.stack.append(self.find_class(module, name))
    dispatch[GLOBAL] = load_global

    def load_ext1(self):
        self.get_extension(ord(self._bytes(1)))
    dispatch[EXT1] = load_ext1

    def load_ext2(self):
        self.get_extension(_unpack('<H', self._bytes(2))[0])
    dispatch[EXT2] = load_ext2

    def load_ext4(self):
        self.get_extension(self._int32())
    dispatch[EXT4] = load_ext4

    def get_extension(self, code):
        key = _inverted_registry.get(code)
        if not key:
            raise ValueError("unregistered extension code %d" % code)
        if code not in _extension_cache:
            _extension_cache[code] = self.find_class(*key)
        self.stack.append(_extension_cache[code])

    def find_class(self, module, name):
        __import__(module)
        return getattr(_sys.modules[module], name)

    def load_reduce(self):
        args = self.stack.pop()
        function = self.stack[-1]
        self.stack[-1] = function(*args)
    dispatch[REDUCE] = load_reduce

    def load_pop(self):
        del self.stack[-1]
    dispatch[POP] = load_pop

    def load_pop_mark(self):
        del self.stack[self.marker():]
    dispatch[POP_MARK] = load_pop_mark

    def load_dup(self):
        self.stack.append(self.stack[-1])
    dispatch[DUP] = load_dup

    def load_get(self):
        self.stack.append(self.memo[self._line()])
    dispatch[GET] = load_get

    def load_binget(self):
        self.stack.append(self.memo[repr(ord(self._bytes(1)))])
    dispatch[BINGET] = load_binget

    def load_long_binget(self):
        self.stack.append(self.memo[repr(self._int32())])
    dispatch[LONG_BINGET] = load_long_binget

    def load_put(self):
        self.memo[self._line()] = self.stack[-1]
    dispatch[PUT] = load_put

    def load_binput(self):
        self.memo[repr(ord(self._bytes(1)))] = self.stack[-1]
    dispatch[BINPUT] = load_binput

    def load_long_binput(self):
        self.memo[repr(self._int32())] = self.stack[-1]
    dispatch[LONG_BINPUT] = load_long_binput

    def load_append(self):
        value = self.stack.pop()
        self.stack[-1].append(value)
    dispatch[APPEND] = load_append

    def load_appends(self):
        at = self.marker()
        target = self.stack[at - 1]
        items = self.stack[at + 1:]
        if isinstance(target, list) or not hasattr(target, 'append'):
            target.extend(items)
        else:
            for item in items:
                target.append(item)
        del self.stack[at:]
    dispatch[APPENDS] = load_appends

    def load_setitem(self):
        value = self.stack.pop()
        key = self.stack.pop()
        self.stack[-1][key] = value
    dispatch[SETITEM] = load_setitem

    def load_setitems(self):
        at = self.marker()
        target = self.stack[at - 1]
        items = self.stack[at + 1:]
        for index in xrange(0, len(items), 2):
            target[items[index]] = items[index + 1]
        del self.stack[at:]
    dispatch[SETITEMS] = load_setitems

    def load_build(self):
        state = self.stack.pop()
        value = self.stack[-1]
        setstate = getattr(value, "__setstate__", None)
        if setstate is not None:
            setstate(state)
            return
        slots = None
        if isinstance(state, tuple) and len(state) == 2:
            state, slots = state
        if state:
            contents = value.__dict__
            for key, item in state.iteritems():
                contents[intern(key) if type(key) is str else key] = item
        if slots:
            for key, item in slots.items():
                setattr(value, key, item)
    dispatch[BUILD] = load_build

    def load_mark(self):
        self.stack.append(_mark)
    dispatch[MARK] = load_mark


def dump(obj, file, protocol=None):
    Pickler(file, protocol).dump(obj)


def dumps(obj, protocol=None):
    file = _Out()
    Pickler(file, protocol).dump(obj)
    return file.data


class _Out:
    """Keeps what is written to it."""

    def write(self, data):
        self.data = data


class _In:
    """Reads from a string; a good deal quicker than a StringIO."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def read(self, count):
        start = self.at
        self.at = start + count
        return self.data[start:start + count]

    def readline(self):
        start = self.at
        end = self.data.find('\n', start) + 1 or len(self.data)
        self.at = end
        return self.data[start:end]


def load(file):
    return Unpickler(file).load()


def loads(str):
    if not isinstance(str, (basestring, buffer)):
        raise TypeError("StringIO() argument 1 must be string or buffer, not %s" % type(str).__name__)
    return Unpickler(_In(str)).load()
