# An example of the framework's version 0 (2008): one function answers everything below a prefix, by its path nouns.
from PMS import Plugin, HTTP, XML, Utils
from PMS.MediaXML import *
from PMS.Shorthand import _L, _R, _E, _D

PREFIX = '/video/bridges'
SITE = 'http://bridges.example.org'


def Start():
    Plugin.AddRequestHandler(PREFIX, HandleRequest, 'Bridges', 'icon-default.png', 'art-default.jpg')
    Plugin.AddViewGroup('Details', 'InfoList', 'items')


def HandleRequest(pathNouns, count):
    if count == 0:
        return MainMenu().ToXML()
    if pathNouns[0] == 'bridge':
        return Bridge(_D(pathNouns[1])).ToXML()
    if pathNouns[0] == 'search':
        return MainMenu(count > 1 and pathNouns[1] or '').ToXML()
    return None


def MainMenu(query=None):
    dir = MediaContainer('art-default.jpg', 'Details', 'Bridges', query)
    for bridge in XML.ElementFromString(HTTP.GetCached(SITE + '/bridges.xml')).xpath('//bridge'):
        name = bridge.findtext('name')
        if query is None or query.lower() in name.lower():
            dir.AppendItem(DirectoryItem('bridge/' + _E(bridge.get('page')), name, _R('icon-default.png'), bridge.findtext('about')))
    if query is None:
        dir.AppendItem(SearchDirectoryItem('search', _L('Search'), _L('Search'), _R('icon-default.png')))
    return dir


def Bridge(page):
    root = XML.ElementFromURL(SITE + page, True)
    dir = MediaContainer('art-default.jpg', None, 'Bridges', root.xpath('//h1')[0].text)
    for film in root.xpath('//a[@class="film"]'):
        dir.AppendItem(VideoItem(SITE + film.get('href'), film.text, film.get('title'), None, _R('icon-default.png')))
    return dir
