"""`PMS.oauth`: OAuth 1.0 (RFC 5849) under the names of the library that plug-ins of the time knew."""

import base64, cgi, hashlib, hmac, random, time, urllib, urlparse

VERSION = '1.0'
HTTP_METHOD = 'GET'
SIGNATURE_METHOD = 'PLAINTEXT'


class OAuthError(RuntimeError):

    def __init__(self, message='an OAuth error'):
        RuntimeError.__init__(self, message)
        self.message = message


def build_authenticate_header(realm=''):
    return {'WWW-Authenticate': 'OAuth realm="%s"' % realm}


def escape(s):
    """Percent encoding of everything that is not unreserved."""
    return urllib.quote(_bytes(s), safe='~')


def _bytes(s):
    return s.encode('utf-8') if isinstance(s, unicode) else str(s)


def generate_timestamp():
    return int(time.time())


def generate_nonce(length=8):
    return ''.join([str(random.randint(0, 9)) for _ in range(length)])


class OAuthConsumer(object):
    key = None
    secret = None

    def __init__(self, key, secret):
        self.key, self.secret = key, secret


class OAuthToken(object):
    key = None
    secret = None

    def __init__(self, key, secret):
        self.key, self.secret = key, secret

    def to_string(self):
        return urllib.urlencode([('oauth_token_secret', self.secret), ('oauth_token', self.key)])

    def __str__(self):
        return self.to_string()

    @staticmethod
    def from_string(s):
        values = cgi.parse_qs(s, keep_blank_values=False)
        return OAuthToken(values['oauth_token'][0], values['oauth_token_secret'][0])


class OAuthRequest(object):
    """A request and its parameters."""

    parameters = None
    http_method = HTTP_METHOD
    http_url = None
    version = VERSION

    def __init__(self, http_method=HTTP_METHOD, http_url=None, parameters=None):
        self.http_method = http_method
        self.http_url = http_url
        self.parameters = parameters or {}

    def set_parameter(self, parameter, value):
        self.parameters[parameter] = value

    def get_parameter(self, parameter):
        if parameter not in self.parameters:
            raise OAuthError('there is no parameter %s' % parameter)
        return self.parameters[parameter]

    def get_nonoauth_parameters(self):
        return dict([(k, v) for k, v in self.parameters.items() if not k.startswith('oauth_')])

    def to_header(self, realm=''):
        header = 'OAuth realm="%s"' % realm
        for name, value in self.parameters.items():
            if name.startswith('oauth_'):
                header += ', %s="%s"' % (name, escape(value))
        return {'Authorization': header}

    def to_postdata(self):
        return '&'.join(['%s=%s' % (escape(k), escape(v)) for k, v in self.parameters.items()])

    def to_url(self):
        return '%s?%s' % (self.get_normalized_http_url(), self.to_postdata())

    def get_normalized_parameters(self):
        pairs = [(escape(k), escape(v)) for k, v in self.parameters.items() if k != 'oauth_signature']
        return '&'.join(['%s=%s' % pair for pair in sorted(pairs)])

    def get_normalized_http_method(self):
        return self.http_method.upper()

    def get_normalized_http_url(self):
        parts = urlparse.urlparse(self.http_url)
        return '%s://%s%s' % (parts[0], parts[1], parts[2])

    def sign_request(self, signature_method, consumer, token):
        self.set_parameter('oauth_signature_method', signature_method.get_name())
        self.set_parameter('oauth_signature', self.build_signature(signature_method, consumer, token))

    def build_signature(self, signature_method, consumer, token):
        return signature_method.build_signature(self, consumer, token)

    @staticmethod
    def from_request(http_method, http_url, headers=None, parameters=None, query_string=None):
        """A request as a server sees it."""
        found = dict(parameters or {})
        authorization = (headers or {}).get('Authorization', '')
        if authorization[:6] == 'OAuth ':
            for part in authorization[6:].split(','):
                name, _, value = part.strip().partition('=')
                if not name.startswith('realm'):
                    found[name] = urllib.unquote(value.strip('"'))
        for text in (query_string, urlparse.urlparse(http_url)[4]):
            for name, values in cgi.parse_qs(text or '', keep_blank_values=False).items():
                found[name] = urllib.unquote(values[0])
        return OAuthRequest(http_method, http_url, found) if found else None

    @staticmethod
    def from_consumer_and_token(oauth_consumer, token=None, http_method=HTTP_METHOD, http_url=None, parameters=None):
        values = {
            'oauth_consumer_key': oauth_consumer.key,
            'oauth_timestamp': generate_timestamp(),
            'oauth_nonce': generate_nonce(),
            'oauth_version': OAuthRequest.version,
        }
        values.update(parameters or {})
        if token:
            values['oauth_token'] = token.key
        return OAuthRequest(http_method, http_url, values)

    @staticmethod
    def from_token_and_callback(token, callback=None, http_method=HTTP_METHOD, http_url=None, parameters=None):
        values = dict(parameters or {})
        values['oauth_token'] = token.key
        if callback:
            values['oauth_callback'] = callback
        return OAuthRequest(http_method, http_url, values)


class OAuthSignatureMethod(object):
    """How requests are signed."""

    def get_name(self):
        raise NotImplementedError

    def build_signature_base_string(self, oauth_request, oauth_consumer, oauth_token):
        raise NotImplementedError

    def build_signature(self, oauth_request, oauth_consumer, oauth_token):
        raise NotImplementedError

    def check_signature(self, oauth_request, consumer, token, signature):
        return self.build_signature(oauth_request, consumer, token) == signature


