"""The ends of pipes to other processes as files."""

from _bridge import library as _library
from _files import ByteFile as _ByteFile


class PipeFile(_ByteFile):
    """One end of a pipe; what is written goes out at once unless a buffer was asked for."""

    unbuffered = True

    def write(self, data):
        _ByteFile.write(self, data)
        if self.unbuffered:
            self.raw.flush()


def end(fd, mode, bufsize):
    raw = _library('io').open(fd, mode[0] + 'b', -1 if bufsize < 2 else bufsize)
    if mode == 'rU':
        raw = _library('io').TextIOWrapper(raw, 'latin-1', newline=None)
    made = PipeFile(raw, '<fdopen>', mode)
    made.unbuffered = bufsize in (0, 1)
    return made
