# The kits Helper and Stream (spec/kits.md 17, spec/environment.md 5.11): programs that come with the bundle, and files that
# the media server hands out. `native` holds what comes from the program.

import os
import subprocess
import threading


# Largest text that is handed over at once.
MOST = 64 * 1024 * 1024


def _path_for(helper):
    folder = os.path.join(native['helpers_path'], native['os'], native['cpu'])
    candidates = [os.path.join(folder, helper)]
    if native['os'] == 'Windows':
        candidates.append(candidates[0] + '.exe')
    if native['os'] == 'MacOSX' and native['cpu'] == 'i386':
        candidates.append(os.path.join(native['helpers_path'], helper))
    root = os.path.realpath(native['helpers_path']) + os.sep
    for path in candidates:
        if os.path.isfile(path) and os.path.realpath(path).startswith(root):
            os.chmod(path, 0755)
            return path
    native['log']('Error', "Couldn't find a helper named '%s'" % helper)
    return None


def _command(path, args):
    command = [path] + [str(arg) for arg in args]
    if native['os'] != 'Windows':
        command = ['nice', '-n', '20'] + command
    return command


# A process with pipes. Its output is collected by threads, so that no side waits for the other.
class HelperProcess(object):
    def __init__(self, command, separate):
        errors = separate and subprocess.PIPE or subprocess.STDOUT
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        self._lock = threading.Lock()
        self._texts = {}
        self._threads = {}
        for name in ('stdout', 'stderr'):
            stream = getattr(self._process, name)
            if stream is None:
                continue
            self._texts[name] = []
            self._threads[name] = threading.Thread(target=self._collect, args=(name, stream))
            self._threads[name].setDaemon(True)
            self._threads[name].start()

    def _collect(self, name, stream):
        while True:
            data = os.read(stream.fileno(), 65536)
            if not data:
                break
            self._lock.acquire()
            try:
                self._texts[name].append(data)
            finally:
                self._lock.release()

    def _take(self, name, maxsize):
        if name not in self._texts:
            return None
        ended = not self._threads[name].isAlive()
        self._lock.acquire()
        try:
            data = ''.join(self._texts[name])
            if ended and not data:
                return None
            self._texts[name] = [data[maxsize:]]
            return data[:maxsize]
        finally:
            self._lock.release()

    # What comes within a second.
    def _take_soon(self, name):
        if name not in self._texts:
            return None
        self._threads[name].join(1.0)
        return self._take(name, MOST)

    def send(self, input):
        if self._process.stdin.closed:
            return None
        self._process.stdin.write(input)
        self._process.stdin.flush()
        return len(input)

    def recv(self, maxsize=None):
        return self._take('stdout', maxsize or 1024)

    def recv_err(self, maxsize=None):
        return self._take('stderr', maxsize or 1024)

    def recv_wait(self):
        return self._take_soon('stdout')

    def recv_wait_err(self):
        return self._take_soon('stderr')

    def send_recv(self, input='', maxsize=None):
        return self.send(input), self.recv(maxsize), self.recv_err(maxsize)

    def communicate(self, input=None):
        if input:
            self.send(input)
        self._process.stdin.close()
        self._process.wait()
        for name in self._threads:
            self._threads[name].join()
        return self._take('stdout', MOST) or '', self._take('stderr', MOST)

    def __getattr__(self, name):
        if name[:1] == '_':
            raise AttributeError(name)
        return getattr(self._process, name)


class HelperKit(object):
    def Run(self, helper, *args):
        native['check_process']()
        path = _path_for(helper)
        if path is None:
            return None
        process = subprocess.Popen(_command(path, args), stdout=subprocess.PIPE)
        return process.communicate()[0].strip()

    def Process(self, helper, *args, **kwargs):
        separate = kwargs.pop('stderr', False)
        if kwargs:
            raise FrameworkException("Unknown argument '%s'" % sorted(kwargs)[0])
        native['check_process']()
        path = _path_for(helper)
        if path is None:
            return None
        return HelperProcess(_command(path, args), separate)


# A file that the media server hands out; it is registered again when the server has forgotten it.
class LocalFileStream(object):
    def __init__(self, path, size):
        self._path = path
        self._size = size
        self._uuid = None

    def __str__(self):
        if self._uuid is None or not native['call']('_StreamService:IsStreamValid', {'uuid': self._uuid}):
            self._uuid = native['call']('_StreamService:RegisterLocalFile', {'path': self._path, 'size': self._size})
        return 'http://%s:32400/:/stream/%s%s' % (native['network'].Address, self._uuid, os.path.splitext(self._path)[1])


class StreamKit(object):
    def LocalFile(self, path, size=None):
        return LocalFileStream(path, size)
