# cookielib without a network: dates, words of headers, jars, policies and files; Cookie; robotparser; mimetypes.
import Cookie
import cookielib
import mimetypes
import os
import re
import robotparser
import tempfile
import urllib2


def tried(function, *args):
    try:
        print function.__name__, repr(function(*args))
    except Exception, e:
        print function.__name__, type(e).__name__, re.sub('/[^ ]*/', '', str(e))


for date in ['Wed, 09 Feb 1994 22:23:32 GMT', 'Thursday, 03-Feb-94 00:00:00 GMT', '03/Feb/1994:17:03:55 -0700', '08-02-94',
             'Wed, 09 Fex 1994 22:23:32 GMT', '32 Jan 2000', '09 Feb 1994 22:23:32 EST (x)', '1 Jan 3000 25:00', '']:
    tried(cookielib.http2time, date)
for date in ['1994-02-03 14:15:29 -0100', '19940203T141529Z', '1994-02-03', 'x', '1994-02-03 14:15:29.5']:
    tried(cookielib.iso2time, date)
print cookielib.time2isoz(760832612), cookielib.time2netscape(760832612)
for header in ['foo="bar"; port="80,81"; discard, bar=baz', 'foo=" a \\"b\\\\ c"', '=', 'a==b', 'a="b', 'a;;b,,c']:
    tried(cookielib.split_header_words, [header])
    tried(cookielib.parse_ns_headers, [header])
tried(cookielib.join_header_words, [[('a', 'b c'), ('d', None)], [('e', 'f"g\\')]])
for first, second in [('x.y.com', '.y.com'), ('1.2.3.4', '.3.4'), ('x.y.com', 'y.com'), ('a.b.y.com', '.y.com')]:
    print cookielib.domain_match(first, second), cookielib.user_domain_match(first, second),
print [cookielib.reach(host) for host in ('www.acme.com', 'acme.com', 'acme.local', '')], cookielib.escape_path('/a b%2f\xe9')


class Answer:
    def __init__(self, headers):
        self.headers = headers

    def info(self):
        return self

    def getheaders(self, name):
        return [value for key, value in self.headers if key == name]


def taken(jar, url, older, newer=()):
    headers = [('Set-Cookie', line) for line in older] + [('Set-Cookie2', line) for line in newer]
    jar.extract_cookies(Answer(headers), urllib2.Request(url))
    return jar


def shown(jar):
    return re.sub(r'expires=\d+', 'expires=N', repr(jar))


def sent(jar, url):
    request = urllib2.Request(url)
    jar.add_cookie_header(request)
    return sorted(request.unredirected_hdrs.items())


jar = taken(cookielib.CookieJar(), 'http://www.Acme.com/a/b?c', [
    'a=1', 'b=2; path=/; domain=acme.com', 'c=3; domain=.com', 'd; secure; path=/a/b', 'f=6; max-age=x',
    'g=7; expires=Wed, 09 Feb 1994 22:23:32 GMT', 'i=9; path=/i; port="80, 81"; httponly; foo=bar', 'j=k; domain=other.com'])
print shown(jar)
for url in ['http://www.acme.com/a/x', 'http://acme.com/', 'https://www.acme.com/a/b']:
    print sent(jar, url)
tried(jar.clear, None, None, 'x')
tried(jar.clear, 'nope')


class Policy(cookielib.DefaultCookiePolicy):
    def set_ok_name(self, cookie, request):
        return cookie.name != 'no'


policy = Policy(rfc2965=True, strict_domain=True, blocked_domains=['.bad.com'])
jar = taken(cookielib.CookieJar(policy), 'http://www.good.com/x/y', ['no=1; Version=1', 'b=2'],
            ['c="3 x"; Version=1; path=/x; port', 'd=4; Version=1; path=/x/y; port="80"; comment="cc"; commenturl=u; discard'])
print shown(jar), sent(jar, 'http://www.good.com/x/y')
print policy.is_blocked('a.bad.com'), policy.is_not_allowed('b.com'), policy.blocked_domains(), policy.allowed_domains()

folder = tempfile.mkdtemp()
path = os.path.join(folder, 'jar')
for kind in (cookielib.LWPCookieJar, cookielib.MozillaCookieJar):
    jar = taken(kind(path), 'http://www.acme.com/', [
        'a=1; expires=Wed, 09 Feb 2094 22:23:32 GMT; path=/; HttpOnly; domain=.acme.com', 'b=2', 'c; path=/c; secure',
        'd="q\\"x y"; expires=Wed, 09 Feb 2094 22:23:32 GMT; path=/d; comment=zz'])
    jar.save(ignore_discard=True)
    print open(path).read()
    other = kind()
    other.load(path, True)
    print shown(other)
    tried(other.save)
    tried(other.revert, __file__)
    print len(other), other.__class__.__module__
cookie = cookielib.Cookie('1', 'n', 'v', None, False, 'D.com', True, False, '/', True, False, '5', False, None, None,
                          {'HttpOnly': None})
print cookie, repr(cookie), cookie.is_expired(), cookie.is_expired(4), cookie.get_nonstandard_attr('x', 7)
tried(cookielib.Cookie, 0, 'n', 'v', None, True, 'd', True, False, '/', True, False, None, False, None, None, {})
tried(cookielib.LWPCookieJar, 3)
tried(cookielib.CookiePolicy().set_ok, 1, 2)

cookies = Cookie.SimpleCookie('a=b; Path=/; b="x\\054y\\"z"; secure; expires=Wed, 01-Jan-98 00:00:00 GMT; $Version=1')
print cookies, repr(cookies), cookies.output(['path'], 'H:', '|'), cookies.js_output()
cookies['k'] = 5
cookies['k']['max-age'] = 7
cookies['k']['secure'] = False
print cookies['k'], repr(cookies['k']), cookies['k'].coded_value
for name, value in [('a b', 1), (u'a', 1), ('expires', 1)]:
    tried(cookies.__setitem__, name, value)
tried(cookies['k'].__setitem__, 'zz', 1)
tried(cookies.load, u'a=b')
for text in ['a=b;; c=d', '=x', 'a=[b]; c', 'a = b ; c=d', 'keebler="E=everybody; L=\\"Loves\\"; fudge=\\012;"; x=y']:
    print repr(Cookie.SimpleCookie(text))

robots = robotparser.RobotFileParser('http://h:8/robots.txt')
print robots.host, robots.path, robots.can_fetch('x', '/')
robots.parse(['User-agent: a', 'User-agent: B', 'Disallow: /x', 'Allow: /x/y', 'Disallow:', '', 'User-agent: *',
              'Disallow: /z%20q # c', 'foo: bar'])
print robots
print [robots.can_fetch(agent, url) for agent in ('a/1.0', 'q') for url in ('/x', '/x/y', '/z q', 'http://h/z%20q/1', '')]
for url in ['a.html', 'a.tar.gz', 'x.svgz', 'a.xul', 'http://h/a.png?x=1', 'data:text/html;charset=x,foo', 'x.JPG']:
    tried(mimetypes.guess_type, url)
    tried(mimetypes.MimeTypes().guess_type, url, False)
