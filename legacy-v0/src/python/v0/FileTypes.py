"""`PMS.FileTypes`: playlists."""


class PLS(object):
    """A playlist."""

    ContentType = 'audio/x-scpls'

    def __init__(self):
        self._tracks = []

    def AppendTrack(self, url, title, length=-1):
        self._tracks.append((url, title, length))

    def Content(self):
        text = '[playlist]\n\nNumberOfEntries=%d\n\n' % len(self._tracks)
        for number, (url, title, length) in enumerate(self._tracks):
            text += 'File%d=%s\nTitle%d=%s\nLength%d=%s\n\n' % (number + 1, url, number + 1, title, number + 1, length)
        return text + 'Version=2\n'
