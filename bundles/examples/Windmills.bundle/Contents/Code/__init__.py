# An example of the framework's version 1 (2009): menus of functions, pages as element trees, preferences.
from PMS import *
from PMS.Objects import *
from PMS.Shortcuts import *

PREFIX = '/video/windmills'
SITE = 'http://windmills.example.org'


def Start():
    Plugin.AddPrefixHandler(PREFIX, MainMenu, L('Title'), 'icon-default.png', 'art-default.jpg')
    Plugin.AddViewGroup('Details', viewMode='InfoList', mediaType='items')
    MediaContainer.title1 = L('Title')
    MediaContainer.art = R('art-default.jpg')
    DirectoryItem.thumb = R('icon-default.png')
    HTTP.SetCacheTime(CACHE_1HOUR)


def CreatePrefs():
    Prefs.Add(id='turning', type='bool', default=False, label='Only mills that turn')


def MainMenu():
    dir = MediaContainer(viewGroup='Details')
    for mill in JSON.ObjectFromURL(SITE + '/mills.json'):
        if Prefs.Get('turning') and not mill['turns']:
            continue
        dir.Append(Function(
            DirectoryItem(Mill, title=mill['name'], subtitle=mill['place'], summary=F('Built', mill['built'])), id=mill['id']))
    dir.Append(Function(InputDirectoryItem(Search, title=L('Search'), prompt=L('Search'))))
    dir.Append(PrefsItem(title=L('Preferences')))
    return dir


def Mill(sender, id):
    dir = MediaContainer(title2=sender.itemTitle)
    page = XML.ElementFromURL('%s/mill/%s.html' % (SITE, id), isHTML=True)
    for film in page.xpath('//li[@class="film"]'):
        link = film.xpath('./a')[0]
        minutes = int(film.xpath('./span[@class="minutes"]')[0].text)
        dir.Append(Function(VideoItem(Play, title=link.text, duration=minutes * 60000), url=SITE + link.get('href')))
    if len(dir) == 0:
        return MessageContainer(sender.itemTitle, L('Nothing'))
    return dir


def Play(sender, url):
    return Redirect(url)


def Search(sender, query):
    dir = MediaContainer(title2=query)
    for mill in JSON.ObjectFromURL(SITE + '/mills.json'):
        if query.lower() in mill['name'].lower():
            dir.Append(Function(DirectoryItem(Mill, title=mill['name'], subtitle=mill['place']), id=mill['id']))
    return dir
