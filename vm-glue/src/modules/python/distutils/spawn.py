"""Finding and running programs (the Python 2 module distutils.spawn)."""

import os

from distutils.errors import DistutilsExecError


def find_executable(executable, path=None):
    """The file of a program on the search path, or None."""
    if os.path.isfile(executable):
        return executable
    for folder in (path if path is not None else os.environ.get('PATH', os.defpath)).split(os.pathsep):
        file = os.path.join(folder, executable)
        if os.path.isfile(file):
            return file
    return None


def spawn(cmd, search_path=1, verbose=0, dry_run=0):
    """Runs a program; anything but success is an error."""
    import subprocess
    if dry_run:
        return
    try:
        status = subprocess.call(list(cmd))
    except OSError, exc:
        raise DistutilsExecError("command %r failed: %s" % (cmd, exc.args[-1]))
    if status:
        raise DistutilsExecError("command %r failed with exit status %d" % (cmd, status))
