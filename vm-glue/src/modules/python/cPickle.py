"""`pickle` under its quicker name: numbers of the memo start with one, and strings of one character have none."""

import pickle as _pickle
import sys
from functools import partial as _partial
from pickle import HIGHEST_PROTOCOL, compatible_formats, format_version

__version__ = "1.71"


class PickleError(Exception):
    pass


class PicklingError(PickleError):
    pass


class UnpickleableError(PicklingError):
    pass


class UnpicklingError(PickleError):
    pass


class BadPickleGet(UnpicklingError):
    pass


# All that is not above a blank.
_BLANKS = ''.join([chr(code) for code in range(33)])


class _Pickler(_pickle.Pickler):
    _first = 1
    _c = True

    def _refuse_protocol(self, protocol):
        raise ValueError("pickle protocol %d asked for; the highest available protocol is %d"
                         % (protocol, HIGHEST_PROTOCOL))

    def _not_found(self, obj, module, name):
        if name == '<lambda>' or isinstance(obj, type(lambda: 0)):
            return TypeError("can't pickle function objects")
        return PicklingError("Can't pickle %r: attribute lookup %s.%s failed" % (obj, module, name))

    def _save_arguments(self, args, obj):
        if not args or _is_kept(args, obj):
            self.save(args)
            return
        # Made for this one call: nothing can refer to it again.
        short = self.proto >= 2 and len(args) <= 3
        if not short:
            self.write(_pickle.MARK)
        for arg in args:
            self.save(arg)
        self.write(_pickle._TUPLES[len(args)] if short else _pickle.TUPLE)


def _is_kept(args, obj):
    """Does anything else hold the arguments: the exception itself, or the function that gave them as a constant?"""
    if obj is None:
        return False
    if isinstance(obj, BaseException):
        return args == obj.args
    for name in ('__reduce__', '__reduce_ex__'):
        code = getattr(getattr(type(obj), name, None), 'func_code', None)
        if code is not None and args in [const for const in code.co_consts if type(const) is tuple]:
            return True
    return False


class _Unpickler(_pickle.Unpickler):
    def load(self):
        self.stack = stack = []
        read = self.read
        dispatch = self.dispatch
        while True:
            operation = read(1)
            if operation == _pickle.STOP:
                if not stack or stack[-1] is _pickle._mark:
                    raise UnpicklingError("bad pickle data")
                return stack.pop()
            if not operation:
                raise EOFError
            function = dispatch.get(operation)
            if function is None:
                self._unknown(operation)
            try:
                function(self)
            except IndexError:
                # Of the operation itself, not of what it called?
                if sys.exc_info()[2].tb_next.tb_next is not None:
                    raise
                short = operation in _pickle.REDUCE + _pickle.NEWOBJ
                raise UnpicklingError("bad pickle data" if short else "unpickling stack underflow")

    def marker(self):
        stack = self.stack
        at = len(stack) - 1
        while at >= 0 and stack[at] is not _pickle._mark:
            at -= 1
        if at < 0:
            raise UnpicklingError("could not find MARK")
        return at

    def _line(self):
        line = self.readline()
        if not line.endswith('\n'):
            raise EOFError
        return line[:-1]

    def _bytes(self, count):
        data = self.read(count)
        if len(data) < count:
            raise EOFError
        return data

    def _quoted(self, line):
        return line.rstrip(_BLANKS)

    def _number(self, line, kind=int):
        try:
            return kind(line)
        except ValueError:
            raise ValueError("could not convert string to int")

    def load_float(self):
        line = self._line()
        try:
            self.stack.append(float(line))
        except ValueError:
            raise ValueError("could not convert string to float")

    def load_long(self):
        line = self._line()
        try:
            self.stack.append(long(line.rstrip('L')))
        except ValueError:
            raise ValueError("invalid literal for long() with base 10: %r" % (line + '\n'))

    def _get(self, key, shown):
        if key not in self.memo:
            raise BadPickleGet(shown)
        self.stack.append(self.memo[key])

    def load_get(self):
        line = self._line()
        self._get(line, line)

    def load_binget(self):
        number = ord(self._bytes(1))
        self._get(repr(number), number)

    def load_long_binget(self):
        number = self._int32()
        self._get(repr(number), number & 0xffffffff)

    def _unknown(self, operation):
        raise UnpicklingError("invalid load key, '%s'." % operation)

    def load_persid(self):
        self.stack.append(self._persistent(self._line()))

    def load_binpersid(self):
        self.stack.append(self._persistent(self.stack.pop()))

    def _persistent(self, pid):
        load = getattr(self, 'persistent_load', None)
        if load is None:
            raise UnpicklingError("A load persistent id instruction was encountered,\n"
                                  "but no persistent_load function was specified.")
        if isinstance(load, list):
            load.append(pid)
            return pid
        return load(pid)

    dispatch = dict(_pickle.Unpickler.dispatch)
    dispatch[_pickle.PERSID] = load_persid
    dispatch[_pickle.BINPERSID] = load_binpersid
    dispatch[_pickle.FLOAT] = load_float
    dispatch[_pickle.LONG] = load_long
    dispatch[_pickle.GET] = load_get
    dispatch[_pickle.BINGET] = load_binget
    dispatch[_pickle.LONG_BINGET] = load_long_binget

    def find_class(self, module, name):
        find = self.__dict__.get('find_global', find_class)
        if find is None:
            raise UnpicklingError("Global and instance pickles are not supported.")
        return find(module, name)


def find_class(module, name):
    __import__(module)
    return getattr(sys.modules[module], name)


# Functions that make the objects; unlike those of Python code they do not become methods in a class.
Pickler = _partial(_Pickler)
Unpickler = _partial(_Unpickler)


def dump(obj, file, protocol=None):
    _Pickler(file, protocol).dump(obj)


def dumps(obj, protocol=None):
    file = _pickle._Out()
    _Pickler(file, protocol).dump(obj)
    return file.data


def load(file):
    return _Unpickler(file).load()


def loads(str):
    if type(str) is unicode or not isinstance(str, basestring):
        raise TypeError("loads() argument 1 must be string, not %s" % type(str).__name__)
    return _Unpickler(_pickle._In(str)).load()
