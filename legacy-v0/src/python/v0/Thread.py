"""`PMS.Thread`."""

from PMS._Library import threading


def Create(function, args=None):
    """A thread that is not started yet; `args` is the one argument of the function."""
    made = threading.Thread(target=function, args=() if args is None else (args,))
    made.setDaemon(True)
    return made


def Run(function, args=None):
    """Starts a thread."""
    made = Create(function, args)
    made.start()
    return made


def Lock():
    """A new lock that its holder can take again."""
    return threading.RLock()
