# The numbers of weekdays and months are plain.
import datetime as _datetime
from _bridge import library as _library
_machine = _library('calendar')

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
January = 1
February = 2


def weekday(year, month, day):
    return _datetime.date(year, month, day).weekday()


def monthrange(year, month):
    first, length = _machine.monthrange(year, month)
    return int(first), length


def timegm(tuple):
    year, month, day, hour, minute, second = tuple[:6]
    days = _datetime.date(year, month, 1).toordinal() - _EPOCH + day - 1
    return ((days * 24 + hour) * 60 + minute) * 60 + second

_EPOCH = _datetime.date(1970, 1, 1).toordinal()


def isleap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
