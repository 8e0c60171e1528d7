"""Universally unique identifiers (the Python 2 module uuid)."""

import os as _os

RESERVED_NCS, RFC_4122, RESERVED_MICROSOFT, RESERVED_FUTURE = [
    'reserved for NCS compatibility', 'specified in RFC 4122',
    'reserved for Microsoft compatibility', 'reserved for future definition']

int_ = int
bytes_ = bytes
# Bits of the number below each of the six fields, and their widths.
_FIELDS = ((96, 32, 'time_low'), (80, 16, 'time_mid'), (64, 16, 'time_hi_version'),
           (56, 8, 'clock_seq_hi_variant'), (48, 8, 'clock_seq_low'), (0, 48, 'node'))


def _number(data):
    return long(data.encode('hex'), 16)


class UUID(object):
    """A UUID: from a string of hexadecimal digits, 16 bytes, six fields or a number."""

    def __init__(self, hex=None, bytes=None, bytes_le=None, fields=None, int=None, version=None):
        if [hex, bytes, bytes_le, fields, int].count(None) != 4:
            raise TypeError('need one of hex, bytes, bytes_le, fields, or int')
        if hex is not None:
            hex = hex.replace('urn:', '').replace('uuid:', '').strip('{}').replace('-', '')
            if len(hex) != 32:
                raise ValueError('badly formed hexadecimal UUID string')
            int = long(hex, 16)
        if bytes_le is not None:
            if len(bytes_le) != 16:
                raise ValueError('bytes_le is not a 16-char string')
            bytes = bytes_le[3::-1] + bytes_le[5:3:-1] + bytes_le[7:5:-1] + bytes_le[8:]
        if bytes is not None:
            if len(bytes) != 16:
                raise ValueError('bytes is not a 16-char string')
            int = _number(bytes_(bytes))
        if fields is not None:
            if len(fields) != 6:
                raise ValueError('fields is not a 6-tuple')
            int = 0L
            for number, (value, (shift, width, name)) in enumerate(zip(fields, _FIELDS)):
                if not 0 <= value < 1 << width:
                    raise ValueError('field %d out of range (need a%s %d-bit value)'
                                     % (number + 1, 'n' if width == 8 else '', width))
                int |= long(value) << shift
        if not 0 <= int < 1 << 128L:
            raise ValueError('int is out of range (need a 128-bit value)')
        if version is not None:
            if not 1 <= version < 6:
                raise ValueError('illegal version number')
            int &= ~(0xc000 << 48L)
            int |= 0x8000 << 48L
            int &= ~(0xf000 << 64L)
            int |= version << 76L
        self.__dict__['int'] = int

    def __cmp__(self, other):
        if isinstance(other, UUID):
            return cmp(self.int, other.int)
        return NotImplemented

    def __hash__(self):
        return hash(self.int)

    def __int__(self):
        return self.int

    def __repr__(self):
        return 'UUID(%r)' % str(self)

    def __setattr__(self, name, value):
        raise TypeError('UUID objects are immutable')

    def __str__(self):
        hex = '%032x' % self.int
        return '%s-%s-%s-%s-%s' % (hex[:8], hex[8:12], hex[12:16], hex[16:20], hex[20:])

    @property
    def bytes(self):
        return ('%032x' % self.int).decode('hex')

    @property
    def bytes_le(self):
        data = self.bytes
        return data[3::-1] + data[5:3:-1] + data[7:5:-1] + data[8:]

    @property
    def fields(self):
        return (self.time_low, self.time_mid, self.time_hi_version,
                self.clock_seq_hi_variant, self.clock_seq_low, self.node)

    @property
    def time_low(self):
        return self.int >> 96L

    @property
    def time_mid(self):
        return self.int >> 80L & 0xffff

    @property
    def time_hi_version(self):
        return self.int >> 64L & 0xffff

    @property
    def clock_seq_hi_variant(self):
        return self.int >> 56L & 0xff

    @property
    def clock_seq_low(self):
        return self.int >> 48L & 0xff

    @property
    def time(self):
        return (self.time_hi_version & 0x0fffL) << 48L | self.time_mid << 32L | self.time_low

    @property
    def clock_seq(self):
        return (self.clock_seq_hi_variant & 0x3fL) << 8L | self.clock_seq_low

    @property
    def node(self):
        return self.int & 0xffffffffffff

    @property
    def hex(self):
        return '%032x' % self.int

    @property
    def urn(self):
        return 'urn:uuid:' + str(self)

    @property
    def variant(self):
        if not self.int & (0x8000 << 48L):
            return RESERVED_NCS
        if not self.int & (0x4000 << 48L):
            return RFC_4122
        if not self.int & (0x2000 << 48L):
            return RESERVED_MICROSOFT
        return RESERVED_FUTURE

    @property
    def version(self):
        if self.variant == RFC_4122:
            return int_(self.int >> 76L & 0xf)


