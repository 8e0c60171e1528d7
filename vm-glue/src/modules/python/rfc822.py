"""Headers of mail-like messages."""

from email.utils import formatdate as _formatdate, mktime_tz, parsedate_tz, quote, unquote

__all__ = ["Message", "AddressList", "parsedate", "parsedate_tz", "mktime_tz"]


def parsedate(data):
    """The first nine fields of parsedate_tz."""
    found = parsedate_tz(data)
    return found if found is None else found[:8] + (0,)


class Message:
    """The headers of a file, by names in any case; the body is what is left in the file."""

    def __init__(self, fp, seekable=1):
        self.fp = fp
        self.seekable = seekable
        self.startofheaders = self.startofbody = None
        if seekable:
            try:
                self.startofheaders = fp.tell()
            except (AttributeError, IOError):
                self.seekable = 0
        self.readheaders()
        if self.seekable:
            try:
                self.startofbody = fp.tell()
            except (AttributeError, IOError):
                self.seekable = 0

    def rewindbody(self):
        if not self.seekable:
            raise IOError("unseekable file")
        self.fp.seek(self.startofbody)

    def readheaders(self):
        self.dict = {}
        self.unixfrom = ''
        self.headers = []
        self.status = ''
        name = ''
        first = True
        while True:
            line = self.fp.readline()
            if not line:
                self.status = 'EOF in headers'
                return
            if first and line.startswith('From '):
                self.unixfrom += line
                continue
            first = False
            if name and line[0] in ' \t':
                self.headers.append(line)
                self.dict[name] = (self.dict[name] + "\n " + line.strip()).strip()
                continue
            if self.iscomment(line):
                continue
            if self.islast(line):
                return
            name = self.isheader(line)
            if name:
                self.headers.append(line)
                self.dict[name] = line[len(name) + 1:].strip()
            elif name is None:
                self.status = 'Non-header line where header expected' if self.dict else 'No headers'
                return

    def isheader(self, line):
        at = line.find(':')
        return line[:at].lower() if at > -1 else None

    def islast(self, line):
        return line in ('\r\n', '\n')

    def iscomment(self, line):
        return False

    def getallmatchingheaders(self, name):
        name = name.lower() + ':'
        found = []
        hit = False
        for line in self.headers:
            if line[:len(name)].lower() == name:
                hit = True
            elif not line[:1].isspace():
                hit = False
            if hit:
                found.append(line)
        return found

    def getfirstmatchingheader(self, name):
        found = []
        for line in self.getallmatchingheaders(name):
            if found and not line[:1].isspace():
                break
            found.append(line)
        return found

    def getrawheader(self, name):
        lines = self.getfirstmatchingheader(name)
        if not lines:
            return None
        lines[0] = lines[0][len(name) + 1:]
        return ''.join(lines)

    def getheader(self, name, default=None):
        return self.dict.get(name.lower(), default)

    get = getheader

    def getheaders(self, name):
        found = []
        current = ''
        have = False
        for line in self.getallmatchingheaders(name):
            if line[0].isspace():
                current = "%s\n %s" % (current, line.strip()) if current else line.strip()
            else:
                if have:
                    found.append(current)
                current = line[line.find(":") + 1:].strip()
                have = True
        if have:
            found.append(current)
        return found

    def getaddr(self, name):
        addresses = self.getaddrlist(name)
        return addresses[0] if addresses else (None, None)

    def getaddrlist(self, name):
        from email.utils import getaddresses
        return getaddresses(self.getheaders(name))

    def getdate(self, name):
        value = self.getheader(name)
        return parsedate(value) if value else None

    def getdate_tz(self, name):
        value = self.getheader(name)
        return parsedate_tz(value) if value else None

    def __len__(self):
        return len(self.dict)

    def __getitem__(self, name):
        return self.dict[name.lower()]

    def __setitem__(self, name, value):
        del self[name]
        self.dict[name.lower()] = value
        for line in (name + ": " + value).split("\n"):
            self.headers.append(line + "\n")

    def __delitem__(self, name):
        if name.lower() in self.dict:
            lines = self.getallmatchingheaders(name)
            del self.dict[name.lower()]
            self.headers = [line for line in self.headers if line not in lines]

    def setdefault(self, name, default=""):
        if name.lower() not in self.dict:
            self[name] = default
        return self.dict[name.lower()]

    def has_key(self, name):
        return name.lower() in self.dict

    __contains__ = has_key

    def __iter__(self):
        return iter(self.dict)

    def keys(self):
        return self.dict.keys()

    def values(self):
        return self.dict.values()

    def items(self):
        return self.dict.items()

    def __str__(self):
        return ''.join(self.headers)


class AddressList:
    """The addresses of a header."""

    def __init__(self, field):
        from email.utils import getaddresses
        self.field = field
        self.addresslist = getaddresses([field]) if field else []

    def __len__(self):
        return len(self.addresslist)

    def __getitem__(self, index):
        return self.addresslist[index]


def parseaddr(address):
    from email.utils import parseaddr
    return parseaddr(address)


def dump_address_pair(pair):
    return '"' + pair[0] + '" <' + pair[1] + '>' if pair[0] else pair[1]


def formatdate(timeval=None):
    return _formatdate(timeval, usegmt=True)
