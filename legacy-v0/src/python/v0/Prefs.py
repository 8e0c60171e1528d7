"""`PMS.Prefs`: preferences, and the XML file that keeps them."""

import os
import _pms
from PMS import Log, Plugin
from PMS._Files import read

_DEFAULTS = os.path.join(_pms.contents, 'Defaults.xml')
_root = None
# Descriptions of what clients may see, in order.
_exposed = []


def _load():
    global _root
    for path in (_pms.preferences, _DEFAULTS):
        if os.path.exists(path):
            try:
                _root = _pms.xml(read(path))
                return
            except:
                Log._exception('%s cannot be read' % path)
    _root = _pms.element('PluginPreferences')


def Get(key):
    """The value of a preference; None if it was never set."""
    found = _root.find(key)
    return None if found is None else found.text


def Set(key, value):
    """Sets a preference and writes the file."""
    element = _root.find(key)
    if element is None:
        element = _pms.element(key)
        element.text = value
        _root.append(element)
    else:
        element.text = value
    _pms.write_file(_pms.preferences, _pms.element_text(_root, False, 'ASCII'))


def Expose(key, description):
    """Lets clients see and set a preference."""
    if _description(key) is None:
        _exposed.append((key, description))


def _description(key):
    for known, description in _exposed:
        if known == key:
            return description
    return None


def _answer(nouns):
    """Requests of clients below `/:/prefs`."""
    if nouns == ['list']:
        root = _pms.element('PluginPreferences')
        for key, description in _exposed:
            element = _pms.element(key)
            element.set('description', description)
            element.text = Get(key)
            root.append(element)
        return _pms.element_text(root, Plugin.Debug, 'utf-8')
    if len(nouns) == 2 and nouns[0] == 'get' and _description(nouns[1]) is not None:
        return '<%s>%s</%s>' % (nouns[1], _description(nouns[1]), nouns[1])
    if len(nouns) == 3 and nouns[0] == 'set' and _description(nouns[1]) is not None:
        Set(nouns[1], nouns[2].decode('utf-8'))
        return '<InternalResponse>OK</InternalResponse>'
    return None
