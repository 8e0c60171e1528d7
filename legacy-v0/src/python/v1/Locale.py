"""`PMS.Locale`: texts in the language of the client."""

import os
import _pms
from PMS import _Files
from PMS._Log import exception

CurrentLocale = 'en-us'
langDict = {}
countryDict = {}
defaultLangDict = {}
defaultCountryDict = {}


def _table(code):
    """The texts of a language or country; None if there are none."""
    if not code or not code.replace('-', '').replace('_', '').isalnum():
        return None
    path = _Files.contents('Strings', code + '.json')
    if not os.path.exists(path):
        return None
    try:
        return _pms.json(_Files.read(path))
    except:
        exception('Unable to read the strings of %s' % code)
        return None


def _load(locale, language, country):
    """Replaces the tables by those of a locale, where it has some."""
    table = _table(locale.split('-')[0])
    if table is not None:
        language.clear()
        language.update(table)
    if '-' in locale:
        table = _table(locale)
        if table is not None:
            country.clear()
            country.update(table)


def SetDefaultLocale(loc='en-us'):
    """The locale whose texts are used where the client's has none."""
    _load(loc, defaultLangDict, defaultCountryDict)


def _set(locale):
    """The locale of a request. Tables of earlier ones stay where this one has none."""
    global CurrentLocale
    if locale != CurrentLocale:
        CurrentLocale = locale
        _load(locale, langDict, countryDict)


def _localised(key):
    for table in (countryDict, langDict, defaultCountryDict, defaultLangDict):
        if key in table:
            return table[key]
    return key


class LocalisedString(str):
    """A text that is looked up when it is shown; as a plain string it is its key."""

    def _text(self):
        return _localised(str.__str__(self))

    def __str__(self):
        text = self._text()
        return text.encode('utf-8') if isinstance(text, unicode) else text

    def __unicode__(self):
        text = self._text()
        return text if isinstance(text, unicode) else text.decode('utf-8')

    def __repr__(self):
        return repr(str(self))

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce_ex__(self, protocol):
        """Stored as the text that is shown: the original knows no class of this name."""
        return str, (str(self),)


class LocalisedStringWithFormat(LocalisedString):

    def _text(self):
        return _localised(str.__str__(self)) % self._arguments


def LocalString(string):
    """The localised text for a key."""
    return LocalisedString(string)


def LocalStringWithFormat(key, *args):
    """The localised text for a key, with the arguments filled in."""
    made = LocalisedStringWithFormat(key)
    made._arguments = args
    return made


def Geolocation():
    """The country that the machine is in, as far as a public service knows."""
    from PMS import HTTP
    return HTTP.Request(_pms.country_service, cacheTime=86400)
