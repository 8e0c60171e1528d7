"""From a request on the pipe to the bytes of its answer (spec/legacy-v1.md section 3); the plug-in's start and end."""

import os, sys
import _pms
import PMS
from PMS import Client, Data, Database, Dict, HTTP, Locale, Objects, Plugin, Prefs, Request, Resource, Routes, String
from PMS import _Answer, _Files, _Later
from PMS._Library import random
from PMS._Log import Log, exception

_code = None
_RESERVED = ('CreateDatabase', 'CreatePrefs', 'ValidatePrefs', 'CreateDict', 'UpdateCache', 'Start')
_UPDATE_INTERVAL = 600


# ---- start and end --------------------------------------------------------------------------------------------------

def call_optional(name):
    """Calls a function of the plug-in, if it has one of that name; what it raises is logged."""
    function = getattr(_code, name, None)
    if function is None:
        return None
    try:
        return function()
    except:
        exception('Exception when calling %s (most recent call last):' % name)
        return None


def _check_compatibility():
    """Files that an incompatible version has left are of no use."""
    stored = Dict.Get('Framework.LastCompatibilityVersion')
    if stored == PMS.FrameworkCompatibilityVersion:
        return
    Log('The files of this plug-in come from the incompatible version %s: starting anew' % stored, False)
    for path in (_pms.preferences, _pms.database_file):
        _Files.remove(path)
    # The folder of the data items itself stays: it is the working folder.
    for folder in (_pms.data_items, _pms.data):
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if os.path.isdir(path) and not os.path.islink(path):
                if path != _pms.data_items:
                    import shutil
                    shutil.rmtree(path)
            else:
                os.unlink(path)
    Dict.Reset()


def start():
    """Imports the plug-in's code and starts it."""
    global _code
    Log('Starting framework version %s for %s' % (PMS.FrameworkVersion, Plugin.Identifier), False)
    Locale.SetDefaultLocale()
    import Code
    _code = Code
    first_run = not Dict._load()
    _check_compatibility()
    Prefs._load()
    call_optional('Start')
    Plugin._started = True
    if hasattr(_code, 'UpdateCache'):
        if first_run:
            _Later.in_thread(_update_cache)
        _Later.every(random.randint(300, 900), _UPDATE_INTERVAL, _update_cache)


def _update_cache():
    Plugin.UpdatingCache = True
    try:
        call_optional('UpdateCache')
    finally:
        Plugin.UpdatingCache = False


def stop():
    """Saves what waits to be saved."""
    _Later.flush()


# ---- answers --------------------------------------------------------------------------------------------------------

def answer(path, headers):
    """The answer to a request, as bytes."""
    Request.Headers.clear()
    Request.Headers.update(dict(headers))
    if not path.startswith('/'):
        return _Answer.BAD_REQUEST
    for name, value in headers:
        if name.lower() == 'x-plex-language':
            Locale._set(value.lower())
        elif name.lower() == 'x-plex-version':
            Client._set(value)
    try:
        return _Answer.guarded(path, lambda path: _rendered(_dispatch(path)), exception)
    finally:
        Database._commit_changes()


def _rendered(result):
    plain = _Answer.of(_bytes(result) if isinstance(result, basestring) else result)
    if plain is not None:
        return plain
    if isinstance(result, Objects.Object):
        body = _bytes(result.Content())
        return _with_body('%s\r\n%s' % (_bytes(result.Status()), _bytes(result.Headers())), body)
    if isinstance(result, basestring):
        return _with_body('200 OK\r\nContent-type: text/plain\r\n', _bytes(result))
    Log('A result of an unknown type: %s' % type(result).__name__, False)
    return _Answer.FAILED


def _with_body(head, body):
    if not body:
        return head + '\r\n'
    return '%sContent-Length: %d\r\n\r\n%s\r\n' % (head, len(body), body)


def _bytes(text):
    """The bytes of a text, by the plug-in's encoding; localised texts as they are shown now."""
    if isinstance(text, unicode):
        return text.encode(sys.getdefaultencoding())
    if not isinstance(text, str):
        raise TypeError('a text is expected, not %s' % type(text).__name__)
    return str(text)


# ---- finding what answers -------------------------------------------------------------------------------------------

def _arguments(text):
    """Packed arguments, and those of the query on top of them."""
    query = _pms.query(text)
    packed = query.pop('function_args', None)
    arguments = {}
    if packed is not None:
        arguments = dict([(str(name), value) for name, value in _pms.unpack(packed).items()])
    arguments.update(query)
    return arguments


