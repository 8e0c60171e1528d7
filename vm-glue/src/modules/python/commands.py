"""Output of commands."""

import subprocess as _subprocess

__all__ = ["getstatusoutput", "getoutput", "getstatus"]


def getstatusoutput(cmd):
    process = _subprocess.Popen('{ ' + cmd + '; } 2>&1', shell=True, stdout=_subprocess.PIPE)
    text = process.communicate()[0]
    status = process.returncode
    if text[-1:] == '\n':
        text = text[:-1]
    return (status << 8 if status >= 0 else -status), text


def getoutput(cmd):
    return getstatusoutput(cmd)[1]


def mkarg(x):
    from pipes import quote
    return ' ' + quote(x)


def mk2arg(head, x):
    from os.path import join
    return mkarg(join(head, x))


def getstatus(file):
    from warnings import warn
    warn("commands.getstatus() is deprecated", DeprecationWarning, 2)
    return getoutput('ls -ld' + mkarg(file))