_node = None
_last_timestamp = None


def _random_node():
    # The bit of multicast addresses, so that it is nobody's hardware address.
    return _number(_os.urandom(6)) | 0x010000000000L


def getnode():
    """The hardware address of this machine as a number, or 48 random bits."""
    global _node
    if _node is None:
        _node = _interface_node() or _random_node()
    return _node


def _interface_node():
    folder = '/sys/class/net'
    try:
        names = sorted(_os.listdir(folder))
    except OSError:
        return None
    for name in names:
        try:
            address = long(open('%s/%s/address' % (folder, name)).read().strip().replace(':', ''), 16)
        except (IOError, ValueError):
            continue
        if 0 < address < 1 << 48:
            return address
    return None


def uuid1(node=None, clock_seq=None):
    """From the time and the machine."""
    global _last_timestamp
    import time
    # Hundreds of nanoseconds since the Gregorian calendar began.
    timestamp = int_(time.time() * 1e7) + 0x01b21dd213814000L
    if _last_timestamp is not None and timestamp <= _last_timestamp:
        timestamp = _last_timestamp + 1
    _last_timestamp = timestamp
    if clock_seq is None:
        clock_seq = _number(_os.urandom(2)) & 0x3fff
    if node is None:
        node = getnode()
    return UUID(fields=(timestamp & 0xffffffffL, timestamp >> 32L & 0xffffL, timestamp >> 48L & 0x0fffL,
                        clock_seq >> 8L & 0x3fL, clock_seq & 0xffL, node), version=1)


def uuid3(namespace, name):
    """From the MD5 sum of a name in a namespace."""
    from hashlib import md5
    return UUID(bytes=md5(namespace.bytes + name).digest()[:16], version=3)


def uuid4():
    """A random one."""
    return UUID(bytes=_os.urandom(16), version=4)


def uuid5(namespace, name):
    """From the SHA-1 sum of a name in a namespace."""
    from hashlib import sha1
    return UUID(bytes=sha1(namespace.bytes + name).digest()[:16], version=5)


NAMESPACE_DNS = UUID('6ba7b810-9dad-11d1-80b4-00c04fd430c8')
NAMESPACE_URL = UUID('6ba7b811-9dad-11d1-80b4-00c04fd430c8')
NAMESPACE_OID = UUID('6ba7b812-9dad-11d1-80b4-00c04fd430c8')
NAMESPACE_X500 = UUID('6ba7b814-9dad-11d1-80b4-00c04fd430c8')


def _getter(name):
    def get(self):
        return getattr(self, name)
    get.__name__ = 'get_' + name
    return get


# The functions of before properties.
for _name in ('bytes bytes_le fields time_low time_mid time_hi_version clock_seq_hi_variant clock_seq_low time clock_seq '
              'node hex urn variant version').split():
    setattr(UUID, 'get_' + _name, _getter(_name))
del _name
