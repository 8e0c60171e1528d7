# Time zones: UTC, fixed offsets, the machine's own.

import datetime
import time

__all__ = ['tzutc', 'tzoffset', 'tzlocal', 'gettz']

ZERO = datetime.timedelta(0)


class tzutc(datetime.tzinfo):
    def utcoffset(self, dt):
        return ZERO

    def dst(self, dt):
        return ZERO

    def tzname(self, dt):
        return 'UTC'

    def __eq__(self, other):
        return isinstance(other, tzutc) or isinstance(other, tzoffset) and other.utcoffset(None) == ZERO

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return 0

    def __repr__(self):
        return 'tzutc()'

    def __reduce__(self):
        return (tzutc, ())


class tzoffset(datetime.tzinfo):
    def __init__(self, name, offset):
        self._name = name
        self._offset = datetime.timedelta(seconds=offset)

    def utcoffset(self, dt):
        return self._offset

    def dst(self, dt):
        return ZERO

    def tzname(self, dt):
        return self._name

    def __eq__(self, other):
        return isinstance(other, tzoffset) and self._offset == other._offset

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self._offset)

    def _seconds(self):
        return self._offset.days * 86400 + self._offset.seconds

    def __repr__(self):
        return 'tzoffset(%r, %d)' % (self._name, self._seconds())

    def __reduce__(self):
        return (tzoffset, (self._name, self._seconds()))


class tzlocal(datetime.tzinfo):
    def _isdst(self, dt):
        if not time.daylight or dt is None:
            return False
        stamp = time.mktime((dt.year, dt.month, dt.day, dt.hour, dt.minute, dt.second, dt.weekday(), 0, -1))
        return time.localtime(stamp).tm_isdst > 0

    def utcoffset(self, dt):
        if self._isdst(dt):
            return datetime.timedelta(seconds=-time.altzone)
        return datetime.timedelta(seconds=-time.timezone)

    def dst(self, dt):
        if self._isdst(dt):
            return datetime.timedelta(seconds=time.timezone - time.altzone)
        return ZERO

    def tzname(self, dt):
        return time.tzname[self._isdst(dt)]

    def __eq__(self, other):
        return isinstance(other, tzlocal)

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return 1

    def __repr__(self):
        return 'tzlocal()'

    def __reduce__(self):
        return (tzlocal, ())


def gettz(name=None):
    if not name or name in time.tzname:
        return tzlocal()
    if name in ('UTC', 'GMT', 'Z'):
        return tzutc()
    raise NotImplementedError('dateutil.tz.gettz(%r): zones other than UTC and the local one are not available' % name)
