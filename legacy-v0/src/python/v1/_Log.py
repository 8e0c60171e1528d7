"""The function `Log` and those that list the contents of containers."""

import _pms


def Log(msg, debugOnly=True, encoding=None):
    """A line in the log; only while debugging unless `debugOnly` is false."""
    if debugOnly and not _pms.debug:
        return
    if not isinstance(msg, basestring):
        msg = str(msg)
    elif not isinstance(msg, unicode):
        msg = str(msg)
    elif encoding is not None:
        msg = msg.encode(encoding)
    _pms.log(msg)


def exception(message):
    """A line in the log with the traceback of the running exception."""
    import traceback
    _pms.log('%s\n%s' % (message, traceback.format_exc()))


def _item(item, depth):
    _pms.log('%s%r' % ('  ' * depth, item))


def LogChildren(dir):
    """The items of a container, a line each."""
    for item in dir:
        _item(item, 1)


def LogSelfAndChildren(dir):
    _item(dir, 0)
    LogChildren(dir)


def LogSelfAndDescendants(dir, depth=0):
    """A container and everything below it: calls the function of each item."""
    from PMS import Objects
    _item(dir, depth)
    for item in dir:
        _item(item, depth + 1)
        if isinstance(item, Objects.Function):
            below = item._call(Objects.ItemInfoRecord.of(item, dir))
            if isinstance(below, Objects.Container):
                LogSelfAndDescendants(below, depth + 2)
