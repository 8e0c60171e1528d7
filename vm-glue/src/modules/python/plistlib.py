"""Property lists as XML."""

import binascii as _binascii
import datetime as _datetime
import re as _re
from cStringIO import StringIO as _StringIO
from xml.parsers import expat as _expat

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
        return PlistParser().parse(file)
    finally:
        if opened:
            file.close()


def writePlist(rootObject, pathOrFile):
    opened = isinstance(pathOrFile, basestring)
    file = open(pathOrFile, "w") if opened else pathOrFile
    try:
        writer = PlistWriter(file)
        writer.writeln("<plist version=\"1.0\">")
        writer.writeValue(rootObject)
        writer.writeln("</plist>")
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
            self.writeln("<%s>%s</%s>" % (element, _escape(value), element))

    def writeln(self, line):
        if line:
            self.file.write(self.indentLevel * self.indent + line + "\n")
        else:
            self.file.write("\n")

_CONTROL = _re.compile(r"[\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18"
                       r"\x19\x1a\x1b\x1c\x1d\x1e\x1f]")


def _escape(text):
    if _CONTROL.search(text) is not None:
        raise ValueError("strings can't contains control characters; use plistlib.Data instead")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

_DATE = _re.compile(r"(?P<year>\d\d\d\d)(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:T(?P<hour>\d\d)(?::(?P<minute>\d\d)"
                    r"(?::(?P<second>\d\d))?)?)?)?)?Z")


def _dateFromString(s):
    values = []
    for part in ('year', 'month', 'day', 'hour', 'minute', 'second'):
        value = _DATE.match(s).group(part)
        if value is None:
            break
        values.append(int(value))
    return _datetime.datetime(*values)


def _dateToString(d):
    return '%04d-%02d-%02dT%02d:%02d:%02dZ' % (d.year, d.month, d.day, d.hour, d.minute, d.second)


class PlistWriter(DumbXMLWriter):
    def __init__(self, file, indentLevel=0, indent="\t", writeHeader=1):
        if writeHeader:
            file.write(PLISTHEADER)
        DumbXMLWriter.__init__(self, file, indentLevel, indent)

    def writeValue(self, value):
        if isinstance(value, (str, unicode)):
            if isinstance(value, unicode):
                value = value.encode('utf-8')
            else:
                # A byte string must be text as well.
                unicode(value)
            self.simpleElement("string", value)
        elif isinstance(value, bool):
            self.simpleElement("true" if value else "false")
        elif isinstance(value, (int, long)):
            self.simpleElement("integer", "%d" % value)
        elif isinstance(value, float):
            self.simpleElement("real", repr(value))
        elif isinstance(value, dict):
            self.writeDict(value)
        elif isinstance(value, Data):
            self.writeData(value)
        elif isinstance(value, _datetime.datetime):
            self.simpleElement("date", _dateToString(value))
        elif isinstance(value, (tuple, list)):
            self.writeArray(value)
        else:
            raise TypeError("unsuported type: %s" % type(value))

    def writeData(self, data):
        self.beginElement("data")
        self.indentLevel -= 1
        width = max(16, 76 - len(self.indent.replace("\t", " " * 8) * self.indentLevel))
        for line in data.asBase64(width).split("\n"):
            if line:
                self.writeln(line)
        self.indentLevel += 1
        self.endElement("data")

    def writeDict(self, d):
        self.beginElement("dict")
        for key, value in sorted(d.items()):
            if not isinstance(key, (str, unicode)):
                raise TypeError("keys must be strings")
            self.simpleElement("key", key.encode('utf-8') if isinstance(key, unicode) else key)
            self.writeValue(value)
        self.endElement("dict")

    def writeArray(self, array):
        self.beginElement("array")
        for value in array:
            self.writeValue(value)
        self.endElement("array")


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
    def __init__(self):
        self.stack = []
        self.currentKey = None
        self.root = None

    def parse(self, fileobj):
        parser = _expat.ParserCreate()
        parser.StartElementHandler = self.handleBeginElement
        parser.EndElementHandler = self.handleEndElement
        parser.CharacterDataHandler = self.handleData
        parser.ParseFile(fileobj)
        return self.root

    def handleBeginElement(self, element, attrs):
        self.data = []
        handler = getattr(self, "begin_" + element, None)
        if handler is not None:
            handler(attrs)

    def handleEndElement(self, element):
        handler = getattr(self, "end_" + element, None)
        if handler is not None:
            handler()

    def handleData(self, data):
        self.data.append(data)

    def addObject(self, value):
        if self.currentKey is not None:
            self.stack[-1][self.currentKey] = value
            self.currentKey = None
        elif not self.stack:
            self.root = value
        else:
            self.stack[-1].append(value)

    def getData(self):
        data = u"".join(self.data)
        try:
            data = data.encode("us-ascii")
        except UnicodeError:
            pass
        self.data = []
        return data

    def begin_dict(self, attrs):
        value = _InternalDict()
        self.addObject(value)
        self.stack.append(value)

    def end_dict(self):
        self.stack.pop()

    def end_key(self):
        self.currentKey = self.getData()

    def begin_array(self, attrs):
        value = []
        self.addObject(value)
        self.stack.append(value)

    def end_array(self):
        self.stack.pop()

    def end_true(self):
        self.addObject(True)

    def end_false(self):
        self.addObject(False)

    def end_integer(self):
        self.addObject(int(self.getData()))

    def end_real(self):
        self.addObject(float(self.getData()))

    def end_string(self):
        self.addObject(self.getData())

    def end_data(self):
        self.addObject(Data.fromBase64(self.getData()))

    def end_date(self):
        self.addObject(_dateFromString(self.getData()))
