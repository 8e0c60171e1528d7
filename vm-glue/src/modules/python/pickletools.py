# Python 2's pickles are strings.
from _bridge import foreign as _foreign, library as _library, native as _native
_machine = _library('pickletools')


def genops(pickle):
    """The operations of a pickle: what they are, their arguments, where they are."""
    for operation, argument, position in _machine.genops(_foreign(pickle) if isinstance(pickle, str) else pickle):
        yield operation, _native(argument), position


def optimize(p):
    """The pickle without numbers that nothing refers to."""
    wanted = set()
    puts = []
    previous = None
    for operation, argument, position in genops(p):
        if previous is not None:
            puts.append((previous[0], previous[1], position))
            previous = None
        if 'PUT' in operation.name:
            previous = argument, position
        elif 'GET' in operation.name:
            wanted.add(argument)
    parts = []
    at = 0
    for argument, start, stop in puts:
        parts.append(p[at:stop] if argument in wanted else p[at:start])
        at = stop
    parts.append(p[at:])
    return ''.join(parts)


def dis(pickle, out=None, memo=None, indentlevel=4):
    """Prints the operations of a pickle."""
    _machine.dis(_foreign(pickle) if isinstance(pickle, str) else pickle, out, memo, indentlevel)
