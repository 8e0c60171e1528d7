# An agent for films and shows of an invented archive. Run it without network:
#   reprise search FilmArchive.bundle --name "The Lamp" --replay film-archive-web
#   reprise update FilmArchive.bundle --id lamp --replay film-archive-web

ARCHIVE = 'http://films.example.org'


def Start():
    HTTP.CacheTime = CACHE_1HOUR


def Score(wanted, year, found):
    score = 100 - 5 * String.LevenshteinDistance(wanted.lower(), found['title'].lower())
    if year and str(found['year']) != str(year):
        score = score - 20
    return max(score, 0)


def Search(results, wanted, year, kind, lang):
    for found in JSON.ObjectFromURL('%s/search?kind=%s&q=%s' % (ARCHIVE, kind, String.Quote(wanted))):
        results.Append(MetadataSearchResult(
            id=found['id'], name=found['title'], year=found['year'], score=Score(wanted, year, found), lang=lang))


class Films(Agent.Movies):
    name = 'Film archive'
    languages = [Locale.Language.English, Locale.Language.German]
    primary_provider = True
    accepts_from = ['org.example.agents.filmnotes']

    def search(self, results, media, lang):
        Search(results, media.name, media.year, 'film', lang)

    def update(self, metadata, media, lang, force):
        film = JSON.ObjectFromURL('%s/film/%s' % (ARCHIVE, metadata.id))
        metadata.title = film['title']
        metadata.year = film['year']
        metadata.summary = film['summary']
        metadata.rating = float(film['rating'])
        metadata.originally_available_at = Datetime.ParseDate(film['released']).date()
        metadata.genres = film['genres']
        metadata.roles.clear()
        for person in film['cast']:
            role = metadata.roles.new()
            role.name = person['name']
            role.role = person['role']
        for number, url in enumerate(film['posters']):
            if url not in metadata.posters:
                metadata.posters[url] = Proxy.Media(HTTP.Request(url).content, sort_order=number + 1)
        metadata.posters.validate_keys(film['posters'])


class Shows(Agent.TV_Shows):
    name = 'Film archive'
    languages = [Locale.Language.English]

    def search(self, results, media, lang):
        Search(results, media.show, media.year, 'show', lang)

    def update(self, metadata, media, lang):
        show = JSON.ObjectFromURL('%s/show/%s' % (ARCHIVE, metadata.id))
        metadata.title = show['title']
        metadata.summary = show['summary']
        for episode in show['episodes']:
            season, number = str(episode['season']), str(episode['number'])
            # Only what is on disk.
            if season in media.seasons and number in media.seasons[season].episodes:
                stored = metadata.seasons[season].episodes[number]
                stored.title = episode['title']
                stored.summary = episode['summary']
