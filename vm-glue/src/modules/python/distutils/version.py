"""Versions that can be compared (the Python 2 module distutils.version)."""

import re


class Version:
    def __init__(self, vstring=None):
        if vstring:
            self.parse(vstring)

    def __repr__(self):
        return "%s ('%s')" % (self.__class__.__name__, str(self))


class StrictVersion(Version):
    """Two or three numbers, and perhaps 'a' or 'b' and a number for a version before the release."""

    version_re = re.compile(r'^(\d+) \. (\d+) (\. (\d+))? ([ab](\d+))?$', re.VERBOSE)

    def parse(self, vstring):
        match = self.version_re.match(vstring)
        if not match:
            raise ValueError("invalid version number '%s'" % vstring)
        major, minor, patch, prerelease, number = match.group(1, 2, 4, 5, 6)
        self.version = int(major), int(minor), int(patch or 0)
        self.prerelease = (prerelease[0], int(number)) if prerelease else None

    def __str__(self):
        numbers = self.version if self.version[2] else self.version[:2]
        text = '.'.join(map(str, numbers))
        return text + self.prerelease[0] + str(self.prerelease[1]) if self.prerelease else text

    def __cmp__(self, other):
        if isinstance(other, basestring):
            other = StrictVersion(other)
        found = cmp(self.version, other.version)
        if found or self.prerelease == other.prerelease:
            return found
        # A release is later than what came before it.
        if not self.prerelease or not other.prerelease:
            return -1 if self.prerelease else 1
        return cmp(self.prerelease, other.prerelease)


class LooseVersion(Version):
    """Numbers and words in any order."""

    component_re = re.compile(r'(\d+ | [a-z]+ | \.)', re.VERBOSE)

    def parse(self, vstring):
        self.vstring = vstring
        parts = [part for part in self.component_re.split(vstring) if part and part != '.']
        self.version = [int(part) if part.isdigit() else part for part in parts]

    def __str__(self):
        return self.vstring

    def __repr__(self):
        return "LooseVersion ('%s')" % str(self)

    def __cmp__(self, other):
        if isinstance(other, basestring):
            other = LooseVersion(other)
        return cmp(self.version, other.version)
