# Shows what is on the shelves: a channel that asks the media server for its library. Only plug-ins with the policy
# Elevated may do so.

SERVER = 'http://127.0.0.1:32400'
PREFIX = '/video/shelves'


def ask(path):
    return XML.ElementFromURL(SERVER + path, cacheTime=0)


@handler(PREFIX, 'Shelves')
def MainMenu():
    oc = ObjectContainer(title1=ask('/').get('friendlyName'))
    for section in ask('/library/sections').xpath('./Directory'):
        folders = [location.get('path') for location in section.xpath('./Location')]
        oc.add(DirectoryObject(
            key=Callback(Section, key=section.get('key')),
            title=section.get('title'),
            summary='%s: %s' % (section.get('type'), ', '.join(folders))
        ))
    return oc


@route(PREFIX + '/section/{key}')
def Section(key):
    page = ask('/library/sections/%s/all' % key)
    oc = ObjectContainer(title1=page.get('librarySectionTitle'))
    for item in page.xpath('./*'):
        oc.add(DirectoryObject(
            key=Callback(Item, key=item.get('ratingKey')),
            title='%s (%s)' % (item.get('title'), item.get('year')),
            summary=item.get('summary')
        ))
    return oc


@route(PREFIX + '/item/{key}')
def Item(key):
    item = ask('/library/metadata/' + key).xpath('./*')[0]
    oc = ObjectContainer(title1=item.get('title'))
    for part in item.xpath('.//Part'):
        oc.add(DirectoryObject(key=Callback(Item, key=key), title=part.get('file')))
    if item.tag == 'Directory':
        for child in ask('/library/metadata/%s/children' % key).xpath('./*'):
            oc.add(DirectoryObject(key=Callback(Item, key=child.get('ratingKey')), title=child.get('title')))
    return oc
