# Time zones: UTC, fixed offsets, the machine's own, those of the system's files, and those that a text describes.

import datetime
import os
import time

import _dateutil

__all__ = ['tzutc', 'tzoffset', 'tzlocal', 'tzfile', 'tzrange', 'tzstr', 'gettz']

ZERO = datetime.timedelta(0)
EPOCHORDINAL = datetime.datetime.utcfromtimestamp(0).toordinal()
TZFILES = ['/etc/localtime', 'localtime']
TZPATHS = ['/usr/share/zoneinfo', '/usr/lib/zoneinfo', '/etc/zoneinfo']


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


class tzfile(datetime.tzinfo):
    """A zone as a compiled file describes it."""

    def __init__(self, fileobj):
        if isinstance(fileobj, basestring):
            self._filename = fileobj
            fileobj = open(fileobj, 'rb')
            try:
                data = fileobj.read()
            finally:
                fileobj.close()
        else:
            self._filename = fileobj.name if hasattr(fileobj, 'name') else repr(fileobj)
            data = fileobj.read()
        # The moments at which something changes (as the clock shows them without daylight saving), what holds from
        # then on, what held before, and the rule that holds after the last one.
        self._moments, self._kinds, self._before, rule = _dateutil.zone_file(data)
        self._rule = tzstr(rule) if rule else None

    def _kind(self, dt):
        stamp = (dt.toordinal() - EPOCHORDINAL) * 86400 + dt.hour * 3600 + dt.minute * 60 + dt.second
        return _dateutil.zone_kind(self._moments, self._kinds, self._before, stamp)

    def _later(self, dt):
        if self._rule is None or not self._moments:
            return False
        stamp = (dt.toordinal() - EPOCHORDINAL) * 86400 + dt.hour * 3600 + dt.minute * 60 + dt.second
        return stamp >= self._moments[-1]

    def utcoffset(self, dt):
        if self._before is None:
            return ZERO
        if self._later(dt):
            return self._rule.utcoffset(dt)
        return datetime.timedelta(seconds=self._kind(dt)[0])

    def dst(self, dt):
        if self._before is None:
            return ZERO
        if self._later(dt):
            return self._rule.dst(dt)
        return datetime.timedelta(seconds=self._kind(dt)[1])

    def tzname(self, dt):
        if self._before is None:
            return None
        if self._later(dt):
            return self._rule.tzname(dt)
        return self._kind(dt)[2]

    def __eq__(self, other):
        return isinstance(other, tzfile) and (self._moments, self._kinds) == (other._moments, other._kinds)

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self._filename)

    def __repr__(self):
        return 'tzfile(%r)' % (self._filename,)

    def __reduce__(self):
        if not os.path.isfile(self._filename):
            raise ValueError('Unpickable %s class' % self.__class__.__name__)
        return (tzfile, (self._filename,))


class tzrange(datetime.tzinfo):
    """A zone with a rule for when daylight saving begins and ends."""

    def __init__(self, stdabbr, stdoffset=None, dstabbr=None, dstoffset=None, start=None, end=None):
        from dateutil.relativedelta import relativedelta, SU
        self._std_abbr, self._dst_abbr = stdabbr, dstabbr
        self._std_offset = ZERO if stdoffset is None else datetime.timedelta(seconds=stdoffset)
        if dstoffset is not None:
            self._dst_offset = datetime.timedelta(seconds=dstoffset)
        elif dstabbr and stdoffset is not None:
            self._dst_offset = self._std_offset + datetime.timedelta(hours=1)
        else:
            self._dst_offset = ZERO
        if dstabbr and start is None:
            start = relativedelta(hours=2, month=4, day=1, weekday=SU(1))
        if dstabbr and end is None:
            end = relativedelta(hours=1, month=10, day=31, weekday=SU(-1))
        self._start_delta, self._end_delta = start, end

    def _isdst(self, dt):
        if not self._start_delta:
            return False
        year = datetime.datetime(dt.year, 1, 1)
        start, end = year + self._start_delta, year + self._end_delta
        dt = dt.replace(tzinfo=None)
        if start < end:
            return start <= dt < end
        return dt >= start or dt < end

    def utcoffset(self, dt):
        return self._dst_offset if self._isdst(dt) else self._std_offset

    def dst(self, dt):
        return self._dst_offset - self._std_offset if self._isdst(dt) else ZERO

    def tzname(self, dt):
        return self._dst_abbr if self._isdst(dt) else self._std_abbr

    def _key(self):
        return (self._std_abbr, self._dst_abbr, self._std_offset, self._dst_offset, self._start_delta, self._end_delta)

    def __eq__(self, other):
        return isinstance(other, tzrange) and self._key() == other._key()

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash((self._std_abbr, self._dst_abbr))

    def __repr__(self):
        return '%s(...)' % self.__class__.__name__


class tzstr(tzrange):
    """A zone that a text like EST5EDT,M3.2.0,M11.1.0 describes."""

    def __init__(self, s):
        self._s = s
        described = _dateutil.zone_text(s)
        if described is None:
            raise ValueError('unknown string format')
        std, stdoffset, dst, dstoffset, start, end = described
        tzrange.__init__(self, std, stdoffset, dst, dstoffset)
        if dst and start:
            saved = (self._dst_offset - self._std_offset).seconds
            self._start_delta = self._delta(start, 0)
            self._end_delta = self._delta(end, saved)
        elif not dst:
            self._start_delta = self._end_delta = None

    @staticmethod
    def _delta(rule, saved):
        from dateutil import relativedelta
        kind, month, number, weekday, seconds = rule
        # Ends are told by the clock of the time that ends.
        made = {'seconds': seconds - saved}
        if kind == 'day':
            made['yearday'] = number + 1
        elif kind == 'plain day':
            made['nlyearday'] = number
        else:
            made['month'] = month
            made['day'] = 1 if number > 0 else 31
            made['weekday'] = relativedelta.weekday((weekday - 1) % 7, number)
        return relativedelta.relativedelta(**made)

    def __repr__(self):
        return 'tzstr(%r)' % (self._s,)

    def __reduce__(self):
        return (tzstr, (self._s,))


def gettz(name=None):
    """The zone of a name; without one, that of this machine. None if there is none."""
    if name is None:
        name = os.environ.get('TZ')
    if name is None or name == ':':
        for path in TZFILES:
            for folder in [''] + TZPATHS:
                found = os.path.join(folder, path)
                if os.path.isfile(found):
                    return tzfile(found)
        return tzlocal()
    if name.startswith(':'):
        name = name[1:]
    if os.path.isabs(name):
        return tzfile(name) if os.path.isfile(name) else None
    for folder in TZPATHS:
        for written in (name, name.replace(' ', '_')):
            found = os.path.join(folder, written)
            if name and os.path.isfile(found):
                try:
                    return tzfile(found)
                except (IOError, OSError, ValueError):
                    pass
    if [letter for letter in name if letter.isdigit()]:
        try:
            return tzstr(name)
        except ValueError:
            return None
    if name in ('GMT', 'UTC'):
        return tzutc()
    if name and name in time.tzname:
        return tzlocal()
    return None
