# The kit Core (spec/core.md 11, spec/storage.md 8, spec/environment.md 9): what Elevated plug-ins see of the framework.
# `native` holds what comes from the program: values, and functions for logging, resources and stored values.

import os


class Log(object):
    def _write(self, level, fmt, args):
        if not isinstance(fmt, basestring):
            fmt = str(fmt)
        if args:
            fmt = fmt % args
        native['log'](level, fmt)

    def debug(self, fmt, *args, **kwargs):
        self._write('Debug', fmt, args)

    def info(self, fmt, *args, **kwargs):
        self._write('Info', fmt, args)

    def warn(self, fmt, *args, **kwargs):
        self._write('Warning', fmt, args)

    warning = warn

    def error(self, fmt, *args, **kwargs):
        self._write('Error', fmt, args)

    def critical(self, fmt, *args, **kwargs):
        self._write('Critical', fmt, args)

    def exception(self, fmt, *args, **kwargs):
        if args:
            fmt = fmt % args
        self._write('Error', native['traceback'](fmt), ())


log = Log()


class Storage(object):
    def __init__(self):
        self._times = {}

    data_path = property(lambda self: native['data_path'])
    path_sep = property(lambda self: os.sep)
    walk = staticmethod(os.walk)

    def load(self, filename, binary=True, mtime_key=None):
        try:
            f = open(filename, 'rb')
            try:
                data = f.read()
            finally:
                f.close()
            if mtime_key is not None:
                self._times[mtime_key] = os.path.getmtime(filename)
            return data
        except EnvironmentError:
            log.critical('%s', native['traceback']('Exception reading file %s' % filename))
            return None

    def save(self, filename, data, binary=True, mtime_key=None):
        if data is None:
            log.error('Cannot write None to %s', filename)
            return
        folder, name = os.path.split(filename)
        temporary = os.path.join(folder, '._' + name)
        try:
            f = open(temporary, 'wb')
            try:
                f.write(str(data))
            finally:
                f.close()
            os.rename(temporary, filename)
            if mtime_key is not None:
                self._times[mtime_key] = os.path.getmtime(filename)
        except EnvironmentError:
            if os.path.exists(temporary):
                os.remove(temporary)
            log.critical('%s', native['traceback']('Exception writing to %s' % filename))
            raise

    def has_changed(self, path, mtime_key):
        if not os.path.exists(path):
            return False
        return self._times.get(mtime_key) != os.path.getmtime(path)

    def list_dir(self, path):
        return os.listdir(path)

    def join_path(self, *parts):
        return os.path.join(*parts)

    def file_exists(self, path):
        return os.path.isfile(path)

    def dir_exists(self, path):
        return os.path.isdir(path)

    def link_exists(self, path):
        return os.path.islink(path)

    def make_dirs(self, path):
        if not os.path.exists(path):
            os.makedirs(path)

    ensure_dirs = make_dirs

    def remove_tree(self, path):
        if os.path.islink(path) or not os.path.isdir(path):
            raise OSError('[Errno 20] Not a directory: %r' % path)
        for name in os.listdir(path):
            child = os.path.join(path, name)
            if os.path.isdir(child) and not os.path.islink(child):
                self.remove_tree(child)
            else:
                os.remove(child)
        os.rmdir(path)

    def copy(self, source, target):
        if os.path.isdir(target):
            target = os.path.join(target, os.path.basename(source))
        f = open(source, 'rb')
        try:
            data = f.read()
        finally:
            f.close()
        f = open(target, 'wb')
        try:
            f.write(data)
        finally:
            f.close()

    def copy_tree(self, source, target, symlinks=False):
        if os.path.exists(target):
            self.remove_tree(target)
        os.makedirs(target)
        for name in os.listdir(source):
            child, copied = os.path.join(source, name), os.path.join(target, name)
            if symlinks and os.path.islink(child):
                os.symlink(os.readlink(child), copied)
            elif os.path.isdir(child):
                self.copy_tree(child, copied, symlinks)
            else:
                self.copy(child, copied)

    def rename(self, source, target):
        os.rename(source, target)

    def remove(self, path):
        os.remove(path)

    def utime(self, path, times):
        os.utime(path, times)

    def dir_name(self, path):
        return os.path.dirname(path)

    def base_name(self, path):
        return os.path.basename(path)

    def abs_path(self, path):
        return os.path.abspath(path)

    def last_accessed(self, path):
        return os.path.getatime(path)

    def last_modified(self, path):
        return os.path.getmtime(path)

    def file_size(self, path):
        return os.path.getsize(path)

    def make_temp_dir(self):
        import tempfile
        return tempfile.mkdtemp()

    def change_dir(self, path):
        os.chdir(path)

    def current_dir(self):
        return os.getcwd()

    def symlink(self, source, target):
        if os.environ.get('DISABLESYMLINKS'):
            return
        if os.path.islink(target) or os.path.exists(target):
            os.remove(target)
        os.symlink(source, target)

    def load_resource(self, itemname, binary=True, sandbox=None):
        return native['resource'].Load(itemname)

    def resource_exists(self, itemname, sandbox=None):
        return native['resource'].ExternalPath(itemname) is not None

    def resource_mtime(self, itemname, sandbox=None):
        path = native['resource'].ExternalPath(itemname)
        if path is None:
            return 0
        return int(path.split('?t=')[1].split('&')[0])

    def data_item_path(self, itemname):
        return os.path.join(native['data_items_path'], itemname)

    def data_item_exists(self, itemname):
        return native['data'].Exists(itemname)

    def load_data_item(self, itemname, is_object=False):
        if is_object:
            return native['data'].LoadObject(itemname)
        return native['data'].Load(itemname)

    def save_data_item(self, itemname, data, is_object=False):
        if is_object:
            return native['data'].SaveObject(itemname, data)
        return native['data'].Save(itemname, data)

    def remove_data_item(self, itemname):
        return native['data'].Remove(itemname)


