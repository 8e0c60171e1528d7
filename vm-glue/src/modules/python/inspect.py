"""What live objects say about themselves."""

import imp
import linecache
import os
import re
import string
import sys
import sys as _sys
import types
import types as _types
from collections import namedtuple
from collections import namedtuple as _namedtuple
from operator import attrgetter

TPFLAGS_IS_ABSTRACT = 1 << 20

CO_OPTIMIZED, CO_NEWLOCALS, CO_VARARGS, CO_VARKEYWORDS, CO_NESTED, CO_GENERATOR, CO_NOFREE = 1, 2, 4, 8, 16, 32, 64
ArgSpec = _namedtuple('ArgSpec', 'args varargs keywords defaults')
Arguments = _namedtuple('Arguments', 'args varargs keywords')
ArgInfo = _namedtuple('ArgInfo', 'args varargs keywords locals')
Attribute = _namedtuple('Attribute', 'name kind defining_class object')
ModuleInfo = _namedtuple('ModuleInfo', 'name suffix mode module_type')
Traceback = _namedtuple('Traceback', 'filename lineno function code_context index')


def ismodule(object):
    return isinstance(object, _types.ModuleType)


def isclass(object):
    return isinstance(object, (type, _types.ClassType))


def ismethod(object):
    return isinstance(object, _types.MethodType)


def isfunction(object):
    return isinstance(object, _types.FunctionType)


def isbuiltin(object):
    return isinstance(object, _types.BuiltinFunctionType)


def iscode(object):
    return isinstance(object, _types.CodeType)


def isframe(object):
    return isinstance(object, _types.FrameType)


def istraceback(object):
    return isinstance(object, _types.TracebackType)


def isgenerator(object):
    return isinstance(object, _types.GeneratorType)


def isgeneratorfunction(object):
    return bool((isfunction(object) or ismethod(object)) and object.func_code.co_flags & CO_GENERATOR)


def ismethoddescriptor(object):
    return (hasattr(object, '__get__') and not hasattr(object, '__set__') and not ismethod(object) and
            not isfunction(object) and not isclass(object))


def isdatadescriptor(object):
    return hasattr(object, '__set__') and hasattr(object, '__get__')


def ismemberdescriptor(object):
    return isinstance(object, _types.MemberDescriptorType)


def isgetsetdescriptor(object):
    return isinstance(object, _types.GetSetDescriptorType)


def isroutine(object):
    return isbuiltin(object) or isfunction(object) or ismethod(object) or ismethoddescriptor(object)


def isabstract(object):
    return bool(isinstance(object, type) and getattr(object, '__abstractmethods__', None))


def getmembers(object, predicate=None):
    found = []
    for key in dir(object):
        try:
            value = getattr(object, key)
        except AttributeError:
            continue
        if not predicate or predicate(value):
            found.append((key, value))
    found.sort()
    return found


def classify_class_attrs(cls):
    found = []
    for name in dir(cls):
        home = None
        for base in getmro(cls):
            if name in base.__dict__:
                home = base
                break
        value = home.__dict__[name] if home is not None else getattr(cls, name, None)
        if isinstance(value, staticmethod):
            kind = 'static method'
        elif isinstance(value, classmethod):
            kind = 'class method'
        elif isinstance(value, property):
            kind = 'property'
        elif ismethoddescriptor(value) or isfunction(value):
            kind = 'method'
        else:
            kind = 'data'
        found.append(Attribute(name, kind, home, value))
    return found


def getmro(cls):
    if hasattr(cls, '__mro__') and isinstance(cls, type):
        return cls.__mro__
    order = []
    _search_bases(cls, order)
    return tuple(order)


def _search_bases(cls, order):
    if cls not in order:
        order.append(cls)
        for base in cls.__bases__:
            _search_bases(base, order)


def getdoc(object):
    doc = getattr(object, '__doc__', None)
    return cleandoc(doc) if isinstance(doc, basestring) else None


