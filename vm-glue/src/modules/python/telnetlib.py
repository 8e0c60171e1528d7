"""A client of the TELNET protocol."""

import re
import select
import socket
import sys
import time

__all__ = ["Telnet"]

DEBUGLEVEL = 0
TELNET_PORT = 23

# What begins a command, and the commands.
IAC, DONT, DO, WONT, WILL, SB, GA, EL, EC, AYT, AO, IP, BRK, DM, NOP, SE = map(chr, range(255, 239, -1))
theNULL = chr(0)

# Options by their numbers.
(BINARY, ECHO, RCP, SGA, NAMS, STATUS, TM, RCTE, NAOL, NAOP, NAOCRD, NAOHTS, NAOHTD, NAOFFD, NAOVTS, NAOVTD, NAOLFD,
 XASCII, LOGOUT, BM, DET, SUPDUP, SUPDUPOUTPUT, SNDLOC, TTYPE, EOR, TUID, OUTMRK, TTYLOC, VT3270REGIME, X3PAD, NAWS,
 TSPEED, LFLOW, LINEMODE, XDISPLOC, OLD_ENVIRON, AUTHENTICATION, ENCRYPT, NEW_ENVIRON, TN3270E, XAUTH, CHARSET, RSP,
 COM_PORT_OPTION, SUPPRESS_LOCAL_ECHO, TLS, KERMIT, SEND_URL, FORWARD_X) = map(chr, range(50))
PRAGMA_LOGON, SSPI_LOGON, PRAGMA_HEARTBEAT, EXOPL = map(chr, (138, 139, 140, 255))
NOOPT = chr(0)


