"""Processes, and pipes to them."""

import errno
import os
import sys
from _bridge import foreign as _foreign, library as _library
from _files import ByteFile as _ByteFile

__all__ = ["Popen", "PIPE", "STDOUT", "call", "check_call", "check_output", "CalledProcessError"]

PIPE, STDOUT = -1, -2
MAXFD = 256
mswindows = False
_has_poll = True
_PIPE_BUF = 512
_active = []


class CalledProcessError(Exception):
    """A process ended with another status than zero."""

    def __init__(self, returncode, cmd, output=None):
        self.returncode = returncode
        self.cmd = cmd
        self.output = output

    def __str__(self):
        return "Command '%s' returned non-zero exit status %d" % (self.cmd, self.returncode)


def _cleanup():
    for process in _active[:]:
        if process._internal_poll() is not None:
            try:
                _active.remove(process)
            except ValueError:
                pass


def _eintr_retry_call(func, *args):
    while True:
        try:
            return func(*args)
        except (OSError, IOError) as e:
            if e.errno != errno.EINTR:
                raise


def _args_from_interpreter_flags():
    flags = (('debug', 'd'), ('dont_write_bytecode', 'B'), ('no_user_site', 's'), ('no_site', 'S'),
             ('ignore_environment', 'E'), ('verbose', 'v'), ('bytes_warning', 'b'))
    return ['-' + letter * getattr(sys.flags, name) for name, letter in flags if getattr(sys.flags, name, 0)]


def list2cmdline(seq):
    """The arguments as one command line, by the rules of Microsoft's C library."""
    import _processes
    return _processes.list2cmdline(seq)


class _PipeFile(_ByteFile):
    """One end of a pipe; what is written goes out at once unless a buffer was asked for."""

    unbuffered = True

    def write(self, data):
        _ByteFile.write(self, data)
        if self.unbuffered:
            self.raw.flush()


def _file(fd, mode, bufsize, universal):
    raw = _library('io').open(fd, mode[0] + 'b', -1 if bufsize < 2 else bufsize)
    if universal and mode[0] == 'r':
        raw = _library('io').TextIOWrapper(raw, 'latin-1', newline=None)
        mode = 'rU'
    made = _PipeFile(raw, '<fdopen>', mode)
    made.unbuffered = bufsize in (0, 1)
    return made


def _argument(value):
    if isinstance(value, unicode):
        value = value.encode(sys.getfilesystemencoding() or 'utf-8')
    if not isinstance(value, str):
        raise TypeError("execv() arg 2 must contain only strings")
    if '\0' in value:
        raise TypeError("execv() arg 2 must contain only strings")
    return _foreign(value)


