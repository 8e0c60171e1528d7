"""Helpers for web programs (the Python 2 module cgi): escaping, and reading of queries, headers and forms."""

from operator import attrgetter
import os
import sys
import UserDict
import urllib
import urlparse

__version__ = "2.6"
__all__ = ["MiniFieldStorage", "FieldStorage", "FormContentDict", "SvFormContentDict", "InterpFormContentDict",
           "FormContent", "parse", "parse_qs", "parse_qsl", "parse_multipart", "parse_header", "print_exception",
           "print_environ", "print_form", "print_directory", "print_arguments", "print_environ_usage", "escape"]

from _cgi import escape, parse_header, valid_boundary

logfile = ""
logfp = None
# The most bytes that a posted body may have; 0 for any number.
maxlen = 0


def initlog(*allargs):
    """Opens the log at the first message; from then on `log` is the function that writes, or one that does not."""
    global logfp, log
    if logfile and not logfp:
        try:
            logfp = open(logfile, "a")
        except IOError:
            pass
    log = dolog if logfp else nolog
    log(*allargs)


def dolog(fmt, *args):
    logfp.write(fmt % args + "\n")


def nolog(*allargs):
    pass


log = initlog


def parse(fp=None, environ=os.environ, keep_blank_values=0, strict_parsing=0):
    """The values of a form as a dictionary of lists."""
    if fp is None:
        fp = sys.stdin
    if 'REQUEST_METHOD' not in environ:
        environ['REQUEST_METHOD'] = 'GET'
    if environ['REQUEST_METHOD'] == 'POST':
        ctype, pdict = parse_header(environ['CONTENT_TYPE'])
        if ctype == 'multipart/form-data':
            return parse_multipart(fp, pdict)
        query = ''
        if ctype == 'application/x-www-form-urlencoded':
            length = int(environ['CONTENT_LENGTH'])
            if maxlen and length > maxlen:
                raise ValueError, 'Maximum content length exceeded'
            query = fp.read(length)
        more = environ.get('QUERY_STRING') or (sys.argv[1] if sys.argv[1:] else '')
        query = query + '&' + more if query and more else query or more
        environ['QUERY_STRING'] = query
    elif 'QUERY_STRING' in environ:
        query = environ['QUERY_STRING']
    else:
        query = sys.argv[1] if sys.argv[1:] else ""
        environ['QUERY_STRING'] = query
    return urlparse.parse_qs(query, keep_blank_values, strict_parsing)


def _deprecated(name):
    from warnings import warn
    warn("cgi.%s is deprecated, use urlparse.%s instead" % (name, name), PendingDeprecationWarning, 3)


def parse_qs(qs, keep_blank_values=0, strict_parsing=0):
    _deprecated('parse_qs')
    return urlparse.parse_qs(qs, keep_blank_values, strict_parsing)


def parse_qsl(qs, keep_blank_values=0, strict_parsing=0, max_num_fields=None):
    _deprecated('parse_qsl')
    return urlparse.parse_qsl(qs, keep_blank_values, strict_parsing, max_num_fields)


def parse_multipart(fp, pdict):
    """The parts of a body of the type multipart/form-data as a dictionary of lists."""
    import mimetools
    boundary = pdict.get('boundary', "")
    if not valid_boundary(boundary):
        raise ValueError, 'Invalid boundary in multipart form: %r' % (boundary,)
    next_part, last_part = "--" + boundary, "--" + boundary + "--"
    found, terminator = {}, ""
    while terminator != last_part:
        data, length = None, -1
        if terminator:
            headers = mimetools.Message(fp)
            try:
                length = int(headers.getheader('content-length') or -1)
            except ValueError:
                length = -1
            if length > 0:
                if maxlen and length > maxlen:
                    raise ValueError, 'Maximum content length exceeded'
                data = fp.read(length)
            else:
                data = ""
        lines = []
        while True:
            line = fp.readline()
            if not line:
                terminator = last_part
                break
            if line[:2] == "--":
                terminator = line.strip()
                if terminator in (next_part, last_part):
                    break
            lines.append(line)
        if data is None:
            continue
        if length < 0 and lines:
            last = lines[-1]
            lines[-1] = last[:-2] if last[-2:] == "\r\n" else last[:-1] if last[-1:] == "\n" else last
            data = "".join(lines)
        disposition = headers['content-disposition']
        if not disposition:
            continue
        key, params = parse_header(disposition)
        if key == 'form-data' and 'name' in params:
            found.setdefault(params['name'], []).append(data)
    return found


