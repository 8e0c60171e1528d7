from _bridge import library as _library, struct_time as _struct_time
_machine = _library('time')

accept2dyear = 1
_struct_time(struct_time)
# Without daylight saving time there is no other offset.
daylight = _machine.daylight
timezone = _machine.timezone
altzone = _machine.altzone if daylight else timezone


def _seconds(value):
    if not isinstance(value, (int, long, float)):
        if not hasattr(value, '__float__') or isinstance(value, basestring):
            raise TypeError("a float is required")
        value = float(value)
    if not -67768040609740800 <= value <= 67768036191676799:
        raise ValueError("timestamp out of range for platform time_t")
    return value


def _fields(value):
    if not isinstance(value, tuple) and not isinstance(value, struct_time):
        if not hasattr(value, '__getitem__') or isinstance(value, (basestring, dict)):
            raise TypeError("argument must be 9-item sequence, not %s" % type(value).__name__)
        value = tuple(value)
    if len(value) != 9:
        raise TypeError("argument must be sequence of length 9, not %d" % len(value))
    return tuple([int(field) for field in value])


def _year(year):
    if year >= 1900:
        return year
    if not accept2dyear or year < 0 or 99 < year:
        raise ValueError("year out of range" if accept2dyear else "year >= 1900 required")
    return year + (1900 if year > 68 else 2000)


def _checked(fields):
    """Fields in range, zero days and months moved to the first."""
    year, month, day, hour, minute, second, weekday, julian, dst = fields
    for name, value, least, most in (('month', month, 0, 12), ('day of month', day, 0, 31), ('hour', hour, 0, 23),
                                     ('minute', minute, 0, 59), ('seconds', second, 0, 61),
                                     ('day of year', julian, 0, 366)):
        if not least <= value <= most:
            raise ValueError("%s out of range" % name)
    if weekday < -1:
        raise ValueError("day of week out of range")
    return _year(year), month or 1, day or 1, hour, minute, second, weekday % 7, julian or 1, max(-1, min(1, dst))


def gmtime(seconds=None):
    return _machine.gmtime() if seconds is None else _machine.gmtime(_seconds(seconds))


def localtime(seconds=None):
    return _machine.localtime() if seconds is None else _machine.localtime(_seconds(seconds))


def ctime(seconds=None):
    return _machine.ctime() if seconds is None else _machine.ctime(_seconds(seconds))


def asctime(t=None):
    if t is None:
        return _machine.asctime()
    fields = _fields(t)
    return _machine.asctime((_year(fields[0]),) + fields[1:])


def strftime(format, t=None):
    if not isinstance(format, basestring):
        raise TypeError("strftime() argument 1 must be string, not %s" % type(format).__name__)
    fields = _machine.localtime() if t is None else _checked(_fields(t))
    return str(_machine.strftime(format, fields))


def mktime(t):
    fields = _fields(t)
    try:
        return _machine.mktime((_year(fields[0]),) + fields[1:])
    except (OverflowError, ValueError):
        return _mktime_outside(fields)


def _mktime_outside(fields):
    """Fields beyond their ranges, as C carries them over."""
    year, month, day, hour, minute, second, weekday, julian, dst = fields
    months = year * 12 + month - 1
    start = _machine.mktime((months // 12, months % 12 + 1, 1, 0, 0, 0, 0, 1, -1))
    seconds = start + (day - 1) * 86400 + hour * 3600 + minute * 60 + second
    # The offset at that time, not at the month's start.
    return seconds + _offset(start) - _offset(seconds)


def _offset(seconds):
    """Seconds that local time is ahead at a time."""
    return -(altzone if _machine.localtime(seconds).tm_isdst > 0 else timezone)


def strptime(string, format="%a %b %d %H:%M:%S %Y"):
    import _strptime
    return _strptime._strptime_time(string, format)


def sleep(seconds):
    if not isinstance(seconds, (int, long, float)) and not hasattr(seconds, '__float__'):
        raise TypeError("a float is required")
    if seconds < 0:
        raise IOError(22, "Invalid argument")
    _machine.sleep(seconds)


def clock():
    return _machine.process_time()


def tzset():
    """Takes the time zone of the environment's TZ."""
    global timezone, altzone, daylight, tzname
    # The system's mktime() reads TZ; its localtime() need not.
    _machine.mktime((2000, 1, 1, 0, 0, 0, 0, 1, -1))
    year = _machine.gmtime().tm_year
    zones = {}
    for month in 1, 7:
        noon = int(_machine.mktime((year, month, 1, 12, 0, 0, 0, 1, -1)))
        local = _machine.localtime(noon)
        shown = _day(local.tm_year, local.tm_mon, local.tm_mday) * 86400 + (
            local.tm_hour * 3600 + local.tm_min * 60 + local.tm_sec)
        away = noon - shown
        zones[int(local.tm_isdst > 0)] = _machine.strftime('%Z', local), away
    standard = zones.get(0) or zones[1]
    summer = zones.get(1) or standard
    daylight = int(1 in zones)
    timezone, altzone = standard[1], summer[1]
    tzname = str(standard[0]), str(summer[0])


def _day(year, month, day):
    """Days since the first of January 1970."""
    return _library('datetime').date(year, month, day).toordinal() - 719163
