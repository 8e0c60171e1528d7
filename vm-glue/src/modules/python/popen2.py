"""Processes with two or three pipes (the predecessor of `subprocess`)."""

import os
import sys
import warnings

__all__ = ["popen2", "popen3", "popen4"]

MAXFD = 256
_active = []
warnings.warn('The popen2 module is deprecated.  Use the subprocess module.', DeprecationWarning, stacklevel=2)


def _cleanup():
    for process in _active[:]:
        if process.poll(_deadstate=sys.maxint) >= 0:
            try:
                _active.remove(process)
            except ValueError:
                pass


class Popen3:
    """A command and its pipes: `tochild`, `fromchild`, `childerr`."""

    sts = -1

    def __init__(self, cmd, capturestderr=False, bufsize=-1):
        self._start(cmd, -1 if capturestderr else None, bufsize)
        self.childerr = self._process.stderr

    def _start(self, cmd, stderr, bufsize):
        import subprocess
        _cleanup()
        self.cmd = cmd
        self._process = subprocess.Popen(cmd, bufsize if bufsize > 0 else 0, shell=isinstance(cmd, basestring),
                                         stdin=-1, stdout=-1, stderr=stderr, close_fds=True)
        # The process is waited for here.
        self._process._child_created = False
        self.pid = self._process.pid
        self.tochild = self._process.stdin
        self.fromchild = self._process.stdout

    def __del__(self):
        self.poll(_deadstate=sys.maxint)
        if self.sts < 0 and _active is not None:
            _active.append(self)

    def poll(self, _deadstate=None):
        if self.sts < 0:
            try:
                pid, sts = os.waitpid(self.pid, os.WNOHANG)
                if pid == self.pid:
                    self.sts = sts
            except os.error:
                if _deadstate is not None:
                    self.sts = _deadstate
        return self.sts

    def wait(self):
        if self.sts < 0:
            pid, sts = os.waitpid(self.pid, 0)
            self.sts = sts
        return self.sts


class Popen4(Popen3):
    """Errors come with the output."""

    childerr = None

    def __init__(self, cmd, bufsize=-1):
        self._start(cmd, -2, bufsize)


def popen2(cmd, bufsize=-1, mode='t'):
    made = Popen3(cmd, False, bufsize)
    return made.fromchild, made.tochild


def popen3(cmd, bufsize=-1, mode='t'):
    made = Popen3(cmd, True, bufsize)
    return made.fromchild, made.tochild, made.childerr


def popen4(cmd, bufsize=-1, mode='t'):
    made = Popen4(cmd, bufsize)
    return made.fromchild, made.tochild
