"""`PMS.Utils`."""

import _pms
from PMS._Library import base64

_DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']


def WeekdayToString(day):
    """The name of a day; 0 is Monday."""
    if day in range(7):
        return _DAYS[day]
    return None


def Today():
    import datetime
    return datetime.date.fromtimestamp(_pms.clock())


def EncodeStringToUrlPath(s):
    """Base64 that can stand in a path."""
    return base64.b64encode(str(s)).replace('/', '@').replace('+', '#')


def DecodeUrlPathToString(s):
    return base64.b64decode(s.replace('@', '/').replace('#', '+'))


def BuildPath(pathNouns):
    """The nouns with slashes between them; None without nouns."""
    if not pathNouns:
        return None
    path = pathNouns[0]
    for noun in pathNouns[1:]:
        path = path + '/%s' % noun
    return path
