# calendar: weeks as data, text and HTML, subclasses, errors.
import calendar, sys

print calendar.month(2012, 2)
print calendar.month(2011, 5, 4, 2)
calendar.prmonth(2000, 2)
print calendar.calendar(2013, m=4)
print calendar.TextCalendar(6).formatyear(2015, 3, 2, 5, 2)
calendar.setfirstweekday(calendar.SUNDAY)
print calendar.monthcalendar(2009, 2), calendar.firstweekday(), calendar.weekheader(3), calendar.weekheader(9)
calendar.setfirstweekday(0)
c = calendar.Calendar(3)
print list(c.iterweekdays()), c.getfirstweekday(), c.firstweekday
print list(c.itermonthdays(2008, 2)), list(c.itermonthdays2(2008, 2))[:9]
print [str(d) for d in c.itermonthdates(2008, 2)][:9], str(list(calendar.Calendar(0).itermonthdates(1, 1))[0])
print c.monthdayscalendar(2008, 2), c.monthdays2calendar(2008, 2)[0]
print [[len(m) for m in row] for row in c.yeardayscalendar(2008, 5)], len(c.yeardatescalendar(2008)), len(c.yeardays2calendar(2008, 12))
print calendar.HTMLCalendar().formatmonth(2012, 2)
print len(calendar.HTMLCalendar(6).formatyear(2012, 4)), calendar.HTMLCalendar().formatyearpage(2012, css=None)[:200]
for call in ('calendar.monthrange(2010, 13)', 'calendar.monthrange(0, 1)', 'calendar.weekday(2010, 2, 30)',
             'calendar.setfirstweekday(7)', 'calendar.setfirstweekday("a")', 'calendar.monthrange(2000, 2)',
             'calendar.timegm((1970, 1, 1, 0, 0, 0))', 'calendar.timegm((2012, 2, 30, 25, 61, 0.5))',
             'calendar.timegm((1, 2))', 'calendar.timegm((2012, 13, 1, 0, 0, 0))', 'calendar.isleap(1900)',
             'calendar.leapdays(1900, 2001)', 'calendar.month_name[13]', 'calendar.month_name[-1]',
             'calendar.day_abbr[1:3]', 'len(calendar.month_abbr)', 'list(calendar.day_name)', 'calendar.mdays',
             'calendar.IllegalMonthError(3).month', 'calendar.formatstring(["a", "b"], 4, 2)', 'calendar.Calendar(9).firstweekday',
             'calendar.TextCalendar().formatday(0, 1, 4)', 'calendar.TextCalendar().formatmonthname(2000, 1, 20, False)',
             'calendar.HTMLCalendar().formatmonthname(2000, 1, False)', 'calendar.HTMLCalendar.cssclasses'):
    try:
        print call, repr(eval(call))
    except Exception, e:
        print call, type(e).__name__, e


class Mine(calendar.HTMLCalendar):
    def formatday(self, day, weekday):
        return '[%d]' % day

    def formatmonthname(self, theyear, themonth, withyear=True):
        return u'<tr>\xe9%s</tr>' % themonth

print repr(Mine().formatmonth(2010, 2)), type(Mine().formatmonth(2010, 2))
print calendar.Calendar, calendar.TextCalendar.__mro__, calendar.IllegalMonthError.__mro__[1]
print calendar.LocaleTextCalendar(locale='C').formatmonth(2010, 6)