class Popen(object):
    """A process, and the pipes to it."""

    _child_created = False

    def __init__(self, args, bufsize=0, executable=None, stdin=None, stdout=None, stderr=None, preexec_fn=None,
                 close_fds=False, shell=False, cwd=None, env=None, universal_newlines=False, startupinfo=None,
                 creationflags=0):
        _cleanup()
        if not isinstance(bufsize, (int, long)):
            raise TypeError("bufsize must be an integer")
        if startupinfo is not None:
            raise ValueError("startupinfo is only supported on Windows platforms")
        if creationflags != 0:
            raise ValueError("creationflags is only supported on Windows platforms")
        self.stdin = self.stdout = self.stderr = self.pid = self.returncode = None
        self.universal_newlines = universal_newlines
        # Descriptors of the child's ends, of ours, and those to close when all has been started.
        (p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite), to_close = self._get_handles(stdin, stdout, stderr)
        try:
            self._execute_child(args, executable, preexec_fn, close_fds, cwd, env, universal_newlines, startupinfo,
                                creationflags, shell, to_close, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)
        except Exception:
            kind, value, trace = sys.exc_info()
            for fd in to_close:
                try:
                    os.close(fd)
                except EnvironmentError:
                    pass
            raise kind, value, trace
        for fd in set(to_close) - set((p2cwrite, c2pread, errread)):
            os.close(fd)
        if p2cwrite is not None:
            self.stdin = _file(p2cwrite, 'wb', bufsize, False)
        if c2pread is not None:
            self.stdout = _file(c2pread, 'rb', bufsize, universal_newlines)
        if errread is not None:
            self.stderr = _file(errread, 'rb', bufsize, universal_newlines)

    def __del__(self, _active=_active):
        if not self._child_created:
            return
        self._internal_poll()
        if self.returncode is None and _active is not None:
            _active.append(self)

    def pipe_cloexec(self):
        return _library('posix').pipe()

    def _get_handles(self, stdin, stdout, stderr):
        to_close = set()

        def end(stream, reads):
            """The child's end of a stream, and ours."""
            if stream is None:
                return None, None
            if stream == PIPE:
                pair = self.pipe_cloexec()
                to_close.update(pair)
                return pair if reads else pair[::-1]
            if isinstance(stream, (int, long)):
                return stream, None
            if hasattr(stream, 'flush') and not reads:
                try:
                    stream.flush()
                except (IOError, ValueError):
                    pass
            return stream.fileno(), None
        p2cread, p2cwrite = end(stdin, True)
        c2pwrite, c2pread = end(stdout, False)
        if stderr == STDOUT:
            errwrite, errread = (c2pwrite if c2pwrite is not None else sys.__stdout__.fileno()), None
        else:
            errwrite, errread = end(stderr, False)
        return (p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite), to_close

    def _execute_child(self, args, executable, preexec_fn, close_fds, cwd, env, universal_newlines, startupinfo,
                       creationflags, shell, to_close, *ends):
        args = [args] if isinstance(args, basestring) else list(args)
        if shell:
            args = ["/bin/sh", "-c"] + args
            if executable:
                args[0] = executable
        if executable is None:
            executable = args[0]
        words = [_argument(arg) for arg in args]
        variables = None
        if env is not None:
            for value in env.values():
                if not isinstance(value, basestring):
                    raise TypeError("execve() arg 3 contains a non-string value")
            for name in env:
                if '=' in name:
                    raise ValueError("illegal environment variable name")
            variables = [_argument('%s=%s' % (name, env[name])) for name in env]
        if '/' in executable:
            candidates = [executable]
        else:
            path = (os.environ if env is None else env).get('PATH', os.defpath)
            candidates = [os.path.join(folder, executable) for folder in path.split(os.pathsep)]
        posix = _library('posix')
        err_read, err_write = posix.pipe()
        # The pipe's number must not be one that becomes the child's standard stream.
        low = []
        while err_write < 3:
            low.append(err_write)
            err_write = posix.dup(err_write)
        for fd in low:
            posix.close(fd)
        try:
            try:
                self.pid = _library('_posixsubprocess').fork_exec(
                    words, [_argument(candidate) for candidate in candidates], bool(close_fds), (),
                    None if cwd is None else _argument(cwd), variables,
                    *([-1 if end is None else end for end in ends] +
                      [err_read, err_write, False, False, -1, None, None, None, -1,
                       None if preexec_fn is None else _reporting(preexec_fn, err_write)]))
                self._child_created = True
            finally:
                posix.close(err_write)
            failure = ''
            while True:
                part = _eintr_retry_call(os.read, err_read, 1048576)
                if not part:
                    break
                failure += part
        finally:
            posix.close(err_read)
        if failure:
            self._reap()
            self._child_created = False
            raise _failure(failure)

    def _reap(self):
        try:
            _eintr_retry_call(os.waitpid, self.pid, 0)
        except OSError as e:
            if e.errno != errno.ECHILD:
                raise

    def _handle_exitstatus(self, sts):
        if os.WIFSIGNALED(sts):
            self.returncode = -os.WTERMSIG(sts)
        elif os.WIFEXITED(sts):
            self.returncode = os.WEXITSTATUS(sts)
        else:
            raise RuntimeError("Unknown child exit status!")

    def poll(self):
        return self._internal_poll()

    def _internal_poll(self):
        if self.returncode is None:
            try:
                pid, sts = os.waitpid(self.pid, os.WNOHANG)
                if pid == self.pid:
                    self._handle_exitstatus(sts)
            except os.error as e:
                if e.errno == errno.ECHILD:
                    # Signals of children are ignored: nobody will ever know.
                    self.returncode = 0
        return self.returncode

    def wait(self):
        while self.returncode is None:
            try:
                pid, sts = _eintr_retry_call(os.waitpid, self.pid, 0)
            except OSError as e:
                if e.errno != errno.ECHILD:
                    raise
                # Somebody else has waited for it, or signals of children are ignored.
                pid, sts = self.pid, 0
            if pid == self.pid:
                self._handle_exitstatus(sts)
        return self.returncode

    def communicate(self, input=None):
        """Writes the input, reads all output, waits for the end."""
        if self.stdin and self.stdin.closed:
            self.stdin = None
        out = err = None
        if [self.stdin, self.stdout, self.stderr].count(None) >= 2:
            if self.stdin:
                if input:
                    try:
                        self.stdin.write(input)
                    except IOError as e:
                        if e.errno not in (errno.EPIPE, errno.EINVAL):
                            raise
                self._close(self.stdin)
            elif self.stdout:
                out = _eintr_retry_call(self.stdout.read)
                self.stdout.close()
            elif self.stderr:
                err = _eintr_retry_call(self.stderr.read)
                self.stderr.close()
            self.wait()
            return out, err
        return self._communicate(input)

    def _close(self, stream):
        try:
            stream.close()
        except IOError as e:
            if e.errno != errno.EPIPE:
                raise

    def _communicate(self, input):
        import _processes
        if self.stdin:
            self.stdin.flush()
            if not input:
                self._close(self.stdin)
        streams = [stream for stream in (self.stdout, self.stderr) if stream]
        texts = dict([(stream.fileno(), []) for stream in streams])
        _processes.exchange(self.stdin if input else None, input, texts, self._close)
        found = []
        for stream in (self.stdout, self.stderr):
            text = None
            if stream:
                text = ''.join(texts[stream.fileno()])
                if self.universal_newlines:
                    text = text.replace('\r\n', '\n').replace('\r', '\n')
                stream.close()
            found.append(text)
        self.wait()
        return tuple(found)

    def send_signal(self, sig):
        os.kill(self.pid, sig)

    def terminate(self):
        self.send_signal(15)

    def kill(self):
        self.send_signal(9)


