# Types by the path of an address.
from _bridge import library as _library
_machine = _library('mimetypes')


def guess_type(url, strict=True):
    import urllib
    scheme, rest = urllib.splittype(url)
    if scheme == 'data':
        return _machine.guess_type(url, strict)
    # Whatever follows the path belongs to it, in Python 2.
    return _machine.guess_type(rest.replace('?', '_').replace('#', '_') if scheme else rest, strict)


def guess_all_extensions(type, strict=True):
    return list(_machine.guess_all_extensions(type, strict))
