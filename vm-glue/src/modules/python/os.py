# Byte strings name files byte for byte; what Python 2 has more than the machine's own module.
import errno
import posixpath as path
import sys
from posixpath import altsep, curdir, defpath, devnull, extsep, pardir, pathsep, sep
from _os import access, fdopen
from _bridge import environment as _environment, library as _library, paths as _paths, wrap as _wrap

sys.modules['os.path'] = path
_machine = _library('posix')
error = OSError
linesep = '\n'
name = 'posix'
SEEK_SET, SEEK_CUR, SEEK_END = 0, 1, 2

for _name in ('chdir chmod chown chroot lchown link listdir lstat mkdir mkfifo mknod open pathconf readlink '
              'remove rename rmdir stat statvfs symlink unlink utime putenv unsetenv').split():
    if hasattr(_machine, _name):
        globals()[_name] = _paths(getattr(_machine, _name))
del _name
for _name in 'read write urandom getlogin strerror ttyname ctermid'.split():
    if hasattr(_machine, _name):
        globals()[_name] = _wrap(getattr(_machine, _name))
del _name
_putenv, _unsetenv = putenv, unsetenv


def major(device):
    """The first number of a device."""
    return device >> 8 & 0xfff | device >> 32 & ~0xfff


def minor(device):
    """The second number of a device."""
    return device & 0xff | device >> 12 & ~0xff


def makedev(major, minor):
    """The number of a device."""
    return (major & 0xfff) << 8 | (major & ~0xfff) << 32 | minor & 0xff | (minor & ~0xff) << 12


def ctermid():
    """The name of the terminal of this process."""
    return '/dev/tty'


NGROUPS_MAX, TMP_MAX, O_LARGEFILE = 65536, 238328, 0


def stat_float_times(newvalue=None):
    """Whether times of files are floats: they always are."""
    return True


def kill(pid, sig):
    """Sends a signal to a process. One to this process has been handled when the function returns."""
    if pid == getpid() and 0 < sig < 65:
        # To the thread that runs this: the system might choose another one of the process, which takes it whenever its turn is.
        _library('_signal').raise_signal(sig)
    else:
        _machine.kill(pid, sig)


class _Environ(dict):
    """The environment; what is set here is there for child processes too."""

    def __setitem__(self, key, item):
        if not isinstance(key, str) or not isinstance(item, str):
            for value in (key, item):
                if not isinstance(value, basestring):
                    raise TypeError("putenv() argument %d must be string, not %s"
                                    % (1 if value is key else 2, type(value).__name__))
        _set_variable(key, item)
        dict.__setitem__(self, key, item)

    def __delitem__(self, key):
        _unset_variable(key)
        dict.__delitem__(self, key)

    def update(self, other=None, **more):
        if other:
            if hasattr(other, 'keys'):
                for key in other.keys():
                    self[key] = other[key]
            else:
                for key, value in other:
                    self[key] = value
        for key in more:
            self[key] = more[key]

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key, *default):
        value = dict.pop(self, key, *default)
        _unset_variable(key)
        return value

    def popitem(self):
        key, value = dict.popitem(self)
        _unset_variable(key)
        return key, value

    def clear(self):
        for key in dict.keys(self):
            del self[key]

    def copy(self):
        return dict(self)

    @property
    def data(self):
        return self


def _set_variable(key, value):
    if not key or '=' in key:
        raise ValueError("illegal environment variable name")
    _putenv(key, value)


def _unset_variable(key):
    if not key or '=' in key:
        raise OSError(errno.EINVAL, 'Invalid argument')
    _unsetenv(key)

environ = _Environ(_environment())


def getenv(key, default=None):
    return environ.get(key, default)


def putenv(key, value):
    _set_variable(key, value)


def unsetenv(key):
    _unset_variable(key)

_getcwd = _wrap(_machine.getcwdb)


def getcwd():
    return _getcwd()


def getcwdu():
    return _getcwd().decode('utf-8', 'replace')


def uname():
    return tuple(_machine.uname())


def times():
    return tuple(_machine.times())


def makedirs(name, mode=0777):
    head, tail = path.split(name)
    if not tail:
        head, tail = path.split(head)
    if head and tail and not path.exists(head):
        try:
            makedirs(head, mode)
        except OSError, e:
            # Another thread may have been quicker.
            if e.errno != errno.EEXIST:
                raise
        if tail == curdir:
            return
    mkdir(name, mode)


def removedirs(name):
    rmdir(name)
    head, tail = path.split(name)
    if not tail:
        head, tail = path.split(head)
    while head and tail:
        try:
            rmdir(head)
        except error:
            break
        head, tail = path.split(head)


def renames(old, new):
    head, tail = path.split(new)
    if head and tail and not path.exists(head):
        makedirs(head)
    rename(old, new)
    head, tail = path.split(old)
    if head and tail:
        try:
            removedirs(head)
        except error:
            pass


def walk(top, topdown=True, onerror=None, followlinks=False):
    try:
        names = listdir(top)
    except error, e:
        if onerror is not None:
            onerror(e)
        return
    folders, files = [], []
    for entry in names:
        if path.isdir(path.join(top, entry)):
            folders.append(entry)
        else:
            files.append(entry)
    if topdown:
        yield top, folders, files
    for entry in folders:
        below = path.join(top, entry)
        if followlinks or not path.islink(below):
            for found in walk(below, topdown, onerror, followlinks):
                yield found
    if not topdown:
        yield top, folders, files


def closerange(fd_low, fd_high):
    """Closes descriptors; those that are not open do not matter."""
    for fd in xrange(fd_low, fd_high):
        try:
            close(fd)
        except error:
            pass


def pipe():
    ends = _machine.pipe()
    # Programs that are started inherit them.
    for end in ends:
        _machine.set_inheritable(end, True)
    return ends


def stat_float_times(newvalue=True):
    return True

P_WAIT, P_NOWAIT, P_NOWAITO = 0, 1, 1
TMP_MAX = 238328
NGROUPS_MAX = 65536
O_LARGEFILE = 0100000


def _of_processes(name):
    def function(*args, **kwargs):
        import _osprocesses
        return getattr(_osprocesses, name)(*args, **kwargs)
    function.__name__ = name
    return function

for _name in ('system popen popen2 popen3 popen4 execv execve execl execle execlp execlpe execvp execvpe spawnv spawnve '
              'spawnl spawnle spawnlp spawnlpe spawnvp spawnvpe tmpfile tmpnam tempnam').split():
    globals()[_name] = _of_processes(_name)
del _name