def _reporting(function, fd):
    """The function, run in the child; its exception goes to the parent."""
    def run():
        try:
            function()
        except:
            import pickle
            import traceback
            kind, value, trace = sys.exc_info()
            value.child_traceback = ''.join(traceback.format_exception(kind, value, trace))
            os.write(fd, 'pickle:' + pickle.dumps(value))
            os._exit(255)
    return run


def _failure(report):
    """The exception that the child's report tells of."""
    if report.startswith('pickle:'):
        import pickle
        return pickle.loads(report[7:])
    kind, number, text = (report.split(':', 2) + ['', ''])[:3]
    if kind == 'OSError' and number:
        number = int(number, 16)
        made = OSError(number, os.strerror(number))
    else:
        made = RuntimeError(text or report)
    step = 'os.chdir(cwd)' if 'chdir' in text else 'os.execvpe(executable, args, env)'
    made.child_traceback = 'Traceback (most recent call last):\n    %s\n%s: %s\n' % (step, type(made).__name__, made)
    return made


def call(*popenargs, **kwargs):
    return Popen(*popenargs, **kwargs).wait()


def check_call(*popenargs, **kwargs):
    status = call(*popenargs, **kwargs)
    if status:
        cmd = kwargs.get("args")
        raise CalledProcessError(status, popenargs[0] if cmd is None else cmd)
    return 0


def check_output(*popenargs, **kwargs):
    if 'stdout' in kwargs:
        raise ValueError('stdout argument not allowed, it will be overridden.')
    process = Popen(stdout=PIPE, *popenargs, **kwargs)
    output, unused = process.communicate()
    status = process.poll()
    if status:
        cmd = kwargs.get("args")
        raise CalledProcessError(status, popenargs[0] if cmd is None else cmd, output=output)
    return output
