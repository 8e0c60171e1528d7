"""Packed values under the name of the library that the original packed them with."""

import _pms


class NotCerealizableError(StandardError):
    pass


def register(Class, handler=None, classname=None):
    """Accepted without effect: what can be packed is known."""


def freeze_configuration():
    pass


def dumps(obj, protocol=1):
    import PMS
    return PMS.unpacked_text(_pms.pack(obj))


def loads(string):
    import PMS
    return _pms.unpack(PMS.packed_text(string))
