"""Databases of strings, of the kind that there is: here dumbdbm."""


class error(Exception):
    pass

import dumbdbm as _defaultmod

_names = ['dbhash', 'gdbm', 'dbm', 'dumbdbm']
_errors = [error, _defaultmod.error]
error = tuple(_errors)


def open(file, flag='r', mode=0666):
    """The database of a file; 'c' makes one where there is none, 'n' always a new one."""
    from whichdb import whichdb
    result = whichdb(file)
    if result is None:
        if 'c' in flag or 'n' in flag:
            mod = _defaultmod
        else:
            raise error, "need 'c' or 'n' flag to open new db"
    elif result == "":
        raise error, "db type could not be determined"
    else:
        mod = __import__(result)
    return mod.open(file, flag, mode)
