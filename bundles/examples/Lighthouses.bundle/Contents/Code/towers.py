# -*- coding: utf-8 -*-
# The data of the channel: a JSON list of lighthouses, and an HTML page for each of them.

BASE = 'http://lighthouses.example.org'


def all_towers():
    return JSON.ObjectFromURL(BASE + '/towers.json', cacheTime=CACHE_1HOUR)['towers']


def by_name(a, b):
    return cmp(a['name'].lower(), b['name'].lower())


def highest_first(a, b):
    return cmp(b['height'], a['height'])


def in_order(towers, order):
    towers = list(towers)
    if order == 'Height':
        towers.sort(highest_first)
    else:
        towers.sort(by_name)
    return towers


def films(tower):
    page = HTML.ElementFromURL('%s/tower/%s.html' % (BASE, tower), cacheTime=CACHE_1HOUR)
    found = []
    for row in page.xpath('//table[@class="films"]//tr[td]'):
        link = row.xpath('./td/a')[0]
        minutes, seconds = row.xpath('./td[2]')[0].text.split(':')
        found.append({
            'title': link.text,
            'url': BASE + link.get('href'),
            'duration': (int(minutes) * 60 + int(seconds)) * 1000,
            'summary': ''.join(row.xpath('./td[3]//text()')).strip(),
        })
    return found
