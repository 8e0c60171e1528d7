"""What both frameworks answer alike: the texts of errors, requests that fail, the way to the first menu."""

Error = {
    'BadRequest': '400 Bad Request',
    'NotFound': '404 Not Found',
    'InternalError': '500 Internal Server Error',
}

_END = '\r\n\r\n'
BAD_REQUEST = Error['BadRequest'] + _END
NOT_FOUND = Error['NotFound'] + _END
FAILED = Error['InternalError'] + _END


def of(result):
    """The answer for a result that both frameworks answer alike; None for any other."""
    if result is None:
        return NOT_FOUND
    if isinstance(result, basestring) and result in Error.values():
        return str(result) + _END
    return None


def guarded(path, work, log):
    """What `work` answers to the path; FAILED, and a line in the log, if it raises an error."""
    try:
        return work(path)
    except:
        log('Exception in the request %s (most recent call last):' % path)
        return FAILED


def first_menu(prefixes):
    """The prefix that a client is sent to: of films, else of music, else the first."""
    for start in ('/video', '/music'):
        for prefix in prefixes:
            if prefix.startswith(start):
                return prefix
    return prefixes[0]


def managed(path, answers):
    """The answer to a request of the media server itself, by its nouns below `/:`; `answers`: noun -> function."""
    nouns = path.split('/')
    if len(nouns) == 3 and nouns[0] == 'plugins' and nouns[2] == 'root':
        return answers['root']()
    if len(nouns) == 1 and nouns[0] in answers:
        return answers[nouns[0]]()
    return None
