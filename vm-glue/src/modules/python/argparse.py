# Attributes are shown in the order of their names.
from _bridge import library as _library
_machine = _library('argparse')


def _by_name(self):
    return sorted(self.__dict__.items())

_machine.Namespace._get_kwargs = _by_name
