"""What `socket` and `httplib` share: the exceptions, and the time limit of new connections."""


class error(IOError):
    pass


class herror(error):
    pass


class gaierror(error):
    pass


class timeout(error):
    pass

for _class in (error, herror, gaierror, timeout):
    _class.__module__ = 'socket'
del _class

_GLOBAL_DEFAULT_TIMEOUT = object()
_default = [None]


def getdefaulttimeout():
    return _default[0]


def setdefaulttimeout(timeout):
    if timeout is not None:
        timeout = float(timeout)
        if timeout < 0.0:
            raise ValueError('Timeout value out of range')
    _default[0] = timeout
