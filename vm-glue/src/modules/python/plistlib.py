"""Property lists as XML."""

import binascii as _binascii
from _plist import dumps as _dumps, read as _read
from cStringIO import StringIO as _StringIO

__all__ = ["readPlist", "writePlist", "readPlistFromString", "writePlistToString", "readPlistFromResource",
           "writePlistToResource", "Plist", "Data", "Dict"]

PLISTHEADER = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
"""


def readPlist(pathOrFile):
    opened = isinstance(pathOrFile, basestring)
    file = open(pathOrFile) if opened else pathOrFile
    try:
        return _read(file, _InternalDict, Data)
    finally:
        if opened:
            file.close()


def writePlist(rootObject, pathOrFile):
    opened = isinstance(pathOrFile, basestring)
    file = open(pathOrFile, "w") if opened else pathOrFile
    try:
        file.write('%s<plist version="1.0">\n%s</plist>\n' % (PLISTHEADER, _dumps(rootObject, 0, "\t", Data)))
    finally:
        if opened:
            file.close()


def readPlistFromString(data):
    return readPlist(_StringIO(data))


def writePlistToString(rootObject):
    file = _StringIO()
    writePlist(rootObject, file)
    return file.getvalue()


class DumbXMLWriter:
    """Writes elements, each on lines of its own."""

    def __init__(self, file, indentLevel=0, indent="\t"):
        self.file = file
        self.stack = []
        self.indentLevel = indentLevel
        self.indent = indent

    def beginElement(self, element):
        self.stack.append(element)
        self.writeln("<%s>" % element)
        self.indentLevel += 1

    def endElement(self, element):
        self.stack.pop()
        self.indentLevel -= 1
        self.writeln("</%s>" % element)

    def simpleElement(self, element, value=None):
        if value is None:
            self.writeln("<%s/>" % element)
        else:
            self.writeln("<%s>%s</%s>" % (element, _dumps(value, 0, "", Data)[8:-10], element))

    def writeln(self, line):
        if line:
            self.file.write(self.indentLevel * self.indent + line + "\n")
        else:
            self.file.write("\n")

class PlistWriter(DumbXMLWriter):
    def __init__(self, file, indentLevel=0, indent="\t", writeHeader=1):
        if writeHeader:
            file.write(PLISTHEADER)
        DumbXMLWriter.__init__(self, file, indentLevel, indent)

    def writeValue(self, value):
        self.file.write(_dumps(value, self.indentLevel, self.indent, Data))

    writeData = writeDict = writeArray = writeValue


class _InternalDict(dict):
    """What dictionaries are read as: keys are attributes, too."""

    def __getattr__(self, attr):
        try:
            return self[attr]
        except KeyError:
            raise AttributeError(attr)

    def __setattr__(self, attr, value):
        self[attr] = value

    def __delattr__(self, attr):
        try:
            del self[attr]
        except KeyError:
            raise AttributeError(attr)


class Dict(_InternalDict):
    def __init__(self, **kwargs):
        super(Dict, self).__init__(**kwargs)


class Plist(_InternalDict):
    def __init__(self, **kwargs):
        super(Plist, self).__init__(self, **kwargs)

    @classmethod
    def fromFile(cls, pathOrFile):
        plist = cls()
        plist.update(readPlist(pathOrFile))
        return plist

    def write(self, pathOrFile):
        writePlist(self, pathOrFile)


def _encodeBase64(s, maxlinelength=76):
    size = (maxlinelength // 4) * 3
    return "".join([_binascii.b2a_base64(s[at:at + size]) for at in range(0, len(s), size)])


class Data:
    """Bytes."""

    def __init__(self, data):
        self.data = data

    @classmethod
    def fromBase64(cls, data):
        return cls(_binascii.a2b_base64(data))

    def asBase64(self, maxlinelength=76):
        return _encodeBase64(self.data, maxlinelength)

    def __cmp__(self, other):
        if isinstance(other, self.__class__):
            return cmp(self.data, other.data)
        if isinstance(other, str):
            return cmp(self.data, other)
        return cmp(id(self), id(other))

    def __repr__(self):
        return "%s(%s)" % (self.__class__.__name__, repr(self.data))


class PlistParser:
    """Reads a file; the work is native."""

    def parse(self, fileobj):
        return _read(fileobj, _InternalDict, Data)
