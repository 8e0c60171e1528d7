"""Reading dates and times by a format (English names)."""

import re as _re
import time as _time
from time import struct_time as _struct_time

_DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
_MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october',
           'november', 'december']


def _names(words, length=None):
    words = [word[:length] for word in words]
    return '|'.join(sorted(words, key=len, reverse=True))


def _zones():
    return sorted(set(['utc', 'gmt'] + [name.lower() for name in _time.tzname]), key=len, reverse=True)

_DIRECTIVES = {
    'd': r"(?P<d>3[0-1]|[1-2]\d|0[1-9]|[1-9]| [1-9])",
    'f': r"(?P<f>[0-9]{1,6})",
    'H': r"(?P<H>2[0-3]|[0-1]\d|\d)",
    'I': r"(?P<I>1[0-2]|0[1-9]|[1-9])",
    'j': r"(?P<j>36[0-6]|3[0-5]\d|[1-2]\d\d|0[1-9]\d|00[1-9]|[1-9]\d|0[1-9]|[1-9])",
    'm': r"(?P<m>1[0-2]|0[1-9]|[1-9])",
    'M': r"(?P<M>[0-5]\d|\d)",
    'S': r"(?P<S>6[0-1]|[0-5]\d|\d)",
    'U': r"(?P<U>5[0-3]|[0-4]\d|\d)",
    'w': r"(?P<w>[0-6])",
    'W': r"(?P<W>5[0-3]|[0-4]\d|\d)",
    'y': r"(?P<y>\d\d)",
    'Y': r"(?P<Y>\d\d\d\d)",
    'A': "(?P<A>%s)" % _names(_DAYS),
    'a': "(?P<a>%s)" % _names(_DAYS, 3),
    'B': "(?P<B>%s)" % _names(_MONTHS),
    'b': "(?P<b>%s)" % _names(_MONTHS, 3),
    'p': "(?P<p>am|pm)",
    '%': '%',
}
_LONGER = {'c': '%a %b %d %H:%M:%S %Y', 'x': '%m/%d/%y', 'X': '%H:%M:%S'}
_patterns = {}


def _pattern(format):
    found = _patterns.get(format)
    if found is not None:
        return found
    given = format
    for letter in 'cxX':
        format = format.replace('%' + letter, _LONGER[letter])
    format = _re.sub(r"([\\.^$*+?\(\){}\[\]|])", r"\\\1", format)
    format = _re.sub(r'\s+', r'\s+', format)
    parts = []
    while '%' in format:
        at = format.index('%') + 1
        letter = format[at:at + 1]
        if not letter:
            raise ValueError("stray %% in format '%s'" % given)
        if letter == 'Z':
            expression = "(?P<Z>%s)" % '|'.join(_zones())
        else:
            expression = _DIRECTIVES.get(letter)
        if expression is None:
            if letter == '\\':
                letter = '\\\\'
            raise ValueError("'%s' is a bad directive in format '%s'" % (letter, given))
        parts.append(format[:at - 1] + expression)
        format = format[at + 1:]
    found = _re.compile(''.join(parts) + format, _re.IGNORECASE)
    if len(_patterns) > 50:
        _patterns.clear()
    _patterns[given] = found
    return found


def _day_number(year, month, day):
    """Days since 0001-01-01, which is 1."""
    before = year - 1
    number = before * 365 + before // 4 - before // 100 + before // 400
    return number + _days_before(year, month) + day


def _is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _month_length(year, month):
    return 29 if month == 2 and _is_leap(year) else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def _days_before(year, month):
    return sum([_month_length(year, earlier) for earlier in range(1, month)])


def _from_week(year, week, weekday, monday_first):
    """The day of the year that a week's number and a day of the week mean."""
    first = _day_number(year, 1, 1) % 7
    # 0001-01-01 was a Monday: a number that leaves 1 is a Monday.
    first = (first + 6) % 7
    if not monday_first:
        first = (first + 1) % 7
        weekday = (weekday + 1) % 7
    to_week_one = (7 - first) % 7
    if week == 0:
        return 1 + weekday - first
    return 1 + to_week_one + 7 * (week - 1) + weekday


def _strptime(data_string, format="%a %b %d %H:%M:%S %Y"):
    """The fields of a struct_time, and the microseconds."""
    pattern = _pattern(format)
    if not isinstance(data_string, basestring):
        raise TypeError("expected string or buffer")
    found = pattern.match(data_string)
    if not found:
        raise ValueError("time data %r does not match format %r" % (data_string, format))
    if len(data_string) != found.end():
        raise ValueError("unconverted data remains: %s" % data_string[found.end():])
    values = found.groupdict()
    year = None
    month = day = 1
    hour = minute = second = fraction = 0
    zone = -1
    weekday = julian = week = None
    monday_first = False
    for key, text in values.items():
        if key == 'y':
            year = int(text)
            year += 2000 if year <= 68 else 1900
        elif key == 'Y':
            year = int(text)
        elif key == 'm':
            month = int(text)
        elif key == 'B':
            month = _MONTHS.index(text.lower()) + 1
        elif key == 'b':
            month = [name[:3] for name in _MONTHS].index(text.lower()) + 1
        elif key == 'd':
            day = int(text)
        elif key == 'H':
            hour = int(text)
        elif key == 'I':
            hour = int(text)
            half = (values.get('p') or '').lower()
            if half == 'pm':
                hour = 12 if hour == 12 else hour + 12
            elif hour == 12:
                hour = 0
        elif key == 'M':
            minute = int(text)
        elif key == 'S':
            second = int(text)
        elif key == 'f':
            fraction = int(text + '0' * (6 - len(text)))
        elif key == 'A':
            weekday = _DAYS.index(text.lower())
        elif key == 'a':
            weekday = [name[:3] for name in _DAYS].index(text.lower())
        elif key == 'w':
            weekday = (int(text) + 6) % 7
        elif key == 'j':
            julian = int(text)
        elif key in 'UW':
            week = int(text)
            monday_first = key == 'W'
        elif key == 'Z':
            zone_name = text.lower()
            if zone_name in ('utc', 'gmt'):
                zone = 0
            else:
                names = [name.lower() for name in _time.tzname]
                if zone_name in names and not (names[0] == names[1] and _time.daylight):
                    zone = names.index(zone_name)
    leap_default = year is None and month == 2 and day == 29
    if leap_default:
        # A leap year, so that the date exists.
        year = 1904
    elif year is None:
        year = 1900
    if julian is None and week is not None and weekday is not None:
        julian = _from_week(year, week, weekday, monday_first)
        if julian <= 0:
            year -= 1
            julian += 366 if _is_leap(year) else 365
    if julian is None:
        if day > _month_length(year, month):
            raise ValueError("day is out of range for month")
        julian = _days_before(year, month) + day
    else:
        month, day = 1, julian
        while month < 12 and day > _month_length(year, month):
            day -= _month_length(year, month)
            month += 1
    if weekday is None:
        weekday = (_day_number(year, month, day) + 6) % 7
    if leap_default:
        year = 1900
    return (year, month, day, hour, minute, second, weekday, julian, zone), fraction


def _strptime_time(data_string, format="%a %b %d %H:%M:%S %Y"):
    return _struct_time(_strptime(data_string, format)[0])
