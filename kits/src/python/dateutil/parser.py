# dateutil.parser.parse over the framework's own reader of dates.

import datetime
import re

import _dateutil

__all__ = ['parse', 'parserinfo']


class parserinfo(object):
    # The words that dates are made of; a class of one's own may have others.
    JUMP = [' ', '.', ',', ';', '-', '/', "'", 'at', 'on', 'and', 'ad', 'm', 't', 'of', 'st', 'nd', 'rd', 'th']
    WEEKDAYS = [('Mon', 'Monday'), ('Tue', 'Tuesday'), ('Wed', 'Wednesday'), ('Thu', 'Thursday'), ('Fri', 'Friday'),
                ('Sat', 'Saturday'), ('Sun', 'Sunday')]
    MONTHS = [('Jan', 'January'), ('Feb', 'February'), ('Mar', 'March'), ('Apr', 'April'), ('May', 'May'),
              ('Jun', 'June'), ('Jul', 'July'), ('Aug', 'August'), ('Sep', 'September'), ('Oct', 'October'),
              ('Nov', 'November'), ('Dec', 'December')]
    HMS = [('h', 'hour', 'hours'), ('m', 'minute', 'minutes'), ('s', 'second', 'seconds')]
    AMPM = [('am', 'a'), ('pm', 'p')]
    UTCZONE = ['UTC', 'GMT', 'Z']
    PERTAIN = ['of']
    TZOFFSET = {}

    def __init__(self, dayfirst=False, yearfirst=False):
        self.dayfirst = dayfirst
        self.yearfirst = yearfirst

    @staticmethod
    def _place(table, name):
        for place, words in enumerate(table):
            if name.lower() in [word.lower() for word in words]:
                return place
        return None

    def jump(self, name):
        return name.lower() in self.JUMP

    def weekday(self, name):
        return self._place(self.WEEKDAYS, name) if len(name) >= 3 else None

    def month(self, name):
        place = self._place(self.MONTHS, name) if len(name) >= 3 else None
        return None if place is None else place + 1

    def hms(self, name):
        return self._place(self.HMS, name)

    def ampm(self, name):
        return self._place(self.AMPM, name)

    def pertain(self, name):
        return name.lower() in self.PERTAIN

    def utczone(self, name):
        return name.lower() in [zone.lower() for zone in self.UTCZONE]

    def tzoffset(self, name):
        return 0 if name in self.UTCZONE else self.TZOFFSET.get(name)

    def convertyear(self, year):
        if year >= 100:
            return year
        now = datetime.date.today().year
        year = year + now // 100 * 100
        if abs(year - now) >= 50:
            return year + 100 if year < now else year - 100
        return year

    def _translated(self, text):
        """A text with the words that the reader knows in place of this class's own."""
        for name in ('MONTHS', 'WEEKDAYS', 'HMS', 'AMPM'):
            own, known = getattr(self, name), getattr(parserinfo, name)
            if own is known:
                continue
            for words, plain in zip(own, known):
                for word in sorted(words, key=len, reverse=True):
                    text = re.sub(r'(?iu)\b%s(?!\w)' % re.escape(word), plain[0], text)
        return text


class parser(object):
    def __init__(self, info=None):
        self.info = info or parserinfo()

    def parse(self, timestr, default=None, ignoretz=False, tzinfos=None, **kwargs):
        dayfirst = kwargs.get('dayfirst', self.info.dayfirst)
        yearfirst = kwargs.get('yearfirst', self.info.yearfirst)
        if not isinstance(timestr, basestring):
            timestr = timestr.read()
        if default is None:
            default = datetime.datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)
        if type(self.info) is not parserinfo:
            timestr = self.info._translated(timestr)
        made, name, offset = _dateutil.parse(timestr, default, bool(dayfirst), bool(yearfirst),
                                             bool(kwargs.get('fuzzy', False)))
        if ignoretz:
            return made.replace(tzinfo=None)
        if tzinfos is not None and (callable(tzinfos) or name in tzinfos):
            from dateutil import tz
            if callable(tzinfos):
                zone = tzinfos(name, offset)
            else:
                zone = tzinfos[name]
            if isinstance(zone, (int, long)):
                zone = tz.tzoffset(name, zone)
            elif isinstance(zone, basestring):
                zone = tz.gettz(zone)
            made = made.replace(tzinfo=zone)
        return made


DEFAULTPARSER = parser()


def parse(timestr, parserinfo=None, **kwargs):
    if parserinfo:
        return parser(parserinfo).parse(timestr, **kwargs)
    return DEFAULTPARSER.parse(timestr, **kwargs)
