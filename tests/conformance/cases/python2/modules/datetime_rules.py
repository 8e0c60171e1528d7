from datetime import *
import time as T
def t(f):
    try: print repr(f())
    except Exception, e: print type(e).__name__, e
class U(tzinfo):
    def utcoffset(self, d): return timedelta(0)
    def dst(self, d): return timedelta(0)
    def tzname(self, d): return 'UTC'
class X(tzinfo):
    def utcoffset(self, d): return timedelta(hours=25)
    def dst(self, d): return 5
    def tzname(self, d): return 0
d = datetime(2012,1,2,3,4,5); da = d.replace(tzinfo=U())
t(lambda: bool(time(0))); t(lambda: bool(time(1))); t(lambda: bool(time(0, tzinfo=U()))); t(lambda: bool(timedelta(0)))
t(lambda: d == da); t(lambda: d < da); t(lambda: d - da); t(lambda: da == d); t(lambda: d != da); t(lambda: time(1) == time(1, tzinfo=U())); t(lambda: time(1) < time(1, tzinfo=U()))
t(lambda: d == 5); t(lambda: d < 5); t(lambda: cmp(d, 5)); t(lambda: d == None); t(lambda: d > None); t(lambda: date(2012,1,1) < 5); t(lambda: date(2012,1,1) == d); t(lambda: timedelta(1) < 5); t(lambda: timedelta(1) == 5); t(lambda: time(1) < 'x')
t(lambda: timedelta(1) * 1.5); t(lambda: 2 * timedelta(1)); t(lambda: timedelta(1) / 2); t(lambda: timedelta(1) // 2); t(lambda: timedelta(1) / 2.0); t(lambda: timedelta(1) % 2); t(lambda: timedelta(1) / timedelta(1)); t(lambda: timedelta(1)//timedelta(1)); t(lambda: -timedelta(1, 2, 3)); t(lambda: abs(-timedelta(1))); t(lambda: divmod(timedelta(1), timedelta(1)))
t(lambda: datetime.fromtimestamp(1e20)); t(lambda: datetime.fromtimestamp(-1e20)); t(lambda: date.fromtimestamp(1e20)); t(lambda: datetime.utcfromtimestamp(1e20)); t(lambda: datetime.utcfromtimestamp(1e12)); t(lambda: datetime.utcfromtimestamp('x')); t(lambda: datetime.utcfromtimestamp(1.5)); t(lambda: datetime.utcfromtimestamp(0.9999996)); t(lambda: datetime.utcfromtimestamp(-0.5))
x = d.replace(tzinfo=X())
t(lambda: x.dst()); t(lambda: x.tzname()); t(lambda: d.replace(tzinfo=5)); t(lambda: datetime(2012,1,1,tzinfo='x')); t(lambda: d.astimezone(U())); t(lambda: str(da)); t(lambda: da.isoformat(' ')); t(lambda: da.timetuple()); t(lambda: da.utctimetuple()); t(lambda: d.timetuple().tm_isdst)
t(lambda: datetime(2012,13,1)); t(lambda: datetime(2012,2,30)); t(lambda: datetime(0,1,1)); t(lambda: datetime(2012,1,1,25)); t(lambda: datetime(2012,1,1,1,60)); t(lambda: datetime(2012,1,1,1,1,60)); t(lambda: datetime(2012,1,1,1,1,1,10**6)); t(lambda: date(10000,1,1)); t(lambda: time(24)); t(lambda: datetime(2012)); t(lambda: datetime('x',1,1)); t(lambda: datetime(2012,1.5,1)); t(lambda: date.today().x)
t(lambda: d.strftime('%Y %j %U %f %%')); t(lambda: datetime(1800,1,1).strftime('%Y')); t(lambda: time(1,2,3,4).strftime('%H %f %Y')); t(lambda: d.strftime(u'%Y')); t(lambda: d.strftime(5)); t(lambda: format(d, '%Y')); t(lambda: '{0:%H:%M}'.format(d)); t(lambda: format(d, '')); t(lambda: da.strftime('%z %Z')); t(lambda: d.strftime('%z|%Z|'))
t(lambda: datetime.strptime('2012', '%Y')); t(lambda: datetime.strptime('x', '%Y')); t(lambda: datetime.strptime('2012x', '%Y')); t(lambda: datetime.strptime('2012', '%Q')); t(lambda: datetime.strptime('12:00 PM .5', '%I:%M %p .%f')); t(lambda: datetime.strptime(5, '%Y'))
t(lambda: timedelta.max); t(lambda: timedelta(999999999, 86400)); t(lambda: timedelta(days=1.5, hours='x')); t(lambda: timedelta(weeks=1, ms=1)); t(lambda: timedelta(1.5, milliseconds=.5)); t(lambda: timedelta(1).total_seconds()); t(lambda: str(timedelta(-1, 5))); t(lambda: str(timedelta(2, 5, 6))); t(lambda: repr(timedelta(0))); t(lambda: hash(timedelta(1)) == hash(timedelta(hours=24)))
t(lambda: d + 5); t(lambda: d - 5); t(lambda: d + d); t(lambda: datetime.max + timedelta(1)); t(lambda: date.max + timedelta(1)); t(lambda: date(2012,1,1) - date(2011,1,1)); t(lambda: d - date(2011,1,1)); t(lambda: d + timedelta(hours=1)); t(lambda: timedelta(1) + d); t(lambda: timedelta(1) - d)
t(lambda: d.isocalendar()); t(lambda: d.ctime()); t(lambda: d.toordinal()); t(lambda: date.fromordinal(0)); t(lambda: d.weekday()); t(lambda: datetime.combine(date(2012,1,1), time(1))); t(lambda: datetime.combine(5, time(1))); t(lambda: d.replace(month=13)); t(lambda: d.replace(foo=1)); t(lambda: d.date()); t(lambda: d.timetz()); t(lambda: tzinfo().utcoffset(None)); t(lambda: datetime.now(5)); t(lambda: d.utctimetuple()[:6]); t(lambda: d.timestamp()); t(lambda: d.fold); t(lambda: timezone.utc)
import pickle, copy
t(lambda: pickle.dumps(d)); t(lambda: pickle.dumps(timedelta(1), 2)); t(lambda: copy.deepcopy(da) == da); t(lambda: pickle.loads(pickle.dumps(time(1,2), 2))); t(lambda: d.__reduce__()); t(lambda: da.__hash__() == da.__hash__()); t(lambda: isinstance(d, date)); t(lambda: d.min); t(lambda: datetime.resolution)
