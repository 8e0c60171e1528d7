"""A web server: files of a folder."""

import cgi
import os
import posixpath
import shutil
import sys
import urllib
import urlparse
import BaseHTTPServer
import mimetypes
from cStringIO import StringIO

__version__ = '0.6'
__all__ = ["SimpleHTTPRequestHandler"]


class SimpleHTTPRequestHandler(BaseHTTPServer.BaseHTTPRequestHandler):
    """Answers GET and HEAD with the files of the current folder."""

    server_version = 'SimpleHTTP/' + __version__

    def do_GET(self):
        f = self.send_head()
        if f:
            try:
                self.copyfile(f, self.wfile)
            finally:
                f.close()

    def do_HEAD(self):
        f = self.send_head()
        if f:
            f.close()

    def send_head(self):
        """Sends the headers; the file to send after them, or None."""
        path = self.translate_path(self.path)
        if os.path.isdir(path):
            parts = urlparse.urlsplit(self.path)
            if not parts.path.endswith('/'):
                self.send_response(301)
                self.send_header('Location', urlparse.urlunsplit((parts[0], parts[1], parts[2] + '/', parts[3],
                                                                  parts[4])))
                self.end_headers()
                return None
            for index in 'index.html', 'index.htm':
                index = os.path.join(path, index)
                if os.path.exists(index):
                    path = index
                    break
            else:
                return self.list_directory(path)
        kind = self.guess_type(path)
        try:
            f = open(path, 'rb')
        except IOError:
            self.send_error(404, 'File not found')
            return None
        try:
            self.send_response(200)
            self.send_header('Content-type', kind)
            found = os.fstat(f.fileno())
            self.send_header('Content-Length', str(found[6]))
            self.send_header('Last-Modified', self.date_time_string(found.st_mtime))
            self.end_headers()
            return f
        except:
            f.close()
            raise

    def list_directory(self, path):
        try:
            names = os.listdir(path)
        except os.error:
            self.send_error(404, 'No permission to list directory')
            return None
        names.sort(key=lambda name: name.lower())
        shown = cgi.escape(urllib.unquote(self.path))
        lines = ['<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">',
                 '<html>\n<title>Directory listing for %s</title>' % shown,
                 '<body>\n<h2>Directory listing for %s</h2>' % shown, '<hr>\n<ul>']
        for name in names:
            full = os.path.join(path, name)
            display = link = name
            if os.path.isdir(full):
                display = link = name + '/'
            if os.path.islink(full):
                display = name + '@'
            lines.append('<li><a href="%s">%s</a>' % (urllib.quote(link), cgi.escape(display)))
        lines.append('</ul>\n<hr>\n</body>\n</html>')
        text = '\n'.join(lines) + '\n'
        self.send_response(200)
        encoding = sys.getfilesystemencoding()
        self.send_header('Content-type', 'text/html; charset=%s' % encoding)
        self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        return StringIO(text)

    def translate_path(self, path):
        """The file that a path of a URL means."""
        path = path.split('?', 1)[0].split('#', 1)[0]
        folder = path.rstrip().endswith('/')
        result = os.getcwd()
        for word in posixpath.normpath(urllib.unquote(path)).split('/'):
            if word and not os.path.dirname(word) and word not in (os.curdir, os.pardir):
                result = os.path.join(result, word)
        return result + '/' if folder else result

    def copyfile(self, source, outputfile):
        shutil.copyfileobj(source, outputfile)

    def guess_type(self, path):
        ext = posixpath.splitext(path)[1]
        if ext in self.extensions_map:
            return self.extensions_map[ext]
        return self.extensions_map.get(ext.lower(), self.extensions_map[''])

    if not mimetypes.inited:
        mimetypes.init()
    extensions_map = mimetypes.types_map.copy()
    extensions_map.update({'': 'application/octet-stream', '.py': 'text/plain', '.c': 'text/plain',
                           '.h': 'text/plain'})


def test(HandlerClass=SimpleHTTPRequestHandler, ServerClass=BaseHTTPServer.HTTPServer):
    BaseHTTPServer.test(HandlerClass, ServerClass)

if __name__ == '__main__':
    test()
