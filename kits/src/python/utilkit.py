# The kits String, Hash, Datetime, Util and Archive (spec/kits.md 9, 10, 12, 13, 15). Modules are imported where they
# are used: most plug-ins need few of them.

import re


def framework_error(text):
    return FrameworkException(text)


def need_bytes(function, value):
    """The bytes of a string; other types are refused in the name of the function that the original calls."""
    if isinstance(value, unicode):
        return value.encode('utf-8')
    if isinstance(value, str):
        return value
    shown = type(value).__name__
    if value is None:
        shown = 'None'
    raise TypeError('%s() argument 1 must be string or buffer, not %s' % (function, shown))


class HashKit(object):
    def _digest(self, name, data, digest):
        import hashlib
        made = hashlib.new(name, need_bytes('update', data))
        if digest:
            return made.digest()
        return made.hexdigest()

    def MD5(self, data, digest=False):
        return self._digest('md5', data, digest)

    def SHA1(self, data, digest=False):
        return self._digest('sha1', data, digest)

    def SHA224(self, data, digest=False):
        return self._digest('sha224', data, digest)

    def SHA256(self, data, digest=False):
        return self._digest('sha256', data, digest)

    def SHA384(self, data, digest=False):
        return self._digest('sha384', data, digest)

    def SHA512(self, data, digest=False):
        return self._digest('sha512', data, digest)

    def CRC32(self, data):
        import binascii
        return '%08X' % (binascii.crc32(need_bytes('crc32', data)) & 0xffffffff)


# Suffix rules of English plurals, first match wins.
PLURALS = [
    ('([ml])ouse$', '\\1ice'),
    ('child$', 'children'),
    ('booth$', 'booths'),
    ('foot$', 'feet'),
    ('ooth$', 'eeth'),
    ('l(eaf|oaf)$', None),
    ('sis$', 'ses'),
    ('man$', 'men'),
    ('ife$', 'ives'),
    ('eau$', 'eaux'),
    ('lf$', 'lves'),
    ('([sxz])$', '\\1es'),
    ('([^aeioudgkprt]h)$', '\\1es'),
    ('(qu|[^aeiou])y$', '\\1ies'),
    ('$', 's'),
]


def safe_encode(data):
    import binascii
    data = need_bytes('b2a_base64', data)
    return binascii.b2a_base64(data)[:-1].replace('/', '@').replace('+', '*').replace('=', '_')


def safe_decode(data):
    import binascii
    text = data.replace('@', '/').replace('*', '+').replace('_', '=')
    return binascii.a2b_base64(text + '=' * (-len(text) % 4))


def cleaned(text):
    if not isinstance(text, unicode):
        text = unicode(text)
    text = text.replace(u'&', u'and')
    text = re.sub(u'[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~]', u'', text)
    text = text.lower()
    text = re.sub(u'^(the|a) ', u'', text)
    return re.sub(u' +', u' ', text).strip()


def distance(first, second):
    if len(first) < len(second):
        first, second = second, first
    row = range(len(second) + 1)
    for i in xrange(len(first)):
        left = i + 1
        new = [left]
        c = first[i]
        for j in xrange(len(second)):
            left = min(row[j + 1] + 1, left + 1, row[j] + (c != second[j]))
            new.append(left)
        row = new
    return row[-1]


def common_substring(first, second):
    best = u''
    lengths = [0] * (len(second) + 1)
    for i in xrange(len(first)):
        before = lengths
        lengths = [0] * (len(second) + 1)
        for j in xrange(len(second)):
            if first[i] == second[j]:
                length = before[j] + 1
                lengths[j + 1] = length
                if length > len(best):
                    best = first[i + 1 - length:i + 1]
    return best


