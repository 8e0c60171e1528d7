"""The lines of several files one after another."""
import os
import sys

__all__ = ["input", "close", "nextfile", "filename", "lineno", "filelineno", "isfirstline", "isstdin", "FileInput"]
DEFAULT_BUFSIZE = 8 * 1024
_state = None


def input(files=None, inplace=0, backup="", bufsize=0, mode="r", openhook=None):
    """Makes the FileInput that the module's other functions are about, and returns it."""
    global _state
    if _state and _state._file:
        raise RuntimeError("input() already active")
    _state = FileInput(files, inplace, backup, bufsize, mode, openhook)
    return _state


def close():
    """Ends the lines of input()."""
    global _state
    state, _state = _state, None
    if state:
        state.close()


def _about_input(name, text):
    def function():
        if not _state:
            raise RuntimeError("no active input()")
        return getattr(_state, name)()
    function.__name__ = name
    function.__doc__ = text
    return function

nextfile = _about_input('nextfile', "Leaves the rest of the current file out.")
filename = _about_input('filename', "The name of the current file; None before the first line.")
lineno = _about_input('lineno', "How many lines have been read from all files.")
filelineno = _about_input('filelineno', "How many lines have been read from the current file.")
fileno = _about_input('fileno', "The descriptor of the current file; -1 if there is none.")
isfirstline = _about_input('isfirstline', "Whether the line just read is the first one of its file.")
isstdin = _about_input('isstdin', "Whether the line just read came from sys.stdin.")


class FileInput(object):
    """The lines of files; with inplace, what is printed goes into the file that is being read."""

    def __init__(self, files=None, inplace=0, backup="", bufsize=0, mode="r", openhook=None):
        if isinstance(files, basestring):
            files = (files,)
        else:
            files = tuple(sys.argv[1:] if files is None else files) or ('-',)
        self._files = files
        self._inplace = inplace
        self._backup = backup
        self._savestdout = None
        self._output = None
        self._filename = None
        self._lineno = 0
        self._filelineno = 0
        self._file = None
        self._isstdin = False
        self._backupfilename = None
        if mode not in ('r', 'rU', 'U', 'rb'):
            raise ValueError("FileInput opening mode must be one of 'r', 'rU', 'U' and 'rb'")
        self._mode = mode
        if inplace and openhook:
            raise ValueError("FileInput cannot use an opening hook in inplace mode")
        if openhook and not hasattr(openhook, '__call__'):
            raise ValueError("FileInput openhook must be callable")
        self._openhook = openhook

    def __del__(self):
        self.close()

    def close(self):
        try:
            self.nextfile()
        finally:
            self._files = ()

    def __iter__(self):
        return self

    def next(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def __getitem__(self, index):
        if index != self._lineno:
            raise RuntimeError("accessing lines out of order")
        try:
            return self.next()
        except StopIteration:
            raise IndexError("end of input reached")

    def nextfile(self):
        if self._savestdout:
            sys.stdout, self._savestdout = self._savestdout, None
        output, self._output = self._output, None
        file, self._file = self._file, None
        try:
            if output:
                output.close()
        finally:
            if file and not self._isstdin:
                file.close()
            backup, self._backupfilename = self._backupfilename, None
            if backup and not self._backup:
                try:
                    os.unlink(backup)
                except OSError:
                    pass
            self._isstdin = False

    def readline(self):
        while True:
            if self._file is None:
                if not self._files:
                    return ""
                self._open_next()
            line = self._file.readline()
            if line:
                self._lineno += 1
                self._filelineno += 1
                return line
            self.nextfile()

    def _open_next(self):
        self._filename, self._files = self._files[0], self._files[1:]
        self._filelineno = 0
        if self._filename == '-':
            self._filename = '<stdin>'
            self._file = sys.stdin
            self._isstdin = True
        elif self._inplace:
            self._backupfilename = self._filename + (self._backup or os.extsep + "bak")
            try:
                os.unlink(self._backupfilename)
            except os.error:
                pass
            os.rename(self._filename, self._backupfilename)
            self._file = open(self._backupfilename, self._mode)
            permissions = os.fstat(self._file.fileno()).st_mode
            descriptor = os.open(self._filename, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, permissions)
            self._output = os.fdopen(descriptor, "w")
            try:
                os.chmod(self._filename, permissions)
            except OSError:
                pass
            self._savestdout = sys.stdout
            sys.stdout = self._output
        elif self._openhook:
            self._file = self._openhook(self._filename, self._mode)
        else:
            self._file = open(self._filename, self._mode)

    def filename(self):
        return self._filename

    def lineno(self):
        return self._lineno

    def filelineno(self):
        return self._filelineno

    def fileno(self):
        try:
            return self._file.fileno() if self._file else -1
        except ValueError:
            return -1

    def isfirstline(self):
        return self._filelineno == 1

    def isstdin(self):
        return self._isstdin


def hook_compressed(filename, mode):
    """An opening hook that reads files packed by gzip and bzip2."""
    extension = os.path.splitext(filename)[1]
    if extension == '.gz':
        import gzip
        return gzip.open(filename, mode)
    if extension == '.bz2':
        import bz2
        return bz2.BZ2File(filename, mode)
    return open(filename, mode)


def hook_encoded(encoding):
    """An opening hook that decodes the lines."""
    import io

    def openhook(filename, mode):
        mode = mode.replace('U', '').replace('b', '') or 'r'
        return io.open(filename, mode, encoding=encoding, newline='')
    return openhook
