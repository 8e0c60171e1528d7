"""`PMS.Log`."""

import _pms


def Add(msg, debugOnly=True):
    """A line in the log; only while debugging unless `debugOnly` is false."""
    if debugOnly and not _pms.debug:
        return
    _pms.log(str(msg))


def _exception(message):
    """A line in the log, with the traceback of the running exception while debugging."""
    import traceback
    if _pms.debug:
        message = '%s\n%s' % (message, traceback.format_exc())
    else:
        message = '%s: %s' % (message, traceback.format_exc().strip().split('\n')[-1])
    _pms.log(message)
