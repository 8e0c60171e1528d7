"""`PMS.Objects`: what handlers build and return, and how it becomes XML."""

# `from PMS.Objects import *` has always passed these on, and plug-ins use them.
import operator, types
import PMS
from PMS import Plugin, XML, String, Data, Hash, HTTP
import _pms
from PMS import Locale as _Locale
from PMS import _Log
from PMS._Library import cerealizer, random, urllib

CLASSES = [
    'Object', 'ProxyObject', 'Container', 'XMLObject', 'XMLContainer', 'DataObject', 'Redirect', 'ItemInfoRecord',
    'MediaContainer', 'MessageContainer', 'DirectoryItem', 'PopupDirectoryItem', 'InputDirectoryItem',
    'SearchDirectoryItem', 'VideoItem', 'WebVideoItem', 'RTMPVideoItem', 'WindowsMediaVideoItem', 'PhotoItem', 'TrackItem',
    'Function', 'PrefsItem', 'ContextMenu', 'setTestDefaults', 'test', 'testMode',
]

def _shown(value):
    """Localised texts as they are shown now: what is packed or written cannot look them up later."""
    if isinstance(value, _Locale.LocalisedString):
        return str(value)
    return value


def _text(name, value):
    """The text of an attribute."""
    if name == 'ratingKey':
        value = urllib.quote(String.Encode(value))
    if isinstance(value, Function):
        return value._url({})
    if isinstance(value, basestring):
        value = _shown(value)
        return value if isinstance(value, unicode) else unicode(value)
    if value == True:
        return u'1'
    if value == False:
        return u'0'
    return unicode(value)


class Object(object):
    """The base of all objects. Every keyword becomes an attribute; attributes of a class are defaults for the objects of
    exactly that class."""

    def __init__(self, **kwargs):
        self._begin()
        self._assign(kwargs)

    def _begin(self):
        self.__headers = {}
        _pms.defaults(self)

    def _assign(self, values):
        _pms.assign(self, values)

    def _shown_attributes(self):
        names = [n for n in self.__dict__.keys() if not n.startswith('_') and n != 'tagName' and self.__dict__[n] is not None]
        return ['%s=%r' % (name, self.__dict__[name]) for name in names]

    def __repr__(self):
        return '%s(%s)' % (self.__class__.__name__, ', '.join(self._shown_attributes()))

    def Content(self):
        """The body of the answer."""
        return None

    def Status(self):
        """The status line of the answer."""
        return '200 OK'

    def Headers(self):
        """The headers of the answer, a line each."""
        names = _pms.dict_order(self.__headers.keys())
        return ''.join(['%s: %s\r\n' % (name, _header(self.__headers[name])) for name in names])

    def SetHeader(self, name, value):
        self.__headers[name] = value


def _header(value):
    return value.encode('utf-8') if isinstance(value, unicode) else str(value)


class ProxyObject(Object):
    """Stands for another object: reads and writes its attributes."""

    def __init__(self, obj):
        self.__dict__['_obj'] = obj

    def __getattr__(self, name):
        if name.startswith('_'):
            raise AttributeError(name)
        return getattr(self._obj, name)

    def __setattr__(self, name, value):
        if name.startswith('_'):
            self.__dict__[name] = value
        else:
            setattr(self._obj, name, value)

    def __setstate__(self, state):
        """A stored object. What it stands for is the one object among the private attributes, whatever its name."""
        self.__dict__.update(state)
        if '_obj' not in state:
            for name in state:
                if name.startswith('_') and (isinstance(state[name], Object) or callable(state[name])):
                    self.__dict__['_obj'] = state[name]


class Container(Object):
    """Behaves like a list of objects."""

    def _begin(self):
        Object._begin(self)
        self.__items__ = []

    def Append(self, obj):
        self.__items__.append(obj)

    def Count(self, x):
        return self.__items__.count(x)

    def Index(self, x):
        return self.__items__.index(x)

    def Extend(self, x):
        self.__items__.extend(x)

    def Insert(self, i, x):
        self.__items__.insert(i, x)

    def Pop(self, i):
        return self.__items__.pop(i)

    def Remove(self, x):
        self.__items__.remove(x)

    def Reverse(self):
        self.__items__.reverse()

    def Sort(self, attr):
        """Sorts by an attribute of the items."""
        self.__items__.sort(key=operator.attrgetter(attr))

    def __len__(self):
        return len(self.__items__)

    def __iter__(self):
        return iter(self.__items__)

    def __getitem__(self, i):
        return self.__items__[i]

    def __setitem__(self, i, x):
        self.__items__[i] = x

    def __delitem__(self, i):
        del self.__items__[i]


