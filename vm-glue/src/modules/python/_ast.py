"""The nodes of Python 2.7's abstract syntax: one class for each, with the names of its fields."""

__version__ = '82160'
PyCF_ONLY_AST = 1024


class AST(object):
    _fields = ()
    _attributes = ()

    def __init__(self, *values, **named):
        if values and len(values) != len(self._fields):
            count = len(self._fields)
            raise TypeError('%s constructor takes %s%d positional argument%s' % (
                type(self).__name__, 'either 0 or ' if count else '', count, '' if count == 1 else 's'))
        for name, value in zip(self._fields, values):
            setattr(self, name, value)
        for name, value in named.items():
            setattr(self, name, value)

    def __reduce__(self):
        return type(self), (), self.__dict__


# A sort of nodes, the attributes that all of them have, and the kinds of the sort with their fields.
_SORTS = [
    ('mod', '', '''
        Module body
        Interactive body
        Expression body
        Suite body'''),
    ('stmt', 'lineno col_offset', '''
        FunctionDef name args body decorator_list
        ClassDef name bases body decorator_list
        Return value
        Delete targets
        Assign targets value
        AugAssign target op value
        Print dest values nl
        For target iter body orelse
        While test body orelse
        If test body orelse
        With context_expr optional_vars body
        Raise type inst tback
        TryExcept body handlers orelse
        TryFinally body finalbody
        Assert test msg
        Import names
        ImportFrom module names level
        Exec body globals locals
        Global names
        Expr value
        Pass
        Break
        Continue'''),
    ('expr', 'lineno col_offset', '''
        BoolOp op values
        BinOp left op right
        UnaryOp op operand
        Lambda args body
        IfExp test body orelse
        Dict keys values
        Set elts
        ListComp elt generators
        SetComp elt generators
        DictComp key value generators
        GeneratorExp elt generators
        Yield value
        Compare left ops comparators
        Call func args keywords starargs kwargs
        Repr value
        Num n
        Str s
        Attribute value attr ctx
        Subscript value slice ctx
        Name id ctx
        List elts ctx
        Tuple elts ctx'''),
    ('expr_context', '', 'Load\nStore\nDel\nAugLoad\nAugStore\nParam'),
    ('slice', '', '''
        Ellipsis
        Slice lower upper step
        ExtSlice dims
        Index value'''),
    ('boolop', '', 'And\nOr'),
    ('operator', '', 'Add\nSub\nMult\nDiv\nMod\nPow\nLShift\nRShift\nBitOr\nBitXor\nBitAnd\nFloorDiv'),
    ('unaryop', '', 'Invert\nNot\nUAdd\nUSub'),
    ('cmpop', '', 'Eq\nNotEq\nLt\nLtE\nGt\nGtE\nIs\nIsNot\nIn\nNotIn'),
    ('excepthandler', 'lineno col_offset', 'ExceptHandler type name body'),
    # Nodes that are a sort of their own.
    (None, '', '''
        comprehension target iter ifs
        arguments args vararg kwarg defaults
        keyword arg value
        alias name asname'''),
]


def _make():
    names = globals()
    for sort, attributes, kinds in _SORTS:
        base = AST
        if sort is not None:
            base = names[sort] = type(sort, (AST,), {
                '__module__': '_ast', '_fields': (), '_attributes': tuple(attributes.split())})
        for line in kinds.strip().splitlines():
            words = line.split()
            names[words[0]] = type(words[0], (base,), {'__module__': '_ast', '_fields': tuple(words[1:])})


_make()
del _make, _SORTS
