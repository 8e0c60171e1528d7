"""Reads the accounts in a .netrc file."""
import os
import shlex

__all__ = ["netrc", "NetrcParseError"]


class NetrcParseError(Exception):
    """A file that has not the syntax of .netrc."""

    def __init__(self, msg, filename=None, lineno=None):
        self.filename = filename
        self.lineno = lineno
        self.msg = msg
        Exception.__init__(self, msg)

    def __str__(self):
        return "%s (%s, line %s)" % (self.msg, self.filename, self.lineno)


class netrc(object):
    """hosts: {host: (login, account, password)}; macros: {name: lines}."""

    def __init__(self, file=None):
        default = file is None
        if default:
            try:
                file = os.path.join(os.environ['HOME'], ".netrc")
            except KeyError:
                raise IOError("Could not find .netrc: $HOME is not set")
        self.hosts = {}
        self.macros = {}
        with open(file) as source:
            self._parse(file, source, default)

    def _parse(self, file, source, default):
        lexer = shlex.shlex(source)
        lexer.wordchars += r"""!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"""
        lexer.commenters = lexer.commenters.replace('#', '')
        while True:
            line = lexer.lineno
            token = lexer.get_token()
            if not token:
                return
            if token[0] == '#':
                if lexer.lineno == line and len(token) == 1:
                    lexer.instream.readline()
                continue
            if token == 'machine':
                entry = lexer.get_token()
            elif token == 'default':
                entry = 'default'
            elif token == 'macdef':
                self._macro(lexer)
                continue
            else:
                raise NetrcParseError("bad toplevel token %r" % token, file, lexer.lineno)
            self.hosts[entry] = self._account(lexer, entry, file, source, default)

    def _macro(self, lexer):
        name = lexer.get_token()
        self.macros[name] = []
        lexer.whitespace = ' \t'
        while True:
            line = lexer.instream.readline()
            if not line or line == '\n':
                lexer.whitespace = ' \t\r\n'
                return
            self.macros[name].append(line)

    def _account(self, lexer, entry, file, source, default):
        login, account, password = '', None, None
        while True:
            token = lexer.get_token()
            if token.startswith('#'):
                # A comment ends with its line.
                if len(token) == 1:
                    lexer.instream.readline()
                continue
            if token in ('', 'machine', 'default', 'macdef'):
                if not password:
                    raise NetrcParseError("malformed %s entry %s terminated by %s" % (token, entry, repr(token)),
                                          file, lexer.lineno)
                lexer.push_token(token)
                return login, account, password
            if token in ('login', 'user'):
                login = lexer.get_token()
            elif token == 'account':
                account = lexer.get_token()
            elif token == 'password':
                if default:
                    self._check_owner(source, login, file, lexer)
                password = lexer.get_token()
            else:
                raise NetrcParseError("bad follower token %r" % token, file, lexer.lineno)

    def _check_owner(self, source, login, file, lexer):
        """The file of one's own account must be nobody else's to read."""
        import stat
        state = os.fstat(source.fileno())
        if state.st_uid != os.getuid():
            raise NetrcParseError("~/.netrc file owner (uid %d) does not match current user (uid %d)"
                                  % (state.st_uid, os.getuid()), file, lexer.lineno)
        if login != "anonymous" and state.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise NetrcParseError("~/.netrc access too permissive: access permissions must restrict access to only "
                                  "the owner", file, lexer.lineno)

    def authenticators(self, host):
        """(login, account, password) of a host, or the default, or None."""
        return self.hosts.get(host, self.hosts.get('default'))

    def __repr__(self):
        text = ""
        for host in self.hosts.keys():
            login, account, password = self.hosts[host]
            text += "machine %s\n\tlogin %r\n" % (host, login)
            if account:
                text += "\taccount %r\n" % account
            text += "\tpassword %r\n" % password
        for macro in self.macros.keys():
            text += "macdef %s\n%s\n" % (macro, "".join(self.macros[macro]))
        return text