def _dispatch(uri):
    path, _, query = uri.partition('?')
    if path.strip('/') == '':
        raise ValueError('a path is expected')
    if path == '/:' or path.startswith('/:/'):
        return _manage(path[3:], query)
    prefix = _prefix_of(path)
    if prefix is not None:
        Plugin.LastPrefix = prefix
    rest = path if prefix is None else path[len(prefix):]
    found = Routes._find(rest)
    if found is not None:
        function, values = found
        values = dict([(str(name), values[name]) for name in values])
        values.update(_arguments(query))
        return function(**values)
    record = Plugin._handlers.get(prefix)
    if prefix is None:
        for known in Plugin.Prefixes():
            if path.startswith(known):
                raise ValueError('%s is no path below %s' % (path, known))
        return None
    if _is_broken() and not rest.startswith('/:'):
        return Objects.MessageContainer('Please try again later', 'This plug-in is currently unavailable')
    if rest == '/' or (rest == '' and 'paths' not in record):
        return record['handler'](**_arguments(query))
    if rest == '/:' or rest.startswith('/:/'):
        return _internal(rest[3:], query)
    if 'paths' in record:
        nouns = [_pms.unquote(noun) for noun in rest.split('/')[1:]]
        if nouns and nouns[-1] == '':
            nouns.pop()
        return record['handler'](nouns, path, **_arguments(query))
    return None


def _prefix_of(path):
    """The registered prefix that a path lies below: the longest."""
    best = None
    for prefix in Plugin._handlers:
        if path == prefix or path.startswith(prefix + '/'):
            if best is None or len(prefix) > len(best):
                best = prefix
    return best


def _is_broken():
    return os.path.exists(_pms.broken_mark)


def _manage(path, query):
    """Requests of the media server itself."""
    return _Answer.managed(path, {'prefixes': _prefix_list, 'rate': lambda: _rate(_pms.query(query)), 'root': _root})


def _rate(arguments):
    function = getattr(_code, 'SetRating', None)
    if function is None:
        return None
    return function(key=String.Decode(arguments['key']), rating=int(arguments['rating']))


def _root():
    menus = [prefix for prefix in Plugin.Prefixes() if 'paths' not in Plugin._handlers[prefix]]
    return Objects.Redirect(_Answer.first_menu(menus or Plugin.Prefixes()))


def _prefix_list():
    dir = Objects.MediaContainer()
    for prefix in Plugin.Prefixes():
        record = Plugin._handlers[prefix]
        dir.Append(Objects.XMLObject(
            tagName='Prefix', key=prefix, name=record['name'], thumb=Resource.ExternalPath(record['thumb']),
            art=Resource.ExternalPath(record['art']), titleBar=Resource.ExternalPath(record['titleBar']),
            hasPrefs=len(Prefs._prefs) > 0, identifier=Plugin.Identifier))
    return dir


def _internal(path, query):
    """Requests below a prefix that the framework answers."""
    nouns = path.split('/')
    kind, rest = nouns[0], nouns[1:]
    if kind == 'function' and rest and len(rest) <= 2:
        arguments = _arguments(query)
        if len(rest) == 2:
            arguments['query'] = _pms.unquote(rest[1])
        return _call(_pms.unquote(rest[0]), arguments)
    if kind == 'resources' and len(rest) == 1:
        return _resource(_pms.unquote(rest[0]), Resource._file, Resource.Load)
    if kind == 'sharedresources' and len(rest) == 1:
        return _resource(_pms.unquote(rest[0]), Resource._file, Resource.LoadShared)
    if kind == 'prefs':
        if not rest or rest == ['']:
            return Prefs._container()
        return _set_prefs(query)
    return None


def _call(name, arguments):
    """A function of the plug-in, by its name; what it raises is logged and gives nothing."""
    name = name.rsplit('.', 1)[0]
    if not name or name in _RESERVED:
        return None
    try:
        return getattr(_code, name)(**arguments)
    except:
        exception('Exception when calling %s (most recent call last):' % name)
        return None


def _resource(name, find, load):
    if find(name) is None:
        return None
    data = load(name)
    if data is None:
        raise IOError('There is no resource %s' % name)
    return Objects.DataObject(data, Resource.MimeTypeForExtension(os.path.splitext(name)[1]))


def _set_prefs(query):
    Prefs._set_by_url(_pms.query(query))
    result = call_optional('ValidatePrefs')
    return result if result else ''
