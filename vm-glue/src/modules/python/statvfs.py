"""Places in what os.statvfs gives."""

F_BSIZE, F_FRSIZE, F_BLOCKS, F_BFREE, F_BAVAIL, F_FILES, F_FFREE, F_FAVAIL, F_FLAG, F_NAMEMAX = range(10)
