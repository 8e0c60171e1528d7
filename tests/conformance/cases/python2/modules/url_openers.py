# urllib2 and urllib without a network: requests, openers and their handlers, passwords, the parts of URLs.
import StringIO
import urllib
import urllib2


def tried(function, *args, **named):
    try:
        print function.__name__, repr(function(*args, **named))
    except Exception, e:
        print function.__name__, type(e).__name__, e


request = urllib2.Request('<URL:http://u@h.com:8/p%20q?x=1#frag>', 'data', {'content-TYPE': 'a', 'x-y': 'b'})
for name in ('get_method has_data get_data get_full_url get_type get_host get_selector has_proxy get_origin_req_host '
             'is_unverifiable').split():
    tried(getattr(request, name))
request.add_unredirected_header('foo-bar', '1')
print request.has_header('Foo-bar'), request.get_header('nope', 3), sorted(request.header_items())
request.set_proxy('proxy:3128', 'http')
print request.get_host(), request.get_selector(), request.type, request.has_proxy()
request = urllib2.Request('https://h.com/x')
request.get_type(), request.get_host()
request.set_proxy('proxy:3128', 'http')
print request.get_host(), request.get_selector(), request.type, request._tunnel_host, request.has_proxy()
tried(urllib2.Request('foo').get_type)
tried(urllib2.urlopen, 'foo:bar')
tried(urllib2.urlopen, 'http:///x')
tried(urllib2.urlopen, 'file:///nope/x')
tried(urllib2.Request)
tried(urllib2.Request, 'x', foo=1)
for proxy in ['http://proxy.example.com', 'http://u:p@proxy:3128/x', 'proxy:3128', 'ftp:/x', 'u:p@p:1']:
    tried(urllib2._parse_proxy, proxy)
tried(urllib2.parse_http_list, 'a, b="c,d", "e\\"f" , g')
tried(urllib2.parse_http_list, u'a,b')
tried(urllib2.parse_keqv_list, ['a="x"'])
tried(urllib2.parse_keqv_list, ['e='])

error = urllib2.HTTPError('http://x', 404, 'Nope', {'a': 1}, StringIO.StringIO('body\nx'))
print error, repr(error), error.args, error.reason, error.read(3), error.readline(), error.geturl(), error.getcode()
print isinstance(error, IOError), issubclass(urllib2.HTTPError, urllib.addinfourl), urllib2.HTTPError.__mro__[1].__name__
print urllib2.URLError('why'), repr(urllib2.URLError('why'))


class Foo(urllib2.BaseHandler):
    handler_order = 10

    def foo_open(self, req):
        return 'opened ' + req.get_full_url()

    def foo_request(self, req):
        print 'request', req.get_selector()
        return req

    def foo_response(self, req, response):
        return response + '!'

    def http_error_404(self, *args):
        return 'not found'


opener = urllib2.build_opener(Foo, urllib2.ProxyHandler({}))
print [handler.__class__.__name__ for handler in opener.handlers]
print sorted(opener.handle_open), sorted(opener.handle_error['http']), opener.addheaders
tried(opener.open, 'foo://x')
tried(opener.error, 'http', 1, 2, 404, 'm', 'h')
tried(opener.error, 'http', urllib2.Request('http://z'), None, 500, 'm', {})
tried(opener.add_handler, 3)


class Headers(dict):
    def getheaders(self, name):
        return [self[name]]


redirect = urllib2.HTTPRedirectHandler()
redirect.parent = opener
for where in ['foo:x', '?x=1', 'http://other', '/a b']:
    class Parent:
        def open(self, req, timeout=None):
            return req.get_full_url(), req.headers, req.is_unverifiable(), req.redirect_dict
    redirect.parent = Parent()
    request = urllib2.Request('http://h/a/b', headers={'Content-Length': '1', 'x': 'y'})
    request.timeout = None
    tried(redirect.http_error_302, request, StringIO.StringIO(), 302, 'Found', Headers(location=where))

manager = urllib2.HTTPPasswordMgrWithDefaultRealm()
manager.add_password('r', ['http://a.com/x', 'b.com'], 'u', 'p')
manager.add_password(None, 'http://c.com', 'v', 'q')
for realm, uri in [('r', 'http://a.com:80/x/y'), ('r', 'http://b.com/z'), ('s', 'http://c.com/q'), ('s', 'http://a.com/x')]:
    tried(manager.find_user_password, realm, uri)
digest = urllib2.HTTPDigestAuthHandler(manager)
digest.get_cnonce = lambda nonce: 'cnonce'
for qop in [None, 'auth', 'auth', 'auth-int']:
    challenge = {'realm': 'z', 'nonce': 'n', 'opaque': 'o'}
    if qop:
        challenge['qop'] = qop
    tried(digest.get_authorization, urllib2.Request('http://c.com/x?y'), challenge)
tried(digest.get_algorithm_impls, 'MD5-sess')

for url in ['http://www.a.com/x?y', '//h/x', 'mailto:x', 'HTTP:x', 'h:80', u'http://\xe9']:
    tried(urllib.splittype, url)
for url in ['//h/x', '//h?x', '//h#f', 'x', '///x', u'//h']:
    tried(urllib.splithost, url)
for host in ['u:p@h:80', 'h', 'h:', 'h:x', '[::1]:80', 'a@b@c']:
    tried(urllib.splituser, host)
    tried(urllib.splitport, host)
    tried(urllib.splitnport, host, 55)
for rest in ['a?b?c', 'a#b#c', '/a;b=c;d', 'a=b=c', 'u:p:q']:
    for function in (urllib.splitquery, urllib.splittag, urllib.splitattr, urllib.splitvalue, urllib.splitpasswd):
        tried(function, rest)
print urllib.urlopen('data:text/plain;base64,aGVsbG8=').read(), urllib.urlopen('data:,a%20b').info().headers[1:]
for url in ['data:x', 'foo:bar', './nope', 'local_file:x']:
    tried(urllib.urlopen, url)


class Opener(urllib.FancyURLopener):
    version = 'me/1'

    def open_foo(self, url, data=None):
        return 'foo', url, data

    def prompt_user_passwd(self, host, realm):
        print 'asked for', host, realm
        return 'u', 'p w'


opener = Opener({})
print opener.addheaders, opener.open('foo:x y'), opener.open('foo:x', 'data')
print opener.get_user_passwd('H', 'r'), opener.get_user_passwd('h', 'r'), opener.auth_cache
stream = urllib.addinfourl(StringIO.StringIO('l1\nl2\n'), {'h': 1}, 'http://u', 200)
print stream.info(), stream.geturl(), stream.getcode(), list(stream), stream.fileno()
stream.close()
print stream.fp, stream.read