class XMLObject(Object):
    """An element whose attributes are those of the object."""

    # Name of the element, where it is not that of the class.
    _element = None
    # An attribute that is written before the others.
    _first = None

    def _begin(self):
        Object._begin(self)
        self.SetHeader('Content-Type', 'application/xml')
        self.tagName = self._element or self.__class__.__name__

    def SetTagName(self, tagName):
        self.tagName = tagName

    def __str__(self):
        key = self.__dict__.get('key')
        if isinstance(key, basestring):
            return str(key)
        if isinstance(key, Function):
            return str(key)
        return repr(self)

    def ToElement(self, outer=None):
        """The element; `outer` is the MediaContainer that it stands in."""
        element = _pms.element(self.tagName)
        _pms.write_attributes(self, element, self._first, _text)
        self._write_menu(element, outer)
        return element

    def _write_menu(self, element, outer):
        """The context menu of an item that has a key for it."""
        if self.__dict__.get('contextKey') is None:
            return
        menu = self.__dict__.get('contextMenu')
        if menu is None and outer is not None:
            menu = outer.__dict__.get('contextMenu')
        if menu is not None:
            element.append(menu._for_item(self, outer))

    def Content(self):
        return _pms.element_text(self.ToElement(), Plugin.Debug, 'utf-8')


class XMLContainer(XMLObject, Container):
    """An element with elements in it; other things in the list are left out."""

    def _begin(self):
        Container._begin(self)
        XMLObject._begin(self)
        self.__items__ = []

    def ToElement(self, outer=None):
        element = XMLObject.ToElement(self, outer)
        for item in self.__items__:
            if isinstance(item, XMLObject):
                element.append(item.ToElement(self))
        return element


class DataObject(Object):
    """Any data of any type."""

    def __init__(self, data, contentType):
        self._begin()
        self._data = data
        self.SetHeader('Content-Type', contentType)

    def Content(self):
        if self._data is None:
            raise TypeError('the data object has no data')
        return self._data


class Redirect(Object):
    """Sends the client elsewhere."""

    def __init__(self, url):
        self._begin()
        self._url = url
        self.SetHeader('Location', url)

    def __repr__(self):
        return 'Redirect(%r)' % (self._url,)

    def Content(self):
        return ''

    def Status(self):
        return '301 Moved Permanently'


class ItemInfoRecord(object):
    """What a function is told about the item that led to it."""

    def __init__(self):
        self.title1 = self.title2 = self.art = self.itemTitle = None

    @staticmethod
    def of(item, outer):
        """The record of an item in a container."""
        record = ItemInfoRecord()
        for name in ('title1', 'title2', 'art'):
            setattr(record, name, _shown(outer.__dict__.get(name)))
        own = item.__dict__ if not isinstance(item, Function) else item._obj.__dict__
        title = own.get('title')
        if title is None:
            title = own.get('name')
        record.itemTitle = _shown(title)
        if record.art is None:
            record.art = _shown(own.get('art'))
        return record

    def __repr__(self):
        return 'ItemInfoRecord(%s)' % ', '.join(['%s=%r' % (k, v) for k, v in sorted(self.__dict__.items())])


class MediaContainer(XMLContainer):
    """A menu."""

    def __init__(self, art=None, viewGroup=None, title1=None, title2=None, noHistory=False, replaceParent=False, disabledViewModes=None, **kwargs):
        self._begin()
        if viewGroup is not None and viewGroup not in Plugin._groups:
            _Log.Log('There is no view group named %s' % viewGroup, False)
            viewGroup = None
        for name, value in (('noHistory', noHistory), ('replaceParent', replaceParent)):
            if value or getattr(self, name, None) is None:
                setattr(self, name, value)
        self._assign({'art': art, 'viewGroup': viewGroup, 'title1': title1, 'title2': title2})
        if disabledViewModes is not None:
            modes = [str(Plugin.ViewModes[mode]) for mode in disabledViewModes if mode in Plugin.ViewModes]
            if modes:
                self.disabledViewModes = ','.join(modes)
        self._assign(kwargs)

    def ToElement(self, outer=None):
        element = XMLObject.ToElement(self, outer)
        element.set('size', str(len(self.__items__)))
        if self.__dict__.get('viewGroup') is not None:
            group = Plugin._groups[self.viewGroup]
            element.set('viewmode', str(group['ViewMode']))
            element.set('contenttype', _text('', group['MediaType']))
        element.set('identifier', Plugin.Identifier)
        for item in self.__items__:
            element.append(item.ToElement(self))
        return element

    def addTest(self, **kwargs):
        """Meant for the original's own tests; without effect."""


