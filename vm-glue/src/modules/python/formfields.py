"""The class FieldStorage of the module cgi: one field of a form, or the form as a whole."""

from operator import attrgetter
import os
import sys
import urlparse
from cStringIO import StringIO

from _cgi import parse_header, valid_boundary

URLENCODED = 'application/x-www-form-urlencoded'


class FieldStorage:
    """A field has a name, a value and perhaps a file; a form has a list of fields and answers as a dictionary does."""

    __module__ = 'cgi'
    # How much is read at a time.
    bufsize = 8 * 1024
    # The class of the parts of a form, if it is not that of the form.
    FieldStorageClass = None

    def __init__(self, fp=None, headers=None, outerboundary="", environ=os.environ, keep_blank_values=0,
                 strict_parsing=0, max_num_fields=None):
        import cgi
        self.keep_blank_values = keep_blank_values
        self.strict_parsing = strict_parsing
        self.max_num_fields = max_num_fields
        self.qs_on_post = None
        method = environ['REQUEST_METHOD'].upper() if 'REQUEST_METHOD' in environ else 'GET'
        if method in ('GET', 'HEAD'):
            default = sys.argv[1] if sys.argv[1:] else ""
            fp = StringIO(environ['QUERY_STRING'] if 'QUERY_STRING' in environ else default)
            if headers is None:
                headers = {'content-type': URLENCODED}
        if headers is None:
            headers = {'content-type': URLENCODED} if method == 'POST' else {}
            if 'CONTENT_TYPE' in environ:
                headers['content-type'] = environ['CONTENT_TYPE']
            if 'QUERY_STRING' in environ:
                self.qs_on_post = environ['QUERY_STRING']
            if 'CONTENT_LENGTH' in environ:
                headers['content-length'] = environ['CONTENT_LENGTH']
        self.fp = fp or sys.stdin
        self.headers = headers
        self.outerboundary = outerboundary
        self.disposition, self.disposition_options = "", {}
        if 'content-disposition' in headers:
            self.disposition, self.disposition_options = parse_header(headers['content-disposition'])
        self.name = self.disposition_options.get('name')
        self.filename = self.disposition_options.get('filename')
        if 'content-type' in headers:
            self.type, self.type_options = parse_header(headers['content-type'])
        elif outerboundary or method != 'POST':
            self.type, self.type_options = "text/plain", {}
        else:
            self.type, self.type_options = URLENCODED, {}
        self.innerboundary = self.type_options.get('boundary', "")
        self.length = -1
        if 'content-length' in headers:
            try:
                self.length = int(headers['content-length'])
            except ValueError:
                pass
            if cgi.maxlen and self.length > cgi.maxlen:
                raise ValueError, 'Maximum content length exceeded'
        self.list = self.file = None
        self.done = 0
        if self.type == URLENCODED:
            self.read_urlencoded()
        elif self.type[:10] == 'multipart/':
            self.read_multi(environ, keep_blank_values, strict_parsing)
        else:
            self.read_single()

    # ---- as a dictionary

    def __repr__(self):
        return "FieldStorage(%r, %r, %r)" % (self.name, self.filename, self.value)

    def __iter__(self):
        return iter(self.keys())

    def __getattr__(self, name):
        if name != 'value':
            raise AttributeError, name
        if self.file:
            self.file.seek(0)
            value = self.file.read()
            self.file.seek(0)
            return value
        return self.list

    def _fields(self):
        if self.list is None:
            raise TypeError, "not indexable"
        return self.list

    def __getitem__(self, key):
        found = [item for item in self._fields() if item.name == key]
        if not found:
            raise KeyError, key
        return found[0] if len(found) == 1 else found

    def getvalue(self, key, default=None):
        if key not in self:
            return default
        value = self[key]
        return map(attrgetter('value'), value) if type(value) is type([]) else value.value

    def getfirst(self, key, default=None):
        if key not in self:
            return default
        value = self[key]
        return value[0].value if type(value) is type([]) else value.value

    def getlist(self, key):
        if key not in self:
            return []
        value = self[key]
        return map(attrgetter('value'), value) if type(value) is type([]) else [value.value]

    def keys(self):
        return list(set(item.name for item in self._fields()))

    def has_key(self, key):
        return any(item.name == key for item in self._fields())

    __contains__ = has_key

    def __len__(self):
        return len(self.keys())

    def __nonzero__(self):
        return bool(self.list)

    # ---- reading

    def _parsed(self, query):
        import cgi
        pairs = urlparse.parse_qsl(query, self.keep_blank_values, self.strict_parsing, self.max_num_fields)
        return [cgi.MiniFieldStorage(key, value) for key, value in pairs]

    def read_urlencoded(self):
        query = self.fp.read(self.length)
        if self.qs_on_post:
            query += '&' + self.qs_on_post
        self.list = self._parsed(query)
        self.skip_lines()

    def read_multi(self, environ, keep_blank_values, strict_parsing):
        import rfc822
        boundary = self.innerboundary
        if not valid_boundary(boundary):
            raise ValueError, 'Invalid boundary in multipart form: %r' % (boundary,)
        self.list = self._parsed(self.qs_on_post) if self.qs_on_post else []
        left = self.max_num_fields
        if left is not None:
            left -= len(self.list)
        make = self.FieldStorageClass or self.__class__
        # What stands before the first boundary.
        part = make(self.fp, {}, boundary, environ, keep_blank_values, strict_parsing, left)
        while not part.done:
            headers = rfc822.Message(self.fp)
            part = make(self.fp, headers, boundary, environ, keep_blank_values, strict_parsing, left)
            if left is not None:
                left -= 1 + (len(part.list) if part.list else 0)
                if left < 0:
                    raise ValueError('Max number of fields exceeded')
            self.list.append(part)
        self.skip_lines()

    def read_single(self):
        if self.length >= 0:
            self.read_binary()
            self.skip_lines()
        else:
            self.read_lines()
        self.file.seek(0)

    def read_binary(self):
        self.file = self.make_file('b')
        left = self.length
        while left > 0:
            data = self.fp.read(min(left, self.bufsize))
            if not data:
                self.done = -1
                break
            self.file.write(data)
            left -= len(data)

    def read_lines(self):
        self.file = self.__file = StringIO()
        if self.outerboundary:
            self.read_lines_to_outerboundary()
        else:
            self.read_lines_to_eof()

    def __write(self, line):
        # What gets long goes to a file.
        if self.__file is not None:
            if self.__file.tell() + len(line) > 1000:
                self.file = self.make_file('')
                self.file.write(self.__file.getvalue())
                self.__file = None
        self.file.write(line)

    def read_lines_to_eof(self):
        while True:
            line = self.fp.readline(1 << 16)
            if not line:
                self.done = -1
                return
            self.__write(line)

    def _lines(self):
        """The lines up to the boundary, each with the end of the one before it: the last one's belongs to the boundary."""
        following = "--" + self.outerboundary
        last = following + "--"
        ended, held = True, ""
        while True:
            line = self.fp.readline(1 << 16)
            if not line:
                self.done = -1
                return
            if held == "\r":
                line, held = held + line, ""
            if line[:2] == "--" and ended:
                mark = line.strip()
                if mark == following:
                    return
                if mark == last:
                    self.done = 1
                    return
            before = held
            if line[-2:] == "\r\n":
                held, line, ended = "\r\n", line[:-2], True
            elif line[-1] == "\n":
                held, line, ended = "\n", line[:-1], True
            elif line == "\r":
                # A part of a line may end between the two.
                held, line, ended = "\r", "", False
                yield before
                continue
            elif line[-1] == "\r":
                held, line, ended = "\r", line[:-1], False
            else:
                held, ended = "", False
            yield before + line

    def read_lines_to_outerboundary(self):
        for piece in self._lines():
            self.__write(piece)

    def skip_lines(self):
        if not self.outerboundary or self.done:
            return
        for _ in self._lines():
            pass

    def make_file(self, binary=None):
        import tempfile
        return tempfile.TemporaryFile("w+b")
