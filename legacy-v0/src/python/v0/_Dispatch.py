"""From a line on the pipe to the bytes of its answer (spec/legacy-v0.md section 3); the plug-in's start and end."""

import urllib
import _pms
import PMS
from PMS import DB, Log, MediaXML, Plugin, Prefs

_code = None


def code():
    """The plug-in's module."""
    return _code


def start():
    """Imports the plug-in's code and starts it."""
    global _code
    Plugin.LoadDict()
    Prefs._load()
    import Code
    _code = Code
    Code.Start()
    Plugin._save_changed_dict()


def stop():
    DB._close()
    Plugin._save_changed_dict()


def answer(path, headers):
    """The answer to a request, as bytes."""
    nouns = [urllib.unquote(noun) for noun in path.replace('?query=', '/').split('/')]
    if len(nouns) < 2:
        return PMS.Error['BadRequest'] + '\r\n\r\n'
    del nouns[0]
    if nouns[-1] == '':
        del nouns[-1]
    Plugin.Response.clear()
    Plugin.Response.update({'Content-Type': 'application/xml', 'Status': '200 OK', 'Headers': ''})
    try:
        result = _dispatch(path, nouns)
        text = _rendered(result)
    except:
        Log._exception('Exception in the request %s' % path)
        text = PMS.Error['InternalError'] + '\r\n\r\n'
    Plugin._save_changed_dict()
    return text


def _rendered(result):
    if result is None:
        return PMS.Error['NotFound'] + '\r\n\r\n'
    if isinstance(result, basestring) and result in PMS.Error.values():
        return str(result) + '\r\n\r\n'
    length = len(result)
    body = str(result)
    response = Plugin.Response
    return '%s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n%s\r\n' % (
        str(response['Status']), str(response['Content-Type']), length, str(response['Headers']), body)


def _dispatch(path, nouns):
    if not nouns:
        raise ValueError('a path is expected')
    if nouns[0] == ':':
        return _manage(nouns[1:])
    plain = '/' + '/'.join(nouns)
    for prefix in Plugin.Prefixes():
        if path.startswith(prefix):
            rest = nouns[prefix.count('/'):]
            if rest and rest[0] == ':':
                return _internal(rest[1:])
            return Plugin._handlers[prefix]['handler'](rest, len(rest))
    return None


def _manage(nouns):
    """Requests of the media server itself."""
    if nouns == ['prefixes']:
        return _prefix_list()
    if len(nouns) == 3 and nouns[0] == 'plugins' and nouns[2] == 'root':
        return Plugin.Redirect(_root())
    return None


def _root():
    prefixes = Plugin.Prefixes()
    for start in ('/video', '/music'):
        for prefix in prefixes:
            if prefix.startswith(start):
                return prefix
    return prefixes[0]


def _prefix_list():
    dir = MediaXML.MediaContainer()
    for prefix in Plugin.Prefixes():
        record = Plugin._handlers[prefix]
        item = MediaXML.MediaItem('Prefix')
        item.SetAttr('key', prefix)
        item.SetAttr('name', record['name'])
        for name in ('thumb', 'art', 'titleBar'):
            item.SetAttr(name, Plugin.ExposedResourcePath(record[name]))
        dir.AppendItem(item)
    return dir.ToXML()


def _internal(nouns):
    """Requests below a prefix that the framework answers."""
    if len(nouns) == 2 and nouns[0] == 'resources' and nouns[1] in Plugin._exposed:
        Plugin.Response['Content-Type'] = Plugin._exposed[nouns[1]]
        return Plugin.Resource(nouns[1])
    if nouns and nouns[0] == 'prefs':
        return Prefs._answer(nouns[1:])
    return None
