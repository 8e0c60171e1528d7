"""`pickle` under its quicker name: numbers of the memo start with one, and strings of one character have none."""

import pickle as _pickle
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

    def _save_arguments(self, args):
        # Made for this one call: nothing can refer to it again.
        if args:
            fast, self.fast = self.fast, 0
            short = self.proto >= 2 and len(args) <= 3
            if not short:
                self.write(_pickle.MARK)
            for arg in args:
                self.save(arg)
            self.write(_pickle._TUPLES[len(args)] if short else _pickle.TUPLE)
            self.fast = fast
        else:
            self.save(args)


class _Unpickler(_pickle.Unpickler):
    def _number(self, line, kind=int):
        try:
            return kind(line)
        except ValueError:
            raise ValueError("could not convert string to int")

    def _unknown(self, operation):
        raise UnpicklingError("invalid load key, '%s'." % operation)

    def load_persid(self):
        self.stack.append(self._persistent(self._line()))

    def load_binpersid(self):
        self.stack.append(self._persistent(self.stack.pop()))

    def _persistent(self, pid):
        load = self.persistent_load
        if isinstance(load, list):
            load.append(pid)
            return pid
        return load(pid)

    dispatch = dict(_pickle.Unpickler.dispatch)
    dispatch[_pickle.PERSID] = load_persid
    dispatch[_pickle.BINPERSID] = load_binpersid

    def find_class(self, module, name):
        find = self.__dict__.get('find_global', find_class)
        if find is None:
            raise UnpicklingError("Global and instance pickles are not supported.")
        return find(module, name)


def find_class(module, name):
    import sys
    __import__(module)
    return getattr(sys.modules[module], name)


def Pickler(file, protocol=None):
    """Writes objects to a file."""
    return _Pickler(file, protocol)


def Unpickler(file):
    """Reads objects from a file."""
    return _Unpickler(file)


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