def cleandoc(doc):
    lines = doc.expandtabs().split('\n')
    indents = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    lines[0] = lines[0].lstrip()
    if indents:
        least = min(indents)
        lines[1:] = [line[least:] for line in lines[1:]]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return '\n'.join(lines)


def getfile(object):
    if ismodule(object):
        if hasattr(object, '__file__'):
            return object.__file__
        raise TypeError('%r is a built-in module' % (object,))
    if isclass(object):
        module = _sys.modules.get(object.__module__)
        if hasattr(module, '__file__'):
            return module.__file__
        raise TypeError('%r is a built-in class' % (object,))
    if ismethod(object):
        object = object.im_func
    if isfunction(object):
        object = object.func_code
    if istraceback(object):
        object = object.tb_frame
    if isframe(object):
        object = object.f_code
    if iscode(object):
        return object.co_filename
    raise TypeError('%r is not a module, class, method, function, traceback, frame, or code object' % (object,))


def getsourcefile(object):
    name = getfile(object)
    if name[-4:].lower() in ('.pyc', '.pyo'):
        name = name[:-4] + '.py'
    # A file that is not there may have come through a loader that knows its source.
    if os.path.exists(name) or name in linecache.cache or hasattr(getmodule(object, name), '__loader__'):
        return name
    return None


def getabsfile(object, _filename=None):
    return os.path.normcase(os.path.abspath(_filename or getsourcefile(object) or getfile(object)))


def getmoduleinfo(path):
    filename = os.path.basename(path)
    # The longest suffix counts: 'module.so' before '.so'.
    for suffix, mode, kind in sorted(imp.get_suffixes(), key=lambda entry: -len(entry[0])):
        if filename.endswith(suffix):
            return ModuleInfo(filename[:-len(suffix)], suffix, mode, kind)


def getmodulename(path):
    info = getmoduleinfo(path)
    return info[0] if info else None


def getmodule(object, _filename=None):
    if ismodule(object):
        return object
    if hasattr(object, '__module__'):
        return _sys.modules.get(object.__module__)
    try:
        name = _filename or getfile(object)
    except TypeError:
        return None
    for module in _sys.modules.values():
        if ismodule(module) and getattr(module, '__file__', None) == name:
            return module
    main = _sys.modules.get('__main__')
    if main is not None and hasattr(object, '__name__') and getattr(main, object.__name__, None) is object:
        return main
    return None


def findsource(object):
    name = getsourcefile(object) or getfile(object)
    module = getmodule(object, name)
    lines = linecache.getlines(name, module.__dict__) if module else linecache.getlines(name)
    if not lines:
        raise IOError('could not get source code')
    if ismodule(object):
        return lines, 0
    if isclass(object):
        start = re.compile(r'^(\s*)class\s+' + object.__name__ + r'\b')
        found = [(start.match(line).group(1), index) for index, line in enumerate(lines) if start.match(line)]
        if not found:
            raise IOError('could not find class definition')
        # One at the margin rather than the first.
        return lines, min([place for place in found if not place[0]] or found)[1]
    if ismethod(object):
        object = object.im_func
    if isfunction(object):
        object = object.func_code
    if istraceback(object):
        object = object.tb_frame
    if isframe(object):
        object = object.f_code
    if iscode(object):
        return lines, min(object.co_firstlineno, len(lines)) - 1
    raise IOError('could not find code object')


def getsourcelines(object):
    lines, start = findsource(object)
    if istraceback(object):
        object = object.tb_frame
    if ismodule(object) or isframe(object) and object.f_code.co_name == '<module>':
        return lines, 0
    return getblock(lines[start:]), start + 1


def getsource(object):
    return ''.join(getsourcelines(object)[0])


class EndOfBlock(Exception):
    pass


