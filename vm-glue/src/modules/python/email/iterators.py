"""Ways through the parts of a message."""

__all__ = ['body_line_iterator', 'typed_subpart_iterator', 'walk']


def walk(self):
    yield self
    if self.is_multipart():
        for part in self.get_payload():
            for inner in part.walk():
                yield inner


def body_line_iterator(msg, decode=False):
    for part in msg.walk():
        payload = part.get_payload(decode=decode)
        if isinstance(payload, basestring):
            for line in payload.splitlines(True):
                yield line


def typed_subpart_iterator(msg, maintype='text', subtype=None):
    for part in msg.walk():
        if part.get_content_maintype() == maintype and subtype in (None, part.get_content_subtype()):
            yield part


def _structure(msg, fp=None, level=0, include_default=False):
    import sys
    fp = fp or sys.stdout
    fp.write(' ' * (level * 4) + msg.get_content_type())
    if include_default:
        fp.write('[%s]' % msg.get_default_type())
    fp.write('\n')
    if msg.is_multipart():
        for part in msg.get_payload():
            _structure(part, fp, level + 1, include_default)