# A part of the framework that is not here: using it says so.
class Missing(object):
    def __init__(self, name):
        self._name = name

    def __getattr__(self, name):
        if name[:2] == '__':
            raise AttributeError(name)
        raise FrameworkException("%s.%s is not available" % (self._name, name))


class Attributes(object):
    def __init__(self, values):
        for name in values:
            setattr(self, name, values[name])


class JSONData(object):
    def from_string(self, string, *args):
        return native['json'].ObjectFromString(string)

    def to_string(self, obj):
        return native['json'].StringFromObject(obj)


class XMLData(object):
    def element(self, *args, **kwargs):
        return native['xml'].Element(*args, **kwargs)

    def to_string(self, el, encoding='utf-8', method=None):
        return native['xml'].StringFromElement(el, encoding)

    def from_string(self, string, isHTML=False, encoding=None, remove_blank_text=False):
        if isHTML:
            return native['html'].ElementFromString(string)
        return native['xml'].ElementFromString(string, encoding)


class Networking(object):
    def http_request(self, url, values=None, headers={}, cacheTime=None, encoding=None, errors=None, timeout=None,
                     immediate=False, sleep=0, data=None, opener=None, sandbox=None, follow_redirects=True,
                     basic_auth=None, method=None):
        extra = {}
        if timeout is not None:
            extra['timeout'] = timeout
        return native['http'].Request(url, values, headers, cacheTime, encoding, errors, immediate=immediate,
                                      sleep=sleep, data=data, follow_redirects=follow_redirects, method=method,
                                      **extra)

    default_headers = property(lambda self: native['http'].Headers)


class Sandbox(object):
    environment = property(lambda self: native['environment'])


class CoreKit(object):
    def __init__(self):
        for name in native['values']:
            setattr(self, name, native['values'][name])
        self.config = Attributes(native['config'])
        self.log = log
        self.storage = Storage()
        self.sandbox = self.host = Sandbox()
        self.networking = Networking()
        self.data = Attributes({'json': JSONData(), 'xml': XMLData()})
        self.messaging = native['messaging']
        for name in ('runtime', 'caching', 'localization', 'debugging', 'services', 'myplex',
                     'notifications', 'loader'):
            setattr(self, name, Missing('Core.' + name))

    def traceback(self, msg='Traceback'):
        return native['traceback'](msg)

    def log_exception(self, fmt, *args):
        if args:
            fmt = fmt % args
        log.critical('%s', native['traceback'](fmt))

    def log_except(self, txn_id, fmt, *args):
        self.log_exception(fmt, *args)

    def get_value(self, key, default=None):
        return native['get_value'](key, default)

    def set_value(self, key, value):
        native['set_value'](key, value)

    def server_version_at_least(self, *args):
        version = native['server_version']
        if version is None:
            return False
        numbers = []
        for part in version.split('-')[0].split('.'):
            try:
                numbers.append(int(part))
            except ValueError:
                numbers.append(0)
        return tuple(numbers) >= tuple(args)

    def path_for_bundle(self, name, identifier):
        folder = native['values']['bundled_plugins_path']
        for candidate in (name + '.bundle', identifier):
            path = os.path.join(folder, candidate)
            if os.path.isdir(path):
                return path
        return None
