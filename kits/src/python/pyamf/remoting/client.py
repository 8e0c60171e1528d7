"""Calls of Flash Remoting services over HTTP (the module pyamf.remoting.client)."""

import urllib2

import pyamf
from pyamf import remoting

DEFAULT_USER_AGENT = 'PyAMF/0.6.1'
APPEND_TO_GATEWAY_URL = 'AppendToGatewayUrl'
REPLACE_GATEWAY_URL = 'ReplaceGatewayUrl'
REQUEST_PERSISTENT_HEADER = 'RequestPersistentHeader'


class ServiceMethodProxy(object):
    def __init__(self, service, name):
        self.service = service
        self.name = name

    def __call__(self, *args):
        return self.service._call(self, *args)

    def __str__(self):
        return '.'.join([part for part in (str(self.service), self.name) if part])


class ServiceProxy(object):
    """A service: its attributes are its functions."""

    def __init__(self, gw, name, auto_execute=True):
        self._gw = gw
        self._name = name
        self._auto_execute = auto_execute

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return ServiceMethodProxy(self, name)

    def _call(self, method_proxy, *args):
        request = self._gw.addRequest(method_proxy, *args)
        if not self._auto_execute:
            return request
        return self._gw.execute_single(request).body

    def __call__(self, *args):
        return self._call(ServiceMethodProxy(self, None), *args)

    def __str__(self):
        return self._name


class RequestWrapper(object):
    """A call that is sent later; `result` is what came of it."""

    def __init__(self, gw, id_, service, *args):
        self.gw = gw
        self.id = id_
        self.service = service
        self.args = list(args)

    def __str__(self):
        return str(self.id)

    def setResponse(self, response):
        self.response = response
        self.result = response.body
        if isinstance(self.result, remoting.ErrorFault):
            self.result.raiseException()


class RemotingService(object):
    """The client of a gateway."""

    def __init__(self, url, amf_version=pyamf.AMF0, client_type=None, referer=None, user_agent=DEFAULT_USER_AGENT,
                 strict=False, logger=None, opener=None, **options):
        self.original_url = url
        self.url = url
        self.amf_version = amf_version
        self.client_type = client_type
        self.user_agent = user_agent
        self.referer = referer
        self.strict = strict
        self.logger = logger
        self.opener = opener or urllib2.urlopen
        self.requests = []
        self.request_number = 1
        self.headers = remoting.HeaderCollection()
        self.http_headers = {}

    def addHeader(self, name, value, must_understand=False):
        self.headers[name] = value
        self.headers.set_required(name, must_understand)

    def addHTTPHeader(self, name, value):
        self.http_headers[name] = value

    def removeHTTPHeader(self, name):
        del self.http_headers[name]

    def setCredentials(self, username, password):
        self.addHeader('Credentials', {'userid': username.decode('utf-8') if isinstance(username, str) else username,
                                       'password': password.decode('utf-8') if isinstance(password, str) else password})

    def getService(self, name, auto_execute=True):
        if not isinstance(name, basestring):
            raise TypeError('string type required')
        return ServiceProxy(self, name, auto_execute)

    def getRequest(self, id_):
        for request in self.requests:
            if request.id == id_:
                return request
        raise LookupError('Request %r not found' % (id_,))

    def addRequest(self, service, *args):
        wrapper = RequestWrapper(self, '/%d' % self.request_number, service, *args)
        self.request_number += 1
        self.requests.append(wrapper)
        return wrapper

    def removeRequest(self, service, *args):
        for request in self.requests:
            if request is service or (request.service is service and request.args == list(args)):
                self.requests.remove(request)
                return
        raise LookupError('Request not found')

    def getAMFRequest(self, requests):
        envelope = remoting.Envelope(self.amf_version)
        for request in requests:
            envelope[request.id] = remoting.Request(str(request.service), request.args)
        envelope.headers = self.headers
        return envelope

    def execute_single(self, request):
        envelope = self._getResponse(self.getAMFRequest([request]))
        if request in self.requests:
            self.requests.remove(request)
        answer = envelope[request.id]
        request.setResponse(answer)
        return answer

    def execute(self):
        requests, self.requests = self.requests, []
        envelope = self._getResponse(self.getAMFRequest(requests))
        for request in requests:
            if request.id in envelope:
                request.setResponse(envelope[request.id])
        return envelope

    def _getResponse(self, envelope):
        headers = dict(self.http_headers)
        headers['Content-Type'] = remoting.CONTENT_TYPE
        headers['User-Agent'] = self.user_agent
        if self.referer is not None:
            headers['Referer'] = self.referer
        request = urllib2.Request(self.url, remoting.encode(envelope).getvalue(), headers)
        answer = self.opener(request)
        data = answer.read()
        info = answer.info()
        if info.get('content-type', '').split(';')[0].strip() != remoting.CONTENT_TYPE:
            raise remoting.RemotingError('Incorrect MIME type received. (got: %s)' % info.get('content-type'))
        if info.get('content-encoding', '') == 'gzip':
            import gzip
            import StringIO
            data = gzip.GzipFile(fileobj=StringIO.StringIO(data)).read()
        response = remoting.decode(data)
        self._act_on(response.headers)
        return response

    def _act_on(self, headers):
        if APPEND_TO_GATEWAY_URL in headers:
            self.url = self.original_url + headers[APPEND_TO_GATEWAY_URL]
        elif REPLACE_GATEWAY_URL in headers:
            self.url = headers[REPLACE_GATEWAY_URL]
        elif REQUEST_PERSISTENT_HEADER in headers:
            data = headers[REQUEST_PERSISTENT_HEADER]
            for key in data:
                self.headers[key] = data[key]
