"""The syntax tree: parsing to it, and what is done with its nodes."""

from _ast import *
from _ast import __version__


def parse(source, filename='<unknown>', mode='exec'):
    """The tree of a source text."""
    return compile(source, filename, mode, PyCF_ONLY_AST)


_CONSTANTS = {'None': None, 'True': True, 'False': False}


def literal_eval(node_or_string):
    """The value of an expression of nothing but literals: strings, numbers, tuples, lists, dicts, booleans, None."""
    tree = node_or_string
    if isinstance(tree, basestring):
        tree = parse(tree, mode='eval')
    if isinstance(tree, Expression):
        tree = tree.body
    return _value(tree)


def _value(node):
    if isinstance(node, Str):
        return node.s
    if isinstance(node, Num):
        return node.n
    if isinstance(node, Tuple):
        return tuple([_value(item) for item in node.elts])
    if isinstance(node, List):
        return [_value(item) for item in node.elts]
    if isinstance(node, Dict):
        return dict([(_value(key), _value(value)) for key, value in zip(node.keys, node.values)])
    if isinstance(node, Name) and node.id in _CONSTANTS:
        return _CONSTANTS[node.id]
    # A complex number is written as a sum.
    if isinstance(node, BinOp) and isinstance(node.op, (Add, Sub)) and isinstance(node.right, Num) \
            and isinstance(node.right.n, complex) and isinstance(node.left, Num) \
            and isinstance(node.left.n, (int, long, float)):
        return node.left.n + node.right.n if isinstance(node.op, Add) else node.left.n - node.right.n
    raise ValueError('malformed string')


def dump(node, annotate_fields=True, include_attributes=False):
    """The tree as text, on one line."""
    if not isinstance(node, AST):
        raise TypeError('expected AST, got %r' % node.__class__.__name__)
    return _dumped(node, annotate_fields, include_attributes)


def _dumped(node, annotate, attributes):
    if isinstance(node, list):
        return '[%s]' % ', '.join([_dumped(item, annotate, attributes) for item in node])
    if not isinstance(node, AST):
        return repr(node)
    fields = [(name, _dumped(value, annotate, attributes)) for name, value in iter_fields(node)]
    inside = ', '.join(['%s=%s' % field for field in fields] if annotate else [value for _, value in fields])
    if attributes and node._attributes:
        inside += ', ' if fields else ' '
        inside += ', '.join(['%s=%s' % (name, _dumped(getattr(node, name), annotate, attributes))
                             for name in node._attributes])
    return '%s(%s)' % (node.__class__.__name__, inside)


def copy_location(new_node, old_node):
    """Gives a node the place of another."""
    for name in ('lineno', 'col_offset'):
        if name in old_node._attributes and name in new_node._attributes and hasattr(old_node, name):
            setattr(new_node, name, getattr(old_node, name))
    return new_node


def fix_missing_locations(node):
    """Gives nodes without a place that of the node around."""
    def fix(node, place):
        for name in ('lineno', 'col_offset'):
            if name in node._attributes:
                if hasattr(node, name):
                    place = dict(place)
                    place[name] = getattr(node, name)
                else:
                    setattr(node, name, place[name])
        for child in iter_child_nodes(node):
            fix(child, place)
    fix(node, {'lineno': 1, 'col_offset': 0})
    return node


def increment_lineno(node, n=1):
    """Moves a tree down by some lines."""
    for child in walk(node):
        if 'lineno' in child._attributes:
            child.lineno = getattr(child, 'lineno', 0) + n
    return node


def iter_fields(node):
    """The fields that a node has: names and values."""
    for name in node._fields:
        try:
            yield name, getattr(node, name)
        except AttributeError:
            pass


def iter_child_nodes(node):
    """The nodes directly below a node."""
    for _, value in iter_fields(node):
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, AST):
                yield item


def get_docstring(node, clean=True):
    """The docstring of a function, class or module; None without one."""
    if not isinstance(node, (FunctionDef, ClassDef, Module)):
        raise TypeError("%r can't have docstrings" % node.__class__.__name__)
    if node.body and isinstance(node.body[0], Expr) and isinstance(node.body[0].value, Str):
        text = node.body[0].value.s
        if clean:
            import inspect
            return inspect.cleandoc(text)
        return text


def walk(node):
    """The node and all below it, level by level."""
    level = [node]
    while level:
        below = []
        for node in level:
            below.extend(iter_child_nodes(node))
            yield node
        level = below


class NodeVisitor(object):
    """Calls `visit_Kind` for nodes that have such a method, and visits what is below the others."""

    def visit(self, node):
        return getattr(self, 'visit_' + node.__class__.__name__, self.generic_visit)(node)

    def generic_visit(self, node):
        for child in iter_child_nodes(node):
            self.visit(child)


class NodeTransformer(NodeVisitor):
    """A visitor whose methods give what stands in the place of a node: a node, in lists also several, or None."""

    def generic_visit(self, node):
        for name, value in iter_fields(node):
            if isinstance(value, list):
                kept = []
                for item in value:
                    if isinstance(item, AST):
                        item = self.visit(item)
                        if item is None:
                            continue
                        if not isinstance(item, AST):
                            kept.extend(item)
                            continue
                    kept.append(item)
                value[:] = kept
            elif isinstance(value, AST):
                changed = self.visit(value)
                if changed is None:
                    delattr(node, name)
                else:
                    setattr(node, name, changed)
        return node