class MessageContainer(XMLContainer):
    """A message instead of a menu."""

    _element = 'MediaContainer'

    def __init__(self, header, message, title1=None, title2=None, **kwargs):
        self._begin()
        self._assign({'header': header, 'message': message, 'title1': title1, 'title2': title2})
        self._assign(kwargs)


class DirectoryItem(XMLObject):
    """A menu entry that leads to another menu."""

    _element = 'Directory'

    def __init__(self, key, title, subtitle=None, summary=None, thumb=None, art=None, **kwargs):
        self._begin()
        self._assign({'key': key, 'name': title, 'subtitle': subtitle, 'summary': summary, 'thumb': thumb, 'art': art})
        self._assign(kwargs)


class PopupDirectoryItem(DirectoryItem):
    """A menu entry whose menu opens on top of this one."""

    def __init__(self, key, title, subtitle=None, summary=None, thumb=None, art=None, **kwargs):
        DirectoryItem.__init__(self, key, title, subtitle, summary, thumb, art, **kwargs)
        self.popup = True


class InputDirectoryItem(DirectoryItem):
    """A menu entry that asks for a text first."""

    def __init__(self, key, title, prompt, subtitle=None, summary=None, thumb=None, art=None, **kwargs):
        DirectoryItem.__init__(self, key, title, subtitle, summary, thumb, art, **kwargs)
        self._assign({'prompt': prompt})
        self.search = True

    def testQuery(self, query, expected=None, **kwargs):
        """Meant for the original's own tests; without effect."""


class SearchDirectoryItem(InputDirectoryItem):
    """The older name of InputDirectoryItem."""

    def __init__(self, *args, **kwargs):
        _Log.Log('SearchDirectoryItem is deprecated, use InputDirectoryItem', False)
        InputDirectoryItem.__init__(self, *args, **kwargs)


class VideoItem(XMLObject):
    """A film."""

    _element = 'Video'

    def __init__(self, key, title, subtitle=None, summary=None, duration=None, thumb=None, art=None, **kwargs):
        self._begin()
        self._assign({'key': key, 'title': title, 'subtitle': subtitle, 'summary': summary, 'duration': duration, 'thumb': thumb, 'art': art})
        self._assign(kwargs)


def _is_called(url):
    """Whether a key is a function and not an address."""
    return isinstance(url, Function) or (not isinstance(url, basestring) and callable(url))


class WebVideoItem(VideoItem):
    """A page with a player, for clients with a browser."""

    def __init__(self, url, title=None, subtitle=None, summary=None, duration=None, thumb=None, art=None, **kwargs):
        if not _is_called(url):
            url = 'plex://127.0.0.1/video/:/webkit?url=%s&prefix=%s' % (urllib.quote_plus(url), Plugin.CurrentPrefix())
        VideoItem.__init__(self, url, title, subtitle, summary, duration, thumb, art, **kwargs)


class RTMPVideoItem(WebVideoItem):
    """A stream of a Flash server."""

    def __init__(self, url, clip=None, width=640, height=480, live=False, title=None, subtitle=None, summary=None, duration=None, thumb=None, art=None, **kwargs):
        if not _is_called(url):
            url = 'http://www.plexapp.com/player/player.php?url=%s&clip=%s&width=%s&height=%s&live=%s' % (
                urllib.quote(url), urllib.quote(clip), width, height, 'true' if live else 'false')
        WebVideoItem.__init__(self, url, title, subtitle, summary, duration, thumb, art, **kwargs)


class WindowsMediaVideoItem(WebVideoItem):
    """A stream of a Windows Media server."""

    def __init__(self, url, width=720, height=576, title=None, subtitle=None, summary=None, duration=None, thumb=None, art=None, **kwargs):
        if not _is_called(url):
            url = 'http://www.plexapp.com/player/silverlight.php?stream=%s&width=%s&height=%s' % (urllib.quote(url), width, height)
        WebVideoItem.__init__(self, url, title, subtitle, summary, duration, thumb, art, **kwargs)


