"""Conversations over `asyncore`: input up to a terminator, output from producers."""

import asyncore
import errno
import socket
from collections import deque
from sys import py3kwarning
from warnings import catch_warnings, filterwarnings

_BLOCKING_IO_ERRORS = (errno.EAGAIN, errno.EALREADY, errno.EINPROGRESS, errno.EWOULDBLOCK)


class async_chat(asyncore.dispatcher):
    """Override `collect_incoming_data` and `found_terminator`."""

    ac_in_buffer_size = 4096
    ac_out_buffer_size = 4096
    use_encoding = 0
    encoding = 'latin1'

    def __init__(self, sock=None, map=None):
        self.ac_in_buffer = ''
        self.incoming = []
        self.producer_fifo = deque()
        asyncore.dispatcher.__init__(self, sock, map)

    def collect_incoming_data(self, data):
        raise NotImplementedError('must be implemented in subclass')

    def _collect_incoming_data(self, data):
        self.incoming.append(data)

    def _get_data(self):
        data = ''.join(self.incoming)
        del self.incoming[:]
        return data

    def found_terminator(self):
        raise NotImplementedError('must be implemented in subclass')

    def set_terminator(self, term):
        """A string, a number of bytes, or None for whatever comes."""
        self.terminator = term

    def get_terminator(self):
        return self.terminator

    def handle_read(self):
        try:
            data = self.recv(self.ac_in_buffer_size)
        except socket.error, why:
            if why.args[0] in _BLOCKING_IO_ERRORS:
                return
            self.handle_error()
            return
        self.ac_in_buffer += data
        while self.ac_in_buffer:
            available = len(self.ac_in_buffer)
            terminator = self.get_terminator()
            if not terminator:
                self.collect_incoming_data(self.ac_in_buffer)
                self.ac_in_buffer = ''
            elif isinstance(terminator, (int, long)):
                if available < terminator:
                    self.collect_incoming_data(self.ac_in_buffer)
                    self.ac_in_buffer = ''
                    self.terminator -= available
                else:
                    self.collect_incoming_data(self.ac_in_buffer[:terminator])
                    self.ac_in_buffer = self.ac_in_buffer[terminator:]
                    self.terminator = 0
                    self.found_terminator()
            else:
                at = self.ac_in_buffer.find(terminator)
                if at != -1:
                    if at > 0:
                        self.collect_incoming_data(self.ac_in_buffer[:at])
                    self.ac_in_buffer = self.ac_in_buffer[at + len(terminator):]
                    self.found_terminator()
                    continue
                # The end of what is there may be the start of the terminator.
                at = find_prefix_at_end(self.ac_in_buffer, terminator)
                if not at:
                    self.collect_incoming_data(self.ac_in_buffer)
                    self.ac_in_buffer = ''
                    continue
                if at != available:
                    self.collect_incoming_data(self.ac_in_buffer[:-at])
                    self.ac_in_buffer = self.ac_in_buffer[-at:]
                break

    def handle_write(self):
        self.initiate_send()

    def handle_close(self):
        self.close()

    def push(self, data):
        size = self.ac_out_buffer_size
        for at in xrange(0, max(len(data), 1), size):
            self.producer_fifo.append(data[at:at + size])
        self.initiate_send()

    def push_with_producer(self, producer):
        self.producer_fifo.append(producer)
        self.initiate_send()

    def readable(self):
        return 1

    def writable(self):
        return self.producer_fifo or not self.connected

    def close_when_done(self):
        self.producer_fifo.append(None)

    def initiate_send(self):
        while self.producer_fifo and self.connected:
            first = self.producer_fifo[0]
            if not first:
                del self.producer_fifo[0]
                if first is None:
                    self.handle_close()
                    return
            size = self.ac_out_buffer_size
            try:
                data = buffer(first, 0, size)
            except TypeError:
                data = first.more()
                if data:
                    self.producer_fifo.appendleft(data)
                else:
                    del self.producer_fifo[0]
                continue
            try:
                sent = self.send(data)
            except socket.error:
                self.handle_error()
                return
            if sent:
                if sent < len(data) or size < len(first):
                    self.producer_fifo[0] = first[sent:]
                else:
                    del self.producer_fifo[0]
            return

    def discard_buffers(self):
        self.ac_in_buffer = ''
        del self.incoming[:]
        self.producer_fifo.clear()


class simple_producer:
    def __init__(self, data, buffer_size=512):
        self.data = data
        self.buffer_size = buffer_size

    def more(self):
        data, self.data = self.data[:self.buffer_size], self.data[self.buffer_size:]
        return data


class fifo:
    def __init__(self, list=None):
        self.list = deque(list or ())

    def __len__(self):
        return len(self.list)

    def is_empty(self):
        return not self.list

    def first(self):
        return self.list[0]

    def push(self, data):
        self.list.append(data)

    def pop(self):
        if self.list:
            return 1, self.list.popleft()
        return 0, None


def find_prefix_at_end(haystack, needle):
    """The length of the longest start of the needle that the haystack ends with."""
    length = len(needle) - 1
    while length and not haystack.endswith(needle[:length]):
        length -= 1
    return length
