# Literals are read by the rules of Python 2.
from _bridge import library as _library
_machine = _library('ast')


def literal_eval(node_or_string):
    """The value of a literal: strings, numbers, tuples, lists, dicts, booleans and None."""
    if not isinstance(node_or_string, basestring):
        return _machine.literal_eval(node_or_string)
    from _literal import value_of
    return value_of(node_or_string)
