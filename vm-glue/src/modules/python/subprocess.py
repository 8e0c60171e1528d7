# Byte strings to and from processes.
import os as _os
from _bridge import foreign as _foreign, library as _library, native as _native
from _files import ByteFile as _ByteFile
_machine = _library('subprocess')
_MachineError = _library('builtins').OSError

PIPE, STDOUT = -1, -2
MAXFD = 256


class CalledProcessError(Exception):
    """A process ended with another status than zero."""

    def __init__(self, returncode, cmd, output=None):
        self.returncode = returncode
        self.cmd = cmd
        self.output = output

    def __str__(self):
        return "Command '%s' returned non-zero exit status %d" % (self.cmd, self.returncode)


def _argument(value):
    if isinstance(value, unicode):
        value = value.encode('utf-8')
    if not isinstance(value, str):
        raise TypeError("execv() arg 2 must contain only strings")
    return _foreign(value)


def _stream(stream):
    """What stands for a stream: a number, or the descriptor of a file of Python 2 code."""
    if stream is None or isinstance(stream, (int, long)):
        return stream
    try:
        stream.flush()
    except (AttributeError, IOError, ValueError):
        pass
    return stream.fileno()


class Popen(object):
    """A process, and the pipes to it."""

    def __init__(self, args, bufsize=0, executable=None, stdin=None, stdout=None, stderr=None, preexec_fn=None,
                 close_fds=False, shell=False, cwd=None, env=None, universal_newlines=False, startupinfo=None,
                 creationflags=0):
        if not isinstance(bufsize, (int, long)):
            raise TypeError("bufsize must be an integer")
        self.universal_newlines = universal_newlines
        self.stdin = self.stdout = self.stderr = None
        self._process = None
        passed = _argument(args) if isinstance(args, basestring) else [_argument(arg) for arg in args]
        if env is not None:
            env = dict([(_argument(key), _argument(value)) for key, value in env.items()])
        try:
            self._process = _machine.Popen(
                passed, bufsize=-1, stdin=_stream(stdin), stdout=_stream(stdout), stderr=_stream(stderr),
                executable=None if executable is None else _argument(executable), preexec_fn=preexec_fn,
                close_fds=close_fds, shell=shell, cwd=None if cwd is None else _argument(cwd), env=env)
        except _MachineError, e:
            raise OSError(e.errno, e.strerror)
        self.pid = self._process.pid
        for name, mode in (('stdin', 'wb'), ('stdout', 'rb'), ('stderr', 'rb')):
            raw = getattr(self._process, name)
            if raw is not None:
                setattr(self, name, _PipeFile(raw, '<fdopen>', mode))

    @property
    def returncode(self):
        return None if self._process is None else self._process.returncode

    def poll(self):
        return self._process.poll()

    def wait(self):
        return self._process.wait()

    def communicate(self, input=None):
        if isinstance(input, unicode):
            input = str(input)
        out, err = self._process.communicate(None if input is None else _foreign(input))
        return self._text(out), self._text(err)

    def _text(self, data):
        if data is None:
            return None
        data = _native(data)
        if self.universal_newlines:
            data = data.replace('\r\n', '\n').replace('\r', '\n')
        return data

    def send_signal(self, signal):
        self._process.send_signal(signal)

    def terminate(self):
        self._process.terminate()

    def kill(self):
        self._process.kill()


class _PipeFile(_ByteFile):
    """One end of a pipe; what is written goes out at once."""

    def write(self, data):
        _ByteFile.write(self, data)
        self.raw.flush()


def call(*popenargs, **kwargs):
    return Popen(*popenargs, **kwargs).wait()


def check_call(*popenargs, **kwargs):
    status = call(*popenargs, **kwargs)
    if status:
        raise CalledProcessError(status, kwargs.get("args") or popenargs[0])
    return 0


def check_output(*popenargs, **kwargs):
    if 'stdout' in kwargs:
        raise ValueError('stdout argument not allowed, it will be overridden.')
    process = Popen(stdout=PIPE, *popenargs, **kwargs)
    output = process.communicate()[0]
    status = process.poll()
    if status:
        raise CalledProcessError(status, kwargs.get("args") or popenargs[0], output=output)
    return output


def list2cmdline(seq):
    return _machine.list2cmdline(seq)
