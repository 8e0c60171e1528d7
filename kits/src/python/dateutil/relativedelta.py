# Differences of dates in years, months and days, and dates moved by them.

import calendar
import datetime

__all__ = ['relativedelta', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']

PLURALS = ('years', 'months', 'days', 'hours', 'minutes', 'seconds', 'microseconds')
SINGULARS = ('year', 'month', 'day', 'hour', 'minute', 'second', 'microsecond')
# How many of a unit make one of the next larger, where that is fixed.
CARRIES = (('microseconds', 1000000, 'seconds'), ('seconds', 60, 'minutes'), ('minutes', 60, 'hours'),
           ('hours', 24, 'days'), ('months', 12, 'years'))


class weekday(object):
    def __init__(self, weekday, n=None):
        self.weekday = weekday
        self.n = n

    def __call__(self, n):
        if n == self.n:
            return self
        return weekday(self.weekday, n)

    def __eq__(self, other):
        return isinstance(other, weekday) and (self.weekday, self.n) == (other.weekday, other.n)

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash((self.weekday, self.n))

    def __repr__(self):
        name = ('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU')[self.weekday]
        if not self.n:
            return name
        return '%s(%+d)' % (name, self.n)


MO, TU, WE, TH, FR, SA, SU = weekdays = tuple([weekday(n) for n in range(7)])


class relativedelta:
    def __init__(self, dt1=None, dt2=None, years=0, months=0, days=0, leapdays=0, weeks=0, hours=0, minutes=0,
                 seconds=0, microseconds=0, year=None, month=None, day=None, weekday=None, yearday=None,
                 nlyearday=None, hour=None, minute=None, second=None, microsecond=None):
        given = locals()
        for name in PLURALS + SINGULARS:
            setattr(self, name, given[name])
        self.days = days + weeks * 7
        self.leapdays = leapdays
        if isinstance(weekday, int):
            weekday = weekdays[weekday]
        self.weekday = weekday
        if dt1 and dt2:
            self._between(dt1, dt2)
        elif yearday or nlyearday:
            self._day_of_year(yearday, nlyearday)
        self._fix()

    def _between(self, first, second):
        if not isinstance(first, datetime.date) or not isinstance(second, datetime.date):
            raise TypeError('relativedelta only diffs datetime/date')
        if isinstance(first, datetime.datetime) != isinstance(second, datetime.datetime):
            if not isinstance(first, datetime.datetime):
                first = datetime.datetime.fromordinal(first.toordinal())
            else:
                second = datetime.datetime.fromordinal(second.toordinal())
        months = (first.year * 12 + first.month) - (second.year * 12 + second.month)
        self._set_months(months)
        moved = self.__radd__(second)
        if first < second:
            while first > moved:
                months = months + 1
                self._set_months(months)
                moved = self.__radd__(second)
        else:
            while first < moved:
                months = months - 1
                self._set_months(months)
                moved = self.__radd__(second)
        rest = first - moved
        self.seconds = rest.seconds + rest.days * 86400
        self.microseconds = rest.microseconds

    def _set_months(self, months):
        self.years, self.months = 0, months
        self._fix()

    def _day_of_year(self, yearday, nlyearday):
        wanted = nlyearday or yearday
        if not nlyearday and yearday > 59:
            self.leapdays = -1
        days = 0
        for month in range(1, 13):
            # The 366th day is one more of December; adding it takes the last that there is.
            length = 32 if month == 12 else calendar.monthrange(2001, month)[1]
            if wanted <= days + length:
                self.month, self.day = month, wanted - days
                return
            days = days + length
        raise ValueError('invalid year day (%d)' % wanted)

    def _fix(self):
        for small, count, large in CARRIES:
            value = getattr(self, small)
            if abs(value) >= count:
                sign = -1 if value < 0 else 1
                more, rest = divmod(value * sign, count)
                setattr(self, small, rest * sign)
                setattr(self, large, getattr(self, large) + more * sign)

    def __radd__(self, dt):
        if not isinstance(dt, datetime.date):
            raise TypeError('unsupported type for add operation')
        if not isinstance(dt, datetime.datetime) and self._has_time():
            dt = datetime.datetime.fromordinal(dt.toordinal())
        year = (self.year or dt.year) + self.years
        month = dt.month
        if self.month:
            month = self.month
        month = month + self.months
        while month > 12:
            year, month = year + 1, month - 12
        while month < 1:
            year, month = year - 1, month + 12
        day = min(calendar.monthrange(year, month)[1], self.day or dt.day)
        changed = {'year': year, 'month': month, 'day': day}
        for name in SINGULARS[3:]:
            value = getattr(self, name)
            if value is not None:
                changed[name] = value
        days = self.days
        if self.leapdays and month > 2 and calendar.isleap(year):
            days = days + self.leapdays
        moved = dt.replace(**changed) + datetime.timedelta(days=days, hours=self.hours, minutes=self.minutes,
                                                           seconds=self.seconds, microseconds=self.microseconds)
        if self.weekday:
            wanted, number = self.weekday.weekday, self.weekday.n or 1
            jump = (abs(number) - 1) * 7
            if number > 0:
                jump = jump + (7 - moved.weekday() + wanted) % 7
            else:
                jump = -(jump + (moved.weekday() - wanted) % 7)
            moved = moved + datetime.timedelta(days=jump)
        return moved

    def __rsub__(self, dt):
        return (-self).__radd__(dt)

    def _has_time(self):
        return bool(self.hours or self.minutes or self.seconds or self.microseconds or
                    [name for name in SINGULARS[3:] if getattr(self, name) is not None])

    def _combined(self, other, sign):
        made = dict([(name, getattr(other, name) + sign * getattr(self, name)) for name in PLURALS])
        for name in SINGULARS + ('weekday', 'leapdays'):
            # The second stands for the microsecond, as it did in this version of the library.
            theirs = getattr(other, 'second' if name == 'microsecond' else name)
            made[name] = theirs or getattr(self, name)
        return relativedelta(**made)

    def __add__(self, other):
        if not isinstance(other, relativedelta):
            raise TypeError('unsupported type for add operation')
        return self._combined(other, 1)

    def __sub__(self, other):
        # The other way round, as it was in this version of the library.
        if not isinstance(other, relativedelta):
            raise TypeError('unsupported type for sub operation')
        return self._combined(other, -1)

    def _scaled(self, factor):
        made = dict([(name, getattr(self, name) * factor) for name in PLURALS])
        for name in SINGULARS + ('weekday', 'leapdays'):
            made[name] = getattr(self, name)
        return relativedelta(**made)

    def __neg__(self):
        return self._scaled(-1)

    def __mul__(self, factor):
        return self._scaled(float(factor))

    __rmul__ = __mul__

    def __div__(self, divisor):
        return self._scaled(1 / float(divisor))

    def _key(self):
        return tuple([getattr(self, name) for name in PLURALS + SINGULARS + ('leapdays', 'weekday')])

    def __nonzero__(self):
        return bool([value for value in self._key() if value])

    def __eq__(self, other):
        return isinstance(other, relativedelta) and self._key() == other._key()

    def __ne__(self, other):
        return not self == other

    def __repr__(self):
        parts = []
        for name in PLURALS[:3] + ('leapdays',) + PLURALS[3:]:
            value = getattr(self, name)
            if value:
                parts.append('%s=%+d' % (name, value))
        for name in SINGULARS[:3] + ('weekday',) + SINGULARS[3:]:
            value = getattr(self, name)
            if value is not None:
                parts.append('%s=%r' % (name, value))
        return 'relativedelta(%s)' % ', '.join(parts)