class BlockFinder:
    """Takes tokens and raises EndOfBlock behind the first block; `last` is the block's last line."""

    def __init__(self):
        self.indent = 0
        self.islambda = False
        self.started = False
        self.passline = False
        self.last = 1

    def tokeneater(self, type, token, srow_scol, erow_ecol, line):
        import tokenize
        if not self.started:
            # Decorators come before.
            if token in ('def', 'class', 'lambda'):
                self.started = self.passline = True
                self.islambda = token == 'lambda'
        elif type == tokenize.NEWLINE:
            self.passline = False
            self.last = srow_scol[0]
            if self.islambda:
                raise EndOfBlock
        elif self.passline:
            pass
        elif type == tokenize.INDENT:
            self.indent += 1
            self.passline = True
        elif type == tokenize.DEDENT:
            self.indent -= 1
            if self.indent <= 0:
                raise EndOfBlock
        elif not self.indent and type not in (tokenize.COMMENT, tokenize.NL):
            # The body stood on the line of the head.
            raise EndOfBlock


def getblock(lines):
    """The lines of the block that starts with the first line."""
    import tokenize
    finder = BlockFinder()
    try:
        for token in tokenize.generate_tokens(iter(lines).next):
            finder.tokeneater(*token)
    except (EndOfBlock, IndentationError, tokenize.TokenError):
        pass
    return lines[:finder.last]


def getcomments(object):
    """The comment before the object, or at the top of a module; None without one."""
    try:
        lines, start = findsource(object)
    except (IOError, TypeError):
        return None
    if ismodule(object):
        first = 1 if lines and lines[0][:2] == '#!' else 0
        while first < len(lines) and lines[first].strip() in ('', '#'):
            first += 1
        end = first
        while end < len(lines) and lines[end][:1] == '#':
            end += 1
        return ''.join([line.expandtabs() for line in lines[first:end]]) if end > first else None
    margin = indentsize(lines[start])
    end = first = start
    while first and lines[first - 1].lstrip()[:1] == '#' and indentsize(lines[first - 1]) == margin:
        first -= 1
    if first == end:
        return None
    return ''.join([line.expandtabs().lstrip() for line in lines[first:end]])


def indentsize(line):
    line = line.expandtabs()
    return len(line) - len(line.lstrip())


def getargs(co):
    if not iscode(co):
        raise TypeError('%r is not a code object' % (co,))
    names = list(co.co_varnames)
    args, rest = names[:co.co_argcount], names[co.co_argcount:]
    if any(name.startswith('.') for name in args):
        args = [_tuple_parameter(co, name) if name.startswith('.') else name for name in args]
    varargs = rest.pop(0) if co.co_flags & CO_VARARGS else None
    keywords = rest.pop(0) if co.co_flags & CO_VARKEYWORDS else None
    return Arguments(args, varargs, keywords)


def _tuple_parameter(co, hidden):
    """The names of a tuple among the parameters: the function's first instructions unpack it."""
    from _bridge import library
    found, every = [], None
    # Lists that still want names, and how many.
    wanted = []

    def add(item):
        wanted[-1][0].append(item)
        wanted[-1][1] -= 1

    for step in library('dis').get_instructions(co):
        operation = step.opname
        operands = step.argval if isinstance(step.argval, tuple) else (step.argval,)
        if not wanted:
            if 'LOAD_FAST' in operation and hidden in operands:
                wanted.append([found, 1])
            continue
        if operation == 'GET_ITER':
            # A lambda unpacks all its tuples at once.
            every = [name for name in co.co_varnames[:co.co_argcount] if name.startswith('.')]
        elif operation == 'UNPACK_SEQUENCE':
            inner = []
            add(inner)
            wanted.append([inner, step.arg])
        elif operation.startswith('STORE_'):
            # One instruction may store two names, or store one and load another.
            for name in operands[:operation.count('STORE_')]:
                add(name)
                while wanted and not wanted[-1][1]:
                    wanted.pop()
            if not wanted:
                return found[0][every.index(hidden)] if every else found[0]
    return hidden


