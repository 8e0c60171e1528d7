"""Dates, header words, hosts and paths of cookies (part of `cookielib`)."""

import re
import time
import urlparse
from datetime import date
from urllib import quote

DEFAULT_HTTP_PORT = '80'
MISSING_FILENAME_TEXT = 'a filename was not supplied (nor was the CookieJar instance initialised with one)'
EPOCH_YEAR = 1970
DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
MONTHS_LOWER = [month.lower() for month in MONTHS]
UTC_ZONES = {'GMT': None, 'UTC': None, 'UT': None, 'Z': None}

TIMEZONE_RE = re.compile(r'^([-+])?(\d\d?):?(\d\d)?$')
STRICT_DATE_RE = re.compile(r'^[SMTWF][a-z][a-z], (\d\d) ([JFMASOND][a-z][a-z]) (\d\d\d\d) (\d\d):(\d\d):(\d\d) GMT$')
WEEKDAY_RE = re.compile(r'^(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)[a-z]*,?\s*', re.I)
# Day, month, year, then perhaps hour, minute, second, zone, and am or pm or something in brackets.
LOOSE_HTTP_DATE_RE = re.compile(
    r'^(\d\d?)(?:\s+|[-\/])(\w+)(?:\s+|[-\/])(\d+)(?:(?:\s+|:)(\d\d?):(\d\d)(?::(\d\d))?)?'
    r'(?:\s*([-+]?\d{2,4}|(?![APap][Mm]\b)[A-Za-z]+))?(?:\s*\(\w+\))?\s*$')
ISO_DATE_RE = re.compile(
    r'^(\d{4})[-\/]?(\d\d?)[-\/]?(\d\d?)(?:(?:\s+|[-:Tt])(\d\d?):?(\d\d)(?::?(\d\d(?:\.\d*)?))?)?'
    r'(?:\s*([-+]?\d\d?:?(:?\d\d)?|Z|z))?\s*$')
HEADER_TOKEN_RE = re.compile(r'^\s*([^=\s;,]+)')
HEADER_QUOTED_VALUE_RE = re.compile(r'^\s*=\s*"([^\"\\]*(?:\\.[^\"\\]*)*)"')
HEADER_VALUE_RE = re.compile(r'^\s*=\s*([^\s;,]*)')
HEADER_ESCAPE_RE = re.compile(r'\\(.)')
HEADER_JOIN_ESCAPE_RE = re.compile(r'(["\\])')
IPV4_RE = re.compile(r'\.\d+$')
cut_port_re = re.compile(r':\d+$')
HTTP_PATH_SAFE = "%/;:@&=+$,!~*'()"
ESCAPED_CHAR_RE = re.compile(r'%([0-9a-fA-F][0-9a-fA-F])')


# ---- dates

def timegm(tuple):
    """Seconds since the epoch of a time in UTC."""
    year, month, day, hour, minute, second = tuple[:6]
    days = date(year, month, 1).toordinal() - 719163 + day - 1
    return ((days * 24 + hour) * 60 + minute) * 60 + second


def _timegm(tt):
    year, month, mday, hour, minute, second = tt[:6]
    if (year >= EPOCH_YEAR and 1 <= month <= 12 and 1 <= mday <= 31 and 0 <= hour <= 24 and 0 <= minute <= 59 and
            0 <= second <= 61):
        return timegm(tt)
    return None


def time2isoz(t=None):
    return '%04d-%02d-%02d %02d:%02d:%02dZ' % time.gmtime(time.time() if t is None else t)[:6]


def time2netscape(t=None):
    year, month, mday, hour, minute, second, weekday = time.gmtime(time.time() if t is None else t)[:7]
    return '%s, %02d-%s-%04d %02d:%02d:%02d GMT' % (
        DAYS[weekday], mday, MONTHS[month - 1], year, hour, minute, second)


def offset_from_tz_string(tz):
    if tz in UTC_ZONES:
        return 0
    match = TIMEZONE_RE.search(tz)
    if not match:
        return None
    sign, hours, minutes = match.groups()
    offset = 3600 * int(hours) + 60 * int(minutes or 0)
    return -offset if sign == '-' else offset


def _str2time(day, mon, yr, hr, min, sec, tz):
    try:
        mon = MONTHS_LOWER.index(mon.lower()) + 1
    except ValueError:
        try:
            mon = int(mon)
        except ValueError:
            return None
        if not 1 <= mon <= 12:
            return None
    day, yr, hr, min, sec = int(day), int(yr), int(hr or 0), int(min or 0), int(sec or 0)
    if yr < 1000:
        # Two digits: the year nearest to this one.
        this = time.localtime(time.time())[0]
        lost = this % 100
        short = yr
        yr += this - lost
        lost -= short
        if abs(lost) > 50:
            yr += 100 if lost > 0 else -100
    moment = _timegm((yr, mon, day, hr, min, sec, tz))
    if moment is None:
        return None
    offset = offset_from_tz_string('UTC' if tz is None else tz.upper())
    return None if offset is None else moment - offset


def http2time(text):
    """Seconds since the epoch of a date in one of the forms that servers send; None for others."""
    match = STRICT_DATE_RE.search(text)
    if match:
        day, month, year, hour, minute, second = match.groups()
        return _timegm((int(year), MONTHS_LOWER.index(month.lower()) + 1, int(day), int(hour), int(minute),
                        float(second)))
    match = LOOSE_HTTP_DATE_RE.search(WEEKDAY_RE.sub('', text.lstrip(), 1))
    return _str2time(*match.groups()) if match else None


