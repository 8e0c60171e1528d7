# Signals are plain numbers.
from _bridge import library as _library
_machine = _library('_signal')

for _name in dir(_machine):
    if _name.startswith(('SIG', 'ITIMER')) and isinstance(getattr(_machine, _name), int):
        globals()[_name] = int(getattr(_machine, _name))
NSIG = 65


class ItimerError(IOError):
    pass


def default_int_handler(signum=None, frame=None):
    """The default handler of SIGINT: raises KeyboardInterrupt."""
    raise KeyboardInterrupt


def _plain(handler):
    if handler is _machine.default_int_handler:
        return default_int_handler
    return int(handler) if isinstance(handler, int) else handler


def _checked(signalnum):
    if not isinstance(signalnum, (int, long)):
        raise TypeError("an integer is required")
    if not 0 < signalnum < NSIG:
        raise ValueError("signal number out of range")
    return signalnum


def signal(sig, action):
    """Sets the action of a signal and returns the one that it had."""
    _checked(sig)
    if not callable(action) and action not in (SIG_DFL, SIG_IGN):
        raise TypeError("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object")
    try:
        return _plain(_machine.signal(sig, action))
    except ValueError:
        raise ValueError("signal only works in main thread")
    except _library('builtins').OSError, e:
        raise RuntimeError(*e.args)


def getsignal(sig):
    """The action of a signal."""
    return _plain(_machine.getsignal(_checked(sig)))


def _timer(function, *args):
    try:
        return tuple(function(*args))
    except _library('builtins').OSError, e:
        raise ItimerError(*e.args)


def setitimer(which, seconds, interval=0.0):
    """Sets a timer and returns what it was set to."""
    return _timer(_machine.setitimer, which, seconds, interval)


def getitimer(which):
    """(seconds left, interval) of a timer."""
    return _timer(_machine.getitimer, which)
