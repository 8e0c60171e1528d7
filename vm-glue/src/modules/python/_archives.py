# What shutil.make_archive writes: seldom used, and little else than calls of tarfile and zipfile.
import os


def _owner(name, module, function, index):
    """The number of a user or a group; None if nobody has the name."""
    if name is None:
        return None
    try:
        return getattr(__import__(module), function)(name)[index]
    except (ImportError, KeyError):
        return None


def _folder_for(name, dry_run, logger):
    folder = os.path.dirname(name)
    if folder and not os.path.exists(folder):
        if logger is not None:
            logger.info("creating %s", folder)
        if not dry_run:
            os.makedirs(folder)


def make_tarball(base_name, base_dir, compress="gzip", verbose=0, dry_run=0, owner=None, group=None, logger=None):
    kinds = {None: '', 'gzip': 'gz', 'bzip2': 'bz2'}
    if compress not in kinds:
        raise ValueError("bad value for 'compress', or compression format not supported : {0}".format(compress))
    kind = kinds[compress]
    name = base_name + '.tar' + ('.' + kind if compress else '')
    _folder_for(name, dry_run, logger)
    import tarfile
    if logger is not None:
        logger.info('Creating tar archive')
    gid, uid = _owner(group, 'grp', 'getgrnam', 2), _owner(owner, 'pwd', 'getpwnam', 2)

    def owned(tarinfo):
        if gid is not None:
            tarinfo.gid, tarinfo.gname = gid, group
        if uid is not None:
            tarinfo.uid, tarinfo.uname = uid, owner
        return tarinfo
    if not dry_run:
        tar = tarfile.open(name, 'w|%s' % kind)
        try:
            tar.add(base_dir, filter=owned)
        finally:
            tar.close()
    return name


def make_zipfile(base_name, base_dir, verbose=0, dry_run=0, logger=None):
    import zipfile
    name = base_name + ".zip"
    _folder_for(base_name, dry_run, logger)
    if logger is not None:
        logger.info("creating '%s' and adding '%s' to it", name, base_dir)
    if not dry_run:
        with zipfile.ZipFile(name, "w", compression=zipfile.ZIP_DEFLATED) as archive:
            paths = [os.path.normpath(base_dir)]
            for folder, folders, files in os.walk(base_dir):
                paths += [os.path.normpath(os.path.join(folder, entry)) for entry in sorted(folders)]
                paths += [path for path in [os.path.normpath(os.path.join(folder, entry)) for entry in files]
                          if os.path.isfile(path)]
            for path in paths:
                if path != os.curdir:
                    archive.write(path, path)
                    if logger is not None:
                        logger.info("adding '%s'", path)
    return name