# Functions that are native here and written in Python in CPython 2.7, with their arguments.
_NATIVE = {
    're': {
        'compile': 'pattern, flags=0', 'escape': 'pattern', 'findall': 'pattern, string, flags=0',
        'finditer': 'pattern, string, flags=0', 'match': 'pattern, string, flags=0', 'purge': '',
        'search': 'pattern, string, flags=0', 'split': 'pattern, string, maxsplit=0, flags=0',
        'sub': 'pattern, repl, string, count=0, flags=0', 'subn': 'pattern, repl, string, count=0, flags=0',
        'template': 'pattern, flags=0',
    },
    'posixpath': {
        'abspath': 'path', 'basename': 'p', 'commonprefix': 'm', 'dirname': 'p', 'exists': 'path',
        'expanduser': 'path', 'expandvars': 'path', 'getatime': 'filename', 'getctime': 'filename',
        'getmtime': 'filename', 'getsize': 'filename', 'isabs': 's', 'isdir': 's', 'isfile': 'path', 'islink': 'path',
        'ismount': 'path', 'join': 'a, *p', 'lexists': 'path', 'normcase': 's', 'normpath': 'path',
        'realpath': 'filename', 'relpath': "path, start='.'", 'samefile': 'f1, f2', 'samestat': 's1, s2', 'split': 'p',
        'splitdrive': 'p', 'splitext': 'p', 'walk': 'top, func, arg',
    },
}


def getargspec(func):
    if ismethod(func):
        func = func.im_func
    if isbuiltin(func):
        arguments = _NATIVE.get(func.__module__, {}).get(func.__name__)
        if arguments is not None:
            return getargspec(eval('lambda %s: 0' % arguments))
    if not isfunction(func):
        raise TypeError('%r is not a Python function' % (func,))
    args, varargs, keywords = getargs(func.func_code)
    return ArgSpec(args, varargs, keywords, func.func_defaults)


def getargvalues(frame):
    args, varargs, keywords = getargs(frame.f_code)
    return ArgInfo(args, varargs, keywords, frame.f_locals)


def joinseq(seq):
    return '(' + seq[0] + ',)' if len(seq) == 1 else '(' + ', '.join(seq) + ')'


def strseq(object, convert, join=joinseq):
    if type(object) in (list, tuple):
        return join([strseq(item, convert, join) for item in object])
    return convert(object)


def formatargspec(args, varargs=None, varkw=None, defaults=None, formatarg=str,
                  formatvarargs=lambda name: '*' + name, formatvarkw=lambda name: '**' + name,
                  formatvalue=lambda value: '=' + repr(value), join=joinseq):
    specs = []
    first_default = len(args) - len(defaults) if defaults else None
    for index, arg in enumerate(args):
        spec = strseq(arg, formatarg, join)
        if defaults and index >= first_default:
            spec += formatvalue(defaults[index - first_default])
        specs.append(spec)
    if varargs is not None:
        specs.append(formatvarargs(varargs))
    if varkw is not None:
        specs.append(formatvarkw(varkw))
    return '(' + ', '.join(specs) + ')'


def formatargvalues(args, varargs, varkw, locals, formatarg=str, formatvarargs=lambda name: '*' + name,
                    formatvarkw=lambda name: '**' + name, formatvalue=lambda value: '=' + repr(value), join=joinseq):
    def convert(name):
        return formatarg(name) + formatvalue(locals[name])
    specs = [strseq(arg, convert, join) for arg in args]
    if varargs:
        specs.append(formatvarargs(varargs) + formatvalue(locals[varargs]))
    if varkw:
        specs.append(formatvarkw(varkw) + formatvalue(locals[varkw]))
    return '(' + ', '.join(specs) + ')'


