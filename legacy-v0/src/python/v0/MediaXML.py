"""`PMS.MediaXML`: menus and their items. Each object has its element in `root`."""

import _pms
from PMS import Plugin
from PMS._Library import urllib

ViewModes = _pms.view_modes

__all__ = [
    'ViewModes', 'MediaItem', 'MediaObject', 'MediaContainer', 'MessageContainer', 'DirectoryItem', 'PopupDirectoryItem',
    'SearchDirectoryItem', 'VideoItem', 'PhotoItem', 'TrackItem', 'WebVideoItem',
]


class MediaItem(object):
    """An element with attributes."""

    def __init__(self, tag='MediaItem'):
        self.root = _pms.element(tag)

    def ToXML(self):
        return _pms.element_text(self.root, Plugin.Debug, 'utf-8')

    def GetAttr(self, name):
        return self.root.get(name)

    def SetAttr(self, name, value):
        """Sets an attribute; None is not set."""
        if value is None:
            return False
        self.root.set(name, value)
        return True


class MediaObject(MediaItem):
    """An element with elements in it."""

    def AppendItem(self, item):
        if item is None:
            return False
        return self.AppendElement(item.root)

    def AppendElement(self, element):
        if element is None:
            return False
        self.root.append(element)
        return True

    def ChildCount(self):
        return len(self.root)


class MediaContainer(MediaObject):
    """A menu."""

    def __init__(self, art=None, viewGroup=None, title1=None, title2=None, noHistory=False, replaceParent=False):
        MediaObject.__init__(self, 'MediaContainer')
        self.SetAttr('size', '0')
        self.SetAttr('art', Plugin.ExposedResourcePath(art))
        self.SetAttr('title1', title1)
        self.SetAttr('title2', title2)
        if noHistory:
            self.SetNoHistory(True)
        if replaceParent:
            self.SetReplaceParent(True)
        if viewGroup is not None:
            self.SetViewGroup(viewGroup)

    def AppendElement(self, element):
        appended = MediaObject.AppendElement(self, element)
        self.SetAttr('size', str(self.ChildCount()))
        return appended

    def SetViewGroup(self, viewGroup):
        if viewGroup in Plugin.ViewGroups:
            group = Plugin.ViewGroups[viewGroup]
            self.SetAttr('viewmode', str(group['ViewMode']))
            self.SetAttr('content', group['ContentType'])

    def SetMessage(self, header, message):
        self.SetAttr('header', header)
        self.SetAttr('message', message)

    def SetNoHistory(self, noHistory):
        self.SetAttr('noHistory', '1' if noHistory else '0')

    def SetReplaceParent(self, replaceParent):
        self.SetAttr('replaceParent', '1' if replaceParent else '0')


class MessageContainer(MediaContainer):
    """A menu with a message."""

    def __init__(self, header, message, art=None, title1=None, title2=None):
        MediaContainer.__init__(self, art, None, title1, title2)
        self.SetMessage(header, message)


class DirectoryItem(MediaItem):
    """A menu entry that leads to another menu."""

    def __init__(self, key, name, thumb='', summary=None):
        MediaItem.__init__(self, 'Directory')
        self.SetAttr('key', key)
        self.SetAttr('name', name)
        self.SetAttr('thumb', thumb)
        self.SetAttr('summary', summary)

    def SetSearch(self, search, prompt=''):
        self.SetAttr('search', '1' if search else '0')
        if search:
            self.SetAttr('prompt', prompt)


class PopupDirectoryItem(DirectoryItem):
    """A menu entry whose menu opens on top of this one."""

    def __init__(self, key, name, thumb='', summary=''):
        DirectoryItem.__init__(self, key, name, thumb, summary)
        self.SetAttr('popup', '1')


class SearchDirectoryItem(DirectoryItem):
    """A menu entry that asks for a text first."""

    def __init__(self, key, name, prompt, thumb='', summary=''):
        DirectoryItem.__init__(self, key, name, thumb, summary)
        self.SetSearch(True, prompt)


class VideoItem(MediaItem):
    """A film."""

    def __init__(self, key, title, summary, duration, thumb):
        MediaItem.__init__(self, 'Video')
        self.SetAttr('key', key)
        self.SetAttr('title', title)
        self.SetAttr('summary', summary)
        self.SetAttr('duration', duration)
        self.SetAttr('thumb', thumb)

    def SetTelevisonMetadata(self, show, season, episode):
        """(The name is the original's.)"""
        self.SetAttr('show', show)
        self.SetAttr('season', season)
        self.SetAttr('episode', episode)


class PhotoItem(MediaItem):
    """A picture."""

    def __init__(self, key, title, summary, thumb):
        MediaItem.__init__(self, 'Photo')
        self.SetAttr('key', key)
        self.SetAttr('title', title)
        self.SetAttr('summary', summary)
        self.SetAttr('thumb', thumb)


class TrackItem(MediaItem):
    """A piece of music."""

    def __init__(self, key, track, artist, album, index, rating, duration, size, thumb):
        MediaItem.__init__(self, 'Track')
        self.SetAttr('key', key)
        self.SetAttr('track', track)
        self.SetAttr('artist', artist)
        self.SetAttr('album', album)
        self.SetAttr('index', index)
        self.SetAttr('rating', rating)
        self.SetAttr('duration', duration)
        self.SetAttr('size', size)
        self.SetAttr('thumb', thumb)


class WebVideoItem(VideoItem):
    """A page with a player, for clients with a browser."""

    def __init__(self, url, title, summary, duration, thumb):
        key = 'plex://127.0.0.1/video/:/webkit?url=%s&prefix=%s' % (urllib.quote_plus(url), Plugin.Prefixes()[0])
        VideoItem.__init__(self, key, title, summary, duration, thumb)