class StringKit(object):
    LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    LOWERCASE = 'abcdefghijklmnopqrstuvwxyz'
    UPPERCASE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
    DIGITS = '0123456789'
    HEX_DIGITS = '0123456789abcdefABCDEF'
    OCT_DIGITS = '01234567'
    PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'
    PRINTABLE = DIGITS + LOWERCASE + UPPERCASE + PUNCTUATION + ' \t\n\r\x0b\x0c'
    WHITESPACE = '\t\n\x0b\x0c\r '

    def Encode(self, s):
        return safe_encode(s)

    def Decode(self, s):
        return safe_decode(s)

    def Base64Encode(self, s, with_newlines=False):
        import base64
        if isinstance(s, unicode):
            s = s.encode('utf-8')
        if with_newlines:
            return base64.encodestring(s)
        return base64.b64encode(s)

    def Base64Decode(self, s):
        import binascii
        if isinstance(s, unicode):
            s = s.encode('utf-8')
        return binascii.a2b_base64(s)

    def Quote(self, s, usePlus=False):
        import urllib
        if isinstance(s, unicode):
            s = s.encode('raw_unicode_escape')
        if usePlus:
            return urllib.quote_plus(s)
        return urllib.quote(s)

    def URLEncode(self, s):
        import urllib
        if isinstance(s, unicode):
            s = s.encode('utf-8')
        return urllib.quote_plus(str(s))

    def Unquote(self, s, usePlus=False):
        import urllib
        if usePlus:
            return urllib.unquote_plus(s)
        return urllib.unquote(s)

    def Join(self, words, sep=None):
        return sep.join(words)

    def JoinURL(self, base, url, allow_fragments=True):
        import urlparse
        return urlparse.urljoin(base, url, allow_fragments)

    def StripTags(self, s):
        return re.sub('<[^<>]+>', '', s)

    def DecodeHTMLEntities(self, s):
        import htmlentitydefs
        if not isinstance(s, basestring):
            raise TypeError('expected string or buffer')
        if not isinstance(s, unicode):
            s = unicode(s)

        def character(match):
            name = match.group(1)
            if name is None:
                return u'&amp;'
            if name[0] == u'#':
                try:
                    return unichr(int(name[1:]))
                except ValueError:
                    return match.group(0)
            if name == u'apos':
                return match.group(0)
            code = htmlentitydefs.name2codepoint.get(str(name))
            if code is None:
                return u'&amp;' + name
            return unichr(code)
        if s == u'&':
            return u''
        return re.sub(u'&(#[0-9]+|[a-zA-Z][a-zA-Z0-9]*);', character, s)

    def UUID(self):
        import uuid
        return str(uuid.uuid4())

    def StripDiacritics(self, s):
        import unicodedata
        if not isinstance(s, unicode):
            s = unicode(s)
        s = s.replace(u'\xdf', u'ss').replace(u'\u1e9e', u'SS')
        return unicodedata.normalize('NFKD', s).encode('ascii', 'ignore')

    def Pluralize(self, s):
        for pattern, replacement in PLURALS:
            if re.search(pattern, s):
                if replacement is None:
                    return s[:-1] + 'ves'
                return re.sub(pattern, replacement, s, 1)
        return s

    def LevenshteinDistance(self, first, second):
        return distance(cleaned(first), cleaned(second))

    def LevenshteinRatio(self, first, second):
        if len(first) == 0 or len(second) == 0:
            return 0.0
        return 1 - float(self.LevenshteinDistance(first, second)) / max(len(first), len(second))

    def LongestCommonSubstring(self, first, second):
        return common_substring(cleaned(first), cleaned(second))

    def CapitalizeWords(self, s):
        return ' '.join([word.capitalize() for word in s.split()])

    def ParseQueryString(self, s, keep_blank_vaues=True, strict_parsing=False):
        import urlparse
        return urlparse.parse_qs(s, keep_blank_vaues, strict_parsing)

    def ParseQueryStringAsList(self, s, keep_blank_vaues=True, strict_parsing=False):
        import urlparse
        return urlparse.parse_qsl(s, keep_blank_vaues, strict_parsing)

    def SplitExtension(self, s):
        import os
        return os.path.splitext(s)

    def Dedent(self, s):
        import textwrap
        return textwrap.dedent(s)

    def Clean(self, s, form='NFKD', lang=None, strip_diacritics=False, strip_punctuation=False):
        import unicodedata
        if not isinstance(s, basestring):
            raise TypeError('expected string or buffer')
        if not isinstance(s, unicode):
            last = 'iso-8859-1'
            if lang == 'ko':
                last = 'cp949'
            for encoding in ('utf-8', 'utf-16', last):
                try:
                    s = s.decode(encoding)
                    break
                except UnicodeError:
                    pass
        s = unicodedata.normalize(form, s)
        out = []
        for c in s:
            category = unicodedata.category(c)
            if category[0] == 'C' or strip_punctuation and category[0] == 'P':
                continue
            if strip_diacritics and unicodedata.combining(c):
                continue
            out.append(c)
        return u''.join(out)


MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november',
          'december']
WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
UNIVERSAL = ('utc', 'gmt', 'z')
# Words between the parts of a date that mean nothing.
FILLERS = ('st', 'nd', 'rd', 'th', 'of', 'at', 'on', 'and', 'ad', 't', 'm', 'am', 'pm', 'a', 'p')


def local_now():
    import datetime
    import time
    return datetime.datetime.fromtimestamp(time.time())


def named(word, names):
    if len(word) >= 3:
        for index in xrange(len(names)):
            if word == names[index] or word == names[index][:3]:
                return index
    return None


def zone_offset(text):
    sign = 1
    if text[0] == '-':
        sign = -1
    digits = text[1:].replace(':', '')
    if len(digits) <= 2:
        return sign * int(digits) * 3600
    return sign * (int(digits[:-2]) * 3600 + int(digits[-2:]) * 60)


def fixed_zone(seconds, shown):
    import datetime

    class Zone(datetime.tzinfo):
        def utcoffset(self, when):
            return datetime.timedelta(seconds=seconds)

        def dst(self, when):
            return datetime.timedelta(0)

        def tzname(self, when):
            if seconds == 0:
                return 'UTC'
            return None

        def __repr__(self):
            return shown
    return Zone()


def universal_zone():
    import time
    if time.timezone == 0 and 'UTC' in time.tzname:
        return fixed_zone(0, 'tzlocal()')
    return fixed_zone(0, 'tzutc()')


def take_time(text, found):
    """Takes the time of day and the zone out of a text; gives the rest and the zone."""
    zone = None
    match = re.search(r'(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(am|pm|a\.m\.|p\.m\.)?', text)
    if match is None:
        match = re.search(r'\b(\d{1,2})()()()\s*(am|pm)\b', text)
    if match is None:
        match = re.search(r'(?<=\dt)(\d{2})(\d{2})(\d{2})()()', text)
    if match is None:
        return text, zone
    hour, minute, second, fraction, half = match.groups()
    hour = int(hour)
    if half and half[0] == 'p' and hour < 12:
        hour = hour + 12
    elif half and half[0] == 'a' and hour == 12:
        hour = 0
    found['hour'] = hour
    found['minute'] = int(minute or 0)
    found['second'] = int(second or 0)
    found['microsecond'] = int(((fraction or '') + '000000')[:6])
    before, after = text[:match.start()], text[match.end():]
    offset = re.match(r'\s*([+-]\d{2}:?\d{2}|[+-]\d{1,2})(?!\d)', after)
    if offset:
        seconds = zone_offset(offset.group(1))
        zone = fixed_zone(seconds, 'tzoffset(None, %d)' % seconds)
        if seconds == 0:
            zone = universal_zone()
        after = after[offset.end():]
    return before + ' ' + after, zone


