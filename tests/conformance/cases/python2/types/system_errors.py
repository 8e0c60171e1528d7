# Errors of the system without a file's name: two arguments.
import os
for call in (lambda: os.kill(os.getpid(), 99), lambda: os.kill(1 << 22, 9), lambda: os.listdir('/nope'), lambda: os.close(999), lambda: os.read(999, 1), lambda: os.waitpid(999999, 0), lambda: os.chdir('/nope')):
    try:
        call()
    except OSError, error:
        print repr(error), str(error), error.args, error.errno, error.strerror, error.filename
