"""Compiles what is typed at a prompt: tells what is complete from what goes on."""

import __future__
import _ast

_features = [getattr(__future__, name) for name in __future__.all_feature_names]

__all__ = ["compile_command", "Compile", "CommandCompiler"]

PyCF_DONT_IMPLY_DEDENT = 0x200
_COMPOUND = (_ast.If, _ast.For, _ast.While, _ast.With, _ast.TryExcept, _ast.TryFinally, _ast.FunctionDef,
             _ast.ClassDef)


def _is_open(source, filename, symbol, flags):
    """A statement with a body goes on until an empty line."""
    if symbol != 'single' or source.endswith('\n'):
        return False
    body = compile(source, filename, symbol, flags | _ast.PyCF_ONLY_AST).body
    return bool(body) and isinstance(body[-1], _COMPOUND)


def _maybe_compile(compiler, source, filename, symbol):
    for line in source.split("\n"):
        line = line.strip()
        if line and line[0] != '#':
            break
    else:
        # Nothing but comments.
        if symbol != "eval":
            source = "pass"
    errors = []
    for ending in '', '\n', '\n\n':
        try:
            code = compiler(source + ending, filename, symbol)
        except SyntaxError as error:
            errors.append(error)
        else:
            if not ending:
                flags = getattr(compiler, 'flags', 0)
                return None if _is_open(source, filename, symbol, flags) else code
    # What more lines make another error of is not complete.
    if len(errors) == 3 and repr(errors[1]) == repr(errors[2]):
        raise errors[1]
    return None


def _compile(source, filename, symbol):
    return compile(source, filename, symbol, PyCF_DONT_IMPLY_DEDENT)


def compile_command(source, filename="<input>", symbol="single"):
    """The code of a command; None if it is not complete; SyntaxError if it cannot become right."""
    return _maybe_compile(_compile, source, filename, symbol)


class Compile:
    """Compiles, and remembers the features that were asked for."""

    def __init__(self):
        self.flags = PyCF_DONT_IMPLY_DEDENT

    def __call__(self, source, filename, symbol):
        code = compile(source, filename, symbol, self.flags, 1)
        for feature in _features:
            if code.co_flags & feature.compiler_flag:
                self.flags |= feature.compiler_flag
        return code


class CommandCompiler:
    """compile_command() that remembers the features that were asked for."""

    def __init__(self):
        self.compiler = Compile()

    def __call__(self, source, filename="<input>", symbol="single"):
        return _maybe_compile(self.compiler, source, filename, symbol)
