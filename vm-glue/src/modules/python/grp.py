# A group that is not there is a KeyError in Python 2's words.
from _bridge import library as _library
_machine = _library('grp')


def getgrnam(name):
    """The group of that name."""
    try:
        return _machine.getgrnam(name)
    except KeyError:
        raise KeyError("getgrnam(): name not found: %s" % name)


def getgrgid(id):
    """The group of that number."""
    try:
        return _machine.getgrgid(id)
    except KeyError:
        raise KeyError("getgrgid(): gid not found: %s" % id)