class MiniFieldStorage:
    """A field of a form that is no file."""

    filename = None
    list = None
    type = None
    file = None
    type_options = {}
    disposition = None
    disposition_options = {}
    headers = {}

    def __init__(self, name, value):
        self.name = name
        self.value = value

    def __repr__(self):
        return "MiniFieldStorage(%r, %r)" % (self.name, self.value)


from _formfields import FieldStorage


class FormContentDict(UserDict.UserDict):
    """The values of a form, each a list."""

    def __init__(self, environ=os.environ, keep_blank_values=0, strict_parsing=0):
        self.dict = self.data = parse(environ=environ, keep_blank_values=keep_blank_values,
                                      strict_parsing=strict_parsing)
        self.query_string = environ['QUERY_STRING']


class SvFormContentDict(FormContentDict):
    """The values of a form, each of which came once."""

    def __getitem__(self, key):
        if len(self.dict[key]) > 1:
            raise IndexError, 'expecting a single value'
        return self.dict[key][0]

    def getlist(self, key):
        return self.dict[key]

    def values(self):
        return [value[0] if len(value) == 1 else value for value in self.dict.values()]

    def items(self):
        return [(key, value[0] if len(value) == 1 else value) for key, value in self.dict.items()]


class InterpFormContentDict(SvFormContentDict):
    """The same with numbers where they look like numbers."""

    def __getitem__(self, key):
        value = SvFormContentDict.__getitem__(self, key)
        if value[0] in '0123456789+-.':
            for number in int, float:
                try:
                    return number(value)
                except ValueError:
                    pass
        return value.strip()

    def values(self):
        result = []
        for key in self.keys():
            try:
                result.append(self[key])
            except IndexError:
                result.append(self.dict[key])
        return result

    def items(self):
        return zip(self.keys(), self.values())


class FormContent(FormContentDict):
    def values(self, key):
        return self.dict[key] if key in self.dict else None

    def indexed_value(self, key, location):
        if key in self.dict and len(self.dict[key]) > location:
            return self.dict[key][location]
        return None

    def value(self, key):
        return self.dict[key][0] if key in self.dict else None

    def length(self, key):
        return len(self.dict[key])

    def stripped(self, key):
        return self.dict[key][0].strip() if key in self.dict else None

    def pars(self):
        return self.dict


def print_exception(type=None, value=None, tb=None, limit=None):
    if type is None:
        type, value, tb = sys.exc_info()
    import traceback
    lines = traceback.format_tb(tb, limit) + traceback.format_exception_only(type, value)
    print
    print "<H3>Traceback (most recent call last):</H3>"
    print "<PRE>%s<B>%s</B></PRE>" % (escape("".join(lines[:-1])), escape(lines[-1]))


def _listing(title, items):
    print
    print "<H3>%s</H3>" % title
    print "<DL>"
    for key, value in items:
        print "<DT>", key, "<DD>", value
    print "</DL>"
    print


def print_environ(environ=os.environ):
    _listing("Shell Environment:", [(escape(key), escape(environ[key])) for key in sorted(environ.keys())])


def print_form(form):
    shown = []
    for key in sorted(form.keys()):
        value = form[key]
        shown.append((escape(key) + ":", "<i>%s</i>\n<DD> %s" % (escape(repr(type(value))), escape(repr(value)))))
    _listing("Form Contents:", shown)


def print_directory():
    print
    print "<H3>Current Working Directory:</H3>"
    print escape(os.getcwd())


def print_arguments():
    print
    print "<H3>Command Line Arguments:</H3>"
    print
    print sys.argv
    print


def print_environ_usage():
    print "<H3>These environment variables could have been set:</H3>"
    print "<UL>"
    for name in ("AUTH_TYPE CONTENT_LENGTH CONTENT_TYPE DATE_GMT DATE_LOCAL DOCUMENT_NAME DOCUMENT_ROOT DOCUMENT_URI "
                 "GATEWAY_INTERFACE LAST_MODIFIED PATH PATH_INFO PATH_TRANSLATED QUERY_STRING REMOTE_ADDR REMOTE_HOST "
                 "REMOTE_IDENT REMOTE_USER REQUEST_METHOD SCRIPT_NAME SERVER_NAME SERVER_PORT SERVER_PROTOCOL "
                 "SERVER_ROOT SERVER_SOFTWARE HTTP_ACCEPT HTTP_CONNECTION HTTP_HOST HTTP_PRAGMA HTTP_REFERER "
                 "HTTP_USER_AGENT").split():
        print "<LI>" + name
    print "</UL>"
