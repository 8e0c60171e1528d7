"""What `subprocess` needs seldom: many streams at once, command lines of Windows."""

import errno
import os
import select


def exchange(stdin, input, texts, close):
    """Writes the input to a stream and reads descriptors to their ends; `texts` has a list of pieces for each."""
    if isinstance(input, unicode):
        input = str(input)
    poll = select.poll()
    open_fds = set(texts)
    for fd in texts:
        poll.register(fd, select.POLLIN | select.POLLPRI)
    writing = None
    if stdin is not None and input:
        writing = stdin.fileno()
        poll.register(writing, select.POLLOUT)
        open_fds.add(writing)
    sent = 0
    while open_fds:
        try:
            ready = poll.poll()
        except select.error as e:
            if e.args[0] == errno.EINTR:
                continue
            raise
        for fd, event in ready:
            if fd == writing:
                try:
                    sent += os.write(fd, input[sent:sent + 512]) if event & select.POLLOUT else len(input)
                except OSError as e:
                    if e.errno != errno.EPIPE:
                        raise
                    sent = len(input)
                if sent < len(input):
                    continue
                poll.unregister(fd)
                open_fds.discard(fd)
                close(stdin)
                continue
            data = os.read(fd, 65536) if event & (select.POLLIN | select.POLLPRI | select.POLLHUP) else ''
            if data:
                texts[fd].append(data)
            else:
                poll.unregister(fd)
                open_fds.discard(fd)


def list2cmdline(seq):
    words = []
    for word in seq:
        quoted = ''
        slashes = 0
        for char in word:
            if char == '\\':
                slashes += 1
                continue
            if char == '"':
                quoted += '\\' * (slashes * 2 + 1) + '"'
            else:
                quoted += '\\' * slashes + char
            slashes = 0
        if not word or ' ' in word or '\t' in word:
            quoted = '"%s%s"' % (quoted, '\\' * (slashes * 2))
        else:
            quoted += '\\' * slashes
        words.append(quoted)
    return ' '.join(words)
