# -*- coding: utf-8 -*-
# A channel in the style of its time: menus, a search field, preferences, localised strings, pictures, and films that
# it finds in a JSON list and in HTML pages.

import re
from towers import all_towers, in_order, films

PREFIX = '/video/lighthouses'
ICON = 'icon-default.png'
ART = 'art-default.jpg'


def Start():
    Plugin.AddViewGroup('InfoList', viewMode='InfoList', mediaType='items')
    ObjectContainer.title1 = L('Title')
    ObjectContainer.art = R(ART)
    DirectoryObject.thumb = R(ICON)
    HTTP.CacheTime = CACHE_1HOUR
    HTTP.Headers['User-Agent'] = 'Lighthouses/1.0'


@handler(PREFIX, 'Title', thumb=ICON, art=ART)
def MainMenu():
    oc = ObjectContainer(view_group='InfoList')
    for tower in in_order(all_towers(), Prefs['order']):
        oc.add(TowerDirectory(tower))
    oc.add(DirectoryObject(key=Callback(Countries), title=L('Countries')))
    oc.add(InputDirectoryObject(key=Callback(Search), title=L('Search'), prompt=L('Prompt'), thumb=R('icon-search.png')))
    oc.add(PrefsObject(title=L('Preferences')))
    return oc


def TowerDirectory(tower):
    if Prefs['metres']:
        height = F('Metres', tower['height'])
    else:
        height = F('Feet', round(tower['height'] / 0.3048))
    return DirectoryObject(
        key=Callback(Tower, name=tower['id'], title=tower['name']),
        title=tower['name'],
        tagline=tower['country'],
        summary=height
    )


@route(PREFIX + '/tower/{name}')
def Tower(name, title):
    oc = ObjectContainer(title2=title)
    for film in films(name):
        oc.add(VideoClipObject(
            key=Callback(Film, name=name, url=film['url']),
            rating_key=film['url'],
            title=film['title'],
            summary=film['summary'],
            duration=film['duration'],
            items=Media(film['url'])
        ))
    if len(oc) == 0:
        return ObjectContainer(header=title, message=L('Nothing'))
    return oc


@route(PREFIX + '/film')
def Film(name, url):
    oc = ObjectContainer()
    for film in films(name):
        if film['url'] == url:
            oc.add(VideoClipObject(
                key=Callback(Film, name=name, url=url),
                rating_key=url,
                title=film['title'],
                summary=film['summary'],
                duration=film['duration'],
                items=Media(url)
            ))
    return oc


def Media(url):
    height = re.search(r'-(\d+)p\.mp4$', url).group(1)
    return [MediaObject(
        container=Container.MP4,
        video_codec=VideoCodec.H264,
        audio_codec=AudioCodec.AAC,
        video_resolution=height,
        parts=[PartObject(key=url)]
    )]


@route(PREFIX + '/countries')
def Countries():
    oc = ObjectContainer(title2=L('Countries'))
    countries = {}
    for tower in all_towers():
        countries.setdefault(tower['country'], []).append(tower)
    names = countries.keys()
    names.sort()
    for name in names:
        oc.add(DirectoryObject(key=Callback(Country, name=name), title='%s (%d)' % (name, len(countries[name]))))
    return oc


@route(PREFIX + '/country')
def Country(name):
    oc = ObjectContainer(title2=name)
    for tower in in_order(all_towers(), Prefs['order']):
        if tower['country'] == name:
            oc.add(TowerDirectory(tower))
    return oc


@route(PREFIX + '/search')
def Search(query):
    oc = ObjectContainer(title2=query)
    for tower in in_order(all_towers(), Prefs['order']):
        if query.lower() in tower['name'].lower():
            oc.add(TowerDirectory(tower))
    if len(oc) == 0:
        return ObjectContainer(header=L('Search'), message=L('Nothing'))
    return oc


def ValidatePrefs():
    Log('Sorting by %s', Prefs['order'])
