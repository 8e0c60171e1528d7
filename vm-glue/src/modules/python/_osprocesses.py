"""Programs that `os` starts, and its temporary names."""

import errno
import os
import sys
from _bridge import foreign as _foreign, library as _library

_posix = _library('posix')


# ---- programs in place of this one, and beside it

def _bytes(value):
    return _foreign(str(value) if isinstance(value, unicode) else value)


def _words(args):
    if not isinstance(args, (list, tuple)):
        raise TypeError('execv() arg 2 must be a tuple or list')
    if not args:
        raise ValueError('execv() arg 2 must not be empty')
    for arg in args:
        if not isinstance(arg, basestring):
            raise TypeError('execv() arg 2 must contain only strings')
    return [_bytes(arg) for arg in args]


def execv(path, args):
    _posix.execv(_bytes(path), _words(args))


def execve(path, args, env):
    for value in env.values():
        if not isinstance(value, basestring):
            raise TypeError('execve() arg 3 contains a non-string value')
    _posix.execve(_bytes(path), _words(args), dict([(_bytes(key), _bytes(env[key])) for key in env]))


def execl(file, *args):
    execv(file, args)


def execle(file, *args):
    execve(file, args[:-1], args[-1])


def execlp(file, *args):
    execvp(file, args)


def execlpe(file, *args):
    execvpe(file, args[:-1], args[-1])


def execvp(file, args):
    _search(file, args, None)


def execvpe(file, args, env):
    _search(file, args, env)


def _search(file, args, env):
    """Tries the folders of PATH."""
    run = (lambda path: execv(path, args)) if env is None else (lambda path: execve(path, args, env))
    if os.path.dirname(file):
        run(file)
        return
    failure = None
    for folder in (os.environ if env is None else env).get('PATH', os.defpath).split(os.pathsep):
        try:
            run(os.path.join(folder, file))
        except os.error, e:
            if failure is None or e.errno not in (errno.ENOENT, errno.ENOTDIR):
                failure = e
    raise failure


def _spawned(mode, run, file, args, *env):
    child = os.fork()
    if not child:
        try:
            run(file, args, *env)
        except:
            os._exit(127)
    if mode == os.P_NOWAIT:
        return child
    while True:
        pid, status = os.waitpid(child, 0)
        if os.WIFSTOPPED(status):
            continue
        return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def spawnv(mode, file, args):
    return _spawned(mode, execv, file, args)


def spawnve(mode, file, args, env):
    return _spawned(mode, execve, file, args, env)


def spawnvp(mode, file, args):
    return _spawned(mode, execvp, file, args)


def spawnvpe(mode, file, args, env):
    return _spawned(mode, execvpe, file, args, env)


def spawnl(mode, file, *args):
    return spawnv(mode, file, args)


def spawnle(mode, file, *args):
    return spawnve(mode, file, args[:-1], args[-1])


def spawnlp(mode, file, *args):
    return spawnvp(mode, file, args)


def spawnlpe(mode, file, *args):
    return spawnvpe(mode, file, args[:-1], args[-1])


# ---- commands of the shell

def system(command):
    """Runs a command; its status as `wait` gives it."""
    import subprocess
    status = subprocess.call(command, shell=True)
    return status << 8 if status >= 0 else -status


def popen(command, mode='r', bufsize=-1):
    """A file object connected to a command."""
    import subprocess
    if mode not in ('r', 'w', 'rb', 'wb'):
        raise OSError(errno.EINVAL, 'Invalid argument')
    if mode[0] == 'r':
        process = subprocess.Popen(command, shell=True, stdout=subprocess.PIPE)
    else:
        process = subprocess.Popen(command, shell=True, stdin=subprocess.PIPE)
    return _Pipe(process.stdout or process.stdin, process, command, mode)


class _Pipe(object):
    """The stream of a command; closing it waits for the command and gives its status."""

    def __init__(self, stream, process, command, mode):
        self._stream = stream
        self._process = process
        self.name = command
        self.mode = mode

    def __repr__(self):
        state = 'closed' if self._stream.closed else 'open'
        return "<%s file '%s', mode '%s' at 0x%x>" % (state, self.name, self.mode, id(self))

    def close(self):
        self._stream.close()
        status = self._process.wait()
        if status == 0:
            return None
        return status << 8 if status > 0 else -status

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def __iter__(self):
        return iter(self._stream)

    def __getattr__(self, name):
        return getattr(self._stream, name)


def _popens(command, stderr):
    import subprocess
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=stderr and getattr(subprocess, stderr),
                            shell=isinstance(command, basestring), close_fds=True)


def popen2(cmd, mode="t", bufsize=-1):
    process = _popens(cmd, None)
    return process.stdin, process.stdout


def popen3(cmd, mode="t", bufsize=-1):
    process = _popens(cmd, 'PIPE')
    return process.stdin, process.stdout, process.stderr


def popen4(cmd, mode="t", bufsize=-1):
    process = _popens(cmd, 'STDOUT')
    return process.stdin, process.stdout


# ---- temporary names

def tmpfile():
    import tempfile
    return tempfile.TemporaryFile()


def tmpnam():
    _warn('tmpnam')
    import tempfile
    return tempfile.mktemp('', 'file', '/tmp')


def tempnam(dir=None, prefix=None):
    _warn('tempnam')
    import tempfile
    return tempfile.mktemp('', prefix or 'file', dir or '/tmp')


def _warn(name):
    import warnings
    warnings.warn('%s is a potential security risk to your program' % name, RuntimeWarning, stacklevel=4)
