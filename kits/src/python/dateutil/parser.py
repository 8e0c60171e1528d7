# dateutil.parser.parse over the framework's own reader of dates.

import datetime

import _dateutil


class parserinfo(object):
    def __init__(self, dayfirst=False, yearfirst=False):
        self.dayfirst = dayfirst
        self.yearfirst = yearfirst


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
