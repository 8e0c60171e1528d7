"""Tells kinds of pictures by the first bytes of their files."""

__all__ = ["what"]


def _starts(kind, *beginnings):
    def test(h, f):
        return kind if h.startswith(beginnings) else None
    test.__name__ = 'test_' + kind
    return test


def test_jpeg(h, f):
    return 'jpeg' if h[6:10] in ('JFIF', 'Exif') else None


def _netpbm(kind, letters):
    def test(h, f):
        if len(h) >= 3 and h[0] == 'P' and h[1] in letters and h[2] in ' \t\n\r':
            return kind
        return None
    test.__name__ = 'test_' + kind
    return test


# Functions of the first bytes and of the file.
tests = [test_jpeg, _starts('png', '\211PNG\r\n\032\n'), _starts('gif', 'GIF87a', 'GIF89a'), _starts('tiff', 'MM', 'II'),
         _starts('rgb', '\001\332'), _netpbm('pbm', '14'), _netpbm('pgm', '25'), _netpbm('ppm', '36'),
         _starts('rast', '\x59\xA6\x6A\x95'), _starts('xbm', '#define '), _starts('bmp', 'BM')]


def what(file, h=None):
    """The kind of a picture: of a file, by name or open, or of its first bytes; None if it is not known."""
    opened = None
    try:
        if h is None:
            if isinstance(file, basestring):
                file = opened = open(file, 'rb')
                h = file.read(32)
            else:
                place = file.tell()
                h = file.read(32)
                file.seek(place)
        for test in tests:
            kind = test(h, file)
            if kind:
                return kind
        return None
    finally:
        if opened:
            opened.close()