def _key(consumer, token):
    return '%s&%s' % (escape(consumer.secret), escape(token.secret) if token else '')


class OAuthSignatureMethod_HMAC_SHA1(OAuthSignatureMethod):

    def get_name(self):
        return 'HMAC-SHA1'

    def build_signature_base_string(self, oauth_request, consumer, token):
        parts = [
            oauth_request.get_normalized_http_method(), oauth_request.get_normalized_http_url(),
            oauth_request.get_normalized_parameters(),
        ]
        return _key(consumer, token), '&'.join([escape(part) for part in parts])

    def build_signature(self, oauth_request, consumer, token):
        key, raw = self.build_signature_base_string(oauth_request, consumer, token)
        return base64.b64encode(hmac.new(key, raw, hashlib.sha1).digest())


class OAuthSignatureMethod_PLAINTEXT(OAuthSignatureMethod):

    def get_name(self):
        return 'PLAINTEXT'

    def build_signature_base_string(self, oauth_request, consumer, token):
        # The parts stand in an order that no server expects; it was so in the library that plug-ins knew.
        return '&%s%s' % (escape(consumer.secret), escape(token.secret) if token else '')

    def build_signature(self, oauth_request, consumer, token):
        return self.build_signature_base_string(oauth_request, consumer, token)


class OAuthDataStore(object):
    """What a server knows; for subclasses."""

    def lookup_consumer(self, key):
        raise NotImplementedError

    def lookup_token(self, oauth_consumer, token_type, token_token):
        raise NotImplementedError

    def lookup_nonce(self, oauth_consumer, oauth_token, nonce):
        raise NotImplementedError

    def fetch_request_token(self, oauth_consumer):
        raise NotImplementedError

    def fetch_access_token(self, oauth_consumer, oauth_token):
        raise NotImplementedError

    def authorize_request_token(self, oauth_token, user):
        raise NotImplementedError


class OAuthClient(object):
    """What a client does; for subclasses."""

    consumer = None
    token = None

    def __init__(self, oauth_consumer, oauth_token):
        self.consumer, self.token = oauth_consumer, oauth_token

    def get_consumer(self):
        return self.consumer

    def get_token(self):
        return self.token

    def fetch_request_token(self, oauth_request):
        raise NotImplementedError

    def fetch_access_token(self, oauth_request):
        raise NotImplementedError

    def access_resource(self, oauth_request):
        raise NotImplementedError


class OAuthServer(object):
    """What a server does with requests."""

    timestamp_threshold = 300
    version = VERSION
    signature_methods = None
    data_store = None

    def __init__(self, data_store=None, signature_methods=None):
        self.data_store = data_store
        self.signature_methods = signature_methods or {}

    def set_data_store(self, data_store):
        self.data_store = data_store

    def get_data_store(self):
        return self.data_store

    def add_signature_method(self, signature_method):
        self.signature_methods[signature_method.get_name()] = signature_method
        return self.signature_methods

    def fetch_request_token(self, oauth_request):
        try:
            return self._get_token(oauth_request, 'request')
        except OAuthError:
            self._check_version(oauth_request)
            consumer = self._get_consumer(oauth_request)
            self._check_signature(oauth_request, consumer, None)
            return self.data_store.fetch_request_token(consumer)

    def fetch_access_token(self, oauth_request):
        self._check_version(oauth_request)
        consumer = self._get_consumer(oauth_request)
        token = self._get_token(oauth_request, 'request')
        self._check_signature(oauth_request, consumer, token)
        return self.data_store.fetch_access_token(consumer, token)

    def verify_request(self, oauth_request):
        self._check_version(oauth_request)
        consumer = self._get_consumer(oauth_request)
        token = self._get_token(oauth_request, 'access')
        self._check_signature(oauth_request, consumer, token)
        return consumer, token, oauth_request.get_nonoauth_parameters()

    def authorize_token(self, oauth_token, user):
        return self.data_store.authorize_request_token(oauth_token, user)

    def get_callback(self, oauth_request):
        return oauth_request.get_parameter('oauth_callback')

    def build_authenticate_header(self, realm=''):
        return build_authenticate_header(realm)

    def _check_version(self, oauth_request):
        version = oauth_request.parameters.get('oauth_version', VERSION)
        if version != self.version:
            raise OAuthError('version %s of OAuth is not known' % version)

    def _get_consumer(self, oauth_request):
        consumer = self.data_store.lookup_consumer(oauth_request.get_parameter('oauth_consumer_key'))
        if not consumer:
            raise OAuthError('the consumer is not known')
        return consumer

    def _get_token(self, oauth_request, token_type):
        token = self.data_store.lookup_token(
            self._get_consumer(oauth_request), token_type, oauth_request.get_parameter('oauth_token'))
        if not token:
            raise OAuthError('the %s token is not known' % token_type)
        return token

    def _check_signature(self, oauth_request, consumer, token):
        stamp, nonce = oauth_request.get_parameter('oauth_timestamp'), oauth_request.get_parameter('oauth_nonce')
        if abs(int(time.time()) - int(stamp)) > self.timestamp_threshold:
            raise OAuthError('the request is too old: %s' % stamp)
        if self.data_store.lookup_nonce(consumer, token, nonce):
            raise OAuthError('the nonce was used before: %s' % nonce)
        name = oauth_request.parameters.get('oauth_signature_method', SIGNATURE_METHOD)
        method = self.signature_methods.get(name)
        if method is None:
            raise OAuthError('the signature method %s is not known' % name)
        if not method.check_signature(oauth_request, consumer, token, oauth_request.get_parameter('oauth_signature')):
            raise OAuthError('the signature is wrong')