def take_numbers(numbers, found):
    """Finds year, month and day among the numbers of a date."""
    for at in xrange(len(numbers)):
        number = numbers[at]
        if len(number) == 8:
            found['year'], found['month'], found['day'] = int(number[:4]), int(number[4:6]), int(number[6:])
            return
        if len(number) >= 3 and at > 0 or int(number) > 31 or len(number) >= 3:
            if 'year' not in found and (at == 0 or len(number) >= 3 or int(number) > 31):
                if int(number) > 9999:
                    raise ValueError('year is out of range')
                found['year'] = full_year(number)
                rest = numbers[:at] + numbers[at + 1:]
                if at == 0 and 'month' not in found and rest:
                    # After the year come month and day.
                    found['month'] = int(rest[0])
                    if len(rest) > 1:
                        found['day'] = int(rest[1])
                    return
                numbers = rest
                break
    if 'month' in found:
        for name in ('day', 'year'):
            if name not in found and numbers:
                value = numbers.pop(0)
                if name == 'year':
                    found[name] = full_year(value)
                else:
                    found[name] = int(value)
    elif len(numbers) == 1 and 'year' in found:
        found['month'] = int(numbers[0])
    elif len(numbers) == 1:
        found['day'] = int(numbers[0])
    elif len(numbers) >= 2:
        first, second = int(numbers[0]), int(numbers[1])
        if first > 12:
            first, second = second, first
        found['month'], found['day'] = first, second
        if len(numbers) > 2 and 'year' not in found:
            found['year'] = full_year(numbers[2])


# Reads dates as people write them; what is missing comes from today at midnight.
def general_date(text):
    import datetime
    text = str(text).strip().lower()
    default = local_now().replace(hour=0, minute=0, second=0, microsecond=0)
    found = {}
    rest, zone = take_time(text, found)
    numbers = []
    weekday = None
    for word in re.findall(r'[a-z]+|\d+', rest):
        if word.isdigit():
            numbers.append(word)
            continue
        month = named(word, MONTHS)
        day = named(word, WEEKDAYS)
        if month is not None and 'month' not in found:
            found['month'] = month + 1
        elif day is not None:
            weekday = day
        elif word in UNIVERSAL and 'hour' in found:
            zone = universal_zone()
        elif word not in FILLERS and not ('hour' in found and len(word) in (3, 4)):
            raise ValueError('unknown string format')
    take_numbers(numbers, found)
    if not found and weekday is None and text not in ('', '-'):
        raise ValueError('unknown string format')
    if 'day' not in found and 'month' in found and 1 <= found['month'] <= 12:
        import calendar
        found['day'] = min(default.day, calendar.monthrange(found.get('year', default.year), found['month'])[1])
    made = default.replace(**found)
    if weekday is not None and 'day' not in found:
        made = made + datetime.timedelta(days=(weekday - made.weekday()) % 7)
    if zone is not None:
        made = made.replace(tzinfo=zone)
    return made


def full_year(text):
    year = int(text)
    if len(text) > 2:
        return year
    now = local_now().year
    year = year + now // 100 * 100
    if year >= now + 50:
        return year - 100
    if year < now - 50:
        return year + 100
    return year


# The forms of dates in mail (RFC 2822 and its relatives), whose zone does not count. A month before the day needs a
# time of day right behind the year.
MAIL_DATES = [
    r'(?:[a-z]{3,9},?\s+)?(?P<day>\d{1,2})[\s-]+(?P<month>[a-z]{3,9})[\s,-]+(?P<year>\d{2,4})\s+'
    r'(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?',
    r'(?P<month>[a-z]{3,9})\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})\s+'
    r'(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?',
    r'(?:[a-z]{3,9},?\s+)?(?P<month>[a-z]{3,9})\s+(?P<day>\d{1,2})\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})'
    r'(?::(?P<second>\d{2}))?\s+(?:[+-]\d{4}\s+)?(?P<year>\d{4})',
]


def mail_date(text):
    import datetime
    for pattern in MAIL_DATES:
        match = re.match(r'\s*' + pattern, text.lower())
        month = match and named(match.group('month'), MONTHS)
        if month is None:
            continue
        year = int(match.group('year'))
        if year < 100:
            year = year + (1900 if year > 68 else 2000)
        return datetime.datetime(year, month + 1, int(match.group('day')), int(match.group('hour')),
                                 int(match.group('minute')), int(match.group('second') or 0))
    return None