class PhotoItem(XMLObject):
    """A picture."""

    _element = 'Photo'

    def __init__(self, key, title, subtitle=None, summary=None, thumb=None, art=None, **kwargs):
        self._begin()
        self._assign({'key': key, 'title': title, 'subtitle': subtitle, 'summary': summary, 'thumb': thumb, 'art': art})
        self._assign(kwargs)


class TrackItem(XMLObject):
    """A piece of music."""

    _element = 'Track'

    def __init__(self, key, title, artist=None, album=None, index=None, rating=None, duration=None, size=None, thumb=None, art=None, **kwargs):
        self._begin()
        self._assign({'key': key, 'track': title, 'artist': artist, 'album': album, 'index': index, 'rating': rating, 'totalTime': duration, 'size': size, 'thumb': thumb, 'art': art})
        self._assign(kwargs)


class Function(ProxyObject, XMLObject):
    """A function of the plug-in as the key of an item: around the item, or in place of an address."""

    def __init__(self, obj, ext=None, **kwargs):
        ProxyObject.__init__(self, obj)
        # Plug-ins look at the item's attributes here, and some at the arguments under this very name.
        if isinstance(obj, XMLObject):
            _pms.copy_public(obj, self)
        self.__ext = ext
        self.__kwargs = kwargs

    def __setattr__(self, name, value):
        self.__dict__[name] = value
        if not name.startswith('_'):
            setattr(self._obj, name, value)

    def _function(self):
        return self._obj.key if isinstance(self._obj, XMLObject) else self._obj

    def _add(self, arguments):
        """More arguments, for good."""
        self.__kwargs.update(arguments)

    def _call(self, sender):
        """Calls the function as a client would."""
        return self._function()(sender, **self.__kwargs)

    def _url(self, more):
        """The address of the function with its arguments and some more."""
        arguments = dict([(name, _shown(self.__kwargs[name])) for name in self.__kwargs])
        arguments.update(more)
        ext = '' if self.__ext is None else '.' + self.__ext
        packed = _pms.pack(arguments)
        return '%s/:/function/%s%s?function_args=%s' % (Plugin.CurrentPrefix(), self._function().__name__, ext, packed)

    def __str__(self):
        return self._url({})

    def __repr__(self):
        obj = self._obj
        name = obj.__name__ if isinstance(obj, types.FunctionType) else repr(obj)
        return 'Function(%s)' % ', '.join([name] + ['%s=%r' % (key, self.__kwargs[key]) for key in self.__kwargs])

    def Content(self):
        return self._obj.Content()

    def Status(self):
        return self._obj.Status()

    def Headers(self):
        return self._obj.Headers()

    def SetHeader(self, name, value):
        self._obj.SetHeader(name, value)

    def SetTagName(self, tagName):
        self._obj.SetTagName(tagName)

    def ToElement(self, outer=None):
        more = {} if outer is None else {'sender': ItemInfoRecord.of(self._obj, outer)}
        return self._element_with(more, outer)

    def _element_with(self, more, outer):
        item = self._obj
        key = item.key
        item.key = self._url(more)
        item.__dict__['_first'] = 'key'
        try:
            return item.ToElement(outer)
        finally:
            item.key = key
            del item.__dict__['_first']


class PrefsItem(DirectoryItem):
    """The menu entry that opens the preferences."""

    def __init__(self, title=None, subtitle=None, summary=None, thumb=None, **kwargs):
        DirectoryItem.__init__(self, Plugin.Prefixes()[0] + '/:/prefs', title, subtitle, summary, thumb, **kwargs)
        self.settings = True


class ContextMenu(XMLContainer):
    """Functions that a client offers for an item."""

    def _for_item(self, item, outer):
        """The menu as it stands in an item."""
        element = XMLObject.ToElement(self)
        more = {'key': item.contextKey, 'sender': ItemInfoRecord.of(item, outer if outer is not None else item)}
        for entry in self.__items__:
            if isinstance(entry, Function):
                # An entry keeps the arguments of one item for the next, as it always did.
                entry._add(item.contextArgs)
                element.append(entry._element_with(more, None))
        return element


def setTestDefaults(**kwargs):
    """Meant for the original's own tests; without effect."""


def test(*args, **kwargs):
    """Meant for the original's own tests; without effect."""


testMode = False
