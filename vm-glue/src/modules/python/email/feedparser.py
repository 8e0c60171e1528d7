"""Messages read piece by piece. All is read at the end; faults are noted, not raised."""

import re

from email import errors, message

__all__ = ['FeedParser']

_line = re.compile(r'[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+')
headerRE = re.compile(r'^(From |[\041-\071\073-\176]{1,}:|[\t ])')


class FeedParser:
    def __init__(self, _factory=message.Message):
        self._factory = _factory
        self._pieces = []
        self._headersonly = False

    def _set_headersonly(self):
        self._headersonly = True

    def feed(self, data):
        self._pieces.append(data)

    def close(self):
        lines = _line.findall(''.join(self._pieces))
        self._pieces = []
        return self._message(lines, None)

    def _message(self, lines, default):
        msg = self._factory()
        if default:
            msg.set_default_type(default)
        at = self._headers(msg, lines)
        body = lines[at:]
        if self._headersonly:
            msg.set_payload(''.join(body))
            return msg
        main = msg.get_content_maintype()
        if msg.get_content_type() == 'message/delivery-status':
            self._statuses(msg, body)
        elif main == 'message':
            msg.attach(self._message(body, None))
        elif main == 'multipart':
            self._parts(msg, body)
        else:
            msg.set_payload(''.join(body))
        return msg

    def _headers(self, msg, lines):
        """Reads the headers; where the body begins."""
        name, values = None, []

        def end():
            if name is not None:
                msg[name] = ''.join(values).rstrip('\r\n')
        at = 0
        while at < len(lines):
            line = lines[at]
            if not headerRE.match(line):
                if line.strip('\r\n'):
                    # The body begins without an empty line.
                    break
                at += 1
                break
            if line[0] in ' \t':
                if name is None:
                    msg.defects.append(errors.FirstHeaderLineIsContinuationDefect(line))
                else:
                    values.append(line)
            elif line.startswith('From '):
                if at == 0:
                    msg.set_unixfrom(line.rstrip('\r\n'))
                else:
                    msg.defects.append(errors.MisplacedEnvelopeHeaderDefect(line))
            else:
                end()
                name, value = line.split(':', 1)
                values = [value.lstrip(' \t')]
            at += 1
        end()
        return at

    def _statuses(self, msg, lines):
        block = []
        for line in lines + ['\n']:
            block.append(line)
            if not line.strip('\r\n'):
                if len(block) > 1:
                    msg.attach(self._message(block, None))
                block = []

    def _parts(self, msg, lines):
        boundary = msg.get_boundary()
        if boundary is None:
            msg.defects.append(errors.NoBoundaryInMultipartDefect())
            msg.set_payload(''.join(lines))
            msg.defects.append(errors.MultipartInvariantViolationDefect())
            return
        mark = re.compile('--' + re.escape(boundary) + r'(?P<end>--)?[ \t]*(\r\n|\r|\n)?$')
        default = 'message/rfc822' if msg.get_content_type() == 'multipart/digest' else None
        before, part, after, closed = [], None, [], False
        for line in lines:
            found = None if closed else mark.match(line)
            if found:
                if part is None and found.group('end'):
                    # An end without a beginning.
                    break
                if part:
                    msg.attach(self._message(_without_end(part), default))
                elif part is None and before:
                    msg.preamble = ''.join(_without_end(before))
                part = []
                if found.group('end'):
                    closed, part = True, None
                    msg.epilogue = None
                    if found.group(2):
                        after = ['']
            elif closed:
                after.append(line)
            elif part is None:
                before.append(line)
            else:
                part.append(line)
        if part is None and not closed:
            msg.defects.append(errors.StartBoundaryNotFoundDefect())
            msg.set_payload(''.join(before))
            msg.defects.append(errors.MultipartInvariantViolationDefect())
            return
        if part:
            msg.attach(self._message(part, default))
        if closed and after:
            msg.epilogue = ''.join(after)
        if not msg.is_multipart():
            msg.defects.append(errors.MultipartInvariantViolationDefect())


def _without_end(lines):
    """The end of the last line belongs to the boundary that follows."""
    if not lines:
        return lines
    last = re.sub(r'(\r\n|\r|\n)$', '', lines[-1])
    return lines[:-1] + [last] if last else lines[:-1] if len(lines) > 1 and lines[-1] == '' else lines[:-1] + [last]