class DatetimeKit(object):
    def Now(self):
        return local_now()

    def UTCNow(self):
        import datetime
        import time
        return datetime.datetime.utcfromtimestamp(time.time())

    def ParseDate(self, date, fmt=None):
        import datetime
        if date is None or len(date) == 0:
            return None
        try:
            if fmt:
                return datetime.datetime.strptime(date, fmt)
            if re.match(r'\d{4}-\d{2}-\d{2}', date):
                return datetime.datetime.strptime(date, '%Y-%m-%d')
            if re.match(r'\d{4}', date):
                return datetime.datetime.strptime(date + '-01-01', '%Y-%m-%d')
            made = mail_date(date)
            if made is not None:
                return made
        except (ValueError, TypeError):
            pass
        return general_date(date)

    def Delta(self, **kwargs):
        import datetime
        return datetime.timedelta(**kwargs)

    def TimestampFromDatetime(self, dt):
        import time
        return time.mktime(dt.timetuple())

    def FromTimestamp(self, ts):
        import datetime
        return datetime.datetime.fromtimestamp(ts)

    def MillisecondsFromString(self, s):
        parts = s.split(':')
        if len(parts) > 3:
            raise framework_error("Too many components in time string '%s'" % s)
        total = 0
        for part in parts:
            total = total * 60 + int(part)
        return total * 1000


class UtilKit(object):
    def Floor(self, x):
        import math
        return float(math.floor(x))

    def Ceiling(self, x):
        import math
        return float(math.ceil(x))

    def VersionAtLeast(self, version_string, *components):
        if version_string is None:
            return False
        numbers = []
        for part in version_string.split('-')[0].split('.'):
            try:
                numbers.append(int(part))
            except ValueError:
                numbers.append(0)
        return tuple(numbers) >= tuple(components)

    def ListSortedByKey(self, l, key):
        return sorted(l, key=lambda item: item[key])

    def ListSortedByAttr(self, l, attr):
        return sorted(l, key=lambda item: getattr(item, attr))

    def SortListByKey(self, l, key):
        l.sort(key=lambda item: item[key])

    def SortListByAttr(self, l, attr):
        l.sort(key=lambda item: getattr(item, attr))

    def LevenshteinDistance(self, first, second):
        return distance(cleaned(first), cleaned(second))

    def LongestCommonSubstring(self, first, second):
        return common_substring(cleaned(first), cleaned(second))

    def Random(self):
        import random
        return random.random()

    def RandomInt(self, a, b):
        import random
        if b < a:
            raise ValueError('empty range for randrange() (%d,%d, %d)' % (a, b + 1, b + 1 - a))
        return random.randint(a, b)

    def RandomItemFromList(self, l):
        return l[self.RandomInt(0, len(l) - 1)]

    def RandomChoice(self, l):
        import random
        return l[int(random.random() * len(l))]

    def RandomSample(self, l, count):
        import random
        return random.sample(l, count)


class ZipArchive(object):
    def __init__(self, data=None):
        import StringIO
        import zipfile
        self._buffer = StringIO.StringIO()
        mode = 'w'
        if data is not None:
            self._buffer = StringIO.StringIO(data)
            mode = 'r'
        self._zip = zipfile.ZipFile(self._buffer, mode)

    def __iter__(self):
        return iter(self._zip.namelist())

    def __getitem__(self, name):
        return self._zip.read(name)

    def __setitem__(self, name, data):
        self._zip.writestr(name, data)

    def Names(self):
        return self._zip.namelist()

    def Test(self):
        return self._zip.testzip()

    def Close(self):
        self._zip.close()

    def __str__(self):
        return self._buffer.getvalue()

    Data = property(__str__)


class ArchiveKit(object):
    def Zip(self, data=None):
        return ZipArchive(data)

    def ZipFromURL(self, url, values=None, headers={}, cacheTime=None, encoding=None, errors=None, sleep=0):
        request = HTTP.Request(url, values, headers, cacheTime, encoding, errors, immediate=True, sleep=sleep)
        return ZipArchive(request.content)

    def GzipCompress(self, data):
        import gzip
        import StringIO
        out = StringIO.StringIO()
        writer = gzip.GzipFile(fileobj=out, mode='wb')
        writer.write(data)
        writer.close()
        return out.getvalue()

    def GzipDecompress(self, data):
        import gzip
        import StringIO
        return gzip.GzipFile(fileobj=StringIO.StringIO(data)).read()