class Telnet:
    """A connection; what has been received waits cooked in `cookedq`, raw in `rawq`."""

    def __init__(self, host=None, port=0, timeout=socket._GLOBAL_DEFAULT_TIMEOUT):
        self.debuglevel = DEBUGLEVEL
        self.host = host
        self.port = port
        self.timeout = timeout
        self.sock = None
        self.rawq = ''
        self.irawq = 0
        self.cookedq = ''
        self.eof = 0
        # What follows IAC, as far as it has been read.
        self.iacseq = ''
        self.sb = 0
        self.sbdataq = ''
        self.option_callback = None
        if host is not None:
            self.open(host, port, timeout)

    def open(self, host, port=0, timeout=socket._GLOBAL_DEFAULT_TIMEOUT):
        self.eof = 0
        self.host, self.port, self.timeout = host, port or TELNET_PORT, timeout
        self.sock = socket.create_connection((host, self.port), timeout)

    def __del__(self):
        self.close()

    def msg(self, msg, *args):
        if self.debuglevel > 0:
            print 'Telnet(%s,%s):' % (self.host, self.port),
            print msg % args if args else msg

    def set_debuglevel(self, debuglevel):
        self.debuglevel = debuglevel

    def close(self):
        sock, self.sock = self.sock, 0
        self.eof, self.iacseq, self.sb = 1, '', 0
        if sock:
            sock.close()

    def get_socket(self):
        return self.sock

    def fileno(self):
        return self.sock.fileno()

    def write(self, buffer):
        if IAC in buffer:
            buffer = buffer.replace(IAC, IAC + IAC)
        self.msg("send %r", buffer)
        self.sock.sendall(buffer)

    def _take(self, end):
        taken, self.cookedq = self.cookedq[:end], self.cookedq[end:]
        return taken

    def _wait(self, deadline):
        """Whether something arrives in time; always without a deadline."""
        return deadline is None or bool(select.select([self], [], [], max(0, deadline - time.time()))[0])

    def read_until(self, match, timeout=None):
        """To the end of the text, or what there is when the time is over or the connection ends."""
        deadline = None if timeout is None else time.time() + timeout
        self.process_rawq()
        while True:
            found = self.cookedq.find(match)
            if found >= 0:
                return self._take(found + len(match))
            if self.eof or not self._wait(deadline):
                return self.read_very_lazy()
            self.fill_rawq()
            self.process_rawq()

    def read_all(self):
        self.process_rawq()
        while not self.eof:
            self.fill_rawq()
            self.process_rawq()
        return self._take(None)

    def read_some(self):
        """At least one character, unless the connection ends."""
        self.process_rawq()
        while not self.cookedq and not self.eof:
            self.fill_rawq()
            self.process_rawq()
        return self._take(None)

    def read_very_eager(self):
        """All that can be had without waiting."""
        self.process_rawq()
        while not self.eof and self.sock_avail():
            self.fill_rawq()
            self.process_rawq()
        return self.read_very_lazy()

    def read_eager(self):
        self.process_rawq()
        while not self.cookedq and not self.eof and self.sock_avail():
            self.fill_rawq()
            self.process_rawq()
        return self.read_very_lazy()

    def read_lazy(self):
        self.process_rawq()
        return self.read_very_lazy()

    def read_very_lazy(self):
        text = self._take(None)
        if not text and self.eof and not self.rawq:
            raise EOFError('telnet connection closed')
        return text

    def read_sb_data(self):
        data, self.sbdataq = self.sbdataq, ''
        return data

    def set_option_negotiation_callback(self, callback):
        self.option_callback = callback

    def process_rawq(self):
        """Takes commands out of what has been received."""
        texts = ['', '']
        try:
            while self.rawq:
                char = self.rawq_getchar()
                if not self.iacseq:
                    if char == IAC:
                        self.iacseq = char
                    elif char not in (theNULL, "\021") or self.sb:
                        texts[self.sb] += char
                elif len(self.iacseq) == 1:
                    if char in (DO, DONT, WILL, WONT):
                        self.iacseq += char
                        continue
                    self.iacseq = ''
                    if char == IAC:
                        texts[self.sb] += char
                        continue
                    if char == SB:
                        self.sb = 1
                        self.sbdataq = ''
                    elif char == SE:
                        self.sb = 0
                        self.sbdataq += texts[1]
                        texts[1] = ''
                    if self.option_callback:
                        self.option_callback(self.sock, char, NOOPT)
                    else:
                        self.msg('IAC %d not recognized', ord(char))
                else:
                    command, self.iacseq = self.iacseq[1], ''
                    if self.option_callback:
                        self.option_callback(self.sock, command, char)
                    elif command in (DO, DONT):
                        self.sock.sendall(IAC + WONT + char)
                    else:
                        self.sock.sendall(IAC + DONT + char)
        except EOFError:
            # The command goes on with what comes next.
            self.iacseq, self.sb = '', 0
        self.cookedq += texts[0]
        self.sbdataq += texts[1]

    def rawq_getchar(self):
        if not self.rawq:
            self.fill_rawq()
            if self.eof:
                raise EOFError
        char = self.rawq[self.irawq]
        self.irawq += 1
        if self.irawq >= len(self.rawq):
            self.rawq, self.irawq = '', 0
        return char

    def fill_rawq(self):
        if self.irawq >= len(self.rawq):
            self.rawq, self.irawq = '', 0
        received = self.sock.recv(50)
        self.msg("recv %r", received)
        self.eof = not received
        self.rawq += received

    def sock_avail(self):
        return bool(select.select([self], [], [], 0)[0])

    def interact(self):
        """Between the terminal and the connection, to the end of either."""
        while True:
            ready = select.select([self, sys.stdin], [], [])[0]
            if self in ready:
                try:
                    text = self.read_eager()
                except EOFError:
                    print '*** Connection closed by remote host ***'
                    break
                if text:
                    sys.stdout.write(text)
                    sys.stdout.flush()
            if sys.stdin in ready:
                line = sys.stdin.readline()
                if not line:
                    break
                self.write(line)

    def mt_interact(self):
        import thread
        thread.start_new_thread(self.listener, ())
        while True:
            line = sys.stdin.readline()
            if not line:
                break
            self.write(line)

    def listener(self):
        while True:
            try:
                text = self.read_eager()
            except EOFError:
                print '*** Connection closed by remote host ***'
                return
            if text:
                sys.stdout.write(text)
            else:
                sys.stdout.flush()

    def expect(self, list, timeout=None):
        """The first of the expressions that matches: its place, the match, and the text up to its end."""
        expressions = [each if hasattr(each, "search") else re.compile(each) for each in list]
        deadline = None if timeout is None else time.time() + timeout
        while True:
            self.process_rawq()
            for place, expression in enumerate(expressions):
                match = expression.search(self.cookedq)
                if match:
                    return place, match, self._take(match.end())
            if self.eof or not self._wait(deadline):
                break
            self.fill_rawq()
        text = self.read_very_lazy()
        if not text and self.eof:
            raise EOFError
        return -1, None, text
