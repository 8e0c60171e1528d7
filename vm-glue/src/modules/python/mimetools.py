"""Headers with the names of MIME."""

import rfc822 as _rfc822

__all__ = ["Message", "choose_boundary", "encode", "decode", "copyliteral", "copybinary"]


class Message(_rfc822.Message):
    def __init__(self, fp, seekable=1):
        _rfc822.Message.__init__(self, fp, seekable)
        self.encodingheader = self.getheader('content-transfer-encoding')
        self.typeheader = self.getheader('content-type')
        self.parsetype()
        self.parseplist()

    def parsetype(self):
        text = self.typeheader or 'text/plain'
        if ';' in text:
            text, self.plisttext = text.split(';', 1)
            self.plisttext = ';' + self.plisttext
        else:
            self.plisttext = ''
        fields = [field.strip().lower() for field in text.split('/')]
        self.type = '/'.join(fields)
        self.maintype = fields[0]
        self.subtype = '/'.join(fields[1:])

    def parseplist(self):
        self.plist = []
        for field in self.plisttext.split(';')[1:]:
            name, equals, value = field.partition('=')
            self.plist.append(name.strip().lower() + '=' + value.strip() if equals else name.strip())

    def getplist(self):
        return self.plist

    def getparam(self, name):
        name = name.lower() + '='
        for param in self.plist:
            if param[:len(name)] == name:
                return _rfc822.unquote(param[len(name):])
        return None

    def getparamnames(self):
        return [param.split('=', 1)[0].lower() for param in self.plist if '=' in param]

    def getencoding(self):
        return '7bit' if self.encodingheader is None else self.encodingheader.lower()

    def gettype(self):
        return self.type

    def getmaintype(self):
        return self.maintype

    def getsubtype(self):
        return self.subtype


def choose_boundary():
    import uuid
    return uuid.uuid4().hex


_UUENCODE = ('uuencode', 'x-uuencode', 'uue', 'x-uue')


def decode(input, output, encoding):
    if encoding == 'base64':
        import base64
        return base64.decode(input, output)
    if encoding == 'quoted-printable':
        import quopri
        return quopri.decode(input, output)
    if encoding in _UUENCODE:
        import uu
        return uu.decode(input, output)
    if encoding not in ('7bit', '8bit'):
        raise ValueError('unknown Content-Transfer-Encoding: %s' % encoding)
    output.write(input.read())


def encode(input, output, encoding):
    if encoding == 'base64':
        import base64
        return base64.encode(input, output)
    if encoding == 'quoted-printable':
        import quopri
        return quopri.encode(input, output, 0)
    if encoding in _UUENCODE:
        import uu
        return uu.encode(input, output)
    if encoding not in ('7bit', '8bit'):
        raise ValueError('unknown Content-Transfer-Encoding: %s' % encoding)
    output.write(input.read())


def copyliteral(input, output):
    output.write(input.read())

copybinary = copyliteral
