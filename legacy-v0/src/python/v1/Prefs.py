"""`PMS.Prefs`: preferences, and the XML file that keeps them."""

import os
import _pms
from PMS import _Files
from PMS._Log import Log, exception

# The preferences in order, each a dictionary of its properties.
_prefs = []
# Values that were set: id -> value.
_values = {}
# What the file held when it was read: id -> text.
_saved = {}
_title = 'Preferences'


def _find(id):
    for pref in _prefs:
        if pref.get('id') == id:
            return pref
    return None


def _choices(pref):
    values = pref.get('values') or []
    return values.split('|') if isinstance(values, basestring) else list(values)


def _is_bool(pref):
    return pref.get('type') == 'bool'


def _default(pref):
    value = pref.get('default')
    if _is_bool(pref):
        return value == 'true' or value is True
    return value


def _load():
    """What there is: the bundle's file and what the plug-in adds; then the user's values."""
    from PMS import _Dispatch
    del _prefs[:]
    _values.clear()
    _saved.clear()
    path = _Files.contents('DefaultPrefs.json')
    if os.path.exists(path):
        try:
            _prefs.extend([pref for pref in _pms.json(_Files.read(path)) if isinstance(pref, dict)])
        except:
            exception('Unable to read DefaultPrefs.json')
    _Dispatch.call_optional('CreatePrefs')
    if os.path.exists(_pms.preferences):
        try:
            for element in _pms.xml(_Files.read(_pms.preferences)):
                _saved[element.tag] = element.text
        except:
            exception('Unable to read the preferences')
    for pref in _prefs:
        _take_saved(pref)


def _take_saved(pref):
    """The user's value from the file, if it has one."""
    id = pref.get('id')
    if id in _saved:
        _values[id] = _saved[id] == 'true' if _is_bool(pref) else _saved[id]


def _save():
    root = _pms.element('PluginPreferences')
    for pref in _prefs:
        if pref.get('id') not in _values:
            continue
        element = _pms.element(pref['id'])
        value = _values[pref['id']]
        if _is_bool(pref):
            value = 'true' if value else 'false'
        if isinstance(value, str):
            value = value.decode('utf-8')
        element.text = value
        root.append(element)
    _pms.write_file(_pms.preferences, _pms.element_text(root, False, 'utf8'))


def Get(id):
    """The value of a preference; None if there is none of that name."""
    if id in _values:
        return _values[id]
    pref = _find(id)
    return None if pref is None else _default(pref)


def Set(id, value):
    """Sets a preference and writes the file. Unknown names are logged."""
    pref = _find(id)
    if pref is None:
        Log('There is no preference named %s' % id, False)
        return
    if _is_bool(pref):
        value = value == True
    _values[id] = value
    _save()


def Add(id, type, default, label, **kwargs):
    """Adds a preference; what the bundle's file names already stays as it is."""
    if _find(id) is not None:
        Log('There is a preference named %s already' % id)
        return
    pref = {'id': id, 'type': type, 'label': label, 'default': default}
    pref.update(kwargs)
    _prefs.append(pref)
    if id not in _values:
        _values[id] = default is True if type == 'bool' else default
    if type == 'bool' and not isinstance(default, bool):
        pref['default'] = False
    _take_saved(pref)


def Reset():
    """Back to the defaults: the user's values are gone."""
    _Files.remove(_pms.preferences)
    _load()


def SetDialogTitle(title):
    """What the client writes above the preferences."""
    global _title
    _title = title


def _set_by_url(query):
    """The values of a request: texts; `true` and `false`; the place of a choice. Bad values are left out."""
    for id in query:
        pref = _find(id)
        if pref is None:
            continue
        value = query[id]
        if _is_bool(pref):
            value = value == 'true'
        elif pref.get('type') == 'enum':
            choices = _choices(pref)
            if not value.isdigit() or int(value) >= len(choices):
                continue
            value = choices[int(value)]
        _values[id] = value
    _save()


def _container():
    """The list of the preferences for the client."""
    from PMS import Locale, Objects
    def shown(text):
        return str(Locale.LocalString(text)) if isinstance(text, basestring) else text
    def place(pref, value):
        choices = _choices(pref)
        return str(choices.index(value)) if value in choices else None
    dir = Objects.MediaContainer(title=_title)
    for pref in _prefs:
        properties = dict(pref)
        default, value = _default(pref), Get(pref.get('id'))
        properties['label'] = shown(pref.get('label'))
        if _is_bool(pref):
            default, value = [('false', 'true')[bool(x)] for x in (default, value)]
        elif pref.get('type') == 'enum':
            default, value = place(pref, default), place(pref, value)
            properties['values'] = '|'.join([shown(choice) for choice in _choices(pref)])
        properties['default'], properties['value'] = default, value
        dir.Append(Objects.XMLObject(tagName='Setting', **dict([(str(name), properties[name]) for name in properties])))
    return dir