def getcallargs(func, *positional, **named):
    args, varargs, varkw, defaults = getargspec(func)
    name = func.__name__
    values = {}
    assigned = set()

    def assign(arg, value):
        if isinstance(arg, str):
            values[arg] = value
            return
        assigned.add(id(arg))
        parts = iter(value)
        for index, inner in enumerate(arg):
            try:
                part = next(parts)
            except StopIteration:
                raise ValueError('need more than %d %s to unpack' % (index, 'value' if index == 1 else 'values'))
            assign(inner, part)
        for _ in parts:
            raise ValueError('too many values to unpack')

    def is_assigned(arg):
        return arg in values if isinstance(arg, str) else id(arg) in assigned

    if ismethod(func) and func.im_self is not None:
        positional = (func.im_self,) + positional
    count, required = len(args), len(args) - len(defaults or ())
    given = len(positional) + len(named)

    def refuse(bound, wanted):
        raise TypeError('%s() takes %s %d %s (%d given)' % (
            name, bound, wanted, 'argument' if wanted == 1 else 'arguments', given))

    for arg, value in zip(args, positional):
        assign(arg, value)
    if varargs:
        assign(varargs, positional[count:])
    elif 0 < count < len(positional):
        refuse('at most' if defaults else 'exactly', count)
    elif not count and given and not (varkw and not positional):
        if varkw:
            refuse('exactly', 0)
        raise TypeError('%s() takes no arguments (%d given)' % (name, given))
    for arg in args:
        if isinstance(arg, str) and arg in named:
            if is_assigned(arg):
                raise TypeError("%s() got multiple values for keyword argument '%s'" % (name, arg))
            assign(arg, named.pop(arg))
    for arg, value in zip(args[required:], defaults or ()):
        if not is_assigned(arg):
            assign(arg, value)
    if varkw:
        assign(varkw, named)
    elif named:
        unexpected = next(iter(named))
        if isinstance(unexpected, unicode):
            unexpected = unexpected.encode(_sys.getdefaultencoding(), 'replace')
        raise TypeError("%s() got an unexpected keyword argument '%s'" % (name, unexpected))
    if not all([is_assigned(arg) for arg in args]):
        refuse('at least' if defaults else 'exactly', required)
    return values


def getframeinfo(frame, context=1):
    if istraceback(frame):
        line = frame.tb_lineno
        frame = frame.tb_frame
    else:
        line = frame.f_lineno
    filename = frame.f_code.co_filename
    lines = index = None
    if context > 0:
        source = linecache.getlines(filename)
        if source:
            start = max(0, min(line - 1 - context // 2, len(source) - context))
            lines = source[start:start + context]
            index = line - 1 - start
    return Traceback(filename, line, frame.f_code.co_name, lines, index)


def getlineno(frame):
    return frame.f_lineno


def getouterframes(frame, context=1):
    found = []
    while frame:
        found.append((frame,) + getframeinfo(frame, context))
        frame = frame.f_back
    return found


def getinnerframes(tb, context=1):
    found = []
    while tb:
        found.append((tb.tb_frame,) + getframeinfo(tb, context))
        tb = tb.tb_next
    return found


def currentframe(_frame=_sys._getframe):
    return _frame(1)


def stack(context=1):
    return getouterframes(_sys._getframe(1), context)


def trace(context=1):
    return getinnerframes(_sys.exc_info()[2], context)


def getclasstree(classes, unique=0):
    children = {}
    roots = []
    for cls in classes:
        if cls.__bases__:
            for parent in cls.__bases__:
                below = children.setdefault(parent, [])
                if cls not in below:
                    below.append(cls)
                if unique and parent in classes:
                    break
        elif cls not in roots:
            roots.append(cls)
    for parent in children:
        if parent not in classes:
            roots.append(parent)
    return walktree(roots, children, None)


def walktree(classes, children, parent):
    found = []
    for cls in sorted(classes, key=lambda cls: (cls.__module__, cls.__name__)):
        found.append((cls, cls.__bases__))
        if cls in children:
            found.append(walktree(children[cls], children, cls))
    return found