def iso2time(text):
    match = ISO_DATE_RE.search(text.lstrip())
    if not match:
        return None
    year, month, day, hour, minute, second, zone = match.groups()[:7]
    return _str2time(day, month, year, hour, minute, second and float(second), zone)


# ---- words of headers

def unmatched(match):
    start, end = match.span(0)
    return match.string[:start] + match.string[end:]


def split_header_words(header_values):
    """Lists of (name, value) pairs, one for each part of the headers between commas."""
    assert not isinstance(header_values, basestring)
    result = []
    for text in header_values:
        whole, pairs = text, []
        while text:
            match = HEADER_TOKEN_RE.search(text)
            if match:
                text = unmatched(match)
                name = match.group(1)
                match = HEADER_QUOTED_VALUE_RE.search(text)
                if match:
                    text = unmatched(match)
                    value = HEADER_ESCAPE_RE.sub(r'\1', match.group(1))
                else:
                    match = HEADER_VALUE_RE.search(text)
                    value = None
                    if match:
                        text = unmatched(match)
                        value = match.group(1).rstrip()
                pairs.append((name, value))
            elif text.lstrip().startswith(','):
                text = text.lstrip()[1:]
                if pairs:
                    result.append(pairs)
                pairs = []
            else:
                rest, skipped = re.subn(r'^[=\s;]*', '', text)
                assert rest != text and skipped > 0, "split_header_words bug: '%s', '%s', %s" % (whole, text, pairs)
                text = rest
        if pairs:
            result.append(pairs)
    return result


def join_header_words(lists):
    headers = []
    for pairs in lists:
        words = []
        for name, value in pairs:
            if value is not None:
                if not re.search(r'^\w+$', value):
                    value = '"%s"' % HEADER_JOIN_ESCAPE_RE.sub(r'\\\1', value)
                name = '%s=%s' % (name, value)
            words.append(name)
        if words:
            headers.append('; '.join(words))
    return ', '.join(headers)


def _strip_quotes(text):
    if text.startswith('"'):
        text = text[1:]
    if text.endswith('"'):
        text = text[:-1]
    return text


_NS_NAMES = ('expires', 'domain', 'path', 'secure', 'version', 'port', 'max-age')


def parse_ns_headers(ns_headers):
    """The pairs of headers in Netscape's form, where a date may hold a comma."""
    result = []
    for header in ns_headers:
        pairs, versioned = [], False
        for number, part in enumerate(header.split(';')):
            part = part.strip()
            name, equals, value = part.partition('=')
            name = name.strip()
            if not name:
                if number == 0:
                    break
                continue
            value = value.strip() if equals else None
            if number != 0:
                if name.lower() in _NS_NAMES:
                    name = name.lower()
                if name == 'version':
                    if value is not None:
                        value = _strip_quotes(value)
                    versioned = True
                elif name == 'expires' and value is not None:
                    value = http2time(_strip_quotes(value))
            pairs.append((name, value))
        if pairs:
            if not versioned:
                pairs.append(('version', '0'))
            result.append(pairs)
    return result


# ---- hosts and paths

def is_HDN(text):
    return not (IPV4_RE.search(text) or text == '' or text[0] == '.' or text[-1] == '.')


def domain_match(A, B):
    A, B = A.lower(), B.lower()
    if A == B:
        return True
    if not is_HDN(A):
        return False
    at = A.rfind(B)
    return at > 0 and B.startswith('.') and is_HDN(B[1:])


def liberal_is_HDN(text):
    return not IPV4_RE.search(text)


def user_domain_match(A, B):
    A, B = A.lower(), B.lower()
    if not (liberal_is_HDN(A) and liberal_is_HDN(B)):
        return A == B
    return A.endswith(B) if B.startswith('.') else A == B


def request_host(request):
    host = urlparse.urlparse(request.get_full_url())[1]
    if host == '':
        host = request.get_header('Host', '')
    return cut_port_re.sub('', host, 1).lower()


def eff_request_host(request):
    """The host as it is, and as cookies know it: with `.local` where it has no dot."""
    host = request_host(request)
    if host.find('.') == -1 and not IPV4_RE.search(host):
        return host, host + '.local'
    return host, host


def request_path(request):
    path = escape_path(urlparse.urlsplit(request.get_full_url()).path)
    return path if path.startswith('/') else '/' + path


def request_port(request):
    host = request.get_host()
    at = host.find(':')
    if at < 0:
        return DEFAULT_HTTP_PORT
    try:
        int(host[at + 1:])
    except ValueError:
        import cookielib
        cookielib._debug("nonnumeric port: '%s'", host[at + 1:])
        return None
    return host[at + 1:]


def uppercase_escaped_char(match):
    return '%%%s' % match.group(1).upper()


def escape_path(path):
    if isinstance(path, unicode):
        path = path.encode('utf-8')
    return ESCAPED_CHAR_RE.sub(uppercase_escaped_char, quote(path, HTTP_PATH_SAFE))


def reach(h):
    at = h.find('.')
    if at >= 0:
        rest = h[at + 1:]
        if is_HDN(h) and (rest.find('.') >= 0 or rest == 'local'):
            return '.' + rest
    return h


def is_third_party(request):
    return not domain_match(request_host(request), reach(request.get_origin_req_host()))


def vals_sorted_by_key(adict):
    return [adict[key] for key in sorted(adict)]


def deepvalues(mapping):
    """The values of dictionaries within dictionaries, in the order of their keys."""
    for value in vals_sorted_by_key(mapping):
        if hasattr(value, 'items'):
            for below in deepvalues(value):
                yield below
        else:
            yield value
