"""From the attributes of a header to a cookie (part of `cookielib`)."""

from _cookietext import eff_request_host, escape_path, request_path, request_port

_KNOWN = ('version', 'expires', 'domain', 'path', 'port', 'comment', 'commenturl')
_FLAGS = ('discard', 'secure')


def _debug(*args):
    import cookielib
    return cookielib._debug(*args)


def normalized(jar, attrs_set):
    """For each cookie its name, its value, the attributes that are known, and the others."""
    tuples = []
    for attrs in attrs_set:
        name, value = attrs[0]
        lasting, bad = False, False
        standard, rest = {}, {}
        for key, given in attrs[1:]:
            lower = key.lower()
            if lower in _KNOWN or lower in _FLAGS:
                key = lower
            if key in _FLAGS and given is None:
                given = True
            if key in standard:
                # Only the first one counts.
                continue
            if key == 'domain':
                if given is None:
                    _debug('   missing value for domain attribute')
                    bad = True
                    break
                given = given.lower()
            if key == 'expires':
                if lasting:
                    continue
                if given is None:
                    _debug('   missing or invalid value for expires attribute: treating as session cookie')
                    continue
            if key == 'max-age':
                lasting = True
                try:
                    given = int(given)
                except ValueError:
                    _debug('   missing or invalid (non-numeric) value for max-age attribute')
                    bad = True
                    break
                # A moment is kept, not a span.
                key = 'expires'
                given = jar._now + given
            if key in _KNOWN or key in _FLAGS:
                if given is None and key not in ('port', 'comment', 'commenturl'):
                    _debug('   missing value for %s attribute' % key)
                    bad = True
                    break
                standard[key] = given
            else:
                rest[key] = given
        if not bad:
            tuples.append((name, value, standard, rest))
    return tuples


def cookie(jar, tup, request):
    """The cookie of a tuple; None if it is none, or only deletes one."""
    from cookielib import Absent, Cookie
    name, value, standard, rest = tup
    domain = standard.get('domain', Absent)
    path = standard.get('path', Absent)
    port = standard.get('port', Absent)
    expires = standard.get('expires', Absent)
    version = standard.get('version', None)
    if version is not None:
        try:
            version = int(version)
        except ValueError:
            return None
    path_specified = path is not Absent and path != ''
    if path_specified:
        path = escape_path(path)
    else:
        path = request_path(request)
        at = path.rfind('/')
        if at != -1:
            path = path[:at] if version == 0 else path[:at + 1]
        if not path:
            path = '/'
    domain_specified = domain is not Absent
    initial_dot = bool(domain_specified and domain.startswith('.'))
    if not domain_specified:
        domain = eff_request_host(request)[1]
    elif not initial_dot:
        domain = '.' + domain
    port_specified = False
    if port is Absent:
        port = None
    elif port is None:
        port = request_port(request)
    else:
        import re
        port_specified = True
        port = re.sub(r'\s+', '', port)
    discard = standard.get('discard', False)
    if expires is Absent:
        expires = None
        discard = True
    elif expires <= jar._now:
        # It deletes the one that is there.
        try:
            jar.clear(domain, path, name)
        except KeyError:
            pass
        _debug("Expiring cookie, domain='%s', path='%s', name='%s'", domain, path, name)
        return None
    return Cookie(version, name, value, port, port_specified, domain, domain_specified, initial_dot, path,
                  path_specified, standard.get('secure', False), expires, discard, standard.get('comment', None),
                  standard.get('commenturl', None), rest)
