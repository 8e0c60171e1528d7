"""What robots may read on a server: its file robots.txt."""

import urllib
import urlparse

__all__ = ["RobotFileParser"]


class RobotFileParser:
    def __init__(self, url=''):
        self.entries = []
        self.default_entry = None
        self.disallow_all = False
        self.allow_all = False
        self.set_url(url)
        self.last_checked = 0

    def mtime(self):
        return self.last_checked

    def modified(self):
        import time
        self.last_checked = time.time()

    def set_url(self, url):
        self.url = url
        self.host, self.path = urlparse.urlparse(url)[1:3]

    def read(self):
        opener = URLopener()
        lines = [line.strip() for line in opener.open(self.url)]
        self.errcode = opener.errcode
        if self.errcode in (401, 403):
            self.disallow_all = True
        elif 400 <= self.errcode < 500:
            self.allow_all = True
        elif self.errcode == 200 and lines:
            self.parse(lines)

    def _add_entry(self, entry):
        if "*" not in entry.useragents:
            self.entries.append(entry)
        elif self.default_entry is None:
            self.default_entry = entry

    def parse(self, lines):
        # 0: before an entry; 1: its agents; 2: its rules.
        state = 0
        entry = Entry()
        self.modified()
        for line in lines:
            if not line:
                if state == 2:
                    self._add_entry(entry)
                if state:
                    entry, state = Entry(), 0
            line = line.split('#', 1)[0].strip()
            if not line or ':' not in line:
                continue
            name, value = line.split(':', 1)
            name, value = name.strip().lower(), urllib.unquote(value.strip())
            if name == "user-agent":
                if state == 2:
                    self._add_entry(entry)
                    entry = Entry()
                entry.useragents.append(value)
                state = 1
            elif name in ("disallow", "allow") and state:
                entry.rulelines.append(RuleLine(value, name == "allow"))
                state = 2
        if state == 2:
            self._add_entry(entry)

    def can_fetch(self, useragent, url):
        if self.disallow_all:
            return False
        if self.allow_all:
            return True
        if not self.last_checked:
            return False
        parts = urlparse.urlparse(urllib.unquote(url))
        url = urllib.quote(urlparse.urlunparse(('', '') + tuple(parts[2:]))) or "/"
        for entry in self.entries:
            if entry.applies_to(useragent):
                return entry.allowance(url)
        return self.default_entry.allowance(url) if self.default_entry else True

    def __str__(self):
        entries = self.entries
        if self.default_entry is not None:
            entries = entries + [self.default_entry]
        return '\n'.join(map(str, entries)) + '\n'


class RuleLine:
    """A line that allows or forbids what begins with a path."""

    def __init__(self, path, allowance):
        if path == '' and not allowance:
            # Nothing is forbidden.
            allowance = True
        path = urlparse.urlunparse(urlparse.urlparse(path))
        self.path = urllib.quote(path)
        self.allowance = allowance

    def applies_to(self, filename):
        return self.path == "*" or filename.startswith(self.path)

    def __str__(self):
        return ("Allow" if self.allowance else "Disallow") + ": " + self.path


class Entry:
    """Agents, and the lines that hold for them."""

    def __init__(self):
        self.useragents = []
        self.rulelines = []

    def __str__(self):
        lines = ["User-agent: %s\n" % agent for agent in self.useragents]
        return ''.join(lines + ["%s\n" % line for line in self.rulelines])

    def applies_to(self, useragent):
        useragent = useragent.split("/")[0].lower()
        return any(agent == '*' or agent.lower() in useragent for agent in self.useragents)

    def allowance(self, filename):
        for line in self.rulelines:
            if line.applies_to(filename):
                return line.allowance
        return True


class URLopener(urllib.FancyURLopener):
    def __init__(self, *args):
        urllib.FancyURLopener.__init__(self, *args)
        self.errcode = 200

    def prompt_user_passwd(self, host, realm):
        # A file with a password is no file.
        return None, None

    def http_error_default(self, url, fp, errcode, errmsg, headers):
        self.errcode = errcode
        return urllib.FancyURLopener.http_error_default(self, url, fp, errcode, errmsg, headers)
