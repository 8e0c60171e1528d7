# Errors of the system without a file's name, their classes; sums of dates of derived classes.
import os
for call in (lambda: os.kill(os.getpid(), 99), lambda: os.kill(1 << 22, 9), lambda: os.listdir('/nope'), lambda: os.close(999), lambda: os.read(999, 1), lambda: os.waitpid(999999, 0), lambda: os.chdir('/nope')):
    try:
        call()
    except OSError, error:
        print repr(error), str(error), error.args, error.errno, error.strerror, error.filename
        print issubclass(type(error), OSError), issubclass(type(error), EnvironmentError), issubclass(type(error), KeyError)
import datetime
class Day(datetime.datetime): pass
class Date(datetime.date): pass
step = datetime.timedelta(1)
for value in (Day(2001, 2, 3) + step, step + Day(2001, 2, 3), Day(2001, 2, 3) - step, Date(2001, 2, 3) + step, Date(2001, 2, 3) - step, Day(2001, 2, 3) - Day(2001, 2, 1)):
    print type(value), value
