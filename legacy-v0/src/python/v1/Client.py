"""`PMS.Client`: the version of the client, as its request names it."""

_version = (0, 0, 0)


def _set(text):
    """Takes over an `X-Plex-Version`."""
    global _version
    parts = []
    for part in text.split('-')[0].split('.')[:3]:
        digits = ''.join([c for c in part if c.isdigit()])
        parts.append(int(digits or '0'))
    _version = tuple((parts + [0, 0, 0])[:3])


def MajorVersion():
    return _version[0]


def MinorVersion():
    return _version[1]


def ReleaseVersion():
    return _version[2]


def VersionAtLeast(major=0, minor=0, release=0):
    return _version >= (major, minor, release)
