"""Run by CPython 2.7: prints for every file named on standard input what `reprise check --dump-ast` prints, one line a
file: `ast.dump` of its tree, or the error."""

import ast
import sys

sys.setrecursionlimit(20000)

for name in sys.stdin:
    name = name.rstrip('\n')
    try:
        line = ast.dump(ast.parse(open(name, 'U').read(), name), True, True)
    except SyntaxError as error:
        line = '!%s\t%s\t%r\t%r' % (type(error).__name__, error.msg, error.lineno, error.offset)
    except (ValueError, TypeError, MemoryError) as error:
        line = '!%s\t%s' % (type(error).__name__, error)
    print line
    sys.stdout.flush()
