"""From a line on the pipe to the bytes of its answer (spec/legacy-v0.md section 3); the plug-in's start and end."""

import _pms
from PMS import DB, Log, MediaXML, Plugin, Prefs
from PMS import _Answer

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
    nouns = [_pms.unquote(noun) for noun in path.replace('?query=', '/').split('/')]
    if len(nouns) < 2:
        return _Answer.BAD_REQUEST
    del nouns[0]
    if nouns[-1] == '':
        del nouns[-1]
    Plugin.Response.clear()
    Plugin.Response.update({'Content-Type': 'application/xml', 'Status': '200 OK', 'Headers': ''})
    text = _Answer.guarded(path, lambda path: _rendered(_dispatch(path, nouns)), Log._exception)
    Plugin._save_changed_dict()
    return text


def _rendered(result):
    plain = _Answer.of(result)
    if plain is not None:
        return plain
    length = len(result)
    body = str(result)
    response = Plugin.Response
    return '%s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n%s\r\n' % (
        str(response['Status']), str(response['Content-Type']), length, str(response['Headers']), body)


def _dispatch(path, nouns):
    if not nouns:
        raise ValueError('a path is expected')
    if nouns[0] == ':':
        return _Answer.managed('/'.join(nouns[1:]), {
            'prefixes': _prefix_list, 'root': lambda: Plugin.Redirect(_Answer.first_menu(Plugin.Prefixes()))})
    for prefix in Plugin.Prefixes():
        if path.startswith(prefix):
            rest = nouns[prefix.count('/'):]
            if rest and rest[0] == ':':
                return _internal(rest[1:])
            return Plugin._handlers[prefix]['handler'](rest, len(rest))
    return None


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
