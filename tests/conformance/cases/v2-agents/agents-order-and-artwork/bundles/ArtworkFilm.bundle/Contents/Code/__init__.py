def Start():
    pass

class Example(Agent.Movies):
    name = 'Films'
    languages = ['en', 'de']
    accepts_from = ['org.example.agents.helper']
    def search(self, results, media, lang):
        results.Append(MetadataSearchResult(id='f1', score=100, lang=lang))
    def update(self, metadata, media, lang):
        metadata.title = 'Film'
        # a small picture; the full one is fetched when somebody looks at it
        metadata.posters['http://pictures.example.org/full.jpg'] = Proxy.Preview('small', sort_order=1)
        metadata.art['http://pictures.example.org/gone.jpg'] = Proxy.Preview('small art')
