"""Copying, moving and deleting of files and folders."""

import fnmatch as _fnmatch
import os
import stat
import sys
from os.path import abspath

__all__ = ["copyfileobj", "copyfile", "copymode", "copystat", "copy", "copy2", "copytree", "move", "rmtree", "Error",
           "SpecialFileError", "ExecError", "make_archive", "get_archive_formats", "ignore_patterns"]


class Error(EnvironmentError):
    pass


class SpecialFileError(EnvironmentError):
    pass


class ExecError(EnvironmentError):
    pass

WindowsError = None


def copyfileobj(fsrc, fdst, length=16 * 1024):
    while True:
        data = fsrc.read(length)
        if not data:
            return
        fdst.write(data)


def _same_file(src, dst):
    try:
        return os.path.samefile(src, dst)
    except OSError:
        return False


def copyfile(src, dst):
    if _same_file(src, dst):
        raise Error("`%s` and `%s` are the same file" % (src, dst))
    for name in (src, dst):
        try:
            mode = os.stat(name).st_mode
        except OSError:
            continue
        if stat.S_ISFIFO(mode):
            raise SpecialFileError("`%s` is a named pipe" % name)
    with open(src, 'rb') as source:
        with open(dst, 'wb') as target:
            copyfileobj(source, target)


def copymode(src, dst):
    os.chmod(dst, stat.S_IMODE(os.stat(src).st_mode))


def copystat(src, dst):
    data = os.stat(src)
    os.utime(dst, (data.st_atime, data.st_mtime))
    os.chmod(dst, stat.S_IMODE(data.st_mode))


def copy(src, dst):
    if os.path.isdir(dst):
        dst = os.path.join(dst, os.path.basename(src))
    copyfile(src, dst)
    copymode(src, dst)


def copy2(src, dst):
    if os.path.isdir(dst):
        dst = os.path.join(dst, os.path.basename(src))
    copyfile(src, dst)
    copystat(src, dst)


def ignore_patterns(*patterns):
    def ignored(path, names):
        found = []
        for pattern in patterns:
            found.extend(_fnmatch.filter(names, pattern))
        return set(found)
    return ignored


def copytree(src, dst, symlinks=False, ignore=None):
    names = os.listdir(src)
    ignored = ignore(src, names) if ignore is not None else ()
    os.makedirs(dst)
    errors = []
    for name in names:
        if name in ignored:
            continue
        source, target = os.path.join(src, name), os.path.join(dst, name)
        try:
            if symlinks and os.path.islink(source):
                os.symlink(os.readlink(source), target)
            elif os.path.isdir(source):
                copytree(source, target, symlinks, ignore)
            else:
                copy2(source, target)
        except Error, error:
            errors.extend(error.args[0])
        except EnvironmentError, why:
            errors.append((source, target, str(why)))
    try:
        copystat(src, dst)
    except OSError, why:
        errors.append((src, dst, str(why)))
    if errors:
        raise Error(errors)


def rmtree(path, ignore_errors=False, onerror=None):
    def failed(function, name):
        if ignore_errors:
            return
        if onerror is None:
            raise
        onerror(function, name, sys.exc_info())
    try:
        if os.path.islink(path):
            raise OSError("Cannot call rmtree on a symbolic link")
    except OSError:
        failed(os.path.islink, path)
        return
    names = []
    try:
        names = os.listdir(path)
    except os.error:
        failed(os.listdir, path)
    for name in names:
        full = os.path.join(path, name)
        if os.path.isdir(full) and not os.path.islink(full):
            rmtree(full, ignore_errors, onerror)
        else:
            try:
                os.remove(full)
            except os.error:
                failed(os.remove, full)
    try:
        os.rmdir(path)
    except os.error:
        failed(os.rmdir, path)


def _basename(path):
    return os.path.basename(path.rstrip(os.path.sep))


def move(src, dst):
    target = dst
    if os.path.isdir(dst):
        if _same_file(src, dst):
            os.rename(src, dst)
            return
        target = os.path.join(dst, _basename(src))
        if os.path.exists(target):
            raise Error("Destination path '%s' already exists" % target)
    try:
        os.rename(src, target)
    except OSError:
        if os.path.isdir(src):
            if (abspath(dst) + os.sep).startswith(abspath(src) + os.sep):
                raise Error("Cannot move a directory '%s' into itself '%s'." % (src, dst))
            copytree(src, target, symlinks=True)
            rmtree(src)
        else:
            copy2(src, target)
            os.unlink(src)


def get_archive_formats():
    return [('gztar', "gzip'ed tar-file"), ('tar', 'uncompressed tar file'), ('zip', 'ZIP file')]


def make_archive(base_name, format, root_dir=None, base_dir=None, verbose=0, dry_run=0, owner=None, group=None,
                 logger=None):
    root = os.path.abspath(root_dir or os.curdir)
    base = base_dir or os.curdir
    if format == 'zip':
        import zipfile
        name = os.path.abspath(base_name) + '.zip'
        with zipfile.ZipFile(name, 'w', zipfile.ZIP_DEFLATED) as archive:
            for folder, folders, files in os.walk(os.path.join(root, base)):
                for entry in files:
                    path = os.path.join(folder, entry)
                    archive.write(path, os.path.relpath(path, root))
        return name
    if format in ('tar', 'gztar'):
        import tarfile
        name = os.path.abspath(base_name) + ('.tar.gz' if format == 'gztar' else '.tar')
        archive = tarfile.open(name, 'w:gz' if format == 'gztar' else 'w')
        try:
            archive.add(os.path.join(root, base), base)
        finally:
            archive.close()
        return name
    raise ValueError("unknown archive format '%s'" % format)
