"""Which cookies are taken and sent (part of `cookielib`)."""

import time
from _cookietext import (IPV4_RE, domain_match, eff_request_host, is_HDN, is_third_party, reach, request_host,
                         request_path, request_port, user_domain_match)


def _debug(*args):
    import cookielib
    return cookielib._debug(*args)


class CookiePolicy:
    """What a policy answers. Override these."""

    def set_ok(self, cookie, request):
        raise NotImplementedError()

    def return_ok(self, cookie, request):
        raise NotImplementedError()

    def domain_return_ok(self, domain, request):
        return True

    def path_return_ok(self, path, request):
        return True


class DefaultCookiePolicy(CookiePolicy):
    """The usual rules."""

    DomainStrictNoDots = 1
    DomainStrictNonDomain = 2
    DomainRFC2965Match = 4
    DomainLiberal = 0
    DomainStrict = DomainStrictNoDots | DomainStrictNonDomain

    def __init__(self, blocked_domains=None, allowed_domains=None, netscape=True, rfc2965=False,
                 rfc2109_as_netscape=None, hide_cookie2=False, strict_domain=False, strict_rfc2965_unverifiable=True,
                 strict_ns_unverifiable=False, strict_ns_domain=DomainLiberal, strict_ns_set_initial_dollar=False,
                 strict_ns_set_path=False):
        self.netscape = netscape
        self.rfc2965 = rfc2965
        self.rfc2109_as_netscape = rfc2109_as_netscape
        self.hide_cookie2 = hide_cookie2
        self.strict_domain = strict_domain
        self.strict_rfc2965_unverifiable = strict_rfc2965_unverifiable
        self.strict_ns_unverifiable = strict_ns_unverifiable
        self.strict_ns_domain = strict_ns_domain
        self.strict_ns_set_initial_dollar = strict_ns_set_initial_dollar
        self.strict_ns_set_path = strict_ns_set_path
        self._blocked_domains = () if blocked_domains is None else tuple(blocked_domains)
        self.set_allowed_domains(allowed_domains)

    def blocked_domains(self):
        return self._blocked_domains

    def set_blocked_domains(self, blocked_domains):
        self._blocked_domains = tuple(blocked_domains)

    def is_blocked(self, domain):
        return any([user_domain_match(domain, blocked) for blocked in self._blocked_domains])

    def allowed_domains(self):
        return self._allowed_domains

    def set_allowed_domains(self, allowed_domains):
        self._allowed_domains = None if allowed_domains is None else tuple(allowed_domains)

    def is_not_allowed(self, domain):
        if self._allowed_domains is None:
            return False
        return not any([user_domain_match(domain, allowed) for allowed in self._allowed_domains])

    # ---- taking

    def set_ok(self, cookie, request):
        _debug(' - checking cookie %s=%s', cookie.name, cookie.value)
        assert cookie.name is not None
        return all(getattr(self, 'set_ok_' + part)(cookie, request)
                   for part in ('version', 'verifiability', 'name', 'path', 'domain', 'port'))

    def set_ok_version(self, cookie, request):
        if cookie.version is None:
            _debug('   Set-Cookie2 without version attribute (%s=%s)', cookie.name, cookie.value)
            return False
        return self._version_ok(cookie)

    def _version_ok(self, cookie):
        if cookie.version > 0 and not self.rfc2965:
            _debug('   RFC 2965 cookies are switched off')
            return False
        if cookie.version == 0 and not self.netscape:
            _debug('   Netscape cookies are switched off')
            return False
        return True

    def set_ok_verifiability(self, cookie, request):
        if request.is_unverifiable() and is_third_party(request):
            if cookie.version > 0 and self.strict_rfc2965_unverifiable:
                _debug('   third-party RFC 2965 cookie during unverifiable transaction')
                return False
            if cookie.version == 0 and self.strict_ns_unverifiable:
                _debug('   third-party Netscape cookie during unverifiable transaction')
                return False
        return True

    return_ok_verifiability = set_ok_verifiability

    def set_ok_name(self, cookie, request):
        if cookie.version == 0 and self.strict_ns_set_initial_dollar and cookie.name.startswith('$'):
            _debug("   illegal name (starts with '$'): '%s'", cookie.name)
            return False
        return True

    def set_ok_path(self, cookie, request):
        if cookie.path_specified:
            path = request_path(request)
            if ((cookie.version > 0 or cookie.version == 0 and self.strict_ns_set_path) and
                    not self._path_fits(cookie.path, path)):
                _debug('   path attribute %s is not a prefix of request path %s', cookie.path, path)
                return False
        return True

    def _path_fits(self, path, asked):
        if asked == path:
            return True
        return asked.startswith(path) and (path.endswith('/') or asked[len(path):len(path) + 1] == '/')

    def set_ok_domain(self, cookie, request):
        if self.is_blocked(cookie.domain):
            _debug('   domain %s is in user block-list', cookie.domain)
            return False
        if self.is_not_allowed(cookie.domain):
            _debug('   domain %s is not in user allow-list', cookie.domain)
            return False
        if not cookie.domain_specified:
            return True
        asked, effective = eff_request_host(request)
        domain = cookie.domain
        if self.strict_domain and domain.count('.') >= 2:
            # Countries with second levels of their own: .co.uk is nobody's.
            end = domain.rfind('.')
            start = domain.rfind('.', 0, end)
            if start == 0:
                top, second = domain[end + 1:], domain[start + 1:end]
                if second.lower() in ('co', 'ac', 'com', 'edu', 'org', 'net', 'gov', 'mil', 'int', 'aero', 'biz', 'cat',
                                      'coop', 'info', 'jobs', 'mobi', 'museum', 'name', 'pro', 'travel', 'eu'
                                      ) and len(top) == 2:
                    _debug("   country-code second level domain %s", domain)
                    return False
        bare = domain[1:] if domain.startswith('.') else domain
        if bare.find('.') < 0 and domain != '.local':
            _debug('   non-local domain %s contains no embedded dot', domain)
            return False
        if cookie.version == 0:
            if not effective.endswith(domain) and not effective.startswith('.') and \
                    not ('.' + effective).endswith(domain):
                _debug('   effective request-host %s (even with added initial dot) does not end with %s',
                       effective, domain)
                return False
        if cookie.version > 0 or self.strict_ns_domain & self.DomainRFC2965Match:
            if not domain_match(effective, domain):
                _debug('   effective request-host %s does not domain-match %s', effective, domain)
                return False
        if cookie.version > 0 or self.strict_ns_domain & self.DomainStrictNoDots:
            prefix = asked[:-len(domain)]
            if prefix.find('.') >= 0 and not IPV4_RE.search(asked):
                _debug('   host prefix %s for domain %s contains a dot', prefix, domain)
                return False
        return True

    def set_ok_port(self, cookie, request):
        if cookie.port_specified:
            asked = request_port(request)
            asked = '80' if asked is None else str(asked)
            for port in cookie.port.split(','):
                try:
                    int(port)
                except ValueError:
                    _debug('   bad port %s (not numeric)', port)
                    return False
                if port == asked:
                    break
            else:
                _debug('   request port (%s) not found in %s', asked, cookie.port)
                return False
        return True

    # ---- sending

    def return_ok(self, cookie, request):
        _debug(' - checking cookie %s=%s', cookie.name, cookie.value)
        return all(getattr(self, 'return_ok_' + part)(cookie, request)
                   for part in ('version', 'verifiability', 'secure', 'expires', 'port', 'domain'))

    def return_ok_version(self, cookie, request):
        return self._version_ok(cookie)

    def return_ok_secure(self, cookie, request):
        if cookie.secure and request.get_type() != 'https':
            _debug('   secure cookie with non-secure request')
            return False
        return True

    def return_ok_expires(self, cookie, request):
        if cookie.is_expired(self._now):
            _debug('   cookie expired')
            return False
        return True

    def return_ok_port(self, cookie, request):
        if cookie.port:
            asked = request_port(request)
            asked = '80' if asked is None else asked
            if asked not in cookie.port.split(','):
                _debug('   request port %s does not match cookie port %s', asked, cookie.port)
                return False
        return True

    def return_ok_domain(self, cookie, request):
        asked, effective = eff_request_host(request)
        domain = cookie.domain
        dotted = '.' + domain if domain and not domain.startswith('.') else domain
        if (cookie.version == 0 and self.strict_ns_domain & self.DomainStrictNonDomain and
                not cookie.domain_specified and domain != effective):
            _debug('   cookie with unspecified domain does not string-compare equal to request domain')
            return False
        if cookie.version > 0 and not domain_match(effective, domain):
            _debug('   effective request-host name %s does not domain-match RFC 2965 cookie domain %s',
                   effective, domain)
            return False
        if cookie.version == 0 and not ('.' + effective).endswith(dotted):
            _debug('   request-host %s does not match Netscape cookie domain %s', asked, domain)
            return False
        return True

    def domain_return_ok(self, domain, request):
        asked, effective = eff_request_host(request)
        if not asked.startswith('.'):
            asked = '.' + asked
        if not effective.startswith('.'):
            effective = '.' + effective
        dotted = '.' + domain if domain and not domain.startswith('.') else domain
        if not (asked.endswith(dotted) or effective.endswith(dotted)):
            return False
        if self.is_blocked(domain):
            _debug('   domain %s is in user block-list', domain)
            return False
        if self.is_not_allowed(domain):
            _debug('   domain %s is not in user allow-list', domain)
            return False
        return True

    def path_return_ok(self, path, request):
        _debug('- checking cookie path=%s', path)
        if not self._path_fits(path, request_path(request)):
            _debug('  %s does not path-match %s', request_path(request), path)
            return False
        return True

for _class in (CookiePolicy, DefaultCookiePolicy):
    _class.__module__ = 'cookielib'
del _class
