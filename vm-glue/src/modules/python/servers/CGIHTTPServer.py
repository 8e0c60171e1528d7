"""A web server: programs that make answers (CGI)."""

import copy
import os
import select
import sys
import urllib
import BaseHTTPServer
import SimpleHTTPServer

__version__ = '0.4'
__all__ = ["CGIHTTPRequestHandler"]

nobody = None


class CGIHTTPRequestHandler(SimpleHTTPServer.SimpleHTTPRequestHandler):
    """Runs the programs in `cgi_directories`; other files as SimpleHTTPServer."""

    have_fork = hasattr(os, 'fork')
    have_popen2 = hasattr(os, 'popen2')
    have_popen3 = hasattr(os, 'popen3')
    rbufsize = 0
    cgi_directories = ['/cgi-bin', '/htbin']

    def do_POST(self):
        if self.is_cgi():
            self.run_cgi()
        else:
            self.send_error(501, 'Can only POST to CGI scripts')

    def send_head(self):
        if self.is_cgi():
            return self.run_cgi()
        return SimpleHTTPServer.SimpleHTTPRequestHandler.send_head(self)

    def is_cgi(self):
        path = _url_collapse_path(self.path)
        at = path.find('/', 1)
        head, tail = path[:at], path[at + 1:]
        if head in self.cgi_directories:
            self.cgi_info = head, tail
            return True
        return False

    def is_executable(self, path):
        return executable(path)

    def is_python(self, path):
        return os.path.splitext(path)[1].lower() in ('.py', '.pyw')

    def run_cgi(self):
        import subprocess
        folder, rest = self.cgi_info
        at = rest.find('/')
        while at >= 0:
            # Programs may lie deeper.
            if not os.path.isdir(self.translate_path(folder + '/' + rest[:at])):
                break
            folder, rest = folder + '/' + rest[:at], rest[at + 1:]
            at = rest.find('/')
        rest, mark, query = rest.partition('?')
        script, slash, below = rest.partition('/')
        rest = slash + below
        name = folder + '/' + script
        file = self.translate_path(name)
        if not os.path.exists(file):
            self.send_error(404, 'No such CGI script (%r)' % name)
            return
        if not os.path.isfile(file):
            self.send_error(403, 'CGI script is not a plain file (%r)' % name)
            return
        if not self.is_executable(file):
            self.send_error(403, 'CGI script is not executable (%r)' % name)
            return
        env = self._environment(name, rest, query)
        self.send_response(200, 'Script output follows')
        words = [file]
        if '=' not in query and query:
            words.append(query.replace('+', ' '))
        try:
            length = int(env['CONTENT_LENGTH'])
        except (KeyError, TypeError, ValueError):
            length = 0
        data = self.rfile.read(length) if self.command.lower() == 'post' and length > 0 else None
        # What is left of the request must not be taken for the next one.
        while select.select([self.rfile], [], [], 0)[0]:
            if not self.rfile.read(1):
                break
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
        output, errors = process.communicate(data)
        self.wfile.write(output)
        if errors:
            self.log_error('%s', errors)
        if process.returncode:
            self.log_error('CGI script exit status %#x', process.returncode)
        else:
            self.log_message('CGI script exited OK')

    def _environment(self, name, rest, query):
        env = copy.deepcopy(dict(os.environ))
        env.update({'SERVER_SOFTWARE': self.version_string(), 'SERVER_NAME': self.server.server_name,
                    'GATEWAY_INTERFACE': 'CGI/1.1', 'SERVER_PROTOCOL': self.protocol_version,
                    'SERVER_PORT': str(self.server.server_port), 'REQUEST_METHOD': self.command,
                    'PATH_INFO': urllib.unquote(rest),
                    'PATH_TRANSLATED': self.translate_path(urllib.unquote(rest)), 'SCRIPT_NAME': name,
                    'REMOTE_ADDR': self.client_address[0]})
        if query:
            env['QUERY_STRING'] = query
        host = self.address_string()
        if host != self.client_address[0]:
            env['REMOTE_HOST'] = host
        authorization = self.headers.getheader('authorization')
        if authorization:
            words = authorization.split()
            if len(words) == 2:
                import base64
                import binascii
                env['AUTH_TYPE'] = words[0]
                if words[0].lower() == 'basic':
                    try:
                        user = base64.decodestring(words[1]).split(':')
                        if len(user) == 2:
                            env['REMOTE_USER'] = user[0]
                    except binascii.Error:
                        pass
        if self.headers.typeheader is None:
            env['CONTENT_TYPE'] = self.headers.type
        else:
            env['CONTENT_TYPE'] = self.headers.typeheader
        accepted = []
        for line in self.headers.getallmatchingheaders('accept'):
            if line[:1] in '\t\n\r ':
                accepted.append(line.strip())
            else:
                accepted.extend(line[7:].split(','))
        env['HTTP_ACCEPT'] = ','.join(accepted)
        for variable, header in (('CONTENT_LENGTH', 'content-length'), ('HTTP_REFERER', 'referer'),
                                 ('HTTP_USER_AGENT', 'user-agent')):
            value = self.headers.getheader(header)
            if value:
                env[variable] = value
        cookies = filter(None, self.headers.getheaders('cookie'))
        if cookies:
            env['HTTP_COOKIE'] = ', '.join(cookies)
        for variable in ('QUERY_STRING', 'REMOTE_HOST', 'CONTENT_LENGTH', 'HTTP_USER_AGENT', 'HTTP_COOKIE',
                         'HTTP_REFERER'):
            env.setdefault(variable, '')
        return env


def _url_collapse_path(path):
    """A path without `.` and `..`, with its query."""
    path, mark, query = path.partition('?')
    parts = urllib.unquote(path).split('/')
    head = []
    for part in parts[:-1]:
        if part == '..':
            head.pop()
        elif part and part != '.':
            head.append(part)
    tail = parts[-1] if parts else ''
    if tail == '..':
        head.pop()
        tail = ''
    elif tail == '.':
        tail = ''
    if query:
        tail = '?'.join((tail, query))
    return '/'.join(['/' + '/'.join(head), tail]) if head else '//' + tail


def nobody_uid():
    """The number of the user nobody."""
    global nobody
    if nobody is None:
        import pwd
        try:
            nobody = pwd.getpwnam('nobody')[2]
        except KeyError:
            nobody = 1 + max([entry[2] for entry in pwd.getpwall()])
    return nobody


def executable(path):
    try:
        return os.stat(path).st_mode & 0111 != 0
    except os.error:
        return False


def test(HandlerClass=CGIHTTPRequestHandler, ServerClass=BaseHTTPServer.HTTPServer):
    SimpleHTTPServer.test(HandlerClass, ServerClass)

if __name__ == '__main__':
    test()
