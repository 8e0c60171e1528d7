"""Compiles code that is typed in piece by piece, and tells whether more of it has to come."""
import __future__

__all__ = ["compile_command", "Compile", "CommandCompiler"]
PyCF_DONT_IMPLY_DEDENT = 0x200
_features = [getattr(__future__, name) for name in __future__.all_feature_names]


def _maybe_compile(compiler, source, filename, symbol):
    """The code; None where it is the beginning of more; or a SyntaxError."""
    for line in source.split("\n"):
        line = line.strip()
        if line and line[0] != '#':
            break
    else:
        if symbol != "eval":
            # Nothing but comments.
            source = "pass"
    code, errors = None, []
    for ending in ("", "\n", "\n\n"):
        try:
            made = compiler(source + ending, filename, symbol)
        except SyntaxError, error:
            errors.append(error)
        else:
            errors.append(None)
            if not ending:
                code = made
    if code is not None:
        # A block is complete when the line behind it is empty.
        last = source.split("\n")[-1]
        if symbol == "single" and last.strip() and last[0] in " \t":
            return None
        return code
    # More lines only move the place of an error that says that the end came too early.
    if errors[1] is None or errors[2] is None:
        return None
    if repr(errors[1]) == repr(errors[2]):
        raise errors[1]


def _compile(source, filename, symbol):
    return compile(source, filename, symbol, PyCF_DONT_IMPLY_DEDENT)


def compile_command(source, filename="<input>", symbol="single"):
    """Compiles a command; None if it is not complete yet."""
    return _maybe_compile(_compile, source, filename, symbol)


class Compile(object):
    """compile() that remembers the __future__ statements it has seen."""

    def __init__(self):
        self.flags = PyCF_DONT_IMPLY_DEDENT

    def __call__(self, source, filename, symbol):
        code = compile(source, filename, symbol, self.flags, 1)
        for feature in _features:
            if code.co_flags & feature.compiler_flag:
                self.flags |= feature.compiler_flag
        return code


class CommandCompiler(object):
    """compile_command() that does."""

    def __init__(self):
        self.compiler = Compile()

    def __call__(self, source, filename="<input>", symbol="single"):
        return _maybe_compile(self.compiler, source, filename, symbol)
