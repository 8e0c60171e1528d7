"""Interpreters that a program offers to its user."""
import sys
import traceback
from codeop import CommandCompiler, compile_command

__all__ = ["InteractiveInterpreter", "InteractiveConsole", "interact", "compile_command"]


class InteractiveInterpreter(object):
    """Runs code in a namespace of its own."""

    def __init__(self, locals=None):
        self.locals = {"__name__": "__console__", "__doc__": None} if locals is None else locals
        self.compile = CommandCompiler()

    def runsource(self, source, filename="<input>", symbol="single"):
        """Runs a command; True if more of it has to come."""
        try:
            code = self.compile(source, filename, symbol)
        except (OverflowError, SyntaxError, ValueError):
            self.showsyntaxerror(filename)
            return False
        if code is None:
            return True
        self.runcode(code)
        return False

    def runcode(self, code):
        """Runs a code object; exceptions are shown."""
        try:
            exec code in self.locals
        except SystemExit:
            raise
        except:
            self.showtraceback()

    def showsyntaxerror(self, filename=None):
        """Shows the syntax error that was just raised."""
        kind, value = sys.exc_info()[:2]
        if filename and kind is SyntaxError:
            try:
                msg, (_file, lineno, offset, line) = value
            except:
                pass
            else:
                value = SyntaxError(msg, (filename, lineno, offset, line))
        sys.last_type, sys.last_value, sys.last_traceback = kind, value, None
        for line in traceback.format_exception_only(kind, value):
            self.write(line)

    def showtraceback(self):
        """Shows the exception that was just raised, without the frame of this interpreter."""
        kind, value, tb = sys.exc_info()
        sys.last_type, sys.last_value, sys.last_traceback = kind, value, tb
        lines = traceback.format_list(traceback.extract_tb(tb)[1:])
        if lines:
            lines.insert(0, "Traceback (most recent call last):\n")
        lines.extend(traceback.format_exception_only(kind, value))
        for line in lines:
            self.write(line)

    def write(self, data):
        sys.stderr.write(data)


class InteractiveConsole(InteractiveInterpreter):
    """Reads commands line by line."""

    def __init__(self, locals=None, filename="<console>"):
        InteractiveInterpreter.__init__(self, locals)
        self.filename = filename
        self.resetbuffer()

    def resetbuffer(self):
        self.buffer = []

    def interact(self, banner=None):
        """Reads and runs commands until there are no more."""
        for name, default in (('ps1', ">>> "), ('ps2', "... ")):
            if not hasattr(sys, name):
                setattr(sys, name, default)
        if banner is None:
            more = 'Type "help", "copyright", "credits" or "license" for more information.'
            self.write("Python %s on %s\n%s\n(%s)\n" % (sys.version, sys.platform, more, self.__class__.__name__))
        elif banner:
            self.write("%s\n" % str(banner))
        more = False
        while True:
            try:
                try:
                    line = self.raw_input(sys.ps2 if more else sys.ps1)
                except EOFError:
                    self.write("\n")
                    return
                encoding = getattr(sys.stdin, "encoding", None)
                if encoding and not isinstance(line, unicode):
                    line = line.decode(encoding)
                more = self.push(line)
            except KeyboardInterrupt:
                self.write("\nKeyboardInterrupt\n")
                self.resetbuffer()
                more = False

    def push(self, line):
        """Takes one more line; True if more have to come."""
        self.buffer.append(line)
        more = self.runsource("\n".join(self.buffer), self.filename)
        if not more:
            self.resetbuffer()
        return more

    def raw_input(self, prompt=""):
        return raw_input(prompt)


def interact(banner=None, readfunc=None, local=None):
    """Reads and runs commands."""
    console = InteractiveConsole(local)
    if readfunc is not None:
        console.raw_input = readfunc
    console.interact(banner)
