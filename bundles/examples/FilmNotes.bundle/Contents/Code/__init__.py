# An agent that adds to what the film archive knows.

def Start():
    pass


class Notes(Agent.Movies):
    name = 'Film notes'
    languages = [Locale.Language.English]
    primary_provider = False
    contributes_to = ['org.example.agents.filmarchive']

    def search(self, results, media, lang):
        results.Append(MetadataSearchResult(id=media.primary_metadata.id, score=100))

    def update(self, metadata, media, lang):
        metadata.tagline = 'A note on %s' % metadata.id
        metadata.title = 'Never shown: the archive comes first'
