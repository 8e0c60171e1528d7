"""`PMS.Plugin`: prefixes, view groups, and what the plug-in is."""

import _pms
from PMS._Log import Log

Identifier = _pms.identifier
Debug = _pms.debug
UpdatingCache = False
LastPrefix = None

ViewModes = _pms.view_modes

# Registered handlers: prefix -> {'handler', 'name', 'thumb', 'art' and, for menus, 'titleBar'}.
_handlers = {}
_groups = {}
_started = False


def _register(prefix, handler, record):
    if _started:
        Log('Handlers should be added in Start: %s' % prefix, False)
    if prefix.endswith('/'):
        prefix = prefix[:-1]
    if prefix in _handlers:
        Log('The prefix %s is registered already' % prefix)
        return
    record['handler'] = handler
    _handlers[prefix] = record


def AddPrefixHandler(prefix, handler, name, thumb='icon-default.png', art='art-default.png', titleBar='titlebar-default.png'):
    """Registers the function that makes the first menu below a prefix; the first registration of a prefix wins."""
    _register(prefix, handler, {'name': name, 'thumb': thumb, 'art': art, 'titleBar': titleBar})


def AddPathRequestHandler(prefix, handler, name, thumb='icon-default.png', art='art-default.png'):
    """Registers a function for all paths below a prefix. Deprecated: use functions and routes."""
    Log('AddPathRequestHandler is deprecated', False)
    _register(prefix, handler, {'name': name, 'thumb': thumb, 'art': art, 'paths': True})


def AddViewGroup(name, viewMode='List', mediaType='items'):
    """Registers a way to show a menu. An unknown view mode is logged and left out."""
    if viewMode not in ViewModes:
        Log('Unknown view mode %s' % viewMode, False)
        return
    _groups[name] = {'ViewMode': ViewModes[viewMode], 'MediaType': mediaType}


def Prefixes():
    """The registered prefixes."""
    return _pms.dict_order(_handlers.keys())


def CurrentPrefix():
    """The prefix that was requested last, or else the first one."""
    if LastPrefix is not None:
        return LastPrefix
    return Prefixes()[0]


def ViewGroups():
    """A copy of the registered view groups."""
    return dict(_groups)


def Restart():
    """Asks for a fresh start; there is nothing to restart here."""
    Log('Restarting is not supported', False)


def Traceback():
    """The traceback of the running exception, as text."""
    import traceback
    return traceback.format_exc()
